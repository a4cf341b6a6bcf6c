"""A list satisfies all rows where and only where the rules' own check finds nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.lists.compile import compile_list
from channelopt.lists.listed import List
from channelopt.lists.ways import ListWays
from channelopt.plan.accounts import account
from channelopt.priced.units import Floats
from channelopt.terms.choice import Choice
from channelopt.terms.facts import facts
from channelopt.terms.written import Written
from channelopt.verify.check import judge
from tests.lists.crowd import averages
from tests.lists.planned import case, plan_of
from tests.merging import merged
from tests.often import often
from tests.plan.chance import examples
from tests.reference.loading import loaded
from tests.rules.cases import BASE, PATCHES
from tests.strategies import FULL, Data, small_scenarios

KNOBS = replace(FULL, whole_contacts=False, bundles=1, metrics=1, upgrades=1, service_levels=True)


def draw_list(compiled: List, crowd: Any, rng: np.random.Generator) -> list[np.ndarray]:
    """Options by question: every segment leans to options of its own."""
    (part,) = crowd.partitions
    people = part.load()
    found = []
    for k, question in enumerate(compiled.questions):
        block = compiled.block(k, people)
        kind, allowed = block.kind, compiled.tables.allowed[block.kind]
        if block.barred is not None:
            allowed = allowed & ~block.barred
        allowed = allowed[:, : len(question.options)]
        lean = rng.exponential(size=(compiled.kinds.count, len(question.options))) ** 3
        worth = np.where(allowed, lean[kind], 0.0).cumsum(axis=1)
        at = rng.random(len(people)) * worth[:, -1]
        found.append((worth <= at[:, None]).sum(axis=1).astype(np.int16))
    return found


def entered(compiled: List, crowd: Any, taken: list[np.ndarray]) -> Floats:
    """First contacts (S, I, W) of a list."""
    basis = compiled.own.basis
    (part,) = crowd.partitions
    people = part.load()
    first = np.zeros(compiled.own.cells.value.shape)
    for question, option in zip(compiled.questions, taken, strict=True):
        for o, answer in enumerate(question.options):
            for i, w in answer.entries:
                here = option == o
                np.add.at(first, (people.segment[here], i, w), basis.treated(people, i)[here])
    return first


def used(compiled: List, crowd: Any, taken: list[np.ndarray]) -> Floats:
    """Activity (R,) of the rows without other columns."""
    (part,) = crowd.partitions
    people = part.load()
    total = np.zeros(compiled.rows.count)
    uses = compiled.rows.uses.toarray().reshape(-1, *compiled.tables.shape)
    for k, option in enumerate(taken):
        block = compiled.block(k, people)
        at = np.arange(len(people))
        for m in range(len(block.weights)):
            total += uses[:, m, block.kind, option] @ block.weights[m]
        for d in range(len(block.each)):
            m = len(block.weights) + d
            total += uses[:, m, block.kind, option] @ block.each[d, at, option]
    return total


def others_for(compiled: List, activity: Floats) -> Floats | None:
    """Other columns with which all rows hold; None where there are none."""
    rows = compiled.rows
    lower = rows.lower - 1e-6 * np.maximum(1.0, np.abs(np.nan_to_num(rows.lower, neginf=0.0)))
    upper = rows.upper + 1e-6 * np.maximum(1.0, np.abs(np.nan_to_num(rows.upper, posinf=0.0)))
    if not rows.others.shape[1]:
        return np.zeros(0) if ((activity >= lower) & (activity <= upper)).all() else None
    matrix = rows.others.toarray()
    high, low = np.isfinite(upper), np.isfinite(lower)
    sides = np.concatenate([(upper - activity)[high], (activity - lower)[low]])
    spare = ~np.concatenate([matrix[high], -matrix[low]]).any(axis=1)
    if (sides[spare] < 0).any():
        return None
    result = linprog(
        np.zeros(matrix.shape[1]),
        A_ub=np.concatenate([matrix[high], -matrix[low]]),
        b_ub=sides,
        bounds=np.stack([rows.others_lower, rows.others_upper], axis=1),
    )
    return result.x if result.status == 0 else None


def as_choice(
    compiled: List, instance: Instance, choice: Choice, period: int, given: Any
) -> Choice:
    """The plan with the list in place of its first contacts of the period."""
    first, others = given
    n = instance.numbers
    contacts = choice.first_contacts.copy()
    contacts[..., period] = first
    after = replace(choice, first_contacts=contacts)
    needed = account(n, after).hours_needed[:, period]
    hours = choice.hours.copy()
    hours[..., period] = 0.0
    for c in np.flatnonzero(n.serves.any(axis=0)).tolist():
        groups = np.flatnonzero(n.serves[:, c])
        hours[groups[0], c, period] = needed[c]
    for k, (group, channel) in enumerate(compiled.others):
        if group and others is not None:
            g, c = n.groups.index(group), n.channels.index(channel)
            mine = [j for j, (_, other) in enumerate(compiled.others) if other == channel]
            hours[g, c, period] = needed[c] * others[k] / max(others[mine].sum(), 1e-300)
    return replace(after, hours=hours)


def agree(instance: Instance, choice: Choice, seed: int) -> bool:
    """Compare rows and check of one random list; return whether it satisfies them."""
    period = len(instance.numbers.periods) - 1
    crowd = averages(instance, period)
    compiled = compile_list(instance, choice, period, crowd, ListWays(joint=True))
    taken = draw_list(compiled, crowd, np.random.default_rng(seed))
    others = others_for(compiled, used(compiled, crowd, taken))
    after = as_choice(compiled, instance, choice, period, (entered(compiled, crowd, taken), others))
    found = judge(instance, facts(instance.numbers, Written.from_choice(after)))
    broken = [f"{verdict.rule}: {breach}" for verdict in found for breach in verdict.breaches]
    assert (others is not None) == (not broken), (broken, others, report(compiled, crowd, taken))
    return others is not None


def report(compiled: List, crowd: Any, taken: list[np.ndarray]) -> list[Any]:
    rows = compiled.rows
    activity = used(compiled, crowd, taken)
    return [
        (name, rows.lower[k], activity[k], rows.upper[k], rows.others[[k]].toarray().tolist())
        for k, name in enumerate(rows.names)
    ]


WITHOUT_OUTAGE = sorted(set(PATCHES) - {"outage", "whole_contacts"})


@pytest.mark.parametrize("slug", WITHOUT_OUTAGE)
def test_rows_and_check_agree_where_a_rule_binds(slug: str) -> None:
    agree(*case(slug), seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("slug", WITHOUT_OUTAGE)
def test_rows_and_check_agree_on_many_lists(slug: str) -> None:
    for seed in range(8):
        agree(*case(slug), seed)


def tightened(slug: str, **changes: Any) -> Instance:
    """The case with another number of its rule than the plan was made for."""
    return from_data(merged(merged(BASE, PATCHES[slug]), changes))


HURDLES = [
    {"policies": [{"name": "p", "type": "return_on_cost", "at_least": level}]}
    for level in (3, 8, 20, 40)
]
VOLUMES = [
    {"policies": [{"name": "p", "type": "volume", "channels": ["phone"], "at_most": most,
                   "measure": "handled"}]}
    for most in (100, 250, 400)
]  # fmt: skip
ROOM = [{"channels": {"phone": {"capacity": most}}} for most in (150, 300, 450)]
PREFERENCE = [
    {"steering": left, "tables": {"preference": [
        {"segment": "young", "channel": "phone", "value": 0.9},
        {"segment": "gold", "channel": "web", "value": 0.8}]}}
    for left in (0, 0.4)
]  # fmt: skip
LOYAL = [{"policies": [{"name": "p", "type": "share", "touch": "low", "at_least": share,
                        "scope": "total"}]} for share in (0.4, 0.7)]  # fmt: skip


@pytest.mark.slow
def test_rows_and_check_agree_on_lists_on_both_sides_of_a_limit() -> None:
    _, choice = open_plan()
    for changes in (HURDLES, VOLUMES, ROOM, PREFERENCE, LOYAL):
        seen = {
            agree(tightened("demand", **change), choice, seed)
            for change in changes
            for seed in range(4)
        }
        assert seen == {True, False}, changes


def open_plan() -> tuple[Instance, Choice]:
    """Both channels open and offered, staff for everything."""
    instance, choice = case("demand")
    return instance, replace(
        choice,
        open=np.ones_like(choice.open),
        offered=np.ones_like(choice.offered),
        fte=np.full_like(choice.fte, 30.0),
    )


@examples(2)
@given(data=small_scenarios(KNOBS), seed=st.integers(0, 2**32 - 1))
def test_rows_and_check_agree_by_chance(data: Data, seed: int) -> None:
    by_chance(data, seed)


@pytest.mark.slow
@examples(often(80))
@given(data=small_scenarios(KNOBS), seed=st.integers(0, 2**32 - 1))
def test_rows_and_check_agree_by_much_chance(data: Data, seed: int) -> None:
    by_chance(data, seed)


def by_chance(data: Data, seed: int) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    choice = plan_of(instance)
    assume(choice is not None)
    assert choice is not None
    for k in range(4):
        agree(instance, choice, (seed + k) % 2**32)


def test_rows_and_check_agree_where_several_groups_serve_a_channel() -> None:
    staff = {
        "team": {"serves": ["phone"], "hours_per_fte": 20, "fte_cost": 10},
        "third": {"serves": ["web"], "hours_per_fte": 20, "fte_cost": 9},
        "web_team": {"serves": ["phone", "web"], "hours_per_fte": 20, "fte_cost": 9},
    }
    data = merged(BASE, {"staff": staff, "channels": {"web": {"handle_minutes": 3}}})
    instance = from_data(data)
    choice = plan_of(instance)
    assert choice is not None
    everything = {
        "open": np.ones_like(choice.open),
        "offered": np.ones_like(choice.offered),
    }
    seen = set()
    for fte in ([0, 0, 1], [1, 1, 1], [0, 1, 2], [2, 0, 1], [2, 2, 2]):
        held = replace(choice, fte=np.array(fte, dtype=np.float64)[:, None], **everything)
        seen |= {agree(instance, held, seed) for seed in range(2)}
    assert seen == {True, False}
    compiled = compile_list(instance, held, 0, averages(instance), ListWays(joint=True))
    assert {"work:phone", "work:web", "hours:team"} <= set(compiled.rows.names)
    assert ("web_team", "phone") in compiled.others
