"""Ownership: to which group of inputs each difference between two scenarios belongs.

What exists in one scenario only can be set only together with what names it. A value that names
such an id belongs to the group of the id; an entry that only one scenario has (a policy, a staff
group) moves as a whole to the group of what it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from channelopt.analysis.comparing.groups import of_entry, of_value, rank
from channelopt.analysis.comparing.written import (
    AXES,
    KINDS,
    Label,
    Path,
    Written,
    is_over_time,
    named,
)

MIXED = "what one of them adds and another removes has no values in either scenario"
NAMES_BOTH = "some values name what several of them add or remove"


@dataclass
class Joins:
    """Groups that have to be changed together.

    Attributes:
        pairs: two groups each, with the reason.
    """

    pairs: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, groups: Iterable[str], reason: str) -> None:
        """Record that groups have to go together."""
        names = sorted(set(groups), key=rank)
        for other in names[1:]:
            self.pairs.setdefault((names[0], other), reason)

    def blocks(self, groups: Iterable[str]) -> list[tuple[str, ...]]:
        """Return groups in blocks that go together, in the order of the scenario format."""
        block = {name: {name} for name in groups}
        for one, other in self.pairs:
            if one in block and other in block and block[one] is not block[other]:
                block[one] |= block[other]
                for name in block[other]:
                    block[name] = block[one]
        found = {min(members, key=rank): members for members in block.values()}
        return [tuple(sorted(found[head], key=rank)) for head in sorted(found, key=rank)]


class Ownership:
    """Tells the group of every value that differs between two scenarios.

    Attributes:
        a: the first scenario.
        b: the second.
        entries: group by section and id of what moves as a whole: entries that only one scenario
            has, policies of another type.
        labels: group by kind and id of what only one scenario has.
        joins: groups that cannot be changed apart.
    """

    def __init__(self, a: Written, b: Written) -> None:
        self.a, self.b = a, b
        self.joins = Joins()
        self._only = (a.labels - b.labels, b.labels - a.labels)
        self.entries = {entry: of_entry(*entry) for entry in sorted(a.entries ^ b.entries)}
        self.entries |= {entry: of_entry(*entry) for entry in self._other_type()}
        self.labels: dict[Label, str] = {}
        self._leaves = self._by_entry()
        self._settle()
        self._join_apart()

    def of_value(self, path: Path) -> str:
        """Return the group of a value of the sections that differs.

        Args:
            path: where it stands; values of entries of one scenario go with the entry.
        """
        whole = self.entries.get((path[0], path[1])) if len(path) > 1 else None
        if whole is not None:
            return whole
        return self._by_names([path]) or of_value(path)

    def of_labels(self, labels: Iterable[Label]) -> str | None:
        """Return the group of what only one scenario has; None where both have all of it."""
        found = {self.labels[label] for label in labels if label in self.labels}
        return min(found, key=rank) if found else None

    def _other_type(self) -> Iterator[Label]:
        for section, name in sorted(self.a.entries & self.b.entries):
            path = (section, name, "type")
            if section == "policies" and self.a.leaves[path] != self.b.leaves[path]:
                yield section, name

    def _by_entry(self) -> dict[Label, list[Path]]:
        found: dict[Label, list[Path]] = {entry: [] for entry in self.entries}
        for path in sorted({*self.a.leaves, *self.b.leaves}):
            if len(path) > 1 and (path[0], path[1]) in found:
                found[path[0], path[1]].append(path)
        return found

    def _settle(self) -> None:
        """Move entries to the group of what they name until nothing moves any more."""
        self.labels = {label: "periods" for only in self._only for label in only}
        moves = True
        for _ in range(len(self.entries) + 1):
            if not moves:
                break
            for (section, name), group in self.entries.items():
                if (KINDS.get(section, ""), name) in self.labels:
                    self.labels[KINDS[section], name] = group
            found = {
                entry: self._by_names(self._leaves[entry], entry) or group
                for entry, group in self.entries.items()
            }
            moves = found != self.entries
            self.entries = found

    def _by_names(self, paths: Iterable[Path], entry: Label | None = None) -> str | None:
        """Return the group of what some values name and one scenario lacks, None for nothing."""
        names: set[Label] = set()
        for path in paths:
            for side, only in zip((self.a, self.b), self._only, strict=True):
                names |= named(path, side.leaves.get(path)) & only
        own = set() if entry is None else {of_entry(*entry)}
        found = {self.labels[name] for name in names} - own
        self.joins.add(found, NAMES_BOTH)
        return min(found, key=rank) if found else None

    def _join_apart(self) -> None:
        """Join groups where a cell or value would be needed that neither scenario has."""
        axes = frozenset(AXES.values())
        first, second = ([one for one in sorted(only) if one[0] in axes] for only in self._only)
        for one in first:
            for other in second:
                if one[0] != other[0]:
                    self.joins.add((self.labels[one], self.labels[other]), MIXED)
        if {*first, *second} & {("period", label) for label in (*self.a.periods, *self.b.periods)}:
            for entry in filter(self._has_list, self.entries):
                self.joins.add((self.entries[entry], "periods"), MIXED)
        for section, name in self.entries:
            if section == "bundles" and ("channels", name) in self.entries:
                groups = self.entries[section, name], self.entries["channels", name]
                self.joins.add(groups, NAMES_BOTH)

    def _has_list(self, entry: Label) -> bool:
        """Whether an entry has other values in other periods."""
        sides = (self.a, self.b)
        return any(
            isinstance(side.leaves.get(path), list) and is_over_time(path, side.leaves)
            for path in self._leaves[entry]
            for side in sides
        )
