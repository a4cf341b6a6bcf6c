"""What-ifs: each is the list that its limits would give, beside the list as it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.lists.folder import read_list
from channelopt.lists.result import CustomerList
from channelopt.lists.wishes import typed, understood, wish
from channelopt.pipeline.assigning import AssignOptions, assign
from channelopt.verify.lists.check import verify_list
from tests.cli.process import MINIMAL
from tests.verify.list_made import seal

WHAT_IFS = {
    "fewer calls": {"capacity:phone": "-25%"},
    "more calls": {"capacity:phone": "+200"},
    "at will": {"capacity:phone": "none"},
    "as before": {"capacity:phone": "100%"},
    "impossible": {"volume:web_floor": 1900, "capacity:phone": 900, "volume:phone_floor": "+700"},
}
POLICIES = """\
policies:
  - {type: volume, name: web_floor, channels: [web], at_least: 100}
  - {type: volume, name: phone_floor, channels: [phone], at_least: 100}
"""


@pytest.fixture(scope="module")
def office() -> Instance:
    return from_data(yaml.safe_load(MINIMAL + POLICIES))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand customers of different worth: phone has room for 400 of them."""
    file = tmp_path_factory.mktemp("people") / "people.parquet"
    frame = pd.DataFrame(
        {
            "customer_id": [f"{k:04d}" for k in range(1000)],
            "segment": "everyone",
            "margin": 100.0 + np.arange(1000) % 97,
        }
    )
    frame.to_parquet(file)
    return file


JOINT = AssignOptions(joint=True, what_ifs=WHAT_IFS)


@pytest.fixture(scope="module")
def found(office: Instance, people: Path, tmp_path_factory: pytest.TempPathFactory) -> CustomerList:
    return assign(office, people, tmp_path_factory.mktemp("list") / "list", JOINT)


def by_name(found: CustomerList) -> dict[str, dict[str, Any]]:
    return {str(row["name"]): row for row in found.tables["what_ifs"].records()}


@pytest.mark.parametrize(("name", "limit"), [("fewer calls", 600), ("more calls", 1000)])
def test_each_is_the_list_that_a_limit_gives(
    office: Instance, people: Path, found: CustomerList, tmp_path: Path, name: str, limit: int
) -> None:
    """Another list, read and decided from nothing, is worth as much."""
    options = AssignOptions(joint=True, limits={"capacity:phone": limit})
    other = assign(office, people, tmp_path / "other", options)
    row = by_name(found)[name]
    assert row["value"] == pytest.approx(other.value, rel=1e-6)
    assert row["difference"] == pytest.approx(other.value - found.value, abs=1e-6 * other.value)
    assert row["change"] == f"capacity:phone={limit} (was 800)"
    one, two = found.assignment(), other.assignment()
    assert row["moved"] == int((one["option"] != two["option"]).sum()) == 100


def test_what_is_taken_away_costs_nothing(found: CustomerList) -> None:
    rows = by_name(found)
    assert "capacity" not in rows["at will"]["costly"]
    assert rows["at will"]["value"] > rows["more calls"]["value"]
    assert rows["fewer calls"]["costly"].startswith("capacity:phone ")


def test_the_list_as_it_is_comes_first(found: CustomerList) -> None:
    names = list(by_name(found))
    assert names == ["as it is", *WHAT_IFS]
    base, same = by_name(found)["as it is"], by_name(found)["as before"]
    assert base["value"] == found.value
    assert base["difference"] == base["moved"] == same["moved"] == 0
    assert same["value"] == pytest.approx(found.value, rel=1e-9)


def test_one_that_cannot_hold_says_why_and_the_others_go_on(found: CustomerList) -> None:
    row = by_name(found)["impossible"]
    assert row["status"] == "infeasible"
    assert row["value"] is None
    assert "volume:web_floor" in row["conflict"]
    assert "volume:phone_floor" in row["conflict"]
    assert "by 700 contacts" in row["conflict"]
    clash = next(one for one in found.data["what_ifs"] if one["name"] == "impossible")["clash"]
    assert {one["limit"] for one in clash["limits"]} == {"volume:web_floor", "volume:phone_floor"}
    assert sum(one["missed"] for one in clash["limits"]) == pytest.approx(700)
    assert clash["whole_customers"] is False
    assert found.folder is not None
    text = (found.folder / "summary.md").read_text("utf-8")
    assert "| impossible |" in text
    assert "no list holds this" in text
    assert "- impossible: no list keeps these" in text


def test_seconds_are_in_the_effort_and_nowhere_else(
    office: Instance, people: Path, found: CustomerList, tmp_path: Path
) -> None:
    seconds = found.data["effort"]["seconds"]
    assert {f"what-if {name}" for name in WHAT_IFS} <= set(seconds)
    again = assign(office, people, tmp_path / "again", JOINT)
    one, two = dict(found.data), dict(again.data)
    assert one.pop("effort")["seconds"] != two.pop("effort")["seconds"]
    assert one == two
    assert found.folder is not None
    tables = [folder / "what_ifs.csv" for folder in (found.folder, tmp_path / "again")]
    assert tables[0].read_bytes() == tables[1].read_bytes()


def test_a_list_is_read_with_its_what_ifs(found: CustomerList) -> None:
    assert found.folder is not None
    again = read_list(found.folder)
    assert again.what_ifs["name"].tolist() == ["as it is", *WHAT_IFS]
    pd.testing.assert_frame_equal(again.what_ifs, found.what_ifs, check_dtype=False)


def test_the_check_holds_them_against_the_bound(
    found: CustomerList, people: Path, tmp_path: Path
) -> None:
    """Values, differences, gaps and moves that somebody made up are found."""
    assert found.folder is not None
    right = verify_list(found.folder, people)
    assert right.ok
    assert any("what_ifs.csv" in line for line in right.not_checked)
    row = by_name(found)["fewer calls"]
    wrong = row["bound"] + 20_000
    faults = {
        str(row["value"]): (str(wrong), "which no list exceeds there"),
        str(row["difference"]): ("-1", "difference: it is"),
        str(row["bound"]): (str(row["value"] - 1), "below the value"),
        ",100,": (",1001,", "of 1000 decisions"),
    }
    for old, (new, said) in faults.items():
        folder = tmp_path / f"edited{len(list(tmp_path.iterdir()))}"
        shutil.copytree(found.folder, folder)
        for name in ("what_ifs.csv", "list.json"):
            text = (folder / name).read_text("utf-8")
            (folder / name).write_text(text.replace(old, new), "utf-8")
        seal(folder)
        lines = verify_list(folder, people).findings()
        assert any(said in line for line in lines), (said, lines)


@pytest.mark.slow
def test_keep_csv_and_curve_go_with_them(
    office: Instance, people: Path, found: CustomerList, tmp_path: Path
) -> None:
    """What is kept changes the list, not what it is held against: the best lists."""
    options = replace(
        JOINT,
        limits={"capacity:phone": 790},
        what_ifs={"800 again": {"capacity:phone": 800}},
        keep=found.folder,
        keep_tolerance=0.001,
        as_csv=True,
        curve=("capacity:phone", (700.0, 790.0)),
    )
    kept = assign(office, people, tmp_path / "kept", options)
    rows = by_name(kept)
    assert rows["800 again"]["value"] == pytest.approx(found.value, rel=1e-6)
    assert rows["as it is"]["value"] >= kept.value
    assert rows["800 again"]["moved"] == 5
    curve = kept.curve
    assert curve["at"].tolist() == [700, 790]
    assert curve["value"].iloc[1] == pytest.approx(rows["as it is"]["value"], rel=1e-6)
    assert verify_list(tmp_path / "kept", people).ok
    text = (tmp_path / "kept" / "summary.md").read_text("utf-8")
    assert "held against the best list, before customers stay where they were" in text


@pytest.mark.slow
def test_within_quotas_the_sides_move_as_limits_do(
    office: Instance, people: Path, tmp_path: Path
) -> None:
    """A quota below its own lower side becomes that number; the plan's others then conflict."""
    options = AssignOptions(what_ifs={"fewer": {"plan:everyone:question:phone": 700}})
    found = assign(office, people, tmp_path / "quotas", options)
    limits = {"plan:everyone:question:phone": 700.0}
    row = by_name(found)["fewer"]
    with pytest.raises(Exception, match="plan:everyone:question") as fault:
        assign(office, people, tmp_path / "other", AssignOptions(limits=limits))
    assert row["status"] == "infeasible"
    assert "plan:everyone:question" in row["conflict"]
    assert row["conflict"] in str(fault.value)


@pytest.mark.parametrize(
    ("text", "was", "at"),
    [
        ("900", 800, 900),
        ("1e3", 800, 1000),
        ("-10%", 3330, 2997),
        ("+10 %", 3330, 3663),
        ("\N{MINUS SIGN}10%", 3330, 2997),
        ("90%", 3330, 2997),
        ("+200", 800, 1000),
        ("-200", 800, 600),
        ("none", 800, np.inf),
        (7, 800, 7),
    ],
)
def test_what_a_planner_types(text: str | float, was: float, at: float) -> None:
    found = wish(text)
    assert found is not None
    assert found.of(was) == at


@pytest.mark.parametrize("text", ["", "x", "nan", "--3", "%", "1,000", "5%%", np.nan, None, []])
def test_what_cannot_be_meant(text: Any) -> None:
    assert wish(text) is None


def test_names_limits_and_commas() -> None:
    assert typed(["fewer: hours:team=-10%, capacity:phone=900"]) == {
        "fewer": {"hours:team": "-10%", "capacity:phone": "900"}
    }
    assert typed(["hours:team=-10%"]) == {"hours:team=-10%": {"hours:team": "-10%"}}
    assert typed(["a: budget:mail, letters=1, b==2"]) == {
        "a": {"budget:mail, letters": "1", "b=": "2"}
    }


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UsageError) as fault:
        typed(["a: b=1, b=2", "a: c=1", "d: e", "f: =3"])
    said = str(fault.value)
    for part in ("b is given twice", "'a' is given twice", "found 'e'", "found '=3'"):
        assert part in said
    with pytest.raises(UsageError, match=r"'a': b: expected a number.*'c': d: expected"):
        understood({"a": {"b": "x"}, "c": {"d": "1,000"}})
    with pytest.raises(UsageError, match="changes nothing"):
        understood({"a": {}})


def test_limits_that_are_not_there_are_all_named(
    office: Instance, people: Path, tmp_path: Path
) -> None:
    asked = {"a": {"phone": 3, "capacity:fone": 3}, "b": {"mail": 1}}
    with pytest.raises(UsageError) as fault:
        assign(office, people, tmp_path / "list", AssignOptions(joint=True, what_ifs=asked))
    said = str(fault.value)
    assert said.count("did you mean 'capacity:phone'?") == 2
    assert "'b': there is no limit 'mail'" in said
    assert not (tmp_path / "list").exists()
