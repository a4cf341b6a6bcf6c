"""Numbers, amounts and lists in other locales: Babel's data, the digits of English."""

from __future__ import annotations

import random
import re

import pytest
from babel import Locale
from babel.numbers import parse_decimal

from channelopt.report import figures, speech
from channelopt.report.figures import (
    ABSENT,
    count,
    difference,
    enumerate_words,
    figure,
    money,
    percent,
    percents,
    points,
    rate,
    ratio,
    seconds,
    worth,
)

NBSP = "\u00a0"


@pytest.fixture
def german():
    with speech.speaking("de_DE"):
        yield


@pytest.fixture
def swiss():
    with speech.speaking("de_CH"):
        yield


def test_english_is_as_it_was():
    assert money(1234.5, "EUR") == "EUR 1,234.50"
    assert percent(0.125) == "12.5 %"
    assert count(1234567) == "1,234,567"
    assert count(-0.004) == "0"
    assert worth(71_680_000, "EUR") == "EUR 71.68 million"
    assert enumerate_words("abc") == "a, b and c"
    assert rate(0.08) == "8 %"
    assert rate(0.0825) == "8.25 %"


def test_english_anywhere_is_the_house_style():
    with speech.speaking("en_US"):
        assert percent(0.125) == "12.5 %"
        assert enumerate_words("abc") == "a, b and c"


@pytest.mark.usefixtures("german")
def test_german():
    assert money(1234.5, "EUR") == f"1.234,50{NBSP}EUR"
    assert money(-12345.4) == "-12.345"
    assert percent(0.125) == f"12,5{NBSP}%"
    assert percents([0.5, 0.4999, 0.0001]) == [f"50{NBSP}%", f"50{NBSP}%", f"<1{NBSP}%"]
    assert worth(71_680_000, "EUR") == f"71,68{NBSP}Mio.{NBSP}EUR"
    assert ratio(1.5) == "1,500"
    assert points(0.01) == f"1{NBSP}Prozentpunkt"
    assert points(0.025) == f"2,5{NBSP}Prozentpunkte"
    assert difference(0.3, 0.4, "share") == f"-10,0{NBSP}Prozentpunkte"
    assert difference(2.0, 1.0, "money") == "+1,00"
    assert enumerate_words("abc") == "a, b und c"
    assert enumerate_words("abcdefgh") == "a, b, c, d und 4 weitere"
    assert seconds(200) == f"3{NBSP}min 20{NBSP}s"
    assert figure(None, "money") == ABSENT


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("currency", ["XYZ", "POINTS", "", None])
def test_currencies_that_nobody_knows(currency):
    assert money(5.0, currency) == (f"5,00{NBSP}{currency}" if currency else "5,00")


@pytest.mark.usefixtures("swiss")
def test_swiss_apostrophes():
    assert money(1234567, "CHF") == f"CHF{NBSP}1’234’567"
    assert percent(0.125) == "12.5%"


@pytest.mark.parametrize("tag", ["de_DE", "de_AT", "de_CH"])
def test_the_digits_are_those_of_english(tag: str):
    """Read back by Babel's own parser, every locale says the number that English says."""
    chance = random.Random(5)  # noqa: S311
    numbers = [chance.uniform(-1, 1) * 10 ** chance.randint(-4, 9) for _ in range(400)]
    numbers += [0.0, -0.0, 0.005, 99.995, 100.0, 9999.995, 1e12, -1e12]
    locale = Locale.parse(tag)
    for number in numbers:
        for unit in ("money", "number", "ratio", "share"):
            english = figure(number, unit)
            with speech.speaking(tag):
                there = figure(number, unit)
            bare = re.sub(r"[\s%\u00a0\u202f]", "", there)
            plain = english.replace(",", "").removesuffix(" %")
            assert float(parse_decimal(bare, locale=locale)) == float(plain), (number, unit)


def test_speech_ends_with_its_block():
    with speech.speaking("de"):
        assert figures.count(1.5) == "1,5"
    assert figures.count(1.5) == "1.5"
