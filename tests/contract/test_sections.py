"""The section Sections: keys, defaults, ranges, values over time, windows and loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from channelopt.instance.instance import Instance
from tests.contract.small import check_profit, instance, refusals

PARTS: dict[str, Any] = {
    "periods": [2027, 2028],
    "interactions/o": {"direction": "outbound"},
    "channels/phone/handle_minutes": 5,
    "staff/g": {"serves": ["phone"], "hours_per_fte": 100},
}
INF = float("inf")

Look = Callable[[Instance], Any]

READ: dict[str, tuple[dict[str, Any], Look, Any]] = {
    "one period by default": ({"periods": None}, lambda i: i.numbers.periods, ("plan",)),
    "labels compare as text": (
        {"channels/web/available_from": "2028"},
        lambda i: i.numbers.available[1].tolist(),
        [False, True],
    ),
    "open at first": ({}, lambda i: i.numbers.initially_open.tolist(), [True, True]),
    "not open before its window": (
        {"channels/web/available_from": 2028},
        lambda i: i.numbers.initially_open.tolist(),
        [True, False],
    ),
    "open where its window begins with the first period": (
        {"channels/web/available_from": 2027, "channels/web/initially_open": True},
        lambda i: i.numbers.initially_open.tolist(),
        [True, True],
    ),
    "no capacity in some periods": (
        {"channels/web/capacity": [None, 5]},
        lambda i: i.numbers.capacity.tolist(),
        [[INF, INF], [INF, 5]],
    ),
    "no limit of FTE in some periods": (
        {"staff/g/max_fte": [None, 3]},
        lambda i: i.numbers.max_fte.tolist(),
        [[INF, 3]],
    ),
    "none is the default": (
        {"segments/a/margin": [None, 5], "channels/web/unit_cost": [None, 5]},
        lambda i: (i.numbers.margin.tolist(), i.numbers.unit_cost[0, 0, 1].tolist()),
        ([[0, 5]], [0, 5]),
    ),
    "a segment's own steering": (
        {"steering": 0.2, "segments/b": {"customers": 1, "steering": 0.7}},
        lambda i: i.numbers.steering.tolist(),
        [0.2, 0.7],
    ),
    "no weight where every segment has a curve": (
        {"objective": {}, "segments/a/retention": {"0": 0.5, 1: 1.2}},
        lambda i: i.numbers.curves[0].keeps.tolist(),
        [0.5, 1.2],
    ),
    "no weight where a segment has no inbound contacts": (
        {"objective": {}, "interactions": {"q": {"direction": "outbound"}}},
        lambda i: i.numbers.inbound.tolist(),
        [False],
    ),
    "passing on sums to 1 within a tolerance": (
        {"channels/web/unresolved": {"phone": 0.7, "web": 0.3000001}},
        lambda i: len(i.warnings),
        0,
    ),
    "a long description": ({"description": "x" * 5000}, lambda i: i.names.scenario, "scenario"),
    "a discount below 0": (
        {"objective/discount_rate": -0.5},
        lambda i: i.numbers.discount.tolist(),
        [1, 2],
    ),
    "whole outbound contacts": (
        {
            "whole_contacts": True,
            "tables/contacts_per_customer": [
                {"interaction": "q", "value": 2},
                {"interaction": "o", "value": 0.018},
            ],
        },
        lambda i: i.numbers.contacts[0, 0].tolist(),
        [1, 1],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    changes, look, expected = READ[name]
    assert look(instance(PARTS, changes)) == expected


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"format": None}, "format is missing"),
    ({"format": 2}, "format: expected 1"),
    ({"segments": {}}, "segments is empty"),
    ({"segments/a/customers": None}, "customers is missing"),
    ({"segments/a/customers": 0}, "must be more than 0"),
    ({"segments/a/customers": [1, None]}, "required in period 2028"),
    ({"segments/a/customers": [1]}, "each of 2 periods, found 1"),
    ({"segments/a/retention": {0: 1}}, "at least 2 entries"),
    ({"segments/a/retention": {0: 1, 1.1: 1}}, "is not a number from 0 to 1"),
    ({"segments/a/retention": {"0.5": 1, "0.50": 1}}, "given twice"),
    ({"segments/Big": {"customers": 1}}, "write 'big'"),
    ({"segments/value": {"customers": 1}}, "reserved word"),
    ({"objective": {}}, "no retention curve: a"),
    ({"objective/satisfaction_weight": 30}, "must be at most 1"),
    ({"objective/discount_rate": -1}, "must be more than -1"),
    ({"objective/satisfaction_wieght": 1}, "did you mean 'satisfaction_weight'?"),
    ({"assignment": "one"}, "expected 'split'"),
    ({"steering": 1.5}, "must be at most 1"),
    ({"currency": "eur"}, "write EUR"),
    ({"periods": [1, "1"]}, "named twice"),
    ({"interactions/q/importance": -1}, "must be at least 0"),
    ({"channels/web/touch": "hi"}, "did you mean 'high'?"),
    ({"channels/web/opening_cost": [1, 2]}, "expected a number, found a list"),
    ({"channels/web/concurrency": 0}, "must be more than 0"),
    ({"channels/web/unresolved": {"phone": 0.7, "web": 0.4}}, "sum to 1.1"),
    ({"channels/web/unresolved": {"fone": 0.7}}, "did you mean 'phone'?"),
    ({"channels/web/available_from": 2026}, "period '2026' does not exist"),
    (
        {"channels/web/available_from": 2028, "channels/web/available_until": 2027},
        "available_until 2027 is before",
    ),
    (
        {"channels/web/available_from": 2028, "channels/web/initially_open": True},
        "cannot be open before the first period",
    ),
    ({"channels/web/satisfaction": [None, 0.5]}, "no satisfaction is known for (a, q, 2027)"),
    ({"staff/g/serves": []}, "serves is empty"),
    ({"staff/g/serves": ["web"]}, "minutes are required for (a, o), (a, q)"),
    ({"staff/g/hours_per_fte": None}, "hours_per_fte is missing"),
    ({"staff/g/hiring_cost": -1}, "must be at least 0"),
    ({"staff/g/service_level": {"share": 1}}, "must be less than 1"),
    ({"upgrades": {"u": {"channel": "web", "requires": ["u"]}}}, "require each other: u -> u"),
    (
        {"upgrades": {"u": {"channel": "web", "effects": {"capacity": {"set": 1, "add": 2}}}}},
        "exactly one of set, times and add",
    ),
    ({"bundles": {"web": {"uses": {"phone": 1}}}}, "there is a channel 'web' already"),
    ({"bundles": {"b": {"uses": {"phone": 0}}}}, "must be more than 0"),
    ({"bundles": {"b": {"uses": {"phone": 1}, "interactions": ["q"]}}}, "is inbound"),
    ({"metrics": {"m": {"per": "contact"}}}, "did you mean 'first_contact'?"),
    ({"whole_contacts": True, "segments/a/customers": 10.3}, "not a whole number"),
    ({"tables/eligible": [{"interaction": "q", "value": "no"}]}, "no channel can take"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED, ids=lambda value: str(value)[:40])
def test_refused(changes: dict[str, Any], words: str) -> None:
    assert any(words in text for text in refusals(PARTS, changes))


ROUND = {"channels/b": {"resolution": 0, "unresolved": {"c": 1}, "satisfaction": 1}}
AND_BACK = {"channels/c": {"resolution": 0, "unresolved": {"b": 1}, "satisfaction": 1}}
OUT_OF_REACH = {"tables/eligible": [{"channel": c, "value": False} for c in "bc"]}


@pytest.mark.parametrize(
    "changes",
    [
        (ROUND, AND_BACK),
        (ROUND, AND_BACK, OUT_OF_REACH),
        (
            ROUND,
            AND_BACK,
            {
                "channels/c/resolution": 0.1,
                "upgrades": {"u": {"channel": "c", "effects": {"resolution": {"times": 0}}}},
            },
        ),
    ],
    ids=["reached", "out of reach", "with an upgrade"],
)
def test_a_loop_in_which_nothing_ends(changes: tuple[dict[str, Any], ...]) -> None:
    assert "contacts go round for ever: b -> c -> b" in refusals(*changes)[0]


LEAVING = [
    {"channels/c/unresolved": {"b": 0.9}},
    {"channels/c/resolution": 0.01},
    {"tables/resolution": [{"segment": "a", "channel": "c", "value": 0.5}]},
    {
        "periods": [1, 2],
        "channels/b/available_until": 1,
        "channels/c/available_from": 2,
    },
]


@pytest.mark.parametrize("change", LEAVING, ids=str)
def test_a_loop_that_ends(change: dict[str, Any]) -> None:
    profit = 600.0 * len(change.get("periods", [1]))
    check_profit(profit, ROUND, AND_BACK, OUT_OF_REACH, change)


def test_a_loop_of_a_segment_without_contacts() -> None:
    """The cells do not exist, so nothing goes round."""
    rows = [{"segment": "b", "channel": c, "value": 0} for c in "bc"]
    check_profit(
        600.0 + 5,
        ROUND,
        AND_BACK,
        OUT_OF_REACH,
        {"channels/b/resolution": 1, "segments/b": {"customers": 5, "margin": 1}},
        {"tables/resolution": rows},
        {"tables/contacts_per_customer": [{"segment": "a", "value": 2}]},
    )
