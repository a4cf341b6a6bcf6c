"""Transfer: a plan made for one scenario in the ids and periods of another one.

What both scenarios have is taken over. What only one of them has is decided in the open, and said
in words: a plan of last year knows nothing of a segment that is new this year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import UsageError, nearest
from channelopt.plan.follow import Position, position
from channelopt.plan.investments import owned
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

Codes = NDArray[np.int64]
SHOWN = 6
"""How many names or pairs a sentence lists; the rest is counted."""


@dataclass(frozen=True)
class Transfer:
    """A plan in another scenario.

    Attributes:
        position: the plan, in the ids and periods of that scenario.
        notes: what could not simply be taken over, and what stands there instead, in words.
    """

    position: Position
    notes: tuple[str, ...]


def transfer(
    before: Numbers, choice: Choice, after: Numbers, asked: Mapping[str, str] | None = None
) -> Transfer:
    """Carry a plan over into another scenario; with equal ids and periods nothing changes.

    Args:
        before: the scenario that the plan was made for.
        choice: the plan.
        after: the other scenario.
        asked: periods of `after` by label, and the period of the plan that each of them takes.

    Raises:
        UsageError: `asked` names a period that does not exist.
    """
    axes = _Axes.of(before, after, asked or {})
    held = _taken(position(before, choice), before, after, axes)
    notes = [*axes.notes, *_renamed(before, after, axes)]
    held, lost = _without_removed(held, before, choice, after, axes)
    held = _with_staff(_with_channels(held, after, axes), after, axes)
    held, filled = _with_pairs(held, after)
    return Transfer(held, (*notes, *lost, *filled))


@dataclass(frozen=True)
class _Axes:
    """Where each label of the new scenario stands in the old one, -1 where it does not."""

    segments: Codes
    interactions: Codes
    ways: Codes
    channels: Codes
    groups: Codes
    upgrades: Codes
    periods: Codes
    notes: tuple[str, ...]

    @staticmethod
    def of(before: Numbers, after: Numbers, asked: Mapping[str, str]) -> _Axes:
        channels = _codes(before.channels, after.channels)
        bundles = _codes(before.bundles, after.bundles)
        bundles = np.where(bundles >= 0, bundles + len(before.channels), -1)
        interactions = _codes(before.interactions, after.interactions)
        turned = before.inbound[np.maximum(interactions, 0)] != after.inbound
        periods, notes = _periods(before.periods, after.periods, asked)
        return _Axes(
            segments=_codes(before.segments, after.segments),
            interactions=np.where(turned, -1, interactions),
            ways=np.concatenate([channels, bundles]),
            channels=channels,
            groups=_codes(before.groups, after.groups),
            upgrades=_upgrades(before, after),
            periods=periods,
            notes=notes,
        )


def _codes(before: Sequence[str], after: Sequence[str]) -> Codes:
    places = {label: at for at, label in enumerate(before)}
    return np.array([places.get(label, -1) for label in after], dtype=np.int64)


def _upgrades(before: Numbers, after: Numbers) -> Codes:
    """An upgrade is the same where its id and its channel are."""
    own, other = before.upgrades, after.upgrades
    codes = _codes(own.ids, other.ids)
    same = [
        code >= 0 and before.channels[own.channel[code]] == after.channels[other.channel[k]]
        for k, code in enumerate(codes.tolist())
    ]
    return np.where(np.array(same, dtype=bool), codes, -1)


def _periods(
    before: Sequence[str], after: Sequence[str], asked: Mapping[str, str]
) -> tuple[Codes, tuple[str, ...]]:
    """Find the period of the plan for each period of the scenario: as asked, by label, by order.

    Where no label is shared, the first takes the first, and so on; after that, and between shared
    labels, a period takes what the one before it takes.
    """
    for names, labels, what in ((asked, after, "scenario"), (asked.values(), before, "run")):
        for label in names:
            if label not in labels:
                hint = nearest(label, labels) or f"it has {', '.join(labels)}"
                raise UsageError(f"--period: the {what} has no period '{label}'; {hint}")
    known = {label: label for label in after if label in before} | dict(asked)
    if not known:
        known = dict(zip(after, before, strict=False))
    places = {label: at for at, label in enumerate(before)}
    found: list[int] = []
    for label in after:
        found.append(places[known[label]] if label in known else (found[-1] if found else 0))
    notes = tuple(
        f"period '{label}': the plan of period '{before[at]}' is held"
        for label, at in zip(after, found, strict=True)
        if label != before[at]
    )
    if len(before) != len(after):
        counts = f"{len(before)} against {len(after)}"
        notes += (f"run and scenario have different numbers of periods ({counts}): totals differ",)
    return np.array(found, dtype=np.int64), notes


def _pick(array: NDArray[Any], *codes: Codes) -> NDArray[Any]:
    """Take an array along every axis; nothing where a label has no partner."""
    for axis, code in enumerate(codes):
        if not array.shape[axis]:
            return np.zeros(tuple(len(c) for c in codes), dtype=array.dtype)
        array = np.take(array, np.maximum(code, 0), axis=axis)
        there = (code >= 0).reshape([-1 if k == axis else 1 for k in range(array.ndim)])
        array = np.where(there, array, np.zeros((), dtype=array.dtype))
    return array


def _taken(held: Position, before: Numbers, after: Numbers, at: _Axes) -> Position:
    """Take over what both scenarios have."""
    choice = held.choice
    hours = _pick(choice.hours, at.groups, at.channels, at.periods)
    hours = np.where(after.serves[..., None], hours, 0.0)
    whole = _pick(choice.hours.sum(axis=0), at.channels, at.periods)
    needed = _pick(held.hours_needed, at.channels, at.periods)
    # where hours got lost with their group, the rest is no longer the work that was needed
    needed = np.where(hours.sum(axis=0) == whole, needed, -1.0) if len(after.groups) else needed
    return Position(
        contacts=_pick(held.contacts, at.segments, at.interactions, at.periods),
        choice=Choice(
            first_contacts=_pick(
                choice.first_contacts, at.segments, at.interactions, at.ways, at.periods
            ),
            open=_pick(choice.open, at.channels, at.periods),
            offered=_pick(choice.offered, at.segments, at.channels, at.periods),
            fte=_pick(choice.fte, at.groups, at.periods),
            hours=hours,
            owned=_pick(owned(before, choice), at.upgrades, at.periods),
        ),
        hours_needed=needed,
        least_fte=_pick(held.least_fte, at.groups, at.periods),
    )


def _renamed(before: Numbers, after: Numbers, at: _Axes) -> Iterator[str]:
    """Say which ids only one of the scenarios has, or means otherwise."""
    channels = len(after.channels)
    shares = "inbound contacts as below"
    elsewhere = "their contacts go elsewhere"
    kinds = (
        ("segments", before.segments, after.segments, at.segments, shares, "left out"),
        (
            "interactions",
            before.interactions,
            after.interactions,
            at.interactions,
            shares,
            "left out",
        ),
        ("channels", before.channels, after.channels, at.channels, "as today, not used", elsewhere),
        ("bundles", before.bundles, after.bundles, at.ways[channels:], "not used", "left out"),
        ("staff groups", before.groups, after.groups, at.groups, "FTE as today", "left out"),
        ("upgrades", before.upgrades.ids, after.upgrades.ids, at.upgrades, "not owned", "left out"),
    )
    for kind, old, new, codes, added, removed in kinds:
        unknown = [label for label, code in zip(new, codes.tolist(), strict=True) if code < 0]
        sayings = (
            ("new", [label for label in unknown if label not in old], added),
            ("others than those of the plan", [one for one in unknown if one in old], added),
            ("in the plan only", sorted(set(old) - set(new)), removed),
        )
        yield from (f"{kind} {words}: {_some(ids)}; {do}" for words, ids, do in sayings if ids)


def _without_removed(
    held: Position, before: Numbers, choice: Choice, after: Numbers, at: _Axes
) -> tuple[Position, list[str]]:
    """Spread inbound contacts of removed channels over the others of the same customers."""
    gone = [w for w in range(len(before.ways)) if w not in at.ways]
    everything = np.arange(len(before.ways))
    pairs = (at.segments, at.interactions)
    entering = _pick(choice.first_contacts, *pairs, everything, at.periods)
    lost = entering[:, :, gone].sum(axis=2) * after.inbound[None, :, None]
    kept = held.choice.first_contacts.sum(axis=2)
    times = np.divide(kept + lost, kept, out=np.ones_like(kept), where=(kept > 0) & (lost > 0))
    first = held.choice.first_contacts * times[:, :, None, :]
    notes = []
    for w in gone:
        inbound = entering[:, :, w] * after.inbound[None, :, None]
        amount = float(inbound[kept > 0].sum())
        if amount > 0:
            notes.append(
                f"{amount:,.0f} planned first contacts of '{before.ways[w]}' go to the other "
                "channels of the same customers, in proportion"
            )
    return replace(held, choice=replace(held.choice, first_contacts=first)), notes


def _with_channels(held: Position, after: Numbers, at: _Axes) -> Position:
    """Leave new channels as they are today."""
    today = after.initially_open | after.always_open
    as_today = (today & (at.channels < 0))[:, None] & after.available
    return replace(held, choice=replace(held.choice, open=held.choice.open | as_today))


def _with_staff(held: Position, after: Numbers, at: _Axes) -> Position:
    """Give new staff groups the FTE that they have today, none of them to spare."""
    new = (at.groups < 0)[:, None]
    fte = np.where(new, after.initial_fte[:, None], held.choice.fte)
    least = np.where(new, fte, held.least_fte)
    return replace(held, choice=replace(held.choice, fte=fte), least_fte=least)


def _with_pairs(held: Position, after: Numbers) -> tuple[Position, list[str]]:
    """Place inbound contacts of which the plan says nothing, by the first source that can.

    Sources: today's shares; the plan's shares of the same interaction over all segments; those of
    all inbound contacts; equal ones. Each is used where its channels are open and eligible.
    """
    first, contacts = held.choice.first_contacts.copy(), held.contacts.copy()
    offered = held.choice.offered.copy()
    waiting = (after.contacts > 0) & after.inbound[None, :, None] & (first.sum(axis=2) <= 0)
    sources = _sources(held.choice.first_contacts, after)
    room = _room(held.choice, after)
    used: dict[str, list[str]] = {}
    for s, i, t in np.argwhere(waiting).tolist():
        name, shares = _first_that_can(sources, room, (s, i, t))
        used.setdefault(name, []).append(_named(after, s, i, t))
        if shares is not None:
            first[s, i, :, t] = shares * after.contacts[s, i, t]
            contacts[s, i, t] = after.contacts[s, i, t]
            offered[s, :, t] |= shares[: len(after.channels)] > 0
    choice = replace(held.choice, first_contacts=first, offered=offered)
    return replace(held, choice=choice, contacts=contacts), [
        f"the plan says nothing of {_some(pairs)}: {words}" for words, pairs in used.items()
    ]


NOWHERE = "no open channel can take these contacts, they are not served"


def _sources(first: Floats, after: Numbers) -> list[tuple[str, Floats]]:
    """Return shares by (S, I, W, T), unscaled, the best source first."""
    shape = after.shape_of_ways
    inbound = first * after.inbound[None, :, None, None]
    same = np.broadcast_to(inbound.sum(axis=0)[None], shape)
    every = np.broadcast_to(inbound.sum(axis=(0, 1))[None, None], shape)
    today = np.broadcast_to(np.nan_to_num(after.baseline_share)[..., None], shape)
    return [
        ("today's shares are held", today),
        ("the plan's shares of the same interaction over all segments are held", same),
        ("the plan's shares of all inbound contacts are held", every),
        ("nothing is known, they are spread evenly over its open channels", np.ones(shape)),
    ]


def _room(choice: Choice, after: Numbers) -> Flags:
    """(S, I, W, T) where inbound contacts may enter in what the plan has open."""
    opened: Flags = np.zeros((len(after.ways), len(after.periods)), dtype=bool)
    opened[: len(after.channels)] = choice.open & after.available
    room: Flags = after.eligible & opened[None, None]
    return room


def _first_that_can(
    sources: list[tuple[str, Floats]], room: Flags, at: tuple[int, int, int]
) -> tuple[str, Floats | None]:
    s, i, t = at
    for words, source in sources:
        shares = np.where(room[s, i, :, t], source[s, i, :, t], 0.0)
        if shares.sum() > 0:
            return words, shares / shares.sum()
    return NOWHERE, None


def _named(after: Numbers, s: int, i: int, t: int) -> str:
    period = f", {after.periods[t]}" if len(after.periods) > 1 else ""
    return f"{after.segments[s]}, {after.interactions[i]}{period}"


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return "; ".join(names[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
