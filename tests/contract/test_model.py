"""model.md, sentence by sentence, on plans worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.small import PHONE, WEB, check_profit, mixed, scenario, solved

TWO = {"periods": [1, 2]}
THREE = {"periods": [1, 2, 3]}
NO_PHONE = {"tables/eligible": [{"channel": "phone", "value": False}]}
PENALTIES = {"objective/transfer_penalty": 0.1, "objective/give_up_penalty": 0.2}
HALF_ON = {"channels/web/resolution": 0.5, "channels/web/unresolved": {"phone": 0.6}}
OUTBOUND = {
    "objective": {},
    "interactions": {"o": {"direction": "outbound"}},
    "tables/contact_value": [{"value": 3}],
}
STAFF = {
    "channels/phone/handle_minutes": 6,
    "channels/web/handle_minutes": 3,
    "channels/web/concurrency": 2,
    "staff/g": {
        "serves": ["phone", "web"],
        "hours_per_fte": 10,
        "fte_cost": 20,
        "initial_fte": 1,
        "hiring_cost": 3,
        "release_cost": 2,
    },
}

Case = tuple[float | str, tuple[dict[str, Any], ...]]

ROUTING: dict[str, Case] = {
    # 100 unresolved: 60 passed on at 6, 40 give up; mean = .6 - .1 * .3 - .2 * .2 = .53
    "an open channel takes its whole inflow": (
        1000 * (1 - 0.5 * 0.47) - 200 - 360,
        (PENALTIES, HALF_ON, NO_PHONE, {"channels/phone/always_open": True}),
    ),
    "contacts meant for a closed channel give up": (
        1000 * (1 - 0.5 * 0.5) - 200,
        (PENALTIES, HALF_ON, NO_PHONE),
    ),
    "closing costs in the first closed period": (
        1000 * (1 - 0.5 * 0.5) - 200 - 100,
        (PENALTIES, HALF_ON, NO_PHONE, {"channels/phone/closing_cost": 100}),
    ),
    "a channel may pass on to itself, a transfer": (
        1000 * (1 - 0.5 * 0.5) - 400,
        (
            PENALTIES,
            {"channels/phone": None, "channels/web/resolution": 0.5},
            {"channels/web/unresolved": {"web": 1}},
        ),
    ),
    "no max_share binds what is passed on": (
        800 - 200 - 600,
        (
            {"channels/web/resolution": 0.5, "channels/web/unresolved": {"phone": 1}},
            {
                "channels/phone/always_open": True,
                "tables/max_share": [{"channel": "phone", "value": 0}],
            },
        ),
    ),
    "capacity null is none, 0 is closed to contacts": (PHONE, ({"channels/web/capacity": 0},)),
    "capacity too small": (
        "infeasible",
        ({"channels/web/capacity": 0, "channels/phone/capacity": 199},),
    ),
    "minimum volume while open only": (WEB, ({"channels/phone/min_volume": 50},)),
    "minimum volume of an open channel": (
        mixed(0.25),
        ({"channels/phone/min_volume": 50, "channels/phone/always_open": True},),
    ),
    "minimum share": (mixed(0.25), ({"tables/min_share": [{"channel": "phone", "value": 0.25}]},)),
    "minimum shares above 1": ("infeasible", ({"tables/min_share": [{"value": 0.6}]},)),
    "minimum above maximum": (
        "infeasible",
        ({"tables/min_share": [{"value": 0.3}], "tables/max_share": [{"value": 0.2}]},),
    ),
    "eligible by period": (
        PHONE + WEB,
        (TWO, {"tables/eligible": [{"channel": "web", "period": 1, "value": "no"}]}),
    ),
    "one channel per interaction": (
        PHONE,
        ({"assignment": "one_channel_per_interaction", "channels/web/capacity": 199},),
    ),
    "one channel per interaction, each its own": (
        1000 * (1 - 0.5 * 0.25) - 200 - 1200,
        (
            {"assignment": "one_channel_per_interaction", "interactions/r": {}},
            {"tables/eligible": [{"interaction": "r", "channel": "web", "value": 0}]},
        ),
    ),
    "one channel per segment": (
        950 - 2400,
        (
            {"assignment": "one_channel_per_segment", "interactions/r": {}},
            {"tables/eligible": [{"interaction": "r", "channel": "web", "value": 0}]},
        ),
    ),
    "one channel may change between periods": (
        WEB + PHONE,
        (TWO, {"assignment": "one_channel_per_segment", "channels/web/capacity": [None, 100]}),
    ),
}

OVER_TIME: dict[str, Case] = {
    "a window, opening, closing and fixed cost": (
        PHONE + WEB - 10 - 3 + PHONE - 7,
        (
            THREE,
            {"channels/web/available_from": 2, "channels/web/available_until": 2},
            {"channels/web/opening_cost": 10, "channels/web/closing_cost": 7},
            {"channels/web/fixed_cost": 3},
        ),
    ),
    "closing cost once after the window": (
        WEB + PHONE - 7 + PHONE,
        (THREE, {"channels/web/available_until": 1, "channels/web/closing_cost": 7}),
    ),
    "nothing after the horizon": (
        WEB,
        ({"channels/web/closing_cost": 7, "channels/web/fixed_cost": 0},),
    ),
    "closure loss of an initially open channel": (
        WEB + PHONE - 50,
        (
            TWO,
            {
                "channels/web/available_until": 1,
                "tables/closure_loss": [{"channel": "web", "value": 0.5}],
            },
        ),
    ),
    "no closure loss of a new channel": (
        2 * WEB - 20,
        (
            TWO,
            {"channels/web/initially_open": False, "channels/web/opening_cost": 20},
            {"tables/closure_loss": [{"channel": "web", "value": 5}]},
        ),
    ),
    "a closure loss that is a gain": (
        WEB + 200,
        ({"tables/closure_loss": [{"channel": "phone", "value": -2}]},),
    ),
    "always open in its window": (
        2 * WEB - 100,
        (
            TWO,
            {"channels/phone/always_open": True, "channels/phone/available_until": 1},
            {"channels/phone/fixed_cost": 100},
        ),
    ),
    "discounted from the first period on": (WEB * 1.8, (TWO, {"objective/discount_rate": 0.25})),
}

VALUE: dict[str, Case] = {
    "a customer who costs money is kept": (-1000 - 200, ({"segments/a/margin": -10},)),
    "satisfaction at a price": (
        -1000 + 1200 - 200,
        ({"segments/a/margin": -10, "objective/satisfaction_price": 10},),
    ),
    # by web .6 keeps .58; .8 keeps all: two thirds by phone
    "a curve that is neither convex nor concave": (
        10000 - 200 * (2 / 3 * 6 + 1 / 3),
        (
            {
                "segments/a": {
                    "customers": 100,
                    "margin": 100,
                    "retention": {0: 0.5, 0.75: 0.6, 0.8: 1},
                }
            },
        ),
    ),
    "a curve is constant outside its points": (
        1000 * 0.7 - 200,
        ({"segments/a/retention": {"0.1": 0.2, "0.5": 0.7}},),
    ),
    "a curve replaces the weight": (
        1000 * 0.8 - 200,
        ({"objective": {}, "segments/a/retention": {0: 0.8, 1: 0.8}},),
    ),
    "shifted and clipped": (
        1000 * 0.5 - 200,
        (
            {
                "tables/satisfaction_shift": [
                    {"channel": "web", "value": -0.9},
                    {"channel": "phone", "value": -9},
                ]
            },
        ),
    ),
    "a segment without inbound contacts keeps its margin": (
        WEB + 50,
        (
            {"segments/b": {"customers": 10, "margin": 5}},
            {"tables/contacts_per_customer": [{"segment": "a", "value": 2}]},
        ),
    ),
    "importance 0 leaves no mean": (1000 - 200, ({"interactions/q/importance": 0},)),
    "outbound may be made": (1000 + 200 * 2, (OUTBOUND,)),
    "outbound need not be made": (1000, (OUTBOUND, {"tables/contact_value": [{"value": 0.9}]})),
    "whole outbound contacts round down": (
        1000 + 247 * 2,
        (OUTBOUND, {"whole_contacts": True, "tables/contacts_per_customer": [{"value": 2.475}]}),
    ),
    "outbound is neither passed on nor repeated": (
        1000 + 200 * 2,
        (OUTBOUND, {"channels/web/resolution": 0, "channels/web/unresolved": {"phone": 1}}),
    ),
}

STAFFING: dict[str, Case] = {
    # by web 200 * 3 / 120 = 5 hours
    "whole FTE": (WEB - 20, (STAFF,)),
    "fractional FTE, released": (WEB - 10 - 1, (STAFF, {"staff/g/whole_fte": False})),
    "least FTE, hired": (WEB - 60 - 6, (STAFF, {"staff/g/min_fte": 2.5})),
    "most FTE": ("infeasible", (STAFF, {"staff/g/max_fte": 0})),
    "the cheaper of two groups": (
        WEB - 1 - 2,
        (STAFF, {"staff/h": {"serves": ["web"], "hours_per_fte": 1000, "fte_cost": 1}}),
    ),
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name)
        for group in (ROUTING, OVER_TIME, VALUE, STAFFING)
        for name, case in group.items()
    ],
)
def test_profit(case: Case) -> None:
    expected, changes = case
    check_profit(expected, *changes)


def test_nobody_can_hire_without_end() -> None:
    check_profit("unbounded", STAFF, {"staff/g/fte_cost": -10})


HELD = {"steering": 0, "tables/preference": [{"channel": "phone", "value": 0.5}]}
OFFERED = {"policies": [{"name": "p", "type": "preferred_channel", "threshold": 0.5}]}


@pytest.mark.parametrize(
    ("expected", "changes", "offered"),
    [
        (WEB, (HELD,), {"web"}),
        (mixed(0.5), (HELD, OFFERED), {"phone", "web"}),
        (mixed(0.25), (HELD, OFFERED, {"segments/a/steering": 0.5}), {"phone", "web"}),
        (WEB, (HELD, {"steering": 1}, OFFERED), {"phone", "web"}),
        (mixed(1), (HELD, {"channels/web/capacity": 0}), {"phone"}),
    ],
)
def test_offers(expected: float, changes: tuple[dict[str, Any], ...], offered: set[str]) -> None:
    plan = solved(*changes)
    assert plan.objective == pytest.approx(expected)
    found = {row[2] for row in plan.table("offers").rows}
    assert offered <= found
    assert found - offered <= {"web"}


def test_preference_counts_only_where_eligible() -> None:
    only_first = {"tables/eligible": [{"channel": "phone", "period": 2, "value": False}]}
    plan = solved(TWO, HELD, OFFERED, only_first)
    assert plan.objective == pytest.approx(mixed(0.5) + WEB)
    assert ("2", "a", "phone") not in plan.table("offers").rows


def test_outbound_contacts_need_no_offer() -> None:
    plan = solved(
        {"interactions/o": {"direction": "outbound"}},
        {"tables/contact_value": [{"interaction": "o", "channel": "phone", "value": 10}]},
        {"policies": [{"name": "p", "type": "choice", "at_most": 1}]},
    )
    assert plan.objective == pytest.approx(WEB + 200 * 4)
    assert plan.table("offers").rows == (("plan", "a", "web"),)


def test_order_never_changes_a_result() -> None:
    data = scenario(TWO, HELD, OFFERED, STAFF)
    turned = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value
        for key, value in reversed(data.items())
    }
    plans = [solved(dict.fromkeys(data), each) for each in (data, turned)]
    assert plans[0].objective == plans[1].objective
    assert plans[0].tables == plans[1].tables
