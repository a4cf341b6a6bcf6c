"""Accounts of two segments and three channels, worked out by hand."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.plan.accounts import account
from channelopt.terms.choice import Choice
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Curve
from tests.plan.small import SHAPE, by_channel, choice, numbers


@pytest.fixture(scope="module")
def accounts():
    return account(numbers(), choice())


def test_contacts_are_passed_on_and_repeated(accounts):
    # web: half unresolved, 0.8 of it to the phone: 80; the phone repeats 0.25 * 0.8: 80 / 0.8
    assert accounts.passed_on[0, 0, :, 0] == pytest.approx([2.5, 100.0, 0.0])
    # the phone repeats a fifth of all it handles; 0.025 of that goes to the branch
    assert accounts.passed_on[1, 0, :, 0] == pytest.approx([3.125, 25.0, 0.0])
    assert accounts.handled[1, 0, :, 0] == pytest.approx([103.125, 125.0, 0.0])


def test_contacts_meant_for_a_closed_channel_give_up(accounts):
    assert accounts.passed_on[:, 0, 0, 1] == pytest.approx([0.0, 0.0])
    assert accounts.given_up[:, 0] == pytest.approx(np.array([[22.5, 25.0], [3.125, 12.5]]))


def test_outbound_contacts_are_handled_once(accounts):
    assert not accounts.passed_on[:, 1].any()
    assert not accounts.given_up[:, 1].any()
    assert accounts.handled[1, 1, 1, 0] == 40.0


def test_satisfaction_counts_transfers_and_giving_up(accounts):
    assert accounts.points == pytest.approx(np.array([[201.5, 200.0], [311.875, 260.0]]))
    assert accounts.satisfaction == pytest.approx(np.array([[0.50375, 0.5], [0.7796875, 0.65]]))


def test_margin_is_kept_by_weight_or_by_curve(accounts):
    assert accounts.kept_margin == pytest.approx(np.array([[751.875, 750.0], [823.75, 720.0]]))


@pytest.mark.parametrize(
    ("term", "by_period"),
    [
        ("kept_margin", [1575.625, 1470.0]),
        ("contact_value", [120.0, 0.0]),
        ("satisfaction_value", [51.3375, 46.0]),
        ("closure_loss", [0.0, 45.0]),
        ("contact_cost", [496.25, 370.0]),
        ("staff_cost", [400.0, 200.0]),
        ("fixed_cost", [45.0, 15.0]),
        ("opening_cost", [0.0, 0.0]),
        ("closing_cost", [0.0, 7.0]),
        ("investment_cost", [0.0, 0.0]),
        ("running_cost", [0.0, 0.0]),
        ("hiring_cost", [50.0, 0.0]),
        ("release_cost", [0.0, 40.0]),
    ],
)
def test_money(accounts, term, by_period):
    assert accounts.term(term) == pytest.approx(np.array(by_period))


def test_objective_is_discounted(accounts):
    assert accounts.profit_by_period == pytest.approx(np.array([755.7125, 839.0]))
    assert accounts.objective == pytest.approx(755.7125 + 0.8 * 839.0)


def test_cost_leaves_out_closure_loss(accounts):
    assert accounts.cost == pytest.approx(np.array([991.25, 632.0]))


def test_hours_and_service_cost(accounts):
    assert accounts.hours_needed == pytest.approx(
        np.array([[21.125, 0.0], [13.25, 17.5], [0.0, 0.0]])
    )
    hourly = 400.0 / 34.375
    assert accounts.service_cost[:, 0] == pytest.approx(
        [125.0 + 5.5 * hourly, 371.25 + 28.875 * hourly]
    )
    assert accounts.service_cost.sum() == pytest.approx(866.25 + 600.0)


def test_idle_staff_belongs_to_no_segment():
    plan = replace(choice(), hours=np.zeros((1, 3, 2)))
    accounts = account(numbers(), plan)
    assert accounts.service_cost.sum() == pytest.approx(866.25)
    assert accounts.term("staff_cost").sum() == 600.0


def test_reopening_costs_and_first_period_opening():
    opened = np.array([[False, True], [True, True], [True, True]])
    accounts = account(numbers(), replace(choice(), open=opened))
    assert accounts.closing_cost[0].tolist() == [7.0, 0.0]
    assert accounts.opening_cost[0].tolist() == [0.0, 70.0]
    new = numbers(initially_open=np.array([False, True, True]))
    accounts = account(new, choice())
    assert accounts.opening_cost[0].tolist() == [70.0, 0.0]
    assert not accounts.closure_loss.any()  # nobody misses a channel that was not there


def test_losing_customers_who_cost_money_is_no_gain():
    accounts = account(numbers(margin=np.full((2, 2), -10.0)), choice())
    assert accounts.kept_margin == pytest.approx(np.array([[-1000.0] * 2, [-500.0] * 2]))


def test_segment_without_inbound_weight_keeps_its_margin():
    contacts = numbers().contacts.copy()
    contacts[0] = 0.0
    first = choice().first_contacts.copy()
    first[0] = 0.0
    accounts = account(numbers(contacts=contacts), replace(choice(), first_contacts=first))
    assert np.isnan(accounts.satisfaction[0]).all()
    assert accounts.kept_margin[0].tolist() == [1000.0, 1000.0]


def test_curve_is_constant_outside_its_points():
    curve = Curve(np.array([0.6, 0.7]), np.array([0.8, 0.9]))
    accounts = account(numbers(curves={0: curve, 1: curve}), choice())
    assert accounts.kept_share[0, 1] == 0.8  # satisfaction 0.5
    assert accounts.kept_share[1, 0] == 0.9  # satisfaction 0.78


def test_unknown_satisfaction_earns_nothing():
    sat = by_channel(0.9, 0.7, np.nan)
    accounts = account(numbers(satisfaction=sat), choice())
    assert accounts.points[0, 1] == pytest.approx(2 * (0.0 - 10.0 - 10.0))


shares = st.floats(0.0, 1.0)


@given(
    data=st.lists(shares, min_size=24, max_size=24),
    opened=st.lists(st.booleans(), min_size=6, max_size=6),
    resolution=st.tuples(shares, shares, shares),
)
def test_contacts_and_money_are_conserved(data, opened, resolution):
    n = numbers(resolution=by_channel(*resolution))
    is_open = np.array(opened).reshape(3, 2)
    first = np.array(data).reshape(SHAPE) * n.contacts[:, :, None, :] / 3 * is_open
    plan = Choice(first, is_open, choice().offered, choice().fte, choice().hours)
    accounts = account(n, plan)
    inbound = n.inbound
    # every unresolved inbound contact is passed on or gives up
    unresolved = ((1 - n.resolution) * accounts.handled)[:, inbound].sum()
    onward = accounts.passed_on.sum() + accounts.given_up.sum()
    assert onward == pytest.approx(unresolved, abs=1e-6)
    assert not accounts.passed_on[:, :, ~is_open].any()
    terms = sum(entry.sign * accounts.term(entry.name) @ n.discount for entry in LEDGER)
    assert accounts.objective == pytest.approx(float(terms), abs=1e-6)
    # a simulation that follows contacts step by step ends in the same place
    step, passed = first * inbound[None, :, None, None], np.zeros(SHAPE)
    for _ in range(400):
        step = np.einsum("sict,cd,dt->sidt", (1 - n.resolution) * step, n.unresolved, is_open)
        passed += step
    assert accounts.passed_on == pytest.approx(passed, abs=1e-6)


def test_large_plans_are_fast():
    generator = np.random.default_rng(7)
    s, i, c, t = 200, 6, 12, 12
    shape = (s, i, c, t)
    small, zeros = numbers(), np.zeros(shape)
    n = small.with_(
        segments=tuple(f"s{k:03}" for k in range(s)),
        interactions=tuple(f"i{k}" for k in range(i)),
        channels=tuple(f"c{k:02}" for k in range(c)),
        groups=("g",),
        periods=tuple(str(k) for k in range(t)),
        customers=np.full((s, t), 100.0),
        margin=np.full((s, t), 10.0),
        curves={},
        inbound=np.ones(i, dtype=bool),
        importance=np.ones(i),
        contacts=np.full((s, i, t), 100.0),
        eligible=np.ones(shape, dtype=bool),
        satisfaction=np.full(shape, 0.5),
        unit_cost=zeros + 1,
        handle_minutes=zeros + 5,
        resolution=generator.uniform(0.5, 0.9, shape),
        contact_value=zeros,
        closure_loss=np.zeros((s, c, t)),
        initially_open=np.ones(c, dtype=bool),
        fixed_cost=np.ones((c, t)),
        opening_cost=np.ones(c),
        closing_cost=np.ones(c),
        concurrency=np.ones((c, t)),
        unresolved=generator.dirichlet(np.ones(c), c) * 0.9,
        serves=np.ones((1, c), dtype=bool),
        fte_cost=np.ones((1, t)),
    )
    first = generator.dirichlet(np.ones(c), (s, i, t)).transpose(0, 1, 3, 2) * 100
    is_open = generator.random((c, t)) < 0.8
    plan = Choice(
        first, is_open, np.ones((s, c, t), dtype=bool), np.ones((1, t)), np.ones((1, c, t))
    )
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        account(n, plan)
        best = min(best, time.perf_counter() - start)
    assert best < 1.0  # 0.3 s on an idle machine
