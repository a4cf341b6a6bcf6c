# ruff: noqa: PLR0915 - one statement per parameter
"""The scenario format read a second time, in plain loops: a dictionary becomes Numbers.

For valid scenarios only; tests compare it with what the package reads.
"""

from __future__ import annotations

import math
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from channelopt.rules import AnyPolicy
from channelopt.terms.numbers import Curve, Effect, Metric, Numbers, ServiceLevel, Upgrades

POLICIES: TypeAdapter[list[Any]] = TypeAdapter(list[AnyPolicy])


def policies_of(data: dict[str, Any]) -> tuple[Any, ...]:
    """Return the policies of a scenario, sorted by name."""
    return tuple(sorted(POLICIES.validate_python(data.get("policies", [])), key=lambda p: p.name))


def _found(rows: list[dict[str, Any]], cell: dict[str, str]) -> Any:
    """The row that names the most keys wins; None where no row matches."""
    keys = [k for k in ("segment", "interaction", "channel", "period") if k in cell]
    for size in range(len(keys), -1, -1):
        for named in combinations(keys, size):
            for row in rows:
                has = [k for k in keys if row.get(k) is not None]
                if tuple(has) == named and all(str(row[k]) == cell[k] for k in named):
                    return row["value"]
    return None


def numbers_of(data: dict[str, Any]) -> Numbers:
    """Return the parameters of a scenario."""
    segments, interactions = sorted(data["segments"]), sorted(data["interactions"])
    channels, groups = sorted(data["channels"]), sorted(data.get("staff", {}))
    bundles = sorted(data.get("bundles", {}))
    periods = [str(p) for p in data.get("periods", ["plan"])]
    objective, tables = data.get("objective", {}), data.get("tables", {})
    ways = channels + bundles
    names = {"s": segments, "i": interactions, "c": channels, "w": ways, "t": periods}
    shape = {axis: len(ids) for axis, ids in names.items()}
    keys = {"s": "segment", "i": "interaction", "c": "channel", "w": "channel", "t": "period"}

    def over_time(section: str, name: str, field: str, default: Any, t: int) -> float:
        value = data[section][name].get(field, default)
        value = value[t] if isinstance(value, list) else value
        return math.nan if value is None else float(value)

    def spread(section: str, ids: list[str], field: str, default: Any) -> np.ndarray:
        return np.array(
            [[over_time(section, k, field, default, t) for t in range(len(periods))] for k in ids]
        ).reshape(len(ids), len(periods))

    def each(section: str, ids: list[str], field: str, default: Any) -> np.ndarray:
        return np.array([float(data[section][k].get(field, default)) for k in ids])

    def table(name: str, axes: str, fallback: Any) -> np.ndarray:
        out = np.empty([shape[a] for a in axes])
        rows = tables.get(name, [])
        for place in np.ndindex(*out.shape):
            cell = {keys[a]: names[a][k] for a, k in zip(axes, place, strict=True)}
            value = _found(rows, cell)
            out[place] = fallback(place) if value is None else float(value)
        return out

    def attribute(field: str, default: Any) -> Any:
        return lambda place: over_time("channels", channels[place[2]], field, default, place[3])

    customers = spread("segments", segments, "customers", None)
    per_customer = table("contacts_per_customer", "sit", lambda _: 0.0)
    satisfaction = table("satisfaction", "sict", attribute("satisfaction", None))
    shift = table("satisfaction_shift", "sict", lambda _: 0.0)
    first = [
        periods.index(str(data["channels"][c].get("available_from", periods[0]))) for c in channels
    ]
    last = [
        periods.index(str(data["channels"][c].get("available_until", periods[-1])))
        for c in channels
    ]

    def enters(place: tuple[int, ...]) -> float:
        bundle = data.get("bundles", {}).get(ways[place[2]], {})
        return float(interactions[place[1]] in bundle.get("interactions", interactions))

    eligible = table("eligible", "siwt", enters) > 0
    preference = table("preference", "sic", lambda _: 0.0)
    baseline = table("baseline_share", "siw", lambda _: math.nan)
    some = ~np.isnan(baseline).all(axis=2, keepdims=True)
    inbound = np.array(
        [data["interactions"][i].get("direction") != "outbound" for i in interactions]
    )
    eligible[:, inbound, len(channels) :, :] = False
    capacity = spread("channels", channels, "capacity", None)
    max_fte = spread("staff", groups, "max_fte", None) if groups else np.zeros((0, len(periods)))
    return Numbers(
        segments=tuple(segments),
        interactions=tuple(interactions),
        channels=tuple(channels),
        groups=tuple(groups),
        periods=tuple(periods),
        satisfaction_weight=float(objective.get("satisfaction_weight", math.nan)),
        satisfaction_price=float(objective.get("satisfaction_price", 0)),
        transfer_penalty=float(objective.get("transfer_penalty", 0)),
        give_up_penalty=float(objective.get("give_up_penalty", 0)),
        discount_rate=float(objective.get("discount_rate", 0)),
        assignment=data.get("assignment", "split"),
        whole_contacts=data.get("whole_contacts", False),
        customers=customers,
        margin=spread("segments", segments, "margin", 0),
        curves={
            k: _curve(data["segments"][s]["retention"])
            for k, s in enumerate(segments)
            if "retention" in data["segments"][s]
        },
        steering=each("segments", segments, "steering", data.get("steering", 1)),
        inbound=inbound,
        importance=each("interactions", interactions, "importance", 1),
        contacts=customers[:, None, :] * per_customer,
        eligible=eligible,
        satisfaction=np.clip(np.clip(satisfaction + shift, None, 1), 0, None),
        unit_cost=table("unit_cost", "sict", attribute("unit_cost", 0)),
        handle_minutes=table("handle_minutes", "sict", attribute("handle_minutes", None)),
        resolution=table("resolution", "sict", attribute("resolution", 1)),
        contact_value=table("contact_value", "siwt", lambda _: 0.0),
        min_share=table("min_share", "siwt", lambda _: 0.0),
        max_share=table("max_share", "siwt", lambda _: 1.0),
        preference=np.where(eligible[:, :, : len(channels)].any(axis=3), preference, 0.0),
        baseline_share=np.where(some, np.nan_to_num(baseline), math.nan),
        closure_loss=table("closure_loss", "sct", lambda _: 0.0),
        available=np.array(
            [[a <= t <= b for t in range(len(periods))] for a, b in zip(first, last, strict=True)]
        ),
        initially_open=np.array(
            [
                bool(data["channels"][c].get("initially_open", start == 0))
                for c, start in zip(channels, first, strict=True)
            ]
        ),
        always_open=np.array(
            [bool(data["channels"][c].get("always_open", False)) for c in channels]
        ),
        fixed_cost=spread("channels", channels, "fixed_cost", 0),
        opening_cost=each("channels", channels, "opening_cost", 0),
        closing_cost=each("channels", channels, "closing_cost", 0),
        capacity=np.where(np.isnan(capacity), np.inf, capacity),
        min_volume=np.nan_to_num(spread("channels", channels, "min_volume", 0)),
        concurrency=spread("channels", channels, "concurrency", 1),
        unresolved=np.array(
            [
                [float(data["channels"][a].get("unresolved", {}).get(b, 0)) for b in channels]
                for a in channels
            ]
        ),
        touch=tuple(data["channels"][c].get("touch") for c in channels),
        serves=np.array(
            [[c in data["staff"][g]["serves"] for c in channels] for g in groups], dtype=bool
        ).reshape(len(groups), len(channels)),
        hours_per_fte=spread("staff", groups, "hours_per_fte", None) if groups else max_fte,
        fte_cost=spread("staff", groups, "fte_cost", 0) if groups else max_fte,
        min_fte=spread("staff", groups, "min_fte", 0) if groups else max_fte,
        max_fte=np.where(np.isnan(max_fte), np.inf, max_fte),
        whole_fte=np.array(
            [bool(data["staff"][g].get("whole_fte", True)) for g in groups], dtype=bool
        ),
        initial_fte=each("staff", groups, "initial_fte", 0) if groups else np.zeros(0),
        hiring_cost=each("staff", groups, "hiring_cost", 0) if groups else np.zeros(0),
        release_cost=each("staff", groups, "release_cost", 0) if groups else np.zeros(0),
        service_levels={
            g: ServiceLevel(
                share=float(data["staff"][name]["service_level"]["share"]),
                within_seconds=float(data["staff"][name]["service_level"]["within_seconds"]),
                handle_minutes=float(data["staff"][name]["service_level"]["handle_minutes"]),
                open_hours=np.array(
                    [
                        float(value[t] if isinstance(value, list) else value)
                        for value in [data["staff"][name]["service_level"]["open_hours"]]
                        for t in range(len(periods))
                    ]
                ),
                peak_factor=float(data["staff"][name]["service_level"].get("peak_factor", 1)),
                patience_minutes=data["staff"][name]["service_level"].get("patience_minutes"),
            )
            for g, name in enumerate(groups)
            if data["staff"][name].get("service_level")
        },
        bundles=tuple(bundles),
        uses=np.array(
            [[float(data["bundles"][b]["uses"].get(c, 0)) for c in channels] for b in bundles]
        ).reshape(len(bundles), len(channels)),
        upgrades=_upgrades(data, interactions, channels, periods),
        metrics=tuple(
            Metric(
                name,
                found.get("per") == "handled",
                table(
                    f"metric.{name}",
                    "siwt",
                    partial(_of_way, found.get("values", {}), ways),
                ),
            )
            for name, found in sorted(data.get("metrics", {}).items())
        ),
    )


def _of_way(values: dict[str, float], ways: list[str], place: tuple[int, ...]) -> float:
    return values.get(ways[place[2]], 0.0)


def _upgrades(
    data: dict[str, Any], interactions: list[str], channels: list[str], periods: list[str]
) -> Upgrades:
    found = data.get("upgrades", {})
    ids = sorted(found)
    available, running, requires, effects = [], [], [], []
    for k, name in enumerate(ids):
        upgrade = found[name]
        start = periods.index(str(upgrade.get("available_from", periods[0])))
        available.append([t >= start for t in range(len(periods))])
        cost = upgrade.get("running_cost", 0)
        running.append([cost[t] if isinstance(cost, list) else cost for t in range(len(periods))])
        requires.append([other in upgrade.get("requires", []) for other in ids])
        where = np.array([i in upgrade.get("interactions", interactions) for i in interactions])
        for quantity, effect in upgrade.get("effects", {}).items():
            ((operation, value),) = effect.items()
            effects.append(Effect(k, quantity, operation, float(value), where))
    shape = len(ids), len(periods)
    return Upgrades(
        ids=tuple(ids),
        channel=np.array([channels.index(found[name]["channel"]) for name in ids], dtype=int),
        investment=np.array([float(found[name].get("investment", 0)) for name in ids]),
        running_cost=np.array(
            [[0.0 if v is None else float(v) for v in row] for row in running], dtype=float
        ).reshape(shape),
        available=np.array(available, dtype=bool).reshape(shape),
        requires=np.array(requires, dtype=bool).reshape(len(ids), len(ids)),
        effects=tuple(effects),
    )


def _curve(points: dict[Any, float]) -> Curve:
    pairs = sorted((float(at), float(keeps)) for at, keeps in points.items())
    return Curve(np.array([a for a, _ in pairs]), np.array([k for _, k in pairs]))
