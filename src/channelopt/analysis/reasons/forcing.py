"""Forcing: what is lost when contacts of a segment and interaction must use another channel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from channelopt.analysis.study import Answer
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model, largest_shares
from channelopt.plan.accounts import Accounts
from channelopt.rules.share import ShareOfContacts
from channelopt.terms.choice import Choice
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Flags, Floats

FORCED = "why: forced"
"""Name of the policy that forces contacts into a channel."""
NOTHING = 1e-6
"""Less than this share of a pair's contacts counts as none."""


@dataclass(frozen=True)
class Pair:
    """One segment and interaction in consecutive periods in which it has the same main channel.

    Attributes:
        segment: its position.
        interaction: its position.
        periods: positions of the periods.
        main: position of the channel or bundle with the most first contacts.
    """

    segment: int
    interaction: int
    periods: tuple[int, ...]
    main: int

    @property
    def where(self) -> tuple[int, int]:
        """Segment and interaction."""
        return self.segment, self.interaction


@dataclass(frozen=True)
class Forced:
    """An alternative of a pair, forced.

    Attributes:
        pair: whose contacts.
        way: position of the channel or bundle that must take them.
        answer: of the exact re-solve, its objective that of the scenario.
        objective: what the forced plan is worth, None where none is known.
        complete: whether all contacts that the tables allow were forced, not only what rules leave.
    """

    pair: Pair
    way: int
    answer: Answer
    objective: float | None = None
    complete: bool = True


def pairs(instance: Instance, choice: Choice) -> list[Pair]:
    """Return every pair with first contacts, by segment, interaction and first period."""
    first = choice.first_contacts
    found = []
    for s, i in np.argwhere((first.sum(axis=2) > 0).any(axis=2)).tolist():
        made = first[s, i].sum(axis=0)
        main = first[s, i].argmax(axis=0)
        run: list[int] = []
        for t in range(len(instance.numbers.periods)):
            if run and (made[t] <= 0 or main[t] != main[run[-1]]):
                found.append(Pair(s, i, tuple(run), int(main[run[-1]])))
                run = []
            if made[t] > 0:
                run.append(t)
        if run:
            found.append(Pair(s, i, tuple(run), int(main[run[-1]])))
    return found


def label(instance: Instance, pair: Pair) -> str:
    """Return the periods of a pair as text, `2027` or `2027 to 2029`."""
    first, last = (instance.numbers.periods[pair.periods[k]] for k in (0, -1))
    return first if len(pair.periods) == 1 else f"{first} to {last}"


def shares(pair: Pair, choice: Choice) -> Floats:
    """Return (W,) the share of a pair's first contacts in each way, over its periods."""
    first = choice.first_contacts[pair.segment, pair.interaction][:, list(pair.periods)].sum(axis=1)
    total = first.sum()
    found: Floats = first / total if total > 0 else first
    return found


def allowed(instance: Instance) -> Floats:
    """Return (S, I, W, T) the largest share of a pair's contacts that tables leave to each way.

    Zero where a first contact cannot enter.
    """
    n = instance.numbers
    most = np.broadcast_to(largest_shares(n, instance.policies), n.shape_of_ways)
    others = n.min_share.sum(axis=2, keepdims=True) - n.min_share
    enters = n.eligible & n.way_available[None, None] & (n.contacts > 0)[:, :, None, :]
    room: Floats = np.where(enters, np.minimum(most, np.maximum(1.0 - others, 0.0)), 0.0)
    return room


def alternatives(pair: Pair, choice: Choice, room: Floats) -> tuple[list[int], list[int]]:
    """Return the other ways that could take more of a pair's contacts, and those that could not.

    Args:
        pair: whose contacts.
        choice: of the plan.
        room: (S, I, W, T) of `allowed`.
    """
    times = list(pair.periods)
    may_enter = (room[pair.segment, pair.interaction][:, times] > 0).any(axis=1)
    first = choice.first_contacts[pair.segment, pair.interaction][:, times]
    now = first / np.maximum(first.sum(axis=0), 1e-300)
    more = (room[pair.segment, pair.interaction][:, times] > now + NOTHING).any(axis=1)
    others = [int(w) for w in np.flatnonzero(may_enter) if w != pair.main]
    return [w for w in others if more[w]], [w for w in others if not more[w]]


def forced(instance: Instance, pair: Pair, way: int, room: Floats) -> Instance:
    """Return the scenario in which a way takes all of a pair's contacts that the tables allow.

    Args:
        instance: the scenario.
        pair: whose contacts.
        way: takes them.
        room: (S, I, W, T) of `allowed`.
    """
    levels = room[pair.segment, pair.interaction, way]
    chosen = np.isin(np.arange(len(levels)), pair.periods) & (levels > 0)
    return at_least(instance, pair, way, np.where(chosen, levels, np.nan))


def at_least(instance: Instance, pair: Pair, way: int, levels: Floats) -> Instance:
    """Return the scenario in which a way takes at least a share of a pair's contacts.

    Args:
        instance: the scenario.
        pair: whose contacts.
        way: takes them.
        levels: (T,) shares, nan where nothing is asked.
    """
    n = instance.numbers
    policy = ShareOfContacts(
        name=FORCED,
        type="share",
        segments=[n.segments[pair.segment]],
        interactions=[n.interactions[pair.interaction]],
        channels=[n.ways[way]],
        at_least=[None if np.isnan(level) else float(min(level, 1.0)) for level in levels],
    )
    policies = (*instance.policies, policy)
    return instance.with_(policies=tuple(sorted(policies, key=lambda one: one.name)))


@dataclass(frozen=True)
class Towards:
    """A reward for each contact of a pair in one way, so large that as many as can be enter there.

    A plan that is best with the reward is best among all plans with as many contacts there,
    whatever the reward (Everett 1963): what it earns without the reward is exact.
    """

    pair: Pair
    way: int
    reward: float

    @property
    def key(self) -> str:
        """Text that tells this change from every other one."""
        return f"towards {self.pair.where} {self.pair.periods} {self.way} {self.reward!r}"

    def apply(self, model: Model) -> Model:
        """Return the model with the reward in its objective."""
        first = model.decisions.first
        codes = {dim: first.index.code(dim) for dim in first.index.dims}
        keep: Flags = (
            (codes["segment"] == self.pair.segment)
            & (codes["interaction"] == self.pair.interaction)
            & (codes["channel"] == self.way)
            & np.isin(codes["period"], self.pair.periods)
        )
        gain = np.zeros(model.problem.num_columns)
        chosen = first.only(keep).matrix.tocoo()
        np.add.at(gain, chosen.coords[1], self.reward * chosen.data)
        return replace(model, problem=model.problem.with_(c=model.problem.c + gain))


def reward(accounts: Accounts, pair: Pair, spread: float) -> float:
    """Return a reward per contact that outweighs what moving them could lose.

    Args:
        accounts: of the plan.
        pair: whose contacts.
        spread: by how much the cost of a contact differs between channels.
    """
    n = accounts.numbers
    contacts = float(n.contacts[pair.segment, pair.interaction, list(pair.periods)].sum())
    gross = sum(float(np.abs(accounts.term(entry.name)).sum()) for entry in LEDGER)
    decided = float(n.fixed_cost.sum() + n.opening_cost.sum() + n.closing_cost.sum())
    return 2.0 * (spread + (gross + decided + 1.0) / max(contacts, 1e-9))


def noise(best: Answer, answer: Answer) -> float:
    """How far a difference of two optima may be off because both were solved to a gap."""
    before, after = best.objective or 0.0, answer.objective or 0.0
    width = 0.0 if best.bound is None else abs(best.bound - before)
    if answer.proven and answer.bound is not None:
        width = max(width, abs(answer.bound - after))
    return max(width, 1e-9 * max(1.0, abs(before)))


def regret(best: Answer, one: Forced) -> float | None:
    """Return what forcing costs; what lies within the gaps counts as nothing, None if unknown."""
    if one.objective is None or best.objective is None:
        return None
    lost = best.objective - one.objective
    return 0.0 if lost <= noise(best, one.answer) else lost
