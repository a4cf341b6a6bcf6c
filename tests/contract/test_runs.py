"""The section What a run writes: files, columns, neutral numbers and exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from channelopt.cli.app import app
from tests.contract.small import policy, scenario, write

COLUMNS = {
    "allocation": "period segment interaction channel first_contacts share baseline_share",
    "offers": "period segment channel",
    "channels": "period channel open upgrades first_contacts passed_on_in handled capacity",
    "segments": "period segment satisfaction kept_margin contact_value service_cost profit",
    "staff": "period group fte hours_needed hours_paid service_level",
    "hours": "period group channel hours",
}
STAFFED: dict[str, Any] = {
    "periods": [2027, 2028],
    "title": "=cmd()",
    "channels/web/handle_minutes": 7,
    "channels/web/touch": "low",
    "staff/team": {"serves": ["web"], "hours_per_fte": 7, "fte_cost": 1, "whole_fte": False},
    "tables/baseline_share": [{"channel": "phone", "value": 1}],
    "variations": {"strike": {"set": {"channels.web.capacity": 150}}},
}


def run(*arguments: str | Path) -> Result:
    """Run the program in this process; only its solver has one of its own."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    write(folder, {"s/scenario.json": json.dumps(scenario(STAFFED))})
    out = folder / "out"
    done = run("solve", folder / "s", "--vary", "strike", "--no-sensitivity", "--out", out)
    assert done.exit_code == 0, done.output
    return out


@pytest.mark.parametrize("table", COLUMNS)
def test_columns(table: str, solved: Path) -> None:
    with (solved / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    wanted = COLUMNS[table].split()
    assert [column for column in header if column in wanted] == wanted


def test_numbers_are_neutral_and_round_trip(solved: Path) -> None:
    with (solved / "hours.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["period"] for row in rows] == ["2027", "2028"]
    assert [float(row["hours"]) for row in rows] == [150 * 7 / 60] * 2


def test_plan_and_manifest(solved: Path) -> None:
    plan = json.loads((solved / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"
    assert {"objective", "bound", "gap", "money", "kpis", "binding", "warnings"} <= plan.keys()
    assert plan["verification"]["ok"] is True
    assert plan["gap"] == pytest.approx(0, abs=1e-6)
    manifest = json.loads((solved / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenario"]["channels"]["web"]["capacity"] == 150
    assert "--vary strike" in json.dumps(manifest)
    assert len(next(iter(manifest["files"].values()))) == 64


def test_verify_and_reproduce(solved: Path) -> None:
    assert run("verify", solved).exit_code == 0
    assert run("reproduce", solved).exit_code == 0


STAFF_WITHOUT_END = {
    "channels/web/handle_minutes": 1,
    "staff/g": {"serves": ["web"], "hours_per_fte": 1, "fte_cost": -1},
}
CODES: dict[str, tuple[int, dict[str, Any], tuple[str, ...]]] = {
    "solved": (0, {}, ()),
    "the page's override": (0, {}, ("--set", "channels.phone.unit_cost=6.2")),
    "the page's wildcard": (0, {}, ("--set", "channels.*.unit_cost*=1.1")),
    "usage, option": (2, {}, ("--no-such-option",)),
    "usage, gap": (2, {}, ("--gap", "-1")),
    "usage, time": (2, {}, ("--time-limit", "0")),
    "invalid input": (3, {"segments/a/customers": -1}, ()),
    "invalid override": (3, {}, ("--set", "channels.fone.unit_cost=1")),
    "no variation": (3, {}, ("--vary", "strike")),
    "infeasible": (5, policy(type="budget", at_most=1), ()),
    "unbounded": (6, STAFF_WITHOUT_END, ()),
}


@pytest.mark.parametrize("name", CODES)
def test_exit_codes(name: str, tmp_path: Path) -> None:
    code, changes, options = CODES[name]
    write(tmp_path, {"s.json": json.dumps(scenario(changes))})
    out = tmp_path / "out"
    done = run("solve", tmp_path / "s.json", *options, "--no-sensitivity", "--out", out)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    assert (out / "allocation.csv").exists() == (code == 0)
