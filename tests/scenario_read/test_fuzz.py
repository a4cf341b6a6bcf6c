"""Whatever stands in a file: it is read, or InputError says why not; nothing else happens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channelopt.errors import InputError, Problem
from channelopt.scenario import compose, template
from tests.scenario_read.files import BASE

QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TABLE = "segment;interaction;value\nprivate;advice;1,5\npremium;advice;0,25\n"
MARKS = st.sampled_from(
    list("{}[]:,;-?*&!|>'\"%@`#=\t\n \\.0123456789eE_+~<x\x00\u202e\u00e9\ufeff")
)


@cache
def workbook() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return template.write_workbook(Path(folder) / "w.xlsx").read_bytes()


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """Return the text with a few characters replaced, put in or taken out."""
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 4))
        text = text[:at] + draw(st.text(MARKS, max_size=4)) + text[at + cut :]
    return text


def problems_of(read_it: Callable[[], object]) -> tuple[Problem, ...]:
    """Return what reading finds; anything but an InputError fails the test."""
    try:
        read_it()
    except InputError as error:
        return error.problems
    return ()


def read(path: Path, steps: list[tuple[str, str]] | None = None) -> None:
    """Read a scenario; every problem must be one line that names a place."""
    for problem in problems_of(lambda: compose.read(path, steps=steps or [])):  # type: ignore[arg-type]
        assert problem.place is not None
        assert problem.code[0] == "E"
        assert problem.message


@QUICK
@given(st.binary(max_size=300), st.sampled_from(["yaml", "json", "toml", "xlsx"]))
def test_any_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / f"s.{kind}"
    path.write_bytes(content)
    read(path)


@QUICK
@given(st.text(MARKS, max_size=60), st.sampled_from(["yaml", "json", "toml"]))
def test_any_marks(tmp_path: Path, content: str, kind: str) -> None:
    path = tmp_path / f"s.{kind}"
    path.write_bytes(content.encode())
    read(path)


@QUICK
@given(mutated(BASE + "variations: {v: {set: {channels.*.unit_cost: {times: 2}}}}\n"))
def test_mutated_yaml(tmp_path: Path, content: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(content.encode())
    read(path, [("vary", "v")])


@QUICK
@given(mutated(TABLE), st.sampled_from(["contacts_per_customer", "eligible"]))
def test_mutated_csv(tmp_path: Path, content: str, table: str) -> None:
    (tmp_path / "s.yaml").write_text(f"tables: {{{table}: v.csv}}", encoding="utf-8")
    (tmp_path / "v.csv").write_bytes(content.encode())
    read(tmp_path / "s.yaml")


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_in_a_table(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.yaml").write_text("tables: {unit_cost: v.csv}", encoding="utf-8")
    (tmp_path / "v.csv").write_bytes(content)
    read(tmp_path / "s.yaml")


@QUICK
@given(mutated("channels.phone.unit_cost*=1.1") | mutated("tables.unit_cost[channel=phone]=2"))
def test_mutated_assignments(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.yaml").write_text(BASE, encoding="utf-8")
    read(tmp_path / "s.yaml", [("set", text)])


@QUICK
@given(mutated("policies.max. spend.at_most[2028]+=1") | mutated("segments.*.margin=1"))
def test_mutated_paths(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.yaml").write_text(BASE, encoding="utf-8")
    read(tmp_path / "s.yaml", [("set", text)])


def damage(content: bytes, at: int, new: bytes) -> bytes:
    """Return a workbook's bytes with some replaced."""
    at %= len(content)
    return content[:at] + new + content[at + len(new) :]


def damage_part(content: bytes, at: int, new: bytes) -> bytes:
    """Return a workbook with some bytes of one XML part replaced, well packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as fresh:
        names = old.namelist()
        chosen = names[at % len(names)]
        for name in names:
            part = old.read(name)
            fresh.writestr(name, damage(part, at // 7, new) if name == chosen else part)
    return made.getvalue()


@settings(QUICK, max_examples=15)
@given(
    st.integers(0, 10**6), st.binary(min_size=1, max_size=8), st.sampled_from([damage, damage_part])
)
def test_damaged_workbooks(
    tmp_path: Path, at: int, new: bytes, how: Callable[[bytes, int, bytes], bytes]
) -> None:
    path = tmp_path / "s.xlsx"
    path.write_bytes(how(workbook(), at, new))
    read(path)


@QUICK
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(MARKS, max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["tables", "variations", "set", "policies", "name", "channels", "x"]
                )
                | st.integers(0, 2),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_data(data: object) -> None:
    problems = problems_of(lambda: compose.from_data(data, [("set", "title=x")]))  # type: ignore[arg-type]
    assert all(problem.place is not None for problem in problems)


@pytest.mark.parametrize("kind", ["yaml", "json", "toml"])
def test_a_folder_in_place_of_a_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"s.{kind}").mkdir()
    read(tmp_path / f"s.{kind}")
