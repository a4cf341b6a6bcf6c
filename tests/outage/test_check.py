"""The check of a written proof: what is right holds, whatever is tampered with is found."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from channelopt.instance.instance import Instance
from channelopt.plan.columns import COLUMNS
from channelopt.plan.outages import outage_tables
from channelopt.terms.choice import Choice
from channelopt.terms.exact import Key
from channelopt.terms.written import Emergency
from tests.outage.building import FIRST, found, judged, loaded, plan, rule

Amounts = dict[Key, Decimal]
BRANCH, PHONE, WEB = 0, 1, 2
ASK, OFFER = 0, 1
TEAM, CLERKS = 0, 1


def case(recover: float = 0.6, surge: float = 0.0) -> tuple[Instance, Choice]:
    """The web fails: 20 go to the branch, 40 to the phone, where the team then works 10 hours."""
    team = {"hours_per_fte": 10, "fte_cost": 100}
    instance = loaded(
        rule(recover=recover, surge=surge),
        staff={"team": {"serves": ["phone"], **team}, "zz_clerks": {"serves": ["branch"], **team}},
        channels={"branch": {"handle_minutes": 3}},
        interactions={"offer": {"direction": "outbound"}},
        bundles={"twice": {"uses": {"phone": 2}}},
        tables={
            "contacts_per_customer": [
                {"interaction": "ask", "value": 2},
                {"interaction": "offer", "value": 0.1},
            ]
        },
    )
    return instance, plan(instance.numbers)


def proof(instance: Instance, choice: Choice) -> tuple[Amounts, Amounts]:
    written = found(instance, choice).certificates["rule"].written()
    return dict(written.placed), dict(written.hours)


def test_the_proof_that_is_written_holds() -> None:
    instance, choice = case()
    placed, hours = proof(instance, choice)
    amounts = {key[2]: float(amount) for key, amount in placed.items()}
    assert amounts == {BRANCH: pytest.approx(20), PHONE: pytest.approx(40)}
    assert float(sum(hours.values())) == pytest.approx(10 + 3)
    verdict = judged(instance, choice)
    assert verdict.holds
    assert verdict.rows > 8


def test_no_proof_no_rule() -> None:
    instance, choice = case()
    verdict = judged(instance, choice, {})
    assert not verdict.holds
    assert "web, 2027" in {breach.where for breach in verdict.breaches}


def test_nothing_to_recover_needs_no_proof() -> None:
    instance, choice = case(recover=0.0)
    assert judged(instance, choice, {}).holds


def test_a_closed_channel_needs_nothing_and_may_place_nothing() -> None:
    instance, _ = case()
    choice = plan(
        instance.numbers, {**FIRST, ("web", "2027"): 0.0}, closed=(("web", "2027"),), fte=2
    )
    assert judged(instance, choice, {}).holds
    assert judged(instance, choice).holds
    placed = {(0, ASK, PHONE, 0): Decimal(1)}
    assert not judged(instance, choice, {"rule": Emergency(placed, {})}).holds


def test_periods_that_the_policy_leaves_out() -> None:
    two = {"periods": ["2027", "2028"]}
    instance = loaded(rule(recover=1.0, periods=["2028"]), **two)
    n = instance.numbers
    choice = plan(n, FIRST)
    assert judged(instance, choice).holds, "the web has contacts in 2027 only"
    later = plan(n, {(c, "2028"): x for (c, _), x in FIRST.items()})
    verdict = judged(instance, later)
    assert [str(breach) for breach in verdict.breaches] == ["web, 2028: 60 is not >= 100"]


def half(placed: Amounts, hours: Amounts) -> None:
    placed[0, ASK, PHONE, 0] /= 2


def negative(placed: Amounts, hours: Amounts) -> None:
    placed[0, OFFER, PHONE, 0] = Decimal(-1)


def into_itself(placed: Amounts, hours: Amounts) -> None:
    placed[0, ASK, WEB, 0] = Decimal(1)


def into_a_bundle(placed: Amounts, hours: Amounts) -> None:
    placed[0, ASK, 3, 0] = Decimal(1)


def outbound(placed: Amounts, hours: Amounts) -> None:
    placed[0, OFFER, BRANCH, 0] = Decimal(1)


def more_than_there_are(placed: Amounts, hours: Amounts) -> None:
    placed[0, ASK, PHONE, 0] = Decimal(81)
    hours[TEAM, PHONE, 0] = Decimal("14.1")


def beyond_capacity(placed: Amounts, hours: Amounts) -> None:
    placed[0, ASK, BRANCH, 0] += Decimal("0.1")


def hours_left_out(placed: Amounts, hours: Amounts) -> None:
    del hours[TEAM, PHONE, 0]


def hours_of_too_few(placed: Amounts, hours: Amounts) -> None:
    hours[TEAM, PHONE, 0] += Decimal("0.01")


def hours_of_others(placed: Amounts, hours: Amounts) -> None:
    hours[CLERKS, PHONE, 0] = Decimal(1)
    hours[TEAM, PHONE, 0] -= Decimal(1)


def negative_hours(placed: Amounts, hours: Amounts) -> None:
    hours[TEAM, BRANCH, 0] = Decimal(-5)


def hours_in_the_failed_channel(placed: Amounts, hours: Amounts) -> None:
    hours[CLERKS, WEB, 0] = Decimal(1)


TAMPERED: list[tuple[Callable[[Amounts, Amounts], None], str]] = [
    (half, "web, 2027"),
    (negative, "all, offer, phone, 2027"),
    (into_itself, "all, ask, web, 2027"),
    (into_a_bundle, "all, ask, twice, 2027"),
    (outbound, "all, offer, branch, 2027"),
    (more_than_there_are, "all, ask, 2027"),
    (beyond_capacity, "branch, 2027"),
    (hours_left_out, "phone, 2027"),
    (hours_of_too_few, "team, 2027"),
    (hours_of_others, "zz_clerks, phone, 2027"),
    (negative_hours, "team, branch, 2027"),
    (hours_in_the_failed_channel, "zz_clerks, web, 2027"),
]


@pytest.mark.parametrize(("tamper", "where"), TAMPERED, ids=[f.__name__ for f, _ in TAMPERED])
def test_whatever_is_tampered_with_is_found(
    tamper: Callable[[Amounts, Amounts], None], where: str
) -> None:
    instance, choice = case()
    placed, hours = proof(instance, choice)
    tamper(placed, hours)
    verdict = judged(instance, choice, {"rule": Emergency(placed, hours)})
    assert where in {breach.where for breach in verdict.breaches}


def test_cells_that_are_not_eligible_or_closed() -> None:
    eligible = [{"channel": "branch", "value": False}]
    instance = loaded(rule(recover=0.1), tables={"eligible": eligible})
    choice = plan(instance.numbers, {("web", "2027"): 100.0, ("phone", "2027"): 60.0})
    placed, hours = proof(instance, choice)
    assert judged(instance, choice).holds
    wrong = {**placed, (0, ASK, BRANCH, 0): Decimal(5)}
    assert not judged(instance, choice, {"rule": Emergency(wrong, hours)}).holds
    closed = plan(instance.numbers, {("web", "2027"): 100.0}, closed=(("phone", "2027"),))
    assert not judged(instance, closed, {"rule": Emergency(placed, hours)}).holds


def test_what_is_passed_on_counts_in_capacity() -> None:
    """40 more in the web pass 8 on to the phone, which has room for 7 only."""
    instance = loaded(rule(channel="branch", recover=1.0), channels={"phone": {"capacity": 87}})
    choice = plan(instance.numbers)
    placed = {(0, ASK, WEB, 0): Decimal(40)}
    hours = {(TEAM, PHONE, 0): Decimal("8.8")}
    verdict = judged(instance, choice, {"rule": Emergency(placed, hours)})
    assert [str(breach) for breach in verdict.breaches] == ["phone, 2027: 88 is not <= 87"]


def test_tables_say_what_was_found() -> None:
    instance, choice = case()
    tables = outage_tables(instance.numbers, found(instance, choice))
    assert {name: table.columns for name, table in tables.items()} == {
        name: COLUMNS[name] for name in ("outages", "emergencies", "emergency_hours")
    }
    outages = list(tables["outages"].records())
    assert [(row["channel"], row["policy"]) for row in outages] == [
        ("branch", ""),
        ("phone", ""),
        ("web", ""),
        ("web", "rule"),
    ]
    assert outages[3]["required"] == 0.6
    assert outages[3]["share"] == pytest.approx(0.6)
    assert outages[3]["stopped_by"] == "40: hours of team, capacity of branch"
    placed = {row["channel"]: row["placed"] for row in tables["emergencies"].records()}
    assert placed == {"branch": pytest.approx(20), "phone": pytest.approx(40)}
    hours = {row["group"]: row["hours"] for row in tables["emergency_hours"].records()}
    assert hours == {"team": pytest.approx(10), "zz_clerks": pytest.approx(3)}


def test_without_a_policy_there_is_no_proof_to_write() -> None:
    instance = loaded()
    tables = outage_tables(instance.numbers, found(instance, plan(instance.numbers)))
    assert list(tables) == ["outages"]
    shares = tables["outages"].column("share")
    assert np.all(np.array(shares, dtype=float) <= 1)
