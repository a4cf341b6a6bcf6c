"""A scenario is a folder, one file of three kinds, or a workbook: all load to the same object."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from tests.contract.small import write

YAML = """\
# a comment, and text in any script
format: 1
title: Régional банк
currency: EUR
periods: [2027, 2028]
objective: {satisfaction_weight: 0.3, discount_rate: 0.05}
segments:
  private:
    title: Privé
    customers: [6000, 6100]
    margin: 100
    retention: {0: 0.86, 0.6: 0.95, 1: 0.985}
  mass: {customers: 1000, steering: 0.5}
interactions:
  advice: {importance: 2}
  renewal: {direction: outbound}
channels:
  branch: {touch: high, satisfaction: 0.9, unit_cost: 10, handle_minutes: 5, initially_open: false}
  phone:
    {touch: medium, satisfaction: 0.8, capacity: [null, 800], resolution: 0.8,
     unresolved: {branch: 0.5}}
  web: {touch: low, satisfaction: 0.6, available_from: 2028}
staff:
  agents: {serves: [branch], hours_per_fte: 1000, whole_fte: false}
tables:
  contacts_per_customer:
    - {segment: private, interaction: advice, value: 1.5}
    - {interaction: renewal, value: 2}
  unit_cost: [{interaction: advice, phone: 4, web: null}]
policies:
  - {name: cap, type: share, segments: [private], touch: [high, medium], at_most: 0.9}
  - {name: spend, type: budget, at_most: [null, 100000], counts: [contact, staff]}
variations:
  strike: {title: Strike, set: {channels.phone.unit_cost: 3}}
"""
TABLES = YAML[YAML.index("tables:") : YAML.index("policies:")]
IN_FILES = "tables:\n  contacts_per_customer: volumes.csv\n  unit_cost: tables/cost.csv\n"

DATA: dict[str, Any] = {
    "format": 1,
    "title": "Régional банк",
    "currency": "EUR",
    "periods": [2027, "2028"],
    "objective": {"satisfaction_weight": 0.3, "discount_rate": 0.05},
    "segments": {
        "private": {
            "title": "Privé",
            "customers": [6000, 6100],
            "margin": 100,
            "retention": {"0": 0.86, "0.60": 0.95, "1.0": 0.985},
        },
        "mass": {"customers": 1000, "steering": 0.5},
    },
    "interactions": {"advice": {"importance": 2}, "renewal": {"direction": "outbound"}},
    "channels": {
        "branch": {
            "touch": "high",
            "satisfaction": 0.9,
            "unit_cost": 10,
            "handle_minutes": 5,
            "initially_open": False,
        },
        "phone": {
            "touch": "medium",
            "satisfaction": 0.8,
            "capacity": [None, 800],
            "resolution": 0.8,
            "unresolved": {"branch": 0.5},
        },
        "web": {"touch": "low", "satisfaction": 0.6, "available_from": "2028"},
    },
    "staff": {"agents": {"serves": ["branch"], "hours_per_fte": 1000, "whole_fte": False}},
    "tables": {
        "contacts_per_customer": [
            {"interaction": "renewal", "value": 2.0},
            {"segment": "private", "interaction": "advice", "value": 1.5},
        ],
        "unit_cost": [{"interaction": "advice", "channel": "phone", "value": 4}],
    },
    "policies": [
        {
            "name": "spend",
            "type": "budget",
            "at_most": [None, 100000],
            "counts": ["staff", "contact"],
        },
        {
            "name": "cap",
            "type": "share",
            "segments": ["private"],
            "touch": ["high", "medium"],
            "at_most": 0.9,
        },
    ],
}

TOML = """\
format = 1
title = "Régional банк"
currency = "EUR"
periods = [2027, 2028]

[objective]
satisfaction_weight = 0.3
discount_rate = 0.05

[segments.private]
title = "Privé"
customers = [6000, 6100]
margin = 100
retention = {"0" = 0.86, "0.6" = 0.95, "1" = 0.985}

[segments.mass]
customers = 1000
steering = 0.5

[interactions]
advice = {importance = 2}
renewal = {direction = "outbound"}

[channels]
web = {touch = "low", satisfaction = 0.6, available_from = 2028}

[channels.phone]
touch = "medium"
satisfaction = 0.8
capacity = CAPACITY
resolution = 0.8
unresolved.branch = 0.5

[channels.branch]
touch = "high"
satisfaction = 0.9
unit_cost = 10
handle_minutes = 5
initially_open = false

[staff.agents]
serves = ["branch"]
hours_per_fte = 1000
whole_fte = false

[[tables.contacts_per_customer]]
segment = "private"
interaction = "advice"
value = 1.5

[[tables.contacts_per_customer]]
interaction = "renewal"
value = 2

[[tables.unit_cost]]
interaction = "advice"
phone = 4

[[policies]]
name = "cap"
type = "share"
segments = ["private"]
touch = ["high", "medium"]
at_most = 0.9
"""


def sheets() -> dict[str, list[list[Any]]]:
    """Return the workbook as a planner would type it."""
    return {
        "scenario": [
            ["key", "value"],
            ["format", 1],
            ["title", "Régional банк"],
            ["currency", "EUR"],
        ],
        "objective": [["satisfaction_weight", "discount_rate"], [0.3, 0.05]],
        "periods": [["period"], [2027], [2028]],
        "segments": [
            ["segment", "title", "customers", "margin", "retention", "steering"],
            ["private", "Privé", "6000; 6100", 100, "0: 0,86; 0,6: 0,95; 1: 0,985", None],
            ["mass", None, 1000, None, None, 0.5],
        ],
        "interactions": [
            ["id", "importance", "direction"],
            ["advice", 2, None],
            ["renewal", None, "outbound"],
        ],
        "channels": [
            [
                *("id", "touch", "satisfaction", "unit_cost", "handle_minutes", "initially_open"),
                *("capacity[2027]", "capacity[2028]", "resolution", "unresolved", "available_from"),
            ],
            ["branch", "high", 0.9, 10, 5, "no", None, None, None, None, None],
            ["phone", "medium", 0.8, None, None, None, None, 800, 0.8, "branch: 0.5", None],
            ["web", "low", 0.6, None, None, None, None, None, None, None, 2028],
        ],
        "staff": [
            ["id", "serves", "hours_per_fte", "whole_fte"],
            ["agents", "branch", 1000, False],
        ],
        "contacts_per_customer": [
            ["segment", "interaction", "value"],
            ["private", "advice", 1.5],
            [None, "renewal", 2],
        ],
        "unit_cost": [["interaction", "phone", "web"], ["advice", 4, None]],
        "policies": [
            [
                "name",
                "type",
                "segments",
                "touch",
                "at_most[2027]",
                "at_most[2028]",
                "at_most",
                "counts",
            ],
            ["cap", "share", "private", "high, medium", None, None, 0.9, None],
            ["spend", "budget", None, None, None, 100000, None, "contact; staff"],
        ],
        "_notes": [["anything", "at all"]],
    }


def workbook(content: dict[str, list[list[Any]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in content.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def expected() -> Instance:
    return from_data(DATA)


FORMS: dict[str, tuple[str, dict[str, str | bytes]]] = {
    "folder": ("bank", {"bank/scenario.yaml": YAML}),
    "byte order mark, CRLF": (
        "bank",
        {"bank/scenario.yaml": "\ufeff" + YAML.replace("\n", "\r\n")},
    ),
    "folder with tables": (
        "bank",
        {
            "bank/scenario.yaml": YAML.replace(TABLES, IN_FILES),
            "bank/volumes.csv": "interaction;segment;value\nadvice;private;1,5\nrenewal;;2\n",
            "bank/tables/cost.csv": "interaction,phone,web\nadvice,4,\n",
        },
    ),
    "file": ("bank.yaml", {"bank.yaml": YAML}),
    "json": ("bank.json", {"bank.json": json.dumps(DATA)}),
    "json folder": ("bank", {"bank/scenario.json": json.dumps(DATA, ensure_ascii=False)}),
    "workbook": ("bank.xlsx", {"bank.xlsx": workbook(sheets())}),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_equal(form: str, expected: Instance, tmp_path: Path) -> None:
    path, files = FORMS[form]
    assert load(write(tmp_path, files) / path).resolved == expected.resolved


def test_toml(tmp_path: Path) -> None:
    """TOML has no null: a list over time gives every number."""
    found = load(
        write(tmp_path, {"bank.toml": TOML.replace("CAPACITY", "[900, 800]")}) / "bank.toml"
    )
    data = json.loads(json.dumps(DATA))
    data["channels"]["phone"]["capacity"] = [900, 800]
    data["policies"] = data["policies"][1:]
    assert found.resolved == from_data(data).resolved


def test_toml_numbers_as_bare_keys_are_explained(tmp_path: Path) -> None:
    text = "[segments.a]\nretention = {0 = 0.5, 0.6 = 0.9}\n"
    with pytest.raises(InputError, match="put keys that are numbers in quotes"):
        load(write(tmp_path, {"s.toml": text}) / "s.toml")


def test_title_is_the_files_name(tmp_path: Path) -> None:
    text = YAML.replace("title: Régional банк\n", "")
    write(tmp_path, {"one.yaml": text, "two/scenario.yaml": text})
    assert load(tmp_path / "one.yaml").names.scenario == "one"
    assert load(tmp_path / "two").names.scenario == "two"


def test_resolved_loads_to_the_same(expected: Instance) -> None:
    assert from_data(expected.resolved).resolved == expected.resolved


UNSAFE: list[tuple[str, str]] = [
    ("format: 1\nformat: 1\n", "s.yaml:2:1"),
    ("format: !!int 1\n", "s.yaml:1:9"),
    ("title: .inf\n", "s.yaml:1:8"),
    ("format: 1\n---\nformat: 1\n", "s.yaml:2:1"),
    ("a: &a [*a]\n", "s.yaml:1:8"),
    ("a: " + "[" * 60 + "]" * 60, "s.yaml:1:"),
    ("a:\n\tb: 1\n", "s.yaml:2:1"),
    ("", "s.yaml"),
]


@pytest.mark.parametrize(("text", "place"), UNSAFE)
def test_yaml_is_read_safely(text: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(write(tmp_path, {"s.yaml": text}) / "s.yaml")
    assert str(caught.value.problems[0].place).startswith(place)


def test_yaml_is_1_2(tmp_path: Path) -> None:
    text = YAML.replace("title: Privé", "title: no").replace("steering: 0.5", "steering: 5e-1")
    assert load(write(tmp_path, {"s.yaml": text}) / "s.yaml").names.segments["private"] == "no"


def test_a_sheet_of_an_unknown_name(tmp_path: Path) -> None:
    content = {**sheets(), "segmens": [["a"]], "remarks": [["a"]]}
    with pytest.raises(InputError) as caught:
        load(write(tmp_path, {"s.xlsx": workbook(content)}) / "s.xlsx")
    hints = [problem.hint for problem in caught.value.problems]
    assert hints[0] == "did you mean 'segments'?"
    assert "begin the name of a sheet" in hints[1]
