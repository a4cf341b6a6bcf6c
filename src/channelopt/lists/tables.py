"""Tables: what options gain and enter, by measure and class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from channelopt.lists.kinds import Kinds
from channelopt.lists.measures import Own
from channelopt.lists.questions import Option, Question
from channelopt.priced.units import Flags, Floats, Tables

Matrix = scipy.sparse.csr_array[Any, tuple[int, int]]


@dataclass(frozen=True)
class Entering:
    """How one unit of each measure enters the cells, for every class and option.

    Columns stand in C order of (measure, class, option), rows in C order of (S, I, W).

    Attributes:
        shape: M, N, O.
        contacts: (S * I * W, M * N * O) first contacts.
        points: (S * I * W, M * N * O) own satisfaction points beyond the scenario's.
        kept: (M, N, O) kept margin.
        allowed: (N, O).
    """

    shape: tuple[int, int, int]
    contacts: Matrix
    points: Matrix
    kept: Floats
    allowed: Flags

    def per_unit(self, cells: Floats) -> Floats:
        """Return (M, N, O) what a unit of each measure adds of an amount per contact (S, I, W)."""
        amounts: Floats = cells.reshape(-1) @ self.contacts
        return amounts.reshape(self.shape)


@dataclass(frozen=True)
class Scene:
    """What tables are made from.

    Attributes:
        own: measures of customers.
        questions: what is decided.
        kinds: classes of customers.
        planned: (S, I, W) where the plan has contacts, or does not say; elsewhere no option goes.
    """

    own: Own
    questions: tuple[Question, ...]
    kinds: Kinds
    planned: Flags

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of measures, classes and options."""
        options = max((len(question.options) for question in self.questions), default=1)
        return self.own.measures.count, self.kinds.count, options

    def classes(self) -> Iterator[tuple[int, int, Question]]:
        """Yield every class that is not idle, its segment and its question."""
        for kind in np.flatnonzero(~self.kinds.idle).tolist():
            question = self.questions[int(self.kinds.question[kind])]
            yield kind, int(self.kinds.segment[kind]), question


def entering(scene: Scene) -> Entering:
    """Return how options of all classes enter the cells."""
    shape = scene.shape
    allowed = _allowed(scene)
    own, measures = scene.own, scene.own.measures
    usual = own.basis.usually_treated()
    size = own.cells.value.shape
    contacts, points = _Entries(), _Entries()
    kept = np.zeros(shape)
    for kind, s, question in scene.classes():
        for o, option in enumerate(question.options):
            if not allowed[kind, o]:
                continue
            for i, w in option.entries:
                place = question.interactions.index(i)
                cell = int(np.ravel_multi_index((s, i, w), size))
                amount = 1.0 if measures.contacts else float(usual[s, i])
                contacts.add(cell, (measures.of_contacts(place), kind, o), amount)
                if measures.points:
                    points.add(cell, (measures.of_points(place), kind, o), 1.0)
            _keep(kept[:, kind, o], scene, (s, question, option))
    count = int(np.prod(size))
    return Entering(
        shape, contacts.matrix(count, shape), points.matrix(count, shape), kept, allowed
    )


def tables_of(scene: Scene, enter: Entering) -> Tables:
    """Return what options gain.

    A first contact gains its value and that of its satisfaction points, less its cost; a margin
    what is kept of it; numbers of the customer's own come as they are.
    """
    own = scene.own
    price = own.numbers.satisfaction_price * own.basis.weight[None, :, None]
    worth = own.cells.value + price * own.cells.points - own.cells.cost
    gain = enter.per_unit(worth) + enter.kept
    if own.measures.worth:
        gain[own.measures.of_worth] = np.where(enter.allowed, 1.0, 0.0)
    return Tables(gain, enter.allowed)


class _Entries:
    """Entries of a sparse matrix, one after the other."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._places: list[tuple[int, int, int]] = []
        self._values: list[float] = []

    def add(self, row: int, place: tuple[int, int, int], value: float) -> None:
        self._rows.append(row)
        self._places.append(place)
        self._values.append(value)

    def matrix(self, rows: int, shape: tuple[int, int, int]) -> Matrix:
        places = np.array(self._places, dtype=np.int64).reshape(-1, 3)
        columns = np.ravel_multi_index(tuple(places.T), shape)
        whole = (rows, int(np.prod(shape)))
        found: Matrix = scipy.sparse.csr_array((self._values, (self._rows, columns)), shape=whole)
        return found


def _allowed(scene: Scene) -> Flags:
    """Return (N, O); the last option of a question is no contact.

    It is open in outbound, and where there is nothing to enter.
    """
    _, kinds, options = scene.shape
    allowed = np.zeros((kinds, options), dtype=bool)
    n, enters = scene.own.numbers, scene.own.cells.enters & scene.planned
    for kind in np.flatnonzero(scene.kinds.idle).tolist():
        allowed[kind, len(scene.questions[int(scene.kinds.question[kind])].options) - 1] = True
    for kind, s, question in scene.classes():
        met = [i for i in question.interactions if n.contacts[s, i, 0] > 0]
        for o, option in enumerate(question.options):
            ways = dict(option.entries)
            if not n.inbound[question.interactions[0]]:
                allowed[kind, o] = all(enters[s, i, w] for i, w in option.entries)
            elif met:
                allowed[kind, o] = bool(ways) and all(enters[s, i, ways[i]] for i in met)
            else:
                allowed[kind, o] = not ways
    return allowed


def _keep(kept: Floats, scene: Scene, at: tuple[int, Question, Option]) -> None:
    """Set (M,) what each measure keeps of a margin in one class and option."""
    s, question, option = at
    own, m = scene.own, scene.own.measures
    places = [i for i in question.interactions if own.basis.weight[i] > 0]
    if own.felt or not (places and option.entries):
        return
    ways = dict(option.entries)
    points = np.array([own.cells.points[s, i, ways[i]] for i in places])
    if m.kept > 1 and len(question.interactions) > 1:
        if s not in own.keeping.curves:
            at_stake = [m.of_kept(question.interactions.index(i)) for i in places]
            kept[at_stake] = own.keeping.share(s, points)
        return
    weight = own.basis.weight * own.basis.contacts[s]
    part = weight[places] if len(places) > 1 else np.ones(1)
    share = own.keeping.share(s, np.asarray(part @ points / max(part.sum(), _TINY)))
    if m.kept:
        kept[m.of_kept(0)] = share
    else:
        margin = max(float(own.basis.margin[s]), 0.0)
        kept[0] = share * margin * weight[places].sum() / max(weight.sum(), _TINY)


_TINY = 1e-300
"""Instead of a division by zero: what is divided is zero too."""
