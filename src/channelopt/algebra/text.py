"""A compiled program in words: rows with names, for golden tests, export and explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from channelopt.algebra.problem import MatrixProblem


def row_as_text(problem: MatrixProblem, row: int, columns: Sequence[str], name: str) -> str:
    """Return one row, for example `capacity[phone,plan]: first[a,x,phone,plan] - 90 open <= 0`.

    Args:
        problem: the compiled program.
        row: which row.
        columns: the name of every column.
        name: the name of the row.
    """
    span = slice(problem.A.indptr[row], problem.A.indptr[row + 1])
    order = np.argsort(problem.A.indices[span])
    terms = " ".join(
        _term(float(problem.A.data[span][k]), columns[int(problem.A.indices[span][k])])
        for k in order
    )
    return f"{name}: {_sides(terms or '0', problem.row_lower[row], problem.row_upper[row])}"


def rows_as_text(
    problem: MatrixProblem, columns: Sequence[str], rows: Sequence[str]
) -> Iterator[str]:
    """Yield every row as text."""
    for row, name in enumerate(rows):
        yield row_as_text(problem, row, columns, name)


def objective_as_text(problem: MatrixProblem, columns: Sequence[str]) -> str:
    """Return the objective as text."""
    terms = [_term(float(value), columns[k]) for k, value in enumerate(problem.c) if value != 0]
    return f"maximise: {' '.join([*terms, f'{problem.offset:+.12g}'])}"


def _term(coefficient: float, column: str) -> str:
    if coefficient == 1:
        return f"+ {column}"
    if coefficient == -1:
        return f"- {column}"
    return f"{'+' if coefficient > 0 else '-'} {abs(coefficient):.12g} {column}"


def _sides(terms: str, lower: float, upper: float) -> str:
    if lower == upper:
        return f"{terms} = {lower:.12g}"
    if np.isneginf(lower):
        return f"{terms} <= {upper:.12g}" if np.isfinite(upper) else f"{terms} free"
    if np.isposinf(upper):
        return f"{terms} >= {lower:.12g}"
    return f"{lower:.12g} <= {terms} <= {upper:.12g}"
