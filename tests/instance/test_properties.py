"""Properties of resolution: against a naive loop, under permutation, and round trips."""

from __future__ import annotations

import itertools
import json
import random
import time
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channelopt.errors import InputError, Place
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, resolve
from channelopt.scenario.source import KEYS, RawTable, Source
from channelopt.terms.numbers import Numbers
from tests.instance.small import scenario
from tests.strategies import small_scenarios

AXES = {
    "segment": ("mass", "private"),
    "interaction": ("advice", "renewal", "simple"),
    "channel": ("branch", "phone", "web"),
    "period": ("2027", "2028"),
}
CALM = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def equal(left: Any, right: Any) -> bool:
    """Whether two numbers, arrays or records of them say the same; nan equals nan."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        nan = left.dtype.kind == "f"
        return left.shape == right.shape and bool(np.array_equal(left, right, equal_nan=nan))
    if is_dataclass(left):
        return equal(vars(left), vars(right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, tuple):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(equal(a, b) for a, b in pairs)
    return bool(left == right or (left != left and right != right))  # noqa: PLR0124


def shuffled(value: Any, luck: random.Random) -> Any:
    """Return data with mappings and rows in another order; policies too, periods not."""
    if isinstance(value, dict):
        keys = list(value)
        luck.shuffle(keys)
        return {key: shuffled(value[key], luck) if key != "periods" else value[key] for key in keys}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        rows = [shuffled(item, luck) for item in value]
        luck.shuffle(rows)
        return rows
    return value


rows_of_any_rank = st.lists(
    st.fixed_dictionaries(
        {"value": st.integers(0, 100)},
        optional={key: st.sampled_from(labels) for key, labels in AXES.items()},
    ),
    min_size=1,
    max_size=8,
)


@CALM
@given(rows=rows_of_any_rank)
def test_most_specific_row_wins_as_in_a_naive_loop(rows: list[dict[str, Any]]) -> None:
    expected = np.zeros((2, 3, 3, 2))
    tie = False
    for at in np.ndindex(expected.shape):
        cell = {key: AXES[key][i] for key, i in zip(KEYS, at, strict=True)}
        matching = [r for r in rows if all(cell[k] == v for k, v in r.items() if k != "value")]
        most = max((len(r) for r in matching), default=0)
        winners = [r for r in matching if len(r) == most]
        tie |= len(winners) > 1
        expected[at] = (
            winners[0]["value"] if winners else (2.5 if cell["channel"] == "phone" else 0)
        )
    data = scenario({"tables/unit_cost": rows})
    if tie:
        with pytest.raises(InputError) as caught:
            from_data(data)
        assert {p.code for p in caught.value.problems} == {"E224"}
    else:
        assert from_data(data).numbers.unit_cost.tolist() == expected.tolist()


@CALM
@given(data=small_scenarios())
def test_resolved_loads_to_the_same_instance(data: dict[str, Any]) -> None:
    first = from_data(data)
    text = json.dumps(first.resolved, allow_nan=False)
    second = from_data(json.loads(text))
    assert equal(first.numbers, second.numbers)
    assert second.resolved == first.resolved
    assert digest(second.resolved) == digest(first.resolved)
    assert [p.name for p in second.policies] == [p.name for p in first.policies]


@CALM
@given(data=small_scenarios(), seed=st.integers(0, 2**32))
def test_order_means_nothing(data: dict[str, Any], seed: int) -> None:
    first, second = from_data(data), from_data(shuffled(data, random.Random(seed)))  # noqa: S311
    assert equal(first.numbers, second.numbers)
    assert first.resolved == second.resolved
    assert digest(first.resolved) == digest(second.resolved)


def test_equal_checks_every_field() -> None:
    """The comparison above would notice a change in any field."""
    n = from_data(scenario({"segments/mass/retention": {"0": 0.5, "1": 1}})).numbers
    for field in fields(Numbers):
        value = getattr(n, field.name)
        if isinstance(value, np.ndarray) and not value.size:
            other: Any = np.ones((1, 1))
        elif isinstance(value, np.ndarray):
            other = ~value if value.dtype == bool else np.nan_to_num(value, posinf=9.0) + 1
        elif field.name == "curves":
            other = {}
        else:
            other = "other"
        assert not equal(n, n.with_(**{field.name: other})), field.name


def test_equal_meaning_gives_equal_text() -> None:
    long = [{"segment": "mass", "channel": c, "value": v} for c, v in (("web", 1), ("phone", 2))]
    variants = [
        {"tables/unit_cost": long, "objective/discount_rate": 0},
        {"tables/unit_cost": [{"segment": "mass", "phone": 2.0, "web": 1, "branch": None}]},
        {"tables/unit_cost": [{"channel": "phone", "mass": 2}, {"channel": "web", "mass": 1.0}],
         "channels/phone/unit_cost": [2.5, 2.5], "whole_contacts": False,
         "periods": ["2027", "2028"]},
    ]  # fmt: skip
    assert len({digest(from_data(scenario(v)).resolved) for v in variants}) == 1
    other = {"tables/unit_cost": long, "channels/phone/unit_cost": 2.6}
    assert digest(from_data(scenario(other)).resolved) != digest(
        from_data(scenario(variants[0])).resolved
    )


def _large() -> tuple[Source, int]:
    sizes = {"segment": 200, "interaction": 6, "channel": 12, "period": 14}
    labels = {key: [f"{key[0]}{i:03d}" for i in range(size)] for key, size in sizes.items()}
    rows = list(itertools.product(*labels.values()))
    random.Random(1).shuffle(rows)  # noqa: S311
    columns: dict[str, list[Any]] = dict(zip(KEYS, map(list, zip(*rows, strict=True)), strict=True))
    columns["value"] = [i % 97 / 100 for i in range(len(rows))]

    def place(row: int, column: str) -> Place:
        return Place("large.csv", row + 2, column)

    table = RawTable(tuple(columns), columns, place, "large.csv")
    tree = {
        "format": 1,
        "objective": {"satisfaction_weight": 0.3},
        "periods": labels["period"],
        "segments": {s: {"customers": 1000} for s in labels["segment"]},
        "interactions": {i: {} for i in labels["interaction"]},
        "channels": {c: {} for c in labels["channel"]},
    }
    volumes = RawTable(("value",), {"value": [1.5]}, place, "volumes.csv")
    tables = {"satisfaction": table, "contacts_per_customer": volumes}
    return Source(tree, tables, (), {}, {}, (), {}, "large"), len(rows)


@pytest.mark.slow
def test_two_hundred_thousand_rows_resolve_fast() -> None:
    """Columns, not rows: a loop over rows with Python objects would take many times as long."""
    source, count = _large()
    assert count > 200_000
    best, instance = float("inf"), None
    for _ in range(2):
        start = time.process_time()
        instance = resolve(source)
        best = min(best, time.process_time() - start)
    assert isinstance(instance, Instance)
    assert instance.numbers.satisfaction.shape == (200, 6, 12, 14)
    assert best < 1.5
