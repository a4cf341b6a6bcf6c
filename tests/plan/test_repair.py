"""A cleaned plan has no dust, adds up, and is otherwise the plan that was given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.plan.accounts import account
from channelopt.plan.repair import clean
from tests.plan.small import choice, numbers


def _noisy(noise: np.ndarray):
    plan = choice()
    return replace(plan, first_contacts=plan.first_contacts + noise * 200.0)


def test_a_clean_plan_stays_as_it_is():
    tidy = clean(numbers(), choice())
    for name, array in vars(choice()).items():
        assert np.array_equal(getattr(tidy, name), array), name


@given(seed=st.integers(0, 10_000), size=st.sampled_from([1e-12, 1e-10, 1e-8]))
def test_noise_goes_and_pairs_add_up(seed, size):
    n = numbers()
    noise = np.random.default_rng(seed).uniform(-size, size, choice().first_contacts.shape)
    tidy = clean(n, _noisy(noise))
    first = tidy.first_contacts
    assert (first >= 0).all()
    empty = choice().first_contacts == 0
    if size > 1e-9:
        empty[:, 1] = False  # more than dust, and outbound needs no offer
    assert not first[empty].any()
    assert first[:, 0].sum(axis=1) == pytest.approx(n.contacts[:, 0], rel=4e-16)
    assert first == pytest.approx(choice().first_contacts, abs=1e-5)
    assert tidy.hours.sum(axis=0) == pytest.approx(account(n, tidy).hours_needed, rel=1e-12)
    again = clean(n, tidy)
    assert np.array_equal(again.first_contacts, first)


def test_negative_amounts_and_fractions_of_whole_fte_go():
    plan = replace(choice(), fte=np.array([[3.9999999, -1e-9]]), hours=-choice().hours)
    tidy = clean(numbers(), plan)
    assert tidy.fte.tolist() == [[4.0, 0.0]]
    assert (tidy.hours >= 0).all()


def test_fractional_fte_stay_where_allowed():
    n = numbers(whole_fte=np.array([False]))
    plan = replace(choice(), fte=np.array([[3.5, 1e-12]]))
    assert clean(n, plan).fte.tolist() == [[3.5, 0.0]]


def test_a_trickle_through_a_closed_channel_goes_but_more_than_that_stays():
    first = choice().first_contacts.copy()
    first[0, 0, 0, 1] = 200 * 5e-7  # the branch is closed in the second period
    tidy = clean(numbers(), replace(choice(), first_contacts=first))
    assert tidy.first_contacts[0, 0, 0, 1] == 0.0
    first[0, 0, 0, 1] = 200 * 5e-6
    tidy = clean(numbers(), replace(choice(), first_contacts=first))
    assert tidy.first_contacts[0, 0, 0, 1] > 0.0


def test_a_real_shortfall_is_left_to_the_check():
    first = choice().first_contacts.copy()
    first[0, 0, 2, 0] = 150.0
    tidy = clean(numbers(), replace(choice(), first_contacts=first))
    assert tidy.first_contacts[0, 0].sum(axis=0).tolist() == [150.0, 200.0]


def test_outbound_is_cut_only_where_it_exceeds_its_contacts():
    first = choice().first_contacts.copy()
    first[1, 1, 1, 0] = 50.0 + 1e-6
    tidy = clean(numbers(), replace(choice(), first_contacts=first))
    assert tidy.first_contacts[1, 1, 1].tolist() == [50.0, 0.0]


def test_whole_contacts_are_rounded_and_add_up():
    first = choice().first_contacts.copy()
    first[1, 0, :, 0] = [66.9999999, 100.0000001, 33.0]
    first[1, 1, 1, 0] = 39.9999998
    offered = choice().offered.copy()
    offered[1] = True
    n = numbers(whole_contacts=True)
    tidy = clean(n, replace(choice(), first_contacts=first, offered=offered))
    assert tidy.first_contacts[1, 0, :, 0].tolist() == [67.0, 100.0, 33.0]
    assert tidy.first_contacts[1, 1, 1, 0] == 40.0


def test_unserved_hours_go_to_the_group_with_room():
    n = numbers(
        groups=("agents", "backup"),
        serves=np.array([[True, False, False], [True, True, False]]),
        hours_per_fte=np.full((2, 2), 10.0),
        whole_fte=np.array([True, True]),
        fte_cost=np.full((2, 2), 100.0),
        initial_fte=np.zeros(2),
        hiring_cost=np.zeros(2),
        release_cost=np.zeros(2),
    )
    hours = np.zeros((2, 3, 2))
    hours[1, 1] = 1.0
    plan = replace(choice(), fte=np.array([[3.0, 0.0], [2.0, 2.0]]), hours=hours)
    tidy = clean(n, plan)
    assert tidy.hours[:, 0, 0].tolist() == [21.125, 0.0]
    assert tidy.hours[:, 1].tolist() == [[0.0, 0.0], [13.25, 17.5]]


def test_nobody_works_a_trace_of_an_hour():
    """Where waiting times count, the smallest trace of work would need an agent."""
    n = numbers()
    two = n.with_(
        groups=("a", "b"),
        **{
            name: np.repeat(getattr(n, name), 2, axis=0)
            for name in (
                *("serves", "hours_per_fte", "fte_cost", "min_fte", "max_fte", "whole_fte"),
                *("initial_fte", "hiring_cost", "release_cost"),
            )
        },
    )
    plan = choice()
    hours = np.concatenate([plan.hours, plan.hours * 1e-15])
    for fte in (np.zeros_like(plan.fte), plan.fte):
        shared = replace(plan, fte=np.concatenate([plan.fte, fte]), hours=hours)
        tidy = clean(two, shared)
        assert not tidy.hours[1].any()
        assert tidy.hours[0] == pytest.approx(plan.hours[0])
