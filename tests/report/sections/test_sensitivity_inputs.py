"""Which inputs move the result, and how wrong they may be."""

from __future__ import annotations

import pytest

from channelopt.report.sections.sensitivity_ranges import ranges
from channelopt.report.sections.sensitivity_tornado import FEW, tornado
from channelopt.report.shapes import Swings
from channelopt.report.speech import speaking
from tests.report.hand_made import full_plan
from tests.report.sections.sensitivity_tables import (
    Row,
    bars,
    charts,
    evidence,
    grids,
    notes,
    shown,
    table,
    texts,
)

EXACT = "re-solved"


def varied(name: str, held: tuple[float, float], best: tuple[float | None, float | None],
           known: tuple[str, str] = (EXACT, EXACT), breaks: str = "") -> Row:  # fmt: skip
    react = [None if b is None else b - h for b, h in zip(best, held, strict=True)]
    return {
        "group": name,
        "title": name,
        "low": 0.9,
        "high": 1.25,
        "held_low": held[0],
        "held_high": held[1],
        "best_low": best[0],
        "best_high": best[1],
        "flexibility_low": react[0],
        "flexibility_high": react[1],
        "known_low": known[0],
        "known_high": known[1],
        "breaks": breaks,
    }


THREE = [
    varied("Volume", (50.0, -60.0), (80.0, -10.0)),
    varied("Margin", (-100.0, 90.0), (-100.0, 90.0)),
    varied("Cost", (5.0, -7.0), (None, -2.0), ("infeasible", EXACT), "high: staff, floor"),
]


def drawn(chart_name: str, rows: list[Row]) -> list[tuple[str, float | None, float | None]]:
    shape = charts(tornado(evidence(table("tornado", rows))))[chart_name].shape
    assert isinstance(shape, Swings)
    return [(one.label, one.low, one.high) for one in shape.swings]


def test_both_tornados_have_the_numbers_of_the_table() -> None:
    assert drawn("tornado-carried-on", THREE) == [
        ("Margin", -100.0, 90.0),
        ("Volume", 50.0, -60.0),
        ("Cost", 5.0, -7.0),
    ]
    assert drawn("tornado-planned-again", THREE) == [
        ("Margin", -100.0, 90.0),
        ("Volume", 80.0, -10.0),
        ("Cost", None, -2.0),
    ]


def test_what_moves_most_is_said_with_its_direction() -> None:
    section = tornado(evidence(table("tornado", THREE)))
    share = 100.0 / (full_plan().objective or 0.0)
    assert charts(section)["tornado-carried-on"].insight == (
        "With the plan carried on nothing moves profit more than 'Margin': at -10 % it falls by "
        f"EUR 100.00, {100 * share:.1f} % of what is planned."
    )
    said = texts(section)
    assert any("'Volume' turns out at +25 %" in one and "EUR 50.00" in one for one in said)
    assert "No plan at all is left with 'Cost' at -10 %." in said
    assert any(one.startswith("In 1 case the plan carried on breaks rules") for one in said)


def test_the_table_has_both_ends_and_what_breaks() -> None:
    rows = shown(grids(tornado(evidence(table("tornado", THREE))))["tornado"])
    cost = rows[2]
    assert (cost["Low"], cost["High"]) == ("-10 %", "+25 %")
    assert cost["Planned again, low"] == cost["Value of reacting, low"] == "no plan"
    assert cost["Carried on, breaks"] == "at the high end: Hours and FTE of staff and Policy floor"


def test_a_tornado_of_bounds_is_not_drawn() -> None:
    """What is not proven is only known to be no worse than the plan carried on."""
    open_ = [varied("Volume", (50.0, -60.0), (80.0, -60.0), ("at least", "at least"))]
    section = tornado(evidence(table("tornado", open_)))
    assert set(charts(section)) == {"tornado-carried-on"}
    assert "≥ 80.00" in shown(grids(section)["tornado"])[0].values()
    assert notes(section)[0].startswith("2 of 2 figures below are not proven")


def test_equal_tornados_are_drawn_once_and_zero_ones_not_at_all() -> None:
    same = [varied("Margin", (-100.0, 90.0), (-100.0, 90.0))]
    assert set(charts(tornado(evidence(table("tornado", same))))) == {"tornado-carried-on"}
    nothing = [varied("Margin", (0.0, 0.0), (0.0, 0.0))]
    section = tornado(evidence(table("tornado", nothing)))
    assert not charts(section)
    assert "No input that was varied is known to change profit." in texts(section)
    assert tornado(evidence(table("tornado", []))) is None


def test_a_plan_worth_nothing_has_no_share() -> None:
    plan = full_plan().with_(objective=0.0)
    chart = charts(tornado(evidence(table("tornado", THREE), plan=plan)))["tornado-carried-on"]
    assert "–" in chart.insight


def test_long_tornados_say_what_they_leave_out() -> None:
    many = [varied(f"Input {k}", (-1.0 - k, 1.0), (-1.0 - k, 1.0)) for k in range(30)]
    section = tornado(evidence(table("tornado", many)))
    chart = charts(section)["tornado-carried-on"]
    assert isinstance(chart.shape, Swings)
    assert [one.label for one in chart.shape.swings] == [f"Input {k}" for k in range(29, 9, -1)]
    assert f"the {FEW} inputs of 30" in chart.title
    assert len(grids(section)["tornado"].rows) == 30


# ---- ranges


def span(name: str, low: float | None, high: float | None, known: str = EXACT) -> Row:
    """An input that is 2 today; ends where the plan is no longer best, None for none."""
    none = "no change as far as was looked"
    return {
        "parameter": name,
        "title": name,
        "unit": "minutes",
        "value": 2.0,
        "low": 0.0 if low is None else low + 0.01,
        "low_beyond": low,
        "low_known": known,
        "low_ends": none if low is None else "another plan is better",
        "high": 20.0 if high is None else high - 0.01,
        "high_beyond": high,
        "high_known": EXACT,
        "high_ends": none if high is None else "the plan breaks floor",
    }


def test_the_room_of_an_input_is_that_to_its_nearest_end() -> None:
    rows = [span("Near", 1.9, 5.0), span("Far", None, 3.0), span("Never", None, None)]
    section = ranges(evidence(table("ranges", rows)))
    chart = charts(section)["room-of-inputs"]
    (found,) = bars(chart).values()
    assert found == pytest.approx({"Near": 5.0, "Far": 50.0})
    assert "'Near': another plan is best at 1.90 minutes already instead of 2.00" in chart.insight
    assert "1 of 3 inputs are known to change the plan within 10 %" in chart.insight
    table_ = {row["Input"]: row for row in shown(grids(section)["ranges"])}
    assert table_["Near"]["Best from"] == "1.91"
    assert table_["Near"]["Above"] == "the plan breaks Policy floor"
    assert table_["Never"]["Below"] == "no change as far as was looked"


def test_ends_that_are_not_proven_say_so() -> None:
    open_ = {**span("Near", 1.5, None, "at least"), "low": 2.0}
    unknown = {**span("Far", None, None, "not solved"), "low": 2.0, "low_ends": None}
    section = ranges(evidence(table("ranges", [open_, unknown])))
    near, far = shown(grids(section)["ranges"])
    assert near["Below"] == "another plan is better, from 1.50 on at the latest"
    assert (far["Best from"], far["Below"]) == ("–", "not computed")
    assert notes(section) == ["2 of 4 figures below are not proven, because the time ended first."]


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (EXACT, "None of the 2 inputs that were looked at changes the plan, as far as was looked."),
        ("not solved", "No input is known to change the plan."),
    ],
)
def test_no_range_that_ends_is_no_chart(known: str, sentence: str) -> None:
    rows = [span("One", None, None, known), span("Two", None, None, known)]
    section = ranges(evidence(table("ranges", rows)))
    assert not charts(section)
    assert sentence in texts(section)


def opening(event: str, at: float | None, known: str = EXACT, note: str = "") -> Row:
    return {
        "channel": "web",
        "event": event,
        "parameter": "channels.web.unit_cost",
        "title": "Unit cost: Web",
        "unit": "currency",
        "value": 2.0,
        "at": at,
        "change": None if at is None else at / 2.0 - 1.0,
        "known": known,
        "note": note,
    }


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (opening("closes", 3.0), "closes"),
        (opening("opens", 1.0, "at least"), "opens there at the latest"),
        (opening("closes", None, EXACT, "there is no plan without the channel"),
         "there is no plan without the channel"),
        (opening("closes", None, EXACT, "stays open as far as 1e3"), "stays open as far as 1,000"),
        (opening("opens", None, EXACT, "stays unused as far as 0"), "stays unused as far as 0"),
        (opening("opens", None, "not solved"), "not computed"),
    ],
)  # fmt: skip
def test_where_channels_open_or_close(row: Row, words: str) -> None:
    section = ranges(evidence(table("openings", [row])))
    (found,) = shown(grids(section)["openings"])
    assert (found["Channel"], found["What happens"]) == ("Web", words)


def test_the_nearest_opening_is_told() -> None:
    rows = [opening("closes", 3.0), opening("opens", 1.8)]
    assert (
        "The nearest change: Web opens where 'Unit cost: Web' moves by -10 %."
        in texts(ranges(evidence(table("openings", rows))))
    )  # fmt: skip


def test_nothing_asked_is_no_section() -> None:
    assert ranges(evidence()) is None
    assert ranges(evidence(table("ranges", []), table("openings", []))) is None


def test_titles_of_the_user_are_never_translated() -> None:
    mine = {**varied("satisfaction", (1.0, -2.0), (1.0, -2.0)), "title": "Satisfaction"}
    path = {
        **varied("segments.calm.margin", (1.0, -3.0), (1.0, -3.0)),
        "title": "Margin: Calm savers",
    }
    with speaking("de"):
        rows = shown(grids(tornado(evidence(table("tornado", [mine, path]))))["tornado"])
    assert [next(iter(row.values())) for row in rows] == ["Satisfaction", "Marge: Calm savers"]
