"""Amounts that add up as they are shown: rounded by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from channelopt.analysis.comparing.waterfall import to_cents
from channelopt.report import figures
from channelopt.report.document import Value

MANY = 1_000_000
"""Amounts from here on are told in millions."""


def units(amounts: Sequence[float], digits: int) -> tuple[int, ...]:
    """Round amounts such that they add up to their rounded sum.

    Args:
        amounts: finite numbers.
        digits: after the point.

    Returns:
        One whole number for each amount, in units of the last digit; next to the amount in that
        unit, above or below.
    """
    scale = 10**digits
    exact = [Fraction(amount) * scale / 100 for amount in amounts]
    return to_cents(exact, round(sum(exact, Fraction(0)) * 100))


def worth(units: int, digits: int, currency: str | None) -> str:
    """Return an amount for a sentence, with its sign; from a million on in millions.

    Args:
        units: the amount as `units` gives it.
        digits: after the point.
        currency: of the amount.
    """
    amount = units / float(10**digits)
    is_much = abs(amount) >= MANY
    return figures.worth(amount, currency) if is_much else figures.money(amount, currency, digits)


def money(amounts: Sequence[float], digits: int) -> list[Value]:
    """Return amounts as cells, and their sum behind them; what is shown adds up."""
    whole = units(amounts, digits)
    shown = [unit / 10**digits for unit in (*whole, sum(whole))]
    return [
        Value(figures.money(amount, digits=digits), exact)
        for amount, exact in zip(shown, (*amounts, sum(amounts)), strict=True)
    ]
