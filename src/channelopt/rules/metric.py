"""Policy `metric`: A further amount per contact stays within a limit."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.errors import UsageError
from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Id, NumberOverTime
from channelopt.terms.numbers import Numbers


class Metric(ByChannel, ByInteraction, BySegment, Policy):
    """A further amount per contact stays within a limit."""

    slug: ClassVar[str] = "metric"
    title: ClassVar[str] = "A further amount per contact stays within a limit"
    formula: ClassVar[str] = r"L \le \sum m_{s,i,c,t} x_{s,i,c,t} \le U"
    example: ClassVar[str] = (
        "{name: answer in a day, type: metric, metric: response_hours, scope: mean, at_most: 24}"
    )

    type: Literal["metric"]
    """The type of the policy."""
    metric: Id
    """The metric."""
    scope: Literal["total", "mean"]
    """The sum, or the sum over the sum of first contacts."""
    at_least: NumberOverTime | None = None
    """Lower bound."""
    at_most: NumberOverTime | None = None
    """Upper bound."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Not in this version: `require_supported` stops before rows are asked for."""
        raise NotImplementedError(self.slug)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Refuse: this version cannot check the policy."""
        raise UsageError(f"policy '{self.name}': type 'metric' cannot be checked in this version")
