"""The fast functions: how they behave, and that the independent ones agree."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channelopt.terms import erlang, waiting
from channelopt.terms.numbers import ServiceLevel
from tests.terms.test_published_waiting import figures_as_arrays, target

PATIENCES: list[float | None] = [None, 0.02, 0.5, 5.0, 300.0, 5_000.0]
TARGETS = [
    target(share, within, 6.0, patience)
    for patience in PATIENCES
    for share, within in ((0.8, 20.0), (0.5, 0.0), (0.99, 120.0), (0.2, 5.0), (0.9, 3600.0))
]


def assert_same(found: waiting.Figures, expected: waiting.Figures) -> None:
    assert found.level == pytest.approx(expected.level, abs=1e-10)
    assert found.occupancy == pytest.approx(expected.occupancy, abs=1e-10)
    assert found.abandonment == pytest.approx(expected.abandonment, abs=1e-10)
    assert found.mean_wait_seconds == pytest.approx(expected.mean_wait_seconds, rel=1e-8, abs=1e-8)


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log10(low), math.log10(high)).map(lambda x: 10.0**x)


@given(
    agents=st.integers(1, 300),
    ratio=st.one_of(st.floats(0.8, 1.2), powers(1e-3, 3.0)),
    within=st.one_of(st.just(0.0), powers(0.1, 1e4)),
    handle=powers(0.1, 100.0),
    patience=st.one_of(st.none(), powers(1e-3, 1e3)),
)
@settings(max_examples=150, deadline=None)
@example(agents=300, ratio=1.0, within=20.0, handle=6.0, patience=1e3)
@example(agents=1, ratio=3.0, within=0.0, handle=100.0, patience=1e-3)
@example(agents=100, ratio=1.0, within=20.0, handle=6.0, patience=None)
def test_two_methods_agree(
    agents: int, ratio: float, within: float, handle: float, patience: float | None
) -> None:
    goal, load = target(0.8, within, handle, patience), agents * ratio
    assert_same(figures_as_arrays(goal, agents, load), waiting.figures(goal, agents, load))


@pytest.mark.parametrize("goal", TARGETS)
def test_two_methods_need_the_same_agents(goal: ServiceLevel) -> None:
    loads = np.array([0.0, 0.01, 0.5, 1.0, 3.3, 10.0, 47.1, 180.0])
    expected = [waiting.agents_needed(goal, load) for load in loads.tolist()]
    assert erlang.agents_needed(goal, loads).tolist() == expected


@pytest.mark.parametrize("patience", [None, 0.05, 5.0, 1000.0])
def test_two_methods_agree_for_5000_agents(patience: float | None) -> None:
    goal = target(patience=patience)
    for load in (4800.0, 4978.0, 4990.0):
        assert_same(figures_as_arrays(goal, 5000, load), waiting.figures(goal, 5000, load))
    assert erlang.agents_needed(goal, np.array([4960.0])) == waiting.agents_needed(goal, 4960.0)


@pytest.mark.parametrize("goal", TARGETS)
def test_a_load_is_carried_where_the_agents_needed_are_there(goal: ServiceLevel) -> None:
    """A load on the step, or above it by less than NEARLY, still is; above that it is not."""
    most = 400
    loads = erlang.carried(goal, most)
    agents = np.arange(most + 1)
    assert loads.shape == (most + 1,)
    assert loads[0] == 0.0
    assert np.all(np.diff(loads) > 0.0)
    assert erlang.agents_needed(goal, loads).tolist() == agents.tolist()
    nearly = loads * (1.0 + 0.9 * erlang.NEARLY)
    assert erlang.agents_needed(goal, nearly).tolist() == agents.tolist()
    above = loads[1:] * (1.0 + 1.1 * erlang.NEARLY)
    assert erlang.agents_needed(goal, above).tolist() == (agents[1:] + 1).tolist()
    assert erlang.agents_needed(goal, np.array([1e-300])).tolist() == [1]


@pytest.mark.parametrize("goal", TARGETS)
def test_the_load_carried_is_the_largest_and_on_the_safe_side(goal: ServiceLevel) -> None:
    loads, agents = erlang.carried(goal, 300)[1:], np.arange(1, 301)
    assert np.all(erlang.level(goal, agents, loads) >= goal.share)
    assert np.all(erlang.level(goal, agents, loads * (1.0 + 1e-11)) < goal.share)
    for k in (1, 2, 17, 300):
        assert waiting.level(goal, k, float(loads[k - 1])) == pytest.approx(goal.share, abs=1e-10)
        assert waiting.agents_needed(goal, float(loads[k - 1])) == k
        assert waiting.agents_needed(goal, float(loads[k - 1]) * (1.0 + 2e-9)) == k + 1
    assert waiting.NEARLY == erlang.NEARLY


def test_a_load_that_is_exactly_a_step_needs_no_agent_more() -> None:
    """One agent answers half of 0.5 erlangs at once, and 90 of 100 where nobody gives up early."""
    at_once, late = target(0.5, within=0.0), target(0.9, within=3600.0, patience=300.0)
    for goal, load, agents in ((at_once, 0.5, 1), (late, 180.0, 162)):
        assert waiting.agents_needed(goal, load) == agents
        assert erlang.agents_needed(goal, np.array([load])).tolist() == [agents]


def test_a_table_does_not_depend_on_how_long_it_is() -> None:
    goal = target(patience=5.0)
    assert np.array_equal(erlang.carried(goal, 700)[:301], erlang.carried(goal, 300))
    assert erlang.carried(goal, 0).tolist() == [0.0]


def test_a_table_cannot_be_changed_by_who_reads_it() -> None:
    with pytest.raises(ValueError, match="read-only"):
        erlang.carried(target(), 10)[3] = 0.0


@pytest.mark.parametrize("patience", [None, 5.0])
def test_5000_agents_and_more(patience: float | None) -> None:
    goal = target(patience=patience)
    loads, agents = erlang.carried(goal, 5000), np.arange(5001)
    assert np.all(np.diff(loads) > 0.0)
    assert np.all(erlang.level(goal, agents, loads) >= goal.share)
    assert np.all(erlang.level(goal, agents[1:], loads[1:] * (1.0 + 1e-11)) < goal.share)
    needed = erlang.agents_needed(goal, np.array([[4000.0, 8000.0], [0.0, 123.4]]))
    for at, load in (((0, 0), 4000.0), ((0, 1), 8000.0), ((1, 1), 123.4)):
        around = needed[at] - np.array([1, 0])
        levels = erlang.level(goal, around, np.full(2, load))
        assert levels[0] < goal.share <= levels[1]
    assert needed[1, 0] == 0


@pytest.mark.parametrize("goal", TARGETS)
def test_level_rises_with_agents_and_falls_with_load(goal: ServiceLevel) -> None:
    agents, loads = np.meshgrid(np.arange(60), np.linspace(0.0, 80.0, 81), indexing="ij")
    levels = erlang.level(goal, agents, loads)
    assert levels.shape == agents.shape
    assert np.all((levels >= 0.0) & (levels <= 1.0))
    assert np.all(np.diff(levels, axis=0) >= -1e-12)
    assert np.all(np.diff(levels, axis=1) <= 1e-12)


def test_a_higher_share_a_shorter_time_or_more_load_never_need_fewer() -> None:
    loads = np.linspace(0.0, 60.0, 121)
    for patience in (None, 5.0):
        for one, other in itertools.pairwise((0.5, 0.7, 0.8, 0.9, 0.99)):
            fewer = erlang.agents_needed(target(one, patience=patience), loads)
            assert np.all(fewer <= erlang.agents_needed(target(other, patience=patience), loads))
            assert np.all(np.diff(fewer) >= 0)
        slow = erlang.agents_needed(target(within=60.0, patience=patience), loads)
        assert np.all(slow <= erlang.agents_needed(target(within=10.0, patience=patience), loads))


def test_endless_patience_is_erlang_c_where_that_is_stable() -> None:
    agents, loads = np.array([5, 14, 46, 300]), np.array([3.0, 10.0, 40.0, 280.0])
    patient = erlang.figures(target(), agents, loads)
    nearly = erlang.figures(target(patience=6e5), agents, loads)
    assert nearly.level == pytest.approx(patient.level, abs=1e-4)
    assert nearly.mean_wait_seconds == pytest.approx(patient.mean_wait_seconds, rel=1e-3)
    assert np.all(nearly.abandonment < 1e-5)
    apart = np.abs(nearly.level - patient.level)
    closer = np.abs(erlang.level(target(patience=6e4), agents, loads) - patient.level)
    assert closer == pytest.approx(10.0 * apart, rel=0.01)  # first order in 1 / patience


def test_patience_beyond_the_longest_counts_as_the_longest() -> None:
    longest, longer = target(patience=6.0 * erlang.LONGEST_PATIENCE), target(patience=1e12)
    found = figures_as_arrays(longer, 14, 10.0)
    assert found == figures_as_arrays(longest, 14, 10.0)
    assert_same(found, waiting.figures(longer, 14, 10.0))
    assert waiting.LONGEST_PATIENCE == erlang.LONGEST_PATIENCE


@pytest.mark.parametrize("figures", [figures_as_arrays, waiting.figures])
@pytest.mark.parametrize("patience", [None, 5.0])
def test_no_load_or_no_agents(figures: object, patience: float | None) -> None:
    assert callable(figures)
    goal = target(patience=patience)
    for agents in (0, 3):
        assert figures(goal, agents, 0.0) == waiting.Figures(1.0, 0.0, 0.0, 0.0)
    found = figures(goal, 0, 2.0)
    assert (found.level, found.occupancy) == (0.0, 1.0)
    assert found.abandonment == (0.0 if patience is None else 1.0)
    assert found.mean_wait_seconds == (math.inf if patience is None else 300.0)


@pytest.mark.parametrize("figures", [figures_as_arrays, waiting.figures])
def test_too_much_load_without_patience_has_no_end(figures: object) -> None:
    assert callable(figures)
    for load in (10.0, 25.0):
        assert figures(target(), 10, load) == waiting.Figures(0.0, math.inf, 1.0, 0.0)


def test_in_deep_overload_the_agents_answer_what_they_can() -> None:
    """Fluid limit: all busy, everybody else hangs up, nobody is answered within a short time."""
    found = figures_as_arrays(target(within=20.0, patience=5.0), 50, 500.0)
    assert found.occupancy == pytest.approx(1.0, abs=1e-12)
    assert found.abandonment == pytest.approx(0.9, abs=1e-12)
    assert found.mean_wait_seconds == pytest.approx(0.9 * 300.0, rel=1e-12)
    assert found.level == pytest.approx(0.0, abs=1e-12)
    in_time = figures_as_arrays(target(within=3600.0, patience=5.0), 50, 500.0).level
    assert in_time == pytest.approx(0.1, abs=1e-9)
