"""The emergency inside the program: whether the plan can take over what a failed channel leaves.

Only capacities and hours limit an emergency, and only from above. So four things keep it small
without changing what is allowed:

- Inbound pairs with the same options that load limited channels in the same way form one class:
  what a class places can be divided over its members in proportion to what each has lost.
- The columns are e' by class, lane and period. As all inbound contacts enter somewhere, the pairs
  keep their limits if the sum of e' is at most the contacts of the class, and contacts are
  recovered if it is at least the contacts less (1 - recover) of those that the failed channel had.
- Contacts outside the policy's filter stay where they are or give up: to place them only costs
  room, so zero is best.
- Passed-on contacts need a lower bound only: the least r' with r' >= inflow where a lane runs is
  the passing-on rule itself, and more contacts never load a channel less.

Channels that load nothing limited, neither themselves nor by what they pass on, are one way out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from channelopt.algebra.expr import Expr, Matrix, Param, Relation
from channelopt.algebra.index import Codes, Index
from channelopt.terms.closed_form import Routes, routes, undecided
from channelopt.terms.decisions import Decisions
from channelopt.terms.emergency_classes import Asked, Classes, Limited, classes, hours_of, limited
from channelopt.terms.flows import ENTRY, PAIR, entries_of, hours_per_contact, lane_of
from channelopt.terms.numbers import Flags, Floats, Numbers

Rows = Iterator[tuple[str, Relation]]


def recourse(n: Numbers, d: Decisions, asked: Asked) -> Rows:
    """Add the columns of an emergency and yield its rows; none where nothing can stand in the way.

    Args:
        n: all numbers.
        d: the decisions of the plan.
        asked: what a policy asks for.
    """
    where = limited(n, d, asked)
    way = routes(n, d.lanes, d.inbound, gone=asked.channel)
    found = classes(n, d, asked, way, where)
    if asked.recover > 0 and (found.seeking & ~found.way_out).any():
        yield from _Emergency(n, d, asked, where, way, found).rows()


@dataclass(frozen=True)
class _Entering:
    """Inbound contacts that enter lanes, by classes of pairs."""

    contacts: Expr  # on ENTRY rows
    flow: Codes  # (rows,) the pair whose routes all of a class take
    lane: Codes  # (rows,)


class _Emergency:
    """The columns and rows of one policy."""

    def __init__(
        self, n: Numbers, d: Decisions, asked: Asked, where: Limited, way: Routes, found: Classes
    ) -> None:
        self.n, self.d, self.asked = n, d, asked
        self.where, self.way, self.found = where, way, found
        self.period = d.inbound.code("period")
        self.held = np.zeros(len(n.periods), dtype=bool)
        self.held[self.period[found.first]] = True
        self.searching = found.seeking & ~found.way_out

    def rows(self) -> Rows:
        """Add the columns and yield the rows."""
        placed, of_class = self._placed()
        yield "stays", placed.contacts >= self._staying(placed, of_class)
        yield from self._open(placed, of_class)
        outside = self._outside()
        if outside.index.num_rows:
            yield "placed outside", outside <= self._ways_out(outside.index)
        yield from self._recovered(placed, of_class, outside)
        passed = self._passed_on()
        entering = [placed] if passed is None else [placed, passed]
        if passed is not None:
            yield "passed on", self._taken(passed, entering)
        outbound, needed = self._outbound()
        yield from needed
        yield from self._work(entering, outbound)

    # columns

    def _entries(self, pair: Codes, lane: Codes) -> tuple[Index, Codes]:
        """ENTRY rows for pairs and lanes, and the order in which they stand."""
        s, i, t = (axis[pair] for axis in self.d.inbound.codes)
        codes = (s, i, self.d.lanes.channel[lane], self.d.lanes.variant[lane], t)
        order = np.lexsort(codes[::-1])
        axes = tuple(np.asarray(axis[order], dtype=np.int64) for axis in codes)
        return Index(self.d.sets, ENTRY, axes, len(order)), order

    def _placed(self) -> tuple[_Entering, Codes]:
        """Contacts e' of each class, in lanes that matter."""
        found, lanes, t = self.found, self.d.lanes, self.period[self.found.first]
        options = (found.options & self.where.matters[:, t].T)[:, lanes.channel]
        of_class, lane = np.nonzero(options & lanes.exists[:, t].T)
        index, order = self._entries(found.first[of_class], lane)
        of_class, lane = of_class[order], lane[order]
        most = self._upper(of_class, lane)
        placed = self.d.program.variable(f"placed {self.asked.name}", index, upper=most)
        return _Entering(placed, found.flow[of_class], lane), of_class

    def _outside(self) -> Expr:
        """What classes place where it loads nothing limited, by the pair that names the class."""
        t = self.period[self.found.first]
        harmless = (self.found.options & ~self.where.matters[:, t].T).any(axis=1)
        index, of_class = self._named(self.searching & harmless)
        most = self.found.contacts[of_class]
        return self.d.program.variable(f"placed outside {self.asked.name}", index, upper=most)

    def _named(self, chosen: Flags) -> tuple[Index, Codes]:
        """PAIR rows of classes, and the class of each; classes are in the order of their pairs."""
        of_class = np.flatnonzero(chosen)
        keep = np.zeros(self.d.inbound.num_rows, dtype=bool)
        keep[self.found.first[of_class]] = True
        return self.d.inbound.only(keep), of_class

    def _passed_on(self) -> _Entering | None:
        """Contacts r' of each way of loading channels, in lanes that may not run."""
        lanes, flows = self.d.lanes, np.unique(self.found.flow)
        t = self.period[flows]
        decided = undecided(self.n, lanes) & self.where.matters
        most = self._most(flows)
        meant = (most > 0) & decided[:, t].T
        of_flow, lane = np.nonzero(meant[:, lanes.channel] & lanes.exists[:, t].T)
        if not len(lane):
            return None
        index, order = self._entries(flows[of_flow], lane)
        of_flow, lane = of_flow[order], lane[order]
        upper = most[of_flow, lanes.channel[lane]]
        passed = self.d.program.variable(f"passed on {self.asked.name}", index, upper=upper)
        return _Entering(passed, flows[of_flow], lane)

    def _most(self, flows: Codes) -> Floats:
        """(flows, C) the largest inflow of all pairs that take the same routes, of these flows."""
        pairs = np.flatnonzero(self.found.of >= 0)
        pairs = pairs[np.isin(self.found.flow[self.found.of[pairs]], flows)]
        most = np.zeros((len(flows), len(self.n.channels)))
        of_flow = np.searchsorted(flows, self.found.flow[self.found.of[pairs]])
        np.add.at(most, of_flow, self.way.most[pairs])
        return most

    # rows

    def _staying(self, placed: _Entering, of_class: Codes) -> Expr:
        """First contacts of the plan, by class."""
        entered, lanes = self.d.entered, self.d.lanes
        table = np.full((len(self.found.first), len(lanes.channel)), -1, dtype=np.int64)
        table[of_class, placed.lane] = np.arange(len(of_class))
        rows = entered.only(self.n.inbound[entered.index.code("interaction")])
        pair = self.d.inbound.positions(rows.index.keys_of(PAIR), of="a pair")
        of = self.found.of[pair]
        at = np.where(of >= 0, table[of, lane_of(lanes, rows.index)], -1)
        return _send(rows, placed.contacts.index, at[:, None], np.ones((len(at), 1)))

    def _open(self, placed: _Entering, of_class: Codes) -> Rows:
        """Contacts are placed where a lane runs."""
        index = placed.contacts.index
        may_not_run = undecided(self.n, self.d.lanes)[index.code("channel"), index.code("period")]
        linked = self.searching[of_class] & may_not_run
        rows = placed.contacts.only(linked)
        most = self._upper(of_class, placed.lane)[linked]
        yield "open", rows <= self.d.running.on(rows.index) * Param(rows.index, most)

    def _upper(self, of_class: Codes, lane: Codes) -> Floats:
        """The most contacts of a class that a lane can take."""
        period = self.period[self.found.first[of_class]]
        room = self.asked.more * self.d.lanes.capacity[lane, period]
        most: Floats = np.minimum(self.found.contacts[of_class], room)
        return most

    def _ways_out(self, index: Index) -> Expr:
        """Room in channels that load nothing limited, if any of them is open."""
        pair = self.d.inbound.positions(index.keys, of="a pair")
        of_class = self.found.of[pair]
        c, t = self.d.channel_periods.codes
        harmless = self.found.options[of_class] & ~self.where.matters[:, self.period[pair]].T
        opening = harmless[:, c] & (t == self.period[pair][:, None])
        weights: Matrix = scipy.sparse.csr_array(
            np.where(opening, self.found.contacts[of_class][:, None], 0.0)
        )
        return self.d.open.through(index, weights)

    def _recovered(self, placed: _Entering, of_class: Codes, outside: Expr) -> Rows:
        """No more contacts than there are, and enough of those that the failed channel had."""
        named, seekers = self._named(self.searching)
        searching = self.searching[of_class]
        at = np.searchsorted(seekers, of_class[searching])
        adder: Matrix = scipy.sparse.csr_array(
            (np.ones(len(at)), (at, np.arange(len(at)))), shape=(len(seekers), len(at))
        )
        entering = placed.contacts.only(searching).through(named, adder) + outside.sum_to(named)
        contacts = Param(named, self.found.contacts[seekers])
        yield "contacts placed", entering <= contacts
        periods = self.d.sets.all("period").only(self.held)
        missing = (Expr.of(contacts) - entering).sum_to(periods)
        yield "recovered", missing <= self._lost().sum_to(periods) * (1.0 - self.asked.recover)

    def _lost(self) -> Expr:
        """First contacts of the failed channel that seek another."""
        cells = self.d.cells
        s, i, c, t = cells.codes
        asked = self.asked
        keep = (c == asked.channel) & asked.pairs[s, i] & self.held[t]
        keep &= self.n.inbound[i]
        return self.d.first.only(keep)

    def _taken(self, passed: _Entering, entering: list[_Entering]) -> Relation:
        """A lane that runs takes all that is meant for its channel."""
        index = passed.contacts.index
        flows, at = np.unique(passed.flow, return_inverse=True)
        table = np.full((self.d.inbound.num_rows, len(self.d.lanes.channel)), -1, dtype=np.int64)
        table[passed.flow, passed.lane] = np.arange(index.num_rows)
        inflow = Expr.zero(index)
        for part in entering:
            meant = self.way.inflow[part.flow, part.lane][:, self.d.lanes.channel]
            inflow = inflow + _send(part.contacts, index, table[part.flow], meant)
        most = Param(index, self._most(flows)[at.reshape(-1), index.code("channel")])
        idle = Expr.of(most) - self.d.running.on(index) * most
        return passed.contacts >= inflow - idle

    # work

    def _work(self, entering: list[_Entering], outbound: list[Expr]) -> Rows:
        """Capacities of lanes, and hours of groups."""
        lanes, runs = self.d.lanes, self.d.running.index
        t = runs.code("period")
        tight = runs.only(self.where.lanes[lane_of(lanes, runs), t] & self.held[t])
        if tight.num_rows:
            lane, t = lane_of(lanes, tight), tight.code("period")
            table = np.full(lanes.exists.shape, -1, dtype=np.int64)
            table[lane, t] = np.arange(tight.num_rows)
            load = self._load(entering, outbound, (tight, table), in_hours=False)
            room = Param(tight, self.asked.more * lanes.capacity[lane, t])
            yield "capacity", load <= self.d.running.on(tight) * room
        c, t = self.d.channel_periods.codes
        staffed = self.d.channel_periods.only(self.where.staffed[c, t] & self.held[t])
        if staffed.num_rows:
            table = np.full(self.n.available.shape, -1, dtype=np.int64)
            table[staffed.codes] = np.arange(staffed.num_rows)
            by_lane = (staffed, table[lanes.channel])
            yield from self._hours(self._load(entering, outbound, by_lane, in_hours=True))

    def _hours(self, needed: Expr) -> Rows:
        d, staffed = self.d, needed.index
        index = d.serving.only(np.isin(d.serving.keys_of(("channel", "period")), staffed.keys))
        hours = d.program.variable(f"hours {self.asked.name}", index)
        yield "hours needed", hours.sum_to(staffed) >= needed
        worked = np.isin(d.group_periods.keys, index.keys_of(("group", "period")))
        groups = d.group_periods.only(worked)
        paid = Param.pick(groups, self.asked.more * self.n.hours_per_fte, "group", "period")
        yield "hours of a group", hours.sum_to(groups) <= d.fte.on(groups) * paid

    def _load(
        self,
        entering: list[_Entering],
        outbound: list[Expr],
        goal: tuple[Index, Codes],
        *,
        in_hours: bool,
    ) -> Expr:
        """Add up work, in contacts or in hours; `goal` says which row (L, T) a lane adds to."""
        target, table = goal
        load = Expr.zero(target)
        hours = hours_of(self.d, *self.d.inbound.codes)
        for part in entering:
            weights = self.way.handled[part.flow, part.lane]
            if in_hours:
                weights = weights * hours[part.flow]
            at = table[:, part.contacts.index.code("period")].T
            load = load + _send(part.contacts, target, at, weights)
        for work in outbound:
            index = work.index
            each = np.ones(index.num_rows)
            if in_hours:
                each = np.nan_to_num(hours_per_contact(self.d.lanes, index))
            at = table[lane_of(self.d.lanes, index), index.code("period")]
            load = load + _send(work, target, at[:, None], each[:, None])
        return load

    def _outbound(self) -> tuple[list[Expr], list[tuple[str, Relation]]]:
        """Outbound work that stays, on ENTRY rows, and the rows that it needs."""
        d, k = self.d, self.asked.channel
        rows = d.entered.index
        stays = ~self.n.inbound[rows.code("interaction")] & (rows.code("channel") != k)
        work = [d.entered.only(stays & self.held[rows.code("period")])]
        if not self.n.bundles or not (self.n.uses[:, k] > 0).any():
            return [*work, d.used.only(self.held[d.used.index.code("period")])], []
        asked = self._asked_by_bundles()
        shared = d.lanes.shared[asked.index.code("channel"), asked.index.code("period")]
        parts = d.program.variable(f"used {self.asked.name}", asked.index.only(shared))
        index = parts.index
        s, i, c, _, t = index.codes
        most = Param(index, self.n.contacts[s, i, t] * self.n.uses.max(axis=0)[c])
        idle = Expr.of(most) - d.running.on(index) * most
        needed = [("used by bundles", parts >= asked.on(index) - idle)]
        return [*work, asked.only(~shared), parts], needed

    def _asked_by_bundles(self) -> Expr:
        """What bundles without the failed channel ask of each lane, if it is the one that runs."""
        treated = self.d.treated.index
        bundle = treated.code("channel") - len(self.n.channels)
        uses = np.where(self.n.uses[:, [self.asked.channel]] > 0, 0.0, self.n.uses)[bundle]
        uses = uses * self.held[treated.code("period")][:, None]
        which, channel = np.nonzero(uses)
        s, i, t = (treated.code(dim)[which] for dim in PAIR)
        cells = np.zeros(self.n.shape, dtype=bool)
        cells[s, i, channel, t] = True
        index = entries_of(self.d.sets, self.d.lanes, cells)
        lane = lane_of(self.d.lanes, index)
        s, i, _, _, t = index.codes
        table = np.full((*self.n.contacts.shape[:2], *self.d.lanes.exists.shape), -1)
        table[s, i, lane, t] = np.arange(index.num_rows)
        s, i, t = (treated.code(dim) for dim in PAIR)
        at = table[s, i, :, t]
        return _send(self.d.treated, index, at, uses[:, self.d.lanes.channel])


def _send(expr: Expr, target: Index, at: Codes, weights: Floats) -> Expr:
    """Send every row of an expression to rows of `target`.

    Args:
        expr: on any rows.
        target: the new rows.
        at: (rows, ways) where to; -1 where nothing goes.
        weights: (rows, ways) how much of it.
    """
    row, way = np.nonzero((at >= 0) & (weights != 0))
    matrix: Matrix = scipy.sparse.csr_array(
        (weights[row, way], (at[row, way], row)), shape=(target.num_rows, expr.index.num_rows)
    )
    return expr.through(target, matrix)
