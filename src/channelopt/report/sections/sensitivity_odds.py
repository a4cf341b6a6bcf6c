"""How likely rules hold in possible futures, and which uncertain numbers make profit vary."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, percent
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, plural_of
from channelopt.report.stored import said
from channelopt.report.wording import rule_in_words

PLANNED_FTE = "planned_fte"
"""Name of the question whether the FTE of the plan would do."""


def odds(evidence: Evidence) -> Iterator[Block]:
    """Yield in which share of the futures each rule holds."""
    found = cells.records(evidence, "rule_odds")
    if not found:
        return
    yield from _odds_chart(found)
    columns = (
        *(Column(title, "left") for title in (_("Rule"), _("What it says"))),
        Column(_("Holds in")),
        Column(_("Least room")),
        Column(_("Futures looked at")),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            _rule(one),
            said(cells.text(one, "title")),
            values.percent(cells.number(one, "probability")),
            values.percent(cells.number(one, "worst")),
            values.count(cells.number(one, "samples")),
        )
        for one in found
    )
    title = _("In how many futures each rule holds; negative room says by how much it is exceeded")
    yield Grid(columns, rows, title, cells.source("rule_odds"))


def _rule(record: cells.Record) -> str:
    rule = cells.text(record, "rule")
    return _("FTE as planned") if rule == PLANNED_FTE else rule_in_words(rule)


def _odds_chart(found: list[cells.Record]) -> Iterator[Block]:
    known = [(cells.number(one, "probability"), one) for one in found]
    frail = [(share, one) for share, one in known if share is not None and share < 1]
    frail.sort(key=lambda pair: pair[0])
    samples = max(cells.whole(one, "samples") for one in found)
    if not frail:
        yield from (Paragraph(text) for text in _all_hold(known, samples))
        return
    share, first = frail[0]
    firm = sum(share == 1 for share, _one in known)
    names = [_rule(one) for _share, one in frail[: cells.MOST]]
    text = plural_of(
        "'{rule}' holds in only {share} of {n} future; rules that hold in all: {firm}.",
        "'{rule}' holds in only {share} of {n} futures; rules that hold in all: {firm}.",
        samples,
    )
    chart = Chart(
        name="odds-of-rules",
        title=_("Share of futures in which rules hold that do not hold in all"),
        insight=text.format(
            rule=_rule(first), share=percent(share), n=count(samples), firm=count(firm)
        ),
        alt=_("Bars of shares, from {rule} with {share} up to {last} with {most}.").format(
            rule=names[0],
            share=percent(share),
            last=names[-1],
            most=percent(frail[len(names) - 1][0]),
        ),
        shape=Bars(
            names,
            [Series(_("Holds in"), [share for share, _one in frail[: cells.MOST]])],
            Axis(_("Share of futures"), "share"),
        ),
        source=cells.source("rule_odds"),
    )
    yield cells.drawn(chart, len(names))


def _all_hold(known: list[tuple[float | None, cells.Record]], samples: int) -> Iterator[str]:
    """Say that every rule holds in every future, where any was looked at."""
    if any(share is not None for share, _one in known):
        text = plural_of(
            "Every rule that was looked at holds in the only future looked at.",
            "Every rule that was looked at holds in all {n} futures.",
            samples,
        )
        yield text.format(n=count(samples))


def sobol(evidence: Evidence) -> Iterator[Block]:
    """Yield which group of uncertain numbers makes profit vary, by Sobol indices."""
    found = cells.records(evidence, "sobol")
    if not found:
        return
    found.sort(key=lambda one: -(cells.number(one, "total") or 0.0))
    yield from _sobol_chart(found)
    columns = (
        Column(_("Uncertain numbers"), "left"),
        *(Column(title) for title in (_("Alone"), _("± alone"))),
        *(Column(title) for title in (_("With others"), _("± with others"))),
    )
    names = ("first_order", "first_order_error", "total", "total_error")
    rows: tuple[cells.Row, ...] = tuple(
        (
            cells.text(one, "title"),
            *(values.percent(cells.number(one, name)) for name in names),
        )
        for one in found
    )
    title = _("Share of the variance of profit, with half widths of 95 % intervals")
    yield Grid(columns, rows, title, cells.source("sobol"))


def _sobol_chart(found: list[cells.Record]) -> Iterator[Block]:
    total, alone = ([cells.number(one, name) for one in found] for name in ("total", "first_order"))
    most = total[0]
    if not most or most <= 0:
        yield Paragraph(
            _("Profit of the plan carried on does not vary with the uncertain numbers.")
        )
        return
    names = [cells.text(one, "title") for one in found[: cells.MOST]]
    chart = Chart(
        name="uncertainty-that-matters",
        title=_("Share of the variance of profit that each group of uncertain numbers makes"),
        insight=_most_of_variance(found, names),
        alt=_(
            "Bars of shares of the variance, from {first} with {most} to {last} with {least}."
        ).format(
            first=names[0],
            most=percent(most, 0),
            last=names[-1],
            least=percent(total[len(names) - 1], 0),
        ),
        shape=Bars(
            names,
            [
                Series(_("With others"), total[: cells.MOST]),
                Series(_("Alone"), alone[: cells.MOST], "muted"),
            ],
            Axis(_("Share of the variance of profit"), "share"),
        ),
        source=cells.source("sobol"),
    )
    yield cells.drawn(chart, len(names))


def _error(record: cells.Record) -> float:
    return cells.number(record, "total_error") or 0.0


def _most_of_variance(found: list[cells.Record], names: list[str]) -> str:
    """Say which group makes most of the variance, and whether another one may make as much."""
    total = [cells.number(one, "total") or 0.0 for one in found]
    text = _("'{group}' makes about {share} of the variance of profit, more than any other.")
    if len(found) == 1:
        text = _("'{group}' makes about {share} of the variance of profit.")
    elif total[1] > total[0] - _error(found[0]) - _error(found[1]):
        text = _(
            "'{group}' makes about {share} of the variance of profit; '{next}' may make as much."
        )
    return text.format(
        group=names[0],
        share=percent(min(total[0], 1.0), 0),
        next=names[1] if len(names) > 1 else "",
    )
