"""list.json: a list in figures, without its customers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from channelopt.lists.ladder import Ladder
from channelopt.lists.moves import Basis
from channelopt.lists.result import Listing
from channelopt.lists.totals import Totals
from channelopt.plan.table import Table, neutral

FORMAT = 1


def list_data(
    listing: Listing, totals: Totals, rungs: Ladder, tables: dict[str, Table]
) -> dict[str, Any]:
    """Return list.json as plain data; `seconds` of the effort is all that differs between runs.

    Args:
        listing: what the list is made from.
        totals: what it adds up to.
        rungs: its ladder.
        tables: limits, ladder and moves.
    """
    answer, names = listing.answer, listing.instance.names
    return {
        "format": FORMAT,
        "status": answer.status,
        "scenario": names.scenario,
        "currency": names.currency,
        "period": listing.instance.numbers.periods[listing.period],
        "joint": listing.joint,
        "customers": totals.people,
        "rejected": listing.rejected.count,
        "value": neutral(rungs.value),
        "bound": neutral(rungs.bound),
        "gap": abs(rungs.bound - rungs.value) / max(1.0, abs(rungs.value)),
        "ladder": _ladder(rungs),
        "constant": neutral(listing.compiled.constant),
        "price_bound": neutral(answer.price_bound + listing.compiled.constant),
        "decisions": [
            {"name": question.name, "options": [option.name for option in question.options]}
            for question in listing.compiled.questions
        ],
        "moves": {
            "earlier": _moved(totals, "earlier list"),
            "today": _moved(totals, "today"),
            "by_option": [dict(row) for row in tables["moves"].records()],
        },
        "what_ifs": None if listing.what_ifs is None else listing.what_ifs.data(),
        "effort": _effort(listing),
    }


def _effort(listing: Listing) -> dict[str, Any]:
    """Return what it took, each what-if among the seconds."""
    effort = asdict(listing.answer.effort)
    if listing.what_ifs is not None:
        effort["seconds"] = {**effort["seconds"], **listing.what_ifs.seconds()}
    return effort


def _ladder(rungs: Ladder) -> dict[str, float | int | None]:
    return {
        "plan": neutral(rungs.plan),
        "spread": neutral(rungs.spread),
        "within": neutral(rungs.within),
        "split": neutral(rungs.split),
        "list": neutral(rungs.value),
        "disaggregation_loss": neutral(rungs.loss),
        "rounding": neutral(rungs.rounding),
        "gained_by_joint": neutral(rungs.opened),
    }


def _moved(totals: Totals, basis: Basis) -> dict[str, int] | None:
    if basis not in totals.moves.compared:
        return None
    return {"compared": totals.moves.compared[basis], "moved": totals.moves.moved[basis]}
