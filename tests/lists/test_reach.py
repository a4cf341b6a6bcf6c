"""Customers whose consent leaves them no channel: bad rows like any other."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.lists.reach import Reach
from channelopt.pipeline.assigning import AssignOptions, assign
from channelopt.verify.lists.check import verify_list
from tests.cli.process import MINIMAL
from tests.lists.crowd import people
from tests.lists.test_own import plan

HEAD = "customer_id,segment,contacts,consent.phone,consent.web\n"
GOOD = "".join(f"{k},everyone,2,{'no' if k % 7 == 0 else 'yes'},yes\n" for k in range(50))
NOBODY = "a,everyone,1,no,no\n"
IDLE = "b,everyone,0,no,no\n"
AGAIN = "3,everyone,2,no,no\n"
ALL_WRONG = "'=1+1,nobody,2,no,no\n"


@pytest.fixture(scope="module")
def office() -> Instance:
    return from_data(yaml.safe_load(MINIMAL))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + GOOD + NOBODY + IDLE + AGAIN + ALL_WRONG, "utf-8")
    return path


def test_they_are_counted_and_quoted_with_row_and_id(
    office: Instance, file: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        assign(office, file, tmp_path / "list", AssignOptions(joint=True))
    head, *rows = (str(problem) for problem in caught.value.problems)
    assert "3 of 54 rows cannot be used: 2 no channel, 1 unknown segment, 1 duplicate id" in head
    expected = "expected a channel for 'question' that the plan offers and the row allows"
    assert f"row 51, customer 'a': {expected}" in rows[0]
    assert any("row 53, customer '3'" in row for row in rows)
    assert not any("row 52" in row for row in rows)  # has no contacts, so needs no channel


def test_they_can_be_left_out(office: Instance, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "list"
    found = assign(office, file, out, AssignOptions(joint=True, skip_bad=True))
    assert (found.customers, found.rejected) == (51, 3)
    with (out / "rejected.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert [row[:2] for row in rows] == [["51", "a"], ["53", "3"], ["54", "''=1+1"]]
    assert "expected a channel for 'question'" in rows[0][2]
    assert "expected a channel" in rows[1][2]
    assert "first seen in row 4" in rows[1][2]
    assert verify_list(out, file).ok
    assert found.assignment()["customer_id"].tolist()[-1] == "b"


def served(reach: Reach, group: Any) -> list[bool]:
    bad = np.zeros(len(group), dtype=bool)
    for fault in reach(group):
        bad[fault.at] = True
    return (~bad).tolist()


def test_one_channel_for_all_must_be_one_for_each() -> None:
    instance, choice = plan()
    n = instance.numbers
    ways = {n.channels.index(name): np.array([True, False]) for name in n.channels}
    apart = Reach.of(instance, choice, 0, together=False)
    together = Reach.of(instance, choice, 0, together=True)
    there = pickle.loads(pickle.dumps(together))  # noqa: S301
    for reach in (apart, there):
        assert served(reach, people([0, 2], eligible=ways)) == [True, False]
        assert served(reach, people([0, 2])) == [True, True]
    inbound = np.flatnonzero(n.inbound).tolist()
    idle = {i: np.array([1.0, 0.0]) for i in inbound}
    assert served(together, people([0, 2], eligible=ways, contacts=idle)) == [True, True]


def test_segments_that_are_offered_nothing_are_no_bad_rows() -> None:
    """Nobody's consent is to blame: another message says so."""
    instance, choice = plan()
    reach = Reach.of(instance, choice, 0, together=False)
    shut = Reach(reach.interactions, reach.basis, np.zeros_like(reach.enters), together=False)
    no = {0: np.array([False])}
    assert served(shut, people([0], eligible=no)) == [True]
