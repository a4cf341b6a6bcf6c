"""Key figures as expressions of the program: what they say of a plan is what the plan reports."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from channelopt.algebra.problem import Floats
from channelopt.analysis.tradeoffs import figures
from channelopt.analysis.tradeoffs.figures import Figure, figure
from channelopt.analysis.tradeoffs.shapes import Limit, Reshaped
from channelopt.backends import registry
from channelopt.backends.base import Limits
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.lexical import fixed
from channelopt.pipeline.planning import checked
from channelopt.pipeline.rounds import Scenario
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.plan.repair import clean
from tests.contract.small import instance, policy, solved
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, FULL, Data, small_scenarios

QUICK = settings(
    max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
SMALL = replace(FULL, segments=2, channels=3, periods=2)
PARTS = replace(SMALL, **EVERYTHING)
OUTBOUND = {"interactions/sale/direction": "outbound"}


def every(found: Instance) -> list[Figure]:
    return list(figures._figures(found))


def best(found: Instance, shape: Reshaped) -> tuple[Model, Floats, Plan] | None:
    """Solve a shape: its program, the best point with whole columns exact, and the plan."""
    scenario = Scenario(found.numbers, found.policies, shape)
    model = scenario.model(scenario.outline().decisions.stairs)
    engine = Engine(registry.get("highs"))
    first = engine.solve(model.problem, Limits(time_limit=20.0))
    if first.x is None:
        return None
    again = engine.solve(fixed(model.problem, first.x), Limits(time_limit=20.0))
    x = first.x if again.x is None else again.x
    choice = clean(found.numbers, model.choice(x))
    plan = checked(found, assemble(found, choice, Origin("evaluated")), choice)
    return model, x, plan


def agree(found: Instance, goal: Figure) -> None:
    """What is maximised is worth in the program what the plan reports; so is all that is exact."""
    answer = best(found, Reshaped(goal.measure, goal.sign))
    if answer is None:
        return
    model, x, plan = answer
    for one in every(found):
        if one.one_way and one.name != goal.name:
            continue
        read, worth = one.read(plan), float(one.measure.express(model).value(x)[0])
        scale = max(1.0, abs(worth))
        assert read == pytest.approx(worth, abs=2e-5 * scale), (one.name, goal.name)
    assert goal.read(plan) == pytest.approx(
        goal.sign * model.problem.objective(x), rel=1e-4, abs=1e-4
    )


def agree_on(data: Data, source: st.DataObject) -> None:
    found = loaded(data)
    assume(found is not None)
    assert found is not None
    agree(found, source.draw(st.sampled_from(every(found))))


@QUICK
@given(small_scenarios(SMALL), st.data())
def test_figures_of_small_scenarios(data: Data, source: st.DataObject) -> None:
    agree_on(data, source)


@settings(QUICK, max_examples=4)
@given(small_scenarios(PARTS), st.data())
def test_figures_with_all_parts(data: Data, source: st.DataObject) -> None:
    agree_on(data, source)


@pytest.mark.slow
@settings(QUICK, max_examples=20)
@given(small_scenarios(PARTS), st.data())
def test_figures_of_many(data: Data, source: st.DataObject) -> None:
    agree_on(data, source)


def test_a_shape_leaves_the_model_as_it_is() -> None:
    found = instance()
    model = Scenario(found.numbers, found.policies).outline()
    names = list(model.labels.column_names())
    one = figure(found, "satisfaction")
    assert one is not None
    changed = Reshaped(one.measure, 1, (Limit(one.measure, 0.7, 0.8),)).apply(model)
    assert model.labels.column_names() == names == changed.labels.column_names()
    assert changed.problem.num_rows == model.problem.num_rows + 1
    assert changed.labels.row_names()[-1] == "limit 1"
    assert changed.rows_of("analysis")[0].name == "limit 1"
    assert len(model.decisions.program.rows) == len(model.labels.rows)


def test_a_ceiling_on_cost_is_a_budget() -> None:
    found = instance()
    cost = figure(found, "cost")
    assert cost is not None
    answer = best(found, Reshaped(limits=(Limit(cost.measure, upper=500.0),)))
    assert answer is not None
    budgeted = solved(policy(type="budget", at_most=500))
    assert answer[2].objective == pytest.approx(budgeted.objective)


@pytest.mark.parametrize("per", ["handled", "first_contact"])
def test_metrics_count_what_they_say(per: str) -> None:
    """Web passes unresolved contacts on to the phone, which only handled contacts count."""
    passing = {
        "channels/web/resolution": 0.5,
        "channels/web/unresolved": {"phone": 1},
        "channels/phone/always_open": True,
        "metrics": {"co2": {"values": {"web": 1, "phone": 3}, "per": per}},
    }
    found = instance(passing)
    profit = figure(found, "profit")
    assert profit is not None
    agree(found, profit)


def test_equal_shapes_have_equal_keys_and_others_not() -> None:
    found = instance()
    cost, satisfaction = figure(found, "cost"), figure(found, "satisfaction")
    assert cost is not None
    assert satisfaction is not None
    shapes = [
        Reshaped(),
        Reshaped(cost.measure),
        Reshaped(cost.measure, -1),
        Reshaped(limits=(Limit(cost.measure, lower=1.0),)),
        Reshaped(limits=(Limit(cost.measure, upper=1.0),)),
        Reshaped(limits=(Limit(cost.measure, upper=1.0 + 1e-12),)),
        Reshaped(limits=(Limit(satisfaction.measure, upper=1.0),)),
    ]
    assert len({shape.key for shape in shapes}) == len(shapes)
    assert Reshaped(cost.measure).key == Reshaped(cost.measure).key


def test_what_is_no_figure_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"'happiness' is not a key figure.*satisfaction"):
        figure(instance(), "happiness")


def test_a_ratio_is_refused_where_its_denominator_varies() -> None:
    inbound, outbound = instance(), instance(OUTBOUND)
    assert figure(inbound, "share_low") is not None
    assert figure(inbound, "cost_per_first_contact") is not None
    with pytest.raises(UsageError, match="'cost_per_first_contact' is not linear"):
        figure(outbound, "cost_per_first_contact")


def test_a_figure_without_a_meaning_is_none() -> None:
    assert figure(instance({"segments/a/margin": 0}), "margin_kept") is None


def test_the_direction_can_be_turned_where_the_program_holds_it() -> None:
    found = instance()
    more, less = figure(found, "+channels_open"), figure(found, "-first_contacts.phone")
    assert more is not None
    assert less is not None
    assert (more.sign, less.sign) == (1, -1)
    with pytest.raises(UsageError, match="only less can be asked for"):
        figure(found, "+fte")
