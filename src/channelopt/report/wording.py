"""Places and rules in the words of a scenario: titles instead of ids and slugs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report.figures import count, percent
from channelopt.report.speech import _, later

RULES = {
    "bundles": later("Channels of a bundle are open"),
    "capacity": later("Capacity of a channel"),
    "demand": later("All contacts are served"),
    "offers": later(
        "Customers who cannot be led elsewhere enter the offered channel that they prefer"
    ),
    "opening": later("Contacts enter open channels"),
    "routing": later("Contacts that are passed on"),
    "service_level": later("Contacts are answered in time"),
    "shares": later("Smallest and largest share of a channel"),
    "single_channel": later("One channel for all"),
    "staff": later("Hours and FTE of staff"),
    "timeline": later("Channels that are always open"),
    "upgrades": later("Upgrades that are owned"),
    "whole_contacts": later("Whole contacts"),
}
"""Rules of the model; a policy has its own name."""

LEAST = 0.0005
"""A smaller relative difference is not told in percent."""

_SENSES = {
    "<=": later("{amount}; at most {limit} is allowed"),
    ">=": later("{amount}; at least {limit} is required"),
    "=": later("{amount}; exactly {limit} is required"),
}
_APART = {
    "<=": later("{amount}; at most {limit} is allowed ({share} too much)"),
    ">=": later("{amount}; at least {limit} is required ({share} too little)"),
}
_NUMBER = r"(-?\d[\d.]*(?:[eE][-+]?\d+)?)"
_COMPARED = re.compile(rf"{_NUMBER} is not (<=|>=|=) {_NUMBER}")
_BREACH = re.compile(
    rf"(?P<rule>.+?): (?:(?P<where>[^:]*): )?(?P<what>{_NUMBER} is not .*)", re.DOTALL
)


@dataclass(frozen=True)
class Breached:
    """A broken row as a reader sees it: the rule, and where and what in one line."""

    rule: str
    line: str


def rule_in_words(rule: str) -> str:
    """Return what a reader calls a rule of the model or a policy."""
    if rule in RULES:
        return _(RULES[rule])
    return _("Policy {name}").format(name=rule)


def place_in_words(plan: Plan, where: str) -> str:
    """Return a place with titles for ids; ids stand in the order segment, interaction, channel.

    Bundles count as channels; upgrades come after all others.

    The period goes without saying where there is only one.
    """
    names = plan.names
    ways = {**names.channels, **names.bundles}
    axes = (names.segments, names.interactions, ways, names.groups, names.upgrades)
    words: list[str] = []
    position = 0
    for part in where.split(", "):
        if words and (part,) == plan.periods:
            continue
        order = (*range(position, len(axes)), *range(position))
        found = next((k for k in order if part in axes[k]), None)
        words.append(part if found is None else axes[found][part])
        position = position if found is None else found + 1
    return ", ".join(words)


def comparison_in_words(text: str) -> str:
    """Return a text with its comparisons in words and its numbers rounded."""
    return _COMPARED.sub(_compared, text)


def breach_in_words(plan: Plan, breach: str) -> Breached:
    """Return a breach, `rule: place: found is not <= required`, as a reader sees it."""
    found = _BREACH.fullmatch(breach)
    if found is None:
        return Breached(_("Other"), comparison_in_words(breach))
    what, where = comparison_in_words(found["what"]), found["where"]
    line = f"{place_in_words(plan, where)}: {what}" if where else what
    return Breached(rule_in_words(found["rule"]), line)


def by_rule(plan: Plan, breaches: Iterable[str]) -> dict[str, list[str]]:
    """Return the lines of breaches by their rule, in the order in which they come."""
    groups: dict[str, list[str]] = {}
    for text in breaches:
        breached = breach_in_words(plan, text)
        groups.setdefault(breached.rule, []).append(breached.line)
    return groups


def _compared(found: re.Match[str]) -> str:
    amount, limit, sense = float(found[1]), float(found[3]), found[2]
    is_amount, required = count(amount), count(limit)
    if is_amount == required:  # the difference is in digits that rounding hides
        is_amount, required = found[1], found[3]
    missing = abs(amount - limit) / limit if limit > 0 else 0.0
    is_apart = missing >= LEAST and sense in _APART and (amount > limit) == (sense == "<=")
    text = _APART[sense] if is_apart else _SENSES[sense]
    return _(text).format(amount=is_amount, limit=required, share=percent(missing))
