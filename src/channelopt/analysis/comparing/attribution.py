"""Attribution: what each changed group of inputs adds to the difference in profit.

Between the two scenarios lie others that have some groups of inputs from the one and the rest from
the other. Solving them shows what each group adds, before and after the others are changed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from channelopt.analysis.comparing import shapley
from channelopt.analysis.comparing.groups import TITLES, joined
from channelopt.analysis.comparing.hybrid import Hybrids
from channelopt.analysis.comparing.records import Attribution, Part, Side
from channelopt.analysis.comparing.words import Why, in_order, together
from channelopt.analysis.study import Answer
from channelopt.errors import InputError, UsageError
from channelopt.instance.instance import Instance

Ask = Callable[[Sequence[Instance]], list[Answer]]
"""Solves scenarios side by side and returns their answers in order."""

CLOSE = 1e-5
"""A plan that may be short of its optimum by more than this share is solved again."""
ORDERED = (
    "{count} groups of inputs differ, too many for all orders: each was changed in the order of "
    "the table and in the reverse order, as far as every step has a plan; other orders give other "
    "parts with the same sum"
)


@dataclass(frozen=True)
class _Value:
    """What the optimum of a mixed scenario is worth.

    Attributes:
        amount: of the best plan known.
        slack: the optimum may be worth so much more.
        proven: the amount is optimal within the gap.
    """

    amount: Fraction
    slack: float
    proven: bool


def attribute(ask: Ask, a: Side, b: Side, most_groups: int = 6) -> Attribution:
    """Say why the profit of one plan differs from that of another.

    With at most `most_groups` groups of inputs: the Shapley value of each over all mixes of the two
    scenarios; with more: the mean effect in the order of the scenario format and in the reverse
    order. Only orders count in which every step is a scenario that can be read and has a plan;
    where there is none, groups are joined until there is one.

    Args:
        ask: solves scenarios; called once, with all that are needed.
        a: the first plan; must have an objective.
        b: the second.
        most_groups: the Shapley value is worked out for at most so many groups.

    Returns:
        Parts that, with the remainder, sum exactly to the difference of the objectives. The
        remainder is what the plans differ from the optima of their scenarios: zero where both
        are optimal and any input differs, everything where none does.

    Raises:
        UsageError: one of the plans has no objective.
    """
    for side in (a, b):
        if side.plan.objective is None:
            raise UsageError(f"'{side.name}' has no plan, so there is no profit to compare")
    work = _Work(Hybrids(a.instance, b.instance), a, b, max(1, most_groups))
    if not work.names:
        return Attribution("none", float(work.total), (), float(work.total), 0, work.notes())
    work.solve(ask)
    return work.attribution()


class _Work:
    """One attribution under way.

    Attributes:
        names: ids of the groups that differ; bit k of a coalition stands for the k-th.
        total: objective of the second plan minus that of the first.
        blocks: groups that are changed together, as masks.
        is_short: whether there are few enough blocks for all orders.
        unknown: coalitions without a value.
    """

    def __init__(self, hybrids: Hybrids, a: Side, b: Side, most: int) -> None:
        self.hybrids, self.sides, self.most = hybrids, (a, b), most
        self.count = Counter(change.group for change in hybrids.changes)
        given = hybrids.owners.joins.blocks(self.count)
        self.names = [name for block in given for name in block]
        self.total = Fraction(b.plan.objective or 0.0) - Fraction(a.plan.objective or 0.0)
        self.whole = (1 << len(self.names)) - 1
        self.why = Why(hybrids.owners.joins, self.names)
        self.blocks = [self._mask(block) for block in given]
        if len(self.blocks) > most:
            self._join_policies()
        self.is_short = len(self.blocks) <= most
        self.weights: list[shapley.Weights] = []
        self.values: dict[int, _Value] = {}
        self.unknown: set[int] = set()
        self.solves = 0

    def _mask(self, members: Iterable[str]) -> int:
        return sum(1 << self.names.index(name) for name in members)

    def _members(self, mask: int) -> list[str]:
        return [name for at, name in enumerate(self.names) if mask >> at & 1]

    def _join_policies(self) -> None:
        """Take all policies as one group."""
        alone = [
            block
            for block in self.blocks
            if all(name not in TITLES for name in self._members(block))
        ]
        if alone:
            at = self.blocks.index(alone[0])
            rest = [block for block in self.blocks if block not in alone]
            self.blocks = [*rest[:at], sum(alone), *rest[at:]]

    def solve(self, ask: Ask) -> None:
        """Read all mixes, solve them in one go, and join groups that cannot be told apart."""
        mixes = self._read()
        ends = [(0, self.sides[0]), (self.whole, self.sides[1])]
        first = {mask: side.instance for mask, side in ends if not _is_best(side)}
        asked = {**first, **mixes}
        answers = dict(zip(asked, ask(list(asked.values())) if asked else [], strict=True))
        self.solves = len(asked)
        for mask, side in ends:
            self.values[mask] = _of_end(side, answers.get(mask))
        for mask in mixes:
            value = _of_answer(answers[mask])
            if value is not None:
                self.values[mask] = value
            else:
                self.unknown.add(mask)
                self.why.add(mask, "infeasible" if answers[mask].infeasible else "not solved")
        self._settle()

    def _read(self) -> dict[int, Instance]:
        """Return the mixes that are needed; groups that no scenario can have apart are joined."""
        found: dict[int, Instance] = {}
        before: list[int] = []
        while before != self.blocks:
            for mask in self._needed():
                if mask not in found and mask not in self.unknown:
                    try:
                        found[mask] = self.hybrids.instance(self._members(mask))
                    except InputError as error:
                        self.unknown.add(mask)
                        self.why.add(mask, "unread", error)
            before = self.blocks
            self._settle()
            self.is_short = len(self.blocks) <= self.most
        return {mask: found[mask] for mask in self._needed() if mask in found}

    def _needed(self) -> list[int]:
        """Return the coalitions whose values are not known from the two plans."""
        listed = shapley.coalitions if self.is_short else shapley.chain
        return [mask for mask in listed(self.blocks) if mask not in (0, self.whole)]

    def _settle(self) -> None:
        """Join groups until there is an order in which every step has a value."""
        way = shapley.settled if self.is_short else shapley.settled_in_order
        self.blocks, self.weights = way(self.blocks, self.unknown)

    def attribution(self) -> Attribution:
        """Return the parts."""
        parts = tuple(map(self._part, self.blocks, self.weights))
        rest = self.total - sum((part.exact for part in parts), Fraction(0))
        is_ordered = len(parts) > 2 and not (self.is_short and not self.why.has_time_out)
        return Attribution(
            "ordered" if is_ordered else "shapley",
            float(self.total),
            parts,
            float(rest),
            self.solves,
            self.notes(),
        )

    def _part(self, block: int, weights: shapley.Weights) -> Part:
        exact = sum((w * self.values[mask].amount for mask, w in weights.items() if w), Fraction(0))
        slacks = [(w, self.values[mask].slack) for mask, w in weights.items() if w]
        up = sum(float(w) * slack for w, slack in slacks if w > 0)
        down = sum(float(-w) * slack for w, slack in slacks if w < 0)
        proven = all(self.values[mask].proven for mask, w in weights.items() if w)
        group = joined(self._members(block), self.count)
        return Part(
            group, float(exact), exact, "re-solved" if proven else "at least", max(up, down)
        )

    def notes(self) -> tuple[str, ...]:
        """Return what a reader has to know about the parts."""
        found = []
        one, other = (side.instance.names.currency for side in self.sides)
        if one != other:
            words = [name or "no currency" for name in (one, other)]
            found.append(f"amounts in {words[0]} and {words[1]} are compared as plain numbers")
        if self.solves and not self.is_short:
            found.append(ORDERED.format(count=len(self.blocks)))
        members = [self._members(block) for block in self.blocks]
        found += [together(block, self.why) for block in members if len(block) > 1]
        used = {mask for weights in self.weights for mask, w in weights.items() if w}
        if self.is_short and self.blocks:
            left = shapley.orders(self.blocks, self.unknown), math.factorial(len(self.blocks))
            found.append(in_order(members, [self._members(mask) for mask in used], left, self.why))
        return tuple(note for note in found if note)


def _is_best(side: Side) -> bool:
    """Whether a plan is proven to be the best one of its scenario, or as good as that."""
    amount = Fraction(side.plan.objective or 0.0)
    close = CLOSE * max(1.0, abs(float(amount)))
    return side.plan.status == "optimal" and _slack(amount, side.plan.bound) <= close


def _of_end(side: Side, answer: Answer | None) -> _Value:
    """Return the value of one of the two scenarios: that of its plan, or of a better one found."""
    plan = side.plan
    amount, bound = Fraction(plan.objective or 0.0), plan.bound
    proven = plan.status == "optimal"
    if answer is not None and answer.objective is not None and answer.objective >= amount:
        amount, bound, proven = Fraction(answer.objective), answer.bound, answer.proven
    return _Value(amount, _slack(amount, bound), proven)


def _of_answer(answer: Answer) -> _Value | None:
    """Return the value of a mixed scenario, None where no plan is known."""
    if answer.objective is None or not math.isfinite(answer.objective):
        return None
    amount = Fraction(answer.objective)
    return _Value(amount, _slack(amount, answer.bound), answer.proven)


def _slack(amount: Fraction, bound: float | None) -> float:
    """Return how much better the optimum may be; infinite where nothing is proven."""
    if bound is None or not math.isfinite(bound):
        return math.inf
    return max(0.0, float(Fraction(bound) - amount))
