"""Facts computed by hand, on paper, before they were computed here."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from channelopt.terms.exact import sum_by, total
from channelopt.terms.facts import Facts
from channelopt.terms.written import Written
from tests.verify.building import as_choice, counted, instance, written

D = Decimal
OLD, YOUNG = 0, 1
BRANCH, PHONE, WEB = 0, 1, 2

FIRST = {("old", "help", "web", "2027"): 100, ("young", "help", "phone", "2027"): 40}


def two_segments(**rest: object) -> Facts:
    return counted(instance().numbers, FIRST, **rest)


def test_passing_on_repeats_and_giving_up() -> None:
    """100 enter web, half ends. 0.2 of web comes back: 125; 25 go to phone; 5 on to branch."""
    f = two_segments()
    assert f.handled[OLD, 0, WEB, 0] == 125
    assert f.handled[OLD, 0, PHONE, 0] == 25
    assert f.handled[OLD, 0, BRANCH, 0] == 5
    assert f.passed_on == {
        (OLD, 0, WEB, 0): 25,
        (OLD, 0, PHONE, 0): 25,
        (OLD, 0, BRANCH, 0): 5,
        (YOUNG, 0, BRANCH, 0): 8,
    }
    assert f.given_up == {(OLD, 0, 0): D("17.5"), (YOUNG, 0, 0): 8}


def test_contacts_meant_for_a_closed_channel_give_up() -> None:
    f = two_segments(closed=[("branch", "2027")])
    assert f.handled[OLD, 0, PHONE, 0] == 25
    assert (OLD, 0, BRANCH, 0) not in f.handled
    assert f.given_up == {(OLD, 0, 0): D("22.5"), (YOUNG, 0, 0): 16}


def test_points_mean_retention_and_negative_margin() -> None:
    """Old: 2 (60 - 5.5 - 8.75) = 91.5 of 200; the curve keeps 0.5 + 0.4 * 0.4575 / 0.5 = 0.866."""
    f = two_segments()
    assert f.points == {(OLD, 0, 0): D("91.5"), (YOUNG, 0, 0): D("54.4")}
    assert f.mean == {(OLD, 0): D("0.4575"), (YOUNG, 0): D("0.68")}
    assert f.money["kept_margin"] == {(OLD, 0): 433, (YOUNG, 0): -40}
    assert f.money["satisfaction_value"] == {(OLD, 0): D("45.75"), (YOUNG, 0): D("27.2")}


@pytest.mark.parametrize(
    ("satisfaction", "kept"), [(0.0, 250), (0.25, 350), (0.5, 450), (0.75, 475), (1.0, 500)]
)
def test_retention_curve(satisfaction: float, kept: int) -> None:
    channels = {"branch": {"satisfaction": satisfaction}}
    n = instance(channels=channels).numbers
    f = counted(n, {("old", "help", "branch", "2027"): 100})
    assert f.money["kept_margin"][OLD, 0] == kept


def test_points_below_zero_stay_on_the_first_point_of_the_curve() -> None:
    n = instance(objective={"give_up_penalty": 9.0}).numbers
    f = counted(n, FIRST)
    assert f.mean[OLD, 0] < 0
    assert f.money["kept_margin"][OLD, 0] == 250


def test_weight_of_satisfaction_without_a_curve() -> None:
    """1 - 0.5 * (1 - 0.68) = 0.84 of 20 * 3."""
    n = instance(segments={"young": {"margin": 3.0}}).numbers
    assert counted(n, FIRST).money["kept_margin"][YOUNG, 0] == D("50.4")


def test_without_contacts_the_whole_margin_is_kept() -> None:
    rows = [{"value": 2.0}, {"segment": "old", "value": 0.0}]
    n = instance(tables={"contacts_per_customer": rows}).numbers
    f = counted(n, {("young", "help", "phone", "2027"): 40})
    assert (OLD, 0) not in f.mean
    assert f.money["kept_margin"][OLD, 0] == 500


def test_contact_cost_by_segment_and_channel() -> None:
    f = two_segments()
    cost = f.money["contact_cost"]
    assert sum_by(cost, 0) == {(OLD,): D("237.5"), (YOUNG,): 360}
    assert sum_by(cost, 2) == {(BRANCH,): 260, (PHONE,): 325, (WEB,): D("12.5")}


def test_objective_is_the_signed_sum() -> None:
    assert two_segments().objective == 433 - 40 + D("72.95") - D("597.5")


def test_outbound_is_handled_once() -> None:
    """No resolution, no passing on, no points; its value and cost count."""
    n = instance(
        interactions={"offer": {"direction": "outbound"}},
        tables={
            "contacts_per_customer": [{"value": 2.0}],
            "contact_value": [{"interaction": "offer", "value": 1.5}],
        },
    ).numbers
    first = {**FIRST, ("old", "offer", "web", "2027"): 30}
    f, without = counted(n, first), counted(n, FIRST)
    assert f.handled[OLD, 1, WEB, 0] == 30
    assert f.passed_on == without.passed_on
    assert f.points == without.points
    assert f.mean == without.mean
    assert f.objective - without.objective == 30 * D("1.5") - 30 * D("0.1")


OVER_TIME = {
    "periods": ["2027", "2028", "2029"],
    "objective": {"discount_rate": 0.25},
    "channels": {
        "branch": {"fixed_cost": 100.0, "opening_cost": 70.0, "closing_cost": 30.0},
        "phone": {"fixed_cost": 10.0, "opening_cost": 7.0, "initially_open": False},
    },
    "tables": {
        "contacts_per_customer": [{"value": 0.0}],
        "closure_loss": [{"value": 0.2}],
    },
}


def test_opening_closing_and_what_closing_loses() -> None:
    """Branch closes in 2028 and opens again; phone opens in 2028. Only branch was open before."""
    n = instance(**OVER_TIME).numbers
    f = counted(n, {}, closed=[("branch", "2028"), ("phone", "2027")])
    assert f.money["fixed_cost"] == {
        (BRANCH, 0): 100,
        (BRANCH, 2): 100,
        (PHONE, 1): 10,
        (PHONE, 2): 10,
        (WEB, 0): 0,
        (WEB, 1): 0,
        (WEB, 2): 0,
    }
    assert f.money["closing_cost"] == {(BRANCH, 1): 30}
    assert f.money["opening_cost"] == {(BRANCH, 2): 70, (PHONE, 1): 7}
    assert f.money["closure_loss"] == {(OLD, BRANCH, 1): 10, (YOUNG, BRANCH, 1): 4}


def test_discounting() -> None:
    n = instance(**OVER_TIME).numbers
    f = counted(n, {}, closed=[("branch", "2028"), ("phone", "2027")])
    assert f.discount == (1, D("0.8"), D("0.64"))
    years = (460 - 100, 460 - 10 - 30 - 7 - 14, 460 - 100 - 10 - 70)
    assert f.objective == years[0] + D("0.8") * years[1] + D("0.64") * years[2]


STAFFED = {
    "periods": ["2027", "2028"],
    "channels": {
        "branch": {"handle_minutes": 30.0},
        "phone": {"handle_minutes": 6.0, "concurrency": 2.0},
    },
    "staff": {
        "agents": {
            "serves": ["branch", "phone"],
            "hours_per_fte": 10.0,
            "fte_cost": 100.0,
            "initial_fte": 3.0,
            "hiring_cost": 5.0,
            "release_cost": 8.0,
        },
        "helpers": {"serves": ["phone"], "hours_per_fte": 4.0, "fte_cost": 30.0},
    },
}


def test_hours_hiring_and_release_of_shared_groups() -> None:
    """Phone handles 25 + 40 of 6 minutes, two at once: 3.25 hours; branch 13 of 30 minutes: 6.5."""
    n = instance(**STAFFED).numbers
    first = {(*ids[:3], t): amount for ids, amount in FIRST.items() for t in ("2027", "2028")}
    f = counted(
        n, first, fte={("agents", "2027"): 1, ("agents", "2028"): 5, ("helpers", "2028"): 2}
    )
    assert sum_by(f.hours_needed, 1, 2)[PHONE, 0] == D("3.25")
    assert sum_by(f.hours_needed, 1, 2)[BRANCH, 1] == D("6.5")
    assert (f.released, f.hired) == ({(0, 0): 2}, {(0, 1): 4, (1, 1): 2})
    assert f.by_period["staff_cost"] == (100, 560)
    assert f.by_period["release_cost"] == (16, 0)
    assert f.by_period["hiring_cost"] == (0, 20)


def test_decimals_are_as_written() -> None:
    """0.57 + 0.77 is 1.34, though not in binary."""
    assert 0.57 + 0.77 != 1.34
    n = instance().numbers
    f = counted(
        n,
        {("old", "help", "branch", "2027"): "0.57", ("young", "help", "branch", "2027"): "0.77"},
    )
    assert total(f.first_contacts.values()) == D("1.34")
    assert f.money["contact_cost"][OLD, 0, BRANCH, 0] == D("11.4")


def test_a_choice_in_arrays_gives_the_same_facts() -> None:
    n = instance(**STAFFED).numbers
    first = {("old", "help", "web", "2028"): 0.1, ("young", "help", "phone", "2027"): 3}
    plan = written(
        n, first, closed=[("web", "2027")], fte={("agents", "2028"): 0.7},
        hours={("agents", "phone", "2027"): 0.3},
    )  # fmt: skip
    assert Written.from_choice(as_choice(n, plan)) == plan


def test_numbers_are_not_changed() -> None:
    n = instance().numbers
    before = n.resolution.copy()
    counted(n, FIRST)
    assert np.array_equal(n.resolution, before)
