"""Small stand-ins for a compiled list, its customers and its answer, worked out in plain loops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import scipy

from channelopt.customers.people import People
from channelopt.lists.compiled import Figures, Limit
from channelopt.lists.questions import Option, Question
from channelopt.lists.result import Listing
from channelopt.priced.answer import Answer, Decided, Effort
from channelopt.priced.units import Block, Rows, Tables
from tests.plan import small

BRANCH, PHONE, WEB = range(3)
ADVICE, OFFER = range(2)
QUESTIONS = (
    Question(
        "advice",
        (ADVICE,),
        (
            Option(((ADVICE, BRANCH),), "branch"),
            Option(((ADVICE, PHONE),), "phone"),
            Option(((ADVICE, WEB),), "web"),
        ),
    ),
    Question("offer", (OFFER,), (Option(((OFFER, PHONE),), "phone"), Option((), "none"))),
)
GAIN = np.array(  # currency per contact: question, segment, option
    [
        [[3.0, 2.5, 2.25], [6.0, 4.0, 1.0]],
        [[1.0, 0.0, np.nan], [2.0, 0.0, np.nan]],
    ]
)
COST = np.array([[2.0, 1.0, 0.1], [1.0, 0.0, np.nan]])  # question, option
POINTS = np.array([[0.9, 0.7, 0.6], [np.nan, np.nan, np.nan]])
HOURS = np.array([0.2, 0.05, 0.0])  # by channel
LIMITS = (
    Limit("capacity:phone", "capacity", "capacity", "contacts", channel="phone", scarce=True),
    Limit(
        *("plan:keen:advice:branch", "quota", "plan", "contacts"),
        channel="branch",
        segment="keen",
        interaction="advice",
    ),
    Limit("hours:agents", "hours", "staff", "hours", group="agents", scarce=True),
    Limit("work:branch", "hours", "staff", "hours", channel="branch", scarce=True),
)
CONSTANT = 1000.0


@dataclass(frozen=True)
class Part:
    """Customers that are in memory."""

    people: People

    def load(self) -> People:
        return self.people


@dataclass(frozen=True)
class Register:
    """All customers in memory."""

    partitions: tuple[Part, ...]
    columns: frozenset[str] = frozenset({"contacts"})

    @property
    def customers(self) -> int:
        return sum(len(part.people) for part in self.partitions)

    def each(self):
        return (part.load() for part in self.partitions)


@dataclass(frozen=True)
class Compiled:
    """Classes are question and segment; measures are 1 and contacts."""

    questions: tuple[Question, ...] = QUESTIONS
    limits: tuple[Limit, ...] = LIMITS
    constant: float = CONSTANT
    others: tuple[tuple[str, str], ...] = (("agents", "branch"), ("", ""))

    @property
    def tables(self) -> Tables:
        gain = np.zeros((2, 4, 3))
        gain[1] = np.nan_to_num(GAIN.reshape(4, 3))
        return Tables(gain, ~np.isnan(GAIN.reshape(4, 3)))

    @property
    def rows(self) -> Rows:
        uses = np.zeros((4, 2, 4, 3))
        uses[0, 1, :2, 1] = uses[0, 1, 2:, 0] = 1.0
        uses[1, 1, 1, 0] = 1.0
        uses[3, 1, :2, 0] = HOURS[BRANCH]
        others = scipy.sparse.csr_array(np.array([[0, 0], [0, 0], [1.0, 0], [-1.0, 0]]))
        return Rows(
            names=tuple(limit.name for limit in self.limits),
            uses=scipy.sparse.csr_array(uses.reshape(4, -1)),
            lower=np.array([-np.inf, 12.0, -np.inf, 0.0]),
            upper=np.array([40.0, 14.0, 30.0, 0.0]),
            others=others,
            others_gain=np.zeros(2),
            others_lower=np.zeros(2),
            others_upper=np.full(2, np.inf),
        )

    def contacts(self, question: int, people: People) -> np.ndarray:
        own = people.contacts.get(question)
        return np.ones(len(people)) if own is None else own

    def block(self, question: int, people: People) -> Block:
        weights = np.stack([np.ones(len(people)), self.contacts(question, people)])
        kind = (question * 2 + people.segment).astype(np.int32)
        barred = None
        if PHONE in people.eligible:
            place = PHONE if question == ADVICE else 0
            barred = np.zeros((len(people), 3), dtype=bool)
            barred[:, place] = ~people.eligible[PHONE]
        return Block(kind, weights, np.zeros((0, len(people), 3)), barred, people.luck)

    def figures(self, question: int, people: People) -> Figures:
        contacts = self.contacts(question, people)[:, None]
        block = self.block(question, people)
        barred = np.isnan(GAIN[question][people.segment])
        barred |= False if block.barred is None else block.barred
        made = contacts * np.array([1.0, 1.0, 1.0] if question == ADVICE else [1.0, 0.0, np.nan])
        hidden = np.where(barred, np.nan, 1.0)
        return Figures(
            value=contacts * GAIN[question][people.segment] * hidden,
            cost=contacts * COST[question] * hidden,
            satisfaction=np.broadcast_to(POINTS[question], barred.shape) * hidden,
            contacts=made * hidden,
        )

    def uses(self, question: int, people: People, option: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def work(self, question: int, people: People, option: np.ndarray) -> np.ndarray:
        made = self.contacts(question, people)
        hours = np.zeros((len(people), 3))
        for k, o in enumerate(option.tolist()):
            for _, way in self.questions[question].options[o].entries:
                hours[k, way] += made[k] * HOURS[way]
        return hours


@dataclass(frozen=True)
class Rule:
    """Each takes what gains most at the prices, the first of equals."""

    prices: tuple[float, ...]

    def __call__(self, block: Block) -> Decided:
        worth = priced(block, self.prices)
        order = np.argsort(-worth, axis=1, kind="stable")
        units = np.arange(len(block))
        first, second = order[:, 0], order[:, 1]
        worse = worth[units, first] - worth[units, second]
        known = np.isfinite(worse)
        return Decided(
            first.astype(np.int16),
            np.where(known, second, -1).astype(np.int16),
            np.where(known, worse, np.nan),
        )


def priced(block: Block, prices: tuple[float, ...]) -> np.ndarray:
    """Return gains at prices, -inf where an option is barred."""
    compiled = Compiled()
    paid = (np.array(prices) @ compiled.rows.uses).reshape(2, 4, 3)
    rate = compiled.tables.gain - paid
    worth = np.einsum("kn,kno->no", block.weights, rate[:, block.kind])
    allowed = compiled.tables.allowed[block.kind]
    if block.barred is not None:
        allowed = allowed & ~block.barred
    return np.where(allowed, worth, -np.inf)


def people(count: int = 60, seed: int = 0, **changes: Any) -> People:
    """Return customers whose contacts differ."""
    random = np.random.default_rng(seed)
    one = People(
        ids=pa.array([f"K{k:05d}" for k in range(count)]),
        luck=random.integers(0, 2**63, count).astype(np.uint64),
        row=np.arange(count),
        segment=random.integers(0, 2, count).astype(np.int16),
        contacts={ADVICE: random.uniform(0.1, 3.0, count)},
    )
    return replace(one, **changes)


def cut(whole: People, *sizes: int) -> Register:
    """Return a register of partitions of these sizes."""
    ends = np.cumsum([0, *sizes]).tolist()
    parts = [_slice(whole, slice(a, b)) for a, b in pairwise(ends)]
    return Register(tuple(Part(part) for part in parts))


def _slice(one: People, at: slice) -> People:
    return replace(
        one,
        ids=one.ids[at.start : at.stop],
        luck=one.luck[at],
        row=one.row[at],
        segment=one.segment[at],
        contacts={key: values[at] for key, values in one.contacts.items()},
        current={key: values[at] for key, values in one.current.items()},
        eligible={key: values[at] for key, values in one.eligible.items()},
    )


PRICES = (0.5, -2.0, 0.25, 1.25)


def listing(register: Register, **changes: Any) -> Listing:
    """Return what a list over these customers is written from."""
    answer = Answer(
        status="optimal",
        value=0.0,
        bound=1e6,
        price_bound=2e6,
        prices=np.array(PRICES),
        used=np.array([39.0, 12.0, 30.0, 0.0]),
        others=np.array([17.5, 3.0]),
        rule=Rule(PRICES),
        effort=Effort(units=120, passes=3, near=2, searched=1, seconds={"passes": 0.25}),
    )
    made = Listing(
        instance=small.instance(),
        choice=small.choice(),
        period=0,
        compiled=Compiled(),
        register=register,
        answer=answer,
        run="0123",
    )
    return replace(made, **changes)
