"""Slides, read again by python-pptx, and as the archive that they are."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import openpyxl
import pytest
from pptx import Presentation

from channelopt.errors import UsageError
from channelopt.plan.markup import visible
from channelopt.plan.plan import Plan
from channelopt.report.contents import document
from channelopt.report.document import Chart, Document, Figures, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import money, percent
from channelopt.report.shapes import Axis, Bars, Bridge, Series
from channelopt.report.slides import slides
from channelopt.report.speech import languages, speaking
from channelopt.report.summary import summary
from channelopt.report.waterfall_chart import pieces
from tests.report.hand_made import full_plan
from tests.report.html.documents import HOSTILE
from tests.report.parts import plan_with_all_parts


@cache
def evidence() -> Evidence:
    """Return a plan that keeps more of the margin and pays more for contacts than today."""
    plan = full_plan()
    assert plan.baseline is not None
    money_then = {
        name: replace(amounts, discounted=amounts.discounted * factor)
        for name, amounts in plan.baseline.money.items()
        for factor in ({"kept_margin": 0.8, "contact_cost": 0.75}.get(name, 1.0),)
    }
    return Evidence(plan.with_(baseline=replace(plan.baseline, money=money_then)))


@cache
def made() -> bytes:
    return slides(evidence(), report())


@cache
def report() -> Document:
    return replace(document(evidence()), closing="scenario 1a2b3c, checked")


def read(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def texts(slide: Any) -> str:
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found).replace("\u00a0", " ")


def title_of(slide: Any) -> str:
    return str(slide.shapes.title.text_frame.text).replace("\u00a0", " ")


def charts(slide: Any) -> list[Any]:
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def chart_of(name: str) -> Chart:
    return next(chart for chart in report().charts() if chart.name == name)


def test_five_wide_slides_each_with_title_notes_number_and_closing() -> None:
    deck = read(made())
    assert len(deck.slides) == 5
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=1e-3)
    titles = [title_of(slide) for slide in deck.slides]
    assert len(set(titles)) == 5
    for slide, title in zip(deck.slides, titles, strict=True):
        assert title.endswith(".")
        assert "Source" in slide.notes_slide.notes_text_frame.text
        assert "scenario 1a2b3c, checked" in texts(slide)
        assert b'type="slidenum"' in _xml(slide)
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(set(ids)) == len(ids)


def _xml(slide: Any) -> bytes:
    return bytes(slide.part.blob)


def test_the_first_slide_is_the_decision() -> None:
    slide = read(made()).slides[0]
    sentences = summary(evidence().plan)
    assert title_of(slide) == " ".join(sentences[:2])
    assert all(sentence in texts(slide) for sentence in sentences[2:])
    blocks = (block for section in report().sections for block in section.blocks)
    figures = next(block for block in blocks if isinstance(block, Figures)).items
    for figure in figures[:4]:
        assert figure.value.text in texts(slide)
    for figure in figures:
        assert figure.value.text in slide.notes_slide.notes_text_frame.text


def test_the_waterfall_is_a_chart_with_the_numbers_of_the_report() -> None:
    slide, chart = read(made()).slides[1], chart_of("today-against-plan")
    assert isinstance(chart.shape, Bridge)
    (drawn,) = charts(slide)
    assert title_of(slide) == chart.insight
    columns = list(zip(*(pieces(bar) for bar in chart.shape.bars), strict=True))
    expected = [column for k, column in enumerate(columns) if k == 0 or any(column)]
    found = [tuple(series.values) for series in drawn.plots[0].series]
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-9)
    labels = [str(label).split("\n")[0] for label in drawn.plots[0].categories]
    assert labels == [bar.label for bar in chart.shape.bars]


def test_who_gets_a_live_person_adds_up_and_equals_the_report() -> None:
    slide = read(made()).slides[2]
    (drawn,) = charts(slide)
    chart = chart_of("touch-by-segment")
    assert isinstance(chart.shape, Bars)
    assert title_of(slide) == chart.insight
    rows = list(zip(*(series.values for series in drawn.plots[0].series), strict=True))
    assert chart.table is not None
    for category, row, shown in zip(chart.shape.categories, rows, chart.table.rows, strict=True):
        assert sum(row) == pytest.approx(1.0)
        cells = [str(cell) for cell in shown]
        assert cells[0] == category
        assert all(percent(share, 0) in cells or share == 0 for share in row)


def test_shares_that_do_not_round_well_still_add_up() -> None:
    third = [1 / 3, 0.005]
    series = [Series(name, third, "high") for name in "AB"] + [Series("C", [1 / 3, 0.99], "low")]
    shape = Bars(["thirds", "crumbs"], series, Axis("", "share"), stacked=True)
    chart = Chart("t", "t", "Insight.", "alt", shape)
    only = replace(report(), sections=(Section("S", (chart,)),))
    (drawn,) = charts(read(slides(evidence(), only)).slides[2])
    found = [tuple(series.values) for series in drawn.plots[0].series]
    assert found == [(0.34, 0.01), (0.33, 0.0), (0.33, 0.99)]


def test_charts_have_workbooks_inside_with_their_numbers() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        books = [name for name in archive.namelist() if name.endswith(".xlsx")]
        assert len(books) >= 2
        for name in books:
            book = openpyxl.load_workbook(io.BytesIO(archive.read(name)))
            rows = list(book.worksheets[0].iter_rows(values_only=True))
            assert len(rows) > 1
            assert any(isinstance(cell, int | float) for cell in rows[1])


def test_charts_have_alternative_texts() -> None:
    for slide in read(made()).slides:
        for shape in slide.shapes:
            if shape.has_chart:
                assert len(shape.element.xpath(".//p:cNvPr")[0].get("descr")) > 20


def test_notes_name_files_and_figures() -> None:
    slides_ = read(made()).slides
    notes = slides_[1].notes_slide.notes_text_frame.text
    chart = chart_of("today-against-plan")
    assert isinstance(chart.shape, Bridge)
    for bar in chart.shape.bars[1:-1]:
        assert f"{bar.label}: " in notes
        assert money(abs(bar.end - bar.start), digits=2) in notes
    assert "plan.json" in notes
    notes = slides_[2].notes_slide.notes_text_frame.text
    table = chart_of("touch-by-segment").table
    assert table is not None
    for row in table.rows:
        assert all(str(cell) in notes for cell in row)
    assert "segments.csv" in notes


def test_the_last_slide_asks_for_decisions() -> None:
    said = texts(read(made()).slides[4])
    plan = evidence().plan
    assert "To decide" in said
    for change in plan.changes:
        assert plan.names.channels[change.channel] in said


def test_equal_input_gives_equal_bytes() -> None:
    assert slides(evidence(), report()) == made()


def test_dates_are_fixed_or_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def dates(content: bytes) -> set[tuple[int, ...]]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {entry.date_time for entry in archive.infolist()}

    assert dates(made()) == {(1980, 1, 1, 0, 0, 0)}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761600")
    content = slides(evidence(), report())
    assert dates(content) == {(2027, 1, 1, 0, 0, 0)}
    assert read(content).core_properties.created.year == 2027


def test_nothing_is_left_of_the_template() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode()
        assert "Calibri" not in theme
        assert "174A7A" in theme
        assert sum(name.startswith("ppt/slideLayouts/slide") for name in archive.namelist()) == 1


def _hostile(plan: Plan, text: str) -> Plan:
    names = plan.names
    titled = {
        field: dict.fromkeys(getattr(names, field), text)
        for field in ("segments", "channels", "groups", "interactions", "bundles", "upgrades")
    }
    return plan.with_(names=replace(names, scenario=text, **titled))


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[7] + HOSTILE[8], HOSTILE[9]])
def test_hostile_titles_are_texts(text: str) -> None:
    found = Evidence(_hostile(full_plan(), text))
    deck = read(slides(found, document(found)))
    shown = visible(text)
    everything = "".join(
        texts(slide) + slide.notes_slide.notes_text_frame.text for slide in deck.slides
    )
    assert shown[:100] in everything
    assert "\x1b" not in everything
    for slide in deck.slides:
        assert len(title_of(slide)) <= 320
    assert deck.core_properties.title == shown[:250]


def test_long_titles_are_cut_and_whole_in_the_notes() -> None:
    long = "The plan is worth a lot, " * 30
    sections = tuple(
        replace(
            section,
            blocks=tuple(
                replace(block, insight=long) if isinstance(block, Chart) else block
                for block in section.blocks
            ),
        )
        for section in report().sections
    )
    slide = read(slides(evidence(), replace(report(), sections=sections))).slides[1]
    assert title_of(slide).endswith("…")
    assert visible(long) in slide.notes_slide.notes_text_frame.text


def test_a_report_without_charts_still_gives_five_slides() -> None:
    bare = replace(report(), sections=())
    deck = read(slides(evidence(), bare))
    assert len(deck.slides) == 5
    (drawn,) = charts(deck.slides[2])
    for row in zip(*(series.values for series in drawn.plots[0].series), strict=True):
        assert sum(row) == pytest.approx(1.0)


def test_without_touch_the_channels_are_shown() -> None:
    plan = full_plan()
    table = plan.table("segments")
    hidden = [name.startswith("share_") for name in table.columns]
    rows = tuple(
        tuple(None if gone else cell for gone, cell in zip(hidden, row, strict=True))
        for row in table.rows
    )
    untouched = plan.with_(tables={**plan.tables, "segments": replace(table, rows=rows)})
    slide = read(slides(Evidence(untouched), replace(report(), sections=()))).slides[2]
    (drawn,) = charts(slide)
    (series,) = drawn.plots[0].series
    assert sum(series.values) == pytest.approx(plan.kpis["first_contacts"])
    assert "No first contact" in title_of(slide)


def test_a_plan_without_today() -> None:
    plan = evidence().plan.with_(baseline=None)
    found = Evidence(plan)
    deck = read(slides(found, document(found)))
    assert len(deck.slides) == 5
    chart = next(one for one in document(found).charts() if one.name == "money")
    assert title_of(deck.slides[1]) == chart.insight
    deck = read(slides(found, replace(report(), sections=())))
    assert "says nothing about today" in title_of(deck.slides[1])


def test_a_plan_that_moves_no_money_is_shown_by_its_figures() -> None:
    found = Evidence(full_plan())
    slide = read(slides(found, document(found))).slides[1]
    assert not charts(slide)
    assert "EUR 1,426.91" in texts(slide)
    assert "EUR 1,000.00" in texts(slide)


def test_a_plan_without_an_answer_has_two_slides() -> None:
    plan = Plan("infeasible", None, None, full_plan().names, ("2027",))
    found = Evidence(plan)
    deck = read(slides(found, document(found)))
    titles = [title_of(slide) for slide in deck.slides]
    assert len(titles) == 2
    assert "There is no plan" in titles[0]


def test_outages_and_upgrades_are_told() -> None:
    found = Evidence(plan_with_all_parts())
    deck = read(slides(found, document(found)))
    assert "Buy " in texts(deck.slides[-1])
    assert "outages.csv" in texts(deck.slides[-1])


def test_without_python_pptx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"pip install 'channelopt\[pptx\]'"):
        slides(evidence(), report())


@pytest.mark.slow
def test_german() -> None:
    if "de" not in languages():
        pytest.skip("no German texts yet")
    with speaking("de_DE"):
        deck = read(slides(evidence(), document(evidence())))
    assert "To decide" not in texts(deck.slides[4])
    assert b'lang="de-DE"' in _xml(deck.slides[0])
