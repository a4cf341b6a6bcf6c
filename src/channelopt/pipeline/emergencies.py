"""Outages of a finished plan: what share of a failed channel's contacts the others can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.recourse import Failure, Placed, failure, place
from channelopt.rules.outage import Outage as Policy
from channelopt.terms.choice import Choice
from channelopt.terms.emergency import NOBODY, Certificate, Emergencies, Outage
from channelopt.terms.numbers import Flags, Numbers
from channelopt.terms.upgraded import under

NOTHING = 1e-6
"""A smaller share of the contacts is not worth a word."""
NO_ANSWER = "not known: the solver gave no answer"


def emergencies(instance: Instance, choice: Choice, engine: Engine) -> Emergencies:
    """Let every open channel fail in every period, and place its contacts as well as possible.

    Args:
        instance: the scenario.
        choice: a finished plan, clean.
        engine: solves linear programs with prices.

    Returns:
        One record for each open channel and period, without surge, and one for each outage policy
        and period in which its channel is open; and the proof of each policy.
    """
    n = under(instance.numbers, choice.owned)
    policies = [policy for policy in instance.policies if isinstance(policy, Policy)]
    certificates = {policy.name: _blank(n) for policy in policies}
    outages: list[Outage] = []
    for t, k in np.argwhere(choice.open.T).tolist():
        fails = failure(n, choice, k, t)
        found: dict[tuple[float, bytes], Placed] = {}
        for policy in (None, *_asking(policies, n, k, t)):
            surge = 0.0 if policy is None else float(policy.surge)
            chosen = _filtered(policy, n, fails)
            concerned = fails.of(chosen)
            key = (surge, chosen.tobytes())
            if key not in found:
                found[key] = place(concerned, surge, engine)
            outages.append(_record(policy, (t, k), concerned, found[key]))
            if policy is not None:
                _write(certificates[policy.name], concerned, found[key])
    return Emergencies(tuple(outages), certificates)


def _asking(policies: Sequence[Policy], n: Numbers, channel: int, period: int) -> Iterator[Policy]:
    for policy in policies:
        if n.channels[channel] == policy.channel and policy.reach(n).periods[period]:
            yield policy


def _filtered(policy: Policy | None, n: Numbers, fails: Failure) -> Flags:
    """(P,) pairs that a policy speaks of; those outside its filter need no other channel."""
    if policy is None:
        return np.ones(len(fails.stranded), dtype=bool)
    reach = policy.reach(n)
    flags: Flags = reach.segments[fails.segment] & reach.interactions[fails.interaction]
    return flags


def _blank(n: Numbers) -> Certificate:
    periods = len(n.periods)
    return Certificate(np.zeros(n.shape), np.zeros((len(n.groups), len(n.channels), periods)))


def _write(certificate: Certificate, fails: Failure, placed: Placed) -> None:
    certificate.placed[fails.segment, fails.interaction, :, fails.period] = placed.contacts
    certificate.hours[..., fails.period] = placed.hours


def _record(
    policy: Policy | None, where: tuple[int, int], fails: Failure, placed: Placed
) -> Outage:
    contacts = float(fails.stranded.sum())
    placeable = min(float(placed.contacts.sum()), contacts)
    return Outage(
        period=where[0],
        channel=where[1],
        policy=NOBODY if policy is None else policy.name,
        surge=0.0 if policy is None else float(policy.surge),
        first_contacts=contacts,
        placeable=placeable if placed.known else None,
        required=None if policy is None else float(policy.recover),
        stopped_by=_words(fails, placed, contacts - placeable) if placed.known else NO_ANSWER,
    )


def _words(fails: Failure, placed: Placed, rest: float) -> str:
    """Say what stops the rest, most of it first."""
    nowhere = float(fails.stranded[~fails.options.any(axis=1)].sum())
    limited = rest - nowhere
    least = NOTHING * float(fails.stranded.sum())
    parts: list[tuple[float, str]] = []
    if nowhere > least:
        parts.append((nowhere, "no other open channel may take them"))
    if limited > least:
        limits = [_limit(fails.numbers, stop.kind, stop.position) for stop in placed.stops]
        parts.append((limited, ", ".join(limits) or "capacity and hours"))
    ordered = sorted(parts, key=lambda part: -part[0])
    return "; ".join(f"{_amount(amount)}: {why}" for amount, why in ordered)


def _limit(n: Numbers, kind: str, position: int) -> str:
    return f"{kind} of {(n.channels if kind == 'capacity' else n.groups)[position]}"


def _amount(amount: float) -> str:
    """A number of contacts for people: whole from a hundred on, three digits below."""
    return f"{amount:.0f}" if amount >= 100 else f"{amount:.3g}"
