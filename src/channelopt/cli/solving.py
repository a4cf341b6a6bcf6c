"""Options of a solve, checked."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from channelopt.errors import UsageError

if TYPE_CHECKING:
    from channelopt.backends.base import Limits
    from channelopt.backends.isolated import Isolated

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


def _refuse(option: str, expected: str, found: float) -> None:
    msg = f"{option}: expected {expected}, found {found}"
    raise UsageError(msg)
