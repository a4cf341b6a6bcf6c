"""Relations between optima for upgrades, bundles, metrics, service levels and outages."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.often import often
from tests.properties import transform
from tests.properties.test_metamorphic import COMMON, equal, no_better, planned, room, worth
from tests.strategies import EVERYTHING, FULL, Data, small_scenarios

SMALL = replace(FULL, segments=2, channels=3, periods=2, policies=1)
PLAIN = small_scenarios(SMALL)
PARTS = small_scenarios(replace(SMALL, **EVERYTHING))
OUTBOUND = replace(SMALL, bundles=1, policies=0, shares=False)
STAFFED = small_scenarios(replace(SMALL, service_levels=True))
INVESTING = small_scenarios(replace(SMALL, upgrades=2))
RANDOM = st.randoms(use_true_random=False)
LONG = 1e6  # minutes of patience
FEW, MANY = 1, 25
RELATIONS: dict[str, tuple[Callable[..., None], tuple[Any, ...]]] = {}


def relation(*strategies: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note a relation and what it is tried on."""

    def noted(function: Callable[..., None]) -> Callable[..., None]:
        RELATIONS[function.__name__] = function, strategies
        return function

    return noted


def hold(name: str, examples: int) -> None:
    function, strategies = RELATIONS[name]
    many = settings(max_examples=examples, derandomize=True, **COMMON)
    many(given(*strategies)(function))()


# ---- upgrades


@relation(PLAIN, RANDOM)
def a_free_improvement_is_as_good_as_built_in(data: Data, random: Random) -> None:
    channel = random.choice(sorted(data["channels"]))
    free: Data = {"channel": channel, "effects": {"unit_cost": {"times": 0.5}}}
    built_in = worth(transform.cheaper(data, channel, 0.5))
    equal(worth(transform.with_upgrade(data, "free", free)), built_in)
    no_better(worth(data), built_in)


@relation(PARTS, RANDOM)
def one_more_upgrade_is_never_worse(data: Data, random: Random) -> None:
    channel = random.choice(sorted(data["channels"]))
    more: Data = {"channel": channel, "investment": 7, "effects": {"capacity": {"times": 3}}}
    no_better(worth(data), worth(transform.with_upgrade(data, "more", more)))


@relation(PARTS, RANDOM)
def an_upgrade_without_effect_is_never_bought(data: Data, random: Random) -> None:
    channel = random.choice(sorted(data["channels"]))
    idle: Data = {
        "channel": channel,
        "investment": 2,
        "running_cost": 1,
        "effects": {"unit_cost": {"times": 1}, "satisfaction": {"add": 0}},
    }
    plan = planned(transform.with_upgrade(data, "idle", idle))
    assume(plan.objective is not None)
    assert plan.objective is not None
    rows = [row for row in plan.table("upgrades").records() if row["upgrade"] == "idle"]
    assert not any(row["owned"] for row in rows)
    equal(plan.objective, worth(data))


@relation(PLAIN, RANDOM)
def steps_of_an_upgrade_are_never_worse_than_the_whole(data: Data, random: Random) -> None:
    channel = random.choice(sorted(data["channels"]))
    effects: Data = {"unit_cost": {"times": 0.25}, "satisfaction": {"add": 0.2}}
    whole: Data = {"channel": channel, "investment": 9, "effects": effects}
    first = whole | {"effects": {"unit_cost": {"times": 0.5}}}
    second: Data = {"channel": channel, "requires": ["first"]}
    second["effects"] = effects | {"unit_cost": {"times": 0.5}}
    steps = transform.with_upgrade(data, "first", first)
    steps = transform.with_upgrade(steps, "second", second)
    no_better(worth(transform.with_upgrade(data, "whole", whole)), worth(steps))


@relation(PLAIN, RANDOM)
def two_halves_that_need_each_other_are_the_whole(data: Data, random: Random) -> None:
    """The second half costs all the rest and does everything: only both together make sense."""
    channel = random.choice(sorted(data["channels"]))
    effects: Data = {"unit_cost": {"times": 0.25}, "satisfaction": {"add": 0.2}}
    whole: Data = {"channel": channel, "investment": 9, "running_cost": 1, "effects": effects}
    first: Data = {"channel": channel, "investment": 4, "running_cost": 1}
    first["effects"] = {"unit_cost": {"times": 1}}
    second: Data = {"channel": channel, "investment": 5, "effects": effects, "requires": ["first"]}
    halves = transform.with_upgrade(data, "first", first)
    halves = transform.with_upgrade(halves, "second", second)
    equal(worth(halves), worth(transform.with_upgrade(data, "whole", whole)))


@relation(INVESTING)
def waiting_and_needing_are_never_better(data: Data) -> None:
    later, alone = copy.deepcopy(data), copy.deepcopy(data)
    for upgrade in later["upgrades"].values():
        upgrade["available_from"] = data["periods"][-1]
    for upgrade in alone["upgrades"].values():
        upgrade.pop("requires", None)
    now = worth(data)
    no_better(worth(later), now)
    no_better(now, worth(alone))
    no_better(worth({k: v for k, v in data.items() if k != "upgrades"}), now)


@relation(INVESTING)
def the_order_of_effects_does_not_matter(data: Data) -> None:
    """Set, then times, then add, whatever the ids of the upgrades say about the order."""
    names = {"programme": "zz", "desktop": "mm", "chatbot": "aa"}
    equal(worth(transform.renamed(data, names)), worth(data))


# ---- bundles


def outbound_only(data: Data) -> Data:
    """A scenario without its bundles."""
    result = copy.deepcopy(data)
    names = result.pop("bundles")
    result["tables"] = {
        table: kept
        for table, rows in result["tables"].items()
        if (kept := [row for row in rows if row.get("channel") not in names])
    }
    return result


@relation(small_scenarios(OUTBOUND), RANDOM)
def a_bundle_that_uses_a_channel_once_is_the_channel(data: Data, random: Random) -> None:
    plain = outbound_only(data)
    channel = random.choice(sorted(plain["channels"]))
    bundled = transform.by_bundle(plain, channel, "offer", "treatment")
    equal(worth(bundled), worth(plain))


@relation(small_scenarios(OUTBOUND), RANDOM)
def using_less_of_a_channel_is_never_worse(data: Data, random: Random) -> None:
    for channel in data["channels"].values():
        channel.pop("min_volume", None)
    less = copy.deepcopy(data)
    bundle = less["bundles"][random.choice(sorted(less["bundles"]))]
    used = random.choice(sorted(bundle["uses"]))
    bundle["uses"][used] /= 2
    no_better(worth(data), worth(less))
    if len(bundle["uses"]) > 1:
        del bundle["uses"][used]
        no_better(worth(data), worth(less))


# ---- service levels


def changed(data: Data, **fields: Any) -> Data:
    """The same scenario with other fields in every waiting-time target."""
    result = copy.deepcopy(data)
    for target in transform.service_levels(result):
        target.update(fields)
    return result


@relation(STAFFED)
def a_higher_service_level_is_never_cheaper(data: Data) -> None:
    low, middle = worth(changed(data, share=0.5)), worth(changed(data, share=0.8))
    no_better(worth(changed(data, share=0.97)), middle)
    no_better(middle, low)


@relation(STAFFED)
def answering_later_is_never_worse(data: Data) -> None:
    none = copy.deepcopy(data)
    for group in none["staff"].values():
        group.pop("service_level", None)
    slow = worth(changed(data, within_seconds=600))
    no_better(worth(changed(data, within_seconds=5)), slow)
    no_better(slow, worth(none))


@relation(STAFFED)
def endless_patience_is_no_patience(data: Data) -> None:
    for_ever = worth(changed(data, patience_minutes=None))
    patient = worth(changed(data, patience_minutes=LONG))
    assert patient == for_ever or abs(patient - for_ever) <= 1e-4 * max(1, abs(for_ever))


# ---- metrics


@relation(PLAIN, st.sampled_from(["first_contact", "handled"]), st.sampled_from([0.3, 0.7, 1.1]))
def a_metric_of_one_counts_contacts(data: Data, per: str, part: float) -> None:
    channels = sorted(data["channels"])[:1]
    contacts = sum(
        data["segments"][row["segment"]]["customers"] * row["value"]
        for row in data["tables"]["contacts_per_customer"]
    )
    limit = {"name": "limit", "channels": channels, "at_most": round(part * contacts, 3)}
    measure = "handled" if per == "handled" else "first_contacts"
    volume = {**limit, "type": "volume", "measure": measure}
    metric = {**limit, "type": "metric", "metric": "ones", "scope": "total"}
    ones = {"ones": {"per": per, "values": dict.fromkeys(data["channels"], 1)}}
    by_metric = data | {"metrics": ones, "policies": [*data["policies"], metric]}
    equal(worth(by_metric), worth(data | {"policies": [*data["policies"], volume]}))


@relation(PLAIN, st.sampled_from([0.2, 0.5, 0.9]))
def a_mean_metric_is_a_share(data: Data, most: float) -> None:
    channel = min(data["channels"])
    share: Data = {"name": "limit", "type": "share", "channels": [channel], "scope": "total"}
    metric: Data = {"name": "limit", "type": "metric", "metric": "there", "scope": "mean"}
    policies = [data["policies"] + [rule | {"at_most": most}] for rule in (share, metric)]
    there = {"there": {"values": {channel: 1}}}
    one, other = (data | {"metrics": there, "policies": rules} for rules in policies)
    equal(worth(one), worth(other))


# ---- outages


def with_outage(data: Data, channel: str, recover: float, surge: float = 0) -> Data:
    rule = {"name": "n minus 1", "type": "outage", "channel": channel}
    rules = [*data["policies"], {**rule, "recover": recover, "surge": surge}]
    return data | {"policies": rules}


@relation(PARTS, RANDOM)
def recovering_nothing_changes_nothing(data: Data, random: Random) -> None:
    channel = random.choice(sorted(data["channels"]))
    equal(worth(with_outage(data, channel, 0)), worth(data))


@relation(PLAIN, RANDOM)
def recovering_more_is_never_better(data: Data, random: Random) -> None:
    channel = random.choice(sorted(data["channels"]))
    half, whole = (worth(with_outage(data, channel, part)) for part in (0.5, 1))
    no_better(whole, half)
    no_better(half, worth(data))
    no_better(whole, worth(with_outage(data, channel, 1, 0.5)))


@relation(PLAIN)
def a_surge_without_end_recovers_what_other_channels_may_take(data: Data) -> None:
    """With room for everybody only a channel that is open and eligible is missing."""
    for table in ("min_share", "max_share", "eligible"):
        data["tables"].pop(table, None)
    for c in data["channels"].values():
        c.pop("available_from", None)
        c.pop("available_until", None)
        if c.get("capacity") is not None:
            c["capacity"] = 5000
    first, second = sorted(data["channels"])[:2]
    data["channels"][second] |= {"always_open": True, "initially_open": True, "min_volume": 0}
    for group in data.get("staff", {}).values():
        group["min_fte"] = max(group.get("min_fte", 0), 1)
        group.pop("max_fte", None)
    free = worth(data)
    recovered = worth(with_outage(data, first, 1, 10_000))
    assert abs(recovered - free) <= room(free) or recovered == free


# ---- few by default, many when asked for


@pytest.mark.slow
@pytest.mark.parametrize("name", RELATIONS)
def test_relation(name: str) -> None:
    hold(name, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", RELATIONS)
def test_relation_many(name: str) -> None:
    hold(name, often(MANY))
