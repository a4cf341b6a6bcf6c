"""Limits that look at single customers: the channel they prefer, the way that serves them now."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelopt.rules.base import Policy, Verdict
from channelopt.rules.checks import Compared, bounds, cell, picked, verdict
from channelopt.terms.exact import ONE, exact, exact_arithmetic
from channelopt.terms.numbers import Flags, Numbers
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.worth import Worth

STEERING = "steering"
"""Name of the verdict on customers who prefer a channel; part of the rule offers."""


def judge_steering(n: Numbers, cells: Worth, tally: Tally) -> Verdict:
    """Check that enough of those who prefer an offered channel are served there.

    Of customers about whom nobody knows what they prefer, the scenario's shares do.
    """

    def rows() -> Iterator[Compared]:
        liked, loyal = tally.liked.value, tally.loyal.value
        undecided = tally.undecided.value
        enters = cells.may_enter[..., : len(n.channels)] & n.inbound[None, :, None]
        with exact_arithmetic():
            for s, i, c in np.argwhere(enters).tolist():
                prefer = exact(liked[s, i, c])
                prefer += exact(n.preference[s, i, c]) * exact(undecided[s, i])
                least = (ONE - exact(n.steering[s])) * prefer
                if least > 0:
                    where = cell(n, (s, i, c, cells.period))
                    yield where, exact(loyal[s, i, c]), ">=", least

    return verdict(STEERING, rows())


def told(policy: Policy, n: Numbers, current: frozenset[int]) -> Flags:
    """Return (I,) inbound interactions of a policy whose current ways the file tells.

    It tells them for all of the policy's, or the policy looks at the period before.

    Args:
        policy: on migration.
        n: the scenario.
        current: interactions of which the file has current ways; -1: all.
    """
    asked: Flags = policy.reach(n).interactions & n.inbound
    if not asked.any() or -1 in current:
        return asked if -1 in current else np.zeros_like(asked)
    known = all(i in current for i in picked(asked))
    return asked if known else np.zeros_like(asked)


def judge_migration(
    policy: Policy, n: Numbers, asked: Flags, cells: Worth, tally: Tally
) -> Verdict:
    """Check how many contacts leave the way that serves their customers now, and how many join.

    Args:
        policy: on migration.
        n: the scenario with the customers of the file.
        asked: (I,) interactions to check.
        cells: figures of one contact, with the period.
        tally: of the list.
    """
    t = cells.period
    reach = policy.reach(n)
    limit = bounds(n, None, getattr(policy, "at_most", None))[t][1]
    moved = (tally.joined.value, tally.left.value)

    def rows() -> Iterator[Compared]:
        if limit is None:
            return
        with exact_arithmetic():
            for s in picked(reach.segments):
                for i in picked(asked):
                    most = limit * exact(n.contacts[s, i, t])
                    for w in picked(reach.channels):
                        for amounts in moved:
                            where = cell(n, (s, i, w, t))
                            yield where, exact(amounts[s, i, w]), "<=", most

    return verdict(policy.name, rows())
