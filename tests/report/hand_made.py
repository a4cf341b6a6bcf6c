"""A plan that shows every part of a report, made by hand."""

from __future__ import annotations

from pathlib import Path

from channelopt.plan.accounts import account
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.ledger import ledger
from channelopt.plan.plan import Baseline, Plan
from channelopt.plan.records import Proof, RuleProof, Shift, SolverRun
from channelopt.report.markdown import report
from tests.plan.small import choice, instance, numbers

GOLDEN = Path(__file__).parent / "golden" / "report.md"


def full_plan() -> Plan:
    """Return a plan with a baseline, binding limits, sensitivity, warnings and ties."""
    today = Baseline(
        {"profit": 1000.0, "satisfaction": 0.5, "share_high": 0.3, "fte": 3.0},
        money=ledger(numbers(), account(numbers(), choice())),
        breaches=("capacity: phone, 2027: 354777.81 is not <= 300000", "whole: odd words"),
    )
    solver = SolverRun("highs", "1.13.0", {"gap": 1e-6})
    origin = Origin("optimal", 1426.9125, solver, ("tie-break by least cost is not proven",))
    rules = (
        RuleProof("capacity", 4, 0.0, "phone, 2027"),
        RuleProof("demand", 8, None, ""),
    )
    return assemble(instance(), choice(), origin, today).with_(
        verification=Proof(True, 1426.9125, rules),
        warnings=("scenario.yaml:3:1  W101  all margins are small",),
        shifts=(
            Shift(
                "channels.phone.capacity[2027]", "Capacity: Phone, 2027", "contacts", 265.0,
                265.0, 5.0, -12.0, "re-solved", 2.5, "re-solved", 0.5,
            ),
            Shift(
                "staff.agents.max_fte[2027]", "Most FTE: Agents, 2027", "FTE", 4.0, 4.0, 1.0,
                None, "infeasible", 30.0, "at least", 30.0, 0.5,
            ),
            Shift(
                "staff.agents.max_fte[2028]", "Most FTE: Agents, 2028", "FTE", 4.0, 2.0, 1.0,
                0.0, "re-solved", 0.0, "re-solved", 0.0,
            ),
            Shift(
                "policies.choice.at_most", "choice (at most)", "channels", 2.0, None, 1.0,
                -3.0, "at least", None, "not solved", None,
            ),
            Shift(
                "policies.all.at_least", "all (at least)", "share", 1.0, 1.0, 0.01,
                0.0, "re-solved", None, "no meaning", None,
            ),
            Shift(
                "policies.floor.at_least", "floor (at least)", "share", 0.3, 0.31, 0.01,
                0.0, "re-solved", None, "not solved", None,
            ),
        ),
    )  # fmt: skip


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(report(full_plan()), encoding="utf-8")
