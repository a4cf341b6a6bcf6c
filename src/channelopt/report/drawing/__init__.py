"""Drawing: shapes as pictures, SVG and PNG, by Vega and without a browser.

Equal charts give equal bytes, in the language of now.
"""

from __future__ import annotations

from channelopt.report.document import Chart
from channelopt.report.drawing import markup
from channelopt.report.drawing.canvas import rendered
from channelopt.report.drawing.drawers import drawing_of

__all__ = ["png", "svg"]


def svg(chart: Chart) -> str:
    """Return a chart as an `svg` element that can stand in a page.

    It has no prolog and nothing behind it, its ids begin with the name of the chart, its colours
    are those of `theme`, and `viewBox` keeps its shape where `width` and `height` are taken away.
    """
    return markup.tidy(rendered(drawing_of(chart.shape)), chart.name, chart.alt or chart.title)


def png(picture: str, scale: float = 2.0) -> bytes:
    """Return a picture that `svg` made as a PNG image on white, `scale` dots for each pixel."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(markup.on_paper(picture), scale))
