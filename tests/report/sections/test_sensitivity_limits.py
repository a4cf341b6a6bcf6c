"""What one step of each limit is worth, and what rules cost."""

from __future__ import annotations

import pytest

from channelopt.plan.table import Cell, Table
from channelopt.report.contents import document
from channelopt.report.sections.sensitivity_cells import digits_apart, levels, relative
from channelopt.report.sections.sensitivity_limits import marginal_values
from channelopt.report.sections.sensitivity_rules import rules
from channelopt.report.shapes import Bars, Swings
from tests.report.hand_made import full_plan
from tests.report.sections.sensitivity_tables import (
    Row,
    bars,
    charts,
    evidence,
    grids,
    notes,
    shown,
    table,
    texts,
)

TITLE = "What one step of each limit is worth"


def limit(name: str, *effects: tuple[float | None, str], value: float = 100.0) -> list[Row]:
    """Rows of a limit: effects of a step less and more, and of 10 % less and more."""
    moves = (("step", "less", -1.0), ("step", "more", 1.0))
    tenths = (("10 %", "less", -10.0), ("10 %", "more", 10.0))
    return [
        {
            "parameter": f"path.{name}",
            "title": name,
            "unit": "FTE",
            "value": value,
            "change": change,
            "direction": direction,
            "new_value": value + size,
            "effect": effect,
            "known": known,
        }
        for (change, direction, size), (effect, known) in zip(
            (*moves, *tenths), effects, strict=False
        )
    ]


def limits_table(*groups: list[Row]) -> Table:
    return table("limits", [row for group in groups for row in group])


EXACT = "re-solved"
TWO = limits_table(
    limit("Calls", (-30.0, EXACT), (25.0, EXACT), (-400.0, EXACT), (90.0, "at least")),
    limit("Agents", (None, "infeasible"), (40.0, "at least"), (None, "infeasible"), (41.0, EXACT)),
    limit("Letters", (0.0, EXACT), (0.0, EXACT), (0.0, EXACT), (0.0, EXACT)),
)


def test_bars_are_the_effects_of_one_step() -> None:
    chart = charts(marginal_values(evidence(TWO)))["marginal-values"]
    assert isinstance(chart.shape, Swings)
    found = [(one.label, one.low, one.high, one.low_at, one.high_at) for one in chart.shape.swings]
    assert found == [
        ("Agents", None, 40.0, "", "101, at least"),
        ("Calls", -30.0, 25.0, "99", "101"),
    ]
    assert chart.source == "sensitivity/limits.csv"
    assert chart.insight == (
        "'Agents' costs most: with 1 FTE more profit would rise by EUR 40.00 or more."
    )


def test_the_table_has_every_limit_and_says_how_effects_are_known() -> None:
    section = marginal_values(evidence(TWO))
    found = {row["Limit"]: row for row in shown(grids(section)["limits"])}
    assert list(found) == ["Agents", "Calls", "Letters"]
    agents, calls = found["Agents"], found["Calls"]
    names = ("One less", "One more", "10 % less", "10 % more")
    assert [agents[name] for name in names] == ["no plan", "≥ 40.00", "no plan", "41.00"]
    assert [calls[name] for name in names] == ["-30.00", "25.00", "-400.00", "≥ 90.00"]
    assert "One step less leaves no plan at all: Agents." in texts(section)
    assert notes(section)[0].startswith("2 of 12 figures below are not proven")


def test_where_every_step_costs_the_dearest_is_told() -> None:
    rows = limits_table(
        limit("Calls", (-30.0, EXACT), (0.0, EXACT)), limit("Agents", (-80.0, EXACT), (0.0, EXACT))
    )
    chart = charts(marginal_values(evidence(rows)))["marginal-values"]
    assert "'Agents', which costs EUR 80.00" in chart.insight
    assert "No step" in chart.insight


@pytest.mark.parametrize(
    ("effect", "known", "sentence"),
    [
        (0.0, EXACT, "The only limit makes no difference"),
        (0.0, "at least", "No step of a limit is known to change profit."),
        (None, "not solved", "No step of a limit is known to change profit."),
    ],
)
def test_nothing_to_draw_is_no_chart(effect: float | None, known: str, sentence: str) -> None:
    section = marginal_values(evidence(limits_table(limit("Calls", *[(effect, known)] * 4))))
    assert not charts(section)
    assert any(text.startswith(sentence) for text in texts(section))


def test_steps_that_are_not_proven_have_a_ceiling() -> None:
    rows = limit("Calls", (0.0, "at least"), (0.0, EXACT))
    bounded = [{**rows[0], "at_most": 1234.5}, rows[1]]
    assert any("more than EUR 1,234.50" in text for text in texts(
        marginal_values(evidence(table("limits", bounded)))
    ))  # fmt: skip


def test_older_folders_lack_columns() -> None:
    rows = limit("Calls", (-30.0, EXACT), (25.0, EXACT)) + limit("Agents", (1.0, EXACT))
    old = table("limits", rows, without=("at_most", "used", "set", "new_value"))
    section = marginal_values(evidence(old))
    assert "marginal-values" in charts(section)
    assert shown(grids(section)["limits"])[0]["Used"] == "–"


def test_the_analysis_takes_the_place_of_the_short_version() -> None:
    plan = full_plan()
    assert plan.shifts
    both = [s for s in document(evidence(TWO, plan=plan)).sections if s.title == TITLE]
    assert [grids(one)["limits"].source for one in both] == ["sensitivity/limits.csv"]
    short = [s for s in document(evidence(plan=plan)).sections if s.title == TITLE]
    assert [grids(one)["sensitivity"].source for one in short] == ["sensitivity.csv"]
    assert marginal_values(evidence(plan=plan.with_(shifts=()))) is None


def test_the_short_version_shows_the_shifts_of_the_run() -> None:
    plan = full_plan()
    chart = charts(marginal_values(evidence(plan=plan)))["marginal-values"]
    assert isinstance(chart.shape, Swings)
    drawn = {one.label: (one.low, one.high) for one in chart.shape.swings}
    moved = {s.title: (s.less, s.more) for s in plan.shifts if s.less or s.more}
    assert drawn == moved


def test_prices_that_mislead_stand_beside_the_truth() -> None:
    row: dict[str, Cell] = {
        "parameter": "path.Calls",
        "title": "Calls",
        "value": 100.0,
        "step": 1.0,
        "dual": 2.5,
        "predicted_less": -2.5,
        "effect_less": -30.0,
        "less_known": EXACT,
        "predicted_more": 2.5,
        "effect_more": 25.0,
        "more_known": "at least",
        "misleads": True,
    }
    quiet = {**row, "parameter": "path.Agents", "title": "Agents", "misleads": False}
    section = marginal_values(evidence(TWO, table("limit_duals", [row, quiet])))
    (found,) = shown(grids(section)["limit_duals"])
    assert list(found.values()) == ["Calls", "-2.50", "-30.00", "2.50", "≥ 25.00"]
    marked = {one["Limit"]: one for one in shown(grids(section)["limits"])}
    assert marked["Calls"]["Dual × step"] == "2.50, misleads"
    assert (marked["Agents"]["Dual × step"], marked["Letters"]["Dual × step"]) == ("2.50", "–")


def test_points_say_how_far_all_is_the_same() -> None:
    base: dict[str, Cell] = {
        "parameter": "p",
        "title": "Calls",
        "unit": "FTE",
        "value": 8.0,
        "known": EXACT,
    }
    points = [
        {**base, "direction": "less", "what": "profit", "same_until": 3.0, "changed_at": 2.0,
         "then": "profit falls"},
        {**base, "direction": "less", "what": "channels", "same_until": 2.0, "then": "nothing"},
        {**base, "direction": "more", "what": "profit", "same_until": 9.0, "known": "at least",
         "then": "nothing"},
    ]  # fmt: skip
    section = marginal_values(evidence(TWO, table("limit_points", points)))
    less, more = (list(row.cells) for row in _rows(section))
    assert less == ["Calls", "8 FTE", "less", "3", "profit falls", "2", "no change found"]
    assert more == ["Calls", "8 FTE", "more", "≥ 9", "not known", "–", ""]


class _Texts:
    def __init__(self, cells: list[str]) -> None:
        self.cells = cells


def _rows(section: object) -> list[_Texts]:
    grid = grids(section)["limit_points"]  # type: ignore[arg-type]
    return [_Texts([str(cell) for cell in row]) for row in grid.rows]


# ---- cells


def test_values_that_differ_look_different() -> None:
    assert [str(one) for one in levels([0.6, 0.5997], "share")] == ["60.00 %", "59.97 %"]
    assert [str(one) for one in levels([0.3, 0.31], "share")] == ["30 %", "31 %"]
    assert [str(one) for one in levels([9_000_000, 1_645_312.9], "contacts")] == [
        "9,000,000",
        "1,645,313",
    ]
    assert [str(one) for one in levels([None, 2.0], "FTE")] == ["–", "2"]
    assert digits_apart([1.0, 1.0 + 1e-12], 0) == 0
    assert digits_apart([1.0, 1.0 + 1e-8], 0) == 6


@pytest.mark.parametrize(
    ("change", "text"),
    [(0.15, "+15 %"), (-0.05, "-5 %"), (0.0384, "+3.8 %"), (-0.0005, "-0.050 %"), (0.0, "0 %")],
)
def test_changes_have_a_sign(change: float, text: str) -> None:
    assert relative(change) == text


# ---- rules


def rule(name: str, effect: float | None, known: str, relaxed: float | None = None) -> list[Row]:
    rows: list[Row] = [
        {"rule": name, "title": name, "change": "drop", "effect": effect, "known": known}
    ]
    if relaxed is not None:
        more: Row = {**rows[0], "change": "relax 10 %", "effect": relaxed, "known": EXACT}
        rows.append(more)
    return rows


def test_the_price_of_rules() -> None:
    rows = [
        *rule("floor", 500.0, EXACT, 20.0),
        *rule("cap", 900.0, "at least"),
        *rule("free", 0.0, EXACT),
    ]
    section = rules(evidence(table("rules", rows)))
    chart = charts(section)["price-of-rules"]
    assert bars(chart) == {
        "Proven": {"cap": None, "floor": 500.0},
        "At least, not proven": {"cap": 900.0, "floor": None},
    }
    assert chart.insight == (
        "The dearest rule known is 'cap': without it profit would rise by EUR 900.00 or more; "
        "1 of 3 rules are proven to cost nothing."
    )
    found = shown(grids(section)["rules"])
    assert [row["Without it, EUR"] for row in found] == ["≥ 900.00", "500.00", "0.00"]
    assert [row["Relaxed by 10 %"] for row in found] == ["–", "20.00", "–"]
    assert len(notes(section)) == 1


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (rule("free", 0.0, EXACT), "The only rule costs nothing"),
        (rule("a", 0.0, EXACT) + rule("b", 0.0, EXACT), "None of the 2 rules costs anything alone"),
        (rule("open", 0.0, "at least"), "No rule is known to cost anything."),
        (rule("dear", 7.0, EXACT), "The dearest rule known is 'dear'"),
    ],
)
def test_without_two_bars_words_do(rows: list[Row], sentence: str) -> None:
    section = rules(evidence(table("rules", rows)))
    assert not charts(section)
    assert any(text.startswith(sentence) for text in texts(section))


@pytest.mark.parametrize(
    ("together", "sentence"),
    [
        (60.0, "'a + b' cost EUR 60.00 only together"),
        (-60.0, "No two rules are known to cost more together than alone; dropping both"),
        (0.0, "No two rules are known to cost more together than alone."),
    ],
)
def test_pairs_of_rules(together: float, sentence: str) -> None:
    pair: Row = {"rule": "a", "with": "b", "title": "a + b", "effect": 100.0 + together,
                 "alone": 100.0, "only_together": together, "known": EXACT}  # fmt: skip
    prices = table("rules", rule("a", 60.0, EXACT) + rule("b", 40.0, EXACT))
    section = rules(evidence(prices, table("rule_pairs", [pair])))
    assert any(text.startswith(sentence) for text in texts(section))
    (row,) = grids(section)["rule_pairs"].rows
    numbers = [cell.number for cell in row if not isinstance(cell, str)]
    assert numbers == [100.0 + together, 100.0, together]


def test_no_analysis_is_no_section() -> None:
    assert rules(evidence()) is None
    assert rules(evidence(table("rules", []))) is None


def test_at_most_forty_rules_are_drawn() -> None:
    many = [row for k in range(55) for row in rule(f"rule {k}", 1000.0 - k, EXACT)]
    section = rules(evidence(table("rules", many)))
    shape = charts(section)["price-of-rules"].shape
    assert isinstance(shape, Bars)
    assert list(shape.categories) == [f"rule {k}" for k in range(40)]
    assert len(grids(section)["rules"].rows) == 55
