"""What can go wrong, in words: places, problems, the exception tree and the exit codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line, as the scenario format fixes them."""

    SOLVED = 0
    INTERNAL = 1
    USAGE = 2
    INVALID_INPUT = 3
    STOPPED_EARLY = 4
    INFEASIBLE = 5
    UNBOUNDED = 6
    NO_PLAN = 7
    CHECK_FAILED = 8
    THRESHOLD_FAILED = 9
    ABORTED = 130


@dataclass(frozen=True, order=True)
class Place:
    """Where a value was written: file with line and column, sheet with cell, or CSV row.

    `str(place)` is `scenario.yaml:41:14`, `plan.xlsx:Channels!C7`, `volumes.csv:12:advice`
    (row 12 as a text editor counts it, column named) or `--set channels.phone.unit_cost`.
    """

    file: str
    line: int | None = None
    column: int | str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.cell is not None:
            parts.append(self.cell)
        if self.line is not None:
            parts.append(str(self.line))
        if self.column is not None:
            parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True)
class Problem:
    """One finding about the input.

    `code` is stable (`E214`, `W031`); `message` says what was found and what was expected;
    `hint` says what to do, for example the nearest valid name.
    """

    code: str
    message: str
    place: Place | None = None
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.place}  " if self.place is not None else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}{self.code}  {self.message}{hint}"


class ChannelOptError(Exception):
    """Base of all errors that channelopt raises on purpose."""

    exit_code: ExitCode = ExitCode.INTERNAL


class UsageError(ChannelOptError):
    """The command or function was called with options that do not fit together."""

    exit_code = ExitCode.USAGE


class InputError(ChannelOptError):
    """The scenario is not valid; carries every problem found in one pass."""

    exit_code = ExitCode.INVALID_INPUT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InfeasibleError(ChannelOptError):
    """No plan obeys all rules."""

    exit_code = ExitCode.INFEASIBLE


class UnboundedError(ChannelOptError):
    """Profit has no limit: a value without a cap."""

    exit_code = ExitCode.UNBOUNDED


class NoPlanError(ChannelOptError):
    """The solver ended (time, crash, missing) without any plan."""

    exit_code = ExitCode.NO_PLAN


class CheckFailedError(ChannelOptError):
    """The independent check rejects what the solver returned."""

    exit_code = ExitCode.CHECK_FAILED


class AbortedError(ChannelOptError):
    """The user aborted the run."""

    exit_code = ExitCode.ABORTED


@dataclass
class Problems:
    """Collects problems so that one pass reports as many as can be found."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, place: Place | None = None, hint: str = "") -> None:
        """Record a problem; codes that begin with W are warnings."""
        target = self.warnings if code.startswith("W") else self.errors
        target.append(Problem(code, message, place, hint))

    def stop(self) -> None:
        """Raise InputError if any error was recorded."""
        if self.errors:
            raise InputError(self.errors)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known name, or an empty text."""
    best = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{best[0]}'?" if best else ""
