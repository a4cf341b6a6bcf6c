"""Published instances as tasks of the engine: units that share rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits
from channelopt.backends.highs import Highs
from channelopt.priced.aims import Aims
from channelopt.priced.answer import Answer
from channelopt.priced.engine import assign
from channelopt.priced.memory import Held
from channelopt.priced.units import Block, Floats, Rows, Tables, Task
from tests.known.encode import CLUSTERS, HURDLE, LEAST, MEDIA, PREDICTED, PRODUCTS, PROFIT


@dataclass(frozen=True)
class Shared:
    """Rows over units and options: lower <= sum of what the options taken use <= upper.

    Attributes:
        gain: (n, O).
        uses: (R, n, O).
        lower: (R,).
        upper: (R,).
        kind: (n,) class; units of a class may share numbers.
    """

    gain: Floats
    uses: Floats
    lower: Floats
    upper: Floats
    kind: np.ndarray

    def by_unit(self) -> Task:
        """The task with numbers of its own for every unit: gain and each row are measures."""
        rows, units, options = self.uses.shape
        measures = 2 + rows
        gain = np.zeros((measures, 1, options))
        gain[1] = 1
        uses = np.zeros((rows, measures, 1, options))
        for row in range(rows):
            uses[row, 2 + row] = 1
        block = Block(
            np.zeros(units, np.int32),
            np.ones((1, units)),
            np.ascontiguousarray(np.concatenate([self.gain[None], self.uses])),
            None,
            luck(units),
        )
        return Task(Tables(gain, np.ones((1, options), bool)), self._rows(uses), Held((block,)))

    def by_class(self) -> Task:
        """The task with the numbers in tables by class; units of a class must be alike."""
        _, first = np.unique(self.kind, return_index=True)
        assert (self.gain[first][self.kind] == self.gain).all()
        assert (self.uses[:, first][:, self.kind] == self.uses).all()
        units, options = self.gain.shape
        block = Block(
            self.kind.astype(np.int32),
            np.ones((1, units)),
            np.zeros((0, units, options)),
            None,
            luck(units),
        )
        tables = Tables(self.gain[first][None], np.ones((len(first), options), bool))
        return Task(tables, self._rows(self.uses[:, None, first]), Held((block,)))

    def _rows(self, uses: Floats) -> Rows:
        count, none = len(self.lower), np.zeros(0)
        names = tuple(f"row_{row}" for row in range(count))
        matrix = scipy.sparse.csr_array(uses.reshape(count, -1))
        empty = scipy.sparse.csr_array((count, 0))
        return Rows(names, matrix, self.lower, self.upper, empty, none, none, none)

    def activity(self, option: np.ndarray) -> Floats:
        """(R,) what a list uses."""
        return self.uses[:, np.arange(len(option)), option].sum(axis=1)

    def value(self, option: np.ndarray) -> float:
        """What a list gains."""
        return float(self.gain[np.arange(len(option)), option].sum())

    def by_highs(self, seconds: float) -> tuple[float | None, float]:
        """Value and bound that HiGHS finds for the same program, whole units."""
        rows, units, options = self.uses.shape
        one = scipy.sparse.kron(scipy.sparse.eye_array(units), np.ones((1, options)))
        matrix = scipy.sparse.vstack([one, self.uses.reshape(rows, -1)]).tocsr()
        count = units * options
        problem = MatrixProblem(
            c=self.gain.ravel(),
            A=matrix,
            row_lower=np.append(np.ones(units), self.lower),
            row_upper=np.append(np.ones(units), self.upper),
            lower=np.zeros(count),
            upper=np.ones(count),
            integer=np.ones(count, bool),
            offset=0.0,
        )
        found = Highs().solve(problem, Limits(time_limit=seconds, gap=1e-9))
        return found.objective, found.bound


def decided(shared: Shared, task: Task, aims: Aims | None = None) -> tuple[Answer, np.ndarray]:
    """Run the engine; the list must keep every row, and its value and bound must be true."""
    answer = assign(task, Highs().solve, aims or Aims())
    assert answer.rule is not None, answer.status
    option = np.concatenate(list(task.source.map(lambda block: answer.rule(block).option)))
    used = shared.activity(option)
    assert (used <= shared.upper + 1e-9).all()
    assert (used >= shared.lower - 1e-9).all()
    assert abs(shared.value(option) - answer.value) <= 1e-9 * max(1.0, abs(answer.value))
    assert answer.bound >= answer.value - 1e-9
    return answer, option


def luck(units: int) -> np.ndarray:
    """Mixed numbers, as hashes of ids are."""
    mixed = (np.arange(units, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


def jobs(instance: dict[str, Any]) -> Shared:
    """Generalised assignment: a job is a unit, an agent an option and a row."""
    sign = -1.0 if instance["sense"] == "min" else 1.0
    gain = sign * np.array(instance["objective"], float).T
    resource = np.array(instance["resource"], float).T
    units, agents = gain.shape
    uses = np.zeros((agents, units, agents))
    for agent in range(agents):
        uses[agent, :, agent] = resource[:, agent]
    upper = np.array(instance["capacity"], float)
    return Shared(gain, uses, np.full(agents, -np.inf), upper, np.arange(units))


def bank(budget: float) -> Shared:
    """The bank's campaign, customer by customer: nothing, or a product through a medium."""
    offers = list(itertools.product(PRODUCTS, MEDIA))
    gain = np.zeros((len(PREDICTED), 1 + len(offers)))
    uses = np.zeros((1 + len(MEDIA), len(PREDICTED), 1 + len(offers)))
    for option, (product, medium) in enumerate(offers, start=1):
        cost, success = MEDIA[medium]
        uses[0, :, option] = cost
        uses[1 + list(MEDIA).index(medium), :, option] = 1
        for kind, predicted in enumerate(PREDICTED):
            if product in predicted.split("_"):
                gain[kind, option] = round(PRODUCTS[product] * success)
    kind = np.repeat(np.arange(len(PREDICTED)), list(PREDICTED.values()))
    lower, upper = np.full(4, -np.inf), np.full(4, np.inf)
    upper[0], lower[1:] = budget, 275
    return Shared(gain[kind], uses[:, kind], lower, upper, kind)


def campaign(budget: float) -> Shared:
    """The campaign of Gurobi's example with the figures of every customer."""
    profit = np.array([(0, *pair) for pair in PROFIT.values()], float)
    cost = profit / 10
    offers = np.zeros((2, *profit.shape))
    offers[0, :, 1] = offers[1, :, 2] = 1
    uses = np.stack([cost, *offers, profit - (1 + HURDLE) * cost])
    lower = np.array([-np.inf, LEAST, LEAST, 0])
    upper = np.array([budget, np.inf, np.inf, np.inf])
    return Shared(profit, uses, lower, upper, np.repeat([0, 1], 5))


def with_numbers(shared: Shared, offers: dict[tuple[str, int], tuple[float, float]]) -> Shared:
    """Add rows for the number of offers of a product in a cluster, between two numbers."""
    rows, lower, upper = [], [], []
    for (cluster, product), (least, most) in offers.items():
        row = np.zeros(shared.gain.shape)
        row[shared.kind == list(CLUSTERS).index(cluster), product] = 1
        rows.append(row)
        lower.append(least)
        upper.append(most)
    return Shared(
        shared.gain,
        np.concatenate([shared.uses, np.stack(rows)]),
        np.append(shared.lower, lower),
        np.append(shared.upper, upper),
        shared.kind,
    )
