"""The price of rules: what the plan would be worth without each, and which cost only together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, count, headed, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Bars
from channelopt.report.speech import _, plural_of
from channelopt.report.stored import said

DROP, RELAX = "drop", "relax 10 %"
"""Changes of a rule."""


@dataclass(frozen=True)
class Rule:
    """A rule with what dropping it and relaxing it by 10 % is worth."""

    title: str
    drop: cells.Record
    relax: cells.Record

    @property
    def price(self) -> float:
        """What dropping it is known to bring."""
        return cells.number(self.drop, "effect") or 0.0

    @property
    def is_free(self) -> bool:
        """Whether it is proven to cost nothing."""
        return cells.text(self.drop, "known") == "re-solved" and self.price == 0


def rules(evidence: Evidence) -> Section | None:
    """Return what every rule costs."""
    rows = cells.records(evidence, "rules")
    if not rows:
        return None
    plan, found = evidence.plan, _rules(rows)
    open_, total = cells.count_open(rows, "known")
    blocks: list[Block] = [
        Paragraph(
            _(
                "Each rule was dropped, all others staying as they are, and the scenario solved "
                "again: what the best plan is then worth more is the price of the rule."
            )
        ),
        *_chart(plan, found),
        *cells.unproven(open_, total),
        _grid(plan, found),
        *_pairs(evidence),
    ]
    return Section(_("What rules cost"), tuple(blocks))


def _rules(rows: list[cells.Record]) -> list[Rule]:
    groups: dict[str, dict[str, cells.Record]] = {}
    for record in rows:
        groups.setdefault(cells.text(record, "rule"), {})[cells.text(record, "change")] = record
    found = [
        Rule(
            said(cells.text(next(iter(of.values())), "title")), of.get(DROP, {}), of.get(RELAX, {})
        )
        for of in groups.values()
    ]
    return sorted(found, key=lambda rule: -rule.price)


def _chart(plan: Plan, found: list[Rule]) -> Iterator[Block]:
    dear = [rule for rule in found if rule.price > 0]
    if not dear:
        yield Paragraph(_nothing(found))
        return
    shown = dear[: cells.MOST]
    is_bound = [cells.text(rule.drop, "known") == "at least" for rule in shown]
    labels = (_("Proven"), _("At least, not proven"))
    series = cells.proven_or_not([rule.price for rule in shown], is_bound, labels)
    axis = Axis(headed(_("Profit that the rule costs"), plan.names.currency), "money")
    chart = Chart(
        name="price-of-rules",
        title=_("What rules cost: profit that would be added without each rule"),
        insight=_insight(plan, found),
        alt=_alt(plan, dear),
        shape=Bars([rule.title for rule in shown], series, axis, stacked=True),
        source=cells.source("rules"),
    )
    yield cells.drawn(chart, len(shown))


def _nothing(found: list[Rule]) -> str:
    if all(rule.is_free for rule in found):
        return plural_of(
            "The only rule costs nothing: without it the best plan would be worth as much.",
            "None of the {n} rules costs anything alone: without it the best plan would be worth "
            "as much.",
            len(found),
        ).format(n=count(len(found)))
    return _("No rule is known to cost anything.")


def _dearest(plan: Plan, first: Rule) -> str:
    """Return what the dearest rule costs, where no rule is proven to cost nothing."""
    if cells.text(first.drop, "known") == "at least":
        text = _(
            "The dearest rule known is '{rule}': without it profit would rise by {price} or more; "
            "of no rule is it proven that it costs nothing."
        )
    else:
        text = _(
            "The dearest rule known is '{rule}': without it profit would rise by {price}; "
            "of no rule is it proven that it costs nothing."
        )
    return text.format(rule=first.title, price=worth(first.price, plan.names.currency))


def _insight(plan: Plan, found: list[Rule]) -> str:
    first, free = found[0], sum(rule.is_free for rule in found)
    if not free:
        return _dearest(plan, first)
    if cells.text(first.drop, "known") == "at least":
        text = plural_of(
            "The dearest rule known is '{rule}': without it profit would rise by {price} or more; "
            "{free} of {n} rule is proven to cost nothing.",
            "The dearest rule known is '{rule}': without it profit would rise by {price} or more; "
            "{free} of {n} rules are proven to cost nothing.",
            len(found),
        )
    else:
        text = plural_of(
            "The dearest rule known is '{rule}': without it profit would rise by {price}; "
            "{free} of {n} rule is proven to cost nothing.",
            "The dearest rule known is '{rule}': without it profit would rise by {price}; "
            "{free} of {n} rules are proven to cost nothing.",
            len(found),
        )
    return text.format(
        rule=first.title,
        price=worth(first.price, plan.names.currency),
        free=count(free),
        n=count(len(found)),
    )


def _alt(plan: Plan, dear: list[Rule]) -> str:
    text = plural_of(
        "A bar of profit for {n} rule: {first} with {most}.",
        "Bars of profit for {n} rules, from {first} with {most} down to {last} with {least}.",
        len(dear),
    )
    currency = plan.names.currency
    return text.format(
        n=count(len(dear)),
        first=dear[0].title,
        most=worth(dear[0].price, currency),
        last=dear[-1].title,
        least=worth(dear[-1].price, currency),
    )


def _grid(plan: Plan, found: list[Rule]) -> Grid:
    has_relaxed = any(rule.relax for rule in found)
    has_most = any(cells.number(rule.drop, "at_most") is not None for rule in found)
    columns = (
        Column(_("Rule"), "left"),
        Column(headed(_("Without it"), plan.names.currency)),
        *((Column(_("At most")),) if has_most else ()),
        *((Column(_("Relaxed by 10 %")),) if has_relaxed else ()),
        Column(_("Known"), "left"),
    )
    names = ("effect", "at_most")
    amounts = [cells.number(one, n) for r in found for one in (r.drop, r.relax) for n in names]
    digits = cells.digits_of(amounts)

    def row(rule: Rule) -> cells.Row:
        most = values.money(cells.number(rule.drop, "at_most"), digits)
        return (
            rule.title,
            _effect(rule.drop, digits),
            *((most,) if has_most else ()),
            *((_effect(rule.relax, digits),) if has_relaxed else ()),
            cells.known_words(rule.drop),
        )

    title = _("What the best plan would be worth more")
    return Grid(columns, tuple(map(row, found)), title, cells.source("rules"))


def _effect(record: cells.Record, digits: int) -> Value:
    if not record:
        return Value(ABSENT, None)
    return cells.amount(cells.number(record, "effect"), cells.text(record, "known"), digits)


# ---- pairs


def _pairs(evidence: Evidence) -> Iterator[Block]:
    """Yield what pairs of rules cost beyond what each of them costs alone."""
    found = cells.records(evidence, "rule_pairs")
    if not found:
        return
    plan = evidence.plan
    names = ("effect", "alone", "only_together")
    digits = cells.digits_of(cells.number(one, name) for one in found for name in names)
    columns = (
        Column(_("Two rules"), "left"),
        Column(headed(_("Without both"), plan.names.currency)),
        Column(_("Sum of each alone")),
        Column(_("Only together")),
        Column(_("Known"), "left"),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            said(cells.text(one, "title")),
            _effect(one, digits),
            *(values.money(cells.number(one, name), digits) for name in names[1:]),
            cells.known_words(one),
        )
        for one in found
    )
    yield Paragraph(_together(plan, found))
    yield Grid(columns, rows, _("Rules dropped in pairs"), cells.source("rule_pairs"))


def _together(plan: Plan, found: list[cells.Record]) -> str:
    """Say which pair costs most beyond what its rules cost alone, or makes up for each other."""
    known = [(cells.number(one, "only_together") or 0.0, one) for one in found]
    most, first = max(known, key=lambda one: one[0])
    least, last = min(known, key=lambda one: one[0])
    currency = plan.names.currency
    if most > 0:
        return _(
            "'{pair}' cost {amount} only together: whoever drops one of them meets the other."
        ).format(pair=said(cells.text(first, "title")), amount=worth(most, currency))
    if least < 0:
        return _(
            "No two rules are known to cost more together than alone; dropping both of '{pair}' "
            "brings {amount} less than the sum of each alone."
        ).format(pair=said(cells.text(last, "title")), amount=worth(-least, currency))
    return _("No two rules are known to cost more together than alone.")
