"""How a plan is made: what is maximised, the rules in formulas, symbols, and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import (
    Block,
    Bullets,
    Column,
    Formula,
    Formulas,
    Grid,
    Paragraph,
    Section,
)
from channelopt.report.evidence import Evidence
from channelopt.report.figures import cents, enumerate_words, headed, rate, worth
from channelopt.report.given import Entry, entries, number, rows, scenario
from channelopt.report.sections.method_words import (
    KEPT_MARGIN,
    KNOWN,
    MEAN,
    OBJECTIVE,
    POINTS,
    RETENTION,
    STATUS,
    WEIGHT,
)
from channelopt.report.speech import _, plural_of
from channelopt.rules import CORE, POLICIES
from channelopt.rules.symbols import SYMBOLS
from channelopt.terms.money import LEDGER


def method(evidence: Evidence) -> Section:
    """Return how profit is made, the formulas of the rules in use, and how sure the plan is."""
    plan = evidence.plan
    formulas = [*_value(plan), *_rules(plan)]
    blocks: tuple[Block, ...] = (
        Paragraph(_intent(plan)),
        _ledger(plan),
        Formulas(tuple(formulas)),
        *_symbols(formulas),
        Paragraph(_("How sure the plan is:")),
        Bullets(tuple(_certainty(plan, evidence))),
    )
    return Section(_("How the plan was made"), blocks)


def _intent(plan: Plan) -> str:
    text = _(
        "Of all plans that obey every rule, the one with the largest satisfaction-weighted profit "
        "is sought: what customers are worth as they are satisfied, less what serving them costs."
    )
    if len(plan.periods) > 1:
        more = _("Money of later periods counts less, by {rate} per period.")
        text = f"{text} {more.format(rate=rate(plan.discount_rate))}"
    return text


def _ledger(plan: Plan) -> Grid:
    """Return the money terms with their signs: their sum is the objective."""
    columns = (
        Column(_("Money term"), "left"),
        Column(_("Counts"), "left"),
        Column(headed(_("Discounted"), plan.names.currency)),
    )
    terms = [
        (entry, entry.sign * plan.money[entry.name].discounted + 0.0)
        for entry in LEDGER
        if entry.name in plan.money
    ]
    digits = cents([plan.objective or 0.0, *(amount for _entry, amount in terms)])
    lines = tuple(
        (
            _(entry.label),
            _("as a gain") if entry.sign > 0 else _("as a loss"),
            values.money(amount, digits),
        )
        for entry, amount in terms
    )
    foot = (_("Satisfaction-weighted profit"), "", values.money(plan.objective, digits))
    return Grid(columns, lines, _("What profit consists of"), "plan.json", foot)


def _value(plan: Plan) -> Iterator[Formula]:
    """Yield the formulas of the objective."""
    yield Formula(_("Satisfaction-weighted profit"), _(OBJECTIVE[0]), OBJECTIVE[1])
    yield Formula(_("Margin kept"), _(KEPT_MARGIN[0]), KEPT_MARGIN[1])
    segments = entries(plan, "segments").values()
    if any(segment.get("retention") for segment in segments):
        yield Formula(_("Share of the margin kept, by a curve"), _(RETENTION[0]), RETENTION[1])
    objective = scenario(plan).get("objective") or {}
    if objective.get("satisfaction_weight") is not None:
        yield Formula(_("Share of the margin kept, by weight"), _(WEIGHT[0]), WEIGHT[1])
    yield Formula(_("Satisfaction points"), _(POINTS[0]), POINTS[1])
    yield Formula(_("Mean satisfaction"), _(MEAN[0]), MEAN[1])


def _rules(plan: Plan) -> Iterator[Formula]:
    """Yield the rules of the model that this scenario uses, then its types of policies."""
    for rule in CORE:
        if _is_used(plan, rule.slug):
            yield Formula(_(rule.title), _("Rule of the model."), rule.formula)
    written = scenario(plan).get("policies", ())
    for policy in POLICIES:
        names = [str(one.get("name")) for one in written if one.get("type") == policy.slug]
        if names:
            text = plural_of(
                "Policy of this scenario: {names}.",
                "Policies of this scenario: {names}.",
                len(names),
            )
            told = text.format(names=enumerate_words(names, most=len(names)))
            yield Formula(_(policy.title), told, policy.formula)


def _is_used(plan: Plan, rule: str) -> bool:
    """Whether a scenario has the part that a rule of the model speaks of."""
    given = scenario(plan)
    channels = entries(plan, "channels").values()
    parts: dict[str, bool] = {
        "routing": any(channel.get("unresolved") for channel in channels),
        "capacity": any(_is_limited(channel) for channel in channels),
        "shares": bool(rows(plan, "min_share") or rows(plan, "max_share")),
        "single_channel": str(given.get("assignment", "split")) != "split",
        "whole_contacts": bool(given.get("whole_contacts")),
        "bundles": bool(entries(plan, "bundles")),
        "staff": bool(entries(plan, "staff")),
        "service_level": any(g.get("service_level") for g in entries(plan, "staff").values()),
        "upgrades": bool(entries(plan, "upgrades")),
    }
    return parts.get(rule, True)


def _is_limited(channel: Entry) -> bool:
    least = channel.get("min_volume")
    has_least = bool(least) if isinstance(least, list) else bool(number(least))
    return has_least or channel.get("capacity") is not None


def _symbols(formulas: Sequence[Formula]) -> Iterator[Block]:
    """Yield the symbols that occur in formulas."""
    written = " ".join(re.sub(r"\\(mathit|text)\{[^}]*\}", " ", one.latex) for one in formulas)
    found = [
        (symbol, meaning)
        for symbol, meaning in SYMBOLS
        if re.search(rf"(?<![A-Za-z\\]){re.escape(symbol)}(?![A-Za-z])", written)
    ]
    columns = (Column(_("Symbol"), "left"), Column(_("Meaning"), "left"))
    shown = {r"\sigma": "σ", r"\delta": "δ"}
    lines = tuple((shown.get(symbol, symbol), _(meaning)) for symbol, meaning in found)
    yield Grid(columns, lines, _("Symbols"))
    yield Paragraph(
        _(
            "Small letters below a symbol say where it holds: s segment, i interaction, c channel, "
            "g staff group, t period, b bundle, k upgrade, v set of upgrades of a channel."
        )
    )


def _certainty(plan: Plan, evidence: Evidence) -> Iterator[str]:
    """Yield what is proven, in the words of this plan."""
    currency = plan.names.currency
    status = STATUS.get(plan.status)
    if status is not None:
        yield _(status)
    if plan.objective is not None and plan.bound is not None and plan.gap is not None:
        yield _(
            "The plan is worth {objective}; no plan that obeys the rules is worth more than "
            "{bound}. The gap between them is {gap} of the plan's worth."
        ).format(
            objective=worth(plan.objective, currency),
            bound=worth(plan.bound, currency),
            gap=rate(plan.gap, most=6),
        )
    if plan.shifts or evidence.analyses:
        yield _("What a step of a limit is worth is known in one of these ways: {ways}.").format(
            ways="; ".join(_(way) for way in KNOWN)
        )
