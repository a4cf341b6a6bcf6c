"""What one aim costs the other, plans nearly as good, and what all of them share."""

from __future__ import annotations

import pytest

from channelopt.report.sections.sensitivity_alternatives import alternatives, verdict
from channelopt.report.sections.sensitivity_frontier import aim, frontiers, open_channels
from channelopt.report.shapes import Points
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

PLAN = full_plan()
EXACT = "re-solved"
PROFIT, SATISFACTION = PLAN.objective or 0.0, PLAN.kpis["satisfaction"] or 0.0


def point(number: int, first: float, second: float, **more: object) -> Row:
    row: dict[str, object] = {
        "frontier": "profit|satisfaction",
        "point": number,
        "first": "profit",
        "second": "satisfaction",
        "first_value": first,
        "second_value": second,
        "supported": True,
        "knee": False,
        "known": EXACT,
        "open_channels": "phone;web[2027]",
        **more,
    }
    return row  # type: ignore[return-value]


LINE = [
    point(1, PROFIT, SATISFACTION),
    point(2, PROFIT - 100.0, SATISFACTION + 0.05, knee=True, supported=False),
    point(3, PROFIT - 400.0, SATISFACTION + 0.06, known="at least", open_channels="phone"),
]


def test_the_frontier_is_drawn_with_the_plan_and_the_knee() -> None:
    shape = charts(frontiers(evidence(table("frontier", LINE))))["frontier"].shape
    assert isinstance(shape, Points)
    assert [(one.label, one.tone) for one in shape.points] == [
        ("The plan", "plan"),
        ("Knee", "gain"),
        ("", "muted"),
    ]
    assert [(one.x, one.y) for one in shape.points] == [
        (row["second_value"], row["first_value"]) for row in LINE
    ]
    assert (shape.joined, shape.y.title) == (True, "Satisfaction-weighted profit, EUR")


def test_the_price_of_a_point_before_and_beyond_the_knee() -> None:
    section = frontiers(evidence(table("frontier", LINE)))
    assert charts(section)["frontier"].insight == (
        "Up to the knee at 0.623, a point more of Mean satisfaction costs EUR 20.00 of "
        "Satisfaction-weighted profit; beyond it EUR 300.00."
    )
    assert any("EUR 66.67" in text and "EUR 300.00" in text for text in texts(section))
    rows = shown(grids(section)["frontier"])
    prices = [row["Price of a point"] for row in rows]
    assert prices == ["–", "20.00", "300.00"]
    marks = [row["Mark"] for row in rows]
    assert marks == ["the plan", "knee, no weighting finds it", "not proven"]
    assert rows[0]["Open channels"] == "Phone, Web (in 2027)"
    assert len(notes(section)) == 1


def test_a_frontier_without_a_knee_tells_both_ends() -> None:
    section = frontiers(evidence(table("frontier", [LINE[0], LINE[2]])))
    insight = charts(section)["frontier"].insight
    assert insight.startswith("From one end to the other, Satisfaction-weighted profit goes from")
    assert "EUR 1,426.91 to EUR 1,026.91" in insight


def test_one_plan_is_no_conflict() -> None:
    section = frontiers(evidence(table("frontier", LINE[:1])))
    assert not charts(section)
    assert "no conflict was found" in texts(section)[0]
    assert len(grids(section)["frontier"].rows) == 1
    assert "Open channels" not in shown(grids(section)["frontier"])[0]


def test_equal_second_figures_have_no_price() -> None:
    flat = [point(1, 10.0, 0.5), point(2, 8.0, 0.5), point(3, 7.0, 0.6)]
    rows = shown(grids(frontiers(evidence(table("frontier", flat))))["frontier"])
    assert rows[1]["Price of a point"] == "–"


def test_figures_beside_those_of_the_frontier() -> None:
    kpis: list[Row] = [
        {"frontier": "profit|satisfaction", "point": k, "figure": name, "value": value}
        for k in (1, 2, 3)
        for name, value in (("cost", 100.0 * k), ("fte", 2.0 * k), ("given_up", 0.1))
    ]
    section = frontiers(evidence(table("frontier", LINE), table("frontier_kpis", kpis)))
    grid = grids(section)["frontier"]
    rows = shown(grid)
    assert [(row["Cost, EUR"], row["FTE"]) for row in rows] == [
        ("100.00", "2"),
        ("200.00", "4"),
        ("300.00", "6"),
    ]
    assert "frontier_kpis.csv" in grid.source


def test_several_frontiers_have_charts_of_their_own() -> None:
    other = [
        {**row, "frontier": "cost|fte", "first": "cost", "second": "-fte"}  # type: ignore[dict-item]
        for row in LINE
    ]
    found = charts(frontiers(evidence(table("frontier", [*LINE, *other]))))
    assert list(found) == ["frontier", "frontier-2"]
    assert found["frontier-2"].title == "Cost against FTE"


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("+satisfaction", "Mean satisfaction", "ratio"),
        ("staff_cost", "Staff", "money"),
        ("-first_contacts.phone", "First contacts: Phone", "number"),
        ("handled_high", "Contacts handled with high touch", "number"),
        ("new_figure", "new_figure", "number"),
    ],
)
def test_figures_have_words_and_units(name: str, label: str, unit: str) -> None:
    found = aim(PLAN, name)
    assert (found.label, found.unit) == (label, unit)


def test_open_channels_in_some_periods() -> None:
    assert open_channels(PLAN, "") == ""
    assert open_channels(PLAN, "web[2027,2028];ghost") == "Web (in 2027 and 2028), ghost"


# ---- alternatives


def other(number: int, loss: float, moved: float, known: str = EXACT) -> Row:
    return {
        "number": number,
        "objective": PROFIT - loss,
        "loss": loss,
        "loss_percent": 100.0 * loss / PROFIT,
        "distance": 1.5,
        "channels_opened": 0,
        "channels_closed": 1,
        "upgrades_changed": 0,
        "moved_contacts": moved,
        "known": known,
    }


def test_alternatives_name_the_one_that_moves_most() -> None:
    rows = [other(1, 10.0, 84.0), other(2, 14.0, 420.0, "at least")]
    section = alternatives(evidence(table("alternatives", rows), within=0.01))
    assert texts(section)[0] == (
        "2 further plans were found that give up at most 1 % of profit. In number 2 most contacts "
        "enter elsewhere, 50.0 % of them, for EUR 14.00."
    )
    found = shown(grids(section)["alternatives"])
    assert [row["Given up"] for row in found] == ["10.00", "14.00"]
    assert [row["Furthest away"] for row in found] == ["proven", "not proven"]
    assert len(notes(section)) == 1


def test_without_the_manifest_the_largest_loss_is_the_limit() -> None:
    section = alternatives(evidence(table("alternatives", [other(1, 14.269125, 84.0)])))
    assert "1 further plan was found that gives up at most 1.0 % of profit." in texts(section)[0]


def test_changes_are_in_titles() -> None:
    place: Row = {"number": 1, "period": "2027"}
    changes = [
        {**place, "what": "open", "channel": "web", "in_plan": 1, "in_alternative": 0},
        {**place, "what": "share", "segment": "calm", "interaction": "advice", "channel": "phone",
         "in_plan": 0.25, "in_alternative": 0.6},
        {**place, "what": "fte", "group": "agents", "in_plan": 4, "in_alternative": 5},
    ]  # fmt: skip
    both = table("alternatives", [other(1, 1.0, 1.0)]), table("alternative_changes", changes)
    found = [list(row.values()) for row in
             shown(grids(alternatives(evidence(*both)))["alternative_changes"])]  # fmt: skip
    assert found == [
        ["1", "2027", "open", "Web", "yes", "no"],
        ["1", "2027", "share of contacts", "Calm savers, Advice, Phone", "25.0 %", "60.0 %"],
        ["1", "2027", "FTE", "Agents", "4", "5"],
    ]


def decided(channel: str, low: float | None, high: float | None, known: str = EXACT,
            what: str = "open", **more: str) -> Row:  # fmt: skip
    return {"decision": channel, "what": what, "channel": channel, "in_plan": 1, "lowest": low,
            "highest": high, "known": known, "period": "2027", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (decided("web", 1, 1), "always open"),
        (decided("web", 0, 0), "never open"),
        (decided("web", 0, 1), "may be either"),
        (decided("web", None, None, "not solved"), "not settled"),
        (decided("web", 1, 0, "not solved"), "not settled"),
        (decided("web", 1, 1, what="owned"), "always owned"),
        (decided("web", 0.4, 0.65, what="share"), "between 40 % and 65 %"),
        (decided("web", 0.4, 0.65, "at least", "share"), "at least between 40 % and 65 %"),
        (decided("web", 0.4, 0.4, what="share"), "always 40 %"),
    ],
)
def test_verdicts(row: Row, words: str) -> None:
    assert verdict(row) == words


def test_what_all_near_best_plans_share_is_shared_in_every_period() -> None:
    rows = [
        decided("web", 1, 1), decided("web", 1, 1, period="2028"),
        decided("phone", 1, 1), decided("phone", 0, 1, period="2028"),
        decided("branch", 0, 0),
    ]  # fmt: skip
    section = alternatives(evidence(table("no_regret", rows), within=0.02))
    said = texts(section)
    assert "Open in every period in all plans within 2 % of profit: Web." in said
    assert "Open in no period in any plan within 2 % of profit: Branch." in said
    assert len(grids(section)["no_regret"].rows) == 5


def test_nothing_shared_is_said() -> None:
    section = alternatives(evidence(table("no_regret", [decided("web", 0, 1)])))
    assert "No channel or upgrade is proven to be the same in all near-best plans." in texts(
        section
    )


def test_streams_are_drawn_from_lowest_to_highest() -> None:
    rows = [
        decided(name, low, high, what="share", segment="calm", interaction="advice")
        for name, low, high in (("web", 0.2, 0.9), ("phone", 0.5, 0.75), ("branch", 0.0, 0.1))
    ]
    unproven = decided("web", 0.0, 1.0, "at least", "share", segment="keen", interaction="offer")
    chart = charts(alternatives(evidence(table("no_regret", [*rows, unproven]))))["no-regret"]
    found = bars(chart)
    key = "Calm savers, Advice, {}, 2027"
    names = [key.format(channel) for channel in ("Web", "Phone", "Branch")]
    assert found["In every near-best plan"] == dict(zip(names, [0.2, 0.5, 0.0], strict=True))
    assert found["In some near-best plans"] == pytest.approx(
        dict(zip(names, [0.7, 0.25, 0.1], strict=True))
    )
    assert f"In every near-best plan {names[1]} has at least 50 %" in chart.insight
    assert "anywhere from 20 % to 90 %" in chart.insight


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ((0.0, 0.6), "Not one of the large streams"),
        ((0.6, 0.6), "All near-best plans send the large streams"),
    ],
)
def test_streams_that_are_all_alike(ends: tuple[float, float], sentence: str) -> None:
    rows = [decided(name, *ends, what="share") for name in ("web", "phone")]
    chart = charts(alternatives(evidence(table("no_regret", rows))))["no-regret"]
    assert chart.insight.startswith(sentence)


def test_no_alternatives_asked_is_no_section() -> None:
    assert alternatives(evidence()) is None
    assert frontiers(evidence()) is None
