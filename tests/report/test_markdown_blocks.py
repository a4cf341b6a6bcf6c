"""Markdown of every kind of block."""

from __future__ import annotations

import pytest

from channelopt.report.document import (
    Chart,
    Column,
    Document,
    Figure,
    Figures,
    Formula,
    Formulas,
    Grid,
    Section,
    Term,
    Terms,
    Value,
)
from channelopt.report.markdown import render
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import speaking

HOSTILE = "<b>|*x* `y`"
SHOWN = r"\<b>\|\*x\* \`y\`"


def text_of(*blocks, **document) -> str:
    return render(Document("T", (Section("S", blocks),), **document))


def grid(rows: int, **more) -> Grid:
    columns = (Column("Name", "left"), Column("N"))
    return Grid(columns, tuple((f"r{k}", Value(f"{k}", k)) for k in range(rows)), **more)


def chart(**more) -> Chart:
    shape = Bars(("a",), (Series("n", (1.0,)),), Axis("N"))
    return Chart("c", f"Title {HOSTILE}", f"Insight {HOSTILE}.", "alt", shape, **more)


def test_a_chart_is_its_insight_and_its_table():
    text = text_of(chart(source="a.csv", table=grid(2)))
    title, insight, table = text.split("\n\n")[2:5]
    assert title == f"### Title {SHOWN}"
    assert insight == f"Insight {SHOWN}."
    assert table.splitlines()[-1] == "| r1 | 1 |"
    assert text.endswith("Source: a.csv\n")


def test_a_table_keeps_its_own_source():
    assert "Source: b.csv" in text_of(chart(source="a.csv", table=grid(1, source="b.csv")))


def test_a_chart_without_a_table():
    assert text_of(chart()).endswith(f"Insight {SHOWN}.\n")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (40, "Source: a.csv"),
        (41, "1 more row is in a.csv."),
        (1240, "1,200 more rows are in a.csv."),
    ],
)
def test_long_tables_are_cut_and_say_so(rows: int, words: str):
    text = text_of(grid(rows, source="a.csv", title="Caption", foot=("Total", "9")))
    lines = text.splitlines()
    assert "**Caption**" in lines
    assert sum(line.startswith("| r") for line in lines) == min(rows, 40)
    assert lines[-1] == words
    assert lines[-3] == "| Total | 9 |"


def test_a_table_without_a_source_only_counts():
    assert text_of(grid(42)).endswith("2 more rows are not shown.\n")
    assert "Source" not in text_of(grid(2))


def test_tiles_are_a_table():
    today = Figure("Cost", Value("9", 9.0), Value("8", 8.0), "+1", is_better=False)
    text = text_of(Figures((today, Figure("FTE", Value("3", 3.0)))))
    assert "|  | Plan | Today | Change |" in text
    assert "| Cost | 9 | 8 | +1 |" in text
    assert "| FTE | 3 | – | – |" in text
    alone = text_of(Figures((Figure("FTE", Value("3", 3.0)),)))
    assert "|  | Plan |\n" in alone
    assert "Today" not in alone


def test_terms_and_formulas():
    text = text_of(Terms((Term(HOSTILE, "meaning"),)))
    assert f"- **{SHOWN}**: meaning" in text
    text = text_of(Formulas((Formula("A", "words", r"\sum_c x_c"), Formula("B", "only words"))))
    assert "**A**: words\n\n```math\n\\sum_c x_c\n```\n\n**B**: only words\n" in text


def test_subtitle_and_closing():
    text = text_of(grid(1), subtitle="Plan 2027", closing="Scenario abc")
    assert text.startswith("# T\n\nPlan 2027\n")
    assert text.endswith("\n---\n\nScenario abc\n")


def test_lines_around_tables_are_those_of_the_language():
    with speaking("de"):
        text = text_of(grid(1240, source="a.csv"))
    assert text.endswith("1.200 weitere Zeilen stehen in a.csv.\n")
