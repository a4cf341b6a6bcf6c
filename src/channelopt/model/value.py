"""Satisfaction and money as expressions of the decisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.algebra.piecewise import Pieces, curve
from channelopt.algebra.program import Program
from channelopt.model.contacts import Contacts
from channelopt.terms.flows import PAIR, of_lane
from channelopt.terms.lanes import Lanes
from channelopt.terms.numbers import Floats, Numbers


@dataclass(frozen=True)
class Rating:
    """Satisfaction as the model defines it; see Decisions for each field."""

    points: Expr
    weight: Param
    rated: Index
    satisfaction: Expr


def rate(n: Numbers, ways: Lanes, contacts: Contacts) -> Rating:
    """Express satisfaction points and mean satisfaction.

    Given up = entered - resolved and passed on = handled - entered, so points are
    importance * (sum (satisfaction + transfer_penalty - give_up_penalty) e
    - sum (transfer_penalty - give_up_penalty * resolution) f).
    """
    pairs = contacts.inbound
    importance = np.broadcast_to(n.importance[None, :, None], n.contacts.shape)
    entered = contacts.entered.only(n.inbound[contacts.entered.index.code("interaction")])
    liked = of_lane(ways, ways.satisfaction, entered.index)
    per_entry = Param(entered.index, liked + n.transfer_penalty - n.give_up_penalty)
    flow = contacts.passing.handled
    resolved = of_lane(ways, ways.resolution, flow.index)
    per_handling = Param(flow.index, n.transfer_penalty - n.give_up_penalty * resolved)
    points = (entered * per_entry).sum_to(pairs) - (flow * per_handling).sum_to(pairs)
    points = points * Param.pick(pairs, importance, *PAIR)
    weight = Param.pick(pairs, importance * n.contacts, *PAIR)
    total = n.weight_of_satisfaction
    rated = Index.where(pairs.sets, ("segment", "period"), total > 0)
    s, t = rated.codes
    counted = points.only(total[pairs.code("segment"), pairs.code("period")] > 0)
    mean = counted.sum_to(rated) * Param(rated, 1.0 / total[s, t])
    return Rating(points, weight, rated, mean)


def satisfaction_range(
    n: Numbers, ways: Lanes, contacts: Contacts, rated: Index
) -> tuple[Floats, Floats]:
    """Return bounds of mean satisfaction that hold for every plan, two arrays on `rated`.

    A contact that enters at c is worth at most its satisfaction there, and at least that minus the
    penalty for every repeat and move if all channels were open, minus giving up if its first
    handling did not resolve it; each with the best or worst upgrades.
    """
    rows = contacts.cells.only(n.inbound[contacts.cells.code("interaction")])
    pair = contacts.inbound.positions(rows.keys_of(PAIR), of="a pair")
    resolution = ways.extreme("resolution", largest=False)
    longest = _longest_way(n, resolution, (contacts.inbound, pair), rows.code("channel"))
    lost = n.transfer_penalty * longest + n.give_up_penalty * (1 - resolution[rows.codes])
    best = ways.extreme("satisfaction", largest=True)[rows.codes]
    worst = ways.extreme("satisfaction", largest=False)[rows.codes] - lost
    low = np.full(contacts.inbound.num_rows, np.inf)
    high = np.full(contacts.inbound.num_rows, -np.inf)
    np.minimum.at(low, pair, worst)
    np.maximum.at(high, pair, best)
    s, i, t = contacts.inbound.codes
    shares = n.importance[i] * n.contacts[s, i, t]
    sums = np.zeros((2, len(n.segments), len(n.periods)))
    useful = shares > 0
    np.add.at(sums[0], (s[useful], t[useful]), (low * shares)[useful])
    np.add.at(sums[1], (s[useful], t[useful]), (high * shares)[useful])
    total = n.weight_of_satisfaction[rated.codes]
    return sums[0][rated.codes] / total, sums[1][rated.codes] / total


def _longest_way(
    n: Numbers, resolution: Floats, pairs: tuple[Index, np.ndarray], entry: np.ndarray
) -> Floats:
    """Expected repeats and moves per contact if every channel were open, per inbound cell."""
    inbound, pair = pairs
    s, i, t = (axis[pair] for axis in inbound.codes)
    available = n.available[:, t].T
    moves = (1 - np.moveaxis(resolution, 2, 3)[s, i, t])[:, :, None] * n.unresolved[None]
    moves = moves * available[:, :, None] * available[:, None, :]
    visits = np.linalg.solve(np.eye(len(n.channels)) - moves, np.ones((*moves.shape[:2], 1)))
    longest: Floats = visits[np.arange(len(pair)), entry, 0] - 1.0
    return longest


def kept_margin(
    program: Program, n: Numbers, scene: tuple[Lanes, Contacts, Rating], shape: Index
) -> Expr:
    """Express the margin that stays, on `segment period`.

    customers * (max(margin, 0) * R(satisfaction) + min(margin, 0)); R is the retention curve or
    1 - satisfaction_weight * (1 - satisfaction); 1 where a segment has no mean satisfaction.
    """
    ways, contacts, rating = scene
    gain = n.customers * np.maximum(n.margin, 0)
    loss = n.customers * np.minimum(n.margin, 0)
    unrated = np.ones(gain.shape, dtype=bool)
    unrated[rating.rated.codes] = False
    fixed = Expr.of(Param.pick(shape, loss + np.where(unrated, gain, 0.0), "segment", "period"))
    curved = np.isin(rating.rated.code("segment"), sorted(n.curves))
    curved &= gain[rating.rated.codes] > 0
    plain = ~curved & (gain[rating.rated.codes] > 0)
    result = fixed
    if plain.any():
        linear = rating.satisfaction.only(plain)
        kept = linear * n.satisfaction_weight + (1 - n.satisfaction_weight)
        worth = Param.pick(linear.index, gain, "segment", "period")
        result = result + (kept * worth).sum_to(shape)
    if curved.any():
        low, high = satisfaction_range(n, ways, contacts, rating.rated)
        argument = rating.satisfaction.only(curved)
        pieces = [
            Pieces.on_range(n.curves[int(s)].at, n.curves[int(s)].keeps, a, b)
            for s, a, b in zip(
                argument.index.code("segment"), low[curved], high[curved], strict=True
            )
        ]
        kept = curve(program, "retention", argument, pieces)
        worth = Param.pick(argument.index, gain, "segment", "period")
        result = result + (kept * worth).sum_to(shape)
    return result
