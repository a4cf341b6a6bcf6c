"""Values of a scenario as cells of tables: numbers, numbers over time, curves and lists of ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from channelopt.plan.plan import Plan
from channelopt.report.document import Cell, Column, Grid, Value
from channelopt.report.figures import ABSENT, headed, plain, rate
from channelopt.report.given import Entry, entries, number, sources
from channelopt.report.places import places_below
from channelopt.report.speech import _, later

Kind = Literal["number", "share", "money", "words", "ids", "name", "shares", "numbers"]
"""What a value is; `shares` and `numbers` are mappings from ids or points to them."""

MOST_PERIODS = 6
"""A number for each of more periods is told by its range."""

WORDS = {
    "high": later("high"),
    "medium": later("medium"),
    "low": later("low"),
    "inbound": later("inbound"),
    "outbound": later("outbound"),
    "first_contact": later("first contact"),
    "handled": later("handled contact"),
    "split": later("contacts of a segment and interaction may split over channels"),
    "one_channel_per_interaction": later("one channel for each segment and interaction"),
    "one_channel_per_segment": later("one channel for each segment"),
    "triangular": later("triangular"),
    "uniform": later("uniform"),
    "normal": later("normal"),
}
"""Words of the format as a reader calls them."""


@dataclass(frozen=True)
class Field:
    """A value of an entry.

    Attributes:
        key: in the entry, `service_level.share` for one further down.
        label: heading, marked with `later`.
        kind: what the value is.
        default: what the format says where nobody writes it; a column that has nothing else is
            left out.
    """

    key: str
    label: str
    kind: Kind = "number"
    default: Any = None


def entry_grid(
    plan: Plan, section: str, titles: tuple[str, str], fields: Sequence[Field]
) -> Grid | None:
    """Return the entries of a section with the fields that say something, and their sources.

    Args:
        plan: with its scenario.
        section: of the scenario, `channels`.
        titles: what an entry is called, and the title of the table.
        fields: what to tell of each entry.

    Returns:
        None where no entry says anything in these fields.
    """
    found = entries(plan, section)
    told = [
        field
        for field in fields
        if any(value(entry, field.key) not in (None, field.default) for entry in found.values())
    ]
    if not told:
        return None
    has_sources = bool(sources(plan))
    keys = [field.key for field in told]
    head, title = titles
    columns = (
        Column(head, "left"),
        *(_column(plan, field) for field in told),
        *((Column(_("Source"), "left"),) if has_sources else ()),
    )
    rows = tuple(
        (
            entry_title(entry, label),
            *(cell(plan, field.kind, value(entry, field.key)) for field in told),
            *((places_below(plan, f"{section}.{label}", keys),) if has_sources else ()),
        )
        for label, entry in found.items()
        if any(value(entry, key) is not None for key in keys)
    )
    return Grid(columns, rows, title, "manifest.json")


def value(entry: Entry, key: str) -> Any:
    """Return a value of an entry; one that is further down has dots in its key."""
    found: Any = entry
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def entry_title(entry: Entry, label: str) -> str:
    """Return what an entry is called: the words of its owner, or its id."""
    return str(entry.get("title") or label)


def _column(plan: Plan, field: Field) -> Column:
    is_text = field.kind in ("words", "ids", "name", "shares", "numbers")
    title = _(field.label)
    if field.kind == "money":
        title = headed(title, plan.names.currency)
    return Column(title, "left" if is_text else "right")


def cell(plan: Plan, kind: Kind, found: Any) -> Cell:
    """Return a value as a cell."""
    if found is None or found in ({}, []):
        return ABSENT
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, Mapping):
        return ", ".join(_pairs(plan, kind, found))
    if kind in ("words", "ids", "name"):
        return _text(plan, kind, found)
    show = shown_as(kind)
    if isinstance(found, list):
        return _over_time([number(one) for one in found], show)
    amount = number(found)
    return ABSENT if amount is None else Value(show(amount), amount)


def shown_as(kind: Kind) -> Callable[[float], str]:
    """Return how numbers of a kind are written: as they were given."""
    return rate if kind in ("share", "shares") else plain


def _text(plan: Plan, kind: Kind, found: Any) -> str:
    parts = found if isinstance(found, list) else [found]
    if kind == "ids":
        return ", ".join(title_of(plan, str(part)) for part in parts)
    if kind == "words":
        return ", ".join(_(WORDS.get(str(part), str(part))) for part in parts)
    return ", ".join(map(str, parts))


def _pairs(plan: Plan, kind: Kind, found: Mapping[str, Any]) -> Iterable[str]:
    show = shown_as(kind)
    for key, part in found.items():
        amount = number(part)
        if amount is not None:
            yield f"{_point(key) or title_of(plan, key)} {show(amount)}"


def _point(key: str) -> str:
    """Return a point of a curve as a reader sees it; nothing for an id."""
    try:
        return f"{plain(float(key))}:"
    except ValueError:
        return ""


def title_of(plan: Plan, label: str) -> str:
    """Return the title of an id of whatever section."""
    names = plan.names
    every = (names.channels, names.bundles, names.segments, names.interactions)
    for titles in (*every, names.upgrades, names.groups, names.metrics):
        if label in titles:
            return titles[label]
    return label


def _over_time(found: Sequence[float | None], show: Callable[[float], str]) -> Cell:
    """Return numbers by period: all of them, or from the lowest to the highest."""
    known = [one for one in found if one is not None]
    if not known:
        return ABSENT
    if len(set(found)) == 1:
        return Value(show(known[0]), known[0])
    if len(found) <= MOST_PERIODS:
        return " / ".join(ABSENT if one is None else show(one) for one in found)
    return _("{low} to {high}").format(low=show(min(known)), high=show(max(known)))
