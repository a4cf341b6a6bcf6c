"""What the others would do while a channel fails, in exact decimals: for the check alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from channelopt.terms.exact import ONE, ZERO, ExactNumbers, Key
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Floats
from channelopt.terms.routes import Flow, Routes


@dataclass(frozen=True)
class Work:
    """Work of one period in an emergency, by channel; an absent channel does nothing."""

    handled: Mapping[int, Decimal]
    hours_needed: Mapping[int, Decimal]  # channels that some group serves


class Emergency:
    """One channel that fails in one period of a written plan.

    Open channels take over what is placed there; what would go to the failed one gives up.
    """

    def __init__(self, f: Facts, channel: int, period: int) -> None:
        """Prepare the emergency.

        Args:
            f: facts of the plan, numbers under its upgrades.
            channel: which channel fails.
            period: when.
        """
        self.n = f.numbers
        self.channel = channel
        self.period = period
        channels = range(len(self.n.channels))
        self.others = frozenset(c for c in channels if f.is_open(c, period) and c != channel)
        self.exact = ExactNumbers()
        self.routes: dict[bytes, Routes] = {}
        self.first: dict[tuple[int, int], dict[int, Decimal]] = {}
        for (s, i, w, t), amount in f.first_contacts.items():
            if t == period:
                self.first.setdefault((s, i), {})[w] = amount

    def stranded(self, segment: int, interaction: int) -> Decimal:
        """Return the inbound first contacts of the failed channel."""
        if not self.n.inbound[interaction]:
            return ZERO
        return self.first.get((segment, interaction), {}).get(self.channel, ZERO)

    def work(self, placed: Mapping[Key, Decimal]) -> Work:
        """Follow all contacts to their end.

        Args:
            placed: contacts of the failed channel by (s, i, c, t), in this period.
        """
        entering = {pair: self._staying(pair) for pair in self.first}
        for (s, i, c, _), amount in placed.items():
            if c in self.others:
                there = entering.setdefault((s, i), {})
                there[c] = there.get(c, ZERO) + amount
        handled: dict[int, Decimal] = {}
        hours: dict[int, Decimal] = {}
        for (s, i), amounts in entering.items():
            inbound = bool(self.n.inbound[i])
            done = self._routes(s, i).handled(amounts) if inbound else amounts
            for c, amount in done.items():
                handled[c] = handled.get(c, ZERO) + amount
                if self.n.serves[:, c].any():
                    hours[c] = hours.get(c, ZERO) + self._hours((s, i, c), amount)
        return Work(handled, hours)

    def _staying(self, pair: tuple[int, int]) -> dict[int, Decimal]:
        """Return what others handle at once: outbound work that needs the channel is not done."""
        channels = len(self.n.channels)
        entering: dict[int, Decimal] = {}
        for w, amount in self.first[pair].items():
            if w == self.channel:
                continue
            uses = [0.0] * channels if w < channels else self.n.uses[w - channels].tolist()
            if w < channels:
                uses[w] = 1.0
            if uses[self.channel] > 0:
                continue
            for c, times in enumerate(uses):
                if times:
                    entering[c] = entering.get(c, ZERO) + self.exact[times] * amount
        return entering

    def _routes(self, segment: int, interaction: int) -> Routes:
        resolution = self.n.resolution[segment, interaction, :, self.period]
        key = resolution.tobytes()
        if key not in self.routes:
            self.routes[key] = Routes(self._flow(resolution))
        return self.routes[key]

    def _flow(self, resolution: Floats) -> Flow:
        return [
            {
                target: (ONE - self.exact[ends]) * self.exact[share]
                for target, share in enumerate(shares)
                if share > 0 and ends < 1 and target in self.others
            }
            for ends, shares in zip(resolution.tolist(), self.n.unresolved.tolist(), strict=True)
        ]

    def _hours(self, cell: tuple[int, int, int], amount: Decimal) -> Decimal:
        minutes = float(self.n.handle_minutes[(*cell, self.period)])
        if not minutes > 0:  # nan where none is known: nothing may be handled
            return ZERO
        agents = 60 * self.exact[float(self.n.concurrency[cell[2], self.period])]
        return self.exact[minutes] * amount / agents
