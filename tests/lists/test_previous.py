"""An earlier list: found by ids, whatever its order, its form and its customers."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from channelopt.customers.luck import luck_of
from channelopt.customers.people import People
from channelopt.errors import InputError
from channelopt.lists.previous import read_previous
from channelopt.lists.questions import Option, Question
from channelopt.priced.units import Block

ASKED = (
    Question("advice", (0,), (Option(((0, 0),), "branch"), Option(((0, 1),), "phone"))),
    Question("sales", (1,), (Option((), "none"), Option(((1, 2),), "letter"))),
)
IDS = ["007", "=1+1", "", "é€😀", "x" * 300, str(2**63 - 1), "-5", "'=2"]
SEED = 3


def table(ids: list[str], **columns: list[str]) -> pa.Table:
    return pa.table({"customer_id": ids, **columns})


def rows() -> pa.Table:
    both = [customer for customer in IDS for _ in range(2)]
    return table(
        both,
        decision=["advice", "sales"] * len(IDS),
        option=["branch", "letter", "phone", "none"] * (len(IDS) // 2),
        value=["1"] * len(both),
    )


def people(ids: list[str]) -> People:
    array = pa.array(ids)
    luck = luck_of(array, SEED)
    return People(array, luck, np.arange(len(ids)), np.zeros(len(ids), np.int16))


def written(form: str, tmp_path: Path) -> Path:
    """The same list as a file, a folder of a list, or part files."""
    if form == "parquet":
        pq.write_table(rows(), tmp_path / "list.parquet")
        return tmp_path / "list.parquet"
    if form == "csv":
        defused = rows()
        ids = [f"'{i}" if i and i.lstrip("'")[:1] in set("=+-@") else i for i in IDS]
        both = pa.array([customer for customer in ids for _ in range(2)])
        pc.write_csv(defused.set_column(0, "customer_id", both), tmp_path / "assignment.csv")
        return tmp_path
    (tmp_path / "assignment").mkdir()
    for part in range(3):
        some = rows().take(list(range(part, 2 * len(IDS), 3)))
        pq.write_table(some, tmp_path / "assignment" / f"part-{part:05d}.parquet")
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize("form", ["parquet", "csv", "parts"])
def test_options_are_found_by_id(form: str, tmp_path: Path) -> None:
    found = read_previous(written(form, tmp_path), ASKED, SEED)
    asked = ["new", *reversed(IDS), "8"]
    want = [-1, *[at % 2 for at in reversed(range(len(IDS)))], -1]
    assert found.options(0, people(asked)).tolist() == want
    assert found.options(1, people(asked)).tolist() == [v if v < 0 else 1 - v for v in want]
    assert (found.rows, dict(found.gone), dict(found.others), found.notes) == (16, {}, {}, ())
    sizes = {known.luck.nbytes + known.option.nbytes for known in found.known}
    assert sizes == {10 * len(IDS)}


def test_numbers_are_the_same_customers_as_their_text(tmp_path: Path) -> None:
    numbers = pa.table(
        {"customer_id": [7, 8], "decision": ["advice"] * 2, "option": ["phone", "branch"]}
    )
    pq.write_table(numbers, tmp_path / "p.parquet")
    found = read_previous(tmp_path / "p.parquet", ASKED, SEED)
    assert found.options(0, people(["8", "7", "07"])).tolist() == [0, 1, -1]
    assert found.options(1, people(["8"])).tolist() == [-1]


def test_what_is_no_more_is_counted_and_said(tmp_path: Path) -> None:
    old = table(
        ["a", "b", "c", "d"],
        decision=["advice", "advice", "advice", "gifts"],
        option=["fax", "phone", "fax", "cake"],
    )
    pq.write_table(old, tmp_path / "p.parquet")
    found = read_previous(tmp_path / "p.parquet", ASKED, SEED)
    assert found.options(0, people(["a", "b", "c", "d"])).tolist() == [-1, 1, -1, -1]
    assert found.gone == {("advice", "fax"): 2}
    assert found.others == {"gifts": 1}
    first, second = found.notes
    assert "2 customers" in first
    assert "fax" in first
    assert "gifts" in second


def test_blocks_are_told_by_their_class_and_it_can_be_pickled(tmp_path: Path) -> None:
    path = written("parquet", tmp_path)
    before = read_previous(path, ASKED, SEED).of_blocks(np.array([0, 0, 1]))
    before = pickle.loads(pickle.dumps(before))  # noqa: S301
    luck = people(["007", "=1+1", "new"]).luck
    block = Block(
        kind=np.array([0, 1, 0], np.int32),
        weights=np.ones((1, 3)),
        each=np.zeros((0, 3, 2)),
        barred=None,
        luck=luck,
    )
    assert before(block).tolist() == [0, 1, -1]
    assert before(replace(block, kind=np.full(3, 2, np.int32))).tolist() == [1, 0, -1]
    empty = Block(np.zeros(0, np.int32), np.ones((1, 0)), np.zeros((0, 0, 2)), None, luck[:0])
    assert before(empty).shape == (0,)


def test_a_wrong_file_is_one_sentence(tmp_path: Path) -> None:
    pq.write_table(table(["a"], kanal=["phone"], opton=["x"]), tmp_path / "p.parquet")
    with pytest.raises(InputError, match=r"no column 'decision'") as wrong:
        read_previous(tmp_path / "p.parquet", ASKED, SEED)
    assert "did you mean 'opton'" in str(wrong.value)
    with pytest.raises(InputError, match="there is no file"):
        read_previous(tmp_path / "q.parquet", ASKED, SEED)
    twice = table(["a", "a"], decision=["advice"] * 2, option=["phone", "branch"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(InputError, match="found 1 more row"):
        read_previous(tmp_path / "twice.parquet", ASKED, SEED)
    other = table(["a"], decision=["gifts"], option=["cake"])
    pq.write_table(other, tmp_path / "other.parquet")
    with pytest.raises(InputError, match="other decisions: found gifts, asked is advice, sales"):
        read_previous(tmp_path / "other.parquet", ASKED, SEED)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="not the folder of a list"):
        read_previous(tmp_path, ASKED, SEED)


def test_an_empty_list_keeps_nothing(tmp_path: Path) -> None:
    pq.write_table(rows().slice(0, 0), tmp_path / "p.parquet")
    found = read_previous(tmp_path / "p.parquet", ASKED, SEED)
    assert found.options(0, people(["007"])).tolist() == [-1]
    assert found.rows == 0
