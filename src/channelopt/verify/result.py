"""Verification: what the independent check of a plan found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from channelopt.rules.base import Verdict

SHOWN = 20
"""Findings of one kind that are spelled out; the rest is counted."""


@dataclass(frozen=True)
class Verification:
    """Result of the independent check.

    Attributes:
        rules: the verdict on every rule and policy, in their order; empty where the tables
            cannot be read.
        objective: satisfaction-weighted profit, recomputed; None where there is no plan.
        money: every term of the ledger over the horizon, recomputed, undiscounted.
        mismatches: every written figure that differs from the recomputed one, and every cell
            that cannot be used, in words.
    """

    rules: tuple[Verdict, ...] = ()
    objective: Decimal | None = None
    money: Mapping[str, Decimal] = field(default_factory=dict)
    mismatches: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every rule holds and every figure is right."""
        return not self.mismatches and all(verdict.holds for verdict in self.rules)

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the rules that do not hold."""
        return tuple(verdict.rule for verdict in self.rules if not verdict.holds)

    def findings(self) -> tuple[str, ...]:
        """Return what is wrong, one line each; long lists end with a count."""
        lines: list[str] = []
        for verdict in self.rules:
            spelled = [f"rule {verdict.rule}: {breach}" for breach in verdict.breaches[:SHOWN]]
            lines += _shortened(spelled, len(verdict.breaches), f"rule {verdict.rule}")
        return (*lines, *_shortened(self.mismatches[:SHOWN], len(self.mismatches), "figures"))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; decimals become numbers."""
        return {
            "ok": self.ok,
            "objective": None if self.objective is None else float(self.objective),
            "money": {name: float(amount) for name, amount in self.money.items()},
            "rules": [_plain(verdict) for verdict in self.rules],
            "mismatches": list(_shortened(self.mismatches[:1000], len(self.mismatches), "figures")),
        }


def _shortened(lines: list[str] | tuple[str, ...], count: int, what: str) -> list[str]:
    more = count - len(lines)
    return [*lines, *([f"{what}: {more} more like these"] if more else [])]


def _plain(verdict: Verdict) -> dict[str, Any]:
    breaches = [str(breach) for breach in verdict.breaches[:1000]]
    return {
        "rule": verdict.rule,
        "holds": verdict.holds,
        "rows": verdict.rows,
        "slack": None if verdict.slack is None else float(verdict.slack),
        "tightest": verdict.tightest,
        "breaches": _shortened(breaches, len(verdict.breaches), "rows"),
    }
