"""Pages on analyses: what matters, one sheet for each table of the folder `sensitivity`."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.report.book.paper import Paper
from channelopt.report.book.tables import Heading, write_table
from channelopt.report.evidence import Evidence
from channelopt.report.speech import _, later

PAGES: Mapping[str, tuple[str, str]] = {
    "limits": (later("Limits"), later("What a little more or less of each limit is worth.")),
    "limit_points": (
        later("Limits, turning points"),
        later("How far a limit can move before profit or channels change."),
    ),
    "limit_duals": (
        later("Limits, linear prices"),
        later("Prices of the linear program beside what is true."),
    ),
    "rules": (later("Price of rules"), later("What the plan would be worth without each rule.")),
    "rule_pairs": (later("Pairs of rules"), later("What rules cost only together.")),
    "ranges": (
        later("Ranges of inputs"),
        later("How wrong an input may be before the plan changes."),
    ),
    "openings": (later("Openings"), later("When a channel would open, be used or close.")),
    "tornado": (later("Tornado"), later("Which inputs move the profit most.")),
    "frontier": (later("Frontier"), later("What more of one figure costs in another.")),
    "frontier_kpis": (later("Frontier, key figures"), later("Key figures of the plans on it.")),
    "alternatives": (
        later("Alternatives"),
        later("Quite different plans that are nearly as good."),
    ),
    "alternative_changes": (
        later("Alternatives, changes"),
        later("What each alternative does differently."),
    ),
    "no_regret": (later("No regret"), later("What all nearly best plans share.")),
    "distribution": (later("Uncertainty"), later("What the profit may be if numbers are wrong.")),
    "rule_odds": (later("Odds of rules"), later("How often rules break if numbers are wrong.")),
    "sobol": (later("Sobol indices"), later("Which uncertain inputs make the result vary.")),
    "why": (later("Why"), later("Why a segment is served where it is, and what would flip it.")),
    "why_others": (later("Why, other channels"), later("What the other channels would cost.")),
    "why_terms": (later("Why, terms"), later("Where the difference to the runner-up comes from.")),
}
"""Title and meaning of pages, in their order."""

ONLY_FILES = frozenset({"factors", "samples", "frontier_allocation"})
"""Tables of single draws and of whole allocations, for programs."""


def analysis_pages(paper: Paper, evidence: Evidence) -> None:
    """Write a page for each analysis that found something."""
    names = evidence.plan.names
    steps = evidence.plan.table("sensitivity")
    if steps.rows:
        about = _("What one step less and more of each limit is worth.")
        heading = Heading(_("Sensitivity"), about, "sensitivity.csv")
        write_table(paper, names, steps, heading)
    ordered = [*PAGES, *sorted({*evidence.analyses} - {*PAGES} - ONLY_FILES)]
    for name in ordered:
        table = evidence.analysis(name)
        if table is None:
            continue
        title, about = PAGES.get(name, (name, ""))
        write_table(paper, names, table, Heading(_(title), _(about), f"sensitivity/{name}.csv"))
