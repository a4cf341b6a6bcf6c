"""What limits the plan: binding rules, and what one step of each limit is worth."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.plan.records import Binding, Known, Shift
from channelopt.report.document import Block, Bullets, Column, Grid, Note, Paragraph, Section
from channelopt.report.figures import (
    ABSENT,
    cents,
    count,
    enumerate_words,
    money,
    percent,
    plural,
    points,
    worth,
)
from channelopt.report.wording import place_in_words

RULES = {
    "capacity": "Capacity",
    "min_volume": "Minimum volume",
    "max_fte": "Most FTE",
    "min_fte": "Fewest FTE",
    "staff_hours": "All paid hours are worked",
    "service_level": "Agents needed to answer in time",
}
"""Words for limits of the model; a policy has its own name."""

_SHARES = frozenset({"share", "share points"})
"""Units of limits that a reader wants in percent."""

MOST_SENTENCES = 12
MOST_ROWS = 60


def binding(plan: Plan) -> Section:
    """Return the limits that leave no room."""
    if not plan.binding:
        text = "No capacity, staff limit or policy binds: the plan is limited by its costs alone."
        return Section("What limits the plan", (Paragraph(text),))
    columns = (Column("Limit", "left"), Column("Where", "left"), Column("At"))
    rows = _merged(plan)
    blocks: list[Block] = [
        Paragraph("These limits leave no room:"),
        Grid(columns, rows[:MOST_ROWS]),
    ]
    if len(rows) > MOST_ROWS:
        blocks.append(Paragraph("All of them are in plan.json."))
    return Section("What limits the plan", tuple(blocks))


def _merged(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """Return one row per limit, the periods in which it binds together."""
    groups: dict[tuple[str, str], list[Binding]] = {}
    for limit in plan.binding:
        key = (limit.rule, limit.where if limit.is_policy else limit.what)
        groups.setdefault(key, []).append(limit)
    return tuple(_binding_row(plan, limits) for limits in groups.values())


def _binding_row(plan: Plan, limits: list[Binding]) -> tuple[str, ...]:
    first = limits[0]
    if first.is_policy:
        return f"Policy {first.rule}", place_in_words(plan, first.where), ABSENT
    where = first.what
    if len(plan.periods) > 1:
        is_always = len(limits) == len(plan.periods)
        periods = enumerate_words((limit.period for limit in limits), most=6)
        where = f"{where}, {'every period' if is_always else periods}"
    levels = list(dict.fromkeys(count(limit.limit) for limit in limits))
    at = f"{enumerate_words(levels, most=6)} {first.unit}"
    return RULES.get(first.rule, first.rule), where, at


def sensitivity(plan: Plan) -> Section | None:
    """Return what one step less and more of each limit is worth, in words and as a table."""
    if not plan.shifts:
        return None
    moving = sorted(
        (shift for shift in plan.shifts if _matters(shift)),
        key=lambda shift: (-_size(shift), shift.parameter),
    )
    blocks: list[Block] = [Paragraph(_method(plan))]
    if moving:
        sentences = tuple(_sentence(plan, shift) for shift in moving[:MOST_SENTENCES])
        blocks += [Bullets(sentences), _grid(moving)]
    quiet = sum(_is_quiet(shift) for shift in plan.shifts)
    unknown = len(plan.shifts) - len(moving) - quiet
    if quiet:
        verb = "makes" if quiet == 1 else "make"
        blocks.append(Paragraph(f"{plural(quiet, 'other limit')} {verb} no difference either way."))
    if unknown:
        text = f"{plural(unknown, 'limit')} could not be computed to the end in the time given."
        blocks.append(Note(text))
    return Section("What one step of each limit is worth", tuple(blocks))


def _method(plan: Plan) -> str:
    text = (
        "Each limit was moved by one step, alone, and the scenario solved again; the effect is "
        "the difference in satisfaction-weighted profit"
    )
    text += f", in {plan.names.currency}." if plan.names.currency else "."
    if any(shift.dual is not None for shift in plan.shifts):
        text += (
            " Beside it stands the dual price of the linear program, which knows neither whole "
            "channels nor whole staff; where it tells another story it is marked."
        )
    return text


def _matters(shift: Shift) -> bool:
    ends = "infeasible" in (shift.less_known, shift.more_known)
    return ends or bool(shift.less) or bool(shift.more)


def _is_quiet(shift: Shift) -> bool:
    known = {shift.less_known, shift.more_known}
    return not _matters(shift) and known <= {"re-solved", "no meaning"}


def _size(shift: Shift) -> float:
    if "infeasible" in (shift.less_known, shift.more_known):
        return float("inf")
    return max(abs(shift.less or 0.0), abs(shift.more or 0.0))


def _sentence(plan: Plan, shift: Shift) -> str:
    used = "" if shift.used is None else f", {_amount(shift, shift.used)} used"
    parts = [
        *_side(plan, shift, shift.less, shift.less_known, "less"),
        *_side(plan, shift, shift.more, shift.more_known, "more"),
    ]
    text = f"{shift.title} ({_amount(shift, shift.value)}{used}): {'; '.join(parts)}."
    if shift.disagrees and shift.dual is not None:
        price = money(shift.dual, plan.names.currency)
        text += f" The dual price of {price} per unit misleads here."
    return f"{text} {shift.note}".strip()


def _amount(shift: Shift, number: float) -> str:
    unit = "" if shift.unit in {"currency", *_SHARES} else shift.unit
    return f"{_level(shift, number)} {unit}".strip()


def _level(shift: Shift, number: float) -> str:
    """Return a level of the limit; fine steps need more decimals than counts have."""
    if shift.unit in _SHARES:
        return percent(number)
    return f"{number:.3f}" if shift.step < 0.1 else count(number)


def _step(shift: Shift) -> str:
    return points(shift.step) if shift.unit in _SHARES else _level(shift, shift.step)


def _side(plan: Plan, shift: Shift, effect: float | None, known: Known, word: str) -> Iterator[str]:
    step = f"{_step(shift)} {word}"
    if known == "infeasible":
        yield f"{step} leaves no plan at all"
    elif known == "not solved":
        yield f"{step} was not computed"
    elif effect is None:
        return
    elif not effect:
        yield f"{step} changes nothing"
    else:
        verb = "brings" if effect > 0 else "costs"
        about = ""
        if known == "at least":
            about = "at least " if effect > 0 else "at most "
        yield f"{step} {verb} {about}{worth(abs(effect), plan.names.currency)}"


def _grid(shifts: list[Shift]) -> Grid:
    columns = (
        Column("Limit", "left"),
        *(Column(title) for title in ("At", "Used", "Step", "One less", "One more")),
        Column("Dual × step"),
        Column("", "left"),
    )
    shown = shifts[:MOST_ROWS]
    effects = [effect for shift in shown for effect in (shift.less, shift.more) if effect]
    digits = cents([*effects, *(shift.dual * shift.step for shift in shown if shift.dual)])
    return Grid(columns, tuple(_row(shift, digits) for shift in shown))


def _row(shift: Shift, digits: int) -> tuple[str, ...]:
    return (
        shift.title,
        _level(shift, shift.value),
        ABSENT if shift.used is None else _level(shift, shift.used),
        _step(shift),
        _effect(shift.less, shift.less_known, digits),
        _effect(shift.more, shift.more_known, digits),
        ABSENT if shift.dual is None else money(shift.dual * shift.step, digits=digits),
        "dual differs" if shift.disagrees else "",
    )


def _effect(effect: float | None, known: Known, digits: int) -> str:
    if known == "infeasible":
        return "no plan"
    if effect is None:
        return ABSENT
    text = money(effect, digits=digits)
    return f"≥ {text}" if known == "at least" else text
