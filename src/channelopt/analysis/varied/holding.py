"""What the plan is worth when it is held under other numbers, and which rules it then breaks."""

from __future__ import annotations

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.follow import Staff, follow
from channelopt.terms.choice import Choice
from channelopt.terms.facts import facts
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Written
from channelopt.verify.check import judge

OUTSIDE = frozenset({"outage"})
"""Policies that are not looked at: whether an emergency could be mastered is another plan."""


class Held:
    """A plan that is carried on whatever the numbers turn out to be: see `plan.follow`."""

    def __init__(self, instance: Instance, choice: Choice, staff: Staff = "follow") -> None:
        self._before: Numbers = instance.numbers
        self._choice = choice
        self._staff: Staff = staff

    def choice(self, changed: Instance) -> Choice:
        """Return what the plan comes to under a changed scenario."""
        return follow(self._before, self._choice, changed.numbers, self._staff)

    def value(self, changed: Instance) -> float:
        """Return the objective of the held plan under a changed scenario, whatever it breaks."""
        return account(changed.numbers, self.choice(changed)).objective

    def breaks(self, changed: Instance) -> tuple[str, ...]:
        """Return the rules that the held plan breaks, by the independent check; no outages."""
        return broken(changed, self.choice(changed))


def broken(instance: Instance, choice: Choice) -> tuple[str, ...]:
    """Return the names of the rules and policies that decisions break, outages left out.

    The independent check in exact arithmetic, without tables written and read.
    """
    looked_at = tuple(policy for policy in instance.policies if policy.slug not in OUTSIDE)
    found = facts(instance.numbers, Written.from_choice(choice))
    verdicts = judge(instance.with_(policies=looked_at), found)
    return tuple(verdict.rule for verdict in verdicts if not verdict.holds)
