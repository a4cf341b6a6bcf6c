"""What options are worth: mean customers in the plan's shares are worth what the plan is."""

from __future__ import annotations

import numpy as np
import pytest

from channelopt.instance.instance import Instance
from channelopt.lists.compile import compile_list
from channelopt.lists.ways import ListWays
from channelopt.plan.accounts import account
from channelopt.terms.choice import Choice
from tests.lists.crowd import averages
from tests.lists.planned import bank, case, others_of, scenario, spread, straight
from tests.rules.cases import PATCHES

LONG = ("b2b", "insurance", "public_service", "retail", "telecom")


def same_as_plan(instance: Instance, choice: Choice, period: int, *, joint: bool) -> None:
    """The list in the plan's shares has its profit, and satisfies every limit as the plan does."""
    n = instance.numbers
    crowd = averages(instance, period)
    compiled = compile_list(instance, choice, period, crowd, ListWays(joint=joint))
    taken = spread(compiled, choice, n, period)
    profit = account(n, choice).profit_by_period[period]
    gain = float((compiled.tables.gain[0] * taken).sum()) + compiled.constant
    assert gain == pytest.approx(profit, rel=1e-9, abs=1e-9)
    assert taken[~compiled.tables.allowed] == pytest.approx(0.0, abs=1e-7)
    free = [k for k, name in enumerate(compiled.rows.names) if name.startswith("fairness:")]
    rows = compiled.rows
    used = rows.uses @ taken.reshape(-1) + rows.others @ others_of(compiled, choice, n, period)
    room = 2e-6 * np.maximum(1.0, np.abs(used))
    over, under = used > rows.upper + room, used < rows.lower - room
    over[free] = under[free] = False
    broken = [
        (rows.names[k], rows.lower[k], used[k], rows.upper[k]) for k in np.flatnonzero(over | under)
    ]
    assert not broken


def whole(instance: Instance, period: int) -> bool:
    """Whether a register can have exactly the scenario's customers."""
    customers = instance.numbers.customers[:, period]
    return bool((customers == np.rint(customers)).all())


@pytest.mark.parametrize("slug", sorted(PATCHES))
@pytest.mark.parametrize("joint", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_small_plan_in_its_own_shares(slug: str, joint: bool) -> None:
    instance, choice = case(slug)
    if slug == "outage" and joint:
        pytest.skip("nobody can promise it")
    for period in range(len(instance.numbers.periods)):
        same_as_plan(straight(instance), choice, period, joint=joint)


@pytest.mark.parametrize("joint", [False, True])
def test_the_quickstart_in_its_own_shares(joint: bool) -> None:
    instance, choice = scenario("quickstart")
    for period in range(len(instance.numbers.periods)):
        same_as_plan(straight(instance), choice, period, joint=joint)


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_a_scenario_in_its_own_shares(name: str) -> None:
    instance, choice = scenario(name)
    for period in range(len(instance.numbers.periods)):
        if whole(instance, period):
            same_as_plan(straight(instance), choice, period, joint=False)


@pytest.mark.slow
def test_the_bank_in_its_own_shares() -> None:
    instance, choice = bank()
    for period in range(len(instance.numbers.periods)):
        if whole(instance, period):
            same_as_plan(straight(instance), choice, period, joint=False)
