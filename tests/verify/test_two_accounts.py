"""Two accounts of one plan, written apart: arrays of floats and exact decimals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.plan.assemble import Origin, assemble
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers
from channelopt.verify.check import verify
from tests.strategies import EVERYTHING, FULL, small_scenarios

PARTS_TOLD = {name: most for name, most in EVERYTHING.items() if name != "outages"}
"""Every part of a plan that follows from its decisions alone."""


def any_choice(n: Numbers, random: np.random.Generator) -> Choice:
    """Decisions that need not obey any rule, but that contacts enter open channels."""
    s, _, c, t = n.shape
    g, k = len(n.groups), len(n.upgrades.ids)
    is_open = (random.random((c, t)) < 0.7) & n.available
    enter = np.concatenate([is_open, np.ones((len(n.bundles), t), dtype=bool)])
    first = random.random(n.shape_of_ways) * 50 * enter * (n.contacts > 0)[:, :, None, :]
    first[random.random(first.shape) < 0.3] = 0.0
    offered = np.broadcast_to(is_open, (s, c, t)) & (random.random((s, c, t)) < 0.8)
    hours = random.random((g, c, t)) * n.serves[..., None]
    owned = random.random((k, t)) < 0.5
    return Choice(first, is_open, offered, random.random((g, t)) * 3, hours, owned)


def loaded(data: dict[str, Any]) -> Instance:
    try:
        return from_data(data)
    except InputError:
        assume(False)
        raise


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_scenarios() | small_scenarios(replace(FULL, **PARTS_TOLD)), st.integers(0, 2**32))
def test_both_come_to_the_same_figures(data: dict[str, Any], seed: int) -> None:
    scenario = loaded(data)
    choice = any_choice(scenario.numbers, np.random.default_rng(seed))
    plan = assemble(scenario, choice, Origin("evaluated"))
    found = verify(scenario, plan.tables, plan.as_data())
    assert found.mismatches == ()
    assert float(found.objective) == pytest.approx(plan.objective, rel=1e-9, abs=1e-6)
