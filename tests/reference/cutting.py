"""Policies that cut off a known optimum: each bound lies a little on the wrong side of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from channelopt.terms.numbers import Numbers
from tests.reference.model import Answer
from tests.strategies import Data

LESS, MORE = 0.9, 1.02
SMALL = 1e-6


def cuts(n: Numbers, best: Answer) -> Iterator[Data]:
    """Yield one policy per type and place that the optimum `best` does not obey."""
    first = {key: value for key, value in best.decisions["e"].items() if value > SMALL}
    for number, rule in enumerate([*_contacts(n, first), *_channels(n, best), *_money(n, best)]):
        yield {"name": f"cut {number}", **rule}


def _total(first: dict[Any, float], **wanted: int) -> float:
    axes = {"s": 0, "i": 1, "c": 2, "t": 3}
    return sum(v for k, v in first.items() if all(k[axes[a]] == w for a, w in wanted.items()))


def _contacts(n: Numbers, first: dict[Any, float]) -> Iterator[Data]:
    t = len(n.periods) - 1
    only = {"periods": [n.periods[t]]}
    for c, channel in enumerate(n.ways):
        amount, total = _total(first, c=c, t=t), _total(first, t=t)
        if amount > SMALL:
            yield {"type": "volume", "channels": [channel], "at_most": LESS * amount, **only}
            most = LESS * amount / total
            yield {
                "type": "share",
                "channels": [channel],
                "at_most": most,
                "scope": "total",
                **only,
            }
        elif total > SMALL:
            yield {"type": "volume", "channels": [channel], "at_least": 0.05 * total, **only}
            yield {"type": "share", "channels": [channel], "at_least": 0.05, **only}
    for s, segment in enumerate(n.segments):
        for i, interaction in enumerate(n.interactions):
            made = _total(first, s=s, i=i, t=t) / float(n.customers[s, t])
            if not n.inbound[i] and made > SMALL:
                filters = {"segments": [segment], "interactions": [interaction]}
                yield {"type": "contact_limit", "at_most": LESS * made, **filters, **only}
    yield from _migration(n, first)
    yield from _metrics(n, first)


def _metrics(n: Numbers, first: dict[Any, float]) -> Iterator[Data]:
    for metric in n.metrics:
        if metric.per_handled:
            continue
        amount = sum(value * float(metric.values[key]) for key, value in first.items())
        rule = {"type": "metric", "metric": metric.id}
        if len(n.periods) == 1 and abs(amount) > SMALL:
            most = amount - (1 - LESS) * abs(amount)
            yield {**rule, "scope": "total", "at_most": most}
            yield {**rule, "scope": "mean", "at_most": most / sum(first.values())}


def _migration(n: Numbers, first: dict[Any, float]) -> Iterator[Data]:
    for (s, i, c, t), value in first.items():
        if t > 0 and n.contacts[s, i, t - 1] > 0 and n.contacts[s, i, t] > 0:
            before = first.get((s, i, c, t - 1), 0.0) / float(n.contacts[s, i, t - 1])
            change = abs(value / float(n.contacts[s, i, t]) - before)
            if change > 0.01:
                yield {"type": "migration", "at_most": LESS * change}
                return


def _channels(n: Numbers, best: Answer) -> Iterator[Data]:
    for t, period in enumerate(n.periods):
        opened = [c for c in range(len(n.channels)) if best.decisions["o"][c, t] > 0.5]
        if len(opened) > 1:
            yield {"type": "open_channels", "at_most": len(opened) - 1, "periods": [period]}
            pair = {"channel": n.channels[opened[0]], "needs": n.channels[opened[1]]}
            closed = [c for c in range(len(n.channels)) if c not in opened]
            if closed:
                pair["needs"] = n.channels[closed[0]]
            yield {"type": "requires", **pair}
    yield from _outages(n, best)
    for s, segment in enumerate(n.segments):
        count = sum(v > 0.5 for k, v in best.decisions["z"].items() if k[0] == s and k[2] == 0)
        only = {"segments": [segment], "periods": [n.periods[0]]}
        yield {"type": "choice", "at_least": count + 1, **only}
        if count > 1:
            yield {"type": "choice", "at_most": count - 1, **only}


def _outages(n: Numbers, best: Answer) -> Iterator[Data]:
    contacts = dict.fromkeys(range(len(n.channels)), 0.0)
    for (_, i, c, _), value in best.decisions["e"].items():
        if n.inbound[i]:
            contacts[c] += value
    busiest = max(contacts, key=lambda c: contacts[c])
    for surge in (0, 0.3):  # a plan that has no room for it is cut off
        rule = {"type": "outage", "channel": n.channels[busiest], "recover": 1}
        yield {**rule, "surge": surge}


def _money(n: Numbers, best: Answer) -> Iterator[Data]:
    for kind in ("contact", "staff", "fixed", "investment", "running"):
        spent = best.money[f"{kind}_cost"]
        if spent > SMALL:
            yield {"type": "budget", "counts": [kind], "at_most": LESS * spent, "scope": "total"}
    costs = sum(value for term, value in best.money.items() if term.endswith("_cost"))
    gains = best.money["kept_margin"] + best.money["contact_value"]
    if len(n.periods) == 1 and costs > 0.01 and gains > 0:
        yield {"type": "return_on_cost", "at_least": MORE * gains / costs - 1}
    means = {key: value for key, value in best.means.items() if key[1] == 0}
    for (s, t), mean in means.items():
        filters = {"segments": [n.segments[s]], "periods": [n.periods[t]]}
        yield {"type": "satisfaction", "at_least": mean + 0.01, **filters}
    spread = max(means.values(), default=0.0) - min(means.values(), default=0.0)
    if spread > 0.01:
        yield {"type": "fairness", "at_most": LESS * spread, "periods": [n.periods[0]]}
