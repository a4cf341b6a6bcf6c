"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli.failures import be_verbose

_SCENARIO = "Scenario"
_SOLVE = "Solving"

ScenarioArgument = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO",
        help="A folder with scenario.yaml, a .yaml, .json or .toml file, or an Excel workbook.",
        show_default=False,
    ),
]
TargetArgument = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO|RUN",
        help="A scenario, or a folder that `solve` has written.",
        show_default=False,
    ),
]
RunArgument = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A folder that `solve` has written.", show_default=False),
]
SetOption = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override a value: channels.phone.unit_cost=6.2, or 'channels.*.unit_cost*=1.1'. "
        "May be repeated; --set and --vary apply left to right.",
        show_default=False,
        rich_help_panel=_SCENARIO,
    ),
]
VaryOption = Annotated[
    list[str],
    typer.Option(
        "--vary",
        metavar="NAME",
        help="Apply a variation that the scenario defines. May be repeated.",
        show_default=False,
        rich_help_panel=_SCENARIO,
    ),
]
RootOption = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        help="Project folder that `extends` and table files must stay inside. "
        "Default: the parent of the scenario's folder.",
        show_default=False,
        rich_help_panel=_SCENARIO,
    ),
]
SolverOption = Annotated[
    str,
    typer.Option(
        "--solver",
        metavar="NAME",
        help="Solver; `channelopt doctor` lists them.",
        rich_help_panel=_SOLVE,
    ),
]
TimeLimitOption = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        help="Stop the solver after this time and keep its best plan.",
        show_default=False,
        rich_help_panel=_SOLVE,
    ),
]
GapOption = Annotated[
    float,
    typer.Option(
        "--gap",
        metavar="SHARE",
        help="Relative gap between plan and proven bound at which a plan counts as optimal.",
        rich_help_panel=_SOLVE,
    ),
]
ThreadsOption = Annotated[
    int,
    typer.Option("--threads", metavar="N", help="Threads of the solver.", rich_help_panel=_SOLVE),
]
SeedOption = Annotated[
    int,
    typer.Option("--seed", metavar="N", help="Seed of the solver.", rich_help_panel=_SOLVE),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Folder for the run. Default: runs/<scenario>-<variation>.",
        show_default=False,
    ),
]
NoTiesOption = Annotated[
    bool,
    typer.Option(
        "--no-ties",
        help="Take any of equally good plans, not the cheapest and nearest to today.",
        show_default=False,
        rich_help_panel=_SOLVE,
    ),
]
NoSensitivityOption = Annotated[
    bool,
    typer.Option(
        "--no-sensitivity",
        help="Do not solve again with each limit one step lower and higher.",
        show_default=False,
        rich_help_panel=_SOLVE,
    ),
]
SecondsOption = Annotated[
    float | None,
    typer.Option(
        "--sensitivity-seconds",
        metavar="SECONDS",
        help="Time for solving again.",
        show_default=False,
        rich_help_panel=_SOLVE,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Write the result to stdout as JSON.", show_default=False)
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Replace what an earlier run has written.", show_default=False),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress on stderr.", show_default=False)
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose",
        help="Show the traceback of an internal error.",
        show_default=False,
        callback=be_verbose,
    ),
]
