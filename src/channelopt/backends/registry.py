"""All backends by name."""

from __future__ import annotations

from channelopt.backends.base import Backend
from channelopt.backends.highs import Highs
from channelopt.errors import UsageError, nearest

ALIASES: dict[str, str] = {}
"""Short names users know, and the backend each stands for."""


def names() -> tuple[str, ...]:
    """Return the names of all backends, the default first, available here or not."""
    return tuple(_backends())


def get(name: str) -> Backend:
    """Return the backend called `name` (or its alias, in any case).

    Raises:
        UsageError: no backend has that name.
    """
    backends = _backends()
    wanted = name.strip().lower()
    wanted = ALIASES.get(wanted, wanted)
    if wanted in backends:
        return backends[wanted]
    hint = nearest(wanted, [*backends, *ALIASES])
    known = ", ".join(backends)
    middle = f"; {hint}" if hint else ""
    message = f"there is no solver '{name}'{middle}; known solvers: {known}"
    raise UsageError(message)


def _backends() -> dict[str, Backend]:
    every: list[Backend] = [Highs()]
    return {backend.name: backend for backend in every}
