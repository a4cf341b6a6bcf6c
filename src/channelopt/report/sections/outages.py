"""Outages: what would happen to the contacts of each channel if it failed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import ABSENT, count, percent
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Bars, Heatmap, Series
from channelopt.report.speech import _, later, plural_of

Record = Mapping[str, Cell]

FULL = 1.0 - 1e-9
"""A share that counts as all."""
STOPS = {
    "hours": later("hours of {name}"),
    "capacity": later("capacity of {name}"),
    "no other open channel may take them": later("no other open channel may take them"),
    "capacity and hours": later("capacity and hours"),
    "not computed": later("not computed"),
    "not known: the solver gave no answer": later("not known: the solver gave no answer"),
}
"""What stops the rest."""
_PART = re.compile(r"(?:(?P<amount>\d+(?:\.\d+)?(?:e[+-]?\d+)?): )?(?P<why>.*)")


def outages(plan: Plan) -> Section | None:
    """Return what share of each channel's contacts could be placed elsewhere if it failed."""
    found = [
        record
        for record in plan.table("outages").records()
        if (cells.number(record, "first_contacts") or 0.0) > 0
    ]
    if not found:
        return None
    found.sort(key=_rank)
    text = _(
        "If a channel fails for a whole period: the share of its inbound first contacts that the "
        "other channels could take, staffed and open as planned."
    )
    blocks: list[Block] = [
        Paragraph(text),
        *_chart(plan, [record for record in found if not cells.text(record, "policy")]),
        *(Paragraph(one) for one in _policies(found)),
        _grid(plan, found),
        *_emergencies(plan),
    ]
    return Section(_("If a channel fails"), tuple(blocks))


def _rank(record: Record) -> float:
    """Return the share that can be placed; one that is not known is worst of all."""
    share = cells.number(record, "share")
    return -1.0 if share is None else share


def _title(plan: Plan, record: Record) -> str:
    return cells.channel(plan, cells.text(record, "channel"))


# ---- chart


def _chart(plan: Plan, found: Sequence[Record]) -> Iterator[Block]:
    """Yield a heat map of channels by period, bars where there is one period."""
    known = [record for record in found if cells.number(record, "share") is not None]
    if not known:
        return
    if all((cells.number(record, "share") or 0.0) >= FULL for record in known):
        yield Paragraph(_insight(plan, known))
        return
    channels = list(dict.fromkeys(cells.text(one, "channel") for one in found))[: cells.MOST]
    shares = {
        (cells.text(one, "channel"), cells.text(one, "period")): cells.number(one, "share")
        for one in known
    }
    rows = [[shares.get((one, period)) for period in plan.periods] for one in channels]
    titles = [cells.channel(plan, one) for one in channels]
    axis = Axis(_("Share of first contacts placed elsewhere"), "share")
    series = [Series(_("Placed elsewhere"), [row[0] for row in rows])]
    yield Chart(
        name="outages",
        title=_("Share of contacts that other channels could take if a channel fails"),
        insight=_insight(plan, known),
        alt=_alt(plan, known),
        shape=(
            Heatmap(titles, plan.periods, rows, axis)
            if len(plan.periods) > 1
            else Bars(titles, series, axis)
        ),
        source="outages.csv",
    )


def _insight(plan: Plan, known: Sequence[Record]) -> str:
    by_channel: dict[str, float] = {}
    for record in known:
        channel, share = cells.text(record, "channel"), cells.number(record, "share") or 0.0
        by_channel[channel] = min(by_channel.get(channel, 1.0), share)
    full = sum(share >= FULL for share in by_channel.values())
    if full == len(by_channel):
        return plural_of(
            "The other channels could take all contacts of the only channel in use if it fails.",
            "If any one of the {n} channels in use fails, the others could take all its contacts.",
            full,
        ).format(n=count(full))
    worst = known[0]
    text = _placed(plan, is_any=bool(cells.number(worst, "share")))
    return text.format(
        channel=_title(plan, worst),
        period=cells.text(worst, "period"),
        share=percent(cells.number(worst, "share")),
        n=count(cells.number(worst, "first_contacts")),
        full=count(full),
        all=count(len(by_channel)),
    )


def _placed(plan: Plan, *, is_any: bool) -> str:
    """Return the sentence on the worst outage: some of its contacts go elsewhere, or none."""
    many = len(plan.periods) > 1
    if not is_any and many:
        return _(
            "If {channel} fails in {period}, none of its {n} contacts could be placed elsewhere; "
            "{full} of {all} channels could be replaced in full in every period."
        )
    if not is_any:
        return _(
            "If {channel} fails, none of its {n} contacts could be placed elsewhere; {full} of "
            "{all} channels could be replaced in full."
        )
    text = _(
        "If {channel} fails, only {share} of its {n} contacts could be placed elsewhere; {full} of "
        "{all} channels could be replaced in full."
    )
    if many:
        text = _(
            "If {channel} fails in {period}, only {share} of its {n} contacts could be placed "
            "elsewhere; {full} of {all} channels could be replaced in full in every period."
        )
    return text


def _alt(plan: Plan, known: Sequence[Record]) -> str:
    worst, best = known[0], known[-1]
    text = _("Shares by channel, from {worst} with {least} to {best} with {most}.")
    if len(plan.periods) > 1:
        text = _("Shares by channel and period, from {worst} with {least} to {best} with {most}.")
    return text.format(
        worst=_title(plan, worst),
        least=percent(cells.number(worst, "share")),
        best=_title(plan, best),
        most=percent(cells.number(best, "share")),
    )


# ---- tables


def _policies(found: Sequence[Record]) -> Iterator[str]:
    """Say whether the policies that ask for a share keep it."""
    asked = [record for record in found if cells.text(record, "policy")]
    if not asked:
        return
    pairs = [(cells.number(one, "share"), cells.number(one, "required")) for one in asked]
    short = sum(
        share is not None and wanted is not None and share < wanted - 1e-6
        for share, wanted in pairs
    )
    unknown = sum(share is None for share, _wanted in pairs)
    if short:
        yield plural_of(
            "In {n} case less could be placed than a policy asks for.",
            "In {n} cases less could be placed than a policy asks for.",
            short,
        ).format(n=count(short))
    elif not unknown:
        yield _("Whatever policies ask to be placed in an outage can be placed.")


def _grid(plan: Plan, found: Sequence[Record]) -> Grid:
    many = len(plan.periods) > 1
    asked = any(cells.text(record, "policy") for record in found)
    columns = (
        Column(_("Channel"), "left"),
        *((Column(_("Period"), "left"),) if many else ()),
        *((Column(_("Policy"), "left"), Column(_("Surge"))) if asked else ()),
        *(Column(title) for title in (_("First contacts"), _("Placed elsewhere"))),
        *((Column(_("Required")),) if asked else ()),
        Column(_("What stops the rest"), "left"),
    )
    rows = tuple(_row(plan, record, many=many, asked=asked) for record in found)
    title = _("If a channel fails, the worst cases first")
    return Grid(columns, rows, title, "outages.csv")


def _row(plan: Plan, record: Record, *, many: bool, asked: bool) -> cells.Row:
    policy = cells.text(record, "policy") or ABSENT
    surge = values.percent(cells.number(record, "surge"), 0)
    return (
        _title(plan, record),
        *((cells.text(record, "period"),) if many else ()),
        *((policy, surge) if asked else ()),
        values.count(cells.number(record, "first_contacts")),
        values.percent(cells.number(record, "share")),
        *((values.percent(cells.number(record, "required")),) if asked else ()),
        stops_in_words(plan, cells.text(record, "stopped_by")) or ABSENT,
    )


def stops_in_words(plan: Plan, stored: str) -> str:
    """Say what stops the rest: titles for ids, amounts as in the other columns."""
    return "; ".join(_part(plan, part) for part in stored.split("; ") if part)


def _part(plan: Plan, part: str) -> str:
    found = _PART.fullmatch(part)
    amount, why = (found["amount"], found["why"]) if found else (None, part)
    words = ", ".join(_stop(plan, one) for one in why.split(", "))
    if amount is None:
        return words
    return _("{n}: {reasons}").format(n=count(float(amount)), reasons=words)


def _stop(plan: Plan, stop: str) -> str:
    kind, of, label = stop.partition(" of ")
    if of and kind in {"hours", "capacity"}:
        titles = plan.names.groups if kind == "hours" else plan.names.channels
        return _(STOPS[kind]).format(name=titles.get(label, label))
    return _(STOPS.get(stop, stop))


def _emergencies(plan: Plan) -> Iterator[Block]:
    """Yield which channels take the contacts in the outages that policies ask for."""
    placed: dict[tuple[str, str, str], float] = {}
    for record in plan.table("emergencies").records():
        key = tuple(cells.text(record, name) for name in ("policy", "period", "channel"))
        amount = cells.number(record, "placed") or 0.0
        placed[key[0], key[1], key[2]] = placed.get((key[0], key[1], key[2]), 0.0) + amount
    rows: tuple[cells.Row, ...] = tuple(
        (policy, period, cells.channel(plan, channel), values.count(amount))
        for (policy, period, channel), amount in placed.items()
        if amount > 0
    )
    if not rows:
        return
    columns = (
        *(Column(title, "left") for title in (_("Policy"), _("Period"), _("Goes to"))),
        Column(_("First contacts")),
    )
    title = _("Where contacts go in the outages that policies ask for")
    yield Grid(columns, rows, title, "emergencies.csv")
