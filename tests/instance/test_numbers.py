"""What a scenario means, against figures worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from channelopt.instance.load import from_data
from channelopt.terms.numbers import Numbers
from tests.instance.small import DELETE, Append, scenario, warnings


def numbers(changes: dict[str, Any] | None = None) -> Numbers:
    return from_data(scenario(changes)).numbers


def test_ids_are_sorted_and_periods_are_not() -> None:
    n = numbers({"periods": ["late", "early"], "channels/web/available_from": "early"})
    assert n.segments == ("mass", "private")
    assert n.channels == ("branch", "phone", "web")
    assert n.interactions == ("advice", "renewal", "simple")
    assert n.periods == ("late", "early")
    assert n.available.tolist() == [[True, True], [True, True], [False, True]]


def test_contacts_are_exact_products() -> None:
    n = numbers({"segments/private/customers": [3, 7], "tables/contacts_per_customer/0/value": 1.1})
    assert n.contacts[1, 0].tolist() == [3.3, 7.7]  # 3 * 1.1 is 3.3000000000000003 in floats
    assert n.contacts[0, 0].tolist() == [110000.0, 110000.0]
    assert n.contacts[0, 2].tolist() == [0.0, 0.0]


def test_most_specific_row_wins_and_channel_is_last() -> None:
    rows = [
        {"value": 1},
        {"channel": "web", "value": 2},
        {"segment": "mass", "channel": "web", "value": 3},
        {"segment": "mass", "channel": "web", "period": "2028", "value": 4},
    ]
    n = numbers({"tables/unit_cost": rows})
    assert n.unit_cost[0, 0].tolist() == [[1, 1], [1, 1], [3, 4]]
    assert n.unit_cost[1, 0].tolist() == [[1, 1], [1, 1], [2, 2]]
    n = numbers({"tables/unit_cost": rows[1:2]})
    assert n.unit_cost[0, 0, :, 0].tolist() == [0, 2.5, 2]


def test_a_tie_below_the_winning_level_is_none() -> None:
    rows = [
        {"segment": "mass", "value": 1},
        {"channel": "web", "value": 2},
        {"segment": "mass", "channel": "web", "value": 3},
    ]
    n = numbers({"tables/unit_cost": rows})
    assert n.unit_cost[:, 0, :, 0].tolist() == [[1, 1, 3], [0, 2.5, 2]]


@pytest.mark.parametrize(
    "rows",
    [
        [{"segment": "mass", "web": 0.2, "phone": 0.3}],
        [{"segment": "mass", "channel": "phone", "value": 0.3},
         {"segment": "mass", "channel": "web", "value": 0.2}],
        [{"channel": "phone", "mass": 0.3}, {"channel": "web", "mass": 0.2, "private": None}],
    ],
    ids=["wide in channels", "long", "wide in segments"],
)  # fmt: skip
def test_wide_and_long_say_the_same(rows: list[dict[str, Any]]) -> None:
    n = numbers({"tables/preference": rows})
    assert n.preference[0, 1].tolist() == [0, 0.3, 0.2]
    assert n.preference[1, 1].tolist() == [0, 0, 0]


def test_wide_in_periods() -> None:
    n = numbers({"tables/closure_loss": [{"channel": "phone", "2027": 1, "2028": 2}]})
    assert n.closure_loss[0].tolist() == [[0, 0], [1, 2], [0, 0]]


def test_satisfaction_is_shifted_then_clipped() -> None:
    n = numbers({"tables/satisfaction_shift": [{"segment": "mass", "phone": 0.1, "branch": 0.5}]})
    assert n.satisfaction[0, 0, :, 0].tolist() == [1.0, 0.8, 0.6]
    assert n.satisfaction[1, 0, :, 0].tolist() == [0.8, 0.7, 0.6]


def test_defaults() -> None:
    n = numbers({"channels/web/capacity": [None, 5]})
    assert n.capacity.tolist() == [[np.inf, np.inf], [np.inf, np.inf], [np.inf, 5]]
    assert n.initially_open.tolist() == [True, True, False]
    assert n.steering.tolist() == [1, 1]
    assert n.max_fte.tolist() == [[np.inf, np.inf]]
    assert np.isnan(n.baseline_share).all()
    assert n.min_share.max() == 0
    assert n.max_share.min() == 1
    assert n.unresolved.tolist() == [[0, 0, 0], [0.5, 0, 0], [0, 0, 0]]
    assert n.serves.tolist() == [[False, True, False]]


def test_values_over_time() -> None:
    n = numbers({"channels/phone/resolution": [0.8, None], "segments/mass/margin": [None, 4]})
    assert n.resolution[0, 0, 1].tolist() == [0.8, 1]
    assert n.margin[0].tolist() == [0, 4]


@pytest.mark.parametrize("keys", [(0, 0.6, 1), ("0", "0.60", "1.0"), (1, "0", 0.6)])
def test_curves_take_numbers_and_numeric_text(keys: tuple[Any, ...]) -> None:
    values = {0: 0.8, 0.6: 0.9, 1: 0.98}
    curve = {key: values[float(key)] for key in keys}
    n = numbers({"segments/mass/retention": curve, "objective": DELETE,
                 "segments/private/retention": {"0": 0.5, 1: 1}})  # fmt: skip
    assert n.curves[0].at.tolist() == [0, 0.6, 1]
    assert n.curves[0].keeps.tolist() == [0.8, 0.9, 0.98]
    assert np.isnan(n.satisfaction_weight)


def test_baseline_of_a_pair_is_complete() -> None:
    n = numbers(
        {"tables/baseline_share": [{"interaction": "advice", "phone": 0.25, "branch": 0.75}]}
    )
    assert n.baseline_share[0, 0].tolist() == [0.75, 0.25, 0]
    assert np.isnan(n.baseline_share[0, 2]).all()


def test_bundles_stand_after_the_channels() -> None:
    changes = {
        "bundles": {"aa": {"uses": {"web": 1, "phone": 0.5}}},
        "tables/contact_value": [{"interaction": "renewal", "aa": 7, "web": 3}],
        "tables/baseline_share": [{"interaction": "renewal", "aa": 0.5, "web": 0.2}],
    }
    n = numbers(changes)
    assert n.contact_value[0, 1, :, 0].tolist() == [0, 0, 3, 7]
    assert n.baseline_share[0, 1].tolist() == [0, 0, 0.2, 0.5]


def test_eligible_words() -> None:
    n = numbers({"tables/eligible": [{"channel": "phone", "advice": "no", "simple": 1}]})
    assert n.eligible[0, :, 1, 0].tolist() == [False, True, True]


def test_preference_where_nothing_is_eligible_is_ignored_with_a_warning() -> None:
    changes = {
        "tables/eligible": [{"interaction": "advice", "web": False}],
        "tables/preference": [{"web": 0.3}],
    }
    assert numbers(changes).preference[0, :, 2].tolist() == [0, 0.3, 0.3]
    assert any("W253" in text and "web" in text for text in warnings(changes))


def test_whole_contacts() -> None:
    changes = {
        "whole_contacts": True,
        "segments/mass/customers": 10,
        "tables/contacts_per_customer": [
            {"interaction": "advice", "value": 0.3},
            {"interaction": "renewal", "value": 0.25},
        ],
    }
    assert numbers(changes).contacts[0, :, 0].tolist() == [3, 2, 0]


def test_numbers_do_not_change_and_views_cost_nothing() -> None:
    n = numbers()
    assert n.unit_cost.strides[0] == n.unit_cost.strides[1] == 0
    with pytest.raises(ValueError, match="read-only"):
        n.contacts[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        n.customers[0, 0] = 1


def test_numbers_of_upgrades_bundles_metrics_and_service_levels() -> None:
    service = {"share": 0.8, "within_seconds": 20, "handle_minutes": 7, "open_hours": [3000, 2000]}
    n = numbers(
        {
            "staff/agents/service_level": service,
            "upgrades": {
                "better": {
                    "channel": "phone",
                    "investment": 5,
                    "running_cost": [1, 2],
                    "available_from": 2028,
                    "requires": ["base"],
                    "interactions": ["advice"],
                    "effects": {"resolution": {"add": 0.05}},
                },
                "base": {"channel": "phone", "effects": {"capacity": {"set": 9}}},
            },
            "bundles": {"b": {"uses": {"web": 1, "phone": 0.4}}},
            "metrics": {"co2": {"values": {"web": 1, "b": 2}, "per": "handled"}},
        }
    )
    assert n.ways == ("branch", "phone", "web", "b")
    assert n.uses.tolist() == [[0, 0.4, 1]]
    assert n.way_available.tolist() == [[True, True], [True, True], [False, True], [False, True]]
    assert n.upgrades.ids == ("base", "better")
    assert n.upgrades.available.tolist() == [[True, True], [False, True]]
    assert n.upgrades.requires.tolist() == [[False, False], [True, False]]
    assert n.upgrades.running_cost.tolist() == [[0, 0], [1, 2]]
    assert [effect.interactions.tolist() for effect in n.upgrades.effects] == [
        [True, True, True],
        [True, False, False],
    ]
    assert n.metrics[0].per_handled
    assert n.metrics[0].values[0, 0, :, 0].tolist() == [0, 0, 1, 2]
    assert n.service_levels[0].open_hours.tolist() == [3000, 2000]
    assert n.eligible[0, :, 3, 1].tolist() == [False, True, False]  # outbound only


WARNINGS: list[tuple[str, dict[str, Any], str]] = [
    ("W230", {"policies": Append({"name": "p", "type": "volume", "at_least": 2, "at_most": 1})},
     "no plan"),
    ("W231", {"policies": Append({"name": "p", "type": "fairness", "at_most": 1,
                                "segments": ["mass"]})},
     "fewer than two"),
    ("W267", {"policies": Append({"name": "p", "type": "volume", "at_most": 1, "segments": ["mass"],
                                "interactions": ["simple"]})}, "policies.p"),
    ("W267", {"policies": Append({"name": "p", "type": "preferred_channel", "threshold": 0.5})},
     "no preference reaches 0.5"),
    ("W240", {"staff/agents/min_fte": 5, "staff/agents/max_fte": [4, 6]}, "min_fte"),
    ("W240", {"channels/web/min_volume": 5, "channels/web/capacity": 4}, "never be open"),
    ("W241", {"upgrades": {"u": {"channel": "web"}}}, "no effect"),
    ("W254", {"tables/min_share": [{"web": 0.5}], "tables/max_share": [{"web": 0.4}]},
     "above max_share"),
    ("W254", {"tables/min_share": [{"phone": 0.6, "branch": 0.6}]}, "sums to more than 1"),
    ("W260", {"tables": {}}, "no contacts at all"),
    ("W261", {"tables/contacts_per_customer": Append(
        {"segment": "private", "interaction": "advice", "value": 1e-7})}, "ratio"),
    ("W262", {"segments/idle": {"customers": 1}, "tables/contacts_per_customer":
              Append({"segment": "idle", "interaction": "advice", "value": 0},
                     {"segment": "idle", "interaction": "renewal", "value": 0})}, "segments.idle"),
    ("W262", {"tables/eligible": [{"channel": "web", "value": False}]}, "channels.web"),
    ("W263", {"objective/satisfaction_price": 1}, "counts twice"),
    ("W264", {"channels/web/closing_cost": -5}, "counts as a gain"),
    ("W265", {"channels/web/title": "Phone", "channels/phone/title": "phone "}, "reads like"),
    ("W266", {"tables/handle_minutes": [
        {"channel": "phone", "interaction": i, "segment": s, "value": v}
        for i, s, v in (("advice", "mass", 5), ("advice", "private", 4), ("simple", "private", 6),
                        ("simple", "mass", 300))]}, "another unit"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes", "words"), WARNINGS)
def test_warning(code: str, changes: dict[str, Any], words: str) -> None:
    assert [text for text in warnings(changes) if code in text and words in text]


def test_satisfaction_counts_once_without_an_effect_on_margins() -> None:
    flat = {"0": 0.9, "1": 0.9}
    changes = {"objective/satisfaction_price": 1, "objective/satisfaction_weight": 0,
               "segments/mass/retention": flat}  # fmt: skip
    assert not [text for text in warnings(changes) if "W263" in text]
