"""Every analysis of the sensitivity report, and how the time is shared among them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from channelopt.analysis.findings import Findings
from channelopt.analysis.futures.robust import robust
from channelopt.analysis.futures.sobol import installed, sobol
from channelopt.analysis.futures.uncertainty import uncertainty
from channelopt.analysis.reasons.why import why
from channelopt.analysis.study import Named, Study, Wishes
from channelopt.analysis.tradeoffs.alternatives import near_optimal
from channelopt.analysis.tradeoffs.frontier import frontiers
from channelopt.analysis.varied.breakeven import breakeven
from channelopt.analysis.varied.tornado import tornado
from channelopt.analysis.worth.limits import limits
from channelopt.analysis.worth.rule_prices import rule_prices
from channelopt.errors import UsageError, nearest

ANALYSES: tuple[Named, ...] = (
    Named("limits", "What limits are worth", limits, 4.0),
    Named("rules", "What rules cost", rule_prices, 2.0),
    Named("inputs", "How wrong inputs may be", breakeven, 4.0),
    Named("tornado", "Which inputs move the result most", tornado, 3.0),
    Named("why", "Why these channels", why, 3.0),
    Named("frontiers", "What one aim costs the other", frontiers, 2.0),
    Named("alternatives", "Plans nearly as good", near_optimal, 2.0),
    Named("uncertainty", "What the result may be", uncertainty, 2.0),
    Named("sobol", "Which uncertainty matters", sobol, 1.0, lambda _: installed()),
    Named("robust", "A plan for bad cases", robust, 3.0, lambda wishes: wishes.robust is not None),
)
"""In the order of the report."""

ENDLESS = 1e9
"""Seconds that stand for no limit."""


def chosen(only: Collection[str], wishes: Wishes) -> tuple[Named, ...]:
    """Return the analyses of these names; of none: all that the wishes ask for.

    Raises:
        UsageError: there is no analysis of that name.
    """
    known = [one.name for one in ANALYSES]
    for name in only:
        if name not in known:
            hint = nearest(name, known) or f"there are: {', '.join(known)}"
            raise UsageError(f"--only: there is no analysis '{name}'; {hint}")
    if only:
        return tuple(one for one in ANALYSES if one.name in only)
    return tuple(one for one in ANALYSES if one.wanted(wishes))


def findings(
    study: Study,
    wishes: Wishes,
    analyses: Sequence[Named],
    news: Callable[[str], None] | None = None,
) -> Findings:
    """Run analyses one after the other; what one leaves of its time goes to the next ones.

    Args:
        study: the solved scenario.
        wishes: how to ask.
        analyses: which ones.
        news: hears which one begins.
    """
    results = []
    for position, one in enumerate(analyses):
        if news is not None:
            news(f"{one.title} ({position + 1} of {len(analyses)})")
        weights = sum(other.weight for other in analyses[position:])
        with study.within(min(study.left(), ENDLESS) * one.weight / weights):
            results.append(replace(one.run(study, wishes), name=one.name))
    titles = {one.name: one.title for one in analyses}
    return Findings(study.plan, tuple(results), titles, wishes)
