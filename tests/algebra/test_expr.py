"""The algebra against plain dictionaries: every operation, and every refusal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index, MisalignedError, Sets
from channelopt.algebra.program import Program

SETS = Sets({"a": ("a0", "a1", "a2"), "b": ("b0", "b1"), "t": ("t0", "t1", "t2")})
DIMS = ("a", "b", "t")
Plain = dict[tuple[str, ...], tuple[float, ...]]
POINT = np.array([1.5, -2.0, 0.25, 4.0, -1.0])


@dataclass
class Both:
    """An expression and, per row, its value at POINT worked out by hand."""

    expr: Expr
    plain: dict[tuple[str, ...], float]


numbers = st.integers(-4, 4).map(lambda k: k / 2)


@st.composite
def expressions(draw: st.DrawFn) -> Both:
    """A random expression in five variables on some rows of (a, b, t)."""
    exists = np.array(draw(st.lists(st.booleans(), min_size=18, max_size=18))).reshape(3, 2, 3)
    index = Index.where(SETS, DIMS, exists)
    size = index.num_rows
    rows = [draw(st.lists(numbers, min_size=5, max_size=5)) for _ in range(size)]
    constant = draw(st.lists(numbers, min_size=size, max_size=size))
    matrix = sparse.csr_array(np.array(rows, dtype=float).reshape(size, 5))
    expr = Expr(index, matrix, np.array(constant, dtype=float))
    plain = {index.label(k): float(np.dot(rows[k], POINT)) + constant[k] for k in range(size)}
    return Both(expr, plain)


def same(expr: Expr, plain: dict[tuple[str, ...], float]) -> None:
    labels = [expr.index.label(k) for k in range(expr.index.num_rows)]
    assert labels == sorted(plain)
    assert expr.value(POINT) == pytest.approx([plain[label] for label in labels])


@given(expressions(), numbers, numbers)
def test_sums_and_multiples_are_those_of_plain_numbers(both: Both, k: float, m: float) -> None:
    expr = (both.expr * k + m) - both.expr
    same(expr, {key: value * k + m - value for key, value in both.plain.items()})
    same(m - both.expr, {key: m - value for key, value in both.plain.items()})


@given(expressions(), st.data())
def test_parameters_scale_and_shift_their_own_rows(both: Both, data: st.DataObject) -> None:
    size = both.expr.index.num_rows
    values = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)), dtype=float)
    param = Param(both.expr.index, values)
    keys = [both.expr.index.label(k) for k in range(size)]
    scaled = {key: both.plain[key] * v + v for key, v in zip(keys, values, strict=True)}
    same(both.expr * param + param, scaled)


@given(expressions(), st.sampled_from([("a",), ("b",), ("t",), ("a", "t"), ("b", "t"), ()]))
def test_sum_to_adds_rows_with_the_same_labels(both: Both, dims: tuple[str, ...]) -> None:
    target = SETS.all(*dims) if dims else Index.total(SETS)
    plain = {target.label(k): 0.0 for k in range(target.num_rows)}
    for key, value in both.plain.items():
        plain[tuple(label for dim, label in zip(DIMS, key, strict=True) if dim in dims)] += value
    same(both.expr.sum_to(target), plain)
    same(both.expr.total(), {(): sum(both.plain.values())})


@given(expressions(), st.data())
def test_on_repeats_and_keeps(both: Both, data: st.DataObject) -> None:
    size = both.expr.index.num_rows
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
    kept = {both.expr.index.label(k): 0.0 for k in np.nonzero(keep)[0]}
    same(both.expr.only(keep), {key: both.plain[key] for key in kept})
    per_a = both.expr.sum_to(SETS.all("a"))
    value_of = dict(zip(SETS.labels["a"], per_a.value(POINT), strict=True))
    same(per_a.on(both.expr.index), {key: value_of[key[0]] for key in both.plain})


@given(expressions())
def test_before_takes_the_preceding_period(both: Both) -> None:
    full = both.expr.sum_to(SETS.all(*DIMS))
    first = Param(full.index, np.arange(18, dtype=float))
    plain = {}
    for k in range(18):
        a, b, t = full.index.label(k)
        earlier = (a, b, f"t{int(t[1]) - 1}")
        plain[a, b, t] = float(k) if t == "t0" else both.plain.get(earlier, 0.0)
    same(full.before("t", first), plain)


def test_rows_are_aligned_by_identity_not_by_luck() -> None:
    left, right = Expr.zero(SETS.all("a")), Expr.zero(SETS.all("a"))
    with pytest.raises(MisalignedError, match=r"\[a\] and \[a\] are not the same"):
        left + right
    with pytest.raises(MisalignedError, match="sum_to"):
        left + Param(right.index, np.zeros(3))


def test_a_label_without_a_partner_raises_and_is_named() -> None:
    some = Expr.zero(Index.where(SETS, ("a", "b"), np.array([[1, 0], [1, 1], [0, 1]], dtype=bool)))
    with pytest.raises(MisalignedError, match=r"no row \[a0, b1\] on \[a, b\]"):
        some.on(SETS.all("a", "b"))
    narrow = Index.where(SETS, ("a",), np.array([True, False, True]))
    with pytest.raises(MisalignedError, match=r"no row \[a1\] on \[a\] for a sum"):
        some.sum_to(narrow)
    with pytest.raises(MisalignedError, match="have no dimension t"):
        some.sum_to(SETS.all("t"))


def test_before_needs_the_row_before() -> None:
    gap = Index.where(SETS, ("t",), np.array([True, False, True]))
    with pytest.raises(MisalignedError, match=r"no row \[t1\]"):
        Expr.zero(gap).before("t", Param(gap, np.zeros(2)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_only_finite_numbers(bad: float) -> None:
    index = SETS.all("a")
    with pytest.raises(ValueError, match="finite"):
        Param.pick(index, np.array([1.0, bad, 2.0]), "a")
    with pytest.raises(ValueError, match="finite"):
        Expr.zero(index) * bad


def test_a_chained_comparison_is_refused() -> None:
    expr = Expr.zero(SETS.all("a"))
    with pytest.raises(TypeError, match="two relations"):
        bool(0.0 <= expr <= 1.0)


@settings(max_examples=30)
@given(expressions(), numbers)
def test_a_compiled_row_says_what_the_relation_says(both: Both, side: float) -> None:
    program = Program(SETS)
    for k in range(5):
        program.variable(f"x{k}", Index.total(SETS), lower=-10, upper=10)
    program.require("below", both.expr <= side)
    program.require("above", both.expr >= side)
    program.require("same", both.expr.equals(side))
    program.earn("gain", both.expr)
    problem, labels = program.compile()
    activity = problem.A @ POINT
    rows = both.expr.index.num_rows
    values = np.array([both.plain[key] for key in sorted(both.plain)])
    assert problem.row_upper[:rows] - activity[:rows] == pytest.approx(side - values)
    assert activity[rows : 2 * rows] - problem.row_lower[rows : 2 * rows] == pytest.approx(
        values - side
    )
    assert np.array_equal(problem.row_lower[2 * rows :], problem.row_upper[2 * rows :])
    assert problem.objective(POINT) == pytest.approx(values.sum())
    assert labels.column_names() == [f"x{k}" for k in range(5)]
    assert len(labels.row_names()) == 3 * rows
