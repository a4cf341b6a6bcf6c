"""Where the values of a run were written: short, relative, complete, and nothing that counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from channelopt.instance.alter import Alteration, alter
from channelopt.instance.canonical import digest
from channelopt.instance.load import from_data, load
from channelopt.instance.sources import sources
from channelopt.plan.manifest import manifest
from channelopt.scenario import compose

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def line_of(file: Path, text: str) -> int:
    """Return the one line, counted from 1, in which a text stands."""
    (found,) = [
        at for at, line in enumerate(file.read_text("utf-8").splitlines(), 1) if text in line
    ]
    return found


def test_values_of_a_folder_name_their_line_and_tables_their_file():
    found = load(SCENARIOS / "quickstart").sources
    line = line_of(SCENARIOS / "quickstart/scenario.yaml", "give_up_penalty")
    assert found["objective.give_up_penalty"] == f"scenario.yaml:{line}"
    assert found["tables.satisfaction"] == "satisfaction.csv"
    assert found["tables.contacts_per_customer"].startswith("scenario.yaml:")
    assert found["policies.complaints_reach_people.name"].startswith("scenario.yaml:")
    assert "channels.phone.closing_cost" not in found  # nobody wrote it: it has its default
    assert list(found) == sorted(found)


def test_every_value_that_is_written_has_a_source():
    source = compose.read(SCENARIOS / "bank")
    found = sources(source)
    for channel, entry in source.tree["channels"].items():
        for key, value in entry.items():
            path = f"channels.{channel}.{key}"
            parts = [f"{path}.{part}" for part in value] if isinstance(value, dict) else [path]
            assert all(part in found for part in parts)
    for name in source.tables:
        assert found[f"tables.{name}"] == f"{name}.csv"


def test_a_workbook_names_its_cells():
    found = load(SCENARIOS / "b2b.xlsx").sources
    assert found["segments.large.customers"].startswith("b2b.xlsx:segments!C")
    assert found["tables.satisfaction"] == "b2b.xlsx:satisfaction"


def test_what_was_applied_is_named():
    steps = [
        ("vary", "impatient"),
        ("set", "channels.phone.unit_cost=2"),
        ("set", "tables.satisfaction[channel=phone]*=0.9"),
        ("set", "tables.satisfaction[channel=phone]*=0.9"),
    ]
    found = load(SCENARIOS / "telecom_waiting", steps=steps).sources
    file = SCENARIOS / "telecom_waiting/scenario.yaml"
    line = line_of(file, "service_level.patience_minutes: 2}")
    patience = found["staff.contact_centre.service_level.patience_minutes"]
    assert patience == f"variation impatient: scenario.yaml:{line}"
    assert found["channels.phone.unit_cost"] == "--set channels.phone.unit_cost"
    changed = "../telecom/satisfaction.csv; --set tables.satisfaction[channel=phone]"
    assert found["tables.satisfaction"] == changed


def test_one_period_of_a_list_that_was_changed_is_named_beside_the_list(tmp_path):
    shutil.copytree(SCENARIOS / "bank", tmp_path / "bank")
    file = tmp_path / "bank/scenario.yaml"
    first, *_, last = load(file.parent).resolved["periods"]
    values = ", ".join(["9000"] * len(load(file.parent).resolved["periods"]))
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"\n  own_test: {{set: {{channels.phone.fixed_cost: [{values}]}}}}\n")
    steps = [("vary", "own_test"), ("set", f"channels.phone.fixed_cost[{last}]=5")]
    found = load(file.parent, steps=steps).sources["channels.phone.fixed_cost"]
    assert first != last
    assert found.startswith("variation own_test: scenario.yaml:")
    assert found.endswith(f"; --set channels.phone.fixed_cost[{last}]")


def test_no_path_of_the_machine_is_named(tmp_path):
    shutil.copytree(SCENARIOS / "quickstart", tmp_path / "elsewhere" / "mine")
    here = load(SCENARIOS / "quickstart").sources
    there = load(tmp_path / "elsewhere" / "mine").sources
    assert here == there
    assert str(tmp_path) not in json.dumps(there)


def test_sources_change_nothing_that_identifies_a_run():
    one, two = load(SCENARIOS / "quickstart"), load(SCENARIOS / "quickstart")
    bare = two.with_(sources={})
    first, second = manifest(one, None, {}), manifest(bare, None, {})
    assert first["digest"] == second["digest"] == digest(one.resolved)
    assert first["sources"]
    assert not second["sources"]
    assert "sources" not in one.resolved


def test_in_memory_values_come_from_the_scenario():
    found = from_data(load(SCENARIOS / "quickstart").resolved).sources
    assert set(found.values()) == {"scenario"}


def test_quick_changes_name_themselves():
    path = "channels.phone.unit_cost"
    changed = alter(load(SCENARIOS / "quickstart"), [Alteration(path, "times", 1.1)])
    assert changed.sources[path] == f"--set {path}"


@pytest.mark.parametrize("name", ["quickstart", "bank"])
def test_sources_are_plain_text(name):
    found = load(SCENARIOS / name).sources
    assert all(isinstance(text, str) and text for pair in found.items() for text in pair)
