"""A program that HiGHS 1.13.1 calls infeasible although it is not: whole columns, broken bounds."""

from __future__ import annotations

import numpy as np
import pytest

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Reason
from channelopt.backends.highs import Highs
from channelopt.backends.highs_program import load
from channelopt.instance.load import from_data
from channelopt.model.formulate import formulate

DATA = {
    "format": 1,
    "objective": {"satisfaction_weight": 0},
    "assignment": "one_channel_per_segment",
    "steering": 0,
    "segments": {"private": {"customers": 10}},
    "interactions": {"advice": {}},
    "channels": {
        "web": {"satisfaction": 0.45, "unit_cost": 4},
        "app": {"satisfaction": 0.65, "capacity": 25, "closing_cost": 60, "handle_minutes": 6},
        "branch": {"satisfaction": 0.9, "fixed_cost": 200, "handle_minutes": 30},
    },
    "tables": {
        "contacts_per_customer": [{"value": 0.1}],
        "max_share": [{"channel": "app", "value": 0.4}, {"channel": "branch", "value": 0.8}],
        "min_share": [{"channel": "web", "value": 0.2}],
        "preference": [{"channel": "web", "value": 0.25}, {"channel": "app", "value": 0.25}],
    },
    "staff": {"agents": {"serves": ["app", "branch"], "hours_per_fte": 5, "max_fte": 8.5}},
}


def problem() -> MatrixProblem:
    instance = from_data(DATA)
    return formulate(instance.numbers, instance.policies).problem


def test_whole_columns_get_whole_bounds() -> None:
    whole = problem().integer
    for bound in (problem().lower[whole], problem().upper[whole]):
        finite = bound[np.isfinite(bound)]
        assert np.array_equal(finite, np.round(finite))


def broken() -> MatrixProblem:
    """The same program with the fractional bounds that the table of shares would give."""
    instance = from_data(DATA)
    model = formulate(instance.numbers, instance.policies)
    columns, rows = model.labels.column_names(), model.labels.row_names()
    matrix, upper = model.problem.A.tolil(), model.problem.upper.copy()
    for channel, share in (("app", 0.4), ("branch", 0.8)):
        upper[columns.index(f"first_contacts[private,advice,{channel},plan]")] = share
        row = rows.index(f"offered for contacts[private,advice,{channel},plan]")
        matrix[row, columns.index(f"offered[private,{channel},plan]")] = -share
    return model.problem.with_(A=matrix.tocsr(), upper=upper)


def test_a_false_infeasible_is_looked_at_twice() -> None:
    highs = load(broken())
    highs.setOptionValue("output_flag", False)
    highs.run()
    assert highs.getModelStatus().name == "kInfeasible", "HiGHS mended it: drop the second look"
    outcome = Highs().solve(broken(), Limits())
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.objective == pytest.approx(-4.0)
    assert any("without presolve" in note for note in outcome.notes)


def test_what_is_infeasible_stays_so() -> None:
    program = problem()
    none = program.with_(upper=np.where(program.integer, 0.0, program.upper))
    assert Highs().solve(none, Limits()).termination.reason is Reason.INFEASIBLE
