"""A robust plan beside the plan: what it decides otherwise, what it costs and what it saves."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Column, Grid, Paragraph, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, headed, percent, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.speech import _, later, plural_of

OPTIMAL, ROBUST = "optimal", "robust"
FUTURES = {
    "as written": later("The numbers of the scenario"),
    "same": later("The futures it was made for"),
    "fresh": later("Fresh futures"),
}
PLANS = {
    OPTIMAL: later("The plan"),
    ROBUST: later("Robust plan"),
    "any": later("Any plan"),
}
STATISTICS = {
    "profit": later("Profit"),
    "mean": later("Mean profit"),
    "worst": later("Worst profit"),
    "share possible": later("Share of futures that can be served"),
    "futures compared": later("Futures compared"),
    "decided by the program": later("Futures decided for"),
}
AT_LEVEL = {
    "VaR": later("Profit reached in {share} of futures (VaR)"),
    "CVaR": later("Mean profit in the worst {rest} of futures (CVaR)"),
}
DECISIONS = {"open": later("open"), "owned": later("owned"), "fte": later("FTE")}


def robust(evidence: Evidence) -> Iterator[Block]:
    """Yield how a plan made for many futures compares with the plan."""
    found = cells.records(evidence, "robust")
    if not found:
        return
    apart = cells.records(evidence, "robust_decisions")
    yield from (Paragraph(one) for one in _gist(evidence.plan, found, apart))
    yield from _decisions(evidence.plan, apart)
    yield _grid(evidence.plan, found)


def value(found: list[cells.Record], plan: str, futures: str, statistic: str) -> float | None:
    """Return a statistic of a plan in some futures; None where there is none."""
    for one in found:
        key = tuple(cells.text(one, name) for name in ("plan", "futures", "statistic"))
        if key == (plan, futures, statistic):
            return cells.number(one, "value")
    return None


def _gist(plan: Plan, found: list[cells.Record], apart: list[cells.Record]) -> Iterator[str]:
    if not any(cells.text(one, "plan") == OPTIMAL for one in found):
        yield _("No robust plan was found.")
        return
    if not apart:
        yield _("The robust plan has the same channels, upgrades and FTE as the plan.")
        return
    yield plural_of(
        "A robust plan, made for many futures at once, takes {n} decision otherwise.",
        "A robust plan, made for many futures at once, takes {n} decisions otherwise.",
        len(apart),
    ).format(n=count(len(apart)))
    before, after = (value(found, one, "as written", "profit") for one in (OPTIMAL, ROBUST))
    if before is not None and after is not None:
        yield _("It costs {amount} of profit if everything comes as written.").format(
            amount=worth(max(before - after, 0.0), plan.names.currency)
        )
    shares = [value(found, one, "fresh", "share possible") for one in (OPTIMAL, ROBUST)]
    if shares[0] is not None and shares[1] is not None:
        yield _(
            "Channels, upgrades and FTE of the plan can serve everybody under all rules in {plan} "
            "of fresh futures, the robust ones in {robust}."
        ).format(plan=percent(shares[0]), robust=percent(shares[1]))


def _decisions(plan: Plan, apart: list[cells.Record]) -> Iterator[Block]:
    if not apart:
        return
    many = len(plan.periods) > 1
    columns = (
        *(Column(title, "left") for title in (_("What"), _("Where"))),
        *((Column(_("Period"), "left"),) if many else ()),
        *(Column(_(PLANS[one])) for one in (OPTIMAL, ROBUST)),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            _(DECISIONS.get(cells.text(one, "decision"), cells.text(one, "decision"))),
            cells.text(one, "title") or cells.text(one, "name"),
            *((cells.text(one, "period"),) if many else ()),
            *(_decided(one, name) for name in (OPTIMAL, ROBUST)),
        )
        for one in apart
    )
    title = _("What the robust plan decides otherwise")
    yield Grid(columns, rows, title, cells.source("robust_decisions"))


def _decided(record: cells.Record, column: str) -> Value:
    number = cells.number(record, column)
    if cells.text(record, "decision") == "fte" or number is None:
        return values.count(number)
    return Value(_("yes") if number > 0.5 else _("no"), number)


def _grid(plan: Plan, found: list[cells.Record]) -> Grid:
    rows: dict[tuple[str, str], dict[str, cells.Record]] = {}
    for one in found:
        key = (cells.text(one, "futures"), cells.text(one, "statistic"))
        rows.setdefault(key, {})[cells.text(one, "plan")] = one
    used = [name for name in PLANS if any(name in of for of in rows.values())]
    amounts = [cells.number(one, "value") for one in found if _is_money(one)]
    digits = cells.digits_of(amounts)
    columns = (
        *(
            Column(title, "left")
            for title in (_("Futures"), headed(_("What"), plan.names.currency))
        ),
        *(Column(_(PLANS[name])) for name in used),
    )
    shown: tuple[cells.Row, ...] = tuple(
        (
            _(FUTURES.get(futures, futures)),
            _statistic(statistic),
            *(_cell(of.get(name), digits) for name in used),
        )
        for (futures, statistic), of in rows.items()
    )
    title = _("The plan and the robust plan, each with its channels, upgrades and FTE kept")
    return Grid(columns, shown, title, cells.source("robust"))


def _is_money(record: cells.Record) -> bool:
    return cells.text(record, "statistic").partition(" ")[0] in {
        *AT_LEVEL,
        "profit",
        "mean",
        "worst",
    }


def _statistic(name: str) -> str:
    kind, _space, level = name.partition(" ")
    share = cells.number({"level": level}, "level")
    if kind not in AT_LEVEL or share is None:
        return _(STATISTICS.get(name, name))
    rest = round(1.0 - share, 9)
    return _(AT_LEVEL[kind]).format(share=percent(share, 0), rest=percent(rest, 0))


def _cell(record: cells.Record | None, digits: int) -> Value:
    if record is None:
        return values.money(None)
    number = cells.number(record, "value")
    if _is_money(record):
        return cells.amount(number, cells.text(record, "known"), digits)
    if cells.text(record, "statistic") == "share possible":
        return values.percent(number)
    return values.count(number)
