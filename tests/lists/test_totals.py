"""Totals: exact, free of order, and equal to what pandas adds up from the rows."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.lists.sums import as_float, as_floats, exact_sums
from channelopt.plan.table import as_number
from tests.lists import fakes
from tests.lists.test_writing import write

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.integers(0, 3), FLOATS), max_size=40))
def test_sums_are_exact(pairs):
    groups = np.array([group for group, _ in pairs], dtype=np.int64)
    values = np.array([value for _, value in pairs], dtype=np.float64)
    found = exact_sums(groups, values, 4)
    for group in range(4):
        own = sum((Fraction(value) for other, value in pairs if other == group), Fraction())
        assert Fraction(found[group], 1 << 1126) == own


def test_sums_are_those_of_fsum_whatever_the_order():
    random = np.random.default_rng(3)
    values = random.normal(size=20_000) * np.exp(random.normal(size=20_000) * 8)
    groups = random.integers(0, 5, 20_000)
    whole = exact_sums(groups, values, 5)
    shuffled = random.permutation(20_000)
    assert (exact_sums(groups[shuffled], values[shuffled], 5) == whole).all()
    halves = exact_sums(groups[:7], values[:7], 5) + exact_sums(groups[7:], values[7:], 5)
    assert (halves == whole).all()
    assert as_floats(whole).tolist() == [math.fsum(values[groups == k]) for k in range(5)]


def test_more_numbers_than_are_added_at_once(monkeypatch):
    monkeypatch.setattr("channelopt.lists.sums._AT_ONCE", 7)
    values = np.arange(100) / 3
    assert as_float(exact_sums(np.zeros(100, dtype=int), values, 1)[0]) == math.fsum(values)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    current = {-1: np.full(80, fakes.WEB, dtype=np.int16)}
    register = fakes.cut(fakes.people(80, seed=5, current=current), 33, 47)
    return write(register, tmp_path_factory.mktemp("totals") / "list")


def test_totals_are_what_pandas_adds_up(written):
    rows = written.assignment()
    rows["points"] = rows["contacts"] * rows["satisfaction"]
    keys = ["segment", "decision", "option"]
    sums = rows.groupby(keys, observed=True).agg(
        customers=("customer_id", "size"),
        contacts=("contacts", "sum"),
        value=("value", "sum"),
        cost=("cost", "sum"),
        points=("points", "sum"),
    )
    totals = written.totals.set_index(["segment", "interaction", "channel"])
    assert totals["customers"].sum() == len(rows)
    for key, row in totals.iterrows():
        if row["customers"] == 0:
            assert key not in sums.index
            continue
        own = sums.loc[key]
        for name in ("customers", "contacts", "value", "cost"):
            assert row[name] == pytest.approx(own[name], rel=1e-12), (key, name)
        if not math.isnan(row["satisfaction"]):
            assert row["satisfaction"] == pytest.approx(own["points"] / own["contacts"])


def test_shares_stand_beside_those_of_the_plan(written):
    totals = written.totals.set_index(["segment", "interaction", "channel"])
    for _, shares in totals.groupby(["segment", "interaction"])["share"]:
        assert shares.sum() == pytest.approx(1.0)
    for _, shares in totals.groupby(["segment", "interaction"])["plan_share"]:
        assert shares.sum() == pytest.approx(1.0)
    assert totals.loc[("calm", "advice", "web"), "plan_share"] == 1.0
    assert totals.loc[("keen", "advice", "branch"), "plan_share"] == 0.5
    assert totals.loc[("keen", "offer", "phone"), "plan_share"] == 0.8
    assert totals.loc[("keen", "offer", "none"), "plan_share"] == pytest.approx(0.2)


def test_the_value_is_the_rows_and_what_stands_already(written):
    rows = written.assignment()
    assert written.value == pytest.approx(math.fsum(rows["value"]) + fakes.CONSTANT, rel=1e-15)
    assert written.value == pytest.approx(sum(written.totals["value"]) + fakes.CONSTANT, rel=1e-14)


def test_limits_say_sides_use_room_and_price(written):
    limits = written.limits.set_index("limit")
    phone = limits.loc["capacity:phone"]
    assert (phone["at_most"], phone["used"], phone["room"]) == (40.0, 39.0, 1.0)
    assert math.isnan(phone["at_least"])
    assert limits["price"].tolist() == list(fakes.PRICES)
    assert written.prices == dict(zip(limits.index, fakes.PRICES, strict=True))
    quota = limits.loc["plan:keen:advice:branch"]
    assert (quota["at_least"], quota["at_most"], quota["room"]) == (12.0, 14.0, 0.0)
    assert (quota["segment"], quota["interaction"], quota["channel"]) == (
        "keen",
        "advice",
        "branch",
    )
    assert limits["binding"].all()


def test_a_limit_with_room_and_without_a_price_does_not_bind(tmp_path):
    listing = fakes.listing(fakes.cut(fakes.people(), 60))
    prices = np.array([0.0, -2.0, 0.0, 1.25])
    used = np.array([39.0, 12.0, 30.0, 0.0])
    answer = fakes.replace(listing.answer, prices=prices, used=used)
    found = write(listing.register, tmp_path / "list", answer=answer)
    binding = found.limits.set_index("limit")["binding"]
    assert not binding["capacity:phone"]
    assert binding["hours:agents"]  # no price, but no room


def test_hours_are_those_of_the_work_and_of_nobody_else(written):
    rows = written.assignment()
    made = rows.groupby("option", observed=True)["contacts"].sum()
    hours = written.hours.set_index(["group", "channel"])["hours"]
    assert hours["agents", "branch"] == pytest.approx(made["branch"] * 0.2)
    assert hours["agents", "phone"] == pytest.approx(made["phone"] * 0.05)


def test_hours_of_a_shared_channel_are_split_as_the_answer_says(tmp_path):
    serves = np.array([[True, True, False], [True, False, False]])
    numbers = fakes.small.numbers(groups=("agents", "others"), serves=serves)
    instance = fakes.small.instance().with_(numbers=numbers)
    choice = fakes.replace(fakes.small.choice(), fte=np.ones((2, 2)), hours=np.zeros((2, 3, 2)))
    others = (("agents", "branch"), ("others", "branch"))
    compiled = fakes.Compiled(others=others)
    staffed = {
        name: np.repeat(getattr(numbers, name), 2, axis=0)
        for name in ("hours_per_fte", "fte_cost", "min_fte", "max_fte", "whole_fte")
    } | {
        name: np.repeat(getattr(numbers, name), 2)
        for name in ("initial_fte", "hiring_cost", "release_cost")
    }
    staffed["whole_fte"] = np.repeat(numbers.whole_fte, 2)
    instance = instance.with_(numbers=numbers.with_(**staffed))
    register = fakes.cut(fakes.people(), 60)
    changes = {"instance": instance, "choice": choice, "compiled": compiled}
    hours = write(register, tmp_path / "list", **changes).hours
    found = {(row.group, row.channel): row.hours for row in hours.itertuples()}
    assert found["agents", "branch"] == 17.5
    assert found["others", "branch"] == 3.0
    assert ("others", "phone") not in found


def test_numbers_in_files_read_back_as_they_were(written):
    text = (written.folder / "limits.csv").read_text("utf-8").splitlines()
    assert [as_number(line.split(",")[-2]) for line in text[1:]] == list(fakes.PRICES)
