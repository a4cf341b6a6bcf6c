"""Key figures: the handful of numbers by which planners compare two plans."""

from __future__ import annotations

import math

import numpy as np

from channelopt.instance.instance import Names
from channelopt.plan.accounts import Accounts
from channelopt.plan.key_figures import KPIS, Kpi, Kpis
from channelopt.plan.tables import TOUCHES
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Numbers

__all__ = ["KPIS", "Kpi", "Kpis", "key_figures_of", "kpis", "kpis_by_period"]


def key_figures_of(names: Names) -> tuple[Kpi, ...]:
    """Return the key figures of a scenario in the order of reports, its metrics last."""
    more = []
    for metric, title in names.metrics.items():
        unit = f", {names.units[metric]}" if names.units.get(metric) else ""
        more.append(Kpi(f"metric.{metric}", f"{title}{unit}", "number"))
        more.append(Kpi(f"metric.{metric}.mean", f"{title} per first contact{unit}", "ratio"))
    return (*KPIS, *more)


def kpis(numbers: Numbers, choice: Choice, accounts: Accounts) -> dict[str, float | None]:
    """Return the key figures over the whole horizon."""
    everything = np.ones(len(numbers.periods), dtype=bool)
    figures = _figures(numbers, choice, accounts, everything)
    return {"profit": accounts.objective, **figures}


def kpis_by_period(
    numbers: Numbers, choice: Choice, accounts: Accounts
) -> dict[str, dict[str, float | None]]:
    """Return the key figures of each period; profit undiscounted."""
    profit = accounts.profit_by_period
    result: dict[str, dict[str, float | None]] = {}
    for t, period in enumerate(numbers.periods):
        only = np.arange(len(numbers.periods)) == t
        figures = _figures(numbers, choice, accounts, only)
        result[period] = {"profit": float(profit[t]), **figures}
    return result


def _figures(
    numbers: Numbers, choice: Choice, accounts: Accounts, periods: Flags
) -> dict[str, float | None]:
    """Return every key figure but profit over the periods of the mask (T,)."""
    first = accounts.first_contacts[..., periods]
    inbound = numbers.inbound
    cases = first[:, inbound].sum()
    cost = accounts.cost[periods].sum()
    positive = (numbers.customers * np.maximum(numbers.margin, 0.0))[:, periods]
    by_way = first.sum(axis=(0, 1, 3))
    touch = (*numbers.touch, *(None for _ in numbers.bundles))
    shares = {
        f"share_{level}": _ratio(by_way[[one == level for one in touch]].sum(), by_way.sum())
        for level in TOUCHES
    }
    return {
        "cost": float(cost),
        "satisfaction": _mean_satisfaction(numbers, accounts, periods),
        "margin_kept": _ratio((positive * accounts.kept_share[:, periods]).sum(), positive.sum()),
        "first_contacts": float(first.sum()),
        "cost_per_first_contact": _ratio(cost, first.sum()),
        "contacts_per_case": _ratio(accounts.handled[:, inbound][..., periods].sum(), cases),
        "given_up": _ratio(accounts.given_up[..., periods].sum(), cases),
        **shares,
        "fte": float(choice.fte[:, periods].sum() / periods.sum()),
        "channels_open": float(choice.open[:, periods].sum() / periods.sum()),
        **_metrics(accounts, periods, first.sum()),
    }


def _metrics(accounts: Accounts, periods: Flags, first: float) -> dict[str, float | None]:
    """Return the total of each metric, and its mean over first contacts."""
    figures: dict[str, float | None] = {}
    for metric, amount in zip(accounts.numbers.metrics, accounts.metrics, strict=True):
        total = amount[..., periods].sum()
        figures[f"metric.{metric.id}"] = float(total)
        figures[f"metric.{metric.id}.mean"] = _ratio(total, first)
    return figures


def _mean_satisfaction(numbers: Numbers, accounts: Accounts, periods: Flags) -> float | None:
    satisfaction = accounts.satisfaction[:, periods]
    known = ~np.isnan(satisfaction)
    customers = numbers.customers[:, periods]
    return _ratio((customers * np.nan_to_num(satisfaction))[known].sum(), customers[known].sum())


def _ratio(part: float, whole: float) -> float | None:
    if not whole:
        return None
    ratio = float(part / whole)
    return ratio if math.isfinite(ratio) else None
