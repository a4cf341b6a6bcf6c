"""Roadmaps against separate solves of the plain-loops model, by hand, and in exact arithmetic."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pulp
import pytest
from hypothesis import HealthCheck, event, given, settings

from channelopt.analysis.roadmap.moving import moved_share, shares_of_today
from channelopt.analysis.roadmap.pace import Pace, steps_needed
from channelopt.analysis.roadmap.repeated import repeated
from channelopt.analysis.roadmap.roadmap import COLUMNS, Roadmap, slopes
from channelopt.errors import InfeasibleError, InputError, UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.roadmap import roadmap
from channelopt.pipeline.study import NoAnswerError, Ways
from channelopt.plan.table import read_csv
from channelopt.terms.numbers import Numbers
from tests.contract.small import PHONE, WEB, instance, mixed
from tests.often import often
from tests.reference.loading import loaded
from tests.reference.model import Answer, Reference
from tests.strategies import EVERYTHING, FULL, Data, small_scenarios

COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
QUICK = settings(max_examples=4, derandomize=True, **COMMON)
MANY = settings(max_examples=often(20), derandomize=True, **COMMON)
PLAIN = SolveOptions(ties=False, sensitivity_seconds=0, isolate=False)
TODAY = {
    "tables/baseline_share": [{"channel": "phone", "value": 0.5}, {"channel": "web", "value": 0.5}]
}
SMALL = replace(FULL, baseline=True, segments=2, interactions=2, channels=3, periods=2, policies=2)
NEAR = 2e-6
"""Relative difference of two solves to a gap of one in a million."""


def made(found: Instance, limit: float = 0.1, **more: Any) -> Roadmap:
    return roadmap(found, limit, **{"points": 4, "options": PLAIN, **more})


class Limited(Reference):
    """The reference with at most a share of all customers moved in each period, in plain loops."""

    def __init__(
        self,
        n: Numbers,
        policies: Any,
        limit: float,
        held: tuple[int, int, int] | None = None,
    ) -> None:
        super().__init__(n, policies)
        for t in self.T:
            total: list[Any] = []
            for s in self.S:
                here = self.inbound_cells(s, t)
                everything = sum(self.contacts[s, i, t] for i in here)
                for i in here:
                    part = float(n.customers[s, t]) * self.contacts[s, i, t] / everything
                    total += [part * rise for rise in self.rises(s, i, t, held == (s, i, t))]
            most = limit * float(sum(n.customers[s, t] for s in self.S))
            self.require(pulp.lpSum(total), "<=", most)

    def rises(self, s: int, i: int, t: int, is_held: bool) -> list[Any]:
        found = []
        for w in self.W:
            now = self.e.get((s, i, w, t), 0) * (1 / self.contacts[s, i, t])
            rise = self.variable("rise", (s, i, w, t), 0.0 if is_held else None)
            self.require(rise, ">=", now - self.share_before(s, i, w, t))
            found.append(rise)
        return found

    def share_before(self, s: int, i: int, w: int, t: int) -> Any:
        for earlier in reversed(range(t)):
            if self.contacts[s, i, earlier] > 0:
                return self.e.get((s, i, w, earlier), 0) * (1 / self.contacts[s, i, earlier])
        known = [float(x) for x in self.n.baseline_share[s, i] if not np.isnan(x)]
        share = float(self.n.baseline_share[s, i, w])
        return 0.0 if np.isnan(share) else share / sum(known)


def reference(found: Instance, limit: float, held: tuple[int, int, int] | None = None) -> Answer:
    return Limited(found.numbers, found.policies, limit, held).solve()


def moved_exactly(n: Numbers, table: Any) -> list[Fraction]:
    """Customers moved by period as a share of all, from an allocation alone."""
    first = {
        (row["segment"], row["interaction"], row["channel"], str(row["period"])): Fraction(
            float(row["first_contacts"])
        )
        for row in table.records()
    }
    result = []
    shares: dict[tuple[int, int], dict[str, Fraction]] = {}
    for t, period in enumerate(n.periods):
        total = Fraction(0)
        for s, segment in enumerate(n.segments):
            inbound = [i for i in range(len(n.interactions)) if n.inbound[i]]
            inbound = [i for i in inbound if n.contacts[s, i, t] > 0]
            everything = sum(Fraction(float(n.contacts[s, i, t])) for i in inbound)
            for i in inbound:
                name = n.interactions[i]
                made_ = {w: first.get((segment, name, w, period), Fraction(0)) for w in n.ways}
                whole = sum(made_.values())
                now = {w: amount / whole for w, amount in made_.items()}
                if (s, i) not in shares:
                    given_ = {
                        w: Fraction(float(x))
                        for w, x in zip(n.ways, n.baseline_share[s, i], strict=True)
                        if not np.isnan(x)
                    }
                    known = sum(given_.values())
                    shares[s, i] = {w: x / known for w, x in given_.items()}
                before = shares[s, i]
                moved = sum(max(Fraction(0), now[w] - before.get(w, Fraction(0))) for w in n.ways)
                part = Fraction(float(n.contacts[s, i, t])) / everything
                total += Fraction(float(n.customers[s, t])) * part * moved
                shares[s, i] = now
        result.append(total / Fraction(float(n.customers[:, t].sum())))
    return result


def judged(found: Roadmap) -> None:
    """Every figure of a roadmap stands up to the reference and to exact arithmetic."""
    own, route = found.instance, found.route
    curve = found.curve.points
    for point in curve:
        answer = reference(own, point.limit)
        assert answer.status == "optimal"
        assert point.known == "re-solved"
        assert point.objective == pytest.approx(answer.objective, rel=NEAR, abs=1e-5)
    assert all(a.objective <= b.objective for a, b in pairwise(curve))
    free = Reference(own.numbers, own.policies).solve()
    assert curve[-1].objective == pytest.approx(free.objective, rel=NEAR, abs=1e-5)
    if curve[0].limit > 2e-6:
        assert reference(own, curve[0].limit - 2e-6).status == "infeasible"
    if len(curve) > 1:
        less = reference(own, curve[-1].limit - 1e-4)
        assert less.status == "infeasible" or less.objective < free.objective
    answer = reference(route.instance, route.limit)
    assert route.plan.objective == pytest.approx(answer.objective, rel=NEAR, abs=1e-5)
    assert route.plan.verification is not None
    assert route.plan.verification.ok
    for plan in found.curve.plans:
        assert plan.verification is not None
        assert plan.verification.ok
    moved = moved_exactly(route.instance.numbers, route.plan.table("allocation"))
    assert all(share <= route.limit + 1e-6 for share in moved)
    written = [row["share"] for row in found.table("roadmap").records()]
    assert written == pytest.approx([float(share) for share in moved], abs=1e-9)


def attempt(data: Data, limit: float) -> Roadmap | None:
    """Return None without a plan; where the rules force more moves, allow just those."""
    found = loaded(data)
    if found is None:
        return None
    steps = {"steps": 2} if len(data["periods"]) == 1 else {}
    try:
        return made(found, limit, **steps)
    except NoAnswerError:
        event("no plan at all")
        return None
    except InfeasibleError as error:
        event("the rules force more moves")
        whole = repeated(found, 2) if steps else found
        assert reference(whole, limit).status == "infeasible"
        least = float(str(error).rsplit("--limit ", 1)[1].rstrip(")"))
        assert reference(whole, least - 3e-6).status == "infeasible"
        return made(found, least, **steps)


@pytest.mark.slow
@QUICK
@given(small_scenarios(SMALL))
def test_every_point_is_that_of_the_reference(data: Data) -> None:
    found = attempt(data, 0.2)
    if found is not None:
        judged(found)


@pytest.mark.slow
@MANY
@given(small_scenarios(replace(SMALL, segments=3, periods=3)))
def test_many_roadmaps_are_those_of_the_reference(data: Data) -> None:
    found = attempt(data, 0.12)
    if found is not None:
        judged(found)


@pytest.mark.slow
@MANY
@given(small_scenarios(replace(SMALL, **EVERYTHING)))
def test_roadmaps_with_every_part_are_those_of_the_reference(data: Data) -> None:
    found = attempt(data, 0.3)
    if found is not None:
        judged(found)


# ---- by hand


def test_curve_by_hand() -> None:
    """Each point of 100 customers that moves from phone to web earns the same."""
    found = made(instance(TODAY), 0.1)
    assert found.curve.points[0].limit == 0
    assert found.curve.points[-1].limit == 0.5
    for point in found.curve.points:
        assert point.objective == pytest.approx(mixed(0.5 - point.limit))
    for before, after in slopes(found.curve)[1:-1]:
        assert before == pytest.approx((WEB - PHONE) / 100)
        assert after == pytest.approx((WEB - PHONE) / 100)
    assert slopes(found.curve)[0][0] is None
    assert slopes(found.curve)[-1][1] == 0
    assert found.curve.knee is None
    assert found.unproven == 0


def test_route_by_hand() -> None:
    """Ten customers in each of five steps, until nobody calls; FTE and channels do not matter."""
    found = made(instance(TODAY), 0.1)
    steps = [mixed(share) for share in (0.4, 0.3, 0.2, 0.1, 0.0)]
    rows = list(found.table("roadmap").records())
    assert [row["profit"] for row in rows] == pytest.approx(steps)
    assert [row["customers_moved"] for row in rows] == pytest.approx([10] * 5)
    assert found.route.plan.objective == pytest.approx(sum(steps))
    assert found.route.unlimited.objective == pytest.approx(5 * WEB)
    faster = sum(mixed(max(0.5 - 0.11 * k, 0)) for k in range(1, 6))
    slower = sum(mixed(0.5 - 0.09 * k) for k in range(1, 6))
    assert found.route.faster.objective == pytest.approx(faster)
    assert found.route.slower.objective == pytest.approx(slower)
    moves = list(found.table("moves").records())
    assert [(row["from"], row["to"]) for row in moves] == [("phone", "web")] * 5
    assert [row["contacts"] for row in moves] == pytest.approx([20] * 5)
    # not moving in a step delays all later ones by one step
    lost = [(WEB - PHONE) * 0.1 * k for k in (5, 4, 3, 2, 1)]
    assert [row["value"] for row in moves] == pytest.approx(lost)
    assert {row["known"] for row in moves} == {"re-solved"}
    for table in found.tables[: len(COLUMNS)]:
        again = read_csv(table.to_csv(), table.name, COLUMNS[table.name], table.name)
        assert again == replace(table, rows=again.rows)
        assert [list(row) for row in again.rows] == [list(row) for row in table.rows]


def test_values_of_moves_are_those_of_the_reference() -> None:
    other = {"segments/b": {"customers": 60, "margin": 30}, "channels/web/capacity": 120}
    found = made(instance(TODAY, other), 0.15, steps=2)
    whole = found.route.instance
    assert found.moves
    for move in found.moves:
        answer = reference(whole, 0.15, move.flow.pair)
        assert move.value.objective == pytest.approx(answer.objective, rel=NEAR)
        assert move.value.value == pytest.approx(
            (found.route.plan.objective or 0) - answer.objective, abs=1e-3
        )


def test_without_moves_today_stays() -> None:
    found = made(instance(TODAY), 0.0)
    n = found.route.instance.numbers
    assert found.steps == 1
    assert found.route.plan.objective == pytest.approx(mixed(0.5))
    first = found.route.choice.first_contacts[..., 0]
    assert first == pytest.approx(shares_of_today(n) * n.contacts)
    assert found.moves == ()
    assert moved_share(n, found.route.choice.first_contacts) == pytest.approx([0.0], abs=1e-8)


def test_rounded_shares_of_today_allow_standing_still() -> None:
    thirds = [
        {"channel": "phone", "value": 0.3333333333},
        {"channel": "web", "value": 0.6666666666},
    ]
    found = made(instance({"tables/baseline_share": thirds}), 0.0)
    assert found.curve.points[0].limit == 0


def test_rules_that_force_moves_set_the_least_limit() -> None:
    """At most 20 % by phone: three in ten customers must move whatever it earns."""
    rule = {"tables/max_share": [{"channel": "phone", "value": 0.2}]}
    assert made(instance(TODAY, rule), 0.4).curve.points[0].limit == pytest.approx(0.3)
    with pytest.raises(InfeasibleError, match=r"least limit that works is 30 % \(--limit 0.3"):
        made(instance(TODAY, rule), 0.1)


def test_a_pair_that_rests_is_compared_with_its_last_shares() -> None:
    """No questions in the second of three years: what moves in the third counts from the first."""
    changes = {
        "periods": [1, 2, 3],
        "tables/contacts_per_customer": [{"value": 2}, {"period": 2, "value": 0}],
    }
    found = made(instance(TODAY, changes), 0.1)
    shares = [row["share"] for row in found.table("roadmap").records()]
    assert shares == pytest.approx([0.1, 0.0, 0.1])
    judged(found)


# ---- steps


def test_a_repeated_period_has_the_same_numbers_in_every_step() -> None:
    own = from_data(_with_periods())
    whole = repeated(own, 3)
    assert whole.numbers.periods == ("step 1", "step 2", "step 3")
    for one in fields(Numbers):
        before, after = getattr(own.numbers, one.name), getattr(whole.numbers, one.name)
        if not isinstance(before, np.ndarray) or before.shape == after.shape:
            continue
        for t in range(3):
            np.testing.assert_array_equal(after[..., t], before[..., 0], err_msg=one.name)
    assert repeated(own, 1) is own


def _with_periods() -> Data:
    """A scenario whose only period is named wherever it can be."""
    return {
        "format": 1,
        "periods": [2027],
        "objective": {"satisfaction_weight": 0.5, "discount_rate": 0.1},
        "segments": {"a": {"customers": 100, "margin": 10}},
        "interactions": {"q": {}},
        "channels": {
            "phone": {"unit_cost": 6, "satisfaction": 0.9, "capacity": [150]},
            "web": {"unit_cost": 1, "satisfaction": 0.6, "available_from": 2027},
            "app": {"unit_cost": 1, "satisfaction": 0.6, "capacity": [None]},
        },
        "tables": {
            "contacts_per_customer": [{"value": 1}, {"period": 2027, "value": 2}],
            "baseline_share": [{"channel": "phone", "value": 1}],
        },
        "policies": [
            {"name": "cap", "type": "share", "channels": ["app"], "periods": [2027], "at_most": 0.4}
        ],
    }


@pytest.mark.slow
def test_a_policy_of_the_period_holds_in_every_step() -> None:
    found = made(from_data(_with_periods()), 0.5, steps=3)
    rows = found.table("allocation").records()
    assert all(row["share"] <= 0.4 + 1e-9 for row in rows if row["channel"] == "app")
    judged(found)


def test_as_many_steps_as_the_limit_needs() -> None:
    assert steps_needed(Pace(0.05), 0.23) == 5
    assert steps_needed(Pace(0.05), 0.2) == 4
    assert steps_needed(Pace(0.05), 0.99) == 12
    assert steps_needed(Pace(0.05, 3), 0.99) == 3
    assert steps_needed(Pace(0.0), 0.99) == 1
    assert steps_needed(Pace(0.05), 0.0) == 1


# ---- wrong input


def test_without_todays_shares_there_is_no_roadmap() -> None:
    with pytest.raises(InputError, match="the table baseline_share is missing"):
        made(instance())
    rows = [{"segment": "a", "channel": "web", "value": 1}]
    with pytest.raises(InputError, match="baseline_share has no shares of b, q"):
        made(instance({"segments/b": {"customers": 5}, "tables/baseline_share": rows}))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"limit": 5.0}, "--limit: expected a share"),
        ({"limit": float("nan")}, "--limit: expected a share"),
        ({"steps": 0}, "--steps: expected a whole number from 1"),
        ({"points": 1}, "--points: expected"),
    ],
)
def test_wrong_paces_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        made(instance(TODAY), **{"limit": 0.1, **wrong})


def test_steps_are_for_a_single_period() -> None:
    with pytest.raises(UsageError, match="2 periods already"):
        made(instance(TODAY, {"periods": [1, 2]}), 0.1, steps=3)


def test_without_time_what_is_known_is_said() -> None:
    """Nothing is claimed that was not proven."""
    found = instance(TODAY)
    with pytest.raises(Exception, match="no plan under the limit was found in the time given"):
        roadmap(found, 0.1, options=PLAIN, ways=Ways(seconds=0.0))
