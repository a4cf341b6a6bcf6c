"""The report of a comparison that was written before: read from its folder, nothing is solved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from channelopt.plan.results_folder import Found
from channelopt.report import comparison_tables as tables
from channelopt.report.comparison import CENT, HEADLINES, LARGEST, LEAST, signed
from channelopt.report.comparison_document import METHODS
from channelopt.report.comparison_folder import Pair, pairs_of
from channelopt.report.document import (
    Block,
    Bullets,
    Chart,
    Document,
    Grid,
    Note,
    Paragraph,
    Section,
)
from channelopt.report.figures import count, enumerate_words, headed, percent, worth
from channelopt.report.shapes import Axis, Bars, Bridge, Flow, Flows, Series
from channelopt.report.speech import _, current, plural_of
from channelopt.report.stored import said as stored
from channelopt.report.waterfall_chart import Bar

MOST_BARS = 40


def document_of_comparison(found: Found) -> Document:
    """Return a comparison as a report, in the language of now.

    Raises:
        InputError: the folder holds no comparison that can be reported.
    """
    pairs = pairs_of(found)
    first, *others = (side["name"] for side in found.manifest["sides"])
    text = _("{first} compared with {others}")
    parts = [
        Section(_("The gist"), tuple(_gist(pairs, found)), "decision"),
        Section(_("Key figures"), (tables.key_figures(pairs),), "decision"),
    ]
    for pair in pairs:
        parts += _sections(pair, is_only=len(pairs) == 1)
    return Document(
        text.format(first=first, others=enumerate_words(others, len(others))),
        tuple(parts),
        subtitle=_("Comparison of plans"),
        closing=_closing(found.manifest["sides"]),
        locale=str(current().locale),
    )


def _gist(pairs: Sequence[Pair], found: Found) -> Iterator[Block]:
    for pair in pairs:
        more = (*_counted_inputs(pair), *_opened(pair), *_bought(pair), *_largest_moves(pair))
        yield Bullets((_headline(pair), *more))
    doubts = [_certainty(side) for side in found.manifest["sides"] if side["status"] != "optimal"]
    notes = [stored(note) for note in found.data.get("comparison", {}).get("notes", ())]
    if doubts or notes:
        yield Bullets((*doubts, *notes))
    if "titles" not in found.manifest:
        yield Note(
            _(
                "This comparison was written before titles were kept with it, so that ids stand "
                "for channels and segments; compare again to see titles."
            )
        )


def _headline(pair: Pair) -> str:
    names = {"a": pair.a["name"], "b": pair.b["name"]}
    profit = pair.a["objective"] or 0.0
    if abs(pair.total) < CENT:
        text = _("{b} is worth as much as {a}: {profit}.")
        return text.format(profit=worth(profit, pair.currency), **names)
    ratio = abs(pair.total / profit) if profit else 0.0
    kind, causes = _causes(pair)
    text = _(HEADLINES["more" if pair.total > 0 else "less", kind])
    return text.format(
        amount=worth(abs(pair.total), pair.currency),
        share=f" ({percent(ratio)})" if ratio >= LEAST else "",
        causes=causes,
        **names,
    )


def _causes(pair: Pair) -> tuple[str, str]:
    """Return the two largest causes, or money terms where nobody asked for causes."""
    if pair.why is not None and not pair.why["parts"]:
        return "alike", ""
    shown = [
        f"{title} ({signed(effect)})"
        for title, effect in sorted(_effects(pair), key=lambda one: -abs(one[1]))[:LARGEST]
        if abs(effect) >= CENT
    ]
    kind = "" if not shown else "terms" if pair.why is None else "causes"
    return kind, enumerate_words(shown)


def _effects(pair: Pair) -> list[tuple[str, float]]:
    """Return what moves the profit: causes, or money terms where nobody asked for causes."""
    if pair.why is not None:
        return [(stored(part["title"]), float(part["effect"])) for part in pair.why["parts"]]
    return [(stored(row["title"]), row["difference"]) for row in tables.money_rows(pair)]


def _counted_inputs(pair: Pair) -> Iterator[str]:
    rows = pair.records("inputs")
    if not rows:
        yield _("No input differs.")
        return
    groups: dict[str, int] = {}
    for row in rows:
        groups[row["title"]] = groups.get(row["title"], 0) + 1
    shown = [f"{stored(title)} ({count(number)})" for title, number in groups.items()]
    text = plural_of("{n} input differs: {groups}.", "{n} inputs differ: {groups}.", len(rows))
    yield text.format(n=count(len(rows)), groups=enumerate_words(shown, 6))


def _opened(pair: Pair) -> Iterator[str]:
    texts = {
        "opened": _("Open in {plan} only: {channels}."),
        "closed": _("Closed in {plan} only: {channels}."),
    }
    for event, text in texts.items():
        periods: dict[str, list[str]] = {}
        for row in pair.records("channels"):
            if row["event"] == event:
                periods.setdefault(row["title"], []).append(str(row["period"]))
        shown = [_in(title, when) if pair.has_periods else title for title, when in periods.items()]
        if shown:
            yield text.format(plan=pair.b["name"], channels=enumerate_words(shown))


def _in(title: str, periods: list[str]) -> str:
    return _("{name} (in {period})").format(name=title, period=enumerate_words(periods, 4))


def _bought(pair: Pair) -> Iterator[str]:
    rows = pair.records("upgrades")
    texts = (
        (_("Bought in {plan}: {upgrades}."), "bought_before"),
        (_("Not bought in {plan}: {upgrades}."), "bought_after"),
    )
    for text, absent in texts:
        titles = [row["title"] for row in rows if not row[absent]]
        if titles:
            yield text.format(plan=pair.b["name"], upgrades=enumerate_words(titles))


def _largest_moves(pair: Pair) -> Iterator[str]:
    flows = _flows(pair)
    if flows:
        one = max(flows, key=lambda flow: flow.amount)
        yield _move(one)


def _move(flow: Flow) -> str:
    text = _("The largest move: {n} contacts go from {origin} to {to}.")
    return text.format(n=count(flow.amount), origin=flow.source, to=flow.target)


def _certainty(side: Any) -> str:
    name, bound = side["name"], side["bound"]
    if side["status"] == "evaluated":
        text = _("{plan} was given, not sought; nothing is claimed about better ones.")
        return text.format(plan=name)
    if bound is None:
        text = _("{plan} is not proven to be the best plan; how much better one could be is open.")
        return text.format(plan=name)
    missing = worth(max(bound - (side["objective"] or 0.0), 0.0), side["currency"])
    text = _("{plan} is not proven to be the best plan: up to {amount} may be missing.")
    return text.format(plan=name, amount=missing)


def _closing(sides: Iterable[Any]) -> str:
    text = _("{plan}: scenario {digest}")
    shown = [text.format(plan=one["name"], digest=str(one["digest"])[:12]) for one in sides]
    return "; ".join(shown)


def _sections(pair: Pair, *, is_only: bool) -> Iterator[Section]:
    """Yield what differs between two plans; a plan's name stands in front where there are more."""
    parts: tuple[tuple[str, list[Block]], ...] = (
        (_("Why the profit differs"), list(_why(pair))),
        (_("Who moves where"), list(_moved(pair))),
        (_("Inputs that differ"), _some(tables.inputs(pair))),
        (_("Channels that differ"), [*_some(tables.upgrades(pair)), *_some(tables.channels(pair))]),
        (_("Staff that differs"), list(_staff(pair))),
        (_("Money terms that differ"), _some(tables.money(pair))),
    )
    text = _("{plan}: {title}")
    for title, blocks in parts:
        if blocks:
            shown = title if is_only else text.format(plan=pair.b["name"], title=title)
            yield Section(shown, tuple(blocks))


def _some(grid: Grid) -> list[Block]:
    return [grid] if grid.rows else []


def _why(pair: Pair) -> Iterator[Block]:
    bars = _steps(pair)
    if len(bars) > 2:
        title = _("From the profit of {a} to that of {b}")
        yield Chart(
            f"waterfall-{pair.number}",
            title.format(a=pair.a["name"], b=pair.b["name"]),
            _headline(pair),
            _alt_of(pair, bars),
            Bridge(bars, Axis(headed(_("Satisfaction-weighted profit"), pair.currency), "money")),
            "waterfall.csv" if pair.why is not None else "money.csv",
            tables.waterfall(pair) if pair.why is not None else None,
        )
    if pair.why is not None:
        yield Paragraph(_(METHODS[pair.why["method"]]))
        notes = _reservations(pair)
        if notes:
            yield Bullets(notes)


def _alt_of(pair: Pair, bars: Sequence[Bar]) -> str:
    text = _("Waterfall from {start} to {end} in {n} steps; the largest step is {step}, {amount}.")
    largest = max(bars[1:-1], key=lambda bar: abs(bar.end - bar.start))
    return text.format(
        start=worth(bars[0].end, pair.currency),
        end=worth(bars[-1].end, pair.currency),
        n=count(len(bars) - 2),
        step=largest.label,
        amount=signed(largest.end - largest.start),
    )


def _steps(pair: Pair) -> list[Bar]:
    """Return the way from one profit to the other; by money terms where nobody asked why."""
    if pair.why is None:
        return _by_terms(pair)
    bars = []
    for row in pair.records("waterfall"):
        is_total = row["kind"] in tables.ENDS
        title = row["title"] if is_total else stored(row["title"])
        bars.append(Bar(title, 0.0 if is_total else row["before"], row["after"], is_total))
    return bars


def _by_terms(pair: Pair) -> list[Bar]:
    level = pair.a["objective"] or 0.0
    bars = [Bar(pair.a["name"], 0.0, level, is_total=True)]
    for title, effect in sorted(_effects(pair), key=lambda one: -abs(one[1])):
        bars.append(Bar(title, level, level + effect))
        level += effect
    return [*bars, Bar(pair.b["name"], 0.0, pair.b["objective"] or 0.0, is_total=True)]


def _reservations(pair: Pair) -> tuple[str, ...]:
    """Return what a reader of the causes must know: what went together, what is not proven."""
    why = pair.why or {}
    open_ = sum(part["known"] != "re-solved" for part in why.get("parts", ()))
    text = plural_of(
        "{n} part of the way could not be proven in the time given.",
        "{n} parts of the way could not be proven in the time given.",
        open_,
    )
    more = (text.format(n=count(open_)),) if open_ else ()
    return (*(stored(note) for note in why.get("notes", ())), *more)


def _flows(pair: Pair) -> list[Flow]:
    """Return what moves between channels, all segments together."""
    sums: dict[tuple[str, str], float] = {}
    for row in pair.records("flows_by_segment"):
        way = pair.channel(str(row["from"])), pair.channel(str(row["to"]))
        sums[way] = sums.get(way, 0.0) + (row["contacts"] or 0.0)
    return [Flow(source, target, amount) for (source, target), amount in sums.items() if amount > 0]


def _moved(pair: Pair) -> Iterator[Block]:
    flows = _flows(pair)
    if not flows:
        return
    moved = sum(flow.amount for flow in flows)
    first = next(
        (
            row["before"]
            for row in pair.records("kpis")
            if row["figure"] == "first_contacts" and not row["period"]
        ),
        None,
    )
    insight = _move(max(flows, key=lambda flow: flow.amount))
    if first:
        share = _("{n} contacts move between channels, against {all} first contacts in {plan}.")
        text = share.format(n=count(moved), all=count(first), plan=pair.a["name"])
        insight = f"{text} {insight}"
    yield Chart(
        f"moves-{pair.number}",
        _("Contacts that move between channels"),
        insight,
        _("Ribbons from the channels of {a} to those of {b}, for contacts that move only.").format(
            a=pair.a["name"], b=pair.b["name"]
        ),
        Flows(flows, pair.a["name"], pair.b["name"], Axis(_("First contacts that move"))),
        "flows_by_segment.csv",
    )
    yield tables.moves(pair)


def _staff(pair: Pair) -> Iterator[Block]:
    rows = pair.records("staff")
    if not rows:
        return
    yield from _staff_chart(pair, rows)
    yield tables.staff(pair)


def _staff_chart(pair: Pair, rows: list[dict[str, Any]]) -> Iterator[Block]:
    changed = sorted(rows, key=lambda row: -abs(row["fte_difference"] or 0.0))[:MOST_BARS]
    largest = changed[0]
    if not largest["fte_difference"]:
        return
    text = _("{title}, {period}") if pair.has_periods else "{title}"
    names = [text.format(title=row["title"], period=row["period"]) for row in changed]
    insight = _("The largest difference: {name} with {after} FTE instead of {before}.").format(
        name=names[0], after=count(largest["fte_after"]), before=count(largest["fte_before"])
    )
    series = (
        Series(pair.a["name"], [row["fte_before"] for row in changed], "today"),
        Series(pair.b["name"], [row["fte_after"] for row in changed], "plan"),
    )
    alt = _("Bars of FTE in both plans, for the {n} staff groups and periods that differ most.")
    yield Chart(
        f"staff-{pair.number}",
        _("FTE where the plans differ"),
        insight,
        alt.format(n=count(len(changed))),
        Bars(names, series, Axis(_("FTE"))),
        "staff.csv",
    )
