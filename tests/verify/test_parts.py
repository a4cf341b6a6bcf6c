"""Upgrades, bundles, metrics and service levels: known values, and nothing goes unnoticed."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import Accounts, account
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.folder import write
from channelopt.plan.plan import Plan
from channelopt.plan.table import Table
from channelopt.terms.choice import Choice
from channelopt.terms.facts import Facts, facts
from channelopt.verify.check import judge, verify, verify_folder
from channelopt.verify.layout import FIGURES, OTHERS
from channelopt.verify.result import Verification
from tests.verify.building import Ids, as_choice
from tests.verify.parts import DATA, FIRST, HOURS, OWNED, decisions, plan_of, scenario

NEW = ("service_levels", "upgrades", "metrics")
OLD, YOUNG = 0, 1
FIX, HELP, RENEW = 0, 1, 2
LETTER, PHONE, WEB, BUNDLE = 0, 1, 2, 3


@pytest.fixture(scope="module")
def case() -> tuple[Instance, Plan]:
    found = scenario()
    return found, plan_of(found, decisions(found))


@pytest.fixture(scope="module")
def counts() -> Facts:
    found = scenario()
    return facts(found.numbers, decisions(found))


def check(case: tuple[Instance, Plan], **changed: Table) -> Verification:
    found, plan = case
    return verify(found, {**plan.tables, **changed}, plan.as_data())


def cell(table: Table, row: int, column: str, value: Any) -> Table:
    rows = [list(cells) for cells in table.rows]
    rows[row][table.columns.index(column)] = value
    return replace(table, rows=tuple(tuple(cells) for cells in rows))


def test_a_right_plan_passes(case: tuple[Instance, Plan], tmp_path) -> None:
    assert check(case).findings() == ()
    folder = write(case[1].with_(manifest={}), tmp_path / "run")
    assert {f"{name}.csv" for name in NEW} < {path.name for path in folder.iterdir()}
    assert not (folder / "emergencies.csv").exists()


@pytest.fixture(scope="module")
def sums() -> Accounts:
    found = scenario()
    return account(found.numbers, as_choice(found.numbers, decisions(found)))


def test_effects_set_then_multiply_then_add_and_are_clipped_once(
    counts: Facts, sums: Accounts
) -> None:
    for n in (counts.numbers, sums.numbers):
        assert n.resolution[OLD, HELP, PHONE].tolist() == [0.6, 0.7]
        assert n.resolution[OLD, FIX, PHONE].tolist() == [0.6, 0.73]
        assert n.satisfaction[OLD, FIX, PHONE].tolist() == [0.8, 0.9]
        assert n.satisfaction[OLD, HELP, PHONE].tolist() == [0.8, 0.8]
        assert n.satisfaction[OLD, HELP, WEB].tolist() == [1.0, 1.0]
        assert n.unit_cost[OLD, FIX, PHONE].tolist() == [5.0, 4.5]
        assert n.handle_minutes[OLD, FIX, PHONE].tolist() == [6.0, 5.4]
        assert n.capacity[PHONE].tolist() == [400.0, 500.0]
        assert n.concurrency[PHONE].tolist() == [1.0, 1.2]


def test_the_customers_of_a_bundle_meet_all_channels_that_it_uses(
    counts: Facts, sums: Accounts
) -> None:
    assert counts.handled[OLD, RENEW, LETTER, 0] == 50 + 5
    assert counts.handled[OLD, RENEW, PHONE, 0] == 20
    assert sums.handled[OLD, RENEW, :, 0].tolist() == [55.0, 20.0, 0.0]
    assert not sums.passed_on[:, RENEW].any()
    assert counts.money["contact_value"][OLD, RENEW, BUNDLE, 0] == 450


def test_money_of_upgrades(counts: Facts, sums: Accounts) -> None:
    assert counts.by_period["investment_cost"] == (15, 340)
    assert counts.by_period["running_cost"] == (7, 27)
    assert sums.investment_cost.tolist() == [[0.0, 0.0], [0.0, 340.0], [15.0, 0.0]]
    assert sums.running_cost.tolist() == [[0.0, 0.0], [0.0, 20.0], [7.0, 7.0]]


def test_metrics_count_first_or_handled_contacts(counts: Facts, sums: Accounts) -> None:
    answer, co2 = counts.metrics
    assert answer[OLD, BUNDLE, 0] == 50 * 30
    assert answer[YOUNG, WEB, 0] == Decimal("0.5") * 40
    assert co2[OLD, LETTER, 0] == Decimal("20.5") * 55
    assert co2[OLD, PHONE, 0] == 20 + 125 + 20
    assert sums.metrics[1][OLD, PHONE, 0] == pytest.approx(165.0)
    assert sums.metrics[0].sum() == pytest.approx(3488.0)


def test_key_figures_of_metrics(case: tuple[Instance, Plan]) -> None:
    kpis = case[1].kpis
    assert kpis["metric.answer_hours"] == pytest.approx(3488.0)
    assert kpis["metric.answer_hours.mean"] == pytest.approx(3488.0 / 665.0)
    in_2027 = case[1].kpis_by_period["2027"]
    assert in_2027["metric.co2"] == pytest.approx(65 * 20.5 + 223)


def test_service_levels_are_those_of_published_tables(case: tuple[Instance, Plan]) -> None:
    """2.23 erlangs, 360 s, 80 % in 20 s: five agents; seven answer 99.3 %."""
    row = next(case[1].tables["service_levels"].records())
    assert row["load"] == 2.23
    assert (row["agents"], row["agents_needed"], row["target"]) == (7, 5, 0.8)
    # Erlang C with 7 agents at 2.23 erlangs: 0.0087 wait, by the sum over the states
    powers = [1.0]
    for k in range(1, 8):
        powers.append(powers[-1] * 2.23 / k)
    last = powers[7] * 7 / (7 - 2.23)
    delayed = last / (sum(powers[:7]) + last)
    assert row["mean_wait_seconds"] == pytest.approx(delayed * 360 / (7 - 2.23))
    assert row["service_level"] == pytest.approx(1 - delayed * 2.718281828459045 ** (-4.77 / 18))
    assert row["occupancy"] == pytest.approx(2.23 / 7)
    assert case[1].tables["staff"].column("service_level")[0] == row["service_level"]


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name in NEW for column in FIGURES[name]]
)
def test_every_figure_in_every_new_table_is_checked(
    case: tuple[Instance, Plan], name: str, column: str
) -> None:
    table = case[1].tables[name]
    for row, value in enumerate(table.column(column)):
        changed = not value if isinstance(value, bool) else (value or 0.0) + 0.01
        found = check(case, **{name: cell(table, row, column, changed)})
        assert any(column in line for line in found.mismatches), (row, value)
        assert not check(case, **{name: cell(table, row, column, None)}).ok


@pytest.mark.parametrize("name", NEW)
def test_no_row_can_be_left_out_or_stand_twice(case: tuple[Instance, Plan], name: str) -> None:
    table = case[1].tables[name]
    for k in range(len(table.rows)):
        rows = (*table.rows[:k], *table.rows[k + 1 :])
        found = check(case, **{name: replace(table, rows=rows)})
        assert any("no row for" in line for line in found.mismatches)
    twice = replace(table, rows=(*table.rows, table.rows[0]))
    assert "a second row" in check(case, **{name: twice}).mismatches[0]
    rest = {label: found for label, found in case[1].tables.items() if label != name}
    assert verify(case[0], rest, {}).mismatches == (f"{name}.csv: the table is missing",)


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "says"),
    [
        ("channels", 4, "upgrades", "", "owned: "),
        ("channels", 4, "upgrades", "coach;desktop;bot", "is not sorted"),
        ("channels", 4, "upgrades", "desktop;coach", "is not sorted"),
        ("channels", 4, "upgrades", "coach;coach", "or one is twice"),
        ("channels", 4, "upgrades", "coach,desktop", "is not an upgrade of this channel"),
        ("channels", 4, "upgrades", "bot", "is not an upgrade of this channel"),
        ("channels", 1, "upgrades", "desktop", "owned: "),
        ("upgrades", 0, "channel", "web", "the upgrade belongs to phone, not 'web'"),
        ("upgrades", 0, "upgrade", "bots", "did you mean 'bot'?"),
        ("upgrades", 0, "owned", "yes", "is not true or false"),
        ("metrics", 0, "metric", "co3", "did you mean 'co2'?"),
        ("metrics", 0, "channel", "fax", "is not in the scenario"),
        ("offers", 0, "channel", "letter_and_call", "is not in the scenario"),
        ("allocation", 0, "channel", "letter_and_cal", "did you mean 'letter_and_call'?"),
        ("service_levels", 0, "group", "robots", "is not in the scenario"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_cell_is_named(
    case: tuple[Instance, Plan], name: str, row: int, column: str, value: Any, says: str
) -> None:
    found = check(case, **{name: cell(case[1].tables[name], row, column, value)})
    assert any(says in line for line in found.mismatches), found.mismatches
    assert OTHERS["channels"] == ("open", "upgrades")


def test_what_plan_json_says_of_upgrades_and_metrics_is_checked(
    case: tuple[Instance, Plan],
) -> None:
    found, plan = case
    claimed = plan.as_data()
    for path in (
        ("kpis", "metric.co2"),
        ("kpis", "metric.co2.mean"),
        ("kpis_by_period", "2028", "metric.answer_hours"),
        ("money", "investment_cost", "by_channel", "phone", "2028"),
        ("money", "running_cost", "total"),
        ("money", "contact_value", "by_channel", "letter_and_call", "2027"),
    ):
        changed = copy.deepcopy(claimed)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += 0.02
        assert any(path[-1] in line for line in verify(found, plan.tables, changed).mismatches)
    changed = copy.deepcopy(claimed)
    changed["channels"][2]["upgrades"] = ""
    assert "other upgrades are owned" in str(verify(found, plan.tables, changed).mismatches)
    del claimed["kpis"]["metric.co2"]
    assert "kpis.metric.co2: is missing" in str(verify(found, plan.tables, claimed).mismatches)


def broken(case: Instance, **rest: Any) -> dict[str, list[str]]:
    """Breaches by rule of the plan with some decisions replaced."""
    verdicts = judge(case, facts(case.numbers, decisions(case, **rest)))
    return {v.rule: [str(breach) for breach in v.breaches] for v in verdicts if v.breaches}


WITHOUT: tuple[tuple[tuple[Ids, ...], str], ...] = (
    ((("bot", "2027"),), "bot, 2028: 0 is not >= 1"),
    ((*OWNED, ("coach", "2027")), "coach, 2027: 1 is not <= 0"),
    ((("coach", "2028"),), "coach, desktop, 2028: 1 is not <= 0"),
)


@pytest.mark.parametrize(("owned", "breach"), WITHOUT)
def test_upgrades_are_kept_available_and_have_what_they_require(
    owned: tuple[Ids, ...], breach: str
) -> None:
    assert breach in broken(scenario(), owned=owned)["upgrades"]


def test_a_bundle_needs_its_channels_open_and_outbound_contacts() -> None:
    found = scenario()
    breaches = broken(found, closed=[("letter", "2027")])
    assert breaches["bundles"] == ["old, renew, letter_and_call, letter, 2027: 50 is not <= 0"]
    assert "opening" in breaches
    first = {**FIRST, ("old", "help", "letter_and_call", "2027"): 2}
    breaches = broken(found, first=first)
    assert breaches["bundles"] == ["old, help, letter_and_call, 2027: 2 is not <= 0"]
    assert {"demand", "offers"} <= set(breaches)


def test_bundles_count_for_demand_shares_and_whole_contacts() -> None:
    too_many = {**FIRST, ("old", "renew", "letter_and_call", "2027"): 100.5}
    assert broken(scenario(), first=too_many)["demand"]
    share = {"tables": {"max_share": [{"channel": "letter_and_call", "value": 0.45}]}}
    assert broken(scenario(**share))["shares"] == [
        "old, renew, letter_and_call, 2027: 50 is not <= 45",
        "young, renew, letter_and_call, 2028: 40 is not <= 18",
    ]
    half = {**FIRST, ("old", "renew", "letter_and_call", "2027"): 49.5}
    whole = scenario(whole_contacts=True)
    assert broken(whole, first=half)["whole_contacts"] == [
        "old, renew, letter_and_call, 2027: 0.5 is not <= 0"
    ]


def test_capacity_is_that_of_the_upgrades() -> None:
    tight = scenario(channels={"phone": {"capacity": 200}})
    assert [b.split(":")[0] for b in broken(tight)["capacity"]] == ["phone, 2027"]
    assert "capacity" not in broken(scenario(channels={"phone": {"capacity": 230}}))


@pytest.mark.parametrize(("fte", "holds"), [(5, True), (4, False)])
def test_a_service_level_needs_agents(fte: int, holds: bool) -> None:
    """2.23 erlangs need five agents, 1.84 need four."""
    found = broken(scenario(), fte={("agents", "2027"): fte, ("agents", "2028"): 4})
    assert ("service_level" not in found) == holds
    if not holds:
        assert found["service_level"] == ["agents, 2027: 4 is not >= 5"]


METRICS = [
    ({"metric": "co2", "scope": "total"}, 65 * 20.5 + 223),
    ({"metric": "co2", "scope": "mean"}, (65 * 20.5 + 223) / 345),
    ({"metric": "co2", "scope": "total", "channels": ["letter"]}, 65 * 20.5),
    ({"metric": "answer_hours", "scope": "mean", "channels": ["letter_and_call"]}, 30),
    ({"metric": "answer_hours", "scope": "total", "segments": ["young"]}, 480 + 4 + 20),
    ({"metric": "answer_hours", "scope": "mean", "interactions": ["fix"]}, 30 / 140),
]


@pytest.mark.parametrize(("fields", "amount"), METRICS)
@pytest.mark.parametrize(("side", "sign"), [("at_most", 1), ("at_least", -1)])
def test_metric_policies_hold_up_to_their_bound(
    fields: dict[str, Any], amount: float, side: str, sign: int
) -> None:
    for shift, holds in ((0.0, True), (sign * 0.01, True), (sign * -0.01, False)):
        policy = {
            "name": "p",
            "type": "metric",
            "periods": ["2027"],
            side: amount + shift,
            **fields,
        }
        assert ("p" not in broken(scenario(policies=[policy]))) == holds


@pytest.mark.parametrize(
    ("fields", "spent"),
    [
        ({"counts": ["investment"]}, 340),
        ({"counts": ["running"]}, 27),
        ({"counts": ["investment", "running"], "channels": ["phone"]}, 360),
        ({"counts": ["investment", "running"], "channels": ["web"]}, 7),
    ],
)
def test_budgets_count_investment_and_running(fields: dict[str, Any], spent: float) -> None:
    for limit, holds in ((spent, True), (spent - 1, False)):
        policy = {"name": "p", "type": "budget", "periods": ["2028"], "at_most": limit, **fields}
        assert ("p" not in broken(scenario(policies=[policy]))) == holds


def test_policies_with_bundles_in_their_filter() -> None:
    policies = [
        {"name": "few", "type": "volume", "channels": ["letter_and_call"], "at_most": 49},
        {"name": "part", "type": "share", "interactions": ["renew"], "scope": "total",
         "channels": ["letter_and_call"], "at_most": 0.75, "periods": ["2027"]},
        {"name": "limit", "type": "contact_limit", "at_most": 0.9},
        {"name": "slow", "type": "migration", "channels": ["letter_and_call"], "at_most": 0.1},
        {"name": "wide", "type": "open_channels", "at_least": 4},
    ]  # fmt: skip
    found = broken(scenario(policies=policies))
    assert found["few"] == ["2027: 50 is not <= 49"]
    assert found["part"] == ["2027: 50 is not <= 48.75"]
    assert found["limit"] == ["old, 2027: 55 is not <= 45", "young, 2028: 40 is not <= 18"]
    assert "young, renew, letter_and_call, 2027: 0.4 is not <= 0.1" in found["slow"]
    assert found["wide"] == ["2027: 3 is not >= 4", "2028: 3 is not >= 4"]


def test_a_balance_of_large_amounts_has_a_tolerance_of_their_size() -> None:
    """Tons saved against tons used: the rest of 2e12 is known to about a unit, not to 1e-9."""
    big = {"values": {"phone": 1e10, "web": -1e10}}
    policy = {"name": "p", "type": "metric", "metric": "net", "scope": "total", "at_most": 0}
    found = scenario(metrics={"net": big}, policies=[policy])
    plan = plan_of(found, decisions(found))
    kpis = {**plan.kpis, "metric.net": plan.kpis["metric.net"] + 1.0}
    assert verify(found, plan.tables, {**plan.as_data(), "kpis": kpis}).mismatches == ()
    kpis["metric.net"] += 50.0
    assert verify(found, plan.tables, {**plan.as_data(), "kpis": kpis}).mismatches
    first = {**FIRST, ("old", "help", "web", "2027"): 100 - 1e-5}
    few = {key: x for key, x in first.items() if key[3] == "2027"}
    assert "p" not in broken(found, first=few)
    assert "p" in broken(found, first={**few, ("old", "help", "web", "2027"): 90})


def test_a_choice_that_names_no_upgrades_owns_none() -> None:
    found = scenario()
    chosen = as_choice(found.numbers, decisions(found, owned=()))
    silent = Choice(chosen.first_contacts, chosen.open, chosen.offered, chosen.fte, chosen.hours)
    plans = [assemble(found, one, Origin("evaluated")) for one in (chosen, silent)]
    assert plans[0].as_data() == plans[1].as_data()
    assert plans[0].tables == plans[1].tables


def test_hours_are_those_of_the_upgrades() -> None:
    assert "staff" in broken(scenario(), owned=())
    assert "staff" not in broken(scenario(), owned=OWNED)
    assert HOURS["agents", "phone", "2027"] == pytest.approx(22.3)
    assert DATA["upgrades"]["desktop"]["effects"]["handle_minutes"] == {"times": 0.9}


def test_a_run_folder_without_a_table_it_needs(case: tuple[Instance, Plan], tmp_path) -> None:
    found = case[0]
    folder = write(plan_of(found, decisions(found)), tmp_path / "run")
    assert verify_folder(folder).ok
    (folder / "upgrades.csv").unlink()
    assert verify_folder(folder).mismatches == ("upgrades.csv: the table is missing",)
