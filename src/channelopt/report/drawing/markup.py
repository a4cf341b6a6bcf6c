"""Markup: what Vega draws, made fit to stand in a page among others."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from channelopt.report.drawing.words import clean

SVG = "http://www.w3.org/2000/svg"
LINK = "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NEEDLESS = ("class", "role", "cursor", "pointer-events")


def tidy(drawn: str, name: str, label: str) -> str:
    """Return a picture as one element that can stand among others in a page.

    Args:
        drawn: what Vega drew.
        name: of the chart: all ids begin with it.
        label: what the picture shows, for those who do not see it.

    Returns:
        An `svg` element with `viewBox`, `width`, `height` and `role="img"`; no prolog, no classes,
        nothing behind the picture.
    """
    root = _read(drawn)
    ids = _ids(root, name)
    for element in root.iter():
        for key in [*element.attrib]:
            if key in _NEEDLESS or key.startswith("aria-"):
                del element.attrib[key]
            else:
                element.attrib[key] = _referring(element.attrib[key], ids)
        if "id" in element.attrib:
            element.attrib["id"] = ids[element.attrib["id"]]
    root.attrib |= {"role": "img", "aria-label": clean(label, 2_000)}
    return _written(root)


def on_paper(picture: str) -> str:
    """Return a picture with a white page behind it."""
    root = _read(picture)
    size = {"width": root.attrib["width"], "height": root.attrib["height"], "fill": "#ffffff"}
    root.insert(0, ET.Element(f"{{{SVG}}}rect", size))
    return _written(root)


def _read(text: str) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(text)


def _written(root: Any) -> str:
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", LINK)
    return ET.tostring(root, encoding="unicode")


def _ids(root: Any, name: str) -> dict[str, str]:
    """Return a new id for each: Vega counts on from picture to picture."""
    found = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    return {old: f"{name}-{number}" for number, old in enumerate(dict.fromkeys(found), start=1)}


def _referring(value: str, ids: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda found: f"url(#{ids.get(found[1], found[1])})", value)
