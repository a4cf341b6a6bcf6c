"""Options of a solve, checked."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from channelopt.cli import console
from channelopt.cli.progress import watching
from channelopt.errors import UsageError

if TYPE_CHECKING:
    from channelopt.backends.base import Limits
    from channelopt.backends.isolated import Isolated
    from channelopt.instance.instance import Instance
    from channelopt.pipeline import SolveOptions
    from channelopt.plan.plan import Plan

LARGEST_SEED = 2**31 - 1
MOST_THREADS = 1024


def limits(time_limit: float | None, gap: float, threads: int, seed: int) -> Limits:
    """Return the limits of a solve.

    Raises:
        UsageError: a value is out of its range.
    """
    from channelopt.backends.base import Limits

    if time_limit is not None and not (math.isfinite(time_limit) and time_limit > 0):
        _refuse("--time-limit", "a number of seconds > 0", time_limit)
    if not 0 <= gap <= 1:
        _refuse("--gap", "a share from 0 to 1", gap)
    if not 1 <= threads <= MOST_THREADS:
        _refuse("--threads", f"a whole number from 1 to {MOST_THREADS}", threads)
    if not 0 <= seed <= LARGEST_SEED:
        _refuse("--seed", f"a whole number from 0 to {LARGEST_SEED}", seed)
    return Limits(time_limit=time_limit, gap=gap, threads=threads, seed=seed)


def sensitivity_seconds(seconds: float | None, *, wanted: bool) -> float | None:
    """Return the time for the sensitivity report: 0 for none, None for the default.

    Raises:
        UsageError: the time is not a number of seconds.
    """
    if not wanted:
        return 0.0
    if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
        _refuse("--sensitivity-seconds", "a number of seconds >= 0", seconds)
    return seconds


@contextlib.contextmanager
def started(solver: str) -> Iterator[Isolated | None]:
    """Start the process of a solver while the scenario is still to be read; end it afterwards."""
    from channelopt.backends.early import start_early

    with contextlib.ExitStack() as stack:
        ready = start_early(solver)
        yield None if ready is None else stack.enter_context(ready)


@dataclass(frozen=True)
class Target:
    """Where a run is written, and whether it is solved in any case."""

    folder: Path
    force: bool

    def check(self, scenario: Path) -> None:
        """Say early whether the run may be written; an equal run that is there is welcome.

        Raises:
            UsageError: it may not.
        """
        from channelopt.plan.folder import check_target, is_run

        if self.force or not is_run(self.folder):
            check_target(self.folder, force=self.force, inputs=(scenario,))


def answer(
    instance: Instance,
    options: SolveOptions,
    target: Target,
    ready: Isolated | None,
    *,
    quiet: bool,
) -> tuple[Plan, Path | None]:
    """Solve a scenario and write its run, or say which run holds its plan already.

    Returns:
        The plan, and the run it was known from.

    Raises:
        UsageError: the folder holds another run.
    """
    from channelopt.pipeline import reuse, runs

    known = None if target.force else reuse.recall(instance, options, target.folder)
    if known is not None:
        plan = runs.keep(known, instance, target.folder)
        copied = "" if known.source == target.folder else "; copied from there"
        text = f"Solved already in {known.source}{copied} (--force solves it again)"
        console.note(text, style="cyan")
        return plan, known.source
    with _telling_lost_tags(target), watching(quiet=quiet) as listen:
        plan = runs.solve_anew(
            instance, options, target.folder, force=target.force, listen=listen, ready=ready
        )
    return plan, None


@contextlib.contextmanager
def _telling_lost_tags(target: Target) -> Iterator[None]:
    """Say which tags went with a run that was replaced by one of another scenario."""
    from channelopt.store import tags

    before = tags.read(target.folder)[0] if target.force else ()
    yield
    if before and not tags.read(target.folder)[0]:
        shown = ", ".join(before)
        console.note(f"The replaced run was of another scenario; its tags are gone: {shown}")


def _refuse(option: str, expected: str, found: float) -> None:
    msg = f"{option}: expected {expected}, found {found}"
    raise UsageError(msg)
