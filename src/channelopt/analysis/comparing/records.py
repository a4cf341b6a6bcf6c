"""What a comparison of two plans consists of."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from channelopt.instance.instance import Instance
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.plan.table import Cell


@dataclass(frozen=True)
class Side:
    """One of the things compared.

    Attributes:
        name: how the user called it; unique within a comparison.
        instance: its scenario.
        plan: its checked plan.
    """

    name: str
    instance: Instance
    plan: Plan


@dataclass(frozen=True)
class InputChange:
    """One value of the resolved scenario that differs.

    Attributes:
        group: id of the group of inputs that it belongs to, see `Group`.
        path: as `--set` takes it where it can be set so.
        before: the value of the first side, None where it is absent.
        after: the value of the second side, None where it is absent.
    """

    group: str
    path: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class Group:
    """Inputs that are changed together to say what their change is worth.

    Attributes:
        name: id, for example `unit_cost`; where several had to go together `unit_cost+capacity`.
        title: in reports, for example "Unit costs".
        changes: how many values of it differ.
        members: ids that `InputChange.group` of its values has.
    """

    name: str
    title: str
    changes: int
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """What one group adds to the difference in profit.

    Attributes:
        group: its inputs.
        effect: currency, satisfaction-weighted profit; the nearest number to `exact`.
        exact: the effect as a fraction: the parts and the remainder sum to the total exactly.
        known: `re-solved` where every solve behind it is proven, else `at least`.
        doubt: the effect may be off by so much, from the gaps of the solves behind it; infinite
            where no bound is proven.
    """

    group: Group
    effect: float
    exact: Fraction
    known: Known
    doubt: float


@dataclass(frozen=True)
class Attribution:
    """Why the profit of one plan differs from that of another.

    Attributes:
        method: Shapley value over all orders, one fixed order there and back, or none where the
            inputs are equal.
        total: objective of the second minus that of the first.
        parts: in the order of the scenario format; empty where the inputs are equal.
        remainder: what is left without any change of input: gaps, ties, other solver options.
        solves: how many scenarios were solved for it.
        notes: groups that had to go together, orders that are not possible, other currencies: what
            a reader of the parts has to know, in words.
    """

    method: Literal["shapley", "ordered", "none"]
    total: float
    parts: tuple[Part, ...]
    remainder: float
    solves: int
    notes: tuple[str, ...] = ()
