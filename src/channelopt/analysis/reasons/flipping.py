"""Flipping: what is the smallest single change that would move a pair's contacts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from channelopt.analysis.reasons.blockers import LEAST, Held
from channelopt.analysis.reasons.flips import (
    Candidate,
    Flip,
    Quest,
    candidates,
    expected,
    limit,
    smallest,
)
from channelopt.analysis.reasons.forcing import Forced, Pair, at_least, regret, shares
from channelopt.analysis.reasons.per_contact import Hours, Setting, setting, terms
from channelopt.analysis.study import Question, Study
from channelopt.plan.accounts import account
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers

FIXED = frozenset({"people", "fixed_cost", "upgrades", "closure_loss"})
"""Terms of the forced plan that no input of a contact changes."""


@dataclass(frozen=True)
class Flipper:
    """Looks for flips of one plan.

    Attributes:
        study: answers exactly.
        now: the plan.
        hours: what hours of staff are worth.
        tolerance: width that a change is narrowed to, relative to the input.
    """

    study: Study
    now: Setting
    hours: Hours
    tolerance: float

    def by_inputs(self, pair: Pair, way: int, half: float, rule: Held | None) -> Flip | None:
        """Return the smallest change of one input or limit that moves contacts to another way.

        Args:
            pair: whose contacts.
            way: where they go.
            half: the share that must be there.
            rule: what keeps contacts away, None where nothing does.
        """
        quest = Quest(self.study.instance, pair, way, half)
        forced = self._forced(quest)
        choice = forced.answer.choice
        if choice is None or not forced.answer.proven:
            return None
        cost = regret(self.study.best, forced)
        if cost == 0.0:
            return Flip(None, quest, 0.0, 0.0, "", forced.answer.known, cost)
        n = quest.instance.numbers
        found, moved = terms(n, pair, way, (self.now, setting(n, choice)), self.hours)
        if not found:
            return None
        lost = (self.study.best.objective or 0.0) - account(n, choice).objective
        options = expected(candidates(quest), lost / moved, self._gain(quest, choice))
        if rule is not None and rule.way == way:
            option = limit(quest.instance, rule.path, way)
            options = options if option is None else [*options, option]
        flip = smallest(self.study, quest, options, self.tolerance)
        return None if flip is None else replace(flip, lost=cost)

    def by_limit(self, pair: Pair, rule: Held) -> Flip | None:
        """Return how far a rule must be loosened until half of what it keeps away moves."""
        if rule.way is None or rule.moved < LEAST:
            return None
        option = limit(self.study.instance, rule.path, rule.way)
        if option is None:
            return None
        quest = Quest(self.study.instance, pair, rule.way, rule.share - rule.moved / 2)
        return smallest(self.study, quest, [option], self.tolerance)

    def _forced(self, quest: Quest) -> Forced:
        """Force so much of the contacts as is sought."""
        periods = np.arange(len(quest.instance.numbers.periods))
        levels = np.where(np.isin(periods, quest.pair.periods), quest.threshold, np.nan)
        changed = at_least(quest.instance, quest.pair, quest.way, levels)
        (answer,) = self.study.ask([Question(changed, wants_choice=True)])
        return Forced(quest.pair, quest.way, answer, answer.objective)

    def _gain(self, quest: Quest, choice: Choice) -> Callable[[Candidate, float], float]:
        """Return what a contact gains in the other way by a change of an input, by the terms."""
        pair, way, before = quest.pair, quest.way, self.study.choice
        used = shares(pair, before) + shares(pair, choice)
        ways = {int(w) for w in np.flatnonzero(used > 0)} | {way}
        staffed = Hours(np.maximum(self.hours.marginal, self.hours.average), self.hours.average)

        def worth(n: Numbers) -> float:
            plans = setting(n, before, ways), setting(n, choice, ways)
            found = terms(n, pair, way, plans, staffed)[0]
            return sum(term.difference for term in found if term.name not in FIXED)

        base = worth(quest.instance.numbers)

        def gain(option: Candidate, change: float) -> float:
            return worth(option.at(quest.instance, change)[0].numbers) - base

        return gain
