"""Scales: how the numbers of an axis are shown, in thousands or millions where they are large."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel.numbers import (
    format_decimal,
    get_decimal_symbol,
    get_group_symbol,
    get_minus_sign_symbol,
)

from channelopt.report import figures
from channelopt.report.drawing.words import clean
from channelopt.report.shapes import Axis, Unit
from channelopt.report.speech import _, current, later

STEPS = (
    (1e9, later("{title}, in billions")),
    (1e6, later("{title}, in millions")),
    (1e3, later("{title}, in thousands")),
)
LEAST: dict[Unit, float] = {"money": 10_000.0, "number": 1_000_000.0}
"""From which number on an axis is shown in thousands or more; the others never are."""
FORMATS: dict[Unit, str] = {"money": ",f", "number": ",~f", "share": "%", "ratio": ",~f"}
"""Of ticks, in the words of d3-format; the distance between ticks sets the digits."""


@dataclass(frozen=True)
class Scale:
    """How one axis shows its numbers.

    Attributes:
        factor: what numbers are divided by before they are drawn.
        title: of the axis, with what the numbers are counted in.
        unit: of the axis.
        digits: after the point, of numbers that stand at marks; of shares, of their percentage.
    """

    factor: float
    title: str
    unit: Unit
    digits: int

    def __call__(self, number: float) -> float:
        """Return a number as it is drawn."""
        return number / self.factor

    def maybe(self, number: float | None) -> float | None:
        """Return a number as it is drawn; None where there is none, or none that is finite."""
        return None if number is None or not math.isfinite(number) else number / self.factor

    @property
    def format(self) -> str:
        """Return the format of ticks for Vega."""
        return FORMATS[self.unit]

    @property
    def fixed(self) -> str:
        """Return the format of numbers with as many digits as `text` has, for Vega."""
        return f",.{self.digits}{'%' if self.unit == 'share' else 'f'}"

    def text(self, number: float) -> str:
        """Return a number as text beside its mark, in the unit of the axis."""
        if self.unit == "share":
            return figures.percent(number, self.digits)
        shown = round(number / self.factor, self.digits) + 0.0
        pattern = "#,##0." + "0" * self.digits if self.digits else "#,##0"
        return str(format_decimal(shown, format=pattern, locale=current().locale))

    def signed(self, number: float) -> str:
        """Return a change as text, with its sign."""
        text = self.text(abs(number))
        if not any(digit in "123456789" for digit in text):
            return text
        return f"{'+' if number > 0 else get_minus_sign_symbol(current().locale)}{text}"


def scale_of(
    axis: Axis, numbers: Iterable[float | None], told: Iterable[float] | None = None
) -> Scale:
    """Return how an axis shows numbers of a size.

    Args:
        axis: what the numbers are.
        numbers: all that are drawn.
        told: those that set how many digits stand at marks; None for all.
    """
    sizes = [abs(one) for one in numbers if one is not None and math.isfinite(one)]
    marked = sizes if told is None else [abs(one) for one in told]
    factor, title = 1.0, clean(axis.title, 110)
    largest, smallest = max(sizes, default=0.0), max(marked, default=0.0)
    if largest >= LEAST.get(axis.unit, math.inf):
        steps = [step for step in STEPS if largest >= step[0]]
        factor, words = next((step for step in steps if smallest >= step[0]), steps[-1])
        title = _(words).format(title=title)
    return Scale(factor, title, axis.unit, _digits(axis.unit, marked, factor))


def _digits(unit: Unit, sizes: list[float], factor: float) -> int:
    """Return so many digits that the largest number shows three that count."""
    largest = max(sizes, default=0.0)
    if unit == "share":
        return 1 if 0 < largest <= 0.2 and not all(_is_whole(100 * one) for one in sizes) else 0
    if largest == 0 or (factor == 1 and all(map(_is_whole, sizes))):
        return 0
    return min(max(2 - math.floor(math.log10(largest / factor)), 0), 6)


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


def format_locale() -> dict[str, Any]:
    """Return the number format of the language of now in the words of d3-format."""
    locale = current().locale
    return {
        "decimal": get_decimal_symbol(locale),
        "thousands": get_group_symbol(locale),
        "grouping": [3],
        "currency": ["", ""],
        "percent": figures.percent(0.5, 0).replace("50", ""),
        "minus": get_minus_sign_symbol(locale),
    }
