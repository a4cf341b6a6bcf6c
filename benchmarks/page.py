"""The measured figures as tables, and the page docs/benchmarks.md around them."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

Row = dict[str, Any]

OVERHEAD = 1.15
START = 1.0
"""The command may take OVERHEAD times what raw HiGHS takes, and START seconds more."""
BUILD_SECONDS = 2.0
BUILD_MB = 1000.0
BUILD_NONZEROS = 1_000_000
PULP_TIMES = 20.0

INTRODUCTION = """\
# Benchmarks

Written by `make bench` (`python -m benchmarks`); figures below are from one run of it. Load, build
and PuLP are processor time, best of three (PuLP: once); solves are wall time, once. Every figure
comes from a process of its own. Memory is the peak of the largest process: `channelopt solve` runs
its solver in a second process, which is counted only if it is the larger one.

The scenarios are generated with a fixed seed (`benchmarks/cases.py`): segments x interaction types
x channels x periods, random volumes, costs, satisfaction and resolution, two thirds of the channels
may close, four staff groups, contacts that are passed on. There are no policies and no figures of
today, so a scenario of a planner costs a little more to check and report.

Lists of single customers have [a page of their own](benchmarks-customers.md).

Raw HiGHS reads the `.mps` that `channelopt export` writes, one thread, gap 1e-6, the same time
limit. Compare ratios, not seconds. Processor time (of the command: of both processes) tells more
than wall time where other programs keep the machine busy.
"""

REMARKS = """\

## What to make of it

- A formulation costs about 0.01 s however small it is (some 250 operations on sparse matrices), so
  the factor over PuLP grows with the size: it is below 20 for scenarios of one period and a few
  dozen segments, where both are over before anyone notices.
- A solve costs about 1 s of processor time before and after the solver, nearly all of it spent on
  loading Python modules. The solver's own process loads at the same time on a second processor; on
  a machine with one processor, or a busy one, that second is longer.
- Where rounding the whole numbers breaks a row, `settle` solves the rest once more with them fixed,
  from scratch, so that a plan is exact and not only within a solver's tolerance. It is not part of
  the time limit: a command that was cut short overruns its limit by it, at 2,000,000 non-zeros by
  more than a minute.
- HiGHS gets the program scaled by the command, but as it stands in the `.mps`. That, not our code,
  is why the command can be faster than raw HiGHS; on another scenario it may go the other way.
- One run on one machine with one seed: differences of a third between runs are normal.
"""


def table(rows: Sequence[Row]) -> str:
    """Return the tables and what they say about each goal, as Markdown."""
    return "\n\n".join([_build(rows), _solve(rows), _phases(rows), _goals(rows)]) + "\n"


def page(rows: Sequence[Row]) -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, machine(), "", table(rows).rstrip("\n"), REMARKS])


def machine() -> str:
    """Say on what the figures were measured."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("highspy", "numpy", "scipy", "pulp")
    )
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[1]
    return (
        f"Machine: {os.cpu_count()} virtual processors ({platform.machine()}), {gigabytes:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}, {packages}. Mean load at the "
        f"end of the run: {load:.1f} (a busy machine makes everything slower, unevenly)."
    )


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, numbers to the right."""
    cells = [list(header), ["---", *["---:"] * (len(header) - 1)], *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _gap(value: float | None) -> str:
    return "none" if value is None or value == float("inf") else f"{value:.1e}"


def _build(rows: Sequence[Row]) -> str:
    header = ("Size", "Columns", "whole", "Rows", "Non-zeros", "Load s", "Build s", "Peak MB")
    header = (*header, "PuLP s", "PuLP / build")
    return "## Load and build\n\n" + markdown(
        header,
        (
            (
                row["case"],
                *(f"{row[key]:,}" for key in ("columns", "integer_columns", "rows", "nonzeros")),
                _number(row["load_s"], 3),
                _number(row["build_s"], 3),
                _number(row["build_peak_mb"], 0),
                _number(row.get("pulp_build_s")),
                _number(_times(row), 0),
            )
            for row in rows
        ),
    )


def _times(row: Row) -> float | None:
    built = row.get("pulp_build_s")
    return None if built is None else float(built) / float(row["build_s"])


def _solve(rows: Sequence[Row]) -> str:
    header = ("Size", "Limit s", "Raw HiGHS s", "Command s", "Allowed s", "Raw processor s")
    header = (*header, "Our processor s", "Raw gap", "Our gap", "Our status", "Peak MB")
    return "## The whole command against raw HiGHS\n\n" + markdown(
        header,
        (
            (
                row["case"],
                _number(row["limit_s"], 0),
                _number(row["raw_s"]),
                _number(row["command_s"]),
                _number(_allowed(row)),
                _number(row["raw_processor_s"]),
                _number(row["command_processor_s"]),
                _gap(row.get("raw_gap")),
                _gap(row.get("gap")),
                str(row.get("status") or f"exit code {row['exit_code']}"),
                _number(row["command_peak_mb"], 0),
            )
            for row in rows
        ),
    )


def _phases(rows: Sequence[Row]) -> str:
    """Where the seconds of the command went; the rest is start, load, check, report, files."""
    names = ("formulate", "solve", "settle")
    lines = []
    for row in rows:
        spent = [row.get(f"{name}_in_command_s") for name in names]
        known = [s for s in spent if s is not None]
        lines.append((row["case"], *map(_number, spent), _number(row["command_s"] - sum(known))))
    return (
        "Where the command's seconds went (`settle` fixes whole numbers and solves the rest\n"
        "exactly; the rest is start, load, check, report and files):\n\n"
        + markdown(("Size", "Formulate", "Solve", "Settle", "Rest"), lines)
    )


def _allowed(row: Row) -> float:
    return OVERHEAD * float(row["raw_s"]) + START


def _goals(rows: Sequence[Row]) -> str:
    lines = ["## Goals\n", *_build_goal(rows), *_pulp_goal(rows), *_overhead_goal(rows)]
    return "\n".join(lines)


def _build_goal(rows: Sequence[Row]) -> list[str]:
    big = [row for row in rows if row["nonzeros"] >= BUILD_NONZEROS]
    seconds = [row["load_s"] + row["build_s"] for row in big]
    good = [
        s <= BUILD_SECONDS and row["build_peak_mb"] <= BUILD_MB
        for s, row in zip(seconds, big, strict=True)
    ]
    return [
        f"- Load and build of {row['nonzeros']:,} non-zeros (goal: {BUILD_SECONDS:g} s and 1 GB at "
        f"1,000,000): {spent:.2f} s, {row['build_peak_mb']:,.0f} MB: {_met(met)}."
        for row, spent, met in zip(big, seconds, good, strict=True)
    ]


def _pulp_goal(rows: Sequence[Row]) -> list[str]:
    return [
        f"- Build at least {PULP_TIMES:g} times as fast as PuLP at {row['case']}: "
        f"{times:.0f} times: {_met(times >= PULP_TIMES)}."
        for row in rows
        if (times := _times(row)) is not None
    ]


def _overhead_goal(rows: Sequence[Row]) -> list[str]:
    return [f"- {_overhead(row)}" for row in rows]


def _overhead(row: Row) -> str:
    spent = f"{row['command_s']:.2f} s"
    if row["raw_s"] <= row["limit_s"]:
        return (
            f"Command at most {OVERHEAD:g} x raw HiGHS + {START:g} s at {row['case']}: "
            f"{spent} of {_allowed(row):.2f} s: {_met(row['command_s'] <= _allowed(row))}."
        )
    raw = f"Raw HiGHS at {row['case']} proves no plan within {row['limit_s']:g} s"
    raw += f" (gap {_gap(row.get('raw_gap'))})"
    if row.get("status") == "optimal":
        return f"{raw}; the command does, in {spent}: met."
    if row.get("gap") is None and row.get("raw_gap") in (None, float("inf")):
        return (
            f"Neither raw HiGHS nor the command finds any plan at {row['case']} within "
            f"{row['limit_s']:g} s: **not solved**."
        )
    longer = row["command_s"] - row["raw_s"]
    within = _met(row["command_s"] <= _allowed(row))
    return (
        f"{raw}, and neither does the command (gap {_gap(row.get('gap'))}), which takes "
        f"{longer:.1f} s longer of {_allowed(row) - row['raw_s']:.1f} s allowed: {within}."
    )


def _met(good: bool) -> str:
    return "met" if good else "**not met**"
