"""`channelopt runs`, and `solve` where the answer is known: as a user types them."""

import io
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channelopt.cli.app import app
from tests.cli.process import run
from tests.hostile.program import Ended, call
from tests.store.small import make


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Three runs, one damaged folder."""
    runs = tmp_path / "runs"
    make(runs, "base", 1_500_000.0, "aaaa" * 16, kpis={"cost": 250_000.5})
    make(runs, "dear", 900_000.0, "bbbb" * 16, applied=["--vary dear"])
    make(runs, "a-run-with-quite-a-long-name-of-its-own", -5.0, "bbcc" * 16, status="feasible")
    (make(runs, "half") / "plan.json").unlink()
    for number, name in enumerate(("a-run-with-quite-a-long-name-of-its-own", "dear", "base")):
        os.utime(runs / name / "manifest.json", (1000 + number, 1000 + number))
    return tmp_path


def told(ended: Ended) -> list[str]:
    return [one["name"] for one in json.loads(ended.out)["runs"]]


def test_list_reads_well_in_80_columns(store: Path) -> None:
    done = run("runs", "list", cwd=store)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    base = next(line for line in lines if " base " in line)
    assert base.split() == ["base", "aaaaaaa", "optimal", "1,500,000", "250,000", "0.573"]
    assert [line.split()[0] for line in lines if "bbbbbbb" in line or "aaaa" in line] == [
        "base",
        "dear",
    ]
    assert "runs/half is damaged and skipped: plan.json is missing" in done.stderr
    assert "3 runs" in done.stderr


def test_list_as_json_names_the_damaged(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = call(store, monkeypatch, "runs", "list", "--json")
    assert told(ended) == ["base", "dear", "a-run-with-quite-a-long-name-of-its-own"]
    assert json.loads(ended.out)["damaged"] == [
        {"name": "half", "reasons": ["plan.json is missing"]}
    ]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--where", "profit>=1e6"], ["base"]),
        (["-w", "profit>0", "-w", "cost_per_first_contact<6"], ["base", "dear"]),
        (["--status", "feasible"], ["a-run-with-quite-a-long-name-of-its-own"]),
        (["--digest", "bbb"], ["dear"]),
        (["--text", "DEAR"], ["dear"]),
        (["--tag", "x"], []),
        (["--sort", "profit", "--reverse", "-n", "2"],
         ["a-run-with-quite-a-long-name-of-its-own", "dear"]),
        (["--rebuild"], ["base", "dear", "a-run-with-quite-a-long-name-of-its-own"]),
    ],
)  # fmt: skip
def test_filters_and_order(
    options: list[str], names: list[str], store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        ended = call(store, monkeypatch, "runs", "list", "--json", *options)
        assert (ended.code, told(ended)) == (0, names)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "-w", "profitt>1"], "did you mean 'profit'"),
        (["list", "-w", "profit"], "expected a condition"),
        (["list", "--sort", "profi"], "did you mean 'profit'"),
        (["list", "--figure", "csot"], "did you mean 'cost'"),
        (["list", "--status", "optimum"], "did you mean 'optimal'"),
        (["list", "--digest", "xyz"], "hexadecimal"),
        (["list", "--limit", "-1"], "--limit"),
        (["list", "--store", "rusn"], "there is no folder 'rusn'"),
        (["list", "--store", "runs/base"], "is a run itself"),
        (["show", "bsae"], "did you mean 'base'"),
        (["show", "half"], "is damaged: plan.json is missing"),
        (["tag", "base", "a\nb"], "no tag"),
        (["tag", "base", "x", "--remove"], "has no tag 'x'"),
        (["rm", "base"], "1 run would be removed; --yes"),
        (["rm", "base", "half", "nope", "--yes"], "nothing is removed"),
        (["lsit"], "list"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], words: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in (store / "runs").iterdir())
    ended = call(store, monkeypatch, "runs", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "Traceback" not in ended.err
    after = {path.name for path in (store / "runs").iterdir()} - {".index.sqlite"}
    assert sorted(after) == before


def test_show_tag_and_remove(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(store, monkeypatch, "runs", "tag", "base", "approved", "q3").code == 0
    assert told(call(store, monkeypatch, "runs", "list", "--json", "--tag", "q3")) == ["base"]
    shown = call(store, monkeypatch, "runs", "show", "aaaa")
    for words in ("1,500,000", "approved, q3", "aaaa" * 16, "highs 1.13.0", "runs/base"):
        assert words in shown.out
    data = json.loads(call(store, monkeypatch, "runs", "show", "dear", "--json").out)
    assert (data["applied"], data["kpis"]["profit"]) == (["--vary dear"], 900_000.0)
    ended = call(store, monkeypatch, "runs", "tag", "base", "q3", "--remove", "--json")
    assert json.loads(ended.out) == {"folder": "runs/base", "tags": ["approved"]}
    ended = call(store, monkeypatch, "runs", "rm", "base", "dear", "--yes")
    assert (ended.code, ended.out) == (0, "base removed\ndear removed\n")
    left = sorted(path.name for path in (store / "runs").iterdir() if path.is_dir())
    assert left == ["a-run-with-quite-a-long-name-of-its-own", "half"]


def test_an_index_hash_of_several_runs_is_not_guessed(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(store / "runs", "twin", 3.0, "aaaa" * 16)
    ended = call(store, monkeypatch, "runs", "show", "aaaa")
    assert (ended.code, "several runs: " in ended.err) == (2, True)
    assert {"base", "twin"} <= set(ended.err.replace(",", " ").replace(";", " ").split())


@pytest.mark.parametrize(
    ("answer", "code", "left"), [("y", 0, False), ("n", 130, True), ("", 130, True)]
)
def test_removing_asks_at_a_terminal(
    answer: str, code: int, left: bool, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = io.StringIO(f"{answer}\n")
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", typed)
    ended = call(store, monkeypatch, "runs", "rm", "dear", "base")
    assert (ended.code, (store / "runs" / "dear").exists()) == (code, left)
    assert "Remove 2 runs for good?" in ended.err
    assert ("nothing is removed" in ended.err) is left


@pytest.mark.parametrize("name", ["list", "show", "tag", "rm"])
def test_help_fits_80_columns(name: str) -> None:
    done = CliRunner().invoke(app, ["runs", name, "--help"], prog_name="channelopt")
    assert done.exit_code == 0
    assert f"Usage: channelopt runs {name}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_no_runs_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = call(tmp_path, monkeypatch, "runs", "list", "--json")
    assert (ended.code, json.loads(ended.out)) == (0, {"runs": [], "damaged": []})
    assert list(tmp_path.iterdir()) == []


def test_many_runs_are_one_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(105):
        make(tmp_path / "runs", f"run-{number:03}", float(number))
    ended = call(tmp_path, monkeypatch, "runs", "list", "--sort", "profit")
    lines = ended.out.splitlines()
    assert len(lines) == 106
    assert lines[1].split()[0] == "run-104"
    assert len({len(line) for line in lines[1:]}) == 1


def test_text_of_users_is_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "runs", "[red]x[red]", applied=["--set a=\x1b[31m"])
    for arguments in (["list"], ["show", "[red]x[red]"]):
        ended = call(tmp_path, monkeypatch, "runs", *arguments)
        assert "[red]x[red]" in ended.out
        assert "\x1b" not in ended.out


@pytest.mark.slow
def test_solve_knows_what_is_solved(minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own folder, copied from a neighbour, and solved anew only by force."""

    def solve(*options: str) -> Ended:
        arguments = ("solve", str(minimal), "--no-sensitivity", "-q", *options)
        return call(minimal.parent, monkeypatch, *arguments)

    assert json.loads(solve("--json").out)["reused"] is None
    again = solve("--json")
    assert (again.code, json.loads(again.out)["reused"]) == (0, "runs/minimal")
    other = solve("--out", "runs/other")
    assert other.code == 0
    assert "Solved already in runs/minimal; copied from there" in other.err
    assert "Written to runs/other" in other.out
    assert call(minimal.parent, monkeypatch, "verify", "runs/other").code == 0
    assert json.loads(solve("--out", "else/where", "--json").out)["reused"] is None
    call(minimal.parent, monkeypatch, "runs", "tag", "minimal", "approved")
    forced = solve("--force", "--vary", "dear", "-o", "runs/minimal")
    assert forced.code == 0
    assert "its tags are gone: approved" in forced.err
