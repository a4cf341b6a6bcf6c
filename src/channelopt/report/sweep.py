"""A sweep for a planner: the gist as Markdown, a workbook with a chart, a Parquet file."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.analysis.sweeping.structure import Pair, Spot
from channelopt.analysis.sweeping.tables import OPEN, Sweep, others, when
from channelopt.errors import UsageError
from channelopt.plan.kpis import key_figures_of
from channelopt.plan.markup import escape, visible
from channelopt.plan.table import TEXT, Cell, Table
from channelopt.report.figures import count, enumerate_words, money, plain
from channelopt.report.line_chart import MOST_LINES, Lines
from channelopt.report.speech import _, plural_of
from channelopt.report.workbook import Book, Kind, Sheet, workbook

SHOWN = 12
"""Changes and points that the summary names; the tables hold all."""
MOST_ROWS = 50_000
"""A longer table is left out of the workbook; the CSV has it."""
FEW = 3


def points_of(status: str, number: int) -> str:
    """Return how many points have a status, in words."""
    texts = {
        "optimal": plural_of("{n} proven to be the best", "{n} proven to be the best", number),
        "feasible": plural_of(
            "{n} with a plan that is not proven to be the best",
            "{n} with a plan that is not proven to be the best",
            number,
        ),
        "infeasible": plural_of(
            "{n} without any plan, which is proven", "{n} without any plan, which is proven", number
        ),
        "unbounded": plural_of(
            "{n} whose profit has no limit", "{n} whose profit has no limit", number
        ),
        "no_solution": plural_of(
            "{n} without a plan in the time given", "{n} without a plan in the time given", number
        ),
        "invalid": plural_of("{n} that could not be read", "{n} that could not be read", number),
        "failed": plural_of(
            "{n} whose solver or check failed", "{n} whose solver or check failed", number
        ),
        OPEN: plural_of("{n} not solved", "{n} not solved", number),
    }
    return texts[status].format(n=count(number))


STATUSES = ("optimal", "feasible", "infeasible", "unbounded", "no_solution", "invalid", "failed")
"""In the order of the gist; points that are open come last."""


def gist(sweep: Sweep) -> tuple[str, ...]:
    """Return the few sentences that a planner wants: points, best, range, changes, limits."""
    counts = sweep.counts()
    order = (*STATUSES, OPEN)
    said = [points_of(status, counts[status]) for status in order if status in counts]
    number = len(sweep.grid.points)
    text = plural_of("{n} point: {statuses}.", "{n} points: {statuses}.", number)
    sentences = [text.format(n=count(number), statuses="; ".join(said))]
    sentences += _best(sweep)
    sentences += _changes(sweep)
    sentences += _flat(sweep)
    return tuple(sentences)


def at(sweep: Sweep, spot: Spot) -> str:
    """Return the values of a point in words."""
    pairs = zip(sweep.grid.axes, spot.point.values, strict=True)
    shown = [f"{axis.name} = {cell(value)}" for axis, value in pairs if value is not None]
    return ", ".join(shown) or _("the base")


def cell(value: Cell) -> str:
    """Return a value of an axis as a reader sees it."""
    if isinstance(value, bool):
        return _("true") if value else _("false")
    if isinstance(value, int | float):
        return plain(float(value))
    return str(value or _("base"))


def _best(sweep: Sweep) -> list[str]:
    best = sweep.best
    if best is None:
        return [_("No point has a plan.")]
    sure = _("Best: point {n} ({at}) with a profit of {profit}.")
    unsure = _(
        "Best: point {n} ({at}) with a profit of {profit}, which is not proven to be the best "
        "there."
    )
    said = [_point(sweep, best, sure if best.is_proven else unsure)]
    solved = [spot for spot in sweep.spots if spot.has_plan]
    worst = min(solved, key=lambda spot: spot.solved.objective or 0.0)
    if worst is not best:
        said.append(_point(sweep, worst, _("Least: point {n} ({at}) with {profit}.")))
    rivals = _may_be_better(sweep, best)
    if rivals:
        text = plural_of(
            "{n} other point is not proven and may be better.",
            "{n} other points are not proven and may be better.",
            rivals,
        )
        said.append(text.format(n=count(rivals)))
    return said


def _point(sweep: Sweep, spot: Spot, text: str) -> str:
    profit = money(spot.solved.objective, sweep.names.currency)
    return text.format(n=count(spot.point.number), at=at(sweep, spot), profit=profit)


def _may_be_better(sweep: Sweep, best: Spot) -> int:
    """Return how many other points may be worth more than the best, for all that is proven."""
    told = {spot.point.number: spot for spot in sweep.spots}
    found = 0
    for point in sweep.grid.points:
        spot = told.get(point.number)
        if spot is None:
            found += 1
        elif spot is not best and not spot.is_proven:
            bound = spot.solved.bound
            found += bound is None or bound > (best.solved.objective or 0.0)
    return found


def _changes(sweep: Sweep) -> list[str]:
    """Say how many structures there are and where they change."""
    found = [pair for pair in sweep.pairs if pair.differs]
    if not sweep.plans:
        return []
    if len(sweep.plans) == 1:
        return [
            _("Wherever there is a plan, the same channels are open and the same upgrades owned.")
        ]
    structures = count(len(sweep.plans))
    if not sweep.grid.crossed:
        text = _(
            "The plans have {structures} structures (channels and upgrades); structures.csv lists "
            "them."
        )
        return [text.format(structures=structures)]
    text = plural_of(
        "The plans have {structures} structures (channels and upgrades); they change in {n} place.",
        "The plans have {structures} structures (channels and upgrades); they change in {n} "
        "places.",
        len(found),
    )
    return [text.format(structures=structures, n=count(len(found)))]


def change_in_words(sweep: Sweep, pair: Pair) -> str:
    """Return where a plan changes and how."""
    axis = sweep.grid.axes[pair.axis].name
    low, high = (cell(value) for value in pair.values)
    rest = others(sweep, pair)
    text = _("{axis} from {low} to {high}: {moves}")
    if rest:
        text = _("{axis} from {low} to {high} ({others}): {moves}")
    return text.format(axis=axis, low=low, high=high, others=rest, moves=_moves(sweep, pair))


def _moves(sweep: Sweep, pair: Pair) -> str:
    before, after = pair.low.structure, pair.high.structure
    if before is None or after is None:
        return _("no plan is left") if after is None else _("there is a plan from here on")
    verbs = (
        (_("{name} closes"), _("{name} opens")),
        (_("{name} is dropped"), _("{name} is bought")),
    )
    said = []
    for part, (gone, come) in enumerate(verbs):
        one, two = set(before[part]), set(after[part])
        for text, moved in ((gone, one - two), (come, two - one)):
            names = when(sorted(moved), sweep.periods)
            said += [text.format(name=name) for name in names.split("; ")] if names else []
    return enumerate_words(said, most=8)


def _flat(sweep: Sweep) -> list[str]:
    """Say from where on more of a number is worth nothing, line by line."""
    said = []
    for name, line in lines_of(sweep):
        tail: list[Pair] = []
        for pair in reversed(line):
            if not pair.is_flat:
                break
            tail.append(pair)
        if tail and len(tail) < len(line):
            axis = sweep.grid.axes[tail[-1].axis].name
            start = cell(tail[-1].values[0])
            text = _("From {axis} = {start} on, more of it does not change the profit.")
            if name:
                text = _(
                    "From {axis} = {start} on, more of it does not change the profit ({name})."
                )
            said.append(text.format(axis=axis, start=start, name=name))
    if len(said) > FEW:
        more = len(said) - FEW
        text = plural_of(
            "So on {n} more line; see slopes.csv.", "So on {n} more lines; see slopes.csv.", more
        )
        return [*said[:FEW], text.format(n=count(more))]
    return said


def lines_of(sweep: Sweep) -> Iterator[tuple[str, list[Pair]]]:
    """Yield the neighbours along each number, by the values of the other axes."""
    found: dict[tuple[int, str], list[Pair]] = {}
    for pair in sweep.pairs:
        if sweep.is_numeric[pair.axis] and pair.gain is not None:
            found.setdefault((pair.axis, others(sweep, pair) or ""), []).append(pair)
    for (_axis, name), line in found.items():
        yield name, line


def summary(sweep: Sweep) -> str:
    """Return summary.md."""
    title = _("Sweep: {scenario}").format(scenario=sweep.names.scenario)
    lines = [f"# {_text(title)}", ""]
    lines += [f"- {_text(sentence)}" for sentence in gist(sweep)]
    lines += ["", f"## {_text(_('What was varied'))}", ""]
    lines += [f"- {_text(text)}" for text in _axes(sweep)]
    lines += [*_places(sweep), *_unproven(sweep)]
    files = ", ".join(f"`{table.name}.csv` ({count(len(table.rows))})" for table in sweep.tables)
    lines += ["", _("Tables (rows): {files}").format(files=files)]
    return "\n".join(lines) + "\n"


def _places(sweep: Sweep) -> Iterator[str]:
    """Yield the lines on where the plan changes."""
    found = [pair for pair in sweep.pairs if pair.differs]
    if not found:
        return
    yield from ("", f"## {_text(_('Where the plan changes'))}", "")
    yield from (f"- {_text(change_in_words(sweep, pair))}" for pair in found[:SHOWN])
    if len(found) > SHOWN:
        text = _("and {n} more, see {file}")
        yield f"- {text.format(n=count(len(found) - SHOWN), file='`changes.csv`')}"


def _unproven(sweep: Sweep) -> Iterator[str]:
    """Yield the lines on points that are not settled."""
    open_ = [p for p in sweep.grid.points if sweep.status_of(p.number) not in _SURE]
    if open_:
        numbers = enumerate_words([str(point.number) for point in open_], most=SHOWN)
        text = _("Points {numbers}; see {column} in {file}.")
        yield from ("", f"## {_text(_('What is not proven'))}", "")
        yield text.format(numbers=numbers, column="`known`", file="`sweep.csv`")
        yield from _reasons(sweep)


_SURE = frozenset({"optimal", "infeasible"})


def _reasons(sweep: Sweep) -> list[str]:
    said = [
        "- " + _text(_("Point {n}: {words}").format(n=spot.point.number, words=spot.solved.words))
        for spot in sweep.spots
        if spot.solved.words and spot.solved.status not in _SURE
    ]
    return ["", *said[:SHOWN]] if said else []


def _axes(sweep: Sweep) -> Iterator[str]:
    for axis in sweep.grid.axes:
        shown = [cell(value) for value in axis.values]
        if len(shown) > SHOWN:
            shown = [*shown[: SHOWN // 2], "...", *shown[-2:]]
        yield f"{axis.name}: {', '.join(shown)}"
    if sweep.along:
        text = plural_of(
            "{n} point more where the plan changes",
            "{n} points more where the plan changes",
            len(sweep.along),
        )
        yield text.format(n=count(len(sweep.along)))


def _text(text: str) -> str:
    return escape(visible(text))


def book(sweep: Sweep) -> bytes:
    """Return the tables as a workbook; one number that is varied has a chart."""
    kinds = {kpi.name: _KINDS[kpi.unit] for kpi in key_figures_of(sweep.names)} | _MONEY
    short = [table for table in sweep.tables if len(table.rows) <= MOST_ROWS]
    sheets = [Sheet(table.name, table, _kinds(kinds, table)) for table in short]
    left_out = [f"{table.name}.csv" for table in sweep.tables if table not in short]
    said = list(gist(sweep))
    if left_out:
        said.append(_("Too long for this workbook: {files}.").format(files=", ".join(left_out)))
    title = _("Sweep: {scenario}").format(scenario=sweep.names.scenario)
    return workbook(Book(title, sheets, said, tuple(charts(sweep))))


_KINDS: Mapping[str, Kind] = {
    "money": "money",
    "share": "share",
    "number": "number",
    "ratio": "ratio",
}
_MONEY: dict[str, Kind] = {
    "bound": "money",
    "low_profit": "money",
    "high_profit": "money",
    "from_profit": "money",
    "to_profit": "money",
}


def _kinds(kinds: Mapping[str, Kind], table: Table) -> dict[str, Kind]:
    return {name: kind for name, kind in kinds.items() if name in table.columns}


def charts(sweep: Sweep) -> Iterator[Lines]:
    """Yield profit against the number that is varied, one line for each variation, if any."""
    numeric = [k for k, is_number in enumerate(sweep.is_numeric) if is_number]
    if not sweep.grid.crossed or len(numeric) != 1 or len(sweep.grid.axes) > 2:
        return
    across = numeric[0]
    lines: dict[str, list[tuple[float, float | None]]] = {}
    for spot in sweep.spots:
        rest = [cell(v) for k, v in enumerate(spot.point.values) if k != across]
        x = spot.point.values[across]
        y = spot.solved.objective if spot.has_plan else None
        if isinstance(x, int | float):
            lines.setdefault(", ".join(rest) or _("profit"), []).append((float(x), y))
    if 0 < len(lines) <= MOST_LINES:
        drawn = {name: sorted(line, key=lambda pair: pair[0]) for name, line in lines.items()}
        unit = sweep.names.currency or _("profit")
        yield Lines(_("Profit"), sweep.grid.axes[across].name, unit, drawn)


def names_of(sweep: Sweep) -> dict[str, Any]:
    """Return how things are called, so that the folder of a sweep can be reported later."""
    names = sweep.names
    return {
        "scenario": names.scenario,
        "currency": names.currency,
        "axes": [axis.name for axis in sweep.grid.axes],
        "is_crossed": sweep.grid.crossed,
        "channels": {**names.channels, **names.bundles},
        "upgrades": dict(names.upgrades),
        "figures": {
            kpi.name: {"label": kpi.label, "unit": kpi.unit} for kpi in key_figures_of(names)
        },
    }


def check_parquet() -> None:
    """Say early that Parquet cannot be written here.

    Raises:
        UsageError: pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError("--parquet needs pyarrow: pip install 'channelopt[parquet]'")


def parquet(table: Table) -> bytes:
    """Return a table as Parquet: numbers as float64, everything else as text.

    Raises:
        UsageError: pyarrow is not installed.
    """
    check_parquet()
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: _arrow(name, table.column(name)) for name in table.columns}
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()


def _arrow(name: str, cells: tuple[Cell, ...]) -> object:
    import pyarrow as pa

    numbers = [c for c in cells if isinstance(c, int | float) and not isinstance(c, bool)]
    if name not in TEXT and len(numbers) == sum(c is not None for c in cells):
        return pa.array([None if c is None else float(c) for c in cells], pa.float64())
    return pa.array([None if c is None else cell_as_text(c) for c in cells], pa.string())


def cell_as_text(value: Cell) -> str:
    """Return a cell of a column that holds texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value!r}"
