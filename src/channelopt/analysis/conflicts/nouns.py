"""What limits are called in sentences about a contradiction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.conflicts.loosening import Atom, Rule, by_period, by_segment
from channelopt.instance.instance import Instance

NOUNS = {
    ("volume", "at_least"): "minimum volume",
    ("volume", "at_most"): "largest volume",
    ("share", "at_least"): "smallest share",
    ("share", "at_most"): "largest share",
    ("satisfaction", "at_least"): "satisfaction floor",
    ("fairness", "at_most"): "limit on differences in satisfaction",
    ("budget", "at_most"): "budget",
    ("return_on_cost", "at_least"): "return on cost",
    ("choice", "at_least"): "smallest choice of channels",
    ("choice", "at_most"): "largest choice of channels",
    ("migration", "at_most"): "limit on migration",
    ("open_channels", "at_least"): "fewest open channels",
    ("open_channels", "at_most"): "most open channels",
    ("contact_limit", "at_most"): "contact limit",
    ("metric", "at_least"): "lower limit",
    ("metric", "at_most"): "upper limit",
    ("outage", "recover"): "outage rule",
    ("preferred_channel", ""): "rule on preferred channels",
    ("requires", ""): "rule",
}
"""What a side of a policy is called before its name."""
PLURALS = {"budget": "budgets", "rule": "rules"}
PERCENT = frozenset({"share", "share points"})
MOST = 4
"""More things than these are counted, not named."""


@dataclass(frozen=True)
class Subject:
    """Words for a sentence, and whether they are many."""

    words: str
    many: bool


def number(value: float, unit: str = "", currency: str | None = None) -> str:
    """Return a number as a sentence has it: shares in percent, money with its currency."""
    if unit in PERCENT:
        return f"{100 * value:,.6g} %"
    text = f"{value + 0.0:,.10g}"
    return f"{currency} {text}" if unit == "currency" and currency else text


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def titled(instance: Instance, axis: str, position: int) -> str:
    """Return the title of a segment, interaction, channel (or bundle), group or period."""
    n, names = instance.numbers, instance.names
    labels = {
        "segments": n.segments,
        "interactions": n.interactions,
        "channels": n.ways,
        "groups": n.groups,
        "periods": n.periods,
    }[axis]
    label = labels[position]
    titles = dict(getattr(names, axis, {}))
    if axis == "channels":
        titles = {**names.channels, **names.bundles}
    return str(titles.get(label, label))


def when(instance: Instance, periods: Iterable[int]) -> str:
    """Return ` in 2028`, nothing where it goes without saying."""
    every = sorted({t for t in periods if t >= 0})
    if not every or len(every) == len(instance.numbers.periods):
        return ""
    return f" in {listed([titled(instance, 'periods', t) for t in every])}"


def period_of(atom: Atom) -> int:
    """Return the period of an atom, -1 where it has none."""
    if atom[0] in {"always_open", "service_level", "steering", "assignment", "whole_contacts"}:
        return -1
    return int(atom[-1])


def noun(instance: Instance, rule: Rule) -> str:
    """Return what a policy is called before its name."""
    policy = instance.policies[rule[1]]
    return NOUNS.get((policy.slug, rule[2]), "rule")


def limit_words(instance: Instance, rule: Rule, at: Mapping[str, int]) -> str:
    """Return what one limit of a rule is called, without its number.

    Args:
        instance: the scenario.
        rule: that it belongs to.
        at: code by dimension of what it speaks of.
    """
    kind, t = rule[0], when(instance, [at.get("period", -1)])
    if kind == "policy":
        return f"the {noun(instance, rule)} '{instance.policies[rule[1]].name}'{t}"
    if kind in _OF_ONE:
        axis, pattern = _OF_ONE[kind]
        return pattern.format(titled(instance, axis, rule[1])) + t
    if kind == "steering":
        return f"the steering of {titled(instance, 'segments', at['segment'])}"
    if kind in {"min_share", "max_share"}:
        place = (kind, *(at[dim] for dim in ("segment", "interaction", "channel", "period")))
        return _shares(instance, kind, [place]).rpartition(" (")[0]
    return group_words(instance, rule, ())


def group_words(instance: Instance, rule: Rule, atoms: Sequence[Atom]) -> str:
    """Return what a rule with the atoms that matter is called, with its limit."""
    kind = rule[0]
    if kind == "policy":
        return _policy(instance, rule, atoms)
    if kind == "demand":
        return contacts(instance, atoms)
    if kind in {"min_share", "max_share"}:
        return _shares(instance, kind, atoms)
    if kind in _OF_ONE:
        return _of_one(instance, kind, atoms)
    who = listed([titled(instance, "segments", a[1]) for a in atoms if kind == "steering"] or [""])
    return {
        "steering": f"the customers of {who} who cannot be led away from a channel they prefer",
        "assignment": f"the rule {instance.numbers.assignment.replace('_', ' ')}",
        "whole_contacts": "the rule that contacts are whole numbers",
    }[kind]


def _policy(instance: Instance, rule: Rule, atoms: Sequence[Atom]) -> str:
    _, k, side = rule
    policy = instance.policies[k]
    given = getattr(policy, side, None) if side else None
    text = f"the {noun(instance, rule)} '{policy.name}'"
    segments = sorted({a[3] for a in atoms})
    if by_segment(policy) and len(segments) < int(policy.reach(instance.numbers).segments.sum()):
        text += f" for {listed([titled(instance, 'segments', s) for s in segments])}"
    if by_period(policy):
        text += when(instance, (a[4] for a in atoms))
    if given is None:
        return text
    levels = sorted({float(given[a[4]] if isinstance(given, list) else given) for a in atoms})
    unit = "share" if policy.slug in {"share", "migration"} else ""
    shown = listed([number(level, unit) for level in levels])
    return f"{text} ({'at most' if side == 'at_most' else 'at least'} {shown})"


_OF_ONE = {
    "capacity": ("channels", "the capacity of {}"),
    "min_volume": ("channels", "the minimum volume of {}"),
    "max_fte": ("groups", "the most FTE of {}"),
    "min_fte": ("groups", "the fewest FTE of {}"),
    "always_open": ("channels", "the rule that {} is always open"),
    "service_level": ("groups", "the waiting times of {}"),
}


def _of_one(instance: Instance, kind: str, atoms: Sequence[Atom]) -> str:
    axis, pattern = _OF_ONE[kind]
    text = pattern.format(titled(instance, axis, atoms[0][1]))
    if kind in {"always_open", "service_level"}:
        return text
    values = getattr(instance.numbers, kind)
    levels = sorted({float(values[a[1:]]) for a in atoms})
    return f"{text}{when(instance, map(period_of, atoms))} ({listed([number(v) for v in levels])})"


def contacts(instance: Instance, atoms: Sequence[Atom]) -> str:
    """Return `the 1,200 contacts of Private, Advice to be served in 2028`."""
    n = instance.numbers
    amount = float(np.sum([n.contacts[a[1:]] for a in atoms]))
    pairs = sorted({a[1:3] for a in atoms})
    segments, interactions = sorted({s for s, _ in pairs}), sorted({i for _, i in pairs})
    of = f" of {len(segments)} segments"
    if len(segments) <= MOST:
        of = f" of {listed([titled(instance, 'segments', s) for s in segments])}"
    if len(interactions) < len(n.interactions) or len(n.interactions) > 1:
        inner = f"{len(interactions)} types"
        if len(interactions) <= MOST:
            inner = listed([titled(instance, "interactions", i) for i in interactions])
        of += f" ({inner})"
    size = number(round(amount, 2))
    return f"the {size} contacts{of} to be served{when(instance, (a[3] for a in atoms))}"


def _shares(instance: Instance, kind: str, atoms: Sequence[Atom]) -> str:
    word = "smallest" if kind == "min_share" else "largest"
    values = getattr(instance.numbers, kind)
    if len(atoms) > MOST:
        return f"the {word} shares of {len(atoms)} cells of the table {kind}"
    parts = [
        f"{titled(instance, 'channels', a[3])} for {titled(instance, 'segments', a[1])}, "
        f"{titled(instance, 'interactions', a[2])}{when(instance, [a[4]])} "
        f"({number(float(values[a[1:]]), 'share')})"
        for a in atoms
    ]
    return f"the {word} share{'s' if len(parts) > 1 else ''} of {listed(parts)}"
