"""Compares what list.json says with what the list comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from channelopt.verify.lists.folder import ListFolder
from channelopt.verify.lists.menu import Menu, Question
from channelopt.verify.lists.moves import EARLIER, TODAY, Moves
from channelopt.verify.lists.result import Findings
from channelopt.verify.lists.totals import differs, same
from channelopt.verify.read import number, shown

FILE = "list.json"


@dataclass(frozen=True)
class Known:
    """What list.json must say.

    Attributes:
        customers: good customers.
        rejected: rows left out.
        value: of the list.
        own_value: of the customers' answers alone.
        plan: profit of the plan in the period.
        moves: customers whose option is another one than before.
    """

    customers: int
    rejected: int
    value: float
    own_value: float
    plan: float
    moves: Moves


def check_claims(
    found: ListFolder, known: Known, asked: tuple[tuple[Question, Menu], ...], findings: Findings
) -> None:
    """Compare the figures of list.json.

    Args:
        found: the list.
        known: what is right.
        asked: what is decided, with the options that were met.
        findings: takes what is wrong.
    """
    for line in _lines(found, known, asked):
        findings.add(FILE, f"{FILE}, {line}")


def _lines(
    found: ListFolder, known: Known, asked: tuple[tuple[Question, Menu], ...]
) -> Iterator[str]:
    claimed = found.claimed
    ladder = _inner(claimed, "ladder")
    right = {
        "customers": (claimed.get("customers"), known.customers, False),
        "rejected": (claimed.get("rejected"), known.rejected, False),
        "value": (claimed.get("value"), known.value, True),
        "constant": (claimed.get("constant"), known.value - known.own_value, True),
        "ladder.list": (ladder.get("list"), known.value, True),
        "ladder.plan": (ladder.get("plan"), known.plan, True),
    }
    for name, (figure, expected, money) in right.items():
        yield from _figure(name, figure, expected, money=money)
    period = found.instance.numbers.periods[found.period]
    if claimed.get("period") != period:
        yield f"period: {shown(claimed.get('period'))} is written, {shown(period)} belongs there"
    if claimed.get("joint") is not found.joint:
        yield "joint: it is not what the manifest says"
    yield from _proof(claimed, known)
    yield from _ladder(claimed, ladder)
    yield from _decisions(claimed, asked)
    yield from _moves(claimed, known)


def _figure(name: str, figure: Any, expected: float, *, money: bool) -> Iterator[str]:
    try:
        claimed = number(figure)
    except ValueError as fault:
        yield f"{name}: {fault}"
        return
    if not same(claimed, expected, money=money):
        yield f"{name}: {differs(claimed, expected)}"


def _proof(claimed: Mapping[str, Any], known: Known) -> Iterator[str]:
    """Yield what is wrong with bound, gap and status."""
    bound, split = _amount(claimed.get("bound")), _amount(claimed.get("price_bound"))
    room = 1e-9 * max(1.0, abs(known.value))
    for name, figure in (("bound", bound), ("price_bound", split)):
        if figure is None:
            yield f"{name}: the number is missing"
        elif figure < known.value - room:
            yield f"{name}: {figure:.12g} is less than the list is worth, {known.value:.12g}"
    if bound is not None and split is not None and bound > max(split, known.value) + room:
        yield f"bound: {bound:.12g} is above price_bound, {split:.12g}"
    yield from _gap(_amount(claimed.get("gap")), bound, known.value)
    if claimed.get("status") not in ("optimal", "feasible"):
        yield f"status: {shown(claimed.get('status'))} where a list is written"


def _gap(claimed: float | None, bound: float | None, value: float) -> Iterator[str]:
    right = None if bound is None else abs(bound - value) / max(1.0, abs(value))
    if claimed is None or right is None or abs(claimed - right) > 1e-9:
        yield f"gap: {differs(claimed, right)}"


def _ladder(claimed: Mapping[str, Any], ladder: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong within the ladder: its differences are those of its rungs."""
    value, spread, split = (_amount(ladder.get(key)) for key in ("list", "spread", "split"))
    if value is None or spread is None or split is None:
        yield "ladder: a rung is missing"
        return
    within = _amount(ladder.get("within"))
    yield from _figure(
        "ladder.disaggregation_loss", ladder.get("disaggregation_loss"), spread - value, money=True
    )
    yield from _figure("ladder.rounding", ladder.get("rounding"), split - value, money=True)
    price_bound = _amount(claimed.get("price_bound"))
    if price_bound is not None:
        yield from _figure("ladder.split", split, max(price_bound, value), money=True)
    if within is not None:
        opened = ladder.get("gained_by_joint")
        yield from _figure("ladder.gained_by_joint", opened, value - within, money=True)


def _decisions(
    claimed: Mapping[str, Any], asked: tuple[tuple[Question, Menu], ...]
) -> Iterator[str]:
    """Yield what is wrong with the decisions that are named: those of the rows."""
    written = claimed.get("decisions")
    records = written if isinstance(written, list) else []
    names = [record.get("name") for record in records if isinstance(record, Mapping)]
    if names != [question.name for question, _ in asked]:
        yield "decisions: they are not those of the rows"
        return
    for record, (question, menu) in zip(records, asked, strict=True):
        options = record.get("options")
        known = set(options) if isinstance(options, list) else set()
        for name in menu.names:
            if name not in known:
                yield f"decisions.{question.name}: {shown(name)} is taken, but no option of it"


def _moves(claimed: Mapping[str, Any], known: Known) -> Iterator[str]:
    """Yield what is wrong with the customers that moved, and with their moves."""
    written = _inner(claimed, "moves")
    for key, basis in (("earlier", EARLIER), ("today", TODAY)):
        figures = written.get(key)
        if basis not in known.moves.compared:
            if figures is not None:
                yield f"moves.{key}: figures are written, but nothing is known of it"
            continue
        counts = figures if isinstance(figures, Mapping) else {}
        right = {"moved": known.moves.moved[basis], "compared": known.moves.compared[basis]}
        for name, count in right.items():
            yield from _figure(f"moves.{key}.{name}", counts.get(name), count, money=False)
    rows = written.get("by_option")
    records = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    keys = ("compared_with", "decision", "from", "to")
    told = {tuple(str(row.get(key)) for key in keys): row.get("customers") for row in records}
    if len(told) < len(records) or told != dict(known.moves.count):
        yield "moves.by_option: they are not those of the rows"


def _inner(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def _amount(value: Any) -> float | None:
    try:
        found = number(value)
    except ValueError:
        return None
    return None if found is None else float(found)
