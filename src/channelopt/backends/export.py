"""The program as text that other solvers read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.highs_program import load


def program_text(problem: MatrixProblem, suffix: str) -> str:
    """Return a problem in the format of a suffix, `.lp` or `.mps`.

    It is written as a minimisation of the negative objective, since .mps has no direction that
    every solver reads; columns are c0, c1, ..., rows r0, r1, ....

    Raises:
        RuntimeError: the text cannot be written.
    """
    highs = load(problem)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"program{suffix}"
        highs.writeModel(str(path))
        return path.read_text(encoding="utf-8")
