"""Per contact: what one first contact costs and earns, followed to where it ends.

The terms add up: what a move of contacts changes in all, per contact moved, is the sum of the terms
that follow from the contacts themselves, of what the forced plan pays for people and channels, and
of a remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.reasons.forcing import Pair
from channelopt.plan.accounts import Accounts, account, kept_shares, mean_satisfaction, passed_on
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.terms.upgraded import under

TERMS: Mapping[str, str] = {
    "first_contact": "the contact itself",
    "passed_on": "contacts passed on or repeated",
    "staff": "staff hours",
    "people": "people employed",
    "contact_value": "value of the contact",
    "margin_kept": "margin kept",
    "satisfaction_value": "satisfaction",
    "fixed_cost": "open channels",
    "upgrades": "upgrades",
    "closure_loss": "channels that close",
    "rest": "limits and fixed decisions",
}
"""Terms of the difference between two channels, with their words."""

PER_CONTACT = ("first_contact", "passed_on", "staff", "contact_value", "satisfaction_value")
"""Terms that each contact has, whatever the others do."""


@dataclass(frozen=True)
class Traced:
    """One first contact of each pair in each way, followed to its end; money unsigned.

    Axes: segment (S), interaction (I), way (W), channel (C), period (T).
    """

    first_cost: Floats  # (W, S, I, T)
    passed_cost: Floats  # (W, S, I, T)
    hours: Floats  # (W, S, I, C, T) of agents
    contact_value: Floats  # (W, S, I, T)
    points: Floats  # (W, S, I, T) satisfaction points


@dataclass(frozen=True)
class Term:
    """A term of the difference, per contact moved, as profit: costs are negative.

    `chosen` is that of the contacts where they are, `other` where they would go.
    """

    name: str
    chosen: float
    other: float
    at_average: float | None = None

    @property
    def difference(self) -> float:
        """What a contact more in the other channel brings."""
        return self.other - self.chosen


def traced(n: Numbers, choice: Choice, ways: Collection[int] | None = None) -> Traced:
    """Follow one first contact of each pair through each way.

    Args:
        n: all numbers.
        choice: what is open and owned; a closed way is followed as if its channels were open.
        ways: the ways that matter, the others are 0; None: all.
    """
    n = under(n, choice.owned)
    wanted = range(len(n.ways)) if ways is None else ways
    each = [_followed(n, choice.open, way, way in wanted) for way in range(len(n.ways))]
    return Traced(*(np.stack(parts) for parts in zip(*each, strict=True)))


def _followed(n: Numbers, is_open: Flags, way: int, matters: bool) -> tuple[Floats, ...]:
    unit = np.zeros(n.shape_of_ways)
    if not matters:
        nothing = unit[:, :, 0]
        return nothing, nothing, np.zeros(n.shape), nothing, nothing
    unit[:, :, way] = 1.0
    entering = n.by_channel(unit)
    opened = is_open | (entering.any(axis=(0, 1)) & n.available)
    passed = passed_on(n, entering, opened)
    handled = entering + passed
    minutes, served = np.nan_to_num(n.handle_minutes), np.asarray(n.serves.any(axis=0))
    hours = np.where(served[:, None], handled * minutes / (60.0 * n.concurrency), 0.0)
    return (
        (entering * n.unit_cost).sum(axis=2),
        (passed * n.unit_cost).sum(axis=2),
        hours,
        np.array(n.contact_value[:, :, way]),
        _points(n, entering, passed),
    )


def _points(n: Numbers, entering: Floats, passed: Floats) -> Floats:
    liked = (np.nan_to_num(n.satisfaction) * entering).sum(axis=2)
    ending = ((1.0 - n.resolution) * (entering + passed)).sum(axis=2) - passed.sum(axis=2)
    lost = n.transfer_penalty * passed.sum(axis=2) + n.give_up_penalty * np.maximum(ending, 0.0)
    weight = np.where(n.inbound, n.importance, 0.0)[None, :, None]
    points: Floats = weight * (liked - lost)
    return points


@dataclass(frozen=True)
class Hours:
    """What an hour of a staff group is worth, undiscounted; both (G, T)."""

    marginal: Floats
    average: Floats


def hour_prices(
    n: Numbers, choice: Choice, hold: Callable[[Numbers], float | None], in_time: Callable[[], bool]
) -> Hours:
    """Return what one hour of each staff group is worth with all whole decisions fixed.

    A group with hours to spare has none; of the others a small share of the hours is taken away
    and the contacts are allotted anew.

    Args:
        n: all numbers.
        choice: of the plan.
        hold: objective with channels, offers and FTE as in the plan.
        in_time: whether there is time for one more linear program.
    """
    paid = n.hours_per_fte * choice.fte
    spare = paid - choice.hours.sum(axis=1)
    works = (paid > 0) & (spare <= 1e-6 * np.maximum(1.0, paid))
    marginal = np.zeros(paid.shape)
    base = hold(n)
    for g, t in np.argwhere(works).tolist():
        if base is None or not in_time():
            break
        for share in (-1e-3, 1e-3):
            hours = np.array(n.hours_per_fte)
            hours[g, t] *= 1.0 + share
            after = hold(n.with_(hours_per_fte=hours))
            if after is not None:
                worth = (after - base) / (share * paid[g, t] * n.discount[t])
                marginal[g, t] = max(worth, 0.0)
                break
    average = n.fte_cost / np.where(n.hours_per_fte > 0, n.hours_per_fte, np.inf)
    return Hours(marginal, average)


def of_channels(n: Numbers, prices: Floats, staffed: Flags) -> Floats:
    """Return (C, T) the price of an hour in a channel: that of its cheapest group with people.

    Args:
        n: all numbers.
        prices: (G, T) by group.
        staffed: (G, T) groups that count; where none does, all do.
    """
    serves = n.serves[:, :, None] & staffed[:, None, :]
    none = ~np.asarray(serves.any(axis=0))
    serves = serves | (n.serves[:, :, None] & none[None])
    least = np.where(serves, prices[:, None, :], np.inf).min(axis=0, initial=np.inf)
    found: Floats = np.where(np.isfinite(least), least, 0.0)
    return found


@dataclass(frozen=True)
class Setting:
    """A plan as the terms see it: its decisions, what follows from them, one contact of each."""

    choice: Choice
    accounts: Accounts
    traced: Traced


def setting(n: Numbers, choice: Choice, ways: Collection[int] | None = None) -> Setting:
    """Work out a plan for `terms`; `ways` are those that matter, None for all."""
    return Setting(choice, account(n, choice), traced(n, choice, ways))


def terms(
    n: Numbers, pair: Pair, way: int, plans: tuple[Setting, Setting], hours: Hours
) -> tuple[list[Term], float]:
    """Return the terms of a move, all but the rest, and how many contacts move.

    Args:
        n: all numbers.
        pair: whose contacts move.
        way: where they go.
        plans: the plan, and the one with the move.
        hours: what hours of staff are worth.
    """
    before, after = plans
    moved = _moved(pair, way, before.choice, after.choice)
    if moved <= 0:
        return [], 0.0
    same = np.abs(after.choice.fte - before.choice.fte) <= 1e-9
    marginal = np.where(same | ~n.whole_fte[:, None], hours.marginal, 0.0)
    staffed = before.choice.fte > 0
    price = of_channels(n, marginal, staffed)
    usual = of_channels(n, hours.average, staffed)
    found = [
        *_of_contacts(n, pair, way, plans, (price, usual)),
        _kept(n, pair, way, plans),
        *_of_decisions(n, plans),
    ]
    return [_per(term, moved) for term in found], moved


def _per(term: Term, moved: float) -> Term:
    average = None if term.at_average is None else term.at_average / moved
    return Term(term.name, term.chosen / moved, term.other / moved, average)


def _cells(pair: Pair, choice: Choice) -> Floats:
    """Return (W, T) the first contacts of a pair, in its periods."""
    first = choice.first_contacts[pair.segment, pair.interaction]
    inside = np.isin(np.arange(first.shape[1]), pair.periods)
    cells: Floats = np.where(inside, first, 0.0)
    return cells


def _moved(pair: Pair, way: int, before: Choice, after: Choice) -> float:
    """Return how many first contacts leave the other ways."""
    left = _cells(pair, before) - _cells(pair, after)
    left[way] = 0.0
    total = float(left.sum())
    return total if total > 1e-9 * max(1.0, float(_cells(pair, before).sum())) else 0.0


def _split(
    pair: Pair, way: int, plans: tuple[Setting, Setting], units: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return (T,) amounts of the contacts where they were, and where they go; units are (W, T)."""
    before, after = (_cells(pair, plan.choice) for plan in plans)
    left = before - after
    left[way] = 0.0
    chosen: Floats = (left * units[0]).sum(axis=0)
    change: Floats = (after * units[1]).sum(axis=0) - (before * units[0]).sum(axis=0)
    return chosen, change + chosen


def _of_contacts(
    n: Numbers,
    pair: Pair,
    way: int,
    plans: tuple[Setting, Setting],
    prices: tuple[Floats, Floats],
) -> list[Term]:
    s, i = pair.where
    parts: dict[str, Callable[[Traced], Floats]] = {
        "first_contact": lambda one: -one.first_cost[:, s, i],
        "passed_on": lambda one: -one.passed_cost[:, s, i],
        "staff": lambda one: -(one.hours[:, s, i] * prices[0]).sum(axis=1),
        "contact_value": lambda one: one.contact_value[:, s, i],
        "satisfaction_value": lambda one: n.satisfaction_price * one.points[:, s, i],
    }
    usual = tuple(-(plan.traced.hours[:, s, i] * prices[1]).sum(axis=1) for plan in plans)
    found = []
    for name, unit in parts.items():
        units = (unit(plans[0].traced), unit(plans[1].traced))
        chosen, other = (float(part @ n.discount) for part in _split(pair, way, plans, units))
        at_average = None
        if name == "staff":
            one, two = _split(pair, way, plans, (usual[0], usual[1]))
            at_average = float((two - one) @ n.discount)
        found.append(Term(name, chosen, other, at_average))
    return found


def _kept(n: Numbers, pair: Pair, way: int, plans: tuple[Setting, Setting]) -> Term:
    """Margin kept: along the retention curve, as far as this pair's contacts move satisfaction."""
    s, i = pair.where
    units = (plans[0].traced.points[:, s, i], plans[1].traced.points[:, s, i])
    chosen, other = _split(pair, way, plans, units)
    slope = _slope(n, s, plans[0].accounts.points, other - chosen) * n.discount
    return Term("margin_kept", float(slope @ chosen), float(slope @ other))


def _slope(n: Numbers, s: int, points: Floats, change: Floats) -> Floats:
    """Return (T,) the margin kept per satisfaction point of segment s as its points change."""
    weight = n.weight_of_satisfaction[s]
    step = np.where(np.abs(change) > 1e-9 * np.maximum(1.0, weight), change, 1e-6 * weight)
    after = np.array(points)
    after[s] = points[s] + step
    kept = kept_shares(n, mean_satisfaction(n, after)) - kept_shares(
        n, mean_satisfaction(n, points)
    )
    gain = n.customers[s] * np.maximum(n.margin[s], 0.0) * kept[s]
    slope: Floats = np.divide(gain, step, out=np.zeros_like(gain), where=weight > 0)
    return slope


def _of_decisions(n: Numbers, plans: tuple[Setting, Setting]) -> list[Term]:
    """What the forced plan pays otherwise for people, channels and upgrades."""
    before, after = (plan.accounts for plan in plans)

    def change(*names: str) -> float:
        return sum(float((after.term(x) - before.term(x)) @ n.discount) for x in names)

    return [
        Term("people", 0.0, -_people(n, plans)),
        Term("fixed_cost", 0.0, -change("fixed_cost", "opening_cost", "closing_cost")),
        Term("upgrades", 0.0, -change("investment_cost", "running_cost")),
        Term("closure_loss", 0.0, -change("closure_loss")),
    ]


def _people(n: Numbers, plans: tuple[Setting, Setting]) -> float:
    """Return what groups with whole FTE cost more, wages, hiring and release, discounted."""
    before, after = (plan.accounts for plan in plans)
    total = 0.0
    for name in ("staff_cost", "hiring_cost", "release_cost"):
        more = (getattr(after, name) - getattr(before, name)) * n.discount
        total += float(more[n.whole_fte].sum())
    return total
