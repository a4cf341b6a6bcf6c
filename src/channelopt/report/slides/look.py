"""Look of the slides: sizes, colours, letters; the master that all slides follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation
from pptx.util import Inches, Length

from channelopt.report.drawing import theme

FONT = "Arial"
"""Every office has it, or one of the same widths."""
INK, MUTED, ACCENT, PALE = theme.INK.light, theme.MUTED_INK.light, "#174a7a", "#eef3f7"
RULE = theme.GRID.light


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    def emu(self) -> tuple[Length, Length, Length, Length]:
        """Return left, top, width and height as python-pptx wants them."""
        sides = (self.left, self.top, self.width, self.height)
        left, top, width, height = (Inches(side) for side in sides)
        return left, top, width, height


SLIDE = Box(0, 0, 13.333, 7.5)
KICKER = Box(0.6, 0.36, 12.1, 0.35)
TITLE = Box(0.6, 0.68, 12.1, 1.05)
BODY = Box(0.6, 1.95, 12.1, 4.85)
FOOTER = Box(0.6, 6.98, 10.6, 0.3)
NUMBER = Box(11.7, 6.98, 1.0, 0.3)

SCHEME = {
    "dk1": INK,
    "lt1": "#ffffff",
    "dk2": ACCENT,
    "lt2": PALE,
    "accent1": theme.tone("plan"),
    "accent2": theme.tone("gain"),
    "accent3": theme.tone("loss"),
    "accent4": theme.tone("high"),
    "accent5": theme.tone("today"),
    "accent6": theme.tone("limit"),
    "hlink": theme.tone("plan"),
    "folHlink": MUTED,
}
"""Colours that people find in the palette when they add something of their own."""

_BAND = f"""<p:sp {nsdecls("p", "a")}>
  <p:nvSpPr><p:cNvPr id="99" name="Band"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>
  <p:spPr>
    <a:xfrm><a:off x="0" y="0"/><a:ext cx="{Inches(SLIDE.width)}" cy="{Inches(0.12)}"/></a:xfrm>
    <a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
    <a:solidFill><a:schemeClr val="tx2"/></a:solidFill>
    <a:ln><a:noFill/></a:ln>
  </p:spPr>
</p:sp>"""
"""A band of the second colour of texts along the upper edge of every slide."""


def colour(name: str) -> RGBColor:
    """Return a colour of the form `#rrggbb`."""
    parts = (int(name[k : k + 2], 16) for k in (1, 3, 5))
    made: Any = RGBColor  # python-pptx types it in part only
    return cast("RGBColor", made(*parts))


def themed(name: str, part: bytes) -> bytes:
    """Return a part of the file; the theme with our letters and colours."""
    if not name.startswith("ppt/theme/"):
        return part
    text = part.decode()
    text = re.sub(r'<a:latin typeface="[^"+]*"', f'<a:latin typeface="{FONT}"', text)
    for slot, value in SCHEME.items():
        filled = f'<a:{slot}><a:srgbClr val="{value.lstrip("#").upper()}"/></a:{slot}>'
        text = re.sub(rf"<a:{slot}>.*?</a:{slot}>", filled, text, count=1, flags=re.DOTALL)
    return text.encode()


def prepare(deck: Presentation) -> Any:
    """Make a presentation wide, restyle its master and return the only layout that is left."""
    deck.slide_width, deck.slide_height = Inches(SLIDE.width), Inches(SLIDE.height)
    chosen = deck.slide_layouts.get_by_name("Title Only")
    for layout in list(deck.slide_layouts):
        if layout is not chosen:
            deck.slide_layouts.remove(layout)
    _master(deck.slide_master)
    _places(chosen)
    return chosen


def _master(master: Any) -> None:
    style = master.element.find(qn("p:txStyles")).find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("b", "1")
    _places(master)
    tree = master.shapes.element
    tree.insert_element_before(parse_xml(_BAND), "p:extLst")


def _places(page: Any) -> None:
    """Put the title, the footer and the number where they belong; leave the others out."""
    places = {
        PP_PLACEHOLDER.TITLE: TITLE,
        PP_PLACEHOLDER.FOOTER: FOOTER,
        PP_PLACEHOLDER.SLIDE_NUMBER: NUMBER,
        PP_PLACEHOLDER.BODY: BODY,
    }
    for shape in list(page.placeholders):
        box = places.get(shape.placeholder_format.type)
        if box is None:
            shape.element.getparent().remove(shape.element)
            continue
        shape.left, shape.top, shape.width, shape.height = box.emu()
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = MSO_ANCHOR.TOP if box in (TITLE, BODY) else MSO_ANCHOR.MIDDLE
