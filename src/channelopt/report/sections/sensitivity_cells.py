"""Cells of the tables of analyses: read carefully, and shown with how they are known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell as Stored
from channelopt.report import figures, values
from channelopt.report.document import Chart, Note, Paragraph, Value
from channelopt.report.evidence import Evidence
from channelopt.report.shapes import Series
from channelopt.report.speech import _, later, plural_of
from channelopt.report.stored import said
from channelopt.report.wording import rule_in_words

Record = Mapping[str, Stored]
"""A row of a table by column; columns that an older version did not write are missing."""

Row = tuple[str | Value, ...]
"""A row of a table in a report."""

SHARES = frozenset({"share", "share points"})
"""Units of limits that a reader wants in percent."""
FOLDER = "sensitivity"
MOST = 40
"""A chart shows so many categories."""
OPEN = frozenset({"at least", "not solved"})
"""How figures are known that are not proven."""
FINEST = 6
"""Digits after the point at most."""
TINY = 0.00095
"""A smaller change is told in thousandths of a percent."""
KNOWN = {
    "re-solved": later("proven"),
    "at least": later("not proven"),
    "infeasible": later("no plan"),
    "not solved": later("not computed"),
    "no meaning": figures.ABSENT,
}
"""Words for how a figure is known."""


def records(evidence: Evidence, name: str) -> list[Record]:
    """Return the rows of an analysis; none where it is absent."""
    table = evidence.analysis(name)
    return [] if table is None else list(table.records())


def source(*names: str) -> str:
    """Return the files that tables of analyses are written to."""
    return ", ".join(f"{FOLDER}/{name}.csv" for name in names)


def number(record: Record, column: str) -> float | None:
    """Return a finite number; None where it is absent or something else."""
    cell = record.get(column)
    try:
        found = float(cell) if cell not in (None, "") else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def text(record: Record, column: str) -> str:
    """Return a text; empty where it is absent."""
    cell = record.get(column)
    return "" if cell is None else str(cell)


def flag(record: Record, column: str) -> bool:
    """Return whether a flag is set."""
    return record.get(column) is True


def whole(record: Record, column: str) -> int:
    """Return a count; 0 where it is absent."""
    return round(number(record, column) or 0.0)


def amount(effect: float | None, known: str, digits: int) -> Value:
    """Return an amount of money as it is known: exact, at least so much, or no plan left."""
    if known == "infeasible":
        return Value(_("no plan"), None)
    if effect is None:
        return Value(figures.ABSENT, None)
    shown = figures.money(effect, digits=digits)
    return Value(_("≥ {amount}").format(amount=shown) if known == "at least" else shown, effect)


def digits_of(amounts: Iterable[float | None]) -> int:
    """Return how many digits after the point amounts that stand together should have."""
    return figures.cents(one for one in amounts if one is not None)


def digits_apart(numbers: Iterable[float | None], least: int) -> int:
    """Return the fewest digits after the point by which different numbers look different."""
    known = {float(f"{one:.9g}") for one in numbers if one is not None}
    for digits in range(least, FINEST):
        if len({round(one, digits) for one in known}) == len(known):
            return digits
    return FINEST


def levels(numbers: Sequence[float | None], unit: str) -> list[Value]:
    """Return values of a limit or an input by their unit, exact enough to tell them apart."""
    if unit in SHARES:
        points = [None if one is None else 100 * one for one in numbers]
        exact = all(one is None or round(float(one), 6).is_integer() for one in points)
        digits = digits_apart(points, 0 if exact else 1)
        return [values.percent(one, digits) for one in numbers]
    known = [abs(float(one)) for one in numbers if one is not None]
    if unit in {"satisfaction", "return"}:
        least = 3
    elif all(one.is_integer() for one in known) or max(known, default=0.0) >= 1000:
        least = 0
    else:
        least = 2
    digits = digits_apart(numbers, least)
    return [values.money(one, digits) for one in numbers]


def unit_of(plan: Plan, unit: str) -> str:
    """Return what values count, for a reader; shares speak for themselves in percent."""
    if unit in SHARES:
        return ""
    return (plan.names.currency or "") if unit == "currency" else said(unit)


def with_unit(plan: Plan, value: Value, unit: str) -> str:
    """Return a value with what it counts: `8 FTE`, `30 %`."""
    words = unit_of(plan, unit)
    return f"{value} {words}" if words else value.text


def counted(plan: Plan, value: Value, unit: str) -> Value:
    """Return a value as a cell with what it counts."""
    return value if value.number is None else Value(with_unit(plan, value, unit), value.number)


def channel(plan: Plan, label: str) -> str:
    """Return what a channel or bundle is called."""
    return plan.names.channels.get(label) or plan.names.bundles.get(label, label)


def pair(plan: Plan, record: Record) -> str:
    """Return segment and interaction, and the period where there are several."""
    names = plan.names
    segment, interaction = text(record, "segment"), text(record, "interaction")
    parts = [names.segments.get(segment, segment), names.interactions.get(interaction, interaction)]
    if len(plan.periods) > 1:
        parts.append(periods(record))
    return ", ".join(parts)


def periods(record: Record) -> str:
    """Return the period of a record; `2027 to 2029` in the language of now."""
    label = text(record, "period")
    first, middle, last = label.partition(" to ")
    return _("{first} to {last}").format(first=first, last=last) if middle else label


def percent(share: float) -> str:
    """Return a share that was asked for: `1 %`, `2.5 %`."""
    return figures.percent(share, 0 if round(100 * share, 4).is_integer() else 1)


def relative(change: float) -> str:
    """Return a relative change with its sign, `+15 %`, `-3.8 %`."""
    size = abs(change)
    shown = figures.percent(size, 3) if 0 < size < TINY else percent(size)
    return figures.sign(shown, change) if change else shown


def known_first(found: Sequence[Record], *columns: str) -> list[Record]:
    """Return rows in their order, those last of which nothing is known in any of the columns."""
    return sorted(
        found, key=lambda one: all(text(one, column) == "not solved" for column in columns)
    )


def unproven(open_figures: int, total: int, *, marked: bool = True) -> list[Note]:
    """Return a note that counts the figures of a section that are not proven; none if all are.

    Args:
        open_figures: how many are not proven.
        total: of how many.
        marked: whether lower bounds are marked with `≥` in the tables.
    """
    if not open_figures:
        return []
    text = plural_of(
        "{open} of {total} figure below is not proven, because the time ended first.",
        "{open} of {total} figures below are not proven, because the time ended first.",
        total,
    ).format(open=figures.count(open_figures), total=figures.count(total))
    meaning = _("≥ marks the value of the best plan found; a better one may exist.")
    return [Note(f"{text} {meaning}" if marked else text)]


def proven_or_not(
    numbers: Sequence[float], is_bound: Sequence[bool], labels: tuple[str, str]
) -> list[Series]:
    """Return bars in two colours, to be stacked: exact numbers, and those that are bounds."""
    pairs = list(zip(numbers, is_bound, strict=True))
    exact = Series(labels[0], [None if bound else one for one, bound in pairs], "plan")
    bounds = Series(labels[1], [one if bound else None for one, bound in pairs], "muted")
    return [one for one in (exact, bounds) if any(x is not None for x in one.values)]


def drawn(chart: Chart, bars: int) -> Chart | Paragraph:
    """Return a chart, or only what it says where a single bar is no picture."""
    return chart if bars > 1 else Paragraph(chart.insight)


def count_open(found: Iterable[Record], *columns: str) -> tuple[int, int]:
    """Return how many figures are not proven, of how many, by the columns that say so."""
    known = [text(record, column) for record in found for column in columns]
    asked = [one for one in known if one and one != "no meaning"]
    return sum(one in OPEN for one in asked), len(asked)


def known_words(record: Record, column: str = "known") -> str:
    """Return how a figure is known, in words."""
    known = text(record, column)
    return _(KNOWN.get(known, known))


def rules(names: str) -> str:
    """Return rules and policies, stored with commas between them, in words."""
    return figures.enumerate_words([rule_in_words(name) for name in names.split(", ")], most=8)
