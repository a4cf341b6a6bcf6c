"""Sobol indices: which group of uncertain numbers makes the plan's profit uncertain.

First order: the share of the variance of profit that a group explains on its own. Total: with all
that it does together with others. By SALib (an extra), Saltelli's scheme, groups drawn together;
correlations between groups are set aside, as the indices have no meaning with them.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from channelopt.analysis.futures.draws import Draws, mix, quantile, uncertain
from channelopt.analysis.futures.held import carried
from channelopt.analysis.study import Result, Study, Wishes
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.plan.table import Cell, Table
from channelopt.terms.numbers import Floats

COLUMNS: dict[str, tuple[str, ...]] = {
    "sobol": ("group", "title", "first_order", "first_order_error", "total", "total_error"),
}
FEWEST = 8
"""Base samples at least."""


def installed() -> bool:
    """Whether SALib is there."""
    return importlib.util.find_spec("SALib") is not None


def sobol(study: Study, wishes: Wishes) -> Result:
    """Work out first-order and total Sobol indices of the plan's profit by group.

    The plan is carried on (shares held, FTE as needed): quick arithmetic, for the largest power of
    two within `wishes.samples`, times the number of groups plus two. Errors are half widths of
    95 % intervals.

    Raises:
        UsageError: SALib is not installed, or a path names no value that can be varied.
    """
    if not installed():
        raise UsageError("Sobol indices need SALib: pip install 'channelopt[sobol]'")
    stated = study.instance.uncertainty
    if not stated:
        return _result((), "The scenario states no `uncertainty`; there are no Sobol indices.")
    base = 2 ** int(np.log2(max(wishes.samples, FEWEST)))
    problem = _problem(study.instance)
    sampler: Any = importlib.import_module("SALib.sample.sobol")
    points = sampler.sample(problem, base, calc_second_order=False, seed=wishes.seed)
    profits = _profits(study, _at(study.instance, np.asarray(points)))
    if profits is None:
        return _result((), f"No time for the {len(points)} samples of the Sobol indices.")
    rows = tuple(_rows(study.instance, problem, profits, wishes.seed))
    first = max(rows, key=lambda row: float(row[4] or 0.0))
    share = min(float(first[4] or 0.0), 1.0)
    return _result(
        rows,
        f"Of the variance of profit, '{first[1]}' makes about {100 * share:.0f} %, more than "
        "any other group of uncertain numbers.",
    )


def _result(rows: tuple[tuple[Cell, ...], ...], sentence: str) -> Result:
    return Result("sobol", (Table("sobol", COLUMNS["sobol"], rows),), (sentence,))


def _problem(instance: Instance) -> dict[str, Any]:
    """Return what SALib wants to know: one number for each group and each input, by group."""
    ids = [group.id for group in instance.uncertainty.groups]
    inputs, group_of = uncertain(instance)
    groups = [*ids, *(ids[g] for g in group_of)]
    names = [*(f"{name} in common" for name in ids), *(one.path for one in inputs)]
    bounds = [[0.0, 1.0]] * len(names)
    return {"num_vars": len(names), "names": names, "bounds": bounds, "groups": groups}


def _at(instance: Instance, points: Floats) -> Draws:
    """Return the futures at points (samples, groups + inputs) of the unit cube."""
    stated = instance.uncertainty
    apart = replace(stated, correlation=np.eye(len(stated.groups)))
    inputs, group_of = uncertain(instance)
    odds = stats.norm.cdf(mix(apart, group_of, stats.norm.ppf(np.clip(points, 1e-9, 1 - 1e-9))))
    columns = [quantile(stated.groups[g], odds[:, v]) for v, g in enumerate(group_of)]
    return Draws(instance, stated.groups, inputs, group_of, np.column_stack(columns))


def _profits(study: Study, futures: Draws) -> Floats | None:
    """Return the profit of the plan in each future; None where the time ends before."""
    found = np.empty(futures.samples)
    for k in range(futures.samples):
        if study.left() <= 0:
            return None
        found[k] = carried(study.instance, study.choice, futures.future(k), rules=False).profit
    return found


def _rows(
    instance: Instance, problem: dict[str, Any], profits: Floats, seed: int
) -> list[tuple[Cell, ...]]:
    groups = instance.uncertainty.groups
    if np.ptp(profits) <= 1e-9 * max(1.0, float(np.abs(profits).max())):
        return [(group.id, group.title, 0.0, 0.0, 0.0, 0.0) for group in groups]
    analyser: Any = importlib.import_module("SALib.analyze.sobol")
    found = analyser.analyze(problem, profits, calc_second_order=False, seed=seed)
    names = ("S1", "S1_conf", "ST", "ST_conf")
    values = zip(*(np.asarray(found[name]).tolist() for name in names), strict=True)
    order = dict(zip(dict.fromkeys(problem["groups"]), values, strict=True))
    return [(group.id, group.title, *order[group.id]) for group in groups]
