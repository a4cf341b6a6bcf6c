"""Small scenarios and plans for the tests of the check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.terms.choice import Choice
from channelopt.terms.facts import Facts, facts
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Written
from tests.merging import merged

Ids = tuple[str, ...]


def scenario(**changes: Any) -> dict[str, Any]:
    """Two segments, one interaction, three channels; web passes on to phone, phone to branch."""
    data: dict[str, Any] = {
        "format": 1,
        "periods": ["2027"],
        "objective": {
            "satisfaction_weight": 0.5,
            "satisfaction_price": 0.5,
            "transfer_penalty": 0.1,
            "give_up_penalty": 0.5,
        },
        "segments": {
            "old": {
                "customers": 50.0,
                "margin": 10.0,
                "retention": {0.0: 0.5, 0.5: 0.9, 1.0: 1.0},
            },
            "young": {"customers": 20.0, "margin": -2.0},
        },
        "interactions": {"help": {"importance": 2.0}},
        "channels": {
            "branch": {"satisfaction": 0.9, "unit_cost": 20.0, "touch": "high"},
            "phone": {
                "satisfaction": 0.8,
                "unit_cost": 5.0,
                "touch": "medium",
                "resolution": 0.6,
                "unresolved": {"branch": 0.5},
            },
            "web": {
                "satisfaction": 0.6,
                "unit_cost": 0.1,
                "touch": "low",
                "resolution": 0.5,
                "unresolved": {"web": 0.4, "phone": 0.4},
            },
        },
        "tables": {"contacts_per_customer": [{"value": 2.0}]},
    }
    return merged(data, changes)


def instance(**changes: Any) -> Instance:
    return from_data(scenario(**changes))


def written(
    n: Numbers,
    first: Mapping[Ids, Any],
    *,
    closed: Iterable[Ids] = (),
    not_offered: Iterable[Ids] = (),
    fte: Mapping[Ids, Any] | None = None,
    hours: Mapping[Ids, Any] | None = None,
    owned: Iterable[Ids] = (),
) -> Written:
    """A plan by ids: all channels open, and offered where they can be, but those named.

    Ids of `first` are (segment, interaction, channel or bundle, period), amounts text or numbers;
    of `owned` (upgrade, period).
    """
    names = {
        "s": n.segments,
        "i": n.interactions,
        "c": n.channels,
        "w": n.ways,
        "g": n.groups,
        "k": n.upgrades.ids,
        "t": n.periods,
    }

    def key(axes: str, ids: Ids) -> tuple[int, ...]:
        return tuple(names[axis].index(label) for axis, label in zip(axes, ids, strict=True))

    def amounts(axes: str, given: Mapping[Ids, Any] | None) -> dict[tuple[int, ...], Decimal]:
        return {key(axes, ids): Decimal(str(x)) for ids, x in (given or {}).items()}

    shut = {key("ct", ids) for ids in closed}
    hidden = {key("sct", ids) for ids in not_offered}
    is_open = {(c, t) for c in range(len(n.channels)) for t in range(len(n.periods))} - shut
    served = n.inbound[None, :, None] & (n.contacts > 0)
    eligible = n.eligible[:, :, : len(n.channels)]
    may_enter = (eligible & served[:, :, None, :]).any(axis=1)
    everyone = range(len(n.segments))
    offered = {(s, c, t) for s in everyone for c, t in is_open if may_enter[s, c, t]} - hidden
    return Written(
        first_contacts=amounts("siwt", first),
        open=frozenset(is_open),
        offered=frozenset(offered),
        fte=amounts("gt", fte),
        hours=amounts("gct", hours),
        owned=frozenset(key("kt", ids) for ids in owned),
    )


def counted(n: Numbers, first: Mapping[Ids, Any], **rest: Any) -> Facts:
    return facts(n, written(n, first, **rest))


def as_choice(n: Numbers, plan: Written) -> Choice:
    """The same plan as arrays."""
    (s, _, c, t), g = n.shape, len(n.groups)
    first, fte, hours = np.zeros(n.shape_of_ways), np.zeros((g, t)), np.zeros((g, c, t))
    owned = np.zeros((len(n.upgrades.ids), t), dtype=bool)
    is_open, offered = np.zeros((c, t), dtype=bool), np.zeros((s, c, t), dtype=bool)
    for array, amounts in ((first, plan.first_contacts), (fte, plan.fte), (hours, plan.hours)):
        for key, amount in amounts.items():
            array[key] = float(amount)
    for key in plan.open:
        is_open[key] = True
    for key in plan.offered:
        offered[key] = True
    for key in plan.owned:
        owned[key] = True
    return Choice(first, is_open, offered, fte, hours, owned)
