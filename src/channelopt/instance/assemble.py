"""Scenario and tables -> Numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.instance.axes import Axes
from channelopt.instance.extras import bundles, metrics, service_levels, upgrades
from channelopt.instance.tables import Table
from channelopt.scenario.schema import Scenario
from channelopt.terms.combine import combine
from channelopt.terms.fields import over_time
from channelopt.terms.numbers import Curve, Flags, Floats, Numbers

WHOLE = 1e-6
"""How far a number of contacts may be from a whole number."""
_DECIMALS = 12
"""Decimals of a shifted satisfaction; beyond them is only noise of the addition."""


def assemble(scenario: Scenario, axes: Axes, tables: dict[str, Table]) -> Numbers:
    """Put all parameters of a scenario into arrays.

    Args:
        scenario: the sections, without faults.
        axes: its ids.
        tables: its resolved tables.

    Returns:
        The numbers; arrays are read-only.
    """
    customers = _customers(scenario, axes, tables)
    fields: dict[str, Any] = {
        "segments": axes.segments,
        "interactions": axes.interactions,
        "channels": axes.channels,
        "groups": tuple(sorted(scenario.staff)),
        "periods": axes.periods,
        "bundles": axes.bundles,
        **_objective(scenario),
        **customers,
        **_cells(axes, tables, customers["inbound"]),
        **_channels(scenario, axes),
        **_staff(scenario, axes),
        "service_levels": service_levels(scenario, axes),
        "uses": bundles(scenario, axes),
        "upgrades": upgrades(scenario, axes),
        "metrics": metrics(scenario, axes, tables),
    }
    for value in fields.values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return Numbers(**fields)


def _objective(scenario: Scenario) -> dict[str, Any]:
    """Return the scalars."""
    objective = scenario.objective
    weight = objective.satisfaction_weight
    return {
        "satisfaction_weight": np.nan if weight is None else float(weight),
        "satisfaction_price": float(objective.satisfaction_price),
        "transfer_penalty": float(objective.transfer_penalty),
        "give_up_penalty": float(objective.give_up_penalty),
        "discount_rate": float(objective.discount_rate),
        "assignment": scenario.assignment,
        "whole_contacts": scenario.whole_contacts,
    }


def _series(values: list[Any], periods: int, absent: float) -> Floats:
    """Stack values over time, one row each; `absent` stands for no number."""
    if not values:
        return np.zeros((0, periods))
    stacked = np.stack([over_time(value, periods) for value in values])
    return np.where(np.isnan(stacked), absent, stacked)


def _column(values: list[Any]) -> Floats:
    return np.array(values, dtype=np.float64)


def _flags(values: list[bool]) -> Flags:
    return np.array(values, dtype=np.bool_)


def _customers(scenario: Scenario, axes: Axes, tables: dict[str, Table]) -> dict[str, Any]:
    """Return what belongs to segments and interactions."""
    segments = [scenario.segments[label] for label in axes.segments]
    interactions = [scenario.interactions[label] for label in axes.interactions]
    periods = len(axes.periods)
    customers = _series([s.customers for s in segments], periods, np.nan)
    inbound = _flags([i.direction == "inbound" for i in interactions])
    steering = [scenario.steering if s.steering is None else s.steering for s in segments]
    contacts = _contacts(customers, tables["contacts_per_customer"].values, axes)
    return {
        "customers": customers,
        "margin": _series([s.margin for s in segments], periods, 0.0),
        "curves": {
            at: _curve(s.retention) for at, s in enumerate(segments) if s.retention is not None
        },
        "steering": _column(steering),
        "inbound": inbound,
        "importance": _column([i.importance for i in interactions]),
        "contacts": _whole(contacts, inbound) if scenario.whole_contacts else contacts,
    }


def _curve(points: dict[float, float]) -> Curve:
    """Return a retention curve in the order of satisfaction."""
    at = np.array(sorted(points), dtype=np.float64)
    keeps = np.array([points[x] for x in sorted(points)], dtype=np.float64)
    at.setflags(write=False)
    keeps.setflags(write=False)
    return Curve(at, keeps)


def _contacts(customers: Floats, per_customer: Floats, axes: Axes) -> Floats:
    """Return n (S, I, T), multiplied as the decimal text says."""
    rate = per_customer[:, :, 0, :]
    varies = (customers != customers[:, :1]).any()
    head = customers[:, None, :] if varies or rate.shape[2] > 1 else customers[:, None, :1]
    shape = (len(axes.segments), len(axes.interactions), len(axes.periods))
    return np.broadcast_to(combine("times", head, rate), shape)


def _whole(contacts: Floats, inbound: Flags) -> Floats:
    """Round whole inbound contacts, round outbound contacts down."""
    near = np.rint(contacts)
    close = np.abs(contacts - near) <= WHOLE
    served = np.where(close, near, contacts)
    possible = np.where(close, near, np.floor(contacts))
    return np.where(inbound[None, :, None], served, possible)


def _cells(axes: Axes, tables: dict[str, Table], inbound: Flags) -> dict[str, Any]:
    """Return the parameters of cells, as views where an axis does not vary."""
    channels = len(axes.channels)
    shape = (*axes.shape[:2], channels, axes.shape[3])

    def cells(name: str) -> NDArray[Any]:
        return np.broadcast_to(tables[name].values[:, :, :channels], shape)

    def ways(name: str) -> NDArray[Any]:
        return np.broadcast_to(tables[name].values, axes.shape)

    eligible = tables["eligible"].values > 0
    preference = tables["preference"].values[:, :, :channels, 0]
    reachable = eligible[:, :, :channels].any(axis=3)
    return {
        **{name: cells(name) for name in ("unit_cost", "handle_minutes", "resolution")},
        **{name: ways(name) for name in ("contact_value", "min_share", "max_share")},
        "eligible": np.broadcast_to(_outbound_bundles(eligible, inbound, channels), axes.shape),
        "satisfaction": np.broadcast_to(_satisfaction(axes, tables), shape),
        "preference": np.broadcast_to(np.where(reachable, preference, 0.0), shape[:3]),
        "baseline_share": np.broadcast_to(baseline(tables["baseline_share"], axes), axes.shape[:3]),
        "closure_loss": cells("closure_loss")[:, 0],
    }


def _outbound_bundles(eligible: Flags, inbound: Flags, channels: int) -> Flags:
    """Bundles are outbound treatments, whatever the table says."""
    if eligible.shape[2] <= channels:
        return eligible
    outbound = np.broadcast_to(~inbound[:, None], (len(inbound), eligible.shape[2])).copy()
    outbound[:, :channels] = True
    allowed: Flags = eligible & outbound[None, :, :, None]
    return allowed


def _satisfaction(axes: Axes, tables: dict[str, Table]) -> Floats:
    """Return satisfaction, shifted and clipped to 0..1; nan where none is known."""
    known = tables["satisfaction"].values[:, :, : len(axes.channels)]
    shift = tables["satisfaction_shift"].values[:, :, : len(axes.channels)]
    if not shift.any():
        return known
    shifted: Floats = np.clip(np.round(known + shift, _DECIMALS), 0.0, 1.0)
    return shifted


def baseline(table: Table, axes: Axes) -> Floats:
    """Return today's shares (S or 1, I or 1, W): a pair with rows has 0 where none speaks.

    A pair that has none is nan throughout. Bundles count as rows of the pair.
    """
    shares = np.broadcast_to(table.values, (*table.values.shape[:2], axes.shape[2], 1))[..., 0]
    has_rows = ~np.isnan(shares).all(axis=2, keepdims=True)
    filled: Floats = np.where(np.isnan(shares) & has_rows, 0.0, shares)
    return filled


def window(scenario: Scenario, axes: Axes, label: str) -> tuple[int, int]:
    """Return the first and the last period in which a channel may be open."""
    channel = scenario.channels[label]
    first = axes.period(channel.available_from, 0)
    return first, axes.period(channel.available_until, len(axes.periods) - 1)


def _channels(scenario: Scenario, axes: Axes) -> dict[str, Any]:
    """Return what belongs to channels."""
    channels = [scenario.channels[label] for label in axes.channels]
    windows = [window(scenario, axes, label) for label in axes.channels]
    steps = np.arange(len(axes.periods))
    available = np.array([(steps >= first) & (steps <= last) for first, last in windows])
    opened = [
        first == 0 if channel.initially_open is None else channel.initially_open
        for channel, (first, _) in zip(channels, windows, strict=True)
    ]
    routes = [[c.unresolved.get(label, 0.0) for label in axes.channels] for c in channels]
    periods = len(axes.periods)
    return {
        "available": available,
        "initially_open": _flags(opened),
        "always_open": _flags([c.always_open for c in channels]),
        "fixed_cost": _series([c.fixed_cost for c in channels], periods, 0.0),
        "opening_cost": _column([c.opening_cost for c in channels]),
        "closing_cost": _column([c.closing_cost for c in channels]),
        "capacity": _series([c.capacity for c in channels], periods, np.inf),
        "min_volume": _series([c.min_volume for c in channels], periods, 0.0),
        "concurrency": _series([c.concurrency for c in channels], periods, 1.0),
        "unresolved": _column(routes),
        "touch": tuple(c.touch for c in channels),
    }


def _staff(scenario: Scenario, axes: Axes) -> dict[str, Any]:
    """Return what belongs to staff groups."""
    groups = [scenario.staff[label] for label in sorted(scenario.staff)]
    periods = len(axes.periods)
    serves = [[label in group.serves for label in axes.channels] for group in groups]
    return {
        "serves": np.array(serves, dtype=np.bool_).reshape(len(groups), len(axes.channels)),
        "hours_per_fte": _series([g.hours_per_fte for g in groups], periods, np.nan),
        "fte_cost": _series([g.fte_cost for g in groups], periods, 0.0),
        "min_fte": _series([g.min_fte for g in groups], periods, 0.0),
        "max_fte": _series([g.max_fte for g in groups], periods, np.inf),
        "whole_fte": _flags([g.whole_fte for g in groups]),
        "initial_fte": _column([g.initial_fte for g in groups]),
        "hiring_cost": _column([g.hiring_cost for g in groups]),
        "release_cost": _column([g.release_cost for g in groups]),
    }
