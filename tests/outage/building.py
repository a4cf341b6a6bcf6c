"""One segment, three channels and a team: small enough to work out every emergency by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from channelopt.backends.highs import Highs
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.emergencies import emergencies
from channelopt.pipeline.engine import Engine
from channelopt.plan.accounts import account
from channelopt.rules.base import Verdict
from channelopt.terms.choice import Choice
from channelopt.terms.emergency import Emergencies, Outage
from channelopt.terms.facts import facts
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Emergency, Written
from tests.merging import merged

Data = dict[str, Any]

ENGINE = Engine(Highs())
FIRST = {("web", "2027"): 100.0, ("phone", "2027"): 60.0, ("branch", "2027"): 40.0}
"""Handled: web 100, phone 60 + 20 passed on (8 of 10 hours), branch 40 of 60."""


def scenario(**changes: Any) -> Data:
    """Web passes on a fifth of its contacts to the phone; web and branch have capacities."""
    data: Data = {
        "format": 1,
        "periods": ["2027"],
        "objective": {"satisfaction_weight": 0.5},
        "segments": {"all": {"customers": 100, "margin": 10}},
        "interactions": {"ask": {}},
        "channels": {
            "branch": {"satisfaction": 0.9, "unit_cost": 5, "capacity": 60},
            "phone": {"satisfaction": 0.8, "unit_cost": 1, "handle_minutes": 6},
            "web": {
                "satisfaction": 0.6,
                "unit_cost": 0.1,
                "capacity": 150,
                "resolution": 0.5,
                "unresolved": {"phone": 0.4},
            },
        },
        "staff": {"team": {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 100}},
        "tables": {"contacts_per_customer": [{"interaction": "ask", "value": 2}]},
    }
    return merged(data, changes)


def rule(**fields: Any) -> list[Data]:
    return [{"name": "rule", "type": "outage", "channel": "web", "recover": 0.6, **fields}]


def plan(
    n: Numbers,
    first: Mapping[tuple[str, ...], float] | None = None,
    *,
    closed: tuple[tuple[str, str], ...] = (),
    fte: float = 1.0,
) -> Choice:
    """A plan by ids, (channel, period) or (segment, interaction, way, period); hours as needed."""
    contacts = np.zeros(n.shape_of_ways)
    for ids, amount in (FIRST if first is None else first).items():
        s, i, w, t = ids if len(ids) == 4 else (n.segments[0], n.interactions[0], *ids)
        at = (n.segments.index(s), n.interactions.index(i), n.ways.index(w), n.periods.index(t))
        contacts[at] = amount
    is_open = n.available.copy()
    for c, t in closed:
        is_open[n.channels.index(c), n.periods.index(t)] = False
    groups, periods = len(n.groups), len(n.periods)
    choice = Choice(
        contacts,
        is_open,
        np.zeros((len(n.segments), len(n.channels), periods), dtype=bool),
        np.full((groups, periods), fte),
        np.zeros((groups, len(n.channels), periods)),
        np.zeros((len(n.upgrades.ids), periods), dtype=bool),
    )
    needed = account(n, choice).hours_needed
    serving = n.serves & (np.cumsum(n.serves, axis=0) == 1)  # the first group that can
    return replace(choice, hours=serving[:, :, None] * needed)


def found(instance: Instance, choice: Choice) -> Emergencies:
    return emergencies(instance, choice, ENGINE)


def record(
    instance: Instance, choice: Choice, channel: str, policy: str = "", period: str = "2027"
) -> Outage:
    n = instance.numbers
    (only,) = [
        outage
        for outage in found(instance, choice).outages
        if n.channels[outage.channel] == channel
        and outage.policy == policy
        and n.periods[outage.period] == period
    ]
    return only


def judged(
    instance: Instance, choice: Choice, proof: Mapping[str, Emergency] | None = None
) -> Verdict:
    """The check of the only policy, with its own proof or another one."""
    (policy,) = instance.policies
    if proof is None:
        certificates = found(instance, choice).certificates
        proof = {name: certificate.written() for name, certificate in certificates.items()}
    written = replace(Written.from_choice(choice), emergencies=proof)
    f = facts(instance.numbers, written)
    return policy.check(f.numbers, f)


def loaded(policies: list[Data] | None = None, **changes: Any) -> Instance:
    return from_data({**scenario(**changes), "policies": policies or []})
