"""Order of a sweep: everybody once, parents first, neighbours near; fixed by the grid alone."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from channelopt.analysis.sweeping.point import Axis, Grid, Point
from channelopt.pipeline.sweep.order import ordered

CELLS = st.one_of(
    st.lists(st.integers(-50, 50), min_size=1, max_size=12, unique=True),
    st.lists(st.sampled_from(["a", "b", "c", None, True]), min_size=1, max_size=4, unique=True),
)


def crossed(axes: list[list[object]]) -> Grid:
    named = tuple(Axis(f"p{k}", tuple(values)) for k, values in enumerate(axes))  # type: ignore[arg-type]
    points = enumerate(itertools.product(*axes), start=1)
    return Grid(named, tuple(Point(number, values, ()) for number, values in points))


@given(st.lists(CELLS, min_size=1, max_size=3))
def test_every_point_once_and_after_its_parents(axes: list[list[object]]) -> None:
    places = ordered(crossed(axes))
    assert sorted(place.at for place in places) == list(range(len(places)))
    rank = {place.at: number for number, place in enumerate(places)}
    assert all(rank[parent] < rank[place.at] for place in places for parent in place.parents)
    assert [place.at for place in places if not place.parents] == [places[0].at]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40, unique=True))
def test_parents_are_the_nearest_that_come_before_on_both_sides(values: list[int]) -> None:
    places = ordered(crossed([list(values)]))
    seen: list[int] = []
    for place in places:
        here = values[place.at]
        below = [value for value in seen if value < here]
        above = [value for value in seen if value > here]
        nearest = {*([max(below)] if below else []), *([min(above)] if above else [])}
        found = {values[parent] for parent in place.parents}
        # of the same level, in another interval, is no parent, and none is nearer than one that is
        assert found == nearest
        seen.append(here)


def test_ends_come_first_then_middles() -> None:
    places = ordered(crossed([[10, 20, 30, 40, 50]]))
    assert [(place.at, place.parents) for place in places] == [
        (0, ()),
        (4, (0,)),
        (2, (0, 4)),
        (1, (0, 2)),
        (3, (2, 4)),
    ]


def test_numbers_are_neighbours_by_size_other_values_as_listed() -> None:
    numbers = ordered(crossed([[30, 10, 20]]))
    assert [(place.at, place.parents) for place in numbers] == [(1, ()), (0, (1,)), (2, (1, 0))]
    mixed = ordered(crossed([[30, None, "x"]]))
    assert [(place.at, place.parents) for place in mixed] == [(0, ()), (2, (0,)), (1, (0, 2))]


def test_rows_begin_from_the_first() -> None:
    points = tuple(Point(number, (number,), ()) for number in (1, 2, 3))
    places = ordered(Grid((Axis("p", (1, 2, 3)),), points, crossed=False))
    assert [place.parents for place in places] == [(), (0,), (0,)]


def test_a_part_of_a_grid_has_values_of_its_own() -> None:
    """A refinement asks for middles that are no values of the axis."""
    points = (Point(7, (0.5,), ()), Point(9, (2.5,), ()), Point(8, (1.5,), ()))
    places = ordered(Grid((Axis("p", (0, 1, 2, 3)),), points))
    assert sorted(place.at for place in places) == [0, 1, 2]
    assert len([place for place in places if not place.parents]) == 1


def test_no_points() -> None:
    assert ordered(Grid((Axis("p", ()),), ())) == ()
