"""The section Parents and overrides: `extends`, variations and `--set`, as the page writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import load
from tests.contract.small import instance, refusals, write

PARENT = """\
format: 1
periods: [2027, 2028]
objective: {satisfaction_weight: 0.5}
segments:
  private: {customers: 100, margin: 10, retention: {0: 0.86, 0.6: 0.95, 1: 0.985}}
  mass: {customers: 1000, margin: 1}
interactions: {advice: {}, renewal: {direction: outbound}}
channels:
  branch: {unit_cost: [10, 11], satisfaction: 0.9, handle_minutes: 5, touch: high}
  phone:
    {unit_cost: 5, satisfaction: 0.8, resolution: 0.8, unresolved: {branch: 0.5}, capacity: 800}
  web: {satisfaction: 0.6}
staff:
  agents: {serves: [branch], hours_per_fte: 1000, max_fte: 5}
tables:
  contacts_per_customer: tables/volumes.csv
policies:
  - {name: budget_cap, type: budget, at_most: 100000}
  - {name: floor, type: satisfaction, at_least: 0.3, segments: [private]}
variations:
  strike: {title: Phone down to half, set: {channels.phone.capacity: {times: 0.5}}}
  young:
    set:
      "segments.*.margin": {times: 0.9}
      "tables.contacts_per_customer[interaction=advice]": {times: 1.2}
"""
VOLUMES = "interaction,value\nadvice,1.5\nrenewal,2\n"


def child(folder: Path, text: str, steps: tuple[tuple[Any, str], ...] = ()) -> Instance:
    files = {
        "parent/scenario.yaml": PARENT,
        "parent/tables/volumes.csv": VOLUMES,
        "child/scenario.yaml": f"extends: ../parent\n{text}",
    }
    return load(write(folder, files) / "child", steps=steps)


def fails(folder: Path, text: str, steps: tuple[tuple[Any, str], ...] = ()) -> str:
    with pytest.raises(InputError) as caught:
        child(folder, text, steps)
    return str(caught.value)


Look = Callable[[Instance], Any]

MERGED: dict[str, tuple[str, Look, Any]] = {
    "nothing": ("", lambda i: i.numbers.segments, ("mass", "private")),
    "tables are relative to their own file": (
        "",
        lambda i: i.numbers.contacts[0].tolist(),
        [[1500, 1500], [2000, 2000]],
    ),
    "mappings merge key by key": (
        "channels: {phone: {unit_cost: 7}}",
        lambda i: (i.numbers.unit_cost[0, 0, 1, 0], i.numbers.capacity[1, 0]),
        (7, 800),
    ),
    "lists replace": (
        "staff: {agents: {serves: [phone]}}\nchannels: {phone: {handle_minutes: 4}}",
        lambda i: i.numbers.serves.tolist(),
        [[False, True, False]],
    ),
    "tables replace as a whole": (
        "tables: {contacts_per_customer: [{interaction: advice, value: 1}]}",
        lambda i: i.numbers.contacts[0].tolist(),
        [[1000, 1000], [0, 0]],
    ),
    "retention replaces": (
        "segments: {private: {retention: {0: 0.1, 1: 1}}}",
        lambda i: i.numbers.curves[1].at.tolist(),
        [0, 1],
    ),
    "unresolved replaces": (
        "channels: {phone: {unresolved: {web: 0.2}}}",
        lambda i: i.numbers.unresolved[1].tolist(),
        [0, 0, 0.2],
    ),
    "null deletes a value": (
        "channels: {phone: {capacity: null}}\nvariations: {strike: null}",
        lambda i: i.numbers.capacity[1].tolist(),
        [float("inf")] * 2,
    ),
    "null deletes an entry": ("segments: {mass: null}", lambda i: i.numbers.segments, ("private",)),
    "null deletes a section": ("policies: null", lambda i: i.policies, ()),
    "policies merge by name": (
        "policies: [{name: floor, at_least: 0.2}, {name: x, type: volume, at_most: 1}]",
        lambda i: [(p.name, getattr(p, "at_least", None)) for p in i.policies],
        [("budget_cap", None), ("floor", 0.2), ("x", None)],
    ),
    "null deletes a policy's filter": (
        "policies: [{name: floor, segments: null}]",
        lambda i: i.policies[1].segments,
        None,
    ),
    "null deletes a policy": (
        "policies: [{name: floor, type: null}]",
        lambda i: [p.name for p in i.policies],
        ["budget_cap"],
    ),
    "policies by name as a mapping": (
        "policies: {floor: null, budget_cap: {at_most: 5}}",
        lambda i: [(p.name, p.at_most) for p in i.policies],
        [("budget_cap", 5)],
    ),
}


@pytest.mark.parametrize("name", MERGED)
def test_extends(name: str, tmp_path: Path) -> None:
    text, look, expected = MERGED[name]
    assert look(child(tmp_path, text)) == expected


def test_a_circle_is_printed(tmp_path: Path) -> None:
    write(tmp_path, {"a/scenario.yaml": "extends: ../b", "b/scenario.yaml": "extends: ../a"})
    with pytest.raises(InputError, match=r"scenario.yaml -> \.\./b/scenario.yaml -> scenario.yaml"):
        load(tmp_path / "a")


@pytest.mark.parametrize("target", ["/etc", "../../elsewhere", "c:/x", "http://x/y", "..\\parent"])
def test_nothing_leads_out_of_the_project(target: str, tmp_path: Path) -> None:
    write(tmp_path, {"p/a/scenario.yaml": f"extends: '{target}'"})
    with pytest.raises(InputError, match="E140"):
        load(tmp_path / "p" / "a")


def test_a_wider_root(tmp_path: Path) -> None:
    files = {"parent/scenario.yaml": PARENT, "parent/tables/volumes.csv": VOLUMES}
    write(tmp_path, {**files, "x/child/scenario.yaml": "extends: ../../parent"})
    with pytest.raises(InputError, match="name a wider --root"):
        load(tmp_path / "x" / "child")
    assert load(tmp_path / "x" / "child", root=tmp_path).numbers.segments == ("mass", "private")


SETS: list[tuple[str, Look, Any]] = [
    (
        "channels.phone.unit_cost=6.2",
        lambda i: i.numbers.unit_cost[0, 0, :, 0].tolist(),
        [10, 6.2, 0],
    ),
    (
        "channels.*.unit_cost*=1.1",
        lambda i: i.numbers.unit_cost[0, 0, :, 1].tolist(),
        [12.1, 5.5, 0],
    ),
    ("channels.phone.capacity[2028]=5", lambda i: i.numbers.capacity[1].tolist(), [800, 5]),
    ("channels.phone.capacity[2028]*=0.5", lambda i: i.numbers.capacity[1].tolist(), [800, 400]),
    ("channels.*.capacity*=2", lambda i: i.numbers.capacity[1].tolist(), [1600, 1600]),
    ("channels.web.capacity=7", lambda i: i.numbers.capacity[2].tolist(), [7, 7]),
    ("channels.phone.capacity=null", lambda i: i.numbers.capacity[1, 0], float("inf")),
    ("policies.budget_cap.at_most=5", lambda i: i.policies[0].at_most, 5),
    ("policies.budget_cap.at_most[2028]=5", lambda i: i.policies[0].at_most, [100000, 5]),
    ("policies.floor=null", lambda i: len(i.policies), 1),
    ("segments.private.retention={0: 0.5, 1: 1}", lambda i: i.numbers.curves[1].keeps[0], 0.5),
    ("segments.*.customers*=1.1", lambda i: i.numbers.customers[:, 0].tolist(), [1100, 110]),
    ("staff.agents.max_fte+=1", lambda i: i.numbers.max_fte.tolist(), [[6, 6]]),
    (
        "tables.contacts_per_customer[interaction=advice]*=1.2",
        lambda i: i.numbers.contacts[0].tolist(),
        [[1800, 1800], [2000, 2000]],
    ),
    (
        "tables.contacts_per_customer[segment=mass, period=2028]=1",
        lambda i: i.numbers.contacts[0].tolist(),
        [[1500, 1000], [2000, 1000]],
    ),
    (
        "tables.unit_cost[channel=branch]+=1",
        lambda i: i.numbers.unit_cost[0, 0, 0].tolist(),
        [11, 12],
    ),
    (
        "tables.eligible[channel=web,period=2028]=no",
        lambda i: i.numbers.eligible[0, 0, 2].tolist(),
        [True, False],
    ),
    (
        "assignment=one_channel_per_segment",
        lambda i: i.numbers.assignment,
        "one_channel_per_segment",
    ),
]


@pytest.mark.parametrize(("text", "look", "expected"), SETS, ids=[text for text, *_ in SETS])
def test_set(text: str, look: Look, expected: Any, tmp_path: Path) -> None:
    assert look(child(tmp_path, "", (("set", text),))) == expected


REFUSED: list[tuple[str, str]] = [
    ("channels.web.capacity*=2", "has no value to multiply"),
    ("channels.phon.unit_cost=1", "nearest: channels.phone.unit_cost"),
    ("channels.phone.unit_cst=1", "nearest: channels.phone.unit_cost"),
    ("policies.cap.at_most=1", "nearest: policies.budget_cap.at_most"),
    ("channels.phone.capacity[2030]=1", "there is no period '2030'"),
    ("tables.contacts_per_customer[interaction=advce]=1", "nearest: advice"),
    ("tables.contacts_per_customer[channel=web]=1", "is no key of the table"),
    ("tables.eligible[channel=web]=maybe", "expected true or false"),
    ("channels.phone.unit_cost=6,2", "write 6.2"),
    ("channels.phone.unit_cost=-1", "must be at least 0"),
    ("segments.*.margins*=2", "nearest: segments.*.margin"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[text for text, _ in REFUSED])
def test_set_refused(text: str, words: str, tmp_path: Path) -> None:
    found = fails(tmp_path, "", (("set", text),))
    assert words in found
    assert "--set " in found


def test_variations_of_the_page(tmp_path: Path) -> None:
    found = child(tmp_path, "", (("vary", "strike"),)).numbers
    assert found.capacity[1].tolist() == [400, 400]
    found = child(tmp_path, "", (("vary", "young"),)).numbers
    assert found.margin[:, 0].tolist() == [0.9, 9]
    assert found.contacts[0].tolist() == [[1800, 1800], [2000, 2000]]


@pytest.mark.parametrize(
    ("steps", "capacity"),
    [
        ((("vary", "strike"), ("set", "channels.phone.capacity+=10")), 410),
        ((("set", "channels.phone.capacity+=10"), ("vary", "strike")), 405),
        ((("vary", "strike"), ("vary", "strike")), 200),
    ],
)
def test_left_to_right(steps: tuple[tuple[Any, str], ...], capacity: float, tmp_path: Path) -> None:
    assert child(tmp_path, "", steps).numbers.capacity[1, 0] == capacity


TWICE = [
    {"channels.*.unit_cost": {"times": 2}, "channels.phone.unit_cost": 3},
    {"channels.phone.unit_cost": 3, "channels.phone": {"satisfaction": 1}},
    {"tables.satisfaction[channel=web]": 0.2, "tables.satisfaction[segment=a]": {"add": 0.1}},
]


@pytest.mark.parametrize("changes", TWICE, ids=str)
def test_two_paths_of_one_variation_on_one_value(changes: dict[str, Any]) -> None:
    found = refusals({"variations": {"both": {"set": changes}}}, steps=[("vary", "both")])
    assert "touch the same value" in found[0]


@pytest.mark.parametrize("value", [{"times": 2, "add": 1}, {"multiply": 2}, {}])
def test_anything_else_is_a_value(value: dict[str, Any]) -> None:
    change = {"variations": {"v": {"set": {"channels.phone.capacity": value}}}}
    assert "expected a number, found a mapping" in refusals(change, steps=[("vary", "v")])[0]


def test_an_unknown_variation_names_the_nearest() -> None:
    change = {"variations": {"strike": {"set": {"channels.phone.capacity": 1}}}}
    assert "did you mean 'strike'?" in refusals(change, steps=[("vary", "strik")])[0]
    assert instance(change, steps=[("vary", "strike")]).applied == ("--vary strike",)
