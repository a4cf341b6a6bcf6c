"""The ladder from the plan to the list, worked out by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from channelopt.lists.questions import Option, Question
from channelopt.lists.shares import Planned, plan_shares
from channelopt.plan.accounts import account
from tests.lists import fakes
from tests.lists.test_writing import write
from tests.plan import small


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    register = fakes.cut(fakes.people(), 13, 47)
    return write(register, tmp_path_factory.mktemp("ladder") / "list")


def rungs(found):
    return found.ladder.set_index("rung")["value"]


def test_the_plan_in_its_own_numbers(written):
    accounts = account(small.numbers(), small.choice())
    assert rungs(written)["plan"] == accounts.profit_by_period[0]


def test_the_plan_spread_evenly_is_worked_out_customer_by_customer(written):
    """Offers: 40 of 50 contacts of 50 keen customers; calm ones get none."""
    one, total = fakes.people(), fakes.CONSTANT
    advice = {0: (0.0, 0.0, 1.0), 1: (0.5, 0.5, 0.0)}
    for k, segment in enumerate(one.segment.tolist()):
        gains = fakes.GAIN[0][segment]
        total += one.contacts[0][k] * sum(np.multiply(advice[segment], gains))
        total += 0.8 * 2.0 if segment else 0.0
    assert rungs(written)["spread"] == pytest.approx(total, rel=1e-12)


def test_steps_and_losses(written):
    values = rungs(written)
    assert values["split"] == 2e6 + fakes.CONSTANT  # by prices; the search has proven more
    assert written.bound == 1e6 + fakes.CONSTANT
    assert written.ladder["step"].tolist()[1:] == pytest.approx(np.diff(values).tolist())
    assert written.loss == values["spread"] - values["list"]
    ladder = written.as_data()["ladder"]
    assert ladder["disaggregation_loss"] == written.loss
    assert ladder["rounding"] == values["split"] - values["list"]
    assert ladder["within"] is None
    assert ladder["gained_by_joint"] is None


def test_a_joint_list_is_compared_with_the_list_within_the_plan(tmp_path):
    found = write(fakes.cut(fakes.people(), 60), tmp_path / "list", joint=True, within=1500.0)
    assert rungs(found).index.tolist() == ["plan", "spread", "within", "split", "list"]
    assert found.as_data()["ladder"]["gained_by_joint"] == found.value - 1500.0
    text = (found.folder / "summary.md").read_text("utf-8")
    assert f"Leaving out the plan's quotas gains EUR {found.value - 1500:,.2f}." in text


def test_what_is_barred_goes_to_the_other_options_of_that_customer(tmp_path):
    """Keen customers half at the branch, half on the phone; without it all at the branch."""
    segment = np.array([1, 1, 0], dtype=np.int16)
    barred = {fakes.PHONE: np.array([False, True, False])}
    contacts = {0: np.array([2.0, 2.0, 3.0])}
    one = fakes.people(3, segment=segment, eligible=barred, contacts=contacts)
    found = write(fakes.cut(one, 3), tmp_path / "list")
    first = 2.0 * 6.0  # branch only; the offer by phone is barred
    second = 2.0 * (6.0 + 4.0) / 2 + 0.8 * 2.0
    third = 3.0 * 2.25
    total = fakes.CONSTANT + first + second + third
    assert rungs(found)["spread"] == pytest.approx(total, rel=1e-12)


def test_where_the_plan_says_nothing_options_count_evenly(tmp_path):
    choice = small.choice()
    choice.first_contacts[0, 0] = 0.0
    segment = np.zeros(1, dtype=np.int16)
    one = fakes.people(1, segment=segment, contacts={0: np.array([1.0])})
    found = write(fakes.cut(one, 1), tmp_path / "list", choice=choice)
    assert rungs(found)["spread"] == pytest.approx(fakes.CONSTANT + (3.0 + 2.5 + 2.25) / 3)


def test_a_bound_below_the_value_by_rounding_is_the_value(tmp_path):
    listing = fakes.listing(fakes.cut(fakes.people(), 60))
    value = write(listing.register, tmp_path / "first").value - fakes.CONSTANT
    answer = fakes.replace(listing.answer, bound=value * (1 - 1e-13), price_bound=value + 1)
    found = write(listing.register, tmp_path / "second", answer=answer)
    assert found.bound == found.value
    assert found.gap == 0.0


def test_a_bound_below_the_value_is_not_hidden(tmp_path):
    listing = fakes.listing(fakes.cut(fakes.people(), 60))
    answer = fakes.replace(listing.answer, bound=0.0)
    found = write(listing.register, tmp_path / "list", answer=answer)
    assert found.bound == fakes.CONSTANT < found.value


# --- shares of options that have the plan's shares of ways


def outbound(most: int, ways: int = 2) -> Question:
    """Two outbound interactions that compete for a customer."""
    single = [((i, w),) for i in (0, 1) for w in range(ways)]
    pairs = [(a, b) for a, b in product(single[:ways], single[ways:])]
    sets = single + [a + b for a, b in pairs] if most == 2 else single
    options = [Option(tuple(sorted(entries)), str(entries)) for entries in sets]
    return Question("outbound", (0, 1), (*options, Option((), "none")))


def planned(shares: dict[tuple[int, int], float], *, contacts: float = 100.0) -> Planned:
    first = np.zeros(small.SHAPE)
    for (i, w), share in shares.items():
        first[:, i, w] = share * contacts
    numbers = small.numbers(inbound=np.zeros(2, dtype=bool), contacts=np.full((2, 2, 2), contacts))
    return Planned(numbers, fakes.replace(small.choice(), first_contacts=first), 0)


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {(0, 0): 0.3},
        {(0, 0): 0.3, (1, 1): 0.2},
        {(0, 0): 0.25, (0, 1): 0.25, (1, 0): 0.25, (1, 1): 0.25},
        {(0, 0): 1.0},
    ],
)
@pytest.mark.parametrize("most", [1, 2])
def test_shares_of_options_add_up_to_those_of_ways(shares, most):
    question = outbound(most)
    found = plan_shares(planned(shares), question, len(question.options), whole=False)
    check(question, found, shares)


@pytest.mark.parametrize(
    "shares",
    [
        {(0, 0): 0.9, (1, 1): 0.8},
        {(0, 0): 1.0, (1, 0): 1.0},
        {(0, 0): 0.5, (0, 1): 0.5, (1, 0): 0.5, (1, 1): 0.1},
    ],
)
def test_more_than_one_contact_for_each_needs_pairs(shares):
    question = outbound(2)
    found = plan_shares(planned(shares), question, len(question.options), whole=False)
    check(question, found, shares)


def check(question, found, shares):
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx([1.0, 1.0])
    for entry in product((0, 1), (0, 1)):
        with_it = [k for k, option in enumerate(question.options) if entry in option.entries]
        assert found[:, with_it].sum(axis=1) == pytest.approx(shares.get(entry, 0.0)), entry


def test_more_contacts_than_allowed_are_cut_in_proportion():
    question = outbound(1)
    both = planned({(0, 0): 1.0, (1, 0): 0.5})
    found = plan_shares(both, question, len(question.options), whole=False)
    names = [option.entries for option in question.options]
    assert found[0, names.index(((0, 0),))] == pytest.approx(2 / 3)
    assert found[0, names.index(((1, 0),))] == pytest.approx(1 / 3)


def test_who_is_contacted_is_contacted_once_at_least():
    """50 contacts for 100 calm customers: 60 % of the contacts are 30 % of the customers."""
    question = outbound(1)
    sparse = planned({(0, 0): 0.6}, contacts=50.0)
    found = plan_shares(sparse, question, len(question.options), whole=True)
    assert found[0, 0] == pytest.approx(0.3)
    assert found[1, 0] == pytest.approx(0.6)  # 50 customers
    often = plan_shares(planned({(0, 0): 0.6}), question, len(question.options), whole=True)
    assert often[:, 0] == pytest.approx(0.6)  # twice each of the 50


def test_one_channel_for_all_inbound_has_the_mean_of_the_shares():
    first = np.zeros(small.SHAPE)
    first[:, 0, 0], first[:, 0, 1] = 150.0, 50.0
    first[:, 1, 1] = 100.0
    contacts = np.zeros((2, 2, 2))
    contacts[:, 0], contacts[:, 1] = 200.0, 100.0
    numbers = small.numbers(inbound=np.ones(2, dtype=bool), contacts=contacts)
    options = [Option(((0, w), (1, w)), small.CHANNELS[w]) for w in range(3)]
    question = Question("inbound", (0, 1), (*options, Option((), "none")))
    plan = Planned(numbers, fakes.replace(small.choice(), first_contacts=first), 0)
    found = plan_shares(plan, question, 4, whole=True)
    assert found[0].tolist() == pytest.approx([0.5, 0.5, 0.0, 0.0])
