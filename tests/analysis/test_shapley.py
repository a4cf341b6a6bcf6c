"""Shares of groups against the mean over all orders, written down as the definition says."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.analysis.comparing.shapley import (
    Weights,
    chain,
    coalitions,
    merged,
    merged_in_order,
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


def mean_over_orders(blocks: list[int], values: dict[int, Fraction]) -> list[Fraction]:
    """What each block adds when its turn comes, over all orders."""
    total = dict.fromkeys(blocks, Fraction(0))
    orders = list(permutations(blocks))
    for order in orders:
        done = 0
        for block in order:
            total[block] += values[done | block] - values[done]
            done |= block
    return [total[block] / len(orders) for block in blocks]


@QUICK
@given(games())
def test_the_shapley_value_is_the_mean_over_all_orders(
    game: tuple[list[int], dict[int, Fraction]],
) -> None:
    blocks, values = game
    shares = [share(weights, values) for weights in shapley(blocks)]
    assert shares == mean_over_orders(blocks, values)
    assert sum(shares) == values[sum(blocks)] - values[0]


@QUICK
@given(games(most=8))
def test_one_order_there_and_back_sums_exactly(
    game: tuple[list[int], dict[int, Fraction]],
) -> None:
    blocks, values = game
    weights = there_and_back(blocks)
    assert set().union(*weights) <= set(chain(blocks))
    assert len(chain(blocks)) <= 2 * len(blocks)
    shares = [share(one, values) for one in weights]
    assert sum(shares) == values[sum(blocks)] - values[0]
    if len(blocks) <= 2:
        assert shares == mean_over_orders(blocks, values)


@QUICK
@given(games())
def test_exchanging_the_ends_turns_every_sign(
    game: tuple[list[int], dict[int, Fraction]],
) -> None:
    blocks, values = game
    whole = sum(blocks)
    other = {whole ^ mask: value for mask, value in values.items()}
    for method in (shapley, there_and_back):
        there = [share(weights, values) for weights in method(blocks)]
        back = [share(weights, other) for weights in method(blocks)]
        assert there == [-amount for amount in back]


@QUICK
@given(games(), st.data())
def test_a_group_that_changes_nothing_gets_nothing(
    game: tuple[list[int], dict[int, Fraction]], data: st.DataObject
) -> None:
    blocks, values = game
    idle = data.draw(st.sampled_from(blocks))
    values = {mask: values[mask & ~idle] for mask in values}
    for method in (shapley, there_and_back):
        assert share(method(blocks)[blocks.index(idle)], values) == 0


def unions(blocks: list[int]) -> set[int]:
    return {sum(chosen) for k in range(len(blocks) + 1) for chosen in combinations(blocks, k)}


@QUICK
@given(games(), st.data())
def test_joined_blocks_need_nothing_unknown(
    game: tuple[list[int], dict[int, Fraction]], data: st.DataObject
) -> None:
    blocks, values = game
    inner = sorted(set(values) - {0, sum(blocks)})
    unknown = set(data.draw(st.lists(st.sampled_from(inner), unique=True))) if inner else set()
    found = merged(blocks, unknown)
    assert sum(found) == sum(blocks)
    assert not unions(found) & unknown
    assert unions(found) <= set(values)
    in_order = merged_in_order(blocks, unknown)
    assert sum(in_order) == sum(blocks)
    assert not set(chain(in_order)) & unknown
    assert in_order == sorted(in_order)
    if not unknown:
        assert found == in_order == blocks
    other_way = {sum(blocks) ^ mask for mask in unknown}
    assert merged(blocks, other_way) == found
    assert merged_in_order(blocks, other_way) == in_order


def test_the_two_groups_that_only_work_together_are_joined() -> None:
    """More contacts (1) need more capacity (2); cost (4) and margin (8) stay apart."""
    unknown = [mask for mask in range(1, 15) if mask & 1 and not mask & 2]
    assert merged([1, 2, 4, 8], unknown) == [3, 4, 8]


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
