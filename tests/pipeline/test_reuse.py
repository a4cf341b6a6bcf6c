"""Equal input is solved once, and nothing else is taken for equal."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import load
from channelopt.pipeline import SolveOptions, planning, reuse, runs
from channelopt.pipeline.reuse import solved_already
from channelopt.plan import folder
from channelopt.plan.plan import Plan
from channelopt.verify.check import verify_folder
from tests.cli.process import MINIMAL

QUICK = SolveOptions(sensitivity_seconds=0, isolate=False)
FULL = SolveOptions(sensitivity_seconds=None, isolate=False)


def scenario(folder: Path, *steps: tuple[str, str]) -> Instance:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    return load(folder, steps=steps)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with a scenario and two runs of it, one without sensitivity."""
    place = tmp_path_factory.mktemp("solved")
    instance = scenario(place / "minimal")
    runs.run(instance, FULL, place / "runs" / "full")
    runs.run(instance, QUICK, place / "quick" / "quick")
    return place


@pytest.fixture
def place(solved: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    shutil.copytree(solved, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts the solves."""
    calls: list[str] = []
    solve: Callable[..., Plan] = planning.solve

    def counting(*args: object, **kwargs: object) -> Plan:
        calls.append("solve")
        return solve(*args, **kwargs)

    monkeypatch.setattr(runs, "solve", counting)
    return calls


def content(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.iterdir()}


def test_the_same_folder_is_kept_as_it_is(place: Path, counted: list[str]) -> None:
    before = content(place / "runs" / "full")
    for options in (FULL, QUICK, replace(FULL, sensitivity_seconds=1e6)):
        plan = runs.run(load(place / "minimal"), options, place / "runs" / "full")
        assert plan == folder.read(place / "runs" / "full")
    assert (counted, content(place / "runs" / "full")) == ([], before)


def test_another_folder_of_the_store_gets_the_plan(place: Path, counted: list[str]) -> None:
    """The same scenario from other files, by another way."""
    steps = [("set", "channels.phone.capacity=700"), ("set", "channels.phone.capacity=800")]
    instance = scenario(place / "elsewhere" / "minimal", *steps)
    runs.run(instance, FULL, place / "runs" / "again")
    assert counted == []
    one, two = content(place / "runs" / "full"), content(place / "runs" / "again")
    told = json.loads(one.pop("manifest.json")), json.loads(two.pop("manifest.json"))
    words = one.pop("report.md"), two.pop("report.md")  # which say what was applied
    assert one == two
    assert words[0] != words[1]
    assert b"capacity=800" in words[1]
    assert told[1]["applied"] == list(instance.applied) != told[0]["applied"]
    same = {"applied": 0, "sources": 0}
    assert told[0]["outputs"].pop("report.md") != told[1]["outputs"].pop("report.md")
    assert told[1]["sources"] == dict(instance.sources)
    assert {**told[0], **same} == {**told[1], **same}
    assert folder.edited(place / "runs" / "again") == ()
    assert verify_folder(place / "runs" / "again").ok


def test_force_solves_always(place: Path, counted: list[str]) -> None:
    runs.run(load(place / "minimal"), FULL, place / "runs" / "full", force=True)
    runs.run(load(place / "minimal"), FULL, place / "runs" / "new", force=True)
    assert counted == ["solve", "solve"]


LIMITS = FULL.limits


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (replace(FULL, limits=replace(LIMITS, gap=1e-4)), "another gap"),
        (replace(FULL, limits=replace(LIMITS, threads=2)), "another threads"),
        (replace(FULL, limits=replace(LIMITS, seed=1)), "another seed"),
        (replace(FULL, limits=replace(LIMITS, tolerance=1e-8)), "another tolerance"),
        (replace(FULL, ties=False), "broke ties otherwise"),
        (replace(FULL, solver="pulp:cbc"), "another solver"),
    ],
)
def test_other_options_are_not_equal(options: SolveOptions, words: str, place: Path) -> None:
    instance = load(place / "minimal")
    assert solved_already(place / "runs", instance, options) is None
    with pytest.raises(UsageError, match=words):
        reuse.recall(instance, options, place / "runs" / "full")


def test_a_time_limit_does_not_matter_to_an_optimal_plan(place: Path) -> None:
    options = replace(FULL, limits=replace(LIMITS, time_limit=3.0))
    found = solved_already(place / "runs", load(place / "minimal"), options)
    assert found == place / "runs" / "full"


def test_less_sensitivity_than_asked_for_is_not_enough(place: Path) -> None:
    instance, quick = load(place / "minimal"), place / "quick" / "quick"
    assert solved_already(quick.parent, instance, QUICK) == quick
    assert solved_already(quick.parent, instance, FULL) is None
    with pytest.raises(UsageError, match="less sensitivity than is asked for"):
        runs.run(instance, FULL, quick)


@pytest.mark.parametrize(
    ("had", "asked", "is_enough"),
    [(5.0, 5.0, True), (5.0, 3.0, True), (5.0, 6.0, False), (5.0, None, False), (None, 9.0, True),
     (None, None, True), (None, 99.0, False), (0.0, 0.0, True), (5.0, 0.0, True)],
)  # fmt: skip
def test_of_a_sensitivity_that_is_not_complete_the_time_counts(
    had: float | None, asked: float | None, is_enough: bool, place: Path
) -> None:
    run = place / "runs" / "full"
    edit(run, "plan.json", lambda plan: plan["sensitivity"][0].update(less_known="not solved"))
    edit(run, "manifest.json", lambda data: data["options"].update(sensitivity_seconds=had))
    options = replace(FULL, sensitivity_seconds=asked)
    found = solved_already(place / "runs", load(place / "minimal"), options)
    assert (found == run) is is_enough


def test_a_run_of_before_is_known_by_its_sensitivity(place: Path) -> None:
    run, quick = place / "runs" / "full", place / "quick" / "quick"
    for one in (run, quick):
        edit(one, "manifest.json", lambda data: data["options"].pop("sensitivity_seconds"))
    instance = load(place / "minimal")
    assert solved_already(run.parent, instance, FULL) == run
    assert solved_already(quick.parent, instance, FULL) is None
    assert solved_already(quick.parent, instance, QUICK) == quick


def edit(run: Path, name: str, change: Callable[[dict], object]) -> None:
    """Change a file of a run and its hash with it."""
    import hashlib

    data = json.loads((run / name).read_text())
    change(data)
    (run / name).write_text(json.dumps(data))
    if name != "manifest.json":
        sha = hashlib.sha256((run / name).read_bytes()).hexdigest()
        manifest = json.loads((run / "manifest.json").read_text())
        manifest["outputs"][name] = sha
        (run / "manifest.json").write_text(folder._as_json(manifest))
    else:
        (run / name).write_text(folder._as_json(data))


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("manifest.json", lambda data: data.update(digest="0" * 64), "another scenario"),
        (
            "manifest.json",
            lambda data: data["versions"].update(channelopt="0.0.1"),
            "another version of channelopt",
        ),
        (
            "manifest.json",
            lambda data: data["versions"].update(highs="1.0"),
            "another version of highs",
        ),
        ("plan.json", lambda plan: plan.update(status="feasible"), "not proven optimal"),
        ("plan.json", lambda plan: plan["verification"].update(ok=False), "was not checked"),
        ("plan.json", lambda plan: plan.update(verification=None), "was not checked"),
        ("manifest.json", lambda data: data.update(options=[]), "another gap"),
        ("manifest.json", lambda data: data.update(scenario=None), "is damaged"),
    ],
)
def test_what_a_run_must_say_to_be_equal(
    name: str, change: Callable[[dict], object], words: str, place: Path
) -> None:
    run = place / "runs" / "full"
    edit(run, name, change)
    instance = load(place / "minimal")
    assert solved_already(run.parent, instance, FULL) is None
    with pytest.raises(UsageError, match=words):
        reuse.recall(instance, FULL, run)


def test_an_edited_run_is_not_used(place: Path, counted: list[str]) -> None:
    run = place / "runs" / "full"
    (run / "staff.csv").write_text((run / "staff.csv").read_text() + "\n")
    instance = load(place / "minimal")
    with pytest.raises(UsageError, match=r"was edited \(staff\.csv\)"):
        runs.run(instance, FULL, run)
    runs.run(instance, QUICK, place / "runs" / "new")
    assert counted == ["solve"]


def test_a_damaged_neighbour_stops_nothing(place: Path, counted: list[str]) -> None:
    run = place / "runs" / "full"
    raw = (run / "manifest.json").read_bytes()
    (run / "manifest.json").write_bytes(raw[: len(raw) // 2])
    runs.run(load(place / "minimal"), QUICK, place / "runs" / "new")
    assert counted == ["solve"]


def test_links_are_not_followed(place: Path) -> None:
    (place / "links").mkdir()
    (place / "links" / "run").symlink_to(place / "runs" / "full")
    assert solved_already(place / "links", load(place / "minimal"), FULL) is None


def test_nothing_but_the_run_is_written(place: Path) -> None:
    """Looking for equal runs leaves no index in a folder that is no store of anybody."""
    runs.run(load(place / "minimal"), QUICK, place / "new")
    runs.run(load(place / "minimal"), FULL, place / "runs" / "new")
    assert not list(place.rglob(".*"))
