"""How profit goes with each group of uncertain numbers over the futures that were drawn."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, headed, ratio
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Point, Points
from channelopt.report.speech import _

FEWEST = 8
"""Fewer futures are no cloud to look at."""
CLEAR = 0.3
"""A correlation below this is no trend to speak of."""


@dataclass(frozen=True)
class Group:
    """A group of uncertain numbers with its factor and the plan's profit in each future."""

    title: str
    factors: tuple[float, ...]
    profits: tuple[float, ...]

    @property
    def correlation(self) -> float | None:
        """Correlation of factor and profit; None where one of them does not vary."""
        if len(set(self.factors)) < 2 or len(set(self.profits)) < 2:
            return None
        return statistics.correlation(self.factors, self.profits)


def factors(evidence: Evidence) -> Iterator[Block]:
    """Yield the futures by the group that profit goes with most, and all groups as a table."""
    found = _groups(evidence)
    if not found:
        return
    yield from _chart(evidence.plan, found)
    columns = (
        Column(_("Uncertain numbers"), "left"),
        *(Column(title) for title in (_("Least drawn"), _("Mean"), _("Most drawn"))),
        Column(_("Correlation with profit")),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            one.title,
            values.percent(min(one.factors)),
            values.percent(statistics.fmean(one.factors)),
            values.percent(max(one.factors)),
            values.ratio(one.correlation),
        )
        for one in found
    )
    title = _("Uncertain numbers in the futures that were drawn; 100 % is as written")
    yield Grid(columns, rows, title, cells.source("factors", "samples"))


def _groups(evidence: Evidence) -> list[Group]:
    """Return the groups, those first that profit goes with most."""
    held = {
        cells.whole(one, "sample"): cells.number(one, "held")
        for one in cells.records(evidence, "samples")
    }
    pairs: dict[str, list[tuple[float, float]]] = {}
    for one in cells.records(evidence, "factors"):
        factor, profit = cells.number(one, "factor"), held.get(cells.whole(one, "sample"))
        if factor is not None and profit is not None:
            pairs.setdefault(cells.text(one, "group"), []).append((factor, profit))
    titles = _titles(evidence)
    found = [
        Group(titles.get(name, name), tuple(x for x, _y in of), tuple(y for _x, y in of))
        for name, of in pairs.items()
    ]
    return sorted(found, key=lambda one: (-abs(one.correlation or 0.0), one.title))


def _titles(evidence: Evidence) -> dict[str, str]:
    """Return titles of the groups, which other tables know."""
    return {
        cells.text(one, "group"): cells.text(one, "title")
        for name in ("tornado", "sobol")
        for one in cells.records(evidence, name)
    }


def _chart(plan: Plan, found: list[Group]) -> Iterator[Block]:
    first, strength = found[0], found[0].correlation
    if strength is None or abs(strength) < CLEAR or len(first.factors) < FEWEST:
        return
    text = _("Profit falls with '{group}' (correlation {strength} over {n} futures).")
    if strength > 0:
        text = _("Profit rises with '{group}' (correlation {strength} over {n} futures).")
    if len(found) > 1:
        text = _(
            "Profit falls with '{group}' more than with any other uncertain numbers (correlation "
            "{strength} over {n} futures)."
        )
        if strength > 0:
            text = _(
                "Profit rises with '{group}' more than with any other uncertain numbers "
                "(correlation {strength} over {n} futures)."
            )
    points = tuple(
        Point("", 100.0 * x, y, tone="muted")
        for x, y in zip(first.factors, first.profits, strict=True)
    )
    yield Chart(
        name="profit-by-uncertainty",
        title=_("Profit of the plan in each future by '{group}'").format(group=first.title),
        insight=text.format(
            group=first.title, strength=ratio(strength), n=count(len(first.factors))
        ),
        alt=_("{n} dots, correlation {strength}.").format(
            n=count(len(points)), strength=ratio(strength)
        ),
        shape=Points(
            points,
            Axis(_("{group}, in % of what is written").format(group=first.title)),
            Axis(headed(_("Profit of the plan carried on"), plan.names.currency), "money"),
        ),
        source=cells.source("factors", "samples"),
    )
