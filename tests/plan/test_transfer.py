"""A plan in another scenario: what is taken over, what stands in its place, and what is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

from channelopt.errors import UsageError
from channelopt.pipeline.solving import Engines, find
from channelopt.plan.accounts import account
from channelopt.plan.follow import carried_on, follow
from channelopt.plan.transfer import Transfer, transfer
from channelopt.terms.choice import Choice
from channelopt.terms.facts import facts
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Written
from tests.contract.small import instance
from tests.plan.chance import ANY, OPTIONS, examples
from tests.reference.loading import loaded
from tests.strategies import Data

SETTINGS = examples(3)


def planned(changes: dict[str, object]) -> tuple[Numbers, Choice]:
    base = instance(changes)
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assert choice is not None
    return base.numbers, choice


def moved(
    before: dict[str, object], after: dict[str, object], **asked: str
) -> tuple[Transfer, Choice]:
    n, choice = planned(before)
    m = instance(after).numbers
    found = transfer(n, choice, m, {key.removeprefix("p"): label for key, label in asked.items()})
    return found, carried_on(found.position, m, "held")


@SETTINGS
@given(first=ANY, second=ANY)
def test_any_plan_fits_any_scenario_and_every_inbound_contact_has_its_place(
    first: Data, second: Data
) -> None:
    base, other = loaded(first), loaded(second)
    assume(base is not None and other is not None)
    assert base is not None
    assert other is not None
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assume(choice is not None)
    assert choice is not None
    same = transfer(base.numbers, choice, base.numbers)
    assert same.notes == ()
    for staff in ("held", "follow"):
        kept = carried_on(same.position, base.numbers, staff)
        expected = follow(base.numbers, choice, base.numbers, staff)
        assert all(np.array_equal(getattr(kept, k), getattr(expected, k)) for k in vars(kept))
    n = other.numbers
    found = transfer(base.numbers, choice, n)
    for staff in ("held", "follow"):
        one = carried_on(found.position, n, staff)
        accounts = account(n, one)
        np.testing.assert_allclose(
            one.hours.sum(axis=0), accounts.hours_needed, rtol=1e-9, atol=1e-9
        )
        exact = float(facts(n, Written.from_choice(one)).objective)
        assert accounts.objective == pytest.approx(exact, rel=1e-9, abs=1e-7)
        served = one.first_contacts.sum(axis=2)[:, n.inbound]
        missing = np.abs(served - n.contacts[:, n.inbound]) > 0.5
        assert not missing.any() or any("not served" in note for note in found.notes)


def test_a_new_segment_takes_the_shares_of_the_others() -> None:
    capped = {
        "channels/web/max_share": None,
        "tables/max_share": [{"channel": "web", "value": 0.8}],
    }
    new = {**capped, "segments/b": {"customers": 50, "margin": 10}}
    found, choice = moved(capped, new)
    assert choice.first_contacts[1, 0, :, 0] == pytest.approx([20, 80])
    assert found.notes == (
        "segments new: b; inbound contacts as below",
        (
            "the plan says nothing of b, q: the plan's shares of the same interaction over all "
            "segments are held"
        ),
    )
    assert choice.offered[1, :, 0].tolist() == [True, True]


def test_todays_shares_come_first_for_a_new_segment() -> None:
    today = [
        {"segment": "b", "channel": "phone", "value": 0.5},
        {"segment": "b", "channel": "web", "value": 0.5},
    ]
    new = {"segments/b": {"customers": 50, "margin": 10}, "tables/baseline_share": today}
    found, choice = moved({}, new)
    # the phone is open, as it costs nothing; the plan uses the web alone
    assert choice.first_contacts[1, 0, :, 0] == pytest.approx([50, 50])
    assert any("today's shares are held" in note for note in found.notes)


def test_contacts_of_a_removed_channel_go_to_the_others_in_proportion() -> None:
    third = {"channels/mail": {"unit_cost": 2, "satisfaction": 0.6}}
    shares = [
        {"channel": "web", "value": 0.5},
        {"channel": "mail", "value": 0.3},
    ]
    found, choice = moved({**third, "tables/max_share": shares}, {})
    assert choice.first_contacts[0, 0, :, 0] == pytest.approx([200 * 0.2 / 0.7, 200 * 0.5 / 0.7])
    assert any("60 planned first contacts of 'mail' go to" in note for note in found.notes)


def test_where_nothing_is_left_contacts_are_not_served() -> None:
    only = {"channels/phone": None}
    found, choice = moved(only, {"channels/web": None, "channels/phone/initially_open": False})
    assert not choice.open.any()
    assert not choice.first_contacts.any()
    assert any("no open channel can take these contacts" in note for note in found.notes)


def test_periods_by_label_by_order_and_as_asked() -> None:
    before = {
        "periods": [2026, 2027],
        "tables/max_share": [{"channel": "web", "period": 2026, "value": 0.5}],
    }
    half, full = [100, 100], [0, 200]
    for periods, asked, expected, notes in (
        ([2026, 2027], {}, [half, full], 0),
        ([2027], {}, [full], 1),
        ([2027, 2028], {}, [full, full], 1),
        ([2030, 2031, 2032], {}, [half, full, full], 4),
        ([2027], {"p2027": "2026"}, [half], 2),
    ):
        found, choice = moved(before, {"periods": periods}, **asked)
        np.testing.assert_allclose(choice.first_contacts[0, 0].T, expected, atol=1e-9)
        assert len(found.notes) == notes, found.notes


def test_unknown_periods_are_refused() -> None:
    with pytest.raises(UsageError, match=r"the scenario has no period '2039'; did you mean '2029'"):
        moved({"periods": [2029]}, {"periods": [2029]}, p2039="2029")
    with pytest.raises(UsageError, match="the run has no period"):
        moved({"periods": [2029]}, {"periods": [2029]}, p2029="x")


def test_staff_that_is_new_is_as_today_and_removed_staff_leaves_its_work() -> None:
    def team(name: str, today: float) -> dict[str, object]:
        group = {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3, "initial_fte": today}
        return {
            "channels/web": None,
            "channels/phone/handle_minutes": 30,
            "staff": {name: group},
        }

    found, choice = moved(team("old", 0), team("new", 4))
    assert choice.fte.tolist() == [[4.0]]
    assert choice.hours.sum() == pytest.approx(100)
    assert found.notes == (
        "staff groups new: new; FTE as today",
        "staff groups in the plan only: old; left out",
    )


def test_the_same_id_for_something_else_is_said() -> None:
    """An interaction that was inbound is outbound now, an upgrade belongs to another channel."""
    tool = {"investment": 1, "effects": {"unit_cost": {"add": -0.1}}}
    before = {"upgrades": {"tool": {"channel": "web", **tool}}}
    after = {
        "upgrades": {"tool": {"channel": "phone", **tool}},
        "interactions": {"q": {"direction": "outbound"}, "r": {}},
    }
    found, choice = moved(before, after)
    assert not choice.owned.any()
    others = "others than those of the plan"
    assert f"interactions {others}: q; inbound contacts as below" in found.notes
    assert f"upgrades {others}: tool; not owned" in found.notes
    assert any("nothing is known, they are spread evenly" in note for note in found.notes)
    assert choice.first_contacts[0, 1, :, 0].tolist() == [100, 100]
    assert not choice.first_contacts[0, 0].any()


def test_all_contacts_are_placed_where_their_channel_is_gone_and_there_are_more() -> None:
    mail = {"channels/mail": {"unit_cost": 0, "satisfaction": 0.9}}
    today = {"tables/baseline_share": [{"channel": "web", "value": 1}]}
    _, choice = moved(mail, {**today, "segments/a/customers": 130})
    assert choice.first_contacts[0, 0, :, 0] == pytest.approx([0, 260])


def test_fte_of_a_new_group_follow_its_work_without_any_to_spare() -> None:
    def team(today: float) -> dict[str, object]:
        group = {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3, "initial_fte": today}
        return {"channels/web": None, "channels/phone/handle_minutes": 30, "staff": {"new": group}}

    n, choice = planned({"channels/web": None})
    m = instance(team(14)).numbers
    followed = carried_on(transfer(n, choice, m).position, m, "follow")
    assert followed.fte.tolist() == [[10.0]]


def test_work_of_a_group_that_is_gone_goes_to_the_others() -> None:
    one = {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3, "max_fte": 6}
    both = {
        "channels/web": None,
        "channels/phone/handle_minutes": 30,
        "staff": {"first": one, "second": one},
    }
    _, choice = moved(both, {**both, "staff": {"second": one}})
    assert choice.hours.sum() == pytest.approx(100)
