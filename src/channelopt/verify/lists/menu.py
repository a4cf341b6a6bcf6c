"""Questions and options of a list, read from their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from channelopt.terms.numbers import Numbers
from channelopt.verify.lists.customers import Places
from channelopt.verify.read import shown

NONE = "none"


@dataclass(frozen=True)
class Question:
    """Something decided at once: its name in the list, and the interactions that it settles."""

    name: str
    interactions: tuple[int, ...]


def question(n: Numbers, name: str) -> Question | None:
    """Return what a decision of the list is about; None where its name says nothing."""
    if name in n.interactions:
        return Question(name, (n.interactions.index(name),))
    everything = range(len(n.interactions))
    if name == "inbound":
        return Question(name, tuple(i for i in everything if n.inbound[i]))
    if name == "outbound":
        return Question(name, tuple(i for i in everything if not n.inbound[i]))
    return None


class Menu:
    """The options of one question, by their names; strange ones are remembered."""

    def __init__(self, n: Numbers, asked: Question) -> None:
        """Begin with no options known."""
        self._n = n
        self._asked = asked
        self._known: dict[str, int] = {}
        self._entries: list[list[int]] = []
        self.strange: set[int] = set()

    def code(self, name: str) -> int:
        """Return the position of an option; one that has not been met before gets a new one."""
        if name not in self._known:
            entries = self._parse(name)
            self._known[name] = len(self._entries)
            if entries is None:
                self.strange.add(len(self._entries))
            found = entries or {}
            self._entries.append([found.get(i, -1) for i in self._asked.interactions])
        return self._known[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Options in the order of their codes."""
        return tuple(self._known)

    def ways(self, codes: Places) -> dict[int, Places]:
        """Return by interaction the way that each code enters, -1 for none."""
        width = len(self._asked.interactions)
        table = np.array(self._entries, dtype=np.intp).reshape(-1, width)
        return {i: table[codes, k] for k, i in enumerate(self._asked.interactions)}

    def _parse(self, name: str) -> Mapping[int, int] | None:
        """Return way by interaction, None where the name is not one of an option."""
        n, asked = self._n, self._asked
        if name in n.ways:
            return dict.fromkeys(asked.interactions, n.ways.index(name))
        if name == NONE:
            return {}
        found: dict[int, int] = {}
        for part in name.split(";"):
            interaction, _, way = part.partition(":")
            if interaction not in n.interactions or way not in n.ways:
                return None
            i = n.interactions.index(interaction)
            if i in found or i not in asked.interactions:
                return None
            found[i] = n.ways.index(way)
        return found


def unknown(name: str) -> str:
    """Say that a name is none of an option."""
    return f"{shown(name)} is no option of this decision"
