"""Plans and proofs as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from channelopt.cli import console
from channelopt.cli.numbers import figure, money, percent
from channelopt.errors import ExitCode, Problem

if TYPE_CHECKING:
    from channelopt.plan.plan import Plan
    from channelopt.plan.records import Proof
    from channelopt.verify.lists.result import ListVerification
    from channelopt.verify.result import Verification

EXIT_CODES = {
    "optimal": ExitCode.SOLVED,
    "evaluated": ExitCode.SOLVED,
    "feasible": ExitCode.STOPPED_EARLY,
    "infeasible": ExitCode.INFEASIBLE,
    "unbounded": ExitCode.UNBOUNDED,
    "no_solution": ExitCode.NO_PLAN,
}
FEW = 3
SHOWN = 10
"""How many binding limits or breaches a terminal shows; the files hold all."""


def exit_code(plan: Plan) -> ExitCode:
    """Return the exit code that a plan stands for; a plan that fails its check is no plan."""
    if plan.verification is not None and not plan.verification.ok:
        return ExitCode.CHECK_FAILED
    return EXIT_CODES[plan.status]


def headline(plan: Plan) -> str:
    """Return the answer in one line."""
    worth = f"profit {money(plan.objective)}"
    if plan.names.currency:
        worth += f" {plan.names.currency}"
    proven = f"bound {money(plan.bound)}, gap {percent(plan.gap, 4)}"
    return {
        "optimal": f"Optimal: {worth} ({proven})",
        "feasible": f"Best plan found, not proven optimal: {worth} ({proven})",
        "evaluated": f"Evaluated: {worth}",
        "infeasible": "Infeasible: no plan obeys all rules",
        "unbounded": "Unbounded: profit has no limit; a value without a cap",
        "no_solution": f"No plan found in time (bound {money(plan.bound)})",
    }[plan.status]


def show_warnings(plan: Plan, known: Iterable[Problem]) -> None:
    """Write to stderr what a run warns of, without what was shown when the scenario was read."""
    shown = {str(problem) for problem in known}
    for text in (*plan.warnings, *plan.ties):
        if text not in shown:
            console.note(text, style="yellow")


def show_plan(plan: Plan, folder: Path | None = None) -> None:
    """Write a plan to stdout: headline, key figures, binding limits, proof."""
    console.emit(headline(plan))
    if plan.has_answer:
        _show_kpis(plan)
        _show_binding(plan)
    if plan.verification is not None:
        show_proof(plan.verification)
    if folder is not None:
        console.emit(f"Written to {folder}; the plan in words: {folder / 'report.md'}")


def show_proof(proof: Proof) -> None:
    """Write what the independent check found."""
    rows = sum(rule.rows for rule in proof.rules)
    broken = [f"{rule.rule}: {breach}" for rule in proof.rules for breach in rule.breaches]
    faults = broken + list(proof.mismatches)
    if proof.ok:
        console.emit(f"Checked: {len(proof.rules)} rules in {rows} places, all hold.")
        return
    console.emit(f"Check failed: {len(broken)} breaches, {len(proof.mismatches)} wrong figures.")
    _show_some(faults)


def show_verification(verification: Verification | ListVerification) -> None:
    """Write what the independent check of the folder of a run, or of a list, found."""
    from channelopt.verify.lists.result import ListVerification

    if isinstance(verification, ListVerification):
        _show_list_verification(verification)
        return
    rows = sum(verdict.rows for verdict in verification.rules)
    checked = f"{len(verification.rules)} rules in {rows} places"
    if verification.ok and verification.objective is None:
        console.emit("There is no plan to check.")
    elif verification.ok and verification.objective is not None:
        profit = money(float(verification.objective))
        console.emit(f"Checked: {checked}, all hold; profit recomputed: {profit}.")
    if not verification.ok:
        console.emit(f"Check failed ({checked}):")
        for line in verification.findings():
            console.emit(f"  {line}")


def _show_list_verification(found: ListVerification) -> None:
    rows = sum(verdict.rows for verdict in found.rules)
    checked = f"{found.rows:,} rows, {len(found.rules)} rules in {rows} places"
    if found.ok and found.value is not None:
        console.emit(f"Checked: {checked}, all hold; value recomputed: {money(found.value)}.")
    if found.ok and found.bound is not None:
        console.emit(f"No list is worth over {money(found.bound)}, recomputed from the prices.")
    if not found.ok:
        console.emit(f"Check failed ({checked}):")
        for line in found.findings():
            console.emit(f"  {line}")
    for line in found.not_checked:
        console.emit(f"Not checked: {line}")


def _show_kpis(plan: Plan) -> None:
    from channelopt.plan.kpis import key_figures_of

    today = plan.baseline.kpis if plan.baseline is not None else None
    columns = {"": "left", "Plan": "right"} | ({"Today": "right"} if today is not None else {})
    rows = []
    for kpi in key_figures_of(plan.names):
        cells = [kpi.label, figure(plan.kpis.get(kpi.name), kpi.unit)]
        if today is not None:
            cells.append(figure(today.get(kpi.name), kpi.unit))
        rows.append(cells)
    console.table(plan.names.scenario, columns, rows)


def _show_binding(plan: Plan) -> None:
    places: dict[str, list[str]] = {}
    for limit in sorted(plan.binding, key=lambda limit: not limit.is_policy):
        places.setdefault(limit.rule, []).append(limit.where)
    if places:
        from channelopt.report.sections.limits import RULES

        console.emit("Limits that leave no room:")
        _show_some([f"{RULES.get(rule, rule)}: {_some(where)}" for rule, where in places.items()])


def _some(places: list[str]) -> str:
    more = len(places) - FEW
    return "; ".join(places[:FEW]) + (f"; and {more} more" if more > 0 else "")


def _show_some(lines: list[str]) -> None:
    for text in lines[:SHOWN]:
        console.emit(f"  {text}")
    if len(lines) > SHOWN:
        console.emit(f"  and {len(lines) - SHOWN} more")
