"""Channels, staff, upgrades and bundles fit together."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from typing import Any

from channelopt.instance.checks.context import SUM_TOLERANCE, Context, exact_sum
from channelopt.scenario.sections import Effect, Upgrade

_EFFECTS = ("resolution", "handle_minutes", "unit_cost", "capacity", "satisfaction", "concurrency")
MOST_UPGRADES = 8
"""Most upgrades with effects on one channel: it may run with every set of them."""


def check_structure(context: Context) -> None:
    """Check windows, passing on, upgrades and bundles."""
    for label in sorted(context.scenario.channels):
        _unresolved(context, label)
        _window(context, label)
    _limits(context)
    _cycles(context)
    for label in sorted(context.scenario.upgrades):
        _upgrade(context, label, context.scenario.upgrades[label])
    _rival_sets(context)
    _many(context)
    _concurrency(context)
    for label in sorted(context.scenario.bundles):
        _bundle(context, label)


def _unresolved(context: Context, label: str) -> None:
    """No contact is passed on twice."""
    total = exact_sum(context.scenario.channels[label].unresolved.values())
    if total > 1 + SUM_TOLERANCE:
        message = f"the shares sum to {total:.12g}, more than 1"
        context.report("E240", ("channels", label, "unresolved"), message)


def _window(context: Context, label: str) -> None:
    """The window is not empty, and a channel that comes later is not open yet."""
    channel = context.scenario.channels[label]
    first = context.axes.period(channel.available_from, 0)
    last = context.axes.period(channel.available_until, len(context.axes.periods) - 1)
    if first > last:
        message = (
            f"available_until {channel.available_until} is before "
            f"available_from {channel.available_from}"
        )
        context.report("E241", ("channels", label, "available_until"), message)
    if channel.initially_open and first > 0:
        message = (
            f"cannot be open before the first period: it is available from {channel.available_from}"
        )
        context.report("E242", ("channels", label, "initially_open"), message, "leave it out")


def _limits(context: Context) -> None:
    """Warn where a lower limit is above its upper limit: no plan may exist."""
    for label, channel in sorted(context.scenario.channels.items()):
        if _above(channel.min_volume, channel.capacity):
            message = "min_volume is above capacity: the channel can never be open"
            context.report("W240", ("channels", label, "min_volume"), message)
    for label, group in sorted(context.scenario.staff.items()):
        if _above(group.min_fte, group.max_fte):
            message = "min_fte is above max_fte: no plan can obey both"
            context.report("W240", ("staff", label, "min_fte"), message)


def _above(low: Any, high: Any) -> bool:
    """Whether a lower limit is above an upper limit in some period."""
    lows = low if isinstance(low, list) else [low]
    highs = high if isinstance(high, list) else [high]
    length = max(len(lows), len(highs))
    lows, highs = (side * length if len(side) == 1 else side for side in (lows, highs))
    return any(a is not None and b is not None and a > b for a, b in zip(lows, highs, strict=False))


def _cycles(context: Context) -> None:
    """No upgrade requires itself by way of others."""
    upgrades = context.scenario.upgrades
    graph = {label: sorted(upgrades[label].requires) for label in sorted(upgrades)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        trail = list(reversed(error.args[1]))
        message = "the upgrades require each other: " + " -> ".join(trail)
        context.report("E243", ("upgrades", trail[0], "requires"), message)


def _upgrade(context: Context, label: str, upgrade: Upgrade) -> None:
    """An upgrade for some interactions cannot change what all of them share."""
    effects = upgrade.effects
    if upgrade.interactions is not None:
        for name in ("capacity", "concurrency"):
            if getattr(effects, name) is not None:
                message = f"{name} is shared by all interactions and cannot change for some only"
                context.report("E244", ("upgrades", label, "effects", name), message)
    if not _changes_something(upgrade):
        context.report("W241", ("upgrades", label), "the upgrade has no effect")


def _rival_sets(context: Context) -> None:
    """Two upgrades that can be owned together do not set one value differently."""
    for (first, a), (second, b) in combinations(sorted(context.scenario.upgrades.items()), 2):
        if a.channel != b.channel or not _share_interactions(a, b):
            continue
        for name in _EFFECTS:
            values = [_set_value(getattr(u.effects, name)) for u in (a, b)]
            if None not in values and values[0] != values[1]:
                message = (
                    f"sets {name} of {a.channel} to {values[1]:.12g}, upgrade '{first}' to "
                    f"{values[0]:.12g}, and both can be owned together"
                )
                context.report("E245", ("upgrades", second, "effects", name), message)


def _many(context: Context) -> None:
    """A channel does not have so many upgrades that their sets cannot be looked at one by one."""
    upgrades = sorted(context.scenario.upgrades.items())
    for channel in sorted(context.scenario.channels):
        own = [label for label, upgrade in upgrades if upgrade.channel == channel]
        own = [x for x in own if _changes_something(context.scenario.upgrades[x])]
        if len(own) > MOST_UPGRADES:
            message = (
                f"has {len(own)} upgrades that change it; at most {MOST_UPGRADES} can be decided "
                "on together"
            )
            hint = "join some that are bought together, or leave some out"
            context.report("E249", ("channels", channel), message, hint)


def _changes_something(upgrade: Upgrade) -> bool:
    return any(getattr(upgrade.effects, name) is not None for name in _EFFECTS)


def _set_value(effect: Effect | None) -> float | None:
    return None if effect is None else effect.set


def _share_interactions(a: Upgrade, b: Upgrade) -> bool:
    if a.interactions is None or b.interactions is None:
        return True
    return bool(set(a.interactions) & set(b.interactions))


def apply_effects(value: float, effects: list[Effect]) -> float:
    """Return a value under the effects of several upgrades: set, then times, then add."""
    for effect in effects:
        value = effect.set if effect.set is not None else value
    for effect in effects:
        value = value * effect.times if effect.times is not None else value
    for effect in effects:
        value = value + effect.add if effect.add is not None else value
    return value


def effect_sets(context: Context, channel: str, name: str) -> list[list[Effect]]:
    """Return the effects on one value of a channel for every set of upgrades, none included."""
    effects = [
        effect
        for _, upgrade in sorted(context.scenario.upgrades.items())
        if upgrade.channel == channel and (effect := getattr(upgrade.effects, name)) is not None
    ][:MOST_UPGRADES]
    return [
        list(chosen) for size in range(len(effects) + 1) for chosen in combinations(effects, size)
    ]


def _concurrency(context: Context) -> None:
    """An agent handles more than nothing at once, whatever is owned."""
    for label, channel in sorted(context.scenario.channels.items()):
        sets = effect_sets(context, label, "concurrency")
        lowest = min(apply_effects(float(channel.concurrency), effects) for effects in sets)
        if lowest <= 0:
            message = (
                f"with its upgrades concurrency can fall to {lowest:.12g}; it must stay above 0"
            )
            context.report("E246", ("channels", label, "concurrency"), message)


def _bundle(context: Context, label: str) -> None:
    """Bundles are outbound treatments."""
    chosen = context.scenario.bundles[label].interactions
    entries = context.scenario.interactions
    for at, name in enumerate(chosen or []):
        if name in entries and entries[name].direction == "inbound":
            message = f"interaction '{name}' is inbound; bundles are for outbound contacts"
            context.report("E247", ("bundles", label, "interactions", at), message)
    if chosen is None and all(entry.direction == "inbound" for entry in entries.values()):
        context.report("W242", ("bundles", label), "there is no outbound interaction to use it for")
