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


def shapley(blocks: Sequence[int], unknown: Collection[int] = ()) -> list[Weights] | None:
    """Return for each block the weights of its Shapley value.

    The mean, over all orders in which the blocks may be changed one after the other, of what the
    change of the block adds. Where coalitions have no value, over the orders that need none of
    them, as under precedence constraints; None where there is no such order.

    Sources: L. S. Shapley, A value for n-person games, in: Contributions to the Theory of Games II,
    Annals of Mathematics Studies 28, Princeton University Press, 1953, pp. 307-317; U. Faigle and
    W. Kern, The Shapley value for cooperative games under precedence constraints, International
    Journal of Game Theory 21, 1992, pp. 249-266.

    Args:
        blocks: masks without common bits.
        unknown: coalitions without a value.
    """
    found = [mask for mask in coalitions(blocks) if mask not in set(unknown)]
    whole = sum(blocks)
    to = _paths(found, blocks, 0)
    back = _paths(found, blocks, whole)
    if not to.get(whole):
        return None
    shares = []
    for own in blocks:
        weights: Weights = {}
        for mask in found:
            if not mask & own and mask | own in to:
                weight = Fraction(to[mask] * back[mask | own], to[whole])
                weights[mask | own] = weights.get(mask | own, Fraction(0)) + weight
                weights[mask] = weights.get(mask, Fraction(0)) - weight
        shares.append(weights)
    return shares


def _paths(known: Sequence[int], blocks: Sequence[int], start: int) -> dict[int, int]:
    """Return in how many orders each known coalition is reached from one of the ends."""
    count = {mask: int(mask == start) for mask in known}
    for mask in sorted(known, key=int.bit_count, reverse=start != 0):
        if mask != start:
            count[mask] = sum(
                count.get(mask ^ block, 0) for block in blocks if bool(mask & block) is (start == 0)
            )
    return count


def orders(blocks: Sequence[int], unknown: Collection[int]) -> int:
    """Return in how many orders the blocks can be changed through coalitions with a value."""
    known = [mask for mask in coalitions(blocks) if mask not in set(unknown)]
    return _paths(known, blocks, 0).get(sum(blocks), 0)


def there_and_back(blocks: Sequence[int], unknown: Collection[int] = ()) -> list[Weights] | None:
    """Return for each block the weights of its mean effect in one order and in the reverse order.

    Both orders, so that the two scenarios play the same part: exchanged, every share turns its
    sign. Where one of them needs a coalition without a value, the other one counts alone; None
    where both do.

    Args:
        blocks: masks without common bits, in order.
        unknown: coalitions without a value.
    """
    tries = (list(blocks), list(reversed(blocks)))
    possible = [order for order in tries if not _on_the_way(order) & set(unknown)]
    shares: dict[int, Weights] = {block: {} for block in blocks}
    for order in possible:
        done = 0
        for block in order:
            weights = shares[block]
            for mask, sign in ((done | block, 1), (done, -1)):
                weights[mask] = weights.get(mask, Fraction(0)) + Fraction(sign, len(possible))
            done |= block
    return [shares[block] for block in blocks] if possible else None


def _on_the_way(order: Sequence[int]) -> set[int]:
    return {sum(order[:at]) for at in range(len(order) + 1)}


def separates(coalition: int, one: int, other: int) -> bool:
    """Whether a coalition has some but not all of two blocks."""
    return coalition & (one | other) not in (0, one | other)


def joined(blocks: Sequence[int], unknown: Collection[int]) -> list[int]:
    """Join the two blocks that most coalitions without a value separate, the first of equals.

    Args:
        blocks: two or more masks without common bits, in order.
        unknown: coalitions without a value.

    Returns:
        Blocks in the order of their first groups.
    """
    left = [mask for mask in unknown if all(mask & block in (0, block) for block in blocks)]
    one, other = max(
        combinations(blocks, 2),
        key=lambda pair: sum(separates(coalition, *pair) for coalition in left),
    )
    return [block | other if block == one else block for block in blocks if block != other]


def settled(blocks: Sequence[int], unknown: Collection[int]) -> tuple[list[int], list[Weights]]:
    """Join blocks until there is an order to change them in, and return all weights.

    Args:
        blocks: masks without common bits, in order.
        unknown: coalitions without a value, neither none nor all of the blocks.
    """
    found = list(blocks)
    weights = shapley(found, unknown)
    while weights is None:
        found = joined(found, unknown)
        weights = shapley(found, unknown)
    return found, weights


def settled_in_order(
    blocks: Sequence[int], unknown: Collection[int]
) -> tuple[list[int], list[Weights]]:
    """Join neighbours until one order there or back is possible, and return all weights.

    Args:
        blocks: masks without common bits, in order.
        unknown: coalitions without a value, neither none nor all of the blocks.
    """
    weights = there_and_back(blocks, unknown)
    if weights is not None:
        return list(blocks), weights
    found = merged_in_order(blocks, unknown)
    return found, there_and_back(found) or []


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
