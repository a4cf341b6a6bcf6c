"""The benchmark of customer lists: its data are what they should be, its page says what is met."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("resource", reason="measures with the means of POSIX systems")
pytest.importorskip("numba", reason="needs the extra customers")
pytest.importorskip("pyarrow", reason="needs the extra customers")

from benchmarks import customer_again
from benchmarks.customer_data import CHANNELS, ROWS, read, uses, write
from benchmarks.customer_page import best_bound, goals, page, table
from benchmarks.customer_rivals import program
from benchmarks.customer_task import judged
from benchmarks.customers import child, command

from channelopt.instance.load import load

CUT = {"seconds": 60.0, "megabytes": 8192.0, "rivals_up_to": 1_000_000}


def row(way: str, size: int = 1_000_000, **more: Any) -> dict[str, Any]:
    found = {"way": way, "size": size, "peak_mb": 700.0, "status": "optimal", "seconds": [1.0]}
    judged = {"value": 100.0, "broken": 0, "worst": 0.0, "unserved": 0, "binding": 4}
    return found | judged | more


def rows(size: int = 1_000_000, engine: float = 2.0, order: float = 9.0) -> list[dict[str, Any]]:
    proof = {"bound": 100.00005, "passes": 4, "near": 12, "phases": {"sample": 0.5}}
    checked = {"verify_s": 3.0, "verify_mb": 200.0, "verified": True, "bound": 100.00005}
    return [
        row("bare", size, seconds=[size / 1e7, size / 5e6]),
        row("engine", size, seconds=[engine, engine * 1.5], processor=[engine * 1.75], **proof),
        row("command", size, seconds=[order], **checked),
    ]


def test_what_is_met_is_said() -> None:
    text = table([*rows(), *rows(10_000_000, 21.0, 99.0)], CUT)
    assert "9.0 s, 700 MB, a gap of 5.0e-07: met." in text
    assert "99.0 s, 700 MB, a gap of 5.0e-07: met." in text
    assert "20.0: met." in text
    assert "command: 9.00, 9.90 µs at 1,000,000, 10,000,000: met." in text
    assert "not met" not in text
    assert (
        "| **ours, engine alone** | 2.00 (3.00) | 3.50 | 20 | 5.0e-07 | 5.0e-07 | 700 | none |"
        in text
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": [15.5]}, "15.5 s, 700 MB, a gap of 5.0e-07: **not met**"),
        ({"peak_mb": 1200.0}, "1,200 MB, a gap of 5.0e-07: **not met**"),
        ({"bound": 100.1}, "a gap of 1.0e-03: **not met**"),
        ({"bound": None}, "no proof: **not met**"),
        ({"verified": False}, "**check failed**"),
    ],
)
def test_what_is_not_met_is_said(change: dict[str, Any], words: str) -> None:
    bare, engine, order = rows()
    assert words in table([bare, engine, order | change], CUT)


def test_slow_growth_and_many_passes_are_said() -> None:
    said = goals([*rows(100_000, 0.2, 1.0), *rows(1_000_000, 4.0, 20.0)])
    assert any("1,000,000 customers: 40.0: **not met**" in line for line in said)
    assert any("command: 10.00, 20.00" in line and "**not met**" in line for line in said)


def test_the_page_says_what_was_cut_off_and_what_is_split() -> None:
    cut = {"way": "simplex", "size": 1_000_000, "peak_mb": 90.0, "status": "stopped after 180 s"}
    relaxed = row("ipm", relaxed=100.00004, status="Optimal", split=3, broken=2, worst=1e-4)
    text = page([*rows(), relaxed, cut, row("greedy", value=90.0, unserved=7)], CUT)
    assert "| HiGHS simplex, relaxed | stopped after 180 s | – | – | – | – | 90 | – |" in text
    assert "2, worst 1.0e-04; 3 customers split" in text
    assert "7 customers left over" in text
    assert best_bound([*rows(), relaxed]) == 100.00004
    assert "cut off after 60 s of solving and at 8,192 MB" in text


def test_data_are_drawn_alike_and_rows_are_what_the_scenario_says(tmp_path: Path) -> None:
    for name in ("300", "again"):
        write(300, tmp_path / name)
    one, two = ((tmp_path / n / "customers.parquet").read_bytes() for n in ("300", "again"))
    assert one == two
    customers, lower, upper = read(tmp_path / "300")
    numbers = load(tmp_path / "300").numbers
    assert len(customers) == 300
    assert numbers.contacts.sum() == pytest.approx(customers.contacts.sum())
    assert numbers.capacity[..., 0].ravel()[sorted(CHANNELS).index("branch")] == upper[0]
    matrix = program(customers)
    draw = np.random.default_rng(0).integers(0, len(CHANNELS), 300)
    x = np.zeros((300, len(CHANNELS)))
    x[np.arange(300), draw] = 1
    used = matrix @ x.ravel()
    assert used[:300] == pytest.approx(np.ones(300))
    assert used[300:] == pytest.approx(
        uses() @ np.bincount(draw, customers.contacts, len(CHANNELS))
    )
    said = judged(customers, draw, lower, upper)
    assert said["value"] == pytest.approx(customers.gain().ravel() @ x.ravel())
    missed = (used[300:] > upper + 1e-9) | (used[300:] < lower - 1e-9)
    assert said["broken"] == missed.sum() > 0
    assert json.loads((tmp_path / "300" / "limits.json").read_text()).__len__() == len(ROWS)


@pytest.mark.slow
def test_all_ways_on_a_thousand_customers(tmp_path: Path) -> None:
    folder = tmp_path / "1000"
    write(1_000, folder)
    found = {
        name: child(name, folder, 60.0, 8192) | {"size": 1_000}
        for name in ("bare", "engine", "greedy", "pdlp", "ipm", "simplex", "mip")
    }
    found["command"] = command(folder, 1) | {"size": 1_000}
    best = found["ipm"]["relaxed"]
    for name in ("engine", "command"):
        assert found[name]["value"] <= found[name]["bound"] + 1e-6
        assert found[name]["bound"] <= best * (1 + 1e-7)
        assert found[name]["bound"] - found[name]["value"] <= 1e-6 * found[name]["value"]
    assert found["engine"]["broken"] == found["engine"]["unserved"] == 0
    assert found["engine"]["binding"] == 4
    assert found["engine"]["claimed"] == pytest.approx(found["engine"]["value"], abs=1e-6)
    assert found["command"]["value"] == pytest.approx(found["engine"]["value"], rel=1e-6)
    assert found["command"]["verified"]
    assert found["simplex"]["relaxed"] == pytest.approx(best, rel=1e-7)
    assert found["pdlp"]["relaxed"] == pytest.approx(best, rel=1e-5)
    assert found["mip"]["value"] <= found["engine"]["bound"] + 1e-6
    assert found["bare"]["value"] >= best
    assert found["bare"]["broken"] == 4
    text = table(list(found.values()), CUT)
    assert "ours, Parquet to Parquet" in text


def test_a_way_that_is_cut_off_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "1000"
    write(1_000, folder)
    monkeypatch.setattr("benchmarks.customers.PATIENCE", 0.0)
    assert child("greedy", folder, 0.05, 8192)["status"] == "stopped after 0 s"


def test_what_ifs_are_set_against_the_engine_anew() -> None:
    case = {"limit": "budget:budget", "share": 0.99, "anew": 0.5, "begun": 0.2}
    case |= {"passes": [4, 1], "gaps": [1e-7, 2e-7], "apart": -1e-12}
    wide = case | {"share": 1.1, "begun": 0.3}
    again = {"way": "again", "size": 1_000_000, "peak_mb": 1.0, "cases": [case, wide]}
    text = table([*rows(), again], CUT)
    line = "| 1,000,000 | budget:budget | -1% | 0.500 | 0.200 | 0.40 | 1 / 4 | 2.0e-07 | 1e-12 |"
    assert line in text
    assert "Median of warm / cold: 0.50 at 1,000,000 customers." in text
    assert "What-if" not in table(rows(), CUT)


def test_what_ifs_are_measured_with_their_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "20000"
    write(20_000, folder)
    for name, value in (("LIMITS", ("hours:advisers",)), ("SHARES", (0.9,)), ("REPEATS", 1)):
        monkeypatch.setattr(customer_again, name, value)
    (case,) = customer_again.again(str(folder))["cases"]
    assert abs(case["apart"]) < 1e-9
    assert case["passes"] == [1, 0]
