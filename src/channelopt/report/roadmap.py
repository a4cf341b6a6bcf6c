"""A roadmap in words, written from its numbers: for a terminal and for summary.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.analysis.roadmap.curve import Point
from channelopt.analysis.roadmap.moves import Move
from channelopt.analysis.roadmap.roadmap import Roadmap, slopes
from channelopt.analysis.roadmap.route import shown
from channelopt.plan.markup import escape
from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell
from channelopt.report.figures import count, enumerate_words, money, percent, plural, worth
from channelopt.report.wording import by_rule

NEARLY = 0.001
"""A step that earns less by this share of the best is said to earn as much."""
MOST_WAYS = 3
"""So many ways of a pair are named."""
FIRST_MOVES = 10
"""So many moves are named in the summary; the table has all."""


def gist(found: Roadmap) -> tuple[str, ...]:
    """Return what a planner must know, one thought per sentence."""
    return (
        *_start(found),
        *_whole(found),
        *_route(found),
        *_pace(found),
        *_curve(found),
        *_channels(found),
        *_first(found),
        *_unproven(found),
    )


def _money(found: Roadmap, amount: float) -> str:
    return worth(amount, found.instance.names.currency)


def _per(found: Roadmap) -> str:
    """What the limit counts by: the period of the scenario, or a step of a repeated one."""
    return "step" if len(found.instance.numbers.periods) == 1 else "period"


def _start(found: Roadmap) -> Iterator[str]:
    points, curve = found.curve.points, found.curve
    least = points[0]
    if found.today is not None and found.today.breaches:
        plan = found.route.plan
        rules = list(by_rule(plan, found.today.breaches))
        yield f"Today's shares break {plural(len(rules), 'rule')}: {enumerate_words(rules)}."
    if least.limit > 0 and least.kind == "least":
        proof = "Every plan that obeys the rules moves" if curve.least else "The rules may need"
        yield f"{proof} at least {shown(least.limit)} of customers in some {_per(found)}."


def _whole(found: Roadmap) -> Iterator[str]:
    end, today = found.curve.points[-1], found.today
    text = f"Without a limit the best plan is worth {_money(found, end.objective)}"
    profit = today.kpis.get("profit") if today is not None else None
    if profit is not None:
        text += f", today's shares {_money(found, profit)}"
    moves = f"moves {percent(end.limit)} of customers"
    if len(found.instance.numbers.periods) > 1:
        moves += " in the period that moves most"
    less = "; nothing as good moves fewer" if found.curve.end else ""
    yield f"{text}; it {moves}{less}."


def _route(found: Roadmap) -> Iterator[str]:
    route, plan = found.route, found.route.plan
    periods = plural(found.steps, _per(found))
    proof = "the best plan" if route.known == "re-solved" else "the best plan found"
    text = f"With at most {shown(route.limit)} of customers moved per {_per(found)}, {proof} over"
    yield f"{text} {periods} is worth {_money(found, plan.objective or 0.0)}{_missing(found)}."
    yield from _caught_up(found)
    free = route.unlimited.objective
    if free is not None and route.known == route.unlimited.known == "re-solved":
        lost = _money(found, max(free - (plan.objective or 0.0), 0.0))
        yield f"The limit costs {lost} against moving without one."


def _caught_up(found: Roadmap) -> Iterator[str]:
    """Say from which step on each step earns as much as the best plan of one period."""
    end = found.curve.points[-1]
    if len(found.instance.numbers.periods) > 1 or found.steps == 1:
        return
    profits = [_number(row["profit"]) for row in found.table("roadmap").records()]
    near = end.objective - NEARLY * abs(end.objective)
    late = next((k for k, profit in enumerate(profits) if profit >= near), None)
    if late is None:
        gap = _money(found, end.objective - max(profits))
        yield f"The best of these steps is still {gap} below the best plan of one period."
    else:
        yield f"Step {late + 1} earns as much as the best plan of one period, to {percent(NEARLY)}."


def _missing(found: Roadmap) -> str:
    """How much better a plan could be, where that is not proven to be nothing."""
    route = found.route
    if route.known == "re-solved" or route.bound is None or route.plan.objective is None:
        return ""
    return (
        f" (not proven: up to {_money(found, route.bound - route.plan.objective)} may be missing)"
    )


def _pace(found: Roadmap) -> Iterator[str]:
    """What one percentage point more and less is worth; what is only known vaguely is left out."""
    route, per = found.route, _per(found)
    plan = route.plan.objective or 0.0
    more, less = route.faster, route.slower
    if route.known == more.known == "re-solved" and more.limit is not None:
        gain = _money(found, max((more.objective or 0.0) - plan, 0.0))
        yield f"Going faster, {shown(more.limit)} per {per}, earns {gain} more."
    if less.limit is None or less.limit >= route.limit:
        return
    slower = f"Going slower, {shown(less.limit)} per {per},"
    if less.known == "infeasible":
        yield f"{slower} is not possible under the rules."
    elif route.known == less.known == "re-solved":
        yield f"{slower} costs {_money(found, max(plan - (less.objective or 0.0), 0.0))}."


def _curve(found: Roadmap) -> Iterator[str]:
    curve = found.curve
    knee = curve.knee
    if knee is None:
        return
    before, after = slopes(curve)[knee]
    first, last, at = curve.points[0], curve.points[-1], curve.points[knee]
    whole = last.objective - first.objective
    share = percent((at.objective - first.objective) / whole, 0) if whole > 0 else ""
    text = f"The knee of the curve is at {shown(at.limit)}: it brings {share} of what moving earns"
    if before is None or after is None:
        yield f"{text}."
        return
    yield (
        f"{text}; the last percentage point before it earned {_money(found, before)}, the next one "
        f"earns {_money(found, after)}."
    )


def _channels(found: Roadmap) -> Iterator[str]:
    plan = found.route.plan
    for opens, word in ((True, "Opens"), (False, "Closes")):
        names = [
            f"{plan.names.channels.get(one.channel, one.channel)}{_when(plan, one.period)}"
            for one in plan.changes
            if one.opens is opens
        ]
        if names:
            yield f"{word}: {enumerate_words(names, most=8)}."


def _when(plan: Plan, period: str) -> str:
    return f" ({period})" if len(plan.periods) > 1 else ""


def _first(found: Roadmap) -> Iterator[str]:
    pairs = by_pair(found.moves)
    if not pairs:
        yield "Nobody moves."
        return
    yield f"Begin with {move_in_words(found, pairs[0])} ({value_in_words(found, pairs[0][0])})."


def by_pair(moves: Sequence[Move]) -> list[tuple[Move, ...]]:
    """Return the moves of each pair and period together, in their order."""
    groups: dict[tuple[int, int, int], list[Move]] = {}
    for move in moves:
        groups.setdefault(move.flow.pair, []).append(move)
    return [tuple(group) for group in groups.values()]


def move_in_words(found: Roadmap, moves: Sequence[Move]) -> str:
    """Return the moves of a pair: `Families, Question: 2,000 customers, Phone to Web`."""
    n, names = found.route.instance.numbers, found.instance.names
    s, i, _ = moves[0].flow.pair
    who = f"{names.segments[n.segments[s]]}, {names.interactions[n.interactions[i]]}"
    ways = []
    for move in moves:
        source, target = (names.channels.get(n.ways[c], n.ways[c]) for c in move.flow.channels)
        much = f" ({_people(move.customers)})" if len(moves) > 1 else ""
        ways.append(f"{source} to {target}{much}")
    many = enumerate_words(ways, most=MOST_WAYS)
    return f"{who}: {_people(moves[0].pair_customers)} customers, {many}"


def _people(customers: float) -> str:
    """Return a number of customers: whole ones, fewer than ten with decimals."""
    return count(customers) if customers < 10 else f"{customers:,.0f}"


def value_in_words(found: Roadmap, move: Move) -> str:
    """Return what a move is worth and how that is known."""
    value = move.value
    if value.known == "infeasible":
        return "the rules need it"
    if value.value is None:
        return "not known"
    amount = _money(found, value.value)
    unsure = {"re-solved": "", "at least": "at most ", "estimate": "about "}
    return f"{unsure.get(value.known, '')}{amount}"


def _unproven(found: Roadmap) -> Iterator[str]:
    if found.unproven:
        yield (
            f"{plural(found.unproven, 'figure')} could not be proven in the time given; "
            "`--seconds` gives more."
        )


def curve_rows(found: Roadmap) -> list[tuple[str, ...]]:
    """Return the curve as text: limit, profit, value of the next point, what happens there."""
    return [
        (
            shown(point.limit),
            _amount(point.objective),
            "" if slope[1] is None else _amount(slope[1]),
            _remark(found, number, point),
        )
        for number, (point, slope) in enumerate(
            zip(found.curve.points, slopes(found.curve), strict=True)
        )
    ]


def _remark(found: Roadmap, number: int, point: Point) -> str:
    kinds = {"least": "least possible", "limit": "the limit", "end": "nothing is gained beyond"}
    row = dict(zip(found.table("curve").columns, found.table("curve").rows[number], strict=True))
    parts = [kinds.get(point.kind, "")]
    parts += ["knee"] if number == found.curve.knee else []
    parts += [f"opens {_listed(row['opens'])}"] if row["opens"] else []
    parts += [f"closes {_listed(row['closes'])}"] if row["closes"] else []
    parts += ["not proven"] if point.known != "re-solved" else []
    return ", ".join(part for part in parts if part)


def _listed(names: Cell) -> str:
    return str(names).replace(";", ", ")


def period_rows(found: Roadmap) -> list[tuple[str, ...]]:
    """Return the periods as text: who moves, profit, channels, FTE."""
    return [
        (
            str(row["period"]),
            _people(_number(row["customers_moved"])),
            percent(_number(row["share"])),
            _amount(_number(row["profit"])),
            count(_number(row["fte"])),
            _changed(row["opens"], row["closes"], row["buys"]),
        )
        for row in found.table("roadmap").records()
    ]


def _amount(amount: float) -> str:
    """Return an amount in a table: whole units."""
    return money(amount, digits=0)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _changed(opened: Cell, closed: Cell, bought: Cell) -> str:
    words = (("opens", opened), ("closes", closed), ("buys", bought))
    return ", ".join(f"{word} {_listed(names)}" for word, names in words if names)


def summary(found: Roadmap) -> str:
    """Return summary.md."""
    lines = [f"# Roadmap: {escape(found.instance.names.scenario)}", ""]
    lines += [f"- {escape(sentence)}" for sentence in gist(found)]
    per = _per(found)
    lines += ["", f"## {per.capitalize()} by {per}", ""]
    lines += _table(
        (per.capitalize(), "Customers moved", "Share", "Profit", "FTE", "Channels"),
        period_rows(found),
    )
    lines += ["", "## The first moves", ""]
    lines += _table(("Rank", per.capitalize(), "Move", "Worth of the pair"), first_rows(found))
    lines += ["", "## Profit by limit", ""]
    lines += _table((f"Most per {per}", "Profit", "Next percentage point", ""), curve_rows(found))
    lines += ["", "`moves.csv`, `roadmap.csv` and `curve.csv` have every figure.", ""]
    return "\n".join(lines)


def first_rows(found: Roadmap, most: int = FIRST_MOVES) -> list[tuple[str, ...]]:
    """Return the first moves as text, one row by pair: rank, period, who, value."""
    periods = found.route.instance.numbers.periods
    return [
        (
            str(rank),
            periods[moves[0].flow.pair[2]],
            move_in_words(found, moves),
            value_in_words(found, moves[0]),
        )
        for rank, moves in enumerate(by_pair(found.moves)[:most], start=1)
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *(tuple(map(escape, row)) for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]
