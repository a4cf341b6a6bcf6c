"""A sweep for a planner: the gist as Markdown, a workbook with a chart, a Parquet file."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterator, Mapping

from channelopt.analysis.sweeping.structure import Pair, Spot
from channelopt.analysis.sweeping.tables import OPEN, Sweep, others, when
from channelopt.errors import UsageError
from channelopt.plan.kpis import key_figures_of
from channelopt.plan.table import TEXT, Cell, Table
from channelopt.report.figures import enumerate_words, money, plural
from channelopt.report.line_chart import MOST_LINES, Lines
from channelopt.report.markdown import escape, visible
from channelopt.report.workbook import Book, Kind, Sheet, workbook

SHOWN = 12
"""Changes and points that the summary names; the tables hold all."""
MOST_ROWS = 50_000
"""A longer table is left out of the workbook; the CSV has it."""
FEW = 3
WORDS = {
    "optimal": "proven to be the best",
    "feasible": "with a plan that is not proven to be the best",
    "infeasible": "without any plan, which is proven",
    "unbounded": "whose profit has no limit",
    "no_solution": "without a plan in the time given",
    "invalid": "that could not be read",
    "failed": "whose solver or check failed",
    OPEN: "not solved",
}
"""What a status says of points."""


def gist(sweep: Sweep) -> tuple[str, ...]:
    """Return the few sentences that a planner wants: points, best, range, changes, limits."""
    counts = sweep.counts()
    said = [f"{counts[status]:,} {words}" for status, words in WORDS.items() if status in counts]
    sentences = [f"{plural(len(sweep.grid.points), 'point')}: {'; '.join(said)}."]
    sentences += _best(sweep)
    sentences += _changes(sweep)
    sentences += _flat(sweep)
    return tuple(sentences)


def at(sweep: Sweep, spot: Spot) -> str:
    """Return the values of a point in words."""
    pairs = zip(sweep.grid.axes, spot.point.values, strict=True)
    shown = [f"{axis.name} = {cell(value)}" for axis, value in pairs if value is not None]
    return ", ".join(shown) or "the base"


def cell(value: Cell) -> str:
    """Return a value of an axis as a reader sees it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return f"{value:,}" if isinstance(value, int) else str(value or "base")


def _best(sweep: Sweep) -> list[str]:
    best, currency = sweep.best, sweep.names.currency
    if best is None:
        return ["No point has a plan."]
    worth = money(best.solved.objective, currency)
    sure = "" if best.is_proven else ", which is not proven to be the best there"
    said = [f"Best: point {best.point.number} ({at(sweep, best)}) with a profit of {worth}{sure}."]
    solved = [spot for spot in sweep.spots if spot.has_plan]
    worst = min(solved, key=lambda spot: spot.solved.objective or 0.0)
    if worst is not best:
        least = money(worst.solved.objective, currency)
        said.append(f"Least: point {worst.point.number} ({at(sweep, worst)}) with {least}.")
    rivals = _may_be_better(sweep, best)
    if rivals:
        verb = "is" if rivals == 1 else "are"
        said.append(f"{plural(rivals, 'other point')} {verb} not proven and may be better.")
    return said


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
        return ["Wherever there is a plan, the same channels are open and the same upgrades owned."]
    said = f"The plans have {len(sweep.plans)} structures (channels and upgrades)"
    if not sweep.grid.crossed:
        return [f"{said}; structures.csv lists them."]
    return [f"{said}; they change in {plural(len(found), 'place')}."]


def change_in_words(sweep: Sweep, pair: Pair) -> str:
    """Return where a plan changes and how."""
    axis = sweep.grid.axes[pair.axis].name
    low, high = (cell(value) for value in pair.values)
    where = f"{axis} from {low} to {high}"
    rest = others(sweep, pair)
    where += f" ({rest})" if rest else ""
    return f"{where}: {_moves(sweep, pair)}"


def _moves(sweep: Sweep, pair: Pair) -> str:
    before, after = pair.low.structure, pair.high.structure
    if before is None or after is None:
        return "no plan is left" if after is None else "there is a plan from here on"
    said = []
    for part, (gone, come) in enumerate((("closes", "opens"), ("is dropped", "is bought"))):
        one, two = set(before[part]), set(after[part])
        for verb, moved in ((gone, one - two), (come, two - one)):
            names = when(sorted(moved), sweep.periods)
            said += [f"{name} {verb}" for name in names.split("; ")] if names else []
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
            rest = f" ({name})" if name else ""
            said.append(f"From {axis} = {start} on, more of it does not change the profit{rest}.")
    if len(said) > FEW:
        return [*said[:FEW], f"So on {len(said) - FEW} more lines; see slopes.csv."]
    return said


def lines_of(sweep: Sweep) -> Iterator[tuple[str, list[Pair]]]:
    """Yield the neighbours along each number, by the values of the other axes."""
    found: dict[tuple[int, str], list[Pair]] = {}
    for pair in sweep.pairs:
        if sweep.is_numeric[pair.axis] and pair.gain is not None:
            found.setdefault((pair.axis, others(sweep, pair) or ""), []).append(pair)
    for (_, name), line in found.items():
        yield name, line


def summary(sweep: Sweep) -> str:
    """Return summary.md."""
    lines = [f"# Sweep: {_text(sweep.names.scenario)}", ""]
    lines += [f"- {_text(sentence)}" for sentence in gist(sweep)]
    lines += ["", "## What was varied", ""]
    lines += [f"- {_text(text)}" for text in _axes(sweep)]
    found = [pair for pair in sweep.pairs if pair.differs]
    if found:
        lines += ["", "## Where the plan changes", ""]
        lines += [f"- {_text(change_in_words(sweep, pair))}" for pair in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"- and {len(found) - SHOWN} more, see `changes.csv`")
    open_ = [p for p in sweep.grid.points if sweep.status_of(p.number) not in _SURE]
    if open_:
        numbers = enumerate_words([str(point.number) for point in open_], most=SHOWN)
        lines += ["", "## What is not proven", "", f"Points {numbers}; see `known` in `sweep.csv`."]
        lines += _reasons(sweep)
    files = ", ".join(f"`{table.name}.csv` ({len(table.rows):,})" for table in sweep.tables)
    lines += ["", f"Tables (rows): {files}"]
    return "\n".join(lines) + "\n"


_SURE = frozenset({"optimal", "infeasible"})


def _reasons(sweep: Sweep) -> list[str]:
    said = [
        f"- Point {spot.point.number}: {_text(spot.solved.words)}"
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
        yield f"{plural(len(sweep.along), 'point')} more where the plan changes"


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
        said.append(f"Too long for this workbook: {', '.join(left_out)}.")
    title = f"Sweep: {sweep.names.scenario}"
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
            lines.setdefault(", ".join(rest) or "profit", []).append((float(x), y))
    if 0 < len(lines) <= MOST_LINES:
        drawn = {name: sorted(line, key=lambda pair: pair[0]) for name, line in lines.items()}
        unit = sweep.names.currency or "profit"
        yield Lines("Profit", sweep.grid.axes[across].name, unit, drawn)


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
