"""Pictures: every shape is drawn, whole, safe, and as its numbers are."""

from __future__ import annotations

import re
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring

from channelopt.report import drawing
from channelopt.report.document import Document, Section
from channelopt.report.drawing import canvas, markup, scales, theme, words
from channelopt.report.drawing.drawers import DRAWERS, drawing_of
from channelopt.report.formats import Subject, charts_of
from channelopt.report.shapes import Axis, Bars, Bridge, Gauge, Gauges, Heatmap, Series, Shape
from channelopt.report.speech import speaking
from channelopt.report.waterfall_chart import Bar
from tests.report.drawing.samples import COUNT, HOSTILE, MONEY, SHAPES, chart, numbers, texts

SVG = f"{{{markup.SVG}}}"


def drawn(shape: Shape, name: str = "a-chart") -> ET.Element:
    return fromstring(drawing.svg(chart(shape, name)))


def told(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def filled(root: ET.Element, colour: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("fill") == colour]


@pytest.fixture(scope="module")
def pictures() -> dict[str, ET.Element]:
    return {name: drawn(shape, name) for name, shape in SHAPES.items()}


def test_every_shape_has_a_drawer():
    assert set(DRAWERS) == set(get_args(Shape))
    assert {type(shape) for shape in SHAPES.values()} == set(DRAWERS)


def test_pictures_can_stand_in_a_page(pictures):
    for name, root in pictures.items():
        assert root.tag == f"{SVG}svg", name
        assert root.get("role") == "img"
        assert root.get("aria-label") == "What it shows"
        left, top, width, height = (float(one) for one in root.get("viewBox").split())
        assert (left, top, width) == (0, 0, theme.WIDTH), name
        assert 60 < height < 500, name
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        assert len(ids) == len(set(ids))
        assert all(one.startswith(f"{name}-") for one in ids)
        references = re.findall(r"url\(#([^)]+)\)", ET.tostring(root, encoding="unicode"))
        assert set(references) <= set(ids)
        assert not any(one.get("class") for one in root.iter())


def test_pictures_have_only_colours_of_the_theme(pictures):
    known = set(theme.DARK) | {"none", "transparent"}
    for name, root in pictures.items():
        used = {one.get(key) for one in root.iter() for key in ("fill", "stroke") if one.get(key)}
        assert {one for one in used if not one.startswith("url(")} <= known, name


def test_texts_stay_within_their_picture(pictures):
    """Every text begins and ends inside the view, as far as its place is told by moves alone."""
    for name, root in pictures.items():
        _view(root, 0.0, 0.0, float(root.get("width")), float(root.get("height")), name)


def _view(element: ET.Element, x: float, y: float, width: float, height: float, name: str):
    move = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))
    if move:
        x, y = x + float(move[1]), y + float(move[2])
    if element.tag == f"{SVG}text" and "rotate" not in element.get("transform", ""):
        text = "".join(element.itertext())
        size = 0.45 * float(element.get("font-size", "12px").removesuffix("px")) * len(text)
        anchor = element.get("text-anchor", "start")
        left = x - {"start": 0.0, "middle": size / 2, "end": size}[anchor]
        assert left >= -2, (name, text)
        assert left + size <= width + 2, (name, text)
        assert 0 <= y <= height, (name, text)
    for child in element:
        _view(child, x, y, width, height, name)


def test_as_many_marks_as_numbers(pictures):
    def paths(name: str, colour: str) -> int:
        return sum(one.tag == f"{SVG}path" for one in filled(pictures[name], colour))

    assert paths("bridge", theme.tone("total")) == 2
    assert paths("bridge", theme.tone("gain")) == paths("bridge", theme.tone("loss")) == 1
    heat = [one for step in theme.RAMP for one in filled(pictures["heatmap"], step.light)]
    assert len(heat) == 5
    assert paths("bars", theme.tone("today")) == 2 + 1  # the legend
    assert paths("bars", theme.tone("plan")) == 3 + 1
    assert len(filled(pictures["flows"], theme.tone("total"))) == 4
    ribbons = [one for one in pictures["flows"].iter() if one.get("fill-opacity")]
    assert sorted(one.get("fill-opacity") for one in ribbons) == ["0.3", "0.3", "0.65"]
    assert paths("frontier", theme.tone("plan")) == 3
    dashed = [one for one in pictures["curve"].iter() if one.get("stroke-dasharray")]
    assert len(dashed) == 1
    limits = filled(pictures["gauges"], theme.tone("limit"))
    assert len(limits) == 2 + 1


def test_numbers_stand_at_their_marks(pictures):
    assert {"1,500", "-80.0", "+200", "1,620"} & set(told(pictures["bridge"]))
    assert {"20 %", "30 %", "50 %", "90 %", "10 %"} <= set(told(pictures["heatmap"]))
    assert {"33 %", "67 %", "100 %"} <= set(told(pictures["stacked"]))
    assert "Phone: 90 (90 %)" in told(pictures["flows"])
    assert "5, no limit" in told(pictures["gauges"])
    assert "100 %: 90 of 90" in told(pictures["gauges"])
    assert "Contract ends" in told(pictures["timeline"])
    assert "Chat opens" in told(pictures["curve"])


def test_the_largest_swing_stands_first(pictures):
    said = told(pictures["swings"])
    assert said.index("Large") < said.index("One") < said.index("Small")


def test_an_axis_that_does_not_begin_at_nothing_says_so(pictures):
    note = "the axis does not begin at 0"
    assert any(note in text for text in told(pictures["bridge"]))
    whole = Bridge([Bar("a", 0, 5, is_total=True), Bar("b", 5, 1)], MONEY)
    assert not any(note in text for text in told(drawn(whole)))


def test_ids_of_two_pictures_differ():
    one, other = (
        set(re.findall(r'id="([^"]+)"', drawing.svg(chart(SHAPES["bars"], name))))
        for name in ("one", "other")
    )
    assert not one & other


def test_equal_charts_give_equal_bytes():
    first = drawing.svg(chart(SHAPES["flows"]))
    drawing.svg(chart(SHAPES["bars"]))
    assert drawing.svg(chart(SHAPES["flows"])) == first
    assert drawing.png(first) == drawing.png(first)


@pytest.mark.parametrize("label", ["".join(HOSTILE[:8])])
def test_texts_from_users_are_text(label):
    for shape in texts(label):
        _is_harmless(drawing.svg(chart(shape)), label)


@pytest.mark.slow
@pytest.mark.parametrize("label", HOSTILE)
def test_all_texts_from_users_are_text(label):
    for shape in texts(label):
        _is_harmless(drawing.svg(chart(shape)), label)


def _is_harmless(picture: str, label: str) -> None:
    root = fromstring(picture)
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert tags <= {
        "svg",
        "g",
        "path",
        "line",
        "rect",
        "text",
        "tspan",
        "clipPath",
        "defs",
        "linearGradient",
        "stop",
    }, label
    for one in root.iter():
        assert not any("href" in key or key.startswith("on") for key in one.attrib)
    outside = re.sub(r"http://www\.w3\.org/[\w/]+", "", picture)
    assert "http" not in outside
    assert "\x1b" not in picture
    if label.startswith("<script>"):
        assert any(text.startswith("<script>") for text in told(root))


@pytest.mark.parametrize("value", [0.0])
def test_numbers_of_every_size(value):
    for shape in numbers(value):
        _has_no_hole(drawing.svg(chart(shape)))


@pytest.mark.slow
@pytest.mark.parametrize("value", [-5.0, 1e12, 1e-9, 0.5, 123456.789, -1e9, 1e18])
def test_more_numbers_of_every_size(value):
    for shape in numbers(value):
        _has_no_hole(drawing.svg(chart(shape)))


def _has_no_hole(picture: str) -> None:
    assert "NaN" not in picture
    assert "Infinity" not in picture
    assert "undefined" not in picture


@pytest.mark.slow
def test_forty_rows():
    names = [f"Segment {number}" for number in range(40)]
    columns = [f"Channel {number}" for number in range(12)]
    cells = [[float(row * column) for column in range(12)] for row in range(40)]
    heat = drawn(Heatmap(names, columns, cells, COUNT))
    assert sum(len(filled(heat, step.light)) for step in theme.RAMP) >= 480
    bars = drawn(Bars(names, [Series("a", list(range(40)), "plan")], COUNT))
    assert len(filled(bars, theme.tone("plan"))) == 40
    assert set(names) <= set(told(bars))


def test_nothing_at_all_is_drawn_as_nothing():
    for shape in (Gauges([Gauge("Web", 3, 0)], COUNT), Bars(["a"], [Series("s", [None])], COUNT)):
        _has_no_hole(drawing.svg(chart(shape)))


def test_files_hold_the_formats_that_are_asked_for():
    document = Document("d", (Section("s", (chart(SHAPES["bars"], "one"),)),))
    found = charts_of(Subject(document), ("html", "svg", "png"))
    assert sorted(found) == ["one.png", "one.svg"]
    assert found["one.png"].startswith(b"\x89PNG")
    assert found["one.svg"].startswith(b"<svg")
    assert sorted(charts_of(Subject(document), ("png",))) == ["one.png"]
    assert charts_of(Subject(document), ("html",)) == {}


def test_nothing_is_loaded_from_anywhere():
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "data": [{"name": "a", "url": "https://example.com/a.csv"}],
    }
    with pytest.raises(ValueError, match=r"example\.com"):
        canvas.rendered(canvas.Drawing("vega", spec))


def test_german_numbers():
    shape = Bars(["Web"], [Series("a", [12.5])], Axis("Kosten, EUR", "money"))
    share = Axis("Anteil", "share")
    with speaking("de_DE"):
        assert "12,5" in told(drawn(shape))
        assert scales.scale_of(share, [0.125]).text(0.125) == "12,5\xa0%"
        assert scales.format_locale() | {"decimal": ",", "thousands": ".", "percent": "\xa0%"} == (
            scales.format_locale()
        )
        assert _titles(2.5e6) != ["Profit, EUR, in millions"]
    assert _titles(2.5e6) == ["Profit, EUR, in millions"]


def _titles(size: float) -> list[str]:
    return [scales.scale_of(MONEY, [size]).title]


@pytest.mark.parametrize(
    ("numbers_of", "text"),
    [
        ([1_500_000.0], "1.50"),
        ([15_000.0, -3.0], "15.0"),
        ([9_000.0], "9,000"),
        ([2e9], "2.00"),
    ],
)
def test_money_is_told_in_what_it_is_counted_in(numbers_of, text):
    assert scales.scale_of(MONEY, numbers_of).text(numbers_of[0]) == text


def test_steps_of_a_waterfall_set_its_digits():
    scale = scales.scale_of(MONEY, [419_785_317.0], [265_446.0])
    assert (scale.factor, scale.text(265_446.0)) == (1e3, "265")
    scale = scales.scale_of(MONEY, [419_785_317.0], [3_351_001.0, 265_446.0])
    assert (scale.factor, scale.text(265_446.0)) == (1e6, "0.27")


def test_labels_are_told_apart_and_cut():
    assert words.labels(["Shop", "Shop", "Shop"]) == ["Shop", "Shop (2)", "Shop (3)"]
    assert words.labels(["Shop (2)", "Shop", "Shop"]) == ["Shop (2)", "Shop", "Shop (3)"]
    assert len(words.clean("x" * 300)) == words.LONGEST
    assert words.clean("a\x00b\u202ec\ud800") == "abc"


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("page", ["light", "dark"])
def test_texts_can_be_read_on_what_they_stand_on(page):
    def of(colour: theme.Colour) -> str:
        return getattr(colour, page)

    pairs = [(ink, theme.PAPER) for ink in (theme.INK, theme.MUTED_INK)]
    pairs += [
        (theme.ON_PALE if name in theme.PALE_TONES else theme.ON_STRONG, colour)
        for name, colour in theme.TONES.items()
    ]
    pairs += [(theme.ON_STRONG, colour) for colour in theme.CATEGORIES]
    pairs += [
        (theme.ON_PALE if step < theme.PALE_STEPS else theme.ON_STRONG, colour)
        for step, colour in enumerate(theme.RAMP)
    ]
    pairs += [(theme.MUTED_INK, theme.RAMP[0])]  # nothing, in a cell
    for ink, ground in pairs:
        assert contrast(of(ink), of(ground)) >= 4.5, (ink, ground)


def test_colours_are_told_apart():
    assert len(theme.DARK) == len(theme.COLOURS)
    assert len(set(theme.DARK.values())) == len(theme.COLOURS)
    for page in ("light", "dark"):
        ramp = [_luminance(getattr(step, page)) for step in theme.RAMP]
        assert ramp == sorted(ramp, reverse=page == "light")


def test_a_heatmap_writes_in_the_ink_of_its_steps():
    cells = [[step / 9 + 0.05 for step in range(9)]]
    root = drawn(Heatmap(["a"], [str(step) for step in range(9)], cells, Axis("Share", "share")))
    inks = [one.get("fill") for one in root.iter(f"{SVG}text") if "%" in "".join(one.itertext())]
    pale, strong = theme.ON_PALE.light, theme.ON_STRONG.light
    assert inks == [pale] * theme.PALE_STEPS + [strong] * (9 - theme.PALE_STEPS)


def test_altair_is_not_loaded_with_the_module():
    import subprocess
    import sys

    code = "import sys, channelopt.report.drawing; print({'altair', 'vl_convert'} & {*sys.modules})"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_drawers_take_every_shape():
    assert {drawing_of(shape).language for shape in SHAPES.values()} == {"vega", "vega-lite"}
