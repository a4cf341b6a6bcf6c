"""Today against plan: the difference in profit, cause by cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report import adding
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import cents, enumerate_words, headed, money
from channelopt.report.shapes import Axis, Bridge
from channelopt.report.speech import _, plural_of
from channelopt.report.waterfall_chart import Bar
from channelopt.terms.money import LEDGER

TINY = 0.01
"""Steps below this share of all steps are drawn as one."""
MOST = 0.75
"""As many causes are named as make this share of all gains or of all losses."""


@dataclass(frozen=True)
class Cause:
    """A money term with its sign: over all periods, discounted.

    Attributes:
        label: what a reader calls it.
        today: its amount in today's allocation.
        plan: its amount in the plan.
        step: plan minus today in units of the last digit shown; all steps lead from one total,
            as it is shown, to the other.
    """

    label: str
    today: float
    plan: float
    step: int


@dataclass(frozen=True)
class Way:
    """The way from today's profit to the plan's.

    Attributes:
        causes: in the order of the ledger.
        ends: both profits in units of the last digit shown.
        digits: after the point.
    """

    causes: tuple[Cause, ...]
    ends: tuple[int, int]
    digits: int

    def amount(self, units: int) -> float:
        """Return an amount of money."""
        return units / float(10**self.digits)


def today(evidence: Evidence) -> Section | None:
    """Return what makes the difference in profit; None without an allocation of today."""
    plan = evidence.plan
    way = way_of(plan)
    if way is None:
        return None
    blocks: list[Block] = [Paragraph(_about(plan))]
    moved = any(cause.step for cause in way.causes)
    if moved:
        blocks.append(_chart(plan, way))
    else:
        blocks += [
            Paragraph(_("The plan changes no amount of money: all is as today.")),
            _table(plan, way),
        ]
    return Section(_("Today against plan"), tuple(blocks))


def way_of(plan: Plan) -> Way | None:
    """Return the way from today's profit to the plan's; None where today is not known."""
    now = plan.baseline.money if plan.baseline is not None else {}
    kept = [
        entry
        for entry in LEDGER
        if entry.name in now and (now[entry.name].discounted or plan.money[entry.name].discounted)
    ]
    if not now:
        return None
    before = [entry.sign * now[entry.name].discounted for entry in kept]
    after = [entry.sign * plan.money[entry.name].discounted for entry in kept]
    digits = cents([*before, *after])
    ends = adding.units(before, digits), adding.units(after, digits)
    labels = [_(entry.label) for entry in kept]
    causes = tuple(
        Cause(label, sooner, later, units[1] - units[0])
        for label, sooner, later, *units in zip(labels, before, after, *ends, strict=True)
    )
    return Way(causes, (sum(ends[0]), sum(ends[1])), digits)


def _about(plan: Plan) -> str:
    text = _("Each step is one kind of money: how much more or less the plan makes of it.")
    if plan.discount_rate and len(plan.periods) > 1:
        text = _(
            "Each step is one kind of money over all periods, discounted: how much more or less "
            "the plan makes of it."
        )
    broken = len(plan.baseline.breaches) if plan.baseline is not None else 0
    if not broken:
        return text
    return " ".join(
        (
            text,
            plural_of(
                "Today's allocation breaks rules of the scenario in {n} place, so it is no choice "
                "for the future.",
                "Today's allocation breaks rules of the scenario in {n} places, so it is no choice "
                "for the future.",
                broken,
            ).format(n=broken),
        )
    )


def _chart(plan: Plan, way: Way) -> Chart:
    currency = plan.names.currency
    bars = bars_of(way)
    steps = enumerate_words(
        (_step(way, bar, currency) for bar in bars if not bar.is_total), most=len(bars)
    )
    start, end = (money(way.amount(units), currency, way.digits) for units in way.ends)
    return Chart(
        name="today-against-plan",
        title=_("From today's profit to the plan's"),
        insight=insight(way, currency),
        alt=_("Waterfall from {start} today over {steps} to {end} in the plan.").format(
            start=start, steps=steps, end=end
        ),
        shape=Bridge(bars, Axis(headed(_("Satisfaction-weighted profit"), currency), "money")),
        source="plan.json",
        table=_table(plan, way),
    )


def _step(way: Way, bar: Bar, currency: str | None) -> str:
    text = _("{cause} (up {amount})") if bar.end > bar.start else _("{cause} (down {amount})")
    step = round((bar.end - bar.start) * 10**way.digits)
    return text.format(cause=bar.label, amount=adding.worth(abs(step), way.digits, currency))


def bars_of(way: Way) -> tuple[Bar, ...]:
    """Return the bars: today, the gains and the losses, each the largest first, and the plan.

    Steps that are tiny are one, the last; each bar begins where the one before ends.
    """
    steps = [cause for cause in way.causes if cause.step]
    whole = sum(abs(cause.step) for cause in steps)
    tiny = [cause for cause in steps if abs(cause.step) < TINY * whole]
    if len(tiny) < 2:
        tiny = []
    shown = sorted(
        (cause for cause in steps if cause not in tiny),
        key=lambda cause: (cause.step < 0, -abs(cause.step)),
    )
    named = [(cause.label, cause.step) for cause in shown]
    if rest := sum(cause.step for cause in tiny):
        label = plural_of("Other ({n} term)", "Other ({n} terms)", len(tiny))
        named.append((label.format(n=len(tiny)), rest))
    level, end = way.ends
    bars = [Bar(_("Today"), 0.0, way.amount(level), is_total=True)]
    for label, step in named:
        bars.append(Bar(label, way.amount(level), way.amount(level + step)))
        level += step
    return (*bars, Bar(_("Plan"), 0.0, way.amount(end), is_total=True))


def insight(way: Way, currency: str | None) -> str:
    """Return in one sentence how much the plan is worth more or less, and why above all."""
    gain = way.ends[1] - way.ends[0]
    gains, losses = (
        _named(way, [cause for cause in way.causes if sign * cause.step > 0], currency)
        for sign in (1, -1)
    )
    if gain == 0:
        text = _(
            "The plan is worth as much as today's allocation: gains from {gains} make up for "
            "losses from {losses}."
        )
    elif not losses:
        text = _(
            "The plan is worth {amount} more than today's allocation, and no money term is worse: "
            "the gain comes from {gains}."
        )
    elif not gains:
        text = _(
            "The plan is worth {amount} less than today's allocation, and no money term is better: "
            "the loss comes from {losses}."
        )
    elif gain > 0:
        text = _(
            "The plan is worth {amount} more than today's allocation: gains from {gains} outweigh "
            "losses from {losses}."
        )
    else:
        text = _(
            "The plan is worth {amount} less than today's allocation: losses from {losses} "
            "outweigh gains from {gains}."
        )
    amount = adding.worth(abs(gain), way.digits, currency)
    return text.format(amount=amount, gains=gains, losses=losses)


def _named(way: Way, causes: Sequence[Cause], currency: str | None) -> str:
    """Return the causes that make most of what they make together, the rest as a number."""
    ordered = sorted(causes, key=lambda cause: -abs(cause.step))
    whole, told = sum(abs(cause.step) for cause in ordered), 0
    words: list[str] = []
    for cause in ordered:
        if told >= MOST * whole and len(ordered) - len(words) > 1:
            rest = adding.worth(abs(whole - told), way.digits, currency)
            words.append(_("others ({amount})").format(amount=rest))
            break
        told += abs(cause.step)
        amount = adding.worth(abs(cause.step), way.digits, currency)
        words.append(_("{cause} ({amount})").format(cause=cause.label, amount=amount))
    return enumerate_words(words, most=len(words))


def _table(plan: Plan, way: Way) -> Grid:
    columns = (
        Column(headed(_("Money term"), plan.names.currency), "left"),
        *(Column(title) for title in (_("Today"), _("Plan"), _("Difference"))),
    )
    before = adding.money([cause.today for cause in way.causes], way.digits)
    after = adding.money([cause.plan for cause in way.causes], way.digits)
    steps = [*(cause.step for cause in way.causes), way.ends[1] - way.ends[0]]
    labels = [*(cause.label for cause in way.causes), _("Satisfaction-weighted profit")]
    rows = [
        (label, sooner, later, _difference(way, sooner, later, step))
        for label, sooner, later, step in zip(labels, before, after, steps, strict=True)
    ]
    return Grid(columns, tuple(rows[:-1]), source="plan.json", foot=rows[-1])


def _difference(way: Way, before: Value, after: Value, step: int) -> Value:
    text = money(way.amount(step), digits=way.digits)
    return Value(text, (after.number or 0.0) - (before.number or 0.0))
