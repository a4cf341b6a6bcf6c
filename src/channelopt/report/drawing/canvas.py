"""Canvas: the look that all pictures share, and how Vega draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from channelopt.report.drawing import theme
from channelopt.report.drawing.scales import Scale, format_locale
from channelopt.report.drawing.words import clean, widest

LABEL_SIZE = 12
ROOM_FOR_LABELS = 256
"""Most pixels of the names of rows; longer ones end with an ellipsis."""
PADDING = {"left": 4, "right": 12, "top": 6, "bottom": 4}


Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Drawing:
    """What Vega draws: its language and what is said in it."""

    language: Literal["vega", "vega-lite"]
    spec: dict[str, Any]


def rendered(drawing: Drawing) -> str:
    """Return a drawing as SVG; nothing is loaded from anywhere."""
    import vl_convert

    is_vega = drawing.language == "vega"
    convert: Any = vl_convert.vega_to_svg if is_vega else vl_convert.vegalite_to_svg
    return str(convert(drawing.spec, allowed_base_urls=[], format_locale=format_locale()))


def data(rows: Rows) -> Any:
    """Return rows as data of a picture."""
    import altair as alt

    return alt.InlineData(values=rows)


def finished(chart: Any, height: float, title: str = "", offset: float = 10) -> Drawing:
    """Return a chart in the common look and size.

    Args:
        chart: of Altair, one view or layers.
        height: of the area between the axes, in pixels.
        title: what the numbers are, above the picture.
        offset: between the title and what stands below it, in pixels.
    """
    options: dict[str, Any] = {
        "width": theme.WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": PADDING,
    }
    if title:
        options["title"] = {"text": clean(title, 140), "offset": offset}
    body = chart.properties(**options).to_dict(validate=False)
    return Drawing("vega-lite", {**body, "config": CONFIG, "background": None})


def value_axis(scale: Scale, **more: Any) -> Any:
    """Return an axis of numbers: thin lines behind, no axis line."""
    import altair as alt

    return alt.Axis(
        **{
            "format": scale.format,
            "title": None,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "tickCount": 6,
            "labelFlush": False,
            "labelOverlap": "greedy",
        }
        | more
    )


def name_axis(**more: Any) -> Any:
    """Return an axis of names: no lines."""
    import altair as alt

    return alt.Axis(
        **{
            "title": None,
            "domain": False,
            "ticks": False,
            "grid": False,
            "labelColor": theme.INK.light,
            "labelLimit": ROOM_FOR_LABELS,
            "labelPadding": 8,
            "labelOverlap": False,
        }
        | more
    )


def legend(names: Sequence[str] = (), **more: Any) -> Any:
    """Return a legend above the picture, in as many columns as its names leave room for."""
    import altair as alt

    options: dict[str, Any] = {"title": None, "orient": "top"}
    wide = min(widest(names, LABEL_SIZE), ROOM_FOR_LABELS) + 46
    if wide * len(names) > theme.WIDTH - 60:
        options["columns"] = max(int((theme.WIDTH - 60) // wide), 1)
    return alt.Legend(**options | more)


_MUTED, _INK = theme.MUTED_INK.light, theme.INK.light
CONFIG: dict[str, Any] = {
    "font": theme.FONT,
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _MUTED,
        "labelFontSize": LABEL_SIZE,
        "titleColor": _MUTED,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "gridColor": theme.GRID.light,
        "domainColor": theme.RULE.light,
        "tickColor": theme.RULE.light,
    },
    "legend": {
        "labelColor": _INK,
        "labelFontSize": LABEL_SIZE,
        "titleColor": _MUTED,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "symbolType": "square",
        "symbolSize": 130,
        "symbolStrokeWidth": 0,
        "labelLimit": ROOM_FOR_LABELS,
        "columnPadding": 18,
        "offset": 8,
        "padding": 0,
    },
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "color": _MUTED,
        "fontSize": LABEL_SIZE,
        "fontWeight": "normal",
        "offset": 10,
        "limit": theme.WIDTH - 20,
    },
    "text": {"fontSize": LABEL_SIZE, "color": _INK},
    "bar": {"cornerRadiusEnd": 2},
}
"""The look of axes, legends, titles and texts, in the words of Vega-Lite."""
