# ruff: noqa: C901, PLR0912, PLR0915 - everything is spelled out in loops, that is the point
"""Brute force for tiny scenarios: every whole decision enumerated, a small LP for what is left.

Independent of the package's formulation and of the PuLP reference: with the open channels fixed,
routing is a matrix inverse and every quantity is a linear row over the first contacts. A row is a
vector over (first contacts, hours, fractional FTE, hired, released, emergencies, 1). Upgrades are
enumerated too and their effects put into the numbers beforehand; so are numbers of agents.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
from scipy.optimize import linprog

from channelopt.terms.numbers import Numbers
from tests.reference import brute_policies, effects, erlang
from tests.reference.brute_policies import over, reach

COSTS = (
    "contact",
    "fixed",
    "opening",
    "closing",
    "investment",
    "running",
    "staff",
    "hiring",
    "release",
)


class TooBigError(Exception):
    """More combinations than the caller wants to wait for."""


def solve(n: Numbers, policies: Sequence[Any] = (), limit: int = 2000) -> float | None:
    """Return the best objective, None where no plan obeys every rule.

    Raises:
        TooBigError: more than `limit` linear programs would be needed.
    """
    best: float | None = None
    opens, owns = list(_open_patterns(n)), list(_purchases(n))
    if len(opens) * len(owns) > limit:
        raise TooBigError
    left = limit
    for owned in owns:
        better = effects.under(n, owned)
        for flags in opens:
            case = Case(better, policies, flags, owned)
            for found in case.plans(left):
                left -= 1
                if left < 0:
                    raise TooBigError
                if found is not None and (best is None or found > best):
                    best = found
    return best


def _purchases(n: Numbers) -> Iterator[np.ndarray]:
    """Every way to buy upgrades: each in one period or never, after what it requires."""
    upgrades, periods = len(n.upgrades.ids), len(n.periods)
    for bought in product(range(periods + 1), repeat=upgrades):
        owned = np.array([[t >= first for t in range(periods)] for first in bought], dtype=bool)
        owned = owned.reshape(upgrades, periods)
        too_early = (owned & ~n.upgrades.available).any()
        alone = any(
            (owned[k] & ~owned[other]).any()
            for k, other in product(range(upgrades), repeat=2)
            if n.upgrades.requires[k, other]
        )
        if not too_early and not alone:
            yield owned


def _open_patterns(n: Numbers) -> Iterator[np.ndarray]:
    cells = [(c, t) for c in range(len(n.channels)) for t in range(len(n.periods))]
    choices = []
    for c, t in cells:
        if not n.available[c, t]:
            choices.append((0,))
        elif n.always_open[c]:
            choices.append((1,))
        else:
            choices.append((0, 1))
    if math.prod(map(len, choices)) > 100_000:
        raise TooBigError
    for flags in product(*choices):
        pattern = np.zeros((len(n.channels), len(n.periods)), dtype=int)
        for (c, t), flag in zip(cells, flags, strict=True):
            pattern[c, t] = flag
        yield pattern


class Case:
    """A scenario with its open channels and its upgrades fixed; numbers are those under them."""

    def __init__(
        self, n: Numbers, policies: Sequence[Any], flags: np.ndarray, owned: np.ndarray
    ) -> None:
        self.n, self.policies, self.o, self.owned = n, policies, flags, owned
        self.nS, self.nI, self.nC, self.nT = n.shape
        self.nG, self.nB = len(n.groups), len(n.bundles)
        self.nW = self.nC + self.nB
        self.need = np.array(n.contacts, dtype=float)
        if n.whole_contacts:
            self.need = np.where(
                n.inbound[None, :, None], np.round(self.need), np.floor(self.need + 1e-6)
            )
        names: list[tuple[Any, ...]] = [
            ("e", s, i, w, t)
            for s, i, w, t in np.ndindex(self.nS, self.nI, self.nW, self.nT)
            if self.need[s, i, t] > 0 and n.eligible[s, i, w, t] and self._can_enter(w, t)
        ]
        for g, t in np.ndindex(self.nG, self.nT):
            names += [("h", g, c, t) for c in range(self.nC) if n.serves[g, c] and flags[c, t]]
            names += [("a", g, t), ("hired", g, t), ("released", g, t)]
        for number, p in enumerate(policies):
            if p.type == "outage":
                names += brute_policies.emergency_names(self, number, p, names)
        self.at = {name: k for k, name in enumerate(names)}
        self.size = len(names)
        self.handled = {}
        self.passed = {}
        self.lost = {}
        for s, i, t in np.ndindex(self.nS, self.nI, self.nT):
            self._route(s, i, t)

    # ---- rows

    def _can_enter(self, w: int, t: int) -> bool:
        """The channel is open, or every channel that the bundle uses."""
        if w < self.nC:
            return bool(self.o[w, t])
        return all(self.o[c, t] for c in range(self.nC) if self.n.uses[w - self.nC, c] > 0)

    def row(self, *name: Any) -> np.ndarray:
        out = np.zeros(self.size + 1)
        if name in self.at:
            out[self.at[name]] = 1.0
        return out

    def number(self, value: float) -> np.ndarray:
        out = np.zeros(self.size + 1)
        out[-1] = value
        return out

    def _route(self, s: int, i: int, t: int) -> None:
        first = np.array([self.row("e", s, i, c, t) for c in range(self.nC)])
        if not self.n.inbound[i]:
            flow = first
            passed = np.zeros_like(first)
            lost = np.zeros(self.size + 1)
        else:
            fails = 1.0 - self.n.resolution[s, i, :, t]
            here = self.o[:, t].astype(float)
            moves = (fails[:, None] * self.n.unresolved) * here[:, None] * here[None, :]
            flow = np.linalg.solve(np.eye(self.nC) - moves.T, first)
            passed = flow - first
            lost = fails @ flow - passed.sum(axis=0)
        for c in range(self.nC):
            used = [self.n.uses[b, c] * self.row("e", s, i, self.nC + b, t) for b in range(self.nB)]
            self.handled[s, i, c, t] = sum(used, flow[c])
            self.passed[s, i, c, t] = passed[c]
        self.lost[s, i, t] = lost

    def points(self, s: int, t: int, inter: Sequence[int]) -> tuple[np.ndarray, float]:
        """Satisfaction points of a segment and their weight."""
        n, total, weight = self.n, self.number(0.0), 0.0
        for i in inter:
            if not n.inbound[i] or self.need[s, i, t] == 0 or n.importance[i] == 0:
                continue
            weight += n.importance[i] * self.need[s, i, t]
            for c in range(self.nC):
                if ("e", s, i, c, t) in self.at:
                    value = n.importance[i] * n.satisfaction[s, i, c, t]
                    total = total + value * self.row("e", s, i, c, t)
                total = total - n.importance[i] * n.transfer_penalty * self.passed[s, i, c, t]
            total = total - n.importance[i] * n.give_up_penalty * self.lost[s, i, t]
        return total, weight

    def costs(self, kind: str, t: int, S: Any, I: Any, C: Any) -> np.ndarray:  # noqa: E741, N803
        n, total = self.n, self.number(0.0)
        if kind == "contact":
            for s, i, c in product(S, I, C):
                if self.need[s, i, t] > 0:
                    total = total + n.unit_cost[s, i, c, t] * self.handled[s, i, c, t]
            return total
        if kind in ("investment", "running"):
            of, amount = n.upgrades, 0.0
            for k in range(len(of.ids)):
                if int(of.channel[k]) not in C:
                    continue
                now = bool(self.owned[k, t])
                if kind == "running":
                    amount += of.running_cost[k, t] * now
                elif now and not (t and self.owned[k, t - 1]):
                    amount += of.investment[k]
            return self.number(amount)
        if kind in ("fixed", "opening", "closing"):
            amount = 0.0
            for c in C:
                before = self.o[c, t - 1] if t else int(n.initially_open[c])
                now = self.o[c, t]
                amount += {
                    "fixed": n.fixed_cost[c, t] * now,
                    "opening": n.opening_cost[c] * (now == 1 and before == 0),
                    "closing": n.closing_cost[c] * (now == 0 and before == 1),
                }[kind]
            return self.number(amount)
        for g in range(self.nG):
            if kind == "staff":
                total = total + n.fte_cost[g, t] * self.row("a", g, t)
            if kind == "hiring":
                total = total + n.hiring_cost[g] * self.row("hired", g, t)
            if kind == "release":
                total = total + n.release_cost[g] * self.row("released", g, t)
        return total

    # ---- rules that do not depend on the other whole decisions

    def common(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Rows that must be <= 0 and rows that must be 0."""
        n = self.n
        below: list[np.ndarray] = []
        equal: list[np.ndarray] = []
        for s, i, t in np.ndindex(self.nS, self.nI, self.nT):
            need = self.need[s, i, t]
            if need == 0:
                continue
            total = self.number(-need)
            for c in range(self.nW):
                entering = self.row("e", s, i, c, t)
                total = total + entering
                below.append(entering - self.number(n.max_share[s, i, c, t] * need))
                below.append(self.number(n.min_share[s, i, c, t] * need) - entering)
            (equal if n.inbound[i] else below).append(total)
        for c, t in np.ndindex(self.nC, self.nT):
            if not self.o[c, t]:
                continue
            total = sum(
                (self.handled[s, i, c, t] for s in range(self.nS) for i in range(self.nI)),
                self.number(0.0),
            )
            if math.isfinite(n.capacity[c, t]):
                below.append(total - self.number(n.capacity[c, t]))
            below.append(self.number(n.min_volume[c, t]) - total)
            if n.serves[:, c].any():
                hours = self.number(0.0)
                for s, i in np.ndindex(self.nS, self.nI):
                    if self.need[s, i, t] > 0:
                        minutes = n.handle_minutes[s, i, c, t]
                        per = minutes / 60 / n.concurrency[c, t]
                        hours = hours + per * self.handled[s, i, c, t]
                for g in range(self.nG):
                    hours = hours - self.row("h", g, c, t)
                equal.append(hours)
        for g, t in np.ndindex(self.nG, self.nT):
            fte = self.row("a", g, t)
            spent = -n.hours_per_fte[g, t] * fte
            for c in range(self.nC):
                spent = spent + self.row("h", g, c, t)
            below.append(spent)
            before = self.row("a", g, t - 1) if t else self.number(n.initial_fte[g])
            equal.append(fte - before - self.row("hired", g, t) + self.row("released", g, t))
        return below, equal

    # ---- enumeration

    def plans(self, limit: int) -> Iterator[float | None]:
        n = self.n
        below, equal = self.common()
        for number, policy in enumerate(self.policies):
            if policy.type == "outage":
                less, same = brute_policies.outage_rows(self, number, policy)
                below, equal = below + less, equal + same
                continue
            extra = brute_policies.rows_of(self, policy)
            if extra is None:
                yield None
                return
            below += extra
        offers = list(self._offers(limit))
        singles = list(self._singles(limit))
        wholes = list(self._wholes(limit))
        crews = list(self._crews(limit))
        curves = list(self._curves(limit))
        duties = list(self._duties(limit))
        sizes = map(len, (offers, singles, wholes, crews, curves, duties))
        if math.prod(sizes) > limit:
            raise TooBigError
        base = self._objective()
        for offer, single, whole, crew, (gain, pieces), duty in product(
            offers, singles, wholes, crews, curves, duties
        ):
            low = np.zeros(self.size)
            high = np.full(self.size, np.inf)
            for g, t in np.ndindex(self.nG, self.nT):
                low[self.at["a", g, t]] = n.min_fte[g, t]
                high[self.at["a", g, t]] = n.max_fte[g, t]
            for index, (least, most) in [*offer, *single, *whole, *crew]:
                low[index] = max(low[index], least)
                high[index] = min(high[index], most)
            total = sum(gain, base)
            hurdles = self._hurdles(gain)
            yield self._lp(total, [*below, *pieces, *hurdles, *duty], equal, low, high)

    def _hurdles(self, kept: list[np.ndarray]) -> list[np.ndarray]:
        """Policy `return_on_cost`; `kept` is the discounted kept margin by period."""
        rows = []
        everything = (range(self.nS), range(self.nI), range(self.nC))
        for p in self.policies:
            if p.type != "return_on_cost":
                continue
            row = self.number(0.0)
            for t in reach(self, p)[3]:
                d = self.n.discount[t]
                row = row - kept[t]
                for name, k in self.at.items():
                    if name[0] == "e" and name[4] == t:
                        row[k] -= d * self.n.contact_value[name[1:]]
                for kind in COSTS:
                    row = row + (1 + p.at_least) * d * self.costs(kind, t, *everything)
            rows.append(row)
        return rows

    def _lp(self, goal: Any, below: Any, equal: Any, low: Any, high: Any) -> float | None:
        if (low > high + 1e-12).any():
            return None
        below, equal = np.array(below), np.array(equal)
        if self.size == 0:
            holds = (len(below) == 0 or (below[:, -1] <= 1e-9).all()) and (
                len(equal) == 0 or (np.abs(equal[:, -1]) <= 1e-9).all()
            )
            return float(goal[-1]) if holds else None
        scale = max(1.0, float(np.abs(goal).max()))
        answer = linprog(
            -goal[:-1] / scale,
            A_ub=below[:, :-1] if len(below) else None,
            b_ub=-below[:, -1] if len(below) else None,
            A_eq=equal[:, :-1] if len(equal) else None,
            b_eq=-equal[:, -1] if len(equal) else None,
            bounds=np.column_stack([low, np.maximum(low, high)]),
            method="highs",
        )
        if answer.status == 3:
            raise AssertionError("unbounded")
        return float(-answer.fun * scale + goal[-1]) if answer.status == 0 else None

    def _offer_cells(self) -> list[tuple[int, int, int]]:
        return [
            (s, c, t)
            for s, c, t in np.ndindex(self.nS, self.nC, self.nT)
            if any(self.n.inbound[i] and ("e", s, i, c, t) in self.at for i in range(self.nI))
        ]

    def _offers(self, limit: int) -> Iterator[list[Any]]:
        """Which open channels are offered; all of them where nothing speaks against it."""
        n, cells = self.n, self._offer_cells()
        binds = any(
            n.steering[s] < 1
            and any(n.preference[s, i, c] > 0 and n.inbound[i] for i in range(self.nI))
            for s, c, _ in cells
        )
        counts = [p for p in self.policies if p.type == "choice"]
        if 2 ** len(cells) > limit * 8 and (binds or counts):
            raise TooBigError
        for flags in product((1, 0), repeat=len(cells)):
            if not binds and not counts and not all(flags):
                return
            offered = {cell for cell, flag in zip(cells, flags, strict=True) if flag}
            if not self._offers_allowed(offered):
                continue
            bounds = []
            for s, c, t in cells:
                for i in range(self.nI):
                    if not n.inbound[i] or ("e", s, i, c, t) not in self.at:
                        continue
                    index, need = self.at["e", s, i, c, t], self.need[s, i, t]
                    if (s, c, t) in offered:
                        stay = (1 - n.steering[s]) * n.preference[s, i, c] * need
                        bounds.append((index, (stay, np.inf)))
                    else:
                        bounds.append((index, (0.0, 0.0)))
            yield bounds

    def _offers_allowed(self, offered: set[tuple[int, int, int]]) -> bool:
        n = self.n
        for p in self.policies:
            if p.type not in ("choice", "preferred_channel"):
                continue
            S, I, C, T = reach(self, p)  # noqa: E741
            for s, t in product(S, T):
                served = [i for i in range(self.nI) if n.inbound[i] and self.need[s, i, t] > 0]
                if not served:
                    continue
                if p.type == "choice":
                    count = sum((s, c, t) in offered for c in C)
                    least, most = over(p.at_least, t), over(p.at_most, t)
                    if least is not None and count < least - 1e-9:
                        return False
                    if most is not None and count > most + 1e-9:
                        return False
                    continue
                for c in [c for c in C if c < self.nC]:
                    liked = any(
                        i in I
                        and n.available[c, t]
                        and n.eligible[s, i, c, t]
                        and n.preference[s, i, c] >= p.threshold
                        for i in served
                    )
                    if liked and (s, c, t) not in offered:
                        return False
        return True

    def _singles(self, limit: int) -> Iterator[list[Any]]:
        n = self.n
        if n.assignment == "split":
            yield []
            return
        blocks = []
        for s, t in np.ndindex(self.nS, self.nT):
            cells = [i for i in range(self.nI) if n.inbound[i] and self.need[s, i, t] > 0]
            if n.assignment == "one_channel_per_segment":
                blocks += [(s, t, cells)] if cells else []
            else:
                blocks += [(s, t, [i]) for i in cells]
        options = []
        for s, t, cells in blocks:
            fits = [c for c in range(self.nC) if all(("e", s, i, c, t) in self.at for i in cells)]
            options.append(fits)
        if math.prod(map(len, options)) > limit:
            raise TooBigError
        for chosen in product(*options):
            bounds = []
            for (s, t, cells), pick in zip(blocks, chosen, strict=True):
                for i, c in product(cells, range(self.nC)):
                    if ("e", s, i, c, t) in self.at:
                        value = self.need[s, i, t] if c == pick else 0.0
                        bounds.append((self.at["e", s, i, c, t], (value, value)))
            yield bounds

    def _wholes(self, limit: int) -> Iterator[list[Any]]:
        """Every way to spread whole contacts over the channels of each cell."""
        n = self.n
        if not n.whole_contacts:
            yield []
            return
        spreads = []
        for s, i, t in np.ndindex(self.nS, self.nI, self.nT):
            here = [self.at[k] for k in self.at if k[0] == "e" and k[1:3] == (s, i) and k[4] == t]
            bins = here if n.inbound[i] else [*here, -1]  # -1: not contacted
            if not bins:
                continue
            balls = round(self.need[s, i, t])
            if math.comb(balls + len(bins) - 1, balls) > limit:
                raise TooBigError
            spreads.append(
                [
                    [(b, (picks.count(b),) * 2) for b in here]
                    for picks in combinations_with_replacement(bins, balls)
                ]
            )
        if math.prod(map(len, spreads)) > limit:
            raise TooBigError
        for together in product(*spreads):
            yield [bound for ways in together for bound in ways]

    def _crews(self, limit: int) -> Iterator[list[Any]]:
        n, names, options = self.n, [], []
        for g, t in np.ndindex(self.nG, self.nT):
            if not n.whole_fte[g]:
                continue
            if not math.isfinite(n.max_fte[g, t]):
                raise TooBigError
            names.append(self.at["a", g, t])
            low, high = math.ceil(n.min_fte[g, t] - 1e-9), math.floor(n.max_fte[g, t] + 1e-9)
            options.append(range(low, high + 1))
        if math.prod(map(len, options)) > limit:
            raise TooBigError
        for crew in product(*options):
            yield [(k, (float(a), float(a))) for k, a in zip(names, crew, strict=True)]

    def _duties(self, limit: int) -> Iterator[list[np.ndarray]]:
        """Every number of agents that a waiting-time target may ask for, with its rows."""
        n, options = self.n, []
        for g, t in product(sorted(n.service_levels), range(self.nT)):
            if not math.isfinite(n.max_fte[g, t]):
                raise TooBigError
            target = n.service_levels[g]
            erlang_hours = float(target.open_hours[t]) / target.peak_factor
            spent = sum((self.row("h", g, c, t) for c in range(self.nC)), self.number(0.0))
            paid = n.hours_per_fte[g, t] * self.row("a", g, t)
            most = math.floor(n.max_fte[g, t] * n.hours_per_fte[g, t] / erlang_hours + 1e-9)
            options.append(
                [
                    [
                        spent - self.number(erlang_hours * erlang.safe_load(agents, target)),
                        self.number(erlang_hours * agents) - paid,
                    ]
                    for agents in range(most + 1)
                ]
            )
        if math.prod(map(len, options)) > limit:
            raise TooBigError
        for together in product(*options):
            yield [row for rows in together for row in rows]

    def _curves(self, limit: int) -> Iterator[tuple[list[np.ndarray], list[np.ndarray]]]:
        """Kept margin by period, piece by piece of each retention curve, with the piece's rows."""
        n, options = self.n, []
        for s, t in np.ndindex(self.nS, self.nT):
            total, weight = self.points(s, t, range(self.nI))
            scale = n.discount[t] * n.customers[s, t] * max(n.margin[s, t], 0.0)
            fixed = self.number(n.discount[t] * n.customers[s, t] * min(n.margin[s, t], 0.0))
            if weight == 0:
                options.append([(fixed + self.number(scale), [])])
                continue
            mean = total / weight
            if s not in n.curves:
                w = n.satisfaction_weight
                options.append([(fixed + scale * (self.number(1 - w) + w * mean), [])])
                continue
            at, keeps = n.curves[s].at, n.curves[s].keeps
            pieces = [(fixed + self.number(scale * keeps[0]), [mean - self.number(at[0])])]
            for k in range(len(at) - 1):
                slope = (keeps[k + 1] - keeps[k]) / (at[k + 1] - at[k])
                line = slope * (mean - self.number(at[k])) + self.number(keeps[k])
                inside = [self.number(at[k]) - mean, mean - self.number(at[k + 1])]
                pieces.append((fixed + scale * line, inside))
            pieces.append((fixed + self.number(scale * keeps[-1]), [self.number(at[-1]) - mean]))
            options.append(pieces)
        if math.prod(map(len, options)) > limit:
            raise TooBigError
        for together in product(*options):
            gain = [self.number(0.0) for _ in range(self.nT)]
            for (_, t), (row, _) in zip(np.ndindex(self.nS, self.nT), together, strict=True):
                gain[t] = gain[t] + row
            yield gain, [row for _, rows in together for row in rows]

    def _objective(self) -> np.ndarray:
        """Everything but the kept margin."""
        n, goal = self.n, self.number(0.0)
        everything = (range(self.nS), range(self.nI), range(self.nC))
        for t in range(self.nT):
            d = n.discount[t]
            for name, k in self.at.items():
                if name[0] == "e" and name[4] == t:
                    goal[k] += d * n.contact_value[name[1:]]
            for s in range(self.nS):
                total, _ = self.points(s, t, range(self.nI))
                goal = goal + d * n.satisfaction_price * total
                for c in range(self.nC):
                    if n.initially_open[c] and not self.o[c, t]:
                        goal[-1] -= d * n.customers[s, t] * n.closure_loss[s, c, t]
            for kind in COSTS:
                goal = goal - d * self.costs(kind, t, *everything)
        return goal
