"""Who gets what and why: the chosen channel, its runner-up, what that costs and what flips it."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, headed, percent, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.sections.sensitivity_flips import flip_in_words
from channelopt.report.sections.sensitivity_terms import elsewhere, others, terms
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, later, plural_of
from channelopt.report.stored import said

FEW = 12
"""So many of the clearest and of the closest calls are drawn."""
NONE = {
    "no meaning": later("no other channel may take them"),
    "infeasible": later("the rules leave no room for more elsewhere"),
    "not solved": later("not computed"),
}
"""Why there is no runner-up."""


def why(evidence: Evidence) -> Section | None:
    """Return why each segment and interaction has its channel."""
    found = cells.records(evidence, "why")
    if not found:
        return None
    plan = evidence.plan
    open_, total = cells.count_open([*found, *cells.records(evidence, "why_others")], "known")
    blocks: list[Block] = [
        Paragraph(
            _(
                "For every segment and interaction all its contacts were forced into each other "
                "channel, everything else free to follow, and the scenario solved again. The "
                "runner-up is the channel that costs least per contact moved."
            )
        ),
        *_clearest(plan, found),
        *_closest(plan, found),
        *elsewhere(evidence),
        *cells.unproven(open_, total, marked=False),
        _grid(plan, found),
        *terms(evidence),
        *others(evidence),
    ]
    return Section(_("Who gets which channel, and why"), tuple(blocks))


def call(plan: Plan, record: cells.Record) -> str:
    """Return a choice in a few words: `Families, Question: E-mail, not Web`."""
    return _("{contacts}: {channel}, not {other}").format(
        contacts=cells.pair(plan, record),
        channel=cells.channel(plan, cells.text(record, "channel")),
        other=cells.channel(plan, cells.text(record, "runner_up")),
    )


def _labels(plan: Plan, shown: list[cells.Record]) -> list[str]:
    """Return short labels of choices: the period only where it tells two of them apart."""
    names = plan.names
    pairs = [tuple(cells.text(one, name) for name in ("interaction", "segment")) for one in shown]
    labels = []
    for one, (interaction, segment) in zip(shown, pairs, strict=True):
        parts = [names.interactions.get(interaction, interaction)]
        if pairs.count((interaction, segment)) > 1:
            parts.append(cells.periods(one))
        labels.append(", ".join([*parts, names.segments.get(segment, segment)]))
    return labels


# ---- charts


def _clearest(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    """Yield the choices whose runner-up is proven to cost most."""
    rivals = [one for one in found if cells.text(one, "runner_up")]
    sure = [one for one in rivals if not _is_bound(one)]
    if not sure:
        if rivals:
            yield Paragraph(_("For no choice is it proven what the best other channel would cost."))
        return
    sure.sort(key=lambda one: -_regret(one))
    first = sure[0]
    if _regret(first) <= 0:
        yield Paragraph(_("Where it is proven, the best other channel would cost nothing more."))
        return
    text = _("The clearest choice is {call}: the runner-up would cost {amount} more.").format(
        call=call(plan, first), amount=worth(_regret(first), plan.names.currency)
    )
    yield _costs(
        plan, sure[:FEW], ("clearest-choices", _("Choices whose runner-up would cost most"), text)
    )


def _cheapest(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    """Yield the choices that could be changed most cheaply; bounds are good enough for that."""
    rivals = [one for one in found if cells.number(one, "regret") is not None]
    if not rivals:
        return
    rivals.sort(key=_regret)
    first = rivals[0]
    text = _("The cheapest choice to change is {call}: the runner-up would cost {amount} more.")
    if _is_bound(first):
        text = _(
            "The cheapest choice to change is {call}: the runner-up would cost {amount} more at "
            "most."
        )
    insight = text.format(call=call(plan, first), amount=worth(_regret(first), plan.names.currency))
    title = _("Choices that could be changed most cheaply")
    yield _costs(plan, rivals[:FEW], ("cheapest-choices", title, insight))


def _costs(plan: Plan, shown: list[cells.Record], words: tuple[str, str, str]) -> Chart | Paragraph:
    """Return bars of what runners-up would cost; `words` are name, title and insight."""
    name, title, insight = words
    currency = plan.names.currency
    labels = (_("Proven"), _("At most, not proven"))
    numbers, is_bound = [_regret(one) for one in shown], [_is_bound(one) for one in shown]
    chart = Chart(
        name=name,
        title=title,
        insight=insight,
        alt=_("Bars of cost, from {first} with {most} to {last} with {least}.").format(
            first=call(plan, shown[0]),
            most=worth(numbers[0], currency),
            last=call(plan, shown[-1]),
            least=worth(numbers[-1], currency),
        ),
        shape=Bars(
            _labels(plan, shown),
            cells.proven_or_not(numbers, is_bound, labels),
            Axis(headed(_("Cost of the runner-up"), currency), "money"),
            stacked=True,
        ),
        source=cells.source("why"),
    )
    return cells.drawn(chart, len(shown))


def _closest(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    """Yield the choices that flip with the smallest change of a number."""
    known = [(cells.number(one, "flip_change"), one) for one in found]
    flips = [(change, one) for change, one in known if change and cells.text(one, "flip_parameter")]
    free = [one for change, one in known if change == 0 and not cells.text(one, "flip_parameter")]
    if free:
        text = plural_of(
            "{n} choice is a matter of taste: half of the contacts could move at no cost.",
            "{n} choices are a matter of taste: half of the contacts could move at no cost.",
            len(free),
        )
        yield Paragraph(text.format(n=count(len(free))))
    if not flips:
        yield from _cheapest(plan, found)
        return
    flips.sort(key=lambda pair: abs(pair[0]))
    shown = flips[:FEW]
    change, first = flips[0]
    names = [call(plan, one) for _change, one in shown]
    chart = Chart(
        name="closest-choices",
        title=_("Choices that flip with the smallest change of one number"),
        insight=_("The closest call is {contacts}: it flips when {change}.").format(
            contacts=call(plan, first), change=flip_in_words(plan, first)
        ),
        alt=_("Bars of changes, from {first} with {least} to {last} with {most}.").format(
            first=names[0],
            least=cells.relative(change),
            last=names[-1],
            most=cells.relative(shown[-1][0]),
        ),
        shape=Bars(
            _labels(plan, [one for _change, one in shown]),
            [Series(_("Change until it flips"), [100.0 * abs(one) for one, _record in shown])],
            Axis(_("Change of the number until the choice flips, in %")),
        ),
        source=cells.source("why"),
    )
    yield cells.drawn(chart, len(shown))


def _regret(record: cells.Record) -> float:
    return cells.number(record, "regret") or 0.0


def _is_bound(record: cells.Record) -> bool:
    return cells.text(record, "known") == "at least"


# ---- table


def _grid(plan: Plan, found: list[cells.Record]) -> Grid:
    many = len(plan.periods) > 1
    columns = (
        *(Column(title, "left") for title in (_("Segment"), _("Interaction"))),
        *((Column(_("Period"), "left"),) if many else ()),
        Column(_("Channel"), "left"),
        Column(_("Share")),
        Column(_("Runner-up"), "left"),
        Column(headed(_("Would cost"), plan.names.currency)),
        *(Column(title, "left") for title in (_("Held there by"), _("Flips when"))),
    )
    digits = cells.digits_of(cells.number(one, "regret") for one in found)
    rows = tuple(_row(plan, one, digits) for one in cells.known_first(found, "known"))
    title = _("The channel of each segment and interaction, and the next best one")
    return Grid(columns, rows, title, cells.source("why"))


def _row(plan: Plan, record: cells.Record, digits: int) -> cells.Row:
    names = plan.names
    segment, interaction = cells.text(record, "segment"), cells.text(record, "interaction")
    other, known = cells.text(record, "runner_up"), cells.text(record, "known")
    cost = values.money(cells.number(record, "regret"), digits)
    if _is_bound(record) and cost.number is not None:
        cost = Value(_("≤ {amount}").format(amount=cost), cost.number)
    return (
        names.segments.get(segment, segment),
        names.interactions.get(interaction, interaction),
        *((cells.periods(record),) if len(plan.periods) > 1 else ()),
        cells.channel(plan, cells.text(record, "channel")),
        values.percent(cells.number(record, "share")),
        cells.channel(plan, other) if other else _(NONE.get(known, known)),
        cost,
        said(cells.text(record, "binding"), names.groups.values()),
        _flip(plan, record),
    )


def _flip(plan: Plan, record: cells.Record) -> str:
    change = cells.number(record, "flip_change")
    if change is None:
        return ""
    if change == 0 and not cells.text(record, "flip_parameter"):
        share = cells.number(record, "flip_share")
        return _("{share} could move at no cost").format(share=percent(share, 0))
    return flip_in_words(plan, record)
