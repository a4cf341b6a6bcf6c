"""Published instances through `channelopt assign`, from a file of customers to a checked list."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba", reason="needs the extra customers")
pytest.importorskip("pyarrow", reason="needs the extra customers")

from tests.known import encode

SCENARIOS = Path(__file__).parents[2] / "scenarios"
Listed = tuple[dict[str, Any], list[dict[str, str]]]
Assign = Callable[..., Listed]


@pytest.fixture
def assign(tmp_path: Path) -> Assign:
    """Make a list of a scenario and rows of customers, verify it, and return it with its rows."""

    def run(
        scenario: dict[str, Any], customers: Iterable[Sequence[object]], *options: str
    ) -> Listed:
        file = tmp_path / "scenario.json"
        file.write_text(json.dumps(scenario), encoding="utf-8")
        with (tmp_path / "customers.csv").open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(customers)
        return listed(tmp_path, str(file), str(tmp_path / "customers.csv"), *options)

    return run


def listed(folder: Path, target: str, customers: str, *options: str) -> Listed:
    command = [sys.executable, "-m", "channelopt", "assign", target, "--customers", customers]
    out = folder / "list"
    command += ["--out", str(out), "--csv", "--quiet", "--force", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    check = [sys.executable, "-m", "channelopt", "verify", str(out), "--customers", customers]
    again = subprocess.run(check, capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
    with (out / "assignment.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, Any] = json.loads((out / "list.json").read_text(encoding="utf-8"))
    assert found["status"] == "optimal"
    assert found["value"] <= found["bound"] + 1e-6
    assert found["gap"] <= 1e-6
    return found, rows


def offers(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return who gets what, customers without an offer left out."""
    taken = [row for row in rows if row["option"] != "none"]
    assert len({row["customer_id"] for row in taken}) == len(taken)
    return {row["customer_id"]: f"{row['decision']} {row['option']}" for row in taken}


# ---- the bank's campaign


@pytest.mark.slow
@pytest.mark.parametrize("joint", [False, True])
def test_bank(joint: bool, tmp_path: Path) -> None:
    campaign = SCENARIOS / "campaign"
    options = ["--joint"] if joint else []
    found, rows = listed(tmp_path, str(campaign), str(campaign / "customers.csv"), *options)
    assert found["value"] == pytest.approx(72_620, abs=1e-6)
    assert found["customers"] == 2_756
    cost = sum(float(row["cost"]) for row in rows)
    assert cost <= 25_000 + 1e-6
    for medium in encode.MEDIA:
        assert sum(row["option"].endswith(medium) for row in rows) >= 275


@pytest.mark.slow
@pytest.mark.parametrize(
    ("budget", "revenue", "joint"),
    [
        (15_950, 47_580, False),
        (28_000, 79_150, True),
        (31_000, 83_240, False),
        (35_000, 86_720, True),
        (40_000, 87_120, True),
    ],
)
def test_bank_at_other_budgets(budget: int, revenue: float, joint: bool, tmp_path: Path) -> None:
    campaign = SCENARIOS / "campaign"
    options = ["--set", f"policies.budget.at_most={budget}", *(["--joint"] if joint else [])]
    found, _ = listed(tmp_path, str(campaign), str(campaign / "customers.csv"), *options)
    assert found["value"] == pytest.approx(revenue, abs=1e-6)


@pytest.mark.slow
def test_a_larger_budget_for_the_list_alone(tmp_path: Path) -> None:
    """The plan has 25,000 to spend, the list 28,000: without quotas it earns the larger revenue."""
    campaign = SCENARIOS / "campaign"
    options = ["--joint", "--limit", "budget:budget=28000"]
    found, _ = listed(tmp_path, str(campaign), str(campaign / "customers.csv"), *options)
    assert found["value"] == pytest.approx(79_150, abs=1e-6)


# ---- the campaign of ten customers


def own_profit() -> list[Sequence[object]]:
    """Customers in their clusters, with profit of their own (and the cluster's cost on top)."""
    rows: list[Sequence[object]] = [("customer_id", "segment", "v1", "v2")]
    for number, (customer, profit) in enumerate(encode.PROFIT.items()):
        cluster = list(encode.CLUSTERS)[number // 5]
        cost = encode.CLUSTERS[cluster][1]
        rows.append((customer, cluster, profit[0] + cost[0], profit[1] + cost[1]))
    return rows


COLUMNS = {"columns": {"contact_value": {"p1": {"offer": "v1"}, "p2": {"offer": "v2"}}}}


SINGLE = [("customer_id", "segment"), *((name, name) for name in encode.PROFIT)]
"""Costs belong to segments, so every customer is one."""


def test_ten_customers_with_costs_of_their_own_earn_10000(assign: Assign) -> None:
    """The plan is linear and splits customers; the list splits nobody and spends the budget."""
    found, rows = assign(encode.campaign_of_customers(1_000), SINGLE, "--joint")
    assert found["value"] == pytest.approx(10_000, abs=1e-6)
    assert sum(float(row["cost"]) for row in rows) == pytest.approx(1_000)


@pytest.mark.slow
def test_a_plan_of_whole_customers_loses_nothing_as_a_list(assign: Assign) -> None:
    scenario = encode.campaign_of_customers(1_000) | {"whole_contacts": True}
    found, _ = assign(scenario, SINGLE)
    assert found["value"] == pytest.approx(10_000, abs=1e-6)
    assert found["ladder"]["disaggregation_loss"] == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_clusters_lose_nothing_by_rounding(assign: Assign) -> None:
    """With the figures of the clusters alone the list earns what the plan promised: 10,000."""
    rows = [row[:2] for row in own_profit()]
    found, _ = assign(encode.campaign_of_clusters(1_000), rows)
    assert found["value"] == pytest.approx(10_000, abs=1e-6)


@pytest.mark.slow
def test_clusters_with_profit_by_customer_earn_more_jointly(assign: Assign) -> None:
    """The plan's quotas cost 150: which customers are best is known to the list only."""
    scenario = encode.campaign_of_clusters(1_000) | {"customers": COLUMNS}
    found, _ = assign(scenario, own_profit())
    joint, rows = assign(scenario, own_profit(), "--joint")
    assert joint["value"] == pytest.approx(12_250, abs=1e-6)
    assert 10_000 < found["value"] <= joint["value"]
    assert sum(float(row["cost"]) for row in rows) <= 1_000 + 1e-6


# ---- generalised assignment


@pytest.mark.slow
@pytest.mark.parametrize("name", ["c0515_1", "a05100"])
def test_generalised_assignments(name: str, assign: Assign) -> None:
    instance = encode.published(f"gap_{name}")
    best = instance["best_known"] * (-1 if instance["sense"] == "min" else 1)
    scenario = encode.generalised_assignment(instance)
    customers = [("customer_id", "segment"), *((job, job) for job in scenario["segments"])]
    found, rows = assign(scenario, customers, "--joint")
    assert found["value"] == pytest.approx(best, abs=1e-6)
    assert found["bound"] >= best - 1e-6
    for agent, most in enumerate(instance["capacity"]):
        ours = [k for k, row in enumerate(rows) if row["option"] == f"agent_{agent}"]
        assert sum(instance["resource"][agent][job] for job in ours) <= most
