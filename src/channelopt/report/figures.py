"""Numbers as a reader wants them: rounded sensibly, thousands apart, shares that add up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

ABSENT = "–"


def count(number: float | None) -> str:
    """Return a count: no decimals from 100 on, at most two below."""
    if number is None or not math.isfinite(number):
        return ABSENT
    if abs(number) >= 100 or float(number).is_integer():
        return f"{number + 0.0:,.0f}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def money(amount: float | None, currency: str | None = None, digits: int | None = None) -> str:
    """Return an amount, `EUR 1,234.50`; cents below 10,000 unless `digits` says otherwise."""
    if amount is None or not math.isfinite(amount):
        return ABSENT
    if digits is None:
        digits = cents([amount])
    text = f"{round(amount, digits) + 0.0:,.{digits}f}"
    return f"{currency} {text}" if currency else text


def cents(amounts: Iterable[float]) -> int:
    """Return how many digits after the point amounts that stand together should have."""
    return 2 if max(map(abs, amounts), default=0.0) < 10_000 else 0


def worth(amount: float, currency: str | None = None) -> str:
    """Return an amount for a sentence: `EUR 71.68 million`."""
    if abs(amount) < 999_500:
        return money(amount, currency)
    text = f"{amount / 1e6:,.2f} million"
    return f"{currency} {text}" if currency else text


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage, `12.5 %`."""
    if share is None or not math.isfinite(share):
        return ABSENT
    return f"{round(100 * share, digits) + 0.0:,.{digits}f} %"


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
        "<1 %" if value == 0 and share > 1e-9 else f"{value} %"
        for value, share in zip(whole, shares, strict=True)
    ]


def seconds(time: float) -> str:
    """Return a time to wait, `8 s` or `3 min 20 s`."""
    whole = round(time)
    if time < 9.95:
        return f"{time:.1f} s"
    return f"{whole} s" if whole < 120 else f"{whole // 60:,} min {whole % 60} s"


def ratio(value: float | None) -> str:
    """Return a mean or a ratio with three decimals."""
    return ABSENT if value is None or not math.isfinite(value) else f"{value:.3f}"


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
        return f"{round(100 * change, 1) + 0.0:+.1f} points"
    text = figure(abs(change), unit)
    is_nothing = not any(digit in "123456789" for digit in text)
    return text if is_nothing else f"{'+' if change > 0 else '-'}{text}"


def points(share: float) -> str:
    """Return a difference of shares, `1 point`, `2.5 points`."""
    text = f"{round(100 * share, 4) + 0.0:,.10g}"
    return f"{text} point" if text == "1" else f"{text} points"


def headed(title: str, currency: str | None) -> str:
    """Return the title of a column of money: `Cost, EUR`."""
    return f"{title}, {currency}" if currency else title


def enumerate_words(words: Iterable[str], most: int = 5) -> str:
    """Return `a`, `a and b`, `a, b and c`, or `a, b and 7 more`."""
    items = list(words)
    if len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1} more"]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def plural(number: int, word: str) -> str:
    """Return `1 period`, `3 periods`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
