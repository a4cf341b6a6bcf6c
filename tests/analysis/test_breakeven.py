"""Ranges, openings and closings: just inside nothing changes, just outside it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from channelopt import pipeline
from channelopt.analysis.study import Result, Wishes
from channelopt.analysis.varied.breakeven import breakeven
from channelopt.analysis.varied.holding import Held, broken
from channelopt.analysis.varied.inputs import inputs
from channelopt.backends.base import Limits
from channelopt.errors import CheckFailedError, NoPlanError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import Ways, studied
from channelopt.plan.plan import Plan
from channelopt.terms.choice import Choice
from tests.contract.small import instance
from tests.reference.loading import loaded
from tests.strategies import FULL, Data, small_scenarios

OPTIONS = SolveOptions(limits=Limits(gap=1e-7), ties=False, isolate=False, sensitivity_seconds=0)
ROOM = 3e-7
"""Relative difference of objectives that may be the gaps of two solves."""
SMALL = small_scenarios(replace(FULL, segments=1, interactions=1, channels=3, periods=1))
LARGER = small_scenarios(replace(FULL, segments=2, channels=3, periods=2, policies=2))


def analysed(
    base: Instance, seconds: float | None = None, tolerance: float = 1e-3
) -> tuple[Result, Choice, float]:
    with studied(base, OPTIONS, Ways(seconds=seconds)) as study:
        assert study.best.objective is not None
        found = breakeven(study, Wishes(tolerance=tolerance))
        return found, study.choice, study.best.objective


def table(found: Result, name: str) -> dict[str, dict[str, Any]]:
    rows = next(t for t in found.tables if t.name == name)
    return {str(row["parameter"]): row for row in rows.records()}


def again(base: Instance, command: str) -> tuple[Instance, Plan]:
    changed = from_data(dict(base.resolved), steps=[("set", command)])
    try:
        return changed, pipeline.solve(changed, OPTIONS)
    except CheckFailedError:  # on the very edge of what is possible: refused, not wrong
        assume(False)
        raise


def written(row: dict[str, Any], value: float) -> str:
    sign = "*=" if row["unit"] == "times today" else "="
    return f"{row['parameter']}{sign}{value!r}"


TWO_PHONES = {
    "channels/chat": {"unit_cost": 3, "satisfaction": 0.7, "fixed_cost": 20},
    "channels/phone/fixed_cost": 20,
}
"""200 contacts; of each, web keeps 4, chat 4.25 and phone 4.75 of margin, before costs."""


def test_by_hand() -> None:
    """Web earns 4 - 1 per contact, chat 4.25 - 0.1 - 3, phone 4.75 - 0.1 - 6."""
    found, _, best = analysed(instance(TWO_PHONES))
    assert best == pytest.approx(600)
    ranges, openings = table(found, "ranges"), table(found, "openings")
    web = ranges["channels.web.unit_cost"]  # left where 4 - c = 1.15
    assert (web["low"], web["low_beyond"]) == (0, None)
    assert web["high"] - 1e-5 <= 2.85 <= web["high_beyond"] + 1e-5  # within the gap
    assert web["high"] == pytest.approx(2.85, rel=2e-3)
    chat = ranges["channels.chat.unit_cost"]
    assert chat["low_beyond"] - 1e-5 <= 1.15 <= chat["low"] + 1e-5
    assert (chat["high"], chat["high_ends"]) == (30, "no change as far as was looked")
    opens = openings["channels.chat.unit_cost"]
    assert (opens["channel"], opens["event"], opens["known"]) == ("chat", "opens", "re-solved")
    assert opens["at"] == pytest.approx(1.15, rel=2e-3)
    assert opens["change"] == pytest.approx(1.15 / 3 - 1, abs=2e-3)
    closes = openings["channels.web.unit_cost"]
    assert (closes["event"], closes["at"]) == ("closes", pytest.approx(2.85, rel=2e-3))
    assert openings["channels.phone.unit_cost"]["at"] == pytest.approx(1.65, rel=2e-3)
    # with any satisfaction chat earns at most 5 - 3.1; without fixed cost 4.25 - 3
    for path in ("channels.chat.satisfaction", "channels.chat.fixed_cost"):
        assert openings[path]["at"] is None
        assert openings[path]["note"].startswith("stays unused as far as")
    assert found.unproven == 0
    assert len(found.sentences) == 2
    assert "chat" in found.sentences[1] or "web" in found.sentences[1]


def test_the_only_way_cannot_close() -> None:
    found, _, _ = analysed(instance({"channels/phone": None}))
    row = table(found, "openings")["channels.web.unit_cost"]
    assert (row["at"], row["note"]) == (None, "there is no plan without the channel")


@pytest.mark.slow
def test_a_rule_ends_a_range() -> None:
    """200 contacts by web, which can take 230: 15 % more, then the plan breaks the capacity."""
    found, _, _ = analysed(instance({"channels/web/capacity": 230}))
    row = table(found, "ranges")["tables.contacts_per_customer[segment=a]"]
    assert row["high"] - 1e-5 <= 2.3 <= row["high_beyond"] + 1e-5
    assert row["high"] == pytest.approx(2.3, rel=2e-3)
    assert row["high_ends"] == "the plan breaks capacity"


def test_no_time_no_claim() -> None:
    found, _, _ = analysed(instance(TWO_PHONES), seconds=1e-6)
    for row in table(found, "ranges").values():
        for side in ("low", "high"):
            is_free = row[f"{side}_ends"] == "no change as far as was looked"
            assert row[f"{side}_known"] == ("re-solved" if is_free else "not solved")
            assert is_free or row[side] == row["value"]
    assert all(row["at"] is None for row in table(found, "openings").values())
    assert found.unproven > 0


@pytest.mark.slow
@settings(
    max_examples=1,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=SMALL)
def test_both_sides_of_some_ends(data: Data) -> None:
    check_both_sides(data, every=4, tolerance=0.05)


@pytest.mark.slow
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=LARGER)
def test_both_sides_of_every_end(data: Data) -> None:
    check_both_sides(data)


def check_both_sides(data: Data, every: int = 1, tolerance: float = 1e-3) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    try:
        found, choice, best = analysed(base, tolerance=tolerance)
    except NoPlanError:
        assume(False)
        raise
    held = Held(base, choice)
    by_path = {one.path: one for one in inputs(base)}
    assert found.unproven == 0
    for row in list(table(found, "ranges").values())[::every]:
        for side in ("low", "high"):
            check_end(base, held, row, side)
    events = next(t for t in found.tables if t.name == "openings")
    for row in list(events.records())[::every]:
        assert row["parameter"] in by_path
        check_event(base, row, best)


def check_end(base: Instance, held: Held, row: dict[str, Any], side: str) -> None:
    inside, plan = again(base, written(row, row[side]))
    assert plan.objective is not None, row
    room = 8 * ROOM * max(1.0, abs(plan.objective))  # end, middle and both plans have a gap
    assert plan.objective - held.value(inside) <= room, (row, side)
    assert broken(inside, held.choice(inside)) == (), (row, side)
    if row[f"{side}_beyond"] is not None:
        outside, plan = again(base, row[f"set_{side}"])
        if plan.objective is not None and not broken(outside, held.choice(outside)):
            assert plan.objective > held.value(outside), (row, side)


def check_event(base: Instance, row: dict[str, Any], best: float) -> None:
    if row["at"] is None:
        return
    changed, plan = again(base, str(row["set"]))
    assert plan.objective is not None
    if row["event"] != "closes":  # better than today, and only with the channel
        assert plan.objective > best
        handled = [r for r in plan.table("channels").records() if r["channel"] == row["channel"]]
        assert sum(float(r["handled"] or 0) for r in handled) > 0
        return
    rule = {"name": "closed", "type": "open_channels", "at_most": 0}
    data = dict(changed.resolved)
    policies = [*data["policies"], {**rule, "channels": [row["channel"]]}]
    shut = pipeline.solve(from_data({**data, "policies": policies}), OPTIONS)
    assert shut.objective is not None
    assert plan.objective - shut.objective <= 4 * ROOM * max(1.0, abs(plan.objective))
    before = again(base, written(row, row["before"]))[1]
    assert before.objective is not None
    assert before.objective > shut.objective
