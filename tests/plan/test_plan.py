"""The Plan: complete in itself, and the same after a round trip through its files."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest

from channelopt.errors import InputError
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Baseline, Plan, from_data
from channelopt.plan.records import Proof, RuleProof, Shift, SolverRun
from channelopt.terms.money import LEDGER
from tests.plan.small import choice, instance


def make_plan(bound: float | None = 1426.9125) -> Plan:
    solver = SolverRun("highs", "1.13.0", {"gap": 1e-6, "time_limit": None}, seed=0, nodes=3)
    origin = Origin("optimal", bound, solver, ("Ties are broken.",), {"solve": 0.25})
    plan = assemble(instance(), choice(), origin, Baseline({"profit": 1000.0}, breaches=("x",)))
    shift = Shift(
        "channels.phone.capacity[2027]", "Capacity of Phone", "contacts", 265.0, 265.0, 26.5,
        -12.0, "re-solved", 3.0, "re-solved", 0.5,
    )  # fmt: skip
    proof = Proof(True, 1426.9125, (RuleProof("capacity", 4, 0.0, "phone, 2027"),))
    return plan.with_(shifts=(shift,), verification=proof)


def test_money_has_every_term_and_adds_up():
    plan = make_plan()
    assert list(plan.money) == [entry.name for entry in LEDGER]
    worth = sum(entry.sign * plan.money[entry.name].discounted for entry in LEDGER)
    assert plan.objective == pytest.approx(worth) == pytest.approx(1426.9125)
    loss = plan.money["closure_loss"]
    assert loss.by_segment == {"calm": {"2027": 0, "2028": 20}, "keen": {"2027": 0, "2028": 25}}
    assert loss.by_channel["branch"] == {"2027": 0.0, "2028": 45.0}
    for amounts in plan.money.values():
        for axis in (amounts.by_segment, amounts.by_channel, amounts.by_group):
            if axis:
                assert sum(sum(row.values()) for row in axis.values()) == pytest.approx(
                    amounts.total
                )


def test_kpis_by_hand():
    kpis = make_plan().kpis
    assert kpis["profit"] == pytest.approx(1426.9125)
    assert kpis["cost"] == pytest.approx(991.25 + 632.0)
    mean = (100 * (0.50375 + 0.5) + 50 * (0.7796875 + 0.65)) / 300
    assert kpis["satisfaction"] == pytest.approx(mean)
    assert kpis["margin_kept"] == pytest.approx((1575.625 + 1470.0) / 4000)
    assert kpis["first_contacts"] == 840.0
    assert kpis["cost_per_first_contact"] == pytest.approx(1623.25 / 840)
    assert kpis["contacts_per_case"] == pytest.approx((800 + 102.5 + 28.125 + 150) / 800)
    assert kpis["given_up"] == pytest.approx((22.5 + 25 + 3.125 + 12.5) / 800)
    touch = (kpis["share_high"], kpis["share_medium"], kpis["share_low"])
    assert touch == pytest.approx((100 / 840, 340 / 840, 400 / 840))
    assert (kpis["fte"], kpis["channels_open"]) == (3.0, 2.5)
    assert make_plan().kpis_by_period["2028"]["profit"] == pytest.approx(839.0)


def test_gap_is_relative_and_absent_without_a_bound():
    assert make_plan(1426.9125 * 1.01).gap == pytest.approx(0.01)
    assert make_plan(None).gap is None
    assert make_plan(math.inf).bound is None


def test_binding_limits_are_found():
    binding = make_plan().binding
    assert [(b.rule, b.where) for b in binding] == [
        ("capacity", "Phone, 2027"),
        ("max_fte", "Agents, 2027"),
    ]
    assert (binding[0].limit, binding[0].used, binding[0].unit) == (265.0, 265.0, "contacts")


def test_frames():
    plan = make_plan()
    assert plan.allocation["first_contacts"].sum() == 840.0
    assert plan.offers.shape == (5, 3)
    assert plan.staff["fte"].tolist() == [4, 2]
    assert plan.segments["profit"].notna().all()
    assert plan.channels["open"].sum() == 5
    assert plan.hours["hours"].sum() == pytest.approx(34.375 + 17.5)
    assert plan.sensitivity.loc[0, "less"] == -12.0


def test_json_is_plain_and_comes_back():
    plan = make_plan()
    text = plan.to_json()
    data = json.loads(text, parse_constant=pytest.fail)
    assert data["format"] == 1
    assert data["gap"] == pytest.approx(plan.gap, abs=1e-15)
    assert data["kpis"]["first_contacts"] == 840
    assert data["sensitivity"][0]["disagrees"] is True
    assert data["channels"][2] == {**data["channels"][2], "channel": "web", "capacity": None}
    assert from_data(data, plan.tables, plan.manifest) == plan


def test_json_has_no_nan_where_a_segment_has_no_satisfaction():
    contacts = instance().numbers.contacts.copy()
    contacts[0] = 0.0
    plan = assemble(instance(contacts=contacts), choice(), Origin("evaluated"))
    data = json.loads(plan.to_json(), parse_constant=pytest.fail)
    assert data["segments"][0]["satisfaction"] is None


def test_damaged_data_names_every_fault():
    plan = make_plan()
    data = json.loads(plan.to_json())
    broken = {**data, "status": "perhaps", "objective": "much"}
    with pytest.raises(InputError) as caught:
        from_data(broken, plan.tables, plan.manifest)
    found = [str(problem).split(":")[0] for problem in caught.value.problems]
    assert found == ["plan.json  E906  status", "plan.json  E906  objective"]
    with pytest.raises(InputError, match="another version"):
        from_data({**data, "format": 2}, plan.tables, plan.manifest)


def test_equal_runs_differ_only_in_timings():
    first, second = make_plan(), make_plan()
    slower = second.with_(manifest={**second.manifest, "timings": {"solve": 99.0}})
    assert first.to_json() == slower.to_json()
    strip = [{k: v for k, v in p.manifest.items() if k != "timings"} for p in (first, slower)]
    assert strip[0] == strip[1]


def test_manifest_says_what_it_takes_to_run_again():
    manifest = make_plan().manifest
    assert manifest["scenario"] == {"format": 1, "title": "Two segments"}
    assert manifest["files"] == {"scenario.yaml": "ab" * 32}
    assert manifest["applied"] == ["--set steering=1"]
    assert manifest["options"] == {"gap": 1e-6, "time_limit": None}
    assert set(manifest["versions"]) == {"python", "channelopt", "numpy", "scipy", "highs"}


@pytest.mark.parametrize(
    ("less", "known", "dual", "disagrees"),
    [
        (-13.25, "re-solved", 0.5, False),
        (-13.30, "re-solved", 0.5, False),
        (-15.00, "re-solved", 0.5, True),
        (-15.00, "at least", 0.5, False),
        (None, "infeasible", 0.5, False),
        (-15.00, "re-solved", None, False),
    ],
)
def test_the_dual_is_marked_where_it_tells_another_story(less, known, dual, disagrees):
    shift = Shift("p", "t", "", 1.0, None, 26.5, less, known, None, "not solved", dual)
    assert shift.disagrees is disagrees


def test_no_pandas_until_asked_for():
    code = (
        "import channelopt.plan.plan, channelopt.plan.folder, sys; print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
