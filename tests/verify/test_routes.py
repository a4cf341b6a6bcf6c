"""Following contacts: the exact solution against walking every step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.errors import CheckFailedError
from channelopt.terms.exact import exact_arithmetic
from channelopt.terms.routes import Flow, Routes

D = Decimal


def test_a_loop_of_two_channels() -> None:
    """Half of each goes to the other: 1 + 1/4 + 1/16 + ... = 4/3 and 2/3."""
    with exact_arithmetic():
        handled = Routes([{1: D("0.5")}, {0: D("0.5")}]).handled({0: D(3)})
    assert handled == {0: D(4), 1: D(2)}


def test_repeats_in_one_channel() -> None:
    assert Routes([{0: D("0.2")}]).handled({0: D(100)}) == {0: D(125)}


def test_without_passing_on_nothing_changes() -> None:
    entering = {1: D("0.57")}
    assert Routes([{}, {}]).handled(entering) == entering


@pytest.mark.parametrize("flow", [[{0: D(1)}], [{1: D(1)}, {0: D(1)}]])
def test_a_loop_in_which_nothing_ends_is_refused(flow: Flow) -> None:
    with pytest.raises(CheckFailedError, match="loop in which nothing ends"):
        Routes(flow)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Up to five channels that pass on at most 0.95 of what they handle, in any direction."""
    size = draw(st.integers(1, 5))
    flow: Flow = []
    for _ in range(size):
        weights = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
        leaving = D(draw(st.integers(0, 95))) / 100
        whole = max(1, sum(weights))
        flow.append({c: leaving * w / whole for c, w in enumerate(weights) if w and leaving})
    return flow


@given(flows(), st.lists(st.integers(0, 1000), min_size=5, max_size=5))
def test_walking_every_step_comes_to_the_same(flow: Flow, first: list[int]) -> None:
    """A dumb walk: hand everything on, again and again, until nothing is left to hand on."""
    entering = {c: D(first[c]) for c in range(len(flow)) if first[c]}
    with exact_arithmetic():
        handled = Routes(flow).handled(entering)
        seen = dict.fromkeys(range(len(flow)), D(0))
        moving = dict(entering)
        while sum(moving.values()) > D("1e-25"):
            arriving: dict[int, Decimal] = {}
            for c, amount in moving.items():
                seen[c] += amount
                for target, share in flow[c].items():
                    arriving[target] = arriving.get(target, D(0)) + share * amount
            moving = arriving
    for c, amount in seen.items():
        assert abs(handled.get(c, D(0)) - amount) < D("1e-20")
