"""Clean a solver's answer, so that every figure comes from a tidy plan.

Solvers keep their promises within a tolerance: a share of 0.3 comes back as 0.29999999987, a
closed channel carries a millionth of a contact. `clean` removes what is only dust, and leaves
what is more than dust as it is, for the independent check to find.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelopt.plan.accounts import account
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

DUST = 1e-9
"""Smaller shares of a pair's contacts are nothing."""

NOISE = 1e-5
"""Pairs whose contacts add up to their number within this share are meant to add up."""

TRICKLE = 1e-6
"""Smaller shares of a pair's contacts are nothing where none are allowed."""


def clean(numbers: Numbers, choice: Choice) -> Choice:
    """Remove what is only a solver's tolerance.

    Negative amounts and dust become zero, each inbound pair adds up to its contacts, outbound
    contacts stay within theirs, whole contacts and whole FTE are whole, and hours are exactly
    the hours that the handled contacts need.

    Args:
        numbers: the scenario.
        choice: the decisions as a solver returned them.

    Returns:
        The same decisions without noise. Cleaning twice changes nothing.
    """
    first = _without_dust(numbers, choice)
    first = _whole(numbers, first) if numbers.whole_contacts else _exact(numbers, first)
    fte = np.maximum(choice.fte, 0.0)
    fte = np.where(numbers.whole_fte[:, None] | (fte < DUST), np.round(fte), fte)
    hours = np.maximum(choice.hours, 0.0)
    tidy = replace(choice, first_contacts=first, fte=fte, hours=hours)
    needed = account(numbers, tidy).hours_needed
    return replace(tidy, hours=_hours(numbers, tidy, needed))


def _allowed(numbers: Numbers, choice: Choice) -> Flags:
    """Return (S, I, W, T): where first contacts may enter with these channels and offers."""
    closed = ~choice.open
    if numbers.bundles:  # a bundle needs every channel that it uses
        missing = (numbers.uses > 0).astype(np.int64) @ closed.astype(np.int64)
        closed = np.concatenate([closed, missing > 0])
    allowed = np.asarray(numbers.eligible & ~closed)
    channels = len(numbers.channels)
    offered = choice.offered[:, None] | ~numbers.inbound[None, :, None, None]
    allowed[:, :, :channels] &= offered
    return allowed


def _without_dust(numbers: Numbers, choice: Choice) -> Floats:
    contacts = numbers.contacts[:, :, None, :]
    first = np.where(contacts > 0, choice.first_contacts, 0.0)
    nothing = np.where(_allowed(numbers, choice), DUST, TRICKLE)
    cleaned: Floats = np.where(first < nothing * contacts, 0.0, first)
    return cleaned


def _exact(numbers: Numbers, first: Floats) -> Floats:
    """Scale each pair to its contacts, inbound always, outbound where it exceeds them.

    The largest cell of a pair takes up what rounding leaves, so that the pair adds up to its
    contacts in all digits but perhaps the last. What is further off is left to the check.
    """
    total, contacts = first.sum(axis=2), numbers.contacts
    off = total - contacts
    is_off = np.where(numbers.inbound[None, :, None], np.abs(off), off) > 4e-16 * contacts
    noisy = is_off & (total > 0) & _close(total, contacts)
    factor = np.divide(contacts, total, out=np.ones_like(total), where=noisy)
    scaled: Floats = first * factor[:, :, None, :]
    rest = np.where(noisy, contacts - scaled.sum(axis=2), 0.0)
    largest = scaled.argmax(axis=2)[:, :, None, :]
    adjusted = np.take_along_axis(scaled, largest, axis=2) + rest[:, :, None, :]
    np.put_along_axis(scaled, largest, adjusted, axis=2)
    return scaled


def _close(total: Floats, contacts: Floats) -> Flags:
    """Return where a sum is off by no more than a solver's tolerance."""
    near: Flags = np.abs(total - contacts) <= NOISE * np.maximum(1.0, contacts)
    return near


def _whole(numbers: Numbers, first: Floats) -> Floats:
    """Round to whole contacts by largest remainder, keeping each pair's rounded sum."""
    inbound = numbers.inbound[None, :, None]
    limit = np.where(inbound, np.round(numbers.contacts), np.floor(numbers.contacts + TRICKLE))
    total = first.sum(axis=2)
    noisy = _close(total, limit) & (inbound | (total > limit))
    target = np.where(noisy, limit, np.round(total))
    down = np.floor(first + TRICKLE)
    missing = np.rint(target - down.sum(axis=2))[:, :, None, :]
    order = np.lexsort((-first, down - first), axis=2)
    rank = np.argsort(order, axis=2, kind="stable")
    whole: Floats = down + (rank < missing)
    return whole


def _hours(numbers: Numbers, choice: Choice, needed: Floats) -> Floats:
    """Scale the hours on each channel to those needed; unserved work goes to the group with room.

    Args:
        numbers: the scenario.
        choice: decisions, hours not negative.
        needed: (C, T) hours of work.
    """
    able = numbers.serves[..., None] & (choice.fte[:, None, :] > 0)
    hours = np.where(able, choice.hours, 0.0)
    # a trace of work would need an agent where waiting times count
    hours = np.where(hours < DUST * hours.sum(axis=0), 0.0, hours)
    given = hours.sum(axis=0)
    scaled: Floats = hours * np.divide(needed, given, out=np.zeros_like(needed), where=given > 0)
    for c, t in np.argwhere((given <= 0) & (needed > 0)):
        room = numbers.hours_per_fte[:, t] * choice.fte[:, t] - scaled[:, :, t].sum(axis=1)
        room = np.where(numbers.serves[:, c], room, -np.inf)
        scaled[int(room.argmax()), c, t] = needed[c, t]
    return scaled
