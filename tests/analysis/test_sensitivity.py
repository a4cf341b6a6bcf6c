"""What one step is worth: exact differences, bounds where time ends, duals that mislead."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from channelopt import pipeline
from channelopt.backends.base import Limits
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.plan.records import Shift

CITIES = ("bonn", "bordeaux", "london", "paris", "rome")
CAPACITY = (1, 4, 2, 1, 3)
COSTS = (
    "20 24 11 25 30 / 28 27 82 83 74 / 74 97 71 96 70 / 2 55 73 69 61 / 46 96 59 83 4 / "
    "42 22 29 67 59 / 1 5 73 59 56 / 10 73 13 43 96 / 93 35 63 85 46 / 47 65 55 71 95"
)


def warehouses() -> dict[str, Any]:
    """CSPLib problem 034: ten shops, each served by one of five warehouses of fixed cost 30."""
    rows = [[int(cost) for cost in row.split()] for row in COSTS.split("/")]
    shops = {f"shop{k}": {"customers": 1} for k in range(10)}
    costs = [
        {"segment": f"shop{s}", "channel": city, "value": rows[s][c]}
        for s, (c, city) in itertools.product(range(10), enumerate(CITIES))
    ]
    return {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "assignment": "one_channel_per_interaction",
        "segments": shops,
        "interactions": {"supply": {}},
        "channels": {
            city: {"fixed_cost": 30, "capacity": capacity, "satisfaction": 1}
            for city, capacity in zip(CITIES, CAPACITY, strict=True)
        },
        "tables": {"contacts_per_customer": [{"value": 1}], "unit_cost": costs},
    }


def shifts(data: dict[str, Any], seconds: float) -> dict[str, Shift]:
    options = SolveOptions(sensitivity_seconds=seconds, isolate=False)
    plan = pipeline.solve(from_data(data), options)
    return {shift.parameter: shift for shift in plan.shifts}


def test_the_published_one_sided_values_of_capacity() -> None:
    """CSPLib 034: the relaxation has the same optimum, yet the marginal values are one-sided."""
    found = shifts(warehouses(), 60)
    published = {
        "bonn": (-54, 27),
        "bordeaux": (-36, 9),
        "london": (-46, 19),
        "paris": (0, 0),
        "rome": (-25, 0),
    }
    for city, (less, more) in published.items():
        shift = found[f"channels.{city}.capacity"]
        assert (shift.less_known, shift.more_known) == ("re-solved", "re-solved")
        assert (shift.less, shift.more) == pytest.approx((less, more), abs=1e-4)
    assert any(shift.disagrees for shift in found.values())


def test_a_step_that_leaves_no_plan_says_so() -> None:
    data = warehouses()
    data["channels"] = {k: v | {"capacity": 2} for k, v in data["channels"].items()}
    found = shifts(data, 60)
    assert {shift.less_known for shift in found.values()} == {"infeasible"}
    assert all(shift.less is None for shift in found.values())


def test_no_time_no_claim() -> None:
    """Without time for re-solves nothing is called exact that was not."""
    found = shifts(warehouses(), 1e-6)
    for shift in found.values():
        sides = ((shift.less, shift.less_known), (shift.more, shift.more_known))
        for effect, known in sides:
            assert known in {"not solved", "at least", "re-solved"}
            assert known != "re-solved" or effect == 0.0
    assert any(shift.less_known == "not solved" for shift in found.values())


def test_each_effect_is_the_difference_of_two_solves() -> None:
    data = warehouses()
    found = shifts(data, 60)
    options = SolveOptions(limits=Limits(gap=1e-9), sensitivity_seconds=0, isolate=False)
    base = pipeline.solve(from_data(data), options).objective
    more = pipeline.solve(from_data(data, steps=[("set", "channels.bonn.capacity=2")]), options)
    assert base is not None
    assert more.objective is not None
    assert found["channels.bonn.capacity"].more == pytest.approx(more.objective - base, abs=1e-4)
