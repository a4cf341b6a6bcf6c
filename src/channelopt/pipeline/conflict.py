"""Why there is no plan: which limits contradict each other, and how far one of them must move."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.loosening import Case, Limit, limits
from channelopt.backends.base import Limits, Listener, Reason, Stop
from channelopt.instance.instance import Instance
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.rounds import Scenario

SECONDS = 20.0
"""Time for the search; what is found until then is true, only not as narrow."""
STEPS = 14
"""Halvings of the way that a limit is moved."""
DIGITS = 3
"""Digits of a level that is proposed."""
MOST = 6
"""More limits than these are not moved one by one."""


def contradiction(
    instance: Instance,
    engine: Engine,
    asked: Limits | None = None,
    listen: Listener | None = None,
) -> tuple[str, ...]:
    """Return why a scenario has no plan, in sentences.

    Limits are taken away in ever smaller groups as long as no plan appears (a deletion filter);
    those that stay contradict each other. Then each is moved alone until a plan appears.

    Args:
        instance: a scenario that was found infeasible.
        engine: a solver of integer programs.
        asked: limits of the solve; a short time limit also shortens this search.
        listen: returning True ends the search.
    """
    least = SECONDS if asked is None or asked.time_limit is None else max(2.0, asked.time_limit)
    found = limits(instance)
    search = _Search(instance, engine, min(SECONDS, least), listen)
    narrowed = search.narrow(found)
    if narrowed is None:
        return ("Even without policies, capacities and limits on staff there is no plan.",)
    if not narrowed:
        return ()
    sentences = [_in_conflict(narrowed, sure=search.sure)]
    if len(narrowed) <= MOST:
        ways = [way for limit in narrowed if (way := search.way_out(found, limit))]
        if ways:
            sentences.append(f"Enough to have a plan, each on its own: {'; '.join(ways)}.")
    return tuple(sentences)


def _in_conflict(narrowed: Sequence[Limit], *, sure: bool) -> str:
    if len(narrowed) == 1:
        return f"No plan obeys this limit, whatever the others are: {narrowed[0].words}."
    words = "; ".join(limit.words for limit in narrowed)
    if sure:
        return f"These limits contradict each other, all are needed for that: {words}."
    return f"The contradiction is among these limits: {words}."


@dataclass
class _Search:
    """Feasibility of variants of one scenario, until the time is up."""

    instance: Instance
    engine: Engine
    seconds: float
    listen: Listener | None
    sure: bool = True

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.seconds
        self._whole = Case(self.instance.numbers, self.instance.policies)

    def narrow(self, found: Sequence[Limit]) -> list[Limit] | None:
        """Return limits that contradict each other; None where even none of them has a plan."""
        free = self._has_plan(self._without(found))
        if free is not True:
            return None if free is False else []
        kept, size = list(found), max(1, len(found) // 2)
        while True:
            position = 0
            while position < len(kept):
                rest = kept[:position] + kept[position + size :]
                away = [limit for limit in found if limit not in rest]
                known = self._has_plan(self._without(away))
                self.sure &= known is not None
                if known is False:
                    kept = rest
                else:
                    position += size
            if size == 1:
                return kept
            size = max(1, size // 2)

    def way_out(self, found: Sequence[Limit], limit: Limit) -> str:
        """Return how little a limit must move, all others as they are; '' where that is no way."""
        move = limit.move
        if move is None or limit not in found:
            return ""
        low, high = 0.0, move.far
        if self._has_plan(move.by(self._whole, high)) is not True:
            return ""
        for _ in range(STEPS):
            middle = (low + high) / 2
            known = self._has_plan(move.by(self._whole, middle))
            if known is None:
                return ""
            low, high = (low, middle) if known else (middle, high)
        start = 0.0 if move.now is None else move.now
        level = self._rounded(limit, start + move.sign * high, start)
        if move.now is None:
            return f"{limit.words} {abs(level):,.6g} {'more' if move.sign > 0 else 'less'}"
        return f"{limit.words}, moved to {level:,.6g}"

    def _rounded(self, limit: Limit, level: float, start: float) -> float:
        """Return a level with few digits at which there still is a plan."""
        move = limit.move
        if move is None or not level:
            return level
        unit = 10.0 ** (math.floor(math.log10(abs(level))) - DIGITS + 1)
        nearest = round(level / unit) * unit
        amount = (nearest - start) * move.sign
        if amount > 0 and self._has_plan(move.by(self._whole, amount)) is True:
            return nearest
        away = math.ceil if move.sign > 0 else math.floor
        return away(level / unit) * unit

    def _without(self, away: Collection[Limit]) -> Case:
        case = self._whole
        for limit in away:
            case = limit.without(case)
        return case

    def _has_plan(self, case: Case) -> bool | None:
        """Whether a case has a plan; None where the time did not suffice to know."""
        left = self._ends - time.monotonic()
        if left <= 0:
            return None
        problem = Scenario(case.numbers, case.policies).outline().problem
        calm = problem.with_(c=np.zeros_like(problem.c), offset=0.0)
        outcome = self.engine.solve(calm, Limits(time_limit=left, gap=1.0), None, self.listen)
        if outcome.termination.stop is Stop.INTERRUPT:
            self._ends = 0.0
        if outcome.x is not None:
            return True
        return False if outcome.termination.reason is Reason.INFEASIBLE else None
