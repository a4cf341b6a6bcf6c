"""Scenarios by chance for tests of plans, with and without every further part."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from channelopt.pipeline import SolveOptions
from tests.strategies import EVERYTHING, FULL, small_scenarios

PARTS = {name: value for name, value in EVERYTHING.items() if name != "outages"}
ANY = st.one_of(small_scenarios(FULL), small_scenarios(replace(FULL, **PARTS)))
OPTIONS = SolveOptions(ties=False, isolate=False, sensitivity_seconds=0)


def examples(count: int) -> settings:
    """Settings of a test that solves each scenario: so many, none made smaller."""
    return settings(
        max_examples=count,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
