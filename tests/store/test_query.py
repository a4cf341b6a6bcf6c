"""Filters and orders, against a plain reading of what they promise."""

import math

import pytest

from channelopt.errors import UsageError
from channelopt.store.query import Query, condition
from channelopt.store.record import Record


def record(name: str, **changes: object) -> Record:
    given = {
        "status": "optimal",
        "title": "Bank",
        "currency": None,
        "digest": "ab" * 32,
        "objective": 5.0,
        "bound": 6.0,
        "kpis": {"profit": 5.0, "cost": 1.0, "satisfaction": None},
    }
    return Record(name, **(given | changes))  # type: ignore[arg-type]


RUNS = (
    record("a", kpis={"profit": 3.0, "cost": 9.0, "metric.co2": 4.0}, tags=("x", "y")),
    record("b", kpis={"profit": -1.5, "cost": 2.0}, status="feasible", digest="cd" * 32),
    record("c", kpis={"profit": None, "cost": 2.0}, applied=("--vary Strike",), tags=("x",)),
    record("d", kpis={"profit": 1e6, "cost": 0.7}, objective=None, bound=None, title="Telco"),
)


def found(**asked: object) -> str:
    if "where" in asked:
        asked["where"] = tuple(map(condition, asked["where"]))  # type: ignore[arg-type]
    query = Query(**asked)  # type: ignore[arg-type]
    query.check(RUNS)
    return "".join(one.name for one in query.answer(RUNS))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, "abcd"),
        ({"reverse": True}, "dcba"),
        ({"where": ["profit>=3"]}, "ad"),
        ({"where": [" profit > 3 "]}, "d"),
        ({"where": ["profit<1e6", "cost<=2"]}, "b"),
        ({"where": ["profit=-1.5"]}, "b"),
        ({"where": ["cost!=2"]}, "ad"),
        ({"where": ["cost==70%"]}, "d"),
        ({"where": ["metric.co2>0"]}, "a"),
        ({"where": ["gap<1"]}, "abc"),
        ({"where": ["objective>-inf"]}, "abc"),
        ({"statuses": ("feasible", "evaluated")}, "b"),
        ({"digest": "CD"}, "b"),
        ({"tags": ("x",)}, "ac"),
        ({"tags": ("x", "y")}, "a"),
        ({"tags": ("z",)}, ""),
        ({"text": "strike"}, "c"),
        ({"text": "TELCO"}, "d"),
        ({"sort": "profit"}, "dabc"),
        ({"sort": "profit", "reverse": True}, "badc"),
        ({"sort": "name", "reverse": True}, "dcba"),
        ({"sort": "cost", "limit": 2}, "ab"),
        ({"limit": 0}, ""),
        ({"sort": "status"}, "bacd"),
    ],
)
def test_what_is_found(asked: dict[str, object], names: str) -> None:
    assert found(**asked) == names


@pytest.mark.parametrize(
    "text", ["", "profit", "profit>", ">3", "profit>>3", "profit>abc", "profit>nan", "a<1<2"]
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(UsageError, match="expected a condition like profit>=1e6"):
        condition(text)


def test_every_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        found(where=["profitt>1", "metric.co3>1"], sort="nam", statuses=("optimum",), digest="xy")
    text = str(caught.value)
    for nearest in ("'profit'", "'metric.co2'", "'name'", "'optimal'", "hexadecimal"):
        assert nearest in text


def test_the_gap_is_that_of_a_plan() -> None:
    assert RUNS[0].gap == pytest.approx(1 / 5)
    assert RUNS[3].gap is None
    assert record("e", bound=math.inf).gap is None
