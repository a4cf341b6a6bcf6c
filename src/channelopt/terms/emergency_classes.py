"""What an emergency can meet: limits that may bind, and pairs of contacts that are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.algebra.index import Codes
from channelopt.terms.closed_form import Routes, most_handled
from channelopt.terms.decisions import Decisions
from channelopt.terms.numbers import Flags, Floats, Numbers


@dataclass(frozen=True)
class Asked:
    """What a policy asks for."""

    name: str
    channel: int
    recover: float
    more: float  # capacity and hours in the emergency over those planned
    pairs: Flags  # (S, I) whose contacts count
    periods: Flags  # (T,)


@dataclass(frozen=True)
class Limited:
    """What can stand in the way, by period; the failed channel left out."""

    lanes: Flags  # (L, T) capacities that may bind
    staffed: Flags  # (C, T) channels that some group serves
    matters: Flags  # (C, T) these, and channels whose contacts may be passed on to them


def limited(n: Numbers, d: Decisions, asked: Asked) -> Limited:
    """Find out which limits an emergency can meet at all."""
    there = n.available & asked.periods
    there[asked.channel] = False
    lanes = d.lanes
    most = most_handled(n, lanes).sum(axis=(0, 1))[lanes.channel]
    tight = lanes.exists & there[lanes.channel] & (most > asked.more * lanes.capacity)
    staffed = np.asarray(n.serves.any(axis=0))[:, None] & there
    matters = staffed.copy()
    np.logical_or.at(matters, lanes.channel, tight)
    passes = (n.unresolved > 0).astype(np.int64)
    for _ in n.channels:
        matters |= (passes @ matters.astype(np.int64) > 0) & there
    return Limited(tight, staffed, matters)


@dataclass(frozen=True)
class Classes:
    """Inbound pairs (P) in classes (K); `first` is a class's member that lends it its name."""

    of: Codes  # (P,) class of each pair, -1 where nothing is asked in its period
    first: Codes  # (K,) increasing
    flow: Codes  # (K,) the first pair that loads channels like this class
    contacts: Floats  # (K,)
    options: Flags  # (K, C) open to first contacts, if they are open at all
    seeking: Flags  # (K,) whether contacts must find another channel
    way_out: Flags  # (K,) seeking, and some channel that cannot close takes everything


def classes(n: Numbers, d: Decisions, asked: Asked, way: Routes, where: Limited) -> Classes:
    """Put pairs together that have the same options and load limited lanes in the same way."""
    s, i, t = d.inbound.codes
    k = asked.channel
    options = n.eligible[s, i, : len(n.channels), t] & n.available[:, t].T
    seeking = asked.pairs[s, i] & options[:, k]
    options[:, k] = False
    harmless = options & ~where.matters[:, t].T
    free = (harmless & n.always_open).any(axis=1)
    concerned = np.isin(t, t[seeking & ~free]) & asked.periods[t]
    hours = hours_of(d, s, i, t)
    numbers: dict[object, int] = {}
    flows: dict[object, int] = {}
    of = np.full(len(s), -1, dtype=np.int64)
    first: list[int] = []
    flow: list[int] = []
    for p in np.flatnonzero(concerned).tolist():
        same_flow = (int(t[p]), *_use(d, way, where, hours[p], p, int(t[p])))
        same = (same_flow, options[p].tobytes(), bool(seeking[p]))
        of[p] = numbers.setdefault(same, len(numbers))
        if of[p] == len(first):
            first.append(p)
            flow.append(flows.setdefault(same_flow, p))
    contacts = np.zeros(len(first))
    np.add.at(contacts, of[concerned], n.contacts[s, i, t][concerned])
    names = np.array(first, dtype=np.int64)
    return Classes(
        of=of,
        first=names,
        flow=np.array(flow, dtype=np.int64),
        contacts=contacts,
        options=options[names],
        seeking=seeking[names],
        way_out=(seeking & free)[names],
    )


def hours_of(d: Decisions, s: Codes, i: Codes, t: Codes) -> Floats:
    """(P, L) agents' hours per handled contact, 0 where no minutes are known."""
    lanes = d.lanes
    minutes = np.nan_to_num(np.moveaxis(lanes.handle_minutes, 2, 3)[s, i, t])
    hours: Floats = minutes / (60.0 * lanes.concurrency[:, t].T)
    return hours


def _use(
    d: Decisions, way: Routes, where: Limited, hours: Floats, pair: int, t: int
) -> tuple[bytes, ...]:
    """Everything by which a pair's contacts load what is limited."""
    matters = where.matters[:, t]
    from_ = np.flatnonzero(matters[d.lanes.channel])
    staffed = where.staffed[d.lanes.channel, t]
    loaded = np.flatnonzero(where.lanes[:, t] | staffed)
    return (
        way.handled[pair][np.ix_(from_, loaded)].tobytes(),
        way.inflow[pair][np.ix_(from_, np.flatnonzero(matters))].tobytes(),
        hours[staffed].tobytes(),
    )
