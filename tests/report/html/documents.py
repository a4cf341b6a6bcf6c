"""Documents that show everything a page can show, made by hand."""

from __future__ import annotations

from channelopt.report import values
from channelopt.report.document import (
    Bullets,
    Chart,
    Column,
    Commands,
    Document,
    Figure,
    Figures,
    Formula,
    Formulas,
    Grid,
    Note,
    Paragraph,
    Section,
    Term,
    Terms,
    Value,
)
from channelopt.report.shapes import Axis, Bars, Series

HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% raw %}${1+1}",
    "</style></script><img src=x onerror=alert(2)>",
    "\"quoted\" 'twice' & `thrice`",
    "=1+1",
    "مرحبا بالعالم",
    "abc \u202etxt.exe\u202c \u2066here\u2069",
    "\x1b[31mred\x1b[0m\x00\x07",
    "W" * 300,
    "a long title of many words that goes on and on " * 7,
    "']]>--><!--",
)
"""Titles by somebody who means harm, or whose keyboard is stuck."""


def svg(chart: Chart) -> str:
    """Stand in for a picture, with colours of the theme."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 120" width="720" height="120">'
        '<rect width="720" height="120" fill="#fffffe"/>'
        f'<rect id="{chart.name}-bar" width="420" height="40" y="40" fill="#1a6496"/>'
        '<text x="8" y="110" fill="#1b2a38">picture</text></svg>'
    )


def chart(name: str = "use", title: str = "Use of the channels") -> Chart:
    bars = Bars(("Phone", "Web"), (Series("Plan", (3.0, 4.0)),), Axis("contacts"))
    table = Grid(
        (Column("Channel", "left"), Column("Contacts")),
        (("Phone", values.count(3.0)), ("Web", values.count(4.0))),
        source="channels.csv",
    )
    insight = "Web takes 4 of 7 contacts."
    alt = "Two bars: Phone 3, Web 4 contacts."
    return Chart(name, title, insight, alt, bars, "channels.csv", table)


NUMBERS: tuple[float | None, ...] = (
    1200.0, -35.5, None, 0.0, 98765.432, 7.0, 1e7, -1e6, 12.25, 100.0, None, 99.0, 55.5,
)  # fmt: skip


def grid(rows: int = len(NUMBERS)) -> Grid:
    """Return a table with numbers, shares and blanks in no order."""
    cells = []
    for k in range(rows):
        number = NUMBERS[k % len(NUMBERS)]
        share = None if k % 5 == 3 else (k * 37 % 101) / 100
        name = f"Segment {k + 1}" if k % 7 else ""
        cells.append((name, values.money(number), values.percent(share)))
    return Grid(
        (Column("Segment", "left"), Column("Cost, EUR"), Column("Share")),
        tuple(cells),
        "Cost of the segments",
        "segments.csv",
        ("All", values.money(1234.5), values.percent(1.0)),
    )


def document(title: str = "Bank: service 2027", locale: str = "en") -> Document:
    """Return a report with a block of every kind."""
    figures = Figures(
        (
            Figure("Profit", Value("EUR 1.20 million", 1.2e6), Value("EUR 1.00 million", 1e6),
                   "+EUR 200,000", True),
            Figure("Cost", values.money(50.0), None, "+50", False),
            Figure("Channels", values.count(4.0)),
        )
    )  # fmt: skip
    formulas = Formulas(
        (
            Formula("Capacity", "No channel takes more than it can.", r"\sum_s x_{s,c} \le K_c"),
            Formula("Odd", "A formula that nobody can read.", r"\frac{1}"),
            Formula("Words", "Words are all there is."),
        )
    )
    sections = (
        Section("The decision", (Bullets(("Serve by web.", "Close the branch.")),), "decision"),
        Section("Key figures", (figures, chart("first", "Profit by cause")), "decision"),
        Section("Channels", (Paragraph("What takes what."), chart(), grid())),
        Section("Limits", (Note("Phone is full."), grid(24))),
        Section("Method", (formulas, Terms((Term("Touch", "A contact."),))), "appendix"),
        Section("Checking", (Commands(("channelopt verify run",)),), "appendix"),
    )
    return Document(title, sections, "Channel plan 2027", "channelopt 0.1.0 · proven", locale)


def hostile() -> Document:
    """Return a report in which every text is hostile."""
    sections = []
    for k, text in enumerate(HOSTILE):
        rows = tuple((text, values.count(float(n)), text) for n in range(10))
        columns = (Column(text, "left"), Column(text), Column("", "left"))
        blocks = (
            Paragraph(text),
            Note(f"before {text} after"),
            Bullets((text, text)),
            Commands((text,)),
            Figures((Figure(text, Value(text, 1.0), Value(text, 2.0), text, True),)),
            Grid(columns, rows, text, text, (text, "", text)),
            Chart(f"c{k}", text, text, text, Bars((), (), Axis(text)), text),
            Terms((Term(text, text),)),
            Formulas((Formula(text, text, text),)),
        )
        sections.append(Section(text, blocks, ("decision", "evidence", "appendix")[k % 3]))
    return Document(HOSTILE[0], tuple(sections), HOSTILE[6], " ".join(HOSTILE))


def large(segments: int = 200, channels: int = 12) -> Document:
    """Return a report with tables of one row for each segment and channel, twelve times."""
    columns = (Column("Segment", "left"), Column("Channel", "left"), *map(Column, "ABCDE"))
    rows = tuple(
        (f"Segment {s}", f"Channel {c}", *(values.money(s * c * 1.37 + k) for k in range(5)))
        for s in range(segments)
        for c in range(channels)
    )
    sections = [
        Section(f"Allocation {k}", (chart(f"a{k}"), Grid(columns, rows, source="allocation.csv")))
        for k in range(12)
    ]
    return Document("Large", tuple(sections))
