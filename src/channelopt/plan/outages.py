"""Tables of emergencies: what an outage of each channel would mean, and the proof of policies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelopt.plan.columns import COLUMNS
from channelopt.plan.table import Cell, Table
from channelopt.terms.emergency import Emergencies
from channelopt.terms.numbers import Numbers

Row = tuple[Cell, ...]


def outage_tables(n: Numbers, found: Emergencies) -> dict[str, Table]:
    """Write emergencies as tables; those of the proof only where a policy asks for one.

    Args:
        n: the scenario.
        found: the outages of a plan.
    """
    rows = {"outages": _outages(n, found)}
    if found.certificates:
        rows |= {"emergencies": _placed(n, found), "emergency_hours": _hours(n, found)}
    return {name: Table(name, COLUMNS[name], tuple(rows[name])) for name in rows}


def _outages(n: Numbers, found: Emergencies) -> Iterator[Row]:
    for outage in found.outages:
        yield (
            *(n.periods[outage.period], n.channels[outage.channel]),
            *(outage.policy, outage.surge),
            *(outage.first_contacts, outage.placeable, outage.share),
            *(outage.required, outage.stopped_by),
        )


def _placed(n: Numbers, found: Emergencies) -> Iterator[Row]:
    for policy, certificate in sorted(found.certificates.items()):
        placed = certificate.placed
        for t, s, i, c in np.argwhere(np.moveaxis(placed, -1, 0) > 0).tolist():
            where = (n.periods[t], n.segments[s], n.interactions[i], n.channels[c])
            yield policy, *where, float(placed[s, i, c, t])


def _hours(n: Numbers, found: Emergencies) -> Iterator[Row]:
    for policy, certificate in sorted(found.certificates.items()):
        hours = certificate.hours
        for t, g, c in np.argwhere(np.moveaxis(hours, -1, 0) > 0).tolist():
            yield policy, n.periods[t], n.groups[g], n.channels[c], float(hours[g, c, t])
