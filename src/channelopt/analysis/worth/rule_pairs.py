"""Pairs of rules: what dropping two of them brings beyond what each brings alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.worth.kept import Kept
from channelopt.analysis.worth.limit_lines import Errand, run
from channelopt.analysis.worth.rule_list import Rule
from channelopt.analysis.worth.spans import Effect, Scale
from channelopt.plan.table import Cell, Table

PAIR_COLUMNS = (
    "rule",
    "with",
    "title",
    "effect",
    "alone",
    "only_together",
    "at_most",
    "known",
)
"""Columns of `rule_pairs`."""

DEAR = 6
"""So many of the dearest rules are dropped in pairs."""
FREE = 12
"""So many rules that bind but cost nothing are looked at."""
MOST = 40
"""Questions about pairs and groups."""


@dataclass(frozen=True)
class _Pair:
    first: Rule
    second: Rule


class Pairs:
    """What pairs of rules cost.

    Attributes:
        unproven: pairs whose price is not known exactly.
    """

    def __init__(self, study: Study, scale: Scale, singles: Mapping[str, Effect]) -> None:
        self._study = study
        self._scale = scale
        self._singles = singles
        self._found: dict[tuple[str, str], tuple[_Pair, Effect]] = {}
        self._asked = 0

    @property
    def unproven(self) -> int:
        """How many of the pairs that were asked are not known exactly."""
        return sum(not effect.is_known for _, effect in self._found.values())

    def work(self, rules: Sequence[Rule]) -> None:
        """Drop pairs of dear rules; with each of them, and alone, groups of free ones."""
        worth = {rule.name: self._singles[rule.name].worth or 0.0 for rule in rules}
        known = [rule for rule in rules if self._singles[rule.name].is_known]
        dear = sorted((r for r in known if worth[r.name] > 0), key=lambda r: -worth[r.name])[:DEAR]
        plan = Kept(self._study.instance, self._study.choice)
        choice = self._study.choice
        free = [r for r in known if worth[r.name] == 0 and not r.has_room(plan, choice)][:FREE]
        errands = [self._pair(_Pair(*two)) for two in combinations(dear, 2)]
        for first in dear:
            errands += self._group((first,), free)
        run(self._study, [*errands, *self._group((), free)])

    def table(self) -> Table:
        """Return the pairs that were looked at, those that bind most together first."""
        rows = sorted(
            (self._row(pair, effect) for pair, effect in self._found.values()),
            key=lambda row: (-float(row[5] or 0.0), str(row[0]), str(row[1])),
        )
        return Table("rule_pairs", PAIR_COLUMNS, tuple(rows))

    def _row(self, pair: _Pair, effect: Effect) -> tuple[Cell, ...]:
        one, two = pair.first, pair.second
        alone = sum(self._singles[rule.name].worth or 0.0 for rule in (one, two))
        more = None if effect.worth is None else effect.worth - alone
        if more is not None and abs(more) <= 3 * self._scale.noise:
            more = 0.0
        title = f"{one.title} + {two.title}"
        return one.name, two.name, title, effect.worth, alone, more, effect.at_most, effect.known

    def _errand(self, dropped: Sequence[Rule]) -> Question:
        without = self._study.instance
        for rule in dropped:
            without = rule.drop(without)
        return Question(without)

    def _may_ask(self) -> bool:
        self._asked += 1
        return self._asked <= MOST

    def _pair(self, pair: _Pair) -> Errand:
        return Errand(
            self._errand((pair.first, pair.second)), self._may_ask, partial(self._heard, pair)
        )

    def _heard(self, pair: _Pair, answer: Answer) -> list[Errand]:
        effect = self._scale.effect(self._scale.heard(answer))
        self._found[pair.first.name, pair.second.name] = (pair, effect)
        return []

    def _group(self, fixed: Sequence[Rule], free: Sequence[Rule]) -> list[Errand]:
        """Drop many free rules at once (and one dear one): mostly that brings nothing more."""
        dropped = [*fixed, *free]
        if len(dropped) < 2 or not free:
            return []
        if len(dropped) == 2:
            return [self._pair(_Pair(*dropped))]
        parts = partial(self._split, fixed, free)
        return [Errand(self._errand(dropped), self._may_ask, parts)]

    def _split(self, fixed: Sequence[Rule], free: Sequence[Rule], answer: Answer) -> list[Errand]:
        effect = self._scale.effect(self._scale.heard(answer))
        alone = sum(self._singles[rule.name].worth or 0.0 for rule in fixed)
        more = effect.at_most if effect.worth is None or effect.at_most else effect.worth
        if more is not None and more - alone <= 2 * self._scale.noise:
            return []
        half = len(free) // 2
        if fixed:
            return [*self._group(fixed, free[:half]), *self._group(fixed, free[half:])]
        return [self._pair(_Pair(*two)) for two in combinations(free, 2)]
