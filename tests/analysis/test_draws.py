"""Draws of futures: distributions, strata, correlations, the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from channelopt.analysis.futures.draws import draw, quantile, uncertain
from channelopt.errors import UsageError
from channelopt.instance.load import from_data
from channelopt.instance.uncertainty import Group
from tests.instance.small import scenario

PATHS = {
    "demand": ["segments.*.customers"],
    "cost": ["channels.phone.unit_cost"],
    "ease": ["channels.*.satisfaction"],
}


def stated(**groups: dict[str, Any]) -> Any:
    told = {name: {"inputs": PATHS[name], **fields} for name, fields in groups.items()}
    return from_data(scenario({"uncertainty": told}))


def test_each_distribution_has_the_quantiles_it_says() -> None:
    odds = np.array([0.0, 0.05, 0.5, 0.95, 1.0])
    flat = quantile(Group("g", "g", (), 0.8, 1.4, "uniform"), odds)
    assert flat == pytest.approx([0.8, 0.83, 1.1, 1.37, 1.4])
    bell = quantile(Group("g", "g", (), 0.8, 1.2, "normal"), odds[1:4])
    assert bell == pytest.approx([0.8, 1.0, 1.2])
    assert quantile(Group("g", "g", (), 0.0, 2.0, "normal"), np.array([1e-6])) == [0.0]
    peak = quantile(Group("g", "g", (), 0.8, 1.4, "triangular"), np.array([0, 1 / 3, 1.0]))
    assert peak == pytest.approx([0.8, 1.0, 1.4])
    assert quantile(Group("g", "g", (), 1.0, 1.0), odds).tolist() == [1.0] * 5


@pytest.mark.parametrize("sampling", ["latin", "random"])
def test_the_same_seed_gives_the_same_futures(sampling: Any) -> None:
    instance = stated(demand={"together": 0.5}, cost={"correlation": {"demand": 0.4}})
    one, two, other = (draw(instance, 30, seed, sampling) for seed in (3, 3, 4))
    assert np.array_equal(one.factors, two.factors)
    assert not np.array_equal(one.factors, other.factors)
    assert one.factors.shape == (30, 3)


def test_latin_hypercube_draws_each_part_once_whatever_hangs_together() -> None:
    instance = stated(
        demand={"together": 0.6, "distribution": "uniform"},
        cost={"distribution": "normal", "correlation": {"demand": -0.7}},
        ease={"together": 0},
    )
    found = draw(instance, 100, 1)
    for v, g in enumerate(found.group_of):
        group = found.groups[g]
        edges = quantile(group, np.linspace(0, 1, 101))
        counts, _ = np.histogram(found.factors[:, v], edges)
        assert counts.tolist() == [1] * 100, found.inputs[v].path


@pytest.mark.parametrize("sampling", ["latin", "random"])
def test_correlations_are_reached(sampling: Any) -> None:
    instance = stated(
        demand={"together": 0.8, "distribution": "normal"},
        cost={"distribution": "normal", "correlation": {"demand": -0.5}},
        ease={"together": 0, "distribution": "normal"},
    )
    found = draw(instance, 4000, 5, sampling)
    paths = [one.path for one in found.inputs]
    reached = np.corrcoef(found.factors.T)
    phone, private, mass, web = (
        paths.index(path)
        for path in (
            "channels.phone.unit_cost",
            "segments.private.customers",
            "segments.mass.customers",
            "channels.web.satisfaction",
        )
    )
    assert reached[private, mass] == pytest.approx(0.8, abs=0.04)
    assert reached[private, phone] == pytest.approx(-0.5 * np.sqrt(0.8), abs=0.04)
    assert reached[web, paths.index("channels.branch.satisfaction")] == pytest.approx(0, abs=0.04)
    assert reached[web, phone] == pytest.approx(0, abs=0.04)
    sample = found.factors[:, phone]
    assert stats.kstest(sample, "norm", args=(1.0, 0.1 / 1.6448536)).pvalue > 0.01


def test_a_group_that_moves_as_one_has_one_factor() -> None:
    found = draw(stated(demand={}), 20, 0)
    assert np.array_equal(found.factors[:, 0], found.factors[:, 1])
    assert np.array_equal(found.by_group[:, 0], found.factors[:, 0])


def test_a_future_is_the_scenario_with_these_factors() -> None:
    told = {
        "a": {"inputs": ["tables.contacts_per_customer[segment=*]", "channels.phone.satisfaction"]},
        "b": {"inputs": ["objective.satisfaction_weight"], "low": 0, "high": 9, "together": 0},
    }
    data = scenario({"uncertainty": told})
    found = draw(from_data(data), 12, 2)
    assert [one.path for one in found.inputs] == [
        "channels.phone.satisfaction",
        "tables.contacts_per_customer[segment=mass]",
        "tables.contacts_per_customer[segment=private]",
        "objective.satisfaction_weight",
    ]
    for k in range(12):
        steps = [
            ("set", f"{one.path}*={min(factor, 1 / 0.3) if 'weight' in one.path else factor!r}")
            for one, factor in zip(found.inputs, found.factors[k].tolist(), strict=True)
        ]
        expected = from_data(data, steps).numbers  # type: ignore[arg-type]
        reached = found.future(k).numbers
        assert np.allclose(reached.contacts, expected.contacts, rtol=1e-14)
        assert np.allclose(reached.satisfaction, expected.satisfaction, equal_nan=True, rtol=1e-14)
        assert reached.satisfaction_weight == pytest.approx(expected.satisfaction_weight)


def test_shares_are_clipped() -> None:
    told = {"a": {"inputs": ["channels.*.satisfaction"], "low": 1, "high": 9}}
    found = draw(from_data(scenario({"uncertainty": told})), 5, 0)
    assert max(np.nanmax(found.future(k).numbers.satisfaction) for k in range(5)) == 1.0


def test_without_groups_nothing_varies() -> None:
    instance = from_data(scenario())
    found = draw(instance, 3, 0)
    assert found.factors.shape == (3, 0)
    assert found.by_group.shape == (3, 0)
    assert found.future(1) is instance


def test_a_path_to_no_value_is_an_error() -> None:
    told = {"a": {"inputs": ["tables.metric.co2"]}}
    data = scenario({"uncertainty": told, "metrics": {"co2": {}}})
    assert len(uncertain(from_data(data))[0]) == 1
    told = {"a": {"inputs": ["tables.baseline_share"]}}
    with pytest.raises(UsageError, match="names no value"):
        draw(from_data(scenario({"uncertainty": told})), 3, 0)
