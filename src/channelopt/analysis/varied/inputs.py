"""Inputs: every number of a scenario that a planner estimates, by its path, and how to vary it."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from channelopt.errors import UsageError
from channelopt.instance.alter import Alteration, Reading, alter, keys_of, reading_of
from channelopt.instance.axes import SECTION_OF
from channelopt.instance.instance import Instance, Names
from channelopt.instance.rows import ALL
from channelopt.scenario.source import KEYS
from channelopt.terms.numbers import Floats


@dataclass(frozen=True)
class Word:
    """What an attribute or table is called, and what its values count."""

    kind: str
    unit: str


WORDS: Mapping[str, Word] = {
    "unit_cost": Word("unit cost", "currency"),
    "handle_minutes": Word("handle time", "minutes"),
    "resolution": Word("resolution", "share"),
    "satisfaction": Word("satisfaction", "share"),
    "contacts_per_customer": Word("volume", "contacts"),
    "customers": Word("customers", "customers"),
    "margin": Word("margin", "currency"),
    "contact_value": Word("contact value", "currency"),
    "closure_loss": Word("closure loss", "currency"),
    "fixed_cost": Word("fixed cost", "currency"),
    "opening_cost": Word("opening cost", "currency"),
    "closing_cost": Word("closing cost", "currency"),
    "fte_cost": Word("staff cost", "currency"),
    "hours_per_fte": Word("hours per FTE", "hours"),
    "hiring_cost": Word("hiring cost", "currency"),
    "release_cost": Word("release cost", "currency"),
    "investment": Word("investment", "currency"),
    "running_cost": Word("running cost", "currency"),
    "concurrency": Word("concurrency", "contacts"),
    "capacity": Word("capacity", "contacts"),
    "satisfaction_shift": Word("satisfaction", "share"),
}
"""By attribute or table; others are called by their names."""

OF_CHANNELS = ("unit_cost", "handle_minutes", "resolution", "satisfaction")
"""Inputs of channels that may stand in a table."""


@dataclass(frozen=True)
class Input:
    """A number, or several that vary together, by the path that `--set` takes.

    Attributes:
        path: for example `channels.phone.unit_cost`.
        title: in words.
        kind: what it is, for example `unit cost`.
        unit: what its value counts.
        value: today's value; None where the path names several that differ, or none.
    """

    path: str
    title: str
    kind: str
    unit: str
    value: float | None

    def scaled(self, instance: Instance, factor: float) -> Instance:
        """Return the instance with all values of the path times a factor.

        The numbers are exactly those of the scenario read again with `--set path*=factor`; where
        that is refused because a share would leave its range, the share is clipped.
        """
        return scaled(instance, [(self, factor)])

    def at(self, instance: Instance, value: float) -> Instance:
        """Return the instance with all values of the path set to a value."""
        return alter(instance, [Alteration(self.path, "set", value)])


def scaled(instance: Instance, factors: Sequence[tuple[Input, float]]) -> Instance:
    """Return the instance with several inputs scaled, in this order; quicker than one by one."""
    changes = [Alteration(one.path, "times", factor) for one, factor in factors]
    return alter(instance, [change for change in changes if change.value != 1.0])


def inputs(instance: Instance) -> list[Input]:
    """Return the inputs of a scenario in a fixed order.

    Unit cost, handle time, resolution and satisfaction of each channel, contacts of each segment
    and of each interaction, customers and margin of each segment, contact value of each way, what
    channels cost beside their contacts, staff and upgrades. Where rows of a table speak of a
    channel, the input is all its cells together.
    """
    lister = _Lister(instance)
    return [found for group in lister.groups() for found in group if found is not None]


def matching(instance: Instance, pattern: str) -> list[Input]:
    """Return the inputs that a path names, `*` standing for any id.

    Args:
        instance: the scenario.
        pattern: as `--set` takes it, such as `channels.*.unit_cost` or
            `tables.contacts_per_customer[segment=young]`; one input for each entry that has a
            value of its own, one for the named cells of a table together.

    Raises:
        UsageError: it names nothing that has a value.
    """
    lister = _Lister(instance)
    if pattern.startswith("tables."):
        found = [lister.cells(pattern)]
    else:
        found = [lister.attribute(path) for path in lister.paths(pattern)]
    known = [one for one in found if one is not None]
    if not known:
        raise UsageError(f"'{pattern}' names no value that can be varied")
    return known


def largest(instance: Instance, one: Input) -> float:
    """Return the largest of the values that an input names."""
    lister = _Lister(instance)
    values = lister.values(one.path)
    return float(np.nanmax(values)) if values is not None else 0.0


class _Lister:
    """Lists the inputs of one scenario."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.reading: Reading = reading_of(instance)

    def groups(self) -> Iterator[list[Input | None]]:
        n = self.instance.numbers
        for name in OF_CHANNELS:
            yield [self._of_channel(channel, name) for channel in n.channels]
        yield [self._volume("segment", label) for label in n.segments]
        if len(n.interactions) > 1:
            yield [self._volume("interaction", label) for label in n.interactions]
        yield from self._entries("segments", n.segments, ("customers", "margin"))
        yield [self._contact_value(way) for way in n.ways]
        fixed = ("fixed_cost", "opening_cost", "closing_cost")
        yield from self._entries("channels", n.channels, fixed)
        staff = ("fte_cost", "hours_per_fte", "hiring_cost", "release_cost")
        yield from self._entries("staff", n.groups, staff)
        yield from self._entries("upgrades", n.upgrades.ids, ("investment", "running_cost"))

    def _entries(
        self, section: str, labels: Sequence[str], names: Sequence[str]
    ) -> Iterator[list[Input | None]]:
        for name in names:
            found = (self.attribute(f"{section}.{label}.{name}") for label in labels)
            yield [one for one in found if one is not None and one.value != 0.0]

    def _of_channel(self, channel: str, name: str) -> Input | None:
        """Return an input of a channel: its attribute, or all its cells where rows speak of it."""
        if self._has_rows(name, channel):
            return self.cells(f"tables.{name}[channel={channel}]")
        return self.attribute(f"channels.{channel}.{name}")

    def _has_rows(self, name: str, channel: str) -> bool:
        table = self.reading.tables[name]
        if any(o.keys.get("channel", channel) == channel for o in table.operations):
            return True
        if table.cells is None:
            return False
        codes = table.cells.rows.codes[:, KEYS.index("channel")]
        at = self.reading.axes.position["channel"][channel]
        return bool(((codes == at) | (codes == ALL)).any())

    def _volume(self, key: str, label: str) -> Input | None:
        found = self.cells(f"tables.contacts_per_customer[{key}={label}]")
        return found if found is not None and found.value != 0.0 else None

    def _contact_value(self, way: str) -> Input | None:
        found = self.cells(f"tables.contact_value[channel={way}]")
        return found if found is not None and found.value != 0.0 else None

    def cells(self, path: str) -> Input | None:
        """Return the cells of a table that a path names as one input; None where none is known."""
        values = self.values(path)
        if values is None:
            return None
        name, _, inside = path.removeprefix("tables.").partition("[")
        keys = keys_of(inside.rstrip("] "))
        titles = [self._title(SECTION_OF.get(key, key), label) for key, label in keys.items()]
        return self._input(path, name, ", ".join(titles), values)

    def values(self, path: str) -> Floats | None:
        """Return the values that a path names, nan where a cell has none; None: it names none."""
        if not path.startswith("tables."):
            return self._numbers(path)
        name, _, inside = path.removeprefix("tables.").partition("[")
        keys, position = keys_of(inside.rstrip("] ")), self.reading.axes.position
        table = self.reading.tables.get(name)
        if table is None or any(v not in position.get(k, {}) for k, v in keys.items()):
            return None
        full = np.broadcast_to(table.values, self._shape(table.values, keys))
        index = tuple(position[key][keys[key]] if key in keys else slice(None) for key in KEYS)
        values: Floats = full[index]
        return None if np.isnan(values).all() else values

    def _shape(self, values: Floats, keys: Mapping[str, str]) -> tuple[int, ...]:
        full = self.reading.axes.shape
        return tuple(
            whole if key in keys else size
            for key, whole, size in zip(KEYS, full, values.shape, strict=True)
        )

    def attribute(self, path: str) -> Input | None:
        """Return a number of an entry as an input; None where it has no value."""
        values = self._numbers(path)
        if values is None:
            return None
        head, _, period = path.partition("[")
        section, _, rest = head.partition(".")
        label, _, name = rest.partition(".")
        when = f", {period.rstrip('] ')}" if period else ""
        return self._input(path, name or label, f"{self._title(section, label)}{when}", values)

    def _numbers(self, path: str) -> Floats | None:
        """Return the numbers that stand at a path of attributes, None where there are none."""
        head, _, period = path.partition("[")
        value = self._value(head)
        items = value if isinstance(value, list) else [value]
        if period and isinstance(value, list):
            items = [value[self.reading.axes.position["period"][period.rstrip("] ")]]]
        numbers = [x for x in items if isinstance(x, int | float) and not isinstance(x, bool)]
        return np.array(numbers, dtype=np.float64) if numbers else None

    def _value(self, path: str) -> Any:
        """Return what stands at a path of attributes, None where there is nothing."""
        found: Any = self.reading.scenario
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else getattr(found, part, None)
        return found

    def paths(self, pattern: str) -> Iterator[str]:
        """Yield the paths that a pattern of attributes names, in the order of ids."""
        section, _, rest = pattern.partition(".")
        label, dot, name = rest.partition(".")
        entries = getattr(self.reading.scenario, section, None)
        if not dot or not isinstance(entries, dict):
            yield pattern
            return
        for known in sorted(entries):
            if fnmatch.fnmatchcase(known, label):
                yield f"{section}.{known}.{name}"

    def _input(self, path: str, name: str, title: str, values: Floats) -> Input:
        last = name.rpartition(".")[2]
        word = WORDS.get(name) or WORDS.get(last) or Word(last.replace("_", " "), "")
        one = float(values.flat[0]) if bool((values == values.flat[0]).all()) else None
        words = f"{word.kind[0].upper()}{word.kind[1:]}"
        return Input(path, f"{words}: {title}" if title else words, word.kind, word.unit, one)

    def _title(self, section: str, label: str) -> str:
        names: Names = self.instance.names
        known: Mapping[str, Mapping[str, str]] = {
            "segments": names.segments,
            "interactions": names.interactions,
            "channels": {**names.channels, **names.bundles},
            "staff": names.groups,
            "upgrades": names.upgrades,
            "metrics": names.metrics,
        }
        return known.get(section, {}).get(label, label)
