"""Every limit can be moved, and its path says so to `--set` as well."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from channelopt.analysis.levers import levers, natural_step
from channelopt.instance.load import load
from channelopt.terms.numbers import Numbers

ROOT = Path(__file__).parents[2]
SCENARIOS = ("quickstart", "bank", "retail")


def changed_fields(before: Numbers, after: Numbers) -> set[str]:
    """Names of the arrays that differ."""
    found = set()
    for item in fields(before):
        old, new = getattr(before, item.name), getattr(after, item.name)
        if isinstance(old, np.ndarray) and not np.array_equal(old, new, equal_nan=True):
            found.add(item.name)
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_lever_moves_what_its_path_sets(name: str) -> None:
    """Moving a limit is the same as loading the scenario with `--set path=value`."""
    folder = ROOT / "scenarios" / name
    instance = load(folder)
    found = levers(instance)
    assert found
    for lever in found[:: max(1, len(found) // 12)]:
        moved = lever.moved(instance, lever.tightens * -lever.step)
        if moved is None:
            continue
        value = lever.value - lever.tightens * lever.step
        again = load(folder, steps=[("set", f"{lever.path}={value!r}")])
        assert changed_fields(moved.numbers, again.numbers) == set(), lever.path
        assert moved.policies == again.policies, lever.path
        differs = changed_fields(instance.numbers, moved.numbers) != set()
        assert differs or moved.policies != instance.policies, lever.path


@pytest.mark.parametrize("name", SCENARIOS)
def test_paths_are_unique_and_the_scenario_stays_as_it_was(name: str) -> None:
    instance = load(ROOT / "scenarios" / name)
    before = instance.numbers.capacity.copy()
    found = levers(instance)
    assert len({lever.path for lever in found}) == len(found)
    for lever in found:
        lever.moved(instance, lever.step)
    assert np.array_equal(before, instance.numbers.capacity)


@pytest.mark.parametrize(
    ("value", "unit", "step"),
    [
        (3, "contacts", 1),
        (100, "contacts", 1),
        (26_000, "contacts", 100),
        (9_500_000, "currency", 100_000),
        (140, "FTE", 1),
        (0.6, "satisfaction", 0.01),
        (4, "per customer", 1),
    ],
)
def test_a_step_is_a_piece_or_about_one_percent(value: float, unit: str, step: float) -> None:
    assert natural_step(value, unit) == step


def test_a_limit_does_not_move_below_nothing() -> None:
    instance = load(ROOT / "scenarios" / "quickstart")
    for lever in levers(instance):
        if lever.lowest == 0:
            assert lever.moved(instance, -lever.value - 1) is None
