"""The section `uncertainty`: what it says, every fault with its place, every way to write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from channelopt.errors import InputError
from channelopt.instance.canonical import digest
from channelopt.instance.load import from_data, load
from channelopt.instance.origins import origins
from channelopt.instance.uncertainty import Group
from channelopt.scenario import compose
from channelopt.scenario.schema import json_schema
from tests.instance.small import problems, scenario, warnings

DEMAND = {
    "title": "Demand",
    "inputs": ["tables.contacts_per_customer", "segments.*.customers"],
    "spread": 0.15,
    "distribution": "normal",
    "together": 0.8,
    "correlation": {"talk": 0.3},
}
TALK = {"inputs": ["channels.phone.handle_minutes"], "low": 0.9, "high": 1.3}
STATED = {"uncertainty": {"talk": TALK, "demand": DEMAND}}

YAML = """\
format: 1
objective: {satisfaction_weight: 0.3}
segments: {all: {customers: 10}}
interactions: {ask: {}}
channels: {web: {satisfaction: 0.5, handle_minutes: 4}}
tables: {contacts_per_customer: [{value: 2}]}
uncertainty:
  demand:
    inputs: [segments.*.customers, "tables.contacts_per_customer[interaction=ask]"]
    spread: 0.2
    correlation: {talk: 0.5}
  talk: {inputs: [channels.web.handle_minutes], low: 0.9, high: 1.3}
"""


def test_what_is_stated_becomes_groups_sorted_by_id() -> None:
    found = from_data(scenario(STATED)).uncertainty
    assert found.groups == (
        Group(
            "demand",
            "Demand",
            ("segments.*.customers", "tables.contacts_per_customer"),
            0.85,
            1.15,
            "normal",
            0.8,
        ),
        Group("talk", "talk", ("channels.phone.handle_minutes",), 0.9, 1.3),
    )
    assert found.correlation.tolist() == [[1.0, 0.3], [0.3, 1.0]]
    assert found


def test_nothing_stated_is_no_group_and_changes_no_digest() -> None:
    plain, empty = from_data(scenario()), from_data(scenario({"uncertainty": {}}))
    assert not plain.uncertainty
    assert plain.uncertainty.groups == ()
    assert "uncertainty" not in plain.resolved
    assert digest(plain.resolved) == digest(empty.resolved)
    least = from_data(scenario({"uncertainty/a": {"inputs": ["segments.*.margin"]}}))
    assert (least.uncertainty.groups[0].low, least.uncertainty.groups[0].high) == (0.9, 1.1)


def test_the_canonical_form_loads_to_the_same() -> None:
    first = from_data(scenario(STATED))
    again = from_data(first.resolved)
    assert again.resolved == first.resolved
    assert again.uncertainty.groups == first.uncertainty.groups
    assert np.array_equal(again.uncertainty.correlation, first.uncertainty.correlation)
    turned = {**DEMAND, "inputs": DEMAND["inputs"][::-1]}  # type: ignore[index]
    other = from_data(scenario({"uncertainty": {"demand": turned, "talk": TALK}}))
    assert other.resolved == first.resolved
    stated = {"uncertainty/a": {"inputs": ["segments.*.margin"], "spread": 0.1}}
    unstated = {"uncertainty/a": {"inputs": ["segments.*.margin"]}}
    assert from_data(scenario(stated)).resolved == from_data(scenario(unstated)).resolved


def test_uncertainty_changes_nothing_else() -> None:
    plain, stated = from_data(scenario()).resolved, from_data(scenario(STATED)).resolved
    assert {k: v for k, v in stated.items() if k != "uncertainty"} == plain


def test_overrides_reach_it() -> None:
    steps = [
        ("set", "uncertainty.demand.spread=0.2"),
        ("set", "uncertainty.demand.correlation.talk=-0.4"),
        ("set", "uncertainty.*.together*=0.5"),
        ("set", "uncertainty.talk.inputs=[channels.web.satisfaction]"),
    ]
    found = from_data(scenario(STATED), steps).uncertainty  # type: ignore[arg-type]
    assert found.groups[0].high == 1.2
    assert found.correlation[0, 1] == -0.4
    assert found.groups[0].together == 0.4
    assert found.groups[1].inputs == ("channels.web.satisfaction",)
    varied = scenario({**STATED, "variations/calm": {"set": {"uncertainty.demand.spread": 0.01}}})
    assert from_data(varied, [("vary", "calm")]).uncertainty.groups[0].high == 1.01


def group(**fields: Any) -> dict[str, Any]:
    return {"uncertainty": {"a": {"inputs": ["segments.*.margin"], **fields}}}


def inputs(*paths: Any) -> dict[str, Any]:
    return {"uncertainty": {"a": {"inputs": list(paths)}}}


def three(**correlations: dict[str, float]) -> dict[str, Any]:
    paths = {"a": "segments.*.margin", "b": "segments.*.customers", "c": "channels.*.satisfaction"}
    return {
        "uncertainty": {
            name: {"inputs": [path], "correlation": correlations.get(name, {})}
            for name, path in paths.items()
        }
    }


FAULTS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("list", {"uncertainty": ["a"]}, "E203", "uncertainty", "expected a mapping of ids"),
    ("blank", {"uncertainty": {"a": None}}, "E203", "uncertainty.a", "expected a mapping of keys"),
    ("bad id", {"uncertainty": {"My Group": TALK}}, "E206", "uncertainty.My Group", "my_group"),
    ("no inputs", {"uncertainty": {"a": {}}}, "E202", "uncertainty.a", "a.inputs is missing"),
    ("no path", inputs(), "E207", "uncertainty.a.inputs", "at least one entry"),
    ("one text", {"uncertainty/a": {"inputs": "x"}}, "E203", ".inputs", "with brackets"),
    ("near key", group(spraed=0.1), "E201", "uncertainty.a.spraed", "did you mean 'spread'?"),
    ("percent", group(spread=15), "E204", "uncertainty.a.spread", "write 0.15"),
    ("low", group(low=1.2, high=1.3), "E204", "uncertainty.a.low", "must be at most 1"),
    ("high", group(low=0.9, high=0.95), "E204", "uncertainty.a.high", "must be at least 1"),
    ("half", group(low=0.9), "E207", "uncertainty.a", "low and high go together"),
    ("both", group(spread=0.1, low=0.9, high=1.1), "E207", "uncertainty.a", "not both"),
    (
        "askew",
        group(low=0.9, high=1.3, distribution="normal"),
        "E207",
        "uncertainty.a",
        "as wide upwards as downwards",
    ),
    ("word", group(distribution="normal_"), "E205", "uncertainty.a.distribution", "mean 'normal'?"),
    ("together", group(together=-0.1), "E204", "uncertainty.a.together", "must be at least 0"),
    (
        "correlation",
        three(a={"b": 1.5}),
        "E204",
        "uncertainty.a.correlation.b",
        "must be at most 1",
    ),
    ("unknown group", three(a={"d": 0.5}), "E214", "uncertainty.a.correlation.d", "known: a, b, c"),
    ("itself", three(a={"a": 0.5}), "E218", "uncertainty.a.correlation.a", "with itself"),
    (
        "twice",
        three(a={"b": 0.5}, b={"a": 0.5}),
        "E218",
        "uncertainty.b.correlation.a",
        "'a' states it already",
    ),
    (
        "impossible",
        three(a={"b": 0.9, "c": 0.9}, b={"c": -0.9}),
        "E218",
        "uncertainty",
        "multiplied by 0.55",
    ),
    ("unknown path", inputs("channels.phnoe.unit_cost"), "E151", "inputs[0]", "channels.phone"),
    ("unknown table", inputs("tables.satisfactoin"), "E151", "inputs[0]", "nearest: satisfaction"),
    ("absent", inputs("channels.web.fixed_cost"), "E153", "inputs[0]", "has no value"),
    ("text", inputs("channels.web.touch"), "E155", "inputs[0]", "cannot be calculated with"),
    ("flags", inputs("tables.eligible"), "E150", "inputs[0]", "cannot be calculated with"),
    ("rule", inputs("policies.cap.at_most"), "E157", "inputs[0]", "no uncertain number"),
    (
        "itself as input",
        inputs("uncertainty.a.spread"),
        "E157",
        "inputs[0]",
        "paths begin with one of objective, segments",
    ),
    (
        "two paths, one number",
        inputs("segments.*.margin", "segments.mass.margin"),
        "E152",
        "inputs",
        "touch the same value",
    ),
    (
        "two groups, one number",
        {
            "uncertainty": {
                "a": {"inputs": ["tables.contacts_per_customer"]},
                "b": {"inputs": ["tables.contacts_per_customer[interaction=advice]"]},
            }
        },
        "E152",
        "uncertainty.b.inputs[0]",
        "touch the same value",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code", "place", "words"), [case[1:] for case in FAULTS], ids=[c[0] for c in FAULTS]
)
def test_faults(changes: dict[str, Any], code: str, place: str, words: str) -> None:
    found = problems(changes)
    assert [problem.code for problem in found] == [code], [str(problem) for problem in found]
    assert words in str(found[0])
    assert place in str(found[0].place)


def test_titles_that_read_alike_are_a_warning() -> None:
    found = warnings(
        {"uncertainty": {"a": {**TALK, "title": "X"}, "x": {"inputs": ["segments.*.margin"]}}}
    )
    assert any("reads like" in text for text in found)


def test_a_fault_here_does_not_hide_one_of_the_numbers() -> None:
    found = problems({**group(spread=15), "channels/web/satisfaction": None})
    assert {problem.code for problem in found} == {"E204", "E250"}


def test_files_of_every_kind_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(YAML)
    written = load(tmp_path / "s.yaml")
    toml = (
        "format = 1\nobjective = {satisfaction_weight = 0.3}\nsegments = {all = {customers = 10}}\n"
        "interactions = {ask = {}}\nchannels = {web = {satisfaction = 0.5, handle_minutes = 4}}\n"
        "tables = {contacts_per_customer = [{value = 2}]}\n"
        "[uncertainty.demand]\nspread = 0.2\ncorrelation = {talk = 0.5}\n"
        'inputs = ["segments.*.customers", "tables.contacts_per_customer[interaction=ask]"]\n'
        '[uncertainty.talk]\ninputs = ["channels.web.handle_minutes"]\nlow = 0.9\nhigh = 1.3\n'
    )
    (tmp_path / "s.toml").write_text(toml)
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    sheets: dict[str, list[list[Any]]] = {
        "scenario": [["format", 1], ["objective.satisfaction_weight", 0.3]],
        "segments": [["id", "customers"], ["all", 10]],
        "interactions": [["id"], ["ask"]],
        "channels": [["id", "satisfaction", "handle_minutes"], ["web", 0.5, 4]],
        "contacts_per_customer": [["value"], [2]],
        "uncertainty": [
            ["id", "inputs", "spread", "low", "high", "correlation"],
            [
                "demand",
                "segments.*.customers; tables.contacts_per_customer[interaction=ask]",
                0.2,
                None,
                None,
                "talk: 0.5",
            ],
            ["talk", "channels.web.handle_minutes", None, 0.9, 1.3, None],
        ],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "s.xlsx")
    assert len(written.uncertainty.groups) == 2
    for name in ("s.toml", "s.xlsx"):
        assert load(tmp_path / name).resolved == written.resolved, name


def test_a_child_changes_a_group_and_deletes_one(tmp_path: Path) -> None:
    for name, text in (
        ("base", YAML),
        (
            "child",
            """\
extends: ../base
uncertainty:
  talk: null
  demand: {spread: 0.3, correlation: {talk: null}}
""",
        ),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scenario.yaml").write_text(text)
    found = load(tmp_path / "child").uncertainty
    assert [one.id for one in found.groups] == ["demand"]
    assert found.groups[0].high == 1.3
    assert len(found.groups[0].inputs) == 2


def test_places_and_origins(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(YAML.replace("segments.*.customers", "segments.*.custmers"))
    with pytest.raises(InputError) as caught:
        load(tmp_path / "s.yaml")
    (problem,) = caught.value.problems
    assert str(problem).startswith("s.yaml:9:14  E151")
    (tmp_path / "s.yaml").write_text(YAML)
    steps = [("set", "uncertainty.demand.spread=0.3")]
    source = compose.read(tmp_path / "s.yaml", steps=steps)  # type: ignore[arg-type]
    by_path = {origin.path: origin for origin in origins(source)}
    assert by_path["uncertainty.demand.spread"].origin == "--set uncertainty.demand.spread"
    assert by_path["uncertainty.talk.high"].origin == "s.yaml:12:65"
    assert by_path["uncertainty.talk.distribution"].origin == "default"


def test_editors_know_the_section() -> None:
    schema = json_schema()
    assert "uncertainty" in schema["properties"]
    fields = schema["$defs"]["UncertainGroup"]
    assert fields["required"] == ["inputs"]
    assert all(field.get("description") for field in fields["properties"].values())
