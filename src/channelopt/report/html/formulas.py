"""Formulas as MathML."""

from __future__ import annotations

import html
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from channelopt.plan.markup import visible


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
        _join_words(element)
        if element.text:
            element.text = visible(html.unescape(element.text))
        for name in ("style", "href"):
            element.attrib.pop(name, None)


def _join_words(element: Element) -> None:
    """Make one name of the letters of a word, which browsers would set apart as a product."""
    before: Element | None = None
    for child in list(element):
        variant = child.get("mathvariant") if child.tag == "mi" else None
        if variant and before is not None and before.get("mathvariant") == variant:
            before.text = f"{before.text}{child.text}"
            element.remove(child)
        else:
            before = child if variant else None
    for child in element:
        if child.tag == "mi" and len(html.unescape(child.text or "")) > 1:
            child.attrib.pop("mathvariant", None)
