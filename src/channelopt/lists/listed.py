"""A compiled list: tables, limits, and the way from customers to blocks and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import People
from channelopt.lists.compiled import Figures, Limit
from channelopt.lists.kinds import Kinds
from channelopt.lists.measures import Own
from channelopt.lists.questions import Question
from channelopt.priced.units import Block, Floats, Rows, Tables

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class List:
    """A plan and its customers as the engine sees them; see `Compiled` for each field.

    Attributes:
        questions: in the order in which they stand in the list.
        tables: of all questions together.
        rows: shared rows.
        limits: (R,) who each row is.
        others: (Z,) staff group and channel of each other column.
        constant: currency.
        own: measures of customers.
        kinds: classes of customers.
        contact: (M, N, O) first contacts by measure.
        cost: (M, N, O) contact cost by measure.
        hours: (C, M, N, O) work in channels with staff.
        notes: what the planner should know about these limits, in sentences.
    """

    questions: tuple[Question, ...]
    tables: Tables
    rows: Rows
    limits: tuple[Limit, ...]
    others: tuple[tuple[str, str], ...]
    constant: float
    own: Own
    kinds: Kinds
    contact: Floats
    cost: Floats
    hours: Floats
    notes: tuple[str, ...] = ()

    def block(self, question: int, people: People) -> Block:
        """Return the units of one question: one per customer, in the order of people."""
        asked = self.questions[question]
        barred = self.own.barred(asked, people)
        return replace(
            self._plain(question, people),
            each=self._wide(self.own.each(asked, people)),
            barred=None if barred is None else self._wide(barred),
        )

    def _plain(self, question: int, people: People) -> Block:
        """Return the units without numbers by option."""
        asked = self.questions[question]
        traits = self.own.basis.traits_of(people)
        return Block(
            kind=self.kinds.of(question, traits, self.own.idle(asked, people)),
            weights=self.own.weights(asked, people),
            each=np.zeros((0, len(people), self.tables.shape[2])),
            barred=None,
            luck=people.luck,
        )

    def figures(self, question: int, people: People) -> Figures:
        """Return what every option is worth to each customer; nan where it is barred."""
        block = self.block(question, people)
        asked = self.questions[question]
        satisfaction = np.full((len(people), self.tables.shape[2]), np.nan)
        satisfaction[:, : len(asked.options)] = self.own.means(asked, people)
        closed = np.where(self.tables.allowed, 0.0, np.nan)
        satisfaction += closed.take(block.kind, axis=0)
        found = [
            _all(table + closed, block) for table in (self.tables.gain, self.cost, self.contact)
        ]
        if block.barred is not None:
            for amounts in (*found, satisfaction):
                amounts[block.barred] = np.nan
        value, cost, contacts = found
        return Figures(value, cost, satisfaction, contacts)

    def uses(self, question: int, people: People, option: NDArray[np.int16]) -> Floats:
        """Return (n, R') uses of the scarce rows by the options taken, in their order."""
        scarce = [row for row, limit in enumerate(self.limits) if limit.scarce]
        tables = self.rows.uses[scarce].toarray().reshape(len(scarce), *self.tables.shape)
        return self._taken(tables, question, people, option)

    def work(self, question: int, people: People, option: NDArray[np.int16]) -> Floats:
        """Return (n, C) hours that the options taken cause in each channel that a group serves."""
        return self._taken(self.hours, question, people, option)

    def _taken(
        self, tables: Floats, question: int, people: People, option: NDArray[np.int16]
    ) -> Floats:
        """Return (n, X) amounts of the options taken from tables (X, M, N, O)."""
        weights = self.own.measures.weights
        by_option = tables[:, weights:].any()
        block = self.block(question, people) if by_option else self._plain(question, people)
        place = block.kind.astype(np.int64) * tables.shape[3] + option
        total = np.zeros((len(people), len(tables)))
        for measure in np.flatnonzero(tables.any(axis=(0, 2, 3))).tolist():
            of_units = measure < weights
            own = block.weights[measure] if of_units else block.each[measure - weights]
            own = own if of_units else own[np.arange(len(people)), option]
            for x in np.flatnonzero(tables[:, measure].any(axis=(1, 2))).tolist():
                total[:, x] += tables[x, measure].reshape(-1).take(place) * own
        return total

    def _wide(self, narrow: NDArray[T]) -> NDArray[T]:
        """Fill options that a question does not have; no class may take them."""
        more = self.tables.shape[2] - narrow.shape[-1]
        return np.pad(narrow, [(0, 0)] * (narrow.ndim - 1) + [(0, more)])


def _all(table: Floats, block: Block) -> Floats:
    """Return (n, O) amounts of every option from a table (M, N, O); the first measure is 1."""
    weights = len(block.weights)
    total: Floats = table[0].take(block.kind, axis=0)
    part = np.empty_like(total)
    for measure in range(1, len(table)):
        if np.nan_to_num(table[measure]).any():
            table[measure].take(block.kind, axis=0, out=part)
            of_units = measure < weights
            part *= block.weights[measure][:, None] if of_units else block.each[measure - weights]
            total += part
    return total
