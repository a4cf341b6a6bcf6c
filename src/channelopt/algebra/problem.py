"""MatrixProblem: a mixed-integer program as plain arrays, the only thing a solver sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class MatrixProblem:
    """Maximise `c @ x + offset` with `row_lower <= A @ x <= row_upper`, `lower <= x <= upper`.

    Shapes: c, lower, upper, integer (columns,); A (rows, columns) CSR; row_lower, row_upper
    (rows,). Missing bounds are -inf / inf. Everything else is finite.
    """

    c: Floats
    offset: float
    A: scipy.sparse.csr_array[Any, tuple[int, int]]
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: Flags

    @property
    def num_columns(self) -> int:
        """Number of columns."""
        return int(self.c.shape[0])

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return int(self.row_lower.shape[0])

    def objective(self, x: Floats) -> float:
        """Return the value of the objective at `x` (columns,)."""
        return float(self.c @ x + self.offset)

    def with_(self, **changes: Any) -> MatrixProblem:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)

    def violation(self, x: Floats) -> float:
        """Return the largest violation at `x`: of a side, over max(1, |side|), or of wholeness."""
        activity = self.A @ x
        worst = 0.0
        for value, low, high in (
            (activity, self.row_lower, self.row_upper),
            (x, self.lower, self.upper),
        ):
            over = np.where(np.isfinite(high), value - high, 0.0)
            under = np.where(np.isfinite(low), low - value, 0.0)
            scale_over = np.maximum(1.0, np.abs(np.where(np.isfinite(high), high, 0.0)))
            scale_under = np.maximum(1.0, np.abs(np.where(np.isfinite(low), low, 0.0)))
            if value.size:
                worst = max(
                    worst, float((over / scale_over).max()), float((under / scale_under).max())
                )
        if self.integer.any():
            whole = x[self.integer]
            worst = max(worst, float(np.abs(whole - np.round(whole)).max()))
        return worst
