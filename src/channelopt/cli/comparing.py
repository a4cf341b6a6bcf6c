"""A comparison on the terminal and in files: options, checks, what is shown."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from channelopt.cli import comparison_shown, console
from channelopt.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from channelopt.analysis.comparing.results import Comparison
    from channelopt.pipeline.sides import Read, Target

_OUTPUT = "Output"

TargetsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PLAN...",
        help="Two or more, each a run, a scenario, or a variation: scenarios/b2b@strike, or "
        "@strike for one of the first scenario. Each is compared with the first.",
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
    comparison_shown.show(comparison)
    for path in written:
        console.emit(f"Written to {path}")


def exit_code(comparison: Comparison) -> ExitCode:
    """Return 4 where a plan was stopped early and is not proven, else 0."""
    stopped = any(side.plan.status == "feasible" for side in comparison.sides)
    return ExitCode.STOPPED_EARLY if stopped else ExitCode.SOLVED
