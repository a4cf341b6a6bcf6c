"""What outages.csv must say, as far as plain arithmetic can tell.

How many contacts are placeable is the optimum of a linear program. The check holds it between what
a policy's proof places and all contacts of the failed channel; that the policy itself is kept
is shown by the proof alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from channelopt.instance.instance import Instance
from channelopt.rules.base import TOLERANCE, Reach
from channelopt.rules.outage import Outage
from channelopt.terms.exact import ONE, ZERO, Key, exact, total
from channelopt.terms.facts import Facts
from channelopt.verify.figures import agrees, differs
from channelopt.verify.read import Grid


def outage_faults(instance: Instance, f: Facts, grid: Grid) -> Iterator[str]:
    """Yield every cell of outages.csv that cannot be right, and rows that are missing, in words."""
    n = f.numbers
    policies = [policy for policy in instance.policies if isinstance(policy, Outage)]
    expected: dict[Key, Outage | None] = {(c, 0, t): None for c, t in f.written.open}
    expected |= {
        (n.channels.index(policy.channel), k, t): policy
        for k, policy in enumerate(policies, start=1)
        for t in policy.reach(n).periods.nonzero()[0].tolist()
        if f.is_open(n.channels.index(policy.channel), t)
    }
    names = ("", *(policy.name for policy in policies))
    for key in sorted(expected.keys() | grid.figures.keys()):
        where = f"outages.csv, {n.channels[key[0]]}, {names[key[1]]}, {n.periods[key[2]]}"
        if key not in grid.figures:
            yield f"{where}: the row is missing"
        elif key not in expected:
            yield f"{where}: nothing can fail there"
        else:
            yield from _wrong(where, _Right(f, key, expected[key]), grid.figures[key])


class _Right:
    """What one row must say."""

    def __init__(self, f: Facts, key: Key, policy: Outage | None) -> None:
        """Count the contacts that the outage concerns."""
        channel, _, period = key
        n = f.numbers
        reach = None if policy is None else policy.reach(n)
        lost = {cell: x for cell, x in f.first_contacts.items() if cell[2:] == (channel, period)}
        self.contacts = total(
            x for (s, i, _, _), x in lost.items() if n.inbound[i] and _within(reach, s, i)
        )
        self.surge = ZERO if policy is None else exact(policy.surge)
        self.required = None if policy is None else exact(policy.recover)
        proof = None if policy is None else f.written.emergencies.get(policy.name)
        placed = {} if proof is None else proof.placed
        self.placed = total(
            x for (s, i, _, t), x in placed.items() if t == period and _within(reach, s, i)
        )


def _within(reach: Reach | None, segment: int, interaction: int) -> bool:
    return reach is None or bool(reach.segments[segment] and reach.interactions[interaction])


def _wrong(where: str, right: _Right, row: Mapping[str, Decimal | None]) -> Iterator[str]:
    for column, expected in (
        ("surge", right.surge),
        ("first_contacts", right.contacts),
        ("required", right.required),
        ("share", _share(right, row["placeable"])),
    ):
        if not agrees(row[column], expected, money=False):
            yield f"{where}, {column}: {differs(row[column], expected)}"
    placeable = row["placeable"]
    if placeable is None:
        return
    room = TOLERANCE * max(ONE, right.contacts)
    if not right.placed - room <= placeable <= right.contacts + room:
        least, most = float(right.placed), float(right.contacts)
        yield f"{where}, placeable: {float(placeable):.12g} is not from {least:.12g} to {most:.12g}"


def _share(right: _Right, placeable: Decimal | None) -> Decimal | None:
    return placeable / right.contacts if placeable is not None and right.contacts > 0 else None
