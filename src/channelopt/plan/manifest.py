"""The manifest of a run: what it takes to run it again, and what identifies its results."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from typing import Any

from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.plan.records import SolverRun
from channelopt.plan.run_files import FORMAT


def manifest(
    instance: Instance, solver: SolverRun | None, timings: Mapping[str, float]
) -> dict[str, Any]:
    """Describe a run so that it can be repeated.

    Args:
        instance: the scenario that was solved.
        solver: which solver was used and how; None for a plan that was given.
        timings: seconds by phase; the only part that differs between equal runs.

    Returns:
        Plain JSON data.
    """
    scenario = dict(instance.resolved)
    versions = {
        "python": platform.python_version(),
        **{name: _version(name) for name in ("channelopt", "numpy", "scipy")},
    }
    if solver is not None:
        versions[solver.name] = solver.version
    return {
        "format": FORMAT,
        "digest": digest(scenario),
        "files": dict(sorted(instance.files.items())),
        "applied": list(instance.applied),
        "solver": None if solver is None else solver.name,
        "options": {} if solver is None else dict(solver.options),
        "seed": None if solver is None else solver.seed,
        "versions": versions,
        "scenario": scenario,
        "sources": dict(instance.sources),
        "timings": dict(timings),
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
