"""Single values set or scaled: the same numbers as reading the scenario again, much quicker.

A scenario is taken apart once; each change then touches one attribute or one table, and only the
arrays that follow from it are replaced. What cannot be done so is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from channelopt.errors import Place, UsageError
from channelopt.instance.assemble import assemble
from channelopt.instance.axes import Axes
from channelopt.instance.canonical import canonical
from channelopt.instance.instance import Instance
from channelopt.instance.tables import CHANNEL_ATTRIBUTES, Table, recomputed
from channelopt.instance.understand import understand
from channelopt.scenario.compose import from_data
from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import TableOperation
from channelopt.terms.numbers import Numbers

SHARES = frozenset({"resolution", "satisfaction", "steering"})
"""Attributes that are clipped to 1."""

OF_ATTRIBUTE: Mapping[str, tuple[str, ...]] = {
    "segments.customers": ("customers", "contacts"),
    **dict.fromkeys(("upgrades.investment", "upgrades.running_cost"), ("upgrades",)),
}
"""Numbers that follow from an attribute, where they are not those of the same name."""

OF_TABLE: Mapping[str, tuple[str, ...]] = {
    "contacts_per_customer": ("contacts",),
    "satisfaction_shift": ("satisfaction",),
    "eligible": ("eligible", "preference"),
}
"""Numbers that follow from a table, where they are not those of the same name."""


@dataclass(frozen=True)
class Alteration:
    """A change as `--set` makes it.

    Attributes:
        path: what changes.
        kind: replace the value, or multiply it.
        value: the new value, or the factor.
    """

    path: str
    kind: Literal["set", "times"]
    value: float

    @property
    def text(self) -> str:
        """The change as `--set` takes it."""
        return f"{self.path}{'*=' if self.kind == 'times' else '='}{float(self.value)!r}"


@dataclass(frozen=True)
class Reading:
    """A scenario taken apart.

    Attributes:
        scenario: its sections.
        axes: its ids.
        raw: its tables as they were read.
        tables: its tables as they are.
        operations: changes of table cells, in order.
    """

    scenario: Scenario
    axes: Axes
    raw: Mapping[str, Table]
    tables: Mapping[str, Table]
    operations: tuple[TableOperation, ...] = ()

    def with_tables(self, names: Iterable[str]) -> Reading:
        """Return it with tables worked out again."""
        tables = dict(self.tables)
        for name in names:
            operations = tuple(o for o in self.operations if o.table == name)
            tables[name] = recomputed(name, self.raw[name], operations, self.scenario, self.axes)
        return replace(self, tables=tables)

    def numbers(self) -> Numbers:
        """Return the numbers of the scenario."""
        return assemble(self.scenario, self.axes, dict(self.tables))


class Altered(Mapping[str, Any]):
    """The canonical form of a changed scenario, written down when somebody looks at it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._data: dict[str, Any] | None = None

    def _written(self) -> dict[str, Any]:
        if self._data is None:
            now = self.reading
            self._data = canonical(now.scenario, now.axes, now.tables, "scenario")
        return self._data

    def __getitem__(self, key: str) -> Any:
        return self._written()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._written())

    def __len__(self) -> int:
        return len(self._written())


class _Same:
    """A canonical scenario as a key: equal to itself only."""

    def __init__(self, resolved: Mapping[str, Any]) -> None:
        self.resolved = resolved

    def __hash__(self) -> int:
        return id(self.resolved)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.resolved is self.resolved


@lru_cache(maxsize=8)
def _read(key: _Same) -> Reading:
    return _taken_apart(key.resolved)


def _taken_apart(resolved: Mapping[str, Any], *steps: tuple[Literal["set"], str]) -> Reading:
    found = understand(from_data(dict(resolved), steps=steps))
    operations = found.source.operations
    raw = {name: replace(table, operations=()) for name, table in found.tables.items()}
    return Reading(found.parsed.scenario, found.axes, raw, found.tables, operations)


def reading_of(instance: Instance) -> Reading:
    """Return a scenario taken apart; remembered for the last few."""
    resolved = instance.resolved
    return resolved.reading if isinstance(resolved, Altered) else _read(_Same(resolved))


def alter(instance: Instance, alterations: Sequence[Alteration]) -> Instance:
    """Return an instance with values set or scaled, in this order.

    The numbers are exactly those of the scenario read again with these changes, but shares and
    satisfaction are clipped to their range where reading would refuse. Numbers that were replaced
    by other means stay, unless they follow from the changed values.

    Args:
        instance: the scenario.
        alterations: what changes; limits of policies are not values.

    Raises:
        InputError: a path names nothing, or there is nothing to change.
        UsageError: a path names a policy.
    """
    reading = reading_of(instance)
    if not alterations:
        return instance
    moved: set[str] = set()
    touched: set[str] = set()
    for alteration in alterations:
        after = _with_cells(reading, alteration) or _with_attribute(reading, alteration)
        if after is None:  # no quick way
            after = _read_again(reading.with_tables(sorted(moved)), alteration)
            moved.clear()
        reading = after.reading
        moved |= after.tables
        touched |= after.numbers
    reading = reading.with_tables(sorted(moved))
    numbers = reading.numbers()
    changed = {name: getattr(numbers, name) for name in sorted(touched)}
    return instance.with_(
        numbers=instance.numbers.with_(**changed),
        resolved=Altered(reading),
        applied=(*instance.applied, *(f"--set {a.text}" for a in alterations)),
        sources={**instance.sources, **_sources_of(alterations)},
    )


def _sources_of(alterations: Sequence[Alteration]) -> dict[str, str]:
    """Return where changed values come from now, by the path without its brackets."""
    return {a.path.partition("[")[0]: f"--set {a.path}" for a in alterations}


@dataclass(frozen=True)
class _After:
    """A scenario after a change, the tables to work out again, and the numbers that it touches."""

    reading: Reading
    tables: frozenset[str]
    numbers: frozenset[str]


def keys_of(inside: str) -> dict[str, str]:
    """Return the ids by key of what stands in the brackets of a table's path; `*` is all."""
    pairs = (part.partition("=") for part in inside.split(",") if part.strip())
    named = {key.strip(): label.strip() for key, _, label in pairs}
    return {key: label for key, label in named.items() if label != "*"}


def _with_cells(reading: Reading, change: Alteration) -> _After | None:
    """Change cells of a table; None: not of this kind."""
    path = change.path.removeprefix("tables.")
    name, _, inside = path.partition("[")
    if path == change.path or name not in reading.raw:
        return None
    place = Place(f"--set {change.text}")
    keys = keys_of(inside.rstrip("] "))
    operation = TableOperation(name, keys, change.kind, float(change.value), place)
    touched = ("metrics",) if name.startswith("metric.") else OF_TABLE.get(name, (name,))
    after = replace(reading, operations=(*reading.operations, operation))
    return _After(after, frozenset({name}), frozenset(touched))


def _with_attribute(reading: Reading, change: Alteration) -> _After | None:
    """Change a number of a segment, channel, staff group or upgrade; None: not of this kind."""
    path, _, period = change.path.partition("[")
    section, _, rest = path.partition(".")
    label, _, name = rest.partition(".")
    touched = OF_ATTRIBUTE.get(f"{section}.{name}", (name,))
    entries: Any = getattr(reading.scenario, section, None)
    if not isinstance(entries, dict) or label not in entries or not _known(touched):
        return None
    value = getattr(entries[label], name, None)
    after = _value_after(value, change, period.rstrip("] "), reading.axes.periods)
    if after is None:
        return None
    changed = {**entries, label: entries[label].model_copy(update={name: after})}
    moved = replace(reading, scenario=reading.scenario.model_copy(update={section: changed}))
    is_base = section == "channels" and name in CHANNEL_ATTRIBUTES
    return _After(moved, frozenset({name} if is_base else ()), frozenset(touched))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(names: Sequence[str]) -> bool:
    return {field.name for field in fields(Numbers)}.issuperset(names)


def _value_after(value: Any, change: Alteration, period: str, labels: tuple[str, ...]) -> Any:
    """Return a value over time after a change, of one period or all; None where it is absent."""
    items = value if isinstance(value, list) else [value]
    if not any(map(_is_number, items)) or not all(x is None or _is_number(x) for x in items):
        return None
    if period:
        return _in_period(value, change, period, labels)
    if change.kind == "set":
        return _one(0.0, change)
    after = [None if item is None else _one(item, change) for item in items]
    return after if isinstance(value, list) else after[0]


def _in_period(value: Any, change: Alteration, period: str, labels: tuple[str, ...]) -> Any:
    """Return a value over time after a change in one period; None where it has none there."""
    items = value if isinstance(value, list) else [value] * len(labels)
    at = labels.index(period) if period in labels and len(items) == len(labels) else None
    if at is None or items[at] is None:
        return None
    return [_one(item, change) if k == at else item for k, item in enumerate(items)]


def _one(value: float, change: Alteration) -> float:
    """Return one number after a change, multiplied as the decimal text says."""
    after = float(change.value)
    if change.kind == "times":
        after = float(Decimal(repr(float(value))) * Decimal(repr(after)))
    return min(after, 1.0) if change.path.partition("[")[0].split(".")[-1] in SHARES else after


def _read_again(reading: Reading, change: Alteration) -> _After:
    """Change what has no quick way, by reading the scenario again."""
    if change.path.startswith("policies."):
        raise UsageError(f"'{change.path}' is a limit, not an input")
    after = _taken_apart(Altered(reading), ("set", change.text))
    old, new = reading.numbers(), after.numbers()
    names = [field.name for field in fields(Numbers)]
    differ = frozenset(x for x in names if not _equal(getattr(old, x), getattr(new, x)))
    return _After(after, frozenset(), differ)


def _equal(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    return bool(isinstance(one, str | bool | float | tuple) and one == two)
