"""Equal input is not solved twice: runs that already hold the answer, found and used again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channelopt.backends import registry
from channelopt.errors import ChannelOptError, InputError, UsageError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.values import LEAST_SECONDS
from channelopt.plan import folder
from channelopt.plan.manifest import manifest as describe
from channelopt.plan.plan import Plan

HEAD = 4096
"""Bytes of a manifest in which its digest stands, as we write it."""
OPEN = frozenset({"at least", "not solved"})
"""What a sensitivity says of figures that more time might improve."""


@dataclass(frozen=True)
class Recalled:
    """A plan that was known already.

    Attributes:
        plan: as it was written.
        source: the run that holds it.
    """

    plan: Plan
    source: Path


def solved_already(store: Path, instance: Instance, options: SolveOptions) -> Path | None:
    """Find a run with equal input whose plan is optimal and whose files nobody edited.

    Equal are the resolved scenario, the options that decide the result (a time limit does not, as
    the plan is optimal), and the versions of channelopt and of the solver; and the run has at
    least the sensitivity that is asked for.

    Args:
        store: the folder that holds the runs; those in folders below are not looked at.
        instance: the scenario.
        options: how it is to be solved.

    Returns:
        The run's folder, the first by name where there are several; None where there is none.
    """
    found = _find(store, instance, options, without="")
    return None if found is None else found.source


def recall(instance: Instance, options: SolveOptions, out: Path) -> Recalled | None:
    """Find the plan of a scenario in its target folder, else elsewhere in the same store.

    Args:
        instance: the scenario.
        options: how it is to be solved.
        out: the target.

    Returns:
        The plan, or None where it must be solved.

    Raises:
        UsageError: the target holds a run with other input; says what differs.
    """
    if folder.is_run(out) and not out.is_symlink():
        try:
            return Recalled(_equal(out, instance, options), out)
        except _OtherError as other:
            message = f"{out} exists and {other}; choose another folder, or --force to replace it"
            raise UsageError(message) from None
        except InputError:
            raise UsageError(
                f"{out} exists but is damaged; choose another folder, or --force to replace it"
            ) from None
    return _find(out.parent, instance, options, without=out.name)


def with_inputs_of(plan: Plan, instance: Instance) -> Plan:
    """Return a known plan with the input files and changes of the scenario that led to it now."""
    own = {
        "files": dict(sorted(instance.files.items())),
        "applied": list(instance.applied),
        "sources": dict(instance.sources),
    }
    return plan.with_(manifest={**plan.manifest, **own})


class _OtherError(Exception):
    """The run does not answer the question; says why."""


def _find(store: Path, instance: Instance, options: SolveOptions, without: str) -> Recalled | None:
    for run in _with_digest(store, digest(instance.resolved)):
        if run.name != without:
            try:
                return Recalled(_equal(run, instance, options), run)
            except (_OtherError, InputError, OSError):
                continue
    return None


def _with_digest(store: Path, wanted: str) -> Iterator[Path]:
    """Yield the runs whose manifest begins with a digest, by name; looks at nothing else."""
    mark = f'"digest": "{wanted}"'.encode()
    try:
        with os.scandir(store) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return
    for name in names:
        try:
            with (store / name / folder.MANIFEST).open("rb") as file:
                is_equal = mark in file.read(HEAD)
        except OSError:
            continue
        if is_equal:
            yield store / name


def _equal(run: Path, instance: Instance, options: SolveOptions) -> Plan:
    """Return the plan of a run if it answers the question.

    Raises:
        _OtherError: it does not.
        InputError: the folder is damaged.
    """
    manifest = folder.read_manifest(run)
    _demand(*_same_input(manifest, instance, options))
    edited = folder.edited(run)
    _demand(not edited, f"was edited ({', '.join(edited)})")
    plan = folder.read(run)
    proof = plan.verification
    _demand(plan.status == "optimal", "its plan is not proven optimal")
    _demand(proof is not None and proof.ok, "its plan was not checked")
    _demand(_is_enough(plan, options), "has less sensitivity than is asked for")
    is_still = plan.manifest == manifest and folder.read_manifest(run) == manifest
    _demand(is_still and not folder.edited(run), "is being changed")
    return plan


def _demand(is_so: bool, why: str) -> None:
    if not is_so:
        raise _OtherError(why)


def _same_input(
    manifest: Mapping[str, Any], instance: Instance, options: SolveOptions
) -> tuple[bool, str]:
    """Return whether a run has equal input, and what differs first."""
    solver, now = options.solver, _asked(instance, options)
    pairs = {
        "holds another scenario": (manifest.get("digest"), now["digest"]),
        "was made by another solver": (manifest.get("solver"), now["solver"]),
        "was made with another seed": (manifest.get("seed"), now["seed"]),
    }
    for name in ("gap", "threads", "ties", "tolerance"):
        told = f"was made with another {name}" if name != "ties" else "broke ties otherwise"
        pairs[told] = (_option(manifest, name), now["options"].get(name))
    for name in ("channelopt", solver):
        versions = (_part(manifest, "versions").get(name), now["versions"][name])
        pairs[f"was made by another version of {name}"] = versions
    differing = [words for words, (then, asked) in pairs.items() if then != asked]
    return not differing, next(iter(differing), "")


def _asked(instance: Instance, options: SolveOptions) -> dict[str, Any]:
    """Return what the manifest would say if the scenario were solved now."""
    try:
        version = registry.get(options.solver).version()
    except (ChannelOptError, ImportError):  # solving it says so in words
        version = ""
    described = describe(instance, None, {})
    return {
        "digest": described["digest"],
        "solver": options.solver,
        "seed": options.limits.seed,
        "options": options.as_data(),
        "versions": {**described["versions"], options.solver: version},
    }


def _part(manifest: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = manifest.get(name)
    return found if isinstance(found, dict) else {}


def _option(manifest: Mapping[str, Any], name: str) -> Any:
    return _part(manifest, "options").get(name)


def _is_enough(plan: Plan, options: SolveOptions) -> bool:
    """Whether a run has at least the sensitivity that is asked for.

    One in which nothing is left open is enough for everybody, else the time for it counts. Runs
    of the first format do not tell their time.
    """
    asked = options.sensitivity_seconds
    recorded = _part(plan.manifest, "options")
    had = recorded.get("sensitivity_seconds", 0.0)
    if asked == 0 or ("sensitivity_seconds" in recorded and had == asked):
        return True
    if had == 0 and not plan.shifts:
        return False
    if _is_complete(plan):
        return True
    least = LEAST_SECONDS if had is None else had
    return asked is not None and asked <= least


def _is_complete(plan: Plan) -> bool:
    known: set[object] = set(plan.table("returns").column("known"))
    for shift in plan.shifts:
        known |= {shift.less_known, shift.more_known}
    return not known & OPEN
