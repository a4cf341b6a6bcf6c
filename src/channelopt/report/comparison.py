"""What a comparison says, in sentences written from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.analysis.comparing.groups import groups
from channelopt.analysis.comparing.records import Side
from channelopt.analysis.comparing.results import Comparison, Difference
from channelopt.analysis.comparing.results_flows import GONE, NEW
from channelopt.report.figures import count, enumerate_words, money, percent, sign, worth
from channelopt.report.speech import _, later, plural_of
from channelopt.report.stored import said as stored

CENT = 0.005
LEAST = 0.0005
"""A smaller relative difference is not told in percent."""
LARGEST = 2
"""So many causes stand in the headline."""
FLOWS = 3
"""So many flows stand in the gist."""
HEADLINES = {
    ("more", "alike"): later(
        "{b} is worth {amount} more than {a}{share}, though no input differs: see how each was "
        "solved."
    ),
    ("less", "alike"): later(
        "{b} is worth {amount} less than {a}{share}, though no input differs: see how each was "
        "solved."
    ),
    ("more", "causes"): later("{b} is worth {amount} more than {a}{share}, because of {causes}."),
    ("less", "causes"): later("{b} is worth {amount} less than {a}{share}, because of {causes}."),
    ("more", "terms"): later(
        "{b} is worth {amount} more than {a}{share}; by money terms {causes}."
    ),
    ("less", "terms"): later(
        "{b} is worth {amount} less than {a}{share}; by money terms {causes}."
    ),
    ("more", ""): later("{b} is worth {amount} more than {a}{share}."),
    ("less", ""): later("{b} is worth {amount} less than {a}{share}."),
}
"""The difference by its direction and by what is known of its causes; `share` is empty or stands
in brackets."""


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
        text = _(
            "{b} and {a} are the same: no input differs, and no result. Both are worth {profit}."
        )
        profit = worth(one.a.plan.objective or 0.0, currency(one))
        return (text.format(a=one.a.name, b=one.b.name, profit=profit),)
    return (headline(one), *_inputs(one), *_channels(one), *_upgrades(one), *_flows(one))


def currency(one: Difference) -> str | None:
    """Return the currency of both plans, None where they have none or not the same."""
    names = one.a.plan.names.currency, one.b.plan.names.currency
    return names[0] if names[0] == names[1] else None


def headline(one: Difference) -> str:
    """Return the difference in profit and its two largest causes."""
    total, profit = one.total, one.a.plan.objective or 0.0
    names = {"a": one.a.name, "b": one.b.name}
    if abs(total) < CENT:
        text = _("{b} is worth as much as {a}: {profit}.")
        return text.format(profit=worth(profit, currency(one)), **names)
    ratio = abs(total / profit) if profit else 0.0
    kind, causes = _causes(one)
    text = _(HEADLINES["more" if total > 0 else "less", kind])
    return text.format(
        amount=worth(abs(total), currency(one)),
        share=f" ({percent(ratio)})" if ratio >= LEAST else "",
        causes=causes,
        **names,
    )


def _causes(one: Difference) -> tuple[str, str]:
    """Return the two largest causes, or money terms where nobody asked for causes."""
    why = one.attribution
    if why is not None and not why.parts:
        return "alike", ""
    if why is not None:
        effects = [(stored(part.group.title), part.effect) for part in why.parts]
    else:
        rows = [row for row in one.records("money") if row["period"] is None]
        effects = [(_(row["title"]), row["difference"]) for row in rows]
    largest = sorted(effects, key=lambda effect: -abs(effect[1]))[:LARGEST]
    shown = [f"{title} ({signed(effect)})" for title, effect in largest if abs(effect) >= CENT]
    kind = "" if not shown else "terms" if why is None else "causes"
    return kind, enumerate_words(shown)


def signed(amount: float | None, digits: int | None = None) -> str:
    """Return an amount with its sign; cents as `money` has them."""
    if amount is None or not math.isfinite(amount):
        return money(None)
    text = money(abs(amount), digits=digits)
    return text if not any(c in "123456789" for c in text) else sign(text, amount)


def _inputs(one: Difference) -> Iterator[str]:
    if not one.changes:
        yield _("No input differs.")
        return
    shown = [f"{stored(group.title)} ({count(group.changes)})" for group in groups(one.changes)]
    number = len(one.changes)
    text = plural_of("{n} input differs: {groups}.", "{n} inputs differ: {groups}.", number)
    yield text.format(n=count(number), groups=enumerate_words(shown, 6))


def _channels(one: Difference) -> Iterator[str]:
    texts = {
        "opened": _("Open in {plan} only: {channels}."),
        "closed": _("Closed in {plan} only: {channels}."),
    }
    for event, text in texts.items():
        by_channel: dict[str, list[str]] = {}
        for row in one.records("channels"):
            if row["event"] == event:
                by_channel.setdefault(row["title"], []).append(row["period"])
        shown = [_when(one, title, periods) for title, periods in by_channel.items()]
        if shown:
            yield text.format(plan=one.b.name, channels=enumerate_words(shown))


def _when(one: Difference, title: str, periods: list[str]) -> str:
    """Return a title with its periods, which go without saying where there is only one."""
    if len({*one.a.plan.periods, *one.b.plan.periods}) < 2:
        return title
    return _("{name} (in {period})").format(name=title, period=enumerate_words(periods, 4))


def _upgrades(one: Difference) -> Iterator[str]:
    bought, left, moved = [], [], []
    for row in one.records("upgrades"):
        before, after, title = row["bought_before"], row["bought_after"], row["title"]
        if before is None:
            bought.append(title)
        elif after is None:
            left.append(title)
        else:
            text = _("{name} ({after}, not {before})")
            moved.append(text.format(name=title, after=after, before=before))
    texts = {
        _("Bought in {plan}: {upgrades}."): bought,
        _("Not bought in {plan}: {upgrades}."): left,
        _("Bought at another time in {plan}: {upgrades}."): moved,
    }
    for text, titles in texts.items():
        if titles:
            yield text.format(plan=one.b.name, upgrades=enumerate_words(titles))


def largest_flows(one: Difference) -> list[dict[str, Any]]:
    """Return the flows of segments over the horizon, the largest first."""
    return sorted(one.records("flows_by_segment"), key=lambda row: -row["contacts"])


def _flows(one: Difference) -> Iterator[str]:
    rows = largest_flows(one)[:FLOWS]
    text = _("{move}, {n} contacts")
    shown = [text.format(move=flow_in_words(one, row), n=count(row["contacts"])) for row in rows]
    if shown:
        yield _("Largest moves: {moves}.").format(moves="; ".join(shown))


def flow_in_words(one: Difference, row: Mapping[str, Any]) -> str:
    """Return who goes where, for a record of `flows_by_segment`."""
    titles = ways(one)
    segments = {**one.a.plan.names.segments, **one.b.plan.names.segments}
    who = segments.get(row["segment"], row["segment"])
    origin, to = titles.get(row["from"], row["from"]), titles.get(row["to"], row["to"])
    if row["from"] == NEW:
        return _("{segment} new in {to}").format(segment=who, to=to)
    if row["to"] == GONE:
        return _("{segment} gone from {origin}").format(segment=who, origin=origin)
    return _("{segment} from {origin} to {to}").format(segment=who, origin=origin, to=to)


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
        text = _("{plan} was given, not sought; nothing is claimed about better ones.")
        return text.format(plan=side.name)
    if plan.bound is None or plan.gap is None:
        text = _("{plan} is not proven to be the best plan; how much better one could be is open.")
        return text.format(plan=side.name)
    missing = worth(max(plan.bound - (plan.objective or 0.0), 0.0), plan.names.currency)
    text = _("{plan} is not proven to be the best plan: up to {amount} may be missing.")
    return text.format(plan=side.name, amount=missing)


def reservations(one: Difference) -> tuple[str, ...]:
    """Return what a reader of the causes must know: what went together, what is not proven."""
    why = one.attribution
    if why is None:
        return ()
    open_ = sum(part.known != "re-solved" for part in why.parts)
    text = plural_of(
        "{n} part of the way could not be proven in the time given.",
        "{n} parts of the way could not be proven in the time given.",
        open_,
    )
    more = (text.format(n=count(open_)),) if open_ else ()
    return (*(stored(note) for note in why.notes), *more)
