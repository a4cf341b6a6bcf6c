"""Satisfaction and margin kept per segment, the plan against today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import cents, count, headed, percent, ratio, worth
from channelopt.report.given import Record, entries, grouped, over_time
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, plural_of

MOST = 40
"""Segments in one picture."""
ALIKE = 0.0005
"""Satisfaction that differs by less is shown alike."""


@dataclass(frozen=True)
class Kept:
    """A segment over the whole horizon, undiscounted.

    Attributes:
        title: for reports.
        customers: mean over the periods.
        satisfaction: mean by customers; None where the segment has none.
        margin: margin kept.
        today: margin kept with today's allocation; None where it is not known.
        whole: customers times margin, all that could be kept at a share of 1; None where it is
            not known or not positive, as what customers cost is never lost.
    """

    title: str
    customers: float
    satisfaction: float | None
    margin: float
    today: float | None
    whole: float | None

    @property
    def gain(self) -> float:
        """Margin kept more than today; 0 where today is not known."""
        return 0.0 if self.today is None else self.margin - self.today

    def share(self, amount: float | None) -> float | None:
        """Return an amount as a share of the whole margin."""
        return None if amount is None or self.whole is None else amount / self.whole


def satisfaction(evidence: Evidence) -> Section | None:
    """Return how satisfied segments are, and how much of their margin stays."""
    plan = evidence.plan
    kept = [_kept(plan, *found) for found in grouped(plan, "segments", "segment").items()]
    if not any(one.satisfaction is not None or one.margin for one in kept):
        return None
    blocks: tuple[Block, ...] = (
        *_satisfaction(plan, kept),
        *_margin(plan, kept),
        _grid(plan, kept),
        Paragraph(_note(plan, kept)),
    )
    return Section(_("Satisfaction and margin"), blocks)


def _kept(plan: Plan, name: str, records: Sequence[Record]) -> Kept:
    customers = [as_number(record["customers"]) for record in records]
    rated = [(as_number(r["customers"]), r["satisfaction"]) for r in records]
    weight = sum(number for number, mean in rated if mean is not None)
    points = sum(number * as_number(mean) for number, mean in rated if mean is not None)
    return Kept(
        title=plan.names.segments.get(name, name),
        customers=sum(customers) / len(customers),
        satisfaction=points / weight if weight else None,
        margin=sum(as_number(record["kept_margin"]) for record in records),
        today=_today(plan, name),
        whole=_whole(plan, name, customers),
    )


def _today(plan: Plan, name: str) -> float | None:
    money = plan.baseline.money.get("kept_margin") if plan.baseline is not None else None
    by_period = money.by_segment.get(name) if money is not None else None
    return None if by_period is None else sum(by_period.values())


def _whole(plan: Plan, name: str, customers: Sequence[float]) -> float | None:
    margins = over_time(entries(plan, "segments").get(name, {}).get("margin"), plan.periods)
    if len(margins) != len(customers) or any(one is None or one <= 0 for one in margins):
        return None
    return sum(n * (one or 0.0) for n, one in zip(customers, margins, strict=True))


def _satisfaction(plan: Plan, kept: Sequence[Kept]) -> Iterator[Chart]:
    rated = [(one.satisfaction, one) for one in kept if one.satisfaction is not None]
    if not rated:
        return
    largest = sorted(rated, key=lambda pair: -pair[1].customers)[:MOST]
    shown = sorted(largest, key=lambda pair: (-pair[0], pair[1].title))
    title = _("Mean satisfaction by segment")
    if len(shown) < len(rated):
        title = _("Mean satisfaction of the {n} largest segments").format(n=count(len(shown)))
    alt = plural_of(
        "Mean satisfaction of {n} segment, from {low} to {high}.",
        "Mean satisfaction of {n} segments, from {low} to {high}.",
        len(shown),
    )
    (low, _least), (high, _most) = _ends(rated)
    yield Chart(
        name="satisfaction",
        title=title,
        insight=_satisfied(plan, rated),
        alt=alt.format(n=count(len(shown)), low=ratio(low), high=ratio(high)),
        shape=Bars(
            [one.title for _mean, one in shown],
            [Series(_("Plan"), [mean for mean, _one in shown], "plan")],
            Axis(_("Mean satisfaction, 0 to 1"), "ratio"),
        ),
        source="segments.csv",
    )


def _satisfied(plan: Plan, rated: Sequence[tuple[float, Kept]]) -> str:
    """Say who is most and least satisfied, and how that stands against today."""
    (low, least), (high, most) = _ends(rated)
    mean = plan.kpis.get("satisfaction")
    today = plan.baseline.kpis.get("satisfaction") if plan.baseline is not None else None
    if len(rated) == 1:
        text = _("{most} reach a mean satisfaction of {high}.")
    elif high - low < ALIKE:
        text = _("All segments are satisfied alike, at {high}.")
    elif mean is None:
        text = _("{most} are most satisfied ({high}), {least} least ({low}).")
    elif today is None:
        text = _("{most} are most satisfied ({high}), {least} least ({low}); the mean is {mean}.")
    else:
        text = _(
            "{most} are most satisfied ({high}), {least} least ({low}); the mean is {mean}, today "
            "it is {today}."
        )
    return text.format(
        most=most.title,
        high=ratio(high),
        least=least.title,
        low=ratio(low),
        mean=ratio(mean),
        today=ratio(today),
    )


def _ends(rated: Sequence[tuple[float, Kept]]) -> tuple[tuple[float, Kept], tuple[float, Kept]]:
    """Return the lowest and the highest; of equals the first by title."""
    ordered = sorted(rated, key=lambda pair: (pair[0], pair[1].title))
    highest = sorted(rated, key=lambda pair: (-pair[0], pair[1].title))
    return ordered[0], highest[0]


def _margin(plan: Plan, kept: Sequence[Kept]) -> Iterator[Chart]:
    """Yield the margin kept: as shares where the whole is known, else as amounts."""
    in_shares = [one for one in kept if one.whole is not None]
    concerned = in_shares or [one for one in kept if one.margin > 0]
    if not concerned:
        return
    largest = sorted(concerned, key=lambda one: (-abs(one.gain), -one.margin))[:MOST]
    shown = sorted(largest, key=lambda one: (-one.gain, -one.margin, one.title))
    has_today = all(one.today is not None for one in shown)
    today = [one.share(one.today) if in_shares else one.today for one in shown]
    planned = [one.share(one.margin) if in_shares else one.margin for one in shown]
    axis = Axis(headed(_("Margin kept"), plan.names.currency), "money")
    if in_shares:
        axis = Axis(_("Share of the margin that is kept"), "share")
    title = _("Margin kept by segment")
    if len(shown) < len(concerned):
        text = _("Margin kept: the {n} segments where it changes most")
        title = text.format(n=count(len(shown)))
    known = [one for one in planned if one is not None]
    low, high = min(known), max(known)
    ends = (percent(low), percent(high)) if in_shares else (_amount(plan, low), _amount(plan, high))
    yield Chart(
        name="margin-kept",
        title=title,
        insight=_gains(plan, kept) if has_today else _keeps(plan, concerned),
        alt=_("Margin that stays after customers who leave, by segment: {low} to {high}.").format(
            low=ends[0], high=ends[1]
        ),
        shape=Bars(
            [one.title for one in shown],
            [
                *([Series(_("Today"), today, "today")] if has_today else []),
                Series(_("Plan"), planned, "plan"),
            ],
            axis,
        ),
        source="segments.csv, plan.json, manifest.json",
    )


def _amount(plan: Plan, amount: float) -> str:
    return worth(amount, plan.names.currency)


def _gains(plan: Plan, kept: Sequence[Kept]) -> str:
    """Say who gains and who loses most margin against today, in money."""
    ordered = sorted(kept, key=lambda one: (one.gain, one.title))
    best, worst = max(kept, key=lambda one: one.gain), ordered[0]
    least = 0.005 * (1.0 if len(kept) == 1 else float(len(kept)))
    if best.gain > least and worst.gain < -least:
        text = _("{best} gain most margin against today, {gain}; {worst} lose most, {loss}.")
    elif best.gain > least and len(kept) == 1:
        text = _("{best} keep {gain} more margin than today.")
    elif best.gain > least:
        text = _("No segment loses margin against today; {best} gain most, {gain}.")
    elif worst.gain < -least:
        text = _("No segment gains margin against today; {worst} lose most, {loss}.")
    else:
        text = _("Every segment keeps as much margin as today.")
    return text.format(
        best=best.title,
        gain=_amount(plan, best.gain),
        worst=worst.title,
        loss=_amount(plan, -worst.gain),
    )


def _keeps(plan: Plan, kept: Sequence[Kept]) -> str:
    """Say who keeps most, where today is not known."""
    shares = [(one.share(one.margin), one) for one in kept]
    rated = [(share, one) for share, one in shares if share is not None]
    if not rated:
        largest = max(kept, key=lambda one: (one.margin, one.title))
        text = _("{most} bring the largest kept margin, {amount}: {share} of that of all segments.")
        total = sum(one.margin for one in kept)
        return text.format(
            most=largest.title,
            amount=_amount(plan, largest.margin),
            share=percent(largest.margin / total),
        )
    (low, least), (high, most) = _ends(rated)
    if high - low < ALIKE:
        return _("Every segment keeps {high} of its margin.").format(high=percent(high))
    text = _("{most} keep the largest share of their margin, {high}; {least} the smallest, {low}.")
    return text.format(most=most.title, high=percent(high), least=least.title, low=percent(low))


def _grid(plan: Plan, kept: Sequence[Kept]) -> Grid:
    has_today = any(one.today is not None for one in kept)
    has_whole = any(one.whole is not None for one in kept)
    currency = plan.names.currency
    columns = (
        Column(_("Segment"), "left"),
        Column(_("Customers")),
        Column(_("Satisfaction")),
        Column(headed(_("Margin kept"), currency)),
        *((Column(_("Share kept")),) if has_whole else ()),
        *((Column(headed(_("Today"), currency)),) if has_today else ()),
        *((Column(_("Share today")),) if has_today and has_whole else ()),
        *((Column(headed(_("Change"), currency)),) if has_today else ()),
    )
    digits = cents([one.margin for one in kept])
    rows = tuple(
        (
            one.title,
            values.count(one.customers),
            values.ratio(one.satisfaction),
            values.money(one.margin, digits),
            *((values.percent(one.share(one.margin)),) if has_whole else ()),
            *((values.money(one.today, digits),) if has_today else ()),
            *((values.percent(one.share(one.today)),) if has_today and has_whole else ()),
            *((_change(one, digits),) if has_today else ()),
        )
        for one in kept
    )
    source = "segments.csv"
    if has_today:
        source += ", plan.json"
    return Grid(columns, rows, source=f"{source}, manifest.json" if has_whole else source)


def _change(one: Kept, digits: int) -> Value:
    return values.money(None if one.today is None else one.gain, digits)


def _note(plan: Plan, kept: Sequence[Kept]) -> str:
    sentences = []
    if len(plan.periods) > 1:
        sentences.append(
            _(
                "Satisfaction is the mean by customers; money is the sum of all periods, not "
                "discounted."
            )
        )
    if any(one.whole is not None for one in kept):
        sentences.append(
            _(
                "The share kept is margin kept over customers times margin, where that is "
                "positive; it is above 100 % where satisfied customers bring more."
            )
        )
    if any(one.margin < 0 for one in kept):
        sentences.append(_("Of segments that cost money nothing is lost when customers leave."))
    if plan.baseline is not None:
        sentences.append(
            _("Satisfaction with today's allocation is known for all segments together only.")
        )
    return " ".join(sentences)
