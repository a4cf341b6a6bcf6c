"""`channelopt doctor`: which solvers work here?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from channelopt.cli import console
from channelopt.cli.options import JsonOption, VerboseOption
from channelopt.errors import ExitCode

if TYPE_CHECKING:
    from channelopt.backends.doctor import SolverReport, Surroundings


def command(as_json: JsonOption = False, _verbose: VerboseOption = False) -> None:
    """List solvers and their versions, and let each solve problems with known answers."""
    from channelopt.backends.doctor import diagnose, surroundings

    here, solvers = surroundings(), diagnose()
    if as_json:
        console.emit_json(
            {
                "platform": here.platform,
                "python": here.python,
                "packages": dict(here.packages),
                "solvers": [asdict(solver) | {"is_fit": solver.is_fit} for solver in solvers],
            }
        )
    else:
        _show(here, solvers)
    if any(solver.failures for solver in solvers) or not any(s.is_fit for s in solvers):
        raise typer.Exit(ExitCode.THRESHOLD_FAILED)


def _show(here: Surroundings, solvers: list[SolverReport]) -> None:
    console.emit(f"Python {here.python} on {here.platform}")
    console.emit(", ".join(f"{name} {found or 'not installed'}" for name, found in here.packages))
    columns = {"Solver": "left", "Version": "left", "Self-test": "left"}
    rows = [(solver.name, solver.version or "-", _verdict(solver)) for solver in solvers]
    console.table("", columns, rows)


def _verdict(solver: SolverReport) -> str:
    if solver.missing:
        return f"not here: {solver.missing}"
    if solver.failures:
        return "; ".join(("FAILED", *solver.failures))
    refused = f", {len(solver.skipped)} refused" if solver.skipped else ""
    return f"passed ({len(solver.passed)} problems{refused})"
