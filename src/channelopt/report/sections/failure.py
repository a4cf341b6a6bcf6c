"""Contacts per case and failure demand: contacts that an earlier one did not make needless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, percent, ratio
from channelopt.report.given import grouped
from channelopt.report.passing import Passing, passing
from channelopt.report.shapes import Axis, Bars, Flow, Flows, Series
from channelopt.report.speech import _

MOST = 40
"""Channels or ribbons in one picture."""
RECOMPUTED = "channels.csv, allocation.csv, manifest.json"


@dataclass(frozen=True)
class Work:
    """What a channel handles over the whole horizon."""

    title: str
    first: float
    passed: float
    handled: float

    @property
    def bundles(self) -> float:
        """Contacts that bundles make there."""
        rest = self.handled - self.first - self.passed
        return rest if rest > 1e-9 * max(1.0, self.handled) else 0.0


def failure_demand(evidence: Evidence) -> Section | None:
    """Return how many contacts exist only because an earlier one did not solve the case."""
    plan = evidence.plan
    work = [_work(plan, *found) for found in grouped(plan, "channels", "channel").items()]
    if not sum(one.passed for one in work) and not plan.kpis.get("given_up"):
        return None
    blocks: tuple[Block, ...] = (
        *_per_case(plan),
        *_split(work),
        *_moves(plan),
        _grid(work),
        Paragraph(
            _(
                "A contact is passed on where the one before did not end the case, or repeated in "
                "the same channel; who finds the next channel closed, or has had enough, gives up."
            )
        ),
    )
    return Section(_("Contacts per case"), blocks)


def _work(plan: Plan, name: str, records: Sequence[Mapping[str, object]]) -> Work:
    names = ("first_contacts", "passed_on_in", "handled")
    first, passed, handled = (sum(as_number(r[column]) for r in records) for column in names)
    return Work(plan.names.channels.get(name, name), first, passed, handled)


def _per_case(plan: Plan) -> Iterator[Paragraph]:
    """Yield contacts per case and customers who give up, beside today's."""
    contacts, given_up = plan.kpis.get("contacts_per_case"), plan.kpis.get("given_up")
    today = plan.baseline.kpis if plan.baseline is not None else {}
    if contacts is not None:
        text = _("A case takes {contacts} contacts on average.")
        if today.get("contacts_per_case") is not None:
            text = _("A case takes {contacts} contacts on average, today {before}.")
        before = ratio(today.get("contacts_per_case"))
        yield Paragraph(text.format(contacts=ratio(contacts), before=before))
    if given_up is not None:
        text = _("{share} of the customers give up before their case is solved.")
        if today.get("given_up") is not None:
            text = _(
                "{share} of the customers give up before their case is solved, today {before}."
            )
        before = percent(today.get("given_up"))
        yield Paragraph(text.format(share=percent(given_up), before=before))


def _split(work: Sequence[Work]) -> Iterator[Chart]:
    """Yield the handled contacts of each channel: first, passed on, by bundles."""
    used = sorted((one for one in work if one.handled > 0), key=lambda one: -one.handled)[:MOST]
    passed, handled = sum(one.passed for one in work), sum(one.handled for one in work)
    if not passed:
        return
    series = [
        Series(_("First contacts"), [one.first for one in used], "plan"),
        Series(_("Passed on or repeated"), [one.passed for one in used], "loss"),
    ]
    if any(one.bundles for one in used):
        series.append(Series(_("Made by bundles"), [one.bundles for one in used], "muted"))
    receiver = max(work, key=lambda one: one.passed)
    insight = _(
        "{passed} of {handled} handled contacts ({share}) exist only because an earlier one did "
        "not solve the case; {receiver} receives {most} of them."
    )
    alt = _("Handled contacts by channel; {passed} of {handled} were passed on or repeated.")
    yield Chart(
        name="failure-demand",
        title=_("Handled contacts: first and passed on"),
        insight=insight.format(
            passed=count(passed),
            handled=count(handled),
            share=percent(passed / handled),
            receiver=receiver.title,
            most=percent(receiver.passed / passed),
        ),
        alt=alt.format(passed=count(passed), handled=count(handled)),
        shape=Bars([one.title for one in used], series, Axis(_("Handled contacts")), stacked=True),
        source="channels.csv",
    )


def _moves(plan: Plan) -> Iterator[Block]:
    """Yield from which channel to which contacts go on, where that can be recomputed exactly."""
    found = passing(plan)
    if found is None or not (found.to or found.given_up):
        return
    moves = _named(plan, found)
    shown = sorted(moves, key=lambda move: -move.amount)[:MOST]
    title = _("Where unsolved cases go")
    if len(shown) < len(moves):
        title = _("Where unsolved cases go: the {n} largest ways").format(n=count(len(shown)))
    yield Chart(
        name="passed-on",
        title=title,
        insight=_arising(moves),
        alt=_("Ribbons from the channels that did not end a case to those that get it next."),
        shape=Flows(
            [move for move in moves if move in shown],
            _("Case not solved in"),
            _("Next contact in"),
            Axis(_("Contacts")),
        ),
        source=RECOMPUTED,
    )
    yield _ways(moves)
    yield Paragraph(
        _(
            "Recomputed from first contacts, resolution and ways of unresolved contacts of every "
            "segment, interaction and period; the sums by channel are those of channels.csv."
        )
    )


def _ways(moves: Sequence[Flow]) -> Grid:
    """Return every way with its share of all unsolved cases."""
    total = sum(move.amount for move in moves)
    columns = (
        Column(_("Case not solved in"), "left"),
        Column(_("Next contact in"), "left"),
        Column(_("Contacts")),
        Column(_("Share")),
    )
    shares = values.percents([move.amount / total for move in moves])
    rows = tuple(
        (move.source, move.target, values.count(move.amount), share)
        for move, share in zip(moves, shares, strict=True)
    )
    return Grid(columns, rows, _("Where unsolved cases go"), RECOMPUTED)


def _named(plan: Plan, found: Passing) -> list[Flow]:
    titles = plan.names.channels
    moves = [
        Flow(titles.get(one, one), titles.get(other, other), contacts)
        for (one, other), contacts in found.to.items()
    ]
    gives_up = _("Customer gives up")
    return moves + [
        Flow(titles.get(one, one), gives_up, customers) for one, customers in found.given_up.items()
    ]


def _arising(moves: Sequence[Flow]) -> str:
    """Say where most unsolved cases arise, and where most of those go."""
    by_source: dict[str, float] = {}
    for move in moves:
        by_source[move.source] = by_source.get(move.source, 0.0) + move.amount
    largest = max(by_source, key=lambda name: by_source[name])
    main = max((move for move in moves if move.source == largest), key=lambda move: move.amount)
    total = sum(by_source.values())
    words = {
        "channel": largest,
        "contacts": count(by_source[largest]),
        "share": percent(by_source[largest] / total),
        "target": main.target,
        "most": percent(main.amount / by_source[largest]),
    }
    if main.target == largest:
        text = _(
            "Most contacts that leave a case unsolved are in {channel}: {contacts}, {share} of "
            "all; {most} of them are repeated there."
        )
    elif main.target == _("Customer gives up"):
        text = _(
            "Most contacts that leave a case unsolved are in {channel}: {contacts}, {share} of "
            "all; after {most} of them the customer gives up."
        )
    else:
        text = _(
            "Most contacts that leave a case unsolved are in {channel}: {contacts}, {share} of "
            "all; {most} of them lead to {target}."
        )
    return text.format(**words)


def _grid(work: Sequence[Work]) -> Grid:
    has_bundles = any(one.bundles for one in work)
    columns = (
        Column(_("Channel"), "left"),
        Column(_("First contacts")),
        Column(_("Passed on to it")),
        *((Column(_("Made by bundles")),) if has_bundles else ()),
        Column(_("Handled")),
        Column(_("Passed on, share")),
    )
    total = Work(
        _("Total"),
        sum(one.first for one in work),
        sum(one.passed for one in work),
        sum(one.handled for one in work),
    )
    rows = [
        (
            one.title,
            values.count(one.first),
            values.count(one.passed),
            *((values.count(one.bundles),) if has_bundles else ()),
            values.count(one.handled),
            values.percent(one.passed / one.handled if one.handled else None),
        )
        for one in (*work, total)
    ]
    return Grid(columns, tuple(rows[:-1]), _("Work by channel"), "channels.csv", rows[-1])
