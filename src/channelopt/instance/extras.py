"""The parts that many scenarios do without: service levels, upgrades, bundles, metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelopt.instance.axes import Axes
from channelopt.instance.tables import Table
from channelopt.scenario.schema import Scenario
from channelopt.scenario.sections import Upgrade
from channelopt.terms.fields import over_time
from channelopt.terms.numbers import Effect, Flags, Floats, Metric, ServiceLevel, Upgrades

QUANTITIES = (
    "satisfaction",
    "unit_cost",
    "handle_minutes",
    "resolution",
    "capacity",
    "concurrency",
)
OPERATIONS = ("set", "times", "add")


def service_levels(scenario: Scenario, axes: Axes) -> dict[int, ServiceLevel]:
    """Return the waiting-time targets by staff group."""
    found: dict[int, ServiceLevel] = {}
    for at, label in enumerate(sorted(scenario.staff)):
        target = scenario.staff[label].service_level
        if target is not None:
            found[at] = ServiceLevel(
                share=float(target.share),
                within_seconds=float(target.within_seconds),
                handle_minutes=float(target.handle_minutes),
                open_hours=over_time(target.open_hours, len(axes.periods)),
                peak_factor=float(target.peak_factor),
                patience_minutes=target.patience_minutes,
            )
    return found


def bundles(scenario: Scenario, axes: Axes) -> Floats:
    """Return (B, C) handled contacts per treated customer."""
    uses = [
        [float(scenario.bundles[label].uses.get(channel, 0.0)) for channel in axes.channels]
        for label in axes.bundles
    ]
    return np.array(uses, dtype=np.float64).reshape(len(axes.bundles), len(axes.channels))


def upgrades(scenario: Scenario, axes: Axes) -> Upgrades:
    """Return the upgrades as arrays, sorted by id."""
    ids = tuple(sorted(scenario.upgrades))
    entries = [scenario.upgrades[label] for label in ids]
    steps = np.arange(len(axes.periods))
    first = [axes.period(entry.available_from, 0) for entry in entries]
    running = [over_time(entry.running_cost, len(steps)) for entry in entries]
    shape = (len(ids), len(steps))
    places = axes.position["channel"]  # a channel that does not exist is reported elsewhere
    requires = [[other in entry.requires for other in ids] for entry in entries]
    return Upgrades(
        ids=ids,
        channel=np.array([places.get(u.channel, 0) for u in entries], dtype=np.int64),
        investment=np.array([float(u.investment) for u in entries], dtype=np.float64),
        running_cost=np.nan_to_num(np.array(running, dtype=np.float64)).reshape(shape),
        available=np.array([steps >= at for at in first], dtype=np.bool_).reshape(shape),
        requires=np.array(requires, dtype=np.bool_).reshape(len(ids), len(ids)),
        effects=tuple(
            effect for at, entry in enumerate(entries) for effect in _effects(at, entry, axes)
        ),
    )


def _effects(at: int, upgrade: Upgrade, axes: Axes) -> Iterator[Effect]:
    chosen = upgrade.interactions
    where: Flags = np.array([chosen is None or i in chosen for i in axes.interactions])
    for quantity in QUANTITIES:
        effect = getattr(upgrade.effects, quantity)
        if effect is None:
            continue
        for operation in OPERATIONS:
            value = getattr(effect, operation)
            if value is not None:
                yield Effect(at, quantity, operation, float(value), where)  # type: ignore[arg-type]


def metrics(scenario: Scenario, axes: Axes, tables: Mapping[str, Table]) -> tuple[Metric, ...]:
    """Return the metrics, sorted by id."""
    return tuple(
        Metric(
            label,
            scenario.metrics[label].per == "handled",
            np.broadcast_to(tables[f"metric.{label}"].values, axes.shape),
        )
        for label in sorted(scenario.metrics)
    )
