"""Channels under upgrades: lanes, effects in their order, and the numbers under what is owned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from channelopt.instance.load import from_data
from channelopt.terms.lanes import lanes
from channelopt.terms.numbers import Numbers
from channelopt.terms.upgraded import under


def numbers(upgrades: dict[str, Any], **web: Any) -> Numbers:
    return from_data(
        {
            "format": 1,
            "periods": ["a", "b"],
            "objective": {"satisfaction_weight": 0.5},
            "segments": {"s": {"customers": 10}, "t": {"customers": 20}},
            "interactions": {"ask": {}, "pay": {}},
            "channels": {
                "phone": {"satisfaction": 0.8},
                "web": {
                    "satisfaction": 0.6,
                    "unit_cost": 2,
                    "resolution": 0.7,
                    "handle_minutes": 4,
                    **web,
                },
            },
            "upgrades": upgrades,
            "tables": {"contacts_per_customer": [{"value": 1}]},
        }
    ).numbers


def upgrade(**more: Any) -> dict[str, Any]:
    return {"channel": "web", **more}


def test_without_upgrades_a_lane_is_a_channel() -> None:
    n = numbers({})
    found = lanes(n)
    assert found.variants == ("",)
    assert found.channel.tolist() == [0, 1]
    assert found.satisfaction is n.satisfaction
    assert not found.shared.any()


def test_a_lane_for_every_set_that_can_be_owned_together() -> None:
    n = numbers(
        {
            "base": upgrade(effects={"unit_cost": {"add": -1}}),
            "more": upgrade(requires=["base"], effects={"resolution": {"add": 0.1}}),
            "free": upgrade(available_from="b", effects={"satisfaction": {"set": 0.9}}),
            "idle": upgrade(investment=5),
        }
    )
    found = lanes(n)
    of_web = [found.variants[v] for c, v in zip(found.channel, found.variant, strict=True) if c]
    assert of_web == ["", "base", "base+free", "base+free+more", "base+more", "free"]
    lane = {label: found.position[1, found.variants.index(label)] for label in of_web}
    assert found.exists[lane["base+free"]].tolist() == [False, True]
    assert found.exists[lane["base+more"]].tolist() == [True, True]
    assert found.shared.tolist() == [[False, False], [True, True]]
    assert found.resolution[0, 0, lane["base+free+more"], 0] == 0.8
    assert found.satisfaction[1, 1, lane["free"], 1] == 0.9


def test_set_then_times_then_add_then_clipped_once() -> None:
    n = numbers(
        {
            "a": upgrade(effects={"resolution": {"add": 0.4}, "unit_cost": {"add": -3}}),
            "b": upgrade(effects={"resolution": {"times": 0.5}, "unit_cost": {"times": 3}}),
            "c": upgrade(effects={"resolution": {"set": 0.9}, "unit_cost": {"set": 0.5}}),
        }
    )
    own = under(n, np.ones((3, 2), dtype=bool))
    assert own.resolution[0, 0, 1].tolist() == [0.85, 0.85]  # 0.9 * 0.5 + 0.4
    assert own.unit_cost[0, 0, 1].tolist() == [0, 0]  # 0.5 * 3 - 3, not below 0
    assert own.resolution[0, 0, 0, 0] == 1  # another channel
    assert under(n, np.zeros((3, 2), dtype=bool)) is n


def test_effects_hold_for_their_interactions_and_from_their_purchase() -> None:
    n = numbers(
        {"a": upgrade(interactions=["pay"], effects={"handle_minutes": {"times": 0.1}})}, capacity=9
    )
    own = under(n, np.array([[False, True]]))
    assert own.handle_minutes[0, :, 1].tolist() == [[4, 4], [4, 0.4]]


@pytest.mark.parametrize(
    ("capacity", "effect", "expected"),
    [
        (None, {"times": 2}, np.inf),
        (None, {"times": 0}, np.inf),
        (None, {"add": 5}, np.inf),
        (None, {"set": 5}, 5),
        (8, {"times": 0.1}, 0.8),
        (8, {"add": -9}, 0),
    ],
)
def test_a_factor_on_an_absent_capacity_does_nothing(
    capacity: float | None, effect: dict[str, float], expected: float
) -> None:
    n = numbers({"a": upgrade(effects={"capacity": effect})}, capacity=capacity)
    assert under(n, np.ones((1, 2), dtype=bool)).capacity[1].tolist() == [expected, expected]
    assert lanes(n).capacity[lanes(n).position[1, 1]].tolist() == [expected, expected]


def test_extremes_look_at_lanes_that_exist() -> None:
    n = numbers(
        {"a": upgrade(available_from="b", effects={"resolution": {"set": 0.1}})}, capacity=5
    )
    assert lanes(n).extreme("resolution", largest=False)[0, 0, 1].tolist() == [0.7, 0.1]
    assert lanes(n).extreme("resolution", largest=True)[0, 0, 1].tolist() == [0.7, 0.7]
