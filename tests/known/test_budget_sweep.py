"""The published campaign of a bank: its revenue for every budget, from one command."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from channelopt.instance.load import from_data, load
from tests.cli.process import SCENARIOS, run
from tests.known import encode

CAMPAIGN = SCENARIOS / "campaign"
BUDGET = "policies.budget.at_most"
PUBLISHED = {25_000: 72_620, 28_000: 79_150, 31_000: 83_240, 35_000: 86_720}
PROVEN = {15_950: 47_580, 25_001: 72_620, 25_010: 72_650, 26_000: 74_800, 40_000: 87_120}
"""Proven elsewhere; 40,000 is more than can be spent."""


def sweep(tmp_path: Path, *options: str) -> dict[str, Any]:
    done = run(
        "sweep",
        CAMPAIGN,
        *options,
        "--workers",
        "1",
        "--quiet",
        "--json",
        "--out",
        "out",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_scenario_is_the_published_one() -> None:
    ours, theirs = load(CAMPAIGN), from_data(encode.bank(25_000))
    for name in ("contacts", "contact_value", "unit_cost"):
        assert np.array_equal(getattr(ours.numbers, name), getattr(theirs.numbers, name)), name
    assert ours.numbers.whole_contacts
    assert [p.model_dump() for p in ours.policies] == [p.model_dump() for p in theirs.policies]


@pytest.mark.slow
def test_published_budgets_from_one_command(tmp_path: Path) -> None:
    expected = {15_949: None, **PROVEN, **PUBLISHED}
    found = sweep(tmp_path, "--vary", f"{BUDGET}={','.join(map(str, sorted(expected)))}")
    rows = {row[BUDGET]: row for row in found["sweep"]}
    assert {budget: row["profit"] for budget, row in rows.items()} == {
        budget: None if revenue is None else pytest.approx(revenue, abs=1e-6)
        for budget, revenue in expected.items()
    }
    assert rows[15_949]["known"] == "infeasible"
    assert {row["known"] for budget, row in rows.items() if budget > 15_949} == {"re-solved"}
    slopes = {(row["low"], row["high"]): row for row in found["slopes"]}
    assert slopes[25_000, 25_001]["flat"] is True
    assert slopes[25_001, 25_010]["slope"] == pytest.approx(30 / 9)
    written = tmp_path / "out" / "sweep.csv"
    with written.open(encoding="utf-8", newline="") as file:
        assert [float(r["profit"] or 0) for r in csv.DictReader(file)] == [
            row["profit"] or 0 for row in found["sweep"]
        ]


@pytest.mark.slow
def test_halving_finds_the_cheapest_feasible_budget(tmp_path: Path) -> None:
    found = sweep(tmp_path, "--vary", f"{BUDGET}=15900:16000:2", "--refine", "0.01")
    assert [(row["from"], row["to"]) for row in found["changes"]] == [(15_949, 15_950)]
    assert found["changes"][0]["to_profit"] == pytest.approx(47_580, abs=1e-6)


@pytest.mark.slow
def test_where_more_budget_is_worth_nothing(tmp_path: Path) -> None:
    found = sweep(tmp_path, "--vary", f"{BUDGET}=35453,35454,40000")
    assert [row["profit"] for row in found["sweep"]] == pytest.approx([87_100, 87_120, 87_120])
    assert [row["flat"] for row in found["slopes"]] == [False, True]
    text = (tmp_path / "out" / "summary.md").read_text(encoding="utf-8")
    assert "From policies.budget.at_most = 35,454 on, more of it does not change the profit." in (
        text.replace("\\", "")
    )
