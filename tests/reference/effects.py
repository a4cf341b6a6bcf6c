"""What upgrades do to a channel, cell by cell: set, then times, then add, then one clip."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np

from channelopt.terms.numbers import Numbers

OF_CELLS = ("satisfaction", "unit_cost", "handle_minutes", "resolution")
OF_CHANNELS = ("capacity", "concurrency")
MOST = {"satisfaction": 1.0, "resolution": 1.0}


def variants(n: Numbers, channel: int) -> list[tuple[int, ...]]:
    """Every set of upgrades of a channel, the empty one first."""
    own = [k for k in range(len(n.upgrades.ids)) if n.upgrades.channel[k] == channel]
    return [chosen for size in range(len(own) + 1) for chosen in combinations(own, size)]


def changed(
    n: Numbers, quantity: str, value: float, owned: Iterable[int], channel: int, interaction: int
) -> float:
    """One number of a channel under the upgrades that are owned."""
    found: dict[str, list[float]] = {"set": [], "times": [], "add": []}
    for effect in n.upgrades.effects:
        if (
            effect.upgrade in owned
            and n.upgrades.channel[effect.upgrade] == channel
            and effect.quantity == quantity
            and (quantity in OF_CHANNELS or effect.interactions[interaction])
        ):
            found[effect.operation].append(effect.value)
    if not any(found.values()):
        return value
    if found["set"]:
        assert len(set(found["set"])) == 1
        value = found["set"][0]
    if not math.isfinite(value):  # no capacity, or nothing known: times and add do nothing
        return value
    for factor in found["times"]:
        value *= factor
    for amount in found["add"]:
        value += amount
    return min(max(value, 0.0), MOST.get(quantity, math.inf))


def under(n: Numbers, owned: np.ndarray) -> Numbers:
    """All numbers where upgrade k is owned in period t as `owned[k, t]` says."""
    fields: dict[str, np.ndarray] = {}
    for quantity in OF_CELLS:
        values = np.array(getattr(n, quantity), dtype=float)
        for s, i, c, t in np.ndindex(*values.shape):
            here = set(np.flatnonzero(owned[:, t]).tolist())
            values[s, i, c, t] = changed(n, quantity, float(values[s, i, c, t]), here, c, i)
        fields[quantity] = values
    for quantity in OF_CHANNELS:
        values = np.array(getattr(n, quantity), dtype=float)
        for c, t in np.ndindex(*values.shape):
            here = set(np.flatnonzero(owned[:, t]).tolist())
            values[c, t] = changed(n, quantity, float(values[c, t]), here, c, 0)
        fields[quantity] = values
    return replace(n, **fields)
