"""Numbers under upgrades: what a channel is like when some of its upgrades are owned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from channelopt.terms.combine import combine
from channelopt.terms.numbers import Effect, Flags, Floats, Numbers, Quantity

OF_CELLS: tuple[Quantity, ...] = ("satisfaction", "unit_cost", "handle_minutes", "resolution")
"""Quantities by segment, interaction, channel and period."""
OF_CHANNELS: tuple[Quantity, ...] = ("capacity", "concurrency")
"""Quantities by channel and period."""
ORDER = ("set", "times", "add")
SHARES = frozenset({"satisfaction", "resolution"})


def effective(n: Numbers, channel: int, owned: Iterable[int], quantity: Quantity) -> Floats:
    """Return a quantity of a channel when exactly these upgrades are owned.

    First `set`, then all `times`, then all `add`, then clipped once.

    Args:
        n: all numbers.
        channel: its index.
        owned: upgrade indices; those of other channels change nothing.
        quantity: what to return.

    Returns:
        (S, I, T), or (T,) for capacity and concurrency.
    """
    base: Floats = np.asarray(getattr(n, quantity)[..., channel, :])
    chosen = set(owned)
    effects = [
        effect
        for effect in n.upgrades.effects
        if effect.upgrade in chosen
        and effect.quantity == quantity
        and n.upgrades.channel[effect.upgrade] == channel
    ]
    if not effects:
        return base
    return np.broadcast_to(_clipped(quantity, _applied(compact(base), effects)), base.shape)


def compact(values: Floats) -> Floats:
    """Return the values without the axes along which they are only repeated (size 1 there)."""
    slices = tuple(slice(0, 1) if step == 0 else slice(None) for step in values.strides)
    return values[slices]


def _applied(base: Floats, effects: Sequence[Effect]) -> Floats:
    value = base
    for operation in ORDER:
        for effect in effects:
            if effect.operation != operation:
                continue
            where = effect.interactions[None, :, None] if base.ndim == 3 else np.array(True)
            value = np.where(where, _changed(value, effect), value)
    return value


def _changed(value: Floats, effect: Effect) -> Floats:
    number = np.array(effect.value)
    if effect.operation == "set":
        return np.broadcast_to(number, value.shape)
    finite = np.isfinite(value)
    return np.where(finite, combine(effect.operation, np.where(finite, value, 0.0), number), value)


def _clipped(quantity: Quantity, value: Floats) -> Floats:
    clipped: Floats = np.clip(value, 0.0, 1.0 if quantity in SHARES else np.inf)
    return clipped


def under(n: Numbers, owned: Flags) -> Numbers:
    """Return the numbers as they are when these upgrades are owned.

    Args:
        n: all numbers, without upgrades.
        owned: (K, T).
    """
    touched = sorted({int(n.upgrades.channel[effect.upgrade]) for effect in n.upgrades.effects})
    if not touched or not owned.any():
        return n
    fields = {name: np.array(getattr(n, name)) for name in (*OF_CELLS, *OF_CHANNELS)}
    for sets in np.unique(owned, axis=1).T:
        when = (owned == sets[:, None]).all(axis=0)
        chosen = np.flatnonzero(sets).tolist()
        for c in touched:
            for name, values in fields.items():
                values[..., c, when] = effective(n, c, chosen, name)[..., when]
    return n.with_(**fields)
