"""Thresholds: figures are those of the run's own files, and every kind of rule is judged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.thresholds.figures import Subject, figures_of
from channelopt.analysis.thresholds.judging import NEAR, Verdict, judge
from channelopt.analysis.thresholds.reach import Place, check_names
from channelopt.analysis.thresholds.reading import read
from channelopt.analysis.thresholds.schema import Threshold, json_schema
from channelopt.errors import CheckFailedError, InputError, Problems
from channelopt.instance.instance import Instance
from channelopt.pipeline import SolveOptions, run, solve
from channelopt.pipeline.checking import check
from channelopt.plan.recall import choice_of
from channelopt.terms.money import LEDGER
from tests.contract.small import instance
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, FULL, Data, small_scenarios

SETTINGS = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PARTS = {name: value for name, value in EVERYTHING.items() if name != "outages"}
ANY = st.one_of(small_scenarios(FULL), small_scenarios(replace(FULL, **PARTS)))
OPTIONS = SolveOptions(isolate=False, ties=False, sensitivity_seconds=0)


def subject(base: Instance, name: str = "run") -> Subject | None:
    plan = solve(base, OPTIONS)
    return Subject(name, base, plan, choice_of(base, plan.tables)) if plan.has_answer else None


def close(value: Any) -> Any:
    return None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)


class Figures:
    """Figures of a run at places, as thresholds see them."""

    def __init__(self, one: Subject) -> None:
        self.one = one
        self.known = figures_of(one.instance.numbers)

    def __call__(self, name: str, **chosen: str) -> float | None:
        place = Place(tuple((axis, (label,)) for axis, label in chosen.items()))
        reach = place.reach(self.one.instance.numbers)
        assert reach is not None
        return self.known[name].work(self.one, reach)


@SETTINGS
@given(data=ANY)
def test_figures_are_those_of_the_run(data: Data) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    one = subject(base)
    assume(one is not None)
    assert one is not None
    at, plan = Figures(one), one.plan
    for name, value in plan.kpis.items():
        assert at(name) == close(value), name
        for period, figures in plan.kpis_by_period.items():
            assert at(name, periods=period) == close(figures[name]), (name, period)
    assert at("gap") == plan.gap
    for term in LEDGER:
        written = plan.money[term.name]
        assert at(term.name) == close(written.total), term.name
        assert at(term.name, periods=plan.periods[0]) == close(written.by_period[plan.periods[0]])
    check_tables(at, one)


def check_tables(at: Figures, one: Subject) -> None:
    """The columns of the tables that a threshold may name, row by row."""
    columns = {
        "segments": ("segments", ("profit", "satisfaction", "service_cost", "share_high")),
        "channels": ("channels", ("handled", "passed_on_in", "utilisation", "contact_cost")),
        "staff": ("groups", ("fte", "hired", "hours_needed", "hours_paid", "staff_cost")),
        "service_levels": ("groups", ("occupancy", "service_level", "agents", "abandonment")),
    }
    for table, (axis, names) in columns.items():
        for row in one.plan.table(table).records():
            label = str(row[axis.removesuffix("s")])
            for name in names:
                found = at(name, **{axis: label}, periods=str(row["period"]))
                assert found == close(row[name]), (table, name, label)
    for row in one.plan.table("channels").records():
        where = {"channels": str(row["channel"]), "periods": str(row["period"])}
        assert at("open", **where) == float(bool(row["open"]))
        assert at("first_contacts", **where) == close(row["first_contacts"])
    for row in one.plan.table("allocation").records():
        keys = ("segments", "interactions", "channels", "periods")
        where = {key: str(row[key.removesuffix("s")]) for key in keys}
        assert at("first_contacts", **where) == close(row["first_contacts"])
        made = at("first_contacts", **{k: v for k, v in where.items() if k != "channels"})
        if made:
            assert at("share", **where) == close(float(row["first_contacts"] or 0) / made)


SCENARIO = {
    "periods": [2027, 2028],
    "segments/b": {"customers": 50, "margin": 10},
    "segments/none": {"customers": 10},
    "channels/phone/handle_minutes": 30,
    "channels/web/capacity": 240,
    "channels/mail": {
        "unit_cost": 9,
        "satisfaction": 0.1,
        "initially_open": False,
        "fixed_cost": 1,
    },
    "staff": {"team": {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 3}},
    "tables/contacts_per_customer": [
        {"segment": "a", "value": 2},
        {"segment": "b", "value": 2},
    ],
}
"""Each period 200 contacts of a and 100 of b, 240 by web and 60 by phone: 30 hours, 3 FTE.

Satisfaction of all is (240 0.6 + 60 0.9) / 300 = 0.66; margin 1000 + 500.
"""
COST = 240 + 60 * 6 + 9
PROFIT = 2 * (1500 * (1 - 0.5 * 0.34) - COST)


@pytest.fixture(scope="module")
def small() -> Subject:
    found = subject(instance(SCENARIO))
    assert found is not None
    assert found.plan.objective == pytest.approx(PROFIT)
    return found


@pytest.fixture(scope="module")
def cheaper() -> Subject:
    """A baseline without b, and with less profit."""
    without = {"segments/b": None, "tables/contacts_per_customer": [{"segment": "a", "value": 2}]}
    found = subject(instance(SCENARIO, without), "base")
    assert found is not None
    return found


def verdict(one: Subject, rule: dict[str, Any], base: Subject | None = None) -> Verdict:
    return judge([Threshold.model_validate({"name": "r", **rule})], one, base)[0]


@pytest.mark.parametrize(
    ("rule", "passes", "found", "where"),
    [
        ({"kpi": "profit", "at_least": PROFIT}, True, PROFIT, "whole plan"),
        ({"kpi": "profit", "at_least": PROFIT + 0.1}, False, PROFIT, "whole plan"),
        ({"kpi": "profit", "periods": 2027, "at_least": 0}, True, PROFIT / 2, "2027"),
        ({"kpi": "profit", "scope": "each", "at_least": PROFIT}, False, PROFIT / 2, "2027"),
        ({"kpi": "cost", "at_most": 2 * COST}, True, 2 * COST, "whole plan"),
        (
            {"kpi": "cost", "periods": ["*"], "at_most": 2 * COST - 1},
            False,
            2 * COST,
            "2027 + 2028",
        ),
        ({"kpi": "fte", "groups": ["team"], "at_most": 3}, True, 3, "team"),
        ({"kpi": "fte", "at_most": 2.9, "scope": "each"}, False, 3, "2027"),
        ({"kpi": "share", "channels": ["phone"], "at_most": 0.2}, True, 0.2, "phone"),
        ({"kpi": "share", "channels": ["phone", "web"], "at_least": 1}, True, 1, "phone + web"),
        ({"kpi": "open", "channels": ["phone"], "at_least": 1}, True, 1, "phone, 2027"),
        ({"kpi": "open", "channels": ["mail"], "at_most": 0}, True, 0, "mail, 2027"),
        ({"kpi": "open", "channels": ["mail"], "at_least": 1}, False, 0, "mail, 2027"),
        ({"kpi": "channels_open", "at_most": 2}, True, 2, "whole plan"),
        ({"kpi": "utilisation", "channels": "web", "at_most": 0.99}, False, 1, "web"),
        ({"kpi": "contact_cost", "channels": "web", "at_most": 480}, True, 480, "web"),
        ({"kpi": "staff_cost", "periods": [2028], "at_least": 9, "at_most": 9}, True, 9, "2028"),
        ({"kpi": "gap", "at_most": 1e-6}, True, 0, "whole plan"),
        ({"kpi": "satisfaction", "segments": ["none"], "at_least": 0}, False, None, "none"),
        ({"kpi": "utilisation", "channels": "phone", "at_most": 1}, False, None, "phone"),
        ({"kpi": "occupancy", "groups": "team", "at_most": 1}, False, None, "team, 2027"),
    ],
)
def test_every_kind_of_rule(
    small: Subject, rule: dict[str, Any], passes: bool, found: float | None, where: str
) -> None:
    one = verdict(small, rule)
    assert one.passes is passes
    assert one.worst is not None
    assert one.worst.found == (None if found is None else pytest.approx(found, abs=1e-6))
    assert str(one.worst.place) == where
    if found is None:
        assert one.worst.outcome == "no meaning"
        assert "has no meaning here" in one.worst.why
        assert verdict(small, {**rule, "optional": True}).passes


@pytest.mark.parametrize("share", [0.5, 1.0, 1.2])
def test_against_a_baseline(small: Subject, cheaper: Subject, share: float) -> None:
    base = cheaper.plan.objective
    assert base is not None
    one = verdict(small, {"kpi": "profit", "at_least": share, "of": "baseline"}, cheaper)
    assert one.worst is not None
    assert one.worst.wanted == pytest.approx(share * base)
    assert one.passes == (share * base <= PROFIT)
    room = PROFIT - base
    for change, passes in ((room - 0.1, True), (room + 0.1, False)):
        one = verdict(small, {"kpi": "profit", "at_least": change, "from": "baseline"}, cheaper)
        assert one.passes is passes


def test_what_the_baseline_lacks_has_no_meaning(small: Subject, cheaper: Subject) -> None:
    rule = {"kpi": "satisfaction", "segments": ["b"], "at_least": 0.1, "of": "baseline"}
    one = verdict(small, rule, cheaper)
    assert not one.passes
    assert one.worst is not None
    assert one.worst.why == "the baseline has no satisfaction of this"
    assert verdict(small, {**rule, "optional": True}, cheaper).passes
    # in place of `none`, satisfaction has no meaning on either side
    one = verdict(small, {**rule, "segments": ["none"]}, cheaper)
    assert not one.passes


def test_a_share_of_a_loss_has_no_meaning(small: Subject) -> None:
    poor = subject(instance(SCENARIO, {"channels/web/unit_cost": 50}))
    assert poor is not None
    assert (poor.plan.objective or 0) < 0
    one = verdict(small, {"kpi": "profit", "at_least": 0.9, "of": "baseline"}, poor)
    assert not one.passes
    assert one.worst is not None
    assert "a share of it has no meaning, use from" in one.worst.why
    assert verdict(small, {"kpi": "profit", "at_least": 0, "from": "baseline"}, poor).passes


@pytest.mark.parametrize(
    ("kpi", "found"), [("profit", PROFIT), ("satisfaction", 0.66), ("released", 0.0)]
)
def test_the_border_is_that_of_the_rules_of_a_scenario(
    small: Subject, kpi: str, found: float
) -> None:
    """A bound is kept within 1e-6 max(1, |bound|), not further."""
    near = NEAR * max(1.0, abs(found))
    for name, side in (("at_least", 1), ("at_most", -1)):
        for share, passes in ((0.0, True), (0.9, True), (1.1, False)):
            rule = {"kpi": kpi, name: found + side * share * near}
            assert verdict(small, rule).passes is passes, rule


def test_the_worst_place_and_how_many_fail(small: Subject) -> None:
    rule = {"kpi": "share", "channels": ["*"], "scope": "each", "at_most": 0.1}
    one = verdict(small, rule)
    assert (one.places, one.failed) == (6, 4)
    assert one.worst is not None
    assert str(one.worst.place) == "web, 2027"
    assert one.worst.room == pytest.approx(-0.7)
    assert one.as_data()["where"] == "web, 2027"


def test_nothing_to_judge_is_no_pass() -> None:
    bare = subject(instance())
    assert bare is not None
    rule = {"kpi": "service_level", "groups": "*", "at_least": 0.8}
    assert not verdict(bare, rule).passes
    assert verdict(bare, {**rule, "optional": True}).passes


# the file

GOOD = """\
format: 1
baseline: base
rules:
  - {name: holds, kpi: profit, at_least: 0.9, of: baseline}
  - {name: phone, kpi: share, channels: phone, periods: [2027], at_most: 0.5, scope: each}
"""


def read_text(folder: Path, text: str, name: str = "t.yaml", **more: Any) -> list[str]:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    problems = Problems()
    try:
        written = read(file, problems, **more)
        check_names(written, instance(SCENARIO).numbers, problems, has_baseline=False)
    except InputError:
        pass
    return sorted(str(one).removeprefix(f"{file}:") for one in problems.errors)


BAD = {
    "figure": ("kpi: profit", "kpi: proft", "E924  there is no figure 'proft'; did you mean 'pr"),
    "key": ("at_least", "at_leest", "E201  unknown key 'at_leest' in rules[0]; did you mean 'at_l"),
    "channel": (
        "channels: phone",
        "channels: phoen",
        "E926  the run has no channel 'phoen'; did y",
    ),
    "period": ("[2027]", "[2037]", "E926  the run has no period '2037'; did you mean '2027'"),
    "axis": (
        "kpi: profit",
        "kpi: profit, groups: team",
        "E925  profit cannot be told apart by gro",
    ),
    "needs": ("channels: phone, ", "", "E928  share needs channels"),
    "bound": (", at_most: 0.5", "", "E920  rule 'phone' has no bound"),
    "order": ("at_most: 0.5", "at_most: 0.5, at_least: 0.6", "E921  rule 'phone': at_least 0.6 is"),
    "twice": ("name: phone", "name: holds", "E923  the name 'holds' is that of rules[0] already"),
    "both": ("of: baseline", "of: baseline, from: baseline", "E922  rule 'holds' has both"),
    "number": (
        "0.9",
        "'0,9'",
        "E203  rules[0].at_least: expected a number, found the text '0,9'; wr",
    ),
    "word": ("of: baseline", "of: today", "E205  rules[0].of: expected 'baseline', found the text"),
    "version": ("format: 1", "format: 2", "E205  format: expected 1, found 2; this version"),
    "rule": ("{name: holds,", "{", "E202  rules[0].name is missing"),
    "outside": ("baseline: base", "baseline: ../../base", "E140  '../../base' leads outside"),
    "absolute": ("baseline: base", "baseline: /etc", "E140  '/etc' is not a relative path"),
    "infinite": ("0.9", ".inf", "E109  expected a finite number"),
    "alias": ("0.9", "*deep", "E107  there is no anchor"),
}


@pytest.mark.parametrize("case", BAD)
def test_each_problem_is_said_at_its_place(tmp_path: Path, case: str) -> None:
    old, new, expected = BAD[case]
    assert old in GOOD
    folder = tmp_path / "checks"
    folder.mkdir()
    text = GOOD.replace(old, new, 1)
    found = read_text(folder, text)
    lines = [one for one in found if expected in one]
    assert len(lines) == 1, found
    rows = zip(GOOD.splitlines(), text.splitlines(), strict=True)
    changed = [k for k, (before, after) in enumerate(rows, start=1) if before != after]
    assert lines[0].startswith(f"{changed[0]}:"), lines


def test_all_problems_come_in_one_pass(tmp_path: Path) -> None:
    text = GOOD
    for case in ("figure", "channel", "period", "order"):
        text = text.replace(*BAD[case][:2], 1)
    codes = [one.split("  ")[1][:4] for one in read_text(tmp_path, text)]
    assert sorted(codes) == ["E921", "E924", "E926", "E926", "E927"]
    # a faulty key does not hide that another name of its rule is wrong
    found = read_text(tmp_path, GOOD.replace("at_least", "at_leest").replace("profit", "proft"))
    assert {"E201", "E924"} <= {one.split("  ")[1][:4] for one in found}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.yaml", ""),
        ("t.yaml", "- 1"),
        ("t.yaml", "format: 1\nrules: []"),
        ("t.yaml", "format: 1\nrules: {a: 1}"),
        ("t.yaml", "format: 1\nrules: [1, [2], null, text]"),
        ("t.yaml", "format: 1\nrules: [{name: &a [*a], kpi: 1}]"),
        ("t.json", '{"format": 1, "rules": [{"name": "x", "kpi": "profit", "at_least": NaN}]}'),
        ("t.json", "[" * 100_000),
        ("t.toml", "format = 1\n[[rules]]\nname = 'x'"),
        ("t.txt", GOOD),
        ("t.yaml", "format: 1\nrules: [{name: \u202ex, kpi: profit, at_least: 0}]"),
    ],
)
def test_hostile_files_are_refused_in_words(tmp_path: Path, name: str, text: str) -> None:
    assert read_text(tmp_path, text, name)


def test_the_same_rules_in_json_and_toml(tmp_path: Path) -> None:
    rules = [{"name": "a", "kpi": "cost", "periods": [2027], "at_most": 5, "from": "baseline"}]
    as_json = json.dumps({"format": 1, "baseline": "base", "rules": rules})
    as_toml = (
        'format = 1\nbaseline = "base"\n[[rules]]\nname = "a"\nkpi = "cost"\nperiods = [2027]\n'
        'at_most = 5\nfrom = "baseline"\n'
    )
    for name, text in (("t.json", as_json), ("t.toml", as_toml)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        problems = Problems()
        written = read(tmp_path / name, problems)
        assert not problems.errors
        assert written.rules[0] == Threshold.model_validate(rules[0])
        assert written.baseline == tmp_path / "base"


def test_the_schema_knows_every_key() -> None:
    schema = json_schema()
    known = set(schema["$defs"]["Threshold"]["properties"])
    assert known == {field.alias or name for name, field in Threshold.model_fields.items()}
    assert all("description" in one for one in schema["$defs"]["Threshold"]["properties"].values())


# runs


def test_runs_from_their_folders(tmp_path: Path) -> None:
    run(instance(SCENARIO), OPTIONS, tmp_path / "a")
    run(instance(SCENARIO, {"channels/web/unit_cost": 2}), OPTIONS, tmp_path / "base")
    file = tmp_path / "t.yaml"
    file.write_text(GOOD, encoding="utf-8")
    runs = [tmp_path / "a", tmp_path / "base"]
    found = check(runs, file)
    assert [one.passes for one in found] == [True, True]
    assert found[0].verdicts[0].worst is not None
    assert found[0].verdicts[0].worst.wanted == pytest.approx(0.9 * (PROFIT - 480))
    # another baseline than that of the file
    other = check(runs, file, tmp_path / "a")
    assert not other[1].passes
    for old, new, expected in (
        ("baseline: base", "baseline: bass", "E907  there is no run folder 'bass'; did you mean"),
        ("baseline: base\n", "", "E927  rule 'holds' needs a baseline"),
    ):
        file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(InputError, match=expected):
            check(runs, file)


def test_a_run_that_was_edited_is_not_judged(tmp_path: Path) -> None:
    run(instance(SCENARIO), OPTIONS, tmp_path / "a")
    file = tmp_path / "t.yaml"
    file.write_text("format: 1\nrules: [{name: x, kpi: cost, at_most: 1e9}]", encoding="utf-8")
    assert check([tmp_path / "a"], file)[0].passes
    edit_everywhere(tmp_path / "a")
    with pytest.raises(CheckFailedError, match="the independent check rejects the plan"):
        check([tmp_path / "a"], file)
    manifest = tmp_path / "a" / "plan.json"
    manifest.write_text(manifest.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(CheckFailedError, match=r"was edited after it was written \(plan\.json\)"):
        check([tmp_path / "a"], file)


def edit_everywhere(folder: Path) -> None:
    """Change a figure and its hash too, so that only the independent check can tell."""
    import hashlib

    file = folder / "staff.csv"
    text = file.read_text(encoding="utf-8").replace(",3,", ",2,", 1)
    file.write_text(text, encoding="utf-8")
    manifest = folder / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["outputs"]["staff.csv"] = hashlib.sha256(text.encode()).hexdigest()
    manifest.write_text(json.dumps(data), encoding="utf-8")
