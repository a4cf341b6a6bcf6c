"""A sweep is what separate solves find, point by point, on scenarios made by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from channelopt import pipeline
from channelopt.analysis.sweeping.point import Grid, Solved
from channelopt.analysis.sweeping.structure import Spot
from channelopt.errors import InputError, UsageError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from channelopt.pipeline import sweeping
from channelopt.pipeline.sweep.run import Subject, SweepWays
from channelopt.pipeline.sweeping import Wanted, sweep
from tests.often import often
from tests.strategies import FULL, TINY, Data, small_scenarios

OPTIONS = pipeline.SolveOptions(sensitivity_seconds=0, isolate=False)
AXES = ("channels.web.satisfaction=0.2:1:2", "channels.web.unit_cost*=1,3", "steering=1,0.5")


NO_SHRINKING = (Phase.explicit, Phase.generate)
"""Each example is many solves."""


def check(instance: Instance, spot: Spot) -> None:
    """Hold one point against a solve of its own."""
    found, plan = spot.solved, pipeline.solve(instance, OPTIONS)
    assert found.digest == digest(instance.resolved)
    assert found.status == plan.status
    if not plan.has_answer:
        assert found.objective is None
        assert not found.open
        return
    size = 1e-6 * max(1.0, abs(plan.objective))
    assert found.objective == pytest.approx(plan.objective, abs=size)
    assert found.bound == pytest.approx(plan.bound, abs=size)
    assert found.objective <= plan.bound + size
    assert set(found.kpis) == set(plan.kpis)
    rows = list(plan.table("channels").records())
    open_ = sorted((row["period"], row["channel"]) for row in rows if row["open"])
    upgrades = plan.table("upgrades").records()
    owned = sorted((row["period"], row["upgrade"]) for row in upgrades if row["owned"])
    assert (list(found.open), list(found.owned)) == (open_, owned)
    for name, figure in plan.kpis.items():
        close = None if figure is None else pytest.approx(figure, rel=1e-5, abs=1e-6)
        assert found.kpis[name] == close, name
    for row in rows:
        key = (row["period"], row["channel"])
        assert found.first_contacts[key] == pytest.approx(row["first_contacts"], abs=1e-5)
    for row in plan.table("staff").records():
        assert found.fte[row["period"], row["group"]] == pytest.approx(row["fte"], abs=1e-6)


def compare(data: Data, axes: Sequence[str], options: pipeline.SolveOptions = OPTIONS) -> None:
    found = sweep(from_data(data), axes, options=options)
    assert len(found.spots) == len(found.grid.points)
    for spot in found.spots:
        check(from_data(data, steps=spot.point.steps), spot)


@pytest.mark.slow
@settings(max_examples=1, deadline=None, phases=NO_SHRINKING)
@given(small_scenarios(TINY))
def test_small_scenarios(data: Data) -> None:
    compare(data, AXES[:2])


@pytest.mark.slow
@settings(max_examples=often(12), deadline=None, phases=NO_SHRINKING)
@given(small_scenarios(replace(FULL, upgrades=2, metrics=1)))
def test_scenarios_with_periods_and_upgrades(data: Data) -> None:
    compare(data, AXES)


@pytest.mark.slow
@settings(max_examples=3, deadline=None, phases=NO_SHRINKING)
@given(small_scenarios(FULL))
def test_in_processes(data: Data) -> None:
    compare(data, AXES, replace(OPTIONS, isolate=True))


# ---- what is asked


DATA: Data = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.5},
    "segments": {"everyone": {"customers": 1000, "margin": 100}},
    "interactions": {"question": {}},
    "channels": {
        "phone": {"unit_cost": 6, "fixed_cost": 500, "satisfaction": 0.9},
        "web": {"unit_cost": 0.5, "satisfaction": 0.6},
    },
    "tables": {
        "contacts_per_customer": [{"segment": "everyone", "interaction": "question", "value": 2}]
    },
    "variations": {
        "dear": {"set": {"channels.phone.unit_cost": {"times": 2}}},
        "cheap": {"set": {"channels.phone.unit_cost": 1}},
    },
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    import json

    path = tmp_path / "project" / "scenario.json"
    path.parent.mkdir()
    path.write_text(json.dumps(DATA), encoding="utf-8")
    return path


def test_variations_begin_with_the_base_and_are_sorted(file: Path) -> None:
    found = sweep(file, wanted=Wanted(variations=True), options=OPTIONS)
    assert [spot.point.values for spot in found.spots] == [(None,), ("cheap",), ("dear",)]
    for spot in found.spots:
        check(load(file, steps=spot.point.steps), spot)


def test_a_name_applies_to_all_points(file: Path) -> None:
    found = sweep(file, ["dear", "channels.web.unit_cost=1,2"], options=OPTIONS)
    assert [point.steps for point in found.grid.points] == [
        (("set", "channels.web.unit_cost=1"),),
        (("set", "channels.web.unit_cost=2"),),
    ]
    assert found.steps == (("vary", "dear"),)
    text = found.tables[0].column("set")
    assert text[0] == "--vary dear --set channels.web.unit_cost=1"


def test_the_data_frame(file: Path) -> None:
    frame = sweep(file, ["channels.web.unit_cost=0:10:3"], options=OPTIONS).table
    assert frame["channels.web.unit_cost"].tolist() == [0, 5, 10]
    assert frame["profit"].is_monotonic_decreasing


def test_rows_with_what_cannot_be_read_are_told(file: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("variation,channels.web.unit_cost\nstrike,1\n,-1\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        sweep(file, wanted=Wanted(rows=rows), options=OPTIONS)
    said = str(caught.value)
    assert "there is no variation 'strike'" in said
    assert "unit_cost" in said


def test_a_row_that_cannot_be_read_is_marked_and_the_others_are_solved(
    file: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    texts = "title,assignment\n" + "".join(f"t{k},split\n" for k in range(60)) + "last,nonsense\n"
    rows.write_text(texts, encoding="utf-8")
    with pytest.raises(InputError, match="nonsense"):
        sweep(file, wanted=Wanted(rows=rows), options=OPTIONS)
    rows.write_text("segments.everyone.customers\n10\n10.25\n11\n", encoding="utf-8")
    whole = [("set", "whole_contacts=true")]
    found = sweep(file, wanted=Wanted(rows=rows), options=OPTIONS, steps=whole)
    assert [spot.solved.status for spot in found.spots] == ["optimal", "invalid", "optimal"]
    words = found.tables[0].column("words")
    assert (words[0], words[2]) == (None, None)
    assert "whole" in str(words[1])


def test_nothing_to_sweep_over(file: Path) -> None:
    with pytest.raises(UsageError, match="there is nothing to sweep over"):
        sweep(file, ["dear"])


def test_an_instance_has_no_variations() -> None:
    with pytest.raises(InputError, match="defines no variations"):
        sweep(from_data(DATA), wanted=Wanted(variations=True), options=OPTIONS)


# ---- halving, with an engine whose answers are known


def stand_in(edge: float, calls: list[int]) -> Any:
    """An engine whose plan opens the phone above an edge."""

    def engine(subject: Subject, grid: Grid, ways: SweepWays) -> tuple[Solved, ...]:
        calls.append(len(grid.points))
        found = []
        for point in grid.points:
            value = point.values[0]
            assert isinstance(value, int | float)
            open_ = (("plan", "web"), *((("plan", "phone"),) if value > edge else ()))
            found.append(Solved(point.number, "d", "optimal", 1.0, 1.0, open=open_))
        return tuple(found)

    return engine


@pytest.mark.parametrize("edge", [0.3, 3.14159, 9.99])
def test_halving_closes_in(monkeypatch: pytest.MonkeyPatch, file: Path, edge: float) -> None:
    calls: list[int] = []
    monkeypatch.setattr(sweeping.engine, "sweep", stand_in(edge, calls))
    found = sweep(file, ["channels.web.unit_cost=0:10:3"], wanted=Wanted(refine=0.001))
    (change,) = [pair for pair in found.pairs if pair.differs]
    low, high = change.values
    assert low <= edge < high
    assert 0 < high - low <= 0.01
    assert calls[0] == 3
    assert set(calls[1:]) == {1}
    numbers = [point.number for point in found.grid.points]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(found.along) == len(numbers) - 3


def test_halving_obeys_the_most_points(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setattr(sweeping.engine, "sweep", stand_in(3.3, []))
    found = sweep(file, ["channels.web.unit_cost=0:10:3"], wanted=Wanted(refine=1e-6, most=6))
    assert len(found.grid.points) == 6


def test_points_that_cannot_be_read_are_not_halved(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setattr(sweeping.engine, "sweep", stand_in(1.5, []))
    monkeypatch.setattr(sweeping, "_is_readable", lambda subject, point: False)
    found = sweep(file, ["channels.web.unit_cost=0:10:3"], wanted=Wanted(refine=0.01))
    assert len(found.grid.points) == 3
