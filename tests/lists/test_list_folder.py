"""The folder of a list: whole or not at all, what lies in it, read again, in words."""

from __future__ import annotations

import errno
import hashlib
import json
import os

import numpy as np
import pyarrow.parquet as pq
import pytest

from channelopt.customers.people import People
from channelopt.errors import InputError, UsageError
from channelopt.instance.canonical import digest
from channelopt.lists.compiled import Limit
from channelopt.lists.dear import describe_conflict
from channelopt.lists.folder import read_assignment, read_list
from channelopt.lists.result import CustomerList, Rejected
from channelopt.lists.row_file import write_part
from channelopt.lists.tabulate import COLUMNS
from channelopt.lists.words import Words, gap
from channelopt.lists.writing import Filled
from channelopt.plan.results_folder import edited
from channelopt.plan.staging import OutputError
from channelopt.plan.table import Table
from channelopt.priced.answer import Conflict
from tests.lists import fakes
from tests.lists.test_writing import write

FILES = {
    *("assignment.parquet", "totals.csv", "limits.csv", "hours.csv", "coefficients.parquet"),
    *("list.json", "summary.md", "manifest.json"),
}


def register():
    return fakes.cut(fakes.people(), 20, 40)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(register(), tmp_path_factory.mktemp("folder") / "deep" / "list")


def test_what_lies_in_it(written):
    assert {path.name for path in written.folder.iterdir()} == FILES
    assert edited(written.folder) == ()


def test_the_manifest_says_what_it_takes(written):
    manifest = json.loads((written.folder / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "list"
    assert manifest["digest"] == digest(manifest["scenario"])
    assert manifest["period"] == "2027"
    assert set(manifest["plan"]) == {"allocation", "offers", "channels", "staff", "hours"}
    assert {row["channel"] for row in manifest["plan"]["offers"]} == {"branch", "phone", "web"}
    assert set(manifest["outputs"]) == FILES - {"manifest.json"}
    for name, hashed in manifest["outputs"].items():
        assert hashlib.sha256((written.folder / name).read_bytes()).hexdigest() == hashed


def test_coefficients_give_back_what_the_engine_saw(written):
    rows = pq.read_table(written.folder / "coefficients.parquet").to_pandas()
    compiled = fakes.Compiled()
    gain = np.zeros(compiled.tables.shape)
    for row in rows[(rows["row"] == "(gain)") & (rows["measure"] >= 0)].itertuples(index=False):
        gain[row[1], row[2], row[3]] = row[4]
    assert (gain == compiled.tables.gain).all()
    uses = np.zeros((4, *compiled.tables.shape))
    others = np.zeros((4, 2))
    for place, name in enumerate(compiled.rows.names):
        for row in rows[rows["row"] == name].itertuples(index=False):
            if row[1] < 0:
                others[place, row[3]] = row[4]
            else:
                uses[(place, *row[1:4])] = row[4]
    assert (uses.reshape(4, -1) == compiled.rows.uses.toarray()).all()
    assert (others == compiled.rows.others.toarray()).all()
    allowed = rows[rows["row"] == "(allowed)"]
    assert len(allowed) == compiled.tables.allowed.sum()
    assert (rows[rows["row"] == "(upper)"]["value"] == np.inf).all()


def test_read_again(written):
    again = read_list(written.folder)
    assert again == written
    assert again.prices == written.prices
    assert again.gap == written.gap
    assert again.moves.equals(written.moves)
    assert repr(again) == repr(written)


def test_texts_that_look_like_numbers_are_read_as_texts(written, tmp_path):
    limits = tuple(fakes.replace(limit, owner="05") for limit in fakes.LIMITS)
    found = write(register(), tmp_path / "list", compiled=fakes.Compiled(limits=limits))
    assert read_list(found.folder).limits["owner"].tolist() == ["05"] * 4


@pytest.mark.parametrize("name", ["manifest.json", "list.json", "limits.csv", "totals.csv"])
@pytest.mark.parametrize("damage", [None, b"", b"\xff\xfe", b"[1]", b"{}", b"a,b\n1"])
def test_damaged_folders_are_named(tmp_path, name, damage):
    path = write(register(), tmp_path / "list").folder / name
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(InputError) as caught:
        read_list(path.parent)
    assert name in str(caught.value)


def test_a_folder_without_customers_is_no_list(tmp_path):
    with pytest.raises(InputError, match="neither"):
        read_assignment(tmp_path)


def test_the_result_is_small_in_sight(written):
    assert repr(written).startswith("CustomerList(optimal, 60 customers, value EUR 1,")
    assert len(repr(written)) < 300
    nothing = CustomerList("infeasible", float("nan"), float("nan"), 60, conflict=("no",))
    assert repr(nothing) == "CustomerList(infeasible, 60 customers)"
    with pytest.raises(ValueError, match="no list"):
        nothing.assignment()


# --- whole or not at all


def test_an_existing_list_is_replaced_only_where_asked(tmp_path):
    write(register(), tmp_path / "list")
    with pytest.raises(UsageError, match="--force"):
        write(register(), tmp_path / "list")
    again = write(register(), tmp_path / "list", as_csv=True, force=True)
    assert not (again.folder / "assignment.parquet").exists()


def test_something_else_is_never_replaced(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        write(register(), tmp_path / "mine", force=True)
    found = write(register(), tmp_path / "list")
    (found.folder / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        write(register(), tmp_path / "list", force=True)


class Broken:
    """A partition that cannot be read any more."""

    def load(self) -> People:
        raise OSError(errno.EIO, os.strerror(errno.EIO), "customers.parquet")


def test_a_partition_that_fails_leaves_nothing(tmp_path):
    parts = register().partitions
    broken = fakes.Register((parts[0], Broken(), parts[1]))
    with pytest.raises(InputError, match="the customers can no longer be read: Input/output"):
        write(broken, tmp_path / "deep" / "list")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_accepted_leaves_the_former_list(tmp_path):
    found = write(register(), tmp_path / "list")
    before = (found.folder / "list.json").read_bytes()

    def refuse(staged):
        assert {path.name for path in staged.iterdir()} == FILES
        raise InputError([])

    with pytest.raises(InputError):
        write(fakes.cut(fakes.people(5), 5), tmp_path / "list", force=True, accept=refuse)
    assert (found.folder / "list.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["list"]


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_full_disk_leaves_nothing_wherever_it_strikes(tmp_path, monkeypatch, as_csv):
    """Every flush of a file or folder fails once; the last one only outlives a power cut."""
    flush, calls, failing = os.fsync, [], [0]

    def fsync(handle):
        calls.append(handle)
        if len(calls) == failing[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write(register(), tmp_path / "whole", as_csv=as_csv)
    for strikes in range(1, len(calls)):
        calls.clear()
        failing[0] = strikes
        with pytest.raises(OutputError, match="the disk is full; nothing was written there"):
            write(register(), tmp_path / "list", as_csv=as_csv)
        assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_a_disk_that_fills_up_while_rows_are_written(tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("channelopt.lists.row_file._Hashed.write", full)
    for as_csv in (False, True):
        with pytest.raises(OutputError, match="the disk is full"):
            write(register(), tmp_path / "list", as_csv=as_csv)
        assert list(tmp_path.iterdir()) == []


def parts_of(sheet, partitions, staged, as_csv):
    """Write as workers do: a file for each partition, in any order."""
    (staged / "assignment").mkdir()
    totals, hashes = sheet.nothing(), {}
    for number, partition in reversed(list(enumerate(partitions))):
        name = f"assignment/part-{number:05d}.{'csv' if as_csv else 'parquet'}"
        more, hashes[name] = write_part(sheet, partition, staged / name)
        totals += more
    return Filled(totals, hashes)


@pytest.mark.parametrize("as_csv", [False, True])
def test_part_files_say_the_same(written, tmp_path, as_csv):
    found = write(register(), tmp_path / "list", fill=parts_of, as_csv=as_csv)
    names = [path.name for path in sorted((found.folder / "assignment").iterdir())]
    assert [name.partition(".")[0] for name in names] == ["part-00000", "part-00001"]
    assert edited(found.folder) == ()
    for name in ("totals.csv", "limits.csv", "hours.csv", "list.json"):
        assert (found.folder / name).read_bytes() == (written.folder / name).read_bytes()
    rows = found.assignment()
    assert rows["option"].tolist() == written.assignment()["option"].tolist()
    write(register(), tmp_path / "list", fill=parts_of, force=True)


def test_a_strange_file_among_parts_is_not_removed(tmp_path):
    found = write(register(), tmp_path / "list", fill=parts_of)
    (found.folder / "assignment" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"assignment/notes\.txt"):
        write(register(), tmp_path / "list", fill=parts_of, force=True)


def test_rejected_rows_and_a_curve_lie_beside_it(tmp_path):
    file = tmp_path / "bad"
    file.write_text("row,customer_id,what\n7,'=1,no segment\n", encoding="utf-8")
    point = ("hours:team", 1.0, "optimal", 2.0, 2.0, 0.0, 0.5, 1.0, 3)
    curve = Table("curve", COLUMNS["curve"], (point,))
    found = write(
        register(), tmp_path / "list", rejected=Rejected(1, file), curve=curve, notes=("*So*.",)
    )
    assert (found.folder / "rejected.csv").read_bytes() == file.read_bytes()
    assert (found.folder / "curve.csv").read_text() == (
        "limit,at,status,value,bound,gap,price,used,moved\nhours:team,1,optimal,2,2,0,0.5,1,3\n"
    )
    text = (found.folder / "summary.md").read_text("utf-8")
    assert "- 1 row of the customers' file was bad and left out" in text
    assert "- \\*So\\*." in text
    assert "| hours:team | Value | Worth of one more | Used | Decisions changed |" in text
    again = read_list(found.folder)
    assert found.rejected == again.rejected == 1
    assert again.curve["price"].tolist() == [0.5]


# --- in words


def text_of(found) -> str:
    return (found.folder / "summary.md").read_text("utf-8")


def test_the_summary_says_what_the_figures_say(written):
    text = text_of(written)
    assert f"60 customers: the list is worth EUR {written.value:,.2f} in this period" in text
    assert f"EUR {-written.loss:,.2f} are gained by telling them apart" in text
    assert "The plan's quota of Branch for Advice, Keen traders costs EUR 2.00 per contact." in text
    assert "One hour more in the hours of Agents is worth EUR 0.25." in text
    assert "work" not in text.partition("## What limits cost")[2].partition("##")[0]
    assert len(text.splitlines()) < 90


def test_the_summary_says_what_is_not_proven(tmp_path):
    answer = fakes.listing(register()).answer
    found = write(register(), tmp_path / "list", answer=fakes.replace(answer, status="feasible"))
    assert "it is not proven best: up to EUR 999,446 (" in text_of(found)


def test_a_list_without_prices_says_so(tmp_path):
    answer = fakes.replace(fakes.listing(register()).answer, prices=np.zeros(4))
    found = write(register(), tmp_path / "list", answer=answer)
    assert "No limit costs anything" in text_of(found)


def test_many_segments_and_options_stay_on_two_pages(tmp_path):
    """The tables of the summary are cut, not those of the folder."""
    hostile = fakes.small.instance()
    names = fakes.replace(
        hostile.names, segments={"calm": "*Calm* | <b>", "keen": "K"}, currency=None
    )
    found = write(register(), tmp_path / "list", instance=hostile.with_(names=names))
    assert "| \\*Calm\\* \\| \\<b> |" in text_of(found)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (3e-7, "0.000030 %"),
        (1e-12, "less than 0.000001 %"),
        (0.0123, "1.2 %"),
        (2.0, "2e+02 %"),
    ],
)
def test_gaps_are_never_nothing(share, words):
    assert gap(share) == words


LIMITS = (
    Limit("capacity:phone", "capacity", "capacity", "contacts", channel="phone"),
    Limit("minimum volume:phone", "minimum volume", "channels", "contacts", channel="phone"),
    Limit("budget:small", "policy", "small", "currency"),
    Limit("plan:a:b:c", "quota", "plan", "contacts", "c", "", "a", "b"),
)


def rows(lower, upper):
    return fakes.replace(fakes.Compiled().rows, lower=np.array(lower), upper=np.array(upper))


def test_a_conflict_says_who_by_how_much_and_what_would_mend_it():
    conflict = Conflict(np.array([0, 1]), np.array([-12.34567, 0.0]))
    text = describe_conflict(LIMITS, rows([-np.inf, 950, 0, 0], [900, np.inf, 0, 0]), conflict)
    assert text == (
        "no list keeps these 2 limits together, even if customers could be split: the capacity "
        "of phone (capacity:phone, at most 900 contacts); the minimum volume of phone (minimum "
        "volume:phone, at least 950 contacts). The list that misses least misses the capacity of "
        "phone by 12.35 contacts. For these alone it would do to set capacity:phone to at most "
        "912.3457."
    )


def test_a_conflict_of_whole_customers_and_of_quotas():
    conflict = Conflict(np.array([3]), np.array([0.5]), whole=True)
    sides = rows([0, 0, 0, 1.25], [9, 9, 9, 1.75])
    text = describe_conflict(LIMITS, sides, conflict, Words(fakes.small.instance().names))
    assert text.startswith("no list keeps this limit, because customers are whole: the plan's")
    assert "at least 1.25 contacts and at most 1.75 contacts" in text
    assert "`quota_tolerance`" in text
    assert "--joint" in text


def test_money_is_money_in_a_conflict():
    conflict = Conflict(np.array([2]), np.array([-100.0]))
    sides = rows([0, 0, -np.inf, 0], [0, 0, 50.0, 0])
    text = describe_conflict(LIMITS, sides, conflict, Words(fakes.small.instance().names))
    assert "the policy 'small' (budget) by EUR 100.00" in text
    assert "budget:small to at most 150." in text
