"""Runs: solve and write a run folder, evaluate an allocation, solve a run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from channelopt.backends.base import Limits, Listener
from channelopt.backends.isolated import Isolated
from channelopt.errors import (
    CheckFailedError,
    InfeasibleError,
    InputError,
    NoPlanError,
    Place,
    Problem,
)
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.given import Given, best_around, complete
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import baseline, checked, outages, solve
from channelopt.pipeline.reuse import Recalled, recall, with_inputs_of
from channelopt.pipeline.solving import Engines
from channelopt.plan import folder
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.report.markdown import prepare, report
from channelopt.terms.numbers import Numbers


def run(
    instance: Instance,
    options: SolveOptions,
    out: Path | str,
    *,
    force: bool = False,
    listen: Listener | None = None,
    ready: Isolated | None = None,
) -> Plan:
    """Solve an instance and write its run folder, whole or not at all; equal input only once.

    Where `out` holds a run with equal input and an optimal plan, or another folder beside it
    does, nothing is solved: that plan is returned, and written to `out` if it is not there.

    Args:
        instance: the scenario.
        options: how to solve it.
        out: the folder to make.
        force: solve in any case, and replace a run that is there.
        listen: hears progress; returning True stops with the best plan so far.
        ready: the solver of the options in a process that is started already.

    Returns:
        The plan as written. A plan that fails the check is not written.

    Raises:
        UsageError: `out` holds something else and is not to be replaced.
        CheckFailedError: the independent check rejects the plan.
        OutputError: the folder cannot be written; nothing half-written stays.
    """
    target = Path(out)
    known = None if force else recall(instance, options, target)
    if known is not None:
        return keep(known, instance, target)
    return solve_anew(instance, options, target, force=force, listen=listen, ready=ready)


def keep(known: Recalled, instance: Instance, out: Path) -> Plan:
    """Write a known plan to another folder, as if it had been solved there.

    Raises:
        UsageError: the folder is not free.
        OutputError: the folder cannot be written; nothing half-written stays.
    """
    if known.source == out:
        return known.plan
    prepare()
    plan = with_inputs_of(known.plan, instance)
    write(plan, out)
    return plan


def solve_anew(
    instance: Instance,
    options: SolveOptions,
    out: Path,
    *,
    force: bool = False,
    listen: Listener | None = None,
    ready: Isolated | None = None,
) -> Plan:
    """Solve an instance and write its run folder, whatever is known of it; see `run`."""
    folder.check_target(out, force=force)
    prepare()
    plan = solve(instance, options, listen, ready)
    write(plan, out, force=force)
    return plan


def write(plan: Plan, out: Path, *, force: bool = False) -> None:
    """Write the run folder of a plan, if it has an answer.

    Raises:
        CheckFailedError: the independent check rejects the plan.
        OutputError: the folder cannot be written; nothing half-written stays.
    """
    if plan.verification is not None and not plan.verification.ok:
        raise CheckFailedError(_rejected(plan))
    if plan.has_answer:
        folder.write(plan, out, force=force, documents={folder.REPORT: report(plan)})
        _check_written(out)


def _rejected(plan: Plan) -> str:
    found = plan.verification
    faults: list[str] = []
    if found is not None:
        faults = [f"{rule.rule}: {breach}" for rule in found.rules for breach in rule.breaches]
        faults += list(found.mismatches)
    shown = "; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if len(faults) > 5 else "")
    return f"the independent check rejects the plan, nothing is written: {shown}"


def _check_written(out: Path) -> None:
    """The figures were checked before they were written; check that the disk holds just them."""
    changed = folder.edited(out)
    if changed:
        msg = f"{out} does not hold what was solved: {', '.join(changed)} differ"
        raise CheckFailedError(msg)


def evaluate(instance: Instance, allocation: Path, options: SolveOptions | None = None) -> Plan:
    """Evaluate an allocation that somebody edited: money, key figures, and the rules it breaks.

    Channels, offers and staff are chosen in the best way around it; where the rules leave none,
    channels that are used are open, staff is as needed, and the breaches are listed.

    Raises:
        InputError: the file is not an allocation of this scenario.
    """
    engines = Engines.start(options or SolveOptions())
    given = _given(instance.numbers, allocation)
    choice = best_around(instance, given, engines) or complete(instance, given, engines)
    if choice is None:
        msg = f"no staffing makes {allocation} work: a channel with contacts has nobody to serve it"
        raise InfeasibleError(msg)
    now = baseline(instance, engines)
    more = outages(instance, choice, engines)
    plan = assemble(instance, choice, Origin("evaluated"), now, more)
    return checked(instance, plan, choice)


COLUMNS = ("period", "segment", "interaction", "channel", "first_contacts")


def _given(n: Numbers, path: Path) -> Given:
    """Read first contacts from a CSV like allocation.csv."""
    table = folder.read_table(path, "allocation")
    problems: list[Problem] = []
    seen: dict[tuple[int, ...], int] = {}
    first = np.zeros(n.shape_of_ways)
    axes = (
        (n.segments, "segment"),
        (n.interactions, "interaction"),
        (n.ways, "channel"),
        (n.periods, "period"),
    )
    for line, record in enumerate(table.records(), start=2):
        where = _position(axes, record, path, line, problems)
        amount = record["first_contacts"]
        if not isinstance(amount, float | int) or not 0 <= amount < float("inf"):
            place = Place(path.name, line, "first_contacts")
            problems.append(Problem("E910", f"found {amount!r}, expected a number ≥ 0", place))
        elif where is not None and where in seen:
            message = f"the same cell stands in row {seen[where]} already"
            place = Place(path.name, line)
            problems.append(Problem("E912", message, place, "keep one of the two rows"))
        elif where is not None:
            first[where] = amount
            seen[where] = line
    if problems:
        raise InputError(problems)
    used = n.by_channel(first).sum(axis=(0, 1)) > 0
    open_ = (used | n.always_open[:, None]) & n.available
    return Given(first, open_)


def _position(
    axes: tuple[tuple[tuple[str, ...], str], ...],
    record: Mapping[str, Any],
    path: Path,
    line: int,
    problems: list[Problem],
) -> tuple[int, ...] | None:
    from channelopt.errors import nearest

    position = []
    for labels, name in axes:
        label = str(record[name])
        if label not in labels:
            place = Place(path.name, line, name)
            message = f"{name} '{label}' does not exist in this scenario"
            problems.append(Problem("E911", message, place, nearest(label, labels)))
            return None
        position.append(labels.index(label))
    return tuple(position)


@dataclass(frozen=True)
class Reproduction:
    """A run solved again: whether the plan is the same, and every difference in words."""

    same: bool
    differences: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"same": self.same, "differences": list(self.differences)}


def reproduce(path: Path) -> Reproduction:
    """Solve the scenario of a run folder again with its options, and compare the plans.

    Raises:
        InputError: the folder is damaged.
        NoPlanError: the run has no plan to compare with.
    """
    written = folder.read(path)
    manifest = written.manifest
    if not written.has_answer or manifest.get("solver") is None:
        msg = f"{path} holds no solved plan that could be reproduced"
        raise NoPlanError(msg)
    plan = solve(from_data(manifest["scenario"]), options_of(manifest))
    differs = differences(written, plan)
    return Reproduction(not differs, (*_versions(manifest, plan.manifest), *differs))


def options_of(manifest: Mapping[str, Any]) -> SolveOptions:
    """Return the options that a run was solved with; no sensitivity."""
    asked = manifest["options"]
    limits = Limits(
        asked["time_limit"],
        asked["gap"],
        asked["threads"],
        int(manifest["seed"] or 0),
        asked.get("tolerance"),
    )
    return SolveOptions(manifest["solver"], limits, ties=asked["ties"], sensitivity_seconds=0)


def _versions(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = sorted({*before["versions"], *now["versions"]})
    pairs = [(name, before["versions"].get(name), now["versions"].get(name)) for name in names]
    return [f"version of {name}: {old} then, {new} now" for name, old, new in pairs if old != new]


def differences(before: Plan, now: Plan) -> list[str]:
    """Compare status, objective and every table, numbers within 1e-6 of their size."""
    found = [] if before.status == now.status else [f"status: {before.status}, now {now.status}"]
    if not _close(before.objective, now.objective):
        found.append(f"objective: {before.objective!r}, now {now.objective!r}")
    for name in sorted(before.tables):
        old, new = before.table(name), now.table(name)
        if len(old.rows) != len(new.rows):
            found.append(f"{name}.csv: {len(old.rows)} rows, now {len(new.rows)}")
            continue
        for row, (left, right) in enumerate(zip(old.rows, new.rows, strict=True), start=2):
            if not all(_close(a, b) for a, b in zip(left, right, strict=True)):
                found.append(f"{name}.csv:{row}: {left}, now {right}")
    return found


def _close(a: Any, b: Any) -> bool:
    numbers = isinstance(a, float | int) and isinstance(b, float | int)
    if numbers and not isinstance(a, bool):
        return bool(abs(a - b) <= 1e-6 * max(1.0, abs(a)))
    return bool(a == b)
