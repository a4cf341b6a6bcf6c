"""What one aim costs the other: the plans that no other plan beats in two key figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from channelopt.plan.kpis import key_figures_of
from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, count, enumerate_words, figure, headed, points, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Point, Points, Unit
from channelopt.report.speech import _, later
from channelopt.terms.money import LEDGER

SAME = 1e-7
"""Relative difference of two figures that are the same."""
POINT = 0.01
"""A point of satisfaction, or of a share."""
OF_CHANNELS = {
    "first_contacts": later("First contacts: {channel}"),
    "handled": later("Handled contacts: {channel}"),
}
OF_TOUCH = {
    "handled_high": later("Contacts handled with high touch"),
    "handled_medium": later("Contacts handled with medium touch"),
    "handled_low": later("Contacts handled with low touch"),
}
BESIDE = ("cost", "fte")
"""Further key figures of each plan, where they are not those of the frontier."""


@dataclass(frozen=True)
class Aim:
    """A key figure: its name, what it is called, and how it reads."""

    name: str
    label: str
    unit: Unit

    def cell(self, number: float | None) -> Value:
        """Return it as a cell."""
        return values.figure(number, self.unit)

    def words(self, number: float, currency: str | None) -> str:
        """Return it for a sentence."""
        return worth(number, currency) if self.unit == "money" else figure(number, self.unit)


@dataclass(frozen=True)
class Frontier:
    """Plans of one frontier, best of the first aim first."""

    first: Aim
    second: Aim
    plans: tuple[cells.Record, ...]
    kpis: dict[tuple[int, str], float | None]

    def ends(self, k: int) -> tuple[float, float]:
        """Return both figures of a plan."""
        one = self.plans[k]
        found = [cells.number(one, f"{name}_value") for name in ("first", "second")]
        return found[0] or 0.0, found[1] or 0.0

    @property
    def knee(self) -> int | None:
        """Position of the knee."""
        marked = (k for k, one in enumerate(self.plans) if cells.flag(one, "knee"))
        return next(marked, None)


def frontiers(evidence: Evidence) -> Section | None:
    """Return each frontier: a chart, the price of a step, and its plans."""
    rows = cells.records(evidence, "frontier")
    if not rows:
        return None
    blocks: list[Block] = []
    for position, frontier in enumerate(_frontiers(evidence, rows)):
        name = "frontier" if position == 0 else f"frontier-{position + 1}"
        blocks += _blocks(evidence.plan, frontier, name)
    return Section(_("What one aim costs the other"), tuple(blocks))


def _frontiers(evidence: Evidence, rows: list[cells.Record]) -> Iterator[Frontier]:
    groups: dict[str, list[cells.Record]] = {}
    for record in rows:
        groups.setdefault(cells.text(record, "frontier"), []).append(record)
    kpis: dict[str, dict[tuple[int, str], float | None]] = {}
    for record in cells.records(evidence, "frontier_kpis"):
        key = (cells.whole(record, "point"), cells.text(record, "figure"))
        of = kpis.setdefault(cells.text(record, "frontier"), {})
        of[key] = cells.number(record, "value")
    for name, found in groups.items():
        first, second = (aim(evidence.plan, cells.text(found[0], n)) for n in ("first", "second"))
        yield Frontier(first, second, tuple(found), kpis.get(name, {}))


def aim(plan: Plan, name: str) -> Aim:
    """Return what a figure of a frontier is called and how it reads."""
    plain = name.lstrip("+-")
    units: dict[str, Unit] = {"money": "money", "share": "share", "ratio": "ratio"}
    for kpi in key_figures_of(plan.names):
        if kpi.name == plain:
            return Aim(plain, _(kpi.label), units.get(kpi.unit, "number"))
    for entry in LEDGER:
        if entry.name == plain:
            return Aim(plain, _(entry.label), "money")
    if plain in OF_TOUCH:
        return Aim(plain, _(OF_TOUCH[plain]), "number")
    kind, dot, channel = plain.partition(".")
    if dot and kind in OF_CHANNELS:
        title = cells.channel(plan, channel)
        return Aim(plain, _(OF_CHANNELS[kind]).format(channel=title), "number")
    return Aim(plain, plain, "number")


def is_plan(plan: Plan, frontier: Frontier, k: int) -> bool:
    """Whether a point has the figures of the plan itself, as far as the plan knows them."""
    pairs = zip((frontier.first, frontier.second), frontier.ends(k), strict=True)
    known = [(_of_plan(plan, one.name), value) for one, value in pairs]
    return all(
        now is not None and math.isclose(now, value, rel_tol=SAME, abs_tol=SAME)
        for now, value in known
    )


def _of_plan(plan: Plan, name: str) -> float | None:
    if name in plan.kpis:
        return plan.kpis[name]
    return plan.money[name].total if name in plan.money else None


# ---- blocks


def _blocks(plan: Plan, frontier: Frontier, name: str) -> Iterator[Block]:
    total = len(frontier.plans)
    if total > 1:
        yield Paragraph(
            _(
                "Each point is a whole plan that no other plan beats in both figures; more of one "
                "is only to be had for less of the other."
            )
        )
        yield _chart(plan, frontier, name)
        yield from (Paragraph(one) for one in _prices(plan, frontier))
    else:
        yield Paragraph(_no_conflict(plan, frontier))
    open_, asked = cells.count_open(frontier.plans, "known")
    yield from cells.unproven(open_, asked, marked=False)
    yield _grid(plan, frontier)


def _no_conflict(plan: Plan, frontier: Frontier) -> str:
    first, second = frontier.ends(0)
    currency = plan.names.currency
    return _(
        "{first} and {second}: no conflict was found; one plan has {one} and {other} together."
    ).format(
        first=frontier.first.label,
        second=frontier.second.label,
        one=frontier.first.words(first, currency),
        other=frontier.second.words(second, currency),
    )


def _chart(plan: Plan, frontier: Frontier, name: str) -> Chart:
    shown = [_point(plan, frontier, k) for k in range(len(frontier.plans))]
    x, y = _axis(plan, frontier.second), _axis(plan, frontier.first)
    currency = plan.names.currency
    (most, at_most), (least, at_least) = frontier.ends(0), frontier.ends(len(frontier.plans) - 1)
    title = _("{first} against {second}").format(
        first=frontier.first.label, second=frontier.second.label
    )
    alt = _(
        "A line of {n} points from {second} {a} with {first} {b} to {second} {c} with {first} {d}."
    ).format(
        n=count(len(frontier.plans)),
        first=frontier.first.label,
        second=frontier.second.label,
        a=frontier.second.words(at_most, currency),
        b=frontier.first.words(most, currency),
        c=frontier.second.words(at_least, currency),
        d=frontier.first.words(least, currency),
    )
    shape = Points(shown, x, y, joined=True)
    source = cells.source("frontier")
    return Chart(name, title, _insight(plan, frontier), alt, shape, source)


def _axis(plan: Plan, one: Aim) -> Axis:
    title = headed(one.label, plan.names.currency) if one.unit == "money" else one.label
    return Axis(title, one.unit)


def _point(plan: Plan, frontier: Frontier, k: int) -> Point:
    first, second = frontier.ends(k)
    if is_plan(plan, frontier, k):
        return Point(_("The plan"), second, first, tone="plan")
    if k == frontier.knee:
        return Point(_("Knee"), second, first, tone="gain")
    return Point("", second, first, tone="muted")


def _insight(plan: Plan, frontier: Frontier) -> str:
    """Say what the second aim costs up to the knee and beyond, or altogether."""
    last, knee = len(frontier.plans) - 1, frontier.knee
    currency = plan.names.currency
    before, beyond = (price(frontier, k, since) for k, since in _around(frontier))
    if _has_price(frontier) and before is not None and beyond is not None:
        return _(
            "Up to the knee at {knee}, a point more of {second} costs {before} of {first}; beyond "
            "it {beyond}."
        ).format(
            knee=frontier.second.words(frontier.ends(knee or 0)[1], currency),
            first=frontier.first.label,
            second=frontier.second.label,
            before=worth(before, currency),
            beyond=worth(beyond, currency),
        )
    if knee is None or knee in {0, last}:
        return _(
            "From one end to the other, {first} goes from {a} to {b} and {second} from {c} to {d}."
        ).format(**_ends(frontier, currency))
    return _(
        "Up to the knee, {second} goes from {c} to {e} and {first} from {a} to {f}; beyond it, "
        "{second} goes on to {d} and {first} to {b}."
    ).format(
        e=frontier.second.words(frontier.ends(knee)[1], currency),
        f=frontier.first.words(frontier.ends(knee)[0], currency),
        **_ends(frontier, currency),
    )


def _around(frontier: Frontier) -> list[tuple[int, int]]:
    """Return the stretches before and beyond the knee, each as its end and its beginning."""
    last, knee = len(frontier.plans) - 1, frontier.knee or 0
    return [(knee, 0), (last, knee)]


def _has_price(frontier: Frontier) -> bool:
    """Whether a point of the second figure has a price in money."""
    return frontier.first.unit == "money" and frontier.second.unit in {"share", "ratio"}


def _ends(frontier: Frontier, currency: str | None) -> dict[str, str]:
    begin, end = frontier.ends(0), frontier.ends(len(frontier.plans) - 1)
    first, second = frontier.first, frontier.second
    return {
        "first": first.label,
        "second": second.label,
        "a": first.words(begin[0], currency),
        "b": first.words(end[0], currency),
        "c": second.words(begin[1], currency),
        "d": second.words(end[1], currency),
    }


# ---- prices


def price(frontier: Frontier, k: int, since: int | None = None) -> float | None:
    """Return what a unit of the second figure costs of the first, from one plan to a later one.

    A unit is a point where the figure is a ratio or a share; None where the second does not move.
    """
    before, after = frontier.ends(k - 1 if since is None else since), frontier.ends(k)
    gained, lost = after[1] - before[1], before[0] - after[0]
    if not gained:
        return None
    unit = POINT if frontier.second.unit in {"share", "ratio"} else 1.0
    return abs(lost / gained) * unit


def _prices(plan: Plan, frontier: Frontier) -> Iterator[str]:
    """Say what a point costs in the first step, in the last one, and on average."""
    last = len(frontier.plans) - 1
    if not _has_price(frontier):
        return
    found = [price(frontier, 1), price(frontier, last, 0), price(frontier, last)]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return
    first, mean, final = (worth(one, plan.names.currency) for one in known)
    text = _("One point ({point}) more of {second} costs {mean} of {first}.")
    if last > 1:
        text = _(
            "One point ({point}) more of {second} costs {mean} of {first} on average, {start} in "
            "the first step and {final} in the last one."
        )
    yield text.format(
        point=points(POINT) if frontier.second.unit == "share" else figure(POINT, "ratio"),
        first=frontier.first.label,
        second=frontier.second.label,
        mean=mean,
        start=first,
        final=final,
    )


# ---- table


def _grid(plan: Plan, frontier: Frontier) -> Grid:
    beside = [
        aim(plan, name)
        for name in BESIDE
        if name not in {frontier.first.name, frontier.second.name}
        and any(key[1] == name for key in frontier.kpis)
    ]
    has_price = len(frontier.plans) > 1
    columns = (
        Column(_("Plan")),
        *(Column(_axis(plan, one).title) for one in (frontier.first, frontier.second)),
        *((Column(_price_title(frontier)),) if has_price else ()),
        *(Column(_axis(plan, one).title) for one in beside),
        Column(_("Mark"), "left"),
        *((Column(_("Open channels"), "left"),) if _channels_differ(frontier) else ()),
    )
    rows = tuple(_row(plan, frontier, k, beside) for k in range(len(frontier.plans)))
    source = cells.source("frontier", *(("frontier_kpis",) if beside else ()))
    return Grid(columns, rows, _("Plans of the frontier; prices are since the plan before"), source)


def _channels_differ(frontier: Frontier) -> bool:
    """Whether the plans open different channels; else they go without saying."""
    return len({cells.text(one, "open_channels") for one in frontier.plans}) > 1


def _price_title(frontier: Frontier) -> str:
    if frontier.second.unit in {"share", "ratio"}:
        return _("Price of a point")
    return _("Price of one more")


def _row(plan: Plan, frontier: Frontier, k: int, beside: list[Aim]) -> cells.Row:
    record, (first, second) = frontier.plans[k], frontier.ends(k)
    differ = _channels_differ(frontier)
    number = cells.whole(record, "point")
    step = price(frontier, k) if k else None
    shown = Value(ABSENT, None) if step is None else _cell_of_price(frontier, step)
    return (
        values.count(number),
        frontier.first.cell(first),
        frontier.second.cell(second),
        *((shown,) if len(frontier.plans) > 1 else ()),
        *(one.cell(frontier.kpis.get((number, one.name))) for one in beside),
        ", ".join(_marks(plan, frontier, k)),
        *((open_channels(plan, cells.text(record, "open_channels")),) if differ else ()),
    )


def _cell_of_price(frontier: Frontier, step: float) -> Value:
    if frontier.first.unit != "money":
        return frontier.first.cell(step)
    found = [price(frontier, k) for k in range(1, len(frontier.plans))]
    return values.money(step, cells.digits_of(found))


def open_channels(plan: Plan, stored: str) -> str:
    """Return titles of channels; `phone[2027,2028]` is open in some periods only."""
    words = []
    for part in filter(None, stored.split(";")):
        label, bracket, inside = part.partition("[")
        title = cells.channel(plan, label)
        when = enumerate_words(inside.rstrip("]").split(","), most=6)
        text = _("{channel} (in {periods})").format(channel=title, periods=when)
        words.append(text if bracket else title)
    return ", ".join(words)


def _marks(plan: Plan, frontier: Frontier, k: int) -> Iterator[str]:
    record = frontier.plans[k]
    if is_plan(plan, frontier, k):
        yield _("the plan")
    if cells.flag(record, "knee"):
        yield _("knee")
    if record.get("supported") is False:
        yield _("no weighting finds it")
    if cells.text(record, "known") in cells.OPEN:
        yield _("not proven")
