"""All backends by name."""

from __future__ import annotations

from channelopt.backends import pulp
from channelopt.backends.base import Backend
from channelopt.backends.highs import Highs
from channelopt.backends.mathopt import ENGINES, MathOpt
from channelopt.backends.pulp_program import SOLVERS
from channelopt.errors import UsageError, nearest

ALIASES = {
    "cbc": "pulp:cbc",
    "pulp": "pulp:cbc",
    "pulp:pulp_cbc_cmd": "pulp:cbc",
    "scip": "mathopt:scip",
    "gscip": "mathopt:scip",
    "mathopt": "mathopt:scip",
    "ortools": "mathopt:scip",
    "mathopt:gscip": "mathopt:scip",
    "glop": "mathopt:glop",
    "pdlp": "mathopt:pdlp",
    "cp-sat": "mathopt:cp_sat",
    "cp_sat": "mathopt:cp_sat",
    "cpsat": "mathopt:cp_sat",
    "mathopt:cp-sat": "mathopt:cp_sat",
    "highspy": "highs",
}
"""Short names users know, and the backend each stands for."""


def names() -> tuple[str, ...]:
    """Return the names of all backends, the default first, available here or not.

    Further solvers that PuLP finds are not listed; `get("pulp:<name>")` takes them.
    """
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
    if wanted.startswith("pulp:") and wanted in pulp.available():
        return pulp.Pulp(wanted.removeprefix("pulp:"))
    hint = nearest(wanted, [*backends, *ALIASES])
    known = ", ".join(backends)
    middle = f"; {hint}" if hint else ""
    message = f"there is no solver '{name}'{middle}; known solvers: {known}"
    raise UsageError(message)


def _backends() -> dict[str, Backend]:
    every: list[Backend] = [
        Highs(),
        *(MathOpt(engine) for engine in ENGINES),
        *(pulp.Pulp(solver) for solver in SOLVERS),
    ]
    return {backend.name: backend for backend in every}
