"""Shapes of a report as charts of PowerPoint, with their numbers, so that people can edit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml.ns import qn
from pptx.util import Pt

from channelopt.report.document import Cell, Chart
from channelopt.report.drawing import theme
from channelopt.report.figures import cents, money, percent, percents, sign
from channelopt.report.shapes import Axis, Bars, Bridge, Series, Swings, Tone
from channelopt.report.slides import look
from channelopt.report.slides.deck import Deck, shortened
from channelopt.report.slides.look import Box, colour
from channelopt.report.speech import _
from channelopt.report.waterfall_chart import Bar, axis_start, pieces

MOST = 14
"""Categories that a chart on a slide can show."""
LABEL = 44
"""Most letters of a category."""
VISIBLE = 0.05
"""Parts of a stacked bar below this share of the longest bar have no number on them."""
ROOM = 0.2
"""Share of the width that is left beside bars to both sides, for their numbers."""
MILLIONS = 10_000_000
"""Amounts from here on are shown in millions."""

_Numbers: Any = CategoryChartData  # python-pptx types it in part only


@dataclass(frozen=True)
class _Look:
    """How a chart of bars is drawn."""

    kind: Any
    overlap: int
    gap: int


def is_native(chart: Chart) -> bool:
    """Return whether PowerPoint can draw a chart."""
    return isinstance(chart.shape, Bridge | Bars | Swings)


def largest(chart: Chart) -> float:
    """Return the largest number of a chart of bars, whatever its sign."""
    shape = _as_bars(chart.shape) if isinstance(chart.shape, Swings) else chart.shape
    series = shape.series if isinstance(shape, Bars) else ()
    return max((abs(value or 0.0) for one in series for value in one.values), default=0.0)


def draw(deck: Deck, chart: Chart, box: Box) -> str:
    """Draw a chart into a place of a slide.

    Returns:
        What its axis shows and how many categories are left out, for a line beside it.
    """
    shape = chart.shape
    if isinstance(shape, Bridge):
        return _waterfall(deck, chart, shape, box)
    if isinstance(shape, Swings):
        shape = _as_bars(shape)
    if not isinstance(shape, Bars):
        raise TypeError(type(shape).__name__)
    return _bars(deck, chart, shape, box)


def _as_bars(shape: Swings) -> Bars:
    """Return both ends of swings as bars side by side."""
    ends = (
        Series(_("Low end"), [one.low for one in shape.swings], "today"),
        Series(_("High end"), [one.high for one in shape.swings], "plan"),
    )
    return Bars([one.label for one in shape.swings], ends, shape.axis)


def _waterfall(deck: Deck, chart: Chart, shape: Bridge, box: Box) -> str:
    numbers, unit = _format([value for bar in shape.bars for value in (bar.start, bar.end)], shape)
    data = _Numbers(number_format=numbers)
    data.categories = [
        f"{shortened(bar.label, 30)}\n{step}"
        for bar, step in zip(shape.bars, _steps(_scaled(shape.bars, numbers)), strict=True)
    ]
    columns = list(zip(*(pieces(bar) for bar in shape.bars), strict=True))
    names = (
        _("Base"),
        _("Total"),
        _("Gain"),
        _("Loss"),
        _("Gain below zero"),
        _("Loss below zero"),
    )
    tones: tuple[Tone | None, ...] = (None, "total", "gain", "loss", "gain", "loss")
    kept = [k for k, values in enumerate(columns) if k == 0 or any(values)]
    for k in kept:
        data.add_series(names[k], columns[k])
    numbers = numbers.replace(".00", "")  # of the axis, whose steps are round
    drawn = _add(deck, chart, box, data, _Look(XL_CHART_TYPE.COLUMN_STACKED, 100, 45))
    for k, series in zip(kept, drawn.plots[0].series, strict=True):
        _paint(series, tones[k])
    drawn.has_legend = False
    start = axis_start(shape.bars)
    if start is not None:
        drawn.value_axis.minimum_scale = start
    _axes(drawn, numbers)
    cut = "" if start is None else _("The axis does not begin at zero.")
    return " · ".join(part for part in (unit, cut) if part)


def _scaled(bars: Sequence[Bar], numbers: str) -> list[Bar]:
    """Return the bars in the unit of the axis."""
    scale = 1e6 if numbers.endswith(",,") else 1.0
    return [Bar(one.label, one.start / scale, one.end / scale, one.is_total) for one in bars]


def _steps(bars: Sequence[Bar]) -> list[str]:
    """Return what the bars of a waterfall stand for: totals, and steps with their sign."""
    digits = cents([bar.end for bar in bars])
    return [
        money(bar.end, digits=digits)
        if bar.is_total
        else sign(money(abs(bar.end - bar.start), digits=digits), bar.end - bar.start)
        for bar in bars
    ]


def _bars(deck: Deck, chart: Chart, shape: Bars, box: Box) -> str:
    shown = len(shape.categories[:MOST])
    values = [v for one in shape.series for v in one.values[:shown] if v is not None]
    numbers, unit = _format(values, shape)
    data = _Numbers(number_format=numbers)
    data.categories = [shortened(name, LABEL) for name in shape.categories[:shown]]
    if shape.stacked and shape.axis.unit == "share":
        shape = replace(shape, series=_adding_up(shape.series))
    for one in shape.series:
        data.add_series(shortened(one.name, 60), [_plain(value) for value in one.values[:shown]])
    overlap = 100 if shape.stacked else -5
    shape = replace(shape, stacked=shape.stacked and _has_parts(shape))
    kind = XL_CHART_TYPE.BAR_STACKED if shape.stacked else XL_CHART_TYPE.BAR_CLUSTERED
    drawn = _add(deck, chart, box, data, _Look(kind, overlap, 45 if shown > 4 else 90))
    for position, (one, series) in enumerate(zip(shape.series, drawn.plots[0].series, strict=True)):
        _paint(series, one.tone, position)
        _label(series, one, numbers, shape)
    _legend(drawn, shape.series)
    _axes(drawn, numbers)
    _between(drawn, shape, values)
    left_out = len(shape.categories) - shown
    rest = _("{shown} of {all} are shown; the notes name the file with all of them.").format(
        shown=shown, all=len(shape.categories)
    )
    return " · ".join(part for part in (unit, rest if left_out else "") if part)


def _between(drawn: Any, shape: Bars, values: Sequence[float]) -> None:
    """Let bars run from top to bottom without an axis of numbers, which stand beside them."""
    drawn.category_axis.reverse_order = True
    axis = drawn.value_axis
    axis.visible = axis.has_major_gridlines = False
    if shape.stacked and shape.axis.unit == "share":
        axis.maximum_scale = 1.0
    elif min(values, default=0.0) < 0:
        low, high = min(values), max([*values, 0.0])
        axis.minimum_scale = low - ROOM * (high - low)
        axis.maximum_scale = high + ROOM * (high - low)


def _has_parts(shape: Bars) -> bool:
    """Return whether any bar has several parts; else its number has room beside it."""
    columns = zip(*(one.values for one in shape.series), strict=True)
    return any(sum(bool(value) for value in values) > 1 for values in columns)


def _adding_up(series: Sequence[Series]) -> list[Series]:
    """Return shares in whole percents that add up, as the tables of the report show them."""
    columns = zip(*([value or 0.0 for value in one.values] for one in series), strict=True)
    rounded = zip(*([_whole(text) for text in percents(shares)] for shares in columns), strict=True)
    return [replace(one, values=values) for one, values in zip(series, rounded, strict=True)]


def _whole(text: str) -> float:
    """Return a whole percentage as a share; what is below 1 % is nothing."""
    return 0.0 if text.startswith("<") else int("".join(filter(str.isdecimal, text))) / 100


def _plain(value: float | None) -> float | None:
    """Return a number without traces of arithmetic, as a reader would type it."""
    return None if value is None else float(f"{value:.12g}")


def _format(values: Sequence[float], shape: Bars | Bridge) -> tuple[str, str]:
    """Return how numbers are shown, in the code of spreadsheets, and their unit in words."""
    axis: Axis = shape.axis
    largest = max(map(abs, values), default=0.0)
    if axis.unit == "share":
        return "0%", axis.title
    if axis.unit == "ratio":
        return "0.000", axis.title
    if largest >= MILLIONS:
        return "#,##0.00,,", _("{axis}, in millions").format(axis=axis.title)
    is_whole = largest >= 100 or all(float(value).is_integer() for value in values)
    return "#,##0" if is_whole else "#,##0.00", axis.title


def _add(deck: Deck, chart: Chart, box: Box, data: Any, wanted: _Look) -> Any:
    frame = deck.shapes.add_chart(wanted.kind, *box.emu(), data)
    frame.name = chart.name
    deck.describe(frame, chart.alt or chart.title)
    drawn = frame.chart
    drawn.font.name, drawn.font.size = look.FONT, Pt(12)
    drawn.font.color.rgb = colour(look.INK)
    drawn.has_title = False
    drawn.plots[0].overlap, drawn.plots[0].gap_width = wanted.overlap, wanted.gap
    return drawn


def _paint(series: Any, tone: Tone | None, position: int = -1) -> None:
    """Give a series its colour; without a tone or a position it cannot be seen."""
    series.invert_if_negative = False
    if tone is None and position < 0:
        series.format.fill.background()
        return
    series.format.fill.solid()
    name = theme.tone(tone) if tone is not None else theme.category(position)
    series.format.fill.fore_color.rgb = colour(name)


def _label(series: Any, one: Series, numbers: str, shape: Bars) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = numbers, False
    labels.font.size, labels.font.name = Pt(12), look.FONT
    if not shape.stacked:
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
        return
    labels.position = XL_LABEL_POSITION.CENTER
    is_pale = one.tone in theme.PALE_TONES
    labels.font.color.rgb = colour(look.INK if is_pale else "#ffffff")
    longest = _longest(shape)
    for position, value in enumerate(one.values[:MOST]):
        if value is None or abs(value) < VISIBLE * longest:
            _silence(labels, position)


def _longest(shape: Bars) -> float:
    wholes = (
        sum(abs(one.values[k] or 0.0) for one in shape.series) for k in range(len(shape.categories))
    )
    return max(wholes, default=0.0)


def _silence(labels: Any, position: int) -> None:
    """Leave out the number on one part of a bar."""
    parent = labels._element  # noqa: SLF001 - no public way to leave out one label
    label = parent.makeelement(qn("c:dLbl"), {})
    label.append(label.makeelement(qn("c:idx"), {"val": str(position)}))
    label.append(label.makeelement(qn("c:delete"), {"val": "1"}))
    parent.insert(len(parent.findall(qn("c:dLbl"))), label)


def _legend(drawn: Any, series: Sequence[Series]) -> None:
    drawn.has_legend = len(series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.TOP
        drawn.legend.include_in_layout = False
        drawn.legend.font.size = Pt(12)


def _axes(drawn: Any, numbers: str) -> None:
    values, categories = drawn.value_axis, drawn.category_axis
    values.tick_labels.number_format = numbers
    values.tick_labels.number_format_is_linked = False
    values.tick_labels.font.size = categories.tick_labels.font.size = Pt(11)
    values.major_gridlines.format.line.color.rgb = colour(look.RULE)
    values.format.line.fill.background()
    categories.format.line.color.rgb = colour(theme.RULE.light)
    categories.major_tick_mark = values.major_tick_mark = XL_TICK_MARK.NONE
    categories.tick_label_position = XL_TICK_LABEL_POSITION.LOW


def numbers_of(chart: Chart) -> list[str]:
    """Return the numbers of a chart in words, for the notes."""
    if chart.table is not None:
        foot = (chart.table.foot,) if chart.table.foot else ()
        heads = [column.title for column in chart.table.columns[1:]]
        return [_row(heads, row) for row in (*chart.table.rows, *foot)]
    shape = chart.shape
    if isinstance(shape, Bridge):
        return [
            f"{bar.label}: {step}" for bar, step in zip(shape.bars, _steps(shape.bars), strict=True)
        ]
    bars = _as_bars(shape) if isinstance(shape, Swings) else shape
    return _told(bars) if isinstance(bars, Bars) else []


def _row(heads: Sequence[str], row: Sequence[Cell]) -> str:
    cells = "; ".join(f"{head} {cell}" for head, cell in zip(heads, row[1:], strict=False))
    return f"{row[0]}: {cells}"


def _told(shape: Bars) -> list[str]:
    say = percent if shape.axis.unit == "share" else money
    return [
        f"{category}: {'; '.join(f'{one.name} {say(one.values[k])}' for one in shape.series)}"
        for k, category in enumerate(shape.categories)
    ]
