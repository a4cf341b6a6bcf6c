"""What one step of each limit is worth: a tornado, a table, and what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from channelopt.plan.plan import Plan
from channelopt.plan.records import Shift
from channelopt.report import figures, values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, enumerate_words, headed, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.sections.sensitivity_points import duals, points
from channelopt.report.shapes import Axis, Swing, Swings
from channelopt.report.speech import _, plural_of
from channelopt.report.stored import said

STEP, TENTH = "step", "10 %"
"""Changes of a limit that are shown."""


@dataclass(frozen=True)
class Effect:
    """What moving a limit does to profit, how that is known, and where the limit is then."""

    worth: float | None = None
    known: str = "no meaning"
    at: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Limit:
    """A limit and what moving it is worth.

    Attributes:
        title: in words.
        unit: what its value counts.
        value: today.
        used: by the plan; None where that has no meaning.
        step: size of a step.
        less: one step less.
        more: one step more.
        tenth: 10 % less and more; empty where that was not asked.
        dual: price per unit in the linear program.
        misleads: whether that price tells another story.
        note: anything else.
    """

    title: str
    unit: str
    value: float | None
    used: float | None
    step: float | None
    less: Effect
    more: Effect
    tenth: tuple[Effect, ...] = ()
    dual: float | None = None
    misleads: bool = False
    note: str = ""

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All of them."""
        return (self.less, self.more, *self.tenth)

    @property
    def size(self) -> float:
        """Largest known effect of a step; a step that leaves no plan is the largest of all."""
        if "infeasible" in (self.less.known, self.more.known):
            return float("inf")
        return max(abs(self.less.worth or 0.0), abs(self.more.worth or 0.0))

    @property
    def matters(self) -> bool:
        """Whether a step is known to change anything."""
        return self.size > 0


@dataclass(frozen=True)
class Found:
    """Limits and the files that they come from."""

    limits: tuple[Limit, ...]
    source: str
    further: tuple[Block, ...] = field(default=())


def marginal_values(evidence: Evidence) -> Section | None:
    """Return what one step less and more of each limit is worth.

    From the analysis of limits; where it was not made, from the short version of the run itself.
    """
    found = _analysed(evidence) or _short(evidence.plan)
    if found is None:
        return None
    plan, limits = evidence.plan, sorted(found.limits, key=lambda one: (-one.size, one.title))
    known = [effect.known for limit in limits for effect in limit.effects]
    asked = [one for one in known if one != "no meaning"]
    blocks: list[Block] = [Paragraph(_method(plan))]
    blocks += [*_chart(plan, limits, found.source), *_impossible(limits)]
    blocks += cells.unproven(sum(one in cells.OPEN for one in asked), len(asked))
    blocks += [Paragraph(one) for one in _ceiling(plan, limits)]
    blocks += [_grid(plan, limits, found.source), *_notes(limits), *found.further]
    return Section(_("What one step of each limit is worth"), tuple(blocks))


def _analysed(evidence: Evidence) -> Found | None:
    rows = cells.records(evidence, "limits")
    if not rows:
        return None
    prices = {cells.text(one, "parameter"): one for one in cells.records(evidence, "limit_duals")}
    groups: dict[str, list[cells.Record]] = {}
    for record in rows:
        groups.setdefault(cells.text(record, "parameter"), []).append(record)
    limits = tuple(_limit(group, prices.get(name, {})) for name, group in groups.items())
    further = (*duals(evidence), *points(evidence))
    return Found(limits, cells.source("limits"), further)


def _limit(group: list[cells.Record], price: cells.Record) -> Limit:
    first = group[0]
    by_change = {
        (cells.text(one, "change"), cells.text(one, "direction")): _effect(one) for one in group
    }
    less, more = (by_change.get((STEP, side), Effect()) for side in ("less", "more"))
    value = cells.number(first, "value")
    moved = [abs(at - value) for at in (less.at, more.at) if at is not None and value is not None]
    return Limit(
        title=said(cells.text(first, "title")),
        unit=cells.text(first, "unit"),
        value=value,
        used=cells.number(first, "used"),
        step=float(f"{moved[0]:.9g}") if moved else cells.number(price, "step"),
        less=less,
        more=more,
        tenth=tuple(by_change.get((TENTH, side), Effect()) for side in ("less", "more")),
        dual=cells.number(price, "dual"),
        misleads=cells.flag(price, "misleads"),
    )


def _effect(record: cells.Record) -> Effect:
    names = ("effect", "new_value", "at_most")
    worth_, at, at_most = (cells.number(record, name) for name in names)
    return Effect(worth_, cells.text(record, "known") or "no meaning", at, at_most)


def _short(plan: Plan) -> Found | None:
    if not plan.shifts:
        return None
    return Found(tuple(_of_shift(shift) for shift in plan.shifts), "sensitivity.csv")


def _of_shift(one: Shift) -> Limit:
    return Limit(
        title=said(one.title),
        unit=one.unit,
        value=one.value,
        used=one.used,
        step=one.step,
        less=Effect(one.less, one.less_known, one.value - one.step),
        more=Effect(one.more, one.more_known, one.value + one.step),
        dual=one.dual,
        misleads=one.disagrees,
        note=said(one.note),
    )


def _method(plan: Plan) -> str:
    if plan.names.currency:
        return _(
            "Each limit was moved alone and the scenario solved again; effects are differences in "
            "satisfaction-weighted profit over all periods, in {currency}."
        ).format(currency=plan.names.currency)
    return _(
        "Each limit was moved alone and the scenario solved again; effects are differences in "
        "satisfaction-weighted profit over all periods."
    )


# ---- chart


def _chart(plan: Plan, limits: list[Limit], source: str) -> Iterator[Block]:
    """Yield the limits whose step changes profit; where none does, a sentence says so."""
    moving = [one for one in limits if one.less.worth or one.more.worth]
    if not moving:
        yield from (Paragraph(one) for one in _nothing(limits))
        return
    moving.sort(key=lambda one: -max(abs(e.worth or 0.0) for e in (one.less, one.more)))
    axis = Axis(headed(_("Change of profit"), plan.names.currency), "money")
    swings = tuple(_swing(one) for one in moving[: cells.MOST])
    chart = Chart(
        name="marginal-values",
        title=_("Change of profit with one step less and one step more of each limit"),
        insight=_insight(plan, moving),
        alt=_alt(plan, moving),
        shape=Swings(swings, axis),
        source=source,
    )
    yield cells.drawn(chart, len(swings))


def _swing(one: Limit) -> Swing:
    ends = [one.less, one.more]
    at = cells.levels([one.value, *(end.at for end in ends)], one.unit)[1:]
    labels = [_end(end, value.text) for end, value in zip(ends, at, strict=True)]
    return Swing(one.title, one.less.worth, one.more.worth, *labels)


def _end(effect: Effect, at: str) -> str:
    """Return where a bar ends: the limit then, and whether the bar is only a bound."""
    if effect.worth is None:
        return ""
    return _("{limit}, at least").format(limit=at) if effect.known == "at least" else at


def _impossible(limits: list[Limit]) -> Iterator[Block]:
    """Yield which limits cannot be a step tighter: there would be no plan at all."""
    for name, text in (
        ("less", _("One step less leaves no plan at all: {limits}.")),
        ("more", _("One step more leaves no plan at all: {limits}.")),
    ):
        found = [one.title for one in limits if getattr(one, name).known == "infeasible"]
        if found:
            yield Paragraph(text.format(limits=enumerate_words(found)))


def _best_step(limits: list[Limit]) -> tuple[float, Limit, bool]:
    """Return what the best step brings, of which limit, and whether it is one more."""
    steps = [
        (effect.worth or 0.0, limit, is_more)
        for limit in limits
        for effect, is_more in ((limit.less, False), (limit.more, True))
    ]
    return max(steps, key=lambda one: one[0])


def _insight(plan: Plan, moving: list[Limit]) -> str:
    gain, limit, is_more = _best_step(moving)
    currency = plan.names.currency
    if gain <= 0:
        worst = min(moving, key=lambda one: min(one.less.worth or 0.0, one.more.worth or 0.0))
        loss = min(worst.less.worth or 0.0, worst.more.worth or 0.0)
        message = _(
            "No step of a limit is known to bring profit; the dearest step the other way is that "
            "of '{limit}', which costs {loss}."
        )
        return message.format(limit=worst.title, loss=worth(-loss, currency))
    effect = limit.more if is_more else limit.less
    message = {
        (True, False): _("'{limit}' costs most: with {step} more profit would rise by {gain}."),
        (False, False): _("'{limit}' costs most: with {step} less profit would rise by {gain}."),
        (True, True): _(
            "'{limit}' costs most: with {step} more profit would rise by {gain} or more."
        ),
        (False, True): _(
            "'{limit}' costs most: with {step} less profit would rise by {gain} or more."
        ),
    }[is_more, effect.known == "at least"]
    return message.format(limit=limit.title, step=_step(plan, limit), gain=worth(gain, currency))


def _step(plan: Plan, limit: Limit) -> str:
    """Return the size of a step; shares in points."""
    if limit.step is None:
        return _("one step")
    if limit.unit in cells.SHARES:
        return figures.points(limit.step)
    return cells.with_unit(plan, cells.levels([limit.step], limit.unit)[0], limit.unit)


def _alt(plan: Plan, moving: list[Limit]) -> str:
    first = moving[0]
    ends = [effect.worth for effect in (first.less, first.more) if effect.worth is not None]
    text = plural_of(
        "Bars to the left and right of zero for {n} limit. The longest: {limit}, from {low} to "
        "{high}.",
        "Bars to the left and right of zero for {n} limits. The longest: {limit}, from {low} to "
        "{high}.",
        len(moving),
    )
    currency = plan.names.currency
    low, high = worth(min(0.0, *ends, 0.0), currency), worth(max(0.0, *ends, 0.0), currency)
    return text.format(n=count(len(moving)), limit=first.title, low=low, high=high)


def _nothing(limits: list[Limit]) -> Iterator[str]:
    """Say that no step is known to change profit, as far as that is proven."""
    steps = [effect.known for limit in limits for effect in (limit.less, limit.more)]
    if all(one in {"re-solved", "no meaning"} for one in steps):
        yield plural_of(
            "The only limit makes no difference: one step less or more leaves profit as it is.",
            "No limit makes a difference: one step less or more of any of the {n} leaves profit "
            "as it is.",
            len(limits),
        ).format(n=count(len(limits)))
    else:
        yield _("No step of a limit is known to change profit.")


def _ceiling(plan: Plan, limits: list[Limit]) -> Iterator[str]:
    """Say how much the steps that are not proven could bring at most."""
    open_ = [e for one in limits for e in (one.less, one.more) if e.known in cells.OPEN]
    most = [effect.at_most for effect in open_ if effect.at_most is not None]
    if open_ and len(most) == len(open_):
        yield _("Not one of the steps that are not proven can bring more than {most}.").format(
            most=worth(max(most), plan.names.currency)
        )


# ---- table


def _grid(plan: Plan, limits: list[Limit], source: str) -> Grid:
    has_tenth = any(one.tenth for one in limits)
    has_dual = any(one.dual is not None for one in limits)
    columns = (
        Column(_("Limit"), "left"),
        *(Column(title) for title in (_("At"), _("Used"), _("Step"))),
        *(Column(title) for title in (_("One less"), _("One more"))),
        *((Column(_("10 % less")), Column(_("10 % more"))) if has_tenth else ()),
        *((Column(_("Dual × step")),) if has_dual else ()),
    )
    amounts = [effect.worth for one in limits for effect in one.effects]
    digits = cells.digits_of([*amounts, *(_foretold(one) for one in limits)])
    shows = {"tenth": has_tenth, "dual": has_dual}
    rows = tuple(_row(plan, one, digits, shows) for one in limits)
    return Grid(columns, rows, _("What moving each limit is worth"), source)


def _row(plan: Plan, one: Limit, digits: int, shows: Mapping[str, bool]) -> cells.Row:
    value, used = cells.levels([one.value, one.used], one.unit)
    effects = (one.less, one.more, *((one.tenth or (Effect(), Effect())) if shows["tenth"] else ()))
    shown = [cells.amount(effect.worth, effect.known, digits) for effect in effects]
    dual = values.money(_foretold(one), digits)
    if one.misleads:
        dual = Value(_("{amount}, misleads").format(amount=dual), dual.number)
    at = cells.counted(plan, value, one.unit)
    step = Value(_step_alone(one), one.step)
    return (one.title, at, used, step, *shown, *((dual,) if shows["dual"] else ()))


def _step_alone(one: Limit) -> str:
    if one.unit in cells.SHARES and one.step is not None:
        return figures.points(one.step)
    return cells.levels([one.step], one.unit)[0].text


def _foretold(one: Limit) -> float | None:
    return None if one.dual is None or one.step is None else one.dual * one.step


def _notes(limits: list[Limit]) -> Iterator[Block]:
    """Yield what the stored notes say, and how many limits are quiet."""
    notes = dict.fromkeys(f"{one.title}: {one.note}" for one in limits if one.note)
    yield from (Paragraph(note) for note in notes)
    if any(one.dual is not None for one in limits):
        wrong = sum(one.misleads for one in limits)
        if not wrong:
            yield Paragraph(
                _(
                    "The dual price is that of the linear program, which knows neither whole "
                    "channels nor whole staff."
                )
            )
            return
        text = plural_of(
            "The dual price is that of the linear program, which knows neither whole channels nor "
            "whole staff; it misleads for {n} limit.",
            "The dual price is that of the linear program, which knows neither whole channels nor "
            "whole staff; it misleads for {n} limits.",
            wrong,
        )
        yield Paragraph(text.format(n=count(wrong)))
