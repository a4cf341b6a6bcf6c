"""Reports of comparisons and sweeps from their folders: what the files hold, nothing solved."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from channelopt.analysis.comparing.attribution import attribute
from channelopt.analysis.comparing.results import Comparison
from channelopt.analysis.study import Answer
from channelopt.analysis.sweeping.axes import VARIATION, crossed
from channelopt.analysis.sweeping.point import Axis
from channelopt.analysis.sweeping.tables import Sweep
from channelopt.errors import InputError
from channelopt.plan import results_folder
from channelopt.plan.results_folder import Found, Results
from channelopt.report import figures
from channelopt.report import sweep as sweeps
from channelopt.report.comparison_document import results
from channelopt.report.comparison_report import document_of_comparison
from channelopt.report.document import Bullets, Chart, Document, Grid, Note, Paragraph, Value
from channelopt.report.shapes import Bars, Bridge, Curve, Flows, Heatmap, Points
from channelopt.report.speech import speaking
from channelopt.report.sweep_report import document_of_sweep
from tests.analysis.test_sweep_tables import LINE, solved, swept
from tests.compare.test_results import BASE, changed, known


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """A dearer web: one group, so that nothing is to be solved."""
    dear = {"web": {**BASE["channels"]["web"], "unit_cost": 60}}
    one = known(BASE, changed(channels=dear))

    def ask(instances: object) -> list[Answer]:
        return [Answer(1.0, 1.0, proven=True) for _ in instances]

    return Comparison((replace(one, attribution=attribute(ask, one.a, one.b)),), ())


@pytest.fixture(scope="module")
def compared(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("results") / "comparison"
    return results_folder.read(results_folder.write(folder, results(comparison)))


def written(sweep: Sweep, folder: Path) -> Found:
    about = {"digest": "d" * 64, "solver": "highs", "rows": None, "steps": []}
    kept = Results("sweep", sweep.tables, "", {**about, "names": sweeps.names_of(sweep)})
    return results_folder.read(results_folder.write(folder, kept))


def blocks(document: Document, kind: type) -> list:
    return [one for part in document.sections for one in part.blocks if isinstance(one, kind)]


def grid(document: Document, source: str) -> Grid:
    tables = [chart.table for chart in document.charts() if chart.table is not None]
    return next(one for one in (*blocks(document, Grid), *tables) if one.source == source)


def said(document: Document) -> str:
    texts = [one.text for kind in (Paragraph, Note) for one in blocks(document, kind)]
    return "\n".join([*texts, *(item for one in blocks(document, Bullets) for item in one.items)])


def test_a_comparison_shows_every_row_of_its_files(compared: Found) -> None:
    document = document_of_comparison(compared)
    for name in ("waterfall", "inputs", "flows_by_segment", "channels"):
        assert len(grid(document, f"{name}.csv").rows) == len(compared.tables[name].rows)
    rows = [row for row in compared.tables["kpis"].records() if not row["period"]]
    shown = grid(document, "kpis.csv")
    assert len(shown.rows) == len(rows)
    for line, row in zip(shown.rows, rows, strict=True):
        numbers = [cell.number for cell in line if isinstance(cell, Value)]
        assert numbers == [row["before"], row["after"], row["difference"]]
        assert line[1].text == figures.figure(row["before"], row["unit"])
        change = figures.difference(row["after"], row["before"], row["unit"])
        assert line[-1].text == change


def test_the_waterfall_of_a_comparison_leads_from_one_profit_to_the_other(compared: Found) -> None:
    document = document_of_comparison(compared)
    chart = next(one for one in document.charts() if isinstance(one.shape, Bridge))
    first, *steps, last = chart.shape.bars
    sides = compared.manifest["sides"]
    assert first.end == pytest.approx(sides[0]["objective"], abs=0.01)
    assert last.end == pytest.approx(sides[1]["objective"], abs=0.01)
    assert sum(bar.end - bar.start for bar in steps) == pytest.approx(last.end - first.end)
    assert chart.insight.startswith("b is worth EUR" if sides[0]["currency"] else "b is worth")


def test_what_flows_in_a_comparison_is_what_moves(compared: Found) -> None:
    chart = next(
        one for one in document_of_comparison(compared).charts() if isinstance(one.shape, Flows)
    )
    moved = sum(row["contacts"] for row in compared.tables["flows_by_segment"].records())
    assert sum(flow.amount for flow in chart.shape.flows) == pytest.approx(moved)
    assert figures.count(moved) in chart.insight


def test_a_comparison_without_causes_goes_by_money_terms(compared: Found) -> None:
    data = json.loads(json.dumps(dict(compared.data)))
    for one in data["comparison"]["differences"]:
        one["why"] = None
    document = document_of_comparison(replace(compared, data=data))
    chart = next(one for one in document.charts() if isinstance(one.shape, Bridge))
    assert chart.source == "money.csv"
    assert "by money terms" in chart.insight
    steps = chart.shape.bars
    assert steps[-2].end == pytest.approx(steps[-1].end, abs=0.01)


def test_old_folders_show_ids_and_say_so(compared: Found) -> None:
    about = {name: value for name, value in compared.manifest.items() if name != "titles"}
    document = document_of_comparison(replace(compared, manifest=about))
    assert "compare again" in said(document)
    assert "compare again" not in said(document_of_comparison(compared))


def test_folders_without_what_is_needed_are_refused(compared: Found) -> None:
    fewer = {name: one for name, one in compared.tables.items() if name != "kpis"}
    with pytest.raises(InputError, match=r"kpis\.csv"):
        document_of_comparison(replace(compared, tables=fewer))
    with pytest.raises(InputError, match="names no plans"):
        document_of_comparison(replace(compared, manifest={}))
    with pytest.raises(InputError, match=r"sweep\.csv"):
        document_of_sweep(compared)


def test_a_line_is_a_curve_with_its_changes(tmp_path: Path) -> None:
    found = [solved(1, "infeasible"), solved(2, 1, 10), solved(3, 2, 14), solved(4, 2, 14)]
    document = document_of_sweep(written(swept(LINE, found), tmp_path / "s"))
    chart = next(document.charts())
    assert isinstance(chart.shape, Curve)
    assert list(chart.shape.lines[0][1]) == [(1, None), (2, 10), (3, 14), (4, 14)]
    assert [(mark.label, mark.at) for mark in chart.shape.changes] == [
        ("plans begin", 1.5),
        ("Phone (2028) opens and bot (2028) is bought", 2.5),
    ]
    assert "the plan changes in 2 places" in chart.insight
    assert "3 proven to be the best; 1 without any plan" in said(document)
    assert [row[0].number for row in grid_of_title(document, "Points without a plan").rows] == [1]


def grid_of_title(document: Document, title: str) -> Grid:
    section = next(one for one in document.sections if one.title == title)
    return next(one for one in section.blocks if isinstance(one, Grid))


def test_what_trades_off_is_a_frontier(tmp_path: Path) -> None:
    """Cost is twice the number of the point: less of it is better, so 1, 2 and 4 stay."""
    found = [solved(1, 1, 10), solved(2, 1, 12), solved(3, 1, 11), solved(4, 1, 20)]
    document = document_of_sweep(written(swept(LINE, found), tmp_path / "s"))
    chart = next(one for one in document.charts() if isinstance(one.shape, Points))
    assert [(dot.x, dot.y) for dot in chart.shape.points] == [(2, 10), (4, 12), (8, 20)]
    found = [solved(number, 1, 10 - number) for number in (1, 2, 3, 4)]
    document = document_of_sweep(written(swept(LINE, found), tmp_path / "t"))
    assert not any(isinstance(one.shape, Points) for one in document.charts())


def test_two_numbers_are_a_map_and_texts_are_bars(tmp_path: Path) -> None:
    grid_ = crossed([Axis("a.b", (1, 2)), Axis("c.d", (5, 6))])
    found = [solved(number, 1, 10.0 * number) for number in (1, 2, 3, 4)]
    document = document_of_sweep(written(swept(grid_, found), tmp_path / "s"))
    chart = next(document.charts())
    assert isinstance(chart.shape, Heatmap)
    assert [list(row) for row in chart.shape.values] == [[30, 40], [10, 20]]
    texts = crossed([Axis(VARIATION, (None, "strike"))])
    found = [solved(1, 1, 10), solved(2, 1, 9)]
    chart = next(document_of_sweep(written(swept(texts, found), tmp_path / "t")).charts())
    assert isinstance(chart.shape, Bars)
    assert list(chart.shape.categories) == ["base", "strike"]


def test_a_sweep_without_any_plan_has_no_chart(tmp_path: Path) -> None:
    sweep = swept(LINE, [solved(number, "infeasible") for number in (1, 2, 3, 4)])
    document = document_of_sweep(written(sweep, tmp_path / "s"))
    assert not blocks(document, Chart)
    assert "No point has a plan." in said(document)
    assert len(grid_of_title(document, "All points").rows) == 4


def test_names_of_charts_are_unique_and_reports_speak_german(compared: Found) -> None:
    with speaking("de_DE"):
        document = document_of_comparison(compared)
    names = [chart.name for chart in document.charts()]
    assert len(names) == len(set(names))
    assert document.locale == "de_DE"
    assert document.sections[1].title != "Key figures"
