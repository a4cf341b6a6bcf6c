"""Why two plans differ: exact sums, against brute force and orders written down, and by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields
from fractions import Fraction
from itertools import pairwise, permutations
from math import factorial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.comparing.attribution import attribute
from channelopt.analysis.comparing.inputs import input_changes
from channelopt.analysis.comparing.records import Attribution, Side
from channelopt.analysis.comparing.waterfall import waterfall
from channelopt.analysis.study import Answer, Question
from channelopt.errors import InputError, UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import studied
from channelopt.plan.plan import Plan
from channelopt.plan.table import read_csv
from tests.contract import small
from tests.often import often
from tests.reference import brute
from tests.strategies import EVERYTHING, TINY, Data, Knobs, small_scenarios

ROOT = Path(__file__).parents[2]
PLAIN = SolveOptions(ties=False, sensitivity_seconds=0, isolate=False)
FEW = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
MANY = settings(FEW, max_examples=often(60))
Values = Callable[[Instance], float | None]


def side(
    name: str,
    instance: Instance,
    objective: float | None,
    *,
    status: str = "optimal",
    bound: float | None = None,
) -> Side:
    """A plan as far as an attribution looks at it."""
    plan = SimpleNamespace(
        objective=objective, bound=objective if bound is None else bound, status=status
    )
    return Side(name, instance, cast("Plan", plan))


def asking(value: Values) -> tuple[Callable[[Sequence[Instance]], list[Answer]], list[int]]:
    """Answer with values; also count what is asked, call by call."""
    calls: list[int] = []

    def ask(instances: Sequence[Instance]) -> list[Answer]:
        calls.append(len(instances))
        found = [value(instance) for instance in instances]
        return [Answer(v, v, infeasible=v is None, proven=v is not None) for v in found]

    return ask, calls


def between(a: Instance, b: Instance, value: Values, most: int = 6) -> Attribution:
    """The attribution of two scenarios with known values; its sums are held against the ends."""
    ends = value(a), value(b)
    assert ends[0] is not None
    assert ends[1] is not None
    ask, calls = asking(value)
    first, second = side("A", a, ends[0]), side("B", b, ends[1])
    found = attribute(ask, first, second, most)
    assert len(calls) <= 1
    assert sum(calls) == found.solves
    check_sums(found, first, second)
    return found


def check_sums(found: Attribution, a: Side, b: Side) -> None:
    """Parts and remainder sum to the difference exactly, the waterfall to the cent."""
    total = Fraction(b.plan.objective or 0.0) - Fraction(a.plan.objective or 0.0)
    parts = sum((part.exact for part in found.parts), Fraction(0))
    assert found.total == float(total)
    assert Fraction(found.remainder) == total - parts or found.remainder == float(total - parts)
    assert all(part.effect == float(part.exact) for part in found.parts)
    table = waterfall(found, a, b)
    rows = list(table.records())
    cents = [round(100 * cast("float", row["effect"])) for row in rows]
    assert sum(cents[:-1]) == cents[-1] == round(Fraction(b.plan.objective or 0.0) * 100)
    assert [row["kind"] for row in (rows[0], rows[-1])] == ["start", "end"]
    for before, after in pairwise(rows[:-1]):
        assert before["after"] == after["before"]
    assert read_csv(table.to_csv(), table.name, table.columns, "waterfall.csv").to_csv() == (
        table.to_csv()
    )


# ---- against brute force: coalitions made by changing the data, orders written down


def times(rows: list[Data], factor: float) -> list[Data]:
    return [{**row, "value": row["value"] * factor} for row in rows]


def _costs(data: Data) -> None:
    """A new channel has its own cost, which is part of its being new."""
    for number, name in enumerate(name for name in data["channels"] if name != "video"):
        channel = data["channels"][name]
        channel["unit_cost"] = channel.get("unit_cost", 0) + 0.75 * (number + 1)


def _volumes(data: Data) -> None:
    rows = data["tables"]["contacts_per_customer"]
    data["tables"]["contacts_per_customer"] = times(rows, 2)


def _margins(data: Data) -> None:
    for segment in data["segments"].values():
        segment["margin"] = segment.get("margin", 0) + 7.25


def _fixed(data: Data) -> None:
    next(iter(data["channels"].values()))["fixed_cost"] = 12.5


def _capacity(data: Data) -> None:
    data["channels"]["app"]["capacity"] = 1


def _policy(data: Data) -> None:
    data["policies"].append({"name": "few", "type": "open_channels", "at_most": 1})


def _weight(data: Data) -> None:
    data["objective"]["satisfaction_weight"] = 0.7
    data["objective"]["give_up_penalty"] = 0.25


def _channel(data: Data) -> None:
    data["channels"]["video"] = {"unit_cost": 0.2, "satisfaction": 0.93, "fixed_cost": 1}
    row = {"segment": "private", "channel": "video", "value": 0.6}
    data["tables"].setdefault("satisfaction_shift", []).append({**row, "value": -0.1})


MOVES: Mapping[str, Callable[[Data], None]] = {
    "objective": _weight,
    "customers": _margins,
    "channels": _channel,
    "unit_cost": _costs,
    "fixed_cost": _fixed,
    "capacity": _capacity,
    "volumes": _volumes,
    "policies.few": _policy,
}
"""Changes of data, each within the group of its name; none touches what another one does."""


def moved(data: Data, names: Sequence[str]) -> Instance:
    found = deepcopy(data)
    for name in names:
        MOVES[name](found)
    return from_data(found)


def worth(instance: Instance) -> float | None:
    return brute.solve(instance.numbers, instance.policies, limit=100)


SOLVABLE = Knobs(
    **{
        **{f.name: getattr(TINY, f.name) for f in fields(TINY)},
        "policies": 1,
        "groups": 0,
        "steering": False,
        "whole_contacts": False,
        "assignment": "split",
        "shares": False,
    }
)


@FEW
@given(
    small_scenarios(SOLVABLE),
    st.lists(st.sampled_from(sorted(MOVES)), min_size=1, max_size=3, unique=True),
)
def test_parts_are_the_mean_over_all_orders_of_brute_force(data: Data, names: list[str]) -> None:
    try:
        values = {
            frozenset(done): worth(moved(data, done))
            for order in permutations(names)
            for done in (order[:at] for at in range(len(order) + 1))
        }
        a, b = moved(data, []), moved(data, names)
    except (InputError, brute.TooBigError):
        assume(False)
    assume(None not in (values[frozenset()], values[frozenset(names)]))
    found = between(a, b, worth)
    assert found.remainder == 0
    expected = dict.fromkeys(names, Fraction(0))
    orders = [
        order
        for order in permutations(names)
        if all(values[frozenset(order[:at])] is not None for at in range(len(order)))
    ]
    if len(orders) < factorial(len(names)):
        assert "no plan that obeys every rule" in found.notes[0]
    if not orders:
        assert len(found.parts) < len(names)
        return
    for order in orders:
        for at, name in enumerate(order):
            added, before = values[frozenset(order[: at + 1])], values[frozenset(order[:at])]
            expected[name] += Fraction(added or 0.0) - Fraction(before or 0.0)
    near = {part.group.name: float(part.exact) for part in found.parts}
    assert dict.fromkeys(names, 0.0) | near == pytest.approx(
        {name: float(amount / len(orders)) for name, amount in expected.items()}, abs=1e-6
    )
    assert found.method == "shapley"
    assert found.solves == max(0, 2 ** len(near) - 2)


# ---- any pair: sums, signs, nothing for nothing


def fingerprint(instance: Instance) -> int:
    """A number that tells scenarios apart by what a plan depends on."""
    words = [repr(getattr(instance.numbers, f.name)) for f in fields(instance.numbers)]
    arrays = [
        value.tobytes() if isinstance(value, np.ndarray) else b""
        for value in (getattr(instance.numbers, f.name) for f in fields(instance.numbers))
    ]
    rules = json.dumps(instance.resolved["policies"], sort_keys=True)
    text = "|".join([*words, rules]).encode() + b"|".join(arrays)
    return int.from_bytes(hashlib.sha256(text).digest()[:6])


def invented(share_without: int) -> Values:
    """Values that depend on nothing but the scenario; some scenarios have no plan."""

    def value(instance: Instance) -> float | None:
        number = fingerprint(instance)
        return None if number % 100 < share_without else number / 7e4 - 1e9

    return value


def pairs(first: Data, second: Data) -> tuple[Instance, Instance]:
    try:
        return from_data(first), from_data(second)
    except InputError:
        assume(False)
        raise


def check_any_pair(a: Instance, b: Instance, value: Values, most: int) -> None:
    assume(value(a) is not None and value(b) is not None)
    there, back = between(a, b, value, most), between(b, a, value, most)
    assert [(p.group, -p.exact) for p in there.parts] == [(p.group, p.exact) for p in back.parts]
    assert there.method == back.method
    groups = [name for part in there.parts for name in part.group.members]
    changes = input_changes(a, b)
    assert sorted(groups) == sorted({change.group for change in changes})
    assert sum(part.group.changes for part in there.parts) == len(changes)
    assert len(there.parts) < 2 or there.solves > 0
    joined = [part for part in there.parts if len(part.group.members) > 1]
    if joined and len(there.parts) + len(joined) <= most and most < 20:
        assert there.notes or all(p.group.title == "Policies" for p in joined)


@settings(MANY, max_examples=1)
@given(
    small_scenarios(Knobs(**EVERYTHING)),
    small_scenarios(Knobs(**EVERYTHING)),
    st.sampled_from([0, 0, 10, 60]),
)
def test_any_two_scenarios_sum_exactly_and_turn_signs(x: Data, y: Data, without: int) -> None:
    """Many groups: one order there and back; with other ids, periods, policies."""
    a, b = pairs(x, y)
    check_any_pair(a, b, invented(without), 3)


@settings(MANY, max_examples=3)
@given(
    small_scenarios(Knobs(**EVERYTHING)),
    small_scenarios(Knobs(**EVERYTHING)),
    st.sets(st.sampled_from(["segments", "channels", "interactions", "periods", "staff"])),
    st.sampled_from([0, 25]),
)
def test_some_sections_of_another_scenario_sum_exactly(
    x: Data, y: Data, sections: set[str], without: int
) -> None:
    """Few groups: all orders; ids come and go with what names them."""
    a, b = pairs(x, {**x, **{name: y[name] for name in sections if name in y}})
    check_any_pair(a, b, invented(without), 6)


def test_a_group_without_effect_gets_exactly_nothing() -> None:
    a = small.instance()
    b = small.instance({"channels/web/capacity": 1e6, "channels/phone/unit_cost": 5})

    def by_cost(instance: Instance) -> float:
        return float(instance.numbers.unit_cost.sum())

    found = between(a, b, by_cost)
    assert {part.group.name: part.effect for part in found.parts} == {
        "unit_cost": -1.0,
        "capacity": 0.0,
    }


# ---- by hand


def solved(
    *changes: Mapping[str, Any], base: Mapping[str, Any] | None = None, most: int = 6
) -> Attribution:
    """The attribution of `contract.small` with and without changes, really solved."""
    a, b = small.instance(base or {}), small.instance(base or {}, *changes)
    return real(a, b, most)


def real(a: Instance, b: Instance, most: int = 6) -> Attribution:
    with studied(a, PLAIN) as one, studied(b, PLAIN) as other:
        first, second = Side("A", a, one.plan), Side("B", b, other.plan)
        found = attribute(lambda x: one.ask([Question(i) for i in x]), first, second, most)
        check_sums(found, first, second)
        return found


def effects(found: Attribution) -> dict[str, float]:
    return {part.group.name: round(part.effect, 4) for part in found.parts}


def test_one_group_gets_everything_without_a_solve() -> None:
    found = solved({"channels/web/unit_cost": 2})
    assert effects(found) == {"unit_cost": -200.0}
    assert (found.method, found.solves, found.notes) == ("shapley", 0, ())
    assert found.parts[0].group.title == "Unit costs"
    assert found.parts[0].known == "re-solved"


def test_two_groups_share_what_only_both_bring() -> None:
    """Web costs 1 more per contact; twice the contacts cost 200 more, at 2 each 400 more."""
    twice = {"tables/contacts_per_customer": [{"value": 4}]}
    found = solved({"channels/web/unit_cost": 2}, twice)
    assert effects(found) == {"unit_cost": -300.0, "volumes": -300.0}
    assert found.solves == 2


def test_contacts_that_need_the_capacity_are_changed_after_it() -> None:
    """Half of 200 contacts have to go by phone; then all may go by web; then half of 400."""
    base = {"channels/web/capacity": 100, "channels/phone/capacity": 100}
    found = solved(
        {"tables/contacts_per_customer": [{"value": 4}]},
        {"channels/web/capacity": 200, "channels/phone/capacity": 200},
        {"segments/a/margin": 11},
        base=base,
    )
    # of the margin 87.5 % is kept by half and half, 80 % by web: 10 % more of it three times
    margins = [87.5, 80.0, 87.5]
    capacity = [680 - 262.5, 425.0, 425.0]
    contacts = [-437.5 - 680, -437.5 - 680, -525.0 - 600]
    assert effects(found) == {
        "customers": sum(margins) / 3,
        "capacity": sum(capacity) / 3,
        "volumes": sum(contacts) / 3,
    }
    said = (
        "the parts are the mean over 3 of 6 orders: Contacts per customer only after Capacity and "
        "least volumes; in the others a step leaves no plan that obeys every rule"
    )
    assert (found.method, found.solves, found.notes) == ("shapley", 6, (said,))


def test_what_leaves_no_plan_in_any_order_counts_as_one() -> None:
    """Capacity and the rule that asks for it both turn from web to phone."""
    first = {"name": "most", "type": "share", "channels": ["web"], "at_least": 0.9}
    found = solved(
        {"channels/web/capacity": 10, "channels/phone/capacity": 200},
        {"policies": [{**first, "channels": ["phone"]}], "segments/a/margin": 11},
        base={"channels/web/capacity": 200, "channels/phone/capacity": 10, "policies": [first]},
    )
    assert [part.group.name for part in found.parts] == ["customers", "capacity+policies.most"]
    assert [part.group.title for part in found.parts] == [
        "Customers and margins",
        "Capacity and least volumes + Policy: most",
    ]
    said = (
        "Capacity and least volumes + Policy: most count as one: changing some of them without "
        "the others leaves no plan that obeys every rule"
    )
    assert found.notes == (said,)


def test_a_new_channel_comes_with_all_that_names_it() -> None:
    """Chat at 0.5 with satisfaction 0.6 saves half the cost of the web; its rule comes with it."""
    chat = {"unit_cost": 0.5, "satisfaction": 0.6}
    rule = {"name": "some chat", "type": "share", "channels": ["chat"], "at_least": 0.5}
    found = solved(
        {"channels/chat": chat, "policies": [rule]},
        {"channels/web/unit_cost": 2, "tables/unit_cost": [{"channel": "chat", "value": 0.25}]},
    )
    # costs of 200 contacts: web 200, chat 50, dear web 400, chat beside dear web 50
    assert effects(found) == {"channels": 250.0, "unit_cost": -100.0}
    assert found.solves == 2


def test_a_new_period_has_the_values_of_its_own_scenario() -> None:
    """Two years earn 600 each; dearer web in both costs 200 a year, 200 more in the second."""
    one = small.instance({"periods": [2027]})
    two = small.instance(
        {"periods": [2027, 2028], "channels/web/unit_cost": [2, 3], "segments/a/margin": [10, 10]}
    )
    found = real(one, two)
    assert effects(found) == {"periods": 200.0, "unit_cost": -200.0}


def test_a_segment_that_leaves_takes_its_cells_with_it() -> None:
    other = {"segments/b": {"customers": 50, "margin": 20}}
    rows = {"tables/contacts_per_customer": [{"value": 2}, {"segment": "b", "value": 4}]}
    found = real(small.instance(other, rows), small.instance({"segments/a/margin": 20}))
    # b alone: 50 * 20 margin, 0.5 of it times 0.6, less 200 by web
    assert effects(found) == {"segments": -600.0, "customers": 800.0}


def test_what_one_adds_and_another_removes_counts_as_one() -> None:
    a = small.instance({"segments/b": {"customers": 50, "margin": 20}})
    b = small.instance({"channels/chat": {"unit_cost": 0.5, "satisfaction": 0.6}})
    found = real(a, b)
    assert [part.group.name for part in found.parts] == ["segments+channels"]
    assert "no values in either scenario" in found.notes[0]


def test_what_cannot_be_read_first_is_changed_later() -> None:
    """Staff of a channel that has no handle time in the other scenario."""
    staff = {"staff/agents": {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 1}}
    found = solved(staff, {"channels/phone/handle_minutes": 6, "channels/web/unit_cost": 2})
    assert [part.group.name for part in found.parts] == ["unit_cost", "handling", "staff"]
    assert "mean over 3 of 6 orders: Staff only after Handle times" in found.notes[0]
    assert "in the others a step is no valid scenario" in found.notes[0]
    assert "minutes are required for (a, q)" in found.notes[0]
    assert found.solves == 4


def test_equal_inputs_leave_the_whole_difference_as_remainder() -> None:
    a = small.instance()
    first, second = side("A", a, 590.0, status="feasible", bound=610.0), side("B", a, 600.0)
    found = attribute(asking(lambda _: 1.0)[0], first, second)
    assert (found.method, found.parts, found.solves) == ("none", (), 0)
    assert found.remainder == found.total == 10.0
    check_sums(found, first, second)


def test_what_a_plan_leaves_on_the_table_is_no_effect_of_inputs() -> None:
    """The first plan is 30 worse than the best one of its scenario."""
    a, b = small.instance(), small.instance({"channels/web/unit_cost": 2})
    value: Values = lambda x: 600.0 if x is a else 400.0  # noqa: E731
    second = side("B", b, 400.0)
    wide = side("A", a, 570.0, bound=610.0)
    assert attribute(asking(value)[0], wide, second).remainder == 30.0
    first = side("A", a, 570.0, status="evaluated")
    found = attribute(asking(value)[0], first, second)
    assert effects(found) == {"unit_cost": -200.0}
    assert (found.total, found.remainder, found.solves) == (-170.0, 30.0, 1)
    assert list(waterfall(found, first, second).column("kind")) == [
        "start",
        "part",
        "remainder",
        "end",
    ]


def test_many_groups_are_changed_in_one_order_there_and_back() -> None:
    changes = {
        "channels/web/unit_cost": 2,
        "segments/a/margin": 11,
        "channels/web/fixed_cost": 5,
        "tables/contacts_per_customer": [{"value": 3}],
        "objective/satisfaction_weight": 0.6,
    }
    a, b = small.instance(), small.instance(changes)
    found = between(a, b, invented(0), 3)
    assert (found.method, len(found.parts), found.solves) == ("ordered", 5, 8)
    assert "in the reverse order" in found.notes[0]
    exact = between(a, b, invented(0))
    assert (exact.method, exact.solves) == ("shapley", 30)
    assert found.total == exact.total


def test_many_policies_are_taken_as_one() -> None:
    rules = [{"name": f"rule {k}", "type": "budget", "at_most": 10_000 + k} for k in range(4)]
    found = solved({"policies": rules, "channels/web/unit_cost": 2}, most=3)
    assert [part.group.title for part in found.parts] == ["Unit costs", "Policies"]
    assert found.notes == ()
    apart = solved({"policies": rules[:2], "channels/web/unit_cost": 2}, most=3)
    assert [part.group.title for part in apart.parts] == [
        "Unit costs",
        "Policy: rule 0",
        "Policy: rule 1",
    ]


def test_no_time_leaves_one_order_or_one_part() -> None:
    a = small.instance()
    b = small.instance(
        {"channels/web/unit_cost": 2, "segments/a/margin": 11, "channels/web/fixed_cost": 5},
        {"objective/satisfaction_weight": 0.6},
    )
    for answered, parts, words in (
        (6, 4, "over 2 of 24 orders; in"),
        (0, 1, "count as one"),
    ):

        def ask(instances: Sequence[Instance], most: int = answered) -> list[Answer]:
            assert len(instances) == 14
            return [Answer(k, k + 1.0, proven=True) for k in range(most)] + [
                Answer(None, None) for _ in instances[most:]
            ]

        first, second = side("A", a, 0.0), side("B", b, 50.0)
        found = attribute(ask, first, second)
        check_sums(found, first, second)
        assert len(found.parts) == parts
        assert len(found.notes) == 1
        assert words in found.notes[0]
        assert "not solved in the time given" in found.notes[0]
        assert found.method == ("ordered" if parts > 2 else "shapley")
        assert all(part.doubt <= 1.0 for part in found.parts)


def test_what_is_not_proven_is_marked() -> None:
    a = small.instance()
    b = small.instance({"channels/web/unit_cost": 2, "segments/a/margin": 11})

    def ask(instances: Sequence[Instance]) -> list[Answer]:
        return [Answer(10.0, 14.0), Answer(20.0, None)][: len(instances)]

    found = attribute(ask, side("A", a, 0.0), side("B", b, 50.0))
    assert [part.known for part in found.parts] == ["at least", "at least"]
    assert [part.doubt for part in found.parts] == [float("inf"), float("inf")]


def test_other_currencies_are_said_and_a_plan_is_needed() -> None:
    a, b = small.instance({"currency": "EUR"}), small.instance({"currency": "USD"})
    found = attribute(asking(lambda _: 1.0)[0], side("A", a, 1.0), side("B", b, 2.0))
    assert found.notes == ("amounts in EUR and USD are compared as plain numbers",)
    with pytest.raises(UsageError, match="'B' has no plan"):
        attribute(asking(lambda _: 1.0)[0], side("A", a, 1.0), side("B", b, None))


def test_the_example_of_the_page() -> None:
    """Quick start: a strike and a dearer phone, alone and together."""
    folder, page = ROOT / "scenarios" / "quickstart", ROOT / "docs" / "compare-why.md"
    words = page.read_text(encoding="utf-8")
    both = real(load(folder), load(folder, steps=[("vary", "strike"), ("vary", "dear_phone")]))
    assert effects(both).keys() == {"unit_cost", "staff"}
    assert (both.remainder, both.solves) == (0, 2)
    for part in both.parts:
        assert f"**{part.effect:,.2f}**" in words
        assert part.known == "re-solved"
    assert f"**{both.total:,.2f}**" in words


@pytest.mark.slow
def test_a_producer_with_upgrades_and_three_years() -> None:
    """Other periods, upgrades, bundles, metrics and policies at once."""
    a, b = load(ROOT / "scenarios" / "b2b"), load(ROOT / "scenarios" / "b2b_upgrades")
    found = between(a, b, invented(0))
    assert {"periods", "objective"} <= {n for p in found.parts for n in p.group.members}


@pytest.mark.slow
@settings(MANY, max_examples=15)
@given(
    small_scenarios(Knobs(**EVERYTHING)),
    small_scenarios(Knobs(**EVERYTHING)),
    st.sampled_from([0, 0, 10, 60]),
)
def test_any_two_scenarios_at_length(x: Data, y: Data, without: int) -> None:
    a, b = pairs(x, y)
    check_any_pair(a, b, invented(without), 3)


@pytest.mark.slow
@settings(FEW, max_examples=5)
@given(
    small_scenarios(SOLVABLE),
    st.lists(st.sampled_from(sorted(MOVES)), min_size=2, max_size=4, unique=True),
)
def test_parts_against_brute_force_at_length(data: Data, names: list[str]) -> None:
    test_parts_are_the_mean_over_all_orders_of_brute_force.hypothesis.inner_test(data, names)  # type: ignore[attr-defined]
