"""The mapping: in the scenario, in a file beside the customers, or default names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from channelopt.cli.reference import scenario_reference
from channelopt.customers.mapping import default_file, read_mapping
from channelopt.errors import InputError
from channelopt.instance import load
from channelopt.instance.canonical import digest
from channelopt.scenario.editor import editor_schema
from tests.customers.files import SCENARIO, everyone, instance, mapping, read, small

SECTION: dict[str, Any] = {
    "file": "crm.parquet",
    "period": "plan",
    "inbound": "per_customer",
    "outbound_at_most": 2,
    "quota_tolerance": 0.05,
    "seed": 7,
    "columns": {
        "customer_id": "kunde",
        "segment": "gruppe",
        "contacts": {"question": "n fragen"},
        "satisfaction": {"web": "s_web", "complaint": {"shop": "s_c"}},
        "contact_value": {"phone": "v"},
        "eligible": {"phone": "darf"},
    },
}
YAML = """\
file: crm.parquet
period: plan
inbound: per_customer
outbound_at_most: 2
quota_tolerance: 0.05
seed: 7
columns:
  customer_id: kunde
  segment: gruppe
  contacts: {question: n fragen}
  satisfaction:
    web: s_web
    complaint: {shop: s_c}
  contact_value: {phone: v}
  eligible: {phone: darf}
"""


def with_section(section: Any) -> Any:
    return load.from_data({**instance().resolved, "customers": section})


def refused(section: Any) -> str:
    with pytest.raises(InputError) as raised:
        with_section(section)
    return str(raised.value)


def test_without_a_section_names_are_those_of_the_mapping() -> None:
    found = read_mapping(instance())
    assert (found.file, found.table, found.period) == (None, None, "plan")
    assert (found.inbound, found.outbound_at_most) == ("per_interaction", None)
    assert (found.quota_tolerance, found.seed, found.origin) == (0.01, 0, "")


def test_the_section_and_the_file_say_the_same(tmp_path: Path) -> None:
    inside = read_mapping(with_section(SECTION))
    assert inside.data() == {**SECTION, "table": None}
    assert inside.origin == "scenario"
    customers = tmp_path / "crm.parquet"
    for name in ("own.yaml", "crm.yaml", "crm.parquet.yaml"):
        file = tmp_path / name
        file.write_text(YAML)
        named = file if name == "own.yaml" else None
        beside = read_mapping(instance(), customers, named)
        assert beside.data() == inside.data()
        assert beside.origin == name
    (tmp_path / "whole.yaml").write_text("customers:\n  seed: 3\n")
    assert read_mapping(with_section(SECTION), customers, tmp_path / "whole.yaml").seed == 3


def test_the_section_survives_the_canonical_form() -> None:
    once = with_section(SECTION)
    again = load.from_data(json.loads(json.dumps(once.resolved)))
    assert again.resolved == once.resolved
    assert read_mapping(again) == read_mapping(once)
    assert type(read_mapping(again).seed) is int


def test_without_a_section_the_digest_is_as_ever() -> None:
    assert "customers" not in instance().resolved
    with_section_removed = {
        k: v for k, v in with_section(SECTION).resolved.items() if k != "customers"
    }
    assert digest(with_section_removed) == digest(instance().resolved)


def test_the_section_changes_no_number() -> None:
    import numpy as np

    changed = with_section(SECTION).numbers
    for name, value in vars(instance().numbers).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(changed, name))


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (
            {"columns": {"contacts": {"questin": "n"}}},
            "'questin' does not exist; did you mean 'question'?",
        ),
        ({"columns": {"contacts": "n"}}, "one column cannot hold the contacts of 2 interactions"),
        ({"columns": {"eligible": {"phon": "n"}}}, "'phon' does not exist; did you mean 'phone'?"),
        ({"columns": {"satisfaction": {"complant": {"web": "n"}}}}, "did you mean 'complaint'?"),
        ({"columns": {"satisfaction": {"complaint": {"wb": "n"}}}}, "did you mean 'web'?"),
        ({"columns": {"satisfaction": {"wb": "n"}}}, "did you mean 'web'?"),
        ({"columns": {"contact_value": {"wb": "n"}}}, "did you mean 'web'?"),
        ({"columns": {"current_channel": {"questin": "n"}}}, "did you mean 'question'?"),
        (
            {"columns": {"magin": "n"}},
            "unknown key 'magin' in customers.columns; did you mean 'margin'?",
        ),
        ({"column": {}}, "unknown key 'column' in customers; did you mean 'columns'?"),
        ({"period": "2031"}, "period '2031' does not exist"),
        ({"seed": 1.5}, "customers.seed: expected a whole number, found 1.5"),
        ({"seed": -1}, "customers.seed: must be at least 0, found -1"),
        ({"seed": True}, "customers.seed"),
        ({"quota_tolerance": 2}, "customers.quota_tolerance: must be at most 1, found 2"),
        ({"inbound": "per_custmer"}, "did you mean 'per_customer'?"),
        ({"columns": {"contacts": 5}}, "customers.columns.contacts: expected text, found 5"),
        (
            {"columns": {"contacts": {"question": 5}}},
            "columns.contacts.question: expected text, found 5",
        ),
        ({"columns": {"margin": ""}}, "customers.columns.margin: the text is empty"),
    ],
)
def test_what_is_wrong_is_said_once_with_the_nearest_name(section: Any, expected: str) -> None:
    text = refused(section)
    assert expected in text
    assert len(text.splitlines()) == 1


def test_a_file_names_its_own_lines(tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text("seed: 1\ncolumns:\n  eligible:\n    phon: n\n  magin: db\n")
    with pytest.raises(InputError) as raised:
        read_mapping(instance(), None, file)
    text = str(raised.value)
    assert "crm.yaml:4:" in text
    assert "crm.yaml:5:" in text
    for content in ("- a\n", "", "5\n"):
        file.write_text(content)
        with pytest.raises(InputError):
            read_mapping(instance(), None, file)
    with pytest.raises(InputError, match="no such file"):
        read_mapping(instance(), None, tmp_path / "none.yaml")


def test_the_file_of_the_mapping_stays_inside_the_project(tmp_path: Path) -> None:
    folder = tmp_path / "project" / "scenario"
    folder.mkdir(parents=True)
    found = read_mapping(with_section({"file": "../crm.csv"}))
    inside = default_file(found, folder, tmp_path / "project")
    assert inside == (tmp_path / "project" / "crm.csv").resolve()
    assert default_file(read_mapping(instance()), folder, tmp_path) is None
    for name in ("../../../etc/passwd", "/etc/passwd", "https://somewhere/x"):
        outside = read_mapping(with_section({"file": name}))
        with pytest.raises(InputError):
            default_file(outside, folder, tmp_path / "project")


def test_overrides_reach_the_section() -> None:
    steps = [("set", "customers.seed=9"), ("set", "customers.columns.margin=db")]
    found = load.from_data({**instance().resolved, "customers": SECTION}, steps)
    assert read_mapping(found).seed == 9
    assert read_mapping(found).columns.margin == "db"


def test_names_in_the_mapping_are_read(tmp_path: Path) -> None:
    table = small(
        **{"n fragen": [1.0, 2.0, 3.0, 4.0], "deckung": [5.0, 6.0, 7.0, 8.0], "margin": ["x"] * 4}
    ).rename_columns(["kunde", "gruppe", "n fragen", "deckung", "margin"])
    own = mapping(
        customer_id="kunde", segment="gruppe", contacts={"question": "n fragen"}, margin="deckung"
    )
    found = read(table, tmp_path, own)
    assert everyone(found)["margin"].tolist() == [5.0, 6.0, 7.0, 8.0]
    assert found.unused == ("margin",)
    missing = mapping(customer_id="kunde", segment="gruppe", margin="dekung")
    with pytest.raises(
        InputError, match="'dekung', which the mapping gives for margin; did you mean 'deckung'"
    ):
        read(table, tmp_path, missing)


def test_a_workbook_has_a_sheet_of_it(tmp_path: Path) -> None:
    from channelopt.scenario import template

    file = template.write_workbook(tmp_path / "own.xlsx")
    plain = load.load(file)
    book = openpyxl.load_workbook(file)
    sheet = book.create_sheet("customers")
    rows = [
        ("key", "value"),
        ("file", "crm.csv"),
        ("seed", 3),
        ("period", plain.numbers.periods[-1]),
    ]
    rows += [
        ("columns.margin", 2027),
        ("columns.contacts.advice", "n;1"),
        ("columns.eligible.branch", "-x"),
    ]
    for row in rows:
        sheet.append(row)
    book.save(file)
    found = load.load(file)
    read_back = read_mapping(found)
    assert (read_back.file, read_back.seed) == ("crm.csv", 3)
    assert read_back.period == plain.numbers.periods[-1]
    columns = read_back.columns
    assert (columns.margin, columns.contacts, columns.eligible) == (
        "2027",
        {"advice": "n;1"},
        {"branch": "-x"},
    )
    assert digest({k: v for k, v in found.resolved.items() if k != "customers"}) == digest(
        plain.resolved
    )


def test_toml_and_json_and_parents(tmp_path: Path) -> None:
    child = tmp_path / "child"
    child.mkdir()
    parent = tmp_path / "parent"
    parent.mkdir()
    data = {**instance().resolved, "customers": SECTION}
    (parent / "scenario.json").write_text(json.dumps(data))
    whole = read_mapping(load.load(parent))
    assert whole.data()["columns"] == SECTION["columns"]
    (child / "scenario.toml").write_text(
        'extends = "../parent"\n[customers]\nseed = 8\n[customers.columns]\nmargin = "db"\n'
    )
    found = read_mapping(load.load(child))
    assert found.seed == 8
    assert found.columns.margin == "db"
    assert found.columns.eligible == {"phone": "darf"}


def test_the_reference_and_the_editor_know_it() -> None:
    page = scenario_reference()
    assert "## `customers`" in page
    assert "| `contacts` | text or mapping |" in page
    schema = json.dumps(editor_schema())
    assert "CustomerColumns" in schema
    assert SCENARIO.exists()


def test_a_scenario_with_it_becomes_a_workbook(tmp_path: Path) -> None:
    from channelopt.scenario import compose, template
    from channelopt.scenario.worksheets import build

    folder = template.write_folder(tmp_path / "own")
    file = folder / "scenario.yaml"
    section = "\ncustomers:\n  seed: 4\n  columns: {margin: db, satisfaction: {branch: s}}\n"
    file.write_text(file.read_text() + section)
    build(compose.read(folder), file).save(tmp_path / "own.xlsx")
    found = read_mapping(load.load(tmp_path / "own.xlsx"))
    assert found.data() == read_mapping(load.load(folder)).data()
    assert found.columns.satisfaction == {"branch": "s"}
