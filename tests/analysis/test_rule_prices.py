"""Prices of rules: each equals a separate solve of a scenario that was written without the rule."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.study import Wishes
from channelopt.analysis.worth.rule_list import rules
from channelopt.analysis.worth.rule_prices import COLUMNS, rule_prices
from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.plan.table import read_csv
from tests.analysis.limit_checks import Counting, Row, agrees, rows, solvable, study_of, unproven
from tests.known import encode
from tests.reference import model
from tests.strategies import FULL, PARTS, TINY, Data, small_scenarios

COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FEW = settings(max_examples=2, derandomize=True, **COMMON)
MANY = settings(max_examples=5, derandomize=True, **COMMON)


# ---- published values


def test_the_published_prices_of_minimum_volumes() -> None:
    """IBM: newsletter +8,960, gift +3,700, all three +12,320."""
    with study_of(from_data(encode.bank(25_000))) as study:
        assert study is not None
        found = rule_prices(study, Wishes())
    dropped = {row["rule"]: row for row in rows(found, "rules") if row["change"] == "drop"}
    names = {medium: f"policies.{medium}_floor.at_least" for medium in encode.MEDIA}
    assert dropped[names["newsletter"]]["effect"] == pytest.approx(8_960, abs=1e-6)
    assert dropped[names["gift"]]["effect"] == pytest.approx(3_700, abs=1e-6)
    assert dropped[names["seminar"]]["effect"] == 0
    pair = next(
        row
        for row in rows(found, "rule_pairs")
        if {row["rule"], row["with"]} == {names["newsletter"], names["gift"]}
    )
    assert pair["effect"] == pytest.approx(12_320, abs=1e-6)
    assert pair["only_together"] == pytest.approx(12_320 - 8_960 - 3_700, abs=1e-6)
    ranks = [row["rank"] for row in rows(found, "rules")]
    assert ranks == sorted(ranks)
    assert found.unproven == 0


def test_two_rules_that_bind_only_together() -> None:
    """Either of two equal ceilings alone may go without any effect; both together are dear."""
    data = {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "segments": {"all": {"customers": 100}},
        "interactions": {"advice": {}},
        "channels": {
            "cheap": {"satisfaction": 1, "unit_cost": 1, "capacity": 60},
            "dear": {"satisfaction": 1, "unit_cost": 3},
        },
        "tables": {"contacts_per_customer": [{"value": 1}]},
        "policies": [{"name": "cap", "type": "volume", "channels": ["cheap"], "at_most": 60}],
    }
    with study_of(from_data(data)) as study:
        assert study is not None
        found = rule_prices(study, Wishes())
    assert {row["effect"] for row in rows(found, "rules")} == {0}
    (pair,) = rows(found, "rule_pairs")
    assert {pair["rule"], pair["with"]} == {"policies.cap.at_most", "channels.cheap.capacity"}
    assert pair["only_together"] == pytest.approx(80, abs=1e-4)


# ---- every price is a separate solve


def without(data: Data, rule: str) -> Data:
    """Write the scenario without a rule."""
    data = copy.deepcopy(data)
    head, _, rest = rule.partition(".")
    if head == "policies":
        _without_policy(data, rest)
    elif head in {"channels", "staff"}:
        name, field = rest.split(".")[:2]
        del data[head][name][field]
    elif head == "tables":
        del data["tables"][rest]
    else:
        data.pop(head, None)  # assignment, whole_contacts, steering
        for segment in data["segments"].values():
            segment.pop(head, None)
    return data


def _without_policy(data: Data, path: str) -> None:
    name, _, side = path.rpartition(".")
    found = [p for p in data["policies"] if p["name"] in {name, path}]
    policy = found[0]
    if {"at_least", "at_most"} <= set(policy):
        del policy[side]
    else:
        data["policies"].remove(policy)


def separately(data: Data, rule: str) -> Instance | None:
    try:
        return from_data(without(data, rule))
    except InputError:
        return None


def every_price_is_a_separate_solve(data: Data) -> None:
    instance = solvable(data)
    listed = {rule.name: rule for rule in rules(instance)}
    assume(listed)
    with study_of(instance) as study:
        assert study is not None
        assert study.best.objective is not None
        found = rule_prices(study, Wishes())
        before = study.best.objective
    for row in rows(found, "rules"):
        rule = listed[str(row["rule"])]
        if row["change"] != "drop":
            assert rule.relax is not None
            agrees(row, rule.relax(instance), before)
            continue
        agrees(row, rule.drop(instance), before)
        changed = separately(data, rule.name)
        if changed is not None:
            agrees(row, changed, before)
    for pair in rows(found, "rule_pairs"):
        both = listed[str(pair["with"])].drop(listed[str(pair["rule"])].drop(instance))
        agrees(pair, both, before)


@pytest.mark.slow
@FEW
@given(small_scenarios(replace(TINY, periods=2)))
def test_every_price_is_a_separate_solve(data: Data) -> None:
    every_price_is_a_separate_solve(data)


@pytest.mark.slow
@MANY
@given(small_scenarios(FULL))
def test_every_price_of_many_scenarios(data: Data) -> None:
    every_price_is_a_separate_solve(data)


@pytest.mark.slow
@pytest.mark.parametrize("part", sorted(PARTS))
@settings(max_examples=3, derandomize=True, **COMMON)
@given(st.data())
def test_every_price_with_each_part(part: str, source: st.DataObject) -> None:
    every_price_is_a_separate_solve(source.draw(small_scenarios(replace(TINY, **PARTS[part]))))


# ---- honesty


def test_no_time_no_claim() -> None:
    instance = from_data(encode.bank(25_000))
    with study_of(instance, seconds=0.0) as study:
        assert study is not None
        found = rule_prices(study, Wishes())
    table = rows(found, "rules")
    assert {row["rule"] for row in table} == {rule.name for rule in rules(instance)}
    assert {(row["effect"], row["known"]) for row in table} == {(0, "at least")}
    assert rows(found, "rule_pairs") == []
    assert found.unproven == len(table)


@pytest.mark.slow
def test_what_is_cut_off_is_bounded_both_ways() -> None:
    instance = from_data(encode.bank(25_000))
    listed = {rule.name: rule for rule in rules(instance)}
    with study_of(instance) as study:
        assert study is not None
        assert study.best.objective is not None
        found = rule_prices(Counting(study, unproven), Wishes())  # type: ignore[arg-type]
        before = study.best.objective
    table: list[Row] = rows(found, "rules")
    assert {row["known"] for row in table} == {"at least"}
    for row in table:
        rule = listed[str(row["rule"])]
        changed = rule.drop if row["change"] == "drop" else rule.relax
        assert changed is not None
        assert row["at_most"] is not None
        agrees(row, changed(instance), before)


def test_a_scenario_without_rules_says_so() -> None:
    data = {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "segments": {"all": {"customers": 100}},
        "interactions": {"advice": {}},
        "channels": {"web": {"satisfaction": 1, "unit_cost": 1}},
        "tables": {"contacts_per_customer": [{"value": 1}]},
    }
    instance = from_data(data)
    assert model.solve(instance.numbers, instance.policies).status == "optimal"
    with study_of(instance) as study:
        assert study is not None
        found = rule_prices(study, Wishes())
    assert rows(found, "rules") == []
    assert "no rules" in found.sentences[0]


def test_tables_are_written_and_read() -> None:
    with study_of(from_data(encode.bank(25_000)), seconds=0.0) as study:
        assert study is not None
        found = rule_prices(study, Wishes())
    for table in found.tables:
        assert table.columns == COLUMNS[table.name]
        assert read_csv(table.to_csv(), table.name, table.columns, "file").rows == table.rows
