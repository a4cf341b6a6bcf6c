"""Axes of a sweep: exact ranges, lists as --set takes them, crossed order, wrong input."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channelopt.analysis.sweeping.axes import (
    VARIATION,
    axes,
    bare,
    check_count,
    count,
    crossed,
    is_axis,
    step,
)
from channelopt.analysis.sweeping.point import Axis
from channelopt.errors import Place, Problems
from channelopt.scenario.changes import assignment
from channelopt.scenario.places import plain
from channelopt.scenario.yaml import read_value


def read(*texts: str, most: int = 10_000) -> tuple[Axis, ...]:
    problems = Problems()
    found = axes(texts, problems, most)
    assert [str(problem) for problem in problems.errors] == []
    return found


def refused(*texts: str, most: int = 10_000) -> str:
    problems = Problems()
    axes(texts, problems, most)
    assert problems.errors
    return "\n".join(map(str, problems.errors))


def values(text: str) -> tuple[object, ...]:
    return read(text)[0].values


# ---- ranges


def test_decimal_steps_are_exact() -> None:
    assert values("a.b=0.8:1.2:5") == (0.8, 0.9, 1, 1.1, 1.2)
    assert repr(values("a.b=0.8:1.2:5")) == "(0.8, 0.9, 1, 1.1, 1.2)"
    assert repr(values("a.b*=0.1:0.7:7")) == "(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)"


def test_both_ends_are_in_and_whole_numbers_stay_whole() -> None:
    assert repr(values("a=1:8:8")) == "(1, 2, 3, 4, 5, 6, 7, 8)"
    assert values("a=25e3:4e4:2") == (25_000, 40_000)
    assert values("a=-1:1:5") == (-1, -0.5, 0, 0.5, 1)
    assert values("a=5:1:3") == (5, 3, 1)
    assert values("a=7:7:1") == (7,)


decimals = st.decimals(-(10**9), 10**9, places=4, allow_nan=False)


@settings(max_examples=20)
@given(decimals, decimals, st.integers(2, 200))
def test_every_value_of_a_range_is_the_nearest_number(first, last, steps) -> None:
    if first == last:
        return
    found = values(f"a.b={first}:{last}:{steps}")
    assert len(found) == steps
    width = (Fraction(last) - Fraction(first)) / (steps - 1)
    for k, value in enumerate(found):
        assert value == float(Fraction(first) + k * width)
        assert step("a.b", value) == ("set", f"a.b={value!r}")
    assert sorted(found, reverse=last < first) == list(found)


# ---- lists


def test_a_list_holds_whatever_set_takes() -> None:
    assert values("a=1,2.5,3") == (1, 2.5, 3)
    found = values("a=true,null,split,'a, b',\"true\",[1, 2],{times: 2}")
    assert found == (True, "null", "split", "a, b", '"true"', "[1, 2]", '{"times": 2}')
    assert [type(value) for value in values("a=true,1")] == [bool, int]


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    decimals.map(float),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp"))),
    st.lists(st.integers(0, 9), min_size=1, max_size=3),
)


@settings(max_examples=20)
@given(st.lists(cells, min_size=1, max_size=5, unique_by=lambda one: (type(one), str(one))))
@example(["null", None, "1", 1, "true", True, " a", "a:b", "#x", "=1", "'", "[1]", "1_000"])
def test_each_value_of_a_list_reaches_set_as_it_was(given_) -> None:
    import json

    text = ",".join(json.dumps(one, ensure_ascii=False) for one in given_)
    problems = Problems()
    found = axes([f"a.b={text}"], problems, 100)
    if any(problem.code != "E170" or "twice" not in problem.message for problem in problems.errors):
        assert all(p.code in {"E103", "E170", "E104", "E109"} for p in problems.errors)
        return
    if problems.errors:  # 1 and 1.0
        return
    for value, one in zip(found[0].values, given_, strict=True):
        seen = Problems()
        change = assignment(step("a.b", value)[1], seen)
        assert change is not None, seen.errors
        assert plain(change.value) == plain(read_value(json.dumps(one), Place(""), Problems()))
        assert isinstance(plain(change.value), bool) == isinstance(one, bool)


# ---- crossing


def test_the_last_axis_runs_fastest() -> None:
    grid = crossed(read("a=1,2", "b*=0.5:1:2"))
    assert [point.values for point in grid.points] == [(1, 0.5), (1, 1), (2, 0.5), (2, 1)]
    assert [point.number for point in grid.points] == [1, 2, 3, 4]
    assert grid.points[2].steps == (("set", "a=2"), ("set", "b*=0.5"))
    assert grid.crossed


def test_variations_come_before_paths_and_the_base_is_left_alone() -> None:
    grid = crossed([*read("a=1,2"), Axis(VARIATION, (None, "strike"))])
    assert [point.steps for point in grid.points] == [
        (("set", "a=1"),),
        (("vary", "strike"), ("set", "a=1")),
        (("set", "a=2"),),
        (("vary", "strike"), ("set", "a=2")),
    ]


@settings(max_examples=20)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_crossing_is_the_product(sizes) -> None:
    given_ = [Axis(f"p{k}", tuple(range(size))) for k, size in enumerate(sizes)]
    grid = crossed(given_)
    assert count(given_) == len(grid.points)
    expected = list(itertools.product(*(axis.values for axis in given_)))
    assert [point.values for point in grid.points] == expected
    assert [point.number for point in grid.points] == list(range(1, len(expected) + 1))


def test_what_is_an_axis() -> None:
    assert is_axis("a=1")
    assert not is_axis("strike")
    assert bare("channels.*.unit_cost*") == "channels.*.unit_cost"
    assert bare("staff.*") == "staff.*"
    assert bare("a+") == "a"


# ---- wrong input


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=1:2", "a range has three parts, found 2"),
        ("a=1:2:3:4", "a range has three parts, found 4"),
        ("a=1:2:0", "expected at least 1 step, found 0"),
        ("a=1:2:-3", "expected at least 1 step, found -3"),
        ("a=1:2:2.5", "steps is how many values to take, a whole number"),
        ("a=x:2:3", "expected a number at the ends of a range, found 'x'"),
        ("a=inf:2:3", "found 'inf'"),
        ("a=nan:2:3", "found 'nan'"),
        ("a=1/3:2:3", "found '1/3'"),
        ("a=1_0:2:3", "found '1_0'"),
        ("a=0,8:1,2:3", "write 0.8"),
        ("a=10 %:1:3", "write 0.1"),
        ("a=1e300:2:3", "numbers go up to 1e12"),
        ("a=1:2:1", "one step cannot be both ends"),
        ("a=1:1:3", "has no width"),
        ("a=1:2:10001", "10,001 steps; a sweep has at most 10,000 points"),
        ("a=1:2:" + "9" * 30, "steps is how many values"),
        ("a=", "the values are missing"),
        ("=1,2", "expected NAME of a variation or PATH=VALUES"),
        ("a=1,,2", "is no list of values"),
        ("a=1,1.0", "the value 1 comes twice"),
        ("a=[", "is no list of values"),
        ("a=1],[2", "is no list of values"),
        ("a-=1,2", "there is no operation -="),
        ("a=!!python/object 1", "is no list of values"),
    ],
)
def test_wrong_axes(text: str, words: str) -> None:
    assert words in refused(text)


def test_several_problems_in_one_go() -> None:
    said = refused("a=1:2", "b=3:4:0", "c=1,2", "c*=1,2")
    assert said.count("\n") == 2
    assert "'c' is varied twice" in said


def test_too_many_points() -> None:
    problems = Problems()
    check_count(count(read("a=1:100:100", "b=1:101:101")), 10_000, problems)
    assert "the sweep has 10,100 points; at most 10,000 are solved" in str(problems.errors[0])
    assert "--most 10100" in problems.errors[0].hint


@settings(max_examples=20)
@given(st.text(max_size=30))
@example("a=\x00:1:2")
@example("a=[[[[[[[[[[")
@example("a==1,2")
def test_any_text_is_an_axis_or_a_clear_problem(text: str) -> None:
    problems = Problems()
    found = axes([f"a.b={text}", text], problems, 100)
    for axis in found:
        for value in axis.values:
            assert assignment(step(axis.name, value)[1], Problems()) is not None
    assert len(found) + len({str(problem.place) for problem in problems.errors}) >= 1
