"""Programs of which HiGHS 1.13.1 says that there is no answer, or that a worse one is the best."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

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


COLUMNS = [  # upper bound, whole, objective
    *[(40.0, False, -2.0)] * 2,
    (40.0, True, -4.0),
    (50.0, False, -2.5),
    (100.0, False, 7.5),
    (60.0, False, 5.5),
    (60.0, False, 7.5),
    (60.0, False, 1.0),
    (np.inf, False, -4.0),
    (np.inf, False, -2.0),
    (1.0, False, -34.545455),
    *[(1.0, False, 0.0)] * 3,
    (1.0, True, 0.0),
    (1.0, False, 0.0),
    (np.inf, False, -50.0),
    (np.inf, False, 0.0),
    (0.1300001, False, 3025.0),
    (0.2000001, False, -5747.5),
    (1.0, False, 0.0),
    (1.0, True, 0.0),
]
MANY = [0, 1, 2, 4, 5, 6, 8, 9]
ROWS: list[tuple[float, dict[int, float], float]] = [  # lower side, terms, upper side
    (
        0.6699999,
        {0: 0.0152, 1: 0.0152, 2: 0.0152, 3: 0.02, 18: -1.0, 19: -1.0},
        0.6699999,
    ),
    (-np.inf, {0: 1.0, 11: -40.0}, 0.0),
    (-np.inf, {1: 1.0, 12: -40.0}, 0.0),
    (-np.inf, {6: 1.0, 11: -60.0}, 0.0),
    (0.0, dict.fromkeys(MANY, 1.0) | {10: -30.0}, np.inf),
    (-np.inf, {0: 1.0, 1: 1.0, 2: 1.0, 13: -40.0}, 0.0),
    (1.0, {14: 1.0, 15: 1.0}, 1.0),
    (0.0, {0: 1.0, 1: 1.0, 2: 1.0, 14: -50.0}, 0.0),
    (0.0, {3: 1.0, 15: -50.0}, 0.0),
    (0.0, {7: -1.0, 8: 1.0, 9: 1.0}, 0.0),
    (-np.inf, {9: 1.0, 12: -60.0}, 0.0),
    (0.0, dict.fromkeys(MANY, -1 / 3) | {17: 1.0}, 0.0),
    (1.0, {20: 1.0, 21: 1.0}, 1.0),
    (0.0, {16: 1.0, 20: -2 / 15, 21: -34 / 15}, np.inf),
    (-np.inf, {17: 1.0, 20: -1.77075234025811, 21: -109.0478053412104}, 0.0),
    (0.0, {10: -1.0, 11: 1.0, 12: 1.0}, 0.0),
]


def misjudged() -> MatrixProblem:
    """A program of which HiGHS 1.13.1 calls -848.07 the optimum; it is 500.87."""
    matrix = np.zeros((len(ROWS), len(COLUMNS)))
    for number, (_, terms, _) in enumerate(ROWS):
        matrix[number, list(terms)] = list(terms.values())
    return MatrixProblem(
        c=np.array([objective for _, _, objective in COLUMNS]),
        offset=0.0,
        A=scipy.sparse.csr_array(matrix),
        row_lower=np.array([low for low, _, _ in ROWS]),
        row_upper=np.array([high for _, _, high in ROWS]),
        lower=np.zeros(len(COLUMNS)),
        upper=np.array([upper for upper, _, _ in COLUMNS]),
        integer=np.array([is_whole for _, is_whole, _ in COLUMNS]),
    )


def test_a_false_optimum_is_looked_at_twice() -> None:
    highs = load(misjudged())
    highs.setOptionValue("output_flag", False)
    highs.run()
    said = -highs.getInfo().objective_function_value
    assert said == pytest.approx(-848.07, abs=0.01), "HiGHS mended it: drop the second look"
    outcome = Highs().solve(misjudged(), Limits())
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.objective == pytest.approx(500.87, abs=0.01)
    assert any("without presolve" in note for note in outcome.notes)
