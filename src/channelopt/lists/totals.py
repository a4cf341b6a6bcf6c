"""Totals: what a list adds up to, gathered from partitions in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from channelopt.lists.moves import Moves, Places, moves
from channelopt.lists.sums import Exact, exact_sums
from channelopt.priced.units import Floats

SUMS = ("contacts", "value", "cost", "points", "rated")
"""What is added up by question, segment and option."""


@dataclass(frozen=True)
class Taken:
    """What the customers of one partition take in answer to one question.

    Attributes:
        option: (n,).
        runner_up: (n,), -1 for none.
        worse_by: (n,) currency, nan where there is no runner-up.
        contacts: (n,) first contacts.
        value: (n,) currency.
        cost: (n,) currency.
        satisfaction: (n,) mean points, nan for none.
        even: (n,) currency: what the plan's shares are worth to each customer.
        paid: columns of (n,) currency.
        work: (n, C) hours in channels that a staff group serves.
        earlier: (n,) option in an earlier list, -1 for none; None where there is no such list.
        today: (n,) way that serves the customer now, -1 for none; None where nobody says.
    """

    option: Places
    runner_up: Places
    worse_by: Floats
    contacts: Floats
    value: Floats
    cost: Floats
    satisfaction: Floats
    even: Floats
    paid: list[Floats]
    work: Floats
    earlier: Places | None = None
    today: Places | None = None


@dataclass(frozen=True)
class Totals:
    """Sums over customers, exact, so that partitions and their order do not matter.

    The last axis of the arrays is that of the options, before it come questions and segments.

    Attributes:
        people: customers.
        customers: (Q, S, O) who take each option.
        contacts: (Q, S, O) exact sums, as all that follow.
        value: (Q, S, O) currency.
        cost: (Q, S, O) currency.
        points: (Q, S, O) contacts times satisfaction, where there is such.
        rated: (Q, S, O) contacts with satisfaction.
        even: currency: the plan's shares spread over all customers.
        work: (C,) hours in channels that a staff group serves.
        moves: customers whose option is another one than before.
    """

    people: int
    customers: NDArray[np.int64]
    contacts: Exact
    value: Exact
    cost: Exact
    points: Exact
    rated: Exact
    even: int
    work: Exact
    moves: Moves

    def __add__(self, other: Totals) -> Totals:
        parts = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in _PARTS}
        return Totals(**parts)

    @staticmethod
    def nothing(shape: tuple[int, int, int], channels: int) -> Totals:
        """Return the totals of no customers: (Q, S, O) and C zeros."""
        return Totals(
            people=0,
            customers=np.zeros(shape, dtype=np.int64),
            even=0,
            work=np.zeros(channels, dtype=object),
            moves=Moves(),
            **{name: np.zeros(shape, dtype=object) for name in SUMS},
        )


_PARTS = fields(Totals)


def totals(
    segment: NDArray[np.int16], taken: list[Taken], shape: tuple[int, int], ways: Sequence[Places]
) -> Totals:
    """Add up one partition.

    Args:
        segment: (n,) of its customers.
        taken: by question.
        shape: number of segments and of options.
        ways: by question, (O,) way of each option; see `moves`.
    """
    cells = [segment.astype(np.int64) * shape[1] + one.option for one in taken]
    channels = taken[0].work.shape[1] if taken else 0
    size, by_question = shape[0] * shape[1], (len(taken), *shape)
    counts = [np.bincount(cell, minlength=size) for cell in cells]
    amounts = [_amounts(one) for one in taken]
    sums = {
        name: np.reshape(
            [exact_sums(cell, one[name], size) for cell, one in zip(cells, amounts, strict=True)],
            by_question,
        )
        for name in SUMS
    }
    return Totals(
        people=len(segment),
        customers=np.reshape(counts, by_question),
        even=sum(_whole(one.even) for one in taken),
        work=sum((_columns(one.work) for one in taken), np.zeros(channels, dtype=object)),
        moves=moves(taken, ways),
        **sums,
    )


def _amounts(one: Taken) -> dict[str, Floats]:
    """Return what is added up by cell."""
    rated = np.where(np.isnan(one.satisfaction), 0.0, one.contacts)
    return {
        "contacts": one.contacts,
        "value": one.value,
        "cost": one.cost,
        "points": rated * np.nan_to_num(one.satisfaction),
        "rated": rated,
    }


def _whole(amounts: Floats) -> int:
    return int(exact_sums(np.zeros(len(amounts), dtype=np.int64), amounts, 1)[0])


def _columns(amounts: Floats) -> Exact:
    return np.array([_whole(column) for column in amounts.T], dtype=object)
