"""Tables of a comparison add up to both plans, whatever differs between their scenarios."""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.comparing.attribution import attribute
from channelopt.analysis.comparing.records import Side
from channelopt.analysis.comparing.results import COLUMNS, FULL, Comparison, Difference, difference
from channelopt.analysis.comparing.results_flows import GONE, NEW
from channelopt.errors import CheckFailedError
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.planning import solve
from channelopt.pipeline.solving import Engines, find
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.table import FLAGS, TEXT, read_csv
from channelopt.report.comparison import gist
from channelopt.terms.money import LEDGER
from tests.often import often
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, Data, small_scenarios
from tests.strategies import FULL as KNOBS

OPTIONS = SolveOptions(ties=False, isolate=False, sensitivity_seconds=0)
PARTS = {n: value for n, value in EVERYTHING.items() if n not in {"outages", "service_levels"}}
ANY = small_scenarios(replace(KNOBS, policies=0, **PARTS))
COMMON: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def side(name: str, data: Data) -> Side | None:
    instance = loaded(data)
    if instance is None:
        return None
    choice = find(instance, OPTIONS, Engines.start(OPTIONS)).choice
    if choice is None:
        return None
    return Side(name, instance, assemble(instance, choice, Origin("optimal")))


def pair(first: Data, second: Data) -> Difference:
    a, b = side("a", first), side("b", second)
    assume(a is not None and b is not None)
    assert a is not None
    assert b is not None
    return difference(a, b)


def close(total: float, expected: float | None, *sizes: float) -> bool:
    assert expected is not None
    size = max(1.0, abs(expected), *map(abs, sizes))
    return abs(total - expected) <= 1e-8 * size


def check_money(one: Difference) -> None:
    a, b = one.a.plan, one.b.plan
    rows = one.records("money")
    whole = [row for row in rows if row["period"] is None]
    assert a.objective is not None
    assert b.objective is not None
    assert close(math.fsum(r["difference"] for r in whole), b.objective - a.objective, a.objective)
    assert close(math.fsum(r["before"] for r in whole), a.objective)
    assert close(math.fsum(r["after"] for r in whole), b.objective)
    parts: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        if row["period"] is not None:
            for column in ("before", "after", "difference"):
                parts[row["term"], column].append(row[column])
    for row in whole if len({*a.periods, *b.periods}) > 1 else ():
        for column in ("before", "after", "difference"):
            assert close(math.fsum(parts[row["term"], column]), row[column], row["before"])


def check_kpis(one: Difference) -> None:
    shown = {(r["period"], r["figure"]): r for r in one.records("kpis")}
    for plan, column in ((one.a.plan, "before"), (one.b.plan, "after")):
        for name, value in plan.kpis.items():
            assert value is None or shown[None, name][column] == value
        if len({*one.a.plan.periods, *one.b.plan.periods}) > 1:
            for period, figures in plan.kpis_by_period.items():
                for name, value in figures.items():
                    assert value is None or shown[period, name][column] == value
    for row in shown.values():
        if row["before"] is not None and row["after"] is not None:
            assert row["difference"] == row["after"] - row["before"]


def by_cell(plan: Any) -> dict[tuple[Any, ...], float]:
    return {tuple(row[:4]): float(row[4]) for row in plan.table("allocation").rows}


def check_flows(one: Difference) -> None:
    """Every cell of the second allocation is that of the first, plus what comes, less what goes."""
    before, after = by_cell(one.a.plan), by_cell(one.b.plan)
    rows = one.records("flows")
    moved: dict[tuple[Any, ...], float] = defaultdict(float)
    people: dict[tuple[Any, ...], float] = defaultdict(float)
    for row in rows:
        pair_ = (row["period"], row["segment"], row["interaction"])
        assert {row["from"], row["to"]} != {NEW, GONE}
        for channel, sign in ((row["from"], -1), (row["to"], 1)):
            moved[*pair_, channel] += sign * row["contacts"]
            people[*pair_, channel] += sign * row["customers"]
    for cell in {*before, *after, *(cell for cell in moved if cell[3] not in {NEW, GONE})}:
        was, will = before.get(cell, 0.0), after.get(cell, 0.0)
        assert close(was + moved[cell], will, 10 * was), cell
        known = (customers(one.a, cell, was), customers(one.b, cell, will))
        assert close(known[0] + people[cell], known[1], 10 * known[0]), cell
    totals = math.fsum(row["contacts"] for row in one.records("flows_by_segment"))
    assert close(totals, math.fsum(row["contacts"] for row in rows))


def customers(one: Side, cell: tuple[Any, ...], contacts: float) -> float:
    """As many customers of the segment as make these contacts, from the resolved scenario."""
    period, segment, interaction, _ = cell
    n = one.instance.numbers
    if not contacts:
        return 0.0
    s, i, t = n.segments.index(segment), n.interactions.index(interaction), n.periods.index(period)
    return float(contacts / n.contacts[s, i, t] * n.customers[s, t])


def check_structure(one: Difference) -> None:
    a, b = one.a.plan, one.b.plan
    was = {(r["period"], r["channel"]): r["open"] for r in a.table("channels").records()}
    will = {(r["period"], r["channel"]): r["open"] for r in b.table("channels").records()}
    rows = {(r["period"], r["channel"]): r for r in one.records("channels")}
    for key in {*was, *will}:
        opened = not was.get(key) and will.get(key)
        closed = was.get(key) and not will.get(key)
        event = "opened" if opened else "closed" if closed else ""
        assert (rows[key]["event"] if key in rows else "") == event
    old = {(r["period"], r["group"]): r["fte"] for r in a.table("staff").records()}
    new = {(r["period"], r["group"]): r["fte"] for r in b.table("staff").records()}
    told = {
        (r["period"], r["group"]): (r["fte_before"], r["fte_after"]) for r in one.records("staff")
    }
    for key in {*old, *new}:
        if abs((new.get(key) or 0) - (old.get(key) or 0)) > 1e-5:
            assert told[key] == (old.get(key), new.get(key))


def check_all(one: Difference) -> None:
    check_money(one)
    check_kpis(one)
    check_flows(one)
    check_structure(one)
    for name, table in Comparison((one,)).tables.items():
        assert read_csv(table.to_csv(), name, COLUMNS[name], name).columns == table.columns
    assert gist(Comparison((one,)))


@pytest.mark.slow
@settings(max_examples=5, **COMMON)
@given(first=ANY, second=ANY)
def test_two_unlike_scenarios(first: Data, second: Data) -> None:
    """Segments, channels, periods, groups and upgrades may exist on one side only."""
    check_all(pair(first, second))


@pytest.mark.slow
@settings(max_examples=often(50), **COMMON)
@given(first=ANY, second=ANY)
def test_many_unlike_scenarios(first: Data, second: Data) -> None:
    check_all(pair(first, second))


@settings(max_examples=3, **COMMON)
@given(data=ANY, factor=st.sampled_from([0.5, 1.1, 3.0]))
def test_one_number_changed(data: Data, factor: float) -> None:
    changed = copy.deepcopy(data)
    for segment in changed["segments"].values():
        if not isinstance(segment["customers"], list) and not data["whole_contacts"]:
            segment["customers"] = segment["customers"] * factor
    check_all(pair(data, changed))


@settings(max_examples=2, **COMMON)
@given(data=ANY)
def test_the_same_twice_differs_in_nothing(data: Data) -> None:
    one = pair(data, copy.deepcopy(data))
    assert one.is_same
    assert one.total == 0
    for name, rows in one.rows.items():
        assert name in FULL or rows == ()
    assert all(row["difference"] in {0, None} for row in one.records("kpis"))
    assert all(row["difference"] == 0 for row in one.records("money"))
    (sentence,) = gist(Comparison((one,)))[:1]
    assert "b and a are the same: no input differs, and no result" in sentence
    why = attribute(lambda _: [], one.a, one.b)
    assert why.method == "none"
    assert replace(one, attribution=why).is_same


BASE: Data = {
    "format": 1,
    "periods": [2027, 2028],
    "objective": {"satisfaction_weight": 0.5, "discount_rate": 0.1},
    "segments": {"all": {"customers": 1000, "margin": 100}},
    "interactions": {"question": {}},
    "channels": {
        "phone": {"unit_cost": 6, "satisfaction": 0.9, "fixed_cost": 10, "handle_minutes": 6},
        "web": {"unit_cost": 0.5, "satisfaction": 0.6},
    },
    "staff": {"team": {"serves": ["phone"], "hours_per_fte": 100, "fte_cost": 3000}},
    "tables": {"contacts_per_customer": [{"value": 2}]},
}


def changed(**sections: Any) -> Data:
    data = copy.deepcopy(BASE)
    for name, entries in sections.items():
        data[name] = {**data[name], **entries} if isinstance(entries, dict) else entries
    return data


def known(first: Data, second: Data) -> Difference:
    sides = []
    for name, data in (("a", first), ("b", second)):
        instance = from_data(data)
        sides.append(Side(name, instance, solve(instance, OPTIONS)))
    return difference(*sides)


def test_a_channel_is_added() -> None:
    better = {"unit_cost": 0.1, "satisfaction": 0.95, "initially_open": False}
    one = known(BASE, changed(channels={"video": better}))
    check_all(one)
    rows = one.records("channels")
    added = [row for row in rows if row["channel"] == "video"]
    assert [(row["event"], row["open_before"]) for row in added] == [("opened", None)] * 2
    assert added[0]["handled_before"] is None
    assert {row["to"] for row in one.records("flows")} == {"video"}
    assert "Open in b only: video (in 2027 and 2028)." in gist(Comparison((one,)))
    back = known(changed(channels={"video": better}), BASE)
    check_all(back)
    assert {row["from"] for row in back.records("flows")} == {"video"}


def test_a_segment_and_a_period_are_added() -> None:
    more = changed(segments={"new": {"customers": 10, "margin": 50}}, periods=[2026, 2027, 2028])
    one = known(BASE, more)
    check_all(one)
    flows = one.records("flows")
    assert {row["from"] for row in flows if row["segment"] == "new"} == {NEW}
    assert {row["from"] for row in flows if row["period"] == "2026"} == {NEW}
    figures = [row for row in one.records("kpis") if row["figure"] == "profit"]
    assert [row["period"] for row in figures] == [None, "2026", "2027", "2028"]
    assert figures[1]["before"] is None
    assert figures[1]["difference"] is None


def test_an_upgrade_is_bought_in_another_period() -> None:
    tool = {"channel": "web", "investment": 100, "effects": {"satisfaction": {"add": 0.3}}}
    with_tool = BASE | {"upgrades": {"tool": tool}}
    later = {**tool, "available_from": 2028}
    one = known(with_tool, BASE | {"upgrades": {"tool": later}})
    assert [row[-2:] for row in one.rows["upgrades"]] == [("2027", "2028")]
    assert "Bought at another time in b: tool (2028, not 2027)." in gist(Comparison((one,)))
    none = known(with_tool, BASE)
    assert [row[-2:] for row in none.rows["upgrades"]] == [("2027", None)]
    assert "Not bought in b: tool." in gist(Comparison((none,)))


def test_staff_and_use_of_channels_differ() -> None:
    """More contacts per customer in one period: more hours there, but no more customers."""
    busy = [{"value": 2, "period": 2027}, {"value": 3, "period": 2028}]
    cheap = {"staff": {"team": {**BASE["staff"]["team"], "fte_cost": 30}}}
    one = known(changed(**cheap), changed(**cheap, tables={"contacts_per_customer": busy}))
    check_all(one)
    plans = [side.plan.table("staff").column("fte") for side in (one.a, one.b)]
    assert plans[0] != plans[1]
    rows = {row["period"]: row for row in one.records("staff")}
    assert set(rows) <= {"2027", "2028"}
    for t, period in enumerate(("2027", "2028")):
        if plans[0][t] != plans[1][t]:
            row = rows[period]
            assert (row["fte_before"], row["fte_after"]) == (plans[0][t], plans[1][t])
            assert row["cost_difference"] == row["cost_after"] - row["cost_before"]
    used = [row for row in one.records("channels") if row["period"] == "2028"]
    assert used
    assert all(row["handled_after"] != row["handled_before"] for row in used)
    new = [row for row in one.records("flows") if row["from"] == NEW]
    assert sum(row["contacts"] for row in new) == pytest.approx(1000)
    assert sum(row["customers"] for row in new) == pytest.approx(0)


def test_figures_that_do_not_add_up_are_refused() -> None:
    one = known(BASE, BASE)
    plan = one.b.plan
    wrong = replace(one.b, plan=plan.with_(objective=(plan.objective or 0.0) + 1.0))
    with pytest.raises(CheckFailedError, match="b: the money terms add up to"):
        _ = difference(one.a, wrong).rows


def test_columns_are_text_flags_or_numbers() -> None:
    one = known(BASE, changed(segments={"new": {"customers": 10, "margin": 50}}))
    for table in Comparison((one,)).tables.values():
        for record in table.records():
            for column, cell in record.items():
                if column in TEXT or cell is None:
                    continue
                assert isinstance(cell, bool) == (column in FLAGS), (table.name, column, cell)
                assert not isinstance(cell, str), (table.name, column, cell)
        assert list(table.to_pandas().columns) == list(table.columns)


def test_ledger_terms_have_their_signs() -> None:
    one = known(BASE, BASE)
    signs = {entry.name: entry.sign for entry in LEDGER}
    assert all(row["before"] * signs[row["term"]] >= 0 for row in one.records("money"))
