"""The gist of a list in words: summary.md, at most two pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from channelopt.lists.dear import dearest
from channelopt.lists.result import CustomerList, Listing
from channelopt.lists.words import Words, counted, gap, number, percent
from channelopt.plan.markup import escape, visible
from channelopt.plan.table import Cell

MOST_SEGMENTS = 20
MOST_CHANNELS = 20
MOST_MOVES = 8
MOST_WHAT_IFS = 20
MOST_POINTS = 21
HALF_A_CENT = 0.005

RUNGS = {
    "plan": "The plan of segments, in its own numbers",
    "spread": "The plan's shares, spread evenly over these customers",
    "within": "The list within the plan's quotas",
    "split": "At most, within the same limits, if customers could be split",
    "list": "**The list**",
}
"""What the rungs of the ladder are."""


def summary(listing: Listing, found: CustomerList) -> str:
    """Return summary.md.

    Args:
        listing: what the list is made from.
        found: the list.
    """
    words, names = Words(listing.instance.names), listing.instance.names
    period = listing.instance.numbers.periods[listing.period]
    title = f"# Customer list: {_text(names.scenario)}, {_text(period)}"
    parts = (
        [title, "", " ".join(gist(listing, found))],
        _section("From the plan to the list", _ladder(listing, found, words)),
        _section("By channel", _channels(listing, found, words)),
        _section("By segment", _segments(found, words)),
        _section("What limits cost", _limits(found, words)),
        _section("Who changes", _moves(found, words)),
        _section("What if", _what_ifs(listing, words)),
        _section("Value against one limit", _curve(listing, words)),
        _section("Left out, and good to know", _notes(listing)),
        _section("How to check it", _check(found)),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def gist(listing: Listing, found: CustomerList) -> Iterator[str]:
    """Yield what a planner must know, one thought per sentence."""
    words = Words(listing.instance.names)
    value = words.money(found.value)
    yield f"{counted(found.customers, 'customer')}: the list is worth {value} in this period"
    yield "(satisfaction-weighted profit)."
    missing = max(found.bound - found.value, 0.0)
    if found.status != "optimal":
        text = f"up to {words.money(missing)} ({gap(found.gap)}) may be missing."
        yield f"It keeps every limit, but it is not proven best: {text}"
    elif listing.earlier is not None:
        text = f"is worth over {words.money(missing)} more ({gap(found.gap)});"
        yield f"No list within the same limits {text} so little was given up to move few customers."
    elif missing < HALF_A_CENT:
        yield "It is proven best: no list within the same limits is worth more."
    else:
        text = f"is worth over {words.money(missing)} more ({gap(found.gap)})."
        yield f"It is proven best: no list within the same limits {text}"
    if listing.joint:
        yield "Only the scenario's own rules were kept, not the plan's quotas (`--joint`)."


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", f"## {title}", "", *found] if found else []


def _ladder(listing: Listing, found: CustomerList, words: Words) -> Iterator[str]:
    rows = [
        (RUNGS[str(row["rung"])], words.money(_number(row["value"])), _signed(row["step"], words))
        for row in found.tables["ladder"].records()
    ]
    yield from _table(("Satisfaction-weighted profit", "Value", "Difference"), rows, markup=True)
    yield ""
    yield " ".join(_ladder_words(found, words, kept=listing.earlier is not None))


def _ladder_words(found: CustomerList, words: Words, *, kept: bool) -> Iterator[str]:
    values = {str(row["rung"]): _number(row["value"]) for row in found.tables["ladder"].records()}
    if found.loss > HALF_A_CENT:
        yield f"Disaggregation loss: {words.money(found.loss)}, the price of whole customers and"
        yield "of limits that hold customer by customer."
    elif found.loss < -HALF_A_CENT:
        yield f"Nothing is lost by going from segments to customers: {words.money(-found.loss)}"
        yield "are gained by telling them apart (disaggregation loss below zero)."
    else:
        yield "Nothing is lost or gained by going from segments to customers."
    whole = values["split"] - values["list"]
    stay = ", and as many as possible stay where they were," if kept else ""
    yield f"That customers are whole{stay} costs at most {words.money(whole)}."
    if "within" in values:
        gained = words.money(values["list"] - values["within"])
        yield f"Leaving out the plan's quotas gains {gained}."


def _channels(listing: Listing, found: CustomerList, words: Words) -> Iterator[str]:
    idle = _idle(listing)
    sums = _sums(found, ("interaction", "channel"))
    whole = {key[0]: 0.0 for key in sums}
    for key, row in sums.items():
        whole[key[0]] += row["contacts"]
    rows = [
        (
            words.interaction(decision),
            "without such contacts" if (decision, option) in idle else words.option(option),
            *(number(row["customers"]), number(row["contacts"])),
            percent(row["contacts"] / whole[decision]) if whole[decision] else "–",
            *(words.money(row["value"]), words.money(row["cost"])),
        )
        for (decision, option), row in sums.items()
    ]
    head = ("Decision", "Option", "Customers", "Contacts", "Share", "Value", "Contact cost")
    yield from _first(head, rows, MOST_CHANNELS, "options")


def _idle(listing: Listing) -> set[tuple[str, str]]:
    """Return the answers of those who have no inbound contacts in a decision."""
    inbound = listing.instance.numbers.inbound
    return {
        (question.name, option.name)
        for question in listing.compiled.questions
        for option in question.options
        if not option.entries and inbound[list(question.interactions)].all()
    }


def _segments(found: CustomerList, words: Words) -> Iterator[str]:
    sums = _sums(found, ("segment",))
    decisions = len({row["interaction"] for row in found.tables["totals"].records()})
    rows = [
        (
            *(words.segment(segment), number(row["customers"] / decisions)),
            *(number(row["contacts"]), words.money(row["value"]), words.money(row["cost"])),
        )
        for (segment,), row in sums.items()
    ]
    head = ("Segment", "Customers", "Contacts", "Value", "Contact cost")
    yield from _first(head, rows, MOST_SEGMENTS, "segments")
    yield ""
    decided = sum(row["value"] for row in sums.values())
    rest = words.money(found.value - decided)
    yield f"Value is what the decisions bring, {words.money(decided)} together. What no decision"
    yield f"changes comes to {rest}: staff, fixed costs, margins of customers without inbound"
    yield "contacts. `totals.csv` has every segment and option, beside the plan's shares."


def _sums(found: CustomerList, by: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, float]]:
    sums: dict[tuple[str, ...], dict[str, float]] = {}
    for row in found.tables["totals"].records():
        if not row["customers"]:
            continue
        onto = sums.setdefault(
            tuple(str(row[name]) for name in by),
            dict.fromkeys(("customers", "contacts", "value", "cost"), 0.0),
        )
        for name in onto:
            onto[name] += _number(row[name])
    return dict(sorted(sums.items()))


def _limits(found: CustomerList, words: Words) -> Iterator[str]:
    dear = dearest(found)
    if not dear:
        yield "No limit costs anything: every customer has the best of the options allowed."
        return
    rows = [
        (
            words.limit(one.limit),
            f"{one.side} {words.amount(one.at, one.limit.unit)}",
            words.price(abs(one.price)),
            words.money(one.percent),
        )
        for one in dear
    ]
    head = ("Limit", "Says", "Price of one unit", "Worth of 1 % of it")
    yield from _table(head, rows)
    yield ""
    yield from (f"- {_text(one.sentence(words))}" for one in dear[:3])
    quotas = [one for one in dear[3:] if one.limit.kind == "quota"][:3]
    yield from (f"- {_text(one.sentence(words))}" for one in quotas)
    yield ""
    yield "`limits.csv` has every limit with its use, its room and its price."


def _moves(found: CustomerList, words: Words) -> Iterator[str]:
    moves = found.as_data()["moves"]
    for basis, before in (("earlier", "in the earlier list"), ("today", "today")):
        one = moves[basis]
        if one is not None:
            known = counted(one["compared"], "customer")
            share = percent(one["moved"] / one["compared"]) if one["compared"] else "none"
            yield f"Of {known} of whom it is known what they had {before}, {one['moved']:,}"
            yield f"({share}) get something else."
            yield ""
    rows = [
        (
            "earlier list" if row["compared_with"] == "earlier list" else "today",
            words.interaction(str(row["decision"])),
            words.option(str(row["from"])),
            words.option(str(row["to"])),
            number(_number(row["customers"])),
        )
        for row in moves["by_option"]
    ]
    if rows:
        head = ("Against", "Decision", "From", "To", "Customers")
        yield from _first(head, rows, MOST_MOVES, "moves")


def _what_ifs(listing: Listing, words: Words) -> Iterator[str]:
    if listing.what_ifs is None:
        return
    head = ("What if", "What changes", "Value", "Difference", "Decisions changed", "Costs most")
    yield from _first(head, listing.what_ifs.lines(words), MOST_WHAT_IFS, "what-ifs")
    yield ""
    conflicts = listing.what_ifs.conflicts()[:MOST_WHAT_IFS]
    yield from (f"- {_text(line)}" for line in conflicts)
    yield from [""] * bool(conflicts)
    yield from _beside(listing)
    yield "Each is a whole list within other limits, decided again from the prices of this one and"
    yield "proven like it; `what_ifs.csv` has its bound. To have one of them as a list, ask for it"
    yield "with `--limit`."


def _curve(listing: Listing, words: Words) -> Iterator[str]:
    if listing.curve is None:
        return
    rows = [
        (
            number(_number(row["at"])),
            words.money(_number(row["value"])) if row["value"] is not None else "no list",
            "–" if row["price"] is None else words.price(_number(row["price"])),
            number(_number(row["used"])),
            number(_number(row["moved"])),
        )
        for row in listing.curve.records()
    ]
    name = str(listing.curve.column("limit")[0])
    head = (name, "Value", "Worth of one more", "Used", "Decisions changed")
    yield from _first(head, rows, MOST_POINTS, "points in `curve.csv`")
    yield ""
    yield from _beside(listing)
    yield "`curve.csv` has the bound of every point."


def _beside(listing: Listing) -> Iterator[str]:
    """Say what lists beside this one are held against, where an earlier one was kept."""
    if listing.earlier is not None:
        yield "They are held against the best list, before customers stay where they were."


def _notes(listing: Listing) -> Iterator[str]:
    bad = listing.rejected.count
    if bad:
        verb = "was" if bad == 1 else "were"
        yield f"- {counted(bad, 'row')} of the customers' file {verb} bad and left out;"
        yield "  `rejected.csv` says why."
    yield from (f"- {_text(note)}" for note in listing.notes)


def _check(found: CustomerList) -> Iterator[str]:
    yield "`channelopt verify` with this folder and the customers' file computes every row, every"
    yield "limit, every total and the bound again, from the scenario and the customers alone."
    yield f"It must find {counted(found.customers, 'customer')} and the value above."


def _first(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], most: int, things: str
) -> Iterator[str]:
    yield from _table(head, rows[:most])
    if len(rows) > most:
        yield ""
        yield f"And {len(rows) - most} more {things}."


def _table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, markup: bool = False
) -> Iterator[str]:
    shown = [row if markup else tuple(map(_text, row)) for row in rows]
    for line in (head, tuple("---" for _ in head), *shown):
        yield f"| {' | '.join(line)} |"


def _text(text: Any) -> str:
    return escape(visible(str(text)))


def _signed(step: Cell, words: Words) -> str:
    if step is None:
        return ""
    amount = _number(step)
    return f"{'−' if amount < 0 else '+'}{words.money(abs(amount))}"


def _number(cell: Cell) -> float:
    return math.nan if cell is None else float(cell)
