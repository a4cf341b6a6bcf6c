"""What differs in the inputs: everything, nothing else, and said as `--set` takes it."""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from channelopt.analysis.comparing.groups import TITLES, groups, of_table, of_value, title_of
from channelopt.analysis.comparing.hybrid import Hybrids
from channelopt.analysis.comparing.inputs import input_changes
from channelopt.analysis.comparing.records import InputChange
from channelopt.analysis.comparing.written import SECTIONS
from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import Step, from_data, load
from channelopt.instance.sentences import ENTRIES
from channelopt.instance.tables import SPECS
from channelopt.plan.table import Cell
from channelopt.scenario.schema import Scenario
from channelopt.scenario.sections import Objective
from tests.analysis.numbers_alike import different
from tests.contract import small
from tests.strategies import EVERYTHING, Data, Knobs, small_scenarios

ROOT = Path(__file__).parents[2]
FEW = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def told(a: Instance, b: Instance) -> dict[str, tuple[str, Cell, Cell]]:
    found = input_changes(a, b)
    paths = {change.path: (change.group, change.before, change.after) for change in found}
    assert len(paths) == len(found)
    return paths


def step(change: InputChange) -> Step:
    value = str(change.after).lower() if isinstance(change.after, bool) else repr(change.after)
    return "set", f"{change.path}={value}"


# ---- said as `--set` takes it


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("quickstart", ["channels.phone.unit_cost*=1.1", "tables.satisfaction[channel=phone]=0.4"]),
        (
            "retail",
            [
                "tables.contacts_per_customer[interaction=*]*=1.2",
                "tables.max_share[channel=phone]=0.4",
                "staff.*.fte_cost*=1.03",
                "segments.*.margin*=0.95",
                "objective.discount_rate=0.04",
            ],
        ),
        ("b2b_upgrades", ["upgrades.*.investment*=1.25", "staff.*.max_fte[2028]=55"]),
    ],
)
def test_the_changes_set_on_the_first_give_the_second(name: str, steps: list[str]) -> None:
    folder = ROOT / "scenarios" / name
    a, b = load(folder), load(folder, steps=[("set", text) for text in steps])
    changes = input_changes(a, b)
    assert len(changes) >= len(steps)
    again = load(folder, steps=[step(change) for change in changes])
    assert different(b.numbers, again.numbers) == []
    assert input_changes(b, again) == ()


# ---- everything and nothing else


@FEW
@given(small_scenarios(Knobs(**EVERYTHING)), small_scenarios(Knobs(**EVERYTHING)))
def test_mixes_end_at_the_two_scenarios(x: Data, y: Data) -> None:
    """With no group it means the first scenario, with all the second, value by value put together.

    With some it is the same whichever of the two is the first.
    """
    try:
        a, b = from_data(x), from_data(y)
    except InputError:
        assume(False)
    there, back = Hybrids(a, b), Hybrids(b, a)
    assert [(c.group, c.path, c.after, c.before) for c in sorted(there.changes, key=by_path)] == [
        (c.group, c.path, c.before, c.after) for c in sorted(back.changes, key=by_path)
    ]
    names = list(dict.fromkeys(change.group for change in there.changes))
    for chosen, end in ((frozenset[str](), a), (frozenset(names), b)):
        check_alike(from_data(there.data(chosen)), end)
    blocks = there.owners.joins.blocks(names)
    half = frozenset(name for block in blocks[::2] for name in block)
    try:
        one = there.instance(half)
    except InputError:
        with pytest.raises(InputError):
            back.instance(frozenset(names) - half)
    else:
        check_alike(one, back.instance(frozenset(names) - half))


def by_path(change: InputChange) -> tuple[str, str]:
    return change.group, change.path


def check_alike(one: Instance, other: Instance) -> None:
    assert different(one.numbers, other.numbers) == []
    policies = [from_data(x.resolved).resolved["policies"] for x in (one, other)]
    for policy in (*policies[0], *policies[1]):
        policy["negotiable"] = True
    assert policies[0] == policies[1]
    assert input_changes(one, other) == ()


@FEW
@given(small_scenarios(Knobs(**EVERYTHING)))
def test_the_same_written_otherwise_is_no_difference(x: Data) -> None:
    try:
        a = from_data(x)
    except InputError:
        assume(False)
    assert input_changes(a, from_data(a.resolved)) == ()
    y = deepcopy(x)
    y |= {"title": "Other", "description": "Words", "currency": "CHF"}
    y["policies"] = [{**policy, "negotiable": False} for policy in reversed(y["policies"])]
    y["segments"] = {
        label: {
            **entry,
            "title": f"The {label}",
            "customers": [entry["customers"]] * len(x["periods"]),
        }
        for label, entry in y["segments"].items()
    }
    rows = y["tables"]["contacts_per_customer"]
    y["tables"]["contacts_per_customer"] = [
        {**row, "period": period}
        for row in rows
        for period in ([row["period"]] if "period" in row else x["periods"])
        if "period" in row or not any(_overrules(other, row, period) for other in rows)
    ]
    assert input_changes(a, from_data(y)) == ()


def _overrules(other: Data, row: Data, period: Any) -> bool:
    keys = ("segment", "interaction")
    return other.get("period") == period and all(other[key] == row[key] for key in keys)


def test_rows_that_mean_the_default_are_no_difference() -> None:
    """A cell is compared, not the row that speaks of it."""
    plain = small.instance()
    said = [
        {"channel": "phone", "value": 6},
        {"channel": "web", "segment": "a", "value": 1},
    ]
    assert told(plain, small.instance({"tables/unit_cost": said})) == {}
    dear = [*said[:1], {**said[1], "value": 1.5}]
    assert told(plain, small.instance({"tables/unit_cost": dear})) == {
        "tables.unit_cost[channel=web]": ("unit_cost", 1.0, 1.5)
    }


def test_a_row_under_a_more_specific_one_counts_where_it_speaks() -> None:
    other = {"segments/b": {"customers": 5, "margin": 1}}

    def rows(whole: float, b: float) -> dict[str, Any]:
        return {"tables/contacts_per_customer": [{"value": whole}, {"segment": "b", "value": b}]}

    a, b = small.instance(other, rows(2, 3)), small.instance(other, rows(4, 3))
    assert told(a, b) == {"tables.contacts_per_customer[segment=a]": ("volumes", 2.0, 4.0)}


# ---- what is said


def test_values_periods_flags_and_mappings() -> None:
    years = {"periods": [2027, 2028], "channels/web/capacity": 500}
    a = small.instance(years, {"channels/phone/resolution": 0.8})
    b = small.instance(
        years,
        {
            "channels/web/capacity": [500, None],
            "channels/web/always_open": True,
            "channels/phone/resolution": 0.8,
            "channels/phone/unresolved": {"web": 0.5},
            "segments/a/retention": {0: 0.5, 1: 1},
            "tables/eligible": [{"channel": "phone", "period": 2028, "value": False}],
            "policies": [{"name": "cap", "type": "budget", "at_most": 900}],
        },
    )
    assert told(a, b) == {
        "segments.a.retention": ("customers", None, "0.0: 0.5, 1.0: 1.0"),
        "channels.web.always_open": ("availability", False, True),
        "tables.eligible[channel=phone,period=2028]": ("availability", True, False),
        "channels.web.capacity[2028]": ("capacity", 500.0, None),
        "channels.phone.unresolved.web": ("resolution", None, 0.5),
        "policies.cap": ("policies.cap", None, "cap"),
        "policies.cap.type": ("policies.cap", None, "budget"),
        "policies.cap.at_most": ("policies.cap", None, 900.0),
    }


def test_a_number_for_all_periods_is_one_change_whatever_the_periods() -> None:
    """No period is the same; what holds in all of them belongs to its own group."""
    a = small.instance({"channels/web/unit_cost": 2})
    b = small.instance(
        {"periods": [2027, 2028], "channels/phone/handle_minutes": 6, "channels/web/capacity": 500},
        {"channels/web/fixed_cost": [0, 7], "segments/a/customers": 90},
    )
    assert told(a, b) == {
        "periods": ("periods", "plan", "2027, 2028"),
        "channels.web.fixed_cost[2028]": ("periods", None, 7.0),
        "channels.web.fixed_cost[plan]": ("periods", 0.0, None),
        "channels.web.fixed_cost[2027]": ("periods", None, 0.0),
        "segments.a.customers": ("customers", 100.0, 90.0),
        "channels.web.unit_cost": ("unit_cost", 2.0, 1.0),
        "channels.web.capacity": ("capacity", None, 500.0),
        "channels.phone.handle_minutes": ("handling", None, 6.0),
    }
    mixes = Hybrids(a, b)
    check_alike(from_data(mixes.data(frozenset({change.group for change in mixes.changes}))), b)
    years = from_data(mixes.data(frozenset({"periods"}))).numbers
    assert years.unit_cost[0, 0, 1].tolist() == [2, 2]
    assert years.fixed_cost[1].tolist() == [0, 7]


def test_a_new_channel_is_told_with_what_names_it() -> None:
    chat = {"title": "Chat", "unit_cost": 0.5, "satisfaction": 0.6}
    staff = {"staff/agents": {"serves": ["chat"], "hours_per_fte": 100, "fte_cost": 9}}
    rule = {"name": "not much", "type": "share", "channels": ["chat", "web"], "at_most": 0.9}
    both = small.instance(
        {"channels/chat": {**chat, "handle_minutes": 5}, "policies": [rule]},
        staff,
        {"tables/max_share": [{"channel": "chat", "value": 0.4}, {"channel": "web", "value": 1}]},
    )
    other = {"name": "not much", "type": "share", "channels": ["web"], "at_most": 0.9}
    found = told(small.instance({"policies": [other]}), both)
    assert {group for group, _, _ in found.values()} == {"channels"}
    assert found["channels.chat"] == ("channels", None, "Chat")
    assert found["staff.agents"] == ("channels", None, "agents")
    assert found["policies.not much.channels"] == ("channels", "web", "chat, web")
    assert found["tables.max_share[channel=chat]"] == ("channels", None, 0.4)
    assert "channels.chat.fixed_cost" not in found


def test_groups_follow_the_format_and_have_titles() -> None:
    a = small.instance()
    b = small.instance(
        {"tables/contacts_per_customer": [{"value": 3}], "channels/web/unit_cost": 2},
        {"policies": [{"name": "cap", "type": "budget", "at_most": 900}], "steering": 0.5},
    )
    found = groups(input_changes(a, b))
    assert [group.title for group in found] == [
        "Preferences and steering",
        "Unit costs",
        "Contacts per customer",
        "Policy: cap",
    ]
    assert [group.changes for group in found] == [1, 1, 1, 3]


def test_every_value_and_table_of_the_format_has_a_group() -> None:
    """Nothing that a plan depends on is left out."""
    for section in SECTIONS:
        for name in ENTRIES[section].model_fields:
            assert of_value((section, "x", name)) in TITLES
    for name in Objective.model_fields:
        assert of_value(("objective", name)) == "objective"
    rest = set(Scenario.model_fields) - {*SECTIONS, "objective", "policies", "periods"}
    assert rest - {"assignment", "whole_contacts", "steering"} == {
        "format",
        "title",
        "description",
        "customers",
        "currency",
        "uncertainty",
    }
    assert of_value(("policies", "a.b", "at_most")) == "policies.a.b"
    assert title_of("policies.a.b") == "Policy: a.b"
    assert {of_table(name) for name in (*SPECS, "metric.hours")} <= set(TITLES)


@pytest.mark.slow
def test_a_large_table_is_compared_row_by_row() -> None:
    """Every cell named, 200 000; one differs."""
    keys = {"segment": 400, "interaction": 10, "channel": 10, "period": 5}
    labels = {key: [f"{key[0]}{k}" for k in range(count)] for key, count in keys.items()}
    rows = [{**dict(zip(keys, at, strict=True)), "value": 0.5} for at in product(*labels.values())]
    data: Data = {
        "format": 1,
        "periods": labels["period"],
        "objective": {"satisfaction_weight": 0.5},
        "segments": {s: {"customers": 10, "margin": 1} for s in labels["segment"]},
        "interactions": {i: {} for i in labels["interaction"]},
        "channels": {c: {"satisfaction": 0.5} for c in labels["channel"]},
        "tables": {"contacts_per_customer": [{"value": 1}], "unit_cost": rows},
    }
    a = from_data(data)
    rows[7]["value"] = 9
    b = from_data(data)
    start = process_time()
    assert [change.after for change in input_changes(a, b)] == [9.0]
    assert process_time() - start < 3
