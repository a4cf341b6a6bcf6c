"""Flows between two spreads of the same contacts: worked out by hand, and their laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.analysis.comparing.results_figures import merged
from channelopt.analysis.comparing.results_flows import GONE, NEW, flows

AMOUNTS = st.dictionaries(
    st.sampled_from(["web", "app", "phone", "branch", "letter"]),
    st.one_of(st.just(0.0), st.floats(0.01, 1e7)),
    max_size=5,
)


def test_what_shrinks_goes_to_what_grows_in_proportion() -> None:
    before = {"web": 10.0, "phone": 60.0, "branch": 30.0}
    after = {"web": 40.0, "phone": 30.0, "branch": 20.0, "app": 10.0}
    found = flows(before, after)
    expected = {  # 40 leave: 30 from phone, 10 from branch; three in four go to web
        ("phone", "web"): 22.5,
        ("phone", "app"): 7.5,
        ("branch", "web"): 7.5,
        ("branch", "app"): 2.5,
    }
    assert found == pytest.approx(expected)


def test_more_contacts_come_as_the_second_plan_spreads_them() -> None:
    found = flows({"web": 50.0, "phone": 50.0}, {"web": 150.0, "phone": 50.0})
    expected = {("phone", "web"): 25.0, (NEW, "web"): 75.0, (NEW, "phone"): 25.0}
    assert found == pytest.approx(expected)


def test_fewer_contacts_go_as_the_first_plan_spread_them() -> None:
    found = flows({"web": 150.0, "phone": 50.0}, {"web": 50.0, "phone": 50.0})
    expected = {("web", "phone"): 25.0, ("web", GONE): 75.0, ("phone", GONE): 25.0}
    assert found == pytest.approx(expected)


def test_nothing_moves_where_only_the_volume_changes() -> None:
    found = flows({"web": 30.0, "phone": 10.0}, {"web": 60.0, "phone": 20.0})
    assert found == pytest.approx({(NEW, "web"): 30.0, (NEW, "phone"): 10.0})


@settings(max_examples=100, deadline=None)
@given(before=AMOUNTS, after=AMOUNTS)
def test_flows_lead_from_one_spread_to_the_other(
    before: dict[str, float], after: dict[str, float]
) -> None:
    found = flows(before, after)
    was, will = math.fsum(before.values()), math.fsum(after.values())
    room = 1e-8 * max(1.0, was, will)
    for channel in {*before, *after}:
        gone = math.fsum(x for (origin, _), x in found.items() if origin == channel)
        come = math.fsum(x for (_, to), x in found.items() if to == channel)
        assert before.get(channel, 0.0) - gone + come == pytest.approx(
            after.get(channel, 0.0), abs=room
        )
        assert gone <= before.get(channel, 0.0) + room
    assert all(amount > 0 and origin != to for (origin, to), amount in found.items())
    inner = {way for way in found if NEW not in way and GONE not in way}
    assert not {origin for origin, _ in inner} & {to for _, to in inner}
    new = math.fsum(x for (origin, _), x in found.items() if origin == NEW)
    lost = math.fsum(x for (_, to), x in found.items() if to == GONE)
    assert (new, lost) == pytest.approx((max(will - was, 0), max(was - will, 0)), abs=room)


@settings(max_examples=40, deadline=None)
@given(before=AMOUNTS, after=AMOUNTS)
def test_flows_back_are_the_same_backwards(
    before: dict[str, float], after: dict[str, float]
) -> None:
    other = {NEW: GONE, GONE: NEW}
    back = {
        (other.get(to, to), other.get(origin, origin)): amount
        for (origin, to), amount in flows(after, before).items()
    }
    assert flows(before, after) == pytest.approx(back, rel=1e-6, abs=1e-6)


def test_equal_spreads_have_no_flows() -> None:
    assert flows({"web": 0.1, "phone": 0.7}, {"phone": 0.7, "web": 0.1}) == {}


def test_labels_of_both_keep_their_order() -> None:
    assert merged(["2027", "2028"], ["2026", "2027", "2029"]) == ["2026", "2027", "2028", "2029"]
    assert merged([], ["b", "a"]) == ["b", "a"]
    assert merged(["b", "a"], ["b", "a"]) == ["b", "a"]
