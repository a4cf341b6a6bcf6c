"""Figures that a threshold may speak of: any part of a plan, from its accounts.

Names are those of the key figures, of the money terms and of the columns of a run's tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import Accounts, account
from channelopt.plan.plan import Plan
from channelopt.plan.service import service_rows
from channelopt.plan.tables import TOUCHES
from channelopt.terms.choice import Choice
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Flags, Floats, Numbers


@dataclass(frozen=True)
class Reach:
    """The part of a plan that a figure is taken over, one mask per axis.

    Attributes:
        named: letters of the axes of which something was chosen; without t the figure is that of
            the horizon.
    """

    segments: Flags  # (S,)
    interactions: Flags  # (I,)
    channels: Flags  # (W,) channels and bundles
    groups: Flags  # (G,)
    periods: Flags  # (T,)
    named: str = ""

    @property
    def masks(self) -> dict[str, Flags]:
        """The masks by the letter of their axis."""
        return {
            "s": self.segments,
            "i": self.interactions,
            "w": self.channels,
            "g": self.groups,
            "t": self.periods,
        }


@dataclass(frozen=True)
class Subject:
    """A checked run, with everything that follows from its decisions."""

    name: str
    instance: Instance
    plan: Plan
    choice: Choice

    @cached_property
    def accounts(self) -> Accounts:
        """What follows from the decisions."""
        return account(self.instance.numbers, self.choice)

    @property
    def numbers(self) -> Numbers:
        """The scenario as it is with the upgrades that the plan owns."""
        return self.accounts.numbers

    @cached_property
    def service(self) -> Mapping[tuple[int, int], tuple[float, ...]]:
        """Rows of service_levels by (g, t)."""
        return dict(service_rows(self.numbers, self.choice))


KEYS: Mapping[str, str] = {
    "s": "segments",
    "i": "interactions",
    "c": "channels",
    "w": "channels",
    "g": "groups",
    "t": "periods",
}
"""By the letter of an axis, how a rule names its part."""

Value = float | None
Work = Callable[[Subject, Reach], Value]


@dataclass(frozen=True)
class Figure:
    """A figure by name.

    Attributes:
        name: as thresholds call it.
        title: in words.
        axes: letters of the axes that a rule may choose from, see `total`; none for figures of the
            run as a whole.
        work: works it out over a part of a plan; None where it has no meaning.
        apart: it cannot be taken together, so that each place counts on its own.
        needs: letters of axes that a rule has to name.
    """

    name: str
    title: str
    axes: str
    work: Work
    apart: bool = False
    needs: str = ""


def total(reach: Reach, array: NDArray[Any], axes: str) -> float:
    """Return the sum of an array over the part that is meant.

    Args:
        reach: the part.
        array: one axis for each letter of `axes`.
        axes: `s` segments, `i` interactions, `c` channels, `w` ways, `g` groups, `t` periods.
    """
    masks = reach.masks
    masks["c"] = masks["w"][: array.shape[axes.index("c")]] if "c" in axes else masks["w"]
    return float(array[np.ix_(*(masks[axis] for axis in axes))].sum())


def ratio(part: float, whole: float) -> Value:
    """Return a part of a whole, None where there is no whole."""
    found = part / whole if whole else math.nan
    return found if math.isfinite(found) else None


def _sum(axes: str, pick: Callable[[Subject], NDArray[Any]]) -> Work:
    return lambda subject, reach: total(reach, pick(subject), axes)


def _mean(axes: str, pick: Callable[[Subject], NDArray[Any]]) -> Work:
    """Sum over everything but periods, mean over these."""
    return lambda subject, reach: ratio(
        total(reach, pick(subject), axes), float(reach.periods.sum())
    )


def _inbound(subject: Subject, reach: Reach) -> Reach:
    return replace(reach, interactions=reach.interactions & subject.numbers.inbound)


def _profit(subject: Subject, reach: Reach) -> Value:
    accounts = subject.accounts
    if "s" in reach.named:
        return total(reach, accounts.profit, "st")
    if "t" in reach.named:
        return total(reach, accounts.profit_by_period, "t")
    return accounts.objective


def _satisfaction(subject: Subject, reach: Reach) -> Value:
    mean = subject.accounts.satisfaction
    customers = np.where(np.isnan(mean), 0.0, subject.numbers.customers)
    points = customers * np.nan_to_num(mean)
    return ratio(total(reach, points, "st"), total(reach, customers, "st"))


def _margin_kept(subject: Subject, reach: Reach) -> Value:
    n = subject.numbers
    positive = n.customers * np.maximum(n.margin, 0.0)
    kept = total(reach, positive * subject.accounts.kept_share, "st")
    return ratio(kept, total(reach, positive, "st"))


def _first(subject: Subject, reach: Reach) -> float:
    return total(reach, subject.accounts.first_contacts, "siwt")


def _share(subject: Subject, reach: Reach) -> Value:
    everywhere = replace(reach, channels=np.ones_like(reach.channels))
    return ratio(_first(subject, reach), _first(subject, everywhere))


def _touched(level: str) -> Work:
    def work(subject: Subject, reach: Reach) -> Value:
        n = subject.numbers
        touch = [*(one == level for one in n.touch), *(False for _ in n.bundles)]
        return _share(subject, replace(reach, channels=np.array(touch, dtype=bool)))

    return work


def _per_contact(subject: Subject, reach: Reach) -> Value:
    return ratio(total(reach, subject.accounts.cost, "t"), _first(subject, reach))


def _contacts_per_case(subject: Subject, reach: Reach) -> Value:
    inbound = _inbound(subject, reach)
    handled = total(inbound, subject.accounts.handled, "sict")
    return ratio(handled, _first(subject, inbound))


def _given_up(subject: Subject, reach: Reach) -> Value:
    inbound = _inbound(subject, reach)
    return ratio(total(inbound, subject.accounts.given_up, "sit"), _first(subject, inbound))


def _utilisation(subject: Subject, reach: Reach) -> Value:
    capacity = subject.numbers.capacity
    limited = np.isfinite(capacity) & (capacity > 0)
    handled = np.where(limited, subject.accounts.handled.sum(axis=(0, 1)), 0.0)
    whole = total(reach, np.where(limited, capacity, 0.0), "ct")
    return ratio(total(reach, handled, "ct"), whole)


def _paid(subject: Subject) -> NDArray[Any]:
    hours: Floats = subject.numbers.hours_per_fte * subject.choice.fte
    return hours


def _waiting(column: int) -> Work:
    """A column of service_levels.csv; each group and period on its own."""

    def work(subject: Subject, reach: Reach) -> Value:
        places = np.argwhere(reach.groups[:, None] & reach.periods[None]).tolist()
        rows = [subject.service.get((g, t)) for g, t in places]
        found = [row[column] for row in rows if row is not None]
        return found[0] if len(found) == 1 and math.isfinite(found[0]) else None

    return work


def _metric(k: int, *, mean: bool) -> Work:
    def work(subject: Subject, reach: Reach) -> Value:
        amount = total(reach, subject.accounts.metrics[k], "swt")
        return ratio(amount, _first(subject, reach)) if mean else amount

    return work


MONEY_AXES: Mapping[str, str] = {
    "kept_margin": "st",
    "contact_value": "swt",
    "satisfaction_value": "st",
    "closure_loss": "sct",
    "contact_cost": "sct",
    "fixed_cost": "ct",
    "opening_cost": "ct",
    "closing_cost": "ct",
    "investment_cost": "ct",
    "running_cost": "ct",
    "staff_cost": "gt",
    "hiring_cost": "gt",
    "release_cost": "gt",
}
"""Axes of each money term in the accounts."""


def _money() -> list[Figure]:
    def pick(name: str) -> Callable[[Subject], NDArray[Any]]:
        return lambda subject: getattr(subject.accounts, name)

    return [
        Figure(term.name, term.label, MONEY_AXES[term.name], work)
        for term in LEDGER
        for work in (_sum(MONEY_AXES[term.name], pick(term.name)),)
    ]


_KEY_FIGURES = (
    Figure("profit", "Satisfaction-weighted profit", "st", _profit),
    Figure("cost", "Cost", "t", _sum("t", lambda one: one.accounts.cost)),
    Figure("satisfaction", "Mean satisfaction", "st", _satisfaction),
    Figure("margin_kept", "Customers' margin kept", "st", _margin_kept),
    Figure("first_contacts", "First contacts", "siwt", _first),
    Figure("cost_per_first_contact", "Cost per first contact", "t", _per_contact),
    Figure("contacts_per_case", "Contacts per case", "sit", _contacts_per_case),
    Figure("given_up", "Customers who give up", "sit", _given_up),
    *(
        Figure(f"share_{level}", f"First contacts with {level} touch", "sit", _touched(level))
        for level in TOUCHES
    ),
    Figure("fte", "FTE", "gt", _mean("gt", lambda one: one.choice.fte)),
    Figure("channels_open", "Channels open", "ct", _mean("ct", lambda one: one.choice.open)),
)

_COLUMNS = (
    Figure("share", "Share of first contacts", "siwt", _share, needs="w"),
    Figure(
        "open",
        "1 while a channel is open, else 0",
        "ct",
        _sum("ct", lambda one: one.choice.open),
        apart=True,
        needs="c",
    ),
    Figure("handled", "Contacts handled", "sict", _sum("sict", lambda one: one.accounts.handled)),
    Figure(
        "passed_on_in",
        "Contacts passed on to channels",
        "sict",
        _sum("sict", lambda one: one.accounts.passed_on),
    ),
    Figure("utilisation", "Handled contacts over capacity", "ct", _utilisation),
    Figure(
        "service_cost",
        "Service cost of segments",
        "st",
        _sum("st", lambda one: one.accounts.service_cost),
    ),
    Figure("hired", "FTE hired", "gt", _sum("gt", lambda one: one.accounts.hired)),
    Figure("released", "FTE released", "gt", _sum("gt", lambda one: one.accounts.released)),
    Figure(
        "hours_needed",
        "Hours worked",
        "gt",
        _sum("gt", lambda one: one.choice.hours.sum(axis=1)),
    ),
    Figure("hours_paid", "Hours paid", "gt", _sum("gt", _paid)),
    *(
        Figure(name, title, "gt", _waiting(column), apart=True)
        for column, name, title in (
            (1, "agents", "Agents in the busy hour"),
            (4, "service_level", "Share answered in time"),
            (5, "mean_wait_seconds", "Mean wait in seconds"),
            (6, "occupancy", "Occupancy"),
            (7, "abandonment", "Share that hangs up"),
        )
    ),
    Figure("gap", "Proven gap", "", lambda subject, _: subject.plan.gap),
)


def figures_of(n: Numbers) -> dict[str, Figure]:
    """Return every figure of a scenario by name: key figures, metrics, money, columns."""
    metrics = [
        Figure(f"metric.{metric.id}{suffix}", metric.id, "swt", _metric(k, mean=bool(suffix)))
        for k, metric in enumerate(n.metrics)
        for suffix in ("", ".mean")
    ]
    return {one.name: one for one in (*_KEY_FIGURES, *metrics, *_money(), *_COLUMNS)}
