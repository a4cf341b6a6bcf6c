"""Draws: many possible futures of a scenario, as factors on its uncertain numbers.

Every number has the distribution of its group. What numbers have in common is a Gaussian copula: a
standard normal number for each group, correlated as stated, and one for each number of its own,
mixed so that two numbers of a group are correlated by `together`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from scipy import stats
from scipy.stats import qmc

from channelopt.analysis.varied.inputs import Input, matching, scaled
from channelopt.instance.alter import keys_of
from channelopt.instance.instance import Instance
from channelopt.instance.uncertainty import Group, Uncertainty
from channelopt.terms.numbers import Floats, Numbers

Sampling = Literal["latin", "random"]
"""Latin hypercube: of each number's range, cut into parts of equal odds, every part is drawn once.
Random: plain Monte Carlo."""

NINE_IN_TEN = float(stats.norm.ppf(0.95))
"""Standard deviations from the middle within which nine in ten normal numbers lie."""

CAPS = {"satisfaction_weight": 1.0, "share": 0.9999}
"""Largest values of shares that reading a scenario would refuse above it."""


@dataclass(frozen=True)
class Draws:
    """Futures of a scenario.

    Attributes:
        instance: the scenario.
        groups: its groups of uncertain numbers (G).
        inputs: the uncertain numbers (V).
        group_of: position of each input's group (V,).
        factors: (samples, V) what each number is multiplied by.
    """

    instance: Instance
    groups: tuple[Group, ...]
    inputs: tuple[Input, ...]
    group_of: tuple[int, ...]
    factors: Floats

    @property
    def samples(self) -> int:
        """Number of futures."""
        return len(self.factors)

    @property
    def by_group(self) -> Floats:
        """(samples, G) mean factor of each group."""
        of = np.array(self.group_of)
        means = [self.factors[:, of == g].mean(axis=1) for g in range(len(self.groups))]
        return np.column_stack(means) if means else np.zeros((self.samples, 0))

    def future(self, sample: int) -> Instance:
        """Return the scenario as it is in one future; shares are clipped to their range."""
        return self.at(self.factors[sample])

    def at(self, factors: Floats) -> Instance:
        """Return the scenario with factors (V,) on its uncertain numbers."""
        pairs = zip(self.inputs, factors.tolist(), strict=True)
        return scaled(self.instance, [(one, _capped(one, factor)) for one, factor in pairs])


def draw(instance: Instance, samples: int, seed: int, sampling: Sampling = "latin") -> Draws:
    """Draw futures of a scenario from its stated uncertainty.

    Latin hypercube samples of dependent numbers: the copula is drawn first, then each number takes
    its rank's part of the range (Packham and Schmidt, Latin hypercube sampling with dependence,
    2010).

    Args:
        instance: the scenario.
        samples: how many futures, at least one.
        seed: equal seeds, equal futures.
        sampling: how they are drawn.

    Raises:
        UsageError: a path names no value that can be varied.
    """
    stated = instance.uncertainty
    inputs, group_of = uncertain(instance)
    odds = _odds(stated, group_of, samples, seed, sampling)
    columns = [quantile(stated.groups[g], odds[:, v]) for v, g in enumerate(group_of)]
    factors = np.column_stack(columns) if columns else np.zeros((samples, 0))
    return Draws(instance, stated.groups, inputs, group_of, factors)


def uncertain(instance: Instance) -> tuple[tuple[Input, ...], tuple[int, ...]]:
    """Return the uncertain numbers of a scenario and the position of each one's group."""
    found: list[Input] = []
    group_of: list[int] = []
    for g, group in enumerate(instance.uncertainty.groups):
        for pattern in group.inputs:
            for path in _each(pattern, instance.numbers):
                known = matching(instance, path)
                found.extend(known)
                group_of.extend([g] * len(known))
    return tuple(found), tuple(group_of)


def quantile(group: Group, odds: Floats) -> Floats:
    """Return the factors below which numbers of a group lie with these odds (samples,)."""
    width = group.high - group.low
    if width <= 0:
        return np.ones_like(odds)
    if group.distribution == "uniform":
        return np.asarray(stats.uniform.ppf(odds, group.low, width))
    if group.distribution == "normal":
        factors = stats.norm.ppf(odds, 1.0, width / 2 / NINE_IN_TEN)
        return np.asarray(np.maximum(factors, 0.0))
    peak = (1.0 - group.low) / width
    return np.asarray(stats.triang.ppf(odds, peak, group.low, width))


def _each(pattern: str, n: Numbers) -> list[str]:
    """Return a path of table cells for each id that a `*` in it stands for."""
    table, bracket, inside = pattern.partition("[")
    if not pattern.startswith("tables.") or "*" not in inside:
        return [pattern]
    ids = {
        "segment": n.segments,
        "interaction": n.interactions,
        "channel": n.ways,
        "period": n.periods,
    }
    pairs = [pair.partition("=") for pair in inside.rstrip("] ").split(",")]
    known = keys_of(inside.rstrip("] "))
    keys = [key.strip() for key, _, _ in pairs]
    labels = [(known[key],) if key in known else ids[key] for key in keys]
    named = [",".join(map("=".join, zip(keys, found, strict=True))) for found in product(*labels)]
    return [f"{table}{bracket}{one}]" for one in named]


def _capped(one: Input, factor: float) -> float:
    cap = CAPS.get(one.path.rpartition(".")[2])
    return factor if cap is None or not one.value else min(factor, cap / one.value)


def _odds(
    stated: Uncertainty, group_of: tuple[int, ...], samples: int, seed: int, sampling: Sampling
) -> Floats:
    """Return (samples, V) odds between 0 and 1 that hang together as stated."""
    count, of = len(stated.groups), np.array(group_of, dtype=np.int64)
    rng = np.random.default_rng(seed)
    width = count + len(of)
    if not width:
        return np.zeros((samples, 0))
    if sampling == "latin":
        plain = qmc.LatinHypercube(width, seed=rng).random(samples)
    else:
        plain = rng.random((samples, width))
    normal = stats.norm.ppf(np.clip(plain, 1e-12, 1 - 1e-12))
    mixed = mix(stated, group_of, normal)
    if sampling == "random":
        return np.asarray(stats.norm.cdf(mixed))
    alike, own = rng.random((samples, count))[:, of], rng.random(mixed.shape)
    as_one = np.array([group.together == 1.0 for group in stated.groups])[of]
    return _one_in_each_part(mixed, np.where(as_one, alike, own))


def mix(stated: Uncertainty, group_of: tuple[int, ...], normal: Floats) -> Floats:
    """Mix independent standard normal numbers into those of the copula.

    Args:
        stated: groups (G) and their correlation.
        group_of: group of each uncertain number (V,).
        normal: (samples, G + V) one for each group, one for each number.

    Returns:
        (samples, V) standard normal numbers that hang together as stated.
    """
    count, of = len(stated.groups), np.array(group_of, dtype=np.int64)
    common = normal[:, :count] @ _root(stated.correlation)
    share = np.array([group.together for group in stated.groups])[of]
    mixed: Floats = np.sqrt(share) * common[:, of] + np.sqrt(1.0 - share) * normal[:, count:]
    return mixed


def _root(correlation: Floats) -> Floats:
    """Return the symmetric square root of a positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(correlation)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def _one_in_each_part(mixed: Floats, within: Floats) -> Floats:
    """Return odds with the ranks of numbers (samples, V), one in each part of equal odds.

    Args:
        mixed: what ranks them.
        within: 0 to 1, where in its part each one lies.
    """
    ranks = np.argsort(np.argsort(mixed, axis=0, kind="stable"), axis=0, kind="stable")
    odds: Floats = (ranks + within) / len(mixed)
    return odds
