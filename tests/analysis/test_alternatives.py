"""Alternatives and no-regret decisions against every plan of tiny scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from channelopt.analysis.study import Answer, Question, Result, Study, Wishes
from channelopt.analysis.tradeoffs.alternatives import COLUMNS, find_alternatives, near_optimal
from channelopt.analysis.tradeoffs.distance import distance, moved
from channelopt.analysis.tradeoffs.no_regret import Span, profit_floor, spans
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import NoAnswerError, Ways, studied
from channelopt.plan.table import read_csv
from tests.analysis.enumerated import ENUMERABLE, Known, every_plan
from tests.contract.small import instance
from tests.reference.brute import TooBigError
from tests.reference.loading import loaded
from tests.strategies import Data, small_scenarios

QUICK = settings(
    max_examples=3, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
PLAIN = SolveOptions(ties=False, sensitivity_seconds=0, isolate=False)


def enumerated(data: Data, most: int) -> tuple[Instance, list[Known]]:
    whole = loaded(data)
    assume(whole is not None)
    assert whole is not None
    try:
        plans = every_plan(whole, most)
    except TooBigError:
        assume(False)
    assume(plans)
    return whole, plans


def agrees(data: Data, within: float, most: int = 3000) -> None:
    whole, plans = enumerated(data, most)
    n = whole.numbers
    with studied(whole, PLAIN) as study:
        best = max(plan["profit"] for plan in plans)
        assert study.plan.objective == pytest.approx(best, abs=1e-6 * max(1, abs(best)))
        floor = best - within * abs(best)
        hair = 1e-6 * max(1.0, abs(best))
        good = [plan for plan in plans if plan["profit"] >= floor - hair]
        surely = [plan for plan in plans if plan["profit"] >= floor + hair]
        found = find_alternatives(study, Wishes(within=within, alternatives=3))
        event(f"{len(found.plans)} alternatives, {len(good)} plans")
        known = [study.choice]
        for one in found.plans:
            assert one.plan.verification is not None
            assert one.plan.verification.ok
            assert one.plan.objective is not None
            assert one.plan.objective >= floor - hair
            assert one.known == "re-solved"
            far = [
                max(min(distance(n, k, p.choice) for k in known) for p in some or good)
                for some in (surely, good)
            ]
            assert far[0] - 1e-5 <= one.distance <= far[1] + 1e-5
            known.append(one.choice)
        if found.exhausted:
            assert all(min(distance(n, k, p.choice) for k in known) <= 1e-5 for p in surely)
        else:
            assert len(found.plans) == 3
        for span in spans(study, within, [one.choice for one in found.plans]):
            holds(span, good, surely)


def holds(span: Span, good: list[Known], surely: list[Known]) -> None:
    """No plan within the loss contradicts a span, and its ends are reached."""
    assert span.known == "re-solved"
    values = [span.decision.read(plan.choice) for plan in good]
    inner = [span.decision.read(plan.choice) for plan in surely] or [span.now]
    assert min(values) - 1e-4 <= span.least <= min(*inner, span.now) + 1e-4
    assert max(values) + 1e-4 >= span.most >= max(*inner, span.now) - 1e-4


@pytest.mark.slow
@QUICK
@given(small_scenarios(ENUMERABLE))
def test_alternatives_and_shared_decisions(data: Data) -> None:
    agrees(data, 0.3, 600)


@pytest.mark.slow
@pytest.mark.parametrize("within", [0.001, 0.02, 0.1])
@settings(QUICK, max_examples=5)
@given(data=small_scenarios(ENUMERABLE))
def test_many_alternatives(within: float, data: Data) -> None:
    agrees(data, within)


# ---- contacts split over channels: a scenario worked out by hand

SPLIT = {
    "segments/a/margin": 100,
    "channels/phone/unit_cost": 6,
    "channels/phone/capacity": 150,
    "channels/web/always_open": True,
    "channels/mail": {"unit_cost": 6.2, "satisfaction": 0.9},
}
"""200 contacts are worth 8,300 by phone, 8,260 by mail and 7,800 by web; 150 fit into the phone."""
OPTIMUM = 8300 * 0.75 + 8260 * 0.25


def test_the_furthest_plan_worked_out_by_hand() -> None:
    """Closing the phone counts 1, leading its 150 of 200 contacts elsewhere 0.75.

    By mail they are worth 0.2 less each. For more distance mail would have to have less than its 50
    of today, so at least 150 would go by web: far more than 1 %. Of all plans at that distance the
    most profitable one is taken, so only 150 x 0.2 is lost.
    """
    with studied(instance(SPLIT), PLAIN) as study:
        assert study.plan.objective == pytest.approx(OPTIMUM)
        found = find_alternatives(study, Wishes(within=0.01, alternatives=1))
        assert found.plans[0].distance == pytest.approx(1.75, abs=1e-4)
        assert found.plans[0].plan.objective == pytest.approx(OPTIMUM - 30, rel=1e-5)


def test_spans_of_split_contacts() -> None:
    with studied(instance(SPLIT), PLAIN) as study:
        found = {span.decision.path: span for span in spans(study, 0.01, [])}
    spent = 0.01 * OPTIMUM
    phone = found["first_contacts.a.q.phone"]
    mail = found["first_contacts.a.q.mail"]
    assert (phone.least, phone.most) == pytest.approx((0.0, 0.75), abs=1e-3)
    assert (mail.least, mail.most) == pytest.approx((0.25 - spent / 2.3 / 200, 1.0), abs=1e-3)
    assert found["channels.mail.open"].verdict == "always open"
    assert found["channels.phone.open"].verdict == "may be either"
    assert mail.verdict == "between 7 % and 100 %"


class Undecided:
    """A study whose answers are below the floor, with a bound above it: nothing is proven."""

    def __init__(self, study: Any) -> None:
        self.instance, self.choice, self.best = study.instance, study.choice, study.best

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        floor = profit_floor(cast("Study", self), 0.01)
        return [Answer(floor - 1.0, floor + 1.0, choice=self.choice) for _ in questions]


def test_what_no_bound_proves_is_not_claimed() -> None:
    with studied(instance(SPLIT), PLAIN) as study:
        found = spans(cast("Study", Undecided(study)), 0.01, [])
    flags = [span for span in found if span.decision.what == "open"]
    assert {span.verdict for span in flags} == {"not settled"}
    assert {span.known for span in flags} == {"not solved"}


# ---- distance


def test_distance_counts_flags_and_moved_contacts() -> None:
    data: dict[str, Any] = {
        "interactions/sale": {"direction": "outbound"},
        "channels/phone/unit_cost": 1,
        "tables/contact_value": [{"interaction": "sale", "value": 3}],
    }
    with studied(instance(data), PLAIN) as study:
        n, one = study.instance.numbers, study.choice
        first = np.array(one.first_contacts)
        sale = n.interactions.index("sale")
        assert first[0, sale].sum() == pytest.approx(200)
        first[0, sale] = 0.0
        first[0, sale, 0, 0] = 50.0
        is_open = np.array(one.open)
        is_open[1] = ~is_open[1]
        other = replace(one, first_contacts=first, open=is_open)
        gone = 200 - min(50.0, one.first_contacts[0, sale, 0, 0])
        assert moved(n, one, other) == pytest.approx(gone)
        assert moved(n, other, one) == pytest.approx(gone)
        assert distance(n, one, other) == pytest.approx(1 + gone / 400)


# ---- what is handed back


def result(wishes: Wishes, seconds: float | None = None) -> Result:
    with studied(instance(SPLIT), PLAIN, Ways(seconds=seconds)) as study:
        return near_optimal(study, wishes)


def test_tables() -> None:
    found = result(Wishes())
    tables = {table.name: table for table in found.tables}
    assert {name: table.columns for name, table in tables.items()} == COLUMNS
    rows = list(tables["alternatives"].records())
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(float(row["loss_percent"] or 0) <= 1.0001 for row in rows)
    changes = list(tables["alternative_changes"].records())
    assert {row["what"] for row in changes} <= {"open", "share"}
    for table in tables.values():
        again = read_csv(table.to_csv(), table.name, table.columns, "file")
        assert again.to_csv() == table.to_csv()
        assert table.to_pandas().shape == (len(table.rows), len(table.columns))
    assert found.unproven == 0
    assert found.sentences[1].startswith("No regret, the same in all plans within 1 %")


def test_without_time_nothing_is_claimed() -> None:
    found = result(Wishes(), seconds=0.0)
    tables = {table.name: table for table in found.tables}
    assert not tables["alternatives"].rows
    for row in tables["no_regret"].records():
        assert row["known"] != "re-solved"
    assert found.unproven == len(tables["no_regret"].rows)
    assert found.sentences[0] == "No alternative plan was found in the time left."


def test_a_scenario_with_one_plan_has_no_alternative() -> None:
    only = {
        "format": 1,
        "segments": {"a": {"customers": 1, "margin": 10}},
        "interactions": {"q": {}},
        "objective": {"satisfaction_weight": 0.5},
        "channels": {"web": {"satisfaction": 0.5, "always_open": True}},
        "tables": {"contacts_per_customer": [{"value": 1}]},
    }
    with studied(from_data(only), PLAIN) as study:
        found = near_optimal(study, Wishes(within=0.5))
    assert [len(table.rows) for table in found.tables] == [0, 0, 0]
    assert "allows no plan that looks any different" in found.sentences[0]


def test_a_scenario_without_a_plan_cannot_be_studied() -> None:
    with (
        pytest.raises(NoAnswerError),
        studied(instance({"channels/web": None, "channels/phone/capacity": 10}), PLAIN),
    ):
        pass
