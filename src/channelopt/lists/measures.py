"""Measures: the numbers of single customers that options and limits multiply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from channelopt.customers.people import People
from channelopt.lists.cells import Cells
from channelopt.lists.questions import Option, Question
from channelopt.lists.tally import Basis
from channelopt.priced.units import Flags, Floats
from channelopt.terms.numbers import Curve, Numbers


@dataclass(frozen=True)
class Keeping:
    """What share of a positive margin stays at a mean satisfaction.

    Attributes:
        curves: retention curves by segment.
        weight: satisfaction_weight of all other segments.
    """

    curves: Mapping[int, Curve]
    weight: float

    def share(self, segment: int, mean: Floats) -> Floats:
        """Return the share that stays in one segment, of any shape."""
        curve = self.curves.get(segment)
        if curve is not None:
            return np.asarray(np.interp(mean, curve.at, curve.keeps), dtype=np.float64)
        return 1.0 - self.weight * (1.0 - mean)

    def shares(self, segment: np.ndarray[tuple[int], np.dtype[np.int16]], mean: Floats) -> Floats:
        """Return (n, O) shares of customers of different segments with means (n, O)."""
        kept: Floats = 1.0 - self.weight * (1.0 - mean)
        for s, curve in self.curves.items():
            own = segment == s
            if own.any():
                kept[own] = np.interp(mean[own], curve.at, curve.keeps)
        return kept


@dataclass(frozen=True)
class Measures:
    """Which measures a list needs; the first is always 1.

    With P the most interactions of a question:

    Attributes:
        places: P.
        contacts: contacts of a question's interactions, P measures.
        kept: margin that is at stake in a question: 0, 1 or P measures.
        worth: worth of each option by numbers of the customer's own, one measure.
        points: satisfaction points of the customer's own beyond the scenario's, P measures.
        earned: what of `worth` a return on cost counts, where that is not all of it.
    """

    places: int
    contacts: bool = False
    kept: int = 0
    worth: bool = False
    points: bool = False
    earned: bool = False

    @property
    def weights(self) -> int:
        """K: measures with one number per customer."""
        return 1 + self.places * self.contacts + self.kept

    @property
    def count(self) -> int:
        """M: all measures."""
        return self.weights + self.worth + self.places * self.points + self.earned

    def of_contacts(self, place: int) -> int:
        """Return the measure of contacts of a question's interaction at a place."""
        return 1 + place if self.contacts else 0

    def of_kept(self, place: int) -> int:
        """Return the measure of margin at stake."""
        first = 1 + self.places * self.contacts
        return first + (place if self.kept > 1 else 0) if self.kept else 0

    def of_points(self, place: int) -> int:
        """Return the measure of own satisfaction points."""
        return self.weights + self.worth + place

    @property
    def of_worth(self) -> int:
        """Return the measure of own worth."""
        return self.weights

    @property
    def of_earned(self) -> int:
        """Return the measure of what a return on cost counts."""
        return self.count - 1 if self.earned else self.weights


@dataclass(frozen=True)
class Own:
    """Measures of customers, from their own numbers and from those of the scenario.

    Attributes:
        numbers: one period of the scenario.
        basis: what the scenario says of a customer.
        cells: figures of one first contact.
        keeping: how satisfaction keeps margins.
        measures: which are needed.
        felt: whether customers have satisfaction of their own.
    """

    numbers: Numbers
    basis: Basis
    cells: Cells
    keeping: Keeping
    measures: Measures
    felt: bool

    def weights(self, question: Question, people: People) -> Floats:
        """Return (K, n) measures with one number per customer."""
        m = self.measures
        found = np.zeros((m.weights, len(people)))
        found[0] = 1.0
        if m.contacts:
            for place, i in enumerate(question.interactions):
                found[m.of_contacts(place)] = self.basis.treated(people, i)
        if m.kept:
            for place, stake in enumerate(self.stakes(question, people)):
                found[m.of_kept(place)] += stake
        return found

    def stakes(self, question: Question, people: People) -> Floats:
        """Return (P', n) positive margin that each interaction of a question decides.

        A margin is shared out by importance times contacts of all inbound interactions.
        """
        margin = np.maximum(self.basis.margin_of(people), 0.0)
        total = self.basis.weight_of(people)
        rate = np.divide(margin, total, out=np.zeros_like(margin), where=total > 0)
        return np.stack(
            [
                rate * self.basis.weight[i] * self.basis.contacts_of(people, i)
                if self.basis.weight[i] > 0
                else np.zeros_like(rate)
                for i in question.interactions
            ]
        )

    def _of(self, table: Floats, people: People, interaction: int, way: int) -> Floats:
        """Return (n,) what a table (S, I, W) says of each customer."""
        return np.ascontiguousarray(table[:, interaction, way]).take(people.segment)

    def each(self, question: Question, people: People) -> Floats:
        """Return (D, n, O') measures with one number per customer and option of the question."""
        m = self.measures
        options = len(question.options)
        found = np.zeros((m.count - m.weights, len(people), options))
        if m.worth:
            worth, price = self._worth(question, people)
            found[m.of_worth - m.weights] = worth + price
            if m.earned:
                found[m.of_earned - m.weights] = worth
        if m.points:
            for o, option in enumerate(question.options):
                for i, w in option.entries:
                    place = question.interactions.index(i)
                    more = self.more_felt(people, i, w)
                    if more is not None:
                        amount = more * self.basis.treated(people, i)
                        found[m.of_points(place) - m.weights, :, o] = amount
        return found

    def _worth(self, question: Question, people: People) -> tuple[Floats, Floats]:
        """Return (n, O') what options are worth by own numbers, points apart from the rest."""
        worth = self._kept(question, people)
        price = np.zeros_like(worth)
        contacts = {i: self.basis.treated(people, i) for i in question.interactions}
        for o, option in enumerate(question.options):
            for i, w in option.entries:
                own = people.contact_value.get((i, w))
                if own is not None:
                    more = own - self._of(self.cells.value, people, i, w)
                    worth[:, o] += contacts[i] * np.where(np.isnan(own), 0.0, more)
                paid = self.numbers.satisfaction_price * self.basis.weight[i]
                more_felt = self.more_felt(people, i, w) if paid else None
                if more_felt is not None:
                    price[:, o] += paid * contacts[i] * more_felt
        return worth, price

    def _kept(self, question: Question, people: People) -> Floats:
        """Return (n, O') margin that stays, as far as no class knows it."""
        shape = (len(people), len(question.options))
        served = self.basis.weight[list(question.interactions)].any()
        here = self.apart(question, people)
        if not (served and here.any()):
            return np.zeros(shape)
        stake = self.stakes(question, people).sum(axis=0)[:, None]
        mean = np.nan_to_num(self.means(question, people))
        kept = stake * self.keeping.shares(people.segment, mean)
        return np.where(here[:, None], kept, 0.0)

    def apart(self, question: Question, people: People) -> Flags:
        """Return (n,) customers whose kept margin no class and no weight can tell."""
        if self.felt:
            return np.ones(len(people), dtype=bool)
        if not (self.measures.contacts and len(question.interactions) > 1):
            return np.zeros(len(people), dtype=bool)
        return np.isin(people.segment, sorted(self.keeping.curves))

    def means(self, question: Question, people: People) -> Floats:
        """Return (n, O') mean points per contact of the question; nan where there are none."""
        single = len(question.interactions) == 1
        if not self.felt and (single or not people.contacts):
            return self._usual_means(question).take(people.segment, axis=0)
        found = np.full((len(people), len(question.options)), np.nan)
        part = {
            i: _importance(self.basis, question, i) * self.basis.contacts_of(people, i)
            for i in question.interactions
            if self.basis.inbound[i]
        }
        weight = np.sum(list(part.values()), axis=0) if part else np.zeros(len(people))
        rate = np.divide(1.0, weight, out=np.full(len(people), np.nan), where=weight > 0)
        for o, option in enumerate(question.options):
            if part and option.entries:
                found[:, o] = rate * self._points(option, people, part)
        return found

    def _points(self, option: Option, people: People, part: Mapping[int, Floats]) -> Floats:
        """Return (n,) satisfaction points of an option, each contact times its part."""
        points = np.zeros(len(people))
        for i, w in option.entries:
            felt = self._of(self.cells.points, people, i, w)
            more = self.more_felt(people, i, w)
            points += part[i] * (felt if more is None else felt + more)
        return points

    def _usual_means(self, question: Question) -> Floats:
        """Return (S, O') mean points of customers about whom the file says nothing."""
        found = np.full((len(self.basis.margin), len(question.options)), np.nan)
        served = [i for i in question.interactions if self.basis.inbound[i]]
        importance = np.array([_importance(self.basis, question, i) for i in served])
        single = len(question.interactions) == 1
        part = np.ones((len(found), 1)) if single else importance * self.basis.contacts[:, served]
        weight = part.sum(axis=1)
        for o, option in enumerate(question.options):
            if served and option.entries:
                ways = [w for _, w in option.entries]
                points = (part * self.cells.points[:, served, ways]).sum(axis=1)
                np.divide(points, weight, out=found[:, o], where=weight > 0)
        return found

    def more_felt(self, people: People, interaction: int, way: int) -> Floats | None:
        """Return (n,) own satisfaction beyond the scenario's; None where nobody has any."""
        own = people.satisfaction.get((interaction, way))
        if own is None or not self.basis.inbound[interaction]:
            return None
        more = own - self._of(self.cells.satisfaction, people, interaction, way)
        return np.where(np.isnan(own), 0.0, more)

    def barred(self, question: Question, people: People) -> Flags | None:
        """Return (n, O') options that single customers may not take; None: everybody may."""
        found = np.zeros((len(people), len(question.options)), dtype=bool)
        for o, option in enumerate(question.options):
            found[:, o] = self._barred(question, option, people)
        return found if found.any() else None

    def _barred(self, question: Question, option: Option, people: People) -> Flags:
        barred = np.zeros(len(people), dtype=bool)
        for i, w in option.entries:
            for way in _needed(self.numbers, w):
                if way in people.eligible:
                    barred |= ~people.eligible[way]
            competes = len(question.interactions) > 1 and not self.basis.inbound[i]
            if competes and i in people.contacts:
                barred |= self.basis.treated(people, i) <= 0
        return barred

    def idle(self, question: Question, people: People) -> Flags | None:
        """Return (n,) customers for whom there is nothing to decide; None: nobody is known."""
        if not any(i in people.contacts for i in question.interactions):
            return None
        busy = np.zeros(len(people), dtype=bool)
        for i in question.interactions:
            busy |= self.basis.treated(people, i) > 0
        return ~busy


def _importance(basis: Basis, question: Question, interaction: int) -> float:
    """Return the weight of an interaction in a mean; equal ones where none is important."""
    known = basis.weight[list(question.interactions)]
    return float(basis.weight[interaction]) if known.any() else 1.0


def _needed(n: Numbers, way: int) -> tuple[int, ...]:
    """Return a way and, of a bundle, the channels that it uses: a customer must allow them all."""
    channels = len(n.channels)
    if way < channels:
        return (way,)
    return (way, *np.flatnonzero(n.uses[way - channels] > 0).tolist())
