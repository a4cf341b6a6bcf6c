"""Compile: a plan and a register of customers become a task for the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from channelopt.customers.people import Register
from channelopt.errors import InfeasibleError, UsageError
from channelopt.instance.instance import Instance
from channelopt.lists.columns import rows_of
from channelopt.lists.implied import needed
from channelopt.lists.lines import Line
from channelopt.lists.listed import List
from channelopt.lists.measures import Keeping, Measures, Own
from channelopt.lists.personal import moved, steering, tells
from channelopt.lists.quotas import decided_together, planned, quotas
from channelopt.lists.rows import lines_of
from channelopt.lists.served import Here, Over, refuse_unserved
from channelopt.lists.sides import Sides, of_limit, refuse_crossed
from channelopt.lists.spending import with_spending
from channelopt.lists.stage import Stage, stage_of
from channelopt.lists.tables import Scene, entering, tables_of
from channelopt.lists.ways import ListWays
from channelopt.lists.wishes import like
from channelopt.priced.units import Flags
from channelopt.rules.migration import Migration
from channelopt.rules.outage import Outage
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers


def compile_list(
    instance: Instance,
    choice: Choice,
    period: int,
    register: Register,
    ways: ListWays,
    over: Over | None = None,
) -> List:
    """Compile one period of a plan for single customers.

    Args:
        instance: the scenario, all periods.
        choice: its plan.
        period: position of the period.
        register: the customers.
        ways: how the list is to be decided.
        over: works on the partitions elsewhere; default one after the other, here.

    Raises:
        UsageError: what is asked for does not fit the plan.
        InputError: the customers do not fit the scenario.
        InfeasibleError: a rule fails whatever the customers do.
    """
    everywhere = over or Here(register)
    stage = stage_of(instance, choice, period, register, ways, everywhere)
    lines = [*_rules(stage), *([] if ways.joint else _quotas(stage, ways))]
    open_to = _open_to(stage, ways)
    enters = stage.cells.enters & open_to
    n = stage.restated.numbers
    lines = needed(_limited(lines, ways.limits, n), n, enters)
    lines = [line for line in lines if _left(line)]
    own = _own(stage, lines)
    scene = Scene(own, stage.questions, stage.kinds, open_to)
    enter = entering(scene)
    rows, others = rows_of(lines, enter, scene)
    compiled = List(
        questions=stage.questions,
        tables=tables_of(scene, enter),
        rows=rows,
        limits=tuple(line.limit for line in lines),
        others=others,
        constant=stage.restated.standing + stage.tally.fixed_margin,
        own=own,
        kinds=stage.kinds,
        contact=enter.per_unit(np.ones_like(stage.cells.value)),
        cost=enter.per_unit(stage.cells.cost),
        hours=np.stack([enter.per_unit(work) for work in stage.cells.work]),
        notes=_notes(instance, ways),
    )
    refuse_unserved(compiled, register, everywhere)
    return compiled


def _rules(stage: Stage) -> list[Line]:
    """Return the limits that the scenario's own rules set."""
    restated, basis, tally = stage.restated, stage.basis, stage.tally
    lines = lines_of(restated, felt="satisfaction" in stage.columns)
    lines = [
        with_spending(line, stage.instance, restated, tally.fixed_margin)
        for line in lines
        if not _idle_demand(stage, line)
    ]
    if basis.preferred:
        lines = [line for line in lines if line.limit.kind != "steering"]
        lines += steering(restated, tally, stage.kinds, stage.cells.enters)
    inbound = {
        name for name, met in zip(restated.numbers.interactions, basis.inbound, strict=True) if met
    }
    for policy in restated.policies:
        if isinstance(policy, Migration) and _tells(stage, policy):
            lines = [
                line
                for line in lines
                if line.limit.owner != policy.name or line.limit.interaction not in inbound
            ]
            lines += moved(restated, policy, basis, tally, stage.kinds)
    return lines


def _tells(stage: Stage, policy: Migration) -> bool:
    """Whether the file says of the customers whom a policy speaks of how they are served now."""
    return tells(stage.basis, policy.reach(stage.restated.numbers).interactions)


def _idle_demand(stage: Stage, line: Line) -> bool:
    """Whether a limit of outbound contacts holds for every list: nobody has more than usual."""
    if line.limit.kind != "demand":
        return False
    n = stage.restated.numbers
    s, i = n.segments.index(line.limit.segment), n.interactions.index(line.limit.interaction)
    treated: bool = stage.basis.usually_treated()[s, i] <= stage.basis.contacts[s, i]
    return treated


def _quotas(stage: Stage, ways: ListWays) -> list[Line]:
    """Return the plan's shares as limits."""
    groups = decided_together(stage.questions, stage.restated.numbers)
    enters = stage.cells.enters & _open_to(stage, ways)
    return list(quotas(stage.restated, groups, stage.tally, enters, ways.quota_tolerance))


def _open_to(stage: Stage, ways: ListWays) -> Flags:
    """Return (S, I, W) where options may go.

    Within the plan's quotas as they are nobody enters where the plan has nobody. Where single
    customers may not enter everywhere, such a quota stays a limit, so that a conflict can be told.
    """
    if ways.joint or ways.quota_tolerance > 0 or "eligible" in stage.columns:
        return np.ones(stage.cells.enters.shape, dtype=bool)
    return planned(stage.restated, decided_together(stage.questions, stage.restated.numbers))


def _left(line: Line) -> bool:
    """Whether a line still limits anything.

    Raises:
        InfeasibleError: it cannot hold whatever the customers do.
    """
    if not line.empty:
        return True
    if not line.satisfied:
        sides = f"{line.lower:.12g} to {line.upper:.12g}"
        msg = f"limit '{line.limit.name}': {line.constant:.12g} stands already, allowed are {sides}"
        raise InfeasibleError(msg)
    return False


def _limited(lines: Sequence[Line], limits: Mapping[str, Sides], n: Numbers) -> list[Line]:
    """Set other sides, by name."""
    refuse_crossed(limits)
    names = [line.limit.name for line in lines]
    for name in limits:
        if name not in names:
            raise UsageError(f"there is no limit '{name}' in this list{_why(name, names, n)}")
    return [
        _set(line, limits[line.limit.name]) if line.limit.name in limits else line for line in lines
    ]


def _why(name: str, names: Sequence[str], n: Numbers) -> str:
    channel = name.removeprefix("capacity:")
    if channel in n.channels and not n.available[n.channels.index(channel), 0]:
        return f": the plan has closed '{channel}' in this period"
    hint = like(name, names)
    return f"; {hint}" if hint else ""


def _set(line: Line, wanted: Sides) -> Line:
    lower, upper = of_limit(line.lower, line.upper, wanted)
    return replace(line, lower=lower, upper=upper)


def _own(stage: Stage, lines: Sequence[Line]) -> Own:
    """Return how measures of customers are made, and which are needed."""
    n = stage.instance.numbers
    keeping = Keeping(n.curves, float(n.satisfaction_weight))
    places = max((len(question.interactions) for question in stage.questions), default=1)
    contacts, felt = "contacts" in stage.columns, "satisfaction" in stage.columns
    kept = 0
    if (contacts or "margin" in stage.columns) and not felt:
        kept = places if contacts else 1
    apart = contacts and places > 1 and bool(keeping.curves)
    worth = felt or apart or "contact_value" in stage.columns
    priced = felt and n.satisfaction_price != 0
    measures = Measures(
        places=places,
        contacts=contacts,
        kept=kept,
        worth=worth,
        points=any(line.felt is not None and bool(line.felt.any()) for line in lines),
        earned=priced and any(line.kept for line in lines),
    )
    return Own(stage.restated.numbers, stage.basis, stage.cells, keeping, measures, felt)


def _notes(instance: Instance, ways: ListWays) -> tuple[str, ...]:
    if ways.joint:
        return ()
    return tuple(
        f"the rule '{policy.name}' holds in the plan; the list keeps the plan's quotas, so it is "
        "not checked again"
        for policy in instance.policies
        if isinstance(policy, Outage)
    )
