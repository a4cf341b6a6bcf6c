"""CSV files and rows in place: how numbers are read, and every fault with its cell."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import InputError, Problems
from channelopt.scenario import compose
from channelopt.scenario.source import RawTable
from channelopt.scenario.tables import read_csv
from channelopt.scenario.text import number_hint
from tests.scenario_read.files import errors_of, write

SAVE = "save it as UTF-8 (in Excel: 'CSV UTF-8'; in an editor: 'Save with encoding' UTF-8)"
MIXED = "write all with the same decimal mark and none with thousands separators"
TWO_WAYS = (
    "may have a decimal mark or a thousands separator, and no other number in the file tells which"
)


def read(folder: Path, content: str | bytes, table: str = "satisfaction") -> RawTable:
    write(folder, {"s.yaml": f"tables: {{{table}: v.csv}}", "v.csv": content})
    return compose.read(folder / "s.yaml").tables[table]


def columns(table: RawTable) -> dict[str, list[Any]]:
    return {name: list(table.values[name]) for name in table.columns}


READ = {
    "comma, point": ("channel,value\nphone,0.5\n", 0.5, ", between columns, decimal point"),
    "semicolon, comma": ("channel;value\nphone;0,5\n", 0.5, "; between columns, decimal comma"),
    "semicolon, point": ("channel;value\nphone;0.5\n", 0.5, "; between columns, decimal point"),
    "comma, comma": ('channel,value\nphone,"0,5"\n', 0.5, ", between columns, decimal comma"),
    "Excel's line": ("sep=;\nchannel;value\nphone;0,5\n", 0.5, "; between columns, decimal comma"),
    "three decimals, comma file": (
        "channel,value\nphone,1.234\n",
        1.234,
        ", between columns, decimal point",
    ),
    "three decimals, semicolon file": (
        "channel;value\nphone;1,234\n",
        1.234,
        "; between columns, decimal comma",
    ),
    "three decimals with evidence": (
        "channel;value\nphone;1.234\nweb;2.5\n",
        1.234,
        "; between columns, decimal point",
    ),
    "whole": ("channel,value\nphone,7\n", 7.0, ", between columns, whole numbers"),
    "exponent": ("channel,value\nphone,1e3\n", 1000.0, ", between columns, whole numbers"),
    "no leading digit": ("channel,value\nphone,-.5\n", -0.5, ", between columns, decimal point"),
    "spaces": (
        " channel , value \n\u00a0phone , 0.5\u00a0\n",
        0.5,
        ", between columns, decimal point",
    ),
    "byte order mark": (
        b"\xef\xbb\xbfchannel,value\nphone,1\n",
        1.0,
        ", between columns, whole numbers",
    ),
    "old line ends": ("channel,value\rphone,1\r", 1.0, ", between columns, whole numbers"),
    "empty columns at the end": (
        "channel,value,,\nphone,1,,\n",
        1.0,
        ", between columns, whole numbers",
    ),
}

FAULTS = {
    "ambiguous point": (
        "channel;value\nphone;1.234\n",
        (
            f"v.csv:2:value  E124  '1.234' {TWO_WAYS}; write 1,234 for the decimal number, "
            "1234 for the large one"
        ),
    ),
    "ambiguous comma": (
        'channel,value\nphone,"1,234"\n',
        (
            f"v.csv:2:value  E124  '1,234' {TWO_WAYS}; write 1.234 for the decimal number, "
            "1234 for the large one"
        ),
    ),
    "mixed marks": (
        "channel;value\nphone;0,5\nweb;0.6\nchat;0,7\n",
        (
            "v.csv:3:value  E124  the numbers mix two ways of writing: '0,5' has a comma and '0.6' "
            f"has a point; {MIXED}"
        ),
    ),
    "thousands point": (
        "channel;value\nphone;1.200,5\nweb;0,5\n",
        "v.csv:2:value  E124  '1.200,5' has a thousands separator; write 1200,5",
    ),
    "thousands space and apostrophe": (
        "channel,value\nphone,1 200\nweb,1'200.5\n",
        "v.csv:2:value  E124  '1 200' has a thousands separator; write 1200",
        "v.csv:3:value  E124  '1'200.5' has a thousands separator; write 1200.5",
    ),
    "units": (
        'channel,value\nphone,12 %\nweb,"3,20 €"\n',
        "v.csv:2:value  E125  expected a number, found '12 %'; write 0.12",
        "v.csv:3:value  E125  expected a number, found '3,20 €'; write 3.20",
    ),
    "odd numbers": (
        "channel,value\na,0x1F\nb,1_000\nc,nan\nd,inf\ne,1e400\n",
        "v.csv:2:value  E125  '0x1F' is not written as a decimal number",
        "v.csv:3:value  E125  '1_000' is not written as a decimal number",
        "v.csv:4:value  E125  expected a number, found 'nan'",
        "v.csv:5:value  E125  expected a number, found 'inf'",
        "v.csv:6:value  E109  numbers go up to 1e12, found 1e400",
    ),
    "unknown separator": (
        "sep=x\na,b\n",
        "v.csv:1  E123  columns cannot be separated by 'x'",
    ),
    "both separators": (
        "a;b,c\n1;2\n",
        "v.csv:1  E123  the header holds commas and semicolons; one of them separates columns",
    ),
    "tabs": (
        "channel\tvalue\nphone\t1\n",
        (
            "v.csv:1  E123  columns are separated by tabs, expected commas or semicolons; "
            "save the file as CSV"
        ),
    ),
    "duplicate header": (
        "channel,value,value\nphone,1,2\n",
        (
            "v.csv:1:value  E121  two columns are named 'value', number 2 and 3; "
            "rename or remove one of them"
        ),
    ),
    "no header": (
        "channel,,value\nphone,x,1\n",
        (
            "v.csv:1  E121  column 2 has no name, yet something stands in it; name it or clear it; "
            "a name that begins with # makes it a note"
        ),
    ),
    "ragged": (
        "channel,value\nphone,1,2\nweb\n",
        (
            "v.csv:2  E120  the row has 3 cells, the header has 2; "
            "put cells that hold the separator in quotation marks"
        ),
        "v.csv:3  E120  the row has 1 cell, the header has 2",
    ),
    "unclosed quote": (
        'channel,value\n"phone,1\nweb,2\n',
        "v.csv:2  E126  a quotation mark is opened in this row and never closed",
    ),
    "text after a quote": (
        'channel,value\n"ph"one,1\n',
        "v.csv:2  E126  the row cannot be read: ',' expected after '\"'",
    ),
    "header only": (
        "channel,value\n",
        "v.csv:1  E122  the table has a header and no rows; add rows, or leave the table out",
    ),
    "empty": ("", "v.csv  E122  the file is empty"),
    "blank lines": ("\n\n", "v.csv  E122  the file is empty"),
    "NUL": (
        "channel,value\nph\x00one,1\n",
        "v.csv:2:3  E103  the character U+0000 (control character) is not allowed; remove it",
    ),
    "Windows-1252": (
        "channel,value\nFähre,1\n".encode("cp1252"),
        (
            "v.csv:2:2  E102  the file is not UTF-8; byte 0xE4 looks like 'ä' in Windows-1252; "
            f"{SAVE}"
        ),
    ),
    "misspelt key": (
        "chanel,value\nphone,1\n",
        (
            "v.csv:1:chanel  E125  the column 'chanel' holds text such as 'phone' where numbers "
            "are expected; did you mean 'channel'?"
        ),
    ),
    "line inside quotes": (
        'channel,value\n"pho\nne",1\nweb,x1\n',
        "v.csv:4:value  E125  expected a number, found 'x1'",
    ),
    "late fault": (
        "channel,value\n" + "phone,1\n" * 20_000 + "web,abc1\n",
        "v.csv:20002:value  E125  expected a number, found 'abc1'",
    ),
    "too wide": (
        "channel," + ",".join(f"c{i}" for i in range(300)) + "\na" + ",1" * 300 + "\n",
        (
            "v.csv:1  E121  at most 256 columns are read, found 301; "
            "use the long form with a column 'value'"
        ),
    ),
}


@pytest.mark.parametrize("case", READ)
def test_numbers_are_read_as_written(case: str, tmp_path: Path) -> None:
    content, value, reading = READ[case]
    table = read(tmp_path, content)
    assert table.columns == ("channel", "value")
    assert table.values["channel"][0] == "phone"
    assert table.values["value"][0] == value
    assert table.reading == reading


@pytest.mark.parametrize("case", FAULTS)
def test_faults(case: str, tmp_path: Path) -> None:
    content, *expected = FAULTS[case]
    write(tmp_path, {"s.yaml": "tables: {satisfaction: v.csv}", "v.csv": content})
    assert errors_of(tmp_path / "s.yaml") == expected


def test_twenty_bad_cells_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    rows = "".join(f"c{i},x{i}\n" for i in range(25))
    write(tmp_path, {"s.yaml": "tables: {satisfaction: v.csv}", "v.csv": f"channel,value\n{rows}"})
    errors = errors_of(tmp_path / "s.yaml")
    assert errors[:20] == [
        f"v.csv:{i + 2}:value  E125  expected a number, found 'x{i}'" for i in range(20)
    ]
    assert errors[20:] == ["v.csv:1:value  E125  5 more cells of the column 'value' cannot be read"]


def test_an_odd_dialect_and_leading_zeros_are_warnings(tmp_path: Path) -> None:
    write(
        tmp_path, {"s.yaml": "tables: {unit_cost: v.csv}", "v.csv": "channel;value\na;0.5\nb;007\n"}
    )
    assert [str(w) for w in compose.read(tmp_path / "s.yaml").warnings] == [
        "v.csv:1  W124  read with ; between columns, decimal point",
        "v.csv:3:value  W120  '007' begins with a zero; it is read as 7",
    ]


def test_blank_cells_and_rows(tmp_path: Path) -> None:
    table = read(tmp_path, "channel,value\n\nphone,1\n,\n\nweb,\n,2\n")
    assert columns(table) == {"channel": ["phone", "web", None], "value": [1.0, None, 2.0]}
    assert [str(table.place(row, "value")) for row in (-1, 0, 1, 2)] == [
        "v.csv:1:value",
        "v.csv:3:value",
        "v.csv:6:value",
        "v.csv:7:value",
    ]


def test_our_apostrophe_is_taken_away(tmp_path: Path) -> None:
    """The CSV writer puts ' before = + - @ and TAB; any other apostrophe is text."""
    table = read(tmp_path, "channel,value\n'=x,1\n'@y,2\n'-z,3\n'plain,4\n")
    assert table.values["channel"] == ["=x", "@y", "-z", "'plain"]


def test_truth_values(tmp_path: Path) -> None:
    table = read(tmp_path, "channel,value\na,yes\nb,TRUE\nc,0\nd,\n", "eligible")
    assert table.values["value"] == [True, True, False, None]
    write(tmp_path, {"v.csv": "channel,value\na,maybe\n"})
    assert errors_of(tmp_path / "s.yaml") == [
        "v.csv:2:value  E125  expected true or false (or yes, no, 1, 0), found 'maybe'"
    ]


def test_faults_of_all_tables_come_together(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "s.yaml": "tables:\n  unit_cost: a.csv\n  resolution: b.csv\n  satisfaction: c.csv\n",
            "a.csv": "channel,value\nx,oops1\n",
            "b.csv": "channel,value\n",
        },
    )
    assert [error[:16] for error in errors_of(tmp_path / "s.yaml")] == [
        "a.csv:2:value  E",
        "b.csv:1  E122  t",
        "s.yaml:4:17  E14",
    ]


def test_rows_in_place(tmp_path: Path) -> None:
    text = (
        "tables:\n  unit_cost:\n    - {channel: web, 2027: 0.5}\n    - {period: 2027, value: 1}\n"
    )
    write(tmp_path, {"s.yaml": text})
    table = compose.read(tmp_path / "s.yaml").tables["unit_cost"]
    assert columns(table) == {
        "channel": ["web", None],
        "2027": [0.5, None],
        "period": [None, "2027"],
        "value": [None, 1.0],
    }
    assert str(table.place(0, "2027")) == "s.yaml:3:28"
    assert str(table.place(1, "value")) == "s.yaml:4:29"


ROW_FAULTS = {
    "no row": ("[3]", "s.yaml:1:22  E114  expected a row such as {channel: branch, value: 0.86}"),
    "no rows": (
        "[]",
        "s.yaml:1:21  E122  the table 'unit_cost' has no rows; add rows, or leave the table out",
    ),
    "a list in a cell": ("[{value: [1]}]", "s.yaml:1:30  E114  expected one value in a cell"),
    "number as text": (
        "[{value: '1'}]",
        "s.yaml:1:30  E125  expected a number, found the text '1'; remove the quotation marks",
    ),
    "number as id": (
        "[{channel: 1.5, value: 1}]",
        "s.yaml:1:32  E125  expected the id of a channel, found 1.5",
    ),
    "truth value": ("[{value: yes}]", "s.yaml:1:30  E125  the column 'value' holds text such as"),
    "no table": (
        "{a: 1}",
        (
            "s.yaml:1:21  E114  the table 'unit_cost' is no table; "
            "rows in place, or the path of a CSV file"
        ),
    ),
    "no such file": ("v.cvs", "s.yaml:1:21  E141  there is no file 'v.cvs'"),
    "no CSV file": ("s.yaml", "s.yaml:1:21  E141  table files are .csv, found 's.yaml'"),
}


@pytest.mark.parametrize("case", ROW_FAULTS)
def test_faults_of_rows_in_place(case: str, tmp_path: Path) -> None:
    content, expected = ROW_FAULTS[case]
    write(tmp_path, {"s.yaml": f"tables: {{unit_cost: {content}}}"})
    errors = errors_of(tmp_path / "s.yaml")
    assert len(errors) == 1
    assert errors[0].startswith(expected) if case == "truth value" else errors[0] == expected


def test_tables_in_memory_are_like_files() -> None:
    rows = [{"channel": "web", "value": 0.5}, {"period": 2027, "value": None}]
    source = compose.from_data({"tables": {"unit_cost": rows}})
    table = source.tables["unit_cost"]
    assert columns(table) == {
        "channel": ["web", None],
        "value": [0.5, None],
        "period": [None, "2027"],
    }
    assert str(table.place(1, "value")) == "scenario:tables.unit_cost[1].value"
    again = compose.from_data({"tables": {"unit_cost": table}})
    assert again.tables["unit_cost"] is table


def test_faults_of_tables_in_memory() -> None:
    with pytest.raises(InputError) as caught:
        compose.from_data({"tables": {"unit_cost": [{"value": "x"}], "resolution": [4]}})
    assert [str(problem.place) for problem in caught.value.problems] == [
        "scenario:tables.unit_cost.value",
        "scenario:tables.resolution[0]",
    ]


HINTS = {
    "12 %": "write 0.12",
    "3,20 €": "write 3.20",
    "1.200,5": "write 1200.5",
    "1,5": "write 1.5",
    "1 200": "write 1200",
    "-3 min": "write -3",
    "5": "",
    "phone": "",
    "2027 H1": "",
    "": "",
}


@pytest.mark.parametrize("text", HINTS)
def test_what_to_type(text: str) -> None:
    assert number_hint(text) == HINTS[text]


@pytest.mark.slow
def test_two_hundred_thousand_rows_are_quick() -> None:
    """Aim 1 s on a free machine; 4 s here, as tests may share it. Row objects would take longer."""
    rows = "\n".join(f"s{i % 200},i{i % 6},c{i % 12},{i / 200_000:.6f}" for i in range(200_000))
    began = time.process_time()
    table = read_csv(f"segment,interaction,channel,value\n{rows}", "resolution", "v", Problems())
    assert time.process_time() - began < 4
    assert table.num_rows == 200_000
    assert table.values["value"][199_999] == 0.999995
