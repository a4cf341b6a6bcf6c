"""Customers made up in memory: as the scenario's averages, or drawn by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from channelopt.customers.people import People
from channelopt.instance.instance import Instance


@dataclass(frozen=True)
class Held:
    """A partition that is in memory."""

    people: People

    def load(self) -> People:
        return self.people


@dataclass(frozen=True)
class Crowd:
    """A register in memory."""

    partitions: tuple[Held, ...]
    columns: frozenset[str] = frozenset()

    @property
    def customers(self) -> int:
        return sum(len(part.people) for part in self.partitions)

    def each(self) -> Iterator[People]:
        for part in self.partitions:
            yield part.load()


def people(segment: Any, **own: Any) -> People:
    """Customers of these segments, with numbers of their own."""
    codes = np.asarray(segment, dtype=np.int16)
    count = len(codes)
    luck = np.random.default_rng(0).integers(0, 2**63, count, dtype=np.uint64)
    ids = np.array([f"c{k}" for k in range(count)])
    return People(ids, luck, np.arange(count), codes, **own)


def crowd(*parts: People) -> Crowd:
    """A register of partitions; columns are those that any partition has."""
    names = ("contacts", "margin", "preferred", "current", "satisfaction")
    names = (*names, "contact_value", "eligible")
    empty: tuple[Any, ...] = (None, {})
    columns = {
        name
        for name in names
        for part in parts
        if not any(getattr(part, name) is e for e in empty)
        and not (isinstance(getattr(part, name), dict) and not getattr(part, name))
    }
    return Crowd(tuple(Held(part) for part in parts), frozenset(columns))


def averages(instance: Instance, period: int = 0, scale: float = 1.0) -> Crowd:
    """As many customers as the scenario has, about whom nothing is known but their segment."""
    count = np.rint(instance.numbers.customers[:, period] * scale).astype(int)
    return crowd(people(np.repeat(np.arange(len(count)), count)))
