"""Rule prices: what every rule costs, alone and together with another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from channelopt.analysis.study import Answer, Question, Result, Study, Wishes
from channelopt.analysis.worth.kept import Kept
from channelopt.analysis.worth.limit_lines import Errand, run
from channelopt.analysis.worth.rule_list import Rule, rules
from channelopt.analysis.worth.rule_pairs import PAIR_COLUMNS, Pairs
from channelopt.analysis.worth.spans import Effect, Scale, Span
from channelopt.instance.instance import Instance
from channelopt.plan.table import Cell, Table

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rules": ("rank", "rule", "title", "change", "effect", "at_most", "known"),
    "rule_pairs": PAIR_COLUMNS,
}
"""Columns of the tables."""

FOR_SINGLES = 0.75
"""Share of the time for rules on their own."""
DROP, RELAX = "drop", "relax 10 %"


def rule_prices(study: Study, wishes: Wishes) -> Result:
    """Price every rule: what the best plan without it is worth more, and with 10 % more room.

    Args:
        study: the solved scenario.
        wishes: nothing of them counts here.

    Returns:
        Tables `rules`, the dearest first, and `rule_pairs`.
    """
    del wishes
    prices = Prices(study)
    with study.within(study.left() * FOR_SINGLES):
        prices.work()
    pairs = Pairs(study, prices.scale, {rule.name: prices.drop(rule) for rule in prices.rules})
    pairs.work(prices.rules)
    ranked = prices.ranked()
    unproven = sum(not prices.effect(rule, change).is_known for _, rule, change in ranked)
    tables = (_table(prices, ranked), pairs.table())
    return Result("rules", tables, _sentences(prices), unproven + pairs.unproven)


class Prices:
    """What is proven about the optimum without each rule, and with each rule relaxed.

    Attributes:
        study: the solved scenario.
        scale: what counts as equal.
        rules: all rules.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.scale = Scale(study.best)
        self.rules = rules(study.instance)
        at_least = Span(low=self.scale.base.low)
        self._spans = {(r.name, c): at_least for r in self.rules for c in (DROP, RELAX)}

    def work(self) -> None:
        """Drop rules, first all at once to see which are free; then relax those that are not."""
        run(self.study, self._together(self.rules))
        order = sorted(self.rules, key=lambda rule: -(self.drop(rule).worth or 0.0))
        run(self.study, [e for rule in order for e in self._single(rule, RELAX)])

    def drop(self, rule: Rule) -> Effect:
        """Return what dropping a rule is worth."""
        return self.effect(rule, DROP)

    def effect(self, rule: Rule, change: str) -> Effect:
        """Return what a change of a rule is worth."""
        return self.scale.effect(self._spans[rule.name, change])

    def ranked(self) -> list[tuple[int, Rule, str]]:
        """Return rank, rule and change: the dearest rule first; without a number only dropped."""
        order = sorted(self.rules, key=lambda rule: (-(self.drop(rule).worth or 0.0), rule.name))
        return [
            (rank, rule, change)
            for rank, rule in enumerate(order, start=1)
            for change in (DROP, RELAX)
            if change == DROP or rule.relax is not None
        ]

    def _learn(self, rule: Rule, change: str, span: Span) -> None:
        """What relaxing brings, dropping brings as well."""
        self._spans[rule.name, change] = self._spans[rule.name, change].meet(span)
        drop, relax = self._spans[rule.name, DROP], self._spans[rule.name, RELAX]
        self._spans[rule.name, DROP] = drop.meet(Span(low=relax.low))
        self._spans[rule.name, RELAX] = relax.meet(Span(high=drop.high))

    def _single(self, rule: Rule, change: str) -> list[Errand]:
        changed = rule.drop if change == DROP else rule.relax
        if changed is None:
            return []
        return [
            Errand(
                Question(changed(self.study.instance)),
                lambda: not self.effect(rule, change).is_known,
                lambda answer: self._heard(rule, change, answer),
            )
        ]

    def _heard(self, rule: Rule, change: str, answer: Answer) -> list[Errand]:
        self._learn(rule, change, self.scale.heard(answer))
        return []

    def _together(self, parts: Sequence[Rule]) -> list[Errand]:
        """Drop several rules at once: what brings nothing together brings nothing alone."""
        if len(parts) <= 1:
            return [errand for rule in parts for errand in self._single(rule, DROP)]
        without: Instance = self.study.instance
        for rule in parts:
            without = rule.drop(without)
        question = Question(without, wants_choice=True)
        return [Errand(question, lambda: self._any_open(parts), partial(self._split, parts))]

    def _any_open(self, parts: Sequence[Rule]) -> bool:
        return any(not self.drop(rule).is_known for rule in parts)

    def _split(self, parts: Sequence[Rule], answer: Answer) -> list[Errand]:
        """Learn from several rules dropped; those that the plan broke are dropped one by one."""
        span = self.scale.heard(answer)
        for rule in parts:
            self._learn(rule, DROP, Span(high=span.high))
        if self.scale.is_free(span):
            return []
        rest: list[Rule] = []
        if answer.choice is not None:
            plan = Kept(self.study.instance, answer.choice)
            rest = [rule for rule in parts if rule.keeps(plan, answer.choice)]
        if len(rest) == len(parts):
            rest = []
        broken = [rule for rule in parts if rule not in rest]
        return [*self._together(rest), *(e for rule in broken for e in self._single(rule, DROP))]


def _table(prices: Prices, ranked: Sequence[tuple[int, Rule, str]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for rank, rule, change in ranked:
        effect = prices.effect(rule, change)
        rows.append(
            (rank, rule.name, rule.title, change, effect.worth, effect.at_most, effect.known)
        )
    return Table("rules", COLUMNS["rules"], tuple(rows))


def _sentences(prices: Prices) -> tuple[str, ...]:
    """Name the dearest rule, and how many cost nothing."""
    if not prices.rules:
        return ("The scenario has no rules that could be dropped.",)
    dearest = prices.ranked()[0][1]
    effect = prices.drop(dearest)
    free = sum(prices.drop(rule) == Effect(0.0, None, "re-solved") for rule in prices.rules)
    said = [f"{free} of {len(prices.rules)} rules cost nothing."]
    if effect.worth:
        least = "at least " if effect.known == "at least" else ""
        said.insert(
            0,
            f"The dearest rule is '{dearest.title}': without it the best plan would be worth "
            f"{least}{effect.worth:,.0f} more.",
        )
    return tuple(said)
