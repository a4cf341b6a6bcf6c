"""Why this channel: answers known by hand, and every figure against separate solves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings

from channelopt.analysis.reasons.forcing import Pair, allowed, forced, pairs
from channelopt.analysis.reasons.reasons import Inquiry, Other, Reason
from channelopt.analysis.reasons.why import COLUMNS, explained, tables, why
from channelopt.analysis.study import Result, Wishes
from channelopt.backends.base import Limits
from channelopt.errors import InputError, UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.study import Asking, NoAnswerError, studied
from channelopt.plan.accounts import account
from channelopt.rules.share import ShareOfContacts
from channelopt.rules.volume import Volume as VolumeOfContacts
from tests.reference import model
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, TINY, Data, small_scenarios

OPTIONS = SolveOptions(isolate=False, ties=False, limits=Limits(gap=1e-9))
COMMON: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
QUICK = settings(max_examples=2, derandomize=True, **COMMON)
MANY = settings(max_examples=5, derandomize=True, **COMMON)
SMALL = replace(TINY, policies=1, small_counts=False)


def two(**changes: Any) -> Data:
    """100 customers with one contact each: a web contact costs 1, a phone contact 3."""
    data: Data = {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "segments": {"young": {"title": "Young", "customers": 100}},
        "interactions": {"advice": {"title": "Advice"}},
        "channels": {
            "web": {"title": "Web", "unit_cost": 1, "satisfaction": 0.5},
            "phone": {"title": "Phone", "unit_cost": 3, "satisfaction": 0.5},
        },
        "tables": {"contacts_per_customer": [{"value": 1}]},
    }
    return data | changes


def changed(data: Data, section: str, label: str, **values: Any) -> Data:
    return data | {section: data[section] | {label: data[section].get(label, {}) | values}}


@contextmanager
def study_of(data: Data | Instance) -> Iterator[Asking]:
    instance = data if isinstance(data, Instance) else from_data(data)
    with studied(instance, OPTIONS) as study:
        yield study


def found(data: Data) -> Result:
    with study_of(data) as study:
        return why(study, Wishes())


def told(data: Data) -> tuple[Result, str]:
    """Return the tables, and the sentences about the one segment and interaction."""
    with study_of(data) as study:
        return why(study, Wishes()), " ".join(explained(study, Wishes(), "young", "advice"))


def row(result: Result, name: str = "why") -> dict[str, Any]:
    (only,) = rows(result, name)
    return only


def rows(result: Result, name: str) -> list[dict[str, Any]]:
    return [dict(record) for one in result.tables if one.name == name for record in one.records()]


def differences(result: Result) -> dict[str, float]:
    return {one["term"]: one["difference"] for one in rows(result, "why_terms")}


# ---- answers known by hand


def test_the_cheap_one_is_chosen_until_the_other_is_as_cheap() -> None:
    result, text = told(two())
    one = row(result)
    assert (one["channel"], one["share"], one["runner_up"]) == ("web", 1.0, "phone")
    assert (one["regret"], one["known"]) == (pytest.approx(200), "re-solved")
    assert differences(result) == pytest.approx({"first_contact": -2, "rest": 0}, abs=1e-6)
    keys = "segment=young,interaction=advice,channel=phone"
    assert one["flip_parameter"] == f"tables.unit_cost[{keys}]"
    assert one["flip_from"] == 3
    assert one["flip_to"] <= 1 <= one["flip_before"]
    assert one["flip_before"] - one["flip_to"] <= 3e-3 * (1 + 1e-5)
    assert one["flip_change"] == pytest.approx(-2 / 3, abs=1e-3)
    assert one["flip_known"] == "re-solved"
    assert text.startswith(
        "Young, Advice: Web (100 %). Phone for all of them would cost 200 more, 2.00 per"
    )
    assert result.sentences[0].startswith(
        "The closest call is Young, Advice in Web: Phone takes 50 %"
    )
    assert result.sentences[1].startswith(
        "The surest choice is Young, Advice in Web: Phone would cost"
    )
    assert ": +2.00 the contact itself." in text
    assert (
        "Phone takes 50 % or more, which would cost 100 now, when a contact by Phone costs 0.9"
        in text
    )


def test_a_full_channel_is_the_reason_for_the_other_one() -> None:
    data = changed(two(), "channels", "phone", capacity=40)
    result, text = told(changed(data, "channels", "web", unit_cost=5))
    one = row(result)
    assert (one["channel"], one["share"]) == ("web", pytest.approx(0.6))
    assert one["binding"] == "the capacity of Phone"
    (other,) = rows(result, "why_others")
    assert (other["share"], other["known"]) == (pytest.approx(0.4), "infeasible")
    assert one["runner_up"] is None
    assert one["known"] == "infeasible"
    assert one["flip_parameter"] == "channels.phone.capacity"
    assert one["flip_to"] == pytest.approx(70, abs=0.05)
    assert one["flip_set"].startswith("channels.phone.capacity=70")
    assert "Phone takes 70 % or more when the limit 'Capacity: Phone' is 70" in text
    assert "Without the capacity of Phone, 100 % would go to Phone." in text
    assert "The rules leave no room for more of them in another channel." in text


def test_forced_as_far_as_the_capacity_goes() -> None:
    one = row(found(changed(two(), "channels", "phone", capacity=40)))
    assert one["runner_up"] == "phone"
    assert one["forced_share"] == pytest.approx(0.4)
    assert one["regret"] == pytest.approx(80)
    assert one["flip_change"] == pytest.approx(-2 / 3, abs=1e-3)


def test_contacts_passed_on_from_a_bot() -> None:
    """A bot contact costs 0.5 and leaves 40 % to the phone at 2: 1.3 against 2."""
    data = changed(two(), "channels", "web", unit_cost=0.5, resolution=0.6, unresolved={"phone": 1})
    result = found(changed(data, "channels", "phone", unit_cost=2, always_open=True))
    one = row(result)
    assert (one["channel"], one["runner_up"]) == ("web", "phone")
    assert one["regret"] == pytest.approx(70)
    wanted = {"first_contact": -1.5, "passed_on": 0.8, "rest": 0.0}
    assert differences(result) == pytest.approx(wanted, abs=1e-6)
    # 0.5 + 0.4 p = p, or 0.5 + (1 - r) 2 = 2
    assert one["flip_change"] == pytest.approx(-1 + 0.5 / 0.6 / 2, abs=1e-3)


def test_being_passed_on_costs_satisfaction() -> None:
    """As above, with 10 for a point; each of the 0.4 calls after a bot costs a tenth of one."""
    data = changed(two(), "channels", "web", unit_cost=0.5, resolution=0.6, unresolved={"phone": 1})
    data["objective"] |= {"satisfaction_price": 10, "transfer_penalty": 0.1}
    result = found(changed(data, "channels", "phone", unit_cost=2, always_open=True))
    one = row(result)
    assert one["regret"] == pytest.approx(30)
    wanted = {"first_contact": -1.5, "passed_on": 0.8, "satisfaction_value": 0.4, "rest": 0.0}
    assert differences(result) == pytest.approx(wanted, abs=1e-6)
    assert one["flip_parameter"].startswith("tables.satisfaction[")
    assert abs(one["flip_change"]) == pytest.approx(0.06, abs=1e-3)


def test_a_choice_for_satisfaction() -> None:
    """Margin 10 a customer: the phone keeps 9 less a cost of 1, the web 5."""
    data = two(objective={"satisfaction_weight": 1})
    data = changed(data, "segments", "young", margin=10)
    data = changed(data, "channels", "web", unit_cost=0)
    result = found(changed(data, "channels", "phone", unit_cost=1, satisfaction=0.9))
    one = row(result)
    assert (one["channel"], one["runner_up"]) == ("phone", "web")
    assert one["regret"] == pytest.approx(300)
    wanted = {"first_contact": 1, "margin_kept": -4, "rest": 0}
    assert differences(result) == pytest.approx(wanted, abs=1e-6)
    assert one["flip_parameter"].startswith("tables.satisfaction[")
    assert one["flip_from"] == 0.9
    assert one["flip_change"] == pytest.approx(-1 / 3, abs=1.1e-3)


def test_a_closed_channel_would_have_to_open() -> None:
    phone = {"initially_open": False, "fixed_cost": 50, "opening_cost": 30, "unit_cost": 0.9}
    result = found(changed(two(), "channels", "phone", **phone))
    one = row(result)
    assert (one["channel"], one["runner_up"]) == ("web", "phone")
    assert one["regret"] == pytest.approx(70)
    wanted = {"first_contact": 0.1, "fixed_cost": -0.8, "rest": 0}
    assert differences(result) == pytest.approx(wanted, abs=1e-6)


def test_people_that_would_have_to_come() -> None:
    data = two(staff={"team": {"serves": ["phone"], "hours_per_fte": 8, "fte_cost": 120}})
    result = found(changed(data, "channels", "phone", unit_cost=0, handle_minutes=6))
    one = row(result)
    assert one["regret"] == pytest.approx(140)  # two people less the cost of the web
    wanted = {"first_contact": 1, "people": -2.4, "rest": 0}
    assert {k: v for k, v in differences(result).items() if k != "staff"} == pytest.approx(
        wanted, abs=1e-6
    )
    (staff,) = (x for x in rows(result, "why_terms") if x["term"] == "staff")
    assert staff["difference"] == 0
    assert staff["at_average"] == pytest.approx(-1.5)


def test_hours_are_counted_at_their_marginal_value() -> None:
    """Ten hours are 100 calls; they save the old 4 each, the young 2: an hour is worth 40."""
    team = {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 30, "min_fte": 1, "max_fte": 1}
    data = changed(two(staff={"team": team}), "channels", "phone", unit_cost=1, handle_minutes=6)
    data = changed(data, "segments", "old", customers=100)
    costs = [{"segment": "young", "value": 3}, {"segment": "old", "value": 5}]
    data["tables"] = data["tables"] | {"unit_cost": [{**x, "channel": "web"} for x in costs]}
    result = found(data)
    old, young = rows(result, "why")
    assert (old["channel"], young["channel"], young["runner_up"]) == ("phone", "web", "phone")
    assert young["regret"] == pytest.approx(200)
    told_ = {x["term"]: x for x in rows(result, "why_terms") if x["segment"] == "young"}
    differences_ = {name: x["difference"] for name, x in told_.items()}
    assert differences_ == pytest.approx({"first_contact": 2, "staff": -4, "rest": 0}, abs=1e-3)
    assert told_["staff"]["at_average"] == pytest.approx(-0.3)
    assert young["binding"] == "the most FTE of team"


def test_no_other_channel() -> None:
    rows_ = [{"channel": "phone", "value": False}]
    data = two(tables={"contacts_per_customer": [{"value": 1}], "eligible": rows_})
    result, text = told(data)
    one = row(result)
    assert (one["runner_up"], one["known"]) == (None, "no meaning")
    assert "No other channel may take these contacts." in text


def test_periods_with_equal_channels_are_one_row() -> None:
    data = changed(two(periods=[2027, 2028, 2029]), "channels", "phone", unit_cost=[3, 3, 0.5])
    result = found(data)
    first, last = rows(result, "why")
    assert (first["period"], first["channel"], first["regret"]) == (
        "2027 to 2028",
        "web",
        pytest.approx(400),
    )
    assert (last["period"], last["channel"], last["regret"]) == (
        "2029",
        "phone",
        pytest.approx(50),
    )
    assert "period=2029" in last["flip_set"]


def test_unknown_names_are_told() -> None:
    with study_of(two()) as study:
        with pytest.raises(UsageError, match="did you mean 'young'"):
            explained(study, Wishes(), "yuong", "advice")
        with pytest.raises(UsageError, match="there is no interaction"):
            explained(study, Wishes(), "young", "x")


def test_without_time_nothing_is_claimed() -> None:
    with study_of(two()) as study, study.within(0.0):
        result = why(study, Wishes())
    assert row(result)["known"] == "not solved"
    assert row(result)["regret"] is None
    assert result.unproven == 1
    assert {one.name: one.columns for one in result.tables} == dict(COLUMNS)


# ---- against separate solves


def as_many(instance: Instance, pair: Pair, other: Other) -> model.Answer:
    """Force as many contacts into an alternative as the plan that forces it has there."""
    assert other.choice is not None
    n = instance.numbers
    first = other.choice.first_contacts[pair.where][other.way]
    policy = VolumeOfContacts(
        name="forced by the test",
        type="volume",
        segments=[n.segments[pair.segment]],
        interactions=[n.interactions[pair.interaction]],
        channels=[n.ways[other.way]],
        at_least=[
            max(float(x) - 1e-7, 0.0) if t in pair.periods else None for t, x in enumerate(first)
        ],
    )
    return model.solve(n, (*instance.policies, policy))


def reference(instance: Instance, pair: Pair, way: int, level: float, side: str) -> model.Answer:
    n = instance.numbers
    inside = np.isin(np.arange(len(n.periods)), pair.periods)
    policy = ShareOfContacts(
        name="forced by the test",
        type="share",
        segments=[n.segments[pair.segment]],
        interactions=[n.interactions[pair.interaction]],
        channels=[n.ways[way]],
        **{side: [float(level) if here else None for here in inside]},
    )
    return model.solve(n, (*instance.policies, policy))


def close(one: float, two: float, scale: float) -> bool:
    return math.isclose(one, two, rel_tol=0, abs_tol=2e-6 * max(1.0, abs(scale)))


def regrets_hold(study: Asking, best: float, reason: Reason) -> None:
    """Every regret is that of a separate solve by the reference."""
    instance, pair = study.instance, reason.pair
    room = allowed(instance)
    for other in reason.others:
        event(other.known)
        if other.known == "re-solved" and other.complete:
            changed_ = forced(instance, pair, other.way, room)
            answer = model.solve(changed_.numbers, changed_.policies)
        elif other.known == "re-solved":
            assert other.forced_share is not None
            answer = as_many(instance, pair, other)
        else:
            assert other.known == "infeasible"
            level = other.share + 1e-3
            if level < 1 and not instance.numbers.whole_contacts and len(pair.periods) == 1:
                answer = reference(instance, pair, other.way, level, "at_least")
                assert answer.status == "infeasible"
            continue
        assert answer.status == "optimal"
        assert other.regret is not None
        assert close(best - answer.objective, other.regret, best)


def terms_add_up(study: Asking, reason: Reason) -> None:
    other = reason.runner_up
    if other is None or not reason.terms:
        return
    assert other.choice is not None
    now, then = (x.first_contacts[reason.pair.where] for x in (study.choice, other.choice))
    left = (now - then)[:, list(reason.pair.periods)]
    left[other.way] = 0.0
    lost = study.best.objective - account(study.instance.numbers, other.choice).objective
    total = sum(term.difference for term in reason.terms)
    assert total == pytest.approx(-lost / left.sum(), rel=1e-6, abs=1e-6)


def flip_holds(study: Asking, reason: Reason) -> None:
    """A plan with the flip is best where it is said, and one without just before."""
    flip = reason.flip
    if flip is None or flip.known != "re-solved":
        return
    event("flip")
    threshold, way = flip.threshold, flip.way
    if flip.candidate is None:
        answer = reference(study.instance, reason.pair, way, threshold - 1e-7, "at_least")
        assert close(answer.objective, study.best.objective, study.best.objective)
        return
    sides = ((flip.change, "at_least"), (flip.before, "at_most"))
    for change, side in sides:
        instance, text = flip.candidate.at(study.instance, change)
        if side == "at_least":
            assert text == flip.text
            try:
                read = from_data(study.instance.resolved, steps=steps(text))
            except InputError:
                continue  # what `--set` refuses, such as a share above 1 for other cells
            assert np.array_equal(read.numbers.unit_cost, instance.numbers.unit_cost)
            assert np.array_equal(read.numbers.satisfaction, instance.numbers.satisfaction, True)
        level = threshold - 1e-7 if side == "at_least" else threshold + 1e-7
        free = model.solve(instance.numbers, instance.policies)
        held = reference(instance, reason.pair, way, level, side)
        assert held.status == "optimal"
        assert close(free.objective, held.objective, free.objective)


def steps(text: str) -> list[Any]:
    return [("set", part) for part in text.split(" ")]


def everything_holds(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    try:
        with study_of(instance) as study:
            reasons = Inquiry(study, 1e-2).reasons(pairs(instance, study.choice))
            best = model.solve(instance.numbers, instance.policies).objective
            for reason in reasons:
                regrets_hold(study, best, reason)
                terms_add_up(study, reason)
                if len(reason.pair.periods) == 1:
                    flip_holds(study, reason)
            assert [one.columns for one in tables(instance, reasons)] == list(COLUMNS.values())
    except NoAnswerError:
        assume(False)


@pytest.mark.slow
@QUICK
@given(data=small_scenarios(SMALL))
def test_small_scenarios(data: Data) -> None:
    everything_holds(data)


@pytest.mark.slow
@MANY
@given(data=small_scenarios(replace(SMALL, periods=2, policies=2)))
def test_many_small_scenarios(data: Data) -> None:
    everything_holds(data)


@pytest.mark.slow
@MANY
@given(data=small_scenarios(replace(SMALL, **EVERYTHING | {"outages": 0})))
def test_bundles_upgrades_and_service_levels(data: Data) -> None:
    everything_holds(data)
