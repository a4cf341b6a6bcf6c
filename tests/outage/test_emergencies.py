"""Emergencies of finished plans, worked out by hand and against a program in plain loops."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from channelopt.instance.instance import Instance
from channelopt.pipeline.emergencies import emergencies
from channelopt.pipeline.recourse import failure, place
from channelopt.plan.accounts import account, passed_on
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers
from tests.outage.building import ENGINE, FIRST, found, judged, loaded, plan, record, rule
from tests.plan import small

SLOW = pytest.mark.slow


def test_where_there_is_room_all_is_placed() -> None:
    """Of the 60 phone contacts 50 fit into the web and 20 into the branch."""
    instance = loaded()
    outage = record(instance, plan(instance.numbers), "phone")
    assert outage.first_contacts == 60
    assert outage.placeable == pytest.approx(60)
    assert outage.share == pytest.approx(1)
    assert outage.stopped_by == ""
    assert outage.required is None


def test_passing_on_to_the_failed_channel_gives_up() -> None:
    """Without the web nobody is passed on to the phone: 6 hours, room for 40 and 20 more."""
    instance = loaded()
    outage = record(instance, plan(instance.numbers), "web")
    assert outage.placeable == pytest.approx(60)
    assert outage.stopped_by == "40: hours of team, capacity of branch"


def test_contacts_placed_in_a_channel_that_passes_on_load_the_next() -> None:
    """All 40 go to the web, where a fifth of them goes on to the phone: 8.8 of 9 hours."""
    instance = loaded(channels={"phone": {"satisfaction": 0.8}})
    tight = plan(instance.numbers, fte=0.88)
    assert record(instance, tight, "branch").placeable == pytest.approx(40)
    tighter = plan(instance.numbers, fte=0.85)
    outage = record(instance, tighter, "branch")
    assert outage.placeable == pytest.approx(25), "0.02 hours for each on 0.5 hours"
    assert outage.stopped_by == "15: hours of team"


def test_surge_stretches_capacity_and_hours() -> None:
    """A fifth more: 12 hours give room for 60 at the phone, 72 for 32 in the branch."""
    instance = loaded(rule(surge=0.2))
    outage = record(instance, plan(instance.numbers), "web", "rule")
    assert (outage.surge, outage.required) == (0.2, 0.6)
    assert outage.placeable == pytest.approx(92)
    assert record(instance, plan(instance.numbers), "web").placeable == pytest.approx(60)


def test_only_open_and_eligible_channels_take_contacts() -> None:
    eligible = [{"channel": "branch", "value": False}]
    instance = loaded(tables={"eligible": eligible})
    outage = record(instance, plan(instance.numbers, FIRST | {("branch", "2027"): 0}), "web")
    assert outage.placeable == pytest.approx(40)
    closed = plan(
        instance.numbers, {("web", "2027"): 100.0}, closed=(("phone", "2027"), ("branch", "2027"))
    )
    alone = record(instance, closed, "web")
    assert alone.placeable == 0
    assert alone.stopped_by == "100: no other open channel may take them"


def test_both_reasons_are_told_the_larger_first() -> None:
    """Gold customers may use nothing but the web; the others find room for 60."""
    instance = loaded(
        segments={"gold": {"customers": 15, "margin": 10}},
        tables={
            "eligible": [
                {"segment": "gold", "channel": "branch", "value": False},
                {"segment": "gold", "channel": "phone", "value": False},
            ]
        },
    )
    first = {("all", "ask", *where): amount for where, amount in FIRST.items()}
    choice = plan(instance.numbers, first | {("gold", "ask", "web", "2027"): 30.0})
    outage = record(instance, choice, "web")
    assert outage.first_contacts == 130
    assert outage.placeable == pytest.approx(60)
    words = "40: hours of team, capacity of branch; 30: no other open channel may take them"
    assert outage.stopped_by == words


def test_a_policy_speaks_of_its_filter_only() -> None:
    instance = loaded(
        rule(segments=["gold"], recover=1.0),
        segments={"gold": {"customers": 15, "margin": 10}},
    )
    first = {("all", "ask", *where): amount for where, amount in FIRST.items()}
    choice = plan(instance.numbers, first | {("gold", "ask", "web", "2027"): 30.0})
    outage = record(instance, choice, "web", "rule")
    assert (outage.first_contacts, outage.placeable) == (30, pytest.approx(30))
    placed = found(instance, choice).certificates["rule"].placed
    assert placed[instance.numbers.segments.index("all")].sum() == 0
    assert judged(instance, choice).holds


def test_bundles_that_use_the_failed_channel_fall_away() -> None:
    """An offer by web and phone takes an hour of the phone, until the web fails."""
    instance = loaded(
        interactions={"offer": {"direction": "outbound"}},
        bundles={"both": {"uses": {"web": 1, "phone": 1}}, "calls": {"uses": {"phone": 2}}},
        tables={
            "contacts_per_customer": [
                {"interaction": "ask", "value": 2},
                {"interaction": "offer", "value": 1},
            ]
        },
    )
    kept = plan(instance.numbers, FIRST | {("all", "offer", "calls", "2027"): 5.0})
    assert record(instance, kept, "web").placeable == pytest.approx(50), "7 hours are needed"
    lost = plan(instance.numbers, FIRST | {("all", "offer", "both", "2027"): 10.0})
    assert record(instance, lost, "web").placeable == pytest.approx(60), "6 hours are needed"


def test_groups_divide_the_work_anew() -> None:
    """Both serve the phone; the plan leaves it all to the first, the emergency needs both."""
    team = {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 100}
    instance = loaded(rule(), staff={"team": team, "reserve": team})
    outage = record(instance, plan(instance.numbers), "web", "rule")
    assert outage.placeable == pytest.approx(100)
    assert judged(instance, plan(instance.numbers)).holds


def test_upgrades_that_are_owned_count() -> None:
    upgrades = {"bot": {"channel": "phone", "effects": {"handle_minutes": {"times": 0.5}}}}
    instance = loaded(upgrades=upgrades)
    plain = plan(instance.numbers)
    owning = Choice(**{**vars(plain), "owned": np.ones((1, 1), dtype=bool)})
    assert record(instance, plain, "web").placeable == pytest.approx(60)
    assert record(instance, owning, "web").placeable == pytest.approx(100), "3 of 10 hours"


def test_a_given_plan_beyond_its_limits_places_nothing_more_there() -> None:
    """The branch is over its capacity and the team over its hours: neither takes any more."""
    instance = loaded(rule(recover=1.0))
    over = {("web", "2027"): 50.0, ("phone", "2027"): 60.0, ("branch", "2027"): 90.0}
    choice = plan(instance.numbers, over, fte=0.5)
    outage = record(instance, choice, "web", "rule")
    assert outage.placeable == pytest.approx(0, abs=1e-6)
    assert outage.stopped_by == "50: capacity of branch, hours of team"
    verdict = judged(instance, choice)
    assert {breach.where for breach in verdict.breaches} >= {"web, 2027", "branch, 2027"}


def test_closed_channels_have_no_record() -> None:
    instance = loaded(rule())
    choice = plan(instance.numbers, closed=(("web", "2027"),))
    assert {outage.channel for outage in found(instance, choice).outages} == {0, 1}


def test_an_open_channel_without_contacts_needs_nothing() -> None:
    instance = loaded(rule())
    choice = plan(instance.numbers, {("phone", "2027"): 60.0})
    outage = record(instance, choice, "web", "rule")
    assert (outage.first_contacts, outage.placeable, outage.share) == (0, 0, None)
    assert judged(instance, choice).holds


# against a program in plain loops: no closed form, no classes

Row = tuple[dict[Any, float], str, float]


def by_loops(n: Numbers, choice: Choice, k: int, t: int, surge: float) -> float:
    """Most contacts that can be placed: columns x, f by (s, i, c), h by (g, c)."""
    others = [c for c in range(len(n.channels)) if choice.open[c, t] and c != k]
    rows: list[Row] = []
    for s in range(len(n.segments)):
        for i in np.flatnonzero(n.inbound).tolist():
            stranded = choice.first_contacts[s, i, k, t]
            may = [c for c in others if n.eligible[s, i, c, t]]
            rows.append(({("x", s, i, c): 1.0 for c in may}, "<=", stranded))
            rows += [followed(n, choice, (s, i, c, t), others, may) for c in others]
    for c in others:
        rows += worked(n, choice, c, t, 1 + surge)
    for g in range(len(n.groups)):
        spent = {("h", g, c): 1.0 for c in others if n.serves[g, c]}
        rows.append((spent, "<=", (1 + surge) * n.hours_per_fte[g, t] * choice.fte[g, t]))
    return optimum([row for row in rows if np.isfinite(row[2])])


def followed(
    n: Numbers, choice: Choice, cell: tuple[int, ...], others: list[int], may: list[int]
) -> Row:
    """Handled contacts of a cell: those that enter and those that others pass on."""
    s, i, c, t = cell
    flow: dict[Any, float] = {("f", s, i, c): 1.0}
    if c in may:
        flow["x", s, i, c] = -1.0
    for a in others:
        share = (1 - n.resolution[s, i, a, t]) * n.unresolved[a, c]
        flow["f", s, i, a] = flow.get(("f", s, i, a), 0.0) - share
    return flow, "=", float(choice.first_contacts[cell])


def worked(n: Numbers, choice: Choice, c: int, t: int, more: float) -> list[Row]:
    """Capacity and hours of a channel."""
    pairs = [(s, i) for s in range(len(n.segments)) for i in np.flatnonzero(n.inbound).tolist()]
    outbound = choice.first_contacts[:, ~n.inbound, c, t]
    each = np.nan_to_num(n.handle_minutes[:, :, c, t]) / 60 / n.concurrency[c, t]
    load: dict[Any, float] = {("f", s, i, c): 1.0 for s, i in pairs}
    rows: list[Row] = [(load, "<=", more * n.capacity[c, t] - outbound.sum())]
    if n.serves[:, c].any():
        work: dict[Any, float] = {("f", s, i, c): each[s, i] for s, i in pairs}
        work |= {("h", g, c): -1.0 for g in np.flatnonzero(n.serves[:, c]).tolist()}
        rows.append((work, "=", -(outbound * each[:, ~n.inbound]).sum()))
    return rows


def optimum(rows: list[Row]) -> float:
    names: dict[Any, int] = {}
    for left, _, _ in rows:
        for name in left:
            names.setdefault(name, len(names))
    sides: dict[str, Any] = {"<=": ([], []), "=": ([], [])}
    for left, sense, right in rows:
        row = np.zeros(len(names))
        for name, value in left.items():
            row[names[name]] += value
        sides[sense][0].append(row)
        sides[sense][1].append(right)
    costs = [-1.0 if name[0] == "x" else 0.0 for name in names]
    (upper, at_most), (equal, to) = sides["<="], sides["="]
    result = linprog(costs, A_ub=upper, b_ub=at_most, A_eq=equal, b_eq=to)
    assert result.status == 0
    return -float(result.fun)


def random_plan(random: np.random.Generator) -> tuple[Numbers, Choice]:
    """Shares, resolutions, minutes and eligibility by chance; staff and capacity just suffice."""
    shape = small.SHAPE
    n = small.numbers(
        resolution=random.uniform(0.3, 1, shape),
        handle_minutes=random.uniform(1, 20, shape),
        unresolved=random.choice([0, 0.2, 0.3], (3, 3)),
        eligible=random.uniform(size=shape) < 0.8,
        serves=np.array([[True, True, False], [False, True, random.uniform() < 0.5]]),
        groups=("agents", "clerks"),
        hours_per_fte=np.full((2, 2), 10.0),
        fte_cost=np.full((2, 2), 100.0),
        initial_fte=np.zeros(2),
        hiring_cost=np.zeros(2),
        release_cost=np.zeros(2),
    )
    first = random.uniform(0, 50, shape) * n.eligible * (random.uniform(size=shape) < 0.7)
    offered, is_open = np.zeros((2, 3, 2), dtype=bool), np.ones((3, 2), dtype=bool)
    choice = Choice(first, is_open, offered, np.zeros((2, 2)), np.zeros((2, 3, 2)))
    accounts = account(n, choice)
    hours = np.zeros((2, 3, 2))
    hours[0, :2], hours[1, 2] = accounts.hours_needed[:2], accounts.hours_needed[2]
    handled = accounts.handled.sum(axis=(0, 1))
    room = random.choice([1, 1.1, 1.5, 1e6], (3, 1))
    fte = hours.sum(axis=1) / 10 * random.uniform(1, 1.5)
    return n.with_(capacity=handled * room), Choice(first, is_open, offered, fte, hours)


@pytest.mark.parametrize("seed", range(25))
def test_as_much_as_a_program_in_plain_loops(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, choice = random_plan(random)
    surge = [0.0, 0.1][seed % 2]
    for k in range(3):
        for t in range(2):
            placed = place(failure(n, choice, k, t), surge, ENGINE)
            best = by_loops(n, choice, k, t, surge)
            assert placed.contacts.sum() == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize(("periods", "seconds"), [(1, 5), pytest.param(12, 20, marks=SLOW)])
def test_a_large_plan_takes_seconds(periods: int, seconds: float) -> None:
    """11 channels, 40 segments, 6 interactions; every resolution is different, nothing fits."""
    n, choice = large(periods)
    instance = Instance(n, (), small.instance().names, {})
    began = time.process_time()
    outages = emergencies(instance, choice, ENGINE).outages
    assert time.process_time() - began < seconds
    assert len(outages) == 11 * periods
    assert all(outage.stopped_by for outage in outages)


def large(periods: int) -> tuple[Numbers, Choice]:
    random = np.random.default_rng(7)
    shape = (40, 6, 11, periods)
    by_cell = random.uniform(0.6, 1, shape)
    serves = np.zeros((4, 11), dtype=bool)
    serves[[0, 0, 1, 1, 2, 3], [0, 1, 1, 2, 3, 4]] = True
    n = small.numbers(
        segments=tuple(f"s{k:02}" for k in range(40)),
        interactions=tuple(f"i{k}" for k in range(6)),
        channels=tuple(f"c{k:02}" for k in range(11)),
        groups=tuple(f"g{k}" for k in range(4)),
        periods=tuple(str(k) for k in range(periods)),
        inbound=np.ones(6, dtype=bool),
        contacts=np.full((40, 6, periods), 100.0),
        eligible=random.uniform(size=shape) < 0.8,
        resolution=by_cell,
        handle_minutes=10 * by_cell,
        unresolved=np.full((11, 11), 0.05),
        serves=serves,
        hours_per_fte=np.full((4, periods), 100.0),
        concurrency=np.ones((11, periods)),
        available=np.ones((11, periods), dtype=bool),
    )
    first = random.uniform(0, 10, shape) * n.eligible
    is_open = np.ones((11, periods), dtype=bool)
    offered, hours = np.zeros((40, 11, periods), dtype=bool), np.zeros((4, 11, periods))
    handled = (first + passed_on(n, first, is_open)).sum(axis=(0, 1))
    choice = Choice(first, is_open, offered, np.full((4, periods), 6.0), hours)
    return n.with_(capacity=handled * 1.05), choice
