"""Amounts that stand together: steps that lead from one total to another, words for sentences."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from channelopt.analysis.comparing.waterfall import to_cents
from channelopt.report import figures

MANY = 1_000_000
"""Amounts from here on are told in millions."""


def steps(amounts: Sequence[float], ends: tuple[float, float], digits: int) -> list[float]:
    """Return where steps lead from one amount to another, as rounded numbers.

    Args:
        amounts: of the steps; they sum to the difference of the ends, but for rounding.
        ends: the first amount and the last.
        digits: after the point.

    Returns:
        The first amount, that after each step, and so the last one at the end; each step is
        rounded up or down such that all lead from one rounded end to the other.
    """
    scale = 10**digits
    first, last = (round(Fraction(end) * scale) for end in ends)
    exact = [Fraction(amount) * scale / 100 for amount in amounts]
    levels = [first]
    for units in to_cents(exact, last - first):
        levels.append(levels[-1] + units)
    return [level / scale for level in levels]


def worth(amount: float, digits: int, currency: str | None) -> str:
    """Return an amount for a sentence, with its sign; from a million on in millions.

    Args:
        amount: of money.
        digits: after the point where it is less.
        currency: of the amount.
    """
    is_much = abs(amount) >= MANY
    return figures.worth(amount, currency) if is_much else figures.money(amount, currency, digits)
