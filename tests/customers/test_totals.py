"""Totals are exact, and the same in any order and any partitions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.customers.totals import UNIT, amounts, exact_sums
from tests.customers.files import everyone, instance, read

N = instance().numbers


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1e12)), max_size=30))
def test_sums_are_exact(pairs: list[tuple[int, float]]) -> None:
    at = np.array([p for p, _ in pairs], dtype=np.int64)
    values = np.array([v for _, v in pairs])
    expected = [0, 0, 0]
    for place, value in pairs:
        expected[place] += int(Fraction(value) * UNIT)
    assert exact_sums(at, values, 3).tolist() == expected


def test_amounts_are_the_nearest_numbers() -> None:
    tenths = exact_sums(np.zeros(10, dtype=np.int64), np.full(10, 0.1), 1)
    assert amounts(tenths).tolist() == [1.0]
    large = exact_sums(np.zeros(2, dtype=np.int64), np.array([1e12, 2.0**-20]), 1)
    assert amounts(large).tolist() == [1e12 + 2.0**-20]


@pytest.fixture(scope="module")
def table() -> pa.Table:
    random = np.random.default_rng(5)
    count = 5000
    blank = random.random(count) < 0.2

    def some(values: np.ndarray) -> pa.Array:
        return pa.array(values, mask=blank)

    return pa.table(
        {
            "customer_id": np.arange(count),
            "segment": np.array(N.segments)[random.integers(0, 3, count)],
            "contacts.question": some(random.random(count) * 9),
            "margin": some(random.normal(0, 50, count)),
            "preferred_channel": some(np.array(N.channels)[random.integers(0, 4, count)]),
            "current_channel": some(np.array(N.channels)[random.integers(0, 4, count)]),
            "current_channel.complaint": pa.array(
                np.array(N.channels)[random.integers(0, 2, count)], mask=~blank
            ),
        }
    )


def test_totals_against_plain_counting(table: pa.Table, tmp_path: Path) -> None:
    found = read(table, tmp_path, rows=999)
    people, totals = everyone(found), found.totals
    question, complaint = N.interactions.index("question"), N.interactions.index("complaint")
    usual = N.contacts[:, question, 0][people["segment"]]
    contacts = np.where(
        np.isnan(people[f"contacts {question}"]), usual, people[f"contacts {question}"]
    )
    plain = N.margin[:, 0][people["segment"]]
    margin = np.where(np.isnan(people["margin"]), plain, people["margin"])
    for s in range(3):
        own = people["segment"] == s
        assert totals.customers[s] == own.sum()
        assert totals.contacts[s, question] == pytest.approx(contacts[own].sum(), rel=1e-12)
        assert totals.contacts[s, complaint] == pytest.approx(
            N.contacts[s, complaint, 0] * own.sum()
        )
        assert totals.largest[s, question] == contacts[own].max()
        assert totals.smallest[s, question] == contacts[own].min()
        assert totals.gains[s] == pytest.approx(margin[own & (margin > 0)].sum())
        assert totals.losses[s] == pytest.approx(margin[own & (margin < 0)].sum())
        for c in (*range(4), -1):
            prefer = own & (people["preferred"] == c)
            assert totals.preferred[s, c] == prefer.sum()
            assert totals.preferred_contacts[s, question, c] == pytest.approx(
                contacts[prefer].sum()
            )
            now = own & (people["current -1"] == c)
            assert totals.current[s, question, c] == now.sum()
            assert totals.current_contacts[s, question, c] == pytest.approx(contacts[now].sum())
        special = people[f"current {complaint}"]
        away = own & (np.where(special < 0, people["current -1"], special) == 1)
        assert totals.current[s, complaint, 1] == away.sum()


def test_neither_order_nor_partitions_matter(table: pa.Table, tmp_path: Path) -> None:
    one = read(table, tmp_path / "one").totals
    order = np.random.default_rng(6).permutation(table.num_rows)
    other = read(table.take(pa.array(order)), tmp_path / "other", rows=333).totals
    for name in vars(one):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_segment_without_customers(tmp_path: Path) -> None:
    found = read(pa.table({"customer_id": ["a"], "segment": ["gold"]}), tmp_path).totals
    gold = N.segments.index("gold")
    others = [s for s in range(3) if s != gold]
    assert found.customers[gold] == 1
    assert (found.smallest[others] == np.inf).all()
    assert (found.largest[others] == -np.inf).all()
    assert (found.contacts[others] == 0).all()
