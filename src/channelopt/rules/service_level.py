"""Rule `service_level`: enough agents in the busy hour that contacts are answered in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.algebra.index import Codes, Index, Sets
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, busy_hour_load, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, exact
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Floats, Numbers
from channelopt.terms.waiting import agents_needed


class ServiceLevel(Rule):
    """Enough agents in the busy hour that contacts are answered in time."""

    slug: ClassVar[str] = "service_level"
    title: ClassVar[str] = "Enough agents in the busy hour that contacts are answered in time"
    formula: ClassVar[str] = (
        r"\frac{\mathit{open\_hours}_{g,t}}{\mathit{peak\_factor}_g} N(A_{g,t}) \le \mathit{hours\_per\_fte}_{g,t} \, a_{g,t}, \quad A_{g,t} = \frac{\mathit{peak\_factor}_g}{\mathit{open\_hours}_{g,t}} \sum_c h_{g,c,t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one choice of a step for each group and period.

        A piece of several steps lets the FTE lie anywhere between its ends, and the hours below a
        line above all its steps.
        """
        pieces = _Pieces.of(d)
        if not len(pieces.group):
            return
        rows = d.group_periods.only(np.isin(d.group_periods.keys, pieces.keys(d)))
        index = pieces.index(d)
        chosen = d.program.variable("staffing step", index, upper=1.0, integer=True)
        wide = pieces.most > pieces.least
        between = d.program.variable("staffing between", index.only(wide))
        one = Param(rows, np.ones(rows.num_rows))
        yield "one step", chosen.sum_to(rows).equals(one)
        least = Param(index, np.where(wide, 0.0, pieces.least))
        needed = (chosen * least).sum_to(rows) + between.sum_to(rows)
        yield "agents for the service level", d.fte.on(rows) >= needed
        slope = Param(between.index, pieces.slope[wide])
        taken = (chosen * Param(index, pieces.base)).sum_to(rows) + (between * slope).sum_to(rows)
        worked = d.hours.sum_to(d.group_periods).on(rows)
        yield "work within the service level", worked <= taken
        ends = chosen.only(wide)
        spread = between.on(ends.index)
        yield "from the step", spread >= ends * Param(ends.index, pieces.least[wide])
        yield "to the step", spread <= ends * Param(ends.index, pieces.most[wide])

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    for g, target in n.service_levels.items():
        for t, period in enumerate(n.periods):
            busy = busy_hour_load(n, f, (g, t))
            needed = agents_needed(target, float(busy))
            paid = exact(n.hours_per_fte[g, t]) * f.written.fte.get((g, t), ZERO)
            agents = paid * exact(target.peak_factor) / exact(target.open_hours[t])
            yield (n.groups[g], period), agents, ">=", Decimal(needed)


@dataclass(frozen=True)
class _Pieces:
    """Every piece of all stairs, sorted by group, first step and period.

    In a piece the work is at most base + slope * FTE.
    """

    group: Codes
    step: Codes
    period: Codes
    least: Floats  # FTE at the first step
    most: Floats  # FTE at the last step
    base: Floats
    slope: Floats

    @staticmethod
    def of(d: Decisions) -> _Pieces:
        found = []
        for (g, t), cut in d.stairs.pieces.items():
            steps = d.stairs.steps[g, t]
            for first, last in cut:
                base, slope = _line_above(
                    steps.fte[first : last + 1], steps.hours[first : last + 1]
                )
                found.append((g, first, t, steps.fte[first], steps.fte[last], base, slope))
        columns = list(zip(*sorted(found), strict=True)) or [()] * 7
        codes = [np.array(column, dtype=np.int64) for column in columns[:3]]
        sizes = [np.array(column, dtype=np.float64) for column in columns[3:]]
        return _Pieces(codes[0], codes[1], codes[2], sizes[0], sizes[1], sizes[2], sizes[3])

    def keys(self, d: Decisions) -> Codes:
        """Return the keys of the (group, period) that have stairs."""
        return np.unique(self.group * d.sets.size("period") + self.period)

    def index(self, d: Decisions) -> Index:
        """Return a row per piece, named by its first step."""
        most = int(self.step.max(initial=0))
        labels = tuple(f"{k:0{len(str(most))}d}" for k in range(most + 1))
        sets = Sets({**d.sets.labels, "step": labels})
        codes = (self.group, self.step, self.period)
        return Index(sets, ("group", "step", "period"), codes, len(self.group))


def _line_above(fte: Floats, hours: Floats) -> tuple[float, float]:
    """Return base and slope of a line through the ends of a piece, raised above all its steps."""
    if len(fte) == 1:
        return float(hours[0]), 0.0
    slope = float((hours[-1] - hours[0]) / (fte[-1] - fte[0]))
    return float((hours - slope * fte).max()), slope
