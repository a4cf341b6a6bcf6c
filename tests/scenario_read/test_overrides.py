"""Variations and assignments: what they reach, change, refuse and leave as origin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import UsageError
from channelopt.scenario import compose
from tests.scenario_read.files import based, based_errors, write

SETS: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "channels.phone.unit_cost=7": (("channels", "phone", "unit_cost"), 7),
    "channels.phone.unit_cost*=1.1": (("channels", "phone", "unit_cost"), 6.82),
    "channels.phone.unit_cost+=-0.2": (("channels", "phone", "unit_cost"), 6.0),
    "channels.*.unit_cost*=1.1": (("channels", "web", "unit_cost"), [1.1, 2.2]),
    "channels.*=null": (("channels",), {}),
    "channels.phone.capacity=5": (("channels", "phone", "capacity"), 5),
    "channels.phone.title=12 %": (("channels", "phone", "title"), "12 %"),
    'channels.phone.title="7"': (("channels", "phone", "title"), "7"),
    "channels.phone.capacity=[5, null]": (("channels", "phone", "capacity"), [5, None]),
    "channels.phone.unit_cost={times: 2}": (("channels", "phone", "unit_cost"), 12.4),
    "channels.phone.always_open=true": (("channels", "phone", "always_open"), True),
    "channels.phone.unresolved.web+=0.25": (("channels", "phone", "unresolved", "web"), 0.75),
    "channels.phone.unresolved.branch=0.1": (
        ("channels", "phone", "unresolved"),
        {"web": 0.5, "branch": 0.1},
    ),
    "channels.phone.unit_cost[2028]=7": (("channels", "phone", "unit_cost"), [6.2, 7]),
    "channels.web.unit_cost[2028]*=1.5": (("channels", "web", "unit_cost"), [1, 3]),
    "channels.phone.fixed_cost[2028]=7": (("channels", "phone", "fixed_cost"), [0.0, 7]),
    "channels.phone.capacity[2027]=7": (("channels", "phone", "capacity"), [7, None]),
    "channels.branch.capacity*=2": (("channels", "branch", "capacity"), [10, None]),
    "objective.discount_rate=0.1": (("objective",), {"discount_rate": 0.1}),
    "policies.max. spend.at_most+=5": (("policies", 0, "at_most"), 105),
    "policies.*.at_most*=2": (("policies", 1, "at_most"), 14),
    "policies.cap.at_most[2028]=9": (("policies", 1, "at_most"), [7, 9]),
    "policies.max. spend=null": (("policies",), [{"name": "cap", "type": "volume", "at_most": 7}]),
    "policies.cap.negotiable=false": (("policies", 1, "negotiable"), False),
    "segments.private.retention={0: 0.5, 1: 1}": (
        ("segments", "private", "retention"),
        {0: 0.5, 1: 1},
    ),
    "segments.private.retention=null": (
        ("segments", "private"),
        {"customers": 6000, "margin": 6.2},
    ),
    "channels.web=null": (
        ("channels",),
        {
            "phone": {"unit_cost": 6.2, "unresolved": {"web": 0.5}},
            "branch": {"capacity": [5, None]},
        },
    ),
    "title=Plan B": (("title",), "Plan B"),
    "segments.premium.customers[2028]+=40": (("segments", "premium", "customers"), [100, 150]),
}


@pytest.mark.parametrize("text", SETS)
def test_assignments(text: str, tmp_path: Path) -> None:
    path, expected = SETS[text]
    value: Any = based(tmp_path, ("set", text)).tree
    for part in path:
        value = value[part]
    assert value == expected


FAULTS = {
    "channels.fone.unit_cost=1": (
        "--set channels.fone.unit_cost  E151  'channels.fone.unit_cost' matches nothing: there is "
        "no 'fone' in 'channels'; nearest: channels.phone.unit_cost"
    ),
    "channels.phone.unit_csot=1": (
        "--set channels.phone.unit_csot  E151  'channels.phone.unit_csot' matches nothing: there "
        "is no 'unit_csot' in 'channels.phone'; nearest: channels.phone.unit_cost, "
        "channels.phone.opening_cost, channels.phone.fixed_cost"
    ),
    "chanels.phone.unit_cost=1": (
        "--set chanels.phone.unit_cost  E151  'chanels.phone.unit_cost' matches nothing: there is "
        "no 'chanels' in a scenario; nearest: channels.phone.unit_cost"
    ),
    "channels.*.capacty*=2": (
        "--set channels.*.capacty  E151  'channels.*.capacty' matches nothing: there is no "
        "'capacty' in 'channels.*'; nearest: channels.*.capacity"
    ),
    "channels.*.fixed_cost*=2": (
        "--set channels.*.fixed_cost  E151  'channels.*.fixed_cost' matches nothing: nothing that "
        "'channels.*.fixed_cost' reaches has a value 'fixed_cost'; name one exactly to set it"
    ),
    "policies.kap.at_most=1": (
        "--set policies.kap.at_most  E151  'policies.kap.at_most' matches nothing: there is no "
        "'kap' in 'policies'; nearest: policies.cap.at_most"
    ),
    "policies.cap.at_mots=1": (
        "--set policies.cap.at_mots  E151  'policies.cap.at_mots' matches nothing: there is no "
        "'at_mots' in 'policies.cap'; nearest: policies.cap.at_most, policies.cap.at_least"
    ),
    "channels.phone.unit_cost[2029]=1": (
        "--set channels.phone.unit_cost[2029]  E151  'channels.phone.unit_cost[2029]' matches "
        "nothing: there is no period '2029'; nearest: 2028, 2027"
    ),
    "segments.private.retention.0.6=1": (
        "--set segments.private.retention.0.6  E151  'segments.private.retention.0.6' matches "
        "nothing: there is no '0' in 'segments.private.retention'; "
        "segments.private.retention replaces the whole curve"
    ),
    "channels.phone.capacity*=2": (
        "--set channels.phone.capacity  E153  'channels.phone.capacity' has no value to multiply; "
        "set a value first"
    ),
    "channels.branch.capacity[2028]+=2": (
        "--set channels.branch.capacity[2028]  E153  'channels.branch.capacity[2028]' has no value "
        "to add to; set a value first"
    ),
    "segments.private.retention*=2": (
        "--set segments.private.retention  E155  'segments.private.retention' is a mapping, which "
        "cannot be calculated with; replace it as a whole"
    ),
    "policies.cap.type*=2": (
        "--set policies.cap.type  E155  'policies.cap.type' is 'volume', which cannot be "
        "calculated with; replace it as a whole"
    ),
    "channels.phone.unit_cost*=1,5": (
        "--set channels.phone.unit_cost  E150  'channels.phone.unit_cost': expected a number to "
        "multiply, found '1,5'; write 1.5"
    ),
    "channels.phone.unit_cost-=1": (
        "--set channels.phone.unit_cost  E150  there is no operation -=; "
        "use += with a negative amount, or *= with a factor"
    ),
    "channels.phone.unit_cost=": (
        "--set channels.phone.unit_cost  E150  the value is missing; write null to remove the value"
    ),
    "channels.phone.unit_cost=.nan": (
        "--set channels.phone.unit_cost  E109  expected a finite number, found .nan"
    ),
    "channels.phone.unit_cost=[1": (
        "--set channels.phone.unit_cost  E104  not valid YAML: expected ',' or ']', but got "
        "'<stream end>' (while parsing a flow sequence)"
    ),
    "channels.phone.unit_cost*=1e12": (
        "--set channels.phone.unit_cost  E109  'channels.phone.unit_cost' becomes 6.2e+12; "
        "numbers go up to 1e12"
    ),
    "unit_cost": (
        "--set unit_cost  E150  expected PATH=VALUE, found 'unit_cost'; "
        "for example channels.phone.unit_cost=6.2"
    ),
    "extends=../x": "--set extends  E155  'extends' cannot be changed by a path",
    "variations.x=1": "--set variations.x  E155  'variations' cannot be changed by a path",
    "tables.satisfction*=2": (
        "--set tables.satisfction  E151  'tables.satisfction' matches nothing: there is no table "
        "'satisfction'; nearest: satisfaction, satisfaction_shift"
    ),
    "tables.satisfaction[chanel=phone]=1": (
        "--set tables.satisfaction[chanel=phone]  E151  'tables.satisfaction[chanel=phone]' "
        "matches nothing: 'chanel=phone' is no key of the table; "
        "write tables.satisfaction[segment=...]; its keys are segment, interaction, channel, period"
    ),
    "tables.preference[period=2027]=1": (
        "--set tables.preference[period=2027]  E151  'tables.preference[period=2027]' matches "
        "nothing: 'period=2027' is no key of the table; "
        "write tables.preference[segment=...]; its keys are segment, interaction, channel"
    ),
    "tables.satisfaction[channel=fone]=1": (
        "--set tables.satisfaction[channel=fone]  E151  'tables.satisfaction[channel=fone]' "
        "matches nothing: there is no channel 'fone'; nearest: phone"
    ),
    "tables.satisfaction[channel=phone]=high": (
        "--set tables.satisfaction[channel=phone]  E150  'tables.satisfaction[channel=phone]': "
        "expected a number, found 'high'"
    ),
}


@pytest.mark.parametrize("text", FAULTS)
def test_faults_of_assignments(text: str, tmp_path: Path) -> None:
    assert based_errors(tmp_path, ("set", text)) == [FAULTS[text]]


def test_every_fault_is_found_in_one_pass(tmp_path: Path) -> None:
    steps = [("set", text) for text in FAULTS]
    assert based_errors(tmp_path, *steps) == list(FAULTS.values())


def test_steps_go_from_left_to_right_and_leave_their_origin(tmp_path: Path) -> None:
    extra = "variations:\n  strike: {title: Strike, set: {channels.phone.unit_cost: {times: 2}}}\n"
    steps = (
        ("set", "channels.phone.unit_cost=3"),
        ("vary", "strike"),
        ("set", "channels.phone.capacity=5"),
    )
    source = based(tmp_path, *steps, extra=extra)
    assert source.tree["channels"]["phone"]["unit_cost"] == 6
    assert str(source.places["channels", "phone", "unit_cost"]) == (
        "variation strike: scenario.yaml:16:59"
    )
    assert str(source.places["channels", "phone", "capacity"]) == "--set channels.phone.capacity"
    assert source.applied == (
        "--set channels.phone.unit_cost=3",
        "--vary strike",
        "--set channels.phone.capacity=5",
    )
    assert source.variations == {"strike": "Strike"}
    assert "variations" not in source.tree


def test_a_wildcard_passes_over_what_is_absent_and_says_so(tmp_path: Path) -> None:
    source = based(tmp_path, ("set", "channels.*.unit_cost=4"))
    assert source.tree["channels"]["branch"] == {"capacity": [5, None]}
    assert [str(w) for w in source.warnings] == [
        (
            "--set channels.*.unit_cost  W150  'channels.*.unit_cost' passes over 1 without "
            "'unit_cost'; name them exactly to set it"
        )
    ]


def test_operations_on_tables(tmp_path: Path) -> None:
    steps = [
        ("set", "tables.contacts_per_customer[interaction=advice]*=1.2"),
        ("set", "tables.satisfaction[channel=phone, period=2028]=0.5"),
        ("set", "tables.eligible[channel=phone]=false"),
        ("set", "tables.unit_cost+=1"),
    ]
    operations = based(tmp_path, *steps).operations
    assert [(o.table, dict(o.keys), o.kind, o.value) for o in operations] == [
        ("contacts_per_customer", {"interaction": "advice"}, "times", 1.2),
        ("satisfaction", {"channel": "phone", "period": "2028"}, "set", 0.5),
        ("eligible", {"channel": "phone"}, "set", False),
        ("unit_cost", {}, "add", 1),
    ]
    assert str(operations[3].place) == "--set tables.unit_cost"


def test_a_table_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, {"case/other.csv": "channel,value\nphone,9\n"})
    extra = "tables: {unit_cost: [{value: 1}], resolution: [{value: 1}]}\n"
    steps = (
        ("set", "tables.unit_cost*=2"),
        ("set", "tables.unit_cost=other.csv"),
        ("set", "tables.satisfaction=[{value: 0.5}]"),
        ("set", "tables.resolution=null"),
    )
    source = based(tmp_path, *steps, extra=extra)
    assert source.operations == ()
    assert sorted(source.tables) == ["satisfaction", "unit_cost"]
    assert source.tables["unit_cost"].values["value"] == [9.0]
    assert sorted(source.files) == ["other.csv", "scenario.yaml"]


OVERLAPS = {
    "wildcard and exact": ("channels.*.unit_cost: 1, channels.phone.unit_cost: 2", 1),
    "set and times": ("channels.phone.unit_cost: 1, '*.phone.unit_cost': {times: 2}", 1),
    "whole and part": ("channels.phone: {touch: high}, channels.phone.unit_cost: 2", 1),
    "period and all": ("'channels.phone.unit_cost[2027]': 1, channels.phone.unit_cost: 2", 1),
    "two periods": ("'channels.phone.unit_cost[2027]': 1, 'channels.phone.unit_cost[2028]': 2", 0),
    "cells": (
        "'tables.unit_cost[channel=phone]': 1, 'tables.unit_cost[segment=private]': {times: 2}",
        1,
    ),
    "other cells": (
        "'tables.unit_cost[channel=phone]': 1, 'tables.unit_cost[channel=web]': {times: 2}",
        0,
    ),
    "other tables": ("'tables.unit_cost': {add: 1}, 'tables.resolution': {times: 0.9}", 0),
}


@pytest.mark.parametrize("case", OVERLAPS)
def test_two_paths_that_touch_the_same_value(case: str, tmp_path: Path) -> None:
    changes, number = OVERLAPS[case]
    extra = f"variations: {{strike: {{set: {{{changes}}}}}}}\n"
    errors = based_errors(tmp_path, ("vary", "strike"), extra=extra)
    assert ["touch the same value; the other is at variation strike" in e for e in errors] == (
        [True] * number
    )


VARIATION_FAULTS = {
    "{Strike: {set: {title: x}}}": (
        "scenario.yaml:15:22  E156  a variation's name is a word of a-z, 0-9 and _, found 'Strike'"
    ),
    "{strike: {}}": (
        "scenario.yaml:15:22  E156  the variation 'strike' needs 'set', "
        "a mapping from paths to values"
    ),
    "{strike: {sets: {a: 1}, set: {title: x}}}": (
        "scenario.yaml:15:29  E156  a variation has no 'sets'; did you mean 'set'?"
    ),
    "[strike]": "scenario.yaml:15:13  E156  variations are a mapping of names",
}


@pytest.mark.parametrize("text", VARIATION_FAULTS)
def test_faults_of_variations(text: str, tmp_path: Path) -> None:
    assert based_errors(tmp_path, extra=f"variations: {text}\n") == [VARIATION_FAULTS[text]]


def test_unknown_variations_name_the_nearest(tmp_path: Path) -> None:
    extra = "variations: {strike: {set: {title: x}}}\n"
    assert based_errors(tmp_path, ("vary", "strik"), extra=extra) == [
        "--vary strik  E154  there is no variation 'strik'; did you mean 'strike'?"
    ]
    assert based_errors(tmp_path, ("vary", "x")) == [
        "--vary x  E154  there is no variation 'x'; the scenario has no variations"
    ]


def test_a_variation_that_would_fail_is_a_warning_until_it_is_applied(tmp_path: Path) -> None:
    extra = "variations: {strike: {set: {channels.fone.capacity: 1}}}\n"
    warnings = based(tmp_path, extra=extra).warnings
    assert [w.code for w in warnings] == ["W154"]
    assert "the variation 'strike' cannot be applied: 'channels.fone.capacity'" in str(warnings[0])
    assert len(based_errors(tmp_path, ("vary", "strike"), extra=extra)) == 1


def test_the_order_of_the_paths_of_a_variation_does_not_matter(tmp_path: Path) -> None:
    one = "policies.max. spend: null, policies.cap.at_most: 3"
    two = "policies.cap.at_most: 3, policies.max. spend: null"
    trees = [
        based(tmp_path, ("vary", "x"), extra=f"variations: {{x: {{set: {{{text}}}}}}}\n").tree
        for text in (one, two)
    ]
    assert trees[0] == trees[1]
    assert trees[0]["policies"] == [{"name": "cap", "type": "volume", "at_most": 3}]


def test_steps_work_in_memory() -> None:
    data = {"channels": {"phone": {"unit_cost": 6.2}}}
    source = compose.from_data(data, [("set", "channels.phone.unit_cost*=1.1")])
    assert source.tree == {"channels": {"phone": {"unit_cost": 6.82}}}
    assert data == {"channels": {"phone": {"unit_cost": 6.2}}}
    assert str(source.places["channels", "phone"]) == "scenario:channels.phone"


def test_other_steps_are_a_usage_error() -> None:
    with pytest.raises(UsageError):
        compose.from_data({"title": "x"}, [("sett", "title=y")])  # type: ignore[list-item]


def test_the_base_is_read_as_written(tmp_path: Path) -> None:
    """Guards the cases above: without steps nothing changes."""
    source = based(tmp_path)
    assert source.applied == ()
    assert source.warnings == ()
    assert source.tree["channels"]["phone"] == {"unit_cost": 6.2, "unresolved": {"web": 0.5}}


def test_a_wildcard_over_policies_skips_types_without_the_field(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "s.yaml": "policies:\n- {name: a, type: budget, at_most: 5}\n"
            "- {name: b, type: requires, channel: x, needs: y}\n"
        },
    )
    source = compose.read(tmp_path / "s.yaml", steps=[("set", "policies.*.at_most*=2")])
    assert source.tree["policies"][0]["at_most"] == 10
    assert "at_most" not in source.tree["policies"][1]
