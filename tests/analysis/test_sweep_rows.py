"""Rows of a sweep: a CSV file of overrides, as Excel of any country writes it."""

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channelopt.analysis.sweeping.axes import step
from channelopt.analysis.sweeping.point import Grid
from channelopt.analysis.sweeping.rows import read_rows
from channelopt.errors import InputError, Problems


def read(folder: Path, content: str | bytes, most: int = 10_000) -> Grid:
    file = folder / "rows.csv"
    raw = content.encode() if isinstance(content, str) else content
    file.write_bytes(raw)
    problems = Problems()
    grid = read_rows(file, problems, most)
    assert problems.errors == []
    return grid


def refused(folder: Path, content: str | bytes, most: int = 10_000) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, content, most)
    return str(caught.value).replace(str(folder), "")


def steps(grid: Grid) -> list[tuple[tuple[str, str], ...]]:
    return [point.steps for point in grid.points]


def test_blank_cells_leave_the_scenario_alone(tmp_path: Path) -> None:
    grid = read(tmp_path, "a.b,variation,c.d*\n1,,0.5\n,strike,\n 2.50 ,strike,1.1\n")
    assert not grid.crossed
    assert [axis.name for axis in grid.axes] == ["a.b", "variation", "c.d*"]
    assert [point.values for point in grid.points] == [
        (1, None, 0.5),
        (None, "strike", None),
        (2.5, "strike", 1.1),
    ]
    assert steps(grid) == [
        (("set", "a.b=1"), ("set", "c.d*=0.5")),
        (("vary", "strike"),),
        (("vary", "strike"), ("set", "a.b=2.5"), ("set", "c.d*=1.1")),
    ]


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    grid = read(tmp_path, "\ufeffa.b;c+\r\n1,5;2\r\n0,25;-3\r\n")
    assert steps(grid) == [
        (("set", "a.b=1.5"), ("set", "c+=2")),
        (("set", "a.b=0.25"), ("set", "c+=-3")),
    ]


def test_quotes_notes_and_brackets(tmp_path: Path) -> None:
    header = '"tables.x[segment=a,interaction=b]",# who asked,title'
    grid = read(tmp_path, f'{header}\n3,"Ann, then Bob","a; b"\n4,,"say ""yes"""\n')
    assert [axis.name for axis in grid.axes] == ["tables.x[segment=a,interaction=b]", "title"]
    assert steps(grid) == [
        (("set", "tables.x[segment=a,interaction=b]=3"), ("set", "title=a; b")),
        (("set", "tables.x[segment=a,interaction=b]=4"), ("set", 'title=say "yes"')),
    ]


def test_a_path_with_a_comma_between_semicolons(tmp_path: Path) -> None:
    grid = read(tmp_path, "tables.x[segment=a,channel=b];c\n1,5;2\n")
    assert steps(grid) == [(("set", "tables.x[segment=a,channel=b]=1.5"), ("set", "c=2"))]


def test_values_are_those_of_set(tmp_path: Path) -> None:
    grid = read(tmp_path, 'a\ntrue\nnull\nsplit\n"[1, 2]"\n"""true"""\n2027-01\n1e3\n')
    assert [value for (value,) in (point.values for point in grid.points)] == [
        *(True, "null", "split", "[1, 2]", '"true"', "2027-01", 1000)
    ]


def test_guarded_cells_of_our_own_files(tmp_path: Path) -> None:
    assert steps(read(tmp_path, "a\n'-5\n'=x\n")) == [(("set", "a=-5"),), (("set", "a==x"),)]


def test_repeated_rows_are_points_of_their_own(tmp_path: Path) -> None:
    grid = read(tmp_path, "a\n1\n2\n1\n")
    assert [point.number for point in grid.points] == [1, 2, 3]
    assert grid.points[0].steps == grid.points[2].steps
    assert grid.axes[0].values == (1, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("a.b\n", "a header and no rows"),
        ("a,b\n1\n", "the row has 1 cell, the header has 2"),
        ("a,a\n1,2\n", "two columns are named 'a'"),
        ("a,a*\n1,2\n", "two columns change 'a'"),
        ("a,\n1,2\n", "column 2 has no name"),
        ("# note\nx\n", "no column names a path"),
        ("a-\n1\n", "there is no operation -="),
        ("a=1\n2\n", "expected a path, found 'a=1'"),
        ("tables.x[a=b,c=d],e\n1,2,3\n", "is not closed"),
        ("a\n[1\n", "'[1' is no value"),
        ('a\n"1\n', "never closed"),
        ("a\tb\n1\t2\n", "separated by tabs"),
        ('a,b\n1.5,"2,5"\n', "the numbers mix two ways of writing"),
        ('a\n"1,500"\n', "may have a decimal mark or a thousands separator"),
        ("a\n1.234.567\n", "has a thousands separator"),
        ("a\n9e99\n", "numbers go up to 1e12"),
        (b"a\n\xe4\n", "not UTF-8"),
        ("a\n1\x00\n", "is not allowed"),
    ],
)
def test_wrong_files(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words in refused(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_rows(tmp_path / "none.csv", Problems(), 10)


def test_every_bad_cell_is_named_with_its_line(tmp_path: Path) -> None:
    said = refused(tmp_path, "a,b\n[1,x\n\n2,{\n")
    assert "rows.csv:2:a" in said
    assert "rows.csv:4:b" in said


def test_many_bad_cells_are_counted(tmp_path: Path) -> None:
    said = refused(tmp_path, "a\n" + "[\n" * 50)
    assert said.count("\n") == 20
    assert "30 more cells of 'a' cannot be read" in said


def test_too_many_rows(tmp_path: Path) -> None:
    said = refused(tmp_path, "a\n" + "1\n" * 11, most=10)
    assert "the sweep has 11 points; at most 10 are solved" in said


def test_ten_thousand_rows_are_read_at_once(tmp_path: Path) -> None:
    lines = [f"{k / 100};{k % 7};{('strike', '')[k % 2]}" for k in range(10_000)]
    text = "a.b*;c;variation\n" + "\n".join(lines).replace(".", ",") + "\n"
    began = time.process_time()
    grid = read(tmp_path, text)
    assert time.process_time() - began < 5
    assert len(grid.points) == 10_000
    assert grid.points[123].values == (1.23, 4, None)


words = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=6)
values = st.one_of(
    st.none(), st.integers(-999, 999), st.decimals(-99, 99, places=2).map(float), words
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(values, values), min_size=1, max_size=6), st.sampled_from(",;"))
def test_what_a_spreadsheet_writes_is_read(tmp_path: Path, rows, delimiter: str) -> None:
    """Numbers with the decimal mark of the country, texts as they are, blanks anywhere."""
    kept = [row for row in rows if row != (None, None)]
    if not kept:
        return
    mark = "," if delimiter == ";" else "."
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["a.b", "c.d"])
    for row in rows:
        writer.writerow([str(v).replace(".", mark) if isinstance(v, float) else v for v in row])
    grid = read(tmp_path, file.getvalue())
    assert len(grid.points) == len(kept)
    for point, row in zip(grid.points, kept, strict=True):
        assert len(point.steps) == sum(v is not None for v in row)
        for value, given_ in zip(point.values, row, strict=True):
            if isinstance(given_, int | float):
                assert value == given_
            elif given_ is None:
                assert value is None
            else:
                assert step("a", value)[1].startswith("a=")
