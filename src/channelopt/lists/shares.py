"""Shares: how a plan would spread each customer's contacts over the options of a question."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from channelopt.lists.questions import Question
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Floats, Numbers


@dataclass(frozen=True)
class Planned:
    """What a plan says of the contacts of one period.

    Attributes:
        numbers: the scenario.
        choice: the plan.
        period: position of the period.
    """

    numbers: Numbers
    choice: Choice
    period: int


def plan_shares(planned: Planned, question: Question, options: int, *, whole: bool) -> Floats:
    """Return the shares of options that together have the plan's shares of ways.

    Args:
        planned: the plan.
        question: what is decided at once.
        options: how many columns to return.
        whole: a customer who is contacted at all is contacted once at least: where a segment's
            mean is below one contact, only that part of its customers can be.

    Returns:
        (S, options) shares that add up to 1, or to 0 where the plan says nothing.
    """
    numbers, choice, period = planned.numbers, planned.choice, planned.period
    contacts = numbers.contacts[..., period]
    shares = np.zeros(choice.first_contacts.shape[:3])
    entering = choice.first_contacts[..., period]
    np.divide(entering, contacts[..., None], out=shares, where=contacts[..., None] > 0)
    if whole:
        customers = numbers.customers[:, period, None]
        mean = np.divide(contacts, customers, out=np.ones_like(contacts), where=customers > 0)
        shares = shares * np.where(numbers.inbound, 1.0, np.minimum(mean, 1.0))[..., None]
    found = np.zeros((len(numbers.segments), options))
    inbound = numbers.inbound[list(question.interactions)].all()
    for segment in range(len(numbers.segments)):
        if inbound:
            _all_at_once(found[segment], question, shares[segment], contacts[segment])
        else:
            _side_by_side(found[segment], question, shares[segment])
    return found


def _all_at_once(found: Floats, question: Question, shares: Floats, contacts: Floats) -> None:
    """Give each option the mean share of its entries, by contacts: one way serves them all."""
    for at, option in enumerate(question.options):
        weights = np.array([contacts[i] for i, _ in option.entries])
        if weights.sum() > 0:
            own = np.array([shares[entry] for entry in option.entries])
            found[at] = own @ weights / weights.sum()


def _side_by_side(found: Floats, question: Question, shares: Floats) -> None:
    """Lay the shares of all entries one behind the other around a circle of length one.

    What lies above a point of the circle is an option; no more entries lie there than needed, and
    two of one interaction never do. A part whose entries are no option together stays without.
    """
    entries = sorted({entry for option in question.options for entry in option.entries})
    own = [(entry, shares[entry]) for entry in entries if shares[entry] > 0]
    known = {frozenset(option.entries): at for at, option in enumerate(question.options)}
    ends = np.cumsum([share for _, share in own])
    ends = ends / max(1.0, ends[-1] / _most(question)) if len(ends) else ends
    begins = np.concatenate([[0.0], ends])[:-1]
    corners = np.unique(np.concatenate([[0.0, 1.0], ends % 1.0]))
    for left, right in pairwise(corners.tolist()):
        middle = (left + right) / 2
        # begin <= middle + turn < end for some whole turn
        there = np.ceil(begins - middle) <= np.ceil(ends - middle) - 1
        above = frozenset(entry for (entry, _), lies in zip(own, there, strict=True) if lies)
        at = known.get(above, known.get(frozenset()))
        if at is not None:
            found[at] += right - left


def _most(question: Question) -> int:
    """Return how many entries an option has at most."""
    return max(len(option.entries) for option in question.options)
