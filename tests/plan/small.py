"""Two segments, three channels, two periods: small enough to work out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from channelopt.instance.instance import Instance, Names
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Curve, Numbers

SEGMENTS = ("calm", "keen")
INTERACTIONS = ("advice", "offer")
CHANNELS = ("branch", "phone", "web")
PERIODS = ("2027", "2028")
SHAPE = (2, 2, 3, 2)


def by_channel(branch: float, phone: float, web: float) -> np.ndarray:
    """Spread one value per channel over all cells."""
    row = np.array([branch, phone, web], dtype=np.float64)
    return np.broadcast_to(row[None, None, :, None], SHAPE).copy()


def numbers(**changes: Any) -> Numbers:
    contacts = np.zeros((2, 2, 2))
    contacts[:, 0] = 200.0  # advice
    contacts[1, 1] = 50.0  # offers to keen customers
    value = np.zeros(SHAPE)
    value[1, 1, 1] = 3.0
    loss = np.zeros((2, 3, 2))
    loss[:, 0] = [[0.2, 0.2], [0.5, 0.5]]
    baseline = np.full((2, 2, 3), np.nan)
    baseline[:, 0] = [[0.1, 0.4, 0.5], [0.5, 0.5, 0.0]]
    standard = Numbers(
        segments=SEGMENTS,
        interactions=INTERACTIONS,
        channels=CHANNELS,
        groups=("agents",),
        periods=PERIODS,
        satisfaction_weight=0.5,
        satisfaction_price=0.1,
        transfer_penalty=0.1,
        give_up_penalty=0.4,
        discount_rate=0.25,
        assignment="split",
        whole_contacts=False,
        customers=np.array([[100.0, 100.0], [50.0, 50.0]]),
        margin=np.array([[10.0, 10.0], [20.0, 20.0]]),
        curves={1: Curve(np.array([0.0, 0.5, 1.0]), np.array([0.5, 0.6, 1.0]))},
        steering=np.ones(2),
        inbound=np.array([True, False]),
        importance=np.array([2.0, 1.0]),
        contacts=contacts,
        eligible=np.ones(SHAPE, dtype=bool),
        satisfaction=by_channel(0.9, 0.7, 0.6),
        unit_cost=by_channel(2.0, 1.0, 0.1),
        handle_minutes=by_channel(12.0, 6.0, np.nan),
        resolution=by_channel(1.0, 0.75, 0.5),
        contact_value=value,
        min_share=np.zeros(SHAPE),
        max_share=np.ones(SHAPE),
        preference=np.zeros((2, 2, 3)),
        baseline_share=baseline,
        closure_loss=loss,
        available=np.ones((3, 2), dtype=bool),
        initially_open=np.ones(3, dtype=bool),
        always_open=np.zeros(3, dtype=bool),
        fixed_cost=np.array([[30.0, 30.0], [10.0, 10.0], [5.0, 5.0]]),
        opening_cost=np.array([70.0, 0.0, 0.0]),
        closing_cost=np.array([7.0, 0.0, 0.0]),
        capacity=np.array([[np.inf, np.inf], [265.0, 400.0], [np.inf, np.inf]]),
        min_volume=np.zeros((3, 2)),
        concurrency=np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 1.0]]),
        unresolved=np.array([[0.0, 0.0, 0.0], [0.1, 0.8, 0.0], [0.0, 0.8, 0.0]]),
        touch=("high", "medium", "low"),
        serves=np.array([[True, True, False]]),
        hours_per_fte=np.array([[10.0, 10.0]]),
        fte_cost=np.array([[100.0, 100.0]]),
        min_fte=np.zeros((1, 2)),
        max_fte=np.array([[4.0, 4.0]]),
        whole_fte=np.array([True]),
        initial_fte=np.array([3.0]),
        hiring_cost=np.array([50.0]),
        release_cost=np.array([20.0]),
    )
    return standard.with_(**changes)


def choice() -> Choice:
    """Calm customers use the web; the branch closes in the second period."""
    first = np.zeros(SHAPE)
    first[0, 0, 2] = 200.0
    first[1, 0, :, 0] = [100.0, 100.0, 0.0]
    first[1, 0, 1, 1] = 200.0
    first[1, 1, 1, 0] = 40.0
    offered = np.zeros((2, 3, 2), dtype=bool)
    offered[0, 2] = True
    offered[1, :2, 0] = True
    offered[1, 1, 1] = True
    hours = np.zeros((1, 3, 2))
    hours[0, :2] = [[21.125, 0.0], [13.25, 17.5]]
    is_open = np.array([[True, False], [True, True], [True, True]])
    return Choice(first, is_open, offered, np.array([[4.0, 2.0]]), hours)


def instance(**changes: Any) -> Instance:
    names = Names(
        scenario="Two segments",
        currency="EUR",
        segments={"calm": "Calm savers", "keen": "Keen traders"},
        interactions={"advice": "Advice", "offer": "Renewal offer"},
        channels={"branch": "Branch", "phone": "Phone", "web": "Web"},
        groups={"agents": "Agents"},
    )
    return Instance(
        numbers=numbers(**changes),
        policies=(),
        names=names,
        resolved={"format": 1, "title": "Two segments"},
        files={"scenario.yaml": "ab" * 32},
        applied=("--set steering=1",),
    )
