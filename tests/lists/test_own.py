"""Numbers of customers' own: each customer is worth what a scenario of that one customer says."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from channelopt.customers.people import People
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.lists.compile import compile_list
from channelopt.lists.listed import List
from channelopt.lists.ways import ListWays
from channelopt.plan.accounts import Accounts, account
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Curve, Numbers
from tests.lists.crowd import Crowd, crowd, people
from tests.lists.planned import plan_of
from tests.lists.test_rows import draw_list, used

DATA: dict[str, Any] = {
    "format": 1,
    "objective": {
        "satisfaction_weight": 0.4,
        "satisfaction_price": 0.3,
        "transfer_penalty": 0.1,
        "give_up_penalty": 0.3,
    },
    "segments": {
        "gold": {"customers": 30, "margin": 200},
        "loss": {"customers": 10, "margin": -20},
        "young": {"customers": 40, "margin": 10},
    },
    "interactions": {
        "ask": {"importance": 2},
        "pay": {"importance": 0.5},
        "renew": {"direction": "outbound"},
        "sell": {"direction": "outbound"},
        "tell": {"importance": 0},
    },
    "channels": {
        "letter": {"unit_cost": 1, "satisfaction": 0.3, "always_open": True},
        "phone": {
            "unit_cost": 2,
            "satisfaction": 0.9,
            "resolution": 0.8,
            "unresolved": {"phone": 0.5},
            "handle_minutes": 6,
            "always_open": True,
        },
        "web": {
            "unit_cost": 0.1,
            "satisfaction": 0.5,
            "resolution": 0.6,
            "unresolved": {"phone": 0.8},
            "always_open": True,
        },
    },
    "bundles": {"both": {"uses": {"letter": 1, "phone": 0.4}}},
    "staff": {"team": {"serves": ["phone"], "hours_per_fte": 20, "fte_cost": 10}},
    "tables": {
        "contacts_per_customer": [
            {"interaction": "ask", "value": 2},
            {"interaction": "pay", "value": 0.5},
            {"interaction": "tell", "value": 1},
            {"interaction": "sell", "value": 0.5},
            {"segment": "gold", "interaction": "renew", "value": 2},
        ],
        "contact_value": [
            {"interaction": "sell", "channel": "phone", "value": 9},
            {"interaction": "renew", "channel": "both", "value": 14},
            {"interaction": "ask", "channel": "web", "value": 0.7},
        ],
        "eligible": [{"segment": "loss", "interaction": "pay", "channel": "letter", "value": 0}],
    },
    "policies": [
        {"name": "hurdle", "type": "return_on_cost", "at_least": -5},
        {"name": "floor", "type": "satisfaction", "at_least": -5},
        {"name": "all", "type": "satisfaction", "at_least": -5, "scope": "total"},
    ],
}


@cache
def plan() -> tuple[Instance, Choice]:
    instance = from_data(DATA)
    choice = plan_of(instance)
    assert choice is not None
    offered = np.broadcast_to(choice.open, choice.offered.shape)
    return instance, Choice(
        choice.first_contacts, choice.open, offered, choice.fte, choice.hours, choice.owned
    )


def some(rng: np.random.Generator, values: Any) -> Any:
    """Values with gaps, where the scenario speaks."""
    return np.where(rng.random(len(values)) < 0.3, np.nan, values)


def drawn(seed: int, *columns: str, count: int = 40) -> Crowd:
    """Customers with numbers of their own in these columns."""
    rng = np.random.default_rng(seed)
    own: dict[str, Any] = {
        "contacts": {
            i: some(rng, rng.integers(0, 4, count) * rng.choice([1.0, 0.5])) for i in (0, 1, 2, 3)
        },
        "margin": some(rng, rng.normal(50, 60, count)),
        "satisfaction": {(i, c): some(rng, rng.random(count)) for i in (0, 1) for c in (0, 1)},
        "contact_value": {
            (3, 1): some(rng, rng.normal(5, 9, count)),
            (0, 2): rng.random(count),
            (2, 3): rng.random(count),
        },
    }
    chosen = {name: own[name] for name in columns}
    return crowd(people(rng.integers(0, 3, count), **chosen))


def alone(n: Numbers, who: People, j: int, entries: list[tuple[int, int, float]]) -> Accounts:
    """The accounts of a world with one customer who takes these (interaction, way, contacts)."""
    s = int(who.segment[j])
    customers = np.zeros_like(n.customers)
    customers[s] = 1.0
    contacts = n.contacts / np.maximum(n.customers, 1e-300)[:, None, :] * customers[:, None, :]
    satisfaction, value = np.array(n.satisfaction), np.array(n.contact_value)
    margin = np.array(n.margin)
    for amounts, given in (
        (contacts, who.contacts),
        (satisfaction, who.satisfaction),
        (value, who.contact_value),
    ):
        known = {key: own[j] for key, own in given.items() if not np.isnan(own[j])}
        for key, own in known.items():
            amounts[(s, *np.atleast_1d(key))] = own
    if who.margin is not None and not np.isnan(who.margin[j]):
        margin[s] = who.margin[j]
    first = np.zeros(n.shape_of_ways)
    for i, w, amount in entries:
        first[s, i, w] = amount
    world = n.with_(
        customers=customers,
        contacts=contacts,
        satisfaction=satisfaction,
        contact_value=value,
        margin=margin,
    )
    _, choice = plan()
    nobody = Choice(
        first, choice.open, choice.offered, choice.fte * 0, choice.hours * 0, choice.owned
    )
    return account(world, nobody)


def entries_of(compiled: List, who: People, j: int, taken: list[Any]) -> list[Any]:
    found = []
    for question, option in zip(compiled.questions, taken, strict=True):
        for i, w in question.options[int(option[j])].entries:
            found.append((i, w, float(compiled.own.basis.treated(who, i)[j])))
    return found


def gains(compiled: List, who: People, taken: list[Any]) -> Any:
    """Gain of each customer (n,) over all questions."""
    total = np.zeros(len(who))
    at = np.arange(len(who))
    for k, option in enumerate(taken):
        block = compiled.block(k, who)
        for m, weight in enumerate(block.weights):
            total += weight * compiled.tables.gain[m, block.kind, option]
        for d, each in enumerate(block.each, start=len(block.weights)):
            total += each[at, option] * compiled.tables.gain[d, block.kind, option]
    return total


COLUMNS = (
    (),
    ("contacts",),
    ("margin",),
    ("satisfaction",),
    ("contact_value",),
    ("contacts", "margin"),
    ("satisfaction", "margin"),
    ("contacts", "margin", "satisfaction", "contact_value"),
)


FAST = {("contacts", "margin"), ("satisfaction", "margin"), COLUMNS[-1]}
SOME_SLOW = [
    pytest.param(
        columns,
        marks=[] if columns in FAST else [pytest.mark.slow],
        id="+".join(columns) or "nothing",
    )
    for columns in COLUMNS
]
BENT = Curve(np.array([0.2, 0.5, 0.9]), np.array([0.3, 0.9, 1.05]))


@pytest.mark.parametrize("columns", SOME_SLOW)
def test_one_channel_for_all_bends_the_margin_at_the_customers_own_mean(columns: Any) -> None:
    instance, choice = plan()
    instance = instance.with_(numbers=instance.numbers.with_(curves={0: BENT}))
    group = drawn(9 + len(columns), *columns)
    compiled = compile_list(
        instance, choice, 0, group, ListWays(joint=True, inbound="per_customer")
    )
    (part,) = group.partitions
    who = part.load()
    taken = draw_list(compiled, group, np.random.default_rng(2))
    worlds = [
        alone(instance.numbers, who, j, entries_of(compiled, who, j, taken))
        for j in range(len(who))
    ]
    margin = compiled.own.basis.margin_of(who)
    moved = compiled.own.basis.weight_of(who) > 0
    stays = np.where(moved, np.minimum(margin, 0), margin)
    profit = np.array([world.profit_by_period[0] for world in worlds])
    np.testing.assert_allclose(gains(compiled, who, taken) + stays, profit, rtol=1e-9, atol=1e-9)
    same_limits(compiled, group, taken, worlds)


WAYS = [
    ("per_interaction", None),
    ("per_customer", 1),
    pytest.param("per_interaction", 1, marks=pytest.mark.slow),
    pytest.param("per_customer", None, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("columns", SOME_SLOW)
@pytest.mark.parametrize(("inbound", "most"), WAYS)
def test_a_customer_is_worth_what_a_world_of_one_is(columns: Any, inbound: Any, most: Any) -> None:
    instance, choice = plan()
    group = drawn(len(columns), *columns)
    ways = ListWays(joint=True, inbound=inbound, outbound_at_most=most)
    compiled = compile_list(instance, choice, 0, group, ways)
    (part,) = group.partitions
    who = part.load()
    taken = draw_list(compiled, group, np.random.default_rng(1))
    worlds = [
        alone(instance.numbers, who, j, entries_of(compiled, who, j, taken))
        for j in range(len(who))
    ]
    gain = gains(compiled, who, taken)
    margin = compiled.own.basis.margin_of(who)
    moved = compiled.own.basis.weight_of(who) > 0
    stays = np.where(moved, np.minimum(margin, 0), margin)
    standing = float(account(instance.numbers.with_(), choice).term("staff_cost")[0])
    profit = np.array([world.profit_by_period[0] for world in worlds])
    np.testing.assert_allclose(gain + stays, profit, rtol=1e-9, atol=1e-9)
    assert compiled.constant == pytest.approx(stays.sum() - standing, rel=1e-12)
    figures = [compiled.figures(k, who) for k in range(len(taken))]
    at = np.arange(len(who))
    total = sum(f.value[at, option] for f, option in zip(figures, taken, strict=True))
    np.testing.assert_allclose(total, gain, rtol=1e-12, atol=1e-12)
    cost = sum(f.cost[at, option] for f, option in zip(figures, taken, strict=True))
    spent = [float(world.term("contact_cost")[0]) for world in worlds]
    np.testing.assert_allclose(cost, spent, rtol=1e-9, atol=1e-12)
    same_limits(compiled, group, taken, worlds)


def same_limits(compiled: List, group: Crowd, taken: list[Any], worlds: list[Accounts]) -> None:
    """Points, returns and hours of a list are those of its customers' worlds together."""
    names = compiled.rows.names
    standing = compiled.rows.others @ compiled.rows.others_lower
    activity = used(compiled, group, taken) + standing
    points = sum(world.points[:, 0] for world in worlds)
    for s, segment in enumerate(compiled.own.numbers.segments):
        found = activity[names.index(f"satisfaction:floor:{segment}")]
        assert found == pytest.approx(points[s], rel=1e-9, abs=1e-9)
    earned = sum(
        float(w.term("kept_margin")[0] + w.term("contact_value")[0] + 4 * w.term("contact_cost")[0])
        for w in worlds
    )
    _, choice = plan()
    earned += 4 * float(account(plan()[0].numbers, choice).term("staff_cost")[0])
    found = activity[names.index("return_on_cost:hurdle")]
    assert found == pytest.approx(earned, rel=1e-9, abs=1e-9)
    hours = sum(float(world.hours_needed.sum()) for world in worlds)
    assert activity[names.index("hours:team")] == pytest.approx(hours, rel=1e-9)
    (part,) = group.partitions
    work = sum(compiled.work(k, part.load(), option).sum() for k, option in enumerate(taken))
    assert work == pytest.approx(hours, rel=1e-9)
