"""What each limit of a list counts, from the scenario: independent of how the list was compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from channelopt.rules.base import Policy, bound
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.worth import Worth

Who = Literal["everybody", "fond", "joining", "leaving"]
"""Whose first contacts count: all, of those who prefer the limit's channel (or nobody knows), of
those whom another way serves now, of those whom the limit's way serves now."""


@dataclass(frozen=True)
class Amount:
    """What one limit counts: cells * first contacts + felt * points beyond the scenario's.

    Attributes:
        cells: (S, I, W) what one first contact uses.
        felt: (S, I, W) what one satisfaction point more of a first contact uses; None: nothing.
        hours: what one hour of a group on a channel (g, c) uses.
        lowest: what one point more of the lowest mean uses, of policies on fairness.
        earnings: what kept margin and contact value count, of policies on the return on cost.
        lower: what the scenario asks for; None where it is not recomputed.
        upper: likewise.
        who: whose contacts count.
        way: of the limit, where it counts only some customers.
    """

    cells: Floats
    felt: Floats | None = None
    hours: Mapping[tuple[int, int], float] = field(default_factory=dict)
    lowest: float = 0.0
    earnings: float = 0.0
    lower: float | None = None
    upper: float | None = None
    who: Who = "everybody"
    way: int = -1


Row = Mapping[str, Any]
"""A row of limits.csv: texts, and numbers by column; None where a cell is empty."""


class Amounts:
    """Knows what the limits of a list count."""

    def __init__(
        self, n: Numbers, cells: Worth, tally: Tally, policies: tuple[Policy, ...], fte: Floats
    ) -> None:
        """Prepare.

        Args:
            n: the scenario with upgrades, and in the list's period with the customers of the file.
            cells: figures of one contact.
            tally: of the list.
            policies: of the scenario.
            fte: (G,) of the plan in the period.
        """
        self._n = n
        self._cells = cells
        self._tally = tally
        self._policies = {policy.name: policy for policy in policies}
        self._fte = fte
        self._t = cells.period
        self.hours_each: Floats = cells.handled * _hours_per_contact(n, self._t)[:, :, None, :]
        self._kinds: Mapping[str, Callable[[Row], Amount | None]] = {
            "capacity": self._capacity,
            "minimum volume": self._volume_of_channel,
            "hours": self._hours,
            "share": self._share_of_cell,
            "demand": self._demand,
            "steering": self._steering,
            "quota": self._quota,
            "migration": self._migration,
        }
        self._slugs: Mapping[str, Callable[[Row, Any], Amount | None]] = {
            "volume": self._volume,
            "contact_limit": self._contact_limit,
            "budget": self._budget,
            "share": self._share,
            "metric": self._metric,
            "satisfaction": self._satisfaction,
            "fairness": self._fairness,
            "return_on_cost": self._return,
        }

    def of(self, row: Row) -> Amount | None:
        """Return what a limit counts; None where this check does not know."""
        kind = str(row["kind"])
        if kind == "policy":
            policy = self._policies.get(str(row["owner"]))
            known = None if policy is None else self._slugs.get(policy.slug)
            return None if known is None else known(row, policy)
        made = self._kinds.get(kind)
        return None if made is None else made(row)

    def _nothing(self) -> Floats:
        return np.zeros(self._cells.may_enter.shape)

    def _one(self, row: Row) -> Floats | None:
        """Return one for the cell that a limit speaks of."""
        n = self._n
        labels = (row["segment"], row["interaction"], row["channel"])
        axes = (n.segments, n.interactions, n.ways)
        if any(label not in axis for label, axis in zip(labels, axes, strict=True)):
            return None
        s, i, w = (axis.index(str(label)) for label, axis in zip(labels, axes, strict=True))
        cells = self._nothing()
        cells[s, i, w] = 1.0
        return cells

    def _channel(self, row: Row) -> int | None:
        label = row["channel"]
        return self._n.channels.index(label) if label in self._n.channels else None

    def _capacity(self, row: Row) -> Amount | None:
        c = self._channel(row)
        if c is None:
            return None
        most = float(self._n.capacity[c, self._t])
        return Amount(self._cells.handled[..., c], lower=-np.inf, upper=most)

    def _volume_of_channel(self, row: Row) -> Amount | None:
        c = self._channel(row)
        if c is None:
            return None
        least = float(self._n.min_volume[c, self._t])
        return Amount(self._cells.handled[..., c], lower=least, upper=np.inf)

    def _hours(self, row: Row) -> Amount | None:
        """Hours of a group, or what several groups leave undone on a channel."""
        n, c = self._n, self._channel(row)
        if c is not None:
            undone = {(g, c): -1.0 for g in np.flatnonzero(n.serves[:, c]).tolist()}
            return Amount(self.hours_each[..., c], hours=undone, lower=-np.inf, upper=0.0)
        if row["group"] not in n.groups:
            return None
        g = n.groups.index(row["group"])
        servers = n.serves.astype(np.int64).sum(axis=0)
        alone: Flags = n.serves[g] & np.asarray(servers == 1)
        shared = {(g, int(c)): 1.0 for c in np.flatnonzero(n.serves[g] & ~alone)}
        most = float(n.hours_per_fte[g, self._t] * self._fte[g])
        upper = None if g in n.service_levels else most
        cells = self.hours_each[..., alone].sum(axis=-1)
        return Amount(cells, hours=shared, lower=-np.inf, upper=upper)

    def _share_of_cell(self, row: Row) -> Amount | None:
        cells = self._one(row)
        if cells is None:
            return None
        n, t = self._n, self._t
        contacts = n.contacts[..., t][:, :, None]
        if str(row["limit"]).startswith("minimum"):
            least = float((cells * n.min_share[..., t] * contacts).sum())
            return Amount(cells, lower=least, upper=np.inf)
        most = float((cells * n.max_share[..., t] * contacts).sum())
        return Amount(cells, lower=-np.inf, upper=most)

    def _demand(self, row: Row) -> Amount | None:
        n = self._n
        if row["segment"] not in n.segments or row["interaction"] not in n.interactions:
            return None
        s, i = n.segments.index(row["segment"]), n.interactions.index(row["interaction"])
        cells = self._nothing()
        cells[s, i] = 1.0
        return Amount(cells, lower=-np.inf, upper=float(n.contacts[s, i, self._t]))

    def _steering(self, row: Row) -> Amount | None:
        cells = self._one(row)
        if cells is None:
            return None
        n, tally = self._n, self._tally
        s, i, c = np.argwhere(cells)[0].tolist()
        prefer = n.preference[s, i, c] * n.contacts[s, i, self._t]
        if not tally.tells_preferred:
            return Amount(cells, lower=float((1 - n.steering[s]) * prefer), upper=np.inf)
        prefer = tally.liked.value[s, i, c]
        prefer += n.preference[s, i, c] * tally.undecided.value[s, i]
        least = float((1 - n.steering[s]) * prefer)
        return Amount(cells, lower=least, upper=np.inf, who="fond", way=c)

    def _quota(self, row: Row) -> Amount | None:
        """Return what a quota counts; its band is checked with the quotas."""
        n = self._n
        if row["interaction"]:
            cells = self._one(row)
            return None if cells is None else Amount(cells)
        if row["segment"] not in n.segments or row["channel"] not in n.ways:
            return None
        cells = self._nothing()
        at = n.segments.index(row["segment"]), n.ways.index(row["channel"])
        cells[at[0], n.inbound, at[1]] = 1.0
        return Amount(cells)

    def _migration(self, row: Row) -> Amount | None:
        cells = self._one(row)
        if cells is None:
            return None
        way = int(np.argwhere(cells)[0][2])
        name = str(row["limit"])
        if name.endswith(":in"):
            return Amount(cells, who="joining", way=way)
        if name.endswith(":out"):
            pair = np.broadcast_to(np.asarray(cells.any(axis=2))[..., None], cells.shape)
            return Amount(pair - cells, who="leaving", way=way)
        return Amount(cells)

    def _reach(self, row: Row, policy: Policy) -> tuple[Flags, Flags]:
        """Return (S, I) and (W,) what a policy takes in, only the row's segment if it has one."""
        reach = policy.reach(self._n)
        segments = reach.segments
        if row["segment"]:
            segments = segments & (np.array(self._n.segments) == row["segment"])
        return segments[:, None] & reach.interactions[None], reach.channels

    def _sides(self, policy: Any) -> tuple[float, float]:
        """Return the bounds of a policy in the period, infinite for none."""
        low, high = (
            float(bound(getattr(policy, side, None), self._n)[self._t])
            for side in ("at_least", "at_most")
        )
        return (-np.inf if np.isnan(low) else low), (np.inf if np.isnan(high) else high)

    def _volume(self, row: Row, policy: Any) -> Amount:
        pairs, ways = self._reach(row, policy)
        counted = self._handled(ways) if policy.measure == "handled" else ways[None, None]
        low, high = self._sides(policy)
        cells = np.where(pairs[..., None], counted, 0.0)
        return Amount(cells, lower=low, upper=high)

    def _handled(self, ways: Flags, each: Floats | None = None) -> Floats:
        """Return (S, I, W) an amount per handled contact (S, I, C), over the channels picked."""
        channels = ways[: len(self._n.channels)]
        weights = channels * 1.0 if each is None else each * channels
        amounts: Floats = (self._cells.handled * weights[..., None, :]).sum(axis=-1)
        return amounts

    def _contact_limit(self, row: Row, policy: Any) -> Amount:
        pairs, ways = self._reach(row, policy)
        made = (pairs & ~self._n.inbound[None])[..., None] & ways
        _, most = self._sides(policy)
        people = float(self._n.customers[pairs.any(axis=1), self._t].sum())
        return Amount(np.where(made, 1.0, 0.0), lower=-np.inf, upper=float(most * people))

    def _budget(self, row: Row, policy: Any) -> Amount:
        """Return contact cost; what stands already is part of what is used."""
        pairs, ways = self._reach(row, policy)
        cost = self._handled(ways, self._n.unit_cost[..., self._t])
        counted = pairs[..., None] if "contact" in policy.counts else np.zeros(1)
        limit = bound(policy.at_most, self._n)
        most = np.nanmin(limit) if policy.scope == "total" else limit[self._t]
        return Amount(np.nan_to_num(cost) * counted, lower=-np.inf, upper=float(most))

    def _signed(self, row: Row, policy: Any) -> tuple[float, float]:
        """Return sign and level of a row that stands for one side of a policy."""
        low, high = self._sides(policy)
        at_most = str(row["limit"]).endswith(":at most") or not np.isfinite(low)
        return (-1.0, high) if at_most else (1.0, low)

    def _share(self, row: Row, policy: Any) -> Amount:
        pairs, ways = self._reach(row, policy)
        sign, level = self._signed(row, policy)
        return Amount(sign * pairs[..., None] * (ways - level), lower=0.0, upper=np.inf)

    def _metric(self, row: Row, policy: Any) -> Amount:
        pairs, ways = self._reach(row, policy)
        metric = next(one for one in self._n.metrics if one.id == policy.metric)
        values = metric.values[..., self._t]
        channels = len(self._n.channels)
        each = self._handled(ways, values[..., :channels]) if metric.per_handled else values * ways
        sign, level = self._signed(row, policy)
        per_contact = pairs[..., None] * each
        if policy.scope == "mean":
            return Amount(
                sign * (per_contact - level * (pairs[..., None] & ways)), lower=0.0, upper=np.inf
            )
        return Amount(sign * per_contact, lower=sign * level, upper=np.inf)

    def _satisfaction(self, row: Row, policy: Any) -> Amount:
        n, cells = self._n, self._cells
        pairs, _ = self._reach(row, policy)
        heard = (pairs & n.inbound) * n.importance
        weight = (heard * n.contacts[..., self._t]).sum(axis=1)
        low, _ = self._sides(policy)
        rated = weight > 0
        if policy.scope == "each":
            per_point, least = heard, low * weight.sum()
        else:
            people = np.where(rated, n.customers[:, self._t], 0.0)
            each = np.divide(people, weight, out=np.zeros_like(weight), where=rated)
            per_point, least = heard * each[:, None], low * people.sum()
        felt = np.broadcast_to(per_point[..., None], cells.felt.shape)
        return Amount(felt * (cells.felt - cells.lost), felt=felt, lower=float(least), upper=np.inf)

    def _fairness(self, row: Row, policy: Any) -> Amount | None:
        """Points of a segment less its weight times the lowest mean of all: within the limit."""
        if not row["segment"]:
            return None
        n, cells = self._n, self._cells
        pairs, _ = self._reach(row, policy)
        heard = (pairs & n.inbound) * n.importance
        weight = float((heard * n.contacts[..., self._t]).sum())
        felt = np.broadcast_to(heard[..., None], cells.felt.shape)
        _, most = self._sides(policy)
        points = felt * (cells.felt - cells.lost)
        return Amount(points, felt=felt, lowest=-weight, lower=0.0, upper=most * weight)

    def _return(self, _: Row, policy: Any) -> Amount:
        """Kept margin and contact value less so many times the contact cost; the rest stands."""
        low = self._sides(policy)[0]
        cells = -(1.0 + low) * self._cells.cost
        return Amount(cells, earnings=1.0, lower=0.0, upper=np.inf)


def _hours_per_contact(n: Numbers, t: int) -> Floats:
    """Return (S, I, C) hours of staff that one handled contact takes."""
    served = n.serves.any(axis=0)
    minutes = np.nan_to_num(n.handle_minutes[..., t])
    rate: Floats = np.where(served, 1.0 / (60.0 * np.where(served, n.concurrency[:, t], 1.0)), 0.0)
    return np.maximum(minutes, 0.0) * rate
