"""Totals: what all customers of a file come to, independent of their order and partitions.

Sums are exact: every amount is cut into four whole numbers below 2**30, which floating point adds
without rounding, and the sums are kept as whole numbers of 2**-80.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import Floats, People
from channelopt.terms.numbers import Numbers

Exact = NDArray[Any]
"""Whole numbers of Python, in units of 2**-80."""
Counts = NDArray[np.int64]
UNIT = 2**80


@dataclass(frozen=True)
class Totals:
    """What customers come to; S segments, I interactions, C channels, W ways.

    Contacts and margins are the scenario's where the file says nothing. The last place of the last
    axis of `preferred` and `current` counts the customers of whom the file names none.

    Attributes:
        customers: (S,) number of customers.
        exact_contacts: (S, I) contacts per period.
        largest: (S, I) most contacts of one customer; -inf where there is no customer.
        smallest: (S, I) fewest contacts of one customer; inf where there is no customer.
        exact_gains: (S,) sum of the positive margins.
        exact_losses: (S,) sum of the negative margins, as a positive number.
        preferred: (S, C + 1) customers by preferred channel.
        exact_preferred: (S, I, C + 1) contacts by preferred channel.
        current: (S, I, W + 1) customers by the way that serves them now.
        exact_current: (S, I, W + 1) contacts by the way that serves them now.
    """

    customers: Counts
    exact_contacts: Exact
    largest: Floats
    smallest: Floats
    exact_gains: Exact
    exact_losses: Exact
    preferred: Counts
    exact_preferred: Exact
    current: Counts
    exact_current: Exact

    @property
    def contacts(self) -> Floats:
        """(S, I) contacts per period."""
        return amounts(self.exact_contacts)

    @property
    def gains(self) -> Floats:
        """(S,) currency: sum of the positive margins."""
        return amounts(self.exact_gains)

    @property
    def losses(self) -> Floats:
        """(S,) currency, <= 0: sum of the negative margins."""
        return -amounts(self.exact_losses)

    @property
    def preferred_contacts(self) -> Floats:
        """(S, I, C + 1) contacts by preferred channel."""
        return amounts(self.exact_preferred)

    @property
    def current_contacts(self) -> Floats:
        """(S, I, W + 1) contacts by the way that serves them now."""
        return amounts(self.exact_current)

    def __add__(self, other: Totals) -> Totals:
        """Return the totals of both."""
        how: dict[str, Callable[..., Any]] = {"largest": np.maximum, "smallest": np.minimum}
        return Totals(
            **{
                field.name: how.get(field.name, np.add)(
                    getattr(self, field.name), getattr(other, field.name)
                )
                for field in fields(self)
            }
        )


def amounts(exact: Exact) -> Floats:
    """Return exact sums as the nearest floating-point numbers."""
    flat = [int(units) / UNIT for units in exact.ravel()]
    return np.array(flat, dtype=np.float64).reshape(exact.shape)


def exact_sums(at: NDArray[np.int64], values: Floats, size: int) -> Exact:
    """Add amounts exactly.

    Args:
        at: (n,) where each is added, 0..size - 1; n <= 2**23.
        values: (n,) amounts from 0 to 1e12, cut below 2**-80.
        size: number of sums.

    Returns:
        (size,) whole numbers of 2**-80.
    """
    total = np.zeros(size, dtype=object)
    rest = values * 2.0**-10
    for shift in (90, 60, 30, 0):
        limb = np.floor(rest)
        if limb.any():
            sums = np.bincount(at, weights=limb, minlength=size).astype(np.int64)
            total += sums.astype(object) << shift
        rest = (rest - limb) * 2.0**30
        if not rest.any():
            break
    return total


def no_totals(numbers: Numbers) -> Totals:
    """Return the totals of nobody."""
    s, i, c, w = *numbers.shape[:3], len(numbers.ways)

    def exact(*shape: int) -> Exact:
        return np.zeros(shape, dtype=object)

    def counts(*shape: int) -> Counts:
        return np.zeros(shape, dtype=np.int64)

    return Totals(
        customers=counts(s),
        exact_contacts=exact(s, i),
        largest=np.full((s, i), -np.inf),
        smallest=np.full((s, i), np.inf),
        exact_gains=exact(s),
        exact_losses=exact(s),
        preferred=counts(s, c + 1),
        exact_preferred=exact(s, i, c + 1),
        current=counts(s, i, w + 1),
        exact_current=exact(s, i, w + 1),
    )


def totals_of(people: People, numbers: Numbers, period: int) -> Totals:
    """Return the totals of a partition.

    Args:
        people: its customers, at most 2**23.
        numbers: the scenario, which says what the file does not.
        period: position of the period.
    """
    found = no_totals(numbers)
    segments, channels, ways = len(numbers.segments), len(numbers.channels), len(numbers.ways)
    at = people.segment.astype(np.int64)
    found.customers[:] = np.bincount(at, minlength=segments)
    _margins(found, people, at, numbers.margin[:, period])
    preferred = _cells(at, people.preferred, channels)
    found.preferred[:] = _counted(preferred, found.preferred.shape)
    for i in range(len(numbers.interactions)):
        contacts = contacts_of(people, numbers, period, i)
        _contacts(found, at, contacts, i)
        found.exact_preferred[:, i] = _added(preferred, contacts, found.preferred.shape)
        current = _cells(at, current_of(people, i), ways)
        shape = (segments, ways + 1)
        found.current[:, i] = _counted(current, shape)
        found.exact_current[:, i] = _added(current, contacts, shape)
    return found


def contacts_of(people: People, numbers: Numbers, period: int, interaction: int) -> Floats:
    """Return (n,) contacts of each customer, the scenario's where the file says nothing."""
    usual = numbers.contacts[:, interaction, period][people.segment]
    own = people.contacts.get(interaction)
    return usual if own is None else np.where(np.isnan(own), usual, own)


def current_of(people: People, interaction: int) -> NDArray[np.int16] | None:
    """Return (n,) the way that serves each customer now, -1 for none; None where nobody says."""
    everywhere, own = people.current.get(-1), people.current.get(interaction)
    if own is None or everywhere is None:
        return everywhere if own is None else own
    return np.where(own < 0, everywhere, own)


def _margins(found: Totals, people: People, at: NDArray[np.int64], usual: Floats) -> None:
    margin = usual[people.segment]
    if people.margin is not None:
        margin = np.where(np.isnan(people.margin), margin, people.margin)
    size = len(found.customers)
    found.exact_gains[:] = exact_sums(at, np.maximum(margin, 0.0), size)
    found.exact_losses[:] = exact_sums(at, np.maximum(-margin, 0.0), size)


def _contacts(found: Totals, at: NDArray[np.int64], contacts: Floats, i: int) -> None:
    found.exact_contacts[:, i] = exact_sums(at, contacts, len(found.customers))
    for segment in np.flatnonzero(found.customers):
        own = contacts[at == segment]
        found.largest[segment, i] = own.max()
        found.smallest[segment, i] = own.min()


def _cells(at: NDArray[np.int64], codes: NDArray[np.int16] | None, none: int) -> NDArray[np.int64]:
    """Return the place of each customer in a table of segments by codes and none."""
    if codes is None:
        return at * (none + 1) + none
    return at * (none + 1) + np.where(codes < 0, none, codes)


def _counted(at: NDArray[np.int64], shape: tuple[int, ...]) -> Counts:
    return np.bincount(at, minlength=int(np.prod(shape))).reshape(shape)


def _added(at: NDArray[np.int64], values: Floats, shape: tuple[int, ...]) -> Exact:
    return exact_sums(at, values, int(np.prod(shape))).reshape(shape)
