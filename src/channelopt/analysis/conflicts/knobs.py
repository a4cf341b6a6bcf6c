"""Knobs: the limits that a repair may move, as `--set` names them, and where a program has them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from channelopt.analysis.conflicts.loosening import Atom, Case, Rule, rule_of, sides_of
from channelopt.analysis.levers import HIGHEST, SIGNED, UNITS
from channelopt.instance.instance import Instance
from channelopt.terms.numbers import Numbers

FAR = 10.0
"""A limit without an end is moved by at most this many times what could ever be needed of it."""
NEARLY = 1.0 - 1e-9
"""Share of its way that a limit is moved: at the end itself its rows would go."""


@dataclass(frozen=True)
class Knob:
    """A limit that can be moved.

    Attributes:
        rule: that it belongs to.
        path: as `--set` takes it.
        unit: of the level.
        level: the limit now.
        sign: 1 where it is loosened upwards, -1 downwards.
        far: the furthest that it is moved, > 0.
        end: the level at which its meaning ends, infinite where it has no end.
        scale: size that a movement is compared with.
        field: of the numbers, or side of a policy.
        owner: rule or policy whose rows have it; '' where it bounds columns.
        block: end of the name of these rows, or name of the columns.
        at: code by dimension of the rows (or columns) that it speaks of.
    """

    rule: Rule
    path: str
    unit: str
    level: float
    sign: int
    far: float
    end: float
    scale: float
    field: str
    owner: str
    block: str
    at: tuple[tuple[str, int], ...]

    @property
    def is_policy(self) -> bool:
        """Whether it is a bound of a policy."""
        return bool(self.rule[0] == "policy")

    def moved(self, case: Case, amount: float) -> Case:
        """Return a case with the limit loosened by an amount >= 0."""
        if self.is_policy:
            return self._in_policies(case, amount)
        values = np.array(getattr(case.numbers, self.field))
        values[tuple(code for _, code in self.at)] += self.sign * amount
        return Case(case.numbers.with_(**{self.field: values}), case.policies, case.unserved)

    def _in_policies(self, case: Case, amount: float) -> Case:
        at = dict(self.at).get("period")

        def changed(given: Any) -> Any:
            if not isinstance(given, list):
                return given if given is None else given + self.sign * amount
            return [
                v if v is None or at not in (None, t) else v + self.sign * amount
                for t, v in enumerate(given)
            ]

        policies = [
            policy.model_copy(update={self.field: changed(getattr(policy, self.field))})
            if policy.name == self.owner
            else policy
            for policy in case.policies
        ]
        return Case(case.numbers, tuple(policies), case.unserved)


def knobs(instance: Instance, atoms: tuple[Atom, ...]) -> tuple[Knob, ...]:
    """Return the limits that may be moved: of negotiable policies, channels, staff and tables."""
    found: list[Knob] = []
    for rule in dict.fromkeys(map(rule_of, atoms)):
        if rule[0] == "policy":
            found += _of_policy(rule, instance)
    for atom in atoms:
        found += _of_data(atom, instance.numbers)
    return tuple(found)


def _of_policy(rule: Rule, instance: Instance) -> Iterator[Knob]:
    _, k, side = rule
    policy, n = instance.policies[k], instance.numbers
    given = getattr(policy, side, None) if side else None
    if given is None or not policy.negotiable:
        return
    both = len(sides_of(policy)) > 1
    values = list(enumerate(given)) if isinstance(given, list) else [(-1, given)]
    for t, value in values:
        if value is None:
            continue
        sign = 1 if side == "at_most" else -1
        far, end = _way(policy.slug, sign, float(value), n)
        if far <= 0:
            continue
        unit = UNITS[policy.slug]
        yield Knob(
            rule=rule,
            path=f"policies.{policy.name}.{side}" + (f"[{n.periods[t]}]" if t >= 0 else ""),
            unit=unit,
            level=float(value),
            sign=sign,
            far=far,
            end=end,
            scale=abs(float(value)) or _size(unit, n),
            field=side,
            owner=policy.name,
            block=side.replace("_", " ") if both else "",
            at=(("period", t),) if t >= 0 else (),
        )


def _way(slug: str, sign: int, value: float, n: Numbers) -> tuple[float, float]:
    """Return how far a bound of a policy can be moved, and where its meaning ends."""
    if sign > 0:
        top = HIGHEST.get(slug, math.inf)
        return (top - value, top) if math.isfinite(top) else (_plenty(n, value), math.inf)
    if slug in SIGNED:
        return _plenty(n, value), -math.inf
    return value, 0.0


def _size(unit: str, n: Numbers) -> float:
    """Return what the movement of a limit that is nothing is compared with."""
    if unit in {"contacts", "currency"}:
        return max(float(n.contacts.sum(axis=(0, 1)).max()), 1.0)
    return 1.0


def _plenty(n: Numbers, value: float) -> float:
    """Return more than a limit could ever need: contacts, or what all of them cost."""
    contacts = float(n.contacts.sum(axis=(0, 1)).max())
    dearest = float(np.nan_to_num(n.unit_cost).max(initial=0.0))
    minutes = float(np.nan_to_num(n.handle_minutes).max(initial=0.0))
    hours = contacts * minutes / 60.0
    paid = n.fte_cost / np.maximum(n.hours_per_fte, 1e-9)
    staff = float(n.fte_cost.sum()) + hours * float(paid.max(initial=0.0))
    fixed = n.fixed_cost.sum() + np.abs(n.opening_cost).sum() + np.abs(n.closing_cost).sum()
    bought = n.upgrades.investment.sum() + n.upgrades.running_cost.sum()
    every = len(n.periods) * (contacts * dearest + staff) + float(fixed + bought)
    return FAR * max(abs(value), contacts, every, 1.0)


_ROWS = {
    "capacity": ("capacity", "capacity", ("channel", "period")),
    "min_volume": ("capacity", "minimum volume", ("channel", "period")),
    "min_share": ("shares", "minimum share", ("segment", "interaction", "channel", "period")),
    "max_share": ("shares", "maximum share", ("segment", "interaction", "channel", "period")),
    "max_fte": ("", "fte", ("group", "period")),
    "min_fte": ("", "fte", ("group", "period")),
    "steering": ("offers", "preference", ("segment",)),
}
"""Owner, block and dimensions of the rows of each limit of the data."""
_UNITS = {"capacity": "contacts", "min_volume": "contacts", "max_fte": "FTE", "min_fte": "FTE"}


def _of_data(atom: Atom, n: Numbers) -> Iterator[Knob]:
    kind = atom[0]
    if kind not in _ROWS:
        return
    owner, block, dims = _ROWS[kind]
    value = float(getattr(n, kind)[atom[1:]])
    upwards = kind in {"capacity", "max_fte", "max_share", "steering"}
    far, end = _room(kind, value, n)
    unit = _UNITS.get(kind, "share")
    yield Knob(
        rule=rule_of(atom),
        path=path_of(atom, n),
        unit=unit,
        level=value,
        sign=1 if upwards else -1,
        far=far,
        end=end,
        scale=abs(value) or _size(unit, n),
        field=kind,
        owner=owner,
        block=block,
        at=tuple(zip(dims, atom[1:], strict=True)),
    )


def _room(kind: str, value: float, n: Numbers) -> tuple[float, float]:
    """Return how far a limit of the data can be moved, and where its meaning ends."""
    if kind in {"max_share", "steering"}:
        return (1.0 - value) * NEARLY, 1.0
    if kind in {"min_share", "min_volume"}:
        return value * NEARLY, 0.0
    if kind == "min_fte":
        return value, 0.0
    contacts = max(float(n.contacts.sum(axis=(0, 1)).max()), 1.0)
    if kind == "capacity":
        return FAR * max(contacts, value), math.inf
    minutes = float(np.nan_to_num(n.handle_minutes).max(initial=0.0))
    least = max(float(n.hours_per_fte.min()), 1e-9)
    return FAR * max(contacts * minutes / 60.0 / least, value, 1.0), math.inf


def path_of(atom: Atom, n: Numbers) -> str:
    """Return the path of a limit of the data, '' where it has none."""
    kind, place = atom[0], atom[1:]
    sections = {"channels": n.channels, "staff": n.groups}
    for section, kinds in (
        ("channels", ("capacity", "min_volume", "always_open")),
        ("staff", ("max_fte", "min_fte", "service_level")),
    ):
        if kind in kinds:
            period = f"[{n.periods[place[1]]}]" if len(place) > 1 and len(n.periods) > 1 else ""
            return f"{section}.{sections[section][place[0]]}.{kind}{period}"
    if kind == "steering":
        return f"segments.{n.segments[place[0]]}.steering"
    if kind in {"min_share", "max_share"}:
        labels = (n.segments, n.interactions, n.ways, n.periods)
        dims = ("segment", "interaction", "channel", "period")
        keys = [f"{d}={of[p]}" for d, of, p in zip(dims, labels, place, strict=True)]
        return f"tables.{kind}[{','.join(keys if len(n.periods) > 1 else keys[:3])}]"
    return kind if kind in {"assignment", "whole_contacts"} else ""
