"""Every number of the sections on sensitivity stands in the file that its table names.

The tables are those of a real analysis. What a section may work out from them (a step, a price of a
point, a sum of terms) is worked out here again, from the file alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest

import channelopt
from channelopt.report.document import Chart, Grid, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.sections import (
    sensitivity_alternatives,
    sensitivity_frontier,
    sensitivity_futures,
    sensitivity_limits,
    sensitivity_ranges,
    sensitivity_rules,
    sensitivity_tornado,
    sensitivity_why,
)
from channelopt.report.shapes import Bars, Heatmap, Points, Spread, Swings
from tests.report.hand_made import full_plan
from tests.report.sections.sensitivity_tables import QUICKSTART, stored

NAMES = tuple(sorted(path.stem for path in QUICKSTART.glob("*.csv")))
SECTIONS = (
    sensitivity_limits.marginal_values,
    sensitivity_rules.rules,
    sensitivity_tornado.tornado,
    sensitivity_ranges.ranges,
    sensitivity_frontier.frontiers,
    sensitivity_alternatives.alternatives,
    sensitivity_futures.futures,
    sensitivity_why.why,
)
PROFIT = 1584246.5765186022
"""Of the plan that was analysed."""


@cache
def known() -> Evidence:
    names = channelopt.load("scenarios/quickstart").names
    kpis = {**full_plan().kpis, "profit": PROFIT, "satisfaction": 0.7467688227853603}
    plan = full_plan().with_(names=names, periods=("plan",), objective=PROFIT, kpis=kpis)
    return Evidence(plan, {name: stored(name) for name in NAMES}, {"wishes": {"within": 0.01}})


@cache
def made() -> tuple[Section, ...]:
    return tuple(section for of in SECTIONS if (section := of(known())) is not None)


def blocks(kind: type[Grid | Chart]) -> list[Grid | Chart]:
    found = [block for section in made() for block in section.blocks]
    return [block for block in found if isinstance(block, kind)]


@cache
def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(QUICKSTART / f"{name}.csv")


def written(source: str) -> set[float]:
    """Numbers in the files of a source, and what may be worked out from them."""
    names = [
        part.strip().removeprefix("sensitivity/")[: -len(".csv")] for part in source.split(",")
    ]
    numbers: set[float] = set()
    for name in names:
        cells = frame(name).apply(pd.to_numeric, errors="coerce")
        numbers |= {float(x) for x in cells.to_numpy().ravel() if not math.isnan(x)}
        numbers |= set(DERIVED.get(name, lambda _: ())(frame(name)))
    return numbers


def of_limits(data: pd.DataFrame) -> Iterator[float]:
    steps = data[data["change"] == "step"]
    yield from (steps["new_value"] - steps["value"]).abs()
    yield from frame("limit_duals")["dual"] * frame("limit_duals")["step"]


def of_frontier(data: pd.DataFrame) -> Iterator[float]:
    for before, after in pairwise(data.itertuples()):
        moved = after.second_value - before.second_value
        yield abs((after.first_value - before.first_value) / moved) / 100.0


def of_ranges(data: pd.DataFrame) -> Iterator[float]:
    for end in ("low", "high"):
        yield from (100.0 * (data[f"{end}_beyond"] / data["value"] - 1.0)).abs()


DERIVED: dict[str, Callable[[pd.DataFrame], Iterable[float]]] = {
    "limits": of_limits,
    "tornado": lambda data: pd.concat([data["low"], data["high"]]) - 1.0,
    "frontier": of_frontier,
    "alternatives": lambda data: data["loss_percent"] / 100.0,
    "why_terms": lambda data: data.groupby(["segment", "interaction", "period"])[
        "difference"
    ].sum(),
    "ranges": of_ranges,
    "why": lambda data: 100.0 * data["flip_change"].abs(),
    "no_regret": lambda data: data["highest"] - data["lowest"],
    "samples": lambda data: [data["regret"].mean()],
}
"""What a section may work out from a file."""


def is_in(number: float, numbers: set[float]) -> bool:
    return any(math.isclose(number, one, rel_tol=1e-9, abs_tol=1e-9) for one in numbers)


@pytest.mark.parametrize("name", [f"{g.source}: {g.title}" for g in blocks(Grid)])
def test_every_number_of_a_table_is_in_its_file(name: str) -> None:
    grid = next(one for one in blocks(Grid) if name == f"{one.source}: {one.title}")
    assert isinstance(grid, Grid)
    numbers = written(grid.source)
    cells = [cell for row in grid.rows for cell in row if isinstance(cell, Value)]
    found = [cell.number for cell in cells if cell.number is not None]
    assert found
    assert [number for number in found if not is_in(number, numbers)] == []


@pytest.mark.parametrize("name", [f"{g.source}: {g.title}" for g in blocks(Grid)])
def test_every_text_of_a_table_is_its_number_rounded(name: str) -> None:
    grid = next(one for one in blocks(Grid) if name == f"{one.source}: {one.title}")
    assert isinstance(grid, Grid)
    for row in grid.rows:
        for cell in row:
            if isinstance(cell, Value) and cell.number is not None:
                assert reads_as(cell.text, cell.number), cell


def reads_as(text: str, number: float) -> bool:
    if text in {"yes", "no"}:
        return (text == "yes") == (number > 0.5)
    found = re.search(r"-?[\d,]+(?:\.(\d+))?", text)
    assert found, text
    shown = float(found.group().replace(",", ""))
    scale = 100.0 if "%" in text or "point" in text else 1.0
    digits = len(found[1] or "")
    return abs(shown - scale * number) <= 0.5 * 10.0**-digits * (1 + 1e-6)


@pytest.mark.parametrize("name", [chart.name for chart in blocks(Chart)])  # type: ignore[union-attr]
def test_every_number_of_a_chart_is_in_its_file(name: str) -> None:
    chart = next(one for one in blocks(Chart) if isinstance(one, Chart) and one.name == name)
    numbers = written(chart.source) | {PROFIT}
    found = list(drawn(chart))
    assert len(found) > 1
    assert [number for number in found if not is_in(number, numbers)] == []


def drawn(chart: Chart) -> Iterator[float]:
    shape = chart.shape
    found: list[float | None] = []
    if isinstance(shape, Bars):
        found = [value for series in shape.series for value in series.values]
    elif isinstance(shape, Swings):
        found = [end for swing in shape.swings for end in (swing.low, swing.high)]
    elif isinstance(shape, Points):
        found = [one for point in shape.points for one in (point.x, point.y)]
    elif isinstance(shape, Spread):
        found = [*shape.values, *(mark.at for mark in shape.marks)]
    elif isinstance(shape, Heatmap):
        found = [value for row in shape.values for value in row]
    yield from (value for value in found if value is not None)


def test_tables_have_all_rows() -> None:
    rows = {grid.source.split(", ")[0]: len(grid.rows) for grid in blocks(Grid)}  # type: ignore[union-attr]
    one_for_one = ("rule_pairs", "tornado", "ranges", "openings", "frontier", "alternatives",
                   "alternative_changes", "no_regret", "rule_odds", "sobol", "why",
                   "why_others")  # fmt: skip
    for name in one_for_one:
        assert rows[f"sensitivity/{name}.csv"] == len(frame(name)), name
    assert rows["sensitivity/limits.csv"] == frame("limits")["parameter"].nunique()
    assert rows["sensitivity/rules.csv"] == frame("rules")["rule"].nunique()


def test_names_of_charts_are_unique_and_every_chart_has_words() -> None:
    charts = [one for one in blocks(Chart) if isinstance(one, Chart)]
    assert len({chart.name for chart in charts}) == len(charts) >= 11
    for chart in charts:
        assert chart.insight.endswith(".")
        assert all((chart.title, chart.alt, chart.source))
        assert "{" not in chart.insight + chart.title + chart.alt
