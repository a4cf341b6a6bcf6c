"""The plan held under other numbers: what is held, what follows, and what it is worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from channelopt.analysis.varied.holding import Held, broken
from channelopt.analysis.varied.inputs import inputs
from channelopt.pipeline.solving import Engines, find
from channelopt.plan.accounts import account
from channelopt.plan.follow import follow, needed_fte
from channelopt.terms.choice import Choice
from channelopt.terms.facts import facts
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Written
from tests.contract.small import instance
from tests.plan.chance import ANY, OPTIONS, examples
from tests.reference.loading import loaded
from tests.strategies import Data

SETTINGS = examples(6)


@SETTINGS
@given(data=ANY, factor=st.sampled_from([0.8, 1.1, 1.37]), pick=st.integers(0, 999))
def test_what_is_held_and_what_follows(data: Data, factor: float, pick: int) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assume(choice is not None)
    assert choice is not None
    n = base.numbers
    assert _equal(follow(n, choice, n), choice)
    assert broken(base, choice) == ()
    known = inputs(base)
    after = known[pick % len(known)].scaled(base, factor)
    m = after.numbers
    kept, stuck = (follow(n, choice, m, staff) for staff in ("follow", "held"))
    for one in (kept, stuck):
        check_held(n, choice, m, one)
    assert Held(base, choice).value(after) == pytest.approx(account(m, kept).objective)
    assert (stuck.fte == choice.fte).all()
    least = needed_fte(m, kept.hours)
    assert (kept.fte >= least - 1e-9 * np.maximum(1, least)).all()
    rules = set(broken(after, kept)) - set(broken(after, stuck))
    assert not rules & {"service_level"}


def check_held(n: Numbers, choice: Choice, m: Numbers, one: Choice) -> None:
    assert (one.open == choice.open).all()
    assert (one.offered == choice.offered).all()
    assert (one.owned == choice.owned).all()
    if not n.whole_contacts:
        shares = [
            np.divide(c.first_contacts, k, out=np.zeros_like(c.first_contacts), where=k > 0)
            for c, k in ((choice, n.contacts[:, :, None]), (one, m.contacts[:, :, None]))
        ]
        np.testing.assert_allclose(shares[1], shares[0], rtol=1e-9, atol=1e-12)
    accounts = account(m, one)
    np.testing.assert_allclose(one.hours.sum(axis=0), accounts.hours_needed, rtol=1e-9)
    # the independent count in decimals
    exact = float(facts(m, Written.from_choice(one)).objective)
    assert accounts.objective == pytest.approx(exact, rel=1e-9, abs=1e-7)


def _equal(one: object, two: object) -> bool:
    return all(np.array_equal(getattr(one, k), getattr(two, k)) for k in vars(one))


def staffed() -> dict[str, object]:
    return {
        "channels/phone/handle_minutes": 30,
        "channels/web": None,
        "staff": {"team": {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3}},
    }


def test_fte_follow_the_work_in_whole_people() -> None:
    """200 contacts of half an hour are 100 hours, 10 people; 5 % more need 10.5, so 11."""
    base = instance(staffed())
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assert choice is not None
    assert choice.fte.tolist() == [[10.0]]
    volume = next(one for one in inputs(base) if one.kind == "volume")
    found = {
        factor: follow(base.numbers, choice, volume.scaled(base, factor).numbers).fte[0, 0]
        for factor in (0.5, 0.91, 1.0, 1.05)
    }
    assert found == {0.5: 5.0, 0.91: 10.0, 1.0: 10.0, 1.05: 11.0}
    more = volume.scaled(base, 1.05)
    assert Held(base, choice).breaks(more) == ()
    assert Held(base, choice, "held").breaks(more) == ("staff",)


def test_fte_beyond_need_are_kept() -> None:
    data = staffed()
    data["staff"] = {
        "team": {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3, "min_fte": 12}
    }
    base = instance(data)
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assert choice is not None
    volume = next(one for one in inputs(base) if one.kind == "volume")
    half = follow(base.numbers, choice, volume.scaled(base, 0.5).numbers)
    double = follow(base.numbers, choice, volume.scaled(base, 2.0).numbers)
    assert (half.fte[0, 0], double.fte[0, 0]) == (12.0, 22.0)


def test_a_broken_limit_is_named() -> None:
    base = instance({"channels/web/capacity": 210})
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assert choice is not None
    volume = next(one for one in inputs(base) if one.kind == "volume")
    held = Held(base, choice)
    assert held.breaks(volume.scaled(base, 1.04)) == ()
    assert held.breaks(volume.scaled(base, 1.06)) == ("capacity",)
    # 212 contacts by web: margin kept 1000 (1 - 0.5 0.4) = 800, less their cost
    assert held.value(volume.scaled(base, 1.06)) == pytest.approx(800 - 212)
