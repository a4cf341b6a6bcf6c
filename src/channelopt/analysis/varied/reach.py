"""Reach: which inputs matter for break-evens, and how far each is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from channelopt.analysis.varied.inputs import Input, inputs, largest
from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.rules.open_channels import OpenChannels

MOST = 10.0
"""Costs, times and margins are looked at up to so many times today's."""
MOST_VOLUME = 3.0
"""Volumes are looked at up to so many times today's."""
COSTS = frozenset({"unit cost", "handle time", "fixed cost", "opening cost"})
"""Inputs of channels of which more is never better."""
SHARES = frozenset({"resolution", "satisfaction"})
KINDS = (*COSTS, *SHARES, "volume", "margin")
BENT = frozenset({"handle time", "resolution", "satisfaction", "volume"})
"""Inputs in which what a plan is worth, or what it may do, need not be linear."""
HALVINGS = 12
CLOSED = "breakeven: closed"
"""Name of the policy that keeps a channel closed."""


@dataclass(frozen=True)
class Axis:
    """An input along which is looked.

    Attributes:
        input: the input.
        channel: position of the channel that it belongs to, None where it belongs to none.
        today: today's value; 1 where the input is several values, which are scaled.
        low: least value that is looked at.
        high: largest value that is looked at.
        place: the scenario at a value.
    """

    input: Input
    channel: int | None
    today: float
    low: float
    high: float
    place: Callable[[float], Instance]

    @property
    def unit(self) -> str:
        """What the values count."""
        return "times today" if self.input.value is None else self.input.unit

    def command(self, x: float) -> str:
        """Return the change to a value as `--set` takes it."""
        sign = "*=" if self.input.value is None else "="
        return f"{self.input.path}{sign}{x!r}"


def axes(instance: Instance) -> list[Axis]:
    """Return the inputs that matter for break-evens, in the order of `inputs`."""
    known = [one for one in inputs(instance) if one.kind in KINDS and _matters(instance, one)]
    top = {kind: max(_size(o) for o in known if o.kind == kind) for kind in {o.kind for o in known}}
    found = (_axis(instance, one, top[one.kind]) for one in known)
    return [axis for axis in found if axis is not None]


def _size(one: Input) -> float:
    return abs(one.value or 0.0)


def channel_of(instance: Instance, one: Input) -> int | None:
    """Return the position of the channel that an input belongs to."""
    head, _, rest = one.path.partition(".")
    label = rest.partition(".")[0] if head == "channels" else ""
    if "[channel=" in one.path:
        label = one.path.partition("[channel=")[2].partition("]")[0]
    channels = instance.numbers.channels
    return channels.index(label) if label in channels else None


def _matters(instance: Instance, one: Input) -> bool:
    """Whether any plan can be worth more or less, or possible or not, because of an input."""
    n, c = instance.numbers, channel_of(instance, one)
    if one.kind == "volume":
        return not n.whole_contacts
    if one.kind == "margin":
        return one.value is None or one.value > 0
    if c is None or not n.available[c].any():
        return False
    if one.kind == "handle time":
        return bool(n.serves[:, c].any())
    if one.kind == "resolution":
        return bool(n.unresolved[c].any()) or n.give_up_penalty > 0
    return True


def _axis(instance: Instance, one: Input, top: float) -> Axis | None:
    today = 1.0 if one.value is None else one.value
    if one.kind in SHARES:
        high = 1.0 if one.value is not None else 1.0 / max(largest(instance, one), 1e-9)
    elif one.kind == "volume":
        high = MOST_VOLUME * today
    else:
        high = MOST * (today or top)
    if high <= 0:
        return None
    place = lru_cache(maxsize=64)(lambda x: _place(instance, one, x))
    low = _least(place, today) if one.kind == "resolution" else 0.0
    return Axis(one, channel_of(instance, one), today, low, max(high, today), place)


def _place(instance: Instance, one: Input, x: float) -> Instance:
    if x == (1.0 if one.value is None else one.value):
        return instance
    return one.scaled(instance, x) if one.value is None else one.at(instance, x)


def _least(place: Callable[[float], Instance], today: float) -> float:
    """Return the least value with which the scenario can be read: loops must have an end."""
    if _can_be_read(place(0.0)):
        return 0.0
    bad, good = 0.0, today
    for _ in range(HALVINGS):
        middle = (bad + good) / 2
        if _can_be_read(place(middle)):
            good = middle
        else:
            bad = middle
    return good


def _can_be_read(instance: Instance) -> bool:
    try:
        from_data(dict(instance.resolved))
    except InputError:
        return False
    return True


def without(instance: Instance, channel: int) -> Instance:
    """Return the scenario in which a channel may not be open."""
    label = instance.numbers.channels[channel]
    rule = OpenChannels(name=CLOSED, type="open_channels", channels=[label], at_most=0)
    return instance.with_(policies=(*instance.policies, rule))
