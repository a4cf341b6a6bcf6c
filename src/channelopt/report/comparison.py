"""What a comparison says, in sentences written from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.analysis.comparing.groups import groups
from channelopt.analysis.comparing.records import Side
from channelopt.analysis.comparing.results import Comparison, Difference
from channelopt.analysis.comparing.results_flows import GONE, NEW
from channelopt.report.figures import count, enumerate_words, money, percent, plural, worth

CENT = 0.005
LEAST = 0.0005
"""A smaller relative difference is not told in percent."""
LARGEST = 2
"""So many causes stand in the headline."""
FLOWS = 3
"""So many flows stand in the gist."""


def gist(comparison: Comparison) -> tuple[str, ...]:
    """Return what a reader must know: a few sentences for each plan, then what is not proven."""
    said = [sentence for one in comparison.differences for sentence in about(one)]
    return (*said, *doubts(comparison))


def doubts(comparison: Comparison) -> tuple[str, ...]:
    """Return a sentence for each plan that is not proven to be the best."""
    return tuple(certainty(side) for side in comparison.sides if side.plan.status != "optimal")


def about(one: Difference) -> tuple[str, ...]:
    """Return the sentences of one plan compared with the first."""
    if one.is_same:
        profit = worth(one.a.plan.objective or 0.0, currency(one))
        same = "no input differs, and no result"
        return (f"{one.b.name} and {one.a.name} are the same: {same}. Both are worth {profit}.",)
    return (headline(one), *_inputs(one), *_channels(one), *_upgrades(one), *_flows(one))


def currency(one: Difference) -> str | None:
    """Return the currency of both plans, None where they have none or not the same."""
    names = one.a.plan.names.currency, one.b.plan.names.currency
    return names[0] if names[0] == names[1] else None


def headline(one: Difference) -> str:
    """Return the difference in profit and its two largest causes."""
    total, profit = one.total, one.a.plan.objective or 0.0
    if abs(total) < CENT:
        return f"{one.b.name} is worth as much as {one.a.name}: {worth(profit, currency(one))}."
    word = "more" if total > 0 else "less"
    ratio = abs(total / profit) if profit else 0.0
    share = f" ({percent(ratio)})" if ratio >= LEAST else ""
    head = f"{one.b.name} is worth {worth(abs(total), currency(one))} {word} than {one.a.name}"
    return f"{head}{share}{_causes(one)}."


def _causes(one: Difference) -> str:
    """Return the two largest causes, or money terms where nobody asked for causes."""
    why = one.attribution
    if why is not None and not why.parts:
        return ", though no input differs: see how each was solved"
    if why is not None:
        effects = [(part.group.title, part.effect) for part in why.parts]
        beginning = ", because of "
    else:
        rows = [row for row in one.records("money") if row["period"] is None]
        effects = [(row["title"], row["difference"]) for row in rows]
        beginning = "; by money terms "
    largest = sorted(effects, key=lambda effect: -abs(effect[1]))[:LARGEST]
    shown = [f"{title} ({signed(effect)})" for title, effect in largest if abs(effect) >= CENT]
    return f"{beginning}{enumerate_words(shown)}" if shown else ""


def signed(amount: float | None, digits: int | None = None) -> str:
    """Return an amount with its sign; cents as `money` has them."""
    if amount is None or not math.isfinite(amount):
        return money(None)
    text = money(abs(amount), digits=digits)
    return text if not any(c in "123456789" for c in text) else f"{'+-'[amount < 0]}{text}"


def _inputs(one: Difference) -> Iterator[str]:
    if not one.changes:
        yield "No input differs."
        return
    found = groups(one.changes)
    shown = [f"{group.title} ({group.changes})" for group in found]
    where = enumerate_words(shown, 6)
    verb = "differs" if len(one.changes) == 1 else "differ"
    yield f"{plural(len(one.changes), 'input')} {verb}: {where}."


def _channels(one: Difference) -> Iterator[str]:
    periods = len({*one.a.plan.periods, *one.b.plan.periods})
    for event, verb in (("opened", "Open"), ("closed", "Closed")):
        by_channel: dict[str, list[str]] = {}
        for row in one.records("channels"):
            if row["event"] == event:
                by_channel.setdefault(row["title"], []).append(row["period"])
        shown = [
            title + (f" (in {enumerate_words(when, 4)})" if periods > 1 else "")
            for title, when in by_channel.items()
        ]
        if shown:
            yield f"{verb} in {one.b.name} only: {enumerate_words(shown)}."


def _upgrades(one: Difference) -> Iterator[str]:
    verbs: dict[str, list[str]] = {}
    for row in one.records("upgrades"):
        before, after, title = row["bought_before"], row["bought_after"], row["title"]
        if before is None:
            verbs.setdefault("Bought", []).append(title)
        elif after is None:
            verbs.setdefault("Not bought", []).append(title)
        else:
            verbs.setdefault("Bought at another time", []).append(
                f"{title} ({after}, not {before})"
            )
    for verb, titles in verbs.items():
        yield f"{verb} in {one.b.name}: {enumerate_words(titles)}."


def largest_flows(one: Difference) -> list[dict[str, Any]]:
    """Return the flows of segments over the horizon, the largest first."""
    return sorted(one.records("flows_by_segment"), key=lambda row: -row["contacts"])


def _flows(one: Difference) -> Iterator[str]:
    rows = largest_flows(one)[:FLOWS]
    shown = [f"{flow_in_words(one, row)}, {count(row['contacts'])} contacts" for row in rows]
    if shown:
        yield f"Largest moves: {'; '.join(shown)}."


def flow_in_words(one: Difference, row: Mapping[str, Any]) -> str:
    """Return who goes where, for a record of `flows_by_segment`."""
    titles = ways(one)
    segments = {**one.a.plan.names.segments, **one.b.plan.names.segments}
    who = segments.get(row["segment"], row["segment"])
    origin, to = titles.get(row["from"], row["from"]), titles.get(row["to"], row["to"])
    if row["from"] == NEW:
        return f"{who} new in {to}"
    if row["to"] == GONE:
        return f"{who} gone from {origin}"
    return f"{who} from {origin} to {to}"


def ways(one: Difference) -> Mapping[str, str]:
    """Return the titles of the channels and bundles of both plans."""
    found: dict[str, str] = {}
    for side in (one.a, one.b):
        found |= {**side.plan.names.channels, **side.plan.names.bundles}
    return found


def certainty(side: Side) -> str:
    """Return what is not proven about a plan."""
    plan = side.plan
    if plan.status == "evaluated":
        return f"{side.name} was given, not sought; nothing is claimed about better ones."
    if plan.bound is None or plan.gap is None:
        return (
            f"{side.name} is not proven to be the best plan; how much better one could be is open."
        )
    missing = worth(max(plan.bound - (plan.objective or 0.0), 0.0), plan.names.currency)
    return f"{side.name} is not proven to be the best plan: up to {missing} may be missing."


def reservations(one: Difference) -> tuple[str, ...]:
    """Return what a reader of the causes must know: what went together, what is not proven."""
    why = one.attribution
    if why is None:
        return ()
    open_ = [part for part in why.parts if part.known != "re-solved"]
    more = f"{plural(len(open_), 'part')} of the way could not be proven in the time given."
    return (*why.notes, *((more,) if open_ else ()))
