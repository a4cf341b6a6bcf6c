"""Shares in a difference that several groups bring about together, in exact fractions.

A coalition is a set of groups that are changed while the others stay, written as a bit mask: group
k is in it where bit k is set. A block is a set of groups that are always changed together, written
alike. The share of a block is a sum of values of coalitions with weights; the weights of all blocks
cancel except at the two ends, so that the shares sum to the difference whatever the values are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

Weights = dict[int, Fraction]
"""Weight by coalition."""


def coalitions(blocks: Sequence[int]) -> list[int]:
    """Return every union of blocks, the two ends included, in a fixed order.

    Those that `chain` needs come first.

    Args:
        blocks: masks without common bits.
    """
    first = chain(blocks)
    found = [
        sum(chosen) for size in range(len(blocks) + 1) for chosen in combinations(blocks, size)
    ]
    return [*first, *(mask for mask in found if mask not in set(first))]


def chain(blocks: Sequence[int]) -> list[int]:
    """Return the coalitions on the way through the blocks in order, there and back.

    Args:
        blocks: masks without common bits.
    """
    heads = [sum(blocks[:at]) for at in range(len(blocks) + 1)]
    tails = [sum(blocks[at:]) for at in range(len(blocks) + 1)]
    return list(dict.fromkeys([*heads, *tails]))


def shapley(blocks: Sequence[int]) -> list[Weights]:
    """Return for each block the weights of its Shapley value.

    The mean, over all orders in which the blocks may be changed one after the other, of what the
    change of the block adds: with k blocks, what it adds to a coalition of s others counts
    s! (k - 1 - s)! / k!.

    Source: L. S. Shapley, A value for n-person games, in: Contributions to the Theory of Games II,
    Annals of Mathematics Studies 28, Princeton University Press, 1953, pp. 307-317.

    Args:
        blocks: masks without common bits.
    """
    found = []
    for own in blocks:
        others = [block for block in blocks if block != own]
        weights: Weights = {}
        for size in range(len(blocks)):
            orders = factorial(size) * factorial(len(others) - size)
            weight = Fraction(orders, factorial(len(blocks)))
            for chosen in combinations(others, size):
                weights[sum(chosen) | own] = weight
                weights[sum(chosen)] = -weight
        found.append(weights)
    return found


def there_and_back(blocks: Sequence[int]) -> list[Weights]:
    """Return for each block the weights of its mean effect in one order and in the reverse order.

    Both orders, so that the two scenarios play the same part: exchanged, every share turns its
    sign.

    Args:
        blocks: masks without common bits, in order.
    """
    half = Fraction(1, 2)
    found = []
    for at, own in enumerate(blocks):
        weights: Weights = {}
        for before in (sum(blocks[:at]), sum(blocks[at + 1 :])):
            weights[before | own] = weights.get(before | own, Fraction(0)) + half
            weights[before] = weights.get(before, Fraction(0)) - half
        found.append(weights)
    return found


def separates(coalition: int, one: int, other: int) -> bool:
    """Whether a coalition has some but not all of two blocks."""
    return coalition & (one | other) not in (0, one | other)


def merged(blocks: Sequence[int], unknown: Collection[int]) -> list[int]:
    """Join blocks until no union of blocks is a coalition without a value.

    The two blocks that most such coalitions separate are joined first, the earlier ones of equals.

    Args:
        blocks: masks without common bits, in order.
        unknown: coalitions without a value, neither none nor all of the blocks.

    Returns:
        Blocks in the order of their first groups.
    """
    found, left = list(blocks), set(unknown)
    while left:
        one, other = max(
            combinations(found, 2),
            key=lambda pair: sum(separates(coalition, *pair) for coalition in left),
        )
        found = [block | other if block == one else block for block in found if block != other]
        left = {coalition for coalition in left if not separates(coalition, one, other)}
    return found


def merged_in_order(blocks: Sequence[int], unknown: Collection[int]) -> list[int]:
    """Join neighbours until `chain` needs no coalition without a value.

    Args:
        blocks: masks without common bits, in order.
        unknown: coalitions without a value, neither none nor all of the blocks.
    """
    found: list[int] = []
    whole = sum(blocks)
    done = 0
    open_ = 0
    for block in blocks:
        done, open_ = done | block, open_ | block
        if done == whole or not {done, whole ^ done} & set(unknown):
            found.append(open_)
            open_ = 0
    return found
