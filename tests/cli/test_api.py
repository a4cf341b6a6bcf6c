"""The public names of the package."""

from pathlib import Path

import pytest

import channelopt


def test_every_public_name_is_there() -> None:
    assert dir(channelopt) == sorted(channelopt.__all__)
    for name in channelopt.__all__:
        assert getattr(channelopt, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'optimise'"):
        _ = channelopt.optimise


def test_load_solve_and_look(minimal: Path) -> None:
    scenario = channelopt.load(minimal, steps=[("vary", "strike")])
    options = channelopt.SolveOptions(limits=channelopt.Limits(gap=0.0), sensitivity_seconds=0)
    plan = channelopt.solve(scenario, options)
    assert plan.status == "optimal"
    phone = plan.channels.set_index("channel").loc["phone"]
    assert phone["handled"] <= 100 + 1e-6


def test_input_errors_carry_their_problems(minimal: Path) -> None:
    with pytest.raises(channelopt.InputError) as caught:
        channelopt.load(minimal, steps=[("set", "channels.phone.unit_cost=-1")])
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert "unit_cost" in str(problem)
