"""Customers whom the plan leaves nothing: found before anything is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from channelopt.customers.people import Partition, Register
from channelopt.errors import InputError, Problem
from channelopt.lists.listed import List

T = TypeVar("T")

SHOWN = 20
"""So many customers are named."""


class Over(Protocol):
    """Does work on every partition somewhere, and gives back what comes of it."""

    def __call__(self, work: Callable[[Partition], T]) -> Iterable[T]:
        """Yield the result of every partition, in their order."""


@dataclass(frozen=True)
class Here:
    """Works on one partition after the other.

    Attributes:
        register: whose.
    """

    register: Register

    def __call__(self, work: Callable[[Partition], T]) -> Iterable[T]:
        """Yield the result of every partition, in their order."""
        return map(work, self.register.partitions)


@dataclass(frozen=True)
class Unserved:
    """Looks for customers with no option; can be pickled.

    Attributes:
        compiled: the plan and its customers.
    """

    compiled: List

    def __call__(self, partition: Partition) -> tuple[int, tuple[str, ...]]:
        """Return how many there are, and the first of them in words."""
        people = partition.load()
        count, words = 0, []
        for k, question in enumerate(self.compiled.questions):
            block = self.compiled.block(k, people)
            open_to = self.compiled.tables.allowed[block.kind]
            if block.barred is not None:
                open_to &= ~block.barred
            lost = np.flatnonzero(~open_to.any(axis=1))
            count += len(lost)
            segments = self.compiled.own.numbers.segments
            words += [
                f"row {int(people.row[j]) + 1}, customer {str(people.ids[j])[:80]!r} of "
                f"'{segments[int(people.segment[j])]}', '{question.name}'"
                for j in lost[:SHOWN].tolist()
            ]
        return count, tuple(words[:SHOWN])


def refuse_unserved(compiled: List, register: Register, over: Over) -> None:
    """Check that every customer has an option for every question.

    Raises:
        InputError: some have none; the first are named.
    """
    _offered(compiled)
    if "eligible" not in register.columns:
        return
    found = list(over(Unserved(compiled)))
    count = sum(part for part, _ in found)
    shown = [text for _, words in found for text in words][:SHOWN]
    if count:
        problems = [
            Problem(
                "E932",
                f"{count:,} times a customer may enter none of the channels that the plan offers "
                "for a question",
                hint="allow one of them, leave these customers out, or offer another channel",
            )
        ]
        raise InputError([*problems, *(Problem("E933", text) for text in shown)])


def _offered(compiled: List) -> None:
    """Check that the plan offers something to every class."""
    closed = np.flatnonzero(~compiled.tables.allowed.any(axis=1)).tolist()
    places = sorted(
        {(int(compiled.kinds.segment[k]), int(compiled.kinds.question[k])) for k in closed}
    )
    if places:
        raise InputError(
            Problem(
                "E934",
                f"customers of '{compiled.own.numbers.segments[s]}' have contacts of "
                f"'{compiled.questions[q].name}', for which the plan offers them no channel",
            )
            for s, q in places
        )
