"""Risk measures against plain computation, two-stage plans against brute force."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from scipy import stats

from channelopt.analysis.futures.draws import draw
from channelopt.analysis.futures.first_stage import FirstStage, stages
from channelopt.analysis.futures.risk import (
    conditional_value_at_risk,
    statistics,
    value_at_risk,
)
from channelopt.analysis.futures.robust import WEIGHT, robust
from channelopt.analysis.futures.two_stage import Aim, two_stage
from channelopt.analysis.study import Question, Result, Wishes
from channelopt.backends.base import Limits, Outcome, Reason, Termination
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.model.formulate import Model, formulate
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.study import Asking, Ways, studied
from tests.strategies import Knobs, small_scenarios

OPTIONS = SolveOptions(isolate=False, ties=False, sensitivity_seconds=0)
ENGINES = Engines.start(OPTIONS)


def test_cvar_of_the_normal_distribution_is_its_formula() -> None:
    values = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000, 100.0, 20.0)
    for level in (0.8, 0.95, 0.99):
        z = stats.norm.ppf(1 - level)
        assert value_at_risk(values, level) == pytest.approx(100 + 20 * z, abs=0.01)
        mean = 100 - 20 * stats.norm.pdf(z) / (1 - level)
        assert conditional_value_at_risk(values, level) == pytest.approx(mean, abs=0.01)


@pytest.mark.parametrize("level", [0.0, 0.5, 0.83, 0.9, 0.95, 0.999])
def test_cvar_is_the_best_border_of_rockafellar_and_uryasev(level: float) -> None:
    values = np.random.default_rng(4).normal(size=17).round(2)
    best = max(h - np.maximum(h - values, 0).mean() / (1 - level) for h in values)
    assert conditional_value_at_risk(values, level) == pytest.approx(best)
    var = value_at_risk(values, level)
    assert (values >= var).mean() >= level - 1e-9
    assert (values > var).mean() < level or var == values.max()


def test_plain_cases_of_risk() -> None:
    values = np.arange(1.0, 101.0)
    assert value_at_risk(values, 0.95) == 6
    assert conditional_value_at_risk(values, 0.95) == 3
    assert conditional_value_at_risk(values, 0.0) == values.mean()
    assert value_at_risk(values[:1], 0.99) == 1
    found = dict(statistics(values))
    assert found["quantile 0.5"] == 50.5
    assert found["CVaR 0.9"] == 5.5
    assert found["sd"] == pytest.approx(values.std(ddof=1))
    assert dict(statistics(values[:0])) == {}


def scenario(seed: int, **more: Any) -> dict[str, Any]:
    """A random scenario with two staffed channels and a dear one without limits."""
    rng = np.random.default_rng(seed)

    def some(low: float, high: float) -> float:
        return float(rng.integers(int(low * 100), int(high * 100))) / 100

    return {
        "format": 1,
        "objective": {"satisfaction_weight": 0.3},
        "segments": {
            "old": {"customers": 100, "margin": some(20, 40)},
            "new": {"customers": 80, "margin": some(5, 20)},
        },
        "interactions": {"ask": {}},
        "channels": {
            "phone": {"satisfaction": 0.9, "handle_minutes": 12, "fixed_cost": some(20, 150)},
            "chat": {"satisfaction": 0.6, "handle_minutes": 6, "fixed_cost": some(10, 90)},
            "agency": {"satisfaction": 0.5, "unit_cost": some(3, 9), "capacity": 260},
        },
        "staff": {
            "team": {
                "serves": ["phone", "chat"],
                "hours_per_fte": 10,
                "fte_cost": some(40, 160),
                "max_fte": 4,
            }
        },
        "tables": {"contacts_per_customer": [{"value": 1.5}]},
        "uncertainty": {
            "demand": {"inputs": ["segments.*.customers"], "spread": 0.3, "together": 0.5},
            "talk": {"inputs": ["channels.*.handle_minutes"], "low": 0.9, "high": 1.4},
        },
        **more,
    }


def kept_value(data: dict[str, Any], future: Instance, opened: tuple[int, ...], fte: int) -> Any:
    """Solve a future with these decisions demanded by rules of the scenario itself."""
    numbers = future.numbers
    changed = from_data(
        {
            **data,
            "staff": {"team": {**data["staff"]["team"], "min_fte": fte, "max_fte": fte}},
            "policies": [
                {
                    "name": f"keep {channel}",
                    "type": "open_channels",
                    "channels": [channel],
                    ("at_least" if flag else "at_most"): int(flag),
                }
                for channel, flag in zip(numbers.channels, opened, strict=True)
            ],
        }
    )
    names = ("min_fte", "max_fte")
    held = {name: getattr(changed.numbers, name) for name in names}
    asked = Scenario(numbers.with_(**held), changed.policies)
    return optimum(asked, ENGINES.main, Limits(gap=1e-9)).outcome.objective


def program(futures: list[Instance], aim: Aim) -> tuple[float | None, FirstStage | None]:
    parts, models, _ = stages(futures)
    tied = two_stage(parts, aim)
    outcome = ENGINES.main.solve(tied.problem, Limits(gap=1e-9))
    if outcome.x is None:
        assert outcome.termination.reason is Reason.INFEASIBLE
        return None, None
    choice = models[0].choice(tied.of_future(outcome.x, 0))
    worth = [
        model.problem.objective(tied.of_future(outcome.x, k)) for k, model in enumerate(models)
    ]
    mixed = (1 - aim.weight) * float(np.mean(worth))
    mixed += aim.weight * conditional_value_at_risk(np.array(worth), aim.level)
    assert mixed == pytest.approx(outcome.objective, rel=1e-6)
    return outcome.objective, FirstStage.of(choice)


def worth(values: list[float], aim: Aim) -> float:
    tail = conditional_value_at_risk(np.array(values), aim.level)
    return (1 - aim.weight) * float(np.mean(values)) + aim.weight * tail


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))]
)
def test_the_program_finds_what_enumeration_finds(seed: int) -> None:
    data = scenario(seed)
    drawn = draw(from_data(data), 3, seed)
    futures = [drawn.future(k) for k in range(3)]
    models = [formulate(future.numbers, future.policies) for future in futures]
    table: dict[tuple[tuple[int, ...], int], list[float]] = {}
    for opened in itertools.product((0, 1), repeat=3):
        flags = np.array(opened, dtype=bool)[:, None]
        for fte in range(5):
            first = FirstStage(flags, np.zeros((0, 1), dtype=bool), np.full((1, 1), float(fte)))
            values = values_of(first, models)
            if values is not None:
                table[opened, fte] = values
    assert table
    for aim in (Aim(0.0, 0.0), Aim(0.7, 1.0), Aim(0.5, 0.6)):
        found, first = program(futures, aim)
        best = max(worth(values, aim) for values in table.values())
        assert found == pytest.approx(best, rel=1e-6)
        assert first is not None
        own = table[tuple(first.open[:, 0].astype(int).tolist()), round(float(first.fte[0, 0]))]
        assert worth(own, aim) == pytest.approx(best, rel=1e-6)


def test_a_first_stage_that_is_kept_is_what_rules_demand() -> None:
    data = scenario(7)
    drawn = draw(from_data(data), 3, 1)
    with studied(from_data(data), OPTIONS) as study:
        for opened, fte in (((1, 0, 1), 2), ((1, 1, 1), 4), ((0, 1, 0), 3), ((1, 0, 0), 0)):
            flags = np.array(opened, dtype=bool)[:, None]
            first = FirstStage(flags, study.choice.owned, np.full((1, 1), float(fte)))
            futures = [drawn.future(k) for k in range(3)]
            answers = study.ask([Question(future, first) for future in futures])
            for answer, future in zip(answers, futures, strict=True):
                expected = kept_value(data, future, opened, fte)
                assert answer.infeasible == (expected is None)
                if expected is not None:
                    assert answer.objective == pytest.approx(expected, rel=1e-6)


def test_without_a_common_first_stage_the_program_is_infeasible() -> None:
    data = scenario(1)
    del data["channels"]["agency"]
    low, high = (
        from_data(data, [("set", f"staff.team.{limit}")]) for limit in ("max_fte=3", "min_fte=4")
    )
    assert program([low, high], Aim(0.5, 1.0)) == (None, None)


def tables(result: Result) -> dict[str, list[dict[str, Any]]]:
    return {table.name: list(table.records()) for table in result.tables}


def studied_robustly(data: dict[str, Any], **wishes: Any) -> tuple[Result, Any]:
    with studied(from_data(data), OPTIONS) as study:
        wanted = replace(Wishes(robust=0.8, robust_samples=4, seed=3), **wishes)
        return robust(study, wanted), study.plan


def value(rows: list[dict[str, Any]], plan: str, futures: str, statistic: str) -> float:
    (found,) = [
        row["value"]
        for row in rows
        if (row["plan"], row["futures"], row["statistic"]) == (plan, futures, statistic)
    ]
    return float(found)


@pytest.mark.slow
def test_the_robust_plan_beside_todays() -> None:
    data = scenario(2)
    result, plan = studied_robustly(data)
    found = tables(result)
    rows = found["robust"]
    assert value(rows, "optimal", "as written", "profit") == pytest.approx(plan.objective)
    assert value(rows, "robust", "as written", "profit") <= plan.objective + 1e-6
    assert value(rows, "robust", "same", "share possible") == 1.0
    drawn = draw(from_data(data), 4, 3)
    first = {row["name"]: row["robust"] for row in found["robust_decisions"]}
    opened = tuple(
        int(first.get(channel, plan.table("channels").column("open")[k]))
        for k, channel in enumerate(("agency", "chat", "phone"))
    )
    fte = round(first.get("team", plan.table("staff").column("fte")[0]))
    values = [kept_value(data, drawn.future(k), opened, fte) for k in range(4)]
    aim = Aim(0.8, WEIGHT)
    best, _ = program([drawn.future(k) for k in range(4)], aim)
    assert worth(values, aim) == pytest.approx(best, rel=1e-5)
    if value(rows, "optimal", "same", "share possible") == 1.0:
        assert value(rows, "robust", "same", "CVaR 0.8") == pytest.approx(
            conditional_value_at_risk(np.array(values), 0.8), rel=1e-6
        )
    assert result.sentences
    assert result.unproven == 0
    again, _ = studied_robustly(data)
    assert again.tables == result.tables


@pytest.mark.slow
def test_level_nought_is_the_mean() -> None:
    data = scenario(4)
    rows = tables(studied_robustly(data, robust=0.0)[0])["robust"]
    drawn = draw(from_data(data), 4, 3)
    best, _ = program([drawn.future(k) for k in range(4)], Aim(0.0, 0.0))
    if value(rows, "optimal", "same", "share possible") == 1.0:
        assert value(rows, "robust", "same", "mean") == pytest.approx(best, rel=1e-6)
        assert value(rows, "robust", "same", "CVaR 0") == pytest.approx(best, rel=1e-6)


def test_what_cannot_be_made_robust_says_why() -> None:
    plain = scenario(1)
    del plain["uncertainty"]
    assert "states no `uncertainty`" in studied_robustly(plain)[0].sentences[0]
    assert "asks for no level" in studied_robustly(scenario(1), robust=None)[0].sentences[0]
    tight = scenario(1)
    tight["uncertainty"] = {"d": {"inputs": ["segments.*.customers"], "low": 1, "high": 99}}
    assert "no future that was drawn" in studied_robustly(tight)[0].sentences[0]


def test_futures_without_any_plan_are_left_out_and_counted() -> None:
    data = scenario(1)
    data["uncertainty"]["demand"] = {"inputs": ["segments.*.customers"], "low": 0.5, "high": 4}
    result, _ = studied_robustly(data, robust_samples=5)
    rows = tables(result)["robust"]
    share = value(rows, "any", "same", "share possible")
    assert 0 < share < 1
    assert value(rows, "robust", "same", "decided by the program") == round(5 * share)


def test_upgrades_belong_to_the_first_stage() -> None:
    data = scenario(
        5,
        upgrades={
            "desk": {
                "channel": "phone",
                "investment": 20,
                "effects": {"handle_minutes": {"times": 0.5}},
            }
        },
    )
    instance = from_data(data)
    drawn = draw(instance, 4, 0)
    futures = [drawn.future(k) for k in range(4)]
    found, first = program(futures, Aim(0.0, 0.0))
    assert first is not None
    assert found is not None
    with studied(instance, OPTIONS) as study:
        for owned in (False, True):
            kept = replace(first, owned=np.array([[owned]]))
            answers = study.ask([Question(f, kept, wants_choice=True) for f in futures])
            if all(answer.objective is not None for answer in answers):
                mean = float(np.mean([answer.objective for answer in answers]))  # type: ignore[misc]
                assert mean <= found + 1e-6
                assert owned != bool(first.owned[0, 0]) or mean == pytest.approx(found)
                choices = [answer.choice for answer in answers]
                assert all(c is not None and c.owned.tolist() == [[owned]] for c in choices)


@pytest.mark.parametrize("reason", [Reason.NO_SOLUTION, Reason.INFEASIBLE])
def test_where_the_program_is_not_solved_the_best_guess_is_taken(
    reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Asking, "optimise", lambda *_: Outcome(Termination(reason)))
    data = scenario(2)
    result, _ = studied_robustly(data)
    rows = tables(result)["robust"]
    shares = [value(rows, plan, "same", "share possible") for plan in ("optimal", "robust")]
    assert shares[1] >= shares[0]
    if shares[0] == shares[1] == 1.0:
        tail = [value(rows, plan, "same", "CVaR 0.8") for plan in ("optimal", "robust")]
        assert tail[1] >= tail[0] - 1e-6
    (known,) = [row["known"] for row in rows if row["statistic"] == "decided by the program"]
    assert known == ("infeasible" if reason is Reason.INFEASIBLE else "not solved")


def test_without_time_nothing_is_claimed() -> None:
    with studied(from_data(scenario(2)), OPTIONS, Ways(seconds=0)) as study:
        result = robust(study, Wishes(robust=0.8, robust_samples=3))
    assert not any("fresh futures, the robust" in text or "%" in text for text in result.sentences)
    for row in tables(result)["robust"]:
        if row["statistic"] == "share possible":
            assert (row["value"], row["known"]) == (None, "not solved")


def values_of(first: FirstStage, models: list[Model]) -> list[float] | None:
    """What a first stage is worth in each future; None where it is impossible in one."""
    problems = [first.apply(model).problem for model in models]
    values = [ENGINES.main.solve(problem, Limits(gap=1e-9)).objective for problem in problems]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def check_first_stages(data: dict[str, Any]) -> None:
    """No first stage at hand does better than that of the program, which is worth what it says."""
    data["uncertainty"] = {
        "demand": {"inputs": ["segments.*.customers"], "spread": 0.15, "together": 0.5},
        "mood": {"inputs": ["tables.satisfaction"], "spread": 0.1},
    }
    instance = from_data(data)
    drawn = draw(instance, 3, 1)
    futures = [drawn.future(k) for k in range(3)]
    aim = Aim(0.5, 0.6)
    models = [formulate(future.numbers, future.policies) for future in futures]
    outcomes = [ENGINES.main.solve(model.problem, Limits(gap=1e-9)) for model in models]
    assume(all(outcome.x is not None for outcome in outcomes))
    tied, found = two_stage(stages(futures)[0], aim), None
    best = ENGINES.main.solve(tied.problem, Limits(gap=1e-9))
    if best.x is not None:
        found = FirstStage.of(models[0].choice(tied.of_future(best.x, 0)))
    choices = [m.choice(o.x) for m, o in zip(models, outcomes, strict=True) if o.x is not None]
    cover = FirstStage(
        choices[0].open, choices[0].owned, np.max([choice.fte for choice in choices], axis=0)
    )
    for first in (*map(FirstStage.of, choices), cover, *([found] if found else [])):
        values = values_of(first, models)
        assert values is not None or first is not found
        if values is not None:
            assert best.objective is not None, "the program says that no first stage suits all"
            value, room = worth(values, aim), 1e-6 * max(1.0, abs(best.objective))
            assert value <= best.objective + room
            assert first is not found or value == pytest.approx(best.objective, abs=room)


KNOBS = Knobs(
    segments=2, channels=3, periods=2, whole_contacts=False, upgrades=1, service_levels=True
)


@pytest.mark.parametrize(
    "examples", [3, pytest.param(8, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_random_scenarios(examples: int) -> None:
    many = settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    many(given(small_scenarios(KNOBS))(check_first_stages))()
