"""What upgrades change and cost, in exact decimals: for the independent check alone.

It shares nothing with `upgraded`, which the program and the accounts use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import numpy as np

from channelopt.terms.exact import ONE, ZERO, Key, exact
from channelopt.terms.numbers import Effect, Floats, Numbers

SHARES = ("satisfaction", "resolution")
OF_CELLS = (*SHARES, "unit_cost", "handle_minutes")
OF_CHANNELS = ("capacity", "concurrency")


def with_upgrades(n: Numbers, owned: Iterable[Key]) -> Numbers:
    """Return the numbers as they are with the upgrades that a plan owns.

    Args:
        n: the scenario, without upgrades.
        owned: (k, t).

    Returns:
        The numbers; each one changed is the float nearest to its exact decimal.
    """
    acting: dict[Key, list[Effect]] = {}
    own = set(owned)
    for effect in n.upgrades.effects:
        for t in range(len(n.periods)):
            if (effect.upgrade, t) in own:
                channel = int(n.upgrades.channel[effect.upgrade])
                acting.setdefault((channel, t), []).append(effect)
    touched = {effect.quantity for effects in acting.values() for effect in effects}
    changes = {name: np.array(getattr(n, name)) for name in sorted(touched)}
    for (c, t), effects in acting.items():
        for name, values in changes.items():
            _apply(values[..., c, t], name, [e for e in effects if e.quantity == name])
    return n.with_(**changes)


def _apply(values: Floats, name: str, effects: Sequence[Effect]) -> None:
    """Change the values of one channel and period in place: () or (S, I)."""
    if name in OF_CHANNELS:
        values[...] = _value(float(values), name, effects)
        return
    for i in range(values.shape[1]):
        here = [effect for effect in effects if effect.interactions[i]]
        if here:
            known, places = np.unique(values[:, i], return_inverse=True)
            values[:, i] = np.array([_value(x, name, here) for x in known.tolist()])[places]


def _value(base: float, name: str, effects: Sequence[Effect]) -> float:
    """Return one value after all effects: what sets it, then factors, then what is added."""
    given = [effect.value for effect in effects if effect.operation == "set"]
    start = given[-1] if given else base
    if not np.isfinite(start):
        return start
    value = exact(start)
    for effect in effects:
        value *= exact(effect.value) if effect.operation == "times" else ONE
    value += sum((exact(e.value) for e in effects if e.operation == "add"), ZERO)
    return float(_clipped(value, name))


def _clipped(value: Decimal, name: str) -> Decimal:
    at_least = max(value, ZERO)
    return min(at_least, ONE) if name in SHARES else at_least


def upgrade_costs(
    n: Numbers, owned: Iterable[Key]
) -> tuple[dict[Key, Decimal], dict[Key, Decimal]]:
    """Return what is invested and what running costs, by channel and period (c, t).

    Args:
        n: the scenario.
        owned: (k, t).
    """
    own = set(owned)
    invested: dict[Key, Decimal] = {}
    running: dict[Key, Decimal] = {}
    for k, t in sorted(own):
        at = (int(n.upgrades.channel[k]), t)
        running[at] = running.get(at, ZERO) + exact(n.upgrades.running_cost[k, t])
        if (k, t - 1) not in own:
            invested[at] = invested.get(at, ZERO) + exact(n.upgrades.investment[k])
    return invested, running
