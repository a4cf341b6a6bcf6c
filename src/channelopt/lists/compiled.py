"""Compiled: a plan and its customers as a task for the engine, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import People
from channelopt.lists.questions import Question
from channelopt.priced.units import Block, Floats, Rows, Tables


@dataclass(frozen=True)
class Limit:
    """Who a row of the engine is, for people and files.

    Attributes:
        name: unique, stable and readable, for example `capacity:phone`, `hours:advisors`,
            `plan:private:advice:branch`, `budget:service budget`, `steering:private:advice:branch`.
        kind: capacity, minimum volume, hours, quota (of the plan), share, steering, migration,
            policy.
        owner: name of the policy or slug of the rule; `plan` for quotas.
        unit: contacts, hours, currency, points, customers.
        channel: id, or empty.
        group: id of a staff group, or empty.
        segment: id, or empty.
        interaction: id, or empty.
        scarce: whether its price is named in the list (`paid_<name>`): capacity, hours, budgets.
    """

    name: str
    kind: str
    owner: str
    unit: str
    channel: str = ""
    group: str = ""
    segment: str = ""
    interaction: str = ""
    scarce: bool = False


@dataclass(frozen=True)
class Figures:
    """What options are worth to the customers of a block, without prices.

    Attributes:
        value: (n, O) currency: kept margin, contact value, satisfaction value less contact cost.
        cost: (n, O) currency: contact cost, contacts passed on included.
        satisfaction: (n, O) mean points per contact, 0..1 less penalties; nan where there are no
            inbound contacts.
        contacts: (n, O) first contacts.
    """

    value: Floats
    cost: Floats
    satisfaction: Floats
    contacts: Floats


class Compiled(Protocol):
    """A plan and its customers as the engine sees them; can be pickled, loads no customers."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """In the order in which they stand in the list."""

    @property
    def tables(self) -> Tables:
        """Of all questions together; classes of different questions are different classes."""

    @property
    def rows(self) -> Rows:
        """Shared rows."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """(R,) who each row is."""

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """(Z,) staff group and channel whose hours each other column is; empty texts if none."""

    @property
    def constant(self) -> float:
        """Currency: what the list adds to the gain of its units to be comparable with the plan.

        Margins that no option changes; staff, fixed and other costs that stand already.
        """

    def block(self, question: int, people: People) -> Block:
        """Return the units of one question: one per customer, in the order of people."""

    def figures(self, question: int, people: People) -> Figures:
        """Return what every option is worth to each customer; nan where it is barred."""

    def uses(self, question: int, people: People, option: NDArray[np.int16]) -> Floats:
        """Return (n, R') uses of the scarce rows by the options taken, in their order."""

    def work(self, question: int, people: People, option: NDArray[np.int16]) -> Floats:
        """Return (n, C) hours that the options taken cause in each channel that a group serves.

        Where just one group serves a channel, it works all of them, and no other column says so;
        where several do, `others` splits them.
        """
