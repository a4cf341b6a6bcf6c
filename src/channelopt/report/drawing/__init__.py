"""Drawing: shapes as pictures, SVG and PNG, by Vega and without a browser.

Equal charts give equal bytes, in the language of now.
"""

from __future__ import annotations

from channelopt.report.document import Chart, Document
from channelopt.report.drawing import markup
from channelopt.report.drawing.canvas import rendered
from channelopt.report.drawing.drawers import drawing_of

__all__ = ["files", "png", "svg"]


def svg(chart: Chart) -> str:
    """Return a chart as an `svg` element that can stand in a page.

    It has no prolog and nothing behind it, its ids begin with the name of the chart, its colours
    are those of `theme`, and `viewBox` keeps its shape where `width` and `height` are taken away.
    """
    return markup.tidy(rendered(drawing_of(chart.shape)), chart.name, chart.alt or chart.title)


def png(chart: Chart, scale: float = 2.0) -> bytes:
    """Return a chart as a PNG image on white, `scale` dots for each pixel."""
    return _dots(svg(chart), scale)


def files(document: Document) -> dict[str, bytes]:
    """Return the charts of a document as files, `charts/NAME.svg` and `charts/NAME.png`."""
    found: dict[str, bytes] = {}
    for chart in document.charts():
        picture = svg(chart)
        found[f"charts/{chart.name}.svg"] = f"{picture}\n".encode()
        found[f"charts/{chart.name}.png"] = _dots(picture, 2.0)
    return found


def _dots(picture: str, scale: float) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(markup.on_paper(picture), scale))
