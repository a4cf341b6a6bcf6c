"""Reading: which columns of a file are read, as what, and where they go in People."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from channelopt.errors import Place, Problem, Problems, nearest
from channelopt.instance.instance import Instance
from channelopt.scenario.customer_list import CustomerColumns
from channelopt.terms.fields import LARGEST

Kind = Literal["id", "code", "number", "flag"]
Key = int | tuple[int, int] | None
_CLOSE = 0.85
"""How like a name that is read another must be to be doubted."""
ALL = -1
"""Key of a column that speaks of all interactions."""


@dataclass(frozen=True)
class Field:
    """One column that is read.

    Attributes:
        column: its name in the file.
        name: what it is, `contacts.advice`, as messages call it and as it is called by default.
        kind: an id, a code of labels, a number or a flag.
        noun: what its codes are: segment, channel, channel or bundle.
        labels: of its codes, in order.
        low: least number.
        high: largest number.
    """

    column: str
    name: str
    kind: Kind
    noun: str = ""
    labels: tuple[str, ...] = ()
    low: float = -LARGEST
    high: float = LARGEST


@dataclass(frozen=True)
class Slot:
    """One array of People.

    Attributes:
        part: field of People.
        key: in it; None where there is one array.
        fields: positions of the columns that fill it: what the first leaves blank the next says;
            flags must all allow.
    """

    part: str
    key: Key
    fields: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """How a file is read. The first two fields are the id and the segment.

    Attributes:
        file: name of the file in messages.
        fields: columns that are read.
        slots: arrays of People that they fill, without id and segment.
        unused: columns of the file that nothing reads.
        warnings: those of them that may have been meant.
    """

    file: str
    fields: tuple[Field, ...]
    slots: tuple[Slot, ...]
    unused: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns to read, each once."""
        return tuple(dict.fromkeys(field.column for field in self.fields))

    @property
    def codes(self) -> tuple[str, ...]:
        """Columns that hold few texts."""
        return tuple(field.column for field in self.fields if field.kind == "code")

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that hold numbers."""
        return tuple(field.column for field in self.fields if field.kind == "number")

    @property
    def parts(self) -> frozenset[str]:
        """Fields of People that the file has."""
        return frozenset(slot.part for slot in self.slots)


@dataclass(frozen=True)
class _Wish:
    """A column that may be read: its name in the mapping, or else its default name."""

    name: str
    given: str | None
    part: str
    keys: tuple[Key, ...]
    kind: Kind
    noun: str = ""
    labels: tuple[str, ...] = ()
    low: float = -LARGEST
    high: float = LARGEST


def read_columns(
    file: str, names: Sequence[str], columns: CustomerColumns, instance: Instance
) -> Reading:
    """Find the columns of a file that are read.

    Args:
        file: name of the file in messages.
        names: columns of the file.
        columns: how they are called, where not by their default names.
        instance: the scenario.

    Raises:
        InputError: a column that is named or required is not there, or is there twice.
    """
    problems = Problems()
    possible = list(_wishes(columns, instance))
    wishes = [wish for wish in possible if _is_there(wish, names)]
    known = frozenset(names)
    for wish in wishes:
        _check(wish, names, known, file, problems)
    problems.stop()
    fields = tuple(
        Field(_column(w), w.name, w.kind, w.noun, w.labels, w.low, w.high) for w in wishes
    )
    filled: dict[tuple[str, Key], list[int]] = {}
    for at, wish in enumerate(wishes):
        for key in wish.keys:
            filled.setdefault((wish.part, key), []).append(at)
    slots = tuple(
        Slot(part, key, tuple(at)) for (part, key), at in filled.items() if part not in _REQUIRED
    )
    used = {field.column for field in fields}
    unused = tuple(name for name in names if name not in used)
    free = [wish.name for wish in possible if wish not in wishes]
    return Reading(file, fields, slots, unused, tuple(_doubts(file, unused, free)))


def _doubts(file: str, unused: Iterable[str], free: Sequence[str]) -> Iterator[Problem]:
    """Yield a warning for each column that is nearly called like one that would be read."""
    for name in unused:
        close = difflib.get_close_matches(name.casefold(), free, n=1, cutoff=_CLOSE)
        if close:
            hint = f"did you mean '{close[0]}'?"
            yield Problem("W330", f"the column '{name}' is not read", Place(file), hint)
        elif name == "contacts":
            hint = "name one column for each interaction: contacts.<interaction>"
            yield Problem("W330", "the column 'contacts' is not read", Place(file), hint)


_REQUIRED = ("customer_id", "segment")


def _column(wish: _Wish) -> str:
    return wish.name if wish.given is None else wish.given


def _is_there(wish: _Wish, names: Sequence[str]) -> bool:
    """Whether a column is read; one that is named or required and missing is a fault later."""
    return wish.given is not None or wish.name in _REQUIRED or wish.name in names


def _check(
    wish: _Wish, names: Sequence[str], known: frozenset[str], file: str, problems: Problems
) -> None:
    """Record a column that the file does not have, or has twice."""
    column, place = _column(wish), Place(file)
    if column not in known:
        called = "" if wish.given is None else f", which the mapping gives for {wish.name}"
        hint = nearest(column, known) or f"the file has {_listed(names)}"
        if wish.given is None:
            hint += f"; a mapping says how it is called, columns: {{{wish.name}: ...}}"
        problems.add("E310", f"there is no column '{column}'{called}", place, hint)
    elif list(names).count(column) > 1:
        message = f"the column '{column}' is there {list(names).count(column)} times"
        problems.add("E311", message, place, "keep one of them")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:12])
    return (shown + (", ..." if len(names) > 12 else "")) or "no columns"


def _wishes(columns: CustomerColumns, instance: Instance) -> Iterator[_Wish]:
    """Yield every column that a file may have; special ones before those for all."""
    numbers = instance.numbers
    yield _Wish("customer_id", columns.customer_id, "customer_id", (None,), "id")
    segments = numbers.segments
    yield _Wish("segment", columns.segment, "segment", (None,), "code", "segment", segments)
    yield from _contacts(columns, numbers.interactions)
    yield _Wish("margin", columns.margin, "margin", (None,), "number")
    yield _Wish(
        "preferred_channel",
        columns.preferred_channel,
        "preferred",
        (None,),
        "code",
        "channel",
        numbers.channels,
    )
    yield from _current(columns, numbers.interactions, numbers.ways)
    shares = (0.0, 1.0)
    satisfaction = _Grid("satisfaction", columns.satisfaction, *shares)
    yield from satisfaction.wishes(numbers.interactions, numbers.channels)
    values = _Grid("contact_value", columns.contact_value, -LARGEST, LARGEST)
    yield from values.wishes(numbers.interactions, numbers.ways)
    for way, label in enumerate(numbers.ways):
        given = columns.eligible.get(label)
        yield _Wish(f"eligible.{label}", given, "eligible", (way,), "flag")
        yield _Wish(f"consent.{label}", None, "eligible", (way,), "flag")


def _contacts(columns: CustomerColumns, interactions: tuple[str, ...]) -> Iterator[_Wish]:
    given = columns.contacts
    own = given if isinstance(given, Mapping) else {}
    for at, label in enumerate(interactions):
        name = f"contacts.{label}"
        yield _Wish(name, own.get(label), "contacts", (at,), "number", low=0.0)
    if len(interactions) == 1:
        only = given if isinstance(given, str) else None
        yield _Wish("contacts", only, "contacts", (0,), "number", low=0.0)


def _current(
    columns: CustomerColumns, interactions: tuple[str, ...], ways: tuple[str, ...]
) -> Iterator[_Wish]:
    given = columns.current_channel
    own = given if isinstance(given, Mapping) else {}
    noun = "channel or bundle"
    for at, label in enumerate(interactions):
        name = f"current_channel.{label}"
        yield _Wish(name, own.get(label), "current", (at,), "code", noun, ways)
    everywhere = given if isinstance(given, str) else None
    yield _Wish("current_channel", everywhere, "current", (ALL,), "code", noun, ways)


@dataclass(frozen=True)
class _Grid:
    """Columns by way, or by interaction and way."""

    part: str
    given: Mapping[str, str | Mapping[str, str]]
    low: float
    high: float

    def wishes(self, interactions: tuple[str, ...], ways: tuple[str, ...]) -> Iterator[_Wish]:
        """Yield those of one interaction, then those of all."""
        for i, label in enumerate(interactions):
            own = self.given.get(label)
            own = own if isinstance(own, Mapping) else {}
            for w, way in enumerate(ways):
                yield self._wish(f"{label}.{way}", own.get(way), [(i, w)])
        for w, way in enumerate(ways):
            one = self.given.get(way)
            keys = [(i, w) for i in range(len(interactions))]
            yield self._wish(way, one if isinstance(one, str) else None, keys)

    def _wish(self, name: str, given: str | None, keys: Iterable[tuple[int, int]]) -> _Wish:
        full = f"{self.part}.{name}"
        return _Wish(full, given, self.part, tuple(keys), "number", low=self.low, high=self.high)
