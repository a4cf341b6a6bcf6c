"""Where plans change along the axes of a sweep, and the tables that say so; no solver at work."""

import csv
import io
import itertools
import shlex
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.analysis.sweeping.axes import VARIATION, crossed
from channelopt.analysis.sweeping.point import Axis, Grid, Solved
from channelopt.analysis.sweeping.structure import Spot, exact, halved, pairs, structures
from channelopt.analysis.sweeping.tables import Sweep
from channelopt.instance.instance import Names
from channelopt.plan.table import Table

PERIODS = ("2027", "2028")
NAMES = Names("Test", "EUR", {}, {}, {"web": "Web", "phone": "Phone"}, {}, {"mix": "Mix"})
PLANS = (
    ((), ()),
    ((("2027", "web"), ("2028", "web")), ()),
    ((("2027", "web"), ("2028", "phone"), ("2028", "web")), (("2028", "bot"),)),
)


def solved(number: int, kind: int | str, profit: float = 0.0, bound: float | None = None) -> Solved:
    """A point with one of PLANS, or with a status and no plan."""
    if isinstance(kind, str):
        return Solved(number, f"{number:064x}", kind)
    open_, owned = PLANS[kind]
    bound = profit if bound is None else bound
    status = "optimal" if bound == profit else "feasible"
    return Solved(
        *(number, f"{number:064x}", status, profit, bound),
        kpis={"profit": profit, "cost": 2.0 * number},
        open=open_,
        owned=owned,
        fte={("2027", "team"): 3.0, ("2028", "team"): 4.0},
        first_contacts={("2027", "web"): 30.0, ("2027", "phone"): 10.0, ("2028", "mix"): 5.0},
    )


def swept(grid: Grid, found: list[Solved], steps=(), along=None) -> Sweep:
    spots = [Spot(p, s) for p, s in zip(grid.points, found, strict=False)]
    return Sweep(NAMES, PERIODS, tuple(steps), grid, tuple(spots), along or {})


def table(sweep: Sweep, name: str) -> Table:
    return next(one for one in sweep.tables if one.name == name)


def records(sweep: Sweep, name: str) -> list[dict[str, object]]:
    return list(table(sweep, name).records())


LINE = crossed([Axis("a.b", (1, 2, 3, 4))])


def test_changes_say_what_opens_closes_and_is_bought() -> None:
    found = [solved(1, 1, 10), solved(2, 2, 12), solved(3, 2, 13), solved(4, 1, 13)]
    rows = records(swept(LINE, found), "changes")
    assert [(r["from"], r["to"], r["opens"], r["closes"], r["buys"], r["drops"]) for r in rows] == [
        (1, 2, "phone (2028)", None, "bot (2028)", None),
        (3, 4, None, "phone (2028)", None, "bot (2028)"),
    ]
    assert [(r["from_plan"], r["to_plan"], r["from_profit"], r["to_profit"]) for r in rows] == [
        ("P1", "P2", 10, 12),
        ("P2", "P1", 13, 13),
    ]
    assert [r["known"] for r in rows] == ["re-solved"] * 2


def test_names_alone_where_they_hold_in_all_periods() -> None:
    rows = records(swept(LINE, [solved(1, 0), solved(2, 1)]), "changes")
    assert rows[0]["opens"] == "web"


def test_slopes_are_differences_and_flat_ends_are_found() -> None:
    found = [solved(1, 1, 10), solved(2, 1, 14), solved(3, 1, 15), solved(4, 1, 15)]
    rows = records(swept(LINE, found), "slopes")
    assert [row["slope"] for row in rows] == [4, 1, 0]
    assert [row["flat"] for row in rows] == [False, False, True]


def test_what_is_not_proven_is_marked_and_has_its_doubt() -> None:
    found = [solved(1, 1, 10), solved(2, 1, 14, bound=16), solved(3, 1, 15), solved(4, 1, 15)]
    sweep = swept(LINE, found)
    slopes = records(sweep, "slopes")
    assert [row["known"] for row in slopes] == ["at least", "at least", "re-solved"]
    assert [row["doubt"] for row in slopes] == [2, 2, 0]
    assert [row["flat"] for row in slopes] == [False, True, True]
    points = records(sweep, "sweep")
    assert points[1]["known"] == "at least"
    assert points[1]["gap"] == pytest.approx(2 / 14)


def test_the_edge_of_what_is_possible_is_a_change() -> None:
    found = [solved(1, "infeasible"), solved(2, 1, 5), solved(3, 1, 6), solved(4, "infeasible")]
    sweep = swept(LINE, found)
    rows = records(sweep, "changes")
    assert [(row["from_plan"], row["to_plan"]) for row in rows] == [("none", "P1"), ("P1", "none")]
    assert len(records(sweep, "slopes")) == 1
    assert [row["known"] for row in records(sweep, "sweep")] == [
        *("infeasible", "re-solved", "re-solved", "infeasible")
    ]


@pytest.mark.parametrize("status", ["no_solution", "invalid", "failed", "unbounded"])
def test_points_that_say_nothing_are_passed_over(status: str) -> None:
    found = [solved(1, 1, 5), solved(2, status), solved(3, 2, 7), solved(4, 2, 8)]
    sweep = swept(LINE, found)
    assert [(r["from"], r["to"]) for r in records(sweep, "changes")] == [(1, 3)]
    assert [row["slope"] for row in records(sweep, "slopes")] == [1, 1]
    assert records(sweep, "sweep")[1]["known"] == "not solved"
    assert records(sweep, "sweep")[1]["profit"] is None


def test_points_that_nobody_came_to_are_in_the_table() -> None:
    sweep = swept(LINE, [solved(1, 1, 5)])
    rows = records(sweep, "sweep")
    assert [row["status"] for row in rows] == ["optimal", "open", "open", "open"]
    assert [row["set"] for row in rows] == [f"--set a.b={k}" for k in (1, 2, 3, 4)]
    assert sweep.counts() == {"open": 3, "optimal": 1}


def test_a_failed_plan_has_no_figures() -> None:
    wrong = replace(solved(2, 1, 99), status="failed")
    sweep = swept(LINE, [solved(1, 1, 5), wrong])
    row = records(sweep, "sweep")[1]
    assert (row["status"], row["profit"], row["plan"], row["cost"]) == ("failed", None, None, None)
    assert sweep.best is not None
    assert sweep.best.point.number == 1
    assert {row["point"] for row in records(sweep, "channels")} == {1}


def test_rows_have_no_neighbours() -> None:
    grid = replace(LINE, crossed=False)
    sweep = swept(grid, [solved(1, 1), solved(2, 2), solved(3, 1), solved(4, 2)])
    assert sweep.pairs == ()
    assert len(sweep.plans) == 2


def test_variations_are_compared_with_the_base() -> None:
    grid = crossed([Axis(VARIATION, (None, "dear", "strike")), Axis("a", (1, 2))])
    kinds = [1, 1, 2, 1, 1, 2]
    sweep = swept(grid, [solved(k, kind) for k, kind in enumerate(kinds, start=1)])
    assert all(pair.low is not pair.high for pair in sweep.pairs)
    rows = [r for r in records(sweep, "changes") if r["axis"] == VARIATION]
    assert [(r["at"], r["from"], r["to"]) for r in rows] == [
        ("a=1", None, "dear"),
        ("a=2", None, "strike"),
    ]
    assert {r["axis"] for r in records(sweep, "slopes")} == {"a"}


def test_texts_are_neighbours_as_listed_and_numbers_by_size() -> None:
    grid = crossed([Axis("a", ("x", "null", "y"))])
    sweep = swept(grid, [solved(1, 0), solved(2, 1), solved(3, 2)])
    assert [(r["from"], r["to"]) for r in records(sweep, "changes")] == [
        ("x", "null"),
        ("null", "y"),
    ]
    assert records(sweep, "slopes") == []
    grid = crossed([Axis("a", (5, 1, 3))])
    sweep = swept(grid, [solved(1, 0, 5), solved(2, 1, 1), solved(3, 2, 3)])
    assert [(r["low"], r["high"]) for r in records(sweep, "slopes")] == [(1, 3), (3, 5)]


def test_structures_list_channels_by_period() -> None:
    sweep = swept(LINE, [solved(1, 2), solved(2, 1), solved(3, 2), solved(4, "infeasible")])
    assert records(sweep, "structures") == [
        dict(zip(table(sweep, "structures").columns, row, strict=True))
        for row in [
            ("P1", "2027", "web", None, 1, 2),
            ("P1", "2028", "phone;web", "bot", 1, 2),
            ("P2", "2027", "web", None, 2, 1),
            ("P2", "2028", "web", None, 2, 1),
        ]
    ]


def test_channels_and_staff_are_tidy() -> None:
    sweep = swept(crossed([Axis("a", (1,))]), [solved(1, 1)])
    assert [tuple(row.values()) for row in records(sweep, "channels")] == [
        (1, "2027", "phone", False, 10, 0.25),
        (1, "2027", "web", True, 30, 0.75),
        (1, "2028", "mix", None, 5, 1),
        (1, "2028", "web", True, 0, 0),
    ]
    assert [tuple(row.values()) for row in records(sweep, "staff")] == [
        (1, "2027", "team", 3),
        (1, "2028", "team", 4),
    ]


# ---- text of users is data


def test_headers_and_cells_are_never_formulas() -> None:
    hostile = ("=cmd|'/c calc'!A1", "@x", "-1+2", "+1")
    for text in hostile:
        grid = crossed([Axis(text, (text, "x"))])
        sweep = swept(grid, [solved(1, 0), solved(2, 1)])
        for one in sweep.tables:
            for row in csv.reader(io.StringIO(one.to_csv())):
                for cell in row:
                    assert not cell or cell[0] not in "=@+" or cell.isdigit(), (one.name, cell)
                    assert not cell.startswith("-") or float(cell) <= 0


def test_the_text_of_a_point_reproduces_it_in_a_shell() -> None:
    grid = crossed([Axis(VARIATION, ("strike",)), Axis("policies.a b.at_most", ("it's; rm -rf",))])
    sweep = swept(grid, [solved(1, 0)], steps=[("set", "channels.*.unit_cost*=1.1")])
    words = shlex.split(str(records(sweep, "sweep")[0]["set"]))
    assert words == [
        *("--set", "channels.*.unit_cost*=1.1", "--vary", "strike"),
        *("--set", "policies.a b.at_most=it's; rm -rf"),
    ]


def test_the_data_frame_has_numbers_and_texts() -> None:
    grid = crossed([Axis("a", (1, 2.5)), Axis("b", ("null", True))])
    frame = swept(grid, [solved(k, 1, k) for k in (1, 2, 3, 4)]).table
    assert frame["profit"].sum() == 10
    assert frame["a"].tolist() == [1, 1, 2.5, 2.5]
    assert frame["b"].tolist() == ["null", True, "null", True]


# ---- against brute force


@st.composite
def sweeps(draw) -> Sweep:
    """A crossed grid of one to three numbers with plans, gaps and holes by chance."""
    given_ = [
        Axis(f"p{k}", tuple(draw(st.permutations(range(draw(st.integers(1, 4)))))))
        for k in range(draw(st.integers(1, 3)))
    ]
    grid = crossed(given_)
    kinds = st.sampled_from([0, 1, 2, "infeasible", "no_solution", "invalid"])
    found = [
        solved(point.number, draw(kinds), draw(st.integers(0, 9)), draw(st.sampled_from([None, 9])))
        for point in grid.points
    ]
    return swept(grid, found)


@settings(max_examples=15)
@given(sweeps())
def test_neighbours_are_those_of_a_plain_search(sweep: Sweep) -> None:
    """Two told points are neighbours if they differ in one value and none is told between."""
    told = [s for s in sweep.spots if s.solved.status in {"optimal", "feasible", "infeasible"}]
    expected = set()
    for one, two in itertools.permutations(told, 2):
        differ = [
            k
            for k, (a, b) in enumerate(zip(one.point.values, two.point.values, strict=True))
            if a != b
        ]
        if len(differ) != 1:
            continue
        (k,) = differ
        low, high = one.point.values[k], two.point.values[k]
        between = [
            s
            for s in told
            if low < s.point.values[k] < high
            and s.point.values[:k] + s.point.values[k + 1 :]
            == one.point.values[:k] + one.point.values[k + 1 :]
        ]
        if low < high and not between:
            expected.add((k, one.point.number, two.point.number))
    found = {(p.axis, p.low.point.number, p.high.point.number) for p in sweep.pairs}
    assert found == expected
    changed = {
        (p.low.point.number, p.high.point.number)
        for p in sweep.pairs
        if (p.low.solved.open, p.low.solved.owned, p.low.has_plan)
        != (p.high.solved.open, p.high.solved.owned, p.high.has_plan)
    }
    rows = records(sweep, "changes")
    assert {(row["from_point"], row["to_point"]) for row in rows} == changed


@settings(max_examples=15)
@given(sweeps())
def test_slopes_add_up_to_the_whole_difference(sweep: Sweep) -> None:
    rows = records(sweep, "slopes")
    profit = {s.point.number: s.solved.objective for s in sweep.spots}
    for row in rows:
        assert row["slope"] * (row["high"] - row["low"]) == pytest.approx(
            profit[row["to_point"]] - profit[row["from_point"]]
        )
    values = {point.number: point.values for point in sweep.grid.points}
    for row in rows:
        assert values[row["from_point"]] != values[row["to_point"]]


@settings(max_examples=15)
@given(sweeps())
def test_structures_tell_plans_apart(sweep: Sweep) -> None:
    names = structures(sweep.spots)
    assert list(names.values()) == [f"P{k + 1}" for k in range(len(names))]
    rows = records(sweep, "sweep")
    for one, two in itertools.combinations(sweep.spots, 2):
        if one.has_plan and two.has_plan:
            same = rows[one.point.number - 1]["plan"] == rows[two.point.number - 1]["plan"]
            assert same == (
                (one.solved.open, one.solved.owned) == (two.solved.open, two.solved.owned)
            )
    users = {row["plan"]: row["points"] for row in records(sweep, "structures")}
    assert sum(users.values()) == sum(spot.has_plan for spot in sweep.spots)


# ---- halving


def halve(edges: list[float], tolerance: float, values=(0, 10)) -> list[Spot]:
    """Halve until nothing is left to halve; the plan changes at each edge."""

    def at(value: float) -> int:
        return sum(value > edge for edge in edges) % 3

    grid = crossed([Axis("a", tuple(values))])
    spots = [Spot(p, solved(p.number, at(p.values[0]))) for p in grid.points]
    for _ in range(200):
        more = halved(grid, pairs(grid, spots, {}), tolerance)
        if not more:
            return spots
        for point, axis in more:
            assert axis == 0
            number = len(spots) + 1
            spots.append(Spot(replace(point, number=number), solved(number, at(point.values[0]))))
    raise AssertionError("halving does not end")


@settings(max_examples=20)
@given(
    st.lists(st.floats(0.01, 9.99), min_size=1, max_size=3, unique=True),
    st.sampled_from([0.5, 0.1, 0.01, 1e-4]),
)
def test_halving_closes_in_on_each_change(edges: list[float], tolerance: float) -> None:
    spots = sorted(halve(edges, tolerance), key=lambda spot: spot.point.values[0])
    for low, high in itertools.pairwise(spots):
        if low.structure != high.structure:
            assert (
                exact(high.point.values[0]) - exact(low.point.values[0]) <= tolerance * 10 + 1e-12
            )
    assert len(spots) <= 2 + 4 * 3 * 20


def test_whole_numbers_are_halved_to_whole_numbers_first() -> None:
    spots = halve([6.5], 0.01, values=(0, 100))
    values = sorted(spot.point.values[0] for spot in spots)
    assert values == [0, 6, 7, 9, 12, 25, 50, 100]
    assert all(isinstance(value, int) for value in values)


def test_nothing_is_halved_where_nothing_changes_or_no_number_is() -> None:
    grid = crossed([Axis("a", ("x", "y"))])
    spots = [Spot(p, solved(p.number, p.number)) for p in grid.points]
    assert halved(grid, pairs(grid, spots, {}), 0.1) == []
    grid = crossed([Axis("a", (1, 2))])
    spots = [Spot(p, solved(p.number, 1)) for p in grid.points]
    assert halved(grid, pairs(grid, spots, {}), 0.1) == []


def test_new_points_have_no_neighbours_along_other_axes() -> None:
    grid = crossed([Axis("a", (0, 8)), Axis("b", (1, 2))])
    spots = [Spot(p, solved(p.number, 1 if p.values[0] else 0)) for p in grid.points]
    new = halved(grid, pairs(grid, spots, {}), 0.5 - 1e-9)
    assert [(p.values, axis) for p, axis in new] == [((4, 1), 0), ((4, 2), 0)]
    spots += [Spot(replace(p, number=5 + k), solved(5 + k, k)) for k, (p, _) in enumerate(new)]
    found = pairs(grid, spots, {5: 0, 6: 0})
    along_b = [(p.low.point.number, p.high.point.number) for p in found if p.axis == 1]
    assert along_b == [(1, 2), (3, 4)]
