"""A robust plan: channels, upgrades and FTE for many futures at once, the allocation after.

The program of all drawn futures is solved as one (see `two_stage`). Where the time is too short for
that, or no decisions suit all futures, the best is taken of what it found, the plan's own decisions
and FTE that cover every future. The decisions are then tried on each of these futures, and on fresh
ones, beside those of the plan, by exact re-solves with the first stage kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.futures.draws import draw
from channelopt.analysis.futures.first_stage import FirstStage, differences, stages
from channelopt.analysis.futures.risk import conditional_value_at_risk, value_at_risk
from channelopt.analysis.futures.two_stage import Aim, two_stage
from channelopt.analysis.study import Answer, Question, Result, Study, Wishes
from channelopt.backends.base import Reason
from channelopt.instance.instance import Instance
from channelopt.plan.records import Known
from channelopt.plan.table import Cell, Table
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Floats

COLUMNS: dict[str, tuple[str, ...]] = {
    "robust": ("plan", "futures", "statistic", "value", "known"),
    "robust_decisions": ("decision", "name", "title", "period", "optimal", "robust"),
}
WEIGHT = 0.99
"""Weight of CVaR; the rest is the mean, so that the better futures are planned for sensibly too."""
SHARE_OF_FORESIGHT, SHARE_OF_PROGRAM, SHARE_OF_GUESSES = 0.2, 0.5, 0.6
"""Shares of the time left, one after the other: for what is possible at all, for the robust
program, and for trying other first stages where that program is not solved."""
_UNCHANGED = "The plan is robust already: channels, upgrades and FTE would be the same."
_NOTHING_BETTER = (
    "No channels, upgrades and FTE were found that do better over the drawn futures than those of "
    "the plan; that there are none is not proven."
)
OPTIMAL, ROBUST = "optimal", "robust"
SAME, FRESH, EXPECTED = "same", "fresh", "as written"


@dataclass(frozen=True)
class _Tried:
    """What a first stage is worth in each of several futures."""

    answers: tuple[Answer, ...]

    @property
    def possible(self) -> list[bool]:
        return [answer.objective is not None for answer in self.answers]

    @property
    def share(self) -> float | None:
        """Share of the futures in which these decisions are possible, of those that were solved."""
        decided = sum(answer.known != "not solved" for answer in self.answers)
        return sum(self.possible) / decided if decided else None

    def values(self, where: Sequence[bool]) -> Floats:
        pairs = zip(self.answers, where, strict=True)
        return np.array([a.objective for a, use in pairs if use and a.objective is not None])

    @property
    def known(self) -> Known:
        if any(answer.known == "not solved" for answer in self.answers):
            return "not solved"
        return "at least" if any(a.known == "at least" for a in self.answers) else "re-solved"


def robust(study: Study, wishes: Wishes) -> Result:
    """Find first-stage decisions that do well over many futures, and compare them with the plan's.

    Maximises CVaR at the level `wishes.robust` (0: the mean) of profit over
    `wishes.robust_samples` futures that are possible at all.

    Raises:
        UsageError: a path under `uncertainty` names no value that can be varied.
    """
    level = wishes.robust
    if level is None or not study.instance.uncertainty:
        why = "asks for no level" if level is None else "states no `uncertainty`"
        return _nothing(f"There is no robust plan: the scenario {why}.")
    drawn = draw(study.instance, wishes.robust_samples, wishes.seed, wishes.sampling)
    same = [drawn.future(k) for k in range(drawn.samples)]
    with study.within(study.left() * SHARE_OF_FORESIGHT):
        best = study.ask([Question(future, wants_choice=True) for future in same])
    possible = [future for future, a in zip(same, best, strict=True) if not a.infeasible]
    if not possible:
        return _nothing("There is no robust plan: no future that was drawn has any plan.", best)
    found, known = _decided(study, possible, level)
    if known != "re-solved":
        guesses = [FirstStage.of(study.choice), _cover(study.choice, best)]
        found = _best_of(study, [*guesses, *([found] if found else [])], possible, level)
    if found is None:
        return _nothing(_failed(known, len(possible)), best)
    again = draw(study.instance, wishes.robust_samples, wishes.seed + 1, wishes.sampling)
    fresh = [again.future(k) for k in range(again.samples)]
    plans = {OPTIMAL: FirstStage.of(study.choice), ROBUST: found}
    tried = _tried(study, plans, {EXPECTED: [study.instance], SAME: possible, FRESH: fresh})
    rows = [*_counts(best, known), *_rows(tried, level)]
    apart = tuple(differences(study.instance, plans[OPTIMAL], found))
    tables = (
        Table("robust", COLUMNS["robust"], tuple(rows)),
        Table("robust_decisions", COLUMNS["robust_decisions"], apart),
    )
    unproven = sum(row[-1] in ("at least", "not solved") for row in rows)
    return Result("robust", tables, tuple(_sentences(tried, level, len(apart), known)), unproven)


def _decided(
    study: Study, futures: Sequence[Instance], level: float
) -> tuple[FirstStage | None, Known]:
    """Solve the program of all futures; return its first stage and how it is known."""
    parts, models, exact = stages(futures)
    program = two_stage(parts, Aim(level, WEIGHT if level > 0 else 0.0))
    with study.within(study.left() * SHARE_OF_PROGRAM):
        outcome = study.optimise(program.problem)
    if outcome.x is None:
        infeasible = outcome.termination.reason is Reason.INFEASIBLE
        return None, "infeasible" if infeasible else "not solved"
    choice = models[0].choice(program.of_future(outcome.x, 0))
    proven = exact and outcome.termination.reason is Reason.OPTIMAL
    fte = np.where(study.instance.numbers.whole_fte[:, None], np.round(choice.fte), choice.fte)
    return FirstStage(choice.open, choice.owned, fte), "re-solved" if proven else "at least"


def _cover(choice: Choice, best: Sequence[Answer]) -> FirstStage:
    """Return the plan's channels and upgrades with as many FTE as the best plan of any future."""
    known = [answer.choice.fte for answer in best if answer.choice is not None]
    fte: Floats = np.max([choice.fte, *known], axis=0)
    return FirstStage(choice.open, choice.owned, fte)


def _best_of(
    study: Study, plans: Sequence[FirstStage], futures: Sequence[Instance], level: float
) -> FirstStage | None:
    """Return the first stage that is possible most often, of these the one of most CVaR.

    None where not one future was solved for any of them.
    """
    with study.within(study.left() * SHARE_OF_GUESSES):
        answers = iter(study.ask([Question(f, plan) for plan in plans for f in futures]))
    tried = [_Tried(tuple(next(answers) for _ in futures)) for _ in plans]
    often = max(sum(one.possible) for one in tried)
    if not often:
        return None
    usual = [k for k, one in enumerate(tried) if sum(one.possible) == often]
    values = {k: tried[k].values(tried[k].possible) for k in usual}
    return plans[max(usual, key=lambda k: conditional_value_at_risk(values[k], level))]


def _tried(
    study: Study, plans: dict[str, FirstStage], futures: dict[str, Sequence[Instance]]
) -> dict[tuple[str, str], _Tried]:
    """Re-solve each future with the first stage of each plan kept, all side by side."""
    where = [(plan, name, f) for name in futures for f in futures[name] for plan in plans]
    answers = study.ask([Question(f, plans[plan]) for plan, _, f in where])
    found: dict[tuple[str, str], list[Answer]] = {}
    for (plan, name, _), answer in zip(where, answers, strict=True):
        found.setdefault((plan, name), []).append(answer)
    return {key: _Tried(tuple(each)) for key, each in found.items()}


def _counts(best: Sequence[Answer], known: Known) -> Iterator[tuple[Cell, ...]]:
    tried = _Tried(tuple(best))
    none = sum(answer.infeasible for answer in best)
    yield "any", SAME, "share possible", tried.share, tried.known
    yield ROBUST, SAME, "decided by the program", float(len(best) - none), known


def _rows(tried: dict[tuple[str, str], _Tried], level: float) -> Iterator[tuple[Cell, ...]]:
    for plan in (OPTIMAL, ROBUST):
        one = tried[plan, EXPECTED]
        value = one.answers[0].objective
        yield plan, EXPECTED, "profit", value, one.answers[0].known
    for name in (SAME, FRESH):
        pair = [tried[plan, name] for plan in (OPTIMAL, ROBUST)]
        both = [a and b for a, b in zip(*(one.possible for one in pair), strict=True)]
        for plan, one in zip((OPTIMAL, ROBUST), pair, strict=True):
            yield plan, name, "share possible", one.share, one.known
            yield plan, name, "futures compared", float(sum(both)), one.known
            values = one.values(both)
            if len(values):
                yield plan, name, "mean", float(values.mean()), one.known
                yield plan, name, f"VaR {level:g}", value_at_risk(values, level), one.known
                cvar = conditional_value_at_risk(values, level)
                yield plan, name, f"CVaR {level:g}", cvar, one.known
                yield plan, name, "worst", float(values.min()), one.known


def _nothing(sentence: str, best: Sequence[Answer] = ()) -> Result:
    rows = tuple(_counts(best, "infeasible")) if best else ()
    tables = (
        Table("robust", COLUMNS["robust"], rows),
        Table("robust_decisions", COLUMNS["robust_decisions"], ()),
    )
    return Result("robust", tables, (sentence,))


def _failed(known: Known, futures: int) -> str:
    if known == "infeasible":
        return (
            f"There is no robust plan: no channels, upgrades and FTE suit the {futures} futures "
            "that have a plan each; limits on FTE or capacity stand in the way."
        )
    return f"No robust plan for {futures} futures was found in the time given."


def _sentences(
    tried: dict[tuple[str, str], _Tried], level: float, differing: int, known: Known
) -> Iterator[str]:
    if not differing:
        yield _UNCHANGED if known == "re-solved" else _NOTHING_BETTER
        return
    before, after = (tried[plan, EXPECTED].answers[0].objective for plan in (OPTIMAL, ROBUST))
    cost = ""
    if before is not None and after is not None:
        cost = f" It costs {before - after:,.0f} of profit if everything comes as written."
    yield f"A robust plan takes {differing} decision{'s' if differing > 1 else ''} otherwise.{cost}"
    shares = [tried[plan, FRESH].share for plan in (OPTIMAL, ROBUST)]
    if shares[0] is None or shares[1] is None:
        yield "There was no time to try it on fresh futures."
        return
    yield (
        f"Channels, upgrades and FTE of the plan can serve everybody under all rules in "
        f"{100 * shares[0]:.0f} % of fresh futures, the robust ones in {100 * shares[1]:.0f} %."
    )
    pair = [tried[plan, FRESH] for plan in (OPTIMAL, ROBUST)]
    both = [a and b for a, b in zip(*(one.possible for one in pair), strict=True)]
    if any(both):
        worst = [conditional_value_at_risk(one.values(both), level) for one in pair]
        yield (
            f"Where both are possible, mean profit in the worst {100 * (1 - level):.0f} % of "
            f"futures is {worst[1]:,.0f} instead of {worst[0]:,.0f}."
        )
