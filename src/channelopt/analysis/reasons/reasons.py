"""Reasons: why each pair has its channel, found by forcing every other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from channelopt.analysis.reasons.blockers import LEAST, Held, Released, blockers, held, released
from channelopt.analysis.reasons.flipping import Flipper
from channelopt.analysis.reasons.flips import Flip
from channelopt.analysis.reasons.forcing import (
    NOTHING,
    Forced,
    Pair,
    Towards,
    allowed,
    alternatives,
    forced,
    regret,
    reward,
    shares,
)
from channelopt.analysis.reasons.per_contact import (
    Hours,
    Setting,
    Term,
    hour_prices,
    of_channels,
    setting,
    terms,
)
from channelopt.analysis.study import Answer, Question, Study
from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Floats, Numbers

ENDLESS = 1e9
"""Seconds that stand for no limit."""
DUST = 1e-9
"""A remainder below this share of the largest term is none."""
FOR_OTHERS, FOR_RULES, FOR_HOURS = 0.5, 0.12, 0.08
"""Shares of the time for forcing alternatives, for rules, for what hours are worth."""


@dataclass(frozen=True)
class Other:
    """An alternative of a pair.

    Attributes:
        way: position of the channel or bundle.
        share: of the pair's contacts there now.
        forced_share: when forced, None where no such plan is known, or where outbound contacts are
            rather not made at all.
        regret: exact change of profit lost by forcing it, None where it is not known.
        at_most: no more than this is lost, None where nothing is known.
        known: how it is known.
        choice: the forced plan.
        complete: whether all contacts that tables and single policies allow were forced.
    """

    way: int
    share: float
    forced_share: float | None
    regret: float | None
    at_most: float | None
    known: Known
    choice: Choice | None = None
    complete: bool = True

    @property
    def moved(self) -> float:
        """Share of the pair's contacts that forcing moves there."""
        return 0.0 if self.forced_share is None else self.forced_share - self.share

    @property
    def half(self) -> float:
        """Share that it has when half of what it could take more moves there."""
        return (self.share + (self.share if self.forced_share is None else self.forced_share)) / 2

    @property
    def per_share(self) -> float:
        """What is lost per share moved; alternatives are ranked by it."""
        if self.at_most is None or self.moved <= NOTHING:
            return float("inf")
        return self.at_most / self.moved


@dataclass(frozen=True)
class Reason:
    """Why a pair has its channel.

    Attributes:
        pair: whose contacts.
        shares: (W,) of the plan.
        others: the alternatives, in the order of ways.
        terms: of the difference between the main channel and the runner-up.
        held: the rule that keeps contacts where they are.
        flip: the smallest change that moves them to the runner-up.
    """

    pair: Pair
    shares: Floats
    others: tuple[Other, ...]
    terms: tuple[Term, ...] = ()
    held: Held | None = None
    flip: Flip | None = None

    @property
    def runner_up(self) -> Other | None:
        """The other way whose forcing costs least per contact moved; None where none is known."""
        found = [one for one in self.others if np.isfinite(one.per_share)]
        return min(found, key=lambda one: (one.per_share, one.way), default=None)

    @property
    def known(self) -> Known:
        """How the regret of the runner-up is known, and that it is the runner-up."""
        states = {one.known for one in self.others}
        if not states:
            return "no meaning"
        if self.runner_up is None:
            return "not solved" if "not solved" in states else "infeasible"
        return "at least" if states & {"at least", "not solved"} else "re-solved"


class Inquiry:
    """Asks a study why each pair has its channel."""

    def __init__(self, study: Study, tolerance: float) -> None:
        self.study = study
        self.instance: Instance = study.instance
        self.n: Numbers = study.instance.numbers
        self.tolerance = tolerance
        self.room = allowed(study.instance)
        self.hours = Hours(np.zeros((0, 0)), np.zeros((0, 0)))

    @cached_property
    def now(self) -> Setting:
        """The plan itself."""
        return setting(self.n, self.study.choice)

    def reasons(self, of: Sequence[Pair]) -> list[Reason]:
        """Return the reasons of pairs, in their order."""
        whole = min(self.study.left(), ENDLESS)
        with self.study.within(whole * FOR_HOURS):
            self.hours = self._hours()
        with self.study.within(whole * FOR_OTHERS):
            others = self._others(of)
        with self.study.within(whole * FOR_RULES):
            rules = self._rules()
        found = [self._reason(pair, others[pair], rules) for pair in of]
        flipper = Flipper(self.study, self.now, self.hours, self.tolerance)
        flips: dict[Pair, Flip | None] = {}
        for reason in sorted(found, key=lambda one: self._weight(one.pair)):
            flips[reason.pair] = self._flip(reason, flipper)
        return [replace(reason, flip=flips[reason.pair]) for reason in found]

    def _flip(self, reason: Reason, flipper: Flipper) -> Flip | None:
        """Return the smallest change, or where nothing can be forced that of the rule."""
        other, rule = reason.runner_up, reason.held
        if self.study.left() <= 0:
            return None
        if other is not None and other.choice is not None:
            return flipper.by_inputs(reason.pair, other.way, other.half, rule)
        return None if rule is None else flipper.by_limit(reason.pair, rule)

    def _weight(self, pair: Pair) -> tuple[float, int, int, int]:
        """Sort key: pairs with the most contacts first."""
        times = list(pair.periods)
        contacts = float(self.n.contacts[pair.segment, pair.interaction, times].sum())
        return -contacts, pair.segment, pair.interaction, pair.periods[0]

    def _hours(self) -> Hours:
        def hold(numbers: Numbers) -> float | None:
            return self.study.hold(self.instance.with_(numbers=numbers))

        return hour_prices(self.n, self.study.choice, hold, lambda: self.study.left() > 0)

    def _rules(self) -> list[Released]:
        if self.study.left() <= 0:
            return []
        found = blockers(self.instance, self.study.plan, self.study.choice)
        return released(self.study, found)

    # ---- alternatives

    def _others(self, of: Sequence[Pair]) -> dict[Pair, tuple[Other, ...]]:
        """Force every alternative, the most promising of every pair first."""
        ranked = [self._ranked(pair) for pair in sorted(of, key=self._weight)]
        deepest = max((len(ways) for _, ways in ranked), default=0)
        wanted = [(pair, ways[k]) for k in range(deepest) for pair, ways in ranked if k < len(ways)]
        seconds = min(self.study.left(), ENDLESS)
        with self.study.within(seconds * 0.6):
            first = self._forced(wanted)
        with self.study.within(seconds * 0.3):
            refused = [one for one in first if one.answer.infeasible]
            second = {(one.pair, one.way): one for one in self._as_far(refused)}
        result = {pair: self._full(pair) for pair in of}
        for one in first:
            result[one.pair].append(self._other(second.get((one.pair, one.way), one)))
        return {pair: tuple(sorted(x, key=lambda one: one.way)) for pair, x in result.items()}

    def _full(self, pair: Pair) -> list[Other]:
        """Return the alternatives that have all that tables and policies leave them already."""
        now = shares(pair, self.study.choice)
        _, full = alternatives(pair, self.study.choice, self.room)
        return [
            Other(w, float(now[w]), float(now[w]), None, None, "infeasible", complete=False)
            for w in full
        ]

    def _ranked(self, pair: Pair) -> tuple[Pair, list[int]]:
        """Return the alternatives of a pair, the cheapest by an estimate first."""
        ways, _ = alternatives(pair, self.study.choice, self.room)
        cost = self._estimate(pair)
        return pair, sorted(ways, key=lambda way: (cost[way], way))

    def _estimate(self, pair: Pair) -> Floats:
        """Return (W,) what a first contact costs in each way with staff at its average cost."""
        (s, i), times = pair.where, list(pair.periods)
        one, n = self.now.traced, self.n
        price = of_channels(n, self.hours.average, self.study.choice.fte > 0)
        worth = n.satisfaction_price + self._worth_of_points(s)
        cost = one.first_cost[:, s, i] + one.passed_cost[:, s, i]
        cost = cost + (one.hours[:, s, i] * price).sum(axis=1)
        cost = cost - one.contact_value[:, s, i] - worth * one.points[:, s, i]
        contacts = np.maximum(n.contacts[s, i], 1e-9)
        closed = np.where(self.study.choice.open, 0.0, n.fixed_cost)
        cost[: len(n.channels)] += closed / contacts
        mean: Floats = cost[:, times].mean(axis=1)
        return mean

    def _worth_of_points(self, s: int) -> Floats:
        """Return (T,) about what a satisfaction point of a segment is worth through its margin."""
        n, curve = self.n, self.n.curves.get(s)
        slope = n.satisfaction_weight
        if curve is not None:
            slope = float((curve.keeps[-1] - curve.keeps[0]) / (curve.at[-1] - curve.at[0]))
        weight = np.maximum(n.weight_of_satisfaction[s], 1e-9)
        worth: Floats = n.customers[s] * np.maximum(n.margin[s], 0.0) * slope / weight
        return worth

    def _forced(self, wanted: Sequence[tuple[Pair, int]]) -> list[Forced]:
        asked = [
            Question(forced(self.instance, pair, way, self.room), wants_choice=True)
            for pair, way in wanted
        ]
        answers = self.study.ask(asked)
        return [
            Forced(pair, way, answer, answer.objective)
            for (pair, way), answer in zip(wanted, answers, strict=True)
        ]

    def _as_far(self, refused: Sequence[Forced]) -> list[Forced]:
        """Force as many contacts as all rules together leave."""
        shapes = [Towards(x.pair, x.way, self._reward(x.pair)) for x in refused]
        asked = [Question(self.instance, shape, wants_choice=True) for shape in shapes]
        return [
            self._without_reward(one, answer)
            for one, answer in zip(refused, self.study.ask(asked), strict=True)
        ]

    def _reward(self, pair: Pair) -> float:
        return reward(self.now.accounts, pair, float(np.ptp(self._estimate(pair))))

    def _without_reward(self, one: Forced, answer: Answer) -> Forced:
        if answer.choice is None or answer.objective is None:
            return replace(one, answer=Answer(None, None), complete=False)
        objective = account(self.n, answer.choice).objective
        bound = None if answer.bound is None else objective + answer.bound - answer.objective
        true = replace(answer, objective=objective, bound=bound)
        return replace(one, answer=true, objective=objective, complete=False)

    def _other(self, one: Forced) -> Other:
        now = float(shares(one.pair, self.study.choice)[one.way])
        if one.answer.choice is None:
            return self._by_holding(one, now)
        there = shares(one.pair, one.answer.choice)
        reached = float(there[one.way]) if there.any() else None
        if reached is not None and reached <= now + NOTHING:
            return Other(one.way, now, now, None, None, "infeasible", complete=False)
        lost = regret(self.study.best, one)
        proven = one.answer.proven and self.study.best.proven
        return Other(
            one.way,
            now,
            reached,
            lost if proven else None,
            lost,
            "re-solved" if proven else "at least",
            one.answer.choice,
            one.complete,
        )

    def _by_holding(self, one: Forced, now: float) -> Other:
        """Without an exact answer: at most what is lost with channels, offers and FTE held."""
        if one.answer.infeasible:
            return Other(one.way, now, None, None, None, "infeasible", complete=False)
        changed = forced(self.instance, one.pair, one.way, self.room)
        worth = self.study.hold(changed) if one.complete else None
        if worth is None:
            return Other(one.way, now, None, None, None, "not solved", complete=one.complete)
        lost = max((self.study.best.objective or 0.0) - worth, 0.0)
        most = self.room[one.pair.segment, one.pair.interaction, one.way]
        share = float(most[list(one.pair.periods)].mean())
        return Other(one.way, now, share, None, lost, "at least")

    # ---- what makes the difference

    def _reason(self, pair: Pair, others: tuple[Other, ...], rules: list[Released]) -> Reason:
        choice = self.study.choice
        rule = held(pair, choice, rules) or self._worked_out(pair)
        reason = Reason(pair, shares(pair, choice), others, held=rule)
        other = reason.runner_up
        if other is None or other.choice is None:
            return reason
        return replace(reason, terms=tuple(self._terms(pair, other, other.choice)))

    def _worked_out(self, pair: Pair) -> Held | None:
        """Say that hours are used up, where the contacts are split over channels."""
        used = np.flatnonzero(shares(pair, self.study.choice) >= LEAST)
        channels = used[used < len(self.n.channels)]
        scarce = (self.hours.marginal[:, list(pair.periods)] > 0).any(axis=1)
        scarce &= self.n.serves[:, channels].any(axis=1)
        if len(used) < 2 or not scarce.any():
            return None
        groups = [self.n.groups[g] for g in np.flatnonzero(scarce).tolist()]
        titles = [self.instance.names.groups.get(group, group) for group in groups]
        return Held(f"the paid hours of {' and '.join(titles)}", None, 0.0, 0.0)

    def _terms(self, pair: Pair, other: Other, choice: Choice) -> list[Term]:
        plans = self.now, setting(self.n, choice)
        found, moved = terms(self.n, pair, other.way, plans, self.hours)
        if not found:
            return []
        lost = (self.study.best.objective or 0.0) - plans[1].accounts.objective
        known = sum(term.difference for term in found)
        rest = -lost / moved - known
        if abs(rest) <= DUST * max(1.0, abs(lost / moved), *(abs(x.difference) for x in found)):
            rest = 0.0
        return [*found, Term("rest", 0.0, rest)]
