"""ListVerification: what the independent check of a list found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from channelopt.rules.base import Verdict
from channelopt.verify.result import Verification

FIRST = 5
"""Findings of one kind that are spelled out; the rest is counted."""


@dataclass(frozen=True)
class ListVerification:
    """Result of the independent check of a list.

    Attributes:
        rules: the verdict on every rule and policy, and on the plan's quotas, in their order;
            empty where the files cannot be read.
        mismatches: every written figure that differs from the recomputed one, every row that
            does not belong, in words; of each kind the first are spelled out, the rest counted.
        not_checked: what no check of a list can say, in words; never left out in silence.
        customers: good customers of the file.
        rows: rows of the list that were checked.
        value: worth of the list, recomputed; None where there is none.
        bound: upper bound at the written prices, recomputed; None where there is none.
    """

    rules: tuple[Verdict, ...] = ()
    mismatches: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    customers: int = 0
    rows: int = 0
    value: float | None = None
    bound: float | None = None

    @property
    def ok(self) -> bool:
        """Whether every rule holds and every figure is right."""
        return not self.mismatches and all(verdict.holds for verdict in self.rules)

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the rules that do not hold."""
        return tuple(verdict.rule for verdict in self.rules if not verdict.holds)

    @property
    def gap(self) -> float | None:
        """|bound - value| / max(1, |value|), recomputed."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.bound - self.value) / max(1.0, abs(self.value))

    def findings(self) -> tuple[str, ...]:
        """Return what is wrong, one line each; long lists end with a count."""
        return (*Verification(rules=self.rules).findings(), *self.mismatches)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        shared = Verification(rules=self.rules, mismatches=self.mismatches).to_json()
        return {
            "ok": self.ok,
            "customers": self.customers,
            "rows": self.rows,
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "rules": shared["rules"],
            "mismatches": shared["mismatches"],
            "not_checked": list(self.not_checked),
        }


@dataclass
class Findings:
    """Collects what is wrong: of each kind the first are spelled out, the rest counted."""

    _lines: dict[str, list[str]] = field(default_factory=dict)
    _more: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, line: str) -> None:
        """Add one finding of a kind of which there are few: all are spelled out."""
        self._lines.setdefault(kind, []).append(line)

    def some(self, kind: str, lines: Iterable[str], count: int) -> None:
        """Add the first lines of `count` findings of a kind."""
        kept = self._lines.setdefault(kind, [])
        before = len(kept)
        for line in lines:
            if len(kept) >= FIRST:
                break
            kept.append(line)
        self._more[kind] = self._more.get(kind, 0) + count - (len(kept) - before)

    def wanted(self, kind: str) -> int:
        """Return how many more lines of a kind are spelled out."""
        return FIRST - len(self._lines.get(kind, ()))

    def lines(self) -> tuple[str, ...]:
        """Return all findings, each kind with the count of those left out."""
        found: list[str] = []
        for kind, lines in self._lines.items():
            found += lines
            if self._more.get(kind):
                found.append(f"{kind}: {self._more[kind]} more like these")
        return tuple(found)

    def __bool__(self) -> bool:
        """Return whether anything is wrong."""
        return bool(self._lines)
