"""What the result may be: the plan in many possible futures, and which uncertainty matters."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, headed, percent, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.sections.sensitivity_factors import factors
from channelopt.report.sections.sensitivity_odds import odds, sobol
from channelopt.report.sections.sensitivity_robust import robust
from channelopt.report.shapes import Axis, Mark, Spread, Tone
from channelopt.report.speech import _, later, plural_of

FEWEST = 8
"""Fewer numbers are no distribution to look at."""
LEVEL = "0.95"
PLANS = {
    ("held", "all"): later("Carried on, all futures"),
    ("held", "re-solved"): later("Carried on, futures solved again"),
    ("re-optimised", "re-solved"): later("Planned again"),
    ("regret", ""): later("Regret"),
}
"""Plans by which profit is told, with the futures that count; regret has one kind of futures."""
PLAIN = {
    "mean": later("Mean"),
    "sd": later("Standard deviation"),
    "worst": later("Worst"),
    "best": later("Best"),
    "share possible": later("Share of futures that have a plan"),
}
OF_SHARE = {
    "quantile": later("Not reached in {share} of futures"),
    "VaR": later("Reached in {share} of futures (VaR)"),
    "CVaR": later("Mean of the worst {rest} of futures (CVaR)"),
}
"""Statistics, plain and at a level."""


def futures(evidence: Evidence) -> Section | None:
    """Return what the plan earns in possible futures, and which rules and numbers matter there."""
    samples = cells.records(evidence, "samples")
    further = [*sobol(evidence), *robust(evidence)]
    if not samples and not further:
        return None
    plan = evidence.plan
    open_, total = cells.count_open(samples, "known")
    blocks: list[Block] = [
        *(_held(evidence, samples) if samples else ()),
        *odds(evidence),
        *_regret(plan, samples),
        *cells.unproven(open_, total, marked=False),
        *_statistics(evidence),
        *factors(evidence),
        *further,
    ]
    return Section(_("What the result may be"), tuple(blocks))


def statistic(evidence: Evidence, of: tuple[str, str], name: str) -> float | None:
    """Return a statistic of the table `distribution`; None where it has none."""
    for one in cells.records(evidence, "distribution"):
        if _key(one) == of and cells.text(one, "statistic") == name:
            return cells.number(one, "value")
    return None


def _key(record: cells.Record) -> tuple[str, str]:
    plan = cells.text(record, "plan")
    return plan, "" if plan == "regret" else cells.text(record, "futures")


def _profits(samples: list[cells.Record], column: str) -> list[float]:
    found = (cells.number(one, column) for one in samples)
    return [one for one in found if one is not None]


# ---- the plan carried on


def _held(evidence: Evidence, samples: list[cells.Record]) -> Iterator[Block]:
    plan, profits = evidence.plan, _profits(samples, "held")
    text = plural_of(
        "The plan was carried on in {n} future drawn from the uncertainty that the scenario "
        "states: channels and shares of contacts as planned, FTE as the work then needs.",
        "The plan was carried on in {n} futures drawn from the uncertainty that the scenario "
        "states: channels and shares of contacts as planned, FTE as the work then needs.",
        len(samples),
    )
    yield Paragraph(text.format(n=count(len(samples))))
    if len(profits) < FEWEST:
        return
    axis = Axis(headed(_("Profit of the plan carried on"), plan.names.currency), "money")
    marks = _marks(evidence)
    yield Chart(
        name="profit-in-futures",
        title=_("Profit of the plan in the futures that were drawn"),
        insight=_insight(evidence, profits),
        alt=_alt(plan, profits),
        shape=Spread(profits, axis, marks),
        source=cells.source("samples", "distribution"),
    )


def _marks(evidence: Evidence) -> list[Mark]:
    held = ("held", "all")
    mean = statistic(evidence, held, "mean")
    worst = statistic(evidence, held, f"CVaR {LEVEL}")
    known: list[tuple[str, float | None, Tone]] = [
        (_("As planned"), evidence.plan.objective, "plan"),
        (_("Mean"), mean, "total"),
        (_("Mean of the worst 5 %"), worst, "loss"),
    ]
    return [Mark(label, at, tone) for label, at, tone in known if at is not None]


def _insight(evidence: Evidence, profits: list[float]) -> str:
    currency, held = evidence.plan.names.currency, ("held", "all")
    names = ("quantile 0.05", "quantile 0.95", f"CVaR {LEVEL}")
    found = [statistic(evidence, held, name) for name in names]
    known = [one for one in found if one is not None]
    if max(profits) == min(profits):
        return _("Profit is {profit} in every one of the {n} futures.").format(
            profit=worth(profits[0], currency), n=count(len(profits))
        )
    if len(known) < len(found):
        return _("Profit lies between {low} and {high} in the {n} futures.").format(
            low=worth(min(profits), currency),
            high=worth(max(profits), currency),
            n=count(len(profits)),
        )
    below = sum(one < (evidence.plan.objective or 0.0) for one in profits) / len(profits)
    return _(
        "In nine of ten futures profit is between {low} and {high}; in {share} of them it is less "
        "than planned, and {worst} on average in the worst 5 %."
    ).format(
        low=worth(known[0], currency),
        high=worth(known[1], currency),
        share=percent(below),
        worst=worth(known[2], currency),
    )


def _alt(plan: Plan, profits: list[float]) -> str:
    return _("Histogram of {n} profits, from {low} to {high}.").format(
        n=count(len(profits)),
        low=worth(min(profits), plan.names.currency),
        high=worth(max(profits), plan.names.currency),
    )


# ---- regret


def _regret(plan: Plan, samples: list[cells.Record]) -> Iterator[Block]:
    """Yield what knowing the future would add: no forecast is worth more than that."""
    regrets = _profits(samples, "regret")
    if not regrets:
        return
    mean, most = sum(regrets) / len(regrets), max(regrets)
    currency = plan.names.currency
    if most <= 0:
        text = _("In none of the {n} futures looked at would another plan have been better.")
        yield Paragraph(text.format(n=count(len(regrets))))
        return
    insight = _(
        "Knowing the future would add {mean} on average and {most} at most over {n} futures; no "
        "forecast is worth more than that."
    ).format(mean=worth(mean, currency), most=worth(most, currency), n=count(len(regrets)))
    if len(regrets) < FEWEST:
        yield Paragraph(insight)
        return
    axis = Axis(headed(_("Regret"), currency), "money")
    yield Chart(
        name="regret",
        title=_("Regret: what the best plan for each future would earn more"),
        insight=insight,
        alt=_("Histogram of {n} regrets, from {low} to {high}.").format(
            n=count(len(regrets)), low=worth(min(regrets), currency), high=worth(most, currency)
        ),
        shape=Spread(regrets, axis, (Mark(_("Mean"), mean, "total"),)),
        source=cells.source("samples"),
    )


# ---- table


def _statistics(evidence: Evidence) -> Iterator[Block]:
    found = cells.records(evidence, "distribution")
    if not found:
        return
    rows: dict[str, dict[tuple[str, str], cells.Record]] = {}
    for one in found:
        rows.setdefault(cells.text(one, "statistic"), {})[_key(one)] = one
    used = [key for key in PLANS if any(key in of for of in rows.values())]
    amounts = [cells.number(one, "value") for one in found if not _is_share(one)]
    digits = cells.digits_of(amounts)
    columns = (
        Column(headed(_("Profit"), evidence.plan.names.currency), "left"),
        *(Column(_(PLANS[key])) for key in used),
    )
    shown: tuple[cells.Row, ...] = tuple(
        (statistic_words(name), *(_cell(of.get(key), digits) for key in used))
        for name, of in rows.items()
    )
    title = _("What the plan earns over all futures")
    yield Grid(columns, shown, title, cells.source("distribution"))


def _is_share(record: cells.Record) -> bool:
    return cells.text(record, "statistic") == "share possible"


def _cell(record: cells.Record | None, digits: int) -> Value:
    if record is None:
        return values.money(None)
    number = cells.number(record, "value")
    if _is_share(record):
        return values.percent(number)
    return cells.amount(number, cells.text(record, "known"), digits)


def statistic_words(name: str) -> str:
    """Return what a statistic is called: `CVaR 0.95` is the mean of the worst 5 %."""
    kind, _space, level = name.partition(" ")
    share = cells.number({"level": level}, "level")
    if kind not in OF_SHARE or share is None:
        return _(PLAIN.get(name, name))
    rest = round(1.0 - share, 9)
    return _(OF_SHARE[kind]).format(share=percent(share, 0), rest=percent(rest, 0))
