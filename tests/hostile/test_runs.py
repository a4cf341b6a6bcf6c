"""Runs in bad circumstances: nothing is overwritten, half written, or believed without a check."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.program import BASE, based, call, files_in, write

S = "s.yaml"
TITLES = {
    "a: {customers": 'a: {title: "<script>alert(1)</script>", customers',
    "b: {customers": 'b: {title: "=HYPERLINK(\\"http://x\\")", customers',
    "q: {}": 'q: {title: "[red]x[/red] `code` **b** | pipe"}',
    "web: {": 'web: {title: "@x +1 -2", ',
}


def _edit(run: Path, text: str, *, row: int = 1, column: int = 4) -> None:
    path = run / "allocation.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[row].split(",")
    cells[column] = text
    lines[row] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _repeat(run: Path) -> None:
    path = run / "allocation.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the base scenario; `s.yaml` and `run`."""
    folder = tmp_path_factory.mktemp("solved")
    write(folder, {S: BASE})
    with pytest.MonkeyPatch.context() as patch:
        ended = call(folder, patch, "solve", S, "-q", "--no-sensitivity", "--out", "run")
    assert ended.code == 0, ended
    return folder


@pytest.fixture
def copy(solved: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    shutil.copytree(solved, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize(
    ("arguments", "files", "words"),
    [
        (["--out", S], {}, "holds the scenario itself"),
        (["--out", ".", "--force"], {}, "holds the scenario itself"),
        (["--out", "o", "--force"], {"o/keep.txt": "x"}, "keep.txt"),
        (["--out", "o"], {"o/keep.txt": "x"}, "exists"),
        (["--out", "p/q"], {"p": "x"}, "is a file, not a folder"),
        (["--gap", "2"], {}, "from 0 to 1, found 2"),
        (["--gap", "nan"], {}, "from 0 to 1"),
        (["--time-limit", "-3"], {}, "seconds > 0"),
        (["--threads", "0"], {}, "from 1 to"),
        (["--seed", "-1"], {}, "from 0 to"),
        (["--solver", "nonsense"], {}, "known solvers: highs"),
        (["--root", "nowhere"], {}, "outside the project folder"),
    ],
)
def test_refused_before_anything_is_solved(
    arguments: list[str],
    files: dict[str, str | bytes | None],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path, {S: BASE, **files})
    before = files_in(tmp_path)
    ended = call(tmp_path, monkeypatch, "solve", S, *arguments)
    assert ended.code in {1, 2, 3}
    assert words in ended.err
    assert "best" not in ended.err
    assert "Traceback" not in ended.err
    assert files_in(tmp_path) == before


def test_titles_are_data_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = (
        'policies:\n  - {name: "=1+1 <b> [red]", type: share, channels: [web], at_least: 0.5}\n'
    )
    write(tmp_path, {S: based(*TITLES.items(), more='title: "{{ 7*7 }} # [x](y)"\n' + policy)})
    ended = call(tmp_path, monkeypatch, "solve", S, "-q", "--no-sensitivity", "--out", "run")
    assert ended.code == 0, ended
    assert "{{ 7*7 }} # [x](y)" in ended.out
    report = (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    for markup in ("<script", "[red", "`code", "*b", "](y", "http:", "<b>"):
        assert not re.search(rf"(?<!\\){re.escape(markup)}", report), markup
    assert call(tmp_path, monkeypatch, "export", S, "x.lp").code == 0
    assert "HYPERLINK" not in (tmp_path / "x.lp").read_text(encoding="utf-8")
    names = (tmp_path / "x.names.csv").read_text(encoding="utf-8")
    assert ",\"'=1+1" in names
    assert ',"=1+1' not in names


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda run: None, 0, "all hold"),
        (lambda run: (run / "offers.csv").unlink(), 3, "offers.csv"),
        (lambda run: (run / "manifest.json").unlink(), 3, "manifest.json"),
        (lambda run: (run / "plan.json").write_text('{"format": 1, "st'), 3, "damaged"),
        (lambda run: (run / "manifest.json").write_text("[]"), 3, "not a JSON object"),
        (lambda run: (run / "allocation.csv").write_text(""), 3, "empty"),
        (lambda run: _edit(run, "999999"), 8, "rule demand"),
        (lambda run: _edit(run, "-5"), 8, "rule demand"),
        (lambda run: _edit(run, "abc"), 8, "'abc' is not a number"),
        (lambda run: _edit(run, "nan"), 8, "'nan' is not a number"),
        (lambda run: _edit(run, "ghost", column=3), 8, "channel 'ghost'"),
    ],
)
def test_verify_a_run_that_somebody_changed(
    change: Callable[[Path], None],
    code: int,
    words: str,
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(copy / "run")
    ended = call(copy, monkeypatch, "verify", "run")
    assert ended.code == code, ended
    assert words in ended.out + ended.err
    assert "There is no plan" not in ended.out
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda run: _edit(run, "0", row=2), 8, "demand"),
        (lambda run: _edit(run, "999999", row=2), 8, "demand"),
        (lambda run: _edit(run, "-5"), 3, "expected a number ≥ 0"),
        (lambda run: _edit(run, "abc"), 3, "'abc'"),
        (lambda run: _edit(run, "ghost", column=3), 3, "channel 'ghost' does not exist"),
        (_repeat, 3, "the same cell stands in row 2 already"),
        (lambda run: (run / "allocation.csv").unlink(), 3, "allocation.csv"),
    ],
)
def test_evaluate_an_allocation_that_somebody_changed(
    change: Callable[[Path], None],
    code: int,
    words: str,
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(copy / "run")
    ended = call(copy, monkeypatch, "evaluate", S, "run/allocation.csv")
    assert ended.code == code, ended
    assert words in ended.out + ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", S, "-q", "--json"],
        ["validate", S, "--json"],
        ["show", S, "--json"],
        ["solve", "nope.yaml", "--json"],
    ],
)
def test_json_is_json(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {S: BASE})
    json.loads(call(tmp_path, monkeypatch, *arguments).out)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no limits on files there")
@pytest.mark.parametrize("arguments", [["solve", S, "-q"], ["init", "x.xlsx"], ["init", "new"]])
def test_a_file_that_cannot_be_written_leaves_nothing(arguments: list[str], tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    write(tmp_path, {S: BASE})
    before = files_in(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "channelopt", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},  # else cut off, beside the source
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=small_files,
    )
    assert ended.returncode in {1, 2}
    assert "Traceback" not in ended.stderr
    assert "cannot" in ended.stderr
    assert files_in(tmp_path) == before
