"""Symbols of the formulas and what they mean."""

from __future__ import annotations

SYMBOLS = (
    ("n", "contacts of a segment, interaction and period: customers times contacts per customer"),
    ("e", "first contacts that enter a channel"),
    ("r", "contacts passed on to a channel from elsewhere, or repeated in it"),
    ("f", "handled contacts, e + r"),
    ("o", "1 where a channel is open"),
    ("z", "1 where a channel is offered to a segment"),
    ("a", "FTE of a staff group"),
    ("h", "hours of a staff group on a channel"),
    ("Q", "satisfaction points"),
    (r"\sigma", "mean satisfaction: Q over importance times n"),
    ("u", "contacts that a bundle makes in a channel that it uses"),
    ("x", "1 where a channel carries all contacts; in a policy, the contacts that it counts"),
    ("y", "1 where a channel is open and runs with exactly a set of upgrades"),
    ("w", "1 where an upgrade is owned"),
    ("A", "load of a staff group in the busy hour, in erlangs"),
    ("N", "fewest agents that answer the asked share in time at a load"),
    ("B", "budget of a period"),
    ("K", "kinds of cost that a budget counts"),
    ("C", "channels that a policy speaks of"),
    ("M", "margin kept"),
    ("V", "value of contacts"),
    ("m", "amount of a metric for each contact"),
    ("L", "least that a policy allows"),
    ("U", "most that a policy allows"),
    (r"\delta", "what money of a period is worth in the first one"),
)
"""Each symbol in LaTeX, and its meaning."""
