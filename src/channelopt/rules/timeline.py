"""Rule `timeline`: channels open and close over time; some are always open in their window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers


class Timeline(Rule):
    """Channels open and close over time; some are always open in their window."""

    slug: ClassVar[str] = "timeline"
    title: ClassVar[str] = "Channels open and close over time; some are always open in their window"
    formula: ClassVar[str] = r"\mathit{opens}_{c,t} - \mathit{closes}_{c,t} = o_{c,t} - o_{c,t-1}"

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        c = d.openable.code("channel")
        always = d.openable.only(n.always_open[c])
        yield "always open", d.open.on(always) >= 1.0
        yield "closes", d.closes >= 0.0
        yield "opens only when open", d.opens <= d.open.on(d.switching)
        yield "opens only when closed before", d.opens + d.before_open.on(d.switching) <= 1.0

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    for c in picked(n.always_open):
        for t in picked(n.available[c]):
            is_open = ONE if f.is_open(c, t) else ZERO
            yield (n.channels[c], n.periods[t]), is_open, ">=", ONE
