"""The way out of a conflict: what the message says to set gives a list, and nothing less does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from channelopt.cli import assigning
from channelopt.errors import InfeasibleError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.lists.sides import Sides
from channelopt.pipeline.assigning import AssignOptions, assign
from channelopt.verify.lists.check import verify_list
from tests.cli.process import MINIMAL

FLOOR = """\
policies:
  - {type: satisfaction, name: happy enough, at_least: 0.7}
  - {type: volume, name: web floor, channels: [web], at_least: 900}
"""


def office(policies: str = FLOOR) -> Instance:
    return from_data(yaml.safe_load(MINIMAL + policies))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Customers with three contacts each: no number of them makes exactly 900 or 800."""
    file = tmp_path / "people.csv"
    frame = {"customer_id": np.arange(400), "segment": "everyone", "contacts": 3}
    pd.DataFrame(frame).to_csv(file, index=False)
    return file


def offered(said: str) -> dict[str, Sides]:
    """The values that a message says to set, as a shell would understand them."""
    found = re.findall(r"--limit (?:'([^']+)'|(\S+))", said)
    return assigning.limits([quoted or plain for quoted, plain in found])


@pytest.mark.slow
@pytest.mark.parametrize("limits", [{"capacity:phone": 200}, {"volume:web floor": 1150.0}])
def test_what_is_said_gives_a_list_and_less_does_not(
    people: Path, tmp_path: Path, limits: dict[str, float]
) -> None:
    with pytest.raises(InfeasibleError) as caught:
        assign(office(), people, tmp_path / "list", AssignOptions(joint=True, limits=limits))
    said = str(caught.value)
    assert "The same command with --limit" in said
    more = offered(said)
    assert more
    out = tmp_path / "list"
    options = AssignOptions(joint=True, limits={**limits, **more})
    found = assign(office(), people, out, options)
    assert found.status == "optimal"
    assert verify_list(out, people).ok
    for name in more:
        value = more[name]
        assert isinstance(value, float)
        nearer = {**limits, **more, name: value + 0.01}
        with pytest.raises(InfeasibleError):
            assign(office(), people, tmp_path / "no", AssignOptions(joint=True, limits=nearer))
    assert not (tmp_path / "no").exists()


@pytest.mark.slow
def test_whole_customers_that_do_not_fit_have_a_way_out(people: Path, tmp_path: Path) -> None:
    """Exactly 900 contacts on the phone of customers with three: 300; of 901, none."""
    policies = """\
policies:
  - {type: volume, name: floor, channels: [phone], at_least: 700}
"""
    limits = {"capacity:phone": 701.0, "volume:floor": 700.0}
    with pytest.raises(InfeasibleError) as caught:
        assign(office(policies), people, tmp_path / "no", AssignOptions(joint=True, limits=limits))
    said = str(caught.value)
    assert "because customers are whole" in said
    more = offered(said)
    assert more in ({"capacity:phone": 702.0}, {"volume:floor": 699.0})
    found = assign(
        office(policies),
        people,
        tmp_path / "list",
        AssignOptions(joint=True, limits={**limits, **more}),
    )
    assert found.status == "optimal"


QUOTA = "plan:everyone:question:phone"


@pytest.mark.slow
@pytest.mark.parametrize(
    "limits",
    [
        {QUOTA: (901.0, 1000.0), "capacity:phone": 600.0},
        {QUOTA: (0.0, 598.0), "volume:floor": 700.0},
    ],
)
def test_either_side_of_a_limit_with_two_can_be_the_way_out(
    people: Path, tmp_path: Path, limits: dict[str, Sides]
) -> None:
    """The lower side of one is too high for a capacity, the upper one of the other too low."""
    policies = """\
policies:
  - {type: volume, name: floor, channels: [phone], at_least: 500}
"""
    place = tmp_path / "list"
    with pytest.raises(InfeasibleError) as caught:
        assign(office(policies), people, place, AssignOptions(limits=limits))
    more = offered(str(caught.value))
    assert any(isinstance(sides, tuple) for sides in more.values())
    found = assign(office(policies), people, place, AssignOptions(limits={**limits, **more}))
    assert found.status == "optimal"
    assert verify_list(place, people).ok
    written = json.loads((place / "manifest.json").read_text("utf-8"))["options"]["limits"]
    assert {name: tuple(v) if isinstance(v, list) else v for name, v in written.items()} == {
        **limits,
        **more,
    }


def test_both_sides_of_capacity_and_hours_are_set_and_checked(tmp_path: Path) -> None:
    """With their own rules judged by the upper side that was set, or by none."""
    quickstart = Path(__file__).parents[2] / "scenarios" / "quickstart"
    limits: dict[str, Sides] = {"capacity:shop": (100.0, 2500.0), "hours:team": (10.0, None)}
    out = tmp_path / "list"
    options = AssignOptions(joint=True, limits=limits)
    found = assign(quickstart, quickstart / "customers.csv", out, options)
    sides = found.limits.set_index("limit")[["at_least", "at_most"]]
    assert sides.loc["capacity:shop"].tolist() == [100.0, 2500.0]
    assert sides.loc["hours:team", "at_least"] == 10.0
    assert np.isnan(sides.loc["hours:team", "at_most"])
    assert verify_list(out, quickstart / "customers.csv").ok
