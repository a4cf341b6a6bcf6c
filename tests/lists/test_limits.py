"""Limits of a list: quotas, other right sides, customers' own channels, and what is refused."""

from __future__ import annotations

import pickle
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from channelopt.errors import InfeasibleError, InputError, UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.lists.compile import compile_list
from channelopt.lists.parts import Part
from channelopt.lists.quotas import bounds
from channelopt.lists.ways import ListWays
from channelopt.plan.accounts import account
from channelopt.terms.choice import Choice
from tests.lists.crowd import averages, crowd, people
from tests.lists.planned import case, plan_of
from tests.lists.test_own import DATA, drawn, plan
from tests.lists.test_rows import draw_list, used
from tests.merging import merged
from tests.rules.cases import BASE

JOINT = ListWays(joint=True)


def sides(compiled: Any, name: str) -> tuple[float, float]:
    k = compiled.rows.names.index(name)
    return float(compiled.rows.lower[k]), float(compiled.rows.upper[k])


@pytest.mark.parametrize(
    ("quota", "most", "equal", "more", "low", "high"),
    [
        (10.0, 2.0, True, 0.0, 10.0, 10.0),
        (10.5, 2.0, True, 0.0, 10.0, 12.0),
        (9.999999999, 2.0, True, 0.0, 10.0, 10.0),
        (0.0, 2.0, True, 0.0, 0.0, 0.0),
        (0.0, 2.0, True, 3.0, 0.0, 3.0),
        (10.5, 4.0, False, 0.0, 6.5, 14.5),
        (1.0, 4.0, False, 0.0, 0.0, 5.0),
        (10.5, 2.0, True, 3.0, 7.5, 13.5),
        (10.5, 2.0, True, 0.1, 10.0, 12.0),
        (1.0, 0.0, True, 0.0, 0.0, 1.0),
    ],
)
def test_a_quota_leaves_room_for_one_customer(
    quota: float, most: float, equal: bool, more: float, low: float, high: float
) -> None:
    assert bounds(quota, most, equal, more) == pytest.approx((low, high))


def test_quotas_are_the_plans_shares_of_the_files_contacts() -> None:
    instance, choice = case("demand")
    compiled = compile_list(
        instance, choice, 0, averages(instance, scale=0.1), ListWays(quota_tolerance=0)
    )
    shares = choice.first_contacts[..., 0] / np.maximum(instance.numbers.contacts, 1)
    n = instance.numbers
    for limit in compiled.limits:
        if limit.kind == "quota":
            s, i = n.segments.index(limit.segment), n.interactions.index(limit.interaction)
            w = n.ways.index(limit.channel)
            exact = shares[s, i, w] * n.contacts[s, i, 0] * 0.1
            low, high = sides(compiled, limit.name)
            assert low <= exact + 1e-9
            assert high >= exact - 1e-9
            assert high - low <= 2.0 + 1e-9  # contacts of one customer
    assert {limit.kind for limit in compiled.limits} >= {"quota", "hours"}


def test_every_name_is_there_once_and_says_what_it_limits() -> None:
    data = deepcopy(merged(DATA, {"channels": {"web": {"capacity": 900, "min_volume": 3}}}))
    data["policies"] = [
        *DATA["policies"],
        {"name": "both", "type": "volume", "channels": ["web"], "at_least": 1, "at_most": 800},
        {"name": "part", "type": "share", "touch": "low", "at_most": 0.9, "at_least": 0.1},
        {"name": "money", "type": "budget", "at_most": 100000},
    ]
    data["channels"]["web"]["touch"] = "low"
    instance = from_data(data)
    choice = plan_of(instance)
    assert choice is not None
    compiled = compile_list(instance, choice, 0, averages(instance), ListWays())
    names = compiled.rows.names
    assert len(set(names)) == len(names)
    assert tuple(limit.name for limit in compiled.limits) == names
    assert {"capacity:web", "minimum volume:web", "hours:team", "budget:money"} <= set(names)
    assert sides(compiled, "volume:both") == (1.0, 800.0)
    scarce = {limit.name for limit in compiled.limits if limit.scarce}
    assert scarce == {"capacity:web", "hours:team", "budget:money"}


def test_a_budget_counts_what_is_spent_already_and_elsewhere() -> None:
    data = deepcopy(merged(BASE, {"periods": [2027, 2028, 2029]}))
    data["policies"] = [
        {
            "name": "all",
            "type": "budget",
            "at_most": 90000,
            "scope": "total",
            "periods": [2027, 2028],
        },
        {
            "name": "phone",
            "type": "budget",
            "at_most": [50000, 60000, None],
            "channels": ["phone"],
            "counts": ["contact", "fixed", "staff"],
        },
    ]
    instance = from_data(data)
    choice = plan_of(instance)
    assert choice is not None
    accounts = account(instance.numbers, choice)
    compiled = compile_list(instance, choice, 1, averages(instance, 1), JOINT)
    names = compiled.rows.names
    at = [names.index("budget:all"), names.index("budget:phone")]
    group = averages(instance, 1)
    taken = draw_list(compiled, group, np.random.default_rng(0))
    spent = used(compiled, group, taken)[at]
    standing = (compiled.rows.others @ compiled.rows.others_lower)[at]
    cost, handling = accounts.cost, accounts.term("contact_cost")
    assert standing[0] == pytest.approx(cost[0] + cost[1] - handling[1])
    phone = instance.numbers.channels.index("phone")
    assert standing[1] == pytest.approx(accounts.fixed_cost[phone, 1])
    (part,) = group.partitions
    total = sum(
        float(np.nansum(compiled.figures(k, part.load()).cost[np.arange(300), option]))
        for k, option in enumerate(taken)
    )
    assert spent[0] == pytest.approx(total)
    assert sides(compiled, "budget:all")[1] == 90000
    assert sides(compiled, "budget:phone")[1] == 60000
    last = compile_list(instance, choice, 2, averages(instance, 2), JOINT)
    assert not [name for name in last.rows.names if name.startswith("budget")]


def test_other_right_sides_by_name() -> None:
    instance, choice = narrow()
    ways = replace(JOINT, limits={"capacity:phone": 90.0, "hours:team": 7.0})
    compiled = compile_list(instance, choice, 0, averages(instance), ways)
    assert sides(compiled, "capacity:phone") == (-np.inf, 90.0)
    assert sides(compiled, "hours:team")[1] == 7.0


def narrow() -> tuple[Instance, Choice]:
    instance = from_data(merged(DATA, {"channels": {"phone": {"capacity": 130}}}))
    choice = plan_of(instance)
    assert choice is not None
    return instance, choice


def test_a_channel_without_capacity_can_be_given_one() -> None:
    instance, choice = case("demand")
    plain = compile_list(instance, choice, 0, averages(instance), JOINT)
    assert "capacity:web" not in plain.rows.names
    ways = replace(JOINT, limits={"capacity:web": 12.0})
    compiled = compile_list(instance, choice, 0, averages(instance), ways)
    assert sides(compiled, "capacity:web")[1] == 12.0


def test_a_limit_that_does_not_exist_is_named_with_the_nearest() -> None:
    instance, choice = narrow()
    ways = replace(JOINT, limits={"capacity:fone": 90.0})
    with pytest.raises(UsageError, match=r"'capacity:fone'.*did you mean 'capacity:phone'"):
        compile_list(instance, choice, 0, averages(instance), ways)
    instance, choice = case("capacity")
    ways = replace(JOINT, limits={"capacity:phone": 90.0})
    with pytest.raises(UsageError, match="the plan has closed 'phone' in this period"):
        compile_list(instance, choice, 0, averages(instance), ways)


def test_a_joint_list_cannot_promise_an_outage_rule() -> None:
    instance, choice = case("outage")
    with pytest.raises(UsageError, match="the rule 'p' holds in the plan"):
        compile_list(instance, choice, 0, averages(instance), JOINT)
    compiled = compile_list(instance, choice, 0, averages(instance), ListWays())
    assert len(compiled.notes) == 1


def test_too_many_ways_to_be_contacted_are_refused() -> None:
    data = deepcopy(DATA)
    data["interactions"] |= {f"more{k}": {"direction": "outbound"} for k in range(6)}
    data["tables"]["contacts_per_customer"] = [
        *DATA["tables"]["contacts_per_customer"],
        *({"interaction": f"more{k}", "value": 1} for k in range(6)),
    ]
    instance = from_data(data)
    choice = plan_of(instance)
    assert choice is not None
    ways = replace(JOINT, outbound_at_most=2)
    with pytest.raises(UsageError, match=r"outbound_at_most: 2 .* more than 64"):
        compile_list(instance, choice, 0, averages(instance), ways)


def test_a_limit_on_all_contacts_is_one_on_each_customer() -> None:
    data = deepcopy(DATA)
    data["policies"] = [{"name": "rest", "type": "contact_limit", "at_most": 1.4}]
    instance = from_data(data)
    choice = plan_of(instance)
    assert choice is not None
    compiled = compile_list(instance, choice, 0, averages(instance), JOINT)
    (outbound,) = [q for q in compiled.questions if q.name == "outbound"]
    assert max(len(option.entries) for option in outbound.options) == 1
    assert "contact_limit:rest:gold" in compiled.rows.names


def preferring(n: int, preferred: Any) -> Any:
    return crowd(people(np.repeat([0, 1], n), preferred=np.tile(preferred, 2).astype(np.int16)))


def test_only_those_who_prefer_a_channel_must_be_served_there() -> None:
    instance, choice = steered()
    n = instance.numbers
    phone, web = n.channels.index("phone"), n.channels.index("web")
    group = preferring(10, [phone] * 3 + [web] * 2 + [-1] * 5)
    compiled = compile_list(instance, choice, 0, group, JOINT)
    name = "steering:young:ask:phone"
    # 6 contacts of those who do, and 60 % of the 10 of those who do not say; 80 % of them
    assert sides(compiled, name)[0] == pytest.approx(0.8 * (6 + 0.6 * 10))
    (part,) = group.partitions
    block = compiled.block(0, part.load())
    k = compiled.rows.names.index(name)
    uses = compiled.rows.uses[[k]].toarray().reshape(compiled.tables.shape)[0]
    o = [option.name for option in compiled.questions[0].options].index("phone")
    per_customer = uses[block.kind, o]
    assert per_customer[10:].tolist() == [2.0] * 3 + [0.0] * 2 + [2.0] * 5
    assert not per_customer[:10].any()


def steered() -> tuple[Instance, Choice]:
    data = deepcopy(merged(BASE, {"steering": 0.2}))
    data["tables"]["preference"] = [{"segment": "young", "channel": "phone", "value": 0.6}]
    instance = from_data(data)
    choice = plan_of(instance)
    assert choice is not None
    everywhere = np.broadcast_to(choice.open[None], choice.offered.shape)
    return instance, replace(choice, offered=everywhere)


def test_those_who_are_served_elsewhere_now_are_moved_slowly() -> None:
    instance, choice = case("migration")
    phone, web = (instance.numbers.channels.index(c) for c in ("phone", "web"))
    now = np.array([phone] * 6 + [web] * 3 + [-1], dtype=np.int16)
    group = crowd(people(np.zeros(10), current={-1: now}))
    compiled = compile_list(instance, choice, 0, group, JOINT)
    (part,) = group.partitions
    block = compiled.block(0, part.load())
    options = [option.name for option in compiled.questions[0].options]
    for name, who, where in (
        ("migration:p:gold:ask:phone:out", range(6), "web"),
        ("migration:p:gold:ask:phone:in", range(6, 9), "phone"),
        ("migration:p:gold:ask:web:out", range(6, 9), "phone"),
        ("migration:p:gold:ask:web:in", range(6), "web"),
    ):
        assert sides(compiled, name)[1] == pytest.approx(0.1 * 20)
        k = compiled.rows.names.index(name)
        uses = compiled.rows.uses[[k]].toarray().reshape(compiled.tables.shape)[0]
        moved = uses[block.kind, options.index(where)]
        assert np.flatnonzero(moved).tolist() == list(who)
        assert set(moved[moved != 0].tolist()) == {2.0}


def test_customers_who_may_enter_nowhere_are_named() -> None:
    instance, choice = plan()
    may = {0: np.array([True, False]), 1: np.array([False, False]), 2: np.array([True, False])}
    group = crowd(people([0, 2], eligible=may))
    with pytest.raises(InputError, match=r"row 2, customer 'c1' of 'young', 'ask'") as caught:
        compile_list(instance, choice, 0, group, JOINT)
    assert caught.value.problems[0].code == "E932"


def test_who_may_not_be_called_gets_no_bundle_with_a_call() -> None:
    instance, choice = plan()
    group = crowd(people([0, 0], eligible={1: np.array([True, False])}))
    compiled = compile_list(instance, choice, 0, group, JOINT)
    k = [question.name for question in compiled.questions].index("renew")
    block = compiled.block(k, group.partitions[0].load())
    names = [option.name for option in compiled.questions[k].options]
    assert block.barred is not None
    barred = dict(zip(names, block.barred[1].tolist(), strict=False))
    assert barred == {"letter": False, "phone": True, "web": False, "both": True, "none": False}
    assert not block.barred[0].any()


def test_customers_without_contacts_have_nothing_to_decide() -> None:
    instance, choice = plan()
    contacts = {0: np.array([0.0, 2.0]), 2: np.array([0.0, np.nan])}
    group = crowd(people([0, 0], contacts=contacts))
    compiled = compile_list(instance, choice, 0, group, JOINT)
    for k, question in enumerate(compiled.questions):
        allowed = compiled.tables.allowed[compiled.block(k, group.partitions[0].load()).kind]
        if question.interactions[0] in contacts:
            assert np.flatnonzero(allowed[0]).tolist() == [len(question.options) - 1]
        served = instance.numbers.inbound[question.interactions[0]]
        assert allowed[1, len(question.options) - 1] == (not served)


def test_contacts_that_the_scenario_does_not_have_come_with_the_file() -> None:
    instance, choice = plan()
    group = crowd(people([2, 2], contacts={2: np.array([1.0, 3.0])}))
    compiled = compile_list(instance, choice, 0, group, ListWays())
    k = [question.name for question in compiled.questions].index("renew")
    contacts = compiled.figures(k, group.partitions[0].load()).contacts
    assert np.nanmax(contacts, axis=1).tolist() == [1.0, 3.0]
    assert not [name for name in compiled.rows.names if name.startswith("plan:young:renew")]


def test_contacts_of_which_the_scenario_knows_too_little_are_refused() -> None:
    instance, choice = plan()
    minutes, liked = np.array(instance.numbers.handle_minutes), instance.numbers.satisfaction.copy()
    minutes[2, 2], liked[2, 0, 2] = np.nan, np.nan
    little = instance.with_(
        numbers=instance.numbers.with_(handle_minutes=minutes, satisfaction=liked)
    )
    group = crowd(people([2], contacts={2: np.array([1.0])}))
    with pytest.raises(InputError) as caught:
        compile_list(little, choice, 0, group, ListWays())
    text = str(caught.value)
    assert "'young' have contacts of 'ask', and the scenario does not know their satisf" in text
    assert "contacts of 'renew', and the scenario does not know how long they take in" in text


def test_a_rule_that_no_customer_can_mend_is_infeasible() -> None:
    data = deepcopy(DATA)
    data["policies"] = [
        {
            "name": "never",
            "type": "volume",
            "channels": ["web"],
            "segments": ["loss"],
            "interactions": ["renew"],
            "at_least": 5,
        },
    ]
    broken = from_data(data)
    _, choice = plan()
    with pytest.raises(InfeasibleError, match="limit 'volume:never'"):
        compile_list(broken, choice, 0, averages(broken), JOINT)


def test_order_and_partitions_change_nothing() -> None:
    instance, choice = plan()
    (part,) = drawn(5, "contacts", "margin", "satisfaction").partitions
    who = part.load()
    rng = np.random.default_rng(3)
    order = rng.permutation(len(who))
    pieces = [chosen(who, order[:7]), chosen(who, order[7:])]
    once = compile_list(instance, choice, 0, crowd(who), ListWays())
    again = compile_list(instance, choice, 0, crowd(*pieces), ListWays())
    assert once.constant == again.constant
    assert (once.rows.lower == again.rows.lower).all()
    assert (once.rows.upper == again.rows.upper).all()
    assert (once.rows.uses != again.rows.uses).nnz == 0
    assert (once.tables.gain == again.tables.gain).all()


def chosen(who: Any, order: Any) -> Any:
    """Some customers, in another order."""

    def pick(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: part[order] for key, part in value.items()}
        return None if value is None else value[order]

    return type(who)(**{name: pick(value) for name, value in vars(who).items()})


def test_a_part_makes_the_blocks_of_its_partition_elsewhere() -> None:
    instance, choice = plan()
    group = drawn(6, "contacts", "margin")
    compiled = compile_list(instance, choice, 0, group, ListWays())
    part = pickle.loads(pickle.dumps(Part(compiled, group.partitions[0])))  # noqa: S301
    blocks = part()
    assert len(blocks) == len(compiled.questions)
    here = compiled.block(0, group.partitions[0].load())
    assert (blocks[0].kind == here.kind).all()
    assert (blocks[0].weights == here.weights).all()
