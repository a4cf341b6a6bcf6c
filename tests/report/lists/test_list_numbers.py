"""Every number of a list's report is that of its files, or worked out from its customers again."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from channelopt.lists.folder import read_assignment
from channelopt.pipeline.reporting import write_report
from channelopt.plan.table import Table
from channelopt.report.document import Bullets, Chart, Document, Figures, Grid, Section, Value
from channelopt.report.lists import stretches
from channelopt.report.lists.customers import BANDS, EDGES, Told, told
from channelopt.report.lists.document import document_of_list
from channelopt.report.lists.folder import listed_of
from channelopt.report.lists.words import price
from channelopt.report.shapes import Bars, Bridge, Curve, Flows, Gauges, Heatmap
from channelopt.report.speech import speaking
from tests.report.lists import cases
from tests.report.test_every_number import is_shown, values


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cases.write_rich(tmp_path_factory.mktemp("lists") / "list")


@pytest.fixture(scope="module")
def report(folder: Path) -> Document:
    return document_of_list(listed_of(folder), folder)


@pytest.fixture(scope="module")
def customers(folder: Path) -> pd.DataFrame:
    found = read_assignment(folder)
    texts = ("segment", "decision", "option", "runner_up", "previous")
    return found.astype(dict.fromkeys(texts, object))


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def data(folder: Path) -> dict:
    return json.loads((folder / "list.json").read_text("utf-8"))


def chart(report: Document, name: str) -> Chart:
    return next(one for one in report.charts() if one.name == name)


def grids(report: Document, section: str) -> list[Grid]:
    blocks = next(part.blocks for part in report.sections if part.title == section)
    found = [getattr(one, "table", one) for one in blocks]
    return [one for one in found if isinstance(one, Grid)]


def numbers(row: tuple) -> list[float | None]:
    return [cell.number for cell in row if isinstance(cell, Value)]


@pytest.mark.parametrize("locale", ["en", "de_DE"])
def test_every_number_is_the_one_behind_it(folder: Path, locale: str) -> None:
    with speaking(locale):
        found = list(values(document_of_list(listed_of(folder), folder)))
    wrong = [(place, value) for place, value in found if not is_shown(value, locale)]
    assert not wrong
    assert len(found) > 150


def test_key_figures_are_those_of_list_json(folder: Path, report: Document) -> None:
    tiles = next(one for one in report.sections[0].blocks if isinstance(one, Figures)).items
    known, limits = data(folder), table(folder, "limits")
    shown = [tile.value.number for tile in tiles]
    moves = [known["moves"][basis] for basis in ("earlier", "today")]
    assert shown == [
        known["value"],
        known["bound"] - known["value"],
        known["customers"],
        abs(known["ladder"]["disaggregation_loss"]),
        sum(float(row["price"]) != 0 for row in limits),
        *(one["moved"] / one["compared"] for one in moves),
    ]


def test_the_ladder_leads_from_the_plan_to_the_list(folder: Path, report: Document) -> None:
    rungs = data(folder)["ladder"]
    shape = chart(report, "ladder").shape
    assert isinstance(shape, Bridge)
    first, *steps, last = shape.bars
    assert (first.end, last.end) == (rungs["plan"], rungs["list"])
    assert [step.end for step in steps] == [rungs[name] for name in ("spread", "split", "list")]
    assert [step.start for step in steps] == [rungs[name] for name in ("plan", "spread", "split")]
    (grid,) = grids(report, "From the plan to the list")
    assert [row[1].number for row in grid.rows] == [
        rungs[name] for name in ("plan", "spread", "split", "list")
    ]


def test_the_ladder_of_a_joint_list_has_a_rung_more(tmp_path: Path) -> None:
    folder = cases.write(cases.listing(joint=True, within=1050.0), tmp_path / "list")
    report = document_of_list(listed_of(folder), folder)
    labels = [bar.label for bar in chart(report, "ladder").shape.bars]
    assert labels[2:4] == ["Telling customers apart, within the limits", "Leaving out the quotas"]
    assert chart(report, "ladder").shape.bars[2].end == 1050.0
    assert "Only the scenario's own rules were kept" in str(report.sections[0].blocks)


def test_who_goes_where_adds_up_again_from_the_customers(
    folder: Path, report: Document, customers: pd.DataFrame
) -> None:
    by_option, by_segment, every = grids(report, "Who goes where")[-3:]
    titles = {"calm": "Calm savers", "keen": "Keen traders"}
    for row in by_segment.rows:
        rows = customers[customers["segment"].map(titles) == row[0]]
        wanted = [rows["customer_id"].nunique(), *rows[["contacts", "value", "cost"]].sum()]
        assert numbers(row) == pytest.approx(wanted)
    for row in by_option.rows:
        asked = {"Advice": "advice", "Renewal offer": "offer"}[str(row[0])]
        option = {"No contact": "none"}.get(str(row[1]), str(row[1]).lower())
        rows = customers[(customers["decision"] == asked) & (customers["option"] == option)]
        assert numbers(row) == pytest.approx(
            [len(rows), *rows[["contacts", "value", "cost"]].sum()]
        )
    totals = table(folder, "totals")
    assert len(every.rows) == len(totals)
    for row, line in zip(every.rows, totals, strict=True):
        group = customers[
            (customers["segment"] == line["segment"])
            & (customers["decision"] == line["interaction"])
        ]
        share = float(line["share"])
        if line["interaction"] == "offer":
            assert share == pytest.approx((group["option"] == line["channel"]).mean())
        plan = float(line["plan_share"])
        assert numbers(row)[:5] == pytest.approx(
            [float(line["customers"]), float(line["contacts"]), share, plan, share - plan]
        )


def test_list_and_plan_stand_side_by_side(report: Document, folder: Path) -> None:
    totals = pd.DataFrame(table(folder, "totals"))
    for unit, decision in (("contacts", "advice"), ("customers", "offer")):
        shape = chart(report, f"list-and-plan-{unit}").shape
        assert isinstance(shape, Bars)
        rows = totals[totals["interaction"] == decision]
        whole = rows.groupby("segment")[unit].apply(lambda one: one.astype(float).sum())
        planned = rows["plan_share"].astype(float) * rows["segment"].map(whole)
        names = {"none": "No contact", "branch": "Branch", "phone": "Phone", "web": "Web"}
        wanted = pd.DataFrame(
            {
                "list": rows[unit].astype(float).groupby(rows["channel"].map(names)).sum(),
                "plan": planned.groupby(rows["channel"].map(names)).sum(),
            }
        )
        listed, plan = shape.series
        assert dict(zip(shape.categories, listed.values, strict=True)) == pytest.approx(
            wanted["list"].to_dict()
        )
        assert dict(zip(shape.categories, plan.values, strict=True)) == pytest.approx(
            wanted["plan"].to_dict()
        )


def test_maps_have_the_shares_of_the_file(report: Document, folder: Path) -> None:
    shape = chart(report, "who-goes-where-1").shape
    assert isinstance(shape, Heatmap)
    ids = {"Calm savers": "calm", "Keen traders": "keen"}
    known = {
        (row["segment"], row["channel"]): float(row["share"])
        for row in table(folder, "totals")
        if row["interaction"] == "advice"
    }
    for segment, line in zip(shape.rows, shape.values, strict=True):
        for option, share in zip(shape.columns, line, strict=True):
            assert share == known.get((ids[segment], option.lower()), 0.0)


def test_limits_are_those_of_the_file(report: Document, folder: Path) -> None:
    known = {row["limit"]: row for row in table(folder, "limits")}
    shown = [row for grid in grids(report, "Limits") for row in grid.rows]
    assert sorted(str(row[-1]) for row in shown) == sorted(known)
    for row in shown:
        line = known[str(row[-1])]
        wanted = [line[name] for name in ("at_least", "at_most", "used", "room", "price")]
        assert numbers(row) == [float(text) if text else None for text in wanted]
        assert row[-2] == {"true": "yes", "false": "no"}[line["binding"]]
    gauges = chart(report, "limits-used").shape
    assert isinstance(gauges, Gauges)
    assert {(one.label, one.used, one.limit) for one in gauges.gauges} == {
        ("Capacity: Phone", 39.0, 40.0),
        ("Hours: Agents", 30.0, 30.0),
    }


def test_one_more_unit_is_worth_its_price(report: Document, folder: Path) -> None:
    (grid,) = grids(report, "What one more unit is worth")
    known = {row["limit"]: row for row in table(folder, "limits")}
    for row in grid.rows:
        line = known[str(row[-1])]
        price = float(line["price"])
        at = float(line["at_most"] if price > 0 else line["at_least"])
        assert numbers(row) == [at, price, abs(price * at) / 100]
    worth = [numbers(row)[2] for row in grid.rows]
    assert worth == sorted(worth, reverse=True)
    assert (
        "Quota of the plan: Branch, Advice, Keen traders (at least 12, EUR 2.00 per contact)"
        in (str(report.sections[0].blocks))
    )


def test_hours_are_those_of_the_file(report: Document, folder: Path) -> None:
    (grid,) = grids(report, "Hours of staff groups")
    known = [float(row["hours"]) for row in table(folder, "hours")]
    assert [numbers(row)[0] for row in grid.rows] == known
    assert numbers(grid.foot) == [sum(known)]


def test_many_channels_have_a_bar_each(tmp_path: Path) -> None:
    """More channels than colours: one bar for each group and channel, the longest first."""
    folder = cases.write(cases.listing(), tmp_path / "list")
    rows = (*((("agents", f"c{number}", float(number))) for number in range(1, 9)),)
    others = ("others", "c1", 0.5)
    cases.add(folder, Table("hours", ("group", "channel", "hours"), (*rows, others)))
    report = document_of_list(listed_of(folder), folder)
    (grid,) = grids(report, "Hours of staff groups")
    assert [numbers(row)[1] for row in grid.rows] == [*(n / 36 for n in range(1, 9)), 1.0]
    shape = chart(report, "hours").shape
    assert isinstance(shape, Bars)
    assert shape.categories[0] == "Agents: c8"
    assert list(shape.series[0].values) == [*(float(number) for number in range(8, 0, -1)), 0.5]


def test_what_is_paid_adds_up_again(report: Document, customers: pd.DataFrame) -> None:
    by_limit, by_segment = grids(report, "What customers pay for scarce capacity")
    columns = {
        "Capacity: Phone": "paid_capacity_phone",
        "Work and its hours: Branch": "paid_work_branch",
        "All other limits: quotas, shares, policies": "paid_other",
    }
    assert [row[0] for row in by_limit.rows] == list(columns)
    for row in by_limit.rows:
        paid = customers[columns[str(row[0])]]
        payers = customers[paid != 0]["customer_id"].nunique()
        each = paid.sum() / payers if payers else None
        assert numbers(row)[1:] == [pytest.approx(paid.sum()), payers, pytest.approx(each)]
    for row in by_segment.rows:
        one = {"Calm savers": "calm", "Keen traders": "keen"}[str(row[0])]
        rows = customers[customers["segment"] == one]
        scarce = rows[["paid_capacity_phone", "paid_work_branch"]].sum().sum()
        wanted = [rows["value"].sum(), scarce, rows["paid_other"].sum()]
        assert numbers(row) == pytest.approx([*wanted, wanted[0] - wanted[1] - wanted[2]])


def bands_of(worse: pd.Series) -> list[int]:
    """Count by plain comparisons."""
    edges = [-np.inf, *EDGES, np.inf]
    return [int(((worse >= low) & (worse < high)).sum()) for low, high in pairwise(edges)]


def test_how_sure_is_counted_again(report: Document, folder: Path, customers: pd.DataFrame) -> None:
    found = listed_of(folder).told
    for name in ("advice", "offer"):
        rows = customers[customers["decision"] == name]
        assert found.sure(name).tolist() == bands_of(rows["worse_by"])
    least = customers.groupby("customer_id")["worse_by"].min()
    assert found.sure().tolist() == bands_of(least)
    table_, by_segment = grids(report, "How sure single decisions are")
    shown = [numbers(row)[:3] for row in table_.rows]
    whole = len(least)
    assert [sum(column) for column in zip(*shown, strict=True)] == [whole] * 3
    assert numbers(table_.foot) == [whole] * 3
    reached = np.cumsum([row[2] for row in shown[:-1]]) / least.notna().sum()
    assert [numbers(row)[3] for row in table_.rows[:-1]] == pytest.approx(reached.tolist())
    for row in by_segment.rows:
        asked = {"Advice": "advice", "Renewal offer": "offer"}[str(row[0])]
        one = {"Calm savers": "calm", "Keen traders": "keen"}[str(row[1])]
        rows = customers[(customers["decision"] == asked) & (customers["segment"] == one)]
        worse = rows["worse_by"].dropna()
        few = int((worse < 1.0).sum())
        assert numbers(row) == [len(worse), few, few / len(worse), len(rows) - len(worse)]
    few = int((least < 1.0).sum())
    assert f"{few} of {int(least.notna().sum())} customers with a choice" in str(report.sections[0])


def test_moves_are_counted_again(report: Document, customers: pd.DataFrame, folder: Path) -> None:
    moved = customers[customers["moved"] == True]  # noqa: E712 - empty cells are neither
    counted = moved.groupby(["decision", "previous", "option"]).size().to_dict()
    names = {"Advice": "advice", "Renewal offer": "offer", "No contact": "none"}
    earlier = chart(report, "moves-earlier")
    assert earlier.table is not None
    shown = {
        tuple(names.get(str(cell), str(cell).lower()) for cell in row[:3]): row[3].number
        for row in earlier.table.rows
    }
    assert shown == counted
    assert isinstance(earlier.shape, Flows)
    assert sum(flow.amount for flow in earlier.shape.flows) == sum(counted.values())
    one = data(folder)["moves"]["earlier"]
    assert f"{one['moved']} of {one['compared']} customers" in earlier.insight


def test_curve_and_what_ifs_are_shown_as_they_are(report: Document) -> None:
    shape = chart(report, "curve").shape
    assert isinstance(shape, Curve)
    assert list(shape.lines[0][1]) == [(30.0, None), (40.0, 1100.25), (50.0, 1104.5)]
    (grid,) = grids(report, "What another limit would be worth: Capacity: Phone")
    assert [row[2] for row in grid.rows] == ["no list, proven", "optimal", "not proven"]
    (grid,) = grids(report, "What if")
    assert [column.title for column in grid.columns] == [
        *("Name", "Changed limits", "State", "Value, EUR", "Difference, EUR", "Bound, EUR"),
        *("Gap", "Decisions changed", "Costs most"),
    ]
    assert [numbers(row) for row in grid.rows] == [
        [1100.25, 0, 1100.25, 0, 0],
        [1104.5, 4.25, 1104.5, 0, 7],
        [None] * 5,
    ]
    assert str(grid.rows[1][3]) == "1,104.50"
    assert grid.rows[1][:2] == ("=more phone", "Capacity: Phone = 50")
    assert grid.rows[1][-1] == "Capacity: Phone; Hours: Agents"
    assert grid.rows[2][1] == "Hours: Agents = 0 and no limit: Capacity: Phone"
    assert chart(report, "what-ifs").insight == (
        "The best of 1: =more phone with EUR 1,104.50, EUR 4.25 more than the list."
    )
    assert "strike: no list keeps this limit" in str(report.sections)
    assert str(report.sections).count("before customers stay where they were") == 2


def test_rejected_rows_are_counted(report: Document) -> None:
    section = next(part for part in report.sections if part.title == "Left out")
    assert "1 row of the customers' file was bad" in str(section)
    assert "1.6 %" in str(section)


def test_stretches_files_and_parts_tell_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions, priced = ("advice", "offer"), listed_of(folder).told.limits[:-1]
    whole = told(folder, decisions, priced)
    as_csv = cases.write(cases.rich(), tmp_path / "csv", as_csv=True)
    assert same(told(as_csv, decisions, priced), whole)
    parts = tmp_path / "parts"
    (parts / "assignment").mkdir(parents=True)
    split(folder / "assignment.parquet", parts / "assignment", 2 * 17)
    assert same(told(parts, decisions, priced), whole)
    monkeypatch.setattr(stretches, "CUSTOMERS", 7)
    assert same(told(folder, decisions, priced), whole)
    batches = stretches._batches
    monkeypatch.setattr(stretches, "_batches", lambda file, _size: batches(file, 5))
    assert same(told(folder, decisions, priced), whole)


def split(file: Path, folder: Path, rows: int) -> None:
    """Write a file as parts."""
    found = pq.read_table(file)
    for place, start in enumerate(range(0, len(found), rows)):
        pq.write_table(found.slice(start, rows), folder / f"part-{place:05d}.parquet")


def same(one: Told, other: Told) -> bool:
    """Whether all sums are the same, to the last bit."""

    def plain(found: Told) -> list[object]:
        sums = (found.settled, found.paid, found.payers, found.value)
        bands = {key: counts.tolist() for key, counts in found.bands.items()}
        return [found.customers, found.limits, found.anyhow.tolist(), bands, *map(dict, sums)]

    return plain(one) == plain(other)


def test_edges_belong_to_the_band_above(tmp_path: Path) -> None:
    folder = cases.write(cases.listing(), tmp_path / "list")
    path = folder / "assignment.parquet"
    rows = pq.read_table(path)
    worse = [*EDGES, -1.0, 0.0, None, *[5.0] * (len(rows) - len(EDGES) - 3)]
    place = rows.schema.get_field_index("worse_by")
    pq.write_table(rows.set_column(place, "worse_by", pa.array(worse, pa.float64())), path)
    found = listed_of(folder).told
    both = found.sure("advice") + found.sure("offer")
    assert both.tolist() == [1, 2, 1, 1, len(rows) - len(EDGES) - 2, *[1] * 6]


def test_the_best_what_if_may_be_worse(tmp_path: Path) -> None:
    folder = cases.write(cases.listing(), tmp_path / "list")
    base, more, _strike = cases.WHAT_IFS.rows
    worse = (*more[:3], 1000.0, -100.25, *more[5:])
    cases.add(folder, replace(cases.WHAT_IFS, rows=(base, worse)))
    insight = chart(document_of_list(listed_of(folder), folder), "what-ifs").insight
    assert insight.endswith("with EUR 1,000.00, EUR 100.25 less than the list.")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        *((0.0, "0"), (1234.5, "1,234.50"), (0.5, "0.50"), (-0.4473926, "-0.447")),
        *((0.012345, "0.0123"), (-1e-7, "-0.0000001"), (1e-14, "0.00"), (None, "–")),
    ],
)
def test_small_prices_have_more_digits(number: float | None, shown: str) -> None:
    assert str(price(number)) == shown


def test_bands_have_no_holes() -> None:
    assert list(EDGES) == sorted(EDGES)
    assert len(EDGES) + 1 == BANDS
    assert bands_of(pd.Series([-1.0, 0.0, 0.009, 0.01, 1e6, np.nan])) == [1, 2, 1, *[0] * 7, 1]


@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_the_workbook_has_the_numbers_of_the_files(
    folder: Path, report: Document, tmp_path: Path
) -> None:
    write_report(folder, formats=["xlsx"], out=tmp_path)
    book = load_workbook(tmp_path / "report.xlsx")
    formulas = [
        (page.title, cell.coordinate)
        for page in book
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas == []
    for name, page in (("totals", "Who goes where"), ("limits", "Limits")):
        lines = table(folder, name)
        rows = list(book[page].iter_rows(min_row=6, values_only=True))[: len(lines)]
        wanted = ("value", "cost") if name == "totals" else ("used", "room", "price")
        for line, row in zip(lines, rows, strict=True):
            found = [cell for cell in row if isinstance(cell, int | float)]
            assert all(float(line[key]) in found for key in wanted)
    (grid, _by_segment) = grids(report, "How sure single decisions are")
    page = book["How sure single decisions are"].iter_rows(min_row=6, values_only=True)
    cells = [[cell for cell in row[1:] if cell is not None] for row in page]
    assert cells[: len(grid.rows)] == [numbers(row) for row in grid.rows]
    curve = [row[:6] for row in book["Curve of a limit"].iter_rows(min_row=6, values_only=True)]
    assert curve[1][3:5] == (1100.25, 1100.25)
    assert {"How sure single decisions are", "What is paid, by limit", "Who changes"} <= {
        *book.sheetnames
    }


@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_no_customer_is_named(folder: Path, tmp_path: Path) -> None:
    write_report(folder, formats=["html", "md", "xlsx"], out=tmp_path)
    book = load_workbook(tmp_path / "report.xlsx")
    cells = [
        str(value) for page in book for row in page.iter_rows(values_only=True) for value in row
    ]
    texts = [(tmp_path / name).read_text("utf-8") for name in ("report.html", "report.md")]
    for text in (*texts, "\n".join(cells)):
        assert not re.search(r"K000\d\d", text)


@pytest.mark.parametrize(
    ("locale", "whole", "missed", "said"),
    [
        ("en", False, (3.5, 0.0), "No list keeps these 2 limits together: Capacity: Phone"),
        ("en", False, (3.5, 0.0), "misses Capacity: Phone by 3.5."),
        ("en", True, (None,), "No list of whole customers keeps this limit: Capacity: Phone."),
        ("de_DE", False, (0.0, 1234.5), "Keine Liste hält diese 2 Grenzen zugleich ein: "),
        ("de_DE", False, (0.0, 1234.5), " um 1.234."),
        ("de_DE", True, (1.0,), "Keine Liste aus ganzen Kunden hält diese Grenze ein: "),
    ],
)
def test_why_there_is_no_list_is_said_in_the_language_of_the_report(
    tmp_path: Path, locale: str, whole: bool, missed: tuple[float | None, ...], said: str
) -> None:
    folder = cases.write_rich(tmp_path / "list")
    names = ("capacity:phone", "hours:agents")
    limits = [{"limit": name, "missed": by} for name, by in zip(names, missed, strict=False)]
    strike = {**cases.ASKED[2], "clash": {"limits": limits, "whole_customers": whole}}
    cases.edit(folder, lambda data: data.update(what_ifs=[*cases.ASKED[:2], strike]))
    with speaking(locale):
        report = document_of_list(listed_of(folder), folder)
    (told,) = (line for one in report.sections for line in bullets(one) if "strike: " in line)
    assert said in told
    assert "no list keeps this limit" not in told


def bullets(section: Section) -> list[str]:
    """The lines of the bullet lists of a section."""
    return [str(line) for one in section.blocks if isinstance(one, Bullets) for line in one.items]
