"""Results of functions of a plan, remembered while its report is made: sections share them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from channelopt.plan.plan import Plan

MOST = 2
"""Results of each function that are kept."""

R = TypeVar("R")


class _Same:
    """A plan that equals itself only; comparing the tables of two plans would take longer."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __hash__(self) -> int:
        return id(self.plan)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.plan is self.plan


def once(function: Callable[[Plan], R]) -> Callable[[Plan], R]:
    """Return a function of a plan that is worked out once; nobody may change its result."""

    @lru_cache(maxsize=MOST)
    def known(same: _Same) -> R:
        return function(same.plan)

    @wraps(function)
    def remembering(plan: Plan) -> R:
        return known(_Same(plan))

    return remembering
