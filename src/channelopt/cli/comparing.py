"""A comparison on the terminal and in files: options, checks, what is shown."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from channelopt.cli import console
from channelopt.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from channelopt.analysis.comparing.results import Comparison, Difference
    from channelopt.pipeline.sides import Read, Target
    from channelopt.report.document import Grid

_OUTPUT = "Output"
BAR = 22
"""Characters of a bar of the waterfall."""
FEW = 8
"""Rows of a table on the terminal; the files hold all of them."""
MOST_BESIDE = 4
"""So many plans fit beside each other."""

TargetsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="A B [C...]",
        help="Each a run, a scenario, or a variation: scenarios/b2b@strike, or @strike for one of "
        "the first scenario. Each is compared with the first.",
        show_default=False,
    ),
]
StoreOption = Annotated[
    Path,
    typer.Option(
        "--store",
        metavar="FOLDER",
        help="Where runs are found by name, and plans that are known already.",
    ),
]
NoWhyOption = Annotated[
    bool,
    typer.Option(
        "--no-why",
        help="Do not solve in between to say why the profit differs.",
        show_default=False,
    ),
]
SecondsOption = Annotated[
    float,
    typer.Option("--seconds", metavar="SECONDS", help="Time for saying why the profit differs."),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        "--csv",
        metavar="FOLDER",
        help="Write every table as CSV, the report, the JSON and the workbook into this folder.",
        show_default=False,
        rich_help_panel=_OUTPUT,
    ),
]
MarkdownOption = Annotated[
    Path | None,
    typer.Option(
        "--md",
        metavar="FILE",
        help="Write the report as Markdown.",
        show_default=False,
        rich_help_panel=_OUTPUT,
    ),
]
WorkbookOption = Annotated[
    Path | None,
    typer.Option(
        "--xlsx",
        metavar="FILE",
        help="Write the tables and the waterfall as an Excel workbook.",
        show_default=False,
        rich_help_panel=_OUTPUT,
    ),
]


@dataclass(frozen=True)
class Outputs:
    """Where a comparison is written besides the terminal."""

    folder: Path | None = None
    markdown: Path | None = None
    workbook: Path | None = None
    force: bool = False

    def check(self, targets: Sequence[Target]) -> None:
        """Say early whether everything may be written.

        Raises:
            UsageError: a file or folder is there already, or belongs to what is compared.
        """
        from channelopt.plan import results_folder

        for path, target in itertools.product((self.folder, self.markdown, self.workbook), targets):
            if path is not None:
                _protect(path, target)
        if self.folder is not None:
            results_folder.check_free(self.folder, "comparison", force=self.force)
        for file, suffix in ((self.markdown, ".md"), (self.workbook, ".xlsx")):
            if file is None:
                continue
            if file.suffix.lower() != suffix:
                raise UsageError(f"{file} is to be a file that ends in {suffix}")
            if file.exists() and not (self.force and file.is_file()):
                raise UsageError(f"{file} exists; choose another name, or --force to replace it")

    def write(self, comparison: Comparison) -> list[Path]:
        """Write what was asked for, each whole or not at all, and return where."""
        from channelopt.plan import results_folder
        from channelopt.plan.staging import put_file
        from channelopt.report import comparison_document as report

        if self.folder is not None:
            results_folder.write(self.folder, report.results(comparison))
        if self.markdown is not None:
            put_file(self.markdown, report.markdown(comparison))
        if self.workbook is not None:
            put_file(self.workbook, report.book(comparison))
        return [path for path in (self.folder, self.markdown, self.workbook) if path is not None]


def _protect(path: Path, target: Target) -> None:
    """Refuse to write over what is compared, into a run, or over a file of a scenario."""
    wanted, source = path.resolve(), target.path.resolve()
    is_inside = source in wanted.parents
    may_be_read = wanted.is_file() and wanted.suffix.lower() != ".md"
    if (
        wanted in {source, *source.parents}
        or (is_inside and target.is_run)
        or (is_inside and may_be_read)
    ):
        raise UsageError(f"{path} belongs to what is compared; choose another place")


def enough(targets: Sequence[str]) -> None:
    """Make sure that there is something to compare.

    Raises:
        UsageError: fewer than two targets.
    """
    if len(targets) < 2:
        raise UsageError("give two or more to compare, for example: scenarios/b2b @strike")


def read_sides(
    targets: Sequence[Target], steps: Sequence[Any], root: Path | None
) -> Sequence[Read]:
    """Read what is compared; show each warning once."""
    from channelopt.pipeline.sides import read

    sides = read(targets, steps, root)
    shown = dict.fromkeys(problem for side in sides for problem in side.instance.warnings)
    console.problems(shown)
    return sides


def finish(comparison: Comparison, written: Sequence[Path], *, as_json: bool) -> None:
    """Write a comparison to stdout, and where its files are."""
    if as_json:
        console.emit_json(comparison.as_data() | {"files": [str(path) for path in written]})
        return
    show(comparison)
    for path in written:
        console.emit(f"Written to {path}")


def exit_code(comparison: Comparison) -> ExitCode:
    """Return 4 where a plan was stopped early and is not proven, else 0."""
    stopped = any(side.plan.status == "feasible" for side in comparison.sides)
    return ExitCode.STOPPED_EARLY if stopped else ExitCode.SOLVED


def show(comparison: Comparison) -> None:
    """Write a comparison to stdout."""
    from channelopt.report import comparison_document as report
    from channelopt.report.comparison import gist

    for sentence in gist(comparison):
        console.emit(sentence)
    for note in comparison.notes:
        console.note(note, style="yellow")
    figures = report.key_figures(comparison, MOST_BESIDE)
    _grid("Key figures", figures, len(figures.rows))
    for one in comparison.differences:
        if not one.is_same:
            _difference(one)


def _difference(one: Difference) -> None:
    from channelopt.report import comparison_document as report
    from channelopt.terms.money import LEDGER

    name = one.b.name
    _waterfall(one)
    _grid(f"Inputs that differ: {name}", report.inputs(one))
    _grid(f"Money: {name}", report.money_terms(one), len(LEDGER) + 1)
    _grid(f"Channels that open or close: {name}", report.events(one))
    _grid(f"Staff that differs: {name}", report.staff(one))
    _grid(f"Who moves where: {name}", report.moves(one))


def _grid(title: str, grid: Grid, most: int = FEW) -> None:
    """Write the first rows of a table of the report."""
    if not grid.rows:
        return
    rows = grid.rows[:most] if len(grid.rows) > most + 1 else grid.rows
    columns = {f"{c.title}{' ' * k}": c.align for k, c in enumerate(grid.columns)}  # all different
    console.table(title, columns, rows)
    if len(grid.rows) > len(rows):
        console.emit(f"  and {len(grid.rows) - len(rows)} more (--out writes them all)")


def _waterfall(one: Difference) -> None:
    """Write the way from one profit to the other, with bars."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from channelopt.report import comparison_document as report
    from channelopt.report.comparison import signed, unproven
    from channelopt.report.figures import money

    records = one.records("waterfall")
    if not records:
        return
    unicode = console.is_unicode(sys.stdout)
    title = f"From {one.a.name} to {one.b.name}"
    grid = Table(
        title=Text(console.plain(title), style="bold"),
        box=box.SIMPLE_HEAD if unicode else box.ASCII,
        title_justify="left",
    )
    grid.add_column("Step", overflow="fold")
    grid.add_column("Profit", justify="right", no_wrap=True)
    grid.add_column("", width=BAR)
    bars = report.waterfall_of(one).bars
    for row, bar in zip(records, bars, strict=True):
        amount = money(row["after"]) if bar.is_total else signed(row["effect"])
        mark = "" if row["known"] in {None, "re-solved"} else f" ({row['known']})"
        drawn = _bar(bars, bar, unicode=unicode)
        grid.add_row(Text(console.plain(row["title"] + mark)), Text(amount), drawn)
    console.rich(sys.stdout).print(grid)
    why = one.attribution
    for note in (*(why.notes if why is not None else ()), unproven(one)):
        if note:
            console.emit(f"  {note}")


def _bar(bars: Sequence[Any], bar: Any, *, unicode: bool) -> Any:
    """Return a bar between the lowest and the highest level of all."""
    from rich.bar import Bar
    from rich.text import Text

    from channelopt.report.waterfall_chart import axis_start

    ends = [level for one in bars for level in (one.start, one.end)]
    left = axis_start(bars) or min(0.0, *ends)
    size = max(0.0, *ends) - left or 1.0
    low, high = (max(level - left, 0.0) for level in sorted((bar.start, bar.end)))
    colour = "blue" if bar.is_total else "green" if bar.end >= bar.start else "red"
    if unicode:
        return Bar(size, low, high, width=BAR, color=colour)
    begin, end = round(low / size * BAR), round(high / size * BAR)
    return Text(" " * begin + "#" * max(end - begin, 1))
