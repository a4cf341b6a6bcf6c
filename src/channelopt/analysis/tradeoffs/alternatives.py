"""Near-optimal alternatives: plans that give up little and look as different as possible.

Modelling to generate alternatives (Brill, Chang and Hopkins 1982), one after the other: each new
plan maximises its distance to the nearest of those before (max-min). The sum of distances would be
no good: it is largest twice in the same corner. Among equally distant plans the most profitable
one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.study import Question, Result, Study, Wishes
from channelopt.analysis.tradeoffs.distance import Apart, distance, moved
from channelopt.analysis.tradeoffs.no_regret import Span, profit_floor, spans
from channelopt.analysis.tradeoffs.shapes import PROFIT, Limit, Reshaped
from channelopt.plan.investments import owned
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.plan.table import Cell, Table
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers

COLUMNS: dict[str, tuple[str, ...]] = {
    "alternatives": (
        *("number", "objective", "loss", "loss_percent", "distance", "channels_opened"),
        *("channels_closed", "upgrades_changed", "moved_contacts", "known"),
    ),
    "alternative_changes": (
        *("number", "period", "what", "segment", "interaction", "channel", "upgrade", "group"),
        *("in_plan", "in_alternative"),
    ),
    "no_regret": (
        *("decision", "what", "segment", "interaction", "channel", "upgrade", "period"),
        *("in_plan", "lowest", "highest", "known", "verdict"),
    ),
}
"""Columns of the tables."""

HAIR = 1e-6
"""Distances below this are none; so much of one is left to the search for profit."""
SHARE_OF_TIME = 0.5
"""Share of the time for alternatives; what they leave goes to the decisions they share."""
SHOWN = 0.005
"""Shares of a pair's contacts that differ by less are not listed."""


@dataclass(frozen=True)
class Alternative:
    """A plan beside the optimum: decisions, whole plan, least distance to those before."""

    choice: Choice
    plan: Plan
    distance: float
    known: Known


@dataclass(frozen=True)
class Alternatives:
    """Alternatives in the order found.

    Attributes:
        plans: each differs from the optimum and from those before.
        exhausted: proven that no other plan within the loss differs from all of these.
    """

    plans: tuple[Alternative, ...]
    exhausted: bool


def near_optimal(study: Study, wishes: Wishes) -> Result:
    """Find plans within `wishes.within` of the optimum that differ, and what they all share."""
    with study.within(study.left() * SHARE_OF_TIME):
        found = find_alternatives(study, wishes)
    shared = spans(study, wishes.within, [one.choice for one in found.plans])
    changes = [row for k, one in enumerate(found.plans, 1) for row in _changes(study, k, one)]
    tables = (
        Table("alternatives", COLUMNS["alternatives"], tuple(_rows(study, found.plans))),
        Table("alternative_changes", COLUMNS["alternative_changes"], tuple(changes)),
        Table("no_regret", COLUMNS["no_regret"], tuple(map(_span, shared))),
    )
    known = [*(one.known for one in found.plans), *(one.known for one in shared)]
    sentences = (_sentence(study, found, wishes), _shared_sentence(study, shared, wishes))
    unproven = sum(one != "re-solved" for one in known)
    return Result("alternatives", tables, sentences, unproven)


def find_alternatives(study: Study, wishes: Wishes) -> Alternatives:
    """Find alternatives one after the other, as long as there are some and there is time."""
    floor = Limit(PROFIT, lower=profit_floor(study, wishes.within))
    found: list[Alternative] = []
    while len(found) < wishes.alternatives and study.left() > 0:
        known = (study.choice, *(one.choice for one in found))
        shape = Apart(known, Reshaped(limits=(floor,)))
        (answer,) = study.ask([Question(study.instance, shape, wants_choice=True)])
        if answer.infeasible or (answer.bound is not None and answer.bound <= HAIR):
            return Alternatives(tuple(found), exhausted=True)
        if answer.choice is None or answer.objective is None or answer.objective <= HAIR:
            break
        choice, proven = answer.choice, answer.proven
        dearest = Apart(known, Reshaped(limits=(floor,)), answer.objective * (1.0 - HAIR))
        (better,) = study.ask([Question(study.instance, dearest, wants_choice=True)])
        if better.choice is not None:
            choice = better.choice
        found.append(_alternative(study, choice, known, proven=proven))
    return Alternatives(tuple(found), exhausted=False)


def _alternative(
    study: Study, choice: Choice, known: Sequence[Choice], *, proven: bool
) -> Alternative:
    n = study.instance.numbers
    nearest = min(distance(n, one, choice) for one in known)
    plan = study.planned(study.instance, choice)
    return Alternative(choice, plan, nearest, "re-solved" if proven else "at least")


def _rows(study: Study, plans: Sequence[Alternative]) -> Iterator[tuple[Cell, ...]]:
    n, now, best = study.instance.numbers, study.choice, study.best.objective or 0.0
    for number, one in enumerate(plans, start=1):
        loss = best - (one.plan.objective or 0.0)
        percent = 100.0 * loss / abs(best) if best else None
        opened = int((one.choice.open & ~now.open).sum())
        closed = int((~one.choice.open & now.open).sum())
        tools = int((owned(n, one.choice) != owned(n, now)).sum())
        yield (
            *(number, one.plan.objective, loss, percent, one.distance),
            *(opened, closed, tools, moved(n, now, one.choice), one.known),
        )


def _changes(study: Study, number: int, one: Alternative) -> Iterator[tuple[Cell, ...]]:
    """Yield what the alternative does otherwise than the optimum, period by period."""
    n, now, then = study.instance.numbers, study.choice, one.choice
    for t, period in enumerate(n.periods):
        for c in np.flatnonzero(now.open[:, t] != then.open[:, t]).tolist():
            flags = int(now.open[c, t]), int(then.open[c, t])
            yield number, period, "open", None, None, n.channels[c], None, None, *flags
        yield from _upgrades(n, (number, t), now, then)
        for s, i in np.argwhere(n.contacts[..., t] > 0).tolist():
            total = n.contacts[s, i, t]
            before = now.first_contacts[s, i, :, t] / total
            after = then.first_contacts[s, i, :, t] / total
            for w in np.flatnonzero(np.abs(after - before) > SHOWN).tolist():
                names = n.segments[s], n.interactions[i], n.ways[w]
                shares = float(before[w]), float(after[w])
                yield number, period, "share", *names, None, None, *shares
        for g in np.flatnonzero(np.abs(now.fte[:, t] - then.fte[:, t]) > SHOWN).tolist():
            fte = float(now.fte[g, t]), float(then.fte[g, t])
            yield number, period, "fte", None, None, None, None, n.groups[g], *fte


def _upgrades(
    n: Numbers, place: tuple[int, int], now: Choice, then: Choice
) -> Iterator[tuple[Cell, ...]]:
    number, t = place
    before, after = owned(n, now)[:, t], owned(n, then)[:, t]
    for k in np.flatnonzero(before != after).tolist():
        channel, upgrade = n.channels[n.upgrades.channel[k]], n.upgrades.ids[k]
        flags = int(before[k]), int(after[k])
        yield number, n.periods[t], "owned", None, None, channel, upgrade, None, *flags


def _sentence(study: Study, found: Alternatives, wishes: Wishes) -> str:
    within = f"{100 * wishes.within:g} % of the profit"
    if not found.plans:
        if found.exhausted:
            return f"Giving up as much as {within} allows no plan that looks any different."
        return "No alternative plan was found in the time left."
    n = study.instance.numbers
    far = max(found.plans, key=lambda one: distance(n, study.choice, one.choice))
    flags = int((far.choice.open != study.choice.open).sum())
    share = moved(n, study.choice, far.choice) / max(1e-300, float(n.contacts.sum()))
    loss = (study.best.objective or 0.0) - (far.plan.objective or 0.0)
    channels = "no channel" if flags == 0 else f"{flags} channel{'s' * (flags > 1)}"
    if len(n.periods) > 1 and flags:
        channels += " (counted by period)"
    return (
        f"The most different plan found for at most {within} opens or closes {channels} and "
        f"lets {100 * share:.0f} % of the contacts enter elsewhere, for {max(loss, 0.0):,.0f}."
    )


def _span(one: Span) -> tuple[Cell, ...]:
    what = (one.decision.path, one.decision.what, *one.decision.labels)
    return (*what, one.now, one.least, one.most, one.known, one.verdict)


def _shared_sentence(study: Study, found: Sequence[Span], wishes: Wishes) -> str:
    """Name what is proven to be the same in all plans."""
    names = study.instance.names
    titles = {**names.channels, **names.bundles}
    parts = []
    for word in ("always open", "never open", "always owned", "never owned"):
        shown = [names.upgrades.get(x, titles.get(x, x)) for x in _in_all_periods(found, word)]
        if shown:
            more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
            parts.append(f"{word}: {', '.join(shown[:5])}{more}")
    shares = sum(one.is_shared for one in found if one.decision.what == "share")
    if shares:
        parts.append(f"{shares} of the largest streams of contacts never move")
    within = f"within {100 * wishes.within:g} % of the profit"
    if not parts:
        return f"No decision that was looked at is proven to be the same in all plans {within}."
    return f"No regret, the same in all plans {within}: {'; '.join(parts)}."


def _in_all_periods(found: Sequence[Span], verdict: str) -> Iterator[str]:
    """Yield the channels or upgrades of which this is true in every period looked at."""
    what = verdict.rsplit(maxsplit=1)[-1]
    by_label: dict[str, list[bool]] = {}
    for one in found:
        if one.decision.what == what:
            label = one.decision.labels[3] or one.decision.labels[2]
            by_label.setdefault(label, []).append(one.verdict == verdict)
    return (label for label, flags in by_label.items() if all(flags))
