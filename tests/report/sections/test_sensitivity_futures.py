"""What the result may be, which rules hold then, which uncertainty matters, a robust plan."""

from __future__ import annotations

import numpy as np
import pytest

from channelopt.analysis.futures.risk import statistics
from channelopt.report.sections.sensitivity_futures import futures, statistic_words
from channelopt.report.shapes import Points, Spread
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

EXACT = "re-solved"
PROFITS = [1400.0 + 10.0 * k for k in range(20)]


def samples(profits: list[float], regrets: list[float | None]) -> list[Row]:
    return [
        {
            "sample": k + 1,
            "held": profit,
            "held_ok": True,
            "best": None if regret is None else profit + regret,
            "regret": regret,
            "known": "not solved" if regret is None else EXACT,
        }
        for k, (profit, regret) in enumerate(zip(profits, regrets, strict=True))
    ]


def distribution(profits: list[float]) -> list[Row]:
    return [
        {"plan": "held", "futures": "all", "statistic": name, "value": value,
         "samples": len(profits), "known": EXACT}
        for name, value in statistics(np.array(profits))
    ]  # fmt: skip


def test_profits_are_drawn_with_the_plan_the_mean_and_the_worst() -> None:
    rows = samples(PROFITS, [None] * 20)
    section = futures(
        evidence(table("samples", rows), table("distribution", distribution(PROFITS)))
    )
    chart = charts(section)["profit-in-futures"]
    assert isinstance(chart.shape, Spread)
    assert list(chart.shape.values) == PROFITS
    marks = {mark.label: mark.at for mark in chart.shape.marks}
    assert marks == {
        "As planned": full_plan().objective,
        "Mean": pytest.approx(np.mean(PROFITS)),
        "Mean of the worst 5 %": pytest.approx(min(PROFITS)),
    }
    low, high = np.quantile(PROFITS, [0.05, 0.95])
    below = np.mean(np.array(PROFITS) < full_plan().objective)
    assert chart.insight == (
        f"In nine of ten futures profit is between EUR {low:,.2f} and EUR {high:,.2f}; in "
        f"{100 * below:.1f} % of them it is less than planned, and EUR 1,400.00 on average in the "
        "worst 5 %."
    )
    assert notes(section)[0].startswith("20 of 20 figures below are not proven")


def test_equal_profits_and_missing_statistics() -> None:
    alike = charts(futures(evidence(table("samples", samples([5.0] * 9, [0.0] * 9)))))
    assert alike["profit-in-futures"].insight == (
        "Profit is EUR 5.00 in every one of the 9 futures."
    )
    assert "regret" not in alike
    bare = charts(futures(evidence(table("samples", samples(PROFITS, [None] * 20)))))
    assert bare["profit-in-futures"].insight == (
        "Profit lies between EUR 1,400.00 and EUR 1,590.00 in the 20 futures."
    )


def test_few_futures_are_no_picture() -> None:
    section = futures(evidence(table("samples", samples([1.0, 2.0], [0.0, 3.0]))))
    assert not charts(section)
    assert any(
        "add EUR 1.50 on average and EUR 3.00 at most over 2" in one for one in texts(section)
    )


def test_regret_is_what_a_forecast_is_worth_at_most() -> None:
    regrets: list[float | None] = [*[float(k) for k in range(10)], *[None] * 10]
    section = futures(evidence(table("samples", samples(PROFITS, regrets))))
    chart = charts(section)["regret"]
    assert isinstance(chart.shape, Spread)
    assert list(chart.shape.values) == [float(k) for k in range(10)]
    assert "EUR 4.50 on average and EUR 9.00 at most over 10 futures" in chart.insight
    none = futures(evidence(table("samples", samples(PROFITS, [0.0] * 20))))
    assert "In none of the 20 futures looked at would another plan have been better." in texts(none)


def test_statistics_stand_side_by_side() -> None:
    rows = distribution(PROFITS)
    best: list[Row] = [
        {"plan": "re-optimised", "futures": EXACT, "statistic": "mean", "value": 1600.0,
         "samples": 5, "known": "at least"},
        {"plan": "re-optimised", "futures": EXACT, "statistic": "share possible", "value": 0.9,
         "samples": 5, "known": EXACT},
        {"plan": "regret", "futures": "re-solved, rules hold", "statistic": "mean",
         "value": 12.0, "samples": 5, "known": "at least"},
    ]  # fmt: skip
    tables = table("samples", samples(PROFITS, [None] * 20)), table("distribution", [*rows, *best])
    grid = grids(futures(evidence(*tables)))["distribution"]
    found = {row["Profit, EUR"]: row for row in shown(grid)}
    assert [column.title for column in grid.columns] == [
        "Profit, EUR",
        "Carried on, all futures",
        "Planned again",
        "Regret",
    ]
    assert list(found["Mean"].values()) == ["Mean", "1,495.00", "≥ 1,600.00", "≥ 12.00"]
    assert found["Share of futures that have a plan"]["Planned again"] == "90.0 %"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CVaR 0.95", "Mean of the worst 5 % of futures (CVaR)"),
        ("VaR 0.8", "Reached in 80 % of futures (VaR)"),
        ("quantile 0.05", "Not reached in 5 % of futures"),
        ("mean", "Mean"),
        ("something new", "something new"),
        ("CVaR of them", "CVaR of them"),
    ],
)
def test_statistics_in_words(name: str, words: str) -> None:
    assert statistic_words(name) == words


# ---- odds and Sobol indices


def odd(rule: str, probability: float | None, worst: float | None = 0.1) -> Row:
    return {"rule": rule, "title": rule, "probability": probability, "worst": worst, "samples": 40}


def test_frail_rules_are_drawn_the_frailest_first() -> None:
    rows = [
        odd("floor", 0.9),
        odd("planned_fte", 0.25, -0.5),
        odd("staff", 1.0),
        odd("fails", None),
    ]
    section = futures(evidence(table("samples", samples([1.0], [None])), table("rule_odds", rows)))
    chart = charts(section)["odds-of-rules"]
    assert bars(chart) == {"Holds in": {"FTE as planned": 0.25, "Policy floor": 0.9}}
    assert chart.insight == (
        "'FTE as planned' holds in only 25.0 % of 40 futures; rules that hold in all: 1."
    )
    found = shown(grids(section)["rule_odds"])
    assert [row["Holds in"] for row in found] == ["90.0 %", "25.0 %", "100.0 %", "–"]
    assert found[1]["Least room"] == "-50.0 %"


def test_rules_that_always_hold_are_said() -> None:
    tables = table("samples", samples([1.0], [None])), table("rule_odds", [odd("floor", 1.0)])
    section = futures(evidence(*tables))
    assert "odds-of-rules" not in charts(section)
    assert "Every rule that was looked at holds in all 40 futures." in texts(section)


def index(group: str, total: float, error: float = 0.01, alone: float = 0.1) -> Row:
    return {"group": group, "title": group, "first_order": alone, "first_order_error": error,
            "total": total, "total_error": error}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [index("a", 0.2), index("b", 0.7)],
            "'b' makes about 70 % of the variance of profit, more",
        ),
        ([index("a", 0.6, 0.2), index("b", 0.7, 0.2)], "'a' may make as much."),
        ([index("a", 1.04), index("b", 0.0)], "'a' makes about 100 % of the variance"),
    ],
)
def test_what_makes_profit_vary(rows: list[Row], sentence: str) -> None:
    chart = charts(futures(evidence(table("sobol", rows))))["uncertainty-that-matters"]
    assert sentence in chart.insight
    assert bars(chart)["With others"] == {row["title"]: row["total"] for row in rows}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([index("a", 0.0), index("b", 0.0)], "does not vary with the uncertain numbers"),
        ([index("a", 0.9)], "'a' makes about 90 % of the variance of profit."),
    ],
)
def test_no_variance_or_a_single_group_is_no_picture(rows: list[Row], sentence: str) -> None:
    section = futures(evidence(table("sobol", rows)))
    assert not charts(section)
    assert any(sentence in one for one in texts(section))


# ---- robust plan


def tried(plan: str, futures_: str, statistic: str, value: float, known: str = EXACT) -> Row:
    return {"plan": plan, "futures": futures_, "statistic": statistic, "value": value,
            "known": known}  # fmt: skip


ROBUST = [
    tried("any", "same", "share possible", 0.9),
    tried("optimal", "as written", "profit", 500.0),
    tried("robust", "as written", "profit", 450.0, "at least"),
    tried("optimal", "fresh", "share possible", 0.3),
    tried("robust", "fresh", "share possible", 0.8),
    tried("optimal", "fresh", "CVaR 0.9", 100.0),
    tried("robust", "fresh", "CVaR 0.9", 160.0),
]


def test_the_robust_plan_beside_the_plan() -> None:
    decisions: list[Row] = [
        {"decision": "fte", "name": "agents", "title": "Agents", "period": "2027", "optimal": 4,
         "robust": 5},
        {"decision": "open", "name": "web", "title": "Web", "period": "2028", "optimal": 0,
         "robust": 1},
    ]  # fmt: skip
    section = futures(evidence(table("robust", ROBUST), table("robust_decisions", decisions)))
    said = texts(section)
    assert any("takes 2 decisions otherwise" in one for one in said)
    assert "It costs EUR 50.00 of profit if everything comes as written." in said
    assert any("in 30.0 % of fresh futures, the robust ones in 80.0 %" in one for one in said)
    changed = [list(row.values()) for row in shown(grids(section)["robust_decisions"])]
    assert changed == [["FTE", "Agents", "2027", "4", "5"], ["open", "Web", "2028", "no", "yes"]]
    found = [list(row.values()) for row in shown(grids(section)["robust"])]
    assert ["The numbers of the scenario", "Profit", "500.00", "≥ 450.00", "–"] in found
    worst = "Mean profit in the worst 10 % of futures (CVaR)"
    assert ["Fresh futures", worst, "100.00", "160.00", "–"] in found


def test_a_robust_plan_that_is_the_same_or_missing() -> None:
    same = futures(evidence(table("robust", ROBUST)))
    assert "The robust plan has the same channels, upgrades and FTE as the plan." in texts(same)
    none = futures(evidence(table("robust", ROBUST[:1])))
    assert "No robust plan was found." in texts(none)


def test_nothing_drawn_is_no_section() -> None:
    assert futures(evidence()) is None
    assert futures(evidence(table("samples", []), table("sobol", []))) is None


# ---- factors


def drawn(group: str, factors: list[float]) -> list[Row]:
    return [{"sample": k + 1, "group": group, "factor": x} for k, x in enumerate(factors)]


def test_futures_by_the_numbers_that_profit_goes_with_most() -> None:
    wild = [1.0 + 0.1 * (-1) ** k for k in range(20)]
    steady = [0.9 + 0.01 * k for k in range(20)]
    tables = (
        table("samples", samples(PROFITS, [None] * 20)),
        table("factors", drawn("wild", wild) + drawn("steady", steady) + drawn("flat", [1.0] * 20)),
        table("tornado", [{"group": "steady", "title": "Volume"}]),
    )
    section = futures(evidence(*tables))
    chart = charts(section)["profit-by-uncertainty"]
    assert isinstance(chart.shape, Points)
    assert [(one.x, one.y) for one in chart.shape.points] == [
        (100.0 * x, y) for x, y in zip(steady, PROFITS, strict=True)
    ]
    assert chart.insight == (
        "Profit rises with 'Volume' more than with any other uncertain numbers (correlation 1.000 "
        "over 20 futures)."
    )
    found = {row["Uncertain numbers"]: row for row in shown(grids(section)["factors"])}
    expected = np.corrcoef(wild, PROFITS)[0, 1]
    assert found["wild"]["Correlation with profit"] == f"{expected:.3f}"
    assert found["flat"]["Correlation with profit"] == "–"
    assert (found["Volume"]["Least drawn"], found["Volume"]["Most drawn"]) == ("90.0 %", "109.0 %")


@pytest.mark.parametrize(
    "profits", [[5.0] * 10, [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]]
)
def test_no_trend_is_no_cloud(profits: list[float]) -> None:
    factors = [1.0, 1.0, 1.1, 1.1, 1.2, 1.2, 1.3, 1.3, 1.4, 1.4]
    tables = table("samples", samples(profits, [None] * 10)), table("factors", drawn("g", factors))
    section = futures(evidence(*tables))
    assert "profit-by-uncertainty" not in charts(section)
    assert len(grids(section)["factors"].rows) == 1
