"""Overrides of table cells, and where every value comes from."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt.errors import InputError
from channelopt.instance.load import Step, from_data
from channelopt.instance.origins import origins
from channelopt.scenario import compose
from tests.instance.small import scenario


def vary(*steps: Step, changes: dict[str, Any] | None = None) -> Any:
    return from_data(scenario(changes), steps=steps)


def test_times_acts_on_resolved_cells() -> None:
    n = vary(("set", "tables.contacts_per_customer[interaction=advice]*=1.2")).numbers
    assert n.contacts[1, :, 0].tolist() == [7920, 12000, 18000]


def test_a_channel_attribute_is_reached_by_its_table() -> None:
    """0.7 * 1.1 is 0.77 exactly, for one segment only; the others keep the channel's value."""
    n = vary(("set", "tables.satisfaction[channel=phone,segment=mass]*=1.1")).numbers
    assert n.satisfaction[:, 0, 1, 0].tolist() == [0.77, 0.7]


def test_left_to_right() -> None:
    steps: list[Step] = [
        ("set", "tables.unit_cost[channel=phone]=4"),
        ("set", "tables.unit_cost[channel=phone,period=2028]+=1"),
        ("set", "tables.unit_cost*=2"),
    ]
    assert vary(*steps).numbers.unit_cost[0, 0].tolist() == [[0, 0], [8, 10], [0, 0]]


def test_a_range_is_checked_after_the_override() -> None:
    percent = {"tables/satisfaction": [{"channel": "phone", "value": 70}]}
    with pytest.raises(InputError, match="E225"):
        vary(changes=percent)
    n = vary(("set", "tables.satisfaction[channel=phone]*=0.01"), changes=percent).numbers
    assert n.satisfaction[0, 0, 1, 0] == 0.7
    with pytest.raises(InputError, match=r"--set.*E225.*found 1\.4"):
        vary(("set", "tables.satisfaction[channel=phone]*=2"))


def test_nothing_to_change() -> None:
    with pytest.raises(InputError, match="E226"):
        vary(("set", "tables.baseline_share[channel=phone]*=2"))


def test_resolved_needs_no_overrides() -> None:
    steps: list[Step] = [
        ("set", "tables.satisfaction[channel=phone,segment=mass]*=1.1"),
        ("set", "tables.eligible[channel=web,interaction=advice]=false"),
        ("set", "segments.*.margin*=2"),
        ("set", "channels.phone.capacity=[100,200]"),
    ]
    instance = vary(*steps)
    again = from_data(instance.resolved)
    assert again.resolved == instance.resolved
    assert again.numbers.satisfaction.tolist() == instance.numbers.satisfaction.tolist()
    assert again.numbers.eligible.tolist() == instance.numbers.eligible.tolist()
    assert again.numbers.margin[1, 0] == 200


def test_an_override_with_the_value_it_has_changes_nothing() -> None:
    same = vary(
        ("set", "channels.phone.unit_cost=2.5"), ("set", "tables.unit_cost[channel=phone]=2.5")
    )
    assert same.resolved == vary().resolved


def test_origins() -> None:
    steps: list[Step] = [
        ("set", "channels.phone.unit_cost=3"),
        ("set", "tables.satisfaction[channel=web]*=0.5"),
    ]
    data = scenario({"tables/satisfaction": [{"segment": "mass", "phone": 0.9}]})
    found = {o.path: (o.value, o.origin) for o in origins(compose.from_data(data, steps))}
    assert found["channels.phone.unit_cost"] == (3, "--set channels.phone.unit_cost")
    assert found["channels.phone.resolution"] == (0.8, "scenario:channels.phone.resolution")
    assert found["channels.branch.unit_cost"] == (0, "default")
    assert found["channels.web.initially_open"] == (False, "default")
    assert found["channels.web.title"] == ("web", "default")
    assert found["segments.mass.steering"] == (1, "default")
    assert found["policies.cap.at_most"] == (0.5, "scenario:policies[0].at_most")
    cell = "tables.satisfaction[segment={},channel={}]"
    assert found[cell.format("mass", "phone")] == (0.9, "scenario:tables.satisfaction[0].phone")
    assert found[cell.format("private", "phone")] == (0.7, "scenario:channels.phone.satisfaction")
    assert found[cell.format("mass", "web")] == (0.3, "--set tables.satisfaction[channel=web]")
