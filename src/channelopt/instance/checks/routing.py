"""Where contacts can go: which cells carry any, and loops in which nothing ever ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.instance.checks.context import Context
from channelopt.instance.checks.structure import apply_effects, effect_sets
from channelopt.scenario.sections import Effect
from channelopt.terms.numbers import Flags, Floats, Numbers

_ENDS = 1e-9
"""A channel that passes on more than all but this share keeps every contact going."""


@dataclass(frozen=True)
class Traffic:
    """Which cells can carry contacts.

    Attributes:
        first: (S, I, C, T) a first contact may enter here.
        carries: (S, I, C, T) some contact may be handled here.
    """

    first: Flags
    carries: Flags


def traffic(context: Context, numbers: Numbers, lowest: Floats) -> Traffic:
    """Find the cells that can carry contacts.

    Args:
        context: the scenario, for its bundles.
        numbers: its parameters.
        lowest: (S, I, C, T) lowest resolution.
    """
    asked = (numbers.contacts > 0)[:, :, None, :]
    may_enter = numbers.eligible[:, :, : len(numbers.channels)]
    first = may_enter & asked & numbers.available
    carries = carried(numbers, first, lowest)
    return Traffic(first, carries | (_used_by_bundles(context, numbers) & asked))


def carried(numbers: Numbers, first: Flags, lowest: Floats) -> Flags:
    """Return (S, I, C, T) where a first contact may enter or an inbound one be passed on to.

    Args:
        numbers: parameters.
        first: (S, I, C, T) a first contact may enter here.
        lowest: (S, I, C, T) lowest resolution.
    """
    carries = first & numbers.inbound[:, None, None]
    leaks = lowest < 1.0
    arcs = (numbers.unresolved > 0).astype(np.int64)
    for _ in numbers.channels:
        inflow = np.einsum("sict,cd->sidt", (carries & leaks).astype(np.int64), arcs) > 0
        wider = carries | (inflow & numbers.available)
        if (wider == carries).all():
            break
        carries = wider
    found: Flags = carries | first
    return found


def _used_by_bundles(context: Context, numbers: Numbers) -> Flags:
    """Return (S, I, C, T) where an outbound bundle may use a channel."""
    used = np.zeros(numbers.shape, dtype=np.bool_)
    for _, bundle in sorted(context.scenario.bundles.items()):
        channels = np.array([label in bundle.uses for label in numbers.channels])
        chosen = bundle.interactions
        interactions = ~numbers.inbound & np.array(
            [chosen is None or label in chosen for label in numbers.interactions]
        )
        used |= interactions[:, None, None] & (channels[:, None] & numbers.available)
    return used


def lowest_resolution(context: Context, numbers: Numbers) -> Floats:
    """Return (S, I, C, T) the lowest resolution of each cell over the upgrade sets."""
    lowest = numbers.resolution
    for at, label in enumerate(numbers.channels):
        sets = effect_sets(context, label, "resolution")
        if len(sets) > 1:
            lowest = lowest.copy() if lowest is numbers.resolution else lowest
            lowest[:, :, at] = _least(numbers.resolution[:, :, at], sets)
    return lowest


def _least(resolution: Floats, sets: list[list[Effect]]) -> Floats:
    """Return the least of a value under several sets of effects, clipped to 0..1."""
    unique, back = np.unique(resolution, return_inverse=True)
    least = [min(apply_effects(value, effects) for effects in sets) for value in unique.tolist()]
    lowest: Floats = np.clip(np.array(least), 0.0, 1.0)[back.reshape(resolution.shape)]
    return lowest


def check_loops(context: Context, numbers: Numbers, lowest: Floats) -> None:
    """Report channels that pass contacts round for ever, each loop once.

    All channels that are available in a period count, whether or not a contact can get there.

    A contact ends where a channel resolves a part of it, lets a part give up, or passes a part on
    to a channel that is not available. Contacts go round for ever only among channels from which
    no such channel can be reached; then the spectral radius of passing on is 1 or more.
    """
    routes = numbers.unresolved
    passed = routes @ numbers.available.astype(np.float64)
    kept = (1.0 - lowest) * passed >= 1.0 - _ENDS
    asked = (numbers.contacts > 0) & numbers.inbound[:, None]
    stuck = kept & numbers.available & asked[:, :, None]
    patterns = np.moveaxis(stuck, 2, 3).reshape(-1, len(numbers.channels))
    loops: dict[tuple[str, ...], int] = {}
    for pattern in np.unique(patterns[patterns.any(axis=1)], axis=0):
        loop = _loop(routes, pattern, numbers.channels)
        if loop:
            here = (patterns[:, np.isin(numbers.channels, loop)]).all(axis=1)
            loops.setdefault(loop, int(np.flatnonzero(here)[0]))
    for loop, flat in sorted(loops.items()):
        shape = (numbers.shape[0], numbers.shape[1], numbers.shape[3])
        segment, interaction, period = (int(at) for at in np.unravel_index(flat, shape))
        cell = [numbers.segments[segment], numbers.interactions[interaction]]
        cell += [numbers.periods[period]] if len(numbers.periods) > 1 else []
        message = (
            "contacts go round for ever: "
            + " -> ".join((*loop, loop[0]))
            + f", for example for ({', '.join(cell)})"
        )
        hint = "let a channel of the loop resolve a part, or let a part give up"
        context.report("E260", ("channels", loop[0], "unresolved"), message, hint)


def _loop(routes: Floats, stuck: Flags, channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return a loop among channels that no contact can leave, or nothing."""
    trapped = stuck.copy()
    while True:
        leaves = ((routes > 0) & ~trapped).any(axis=1)
        smaller = trapped & ~leaves
        if (smaller == trapped).all():
            break
        trapped = smaller
    if not trapped.any():
        return ()
    trail = [int(np.flatnonzero(trapped)[0])]
    while True:
        following = int(np.flatnonzero((routes[trail[-1]] > 0) & trapped)[0])
        if following in trail:
            cycle = trail[trail.index(following) :]
            start = cycle.index(min(cycle))
            return tuple(channels[at] for at in cycle[start:] + cycle[:start])
        trail.append(following)
