"""Uncertainty: what the plan earns in many possible futures, and what foresight would add.

The plan is carried on in every future (see `held`): quick arithmetic. As many futures as the time
allows are solved again too: no plan could do better there, so that the difference is the regret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.futures.draws import Draws, draw
from channelopt.analysis.futures.held import PLANNED_FTE, Carried, carried, odds
from channelopt.analysis.futures.risk import conditional_value_at_risk, statistics
from channelopt.analysis.study import Answer, Question, Result, Study, Wishes
from channelopt.plan.table import Cell, Table
from channelopt.terms.numbers import Floats

COLUMNS: dict[str, tuple[str, ...]] = {
    "samples": ("sample", "held", "held_ok", "best", "regret", "known"),
    "factors": ("sample", "group", "factor"),
    "distribution": ("plan", "futures", "statistic", "value", "samples", "known"),
    "rule_odds": ("rule", "title", "probability", "worst", "samples"),
}
SHARE_OF_RULES = 0.4
"""Share of the time left after which rules are no longer looked at."""
LEVEL = 0.95
"""Level of the CVaR in the summary."""
HELD, BEST, REGRET = "held", "re-optimised", "regret"
ALL, SOLVED = "all", "re-solved"


@dataclass(frozen=True)
class Future:
    """One future: the plan carried on, and the best plan for it."""

    held: Carried
    best: Answer

    @property
    def regret(self) -> float | None:
        """What foresight would add; None where either is unknown or rules are broken.

        Differences within the gap of the best plan are none.
        """
        best = self.best
        if best.objective is None or not self.held.allowed:
            return None
        gap = 0.0 if best.bound is None else abs(best.bound - best.objective)
        room = max(gap, 1e-9 * max(1.0, abs(best.objective)))
        regret = best.objective - self.held.profit
        return regret if regret > room else 0.0


def uncertainty(study: Study, wishes: Wishes) -> Result:
    """Say what the plan earns where the numbers turn out otherwise, how likely each rule holds.

    Raises:
        UsageError: a path under `uncertainty` names no value that can be varied.
    """
    instance = study.instance
    if not instance.uncertainty or wishes.samples < 1:
        why = "The scenario states no `uncertainty`; nothing was drawn."
        return Result("uncertainty", _tables((), None, ()), (why,))
    drawn = draw(instance, wishes.samples, wishes.seed, wishes.sampling)
    held = _held(study, drawn)
    questions = [Question(drawn.future(k)) for k in range(drawn.samples)]
    pairs = zip(held, study.ask(questions), strict=True)
    futures = [Future(one, best) for one, best in pairs]
    chances = tuple(
        (one.rule, one.title, one.probability, one.worst, float(_looked(held)))
        for one in odds(instance, held)
    )
    unproven = sum(f.best.known in ("at least", "not solved") for f in futures)
    tables = _tables(futures, drawn, chances)
    return Result("uncertainty", tables, tuple(_sentences(futures, chances)), unproven)


def _held(study: Study, drawn: Draws) -> list[Carried]:
    """Carry the plan on in every future; look at rules while there is time, at least once."""
    found: list[Carried] = []
    with study.within(study.left() * SHARE_OF_RULES):
        for k in range(drawn.samples):
            rules = not found or study.left() > 0
            found.append(carried(study.instance, study.choice, drawn.future(k), rules=rules))
    return found


def _looked(held: Sequence[Carried]) -> int:
    return sum(one.looked for one in held)


def _tables(
    futures: Sequence[Future], drawn: Draws | None, chances: tuple[tuple[Cell, ...], ...]
) -> tuple[Table, ...]:
    rows = {
        "samples": tuple(_sample(k, future) for k, future in enumerate(futures)),
        "factors": tuple(_factors(drawn)) if drawn is not None else (),
        "distribution": tuple(_distribution(futures)),
        "rule_odds": chances,
    }
    return tuple(Table(name, COLUMNS[name], rows[name]) for name in COLUMNS)


def _sample(k: int, future: Future) -> tuple[Cell, ...]:
    held, best = future.held, future.best
    allowed = held.allowed if held.looked else None
    return k + 1, held.profit, allowed, best.objective, future.regret, best.known


def _factors(drawn: Draws) -> Iterator[tuple[Cell, ...]]:
    for k, row in enumerate(drawn.by_group.tolist()):
        for group, factor in zip(drawn.groups, row, strict=True):
            yield k + 1, group.id, factor


def _distribution(futures: Sequence[Future]) -> Iterator[tuple[Cell, ...]]:
    """Yield statistics of the plan in all futures, and of both where the best is known."""
    yield from _of(HELD, ALL, [future.held.profit for future in futures])
    solved = [f for f in futures if f.best.objective is not None]
    proven = all(f.best.proven for f in solved)
    yield from _of(HELD, SOLVED, [future.held.profit for future in solved])
    best = [f.best.objective for f in solved if f.best.objective is not None]
    yield from _of(BEST, SOLVED, best, proven=proven)
    regrets = [f.regret for f in solved if f.regret is not None]
    yield from _of(REGRET, "re-solved, rules hold", regrets, proven=proven)
    known = [f for f in futures if f.best.known != "not solved"]
    if known:
        share = float(np.mean([not f.best.infeasible for f in known]))
        yield BEST, SOLVED, "share possible", share, float(len(known)), "re-solved"


def _of(
    plan: str, futures: str, values: Sequence[float], *, proven: bool = True
) -> Iterator[tuple[Cell, ...]]:
    amounts: Floats = np.array(values, dtype=np.float64)
    for name, value in statistics(amounts):
        if plan != REGRET or "VaR" not in name:
            yield (
                plan,
                futures,
                name,
                value,
                float(len(values)),
                "re-solved" if proven else "at least",
            )


def _sentences(futures: Sequence[Future], chances: tuple[tuple[Cell, ...], ...]) -> Iterator[str]:
    profits = np.array([future.held.profit for future in futures])
    low, high = np.quantile(profits, [0.05, 0.95])
    worst = conditional_value_at_risk(profits, LEVEL)
    yield (
        f"Carried on in {len(futures)} futures drawn from the stated uncertainty, the plan earns "
        f"between {low:,.0f} and {high:,.0f} in nine of ten, and {worst:,.0f} on average in the "
        f"worst {100 * (1 - LEVEL):.0f} %."
    )
    looked = [future.held for future in futures if future.held.looked]
    kept = float(np.mean([one.allowed for one in looked]))
    rules = [row for row in chances if row[0] != PLANNED_FTE and row[2] is not None]
    frail = min(rules, key=lambda row: float(row[2] or 0.0), default=None)
    enough = {row[0]: row[2] for row in chances}.get(PLANNED_FTE)
    staff = (
        "" if enough is None else f"The planned FTE are enough in {100 * enough:.0f} % of them. "
    )
    text = f"{staff}With FTE as needed all rules hold in {100 * kept:.0f} %"
    if frail is not None and frail[2] != 1.0:
        text += f"; the frailest is {frail[0]}, which holds in {100 * float(frail[2] or 0.0):.0f} %"
    yield f"{text}."
    regrets = [future.regret for future in futures if future.regret is not None]
    if regrets:
        yield (
            f"Knowing the future would add {np.mean(regrets):,.0f} on average, over the "
            f"{len(regrets)} futures that were solved again and in which the plan keeps the rules."
        )
