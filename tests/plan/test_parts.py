"""Bundles, upgrades, metrics and service levels in accounts, repair, limits and run folders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelopt.plan import folder
from channelopt.plan.accounts import account
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.binding import binding
from channelopt.plan.columns import COLUMNS
from channelopt.plan.repair import clean
from channelopt.plan.table import Table
from channelopt.plan.tables import tables
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Effect, Metric, Numbers, ServiceLevel, Upgrades
from tests.plan.small import choice, instance, numbers

BUNDLED = (2, 2, 4, 2)
"""Segments, interactions, channels and one bundle, periods."""


def widened(array: np.ndarray, value: float | bool) -> np.ndarray:
    """An array by channel with one bundle more."""
    return np.insert(array, array.shape[2], value, axis=2)


def bundled(**changes) -> Numbers:
    """The branch and 0.5 calls of the phone for each offer to a keen customer."""
    plain = numbers(**changes)
    eligible = widened(plain.eligible, False)
    eligible[:, 1, 3] = True
    return plain.with_(
        bundles=("visit",),
        uses=np.array([[1.0, 0.5, 0.0]]),
        eligible=eligible,
        contact_value=widened(plain.contact_value, 4.0),
        min_share=widened(plain.min_share, 0.0),
        max_share=widened(plain.max_share, 1.0),
        baseline_share=widened(plain.baseline_share, np.nan),
    )


def bundled_choice(treated: float = 30.0) -> Choice:
    first = widened(choice().first_contacts, 0.0)
    first[1, 1, 1, 0] = 50.0 - treated
    first[1, 1, 3, 0] = treated
    return replace(choice(), first_contacts=first)


UPGRADES = Upgrades(
    ids=("better_phone", "more_phone"),
    channel=np.array([1, 1]),
    investment=np.array([100.0, 40.0]),
    running_cost=np.array([[5.0, 6.0], [1.0, 1.0]]),
    available=np.ones((2, 2), dtype=bool),
    requires=np.zeros((2, 2), dtype=bool),
    effects=(
        Effect(0, "resolution", "set", 1.0, np.array([True, True])),
        Effect(0, "handle_minutes", "times", 0.5, np.array([True, True])),
        Effect(1, "capacity", "add", 135.0, np.array([True, True])),
        Effect(1, "concurrency", "times", 2.0, np.array([True, True])),
    ),
)


def test_bundles_are_handled_by_their_channels_and_earn_their_value() -> None:
    n = bundled()
    accounts = account(n, bundled_choice())
    assert accounts.handled[1, 1, :, 0].tolist() == [30.0, 20.0 + 15.0, 0.0]
    assert accounts.first_contacts.shape == BUNDLED
    assert accounts.contact_value[1, :, 0].tolist() == [0.0, 60.0, 0.0, 120.0]
    without = account(n, bundled_choice(0.0))
    # 30 visits at 2, and 15 calls instead of 30
    assert accounts.term("contact_cost")[0] - without.term("contact_cost")[0] == 60.0 - 15.0
    assert accounts.hours_needed[0, 0] - without.hours_needed[0, 0] == pytest.approx(30 * 12 / 60)
    assert accounts.satisfaction == pytest.approx(without.satisfaction)


def test_upgrades_act_from_their_purchase_on() -> None:
    owned = np.array([[False, True], [True, True]])
    plan = replace(choice(), owned=owned)
    accounts = account(numbers(upgrades=UPGRADES), plan)
    assert accounts.numbers.resolution[0, 0, 1].tolist() == [0.75, 1.0]
    assert accounts.numbers.capacity[1].tolist() == [400.0, 535.0]
    assert accounts.numbers.concurrency[1].tolist() == [4.0, 4.0]
    # nobody calls twice; half the minutes, twice as many at once
    assert accounts.passed_on[1, 0, 1].tolist() == [25.0, 0.0]
    assert accounts.hours_needed[1].tolist() == pytest.approx([13.25 / 2, (200 + 80) * 3 / 240])
    assert accounts.term("investment_cost").tolist() == [40.0, 100.0]
    assert accounts.term("running_cost").tolist() == [1.0, 7.0]
    plain = account(numbers(), choice())
    assert accounts.cost[0] - plain.cost[0] == pytest.approx(41.0)


def test_metrics_of_bundles_and_of_handled_contacts() -> None:
    values = np.zeros(BUNDLED)
    values[:, :, 1], values[:, :, 3] = 2.0, 10.0
    n = bundled(metrics=(Metric("a", per_handled=False, values=values), Metric("b", True, values)))
    per_first, per_handled = account(n, bundled_choice()).metrics
    assert per_first[1, :, 0].tolist() == [0.0, 2.0 * 120, 0.0, 300.0]
    assert per_handled[1, :, 0].tolist() == [0.0, 2.0 * (125 + 35), 0.0, 0.0]


def test_cleaning_keeps_bundles_and_upgrades() -> None:
    n = bundled(upgrades=UPGRADES)
    noisy = bundled_choice()
    first = noisy.first_contacts.copy()
    first[1, 1, 3, 0] += 1e-6  # more than the offers that may be made
    first[1, 1, 3, 1] = 4e-5  # the branch is closed then
    owned = np.array([[False, True], [True, True]])
    tidy = clean(n, replace(noisy, first_contacts=first, owned=owned))
    assert tidy.first_contacts[1, 1, :, 0].sum() <= 50.0
    assert tidy.first_contacts[1, 1, 3, 1] == 0.0
    assert tidy.owned is owned
    assert tidy.hours.sum(axis=0) == pytest.approx(account(n, tidy).hours_needed)
    again = clean(n, tidy)
    assert np.array_equal(again.first_contacts, tidy.first_contacts)


def test_treated_customers_are_whole() -> None:
    n = bundled(whole_contacts=True)
    first = bundled_choice(29.6).first_contacts
    tidy = clean(n, replace(bundled_choice(), first_contacts=first))
    assert tidy.first_contacts[1, 1, :, 0].tolist() == [0.0, 20.0, 0.0, 30.0]


def serviced(share: float) -> dict[int, ServiceLevel]:
    return {0: ServiceLevel(share, 20.0, 6.0, np.array([10.0, 10.0]), 1.25, None)}


def test_a_service_level_binds_where_no_agent_is_to_spare() -> None:
    """40 paid hours put five agents into the busy hour of 1.25 * 34.375 / 10 = 4.3 erlangs."""
    found = instance(service_levels=serviced(0.1), hours_per_fte=np.array([[10.0, 12.0]]))
    chosen = choice()
    limits = binding(found, chosen, account(found.numbers, chosen))
    tight = {(limit.rule, limit.period): limit for limit in limits}
    first = tight["service_level", "2027"]
    assert (first.limit, first.used, first.unit) == (5.0, 5.0, "agents")
    rows = list(tables(found, chosen, account(found.numbers, chosen))["service_levels"].records())
    assert [(row["agents"], row["agents_needed"]) for row in rows] == [(5, 5), (3, 3)]
    lax = instance(service_levels=serviced(0.001), max_fte=np.array([[9.0, 9.0]]))
    more = replace(chosen, fte=np.array([[6.0, 6.0]]))
    rules = {limit.rule for limit in binding(lax, more, account(lax.numbers, more))}
    assert "service_level" not in rules


def test_an_upgrade_gives_room() -> None:
    full = instance()
    rules = {limit.rule for limit in binding(full, choice(), account(full.numbers, choice()))}
    assert "capacity" in rules
    found = instance(upgrades=UPGRADES)
    owned = replace(choice(), owned=np.array([[False, False], [True, True]]))
    rules = {limit.rule for limit in binding(found, owned, account(found.numbers, owned))}
    assert "capacity" not in rules


def test_further_tables_go_into_the_folder_and_come_back(tmp_path) -> None:
    found = instance(upgrades=UPGRADES)
    owned = np.array([[False, True], [False, False]])
    outage = ("2027", "phone", "", 0.0, 140.0, 100.0, 100 / 140, None, "-hours")
    extra = {"outages": Table("outages", COLUMNS["outages"], (outage,))}
    plan = assemble(found, replace(choice(), owned=owned), Origin("evaluated"), extra=extra)
    out = folder.write(plan, tmp_path / "run")
    names = {path.stem for path in out.glob("*.csv")}
    assert {"upgrades", "outages"} < names
    assert not {"metrics", "returns", "service_levels"} & names
    back = folder.read(out)
    for name in ("upgrades", "outages", "channels"):
        assert list(back.table(name).records()) == list(plan.table(name).records())
    assert back.table("returns").rows == ()
    bought = [row["upgrade"] for row in back.table("upgrades").records() if row["bought"]]
    assert bought == ["better_phone"]
    assert [row["upgrades"] for row in back.table("channels").records()][1::3] == [
        "",
        "better_phone",
    ]
