"""Groups of inputs: what a planner changes in one go, in the order of the scenario format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from channelopt.analysis.comparing.records import Group, InputChange


def groups(changes: Sequence[InputChange]) -> tuple[Group, ...]:
    """Return the groups of inputs that differ, in the order of the scenario format.

    Args:
        changes: what differs.
    """
    count = Counter(change.group for change in changes)
    return tuple(Group(name, name, number, (name,)) for name, number in count.items())
