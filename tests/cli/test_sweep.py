"""`sweep` as a planner uses it: real processes, files, wrong input, going on."""

import csv
import hashlib
import json
import os
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channelopt.analysis.sweeping.axes import crossed as crossed_axes
from channelopt.analysis.sweeping.point import Axis, Solved
from channelopt.analysis.sweeping.structure import Spot
from channelopt.analysis.sweeping.tables import Sweep
from channelopt.cli.app import app
from channelopt.cli.sweeping import exit_code, line
from channelopt.instance.instance import Names
from tests.cli.process import MINIMAL, PROGRAM, SCENARIOS, environment, run

COST = "channels.phone.unit_cost"
QUICK = ("--quiet", "--workers", "1")


def refused(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and messages of a sweep that does not begin, in this process: quicker."""
    done = CliRunner().invoke(app, ["sweep", *map(str, arguments)])
    assert done.stdout == ""
    return done.exit_code, done.stderr


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def swept(folder: Path, *options: str) -> Path:
    """Sweep the minimal scenario; the folder of its results."""
    done = run("sweep", folder, *options, *QUICK, "--out", "out", cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return folder.parent / "out"


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a sweep over variations and two crossed paths."""
    folder = tmp_path_factory.mktemp("sweep") / "project" / "minimal"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    axes = ("--vary", f"{COST}*=0.5:1.5:3", "--vary", "channels.web.satisfaction=0.6,0.9")
    return swept(folder, "--variations", *axes, "--set", "segments.everyone.margin=80", "--parquet")


def test_the_folder_is_whole(crossed: Path) -> None:
    manifest = json.loads((crossed / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "sweep"
    files = {path.name for path in crossed.iterdir()} - {"manifest.json"}
    assert set(manifest["outputs"]) == files
    assert files == {
        *("sweep.csv", "structures.csv", "channels.csv", "staff.csv", "changes.csv"),
        *("slopes.csv", "summary.md", "sweep.xlsx", "sweep.parquet"),
    }
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((crossed / name).read_bytes()).hexdigest() == digest
    assert not [name for name in files if str(crossed) in (crossed / name).read_text("latin-1")]


def test_points_are_in_order_and_complete(crossed: Path) -> None:
    rows = read(crossed / "sweep.csv")
    assert [row["point"] for row in rows] == [str(k + 1) for k in range(18)]
    values = [(r["variation"], r[f"{COST}*"], r["channels.web.satisfaction"]) for r in rows]
    assert values == [
        (variation, factor, satisfaction)
        for variation in ("", "dear", "strike")
        for factor in ("0.5", "1", "1.5")
        for satisfaction in ("0.6", "0.9")
    ]
    assert {row["known"] for row in rows} == {"re-solved"}
    assert all(row["digest"] and row["plan"] and row["cost"] for row in rows)


SLOW = pytest.mark.slow


@pytest.mark.parametrize("number", [8, pytest.param(1, marks=SLOW), pytest.param(18, marks=SLOW)])
def test_a_point_is_what_solve_finds_with_its_text(crossed: Path, number: int) -> None:
    row = read(crossed / "sweep.csv")[number - 1]
    text = row["set"].removeprefix("'")
    scenario, words = crossed.parent / "minimal", shlex.split(text)
    out = f"run{number}"
    solve = ("solve", scenario, *words, "--no-sensitivity", "--json", "--quiet", "--out", out)
    done = run(*solve, cwd=crossed.parent)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert float(row["profit"]) == pytest.approx(plan["objective"], rel=1e-9)
    assert float(row["bound"]) == pytest.approx(plan["bound"], rel=1e-6)
    for name, figure in plan["kpis"].items():
        if figure is None:
            assert row[name] == ""
        else:
            assert float(row[name]) == pytest.approx(figure, rel=1e-9), name
    channels = [r for r in read(crossed / "channels.csv") if r["point"] == str(number)]
    written = {(r["period"], r["channel"]): r for r in plan["channels"]}
    assert {(r["period"], r["channel"]) for r in channels} == set(written)
    for one in channels:
        there = written[one["period"], one["channel"]]
        assert (one["open"] == "true") == there["open"]
        assert float(one["first_contacts"]) == pytest.approx(there["first_contacts"], abs=1e-6)
    manifest = json.loads((crossed.parent / out / "manifest.json").read_text(encoding="utf-8"))
    assert row["digest"] == manifest["digest"]


@pytest.mark.slow
def test_the_parquet_file_holds_the_same(crossed: Path) -> None:
    import pandas as pd

    frame, rows = pd.read_parquet(crossed / "sweep.parquet"), read(crossed / "sweep.csv")
    assert list(frame.columns) == list(rows[0])
    assert frame["profit"].tolist() == [float(row["profit"]) for row in rows]
    assert frame["variation"].fillna("").tolist() == [row["variation"] for row in rows]


def test_the_workbook_opens_and_holds_the_same(crossed: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(crossed / "sweep.xlsx")
    rows = list(book["sweep"].iter_rows(values_only=True))
    assert len(rows) == 19
    assert rows[1][rows[0].index("profit")] == float(read(crossed / "sweep.csv")[0]["profit"])


@pytest.mark.slow
def test_again_gives_the_same_bytes(minimal: Path) -> None:
    """Once as it is, once with what is known already, once from nothing."""
    axes = ("--vary", "channels.phone.capacity=0:2000:5", "--refine", "0.1", "--parquet")
    out = swept(minimal, *axes)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert len(read(out / "sweep.csv")) >= 5
    for option in ("--resume", "--force"):
        assert {p.name: p.read_bytes() for p in swept(minimal, *axes, option).iterdir()} == before


@pytest.mark.slow
def test_a_chart_where_one_number_is_varied(minimal: Path) -> None:
    import openpyxl

    out = swept(minimal, "--vary", "channels.phone.capacity=100:800:3")
    page = openpyxl.load_workbook(out / "sweep.xlsx")["Profit"]
    found = [row[:2] for row in page.iter_rows(min_row=2, values_only=True)]
    rows = read(out / "sweep.csv")
    assert [x for x, _ in found] == [100, 450, 800]
    assert [y for _, y in found] == pytest.approx([float(row["profit"]) for row in rows])


@pytest.mark.slow
def test_rows_of_a_file(minimal: Path) -> None:
    file = minimal.parent / "rows.csv"
    text = f"{COST};variation;# note\n5,5;;a\n;strike;b\n5,5;;again\n"
    file.write_text(text, encoding="utf-8-sig")
    done = run("sweep", minimal, "--rows", file, "--workers", "1", "--json", cwd=minimal.parent)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 points  best " in done.stderr
    found = json.loads(done.stdout)
    assert [row[COST] for row in found["sweep"]] == [5.5, None, 5.5]
    assert [row["variation"] for row in found["sweep"]] == [None, "strike", None]
    assert found["sweep"][0]["profit"] == found["sweep"][2]["profit"]
    assert found["sweep"][0]["digest"] == found["sweep"][2]["digest"]
    assert found["changes"] == found["slopes"] == []
    assert Path(minimal.parent / found["folder"] / "summary.md").is_file()


@pytest.mark.slow
def test_progress_and_gist(minimal: Path) -> None:
    done = run("sweep", minimal, "--vary", f"{COST}=1,6", "--workers", "1", cwd=minimal.parent)
    assert done.returncode == 0
    assert "2 of 2 points  best " in done.stderr
    assert "2 points: 2 proven to be the best." in done.stdout
    assert "Best: point 1 (channels.phone.unit_cost = 1)" in done.stdout
    assert "Written to sweeps/minimal-" in done.stdout


def test_the_time_left() -> None:
    assert line(3, 10, None, None) == "3 of 10 points  no plan yet"
    assert line(3, 10, 5.5, 2.0) == "3 of 10 points  best 5.50  about 14 s left"
    assert line(10, 10, 5.5, 2.0) == "10 of 10 points  best 5.50"


# ---- exit codes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--vary", "channels.web.capacity=10,3000"), 0),
        (("--vary", "channels.web.capacity=10,20"), 5),
        (("--vary", f"{COST}=1,2", "--seconds", "0"), 4),
    ],
)
def test_exit_codes(minimal: Path, options: tuple[str, ...], code: int) -> None:
    done = run("sweep", minimal, *options, *QUICK, "--out", "out", cwd=minimal.parent)
    assert done.returncode == code, done.stderr
    assert (minimal.parent / "out" / "sweep.csv").is_file()


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ("optimal", 0),
        ("optimal infeasible", 0),
        ("infeasible", 5),
        ("optimal feasible", 4),
        ("infeasible no_solution", 4),
        ("optimal unbounded feasible", 6),
        ("optimal invalid unbounded", 3),
        ("failed invalid feasible", 8),
        ("optimal open", 4),
    ],
)
def test_the_worst_point_decides(statuses: str, code: int) -> None:
    grid = crossed_axes([Axis("a", (1, 2, 3))])
    found = [status for status in statuses.split() if status != "open"]
    points = grid.points[: len(statuses.split())]
    spots = [
        Spot(point, Solved(point.number, "", status, 1.0 if "al" in status else None, 1.0))
        for point, status in zip(points, found, strict=False)
    ]
    sweep = Sweep(
        Names("x", None, {}, {}, {}, {}), ("plan",), (), replace(grid, points=points), tuple(spots)
    )
    assert exit_code(sweep) == code
    assert exit_code(sweep, stopped=True) == (130 if "open" in statuses else code)


# ---- wrong input


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 2, "there is nothing to sweep over"),
        (("--vary", "strike"), 2, "there is nothing to sweep over"),
        (("--vary", "channels.phon.unit_cost=1,2"), 3, "channels.phone.unit_cost"),
        (("--vary", "channels.phone.unit_csot=1,2"), 3, "channels.phone.unit_cost"),
        (("--vary", f"{COST}=1:2"), 3, "a range has three parts"),
        (("--vary", f"{COST}=-1:2:3"), 3, "unit_cost"),
        (("--vary", f"{COST}=1,2", "--vary", f"{COST}*=1,2"), 3, "is varied twice"),
        (("--vary", f"{COST}=1:9:101", "--vary", "steering=0:1:100"), 3, "10,100 points"),
        (("--vary", f"{COST}=1:9:5", "--most", "4"), 3, "at most 4"),
        (("--vary", f"{COST}=1,2", "--vary", "strik"), 3, "did you mean 'strike'?"),
        (("--vary", f"{COST}=1,2", "--most", "0"), 2, "--most: expected a whole number"),
        (("--vary", f"{COST}=1,2", "--refine", "2"), 2, "--refine: expected a share"),
        (("--vary", f"{COST}=1,2", "--seconds", "-1"), 2, "--seconds: expected a number"),
        (("--vary", f"{COST}=1,2", "--workers", "0"), 2, "--workers: expected a whole number"),
        (("--rows", "none.csv"), 3, "there is no such file"),
        (("--rows", "none.csv", "--variations"), 2, "cannot be crossed"),
        (("--vary", "variations.strike.title=a,b"), 3, "cannot be changed by a path"),
    ],
)
def test_wrong_input(
    minimal: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(minimal.parent)
    assert refused(minimal, *options)[0] == code
    assert words in refused(minimal, *options)[1]
    assert not (minimal.parent / "sweeps").exists()


def test_all_problems_at_once(minimal: Path) -> None:
    wrong = (
        "--vary",
        f"{COST}=1:2",
        "--vary",
        "steering=0:2:3",
        "--vary",
        "channels.fax.capacity=1,2",
    )
    code, said = refused(minimal, *wrong)
    assert code == 3
    for words in ("a range has three parts", "steering", "there is no 'fax'"):
        assert words in said


def test_rows_with_unknown_paths_and_values_that_do_not_fit(minimal: Path) -> None:
    file = minimal.parent / "rows.csv"
    file.write_text("channels.phone.unit_csot,steering\n1,0.5\n2,7\n", encoding="utf-8")
    code, said = refused(minimal, "--rows", file)
    assert code == 3
    assert "nearest: channels.phone.unit_cost" in said


def test_a_folder_that_holds_something_else_stays(minimal: Path) -> None:
    place = minimal.parent / "out"
    place.mkdir()
    (place / "mine.txt").write_text("mine", encoding="utf-8")
    for option in ("--force", "--resume", "--quiet"):
        code, said = refused(minimal, "--vary", f"{COST}=1,2", "--out", place, option)
        assert code == 2
        assert "holds something else than a sweep" in said
    assert [path.name for path in place.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_an_earlier_sweep_stays_unless_it_may_go(minimal: Path) -> None:
    swept(minimal, "--vary", f"{COST}=1,2")
    code, said = refused(minimal, "--vary", f"{COST}=3,4", "--out", minimal.parent / "out")
    assert code == 2
    assert "--force" in said
    rows = read(swept(minimal, "--vary", f"{COST}=2,3", "--resume") / "sweep.csv")
    assert [row[COST] for row in rows] == ["2", "3"]


@pytest.mark.slow
def test_hostile_values_stay_text(minimal: Path) -> None:
    """A title may be anything; it is neither a formula nor markup nor a way out of the folder."""
    evil = "=HYPERLINK(1),'<script>x</script>','../../etc'"
    out = swept(minimal, "--vary", f"title={evil}")
    rows = read(out / "sweep.csv")
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    text = (out / "summary.md").read_text(encoding="utf-8")
    assert text.count("<script>") == text.count("\\<script>") == 1
    assert {path.name for path in minimal.parent.iterdir()} <= {"minimal", "out", "out.points"}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_keeps_what_is_solved_and_resume_goes_on(tmp_path: Path) -> None:
    scenario = SCENARIOS / "quickstart"
    command = ("sweep", scenario, "--vary", "channels.phone.unit_cost=0.5:5:40", "--out", "q")
    process = subprocess.Popen(
        [*PROGRAM, *map(str, command), "--workers", "1"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    journal, until = tmp_path / "q.points", time.monotonic() + 100
    while time.monotonic() < until and process.poll() is None:
        if journal.exists() and journal.stat().st_size:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "--resume goes on" in errors
    rows = read(tmp_path / "q" / "sweep.csv")
    assert {row["status"] for row in rows} == {"optimal", "open"}
    done = run(*command, "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    whole = run(*command[:-1], "w", cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    for path in (tmp_path / "w").iterdir():
        assert path.read_bytes() == (tmp_path / "q" / path.name).read_bytes(), path.name
