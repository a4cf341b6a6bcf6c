"""Which inputs move the result most: with the plan carried on, and with the best plan."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, enumerate_words, headed, percent, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Swing, Swings
from channelopt.report.speech import _, later, plural_of
from channelopt.report.stored import said

ENDS = ("low", "high")
"""Both ends of what is varied."""
FEW = 20
"""So many inputs are drawn."""


def tornado(evidence: Evidence) -> Section | None:
    """Return what each group of inputs does to profit."""
    found = cells.records(evidence, "tornado")
    if not found:
        return None
    plan = evidence.plan
    open_, total = cells.count_open(found, "known_low", "known_high")
    blocks: list[Block] = [
        Paragraph(
            _(
                "Each input was taken at a low and at a high value. Carried on means that channels "
                "and shares of contacts stay as planned; planned again is the best plan for these "
                "numbers. The difference is what it is worth to be able to react."
            )
        ),
        *_charts(plan, found),
        *(Paragraph(one) for one in _flexibility(plan, found)),
        *cells.unproven(open_, total),
        _grid(plan, found),
    ]
    return Section(_("Which inputs move the result most"), tuple(blocks))


def _charts(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    """Yield the tornado of the plan carried on; that of the best plan only where it differs."""
    held = _moving(found, "held")
    if held:
        yield Chart(
            name="tornado-carried-on",
            title=_title_of(_("Change of profit with the plan carried on"), held),
            insight=_insight(plan, held, "held"),
            alt=_alt(plan, held, "held"),
            shape=_swings(plan, held, "held"),
            source=cells.source("tornado"),
        )
    best = _moving([one for one in found if _is_proven(one)], "best")
    if best and any(_differs(one) for one in best):
        yield Chart(
            name="tornado-planned-again",
            title=_title_of(_("Change of profit when planned again"), best),
            insight=_insight(plan, best, "best"),
            alt=_alt(plan, best, "best"),
            shape=_swings(plan, best, "best"),
            source=cells.source("tornado"),
        )
    if not held and not best:
        yield Paragraph(_("No input that was varied is known to change profit."))


def _title_of(title: str, moving: list[cells.Record]) -> str:
    """Return the title of a chart, which says so where it does not show all inputs."""
    if len(moving) <= FEW:
        return title
    return _("{title}: the {shown} inputs of {all} that matter most").format(
        title=title, shown=count(FEW), all=count(len(moving))
    )


def _is_proven(record: cells.Record) -> bool:
    """Whether the best plan is proven at both ends."""
    return not any(cells.text(record, f"known_{end}") in cells.OPEN for end in ENDS)


def _differs(record: cells.Record) -> bool:
    return any(cells.number(record, f"flexibility_{end}") for end in ENDS)


def _ends(record: cells.Record, plan_: str) -> list[float]:
    found = (cells.number(record, f"{plan_}_{end}") for end in ENDS)
    return [one for one in found if one is not None]


def _size(record: cells.Record, plan_: str) -> float:
    """Return the larger of the effects at both ends."""
    return max((abs(one) for one in _ends(record, plan_)), default=0.0)


def _moving(found: list[cells.Record], plan_: str) -> list[cells.Record]:
    moving = [one for one in found if _size(one, plan_) > 0]
    return sorted(moving, key=lambda one: -_size(one, plan_))


def _swings(plan: Plan, found: list[cells.Record], plan_: str) -> Swings:
    axis = Axis(headed(_("Change of profit"), plan.names.currency), "money")
    return Swings(tuple(_swing(one, plan_) for one in found[:FEW]), axis)


def _swing(record: cells.Record, plan_: str) -> Swing:
    low, high = (cells.number(record, f"{plan_}_{end}") for end in ENDS)
    labels = [_factor(record, end) for end in ENDS]
    if plan_ == "best":
        lost = [cells.text(record, f"known_{end}") == "infeasible" for end in ENDS]
        labels = [
            _("{change}: no plan").format(change=label) if no_plan else label
            for label, no_plan in zip(labels, lost, strict=True)
        ]
    return Swing(_title(record), low, high, *labels)


def _title(record: cells.Record) -> str:
    """Return what is varied: groups have titles of the user, inputs those of the engine."""
    title = cells.text(record, "title")
    return said(title) if "." in cells.text(record, "group") else title


def _factor(record: cells.Record, end: str) -> str:
    """Return by how much an input is varied at an end, `-5 %`."""
    factor = cells.number(record, end)
    return "" if factor is None else cells.relative(factor - 1.0)


INSIGHTS = {
    ("held", True): later(
        "With the plan carried on nothing moves profit more than '{input}': at {change} it rises "
        "by {amount}, {share} of what is planned."
    ),
    ("held", False): later(
        "With the plan carried on nothing moves profit more than '{input}': at {change} it falls "
        "by {amount}, {share} of what is planned."
    ),
    ("best", True): later(
        "Planned again, nothing moves profit more than '{input}': at {change} it rises by "
        "{amount}, {share} of what is planned."
    ),
    ("best", False): later(
        "Planned again, nothing moves profit more than '{input}': at {change} it falls by "
        "{amount}, {share} of what is planned."
    ),
}
"""What moves profit most, by the plan and by whether profit rises."""


def _insight(plan: Plan, moving: list[cells.Record], plan_: str) -> str:
    first, today = moving[0], abs(plan.objective or 0.0)
    effects = [(cells.number(first, f"{plan_}_{end}") or 0.0, end) for end in ENDS]
    effect, end = max(effects, key=lambda one: abs(one[0]))
    return _(INSIGHTS[plan_, effect > 0]).format(
        input=_title(first),
        change=_factor(first, end),
        amount=worth(abs(effect), plan.names.currency),
        share=percent(abs(effect) / today if today else None),
    )


def _alt(plan: Plan, moving: list[cells.Record], plan_: str) -> str:
    first = moving[0]
    ends = [0.0, *_ends(first, plan_)]
    text = plural_of(
        "Bars to the left and right of zero for {n} input. The longest: {input}, from {low} to "
        "{high}.",
        "Bars to the left and right of zero for {n} inputs. The longest: {input}, from {low} to "
        "{high}.",
        len(moving),
    )
    currency = plan.names.currency
    return text.format(
        n=count(len(moving)),
        input=_title(first),
        low=worth(min(ends), currency),
        high=worth(max(ends), currency),
    )


def _flexibility(plan: Plan, found: list[cells.Record]) -> Iterator[str]:
    """Say where planning again is worth most, and which inputs break rules if nobody reacts."""
    kept = [
        (cells.number(one, f"flexibility_{end}") or 0.0, one, end)
        for one in found
        for end in ENDS
        if not _broken(one, end)
    ]
    most = max(kept, key=lambda one: one[0], default=None)
    if most is not None and most[0] > 0:
        yield _(
            "Being able to react is worth most where '{input}' turns out at {change}: planning "
            "again then earns {amount} more than carrying the plan on."
        ).format(
            input=_title(most[1]),
            change=_factor(most[1], most[2]),
            amount=worth(most[0], plan.names.currency),
        )
    lost = [
        _("'{input}' at {change}").format(input=_title(one), change=_factor(one, end))
        for one in found
        for end in ENDS
        if cells.text(one, f"known_{end}") == "infeasible"
    ]
    if lost:
        yield _("No plan at all is left with {ends}.").format(ends=enumerate_words(lost))
    broken = sum(bool(_broken(one, end)) for one in found for end in ENDS)
    if broken:
        yield plural_of(
            "In {n} case the plan carried on breaks rules; a negative value of reacting is then "
            "the price of keeping them.",
            "In {n} cases the plan carried on breaks rules; a negative value of reacting is then "
            "the price of keeping them.",
            broken,
        ).format(n=count(broken))


def _broken(record: cells.Record, end: str) -> str:
    """Return the rules that the plan carried on breaks at an end, as they are stored."""
    for part in cells.text(record, "breaks").split("; "):
        name, found, rules = part.partition(": ")
        if found and name == end:
            return rules
    return ""


def _grid(plan: Plan, found: list[cells.Record]) -> Grid:
    has_breaks = any(cells.text(one, "breaks") for one in found)
    columns = (
        Column(_("Input"), "left"),
        *(Column(title) for title in (_("Low"), _("High"))),
        Column(headed(_("Carried on, low"), plan.names.currency)),
        *(Column(title) for title in (_("Carried on, high"), _("Planned again, low"))),
        Column(_("Planned again, high")),
        *(Column(title) for title in (_("Value of reacting, low"), _("Value of reacting, high"))),
        *((Column(_("Carried on, breaks"), "left"),) if has_breaks else ()),
    )
    names = [f"{kind}_{end}" for kind in ("held", "best") for end in ENDS]
    digits = cells.digits_of(cells.number(one, name) for one in found for name in names)
    rows = tuple(_row(one, digits, breaks=has_breaks) for one in found)
    title = _("Change of profit at both ends of each input")
    return Grid(columns, rows, title, cells.source("tornado"))


def _row(record: cells.Record, digits: int, *, breaks: bool) -> cells.Row:
    held = [values.money(cells.number(record, f"held_{end}"), digits) for end in ENDS]
    known = [cells.text(record, f"known_{end}") for end in ENDS]
    best, react = (
        [
            cells.amount(cells.number(record, f"{name}_{end}"), how, digits)
            for end, how in zip(ENDS, known, strict=True)
        ]
        for name in ("best", "flexibility")
    )
    factors = [
        Value(_factor(record, end), None if factor is None else factor - 1.0)
        for end in ENDS
        for factor in [cells.number(record, end)]
    ]
    return (
        _title(record),
        *factors,
        *held,
        *best,
        *react,
        *((_breaks(record),) if breaks else ()),
    )


def _breaks(record: cells.Record) -> str:
    """Return which rules break at which end."""
    words = {"low": _("at the low end: {rules}"), "high": _("at the high end: {rules}")}
    found = [(end, _broken(record, end)) for end in ENDS]
    return "; ".join(words[end].format(rules=cells.rules(rules)) for end, rules in found if rules)
