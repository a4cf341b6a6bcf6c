"""Blockers: rules that keep contacts where they are, found by solving without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from channelopt.analysis.reasons.forcing import Pair, noise
from channelopt.analysis.study import Question, Study
from channelopt.instance.instance import Instance
from channelopt.plan.plan import Plan
from channelopt.rules.base import Reach
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

TIGHT = 1e-6
LEAST = 0.05
"""A rule holds a pair where at least this share of its contacts moves without it."""


@dataclass(frozen=True)
class Blocker:
    """A limit that binds in the plan.

    Attributes:
        words: what it is, for a sentence.
        path: where its number stands in the scenario, to its beginning.
        without: the scenario without it.
        reach: what it speaks of.
    """

    words: str
    path: str
    without: Instance
    reach: Reach


@dataclass(frozen=True)
class Released:
    """What the optimum does without a blocker.

    Attributes:
        blocker: what was dropped.
        choice: the plan without it.
        gain: what that plan is worth more.
    """

    blocker: Blocker
    choice: Choice
    gain: float


@dataclass(frozen=True)
class Held:
    """What keeps a pair's contacts where they are.

    Attributes:
        words: the rule.
        way: where contacts would go without it; None where only hours of staff are used up.
        share: of the pair's contacts would then be there.
        moved: more than today, as a share of them.
        path: where its number stands in the scenario, to its beginning.
    """

    words: str
    way: int | None
    share: float
    moved: float
    path: str = ""


def blockers(instance: Instance, plan: Plan, choice: Choice) -> list[Blocker]:
    """Return the limits of a plan that leave no room, in a fixed order.

    Args:
        instance: the scenario.
        plan: says which policies, capacities and teams bind.
        choice: its decisions.
    """
    return [
        *_policies(instance, plan),
        *_channels(instance, plan),
        *_staff(instance, plan),
        *_tables(instance, choice),
    ]


def released(study: Study, found: list[Blocker]) -> list[Released]:
    """Solve without each blocker; those that change nothing, or are not solved, are left out."""
    questions = [Question(one.without, wants_choice=True) for one in found]
    result = []
    for blocker, answer in zip(found, study.ask(questions), strict=True):
        if answer.choice is None or answer.objective is None or not answer.proven:
            continue
        gain = answer.objective - (study.best.objective or 0.0)
        if gain > noise(study.best, answer):
            result.append(Released(blocker, answer.choice, gain))
    return result


def held(pair: Pair, choice: Choice, known: list[Released]) -> Held | None:
    """Return the rule without which most of a pair's contacts leave their main channel.

    Args:
        pair: whose contacts.
        choice: of the plan.
        known: what happens without each rule.
    """
    best: Held | None = None
    for one in known:
        reach = one.blocker.reach
        if not (reach.segments[pair.segment] and reach.interactions[pair.interaction]):
            continue
        before, after = _shares(pair, choice), _shares(pair, one.choice)
        more = after - before
        involved = reach.channels | bool(reach.channels[before > TIGHT].any())
        more[~involved] = 0.0
        more[pair.main] = 0.0
        way = int(more.argmax())
        if more[way] >= LEAST and (best is None or more[way] > best.moved + TIGHT):
            rule = one.blocker
            best = Held(rule.words, way, float(after[way]), float(more[way]), rule.path)
    return best


def _shares(pair: Pair, choice: Choice) -> Floats:
    first = choice.first_contacts[pair.segment, pair.interaction][:, list(pair.periods)]
    total = float(first.sum())
    found: Floats = first.sum(axis=1) / total if total > 0 else np.zeros(first.shape[0])
    return found


def _everyone(n: Numbers) -> Reach:
    axes = (n.segments, n.interactions, n.ways, n.periods)
    return Reach(*(np.ones(len(labels), dtype=bool) for labels in axes))


def _policies(instance: Instance, plan: Plan) -> Iterator[Blocker]:
    everything = _everyone(instance.numbers).channels
    binding = {one.rule for one in plan.binding if one.is_policy}
    for policy in instance.policies:
        if policy.name in binding:
            others = tuple(one for one in instance.policies if one is not policy)
            yield Blocker(
                f"the policy {policy.name}",
                f"policies.{policy.name}.",
                instance.with_(policies=others),
                replace(policy.reach(instance.numbers), channels=everything),
            )


CHANNELS = {
    "capacity": ("the capacity of", np.inf),
    "min_volume": ("the minimum volume of", 0.0),
}
STAFF = {"max_fte": ("the most FTE of", np.inf), "min_fte": ("the fewest FTE of", 0.0)}
"""Limits by field: in words, and the value that is none."""


def _channels(instance: Instance, plan: Plan) -> Iterator[Blocker]:
    n = instance.numbers
    titles = [instance.names.channels.get(channel, channel) for channel in n.channels]
    for field, c in _binding(plan, CHANNELS, titles):
        text, freed = CHANNELS[field]
        names = f"{text} {titles[c]}", f"channels.{n.channels[c]}.{field}"
        yield _without_row(instance, names, (field, c, freed), _only(n, [c]))


def _staff(instance: Instance, plan: Plan) -> Iterator[Blocker]:
    n = instance.numbers
    titles = [instance.names.groups.get(group, group) for group in n.groups]
    for field, g in _binding(plan, STAFF, titles):
        text, freed = STAFF[field]
        names = f"{text} {titles[g]}", f"staff.{n.groups[g]}.{field}"
        served = _only(n, np.flatnonzero(n.serves[g]).tolist())
        yield _without_row(instance, names, (field, g, freed), served)


def _binding(
    plan: Plan, fields: Mapping[str, object], titles: Sequence[str]
) -> Iterator[tuple[str, int]]:
    """Yield the field and position of every limit that leaves no room."""
    full = {(one.rule, one.what) for one in plan.binding}
    for field in fields:
        for position, title in enumerate(titles):
            if (field, title) in full:
                yield field, position


def _only(n: Numbers, channels: list[int]) -> Flags:
    """Flags (W,) of channels, and of bundles that use them."""
    flags = np.zeros(len(n.ways), dtype=bool)
    flags[channels] = True
    if n.bundles:
        flags[len(n.channels) :] = (n.uses[:, channels] > 0).any(axis=1)
    return flags


def _without_row(
    instance: Instance, names: tuple[str, str], change: tuple[str, int, float], ways: Flags
) -> Blocker:
    field, row, freed = change
    values: Floats = np.array(getattr(instance.numbers, field))
    values[row] = freed
    reach = replace(_everyone(instance.numbers), channels=ways)
    return Blocker(*names, _changed(instance, {field: values}), reach)


def _changed(instance: Instance, fields: dict[str, Any]) -> Instance:
    return instance.with_(numbers=instance.numbers.with_(**fields))


def _tables(instance: Instance, choice: Choice) -> Iterator[Blocker]:
    n, everyone = instance.numbers, _everyone(instance.numbers)
    first, contacts = choice.first_contacts, n.contacts[:, :, None, :]
    served = (contacts > 0) & n.eligible
    if (served & (n.max_share < 1) & (first >= (n.max_share - TIGHT) * contacts)).any():
        free = _changed(instance, {"max_share": np.ones(n.shape_of_ways)})
        yield Blocker("the table max_share", "tables.max_share", free, everyone)
    if (served & (n.min_share > 0) & (first <= (n.min_share + TIGHT) * contacts)).any():
        free = _changed(instance, {"min_share": np.zeros(n.shape_of_ways)})
        yield Blocker("the table min_share", "tables.min_share", free, everyone)
    if ((n.steering < 1)[:, None, None] & (n.preference > 0)).any():
        free = _changed(instance, {"steering": np.ones_like(n.steering)})
        words = "steering (customers who cannot be led away from a channel they prefer)"
        yield Blocker(words, "steering", free, everyone)
