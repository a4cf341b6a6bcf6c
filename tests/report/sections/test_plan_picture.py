"""The heat map of the allocation, its tables and sentences, recomputed from allocation.csv."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from channelopt.plan.plan import Plan
from channelopt.report.evidence import Evidence
from channelopt.report.sections.picture import allocation
from channelopt.report.shapes import Heatmap
from tests.report.hand_made import full_plan
from tests.report.sections.plan_cases import (
    NAMES,
    chart,
    charts,
    frame,
    grids,
    plan_named,
    shown,
    with_rows,
)


def titles(plan: Plan) -> dict[str, str]:
    return {**plan.names.channels, **plan.names.bundles}


def shares(plan: Plan, key: str, period: str | None = None) -> pd.DataFrame:
    """Shares of first contacts by channel, from the CSV, with titles."""
    found = frame(plan, "allocation")
    found = found[found["period"] == period] if period else found
    table = found.groupby([key, "channel"])["first_contacts"].sum().astype(float).unstack()
    table = table.fillna(0.0)
    table = table.div(table.sum(axis=1), axis=0)
    return table.rename(columns=titles(plan), index=getattr(plan.names, f"{key}s"))


def profits(plan: Plan) -> pd.Series:
    found = frame(plan, "segments").groupby("segment")[["profit", "customers"]].sum()
    found.index = found.index.map(plan.names.segments)
    return found["profit"] / found["customers"]


@pytest.mark.parametrize("name", NAMES)
def test_the_heat_map_has_the_shares_of_the_file(name: str) -> None:
    plan = plan_named(name)
    shape = chart(allocation(Evidence(plan)), "allocation").shape
    assert isinstance(shape, Heatmap)
    expected = shares(plan, "segment")
    assert list(shape.rows) == list(profits(plan).sort_values(ascending=False).index)
    assert set(shape.columns) == {way for way in expected if expected[way].any()}
    for row, values in zip(shape.rows, shape.values, strict=True):
        for column, value in zip(shape.columns, values, strict=True):
            assert (value or 0.0) == pytest.approx(expected.loc[row, column], abs=1e-12)
            assert value is None or value > 0


@pytest.mark.parametrize("name", NAMES)
def test_tables_have_all_rows_and_add_up(name: str) -> None:
    plan = plan_named(name)
    found = grids(allocation(Evidence(plan)))
    for grid in found:
        assert grid.source == "allocation.csv"
        for row in (*grid.rows, *((grid.foot,) if grid.foot else ())):
            assert len(row) == len(grid.columns)
            assert abs(sum(shown(cell) for cell in row[2:]) - 100) < 1e-9
            assert all(abs(shown(cell) - 100 * cell.number) < 1 + 1e-9 for cell in row[2:])
    by_segment, by_interaction = shares(plan, "segment"), shares(plan, "interaction")
    for grid, expected in ((found[0], by_segment), (found[-1], by_interaction)):
        assert len(grid.rows) == len(expected)
        for row in grid.rows:
            for column, cell in zip(grid.columns[2:], row[2:], strict=True):
                assert cell.number == pytest.approx(expected.loc[row[0], column.title], abs=1e-12)
    total = frame(plan, "allocation")["first_contacts"].sum()
    assert found[0].foot[1].number == pytest.approx(total)


def test_channels_stand_from_high_to_low_touch() -> None:
    shape = chart(allocation(Evidence(plan_named("quickstart"))), "allocation").shape
    assert isinstance(shape, Heatmap)
    assert shape.columns == ["Phone", "Shop", "E-mail", "Web"]


def test_bundles_are_columns_too() -> None:
    shape = chart(allocation(Evidence(plan_named("parts"))), "allocation").shape
    assert isinstance(shape, Heatmap)
    assert shape.columns[-1] == "Letter, then a call"


def test_each_segment_with_a_main_channel_of_its_own() -> None:
    plan = plan_named("quickstart")
    expected = shares(plan, "segment")
    text = chart(allocation(Evidence(plan)), "allocation").insight
    assert text.startswith("Each segment has a main channel of its own: ")
    for segment in expected.index:
        main, share = expected.loc[segment].idxmax(), expected.loc[segment].max()
        assert f"{segment} ({main}, {round(100 * share)} %)" in text


def rows(*cells: tuple[str, str, str, float]) -> list[tuple[object, ...]]:
    return [(*cell[:2], "advice", cell[2], cell[3], None, None) for cell in cells]


def made(*cells: tuple[str, str, str, float]) -> Plan:
    return with_rows(full_plan(), "allocation", rows(*cells))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            [("2027", "calm", "web", 30.0), ("2027", "keen", "web", 8.0),
             ("2027", "keen", "phone", 2.0)],
            "Web is the main channel of every segment; its share is 80 % to 100 %.",
        ),
        (
            [("2027", "calm", "web", 30.0), ("2027", "calm", "phone", 10.0)],
            "Web takes 75 % of all first contacts of Calm savers.",
        ),
    ],
)  # fmt: skip
def test_who_meets_which_channel(cells: list[tuple[str, str, str, float]], words: str) -> None:
    assert chart(allocation(Evidence(made(*cells))), "allocation").insight == words


def test_most_share_a_main_channel() -> None:
    plan = full_plan()
    names = replace(plan.names, segments={"a": "A", "b": "B", "c": "C"})
    base = plan.table("segments").rows[0]
    segments = [("2027", name, *base[2:]) for name in "abc"]
    plan = with_rows(plan.with_(names=names, periods=("2027",)), "segments", segments)
    cells = [("2027", "a", "web", 3.0), ("2027", "b", "web", 3.0), ("2027", "c", "phone", 1.0)]
    text = chart(allocation(Evidence(with_rows(plan, "allocation", rows(*cells)))), "allocation")
    assert text.insight == (
        "Web is the main channel of 2 of 3 segments; the others have another one: C (Phone, 100 %)."
    )


def test_no_contacts_no_section() -> None:
    assert allocation(Evidence(made(("2027", "calm", "web", 0.0)))) is None


def test_a_segment_without_contacts_has_a_row_and_no_shares() -> None:
    section = allocation(Evidence(made(("2027", "calm", "web", 4.0))))
    by_title = {row[0]: row for row in grids(section)[0].rows}
    assert [str(cell) for cell in by_title["Keen traders"]] == ["Keen traders", "0", "–"]
    shape = chart(section, "allocation").shape
    assert isinstance(shape, Heatmap)
    assert shape.rows == ["Calm savers"]


def test_the_last_period_is_shown_where_it_differs_much() -> None:
    plan = plan_named("years")
    assert charts(allocation(Evidence(plan)))[:2] == ["allocation", "allocation-last-period"]
    shape = chart(allocation(Evidence(plan)), "allocation-last-period").shape
    assert isinstance(shape, Heatmap)
    first, last = (shares(plan, "segment", period) for period in ("2027", "2029"))
    first, last = first.align(last, fill_value=0.0)
    for row, values in zip(shape.rows, shape.values, strict=True):
        for column, value in zip(shape.columns, values, strict=True):
            assert (value or 0.0) == pytest.approx(last.loc[row, column], abs=1e-12)
    contacts = frame(plan, "allocation")
    made_last = contacts[contacts["period"] == "2029"].groupby("segment")["first_contacts"].sum()
    made_last.index = made_last.index.map(plan.names.segments)
    change = last - first
    share = (change.clip(lower=0).sum(axis=1) * made_last).sum() / made_last.sum()
    segment, channel = change.abs().mul(made_last, axis=0).stack().idxmax()
    text = chart(allocation(Evidence(plan)), "allocation-last-period").insight
    assert text.startswith(f"{share:.0%}".replace("%", " %"))
    assert f"that of {segment}, where {channel} goes from " in text


def test_a_steady_plan_has_one_heat_map() -> None:
    cells = [(period, "calm", "web", 7.0) for period in ("2027", "2028")]
    assert charts(allocation(Evidence(made(*cells)))) == ["allocation"]


def test_charts_show_the_segments_with_most_contacts_and_tables_all() -> None:
    plan = full_plan()
    ids = [f"s{k:03d}" for k in range(60)]
    names = replace(plan.names, segments={name: name.upper() for name in ids})
    base = plan.table("segments").rows[0]
    plan = with_rows(plan.with_(names=names), "segments", [("2027", n, *base[2:]) for n in ids])
    cells = [("2027", name, "web", 1.0 + k) for k, name in enumerate(ids)]
    section = allocation(Evidence(with_rows(plan, "allocation", rows(*cells))))
    found = chart(section, "allocation")
    assert isinstance(found.shape, Heatmap)
    assert set(found.shape.rows) == {name.upper() for name in ids[20:]}
    assert found.title.endswith("the 40 segments with most first contacts")
    assert found.table is not None
    assert len(found.table.rows) == 60


def test_interactions_have_a_heat_map_of_their_own() -> None:
    plan = plan_named("quickstart")
    found = chart(allocation(Evidence(plan)), "allocation-interactions")
    assert isinstance(found.shape, Heatmap)
    expected = shares(plan, "interaction")
    assert sorted(found.shape.rows) == sorted(expected.index)
    for row, values in zip(found.shape.rows, found.shape.values, strict=True):
        for column, value in zip(found.shape.columns, values, strict=True):
            assert (value or 0.0) == pytest.approx(expected.loc[row, column], abs=1e-12)
    assert found.insight == (
        "Each interaction has a main channel of its own: Complaint (Shop, 62 %) and Question "
        "(Web, 55 %)."
    )


def test_one_interaction_has_no_heat_map() -> None:
    cells = [("2027", "calm", "web", 7.0), ("2027", "keen", "web", 7.0)]
    assert charts(allocation(Evidence(made(*cells)))) == ["allocation"]
