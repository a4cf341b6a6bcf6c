"""Rows: the limits of a restated scenario, as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from channelopt.algebra.index import Index
from channelopt.lists.compiled import Limit
from channelopt.lists.lines import Line
from channelopt.lists.naming import core_limit, part_of, policy_limit
from channelopt.lists.program import Matrix, Parts, felt_by_cell, parts_of
from channelopt.lists.restate import Restated
from channelopt.priced.units import Floats
from channelopt.rules.base import Policy
from channelopt.terms.numbers import Numbers

Row = tuple[Index, int]
"""Where a row stands: labels, and its place among them."""

_IMPLIED = frozenset({"demand", "offered for contacts", "offered when open", "released"})
"""Rows that every list satisfies: a customer takes exactly one of the options that are open."""

_FELT = frozenset({"satisfaction", "fairness"})
"""Policies whose rows depend on satisfaction."""


def lines_of(restated: Restated, *, felt: bool) -> list[Line]:
    """Return the limits of the scenario's own rules.

    Args:
        restated: one period with everything but first contacts fixed.
        felt: whether customers have satisfaction of their own.
    """
    parts = parts_of(restated)
    more = felt_by_cell(restated) if felt else None
    policies = {policy.name: policy for policy in restated.policies}
    found: list[tuple[Line, str]] = []
    for block in parts.blocks:
        owner = parts.owners[block.name]
        if block.name in _IMPLIED:
            continue
        policy = policies.get(owner)
        for row in range(block.start, block.stop):
            at = (block.index, row - block.start)
            line = _line(parts, row, _limit(policy, block.name, at), restated.numbers)
            if more is not None and policy is not None and policy.slug in _FELT:
                line = replace(line, felt=_dense(more, row, restated.numbers))
            factor = _factor(restated.numbers, policy, at)
            found.append((times(line, factor), part_of(policy, block.name)))
    return _named(_merged(_worked_by_one(found)))


def times(line: Line, factor: float) -> Line:
    """Return a line in units that are so many times smaller, or turned round by a minus."""
    if factor == 1.0:
        return line
    lower, upper = sorted((line.lower * factor, line.upper * factor))
    return replace(
        line,
        lower=lower,
        upper=upper,
        cells=line.cells * factor,
        felt=None if line.felt is None else line.felt * factor,
        kept=line.kept * factor,
        hours={key: amount * factor for key, amount in line.hours.items()},
        lowest={key: amount * factor for key, amount in line.lowest.items()},
        constant=line.constant * factor,
    )


def _limit(policy: Policy | None, block: str, at: Row) -> Limit:
    return core_limit(block, *at) if policy is None else policy_limit(policy, *at)


def _dense(matrix: Matrix, row: int, n: Numbers) -> Floats:
    return matrix[[row]].toarray().reshape(n.shape_of_ways[:3])


def _line(parts: Parts, row: int, limit: Limit, n: Numbers) -> Line:
    hours, lowest = parts.hours[[row]].tocoo(), parts.lowest[[row]].tocoo()
    return Line(
        limit=limit,
        lower=float(parts.lower[row]),
        upper=float(parts.upper[row]),
        cells=_dense(parts.cells, row, n),
        hours={
            parts.serving[k]: float(x) for k, x in zip(hours.coords[1], hours.data, strict=True)
        },
        lowest={
            parts.lowest_of[k]: float(x) for k, x in zip(lowest.coords[1], lowest.data, strict=True)
        },
    )


def _factor(n: Numbers, policy: Policy | None, at: Row) -> float:
    """Return what turns shares into contacts and means into points, so that amounts are sums."""
    index, row = at
    code = {dim: int(codes[row]) for dim, codes in zip(index.dims, index.codes, strict=True)}
    if policy is not None and policy.slug == "migration":
        return float(n.contacts[code["segment"], code["interaction"], 0])
    if policy is not None and policy.slug in _FELT and "segment" in code:
        heard = policy.reach(n).interactions & n.inbound
        return float(n.contacts[code["segment"], heard, 0] @ n.importance[heard])
    return 1.0


Found = list[tuple[Line, str]]
"""Lines, each with the part of its policy that it is."""


def _worked_by_one(found: Found) -> Found:
    """Put the work of channels that one group serves into that group's hours.

    A channel's hours equal its work. Where one group serves it, they are its work; where several
    do, they must cover it.
    """
    work = {min(line.hours): line for line, _ in found if _is_work(line) and len(line.hours) == 1}
    kept: Found = []
    for line, part in found:
        if not _is_work(line):
            kept.append((_with_work(line, work), part))
        elif len(line.hours) > 1:
            short = times(line, -1.0)
            kept.append((replace(short, lower=-np.inf, upper=0.0), part))
    return kept


def _is_work(line: Line) -> bool:
    return line.limit.kind == "hours" and bool(line.limit.channel)


def _with_work(line: Line, work: dict[tuple[int, int], Line]) -> Line:
    known = [key for key in line.hours if key in work]
    cells = line.cells
    for key in known:
        cells = cells - work[key].cells * (line.hours[key] / work[key].hours[key])
    rest = {key: amount for key, amount in line.hours.items() if key not in known}
    return replace(line, cells=cells, hours=rest)


def _merged(found: Found) -> Found:
    """Make one line of those of a policy that limit the same amount from both sides."""
    result: dict[tuple[object, ...], tuple[Line, str]] = {}
    for line, part in found:
        amount = (line.limit, line.cells.tobytes(), tuple(line.hours.items()))
        key = (*amount, tuple(line.lowest.items()), line.kept)
        if key in result:
            other, _ = result[key]
            sides = max(line.lower, other.lower), min(line.upper, other.upper)
            result[key] = replace(other, lower=sides[0], upper=sides[1]), ""
        else:
            result[key] = line, part
    return list(result.values())


def _named(found: Iterable[tuple[Line, str]]) -> list[Line]:
    """Give parts of policies names of their own where they need them."""
    listed = list(found)
    often = Counter(line.limit.name for line, _ in listed)
    lines = []
    for line, part in listed:
        name = line.limit.name
        if often[name] > 1 and part:
            name = f"{name}:{part}"
        lines.append(replace(line, limit=replace(line.limit, name=name)))
    return lines
