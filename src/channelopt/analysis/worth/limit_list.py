"""Every limit of a scenario, and how to move it: channels, staff, tables of shares, policies."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Protocol

import numpy as np

from channelopt.analysis.levers import Lever, levers, natural_step
from channelopt.instance.instance import Instance
from channelopt.terms.numbers import Flags, Floats, Numbers

Levels = tuple[float, ...]
"""The values of a limit: one, or one for each period where it stands for several."""

COUNTED_WHOLE = frozenset({"choice", "open_channels"})
"""Policies that count whole channels: 3.3 at most is 3."""
SIDES = {"surge": -1, "threshold": -1}
"""Further bounds of policies, and what tightens them."""


class Target(Protocol):
    """The numbers that a limit consists of."""

    def read(self, instance: Instance) -> Levels:
        """Return its values."""

    def write(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with other values."""


@dataclass(frozen=True)
class Cells:
    """Entries of an array of `Numbers`: `mask` has the array's shape."""

    field: str
    mask: Flags

    def read(self, instance: Instance) -> Levels:
        """Return its values, in the order of the array."""
        array: Floats = getattr(instance.numbers, self.field)
        return tuple(array[self.mask].tolist())

    def write(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with other values."""
        array: Floats = np.array(getattr(instance.numbers, self.field))
        array[self.mask] = levels
        return instance.with_(numbers=instance.numbers.with_(**{self.field: array}))


@dataclass(frozen=True)
class Block:
    """Entries of a table of shares that have the value of one; `mask` is (S, I, W, T)."""

    field: str
    mask: Flags
    entry: tuple[int, ...]

    def read(self, instance: Instance) -> Levels:
        """Return the value."""
        array: Floats = getattr(instance.numbers, self.field)
        return (float(array[self.entry]),)

    def write(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with another value in all entries."""
        array: Floats = np.array(getattr(instance.numbers, self.field))
        array[self.mask] = levels[0]
        return instance.with_(numbers=instance.numbers.with_(**{self.field: array}))


@dataclass(frozen=True)
class OfPolicy:
    """A bound of a policy: one period of it, or (None) all that it names."""

    position: int
    side: str
    period: int | None = None

    def read(self, instance: Instance) -> Levels:
        """Return its values."""
        given = getattr(instance.policies[self.position], self.side)
        if self.period is not None:
            return (float(given[self.period]),)
        numbers = given if isinstance(given, list) else [given]
        return tuple(float(value) for value in numbers if value is not None)

    def write(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with other values."""
        policies = list(instance.policies)
        policy = policies[self.position]
        given = getattr(policy, self.side)
        rest = iter(levels)
        changed: Any
        if self.period is not None:
            changed = [levels[0] if t == self.period else v for t, v in enumerate(given)]
        elif isinstance(given, list):
            changed = [None if v is None else next(rest) for v in given]
        else:
            changed = levels[0]
        policies[self.position] = policy.model_copy(update={self.side: changed})
        return instance.with_(policies=tuple(policies))


@dataclass(frozen=True)
class OfService:
    """The share of contacts that a staff group answers in time."""

    group: int

    def read(self, instance: Instance) -> Levels:
        """Return the share."""
        return (instance.numbers.service_levels[self.group].share,)

    def write(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with another share."""
        found = dict(instance.numbers.service_levels)
        found[self.group] = replace(found[self.group], share=levels[0])
        return instance.with_(numbers=instance.numbers.with_(service_levels=found))


@dataclass(frozen=True)
class Bound:
    """A limit that can be moved.

    Attributes:
        path: as `--set` takes it.
        title: in words.
        unit: of its values.
        target: the numbers that it consists of.
        levels: its values now.
        step: a natural step, > 0.
        tightens: -1 where less is tighter (a ceiling), +1 where more is tighter (a floor).
        whole: only whole values make a difference.
        steady: a looser value never hurts.
        lowest: smallest value that has a meaning.
        highest: largest such value.
    """

    path: str
    title: str
    unit: str
    target: Target
    levels: Levels
    step: float
    tightens: int
    whole: bool = False
    steady: bool = True
    lowest: float = 0.0
    highest: float = math.inf

    @property
    def value(self) -> float:
        """The value now; the mean where it has several."""
        return float(np.mean(self.levels))

    @property
    def alike(self) -> bool:
        """Whether it has one value only."""
        return len(set(self.levels)) == 1

    def allows(self, levels: Levels) -> bool:
        """Whether these values have a meaning."""
        return all(self.lowest - 1e-12 <= v <= self.highest + 1e-12 for v in levels)

    def at(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with other values of the limit."""
        return self.target.write(instance, levels)

    def loosened(self, instance: Instance, levels: Levels) -> Instance:
        """Return the instance with the limit at least as loose as these values and as it was."""
        looser = min if self.tightens > 0 else max
        now = self.target.read(instance)
        return self.at(instance, tuple(map(looser, now, levels)))

    def effective(self, levels: Levels) -> Levels:
        """Return what values come to: 3.3 channels at most are 3."""
        if not self.whole:
            return levels
        to_whole: Callable[[float], int] = math.ceil if self.tightens > 0 else math.floor
        return tuple(float(to_whole(v + self.tightens * -1e-9)) for v in levels)

    def is_looser(self, one: Levels, other: Levels) -> bool:
        """Whether every value of one is as loose as that of the other, or looser."""
        pairs = zip(self.effective(one), self.effective(other), strict=True)
        return all((b - a) * self.tightens >= 0 for a, b in pairs)


def bounds(instance: Instance) -> list[Bound]:
    """Return every limit that can be moved, in a fixed order."""
    single = [_of_lever(lever, instance) for lever in levers(instance)]
    together = {bound.path: bound for bound in _over_all_periods(instance, single)}
    found: list[Bound] = []
    for bound in single:
        everywhere = together.pop(bound.path.partition("[")[0], None)
        found += [bound] if everywhere is None else [everywhere, bound]
    return [*found, *_of_tables(instance), *_of_further_sides(instance), *_of_service(instance)]


def _of_lever(lever: Lever, instance: Instance) -> Bound:
    kind, where = lever.target
    n = instance.numbers
    target: Target = OfPolicy(*where) if kind == "policy" else _cell(n, kind, where)
    slug = instance.policies[where[0]].slug if kind == "policy" else ""
    counted = kind in {"max_fte", "min_fte"} and bool(n.whole_fte[where[0]])
    return Bound(
        path=lever.path,
        title=lever.title,
        unit=lever.unit,
        target=target,
        levels=target.read(instance),
        step=lever.step,
        tightens=lever.tightens,
        whole=counted or slug in COUNTED_WHOLE,
        steady=slug != "return_on_cost" or bool((n.fte_cost >= 0).all()),
        lowest=lever.lowest,
        highest=lever.highest,
    )


def _cell(n: Numbers, field: str, where: tuple[int, ...]) -> Cells:
    mask = np.zeros_like(getattr(n, field), dtype=bool)
    mask[where] = True
    return Cells(field, mask)


def _over_all_periods(instance: Instance, single: Sequence[Bound]) -> Iterator[Bound]:
    """Yield each limit that has several periods once more, moved in all of them at once."""
    by_path: dict[str, list[Bound]] = {}
    for bound in single:
        if bound.path.endswith("]"):
            by_path.setdefault(bound.path.partition("[")[0], []).append(bound)
    for path, parts in by_path.items():
        if len(parts) < 2:
            continue
        first = parts[0]
        target: Target
        if isinstance(first.target, OfPolicy):
            target = replace(first.target, period=None)
        else:
            cells = [part.target for part in parts if isinstance(part.target, Cells)]
            mask = np.logical_or.reduce([one.mask for one in cells])
            target = Cells(cells[0].field, mask)
        yield replace(
            first,
            path=path,
            title=_in_all(first.title),
            target=target,
            levels=target.read(instance),
            step=natural_step(float(np.mean([part.value for part in parts])), first.unit),
        )


def _in_all(title: str) -> str:
    head, _, tail = title.rpartition(", ")
    return f"{head}, all periods" + (")" if tail.endswith(")") else "")


def _of_tables(instance: Instance) -> Iterator[Bound]:
    n = instance.numbers
    plans = (
        ("min_share", "Smallest share", n.min_share > 0, 1),
        ("max_share", "Largest share", n.max_share < 1, -1),
    )
    for field, word, limited, tightens in plans:
        for keys, target in _blocks(n, field, limited):
            named = ",".join(f"{axis}={label}" for axis, label in keys.items())
            yield Bound(
                path=f"tables.{field}[{named}]" if keys else f"tables.{field}",
                title=f"{word}: {_titled(instance, keys)}",
                unit="share",
                target=target,
                levels=target.read(instance),
                step=0.01,
                tightens=tightens,
                highest=1.0,
            )


AXES = ("segment", "interaction", "channel", "period")
COARSEST = (
    (),
    ("channel",),
    ("interaction", "channel"),
    ("segment", "channel"),
    ("segment", "interaction", "channel"),
    AXES,
)
"""Keys that the cells of a block share, the largest blocks first."""


def _blocks(n: Numbers, field: str, limited: Flags) -> Iterator[tuple[dict[str, str], Block]]:
    """Cut a table of shares (S, I, W, T) into the largest blocks of one value each.

    Only cells that a first contact can enter count.
    """
    values: Floats = getattr(n, field)
    labels = (n.segments, n.interactions, n.ways, n.periods)
    counts = n.eligible & n.way_available[None, None] & (n.contacts > 0)[:, :, None, :]
    open_ = limited & counts
    for names in COARSEST:
        axes = [AXES.index(name) for name in names]
        for place in product(*(range(len(labels[axis])) for axis in axes)):
            mask = np.zeros(values.shape, dtype=bool)
            index: list[Any] = [slice(None)] * 4
            for axis, k in zip(axes, place, strict=True):
                index[axis] = k
            mask[tuple(index)] = True
            if not open_.any() or not _is_block(values, open_, mask & counts):
                continue
            block = Block(field, mask, tuple(np.argwhere(mask & counts)[0].tolist()))
            open_ = open_ & ~mask
            yield {AXES[a]: labels[a][k] for a, k in zip(axes, place, strict=True)}, block


def _is_block(values: Floats, open_: Flags, cells: Flags) -> bool:
    """Whether all these cells are limited, and alike."""
    if not cells.any() or not open_[cells].all():
        return False
    return bool((values[cells] == values[cells][0]).all())


def _titled(instance: Instance, keys: dict[str, str]) -> str:
    names = instance.names
    titles: dict[str, Any] = {
        "segment": names.segments,
        "interaction": names.interactions,
        "channel": {**names.channels, **names.bundles},
    }
    words = [str(titles.get(axis, {}).get(label, label)) for axis, label in keys.items()]
    return ", ".join(words) or "everywhere"


def _of_further_sides(instance: Instance) -> Iterator[Bound]:
    for k, policy in enumerate(instance.policies):
        for side, tightens in SIDES.items():
            if getattr(policy, side, None) is None:
                continue
            target = OfPolicy(k, side)
            levels = target.read(instance)
            yield Bound(
                path=f"policies.{policy.name}.{side}",
                title=f"{policy.name} ({side})",
                unit="share",
                target=target,
                levels=levels,
                step=0.01,
                tightens=tightens,
                highest=1.0 if side == "threshold" else math.inf,
            )


def _of_service(instance: Instance) -> Iterator[Bound]:
    n = instance.numbers
    for g in sorted(n.service_levels):
        target = OfService(g)
        title = instance.names.groups.get(n.groups[g], n.groups[g])
        yield Bound(
            path=f"staff.{n.groups[g]}.service_level.share",
            title=f"Answered in time: {title}",
            unit="share",
            target=target,
            levels=target.read(instance),
            step=0.01,
            tightens=1,
            lowest=1e-6,
            highest=1.0 - 1e-6,
        )
