"""Why groups of inputs count as one, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal

from channelopt.analysis.comparing.groups import joined
from channelopt.analysis.comparing.ownership import Joins
from channelopt.errors import InputError

Cause = Literal["unread", "infeasible", "not solved"]

_SENTENCES: dict[Cause, str] = {
    "unread": "changing some of them without the others is no valid scenario",
    "infeasible": "changing some of them without the others leaves no plan that obeys every rule",
    "not solved": "changing some of them without the others was not solved in the time given",
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

    def has_time_out(self, coalitions: Iterable[int]) -> bool:
        """Whether any of some coalitions has no value for lack of time."""
        return any(self._causes[one][0] == "not solved" for one in coalitions)

    def reasons(self, members: Sequence[str]) -> list[str]:
        """Return why groups go together, each reason once."""
        found = [
            reason
            for pair in combinations(members, 2)
            for reason in (self.joins.pairs.get(pair),)
            if reason is not None
        ]
        mask = sum(1 << self.names.index(name) for name in members)
        for coalition, (cause, message) in sorted(self._causes.items()):
            if coalition & mask not in (0, mask):
                example = f" (for example: {message})" if message else ""
                if not any(one.startswith(_SENTENCES[cause]) for one in found):
                    found.append(f"{_SENTENCES[cause]}{example}")
        return list(dict.fromkeys(found))


def together(members: Sequence[str], why: Why) -> str:
    """Say why groups count as one; an empty text where there is nothing to say.

    Args:
        members: their ids.
        why: what was found out.
    """
    reasons = why.reasons(members)
    if not reasons:
        return ""
    return f"{joined(members, {}).title} count as one: {'; '.join(reasons)}"
