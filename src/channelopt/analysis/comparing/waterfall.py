"""Waterfall: from the profit of one plan over the parts to that of another."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from channelopt.analysis.comparing.records import Attribution, Side
from channelopt.plan.table import Cell, Table

COLUMNS = ("name", "title", "kind", "effect", "before", "after", "known", "doubt", "changes")


def to_cents(parts: Sequence[Fraction], total: int) -> tuple[int, ...]:
    """Round amounts to whole cents that sum to a total (largest remainder).

    Args:
        parts: amounts in currency.
        total: their sum in cents, less than one cent per part and two off at most.

    Returns:
        Cents, one number for each part; each is one of the two nearest to its part wherever the
        total allows.
    """
    cents = [round(part * 100) for part in parts]
    left = total - sum(cents)
    sign = 1 if left > 0 else -1
    order = sorted(
        range(len(parts)),
        key=lambda at: (parts[at] == 0, -sign * (parts[at] * 100 - cents[at]), at),
    )
    for at in range(abs(left)):
        cents[order[at % len(order)]] += sign
    return tuple(cents)


def waterfall(attribution: Attribution, a: Side, b: Side) -> Table:
    """Return the way from the profit of one plan to that of another, to the cent.

    Args:
        attribution: the parts.
        a: the first plan; must have an objective.
        b: the second.

    Returns:
        One row for the first plan (kind `start`), one for each part (`part`), one for what is left
        without any change of input (`remainder`, where there is any), one for the second (`end`);
        `effect` is rounded to cents so that the rows sum exactly from `before` to `after`.
    """
    ends = [round(Fraction(side.plan.objective or 0.0) * 100) for side in (a, b)]
    exact = [part.exact for part in attribution.parts]
    remainder = Fraction(attribution.total) - sum(exact, Fraction(0))
    steps: list[tuple[Cell, ...]] = [
        (p.group.name, p.group.title, "part", p.known, p.doubt, p.group.changes)
        for p in attribution.parts
    ]
    if attribution.remainder != 0 or not exact:
        steps.append(("remainder", "Not from inputs", "remainder", None, None, 0))
        exact.append(remainder)
    rows: list[tuple[Cell, ...]] = []
    level = ends[0]
    for step, cents in zip(steps, to_cents(exact, ends[1] - ends[0]), strict=True):
        name, title, kind, known, doubt, changes = step
        before, level = level, level + cents
        rows.append(
            (name, title, kind, cents / 100, before / 100, level / 100, known, doubt, changes)
        )
    start = ("start", a.name, "start", ends[0] / 100, None, ends[0] / 100, None, None, None)
    end = ("end", b.name, "end", ends[1] / 100, None, ends[1] / 100, None, None, None)
    return Table("waterfall", COLUMNS, (start, *rows, end))
