"""Ribbons from places of today to those of the plan: a Sankey diagram in the words of Vega."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channelopt.report import figures
from channelopt.report.drawing import theme
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.words import clean
from channelopt.report.shapes import Flow, Flows, Unit

BAR = 14
"""Width of the bar of a place, in pixels."""
GAP = 16
"""Between two places, so that the names of the smallest do not touch."""
ROOM = 234
"""Pixels for the names on either side."""
INNER = theme.WIDTH - 2 * ROOM
HEIGHT = 300
"""Of all that flows, without gaps."""
TEXT = 12
LETTER, DIGIT = 5.8, 6.2
"""About how wide a letter and a digit are, in pixels."""
PATH = (
    f"'M{BAR},' + datum.a0 + 'C{INNER / 2:.0f},' + datum.a0 + ' {INNER / 2:.0f},' + datum.b0"
    f" + ' {INNER - BAR},' + datum.b0 + 'L{INNER - BAR},' + datum.b1"
    f" + 'C{INNER / 2:.0f},' + datum.b1 + ' {INNER / 2:.0f},' + datum.a1"
    f" + ' {BAR},' + datum.a1 + 'Z'"
)
"""A ribbon as a path, in the words of Vega."""


TOP = 54
"""Pixels above the ribbons: what they count, and what either side is."""


def flows(shape: Flows) -> Drawing:
    """Draw ribbons as wide as what flows; what stays where it is is paler than what moves."""
    there = [one for one in shape.flows if one.amount > 0]
    lefts, rights = _orders(there)
    most = max(len(lefts), len(rights), 1)
    unit = shape.axis.unit
    total = sum(one.amount for one in there) or 1.0
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": INNER,
        "height": HEIGHT + GAP * (most - 1),
        "padding": {"left": ROOM, "right": ROOM, "top": TOP, "bottom": 8},
        "autosize": "none",
        "config": {"aria": False},
        "signals": [
            {"name": "per", "value": HEIGHT / total},
            {"name": "gap", "value": GAP},
            {"name": "first_left", "value": GAP * (most - len(lefts)) / 2},
            {"name": "first_right", "value": GAP * (most - len(rights)) / 2},
        ],
        "data": [
            _names("names_left", there, lefts, unit, is_left=True),
            _names("names_right", there, rights, unit, is_left=False),
            _links(there, lefts, rights),
            _places("left", "s", "a"),
            _places("right", "t", "b"),
        ],
        "marks": [
            _ribbons(),
            *_side("left", 0, "right", -8),
            *_side("right", INNER - BAR, "left", BAR + 8),
            *_heads(shape),
        ],
    }
    return Drawing("vega", spec)


def _orders(there: Sequence[Flow]) -> tuple[list[str], list[str]]:
    """Return the places of both sides from top to bottom.

    The largest of today come first, and the right side keeps that order, so that what stays
    runs straight; what is new stands below.
    """
    before, after = _sums(there, is_left=True), _sums(there, is_left=False)
    lefts = sorted(before, key=lambda title: -before[title])
    kept = [title for title in lefts if title in after]
    new = sorted((title for title in after if title not in before), key=lambda one: -after[one])
    return lefts, [*kept, *new]


def _sums(there: Sequence[Flow], *, is_left: bool) -> dict[str, float]:
    sums: dict[str, float] = {}
    for one in there:
        title = one.source if is_left else one.target
        sums[title] = sums.get(title, 0.0) + one.amount
    return sums


def _names(
    name: str, there: Sequence[Flow], order: list[str], unit: Unit, *, is_left: bool
) -> dict[str, Any]:
    """Return the places of one side with what stands beside them."""
    sums = _sums(there, is_left=is_left)
    total = sum(sums.values()) or 1.0
    shares = figures.percents([sums[title] / total for title in order])
    rows: Rows = []
    for place, (title, share) in enumerate(zip(order, shares, strict=True)):
        amount = f"{figures.figure(sums[title], unit)} ({share})"
        most = max(int((ROOM - 14 - DIGIT * (len(amount) + 1)) / LETTER), 8)
        rows.append({"place": place, "text": f"{clean(title, most)}: {amount}"})
    return {"name": name, "values": rows}


def _links(there: Sequence[Flow], lefts: list[str], rights: list[str]) -> dict[str, Any]:
    colours = {title: theme.category(place) for place, title in enumerate(lefts)}
    values = [
        {
            "s": lefts.index(one.source),
            "t": rights.index(one.target),
            "amount": one.amount,
            "fill": colours[one.source],
            "strength": 0.3 if one.source == one.target else 0.65,
        }
        for one in there
    ]
    return {
        "name": "links",
        "values": values,
        "transform": [
            {
                "type": "aggregate",
                "groupby": ["s", "t", "fill", "strength"],
                "fields": ["amount"],
                "ops": ["sum"],
                "as": ["amount"],
            },
            _stack(["s", "t"], "a"),
            _stack(["t", "s"], "b"),
            *_heights("a", "first_left", "s"),
            *_heights("b", "first_right", "t"),
            {"type": "formula", "as": "path", "expr": PATH},
        ],
    }


def _stack(order: list[str], side: str) -> dict[str, Any]:
    sort = {"field": order, "order": ["ascending", "ascending"]}
    return {"type": "stack", "field": "amount", "sort": sort, "as": [f"{side}_from", f"{side}_to"]}


def _heights(side: str, first: str, place: str) -> Rows:
    """Return the formulas for pixels: amounts as stacked, and a gap before each place."""
    return [
        {
            "type": "formula",
            "as": f"{side}{number}",
            "expr": f"datum.{side}_{end} * per + {first} + gap * datum.{place}",
        }
        for number, end in enumerate(("from", "to"))
    ]


def _places(name: str, place: str, side: str) -> dict[str, Any]:
    return {
        "name": name,
        "source": "links",
        "transform": [
            {
                "type": "aggregate",
                "groupby": [place],
                "fields": [f"{side}0", f"{side}1"],
                "ops": ["min", "max"],
                "as": ["top", "bottom"],
            },
            {
                "type": "lookup",
                "from": f"names_{name}",
                "key": "place",
                "fields": [place],
                "values": ["text"],
            },
        ],
    }


def _ribbons() -> dict[str, Any]:
    return {
        "type": "path",
        "from": {"data": "links"},
        "encode": {
            "update": {
                "path": {"field": "path"},
                "fill": {"field": "fill"},
                "fillOpacity": {"field": "strength"},
            }
        },
    }


def _side(name: str, x: int, align: str, shift: int) -> Rows:
    bar = {
        "x": {"value": x},
        "width": {"value": BAR},
        "y": {"field": "top"},
        "y2": {"signal": "max(datum.bottom, datum.top + 1)"},
        "fill": {"value": theme.tone("total")},
    }
    text = _text({"field": "text"}, x + shift, align, theme.INK.light) | {
        "y": {"signal": "(datum.top + datum.bottom) / 2"},
        "baseline": {"value": "middle"},
    }
    return [
        {"type": "rect", "from": {"data": name}, "encode": {"update": bar}},
        {"type": "text", "from": {"data": name}, "encode": {"update": text}},
    ]


def _text(text: dict[str, Any], x: float, align: str, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": {"value": x},
        "align": {"value": align},
        "fill": {"value": colour},
        "font": {"value": theme.FONT},
        "fontSize": {"value": TEXT},
        "limit": {"value": ROOM - 12},
    }


def _heads(shape: Flows) -> Rows:
    """Return what is counted, and what stands on the left and on the right."""
    muted = theme.MUTED_INK.light
    found = [
        _text({"value": clean(shape.axis.title, 110)}, 4 - ROOM, "left", muted)
        | {"y": {"value": 14 - TOP}, "limit": {"value": theme.WIDTH - 8}},
    ]
    for title, x, align in ((shape.left, BAR, "right"), (shape.right, INNER - BAR, "left")):
        head = _text({"value": clean(title, 40)}, x, align, theme.INK.light)
        found.append(head | {"y": {"value": -12}, "fontWeight": {"value": "bold"}})
    return [{"type": "text", "encode": {"update": one}} for one in found]
