"""The section Tables: long and wide, in place and as files, blanks, marks, ranks and ranges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from channelopt.errors import InputError
from tests.contract.small import as_json, instance, loaded, refusals

PARTS: dict[str, Any] = {
    "periods": [2027, 2028],
    "segments": {"a": {"customers": 100}, "b": {"customers": 10}},
    "interactions": {"advice": {}, "offer": {"direction": "outbound"}},
}
ROWS = "tables/contacts_per_customer"

# contacts of (a, advice), (a, offer), (b, advice), (b, offer), each in both periods
LONG = [[[150, 150], [200, 200]], [[30, 30], [20, 20]]]
FILES: dict[str, tuple[str, list[Any]]] = {
    "long": ("segment,interaction,value\na,advice,1.5\n,offer,2\nb,advice,3\n", LONG),
    "wide by interaction": ("segment,advice,offer\na,1.5,2\nb,3,2\n", LONG),
    "wide by segment": ("interaction,a,b\nadvice,1.5,3\noffer,2,2\n", LONG),
    "wide by period": (
        "segment;interaction;2027;2028\na;advice;1,5;\n;offer;;2\n",
        [[[150, 0], [0, 200]], [[0, 0], [0, 20]]],
    ),
    "wide without a key": (
        "advice,offer\n1.5,2\n",
        [[[150, 150], [200, 200]], [[15, 15], [20, 20]]],
    ),
    "semicolon, decimal comma": (
        "interaction;value\nadvice;1,5\n",
        [[[150, 150], [0, 0]], [[15, 15], [0, 0]]],
    ),
    "semicolon, decimal point": (
        "interaction;value\nadvice;1.5\n",
        [[[150, 150], [0, 0]], [[15, 15], [0, 0]]],
    ),
    "comma in quotes": (
        'interaction,value\nadvice,"1,5"\n',
        [[[150, 150], [0, 0]], [[15, 15], [0, 0]]],
    ),
    "Excel's sep line": (
        "sep=;\r\nadvice;offer\r\n1,5;2\r\n",
        [[[150, 150], [200, 200]], [[15, 15], [20, 20]]],
    ),
    "byte order mark": (
        "\ufeffadvice;offer\n1,5;2\n",
        [[[150, 150], [200, 200]], [[15, 15], [20, 20]]],
    ),
    "spaces and blank lines": (
        " interaction , value \n\n advice , 1.5 \n\n",
        [[[150, 150], [0, 0]], [[15, 15], [0, 0]]],
    ),
    "a blank value is no row": (
        "interaction,value\nadvice,1.5\noffer,\n",
        [[[150, 150], [0, 0]], [[15, 15], [0, 0]]],
    ),
    "the most keys win": (
        "segment,interaction,period,value\n,,,1\na,,,2\na,advice,,3\na,advice,2028,4\n",
        [[[300, 400], [200, 200]], [[10, 10], [10, 10]]],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, tmp_path: Path) -> None:
    text, expected = FILES[name]
    scenario = as_json(PARTS, {ROWS: "tablevolumes.csv"})
    files = {"scenario.json": scenario, "tablevolumes.csv": text}
    assert loaded(tmp_path, files).numbers.contacts.tolist() == expected


BAD_FILES: dict[str, tuple[str, str]] = {
    "mixed marks": ("interaction;value\nadvice;1,5\noffer;2.5\n", "volumes.csv:3:value"),
    "thousands": ("interaction;value\nadvice;1.500,5\n", "volumes.csv:2:value"),
    "thousands with a space": ("interaction;value\nadvice;1 500\n", "volumes.csv:2:value"),
    "which mark": ("interaction;value\nadvice;1.500\n", "volumes.csv:2:value"),
    "kinds of columns": ("advice,2027\n1,2\n", "volumes.csv:1:2027"),
    "value and wide": ("value,2027\n1,2\n", "volumes.csv:1:2027"),
    "another column": ("interaction,value,note\nadvice,1,3\n", "volumes.csv:1:note"),
    "another key": ("channel,value\nweb,1\n", "volumes.csv:1:channel"),
    "an unknown id": ("interaction,value\nadvcie,1\n", "volumes.csv:2:interaction"),
    "a tie": ("segment,interaction,value\na,,1\n,advice,2\n", "volumes.csv:2:value"),
    "equal rows": ("interaction,value\nadvice,1\nadvice,1\n", "volumes.csv:2:value"),
    "out of range": ("interaction,value\nadvice,-1\n", "volumes.csv:2:value"),
    "no number": ("interaction,value\nadvice,x\noffer,1\n", "volumes.csv:2:value"),
    "tabs": ("interaction\tvalue\nadvice\t1\n", "volumes.csv:1"),
    "no rows": ("interaction,value\n", "volumes.csv:1"),
    "empty": ("", "volumes.csv"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files(name: str, tmp_path: Path) -> None:
    text, place = BAD_FILES[name]
    scenario = as_json(PARTS, {ROWS: "volumes.csv"})
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, {"scenario.json": scenario, "volumes.csv": text})
    assert [str(problem.place) for problem in caught.value.problems] == [place]


def test_rows_in_place_may_be_wide_with_blanks() -> None:
    rows = [{"segment": "a", 2027: 1, "2028": None}, {"segment": None, 2027: 3, 2028: 4}]
    found = instance(PARTS, {ROWS: [{"segment": "a", "2027": 1}, {"2027": 3, "2028": 4}]})
    same = instance(PARTS, {ROWS: [{str(k): v for k, v in row.items()} for row in rows]})
    assert found.numbers.contacts[:, 0].tolist() == [[100, 400], [30, 40]]
    assert same.numbers.contacts.tolist() == found.numbers.contacts.tolist()


def test_a_tie_quotes_both_rows() -> None:
    rows = [{"segment": "a", "value": 1}, {"channel": "web", "value": 2}]
    found = refusals(PARTS, {"tables/unit_cost": rows})
    assert "{segment: a, value: 1} and {channel: web, value: 2}" in found[0]


TABLES: list[tuple[str, set[str], Any]] = [
    ("satisfaction", {"segment", "interaction", "channel", "period"}, 0.5),
    ("satisfaction_shift", {"segment", "interaction", "channel", "period"}, -2),
    ("unit_cost", {"segment", "interaction", "channel", "period"}, 3),
    ("handle_minutes", {"segment", "interaction", "channel", "period"}, 3),
    ("resolution", {"segment", "interaction", "channel", "period"}, 0.5),
    ("contact_value", {"segment", "interaction", "channel", "period"}, -3),
    ("closure_loss", {"segment", "channel", "period"}, 3),
    ("preference", {"segment", "interaction", "channel"}, 0.5),
    ("baseline_share", {"segment", "interaction", "channel"}, 1),
    ("min_share", {"segment", "interaction", "channel", "period"}, 0.1),
    ("max_share", {"segment", "interaction", "channel", "period"}, 0.9),
    ("eligible", {"segment", "interaction", "channel", "period"}, "yes"),
    ("metric.m", {"segment", "interaction", "channel", "period"}, -1),
]
LABELS = {"segment": "a", "interaction": "advice", "channel": "web", "period": 2028}


@pytest.mark.parametrize(("table", "keys", "value"), TABLES, ids=[name for name, *_ in TABLES])
def test_keys_of_a_table(table: str, keys: set[str], value: Any) -> None:
    parts = {**PARTS, "metrics": {"m": {}}}
    row = {key: label for key, label in LABELS.items() if key in keys}
    instance(parts, {f"tables/{table}": [{**row, "value": value}]})
    for key in LABELS.keys() - keys:
        found = refusals(parts, {f"tables/{table}": [{**row, key: LABELS[key], "value": value}]})
        assert [f"has no key '{key}'" in text for text in found] == [True]


@pytest.mark.parametrize("value", [True, 1, "yes", "Yes", "true", "1"])
def test_truth(value: Any) -> None:
    rows = [{"channel": "phone", "value": value}, {"channel": "web", "value": False}]
    found = instance({"tables/eligible": rows}).numbers.eligible
    assert found[0, 0, :, 0].tolist() == [True, False]


def test_a_channels_own_attribute_is_least_specific() -> None:
    found = instance(
        PARTS,
        {"channels/web/unit_cost": [1, 2], "channels/phone/resolution": [None, 0.5]},
        {"tables/unit_cost": [{"period": 2028, "value": 9}]},
    ).numbers
    assert found.unit_cost[0, 0].tolist() == [[6, 9], [1, 9]]
    assert found.resolution[0, 0].tolist() == [[1, 0.5], [1, 1]]


SUMS: list[tuple[str, list[dict[str, Any]], str]] = [
    ("preference", [{"value": 0.6}], "sum to 1.2, more than 1"),
    ("baseline_share", [{"interaction": "advice", "channel": "web", "value": 0.6}], "expected 1"),
    ("baseline_share", [{"interaction": "offer", "value": 0.6}], "expected at most 1"),
    ("satisfaction", [{"value": 1.1}], "must be from 0 to 1"),
    ("unit_cost", [{"value": -1}], "must be from 0"),
]


@pytest.mark.parametrize(("table", "rows", "words"), SUMS)
def test_sums_and_ranges(table: str, rows: list[dict[str, Any]], words: str) -> None:
    assert words in refusals(PARTS, {f"tables/{table}": rows})[0]


def test_sums_have_a_tolerance() -> None:
    rows = [{"channel": "web", "value": 0.7}, {"channel": "phone", "value": 0.3000005}]
    instance({"tables/preference": rows, "tables/baseline_share": rows})


def test_outbound_baseline_may_be_less() -> None:
    row = {"interaction": "offer", "channel": "web", "value": 0.6}
    found = instance(PARTS, {"tables/baseline_share": [row]}).numbers.baseline_share
    assert found[0, 1].tolist() == [0, 0.6]
    assert np.isnan(found[:, 0]).all()


def test_every_cell_with_contacts_needs_a_satisfaction() -> None:
    bare = {"channels/post": {}}
    assert "no satisfaction is known for (a, q)" in refusals(bare)[0]
    instance(bare, {"tables/eligible": [{"channel": "post", "value": "no"}]})
    instance(bare, {"tables/satisfaction": [{"channel": "post", "value": 0.4}]})


def test_a_shift_beyond_1_is_clipped_with_a_warning() -> None:
    found = instance({"tables/satisfaction_shift": [{"channel": "web", "value": -10}]})
    assert found.numbers.satisfaction[0, 0, :, 0].tolist() == [0.9, 0]
    assert "a shift of -10" in str(found.warnings[0])
