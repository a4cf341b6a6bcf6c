"""`channelopt.compare`: sides of every kind, what is solved, and what is said without a plan."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import CheckFailedError, InfeasibleError, UsageError
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions, run
from channelopt.pipeline.comparing import CompareOptions, check, compare
from channelopt.pipeline.sides import Read
from channelopt.report.comparison import gist
from channelopt.report.comparison_document import document, key_figures, markdown
from tests.compare.test_results import BASE, changed
from tests.compare.test_targets import scenario

FAST = SolveOptions(isolate=False, sensitivity_seconds=0)


def options(**more: Any) -> CompareOptions:
    return CompareOptions(solve=FAST, **more)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


DEAR = changed(channels={"phone": {**BASE["channels"]["phone"], "unit_cost": 60}})


def test_why_adds_up_over_several_groups() -> None:
    second = copy.deepcopy(DEAR)
    second["segments"]["all"]["customers"] = 1500
    second["staff"]["team"]["fte_cost"] = 4000
    found = compare(from_data(BASE), from_data(second), options=options())
    why = found.attribution
    assert why is not None
    assert why.method == "shapley"
    assert len(why.parts) == 3
    (one,) = found.differences
    assert sum(part.exact for part in why.parts) == pytest.approx(one.total - why.remainder)
    steps = one.records("waterfall")
    cents = [round(step["effect"] * 100) for step in steps[1:-1]]
    assert sum(cents) == round(steps[-1]["after"] * 100) - round(steps[0]["after"] * 100)
    assert "because of" in gist(found)[0]


def test_sides_of_every_kind(tmp_path: Path) -> None:
    scenario(tmp_path)
    instance = from_data(BASE)
    plan = run(instance, FAST, tmp_path / "runs" / "kept")
    said: list[str] = []
    sides = (plan, instance, "kept", Path("plan_a"), "plan_a@strike")
    found = compare(*sides, options=options(why=False, news=said.append))
    names = [side.name for side in found.sides]
    assert names == ["scenario", "scenario (2)", "kept", "plan_a", "plan_a@strike"]
    assert [one.is_same for one in found.differences] == [True, True, False, False]
    assert said[0].startswith("found in ")
    assert "solving 2 of 5 plans" in said
    assert key_figures(found, 4).columns[0].title == "Plan"
    assert len(key_figures(found).rows) > 5
    assert found.attribution is None
    assert document(found).title.startswith("scenario compared with scenario (2), kept")
    assert "Why" not in markdown(found)


def test_without_the_store_everything_is_solved(tmp_path: Path) -> None:
    run(from_data(BASE), FAST, tmp_path / "runs" / "kept")
    said: list[str] = []
    how = options(store=None, news=said.append)
    compare(from_data(BASE), from_data(BASE), options=how)
    assert said == ["solving 2 of 2 plans"]


def test_two_workers_find_the_same() -> None:
    first, second = from_data(BASE), from_data(DEAR)
    one = compare(first, second, options=options())
    two = compare(first, second, options=options(workers=2))
    assert one.as_data() == two.as_data()


def test_no_time_for_causes_is_said() -> None:
    second = copy.deepcopy(DEAR)
    second["segments"]["all"]["customers"] = 1500
    found = compare(from_data(BASE), from_data(second), options=options(seconds=0.0))
    why = found.attribution
    assert why is not None
    marked = [part.known for part in why.parts if part.known != "re-solved"]
    assert marked or len(why.parts) == 1 or why.notes
    (one,) = found.differences
    ends = one.records("waterfall")
    assert ends[-1]["after"] == pytest.approx(found.sides[1].plan.objective, abs=0.005)


def test_sides_without_a_plan_are_all_named() -> None:
    none = changed(policies=[{"name": "much", "type": "volume", "at_least": 1e6}])
    with pytest.raises(InfeasibleError) as caught:
        compare(from_data(BASE), from_data(none), from_data(none), options=options())
    lines = str(caught.value).splitlines()
    assert lines[0] == "scenario (2) has no plan, because its rules contradict each other."
    assert lines[1].startswith("scenario (3) has no plan")
    assert lines[-1] == "Nothing is compared."
    assert not any("with the same arguments" in line for line in lines)


def test_a_plan_that_fails_its_check_is_not_compared() -> None:
    instance = from_data(BASE)
    plan = run(instance, FAST, Path("runs") / "kept")
    assert plan.verification is not None
    bad = plan.with_(verification=replace(plan.verification, ok=False))
    with pytest.raises(CheckFailedError, match="b: the independent check rejects the plan"):
        check([Read("a", instance), Read("b", instance)], [plan, bad])
    check([Read("a", instance), Read("b", instance, bad)], [plan, bad])


def test_one_side_is_no_comparison() -> None:
    from channelopt.pipeline.comparing import compared

    with pytest.raises(UsageError, match="two plans or more"):
        compared((), options())


def test_a_plan_stopped_early_is_marked() -> None:
    found = compare(from_data(BASE), from_data(DEAR), options=options(why=False))
    (one,) = found.differences
    stopped = one.b.plan.with_(status="feasible", bound=(one.b.plan.objective or 0) + 500)
    again = compare(one.a.plan, stopped, options=options(why=False))
    assert "scenario (2) is not proven to be the best plan: up to 500.00 may be missing." in gist(
        again
    )
