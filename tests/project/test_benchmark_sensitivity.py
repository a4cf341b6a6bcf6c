"""The benchmark of marginal tables says what it ran, what it scaled up, and whether it suffices."""

from __future__ import annotations

import pytest

pytest.importorskip("resource", reason="measures with the means of POSIX systems")

from benchmarks.__main__ import Done
from benchmarks.sensitivity import Made, report


@pytest.mark.parametrize(("seconds", "said"), [(100.0, "goal 5: met"), (1_000.0, "not met")])
def test_what_is_met_is_said(seconds: float, said: str) -> None:
    made = Made(seconds, 200, 3, 40, ["channels.web.capacity=1.0"])
    text = report(made, [("channels.web.capacity=1.0", Done(0, "", 10.0, 9.0, 100.0))], 2)
    assert said in text
    assert "200 rows (3 not proven)" in text
    assert "1 were run, 10.0 s each in the mean" in text
    assert "2000 s (scaled up, not run)" in text
