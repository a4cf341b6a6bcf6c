"""What compiling a list needs to know first: of the plan, the scenario and all customers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from channelopt.customers.people import Register
from channelopt.errors import InputError, Problem, UsageError
from channelopt.instance.checks.routing import carried
from channelopt.instance.instance import Instance
from channelopt.lists.cells import Cells, cells_of
from channelopt.lists.kinds import Kinds, kinds_of
from channelopt.lists.questions import Question, questions_of
from channelopt.lists.restate import Restated, planned_numbers, restate
from channelopt.lists.served import Over
from channelopt.lists.tally import OF_ALL, Basis, Count, Tally, merged
from channelopt.lists.ways import ListWays
from channelopt.rules.base import bound
from channelopt.rules.contact_limit import ContactLimit
from channelopt.rules.migration import Migration
from channelopt.rules.outage import Outage
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers


@dataclass(frozen=True)
class Stage:
    """A plan, its period and its customers, before there are limits and tables.

    Attributes:
        instance: the scenario, all periods.
        restated: the period of the list.
        basis: what the scenario says of a customer.
        tally: of the customers.
        columns: what the file has of single customers.
        cells: figures of one first contact.
        questions: what is decided.
        kinds: classes of customers.
    """

    instance: Instance
    restated: Restated
    basis: Basis
    tally: Tally
    columns: frozenset[str]
    cells: Cells
    questions: tuple[Question, ...]
    kinds: Kinds


def stage_of(
    instance: Instance,
    choice: Choice,
    period: int,
    register: Register,
    ways: ListWays,
    over: Over,
) -> Stage:
    """Gather what compiling needs; see `compile_list` for arguments and errors."""
    _can_hold(instance, period, ways)
    basis = _basis(instance, choice, period, register)
    tally = merged(over(Count(basis)))
    restated = restate(instance, choice, period, tally, ways.limits)
    _known(restated)
    cells = cells_of(restated.numbers)
    questions = questions_of(restated.numbers, cells.enters, _narrowed(ways, instance, period))
    return Stage(
        instance=instance,
        restated=restated,
        basis=basis,
        tally=tally,
        columns=frozenset(register.columns),
        cells=cells,
        questions=questions,
        kinds=kinds_of(restated.numbers, questions, basis, tally),
    )


def _can_hold(instance: Instance, period: int, ways: ListWays) -> None:
    rules = [
        policy.name
        for policy in instance.policies
        if isinstance(policy, Outage) and policy.reach(instance.numbers).periods[period]
    ]
    if ways.joint and rules:
        msg = (
            f"the rule '{rules[0]}' holds in the plan, but nobody can promise it of a joint list: "
            "what can be placed elsewhere in an outage depends on who is served where; assign "
            "within the plan's quotas, or take the rule out"
        )
        raise UsageError(msg)


def usual(n: Numbers) -> Basis:
    """Return what the scenario says of any customer, in one period."""
    customers = n.customers
    per_customer = np.divide(
        n.contacts[..., 0],
        customers,
        out=np.zeros(n.contacts.shape[:2]),
        where=np.broadcast_to(customers > 0, n.contacts.shape[:2]),
    )
    return Basis(
        contacts=per_customer,
        margin=n.margin[:, 0],
        weight=np.where(n.inbound, n.importance, 0.0),
        inbound=n.inbound,
    )


def _basis(instance: Instance, choice: Choice, period: int, register: Register) -> Basis:
    n = planned_numbers(instance, choice, period)
    basis, columns = usual(n), frozenset(register.columns)
    steered = bool(((n.steering < 1)[:, None] & n.inbound).any())
    basis = replace(basis, preferred="preferred" in columns and steered)
    if "current" in columns and _migrations(instance, period):
        first = next(iter(register.partitions), None)
        keys = [] if first is None else sorted(first.load().current)
        basis = replace(basis, current=tuple(k for k in keys if k == OF_ALL or n.inbound[k]))
    return basis


def _migrations(instance: Instance, period: int) -> list[Migration]:
    return [
        policy
        for policy in instance.policies
        if isinstance(policy, Migration) and policy.reach(instance.numbers).periods[period]
    ]


def _known(restated: Restated) -> None:
    """Check that satisfaction and handling times are known where there are contacts now.

    The file may bring contacts where the scenario has none.

    Raises:
        InputError: with every cell about which the scenario says too little.
    """
    n = restated.numbers
    channels = len(n.channels)
    here = (n.contacts > 0)[:, :, None] & n.available[None, None]
    enters = here & n.eligible[:, :, :channels]
    unhappy = enters & n.inbound[None, :, None, None] & np.isnan(n.satisfaction)
    staffed = np.asarray(n.serves.any(axis=0))[None, None, :, None]
    timeless = carried(n, enters, n.resolution) & staffed & np.isnan(n.handle_minutes)
    problems = [
        Problem(
            "E931",
            f"customers of '{n.segments[s]}' have contacts of '{n.interactions[i]}', and the "
            f"scenario does not know {what} in '{n.channels[c]}'",
            hint="say it in the scenario, or make the cell not eligible",
        )
        for cells, what in ((unhappy, "their satisfaction"), (timeless, "how long they take"))
        for s, i, c, _ in np.argwhere(cells).tolist()
    ]
    if problems:
        raise InputError(problems)


def _narrowed(ways: ListWays, instance: Instance, period: int) -> ListWays:
    """Return ways with no more treatments per customer than a limit on all contacts allows."""
    n = instance.numbers
    most = ways.outbound_at_most
    for policy in instance.policies:
        if isinstance(policy, ContactLimit) and _covers_all(policy):
            limit = bound(policy.at_most, n)[period]
            if policy.reach(n).periods[period] and np.isfinite(limit):
                fewer = max(int(np.floor(limit)), 1)
                most = fewer if most is None else min(most, fewer)
    return replace(ways, outbound_at_most=most)


def _covers_all(policy: ContactLimit) -> bool:
    filters = (policy.segments, policy.interactions, policy.channels, policy.touch)
    return all(chosen is None for chosen in filters)
