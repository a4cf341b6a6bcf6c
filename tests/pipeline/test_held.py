"""A plan held under another scenario: the ladder against independent readings of the model."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.against.ladder import Broken, Ladder, tables
from channelopt.errors import CheckFailedError
from channelopt.instance.instance import Instance
from channelopt.model.formulate import decided_offers
from channelopt.pipeline import SolveOptions, run, solve
from channelopt.pipeline.held import Request, held_against, ladder
from channelopt.pipeline.intact import Intact
from channelopt.plan import folder
from channelopt.plan.plan import Plan
from channelopt.plan.recall import choice_of
from channelopt.report.against import as_data, gist, summary
from channelopt.terms.choice import Choice
from channelopt.verify.check import verify_folder
from tests.contract.small import instance
from tests.reference import brute, model
from tests.reference.loading import loaded
from tests.reference.reader import numbers_of, policies_of
from tests.strategies import EVERYTHING, FULL, TINY, Data, small_scenarios

SETTINGS = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MORE = settings(SETTINGS, max_examples=15)
ANY = st.one_of(small_scenarios(FULL), small_scenarios(replace(FULL, **EVERYTHING)))
ONE = st.one_of(small_scenarios(TINY), small_scenarios(replace(TINY, upgrades=2)))
OPTIONS = SolveOptions(isolate=False, ties=False, sensitivity_seconds=0)
REQUEST = Request(OPTIONS)
NEAR = 1e-5


def planned(base: Instance) -> Intact | None:
    plan = solve(base, OPTIONS)
    if not plan.has_answer:
        return None
    return Intact(Path("run"), base, plan, choice_of(base, plan.tables))


def grown(data: Data, factor: float) -> Data:
    """The same scenario with more or fewer customers; twice as many where contacts are whole."""
    after = copy.deepcopy(data)
    factor = 2.0 if data.get("whole_contacts") and factor != 1.0 else factor
    for segment in after["segments"].values():
        count = segment["customers"]
        segment["customers"] = (
            [None if one is None else one * factor for one in count]
            if isinstance(count, list)
            else count * factor
        )
    return after


def close(value: float) -> Any:
    return pytest.approx(value, rel=NEAR, abs=NEAR)


def at_least(one: float | None, other: float | None) -> bool:
    assert one is not None
    assert other is not None
    return one >= other - NEAR * max(1.0, abs(other))


def check_lattice(found: Ladder) -> None:
    """What may choose more is worth no less, between plans that obey every rule."""
    pairs = (
        ("contacts_move", "held"),
        ("contacts_and_staff", "staff_follows"),
        ("contacts_and_staff", "contacts_move"),
        ("reoptimised", "contacts_and_staff"),
    )
    for freer, tighter in pairs:
        if found[tighter].obeys:
            assert found[freer].obeys, (freer, found[freer].known, found[freer].broken)
            assert at_least(found[freer].profit, found[tighter].profit), (freer, tighter)
    for name in ("contacts_move", "contacts_and_staff", "reoptimised"):
        assert found[name].obeys or found[name].plan is None
        assert found[name].known in {"re-solved", "infeasible"}


def pinned(data: Data, choice: Choice, *, staff: bool) -> model.Answer:
    """The plain-loops model with channels, upgrades and offers pinned, and FTE if asked for."""
    n, policies = numbers_of(data), policies_of(data)
    built = model.Reference(n, policies)
    decided = decided_offers(n, policies)
    values = [
        *((variable, choice.open[at]) for at, variable in built.o.items()),
        *((variable, choice.owned[at]) for at, variable in built.w.items()),
        *((variable, choice.offered[at]) for at, variable in built.z.items() if decided[at]),
        *((variable, choice.fte[at]) for at, variable in built.a.items() if staff),
    ]
    for variable, value in values:
        built.problem += variable == float(value)
    return built.solve()


@pytest.mark.slow
@SETTINGS
@given(data=ANY, factor=st.sampled_from([0.8, 1.0, 1.1, 1.37]))
def test_the_ladder_of_any_plan(data: Data, factor: float) -> None:
    check_ladder(data, factor)


@pytest.mark.slow
@MORE
@given(data=ANY, factor=st.sampled_from([0.8, 1.0, 1.1, 1.37]))
def test_the_ladder_of_many_plans(data: Data, factor: float) -> None:
    check_ladder(data, factor)


def both(data: Data, after: Data) -> tuple[Intact, Instance]:
    """The plan of one scenario, and the other one; other data is drawn where there is no plan."""
    base, other = loaded(data), loaded(after)
    assume(base is not None and other is not None)
    assert base is not None
    assert other is not None
    subject = planned(base)
    assume(subject is not None)
    assert subject is not None
    return subject, other


def check_ladder(data: Data, factor: float) -> None:
    after = grown(data, factor)
    subject, other = both(data, after)
    found = ladder(other, subject, REQUEST)
    check_lattice(found)
    held = found["held"]
    assert held.plan is not None
    if factor == 1.0:
        assert held.profit == pytest.approx(subject.plan.objective, abs=0.005)
        assert all(rung.obeys for rung in found.rungs)
    choice = choice_of(other, held.plan.tables)
    n, policies = numbers_of(after), policies_of(after)
    if held.obeys:
        assert model.evaluate(n, policies, choice).objective == close(held.profit)
    for name, answer in (
        ("contacts_move", pinned(after, choice, staff=True)),
        ("contacts_and_staff", pinned(after, choice, staff=False)),
        ("reoptimised", model.solve(n, policies)),
    ):
        if answer.status == "infeasible":
            assert found[name].known == "infeasible"
        else:
            assert found[name].profit == close(answer.objective)


@pytest.mark.slow
@settings(SETTINGS, max_examples=6)
@given(data=ONE, factor=st.sampled_from([0.9, 1.2]))
def test_the_best_plan_is_that_of_trying_everything(data: Data, factor: float) -> None:
    after = grown(data, factor)
    subject, other = both(data, after)
    try:
        best = brute.solve(numbers_of(after), policies_of(after), 150)
    except brute.TooBigError:
        assume(False)
    found = ladder(other, subject, REQUEST)
    assert (found["reoptimised"].profit is None) == (best is None)
    if best is not None:
        assert found["reoptimised"].profit == close(best)


def staffed(**changes: Any) -> dict[str, Any]:
    group = {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3, **changes}
    return {
        "channels/phone/handle_minutes": 30,
        "channels/web/capacity": 100,
        "staff": {"team": group},
    }


def test_the_ladder_by_hand(tmp_path: Path) -> None:
    """100 of 200 contacts by web, 100 by phone: 50 hours, 5 FTE. 20 % more customers break both.

    Held, 120 contacts enter the web (room for 100) and 120 the phone: 60 hours of 50. With FTE
    that follow there are 6. Contacts can move to the phone only, 140 there: 70 hours, 7 FTE.
    """
    base, after = instance(staffed()), instance({**staffed(), "segments/a/customers": 120})
    run(base, OPTIONS, tmp_path / "run")
    found = held_against(after, tmp_path / "run", REQUEST)
    assert found["held"].broken == (
        Broken("capacity", "web, plan", 120.0, "<=", 100.0),
        Broken("staff", "team, plan", 60.0, "<=", 50.0),
    )
    assert [one.excess for one in found["held"].broken] == [20.0, 10.0]
    # margin 1200, half of it by satisfaction 0.75; 120 by 6 and 120 by 1; FTE at 3
    assert found["held"].profit == pytest.approx(1200 * (1 - 0.5 * 0.25) - 720 - 120 - 15)
    follows = found["staff_follows"]
    assert set(follows.rules) == {"capacity"}
    assert follows.profit == pytest.approx(1050 - 840 - 18)
    assert found["contacts_move"].known == "infeasible"
    # 140 by phone, 100 by web: satisfaction (140 0.9 + 100 0.6) / 240 = 0.775
    best = 1200 * (1 - 0.5 * 0.225) - 840 - 100 - 21
    assert found["contacts_and_staff"].profit == pytest.approx(best)
    assert found["reoptimised"].profit == pytest.approx(best)
    assert found.recovered == pytest.approx(0, abs=1e-6)
    assert found.least_change is not None
    assert found.least_change.name == "contacts_and_staff"
    said = " ".join(gist(found))
    assert "breaks 2 rules in 2 places: capacity (1) and staff (1)" in said
    assert "web, plan comes to 120 where at most 100 is allowed, 20 too much" in said
    assert "With FTE that follow the work (6 instead of 5 on average)" in said
    assert "no plan that obeys the rules" in said


def test_a_scenario_without_a_plan_still_shows_what_breaks(tmp_path: Path) -> None:
    run(instance(), OPTIONS, tmp_path / "run")
    after = instance({"channels/web/capacity": 50, "channels/phone/capacity": 50})
    found = held_against(after, tmp_path / "run", REQUEST)
    assert [one.rule for one in found["held"].broken] == ["capacity"]
    for name in ("contacts_move", "contacts_and_staff", "reoptimised"):
        assert (found[name].known, found[name].plan) == ("infeasible", None)
    assert found.recovered is None
    assert "Re-optimised in everything, there is no plan" in summary(found)


def test_breaches_are_what_verify_says_of_the_written_tables(tmp_path: Path) -> None:
    base, after = instance(staffed()), instance({**staffed(), "segments/a/customers": 120})
    run(base, OPTIONS, tmp_path / "run")
    found = held_against(after, tmp_path / "run", REQUEST)
    held = found["held"].plan
    assert isinstance(held, Plan)
    folder.write(held, tmp_path / "held")
    said = verify_folder(tmp_path / "held")
    assert not said.mismatches
    listed = [(b.rule, b.where, b.found, b.required) for b in found["held"].broken]
    assert listed == [
        (verdict.rule, one.where, float(one.found), float(one.required))
        for verdict in said.rules
        for one in verdict.breaches
    ]
    rows = {table.name: list(table.records()) for table in tables(found)}
    assert [row["where"] for row in rows["breaches"] if row["rung"] == "held"] == [
        place for _, place, _, _ in listed
    ]
    assert [row["rung"] for row in rows["ladder"]] == [
        "own",
        *(rung.name for rung in found.rungs),
    ]
    assert as_data(found)["ladder"] == rows["ladder"]


@pytest.mark.parametrize("name", ["allocation.csv", "plan.json", "staff.csv"])
def test_an_edited_run_is_refused(tmp_path: Path, name: str) -> None:
    run(instance(staffed()), OPTIONS, tmp_path / "run")
    file = tmp_path / "run" / name
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("100", "101", 1).replace("5", "6", 1), encoding="utf-8")
    with pytest.raises(CheckFailedError, match="was edited after it was written"):
        held_against(instance(staffed()), tmp_path / "run", REQUEST)
