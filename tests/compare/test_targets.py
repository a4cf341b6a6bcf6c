"""What a user may write to name a side, and what is said where it names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from channelopt.cli.comparing import Outputs
from channelopt.errors import InputError, UsageError
from channelopt.pipeline.sides import Target, names, read, targets, unique
from tests.cli.process import MINIMAL


def scenario(folder: Path, name: str = "plan_a") -> Path:
    place = folder / name
    place.mkdir(parents=True)
    (place / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    return place


def fake_run(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("plan.json", "manifest.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def one(text: str, *before: str, store: Path = Path("runs")) -> Target:
    return targets([*before, text], store)[-1]


def test_paths_variations_and_runs(tmp_path: Path) -> None:
    place = scenario(tmp_path)
    run = fake_run(tmp_path / "runs" / "base")
    assert one("plan_a") == Target("plan_a", Path("plan_a"))
    assert one(str(place / "scenario.yaml")).label == "plan_a"
    assert one("plan_a@strike").variations == ("strike",)
    assert one("plan_a@strike+dear").variations == ("strike", "dear")
    assert one("@strike", "plan_a") == Target("@strike", Path("plan_a"), ("strike",))
    assert one("@strike", "plan_a@dear").variations == ("strike",)
    assert one("base") == Target("base", Path("runs/base"), is_run=True)
    assert one("runs/base").is_run
    assert one(str(run)).is_run
    assert one("plan_a@strike").label == "plan_a@strike"


def test_names_with_an_at_sign(tmp_path: Path) -> None:
    """A path that exists is that path; else the last @ after an existing path counts."""
    scenario(tmp_path, "us@plan")
    assert one("us@plan").variations == ()
    assert one("us@plan@strike") == Target("us@plan@strike", Path("us@plan"), ("strike",))
    scenario(tmp_path, "us")
    assert one("us@plan").path == Path("us@plan")
    assert one("us@plan@strike").path == Path("us@plan")
    assert one("us@strike").path == Path("us")
    scenario(tmp_path, "@home")
    assert one("@home", "us").path == Path("@home")
    fake_run(tmp_path / "runs" / "us@strike")
    assert one("us@strike").is_run, "a whole name comes before a variation"


def test_paths_like_those_of_windows(tmp_path: Path) -> None:
    place = scenario(tmp_path, "C:\\plans\\north")
    assert one("C:\\plans\\north@strike") == Target(
        "C:\\plans\\north@strike", Path(place.name), ("strike",)
    )


def test_every_wrong_name_is_reported_at_once(tmp_path: Path) -> None:
    scenario(tmp_path)
    fake_run(tmp_path / "runs" / "budget_low")
    with pytest.raises(InputError) as caught:
        targets(["plan_b", "budget_lov", "elsewhere@strike", "plan_a", "plan_a@"])
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 4
    assert "there is no run, scenario or variation 'plan_b'; did you mean 'plan_a'?" in said[0]
    assert "did you mean 'budget_low'?" in said[1]
    assert "'elsewhere@strike'" in said[2]
    assert "expected the name of a variation after @" in said[3]


@pytest.mark.parametrize("text", ["", "x" * 5000, "a\0b", "@", "@@", "/"])
def test_strange_names(text: str, tmp_path: Path) -> None:
    if text == "/":
        assert not one(text).is_run
        return
    with pytest.raises(InputError):
        targets([text, "plan_a"])


def test_a_run_has_no_variations(tmp_path: Path) -> None:
    fake_run(tmp_path / "runs" / "base")
    for texts in (["base@strike"], ["base", "@strike"]):
        with pytest.raises(UsageError, match="a run keeps no variations"):
            targets(texts)


def test_a_variation_needs_a_scenario_before_it() -> None:
    with pytest.raises(InputError, match="'@strike'"):
        targets(["@strike", "@dear"])


def test_unknown_variations_and_damaged_runs_are_reported_together(tmp_path: Path) -> None:
    scenario(tmp_path)
    fake_run(tmp_path / "runs" / "damaged")
    with pytest.raises(InputError) as caught:
        read(targets(["plan_a", "@strikes", "damaged"]))
    said = "\n".join(str(problem) for problem in caught.value.problems)
    assert "there is no variation 'strikes'" in said
    assert "strike" in said.replace("'strikes'", "")
    assert "runs/damaged/manifest.json" in said


def test_a_half_copied_run_is_not_taken_for_a_scenario(tmp_path: Path) -> None:
    fake_run(tmp_path / "runs" / "half")
    (tmp_path / "runs" / "half" / "manifest.json").unlink()
    with pytest.raises(InputError, match="not a complete run folder"):
        read(targets(["runs/half"]))


def test_common_changes_come_after_those_of_a_variation(tmp_path: Path) -> None:
    scenario(tmp_path)
    steps = [("set", "channels.phone.capacity=500"), ("set", "channels.web.unit_cost=0.7")]
    sides = read(targets(["plan_a", "@strike"]), steps)  # type: ignore[arg-type]
    for side in sides:
        n = side.instance.numbers
        assert n.capacity[n.channels.index("phone"), 0] == 500
        assert n.unit_cost[0, 0, n.channels.index("web"), 0] == 0.7
    assert [side.name for side in sides] == ["plan_a", "plan_a@strike"]


def test_runs_alone_take_no_changes(tmp_path: Path) -> None:
    fake_run(tmp_path / "runs" / "base")
    with pytest.raises(UsageError, match="runs are compared as they are"):
        read(targets(["base", "base"]), [("set", "channels.web.unit_cost=1")])


def test_names_are_short_where_they_can_be(tmp_path: Path) -> None:
    scenario(tmp_path / "north")
    scenario(tmp_path / "south")
    assert names(targets(["north/plan_a", "@strike"])) == ("plan_a", "plan_a@strike")
    assert names(targets(["north/plan_a", "south/plan_a"])) == ("north/plan_a", "south/plan_a")
    assert names(targets(["north/plan_a", "north/plan_a"])) == ("north/plan_a", "north/plan_a (2)")
    assert unique([("a", "a"), ("a", "a"), ("a (2)", "a (2)")]) == ("a", "a (3)", "a (2)")


def test_files_are_not_replaced_unless_asked(tmp_path: Path) -> None:
    scenario(tmp_path)
    fake_run(tmp_path / "runs" / "base")
    found = targets(["plan_a", "base"])
    (tmp_path / "plan_a" / "table.xlsx").write_text("kept", encoding="utf-8")
    (tmp_path / "old.md").write_text("kept", encoding="utf-8")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "mine.txt").write_text("kept", encoding="utf-8")
    for outputs, words in (
        (Outputs(markdown=Path("old.md")), "--force to replace it"),
        (Outputs(markdown=Path("old.txt"), force=True), "ends in .md"),
        (Outputs(workbook=Path("old"), force=True), "ends in .xlsx"),
        (Outputs(folder=Path("old"), force=True), "holds something else than a comparison"),
        (Outputs(folder=Path("plan_a"), force=True), "belongs to what is compared"),
        (Outputs(folder=Path(), force=True), "belongs to what is compared"),
        (Outputs(markdown=Path("runs/base/new.md")), "belongs to what is compared"),
        (Outputs(workbook=Path("plan_a/table.xlsx"), force=True), "belongs to what is compared"),
    ):
        with pytest.raises(UsageError, match=words):
            outputs.check(found)
    Outputs(Path("plan_a/new"), Path("plan_a/new.md"), Path("plan_a/new.xlsx")).check(found)
    Outputs(Path("new"), Path("old.md"), Path("new.xlsx"), force=True).check(found)
