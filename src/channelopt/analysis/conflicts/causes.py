"""Causes: why there is no plan, in sentences computed from the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from channelopt.analysis.conflicts.explanation import Member, Repair
from channelopt.analysis.conflicts.knobs import Knob, path_of
from channelopt.analysis.conflicts.loosening import Atom, Rule, rule_of, sides_of
from channelopt.analysis.conflicts.nouns import (
    PLURALS,
    Subject,
    group_words,
    listed,
    noun,
    number,
    titled,
    when,
)
from channelopt.instance.instance import Instance


@dataclass(frozen=True)
class Reach:
    """How far a limit would have to go for the other members to leave a plan."""

    knob: Knob
    level: float


Reaches = Mapping[Rule, Sequence[Reach]]

CLOSE = 1e-3
"""Levels that differ by less than this share are told once."""
FIRST = ("budget", "capacity", "max_fte")
"""Limits that a cause is told by, if it can be."""


def members(instance: Instance, atoms: Sequence[Atom], reaches: Reaches) -> tuple[Member, ...]:
    """Return the members of a contradiction: policies first, then the data."""
    groups = grouped(atoms)
    rules = sorted(groups, key=lambda rule: rule[0] != "policy")
    found: list[Member] = []
    for rule in rules:
        parts = [[a] for a in groups[rule]] if rule[0] in SPLIT else [list(groups[rule])]
        found += [_member(instance, rule, part, reaches.get(rule, ())) for part in parts]
    return tuple(found)


SPLIT = frozenset({"demand", "min_share", "max_share", "capacity", "max_fte", "min_fte"})
"""Data of which each cell is a member of its own."""


def grouped(atoms: Sequence[Atom]) -> dict[Rule, list[Atom]]:
    """Return atoms by the rule that they belong to."""
    groups: dict[Rule, list[Atom]] = {}
    for atom in atoms:
        groups.setdefault(rule_of(atom), []).append(atom)
    return groups


def _member(
    instance: Instance, rule: Rule, part: Sequence[Atom], reaches: Sequence[Reach]
) -> Member:
    words = group_words(instance, rule, part)
    if rule[0] == "policy":
        return _policy_member(instance, rule, words, reaches)
    n, kind = instance.numbers, rule[0]
    if kind == "demand":
        return Member("data", "contacts", words, float(n.contacts[part[0][1:]]), unit="contacts")
    path = path_of(part[0], n)
    reach = next((r for r in reaches if r.knob.path == path), None)
    values = getattr(n, kind, None)
    limit = None
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        limit = float(values[part[0][1:]])
    level, unit = (None, "") if reach is None else (reach.level, reach.knob.unit)
    decided: Literal["rule", "data"] = "rule" if kind in DECIDED else "data"
    return Member(decided, path, words, limit, level, unit, f"{path}={NO_LIMIT.get(kind, 'null')}")


DECIDED = frozenset({"assignment", "whole_contacts", "always_open"})
"""Parts of a scenario that are rules rather than data."""
NO_LIMIT = {
    "min_share": "0",
    "min_volume": "0",
    "min_fte": "0",
    "max_share": "1",
    "steering": "1",
    "always_open": "false",
    "whole_contacts": "false",
    "assignment": "split",
}
"""What `--set` gives a value that is to limit nothing, where that is not `null`."""


def _policy_member(instance: Instance, rule: Rule, words: str, reaches: Sequence[Reach]) -> Member:
    policy, side = instance.policies[rule[1]], rule[2]
    given = getattr(policy, side, None) if side else None
    reach = next(iter(reaches), None)
    limit = float(given) if isinstance(given, int | float) else None
    path = f"policies.{policy.name}" + (f".{side}" if len(sides_of(policy)) > 1 else "")
    if reach is None:
        return Member("rule", policy.name, words, limit, set=f"{path}=null")
    level, knob = reach.level, reach.knob
    limit = knob.level if limit is None else limit
    return Member("rule", policy.name, words, limit, level, knob.unit, f"{path}=null")


def alone(repairs: Sequence[Repair]) -> dict[str, float]:
    """Return by path the level that a limit needs where it alone moves and every rule holds."""
    return {
        repair.changes[0].parameter: float(repair.changes[0].after)
        for repair in repairs
        if repair.name != "together" and repair.least and len(repair.changes) == 1
        if isinstance(repair.changes[0].after, float | int)
    }


def cause(
    instance: Instance,
    atoms: Sequence[Atom],
    reaches: Reaches,
    levels: Mapping[str, float] | None = None,
) -> str:
    """Return the cause in one sentence: what is needed and what there is.

    Args:
        instance: the scenario.
        atoms: what contradicts each other.
        reaches: how far each limit would have to go for the others.
        levels: by path, how far it would have to go for all rules.
    """
    groups = grouped(atoms)
    simple = _of_shares(instance, groups)
    if simple:
        return simple
    told = [rule for rule in groups if reaches.get(rule)]
    if not told:
        words = listed([group_words(instance, r, a) for r, a in groups.items()])
        return _capital(f"{words} contradict each other.") if len(groups) > 1 else ""
    first = min(told, key=lambda rule: _priority(instance, rule))
    others = {rule: own for rule, own in groups.items() if rule != first}
    needed = _needed(instance, first, reaches[first][0], groups[first])
    text = _capital(_with_subject(instance, others, needed))
    reach = reaches[first][0]
    level = (levels or {}).get(reach.knob.path)
    if level is None or abs(level - reach.level) <= CLOSE * abs(level):
        return text
    known = number(level, reach.knob.unit, instance.names.currency)
    verb = "leave" if needed.floor else "need"
    return f"{text[:-1]} (all rules together {verb} {known})."


def _priority(instance: Instance, rule: Rule) -> tuple[int, bool, Rule]:
    """Sort key: limits that planners count with first, ceilings before floors."""
    name = instance.policies[rule[1]].slug if rule[0] == "policy" else rule[0]
    place = FIRST.index(name) if name in FIRST else len(FIRST)
    floor = rule[-1] == "at_least" or str(rule[0]).startswith("min_")
    return place, floor, rule


@dataclass(frozen=True)
class _Needed:
    """The two halves of a cause: what the others need (or leave), and what the limit is."""

    floor: bool
    amount: str
    limit: str


def _needed(instance: Instance, rule: Rule, reach: Reach, atoms: Sequence[Atom]) -> _Needed:
    knob, currency = reach.knob, instance.names.currency
    far, now = number(reach.level, knob.unit, currency), number(knob.level, knob.unit, currency)
    if rule[0] == "policy":
        return _of_policy(instance, rule, (far, now), atoms)
    place = next(a for a in atoms if path_of(a, instance.numbers) == knob.path)
    at = when(instance, [dict(knob.at).get("period", -1)])
    if rule[0] in {"capacity", "min_volume"}:
        channel = titled(instance, "channels", place[1])
        word = "capacity" if rule[0] == "capacity" else "minimum volume"
        return _Needed(
            rule[0] == "min_volume",
            f"{far} contacts handled by {channel}{at}",
            f"its {word} is {now}",
        )
    if rule[0] in {"max_fte", "min_fte"}:
        word = "the most is" if rule[0] == "max_fte" else "the fewest are"
        group = titled(instance, "groups", place[1])
        return _Needed(rule[0] == "min_fte", f"{far} FTE of {group}{at}", f"{word} {now}")
    if rule[0] == "steering":
        who = titled(instance, "segments", place[1])
        return _Needed(
            False,
            f"{far} of the customers of {who} who prefer a channel to be led elsewhere",
            f"steering allows {now}",
        )
    s, i, w, _ = place[1:]
    pair = f"{titled(instance, 'segments', s)}, {titled(instance, 'interactions', i)}"
    channel = titled(instance, "channels", w)
    word = "smallest" if rule[0] == "min_share" else "largest"
    return _Needed(
        rule[0] == "min_share",
        f"{far} of the contacts of {pair} in {channel}{at}",
        f"its {word} share is {now}",
    )


def _of_policy(
    instance: Instance, rule: Rule, levels: tuple[str, str], atoms: Sequence[Atom]
) -> _Needed:
    policy, (far, now) = instance.policies[rule[1]], levels
    at = when(instance, (a[4] for a in atoms))
    if policy.slug == "budget":
        return _Needed(False, f"{far}{at}", f"the budget '{policy.name}' is {now}")
    units = {
        "volume": " contacts",
        "share": " of the contacts",
        "satisfaction": " satisfaction",
        "choice": " channels offered",
        "open_channels": " open channels",
        "contact_limit": " contacts per customer",
        "migration": " change of shares",
        "fairness": " difference in satisfaction",
    }
    unit = units.get(policy.slug, "")
    floor = rule[2] != "at_most"
    asks = "asks for at least" if floor else "allows at most"
    name = f"the {noun(instance, rule)} '{policy.name}'"
    return _Needed(floor, f"{far}{unit}{at}", f"{name} {asks} {now}")


def _with_subject(instance: Instance, others: Mapping[Rule, Sequence[Atom]], of: _Needed) -> str:
    if not others:
        start = "no plan has more than" if of.floor else "every plan needs at least"
        return f"whatever the other rules are, {start} {of.amount}; {of.limit}."
    subject = _subject(instance, others)
    verb = ("leave" if of.floor else "need") + ("" if subject.many else "s")
    return f"{subject.words} {verb} at {'most' if of.floor else 'least'} {of.amount}; {of.limit}."


def _subject(instance: Instance, others: Mapping[Rule, Sequence[Atom]]) -> Subject:
    """Return what stands against a limit; policies of one kind share their noun."""
    parts: list[str] = []
    many = len(others) > 1 or ("demand",) in others
    alike: dict[str, list[Rule]] = {}
    for rule in others:
        if rule[0] == "policy":
            alike.setdefault(noun(instance, rule), []).append(rule)
    for word, rules in alike.items():
        if len(rules) == 1:
            parts.append(group_words(instance, rules[0], others[rules[0]]))
            continue
        names = listed([f"'{instance.policies[rule[1]].name}'" for rule in rules])
        parts.append(f"the {PLURALS.get(word, f'{word}s')} {names}")
    parts += [group_words(instance, r, a) for r, a in others.items() if r[0] != "policy"]
    return Subject(listed(parts), many)


def _of_shares(instance: Instance, groups: Mapping[Rule, Sequence[Atom]]) -> str:
    """Return the cause where shares of one pair add up to too much or too little."""
    kinds = {rule[0] for rule in groups}
    for kind, others in (("min_share", set()), ("max_share", {"demand"})):
        cells = groups.get((kind,), ())
        if kinds != {kind} | others or len({(a[1], a[2], a[4]) for a in cells}) != 1:
            continue
        s, i, _, t = cells[0][1:]
        values = getattr(instance.numbers, kind)
        total = sum(float(values[a[1:]]) for a in cells)
        parts = [
            f"{titled(instance, 'channels', a[3])} {number(float(values[a[1:]]), 'share')}"
            for a in cells
        ]
        pair = f"{titled(instance, 'segments', s)}, {titled(instance, 'interactions', i)}"
        word, end = (
            ("smallest", "more than all contacts")
            if kind == "min_share"
            else ("largest", "so that the other contacts can go nowhere")
        )
        return (
            f"The {word} shares of {pair}{when(instance, [t])} ({listed(parts)}) add up to "
            f"{number(round(total, 9), 'share')}, {end}."
        )
    return ""


def contradiction(instance: Instance, atoms: Sequence[Atom], *, irreducible: bool) -> str:
    """Return which rules and data contradict each other, in one sentence."""
    groups = grouped(atoms)
    named = sorted(groups, key=lambda rule: rule[0] != "policy")
    parts = [group_words(instance, rule, groups[rule]) for rule in named]
    if not parts:
        return ""
    if len(atoms) == 1:
        return f"No plan obeys this, whatever the other rules are: {parts[0]}."
    words = "; ".join(parts[:SHOWN])
    if len(parts) > SHOWN:
        words += f"; and {len(parts) - SHOWN} more"
    if irreducible:
        return f"These contradict each other, all of them are needed for that: {words}."
    return f"The contradiction is among these, perhaps not all are needed for it: {words}."


SHOWN = 8
"""How many members a sentence names."""


def repair_words(repair: Repair, currency: str | None) -> str:
    """Return a repair in one sentence."""
    parts = []
    for change in repair.changes[:SHOWN]:
        by = change.by
        after = change.after
        if isinstance(after, float | int) and by is not None:
            size = number(abs(by), change.unit, currency).replace(" %", " points")
            before = number(float(change.before or 0), change.unit, currency)
            level = number(float(after), change.unit, currency)
            way = "more" if by > 0 else "less"
            parts.append(f"{change.words} from {before} to {level} ({size} {way})")
        else:
            parts.append(f"do without {change.words}")
    if len(repair.changes) > SHOWN:
        parts.append(f"{len(repair.changes) - SHOWN} more")
    start = "Least change of all limits together" if repair.name == "together" else "Enough alone"
    if not repair.least:
        start += " (less may do)" if repair.name != "together" else " found in time (less may do)"
    worth = ""
    if repair.objective is not None:
        amount = number(round(repair.objective, 2), "currency", currency)
        worth = (
            f"; the plan is then worth {'' if repair.known == 're-solved' else 'at least '}{amount}"
        )
    return f"{start}: {'; '.join(parts)}{worth}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
