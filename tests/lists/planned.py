"""Plans that lists are made from, solved once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from channelopt.lists.listed import List
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.solving import Engines, find
from channelopt.plan.folder import read
from channelopt.plan.recall import choice_of
from channelopt.priced.units import Floats
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers
from tests.merging import merged
from tests.rules.cases import BASE, PATCHES

ROOT = Path(__file__).parents[2]
OPTIONS = SolveOptions(ties=False, isolate=False, sensitivity_seconds=0)


def plan_of(instance: Instance) -> Choice | None:
    """The decisions of a best plan; None where there is none."""
    return find(instance, OPTIONS, Engines.start(OPTIONS)).choice


@cache
def case(slug: str) -> tuple[Instance, Choice]:
    """The small scenario in which a rule binds, and its plan."""
    instance = from_data(merged(BASE, PATCHES[slug]))
    choice = plan_of(instance)
    assert choice is not None
    return instance, choice


@cache
def scenario(name: str) -> tuple[Instance, Choice]:
    """A scenario of the project and its plan."""
    instance = load(ROOT / "scenarios" / name)
    choice = plan_of(instance)
    assert choice is not None
    return instance, choice


@cache
def bank() -> tuple[Instance, Choice]:
    """The bank with the plan of its report."""
    plan = read(ROOT / "reports" / "bank")
    instance = from_data(plan.manifest["scenario"])
    return instance, choice_of(instance, plan.tables)


def straight(instance: Instance) -> Instance:
    """The scenario without retention curves: a mean customer keeps what all of them keep."""
    n = instance.numbers
    weight = 0.5 if np.isnan(n.satisfaction_weight) else n.satisfaction_weight
    return instance.with_(numbers=n.with_(curves={}, satisfaction_weight=weight))


def spread(compiled: List, choice: Choice, n: Numbers, period: int) -> Floats:
    """Return (N, O) how many customers of each class take each option in the plan's shares.

    Customers of a class are all of their segment; every question has one interaction.
    """
    _, kinds, options = compiled.tables.shape
    found = np.zeros((kinds, options))
    usual = compiled.own.basis.usually_treated()
    for kind in np.flatnonzero(~compiled.kinds.idle).tolist():
        s = int(compiled.kinds.segment[kind])
        question = compiled.questions[int(compiled.kinds.question[kind])]
        for o, option in enumerate(question.options[:-1]):
            ((i, w),) = option.entries
            if usual[s, i] > 0:
                found[kind, o] = choice.first_contacts[s, i, w, period] / usual[s, i]
        rest = n.customers[s, period] - found[kind].sum()
        found[kind, len(question.options) - 1] = rest
    return found


def others_of(compiled: List, choice: Choice, n: Numbers, period: int) -> Floats:
    """Return (Z,) the plan's hours, and one for what stands; lowest means at their least."""
    found = compiled.rows.others_lower.copy()
    for k, (group, channel) in enumerate(compiled.others):
        if group:
            g, c = n.groups.index(group), n.channels.index(channel)
            found[k] = choice.hours[g, c, period]
    return found
