"""Numbers as cells of tables: what `figures` shows, with the number itself beside it."""

from __future__ import annotations

from collections.abc import Sequence

from channelopt.report import figures
from channelopt.report.document import Value


def count(number: float | None) -> Value:
    """Return a count."""
    return Value(figures.count(number), number)


def money(amount: float | None, digits: int | None = None) -> Value:
    """Return an amount without its currency; see `figures.cents` for digits."""
    return Value(figures.money(amount, digits=digits), amount)


def percent(share: float | None, digits: int = 1) -> Value:
    """Return a share as a percentage."""
    return Value(figures.percent(share, digits), share)


def percents(shares: Sequence[float]) -> list[Value]:
    """Return shares as whole percentages that add up as the shares do (largest remainder)."""
    shown = figures.percents(shares)
    return [Value(text, share) for text, share in zip(shown, shares, strict=True)]


def ratio(value: float | None) -> Value:
    """Return a mean or a ratio."""
    return Value(figures.ratio(value), value)


def figure(value: float | None, unit: str, currency: str | None = None) -> Value:
    """Return a key figure by its unit."""
    return Value(figures.figure(value, unit, currency), value)
