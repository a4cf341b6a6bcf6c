"""Bad rows are counted, quoted with their row, and set aside on request; nothing else is lost."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from channelopt.customers.faults import Fault
from channelopt.customers.people import People
from channelopt.customers.register import Registered
from channelopt.errors import InputError, UsageError
from tests.customers.files import FORMS, everyone, read, same, small

ONE_BAD = {
    "unknown segment": {"segment": ["gold", "family_", "young", "gold"]},
    "missing segment": {"segment": ["gold", None, "young", "gold"]},
    "missing id": {"customer_id": ["a", None, "c", "d"]},
    "duplicate id": {"customer_id": ["a", "a", "c", "d"]},
    "id too long": {"customer_id": ["a", "b" * 1001, "c", "d"]},
    "not a number": {"margin": [1.0, float("inf"), 2.0, 3.0]},
    "out of range": {"contacts.question": [1.0, -0.5, 2.0, 3.0]},
    "unknown channel": {"preferred_channel": ["web", "wbe", None, "web"]},
    "unknown channel or bundle": {"current_channel": ["web", "Web", None, "web"]},
    "not true or false": {"consent.web": ["true", "perhaps", None, "false"]},
}
HINTS = {
    "unknown segment": "did you mean 'family'?",
    "unknown channel": "did you mean 'web'?",
    "unknown channel or bundle": "did you mean 'web'?",
}


SOME_FORMS = [
    name if name in ("parquet", "csv", "pandas") else pytest.param(name, marks=pytest.mark.slow)
    for name in FORMS
]


def message(source: Any, scratch: Path, **how: Any) -> str:
    with pytest.raises(InputError) as raised:
        read(source, scratch, **how)
    return str(raised.value)


def rejected_lines(found: Registered) -> list[list[str]]:
    with found.rejected.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("form", SOME_FORMS)
@pytest.mark.parametrize("kind", ONE_BAD)
def test_one_bad_row(kind: str, form: str, tmp_path: Path) -> None:
    source = FORMS[form](small(**ONE_BAD[kind]), tmp_path)
    again = FORMS[form](small(**ONE_BAD[kind]), tmp_path) if form == "reader" else source
    text = message(source, tmp_path / "refused")
    assert f"1 of 4 rows cannot be used: 1 {kind}; nothing was written" in text
    assert f"row 2, column {next(iter(ONE_BAD[kind]))}: " in text
    assert HINTS.get(kind, "") in text
    found = read(again, tmp_path / "skipped", skip_bad=True)
    kept = everyone(found)
    assert kept["ids"] == ["a", "c", "d"]
    assert kept["row"].tolist() == [0, 2, 3]
    assert (found.customers, found.rows, found.bad.count) == (3, 4, 1)
    assert found.bad.kinds == {kind: 1}
    rejected = rejected_lines(found)
    assert rejected[0] == ["row", "customer_id", "what is wrong"]
    assert [row[0] for row in rejected[1:]] == ["2"]


@pytest.mark.parametrize("rows", [1, 2, 2**17])
def test_good_rows_are_as_if_the_bad_ones_had_not_been_there(rows: int, tmp_path: Path) -> None:
    columns = {
        "customer_id": ["a", "b", "c", "b", "d", "a", None, "e"],
        "segment": ["gold", "goldd", "young", "gold", "family", "gold", "gold", "young"],
        "margin": [1.0, 2.0, float("nan"), 4.0, None, 6.0, 7.0, 8.0],
        "preferred_channel": ["web", "web", "shop", "x", None, "web", "web", "phone"],
    }
    found = read(pa.table(columns), tmp_path / "all", skip_bad=True, rows=rows)
    kept = everyone(found)
    assert kept["ids"] == ["a", "d", "e"]
    good = pa.table(columns).take(pa.array([0, 4, 7]))
    alone = read(good, tmp_path / "good")
    expected = everyone(alone)
    np.testing.assert_array_equal(kept.pop("row"), [0, 4, 7])
    expected.pop("row")
    same(kept, expected)
    for name in vars(found.totals):
        assert np.array_equal(getattr(found.totals, name), getattr(alone.totals, name)), name
    assert found.bad.count == 5
    assert found.bad.kinds == {
        "duplicate id": 2,
        "unknown segment": 1,
        "not a number": 1,
        "unknown channel": 1,
        "missing id": 1,
    }
    lines = rejected_lines(found)[1:]
    assert [line[:2] for line in lines] == [
        ["2", "b"],
        ["3", "c"],
        ["4", "b"],
        ["6", "a"],
        ["7", ""],
    ]
    assert "first seen in row 2" in lines[2][2]
    assert "expected a channel of the scenario, found 'x'" in lines[2][2]


def test_partitions_hold_good_rows_only(tmp_path: Path) -> None:
    table = small(customer_id=["a", "a", "c", "d"])
    found = read(table, tmp_path, skip_bad=True)
    assert [len(part.load()) for part in found.partitions] == [3]
    assert all(part.load().ids.null_count == 0 for part in found.partitions)


def test_only_the_first_ones_are_quoted(tmp_path: Path) -> None:
    count = 1000
    table = pa.table({"customer_id": np.arange(count), "segment": ["nobody"] * count})
    text = message(table, tmp_path, rows=64)
    assert "1,000 of 1,000 rows" in text
    lines = text.splitlines()
    assert len(lines) == 21
    assert "row 20," in lines[-1]


def test_no_customer_left(tmp_path: Path) -> None:
    table = pa.table({"customer_id": ["a", "b"], "segment": ["x", "y"]})
    text = message(table, tmp_path, skip_bad=True)
    assert "no customer is left" in text
    assert "nothing was written" not in text


def test_every_row_the_same(tmp_path: Path) -> None:
    table = pa.table({"customer_id": ["a"] * 500, "segment": ["gold"] * 500})
    found = read(table, tmp_path, skip_bad=True, rows=64)
    assert everyone(found)["ids"] == ["a"]
    assert found.bad.kinds == {"duplicate id": 499}
    assert found.totals.customers.sum() == 1


def test_the_same_number_as_text_elsewhere_is_a_duplicate(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [7, "7", "x"], "segment": ["gold"] * 3})
    assert "first seen in row 1" in message(frame, tmp_path)


def test_others_may_find_bad_rows(tmp_path: Path) -> None:
    def check(people: People) -> list[Fault]:
        at = np.flatnonzero(people.segment == 0)
        return [Fault("no way", "", at, [None] * len(at), "expected a way that may be entered")]

    table = small(segment=["family", "nobody", "young", "family"])
    found = read(table, tmp_path, skip_bad=True, check=check)
    assert found.bad.kinds == {"no way": 2, "unknown segment": 1}
    assert everyone(found)["ids"] == ["c"]


def test_rejected_texts_are_no_formulas(tmp_path: Path) -> None:
    table = small(customer_id=["=1+1", "=1+1", "+2", "@x"], segment=["gold", "gold", "-3", "gold"])
    found = read(table, tmp_path, skip_bad=True)
    lines = rejected_lines(found)[1:]
    assert [line[1] for line in lines] == ["'=1+1", "'+2"]
    assert everyone(found)["ids"] == ["=1+1", "@x"]


HEAD = b"customer_id,segment,margin\n"
GOOD_FILES = {
    "byte order mark, CRLF, blank line, no newline at the end": (
        b"\xef\xbb\xbfcustomer_id,segment,margin\r\n007,gold,1.5\r\n\r\n008,gold,2.25",
        [1.5, 2.25],
    ),
    "semicolon and comma": (
        b"customer_id;segment;margin\n007;gold;1,5\n008;gold;2,25\n",
        [1.5, 2.25],
    ),
    "semicolon and point": (
        b"customer_id;segment;margin\n007;gold;1.5\n008;gold;-2.25\n",
        [1.5, -2.25],
    ),
    "semicolon said": (
        b"sep=;\ncustomer_id;segment;margin\n007;gold;1,5\n008;gold;\n",
        [1.5, np.nan],
    ),
    "quoted": (
        b'"customer_id","segment","margin"\n"007","gold","1.5"\n"008","gold",""\n',
        [1.5, np.nan],
    ),
    "signs and blanks": (HEAD + b"007,gold, +1.5 \n008,gold,-.5e1\n", [1.5, -5.0]),
}


@pytest.mark.parametrize("name", GOOD_FILES)
def test_ways_to_write_csv(name: str, tmp_path: Path) -> None:
    content, margins = GOOD_FILES[name]
    (tmp_path / "crm.csv").write_bytes(content)
    found = everyone(read(tmp_path / "crm.csv", tmp_path / "scratch"))
    assert found["ids"] == ["007", "008"]
    np.testing.assert_array_equal(found["margin"], margins)


BAD_FILES = {
    "empty": ("a.csv", b"", "the file is empty"),
    "blank": ("a.csv", b"\n \n", "the file is empty"),
    "header only": ("a.csv", HEAD, "there is no customer in it"),
    "header without newline": ("a.csv", HEAD[:-1], "there is no customer in it"),
    "UTF-16": ("a.csv", HEAD.decode().encode("utf-16"), "no UTF-8"),
    "Latin-1": ("a.csv", HEAD + "Jürgen,gold,3\n".encode("latin-1"), "no UTF-8: see line 2"),
    "tabs": ("a.csv", b"customer_id\tsegment\na\tgold\n", "separated by tabs"),
    "mixed": ("a.csv", b"customer_id;segment;margin\na;gold;1,5\nb;gold;2.5\n", "mix two ways"),
    "unclear": ("a.csv", b"customer_id;segment;margin\na;gold;1.500\n", "thousands separator"),
    "cut off": ("a.csv.gz", gzip.compress(HEAD + b"a,gold,1\n" * 99)[:-9], "cannot be read"),
    "no gzip": ("a.csv.gz", HEAD, "cannot be read"),
    "no Parquet": ("a.parquet", HEAD, "this is no Parquet file"),
    "no database": ("a.duckdb", HEAD, "DuckDB says"),
    "workbook": ("a.xlsx", b"PK", "no kind that is read"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    file, content, expected = BAD_FILES[name]
    (tmp_path / file).write_bytes(content)
    text = message(tmp_path / file, tmp_path / "scratch")
    assert expected in text
    assert str(tmp_path) not in text


def test_latin_1_far_down(tmp_path: Path) -> None:
    rows = b"".join(b"customer %d,gold,1\n" % number for number in range(80_000))
    (tmp_path / "a.csv").write_bytes(HEAD + rows + "Jürgen,gold,3\n".encode("latin-1"))
    assert "no UTF-8" in message(tmp_path / "a.csv", tmp_path / "scratch")


def test_rows_that_do_not_fit_the_header_keep_the_count_right(tmp_path: Path) -> None:
    rows = [b"%d,gold,1" % number for number in range(10)]
    for at, bad in ((0, b"0,gold"), (4, b"4,gold,1,1"), (5, b"5"), (9, b"9,gold,1,2,3")):
        rows[at] = bad
    (tmp_path / "a.csv").write_bytes(HEAD + b"\n".join(rows))
    found = read(tmp_path / "a.csv", tmp_path / "scratch", skip_bad=True, rows=3)
    kept = everyone(found)
    assert kept["ids"] == ["1", "2", "3", "6", "7", "8"]
    assert kept["row"].tolist() == [1, 2, 3, 6, 7, 8]
    assert found.bad.kinds == {"row does not fit the header": 4}
    lines = rejected_lines(found)[1:]
    assert [line[0] for line in lines] == ["1", "5", "6", "10"]


def test_decimals_as_in_the_rest_of_the_file(tmp_path: Path) -> None:
    content = b"customer_id;segment;margin\na;gold;1,5\nb;gold;2,5\n" + b"".join(
        b"%d;gold;1,5\n" % number for number in range(90_000)
    )
    (tmp_path / "a.csv").write_bytes(content + b"z;gold;2.5\ny;gold;1.000,5\n")
    found = read(tmp_path / "a.csv", tmp_path / "scratch", skip_bad=True)
    assert found.written == "; between columns, decimal comma"
    assert found.bad.kinds == {"not a number": 2}
    assert "with a decimal comma, found '2.5'" in str(found.bad.first[0])


def test_mixed_values_in_a_frame(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["a", 7, "c", "d"],
            "segment": ["gold", "gold", 3, "young"],
            "margin": ["x", 1, 2.5, float("nan")],
        }
    )
    found = read(frame, tmp_path, skip_bad=True)
    assert found.bad.kinds == {"unknown segment": 1, "not a number": 1}
    assert everyone(found)["ids"] == ["7", "d"]


def test_types_that_cannot_be_meant(tmp_path: Path) -> None:
    table = pa.table(
        {
            "customer_id": pa.array([1, 2], pa.timestamp("s")),
            "segment": [1, 2],
            "margin": [True, False],
            "consent.web": pa.array([1, 2], pa.date32()),
            "contacts.question": [[1.0], [2.0]],
        }
    )
    text = message(table, tmp_path)
    for column in table.column_names:
        assert f"the column '{column}'" in text
    assert "timestamp[s], expected text or whole numbers" in text


def test_missing_and_double_columns(tmp_path: Path) -> None:
    text = message(pa.table({"customerid": ["a"], "x": ["gold"]}), tmp_path)
    assert "there is no column 'customer_id'; did you mean 'customerid'?" in text
    assert "there is no column 'segment'" in text
    columns = [pa.array(["a"]), pa.array(["gold"]), pa.array([1]), pa.array([2])]
    names = ["customer_id", "segment", "margin", "margin"]
    double = pa.Table.from_arrays(columns, names=names)
    assert "the column 'margin' is there 2 times" in message(double, tmp_path)


def test_files_with_different_columns(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    for form, write in (("parquet", pq.write_table), ("csv", pa.csv.write_csv)):
        folder = tmp_path / form
        folder.mkdir()
        write(small(margin=[1.0] * 4), folder / f"a.{form}")
        write(small(), folder / f"b.{form}")
        assert f"b.{form}" in message(folder, tmp_path / "scratch")
    both = tmp_path / "both"
    both.mkdir()
    pq.write_table(small(), both / "a.parquet")
    (both / "b.csv").write_bytes(HEAD)
    assert "keep one kind" in message(both, tmp_path / "scratch")
    (tmp_path / "empty").mkdir()
    assert "holds no Parquet or CSV file" in message(tmp_path / "empty", tmp_path / "scratch")


def test_names_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_bytes(HEAD)
    text = message(tmp_path / "custmers.csv", tmp_path / "scratch")
    assert "did you mean 'customers.csv'?" in text
    with pytest.raises(UsageError, match="found <class 'int'>"):
        read(5, tmp_path / "scratch")


def test_names_of_columns_are_text(tmp_path: Path) -> None:
    assert "names of columns are text, found 1" in message(pd.DataFrame({1: [1]}), tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    odd = pa.array([b"a", b"\xff", b"c", b"d"])
    for number, column in enumerate(("customer_id", "segment", "margin", "consent.web")):
        for kind in (pa.binary(), pa.string()):
            wrong = odd if kind == pa.binary() else odd.view(kind)
            text = message(small(**{column: wrong}), tmp_path / f"{number}{kind}")
            assert f"the column '{column}' holds text that is no UTF-8" in text


def test_columns_that_may_have_been_meant_are_named(tmp_path: Path) -> None:
    names = ["consent_phone", "Margin", "contacts", "consent.sms", "satisfaction.wen", "x"]
    found = read(small(**{name: [1.0] * 4 for name in names}), tmp_path)
    assert found.unused == tuple(names)
    text = "\n".join(map(str, found.warnings))
    assert "'consent_phone' is not read; did you mean 'consent.phone'?" in text
    assert "'Margin' is not read; did you mean 'margin'?" in text
    assert "'satisfaction.wen' is not read; did you mean 'satisfaction.web'?" in text
    assert "contacts.<interaction>" in text
    assert len(found.warnings) == 4


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    body = b"".join(b"customer %d,gold,1\n" % number for number in range(100_000))
    for number, (at, odd) in enumerate(
        [(0, b'x,"gold,1\n'), (0, b'x,gold,"1\n'), (2**20, b'x,gold,"1\n')]
    ):
        start = body.find(b"\n", at) + 1
        (tmp_path / "a.csv").write_bytes(HEAD + body[:start] + odd + body[start:])
        text = message(tmp_path / "a.csv", tmp_path / f"s{number}", skip_bad=True)
        assert "a quotation mark is opened and never closed" in text


def test_a_quotation_mark_within_a_cell_swallows_nothing(tmp_path: Path) -> None:
    content = b'customer_id,segment,note\na,gold,5" tube\nb"c,gold,"two\nlines"\nd,gold,x\n'
    (tmp_path / "a.csv").write_bytes(content)
    assert everyone(read(tmp_path / "a.csv", tmp_path / "s"))["ids"] == ["a", 'b"c', "d"]
