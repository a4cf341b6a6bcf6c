"""Options of `report`, and what it says when it is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import console

ResultsArgument = Annotated[
    Path,
    typer.Argument(
        metavar="RUN|LIST|COMPARISON|SWEEP",
        help="A folder that `solve`, `assign`, `compare --out` or `sweep` has written.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    list[str],
    typer.Option(
        "--format",
        metavar="NAMES",
        help="html, xlsx, md, pdf, pptx, svg, png; several with commas, or repeated. "
        "Default: html, xlsx and md.",
        show_default=False,
    ),
]
LocaleOption = Annotated[
    str,
    typer.Option(
        "--locale", metavar="LOCALE", help="Language and country of the report: en, de_DE, de_CH."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help="Write there instead of into the folder that is reported.",
        show_default=False,
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace reports that are in the folder of --out.")
]
OpenOption = Annotated[
    bool, typer.Option("--open", help="Show the first file with the program that opens such files.")
]


def finish(written: Sequence[Path], *, as_json: bool, show: bool) -> None:
    """Tell what was written, and open the first of it if asked."""
    if as_json:
        console.emit_json({"files": [str(path) for path in written]})
    else:
        for path in written:
            console.emit(f"Written: {path}")
    if show and written:
        _open(written[0])


def _open(path: Path) -> None:
    """Open a file on the user's screen; where there is none, say so."""
    has_screen = sys.platform in {"win32", "darwin"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not has_screen or typer.launch(str(path.resolve())):
        console.note(f"--open: there is no program here to show {path}; open it by hand")
