"""Read the decisions of a plan from its tables, by the names of the scenario format."""

from __future__ import annotations

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.plan import Plan
from channelopt.terms.choice import Choice


def choice_of(instance: Instance, plan: Plan) -> Choice:
    """Return first contacts, open channels, offers, FTE and hours that a plan's tables say."""
    n = instance.numbers
    segments, interactions, channels, periods = n.shape
    groups, ways, upgrades = len(n.groups), len(n.ways), len(n.upgrades.ids)
    choice = Choice(
        np.zeros((segments, interactions, ways, periods)),
        np.zeros((channels, periods), dtype=bool),
        np.zeros((segments, channels, periods), dtype=bool),
        np.zeros((groups, periods)),
        np.zeros((groups, channels, periods)),
        np.zeros((upgrades, periods), dtype=bool),
    )
    at_s, at_i, at_c, at_g, at_k, at_t = (
        {name: k for k, name in enumerate(names)}
        for names in (n.segments, n.interactions, n.ways, n.groups, n.upgrades.ids, n.periods)
    )
    for row in plan.table("allocation").records():
        place = at_s[row["segment"]], at_i[row["interaction"]], at_c[row["channel"]]
        choice.first_contacts[(*place, at_t[str(row["period"])])] = row["first_contacts"]
    for row in plan.table("channels").records():
        choice.open[at_c[row["channel"]], at_t[str(row["period"])]] = row["open"]
    for row in plan.table("offers").records():
        choice.offered[at_s[row["segment"]], at_c[row["channel"]], at_t[str(row["period"])]] = True
    for row in plan.table("staff").records():
        choice.fte[at_g[row["group"]], at_t[str(row["period"])]] = row["fte"]
    for row in plan.table("hours").records():
        place = at_g[row["group"]], at_c[row["channel"]], at_t[str(row["period"])]
        choice.hours[place] = row["hours"]
    if "upgrades" in plan.tables:
        for row in plan.table("upgrades").records():
            choice.owned[at_k[row["upgrade"]], at_t[str(row["period"])]] = row["owned"]
    return choice
