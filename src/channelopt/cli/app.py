"""The commands of the program, put together."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from channelopt import __version__
from channelopt.cli import console, interrupt
from channelopt.cli.command import Command
from channelopt.cli.commands import (
    assign,
    check,
    compare,
    doctor,
    evaluate,
    explain,
    export,
    init,
    report,
    reproduce,
    roadmap,
    runs,
    schema,
    sensitivity,
    show,
    solve,
    sweep,
    validate,
    verify,
)

EPILOG = (
    "Exit codes: 0 solved to the requested gap; 1 internal error; 2 usage; 3 invalid input; "
    "4 stopped early, plan saved, gap not proven; 5 infeasible; 6 unbounded; 7 no plan in time; "
    "8 the plan failed the independent check; 9 an acceptance threshold failed; 130 aborted; "
    "143 terminated."
)

app = typer.Typer(
    name="channelopt",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)

for module in (
    *(init, validate, show, solve, explain, sensitivity, compare, sweep, roadmap, assign),
    *(evaluate, report, check, verify, reproduce, export, schema, doctor),
):
    app.command(name=module.__name__.rsplit(".", 1)[1], cls=Command)(module.command)
app.add_typer(runs.app, name="runs")


def _version(wanted: bool) -> None:
    if wanted:
        console.emit(f"channelopt {__version__}")
        raise typer.Exit


@app.callback()
def channelopt(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Decide which customers are served through which channels, and prove how good the plan is."""


def run() -> None:
    """Run the command line on the arguments of this process; ends by SystemExit."""
    console.prepare()
    interrupt.install()
    try:
        app(prog_name="channelopt")
    except OSError as error:
        console.lost(sys.stdout, error)
    finally:
        console.close()
