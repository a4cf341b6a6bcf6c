"""Numbers as a reader wants them: rounded sensibly, thousands apart, shares that add up.

They speak the language of now (`speech.current`). English is written as the house writes it,
`EUR 1,234.50` and `12.5 %`; every other locale as Babel's data have it, `1.234,50 EUR`. The
digits are the same in all of them: a number is rounded first and then put into words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.lists import format_list
from babel.numbers import NumberPattern, get_minus_sign_symbol, get_plus_sign_symbol, parse_pattern

from channelopt.report.speech import DEFAULT, _, current, plural_of

ABSENT = "–"
BRITISH = "en_GB"
"""Its lists have no comma before the last word."""


def count(number: float | None) -> str:
    """Return a count: no decimals from 100 on, at most two below."""
    if number is None or not math.isfinite(number):
        return ABSENT
    if abs(number) >= 100 or float(number).is_integer():
        return _decimal(f"{number + 0.0:.0f}")
    return plain(number, most=2)


def plain(number: float, least: int = 0, most: int = 10) -> str:
    """Return a number with at least and at most so many digits after the point."""
    return _decimal(_trimmed(number, least, most))


def money(amount: float | None, currency: str | None = None, digits: int | None = None) -> str:
    """Return an amount, `EUR 1,234.50`; cents below 10,000 unless `digits` says otherwise."""
    if amount is None or not math.isfinite(amount):
        return ABSENT
    if digits is None:
        digits = cents([amount])
    return _with_currency(_decimal(f"{round(amount, digits) + 0.0:.{digits}f}"), currency)


def cents(amounts: Iterable[float]) -> int:
    """Return how many digits after the point amounts that stand together should have."""
    return 2 if max(map(abs, amounts), default=0.0) < 10_000 else 0


def worth(amount: float, currency: str | None = None) -> str:
    """Return an amount for a sentence: `EUR 71.68 million`."""
    if abs(amount) < 999_500:
        return money(amount, currency)
    millions = _("{number} million").format(number=_decimal(f"{amount / 1e6:.2f}"))
    return _with_currency(millions, currency)


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage, `12.5 %`."""
    if share is None or not math.isfinite(share):
        return ABSENT
    return _percent(f"{round(100 * share, digits) + 0.0:.{digits}f}")


def rate(share: float, most: int = 4) -> str:
    """Return a share that somebody has set as a percentage, `8 %` or `2.5 %`."""
    return _percent(_trimmed(100 * share, 0, most))


def percents(shares: Sequence[float]) -> list[str]:
    """Return shares as whole percentages that add up as the shares do (largest remainder).

    What is rounded to nothing but is something is `<1 %`.
    """
    exact = [100 * share for share in shares]
    whole = [math.floor(value + 1e-9) for value in exact]
    missing = round(sum(exact)) - sum(whole)
    order = sorted(range(len(exact)), key=lambda k: (whole[k] - exact[k], k))
    for k in order[: max(missing, 0)]:
        whole[k] += 1
    return [
        f"<{_percent('1')}" if value == 0 and share > 1e-9 else _percent(str(value))
        for value, share in zip(whole, shares, strict=True)
    ]


def seconds(time: float) -> str:
    """Return a time to wait, `8 s` or `3 min 20 s`."""
    whole = round(time)
    if time < 9.95:
        return _("{seconds} s").format(seconds=_decimal(f"{time:.1f}"))
    if whole < 120:
        return _("{seconds} s").format(seconds=_decimal(str(whole)))
    minutes, rest = _decimal(str(whole // 60)), _decimal(str(whole % 60))
    return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def ratio(value: float | None) -> str:
    """Return a mean or a ratio with three decimals."""
    return ABSENT if value is None or not math.isfinite(value) else _decimal(f"{value:.3f}")


def figure(value: float | None, unit: str, currency: str | None = None) -> str:
    """Return a key figure by its unit."""
    if unit == "money":
        return money(value, currency)
    if unit == "share":
        return percent(value)
    return ratio(value) if unit == "ratio" else count(value)


def difference(plan: float | None, today: float | None, unit: str) -> str:
    """Return plan minus today with its sign; shares in points."""
    if plan is None or today is None:
        return ABSENT
    change = plan - today
    if unit == "share":
        moved = round(100 * change, 1) + 0.0
        number = sign(_decimal(f"{abs(moved):.1f}"), moved)
        return _("{number} points").format(number=number)
    text = figure(abs(change), unit)
    is_nothing = not any(digit in "123456789" for digit in text)
    return text if is_nothing else sign(text, change)


def sign(text: str, amount: float) -> str:
    """Return what is shown of a size with the sign of its amount; nothing counts as more."""
    locale = current().locale
    symbol = get_minus_sign_symbol if amount < 0 else get_plus_sign_symbol
    return f"{symbol(locale)}{text}"


def points(share: float) -> str:
    """Return a difference of shares, `1 point`, `2.5 points`."""
    moved = float(f"{round(100 * share, 4) + 0.0:.10g}")
    form = int(moved) if moved.is_integer() else 2
    return plural_of("{number} point", "{number} points", form).format(number=plain(moved))


def headed(title: str, currency: str | None) -> str:
    """Return the title of a column of money: `Cost, EUR`."""
    return f"{title}, {currency}" if currency else title


def enumerate_words(words: Iterable[str], most: int = 5) -> str:
    """Return `a`, `a and b`, `a, b and c`, or `a, b and 7 more`."""
    items = list(words)
    if len(items) > most:
        rest = len(items) - most + 1
        items = [*items[: most - 1], plural_of("{n} more", "{n} more", rest).format(n=count(rest))]
    if len(items) < 2:
        return "".join(items)
    locale = current().locale
    return format_list(items, locale=BRITISH if locale.language == DEFAULT else locale)


def plural(number: int, word: str) -> str:
    """Return `1 period`, `3 periods`; for texts that are English only, see `speech.plural_of`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _trimmed(number: float, least: int, most: int) -> str:
    whole, _point, part = f"{round(number, most) + 0.0:.{most}f}".partition(".")
    part = part[:least] + part[least:].rstrip("0")
    return f"{whole}.{part}" if part else whole


def _decimal(digits: str) -> str:
    """Return a rounded number, written as Python does, with the separators of the locale."""
    locale = current().locale
    if locale.language == DEFAULT:
        return f"{Decimal(digits):,f}"
    pattern = _as_in(locale, "decimal", _after_point(digits))
    return str(pattern.apply(Decimal(digits), locale))


def _percent(digits: str) -> str:
    locale = current().locale
    if locale.language == DEFAULT:
        return f"{Decimal(digits):,f} %"
    pattern = _as_in(locale, "percent", _after_point(digits))
    return str(pattern.apply(Decimal(digits).scaleb(-2), locale))


def _after_point(digits: str) -> int:
    return len(digits.partition(".")[2])


@cache
def _as_in(locale: Locale, kind: str, digits: int) -> NumberPattern:
    formats = locale.percent_formats if kind == "percent" else locale.decimal_formats
    pattern = parse_pattern(formats[None].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern


def _with_currency(text: str, currency: str | None) -> str:
    """Return an amount with its currency where the locale has it.

    Scenarios name the currency as they like, so that codes unknown to Babel stay as they are.
    """
    if not currency:
        return text
    locale = current().locale
    if locale.language == DEFAULT:
        return f"{currency} {text}"
    is_before = _pattern_of_money(locale).startswith("¤")
    return f"{currency}\u00a0{text}" if is_before else f"{text}\u00a0{currency}"


@cache
def _pattern_of_money(locale: Locale) -> str:
    return str(locale.currency_formats["standard"].pattern).lstrip("\u200e\u200f")
