# ruff: noqa: C901 - everything is spelled out in loops, that is the point
"""Outage of channel k in period t: an emergency e' beside the plan, with its own routing."""

from __future__ import annotations

import math
from typing import Any

import pulp


def add(m: Any, p: Any, t: int, segments: list[int], interactions: list[int]) -> None:
    """Require that the emergency of one policy in one period has a solution."""
    Emergency(m, p, t).require(segments, interactions)


class Emergency:
    """Variables marked ' of the model, for one policy and period."""

    def __init__(self, m: Any, p: Any, t: int) -> None:
        self.m, self.p, self.t = m, p, t
        m.emergencies += 1
        self.name = f"emergency{m.emergencies}"
        self.k = m.n.channels.index(p.channel)
        self.others = [c for c in m.C if c != self.k]
        self.total: dict[tuple[int, ...], Any] = {}  # e' by (s, i, w)
        self.passed: dict[tuple[int, ...], Any] = {}  # r' by (s, i, c)
        self.parts: dict[tuple[Any, ...], Any] = {}  # e', r' and u' by (kind, s, i, c, v)
        for s in m.S:
            for i in m.I:
                self.cell(s, i)

    def variable(self, kind: str, *index: int) -> Any:
        return self.m.variable(f"{self.name}_{kind}", index)

    def split(self, kind: str, s: int, i: int, c: int, total: Any, most: float) -> None:
        """Over the variants; the channel runs with the upgrades of the plan."""
        m, t = self.m, self.t
        parts = []
        for v in range(len(m.variants[c])):
            part = self.variable(kind, s, i, c, v)
            m.require(part, "<=", most * m.y[c, v, t])
            self.parts[kind, s, i, c, v] = part
            parts.append(part)
        m.require(pulp.lpSum(parts), "=", total)

    def cell(self, s: int, i: int) -> None:
        m, t = self.m, self.t
        contacts = m.contacts[s, i, t]
        if contacts == 0:
            return
        if not m.n.inbound[i]:
            self.outbound(s, i)
            return
        placed = []
        for c in self.others:
            if (s, i, c, t) not in m.e:
                continue
            first = m.e[s, i, c, t]
            here = self.total[s, i, c] = self.variable("first", s, i, c)
            m.require(here, ">=", first)
            placed.append(here - first)
            self.split("e", s, i, c, here, contacts)
        m.require(pulp.lpSum(placed), "<=", m.e.get((s, i, self.k, t), 0))
        for c in self.others:
            if (s, i, c, t) in m.r:
                self.passed[s, i, c] = self.variable("passed", s, i, c)
                self.split("r", s, i, c, self.passed[s, i, c], m.most_passed[s, i, c, t])
        for (a, b, c), passed_on in self.passed.items():
            if (a, b) == (s, i):
                self.passing_on(s, i, c, passed_on)

    def outbound(self, s: int, i: int) -> None:
        """As planned, without k and without bundles that use k."""
        m, t = self.m, self.t
        for w in m.W:
            uses = m.uses(w)
            if (s, i, w, t) not in m.e or self.k in uses:
                continue
            for c in uses:
                planned = [m.part("e", s, i, c, v, t) for v in range(len(m.variants[c]))]
                if w != c:
                    planned = [m.part("u", s, i, w, c, v, t) for v in range(len(m.variants[c]))]
                for v, part in enumerate(planned):
                    self.parts[f"planned {w}", s, i, c, v] = part

    def passing_on(self, s: int, i: int, c: int, passed_on: Any) -> None:
        """An open channel takes its whole inflow; what would go to k gives up."""
        m, t = self.m, self.t
        inflow = pulp.lpSum(
            (1 - m.number("resolution", a, v, t, s, i))
            * float(m.n.unresolved[a, c])
            * (self.parts.get(("e", s, i, a, v), 0) + self.parts.get(("r", s, i, a, v), 0))
            for a, v in m.lanes()
            if a != self.k
        )
        most = m.most_passed[s, i, c, t]
        m.require(passed_on, "<=", inflow)
        m.require(passed_on, ">=", inflow - most * (1 - m.o[c, t]))
        m.require(passed_on, "<=", most * m.o[c, t])

    def require(self, segments: list[int], interactions: list[int]) -> None:
        m, t, p = self.m, self.t, self.p
        inbound = [i for i in interactions if m.n.inbound[i]]
        placed = pulp.lpSum(
            here - m.e[s, i, c, t]
            for (s, i, c), here in self.total.items()
            if s in segments and i in inbound
        )
        lost = pulp.lpSum(m.e.get((s, i, self.k, t), 0) for s in segments for i in inbound)
        m.require(placed, ">=", float(p.recover) * lost)
        more = 1 + float(p.surge)
        for c in self.others:
            for v in range(len(m.variants[c])):
                handled = [part for key, part in self.parts.items() if key[3:] == (c, v)]
                capacity = m.number("capacity", c, v, t)
                if math.isfinite(capacity):
                    m.require(pulp.lpSum(handled), "<=", more * capacity * m.y[c, v, t])
        self.hours(more)

    def hours(self, more: float) -> None:
        m, t = self.m, self.t
        spent: dict[int, list[Any]] = {g: [] for g in m.G}
        for c in self.others:
            serving = [g for g in m.G if m.n.serves[g, c]]
            if not serving:
                continue
            needed = pulp.lpSum(
                m.hours_each(s, i, c, v, t) * part
                for (_, s, i, a, v), part in self.parts.items()
                if a == c
            )
            given = [self.variable("hours", g, c) for g in serving]
            for g, amount in zip(serving, given, strict=True):
                spent[g].append(amount)
            m.require(pulp.lpSum(given), "=", needed)
        for g, amounts in spent.items():
            limit = more * float(m.n.hours_per_fte[g, t])
            m.require(pulp.lpSum(amounts), "<=", limit * m.a[g, t])
