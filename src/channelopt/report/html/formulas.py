"""Formulas as MathML."""

from __future__ import annotations

import html
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from channelopt.report.markdown import visible


def mathml(latex: str) -> Markup | None:
    """Return a formula as MathML; None where the library cannot read it.

    The library's own text output turns `&lt;` back into `<`; so the tree is written here, where
    text stays text. Its elements have no style and no link.
    """
    from latex2mathml.converter import convert_to_element

    try:
        tree = convert_to_element(latex, display="block")
        _tidy(tree)
    except Exception:  # of many kinds, without a base of their own; the words remain
        return None
    return Markup(tostring(tree, encoding="unicode"))  # noqa: S704 - written from a tree


def _tidy(tree: Element) -> None:
    for element in tree.iter():
        if element.text:
            element.text = visible(html.unescape(element.text))
        for name in ("style", "href"):
            element.attrib.pop(name, None)
