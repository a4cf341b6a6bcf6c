"""Repairs: the least that must change for there to be a plan, and what that plan is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from channelopt.analysis.conflicts.explanation import Change, Repair
from channelopt.analysis.conflicts.knobs import Knob, knobs, path_of
from channelopt.analysis.conflicts.loosening import Atom, Case, Rule, rule_of, whole, without
from channelopt.analysis.conflicts.nouns import limit_words
from channelopt.backends.base import Limits, Reason
from channelopt.instance.instance import Instance
from channelopt.pipeline.conflict import Clock, Conflict, Oracle
from channelopt.pipeline.elastic import Moved, least_alone, least_movement
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.plan.records import Known

EXACT = 1e-4
"""A level is rounded outwards by at most this share of the movement."""
OFF = 2e-6
"""A solver's answer may be off by this share of the limit or the movement."""
SMALL = 2e-6
"""A movement below this share of a limit is none."""
SHARE_OF_ALONE = 0.6
SHARE_OF_SEARCH = 0.5
"""Shares of the time left: for repairs by one rule; for how far limits move, before what for."""


@dataclass(frozen=True)
class _Draft:
    """A repair before it is solved: its case and changes."""

    case: Case
    changes: tuple[Change, ...]
    least: bool


class Workshop:
    """Makes repairs of one scenario."""

    def __init__(self, instance: Instance, engine: Engine, limits: Limits, clock: Clock) -> None:
        self.instance = instance
        self.engine = engine
        self.limits = limits
        self.clock = clock
        self._whole = whole(instance)

    def repairs(self, found: Conflict) -> tuple[Repair, ...]:
        """Return the least movement of all limits together, then each alone, best profit first."""
        alone: list[Repair] = []
        rules = list(dict.fromkeys(map(rule_of, reversed(found.atoms))))
        for k, rule in enumerate(rules):
            if self.clock.left() <= 0:
                break
            clock = self.clock.part(SHARE_OF_ALONE / (len(rules) - k))
            alone += self._first(self._alone(rule, found, clock), clock)[:1]
        together = self._together(found)
        alone.sort(key=lambda repair: -math.inf if repair.objective is None else -repair.objective)
        named = [replace(one, name=f"alone {k}") for k, one in enumerate(alone, start=1)]
        return (*self._unless_worse(together, alone), *named)

    def _first(self, drafts: Iterator[_Draft], clock: Clock) -> list[Repair]:
        """Return the first draft that leaves a plan, with what the plan is worth."""
        for draft in drafts:
            repair = self._solved(draft, clock)
            if repair is not None:
                return [repair]
        return []

    def _together(self, found: Conflict) -> list[Repair]:
        every = knobs(self.instance, found.everything)
        search = self.clock.part(SHARE_OF_SEARCH)
        moved = least_movement(self._whole, every, self.engine, search)
        if moved is None or not any(map(_counts, every, moved.amounts)):
            return []
        drafts = [self._draft(every, moved, exact=exact) for exact in (True, False)]
        kept = (replace(d, least=d.least and not found.relaxed) for d in drafts)
        return self._first(kept, self.clock)

    def _unless_worse(self, together: list[Repair], alone: list[Repair]) -> list[Repair]:
        """Leave out a repair that was not proven to be the least where one limit moves less."""
        sizes = [size for one in alone if (size := _size(one)) is not None]
        kept = [
            one
            for one in together
            if one.least or (_size(one) or 0.0) < min(sizes, default=math.inf)
        ]
        return [replace(one, name="together") for one in kept]

    def _alone(self, rule: Rule, found: Conflict, clock: Clock) -> Iterator[_Draft]:
        """Yield ways to repair by one rule: moved as little as possible, or taken away."""
        own = tuple(atom for atom in found.everything if rule_of(atom) == rule)
        concerned = [atom for atom in found.atoms if rule_of(atom) == rule]
        of_rule = knobs(self.instance, own)
        if rule[0] in {"min_share", "max_share"}:
            of_rule = knobs(self.instance, tuple(concerned))
        moved = self._movement(of_rule, clock.part(SHARE_OF_SEARCH))
        if moved is not None:
            for exact in (True, False):
                draft = self._draft(of_rule, moved, exact=exact)
                yield replace(draft, least=draft.least and not found.relaxed)
            return
        if not of_rule:
            yield from self._dropped(rule, own)

    def _movement(self, of_rule: Sequence[Knob], clock: Clock) -> Moved | None:
        if not of_rule:
            return None
        return least_alone(self._whole, of_rule, Oracle(self.instance, self.engine, clock))

    def _draft(self, of: Sequence[Knob], moved: Moved, *, exact: bool) -> _Draft:
        case, changes = self._whole, []
        for knob, amount in zip(of, moved.amounts, strict=True):
            if not _counts(knob, amount):
                continue
            level = rounded(knob, amount, inwards=exact)
            case = knob.moved(case, (level - knob.level) * knob.sign)
            text = f"{knob.path}={level:.12g}"
            size = abs(level - knob.level) / knob.scale
            words = limit_words(self.instance, knob.rule, dict(knob.at))
            change = Change(knob.path, words, knob.level, level, knob.unit, text, size)
            changes.append(change)
        return _Draft(case, tuple(changes), moved.least)

    def _dropped(self, rule: Rule, own: Sequence[Atom]) -> Iterator[_Draft]:
        change = taken_away(rule, own, self.instance)
        if change is not None:
            yield _Draft(without(self.instance, own), (change,), least=True)

    def _solved(self, draft: _Draft, clock: Clock) -> Repair | None:
        """Solve the repaired scenario; None where it proves to be none."""
        if not draft.changes:
            return None
        limits = replace(self.limits, time_limit=max(1.0, clock.left()))
        scenario = Scenario(draft.case.numbers, draft.case.policies)
        outcome = optimum(scenario, self.engine, limits, None, clock.listen).outcome
        if outcome.termination.reason is Reason.INFEASIBLE:
            return None
        known: Known = "at least" if outcome.objective is not None else "not solved"
        if outcome.termination.reason is Reason.OPTIMAL:
            known = "re-solved"
        return Repair("", draft.changes, draft.least, outcome.objective, known)


def _size(repair: Repair) -> float | None:
    """Return the movement of a repair relative to its limits, None where a rule goes away."""
    sizes = [change.relative for change in repair.changes]
    return None if None in sizes else math.fsum(size or 0.0 for size in sizes)


def _counts(knob: Knob, amount: float) -> bool:
    return amount > SMALL * knob.scale


def rounded(knob: Knob, amount: float, *, inwards: bool) -> float:
    """Return the level of a moved limit with few digits.

    Args:
        knob: the limit.
        amount: how far it has to move at least.
        inwards: a level that falls short by what solvers are off will do.
    """
    exact = knob.level + knob.sign * amount
    off = OFF * max(amount, 1e-3 * knob.scale) if inwards else 0.0
    room = max(EXACT * amount, 2 * off)
    unit = 10.0 ** (math.floor(math.log10(max(abs(exact), amount))) + 1)
    while True:
        count = (exact - knob.sign * off) / unit
        whole_ = math.ceil(count) if knob.sign > 0 else math.floor(count)
        level = float(f"{whole_ * unit:.12g}")
        if abs(level - exact) <= room or unit < 1e-9 * abs(exact):
            near = (knob.end - level) * knob.sign <= 1e-8 * max(1.0, abs(knob.level))
            return knob.end if near else level + 0.0
        unit /= 10.0


def taken_away(rule: Rule, own: Sequence[Atom], instance: Instance) -> Change | None:
    """Return how to take a rule away as a whole, None where that is not for a planner to do."""
    n, kind = instance.numbers, rule[0]
    if kind == "policy":
        policy = instance.policies[rule[1]]
        if not policy.negotiable or rule[2]:
            return None
        path = f"policies.{policy.name}"
        words = limit_words(instance, rule, {})
        return Change(path, words, "on", None, "", f"{path}=null")
    plain = {
        "always_open": ("true", "false"),
        "whole_contacts": ("true", "false"),
        "assignment": (n.assignment, "split"),
        "service_level": ("on", "null"),
    }
    if kind not in plain:
        return None
    before, after = plain[kind]
    path = path_of(own[0], n)
    value = None if after == "null" else after
    words = limit_words(instance, rule, {})
    return Change(path, words, before, value, "", f"{path}={after}")
