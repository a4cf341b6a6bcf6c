"""Words and formulas of the method page."""

from __future__ import annotations

from channelopt.report.speech import later

Said = tuple[str, str]
"""What a formula says in words, and the formula."""

OBJECTIVE: Said = (
    later(
        "The gains of every period less its losses, each as the ledger above names them, times "
        "what money of that period is worth in the first one."
    ),
    (
        r"\max \sum_t \delta_t \left( \sum \mathit{gains}_t - \sum \mathit{losses}_t \right), "
        r"\quad "
        r"\delta_t = (1 + \mathit{discount\_rate})^{-t}"
    ),
)
KEPT_MARGIN: Said = (
    later(
        "Customers times margin, times the share R that stays at the mean satisfaction of their "
        "segment; where customers cost money, losing them is no gain."
    ),
    (
        r"\sum_s \mathit{customers}_{s,t} \left( \max(\mathit{margin}_{s,t}, 0) \, "
        r"R_s(\sigma_{s,t}) + \min(\mathit{margin}_{s,t}, 0) \right)"
    ),
)
RETENTION: Said = (
    later("Read from the curve of the segment, linear between its points, level beyond them."),
    r"R_s(\sigma) = \mathit{retention}_s(\sigma)",
)
WEIGHT: Said = (
    later("All of it at full satisfaction, less the weight for every point that is missing."),
    r"R_s(\sigma) = 1 - \mathit{satisfaction\_weight} \, (1 - \sigma)",
)
POINTS: Said = (
    later(
        "Satisfaction with the first contact, less a penalty for each contact that is passed on "
        "or repeated and for each customer who gives up, weighted by importance; inbound only."
    ),
    (
        r"Q_{s,t} = \sum_i \mathit{importance}_i \, (\sum_c \mathit{satisfaction}_{s,i,c,t} \, "
        r"e_{s,i,c,t} - \mathit{transfer\_penalty} \sum_c r_{s,i,c,t} - "
        r"\mathit{give\_up\_penalty} \, \mathit{given\_up}_{s,i,t})"
    ),
)
MEAN: Said = (
    later("Satisfaction points for each contact, weighted by importance."),
    r"\sigma_{s,t} = Q_{s,t} / \sum_i \mathit{importance}_i \, n_{s,i,t}",
)

STATUS = {
    "optimal": later("The plan is proven to be the best one, up to the gap that was asked for."),
    "feasible": later(
        "The plan obeys every rule; the search stopped before it was proven to be the best one."
    ),
    "evaluated": later("The plan was given, not sought: nothing is proven of better ones."),
}
"""What the status of a plan means."""

KNOWN = (
    later("solved again, exact up to the gap"),
    later("at least so much, as a plan is known that gets it"),
    later("no plan is left that obeys the rules"),
    later("not solved in the time there was"),
    later("no meaning, as the limit cannot move so far"),
)
"""How figures of other scenarios are known."""

SYMBOL_MEANINGS = (
    later("contacts of a segment, interaction and period: customers times contacts per customer"),
    later("first contacts that enter a channel"),
    later("contacts passed on to a channel from elsewhere, or repeated in it"),
    later("handled contacts, e + r"),
    later("1 where a channel is open"),
    later("1 where a channel is offered to a segment"),
    later("FTE of a staff group"),
    later("hours of a staff group on a channel"),
    later("satisfaction points"),
    later("mean satisfaction: Q over importance times n"),
    later("contacts that a bundle makes in a channel that it uses"),
    later("1 where a channel carries all contacts; in a policy, the contacts that it counts"),
    later("1 where a channel is open and runs with exactly a set of upgrades"),
    later("1 where an upgrade is owned"),
    later("load of a staff group in the busy hour, in erlangs"),
    later("fewest agents that answer the asked share in time at a load"),
    later("budget of a period"),
    later("kinds of cost that a budget counts"),
    later("channels that a policy speaks of"),
    later("margin kept"),
    later("value of contacts"),
    later("amount of a metric for each contact"),
    later("least that a policy allows"),
    later("most that a policy allows"),
    later("what money of a period is worth in the first one"),
)
"""Meanings of `rules.symbols`, listed so that they can be translated."""
