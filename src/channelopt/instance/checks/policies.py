"""Policies make sense: unique names, bounds, and filters that match something."""

from __future__ import annotations

import unicodedata
from typing import Any

from channelopt.instance.checks.context import Context
from channelopt.scenario.source import Path
from channelopt.terms.money import STAFF_KINDS

_INBOUND_ONLY = frozenset({"satisfaction", "fairness", "outage"})


def check_policies(context: Context) -> None:
    """Check every policy."""
    _names(context)
    for at, policy in zip(context.policy_at, context.scenario.policies, strict=True):
        path: Path = ("policies", at)
        _bounds(context, path, policy)
        _channels(context, path, policy)
        _direction(context, path, policy)
        if policy.type == "budget":
            _budget(context, path, policy)
        if policy.type == "requires":
            _requires(context, path, policy)
        if policy.type == "fairness":
            _fairness(context, path, policy)


def _names(context: Context) -> None:
    """Names are unique, also for a reader who does not see case or blanks."""
    first: dict[str, tuple[int, str]] = {}
    for at, policy in zip(context.policy_at, context.scenario.policies, strict=True):
        folded = " ".join(unicodedata.normalize("NFKC", policy.name).casefold().split())
        if folded in first:
            other, name = first[folded]
            place = context.source.place_of(("policies", other, "name"))
            message = f"the name '{policy.name}' is taken by the policy '{name}' at {place}"
            context.report("E230", ("policies", at, "name"), message, "names are unique")
        first.setdefault(folded, (at, policy.name))


def _bounds(context: Context, path: Path, policy: Any) -> None:
    """Where both bounds are possible, one is required."""
    if not (hasattr(policy, "at_least") and hasattr(policy, "at_most")):
        return
    low, high = (_given(bound) for bound in (policy.at_least, policy.at_most))
    if low is None and high is None:
        context.report("E231", path, "one of at_least and at_most is required")
    elif isinstance(low, float | int) and isinstance(high, float | int) and low > high:
        message = f"at_least {low:.12g} is more than at_most {high:.12g}: no plan can obey it"
        context.report("W230", path, message)


def _given(bound: Any) -> Any:
    """Return a bound, None where a list over time holds none."""
    return None if isinstance(bound, list) and set(bound) == {None} else bound


def _channels(context: Context, path: Path, policy: Any) -> None:
    """Check `channels` and `touch`."""
    channels, touch = getattr(policy, "channels", None), getattr(policy, "touch", None)
    if channels is not None and touch is not None:
        context.report("E232", (*path, "touch"), "channels and touch cannot be used together")
    if policy.type == "share" and channels is None and touch is None:
        context.report("E232", path, "a policy of type share needs channels or touch")
    if touch is not None:
        _touch(context, (*path, "touch"), [touch] if isinstance(touch, str) else touch)


def _touch(context: Context, path: Path, levels: list[str]) -> None:
    """A filter by touch finds a channel; a level that finds none is a warning beside others."""
    found = sorted({str(c.touch) for c in context.scenario.channels.values() if c.touch})
    idle = sorted(set(levels) - set(found))
    if idle:
        hint = f"touch levels in use: {', '.join(found)}" if found else "no channel has a touch"
        message = f"no channel has touch {' or '.join(idle)}"
        if set(idle) == set(levels):
            context.report("E233", path, f"the filter matches nothing: {message}", hint)
        else:
            context.report("W233", path, message, hint)


def _direction(context: Context, path: Path, policy: Any) -> None:
    """Check that a policy on one direction of contacts finds such interactions."""
    wanted = "inbound" if policy.type in _INBOUND_ONLY else "outbound"
    if policy.type not in _INBOUND_ONLY | {"contact_limit"}:
        return
    chosen = policy.interactions or context.axes.interactions
    entries = [context.scenario.interactions.get(label) for label in chosen]
    if any(entry is None or entry.direction == wanted for entry in entries):
        return
    message = f"a policy of type {policy.type} speaks of {wanted} contacts and finds none"
    if policy.interactions is None:
        context.report("W231", path, message)
    else:
        message = f"the filter matches nothing: {message}"
        context.report("E233", (*path, "interactions"), message)


def _budget(context: Context, path: Path, policy: Any) -> None:
    """Check which costs a budget can count."""
    kinds = set(policy.counts)
    if (policy.segments or policy.interactions) and kinds != {"contact"}:
        name = "segments" if policy.segments else "interactions"
        message = "only contact costs belong to segments and interactions"
        context.report("E234", (*path, name), message, "write counts: [contact]")
    filtered = policy.channels is not None or policy.touch is not None
    if filtered and kinds <= STAFF_KINDS:
        message = "with a channel filter staff, hiring and release are not counted: nothing is left"
        context.report("E234", (*path, "counts"), message)
    if len(policy.counts) != len(kinds):
        context.report("E217", (*path, "counts"), "a kind of cost is listed twice")
    if policy.scope == "total" and isinstance(policy.at_most, list):
        message = "with scope total there is one amount for all periods, found a list"
        context.report("E235", (*path, "at_most"), message)


def _requires(context: Context, path: Path, policy: Any) -> None:
    """A channel cannot need itself."""
    needs = [policy.needs] if isinstance(policy.needs, str) else policy.needs
    if not needs:
        context.report("E207", (*path, "needs"), "the list is empty")
    if policy.channel in needs:
        context.report("E236", (*path, "needs"), f"'{policy.channel}' cannot need itself")


def _fairness(context: Context, path: Path, policy: Any) -> None:
    """Fairness needs two segments."""
    if len(policy.segments or context.axes.segments) < 2:
        message = "fairness compares segments and finds fewer than two"
        context.report("W231", path, message)
