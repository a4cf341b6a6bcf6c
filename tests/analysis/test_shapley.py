"""Shares of groups against the mean over all orders, written down as the definition says."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import accumulate, pairwise, permutations
from math import factorial
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.analysis.comparing.shapley import (
    Weights,
    chain,
    coalitions,
    merged_in_order,
    orders,
    settled,
    settled_in_order,
    shapley,
    there_and_back,
)
from channelopt.analysis.comparing.waterfall import to_cents

AMOUNTS = st.floats(-1e9, 1e9, allow_nan=False).map(Fraction)
QUICK = settings(max_examples=40, deadline=None)


@st.composite
def games(draw: st.DrawFn, most: int = 5) -> tuple[list[int], dict[int, Fraction]]:
    """Draw blocks of one or two groups and a value for every coalition of them."""
    count = draw(st.integers(1, most))
    blocks, at = [], 0
    for _ in range(count):
        width = draw(st.integers(1, 2))
        blocks.append(((1 << width) - 1) << at)
        at += width
    amounts = Random(draw(st.integers(0, 10_000)))  # noqa: S311 - numbers, not secrets
    return blocks, {mask: Fraction(amounts.uniform(-1e8, 1e9)) for mask in coalitions(blocks)}


def share(weights: Weights, values: dict[int, Fraction]) -> Fraction:
    return sum((weight * values[mask] for mask, weight in weights.items()), Fraction(0))


def mean_over_orders(
    blocks: list[int], values: dict[int, Fraction], unknown: Collection[int] = ()
) -> list[Fraction] | None:
    """What each block adds when its turn comes, over all orders in which all steps are known."""
    total, count = dict.fromkeys(blocks, Fraction(0)), 0
    for order in permutations(blocks):
        steps = list(accumulate(order, initial=0))
        if not set(steps) & set(unknown):
            count += 1
            for block, (before, after) in zip(order, pairwise(steps), strict=True):
                total[block] += values[after] - values[before]
    return [total[block] / count for block in blocks] if count else None


def shares(weights: list[Weights] | None, values: dict[int, Fraction]) -> list[Fraction]:
    assert weights is not None
    return [share(one, values) for one in weights]


@st.composite
def gaps(draw: st.DrawFn) -> tuple[list[int], dict[int, Fraction], set[int]]:
    """Draw a game in which some coalitions have no value."""
    blocks, values = draw(games())
    inner = sorted(set(values) - {0, sum(blocks)})
    unknown = draw(st.sets(st.sampled_from(inner))) if inner else set()
    return blocks, values, unknown


@QUICK
@given(games())
def test_the_shapley_value_is_the_mean_over_all_orders(
    game: tuple[list[int], dict[int, Fraction]],
) -> None:
    blocks, values = game
    found = shares(shapley(blocks), values)
    assert found == mean_over_orders(blocks, values)
    assert sum(found) == values[sum(blocks)] - values[0]
    assert orders(blocks, ()) == factorial(len(blocks))


@QUICK
@given(games(most=8))
def test_one_order_there_and_back_sums_exactly(
    game: tuple[list[int], dict[int, Fraction]],
) -> None:
    blocks, values = game
    weights = there_and_back(blocks)
    found = shares(weights, values)
    assert set().union(*weights or []) <= set(chain(blocks))
    assert len(chain(blocks)) <= 2 * len(blocks)
    assert sum(found) == values[sum(blocks)] - values[0]
    if len(blocks) <= 2:
        assert found == mean_over_orders(blocks, values)


@QUICK
@given(gaps())
def test_exchanging_the_ends_turns_every_sign(
    game: tuple[list[int], dict[int, Fraction], set[int]],
) -> None:
    blocks, values, unknown = game
    whole = sum(blocks)
    other = {whole ^ mask: value for mask, value in values.items()}
    missing = {whole ^ mask for mask in unknown}
    for method in (settled, settled_in_order):
        joined, weights = method(blocks, unknown)
        again, back = method(blocks, missing)
        assert joined == again
        assert shares(weights, values) == [-amount for amount in shares(back, other)]


@QUICK
@given(gaps(), st.data())
def test_a_group_that_changes_nothing_gets_nothing(
    game: tuple[list[int], dict[int, Fraction], set[int]], data: st.DataObject
) -> None:
    blocks, values, unknown = game
    idle = data.draw(st.sampled_from(blocks))
    values = {mask: values[mask & ~idle] for mask in values}
    for method in (settled, settled_in_order):
        found, weights = method(blocks, unknown)
        if idle in found:
            assert share(weights[found.index(idle)], values) == 0


@QUICK
@given(gaps())
def test_only_orders_count_in_which_every_step_is_known(
    game: tuple[list[int], dict[int, Fraction], set[int]],
) -> None:
    blocks, values, unknown = game
    expected = mean_over_orders(blocks, values, unknown)
    weights = shapley(blocks, unknown)
    assert (weights is None) == (expected is None)
    if expected is not None:
        assert shares(weights, values) == expected
    for method in (settled, settled_in_order):
        found, weights = method(blocks, unknown)
        assert sum(found) == sum(blocks)
        assert found == sorted(found, key=lambda block: block & -block)
        assert (found == blocks) or method(blocks, ())[0] == blocks
        used = {mask for one in weights for mask, weight in one.items() if weight}
        assert not used & unknown
        assert sum(shares(weights, values)) == values[sum(blocks)] - values[0]


def test_what_only_works_together_in_one_order_stays_apart() -> None:
    """More contacts (1) need more capacity (2); cost (4) is free."""
    unknown = [mask for mask in range(1, 7) if mask & 1 and not mask & 2]
    assert settled([1, 2, 4], unknown)[0] == [1, 2, 4]
    assert orders([1, 2, 4], unknown) == 3


def test_what_works_in_no_order_is_joined() -> None:
    """Staff (1) and handle times (2) only together; cost (4) and margin (8) stay apart."""
    unknown = [mask for mask in range(1, 15) if bool(mask & 1) is not bool(mask & 2)]
    assert settled([1, 2, 4, 8], unknown)[0] == [3, 4, 8]
    assert merged_in_order([1, 2, 4, 8], unknown) == [3, 4, 8]


@QUICK
@given(st.lists(AMOUNTS, max_size=8), AMOUNTS)
def test_cents_sum_to_the_difference_of_rounded_ends(
    parts: list[Fraction], start: Fraction
) -> None:
    ends = [round(amount * 100) for amount in (start, start + sum(parts))]
    if not parts:
        return
    cents = to_cents(parts, ends[1] - ends[0])
    assert sum(cents) == ends[1] - ends[0]
    assert all(abs(cent - part * 100) < 2 for cent, part in zip(cents, parts, strict=True))
    assert to_cents([-part for part in parts], ends[0] - ends[1]) == tuple(-cent for cent in cents)


def test_a_cent_that_is_left_goes_to_the_part_that_lost_most() -> None:
    third = Fraction(1, 3)
    assert to_cents([third, Fraction(0), third, third], 100) == (34, 0, 33, 33)
    assert to_cents([-third, -third, -third], -100) == (-34, -33, -33)
    assert to_cents([], 0) == ()
