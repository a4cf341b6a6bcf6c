"""Every number of a report is the number behind it, rounded as shown, in every language."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from babel.numbers import get_decimal_symbol, get_group_symbol

from channelopt.report.contents import document
from channelopt.report.document import Chart, Document, Figures, Grid, Value
from channelopt.report.evidence import Evidence
from channelopt.report.speech import speaking
from tests.report.hand_made import full_plan
from tests.report.parts import plan_with_all_parts

SCALES = {"%": 100, "oint": 100, "unkt": 100, "million": Decimal("1e-6"), "Mio": Decimal("1e-6")}
"""What a number is multiplied by where a text holds such a word."""
PLANS = {"full": full_plan, "parts": plan_with_all_parts}


def values(contents: Document) -> Iterator[tuple[str, Value]]:
    """Yield the numbers of a report with the place where each stands."""
    for section in contents.sections:
        for block in section.blocks:
            grid = block.table if isinstance(block, Chart) else block
            if isinstance(grid, Grid):
                for row in (*grid.rows, grid.foot):
                    yield from ((section.title, cell) for cell in row if isinstance(cell, Value))
            if isinstance(block, Figures):
                for item in block.items:
                    found = (item.value, item.today)
                    yield from ((section.title, cell) for cell in found if cell is not None)


def is_shown(value: Value, locale: str) -> bool:
    """Whether a text says its number to the digits that it has."""
    if value.number is None or not math.isfinite(value.number):
        return not re.search(r"\d", value.text)
    point, group = get_decimal_symbol(locale), get_group_symbol(locale)
    found = re.search(rf"\d[\d{re.escape(group + point)}]*", value.text)
    if found is None:
        return False
    plain = found[0].rstrip(point).replace(group, "").replace(point, ".")
    shown, actual = Decimal(plain), abs(Decimal(repr(float(value.number))))
    step = Decimal(1).scaleb(-len(plain.partition(".")[2]))
    room = step if "%" in value.text and step == 1 else step / 2  # largest remainders
    if value.text.startswith("<"):
        return actual * 100 < shown
    scale = next((SCALES[word] for word in SCALES if word in value.text), 1)
    return abs(actual * scale - shown) <= room * Decimal("1.0001")


@pytest.mark.parametrize("locale", ["en", "de_DE"])
@pytest.mark.parametrize("name", PLANS)
def test_every_number_is_the_one_behind_it(name: str, locale: str) -> None:
    with speaking(locale):
        found = list(values(document(Evidence(PLANS[name]()))))
    wrong = [(place, value) for place, value in found if not is_shown(value, locale)]
    assert not wrong
    assert len(found) > 20


@pytest.mark.parametrize(
    ("value", "locale", "shown"),
    [
        (Value("1,234.5", 1234.46), "en", True),
        (Value("1,234.5", 1234.56), "en", False),
        (Value("1.234,5", 1234.46), "de_DE", True),
        (Value("1.234,5", 12.3446), "de_DE", False),
        (Value("-12.5 %", -0.125), "en", True),
        (Value("71.68 million", 71_680_123.0), "en", True),
        (Value("–", None), "en", True),
        (Value("0", None), "en", False),
        (Value("<1 %", 0.004), "en", True),
        (Value("<1 %", 0.014), "en", False),
    ],
)
def test_the_test_can_fail(value: Value, locale: str, shown: bool) -> None:
    assert is_shown(value, locale) is shown
