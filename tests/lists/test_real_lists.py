"""Lists over the real compiler and the real engine: figures that must agree with each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from channelopt.lists.compile import compile_list
from channelopt.lists.folder import read_list
from channelopt.lists.parts import Part
from channelopt.lists.result import Listing
from channelopt.lists.ways import ListWays
from channelopt.lists.writing import write_list
from channelopt.pipeline.deciding import solver_of
from channelopt.plan.accounts import account
from channelopt.priced.aims import Aims
from channelopt.priced.engine import assign
from channelopt.priced.local import Local
from channelopt.priced.units import Task
from tests.lists.crowd import Crowd, averages, crowd, people
from tests.lists.planned import OPTIONS, scenario, straight


def made(instance, choice, register, out, *, joint=False):
    """Return a list and the answer that it was written from."""
    compiled = compile_list(instance, choice, 0, register, ListWays(joint=joint))
    parts = [Part(compiled, partition) for partition in register.partitions]
    source = Local(parts, register.customers * len(compiled.questions), threads=2)
    task = Task(compiled.tables, compiled.rows, source)
    answer = assign(task, solver_of(OPTIONS), Aims())
    listing = Listing(instance, choice, 0, compiled, register, answer, joint=joint)
    return write_list(listing, out, as_csv=False, force=False), listing


def some(count: int, *sizes: int) -> Crowd:
    """Return customers with contacts and margins of their own, in partitions."""
    random = np.random.default_rng(11)
    segment = random.choice(3, count, p=[0.5, 0.1, 0.4])
    contacts = {i: random.integers(0, 4, count).astype(float) for i in (0, 1)}
    margin = random.uniform(5, 120, count)
    whole = people(segment, contacts=contacts, margin=margin)
    whole = replace(whole, ids=pa.array(np.asarray(whole.ids)))
    ends = [0, *np.cumsum(sizes or [count]).tolist()]
    return crowd(*(_cut(whole, slice(a, b)) for a, b in pairwise(ends)))


def _cut(whole, at):
    return replace(
        whole,
        ids=whole.ids[at.start : at.stop],
        luck=whole.luck[at],
        row=whole.row[at],
        segment=whole.segment[at],
        contacts={key: values[at] for key, values in whole.contacts.items()},
        margin=whole.margin[at],
    )


@pytest.fixture(scope="module")
def quickstart():
    instance, choice = scenario("quickstart")
    return straight(instance), choice


@pytest.fixture(scope="module")
def found(quickstart, tmp_path_factory):
    return made(*quickstart, some(3000), tmp_path_factory.mktemp("real") / "list", joint=False)


def test_the_plan_spread_over_its_own_mean_customers_is_the_plan(quickstart, tmp_path):
    """A second way to the same number: the accounts of the plan know no customers."""
    instance, choice = quickstart
    register = averages(instance)
    parts = [replace(part, people=_with_ids(part.people)) for part in register.partitions]
    written, _ = made(instance, choice, replace(register, partitions=tuple(parts)), tmp_path / "x")
    ladder = written.ladder.set_index("rung")["value"]
    profit = account(instance.numbers, choice).profit_by_period[0]
    assert ladder["plan"] == profit
    assert ladder["spread"] == pytest.approx(profit, rel=1e-9)
    assert ladder["list"] <= ladder["split"]


def _with_ids(one):
    return replace(one, ids=pa.array(np.asarray(one.ids)))


def test_value_of_the_rows_is_the_value_that_the_engine_claims(found):
    written, listing = found
    rows = written.assignment()
    claimed = listing.answer.value + listing.compiled.constant
    assert written.value == pytest.approx(claimed, rel=1e-9)
    assert rows["value"].sum() + listing.compiled.constant == pytest.approx(claimed, rel=1e-9)
    assert written.value <= written.bound
    assert written.gap <= 1e-6 or written.status == "feasible"


def test_quotas_and_hours_are_used_as_totals_say(found):
    written, _ = found
    limits = written.limits
    totals = written.totals.set_index(["segment", "interaction", "channel"])["contacts"]
    quotas = limits[limits["kind"] == "quota"]
    assert len(quotas) > 5
    for quota in quotas.itertuples():
        key = (quota.segment, quota.interaction, quota.channel)
        assert totals.get(key, 0.0) == pytest.approx(quota.used, abs=1e-6)
        assert quota.at_least - 1e-6 <= quota.used <= quota.at_most + 1e-6
    hours = written.hours.groupby("group")["hours"].sum()
    for group in limits[limits["limit"].str.startswith("hours:")].itertuples():
        assert hours[group.group] == pytest.approx(group.used)


def test_what_all_pay_is_the_prices_times_what_is_used(found):
    written, listing = found
    rows = written.assignment()
    paid = rows[[name for name in rows.columns if name.startswith("paid_")]].sum().sum()
    assert not listing.compiled.others  # one group serves each channel: nothing else is paid
    owed = (written.limits["price"] * written.limits["used"]).sum()
    assert paid == pytest.approx(owed, rel=1e-9, abs=1e-6)


def test_any_partitions_give_the_same_folder(quickstart, found, tmp_path):
    other, _ = made(*quickstart, some(3000, 1, 1999, 1000), tmp_path / "other")
    for name in ("totals.csv", "limits.csv", "hours.csv"):
        assert (other.folder / name).read_bytes() == (found[0].folder / name).read_bytes()
    assert other.assignment().equals(found[0].assignment())


def test_joint_lists_gain(quickstart, found, tmp_path):
    joint, _ = made(*quickstart, some(3000), tmp_path / "joint", joint=True)
    assert joint.bound >= found[0].value
    assert not (joint.limits["kind"] == "quota").any()
    assert "Only the scenario's own rules" in (joint.folder / "summary.md").read_text("utf-8")


def test_read_again(found):
    again = read_list(found[0].folder)
    assert again == found[0]
    assert again.limits.equals(found[0].limits)
