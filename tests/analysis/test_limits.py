"""Limits: every effect equals a separate solve, every bound holds, every mark is honest."""

from __future__ import annotations

import gc
import resource
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.study import Question, Wishes
from channelopt.analysis.worth.limit_board import Board
from channelopt.analysis.worth.limit_bounds import weak_bound
from channelopt.analysis.worth.limit_lines import Line, changes, scaled
from channelopt.analysis.worth.limit_list import Bound, Levels, bounds
from channelopt.analysis.worth.limits import COLUMNS, limits
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.plan.table import FLAGS, TEXT, Cell, read_csv
from tests.analysis.limit_checks import (
    Counting,
    Row,
    agrees,
    by_parameter,
    rows,
    set_in,
    solvable,
    study_of,
    unproven,
)
from tests.known import encode
from tests.reference import model
from tests.strategies import FULL, PARTS, TINY, Data, small_scenarios

COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FEW = settings(max_examples=2, derandomize=True, **COMMON)
MANY = settings(max_examples=4, derandomize=True, **COMMON)
ROUGH = Wishes(tolerance=0.02)


# ---- published values


@pytest.mark.slow
def test_the_published_effects_of_a_budget() -> None:
    """IBM: +1: 0, +10: +30, +1,000: +2,180, -23: -50, while the dual claims 2.174 per unit."""
    with study_of(from_data(encode.bank(25_000))) as study:
        assert study is not None
        board = Board(study)
        budget = next(line.bound for line in board.lines if "budget" in line.bound.path)
        board.lines = [
            Line(replace(budget, path=f"{budget.path} {step}", step=step), board.scale)
            for step in (1, 10, 1_000, 23)
        ]
        board.changes = {line.bound.path: changes(line.bound) for line in board.lines}
        board.work()
        effects = {
            change.sign * line.bound.step: line.effect(change.levels)
            for line in board.lines
            for change in board.changes[line.bound.path]
            if change.name == "step"
        }
        duals = [dual for dual in board.prices.values() if dual is not None]
    for step, worth in {1: 0, 10: 30, 1_000: 2_180, -23: -50}.items():
        assert effects[step].known == "re-solved"
        assert effects[step].worth == pytest.approx(worth, abs=1e-6)
    assert duals == pytest.approx([2.174] * 4, abs=5e-4)


@pytest.mark.slow
def test_the_dual_of_a_budget_misleads() -> None:
    with study_of(from_data(encode.bank(25_000))) as study:
        assert study is not None
        found = limits(study, Wishes(tolerance=2e-3))
    budget = by_parameter(found, "limit_duals")["policies.budget.at_most"]
    assert budget["dual"] == pytest.approx(2.174, abs=5e-4)
    assert budget["predicted_more"] == pytest.approx(217.4, abs=0.05)
    assert (budget["effect_less"], budget["effect_more"]) == (-200, 210)
    assert budget["misleads"] is True
    assert found.unproven == 0
    points = by_parameter(found, "limit_points", direction="less", what="profit")
    room = points["policies.budget.at_most"]
    assert 24_977 < float(room["same_until"] or 0) < 25_000  # 24,989 are spent, -23 costs 50
    assert room["then"] == "profit falls"


@pytest.mark.slow
def test_the_published_one_sided_values_of_capacity() -> None:
    """CSPLib 034: the relaxation has the same optimum, yet its prices are not unique."""
    with study_of(from_data(encode.warehouses())) as study:
        assert study is not None
        found = limits(study, ROUGH)
    less = by_parameter(found, "limits", change="step", direction="less")
    more = by_parameter(found, "limits", change="step", direction="more")
    published = {
        "bonn": (-54, 27),
        "bordeaux": (-36, 9),
        "london": (-46, 19),
        "paris": (0, 0),
        "rome": (-25, 0),
    }
    for city, effects in published.items():
        path = f"channels.{city}.capacity"
        assert (less[path]["known"], more[path]["known"]) == ("re-solved", "re-solved")
        assert (less[path]["effect"], more[path]["effect"]) == pytest.approx(effects, abs=1e-4)
    duals = by_parameter(found, "limit_duals")
    assert any(row["misleads"] for row in duals.values())


def test_a_degenerate_relaxation_is_marked() -> None:
    """Two channels that just suffice: the first unit more of either brings nothing."""
    data = {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "segments": {"all": {"customers": 100}},
        "interactions": {"advice": {}},
        "channels": {
            "cheap": {"satisfaction": 1, "unit_cost": 1, "capacity": 100},
            "dear": {"satisfaction": 1, "unit_cost": 3},
        },
        "tables": {"contacts_per_customer": [{"value": 1}]},
    }
    with study_of(from_data(data)) as study:
        assert study is not None
        found = limits(study, ROUGH)
    row = by_parameter(found, "limit_duals")["channels.cheap.capacity"]
    assert row["unique"] is False
    assert (row["left"], row["right"]) == pytest.approx((2, 0), abs=1e-4)
    assert (row["effect_less"], row["effect_more"]) == pytest.approx((-2, 0), abs=1e-4)
    assert row["misleads"] is True  # whichever price the solver gives, one side is wrong


def test_where_other_channels_are_opened() -> None:
    """A second channel opens once the first one's capacity is too small to be worth waiting for."""
    data = {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "segments": {"all": {"customers": 100}},
        "interactions": {"advice": {}},
        "channels": {
            "cheap": {"satisfaction": 1, "unit_cost": 1, "capacity": 100},
            "middle": {"satisfaction": 1, "unit_cost": 2, "fixed_cost": 10},
            "dear": {"satisfaction": 1, "unit_cost": 4},
        },
        "tables": {"contacts_per_customer": [{"value": 1}]},
    }
    data["policies"] = [{"name": "open", "type": "open_channels", "at_least": 1}]
    with study_of(from_data(data)) as study:
        assert study is not None
        assert study.choice.open[:, 0].tolist() == [True, True, False]  # cheap, dear, middle
        found = limits(study, Wishes(tolerance=1e-3))
    room = by_parameter(found, "limit_points", direction="less", what="channels")
    row = room["channels.cheap.capacity"]
    # x contacts too many: 3 x more in dear, or x + 10 in middle; the same at x = 5
    assert float(row["same_until"] or 0) == pytest.approx(95, abs=0.11)
    assert float(row["changed_at"] or 0) == pytest.approx(95, abs=0.11)
    assert (row["then"], row["known"]) == ("other channels or upgrades", "re-solved")


# ---- every row is a separate solve


def every_row_is_a_separate_solve(data: Data, most: int) -> None:
    instance = solvable(data)
    assume(bounds(instance))
    with study_of(instance) as study:
        assert study is not None
        assert study.best.objective is not None
        found = limits(study, ROUGH)
        before = study.best.objective
    listed = {line.path: line for line in bounds(instance)}
    for row in some(rows(found, "limits"), most):
        if row["known"] == "no meaning":
            assert row["new_value"] is None
            continue
        moved = moved_as(row, listed[str(row["parameter"])], instance)
        agrees(row, moved, before)
        again = set_in(data, str(row["set"])) if row["set"] else None
        if again is not None:
            differing(moved, again)
    for point in some(rows(found, "limit_points"), most // 4):
        point_is_right(point, listed[str(point["parameter"])], instance, before)


def some(table: list[Row], most: int) -> list[Row]:
    """Every so many rows of a table."""
    return table[:: max(1, -(-len(table) // most))]


def moved_as(row: Row, bound: Bound, instance: Instance) -> Instance:
    sign = 1 if row["direction"] == "more" else -1
    change = next(c for c in changes(bound) if (c.name, c.sign) == (row["change"], sign))
    assert change.levels is not None
    return bound.at(instance, change.levels)


def differing(moved: Instance, again: Instance) -> None:
    """The text in `set` makes the same scenario."""
    assert moved.policies == again.policies
    for name in ("capacity", "min_volume", "max_fte", "min_fte", "min_share", "max_share"):
        ours, read = getattr(moved.numbers, name), getattr(again.numbers, name)
        np.testing.assert_allclose(ours, read, rtol=1e-12, err_msg=name)


def point_is_right(point: Row, bound: Bound, instance: Instance, before: float) -> None:
    """Nothing changes at one end of the interval, and something has at the other."""
    if point["known"] != "re-solved" or not bound.alike or point["what"] != "profit":
        return
    room = 4e-6 * max(1.0, abs(before))
    same_until, changed_at = point["same_until"], point["changed_at"]
    same = model.solve(*parts(bound.at(instance, levels_of(bound, same_until))))
    assert same.objective == pytest.approx(before, abs=room), point
    if changed_at is not None:
        other = model.solve(*parts(bound.at(instance, levels_of(bound, changed_at))))
        changed = other.status == "infeasible" or abs(other.objective - before) > room / 8
        assert changed, point


def levels_of(bound: Bound, value: Cell) -> Levels:
    assert isinstance(value, int | float)
    return (float(value),) * len(bound.levels)


def parts(instance: Instance) -> tuple[Any, Any]:
    return instance.numbers, instance.policies


@pytest.mark.slow
@FEW
@given(small_scenarios(replace(TINY, periods=2)))
def test_every_row_is_a_separate_solve(data: Data) -> None:
    every_row_is_a_separate_solve(data, 16)


@pytest.mark.slow
@MANY
@given(small_scenarios(FULL))
def test_every_row_of_many_scenarios(data: Data) -> None:
    every_row_is_a_separate_solve(data, 40)


@pytest.mark.slow
@pytest.mark.parametrize("part", sorted(PARTS))
@settings(max_examples=1, derandomize=True, **COMMON)
@given(st.data())
def test_every_row_with_each_part(part: str, source: st.DataObject) -> None:
    data = source.draw(small_scenarios(replace(TINY, **PARTS[part])))
    every_row_is_a_separate_solve(data, 40)


# ---- honesty


def test_no_time_no_claim() -> None:
    """With no time every row is there; what is called exact follows from the plan itself."""
    instance = from_data(encode.warehouses())
    with study_of(instance, seconds=0.0) as study:
        assert study is not None
        found = limits(study, Wishes())
    table = rows(found, "limits")
    assert len(table) == 8 * len(bounds(instance))
    for row in table:
        assert row["known"] in {"not solved", "at least", "re-solved", "no meaning"}
        assert row["known"] != "re-solved" or row["effect"] == 0
    assert any(row["known"] == "not solved" for row in table)
    assert len(rows(found, "limit_points")) == 4 * len(bounds(instance))
    assert len(rows(found, "limit_duals")) == len(bounds(instance))
    assert found.unproven > 0


@pytest.mark.slow
def test_what_is_cut_off_is_bounded_both_ways() -> None:
    """Solves that end without a proof leave 'at least' and 'at most' around the truth."""
    instance = from_data(encode.warehouses())
    with study_of(instance, seconds=1_000) as study:
        assert study is not None
        assert study.best.objective is not None
        board = Board(Counting(study, unproven))  # type: ignore[arg-type]
        board.work()
        before = study.best.objective
    open_ = board.open_changes()
    assert open_
    for line, change in open_:
        assert change.levels is not None
        found = line.effect(change.levels)
        row: Row = {"effect": found.worth, "at_most": found.at_most, "known": found.known}
        assert (found.known, found.at_most is None) == ("at least", False)
        agrees(row, line.bound.at(instance, change.levels), before)


def test_weak_duality_bounds_a_changed_program() -> None:
    with study_of(from_data(encode.warehouses())) as study:
        assert study is not None
        assert study.relaxed is not None
        for bound in bounds(study.instance):
            for factor in (0.5, 2.0):
                moved = bound.at(study.instance, scaled(bound.levels, factor - 1))
                problem = study.formulate(moved)
                assert problem is not None
                relaxed = study.optimise(problem.with_(integer=problem.integer & False))
                over = weak_bound(problem, study.relaxed.row_duals)
                if relaxed.objective is not None:
                    assert over >= relaxed.objective - 1e-6


def test_few_solves_for_limits_that_do_not_matter() -> None:
    """Many limits with room are loosened together: one solve for all of them."""
    data = encode.warehouses()
    for channel in data["channels"].values():
        channel["capacity"] = 10
    instance = from_data(data)
    with study_of(instance) as study:
        assert study is not None
        counting = Counting(study)
        board = Board(counting)  # type: ignore[arg-type]
        board.work()
        assert all(
            line.effect(change.levels).worth == 0
            for line in board.lines
            for change in board.changes[line.bound.path]
        )
        assert counting.asked <= 2


def test_tables_are_written_and_read() -> None:
    with study_of(from_data(encode.warehouses()), seconds=0.0) as study:
        assert study is not None
        found = limits(study, Wishes())
    for table in found.tables:
        assert table.columns == COLUMNS[table.name]
        assert len(table.columns) == len(set(table.columns))
        assert read_csv(table.to_csv(), table.name, table.columns, "file").rows == table.rows
        for name in table.columns:
            cells = [cell for cell in table.column(name) if cell is not None]
            if name in FLAGS:
                assert all(isinstance(cell, bool) for cell in cells)
            elif name in TEXT:
                assert all(isinstance(cell, str) for cell in cells)


@pytest.mark.slow
def test_memory_stays_flat_over_a_thousand_solves() -> None:
    with study_of(from_data(encode.warehouses())) as study:
        assert study is not None
        bound = bounds(study.instance)[0]
        used = []
        for number in range(1_000):
            moved = bound.at(study.instance, (1.0 + number / 1_000,))
            answer = study.ask([Question(moved)])[0]
            assert answer.proven
            if number % 100 == 99:
                gc.collect()
                used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    assert used[-1] - used[1] < 40, used
