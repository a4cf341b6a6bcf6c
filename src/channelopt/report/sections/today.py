"""Today against plan: the difference in profit, cause by cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report import adding, values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import cents, count, enumerate_words, headed, money
from channelopt.report.shapes import Axis, Bridge
from channelopt.report.speech import _, plural_of
from channelopt.report.waterfall_chart import Bar
from channelopt.terms.money import LEDGER

TINY = 0.01
"""Steps below this share of all steps are drawn as one."""
MOST = 0.75
"""As many causes are named as make this share of all gains or of all losses."""
LEAST = 0.03
"""Causes below this share of all steps are not named in the sentence."""


@dataclass(frozen=True)
class Cause:
    """A money term with its sign: over all periods, discounted.

    Attributes:
        label: what a reader calls it.
        today: its amount in today's allocation.
        plan: its amount in the plan.
    """

    label: str
    today: float
    plan: float

    @property
    def step(self) -> float:
        """How much more the plan makes of it."""
        return self.plan - self.today


@dataclass(frozen=True)
class Way:
    """The way from today's profit to the plan's.

    Attributes:
        causes: in the order of the ledger.
        digits: after the point, of all amounts.
    """

    causes: tuple[Cause, ...]
    digits: int

    @property
    def ends(self) -> tuple[float, float]:
        """Today's profit and the plan's."""
        return (
            math.fsum(cause.today for cause in self.causes),
            math.fsum(cause.plan for cause in self.causes),
        )

    @property
    def steps(self) -> list[Cause]:
        """The causes that make a difference that can be shown."""
        return [cause for cause in self.causes if self.shows(cause.step)]

    def shows(self, amount: float) -> bool:
        """Return whether an amount is something when it is rounded."""
        return round(amount, self.digits) != 0


def today(evidence: Evidence) -> Section | None:
    """Return what makes the difference in profit; None without an allocation of today."""
    plan = evidence.plan
    way = way_of(plan)
    if way is None:
        return None
    blocks: list[Block] = [Paragraph(_about(plan))]
    if way.steps:
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
    labels = [_(entry.label) for entry in kept]
    return Way(tuple(map(Cause, labels, before, after)), digits)


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
            ).format(n=count(broken)),
        )
    )


def _chart(plan: Plan, way: Way) -> Chart:
    currency = plan.names.currency
    steps = [_step(label, amount, way.digits, currency) for label, amount in _drawn(way)]
    start, end = (money(amount, currency, way.digits) for amount in way.ends)
    return Chart(
        name="today-against-plan",
        title=_("From today's profit to the plan's"),
        insight=insight(way, currency),
        alt=_("Waterfall from {start} today over {steps} to {end} in the plan.").format(
            start=start, steps=enumerate_words(steps, most=len(steps)), end=end
        ),
        shape=Bridge(
            bars_of(way), Axis(headed(_("Satisfaction-weighted profit"), currency), "money")
        ),
        source="plan.json",
        table=_table(plan, way),
    )


def _step(label: str, amount: float, digits: int, currency: str | None) -> str:
    text = _("{cause} (up {amount})") if amount > 0 else _("{cause} (down {amount})")
    return text.format(cause=label, amount=adding.worth(abs(amount), digits, currency))


def _drawn(way: Way) -> list[tuple[str, float]]:
    """Return the steps: gains, then losses, each the largest first; those that are tiny as one."""
    whole = sum(abs(cause.step) for cause in way.steps)
    tiny = [cause for cause in way.causes if abs(cause.step) < TINY * whole]
    tiny = tiny if sum(way.shows(cause.step) for cause in tiny) > 1 else []
    shown = [cause for cause in way.steps if cause not in tiny]
    shown.sort(key=lambda cause: (cause.step < 0, -abs(cause.step)))
    named = [(cause.label, cause.step) for cause in shown]
    rest = sum(cause.step for cause in tiny)
    if way.shows(rest):
        many = sum(way.shows(cause.step) for cause in tiny)
        label = plural_of("Other ({n} term)", "Other ({n} terms)", many).format(n=many)
        named.append((label, rest))
    return named


def bars_of(way: Way) -> tuple[Bar, ...]:
    """Return the bars: today, the steps and the plan; each begins where the one before ends."""
    steps = _drawn(way)
    levels = adding.steps([amount for _label, amount in steps], way.ends, way.digits)
    return (
        Bar(_("Today"), 0.0, levels[0], is_total=True),
        *(
            Bar(label, start, end)
            for (label, _amount), start, end in zip(steps, levels, levels[1:], strict=False)
        ),
        Bar(_("Plan"), 0.0, levels[-1], is_total=True),
    )


def insight(way: Way, currency: str | None) -> str:
    """Return in one sentence how much the plan is worth more or less, and why above all."""
    gain = way.ends[1] - way.ends[0]
    gains, losses = (
        _named(way, [cause for cause in way.steps if sign * cause.step > 0], currency)
        for sign in (1, -1)
    )
    if not way.shows(gain):
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
    """Return the causes that make most of what some make together, and the rest as a number.

    Causes that are small beside all steps are told only together; a single one by its name.
    """
    ordered = sorted(causes, key=lambda cause: -abs(cause.step))
    least = LEAST * sum(abs(cause.step) for cause in way.steps)
    whole, told = sum(abs(cause.step) for cause in ordered), 0.0
    named: list[Cause] = []
    for cause in ordered:
        if told >= MOST * whole or (abs(cause.step) < least and len(ordered) > 1):
            break
        told += abs(cause.step)
        named.append(cause)
    words = [
        _("{cause} ({amount})").format(
            cause=cause.label, amount=adding.worth(abs(cause.step), way.digits, currency)
        )
        for cause in named
    ]
    if len(named) < len(ordered):
        text = _("the rest ({amount})") if named else _("several terms ({amount})")
        words.append(text.format(amount=adding.worth(whole - told, way.digits, currency)))
    return enumerate_words(words, most=max(len(words), 1))


def _table(plan: Plan, way: Way) -> Grid:
    columns = (
        Column(headed(_("Money term"), plan.names.currency), "left"),
        *(Column(title) for title in (_("Today"), _("Plan"), _("Difference"))),
    )
    profit = Cause(_("Satisfaction-weighted profit"), *way.ends)
    rows = tuple(_cells(way, cause) for cause in way.causes)
    return Grid(columns, rows, source="plan.json", foot=_cells(way, profit))


def _cells(way: Way, cause: Cause) -> tuple[Cell, ...]:
    amounts = (cause.today, cause.plan, cause.step)
    return (cause.label, *(values.money(amount, way.digits) for amount in amounts))
