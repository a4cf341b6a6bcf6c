"""Why groups of inputs count as one, in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

from channelopt.analysis.comparing.groups import joined
from channelopt.analysis.comparing.ownership import Joins
from channelopt.errors import InputError

Cause = Literal["unread", "infeasible", "not solved"]

_SENTENCES: dict[Cause, str] = {
    "unread": "is no valid scenario",
    "infeasible": "leaves no plan that obeys every rule",
    "not solved": "was not solved in the time given",
}


class Why:
    """Remembers why coalitions have no value.

    Args:
        joins: groups that had to go together from the start.
        names: ids of all groups; bit k of a coalition stands for the k-th.
    """

    def __init__(self, joins: Joins, names: Sequence[str]) -> None:
        self.joins, self.names = joins, names
        self._causes: dict[int, tuple[Cause, str]] = {}

    def add(self, coalition: int, cause: Cause, error: InputError | None = None) -> None:
        """Record that a coalition has no value.

        Args:
            coalition: mask of the groups that are changed.
            cause: why it has none.
            error: what was wrong with the scenario.
        """
        message = error.problems[0].message if error is not None and error.problems else ""
        self._causes[coalition] = (cause, message)

    @property
    def has_time_out(self) -> bool:
        """Whether any coalition has no value for lack of time."""
        return any(cause == "not solved" for cause, _ in self._causes.values())

    def joined(self, members: Sequence[str]) -> list[str]:
        """Return why groups had to go together from the start, each reason once."""
        pairs = combinations(members, 2)
        found = [self.joins.pairs[pair] for pair in pairs if pair in self.joins.pairs]
        return list(dict.fromkeys(found))

    def causes(self, members: Sequence[str] | None = None) -> list[str]:
        """Return why coalitions have no value, each cause once, with an example.

        Args:
            members: only coalitions that separate these groups; None for all.
        """
        names = self.names if members is None else members
        mask = sum(1 << self.names.index(name) for name in names)
        found: dict[Cause, str] = {}
        for coalition, (cause, message) in sorted(self._causes.items()):
            if coalition & mask not in (0, mask) and not found.get(cause):
                found[cause] = f" (for example: {message})" if message else ""
        return [f"{_SENTENCES[cause]}{example}" for cause, example in found.items()]


def together(members: Sequence[str], why: Why) -> str:
    """Say why groups count as one; an empty text where there is nothing to say.

    Args:
        members: their ids.
        why: what was found out.
    """
    reasons = why.joined(members)
    causes = why.causes(members)
    if causes and not reasons:
        reasons = [f"changing some of them without the others {' or '.join(causes)}"]
    if not reasons:
        return ""
    return f"{joined(members, {}).title} count as one: {'; '.join(reasons)}"


def in_order(
    blocks: Sequence[Sequence[str]],
    used: Sequence[Sequence[str]],
    orders: tuple[int, int],
    why: Why,
) -> str:
    """Say which orders count where not all are possible; an empty text where all are.

    Args:
        blocks: ids of the groups of each part.
        used: ids of the groups that are changed in each scenario that was made use of.
        orders: how many orders count, and how many there are.
        why: what was found out.
    """
    if orders[0] == orders[1]:
        return ""
    found = []
    for later in blocks:
        with_it = [set(members) for members in used if later[0] in members]
        earlier = [
            joined(block, {}).title
            for block in blocks
            if block != later and all(block[0] in members for members in with_it)
        ]
        if earlier:
            found.append(f"{joined(later, {}).title} only after {' and '.join(earlier)}")
    rest = f": {'; '.join(found)}" if found else ""
    causes = " or ".join(why.causes())
    return (
        f"the parts are the mean over {orders[0]} of {orders[1]} orders{rest}; "
        f"in the others a step {causes}"
    )
