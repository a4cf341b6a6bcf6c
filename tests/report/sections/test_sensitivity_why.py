"""Who gets which channel and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelopt.report.sections.sensitivity_flips import flip_in_words
from channelopt.report.sections.sensitivity_why import why
from channelopt.report.shapes import Heatmap
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
PLAN = full_plan()


def choice(segment: str, regret: float | None, known: str = EXACT, **more: object) -> Row:
    row: dict[str, object] = {
        "segment": segment,
        "interaction": "advice",
        "period": "2027 to 2028",
        "channel": "phone",
        "share": 0.75,
        "runner_up": "web" if regret is not None else "",
        "forced_share": 1.0 if regret is not None else None,
        "regret": regret,
        "known": known,
        **more,
    }
    return row  # type: ignore[return-value]


def flipping(change: float, path: str, now: float | None, to: float | None) -> dict[str, object]:
    return {"flip_parameter": path, "flip_from": now, "flip_to": to, "flip_change": change}


RESOLUTION = "tables.resolution[segment=calm,interaction=advice,channel=web]"


def test_the_clearest_choices_are_proven_ones() -> None:
    rows = [choice("calm", 50.0), choice("keen", 80.0), choice("keen", 900.0, "at least")]
    section = why(evidence(table("why", rows)))
    chart = charts(section)["clearest-choices"]
    assert [list(found.values()) for found in bars(chart).values()] == [[80.0, 50.0]]
    assert chart.insight == (
        "The clearest choice is Keen traders, Advice, 2027 to 2028: Phone, not Web: the runner-up "
        "would cost EUR 80.00 more."
    )
    found = shown(grids(section)["why"])
    assert [row["Would cost, EUR"] for row in found] == ["50.00", "80.00", "≤ 900.00"]
    assert notes(section)[0].startswith("1 of 3 figures below are not proven")


def test_bounds_tell_what_could_be_changed_cheaply() -> None:
    rows = [choice("calm", 50.0, "at least"), choice("keen", 8.0, "at least")]
    section = why(evidence(table("why", rows)))
    assert set(charts(section)) == {"cheapest-choices"}
    chart = charts(section)["cheapest-choices"]
    assert list(bars(chart)) == ["At most, not proven"]
    assert "Keen traders" in chart.insight
    assert chart.insight.endswith("would cost EUR 8.00 more at most.")
    assert "For no choice is it proven what the best other channel would cost." in texts(section)


def test_the_closest_calls_flip_first() -> None:
    rows = [
        choice("calm", 50.0, **flipping(-0.2, "channels.web.unit_cost", 2.0, 1.6)),
        choice("keen", 80.0, **flipping(0.04, RESOLUTION, 0.6, 0.624)),
    ]
    section = why(evidence(table("why", rows)))
    chart = charts(section)["closest-choices"]
    (found,) = bars(chart).values()
    assert found == {"Advice, Keen traders": 4.0, "Advice, Calm savers": 20.0}
    assert chart.insight.endswith(
        "it flips when Web settles 62.4 % instead of 60.0 % of these contacts (+4 %)."
    )
    assert "cheapest-choices" not in charts(section)
    flips = [row["Flips when"] for row in shown(grids(section)["why"])]
    assert flips[0] == "a contact by Web costs 1.60 instead of 2.00 (-20 %)"


def test_a_matter_of_taste() -> None:
    free = choice("calm", 0.0, flip_change=0.0, flip_share=0.5)
    section = why(evidence(table("why", [free, choice("keen", 3.0)])))
    assert any(text.startswith("1 choice is a matter of taste") for text in texts(section))
    assert shown(grids(section)["why"])[0]["Flips when"] == "50 % could move at no cost"


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("no meaning", "no other channel may take them"),
        ("infeasible", "the rules leave no room for more elsewhere"),
        ("not solved", "not computed"),
    ],
)
def test_no_runner_up_says_why(known: str, words: str) -> None:
    section = why(evidence(table("why", [choice("calm", None, known)])))
    assert not charts(section)
    assert shown(grids(section)["why"])[0]["Runner-up"] == words


@pytest.mark.parametrize(
    ("path", "now", "to", "words"),
    [
        ("channels.phone.handle_minutes", 6.0, 7.0, "a contact by Phone takes 7 instead of 6"),
        ("tables.satisfaction[channel=web]", 0.86, 0.621, "satisfaction with Web is 0.621 instead"),
        ("tables.contact_value[channel=web]", 1.0, 2.5, "a contact by Web brings 2.50 instead"),
        ("channels.web.unit_cost[2027] channels.web.unit_cost[2028]", None, None,
         "the cost of a contact by Web changes by +10 %"),
        ("policies.floor.at_least", 0.5, 0.55,
         "the limit policies.floor.at_least is 0.55 instead of 0.50 (+10 %)"),
        ("channels.web.capacity", 100.0, 110.0, "the limit channels.web.capacity is 110 instead"),
        ("tables.max_share", None, None, "the limit tables.max_share changes by +10 %"),
    ],
)  # fmt: skip
def test_flips_in_words(path: str, now: float | None, to: float | None, words: str) -> None:
    record: Row = flipping(0.1, path, now, to)  # type: ignore[assignment]
    assert flip_in_words(PLAN, record).startswith(words)


def test_terms_add_up_to_minus_the_regret_per_contact() -> None:
    place: Row = {"segment": "calm", "interaction": "advice", "period": "2027", "channel": "phone",
                  "runner_up": "web", "known": EXACT}  # fmt: skip
    rows: list[Row] = [
        {**place, "term": "staff", "chosen": -3.0, "other": -1.0, "difference": 2.0},
        {**place, "term": "margin_kept", "chosen": 5.0, "other": 1.5, "difference": -3.5},
        {**place, "term": "rest", "chosen": 0.0, "other": 0.0, "difference": 0.25},
    ]
    grid = grids(why(evidence(table("why", [choice("calm", 9.0)]), table("why_terms", rows))))[
        "why_terms"
    ]
    (row,) = shown(grid)
    assert row["Staff hours"] == "2.00"
    assert row["Sum, EUR"] == "-1.25"
    assert "People employed" not in row


def other(segment: str, way: str, regret: float | None, known: str = EXACT) -> Row:
    return {"segment": segment, "interaction": "advice", "period": "2027", "channel": "phone",
            "alternative": way, "share": 0.0, "forced_share": 1.0, "regret": regret,
            "at_most": 70.0, "known": known}  # fmt: skip


def test_costs_elsewhere_are_a_map() -> None:
    rows = [other("calm", "web", 5.0), other("calm", "branch", 40.0), other("keen", "web", 90.0),
            other("keen", "branch", 1.0), other("keen", "phone", None, "at least")]  # fmt: skip
    tables = table("why", [choice("calm", 5.0)]), table("why_others", rows)
    section = why(evidence(*tables))
    chart = charts(section)["costs-elsewhere"]
    assert isinstance(chart.shape, Heatmap)
    assert list(chart.shape.columns) == ["Branch", "Web"]
    assert [list(row) for row in chart.shape.values] == [[40.0, 5.0], [1.0, 90.0]]
    assert "Keen traders, Advice, 2027 to Web, which would cost EUR 90.00" in chart.insight
    assert "Keen traders, Advice, 2027 to Branch, which would cost EUR 1.00" in chart.insight
    found = shown(grids(section)["why_others"])
    assert found[-1]["Would cost, EUR"] == "≤ 70.00"
    few = why(evidence(tables[0], table("why_others", rows[:2])))
    assert "costs-elsewhere" not in charts(few)


def test_no_reasons_asked_is_no_section() -> None:
    assert why(evidence()) is None
    assert why(evidence(table("why", []))) is None


def test_titles_with_braces_stay_as_they_are() -> None:
    names = replace(PLAN.names, segments={"calm": "{0} {{7*7}} %s <b>", "keen": "{evil}"})
    rows = [
        choice("calm", 50.0, **flipping(0.1, RESOLUTION, 0.5, 0.55)),
        choice("keen", 80.0, **flipping(0.2, RESOLUTION, 0.5, 0.6)),
    ]
    section = why(evidence(table("why", rows), plan=PLAN.with_(names=names)))
    found = charts(section)
    assert "{evil}, Advice" in found["clearest-choices"].insight
    assert "{0} {{7*7}} %s <b>, Advice" in found["closest-choices"].insight


def test_what_is_not_known_comes_last() -> None:
    rows = [choice("calm", None, "not solved"), choice("keen", 80.0), choice("calm", 5.0)]
    found = shown(grids(why(evidence(table("why", rows))))["why"])
    assert [row["Would cost, EUR"] for row in found] == ["80.00", "5.00", "–"]
