"""Accounts: everything that follows from a choice, in plain numpy.

`account` is a pure function of `Numbers` and `Choice`. It knows no solver and no formulation, so
a plan edited by hand is accounted for in the same way as an optimal one. Axes are those of
`Numbers`: segment (S), interaction (I), channel (C) or way (W), staff group (G), period (T).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from channelopt.plan.amounts import metric_amounts
from channelopt.plan.investments import investments
from channelopt.terms.choice import Choice
from channelopt.terms.money import COST_KINDS, LEDGER
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.terms.upgraded import under


@dataclass(frozen=True)
class Accounts:
    """Quantities and money of one plan; money is undiscounted except `objective`."""

    numbers: Numbers  # the scenario as it is with the upgrades that the plan owns

    first_contacts: Floats  # (S, I, W, T) e
    passed_on: Floats  # (S, I, C, T) r: passed on to a channel from elsewhere, or repeated in it
    handled: Floats  # (S, I, C, T) f = e + r + u, the last for bundles
    given_up: Floats  # (S, I, T) inbound contacts whose customer gives up
    points: Floats  # (S, T) Q, satisfaction points
    satisfaction: Floats  # (S, T) mean satisfaction; nan where the segment has no inbound weight
    kept_share: Floats  # (S, T) share of a positive margin that is kept
    hours_needed: Floats  # (C, T) hours of work in channels that some group serves, else 0

    kept_margin: Floats  # (S, T)
    contact_value: Floats  # (S, W, T)
    satisfaction_value: Floats  # (S, T)
    closure_loss: Floats  # (S, C, T)
    contact_cost: Floats  # (S, C, T)
    fixed_cost: Floats  # (C, T)
    opening_cost: Floats  # (C, T)
    closing_cost: Floats  # (C, T)
    investment_cost: Floats  # (C, T)
    running_cost: Floats  # (C, T)
    staff_cost: Floats  # (G, T)
    hired: Floats  # (G, T) FTE
    released: Floats  # (G, T) FTE
    hiring_cost: Floats  # (G, T)
    release_cost: Floats  # (G, T)
    metrics: tuple[Floats, ...]  # for each metric (S, W, T)

    service_cost: Floats  # (S, T) contact cost and the segment's share of staff cost by hours
    profit: Floats  # (S, T) of a segment, after service cost, before what segments share
    discount: Floats  # (T,)
    objective: float  # satisfaction-weighted profit, discounted

    def term(self, name: str) -> Floats:
        """Return a money term of the ledger by period, unsigned: (T,)."""
        amounts: Floats = getattr(self, name)
        by_period: Floats = amounts.reshape(-1, amounts.shape[-1]).sum(axis=0)
        return by_period

    @property
    def profit_by_period(self) -> Floats:
        """(T,) satisfaction-weighted profit, undiscounted."""
        signed = [entry.sign * self.term(entry.name) for entry in LEDGER]
        total: Floats = np.sum(signed, axis=0)
        return total

    @property
    def cost(self) -> Floats:
        """(T,) every cost together, undiscounted; closure loss is not a cost."""
        names = {f"{kind}_cost" for kind in COST_KINDS}
        terms = [self.term(entry.name) for entry in LEDGER if entry.name in names]
        total: Floats = np.sum(terms, axis=0)
        return total


def account(numbers: Numbers, choice: Choice) -> Accounts:
    """Work out every quantity and every money term of a plan.

    Args:
        numbers: the scenario, without upgrades.
        choice: what the plan decides; need not obey any rule.

    Returns:
        The accounts. A first contact in a cell without known satisfaction earns no points.
    """
    numbers = under(numbers, choice.owned)
    entering = numbers.by_channel(choice.first_contacts)
    passed = passed_on(numbers, entering, choice.open)
    handled = entering + passed
    given_up = _given_up(numbers, handled, passed)
    points = _points(numbers, entering, passed, given_up)
    satisfaction = mean_satisfaction(numbers, points)
    kept_share = kept_shares(numbers, satisfaction)
    hours = _hours(numbers, handled)
    worth = _worth(numbers, choice, points, kept_share)
    costs = _costs(numbers, choice, handled)
    service = costs["contact_cost"].sum(axis=1) + _staff_by_segment(
        choice, hours, costs["staff_cost"]
    )
    gains = worth["kept_margin"] + worth["satisfaction_value"]
    gains = gains + worth["contact_value"].sum(axis=1) - worth["closure_loss"].sum(axis=1)
    return Accounts(
        numbers=numbers,
        first_contacts=choice.first_contacts,
        passed_on=passed,
        handled=handled,
        given_up=given_up,
        points=points,
        satisfaction=satisfaction,
        kept_share=kept_share,
        hours_needed=hours.sum(axis=0),
        **worth,
        **costs,
        metrics=metric_amounts(numbers, choice.first_contacts, handled),
        service_cost=service,
        profit=gains - service,
        discount=numbers.discount,
        objective=_objective(numbers, worth | costs),
    )


def passed_on(numbers: Numbers, entering: Floats, is_open: Flags) -> Floats:
    """Follow unresolved inbound contacts through the open channels until they end.

    Args:
        numbers: the scenario.
        entering: (S, I, C, T) first contacts.
        is_open: (C, T); what is meant for a closed channel gives up.

    Returns:
        (S, I, C, T) contacts passed on to each channel, or repeated in it.
    """
    result = np.zeros(numbers.shape)
    inbound = np.flatnonzero(numbers.inbound)
    asked = (numbers.contacts > 0) | (entering > 0).any(axis=2)  # elsewhere nothing moves
    segments = np.arange(len(numbers.segments))
    for period in range(len(numbers.periods)):
        opened = np.flatnonzero(is_open[:, period])
        ways = numbers.unresolved[:, opened]  # (from, open)
        if not ways.any() or not len(inbound):
            continue
        leaving = 1.0 - numbers.resolution[..., period][:, inbound]
        leaving = leaving * asked[..., period][:, inbound, None]
        arriving = (entering[..., period][:, inbound] * leaving) @ ways
        loop = leaving[..., opened, None] * ways[opened]  # (S, inbound, from, to)
        system = np.eye(len(opened)) - np.swapaxes(loop, -1, -2)
        solved = np.linalg.solve(system, arriving[..., None])[..., 0]
        result[..., period][np.ix_(segments, inbound, opened)] = np.maximum(solved, 0.0)
    return result


def mean_satisfaction(numbers: Numbers, points: Floats) -> Floats:
    """Return (S, T) mean satisfaction; nan where the segment has no inbound weight."""
    weight = numbers.weight_of_satisfaction
    mean: Floats = np.divide(points, weight, out=np.full_like(points, np.nan), where=weight > 0)
    return mean


def kept_shares(numbers: Numbers, satisfaction: Floats) -> Floats:
    """Return (S, T) R: the share of a positive margin kept at each mean satisfaction (nan: 1)."""
    kept = np.ones_like(satisfaction)
    for s, row in enumerate(satisfaction):
        known = ~np.isnan(row)
        curve = numbers.curves.get(s)
        if curve is not None:
            kept[s, known] = np.interp(row[known], curve.at, curve.keeps)
        else:
            kept[s, known] = 1.0 - numbers.satisfaction_weight * (1.0 - row[known])
    return kept


def _given_up(numbers: Numbers, handled: Floats, passed: Floats) -> Floats:
    ending = np.einsum("sict,sict->sit", 1.0 - numbers.resolution, handled) - passed.sum(axis=2)
    given_up: Floats = np.where(numbers.inbound[None, :, None], np.maximum(ending, 0.0), 0.0)
    return given_up


def _points(numbers: Numbers, entering: Floats, passed: Floats, given_up: Floats) -> Floats:
    per_contact = np.nan_to_num(numbers.satisfaction)
    earned = np.einsum("sict,sict->sit", per_contact, entering)
    lost = numbers.transfer_penalty * passed.sum(axis=2) + numbers.give_up_penalty * given_up
    weight = np.where(numbers.inbound, numbers.importance, 0.0)
    points: Floats = np.einsum("i,sit->st", weight, earned - lost)
    return points


def _hours(numbers: Numbers, handled: Floats) -> Floats:
    """Return (S, C, T) hours of work in channels that some group serves."""
    served = numbers.serves.sum(axis=0) > 0
    minutes = np.nan_to_num(numbers.handle_minutes)
    hours = np.einsum("sict,sict->sct", handled, minutes) / (60.0 * numbers.concurrency)
    needed: Floats = np.where(served[:, None], hours, 0.0)
    return needed


def _worth(
    numbers: Numbers, choice: Choice, points: Floats, kept_share: Floats
) -> dict[str, Floats]:
    margin = numbers.margin
    kept = np.maximum(margin, 0.0) * kept_share + np.minimum(margin, 0.0)
    closed: Flags = np.logical_and(numbers.initially_open[:, None], ~choice.open)
    lost = np.where(closed[None], numbers.closure_loss, 0.0)  # (S, C, T) per customer
    return {
        "kept_margin": numbers.customers * kept,
        "contact_value": np.einsum("sict,sict->sct", numbers.contact_value, choice.first_contacts),
        "satisfaction_value": numbers.satisfaction_price * points,
        "closure_loss": numbers.customers[:, None, :] * lost,
    }


def _costs(numbers: Numbers, choice: Choice, handled: Floats) -> dict[str, Floats]:
    now = choice.open
    before: Flags = np.hstack([numbers.initially_open[:, None], now[:, :-1]])
    change = np.diff(choice.fte, axis=1, prepend=numbers.initial_fte[:, None])
    hired, released = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    return {
        "contact_cost": np.einsum("sict,sict->sct", numbers.unit_cost, handled),
        "fixed_cost": np.where(now, numbers.fixed_cost, 0.0),
        "opening_cost": np.where(now & ~before, numbers.opening_cost[:, None], 0.0),
        "closing_cost": np.where(~now & before, numbers.closing_cost[:, None], 0.0),
        **investments(numbers, choice),
        "staff_cost": numbers.fte_cost * choice.fte,
        "hired": hired,
        "released": released,
        "hiring_cost": numbers.hiring_cost[:, None] * hired,
        "release_cost": numbers.release_cost[:, None] * released,
    }


def _staff_by_segment(choice: Choice, hours: Floats, staff_cost: Floats) -> Floats:
    """Share a group's cost out by its hours on channels, and there by the hours segments need.

    Returns:
        (S, T); the cost of a group that works no hours belongs to no segment.
    """
    worked = choice.hours.sum(axis=1)  # (G, T)
    rate = np.divide(staff_cost, worked, out=np.zeros_like(staff_cost), where=worked > 0)
    by_channel = np.einsum("gt,gct->ct", rate, choice.hours)
    needed = hours.sum(axis=0)
    price = np.divide(by_channel, needed, out=np.zeros_like(needed), where=needed > 0)
    shared: Floats = np.einsum("ct,sct->st", price, hours)
    return shared


def _objective(numbers: Numbers, amounts: dict[str, Floats]) -> float:
    parts = (
        entry.sign * numbers.discount * amounts[entry.name]
        for entry in LEDGER
        if entry.name in amounts
    )
    return math.fsum(value for part in parts for value in part.ravel().tolist())
