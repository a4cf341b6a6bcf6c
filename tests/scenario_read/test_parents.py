"""`extends`: what merges, and which paths a scenario may name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from channelopt.scenario import compose
from tests.scenario_read.files import errors_of, write

PARENT = """\
format: 1
segments:
  private: {customers: 6000, margin: 1, retention: {0: 0.8, 0.5: 0.9, 1: 1}}
channels:
  phone: {unresolved: {web: 0.5}, capacity: [1, 2], unit_cost: 3}
upgrades:
  desk: {effects: {resolution: {add: 0.05}, unit_cost: {times: 0.9}}}
bundles:
  both: {uses: {phone: 1}}
policies:
  - {name: a, type: volume, at_most: 5, at_least: 1}
  - {name: b, type: volume, at_most: 6}
tables:
  unit_cost: costs.csv
  resolution: [{channel: phone, value: 0.5}]
variations:
  strike: {title: Strike, set: {channels.phone.capacity: {times: 0.5}, title: x}}
"""


def child(folder: Path, text: str) -> compose.Source:
    write(
        folder,
        {
            "parent/scenario.yaml": PARENT,
            "parent/costs.csv": "channel,value\nphone,1\n",
            "case/scenario.yaml": f"extends: ../parent\n{text}",
        },
    )
    return compose.read(folder / "case")


MERGES: dict[str, tuple[str, tuple[str | int, ...], Any]] = {
    "key by key": (
        "segments: {private: {margin: 2}}",
        ("segments", "private"),
        {"customers": 6000, "margin": 2, "retention": {0: 0.8, 0.5: 0.9, 1: 1}},
    ),
    "a curve is replaced": (
        "segments: {private: {retention: {0: 0.7, 1: 1}}}",
        ("segments", "private", "retention"),
        {0: 0.7, 1: 1},
    ),
    "unresolved is replaced": (
        "channels: {phone: {unresolved: {mail: 0.1}}}",
        ("channels", "phone", "unresolved"),
        {"mail": 0.1},
    ),
    "uses is replaced": (
        "bundles: {both: {uses: {web: 2}}}",
        ("bundles", "both", "uses"),
        {"web": 2},
    ),
    "an effect is replaced": (
        "upgrades: {desk: {effects: {resolution: {times: 2}}}}",
        ("upgrades", "desk", "effects"),
        {"resolution": {"times": 2}, "unit_cost": {"times": 0.9}},
    ),
    "a list is replaced": (
        "channels: {phone: {capacity: [9]}}",
        ("channels", "phone", "capacity"),
        [9],
    ),
    "null deletes": ("segments: {private: null}", ("segments",), {}),
    "null deletes a value": (
        "channels: {phone: {capacity: null, unresolved: null}}",
        ("channels", "phone"),
        {"unit_cost": 3},
    ),
    "a new id": (
        "channels: {web: {capacity: null}}",
        ("channels", "web"),
        {"capacity": None},
    ),
    "policies merge by name": (
        "policies: [{name: c, type: choice}, {name: a, at_most: 7, at_least: null}]",
        ("policies",),
        [
            {"name": "a", "type": "volume", "at_most": 7},
            {"name": "b", "type": "volume", "at_most": 6},
            {"name": "c", "type": "choice"},
        ],
    ),
    "another type replaces a policy": (
        "policies: [{name: a, type: choice, at_least: 2}]",
        ("policies", 0),
        {"name": "a", "type": "choice", "at_least": 2},
    ),
    "type null deletes a policy": (
        "policies: [{name: a, type: null}]",
        ("policies",),
        [{"name": "b", "type": "volume", "at_most": 6}],
    ),
}


@pytest.mark.parametrize("case", MERGES)
def test_merging(case: str, tmp_path: Path) -> None:
    text, path, expected = MERGES[case]
    value: Any = child(tmp_path, text).tree
    for part in path:
        value = value[part]
    assert value == expected


def test_tables_are_replaced_and_relative_to_their_own_file(tmp_path: Path) -> None:
    source = child(tmp_path, "tables: {resolution: [{value: 1}]}")
    assert list(source.tables["resolution"].columns) == ["value"]
    assert source.tables["unit_cost"].file == "../parent/costs.csv"
    assert str(source.tables["unit_cost"].place(0, "value")) == "../parent/costs.csv:2:value"
    assert sorted(source.files) == [
        "../parent/costs.csv",
        "../parent/scenario.yaml",
        "scenario.yaml",
    ]
    content = (tmp_path / "case" / "scenario.yaml").read_bytes()
    assert source.files["scenario.yaml"] == hashlib.sha256(content).hexdigest()
    assert sorted(child(tmp_path, "tables: {unit_cost: null}").tables) == ["resolution"]


def test_places_name_the_file_that_wrote_last(tmp_path: Path) -> None:
    source = child(tmp_path, "segments:\n  private:\n    margin: 2\n")
    assert str(source.places["segments", "private", "margin"]) == "scenario.yaml:4:13"
    assert str(source.places["segments", "private", "customers"]) == "../parent/scenario.yaml:3:24"
    assert "extends" not in source.tree


def test_variations_merge_and_their_changes_replace(tmp_path: Path) -> None:
    text = "variations: {strike: {set: {channels.phone.capacity: 7}}, calm: {set: {title: y}}}"
    child(tmp_path, text)
    source = compose.read(tmp_path / "case", steps=[("vary", "strike")])
    assert source.variations == {"strike": "Strike", "calm": "calm"}
    assert source.tree["channels"]["phone"]["capacity"] == 7
    assert source.tree["title"] == "x"


def test_a_chain_of_parents(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/scenario.yaml": "extends: ../b\ntitle: a\n",
            "b/scenario.yaml": "extends: ../c.toml\ntitle: b\ncurrency: EUR\n",
            "c.toml": 'title = "c"\ndescription = "d"\n',
        },
    )
    tree = compose.read(tmp_path / "a").tree
    assert tree == {"title": "a", "currency": "EUR", "description": "d"}


OUTSIDE = "leads outside the project folder; move the file, or name a wider --root"
RELATIVE = "is not a relative path; write a path relative to this file, with / between folders"
PATHS = {
    "/etc/passwd": f"E140  '/etc/passwd' {RELATIVE}",
    "../../../etc/passwd": f"E140  '../../../etc/passwd' {OUTSIDE}",
    "../..": f"E140  '../..' {OUTSIDE}",
    "C:/plans/x": f"E140  'C:/plans/x' {RELATIVE}",
    "c:x": f"E140  'c:x' {RELATIVE}",
    "\\\\server\\x": f"E140  '\\\\server\\x' {RELATIVE}",
    "..\\x": f"E140  '..\\x' {RELATIVE}",
    "file:///etc/passwd": f"E140  'file:///etc/passwd' {RELATIVE}",
    "http://example.org/x": f"E140  'http://example.org/x' {RELATIVE}",
    "//server/x": f"E140  '//server/x' {RELATIVE}",
    "~/x": f"E140  '~/x' {RELATIVE}",
}


@pytest.mark.parametrize("text", PATHS)
def test_paths_that_lead_elsewhere(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"p/case/scenario.yaml": f"extends: '{text}'\n"})
    assert errors_of(tmp_path / "p" / "case") == [f"scenario.yaml:1:10  {PATHS[text]}"]
    write(tmp_path, {"p/case/scenario.yaml": f"tables: {{unit_cost: '{text}'}}\n"})
    assert errors_of(tmp_path / "p" / "case") == [f"scenario.yaml:1:21  {PATHS[text]}"]


def test_links_must_not_lead_out(tmp_path: Path) -> None:
    write(
        tmp_path, {"secret.csv": "value\n1\n", "p/case/scenario.yaml": "tables: {unit_cost: x.csv}"}
    )
    (tmp_path / "p" / "case" / "x.csv").symlink_to(tmp_path / "secret.csv")
    assert errors_of(tmp_path / "p" / "case") == [f"scenario.yaml:1:21  E140  'x.csv' {OUTSIDE}"]
    assert compose.read(tmp_path / "p" / "case", root=tmp_path).tables["unit_cost"].num_rows == 1


def test_a_link_in_circles(tmp_path: Path) -> None:
    write(tmp_path, {"case/scenario.yaml": "tables: {unit_cost: x.csv}"})
    (tmp_path / "case" / "x.csv").symlink_to(tmp_path / "case" / "x.csv")
    assert len(errors_of(tmp_path / "case")) == 1


def test_cycles_print_the_chain(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/scenario.yaml": "extends: ../b",
            "b/scenario.yaml": "extends: ../c",
            "c/scenario.yaml": "title: c\nextends: ../b",
        },
    )
    assert errors_of(tmp_path / "a") == [
        (
            "../c/scenario.yaml:2:10  E142  'extends' goes in a circle: "
            "../b/scenario.yaml -> ../c/scenario.yaml -> ../b/scenario.yaml"
        )
    ]
    write(tmp_path, {"b/scenario.yaml": "extends: scenario.yaml"})
    assert "scenario.yaml -> ../b/scenario.yaml" in errors_of(tmp_path / "a")[0]


def test_long_chains_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {f"s{i}.yaml": f"extends: s{i + 1}.yaml" for i in range(40)})
    assert errors_of(tmp_path / "s0.yaml") == [
        "s20.yaml:1:10  E143  more than 20 scenarios extend each other"
    ]


def test_missing_parents_name_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, {"bank/scenario.yaml": "a: 1", "case/scenario.yaml": "extends: ../bnak"})
    assert errors_of(tmp_path / "case") == [
        "scenario.yaml:1:10  E100  there is no file or folder '../bnak'; did you mean 'bank'?"
    ]
    write(tmp_path, {"case/scenario.yaml": "extends: [1]"})
    assert errors_of(tmp_path / "case") == [
        "scenario.yaml:1:10  E140  expected a relative path, found a list"
    ]


def test_two_policies_of_one_name_in_a_child(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/scenario.yaml": "extends: ../b\npolicies: [{name: x}, {name: x}]",
            "b/scenario.yaml": "policies: []",
        },
    )
    assert errors_of(tmp_path / "a") == [
        (
            "scenario.yaml:2:23  E160  two policies are named 'x', first at scenario.yaml:2:12; "
            "give each policy its own name"
        )
    ]


def test_a_scenario_in_memory_has_no_parent() -> None:
    with pytest.raises(compose.InputError, match="cannot extend another"):
        compose.from_data({"extends": "../x"})
