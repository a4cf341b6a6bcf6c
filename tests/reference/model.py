# ruff: noqa: C901, PLR0911 - everything is spelled out in loops, that is the point
"""The whole model once more, in plain PuLP loops: the specification the package is tested against.

Nothing here comes from the package but the input (`Numbers`, policy schemas). Symbols are those of
the model: e first contacts, r passed on, u used by bundles, f handled, o open, y open with a set of
upgrades, w owned, z offered, x single channel, a FTE, h hours. Indices: s segment, i interaction,
c channel (for first contacts: channel or, after the channels, bundle), v variant (which of the
channel's upgrades it runs with), k upgrade, g group, t period.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pulp

from channelopt.terms.numbers import Numbers
from tests.reference import effects, erlang
from tests.reference import policies as policy_rules

SOLVER_OPTIONS = {
    "gapRel": 0.0,
    "gapAbs": 1e-9,
    "threads": 1,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
}
SECOND_TRY = {"gapRel": 0.0, "gapAbs": 1e-9, "threads": 1, "presolve": "off"}
"""HiGHS has been seen to give up, or to call a worse answer optimal, with either of the two."""


@dataclass(frozen=True)
class Answer:
    """What the reference says: the optimum and its decisions by index, or that there is none."""

    status: Literal["optimal", "infeasible", "unbounded"]
    objective: float = math.nan
    decisions: Mapping[str, Mapping[tuple[int, ...], float]] = field(default_factory=dict)
    money: Mapping[str, float] = field(default_factory=dict)
    means: Mapping[tuple[int, int], float] = field(default_factory=dict)  # satisfaction by (s, t)


class Reference:
    """A scenario as a PuLP problem; attributes are dictionaries by index."""

    def __init__(self, n: Numbers, policies: Sequence[Any]) -> None:
        self.n = n
        self.problem = pulp.LpProblem("reference", pulp.LpMaximize)
        self.S, self.I, self.C, self.T = (range(size) for size in n.shape)
        self.G, self.K = range(len(n.groups)), range(len(n.upgrades.ids))
        self.W = range(len(n.ways))
        self.variants = {c: effects.variants(n, c) for c in self.C}
        self.known: dict[tuple[Any, ...], float] = {}
        self.emergencies = 0
        self.contacts = {
            (s, i, t): self._contacts(s, i, t) for s in self.S for i in self.I for t in self.T
        }
        self.declare()
        self.upgrades()
        self.demand()
        self.routing()
        self.timeline()
        self.volumes()
        self.offers()
        self.single_channel()
        self.staff()
        self.satisfaction()
        self.retention()
        self.ledger()
        for policy in policies:
            policy_rules.add(self, policy)

    # ---- helpers

    def _contacts(self, s: int, i: int, t: int) -> float:
        contacts = float(self.n.contacts[s, i, t])
        if not self.n.whole_contacts:
            return contacts
        return float(round(contacts)) if self.n.inbound[i] else float(math.floor(contacts + 1e-6))

    def variable(
        self, name: str, index: tuple[int, ...], most: float | None = None, *, whole: bool = False
    ) -> Any:
        label = "_".join([name, *map(str, index)])
        kind = "Integer" if whole else "Continuous"
        return self.problem.add_variable(label, 0, most, kind)

    def require(self, left: Any, sense: str, right: Any) -> None:
        """Require `left sense right`; both sides may be numbers or expressions."""
        difference = pulp.LpAffineExpression(left) - right
        if sense == "<=":
            self.problem += difference <= 0
        elif sense == ">=":
            self.problem += difference >= 0
        else:
            self.problem += difference == 0

    def inbound_cells(self, s: int, t: int) -> list[int]:
        """Inbound interactions of a segment that have contacts in a period."""
        return [i for i in self.I if self.n.inbound[i] and self.contacts[s, i, t] > 0]

    def number(self, quantity: str, c: int, v: int, t: int, s: int = 0, i: int = 0) -> float:
        """A quantity of a channel in one of its variants."""
        key = (quantity, c, v, t, s, i)
        if key not in self.known:
            base = getattr(self.n, quantity)
            place = (c, t) if quantity in effects.OF_CHANNELS else (s, i, c, t)
            owned = self.variants[c][v]
            self.known[key] = effects.changed(self.n, quantity, float(base[place]), owned, c, i)
        return self.known[key]

    def worst_resolution(self, s: int, i: int, c: int, t: int) -> float:
        return min(self.number("resolution", c, v, t, s, i) for v in range(len(self.variants[c])))

    def uses(self, w: int) -> dict[int, float]:
        """Contacts that channels handle for one first contact of a channel or bundle."""
        if w < len(self.C):
            return {w: 1.0}
        row = self.n.uses[w - len(self.C)]
        return {c: float(row[c]) for c in self.C if row[c] > 0}

    def lanes(self) -> list[tuple[int, int]]:
        return [(c, v) for c in self.C for v in range(len(self.variants[c]))]

    def split(self, name: str, key: tuple[int, ...], total: Any, most: float) -> None:
        """Split an amount of channel c in period t, key (.., c, t), over the channel's variants."""
        *cell, c, t = key
        parts = self.parts.setdefault(name, {})
        if len(self.variants[c]) == 1:
            parts[(*cell, c, 0, t)] = total
            return
        for v in range(len(self.variants[c])):
            part = parts[(*cell, c, v, t)] = self.variable(name, (*cell, c, v, t))
            self.require(part, "<=", most * self.y[c, v, t])
        here = [parts[(*cell, c, v, t)] for v in range(len(self.variants[c]))]
        self.require(pulp.lpSum(here), "=", total)

    def part(self, name: str, *key: int) -> Any:
        return self.parts.get(name, {}).get(key, 0)

    def routed(self, s: int, i: int, c: int, v: int, t: int) -> Any:
        """e + r: what may be unresolved and passed on."""
        return self.part("e", s, i, c, v, t) + self.part("r", s, i, c, v, t)

    def handled_by(self, s: int, i: int, c: int, v: int, t: int) -> Any:
        """f = e + r + u."""
        used = pulp.lpSum(self.part("u", s, i, b, c, v, t) for b in self.W if b >= len(self.C))
        return self.routed(s, i, c, v, t) + used

    def is_handled(self, s: int, i: int, c: int, t: int) -> bool:
        """Something of this cell may be handled in the channel."""
        return any(
            (*key, v, t) in parts
            for v in range(len(self.variants[c]))
            for name, parts in self.parts.items()
            for key in ([(s, i, b, c) for b in self.W] if name == "u" else [(s, i, c)])
        )

    def handled(self, s: int, i: int, c: int, t: int) -> Any:
        return pulp.lpSum(self.handled_by(s, i, c, v, t) for v in range(len(self.variants[c])))

    def total_handled(self, c: int, v: int, t: int) -> Any:
        return pulp.lpSum(self.handled_by(s, i, c, v, t) for s in self.S for i in self.I)

    # ---- variables

    def declare(self) -> None:
        n = self.n
        self.o = {
            (c, t): self.variable("o", (c, t), 1.0 if n.available[c, t] else 0.0, whole=True)
            for c in self.C
            for t in self.T
        }
        self.y: dict[tuple[int, int, int], Any] = {}
        for c in self.C:
            for t in self.T:
                if len(self.variants[c]) == 1:
                    self.y[c, 0, t] = self.o[c, t]
                    continue
                for v in range(len(self.variants[c])):
                    self.y[c, v, t] = self.variable("y", (c, v, t), 1, whole=True)
                chosen = [self.y[c, v, t] for v in range(len(self.variants[c]))]
                self.require(pulp.lpSum(chosen), "=", self.o[c, t])
        self.e: dict[tuple[int, ...], Any] = {}
        self.parts: dict[str, dict[tuple[int, ...], Any]] = {}
        for s in self.S:
            for i in self.I:
                for t in self.T:
                    for w in self.W:
                        if (
                            self.contacts[s, i, t] > 0
                            and n.eligible[s, i, w, t]
                            and all(n.available[c, t] for c in self.uses(w))
                        ):
                            self._first_contacts(s, i, w, t)

    def _first_contacts(self, s: int, i: int, w: int, t: int) -> None:
        contacts = self.contacts[s, i, t]
        entering = self.variable("first", (s, i, w, t), contacts, whole=self.n.whole_contacts)
        self.e[s, i, w, t] = entering
        if w < len(self.C):
            self.split("e", (s, i, w, t), entering, contacts)
            return
        for c, per_customer in self.uses(w).items():
            most = per_customer * contacts
            self.split("u", (s, i, w, c, t), per_customer * entering, most)

    # ---- upgrades

    def upgrades(self) -> None:
        """w never falls; a channel runs with exactly the upgrades that are owned."""
        bought = self.n.upgrades
        self.w: dict[tuple[int, int], Any] = {}
        for k in self.K:
            for t in self.T:
                most = 1.0 if bought.available[k, t] else 0.0
                self.w[k, t] = self.variable("w", (k, t), most, whole=True)
                if t > 0:
                    self.require(self.w[k, t], ">=", self.w[k, t - 1])
        for k in self.K:
            for t in self.T:
                for other in self.K:
                    if bought.requires[k, other]:
                        self.require(self.w[k, t], "<=", self.w[other, t])
                c = int(bought.channel[k])
                for v, chosen in enumerate(self.variants[c]):
                    if k in chosen:
                        self.require(self.y[c, v, t], "<=", self.w[k, t])
                    else:
                        self.require(self.y[c, v, t], "<=", 1 - self.w[k, t])

    def investment(self, k: int, t: int) -> Any:
        """Currency for an upgrade in a period: paid when w rises."""
        before = self.w[k, t - 1] if t > 0 else 0
        return float(self.n.upgrades.investment[k]) * (self.w[k, t] - before)

    # ---- demand and routing

    def demand(self) -> None:
        n = self.n
        for (s, i, t), contacts in self.contacts.items():
            if contacts == 0:
                continue
            total = pulp.lpSum(self.e.get((s, i, w, t), 0) for w in self.W)
            self.require(total, "=" if n.inbound[i] else "<=", contacts)
            for w in self.W:
                entering = self.e.get((s, i, w, t), 0)
                self.require(entering, "<=", float(n.max_share[s, i, w, t]) * contacts)
                self.require(entering, ">=", float(n.min_share[s, i, w, t]) * contacts)
                for c in self.uses(w):
                    self.require(entering, "<=", contacts * self.o[c, t])

    def routing(self) -> None:
        """Open channels take their whole inflow; what is meant for a closed one gives up."""
        n = self.n
        self.r: dict[tuple[int, ...], Any] = {}
        self.most_passed: dict[tuple[int, ...], float] = {}
        self.given_up: dict[tuple[int, int, int], Any] = {}
        for s in self.S:
            for t in self.T:
                for i in self.inbound_cells(s, t):
                    self._route(n, s, i, t)

    def _route(self, n: Numbers, s: int, i: int, t: int) -> None:
        passes = np.array(
            [
                [(1 - self.worst_resolution(s, i, a, t)) * n.unresolved[a, b] for b in self.C]
                for a in self.C
            ],
            dtype=float,
        )
        shut = [c for c in self.C if not n.available[c, t]]
        passes[shut, :] = 0.0
        passes[:, shut] = 0.0
        visits = np.linalg.inv(np.eye(len(self.C)) - passes)  # with every channel open
        for c in self.C:
            if passes[:, c].any():
                most = self.contacts[s, i, t] * float(visits[:, c].max())
                self.r[s, i, c, t] = self.variable("passed", (s, i, c, t), most)
                self.most_passed[s, i, c, t] = most
                self.split("r", (s, i, c, t), self.r[s, i, c, t], most)
        lanes = [(a, v) for a, v in self.lanes() if a not in shut]
        for c in self.C:
            if (s, i, c, t) not in self.r:
                continue
            passed_on = self.r[s, i, c, t]
            most = self.most_passed[s, i, c, t]
            inflow = pulp.lpSum(
                (1 - self.number("resolution", a, v, t, s, i))
                * float(n.unresolved[a, c])
                * self.routed(s, i, a, v, t)
                for a, v in lanes
            )
            self.require(passed_on, "<=", inflow)
            self.require(passed_on, ">=", inflow - most * (1 - self.o[c, t]))
            self.require(passed_on, "<=", most * self.o[c, t])
        unresolved = pulp.lpSum(
            (1 - self.number("resolution", a, v, t, s, i)) * self.routed(s, i, a, v, t)
            for a, v in lanes
        )
        self.given_up[s, i, t] = unresolved - pulp.lpSum(
            self.r.get((s, i, c, t), 0) for c in self.C
        )

    # ---- channels over time

    def timeline(self) -> None:
        """start = o[t] (1 - o[t-1]) and stop = o[t-1] (1 - o[t]), whatever the sign of the cost."""
        n = self.n
        self.start: dict[tuple[int, int], Any] = {}
        self.stop: dict[tuple[int, int], Any] = {}
        for c in self.C:
            for t in self.T:
                now = self.o[c, t]
                before = self.o[c, t - 1] if t > 0 else float(n.initially_open[c])
                if n.always_open[c] and n.available[c, t]:
                    self.require(now, "=", 1.0)
                start = self.start[c, t] = self.variable("start", (c, t), 1)
                stop = self.stop[c, t] = self.variable("stop", (c, t), 1)
                self.require(start - stop, "=", now - before)
                self.require(start, "<=", now)
                self.require(stop, "<=", 1 - now)

    def volumes(self) -> None:
        n = self.n
        for c in self.C:
            for t in self.T:
                handled = []
                for v in range(len(self.variants[c])):
                    handled.append(self.total_handled(c, v, t))
                    capacity = self.number("capacity", c, v, t)
                    if math.isfinite(capacity):
                        self.require(handled[v], "<=", capacity * self.y[c, v, t])
                least = float(n.min_volume[c, t]) * self.o[c, t]
                self.require(pulp.lpSum(handled), ">=", least)

    # ---- offers and single channels

    def offers(self) -> None:
        n = self.n
        self.z: dict[tuple[int, int, int], Any] = {}
        for s in self.S:
            for t in self.T:
                for c in self.C:
                    cells = [i for i in self.inbound_cells(s, t) if (s, i, c, t) in self.e]
                    if not cells:
                        continue
                    offered = self.z[s, c, t] = self.variable("z", (s, c, t), 1, whole=True)
                    self.require(offered, "<=", self.o[c, t])
                    for i in cells:
                        contacts = self.contacts[s, i, t]
                        stay = float((1 - n.steering[s]) * n.preference[s, i, c])
                        self.require(self.e[s, i, c, t], "<=", contacts * offered)
                        self.require(self.e[s, i, c, t], ">=", stay * contacts * offered)

    def single_channel(self) -> None:
        n = self.n
        if n.assignment == "split":
            return
        for s in self.S:
            for t in self.T:
                cells = self.inbound_cells(s, t)
                together = n.assignment == "one_channel_per_segment"
                for number, block in enumerate([cells] if together else [[i] for i in cells]):
                    if not block:
                        continue
                    chosen = {
                        c: self.variable("x", (s, number, c, t), 1, whole=True) for c in self.C
                    }
                    self.require(pulp.lpSum(chosen.values()), "=", 1.0)
                    for i in block:
                        for c in self.C:
                            entering = self.e.get((s, i, c, t), 0)
                            self.require(entering, "=", self.contacts[s, i, t] * chosen[c])

    # ---- staff

    def staff(self) -> None:
        n = self.n
        self.a: dict[tuple[int, int], Any] = {}
        self.hired: dict[tuple[int, int], Any] = {}
        self.released: dict[tuple[int, int], Any] = {}
        self.h: dict[tuple[int, int, int], Any] = {}
        for g in self.G:
            for t in self.T:
                most = float(n.max_fte[g, t]) if math.isfinite(n.max_fte[g, t]) else None
                fte = self.a[g, t] = self.variable("a", (g, t), most, whole=bool(n.whole_fte[g]))
                self.require(fte, ">=", float(n.min_fte[g, t]))
                hired = self.hired[g, t] = self.variable("hired", (g, t))
                released = self.released[g, t] = self.variable("released", (g, t))
                before = self.a[g, t - 1] if t > 0 else float(n.initial_fte[g])
                self.require(fte, "=", before + hired - released)
                for c in self.C:
                    if n.serves[g, c]:
                        self.h[g, c, t] = self.variable("h", (g, c, t))
                spent = pulp.lpSum(self.h.get((g, c, t), 0) for c in self.C)
                self.require(spent, "<=", float(n.hours_per_fte[g, t]) * fte)
        for c in self.C:
            if not any(n.serves[g, c] for g in self.G):
                continue
            for t in self.T:
                given = pulp.lpSum(self.h.get((g, c, t), 0) for g in self.G)
                self.require(given, "=", self.hours_needed(c, t))

        for g in n.service_levels:
            for t in self.T:
                self._service_level(g, t)

    def hours_each(self, s: int, i: int, c: int, v: int, t: int) -> float:
        minutes = self.number("handle_minutes", c, v, t, s, i)
        return minutes / (60.0 * self.number("concurrency", c, v, t))

    def hours_needed(self, c: int, t: int) -> Any:
        return pulp.lpSum(
            self.hours_each(s, i, c, v, t) * self.handled_by(s, i, c, v, t)
            for s in self.S
            for i in self.I
            if self.is_handled(s, i, c, t)
            for v in range(len(self.variants[c]))
        )

    def _service_level(self, g: int, t: int) -> None:
        """open_hours N(A) / peak_factor <= hours_per_fte a: a binary for each number of agents."""
        target, per_fte = self.n.service_levels[g], float(self.n.hours_per_fte[g, t])
        hours_per_erlang = float(target.open_hours[t]) / float(target.peak_factor)
        most = sum(self._most_hours(c, t) for c in self.C if self.n.serves[g, c])
        limit = math.inf
        if math.isfinite(self.n.max_fte[g, t]):
            limit = float(self.n.max_fte[g, t]) * per_fte / hours_per_erlang + 1e-9
        loads = [0.0]
        while loads[-1] * hours_per_erlang < most and len(loads) <= limit:
            loads.append(erlang.safe_load(len(loads), target))
        agents = [self.variable("agents", (g, t, k), 1, whole=True) for k in range(len(loads))]
        self.require(pulp.lpSum(agents), "=", 1.0)
        spent = pulp.lpSum(self.h.get((g, c, t), 0) for c in self.C)
        bound = pulp.lpSum(a * q for a, q in zip(loads, agents, strict=True))
        self.require(spent, "<=", hours_per_erlang * bound)
        needed = pulp.lpSum(k * q for k, q in enumerate(agents))
        self.require(hours_per_erlang * needed, "<=", per_fte * self.a[g, t])

    def _most_hours(self, c: int, t: int) -> float:
        """No plan spends more hours on a channel."""
        total = 0.0
        for s in self.S:
            for i in self.I:
                if not self.is_handled(s, i, c, t):
                    continue
                contacts = self.contacts[s, i, t]
                bundled = [self.uses(w).get(c, 0.0) for w in self.W if w >= len(self.C)]
                handled = contacts * max([1.0, *bundled]) + self.most_passed.get((s, i, c, t), 0.0)
                count = range(len(self.variants[c]))
                total += handled * max(self.hours_each(s, i, c, v, t) for v in count)
        return total

    # ---- satisfaction and retention

    def satisfaction(self) -> None:
        """Points by interaction; `weight` is what they are divided by."""
        n = self.n
        self.points: dict[tuple[int, int, int], Any] = {}
        self.weight: dict[tuple[int, int, int], float] = {}
        for s in self.S:
            for t in self.T:
                for i in self.inbound_cells(s, t):
                    if n.importance[i] == 0:
                        continue
                    direct = pulp.lpSum(
                        self.number("satisfaction", c, v, t, s, i) * self.part("e", s, i, c, v, t)
                        for c, v in self.lanes()
                        if (s, i, c, t) in self.e
                    )
                    passed_on = pulp.lpSum(self.r.get((s, i, c, t), 0) for c in self.C)
                    self.points[s, i, t] = float(n.importance[i]) * (
                        direct
                        - float(n.transfer_penalty) * passed_on
                        - float(n.give_up_penalty) * self.given_up[s, i, t]
                    )
                    self.weight[s, i, t] = float(n.importance[i]) * self.contacts[s, i, t]

    def mean(self, s: int, t: int, interactions: Sequence[int] | None = None) -> Any | None:
        """Mean satisfaction of a segment; None where nothing counts."""
        cells = [
            (s, i, t)
            for i in (self.I if interactions is None else interactions)
            if (s, i, t) in self.points
        ]
        if not cells:
            return None
        weight = sum(self.weight[cell] for cell in cells)
        return (1.0 / weight) * pulp.lpSum(self.points[cell] for cell in cells)

    def retention(self) -> None:
        """Share of the margin kept: the curve by one binary per piece, or the weighted line."""
        n = self.n
        self.keeps: dict[tuple[int, int], Any] = {}
        for s in self.S:
            for t in self.T:
                mean = self.mean(s, t)
                if mean is None:
                    self.keeps[s, t] = 1.0
                elif s not in n.curves:
                    weight = float(n.satisfaction_weight)
                    self.keeps[s, t] = (1 - weight) + weight * mean
                else:
                    self.keeps[s, t] = self._curve(s, t, mean)

    def _curve(self, s: int, t: int, mean: Any) -> Any:
        curve = self.n.curves[s]
        lowest = min(float(curve.at[0]), self._worst_mean(s, t)) - 1.0
        highest = max(float(curve.at[-1]), 1.0) + 1.0
        at = [lowest, *map(float, curve.at), highest]
        keeps = [float(curve.keeps[0]), *map(float, curve.keeps), float(curve.keeps[-1])]
        piece = [self.variable("piece", (s, t, k), 1, whole=True) for k in range(len(at) - 1)]
        part = [self.variable("part", (s, t, k), 1) for k in range(len(at))]
        self.require(pulp.lpSum(piece), "=", 1.0)
        self.require(pulp.lpSum(part), "=", 1.0)
        for k, weight in enumerate(part):
            self.require(weight, "<=", pulp.lpSum(piece[max(k - 1, 0) : k + 1]))
        self.require(mean, "=", pulp.lpSum(a * w for a, w in zip(at, part, strict=True)))
        return pulp.lpSum(v * w for v, w in zip(keeps, part, strict=True))

    def _worst_mean(self, s: int, t: int) -> float:
        """A number no mean satisfaction falls below: everything passed on and given up."""
        n = self.n
        worst = 0.0
        for i in self.inbound_cells(s, t):
            contacts = self.contacts[s, i, t]
            visits = sum(self.r[s, i, c, t].upBound for c in self.C if (s, i, c, t) in self.r)
            per_contact = (
                n.transfer_penalty * visits + n.give_up_penalty * (visits + contacts)
            ) / contacts
            worst = min(worst, -float(per_contact))
        return worst

    # ---- money

    def ledger(self) -> None:
        """Every money term by period; the objective is their discounted sum."""
        n = self.n
        self.money: dict[str, dict[int, Any]] = {}
        self.money["kept_margin"] = {
            t: pulp.lpSum(self._kept_margin(s, t) for s in self.S) for t in self.T
        }
        self.money["contact_value"] = {
            t: pulp.lpSum(
                float(n.contact_value[s, i, c, t]) * self.e[s, i, c, t]
                for (s, i, c, u) in self.e
                if u == t
            )
            for t in self.T
        }
        self.money["satisfaction_value"] = {
            t: float(n.satisfaction_price)
            * pulp.lpSum(p for (_, _, u), p in self.points.items() if u == t)
            for t in self.T
        }
        self.money["closure_loss"] = {
            t: pulp.lpSum(
                float(n.customers[s, t] * n.closure_loss[s, c, t]) * (1 - self.o[c, t])
                for s in self.S
                for c in self.C
                if n.initially_open[c]
            )
            for t in self.T
        }
        everything = (set(self.S), set(self.I), set(self.C))
        for kind in policy_rules.KINDS:
            self.money[f"{kind}_cost"] = {t: self.cost(kind, t, *everything) for t in self.T}
        gains = ("kept_margin", "contact_value", "satisfaction_value")
        self.problem += pulp.lpSum(
            (1 if term in gains else -1) * (1 + n.discount_rate) ** -t * amount
            for term, by_period in self.money.items()
            for t, amount in by_period.items()
        )

    def _kept_margin(self, s: int, t: int) -> Any:
        customers, margin = float(self.n.customers[s, t]), float(self.n.margin[s, t])
        return customers * (max(margin, 0.0) * self.keeps[s, t] + min(margin, 0.0))

    def cost(
        self, kind: str, t: int, segments: set[int], interactions: set[int], channels: set[int]
    ) -> Any:
        """Cost of one kind in one period, of some channels (staff: of every group)."""
        n = self.n
        if kind == "contact":
            return pulp.lpSum(
                self.number("unit_cost", c, v, t, s, i) * self.handled_by(s, i, c, v, t)
                for s in segments
                for i in interactions
                for c, v in self.lanes()
                if c in channels and self.is_handled(s, i, c, t)
            )
        if kind in ("investment", "running"):
            here = [k for k in self.K if int(n.upgrades.channel[k]) in channels]
            if kind == "investment":
                return pulp.lpSum(self.investment(k, t) for k in here)
            rates_of = n.upgrades.running_cost
            return pulp.lpSum(float(rates_of[k, t]) * self.w[k, t] for k in here)
        channels = channels & set(self.C)
        if kind == "fixed":
            return pulp.lpSum(float(n.fixed_cost[c, t]) * self.o[c, t] for c in channels)
        if kind == "opening":
            return pulp.lpSum(float(n.opening_cost[c]) * self.start[c, t] for c in channels)
        if kind == "closing":
            return pulp.lpSum(float(n.closing_cost[c]) * self.stop[c, t] for c in channels)
        rates = {
            "staff": [(float(n.fte_cost[g, t]), self.a[g, t]) for g in self.G],
            "hiring": [(float(n.hiring_cost[g]), self.hired[g, t]) for g in self.G],
            "release": [(float(n.release_cost[g]), self.released[g, t]) for g in self.G],
        }
        return pulp.lpSum(rate * amount for rate, amount in rates.get(kind, []))

    # ---- solving

    def solve(self) -> Answer:
        """Solve to proven optimality, then once more with the whole numbers fixed."""
        first = self._run()
        if first != "optimal":
            return Answer(first)
        for variable in self.problem.variables():
            if variable.cat == "Integer":
                value = float(round(variable.value()))
                variable.lowBound = variable.upBound = value
                variable.cat = "Continuous"
        again = self._run()
        if again != "optimal":
            raise AssertionError("the reference's own optimum does not survive rounding")
        names = ("e", "r", "o", "w", "z", "a", "h")
        return Answer(
            "optimal",
            float(pulp.value(self.problem.objective)),
            {
                name: {key: float(v.value()) for key, v in getattr(self, name).items()}
                for name in names
            },
            {
                term: sum(float(pulp.value(amount)) for amount in by_period.values())
                for term, by_period in self.money.items()
            },
            {
                (s, t): float(pulp.value(mean))
                for s in self.S
                for t in self.T
                if (mean := self.mean(s, t)) is not None
            },
        )

    def _run(self) -> Literal["optimal", "infeasible", "unbounded"]:
        answers: dict[str, Literal["optimal", "infeasible", "unbounded"]] = {
            "Infeasible": "infeasible",
            "Unbounded": "unbounded",
        }
        best: dict[Any, float] | None = None
        worth = -math.inf
        said = set()
        for options in (SOLVER_OPTIONS, SECOND_TRY):
            self.problem.solve(pulp.HiGHS(msg=False, **options))
            status = pulp.LpStatus[self.problem.status]
            said.add(status)
            if status == "Optimal" and self._worth() > worth:
                worth = self._worth()
                best = {variable: variable.value() for variable in self.problem.variables()}
        if best is not None:
            for variable, value in best.items():
                variable.varValue = value
            return "optimal"
        for status in ("Infeasible", "Unbounded"):
            if status in said:
                return answers[status]
        raise AssertionError(f"the reference ended with {said}")

    def _worth(self) -> float:
        return float(pulp.value(self.problem.objective))


def solve(n: Numbers, policies: Sequence[Any] = ()) -> Answer:
    """Return the optimum of a scenario by the plain-loops model."""
    return Reference(n, policies).solve()


def evaluate(n: Numbers, policies: Sequence[Any], choice: Any) -> Answer:
    """Return what the plain-loops model makes of a given plan (a `terms.choice.Choice`).

    Infeasible means that the plan breaks a rule.
    """
    model = Reference(n, policies)
    for (s, i, c, t), variable in model.e.items():
        _pin(variable, float(choice.first_contacts[s, i, c, t]))
    for (c, t), variable in model.o.items():
        _pin(variable, float(choice.open[c, t]))
    for (k, t), variable in model.w.items():
        _pin(variable, float(choice.owned[k, t]))
    for (s, c, t), variable in model.z.items():
        _pin(variable, float(choice.offered[s, c, t]))
    for (g, t), variable in model.a.items():
        _pin(variable, float(choice.fte[g, t]))
    for (g, c, t), variable in model.h.items():
        _pin(variable, float(choice.hours[g, c, t]))
    return model.solve()


def _pin(variable: Any, value: float) -> None:
    """Fix a variable: whole ones exactly, others within what a written plan may be off."""
    room = 0.0 if variable.cat == "Integer" else 1e-7 * max(1.0, abs(value))
    variable.lowBound = max(value - room, 0.0)
    variable.upBound = max(value + room, 0.0)
