"""The plan carried on in many futures: what it earns and which rules it breaks, by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.follow import ROUNDING, follow, needed_fte
from channelopt.rules import CORE
from channelopt.terms.choice import Choice
from channelopt.terms.exact import exact_arithmetic
from channelopt.terms.facts import facts
from channelopt.terms.written import Written
from channelopt.verify.check import judge

BY_NATURE = frozenset(
    {"demand", "routing", "opening", "offers", "single_channel", "bundles", "timeline", "upgrades"}
)
"""Core rules that a plan carried on keeps whatever the numbers are."""
PLANNED_FTE = "planned_fte"
"""Not a rule, but what a planner asks first: whether the FTE of the plan are enough."""


@dataclass(frozen=True)
class Carried:
    """The plan in one future: channels, offers, upgrades and shares as planned, FTE as needed.

    Attributes:
        profit: what it earns.
        room: by rule, the smallest room left, relative to max(1, |right side|); negative where the
            rule is broken; None where there was nothing to check. Empty where rules were not
            looked at.
        broken: the rules that are broken.
    """

    profit: float
    room: Mapping[str, float | None]
    broken: frozenset[str]

    @property
    def looked(self) -> bool:
        """Whether rules were looked at."""
        return bool(self.room)

    @property
    def allowed(self) -> bool:
        """Whether every rule holds."""
        return self.looked and self.broken <= {PLANNED_FTE}


def carried(before: Instance, choice: Choice, after: Instance, *, rules: bool = True) -> Carried:
    """Carry a plan on in a future.

    Args:
        before: the scenario that the plan was made for.
        choice: the plan.
        after: the scenario in that future.
        rules: whether to look at rules too, which takes longer. They are checked on exact decimals
            as those of a run are; the proof that an outage policy asks for is not looked for.
    """
    moved = follow(before.numbers, choice, after.numbers)
    profit = account(after.numbers, moved).objective
    if not rules:
        return Carried(profit, {}, frozenset())
    checked = after.with_(policies=tuple(p for p in after.policies if p.slug != "outage"))
    with exact_arithmetic():
        verdicts = judge(checked, facts(after.numbers, Written.from_choice(moved)))
    room = {v.rule: None if v.slack is None else round(float(v.slack), 12) for v in verdicts}
    broken = {verdict.rule for verdict in verdicts if not verdict.holds}
    room[PLANNED_FTE] = _room_of_fte(after, choice, moved)
    if (room[PLANNED_FTE] or 0.0) < -ROUNDING:
        broken.add(PLANNED_FTE)
    return Carried(profit, room, frozenset(broken))


def _room_of_fte(after: Instance, choice: Choice, moved: Choice) -> float | None:
    """Return the smallest room of planned over needed FTE, relative to max(1, planned)."""
    if not choice.fte.size:
        return None
    spare = choice.fte - needed_fte(after.numbers, moved.hours)
    return float((spare / np.maximum(1.0, choice.fte)).min())


def titles(instance: Instance) -> dict[str, str]:
    """Return what is looked at, by rule, in the order of reports: core rules, then policies."""
    found = {rule.slug: rule.title for rule in CORE}
    found[PLANNED_FTE] = "The FTE of the plan are enough"
    return found | {policy.name: policy.title for policy in instance.policies}


@dataclass(frozen=True)
class Odds:
    """How often a rule holds.

    Attributes:
        rule: slug, or name of a policy.
        title: in words.
        probability: share of the futures; None where the rule is not looked at.
        worst: smallest room in any future, relative; None where there was nothing to check.
    """

    rule: str
    title: str
    probability: float | None
    worst: float | None


def odds(instance: Instance, futures: Sequence[Carried]) -> list[Odds]:
    """Return how often each rule holds, of the futures in which rules were looked at."""
    seen = [one for one in futures if one.looked]
    found = []
    for rule, title in titles(instance).items():
        if rule in BY_NATURE and not any(rule in one.broken for one in seen):
            continue
        rooms = [one.room[rule] for one in seen if rule in one.room]
        known = [room for room in rooms if room is not None]
        share = float(np.mean([rule not in one.broken for one in seen])) if rooms else None
        if known or share is None:
            found.append(Odds(rule, title, share, min(known) if known else None))
    return found
