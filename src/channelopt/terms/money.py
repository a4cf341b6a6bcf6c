"""The ledger: every money term once, with its name, sign and label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

CostKind = Literal[
    "contact",
    "staff",
    "fixed",
    "opening",
    "closing",
    "investment",
    "running",
    "hiring",
    "release",
]
"""Kinds of cost, as `counts` of a budget names them."""

COST_KINDS: tuple[CostKind, ...] = get_args(CostKind)

STAFF_KINDS: frozenset[CostKind] = frozenset({"staff", "hiring", "release"})
"""Costs that belong to a staff group, not to one channel."""


@dataclass(frozen=True)
class Term:
    """One money term of the objective: its name in files, its sign and its label in reports."""

    name: str
    sign: int
    label: str


LEDGER: tuple[Term, ...] = (
    Term("kept_margin", 1, "Margin kept"),
    Term("contact_value", 1, "Value of contacts"),
    Term("satisfaction_value", 1, "Value of satisfaction points"),
    Term("closure_loss", -1, "Lost by closing channels"),
    Term("contact_cost", -1, "Contact cost"),
    Term("staff_cost", -1, "Staff"),
    Term("fixed_cost", -1, "Fixed cost of channels"),
    Term("opening_cost", -1, "Opening channels"),
    Term("closing_cost", -1, "Closing channels"),
    Term("investment_cost", -1, "Investment in upgrades"),
    Term("running_cost", -1, "Running upgrades"),
    Term("hiring_cost", -1, "Hiring"),
    Term("release_cost", -1, "Releasing staff"),
)
"""Money terms in the order of reports; a cost of kind k is the term `k_cost`."""
