"""`assign` and `verify` of a list as an analyst uses them: real processes, files, wrong input."""

import csv
import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from channelopt.cli import assigning
from channelopt.errors import ExitCode, UsageError
from tests.cli.process import MINIMAL, PROGRAM, environment, run

# Two contacts for each of 1,000 customers; phone takes 800 contacts, so 400 customers.
PLAIN = "customer_id,segment\n" + "".join(f"{k:04d},everyone\n" for k in range(1000))
OWN = "customer_id,segment,margin\n" + "".join(
    f"{k:04d},everyone,{100 + k % 97}\n" for k in range(1000)
)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with a scenario, its run, customers, and a list."""
    place = tmp_path_factory.mktemp("listed")
    (place / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    (place / "customers.csv").write_text(OWN, encoding="utf-8")
    assert run("solve", "scenario.yaml", "--out", "plan", "-q", cwd=place).returncode == 0
    done = run("assign", "plan", "--customers", "customers.csv", "--out", "list", cwd=place)
    assert done.returncode == 0, done.stderr
    (place / "said.txt").write_text(done.stdout, encoding="utf-8")
    return place


def assign(place: Path, *more: str | Path, out: str = "other") -> subprocess.CompletedProcess[str]:
    customers = () if "--customers" in more else ("--customers", "customers.csv")
    return run("assign", "plan", *customers, "--out", out, *more, cwd=place)


def figures(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "list.json").read_text("utf-8"))
    return found


def test_the_best_customers_get_the_scarce_channel(listed: Path) -> None:
    """Phone keeps more of a margin than web, so those with most margin are called."""
    rows = pq.read_table(listed / "list" / "assignment.parquet").to_pandas()
    margin = 100 + rows["customer_id"].astype(int) % 97
    called = rows["option"] == "phone"
    assert called.sum() == 400
    assert margin[called].min() >= margin[~called].max()
    with (listed / "list" / "limits.csv").open(encoding="utf-8", newline="") as file:
        limits = {row["limit"]: row for row in csv.DictReader(file)}
    assert float(limits["capacity:phone"]["used"]) == 800
    assert float(limits["capacity:phone"]["price"]) > 0
    assert "1,000 customers, worth" in (listed / "said.txt").read_text("utf-8")


def test_verify_finds_the_customers_and_an_edited_list(listed: Path, tmp_path: Path) -> None:
    done = run("verify", "list", cwd=listed)
    assert done.returncode == 0, done.stdout
    assert "Checked: 1,000 rows" in done.stdout
    edited = tmp_path / "edited"
    shutil.copytree(listed / "list", edited)
    totals = (edited / "totals.csv").read_text("utf-8")
    (edited / "totals.csv").write_text(totals.replace(",400,800,", ",401,802,"), "utf-8")
    done = run("verify", edited, "--customers", listed / "customers.csv", cwd=tmp_path)
    assert done.returncode == ExitCode.CHECK_FAILED
    assert "totals.csv" in done.stdout


@pytest.mark.slow
def test_verify_without_customers_says_so(listed: Path, tmp_path: Path) -> None:
    shutil.copytree(listed / "list", tmp_path / "list")
    done = run("verify", "list", cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert "say where its customers are: --customers FILE" in done.stderr
    done = run("verify", "plan", "--customers", "customers.csv", cwd=listed)
    assert done.returncode == ExitCode.USAGE
    assert "--customers is for lists" in done.stderr


@pytest.mark.slow
def test_a_list_is_replaced_only_by_force(listed: Path) -> None:
    done = assign(listed, out="list")
    assert done.returncode == ExitCode.USAGE
    assert "list exists; choose another folder, or --force" in done.stderr
    done = assign(listed, "--force", out="plan")
    assert done.returncode == ExitCode.USAGE
    assert "holds something else than a list" in done.stderr


@pytest.mark.slow
def test_a_shuffled_file_gives_the_same_list(listed: Path, tmp_path: Path) -> None:
    head, *rows = OWN.splitlines()
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("\n".join([head, *sorted(rows, key=lambda row: row[::-1])]), "utf-8")
    done = assign(listed, "--customers", shuffled, out=str(tmp_path / "list"))
    assert done.returncode == 0, done.stderr
    one, other = (
        pq.read_table(folder / "assignment.parquet").to_pandas().sort_values("customer_id")
        for folder in (listed / "list", tmp_path / "list")
    )
    assert one["option"].tolist() == other["option"].tolist()
    assert figures(listed / "list")["value"] == figures(tmp_path / "list")["value"]


@pytest.mark.slow
def test_what_if_and_keep(listed: Path, tmp_path: Path) -> None:
    """Room for a hundred contacts less: fifty customers must move, and fifty do."""
    out = tmp_path / "less"
    more = ("--limit", "capacity:phone=700", "--joint", "--keep", "list", "--prices", "list")
    curve = ("--curve", "capacity:phone=600..800", "--points", "3", "--json")
    done = assign(listed, *more, *curve, out=str(out))
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(out / "assignment.parquet").to_pandas()
    assert int(rows["moved"].sum()) == 50
    assert (rows["option"] == "phone").sum() == 350
    with (out / "curve.csv").open(encoding="utf-8", newline="") as file:
        points = list(csv.DictReader(file))
    assert [float(point["at"]) for point in points] == [600, 700, 800]
    values = [float(point["value"]) for point in points]
    assert values == sorted(values)
    assert values[2] - values[1] <= values[1] - values[0]
    assert json.loads(done.stdout)["value"] == pytest.approx(values[1], rel=1e-4)


@pytest.mark.slow
def test_bad_rows_are_an_error_or_left_out(listed: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(f"{OWN}0001,everyone,5\n9001,everyon,5\n9002,everyone,nan\n", "utf-8")
    done = assign(listed, "--customers", bad, out=str(tmp_path / "list"))
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "did you mean 'everyone'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "list").exists()
    done = assign(listed, "--customers", bad, "--skip-bad", out=str(tmp_path / "list"))
    assert done.returncode == 0, done.stderr
    assert figures(tmp_path / "list")["customers"] == 1000
    with (tmp_path / "list" / "rejected.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3
    assert [path.name for path in tmp_path.glob(".channelopt-*")] == []


def test_limits_that_conflict_are_named(listed: Path, tmp_path: Path) -> None:
    out = tmp_path / "list"
    done = assign(listed, "--limit", "capacity:phone=100", "--csv", out=str(out))
    assert done.returncode == ExitCode.INFEASIBLE
    assert "capacity:phone" in done.stderr
    assert "plan:everyone:question:" in done.stderr
    assert "by 6" in done.stderr  # 800 planned, less one percent of 2,000, and 100
    assert not out.exists()


@pytest.mark.slow
def test_a_scenario_is_solved_first(listed: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text(PLAIN, "utf-8")
    out = tmp_path / "list"
    more = ("--set", "channels.phone.capacity=500", "--csv", "-q")
    done = run(*("assign", "scenario.yaml", "--customers", plain, "--out", out, *more), cwd=listed)
    assert done.returncode == 0, done.stderr
    with (out / "assignment.csv").open(encoding="utf-8", newline="") as file:
        options = [row["option"] for row in csv.DictReader(file)]
    assert len(options) == 1000
    assert options.count("phone") == 250


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--customers", "nobody.csv"), ExitCode.INVALID_INPUT, "nobody.csv"),
        (("--period", "2031"), ExitCode.USAGE, "--period: the scenario has no '2031'; it has plan"),
        (("--limit", "capacity:fone=3"), ExitCode.USAGE, "did you mean 'capacity:phone'?"),
        (("--curve", "capacity:fone=3..5"), ExitCode.USAGE, "did you mean 'capacity:phone'?"),
        (("--prices", "plan"), ExitCode.INVALID_INPUT, "not the folder of a list"),
        (("--dask", "tcp://127.0.0.1:1"), ExitCode.USAGE, "--dask"),
    ],
)
def test_wrong_options(listed: Path, more: tuple[str, ...], code: int, said: str) -> None:
    done = assign(listed, *more)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (listed / "other").exists()


@pytest.mark.slow
def test_without_customers(listed: Path) -> None:
    done = run("assign", "plan", "--out", "other", cwd=listed)
    assert done.returncode == ExitCode.USAGE
    assert "name their file with --customers" in done.stderr


@pytest.mark.parametrize(
    "text",
    ["", "x", "=3", "a=b", "a=nan", "a=inf", "a=..", "a=5..3", "a=1..x", "a=1..inf", "a=1..2..3"],
)
def test_limits_are_names_and_numbers(text: str) -> None:
    with pytest.raises(UsageError, match="--limit"):
        assigning.limits([text])


def test_a_limit_is_given_once() -> None:
    assert assigning.limits(["a=b=3", "c=1e3"]) == {"a=b": 3.0, "c": 1000.0}
    assert assigning.limits(["a=-1.5..3", "b= 4 ..", "c=..1e3", "d=7..7"]) == {
        "a": (-1.5, 3.0),
        "b": (4.0, None),
        "c": (None, 1000.0),
        "d": (7.0, 7.0),
    }
    with pytest.raises(UsageError, match="twice"):
        assigning.limits(["a=1", "a=2"])


@pytest.mark.parametrize("text", ["a", "a=1", "a=1..", "a=2..1", "a=1..1", "=1..2", "a=x..2"])
def test_a_curve_has_a_name_and_a_range(text: str) -> None:
    with pytest.raises(UsageError, match="--curve"):
        assigning.curve(text, 5)


def test_points_of_a_curve() -> None:
    assert assigning.curve("capacity:phone=0..1", 3) == ("capacity:phone", (0.0, 0.5, 1.0))
    assert assigning.curve(None, 3) is None
    for points in (0, 1, 201):
        with pytest.raises(UsageError, match="--points"):
            assigning.curve("a=0..1", points)


@pytest.mark.slow
def test_an_interrupted_list_leaves_nothing(listed: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.csv"
    rows = "".join(f"{k},everyone,{100 + k % 9973}\n" for k in range(400_000))
    many.write_text(f"customer_id,segment,margin\n{rows}", "utf-8")
    arguments = ("assign", "plan", "--customers", many, "--joint", "--out", tmp_path / "list")
    command = [*PROGRAM, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=listed, env=environment(), stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"deciding" in line:
                break
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == ExitCode.ABORTED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.csv"]
