"""Arguments and options of the commands on the run store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_WHICH = "Which runs"

StoreOption = Annotated[
    Path,
    typer.Option("--store", metavar="FOLDER", help="The folder that holds the runs."),
]
RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A name in the store, a path, or the first digits of the input hash.",
        show_default=False,
    ),
]
RunsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN...",
        help="Names in the store, paths, or the first digits of input hashes.",
        show_default=False,
    ),
]
TagsArgument = Annotated[
    list[str],
    typer.Argument(metavar="TAG...", help="Texts of your choice.", show_default=False),
]
WhereOption = Annotated[
    list[str],
    typer.Option(
        "--where",
        "-w",
        metavar="CONDITION",
        help="A condition on a key figure: 'profit>=1e6', 'satisfaction>70%', 'metric.co2<5'. "
        "May be repeated; all must hold.",
        show_default=False,
        rich_help_panel=_WHICH,
    ),
]
StatusOption = Annotated[
    list[str],
    typer.Option(
        "--status",
        metavar="STATUS",
        help="optimal, feasible or evaluated. May be repeated; any of them.",
        show_default=False,
        rich_help_panel=_WHICH,
    ),
]
DigestOption = Annotated[
    str,
    typer.Option(
        "--digest",
        metavar="HEX",
        help="The first digits of the input hash.",
        show_default=False,
        rich_help_panel=_WHICH,
    ),
]
TagOption = Annotated[
    list[str],
    typer.Option(
        "--tag",
        metavar="TAG",
        help="A tag. May be repeated; a run must have them all.",
        show_default=False,
        rich_help_panel=_WHICH,
    ),
]
TextOption = Annotated[
    str,
    typer.Option(
        "--text",
        metavar="TEXT",
        help="Stands in the run's name, its scenario's title or one of its changes.",
        show_default=False,
        rich_help_panel=_WHICH,
    ),
]
SortOption = Annotated[
    str,
    typer.Option(
        "--sort",
        metavar="NAME",
        help="newest, name, status, title, or a key figure, the largest first.",
    ),
]
ReverseOption = Annotated[
    bool, typer.Option("--reverse", help="The other way round.", show_default=False)
]
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", "-n", metavar="N", help="So many at most.", show_default=False),
]
FigureOption = Annotated[
    list[str],
    typer.Option(
        "--figure",
        metavar="NAME",
        help="A key figure to show. May be repeated. Default: profit, cost, satisfaction, and "
        "those in --where and --sort.",
        show_default=False,
    ),
]
RebuildOption = Annotated[
    bool,
    typer.Option(
        "--rebuild", help="Forget the index and read every folder again.", show_default=False
    ),
]
RemoveOption = Annotated[
    bool, typer.Option("--remove", help="Remove the tags.", show_default=False)
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)]
