"""A solver whose process starts before there is anything to solve."""

from __future__ import annotations

from channelopt.backends import registry
from channelopt.backends.isolated import Isolated
from channelopt.errors import UsageError


def start_early(name: str) -> Isolated | None:
    """Start the process of a solver, which loads its libraries while the scenario is read.

    Returns:
        The solver, to be closed by the caller; None where there is no such solver here, which
        whoever solves says in words.
    """
    try:
        backend = registry.get(name)
    except UsageError:
        return None
    if backend.unavailable() is not None:
        return None
    isolated = Isolated(backend)
    isolated.prestart()
    return isolated
