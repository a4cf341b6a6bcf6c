"""Rows of a list: what they say, whatever the partitions, in Parquet and in CSV."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from channelopt.customers.people import People
from channelopt.lists.folder import read_assignment
from channelopt.lists.questions import NONE, Question
from channelopt.lists.sheet import Sheet
from channelopt.lists.writing import write_list
from tests.lists import fakes

HOSTILE = [
    "=1+1",
    "'=1+1",
    "@a",
    "-5",
    "+x",
    "\tt",
    "",
    "0017",
    "x" * 300,
    "a,b",
    'q"q',
    "🙂",
    "a\nb",
]


def write(register, out, **options):
    own = {"as_csv", "force", "fill", "accept"}
    changes = {key: options.pop(key) for key in list(options) if key not in own}
    asked = {"as_csv": False, "force": False} | options
    return write_list(fakes.listing(register, **changes), out, **asked)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("list") / "list"
    return write(fakes.cut(fakes.people(), 20, 40), out)


def test_one_row_by_customer_and_decision_in_the_order_of_the_file(written):
    rows = written.assignment()
    assert rows["customer_id"].tolist() == [f"K{k // 2:05d}" for k in range(120)]
    assert rows["decision"].tolist() == ["advice", "offer"] * 60


def test_rows_are_what_the_rule_says_worked_out_one_by_one(written):
    """An independent recomputation: plain loops over the gains, the prices and the contacts."""
    one, rows = fakes.people(), written.assignment()
    phone, quota, _, work = fakes.PRICES
    for k in range(len(one)):
        made, segment = one.contacts[fakes.ADVICE][k], one.segment[k]
        price = [work * 0.2 + quota * (segment == 1), phone, 0.0]
        gains = fakes.GAIN[0][segment]
        worth = [made * (gain - cost) for gain, cost in zip(gains, price, strict=True)]
        best, second = np.argsort([-one for one in worth], kind="stable")[:2]
        row = rows.iloc[2 * k]
        assert row["segment"] == ("calm", "keen")[segment]
        assert row["option"] == ("branch", "phone", "web")[best]
        assert row["runner_up"] == ("branch", "phone", "web")[second]
        assert row["worse_by"] == pytest.approx(worth[best] - worth[second])
        assert row["contacts"] == made
        assert row["value"] == pytest.approx(made * gains[best])
        assert row["cost"] == pytest.approx(made * (2.0, 1.0, 0.1)[best])
        assert row["satisfaction"] == (0.9, 0.7, 0.6)[best]
        paid = row[[name for name in rows.columns if name.startswith("paid_")]]
        assert paid.sum() == pytest.approx(made * price[best])
        assert paid["paid_capacity_phone"] == pytest.approx(made * phone * (best == 1))
        assert paid["paid_other"] == pytest.approx(made * quota * (segment == 1) * (best == 0))


def test_prices_are_shown_of_scarce_limits_that_customers_use(written):
    """Hours of a group are used by the work in channels, never by a customer; quotas are others."""
    names = [name for name in written.assignment().columns if name.startswith("paid_")]
    assert names == ["paid_capacity_phone", "paid_work_branch", "paid_other"]


@pytest.mark.parametrize("sizes", [(60,), (1, 59), (30, 0, 30), (7,) * 8 + (4,)])
def test_the_same_on_any_partitions(written, tmp_path, sizes):
    other = write(fakes.cut(fakes.people(), *sizes), tmp_path / "other", threads=3)
    assert other.assignment().equals(written.assignment())
    for name in ("totals.csv", "limits.csv", "hours.csv", "list.json", "summary.md"):
        assert (other.folder / name).read_bytes() == (written.folder / name).read_bytes()


def test_csv_says_the_same(written, tmp_path):
    other = write(fakes.cut(fakes.people(), 60), tmp_path / "csv", as_csv=True)
    assert (other.folder / "assignment.csv").is_file()
    assert not (other.folder / "assignment.parquet").exists()
    found = other.assignment()
    for name, column in written.assignment().items():
        if pd.api.types.is_float_dtype(column):
            assert np.array_equal(found[name], column, equal_nan=True), name
        else:
            assert found[name].tolist() == column.tolist(), name


def hostile():
    count = len(HOSTILE)
    whole = fakes.people(count)
    return fakes.cut(fakes.replace(whole, ids=pa.array(HOSTILE)), 5, count - 5)


@pytest.mark.parametrize("as_csv", [False, True])
def test_hostile_ids_survive(tmp_path, as_csv):
    found = write(hostile(), tmp_path / "list", as_csv=as_csv)
    assert found.assignment()["customer_id"].tolist()[::2] == HOSTILE


def test_no_cell_of_the_csv_is_a_formula(tmp_path):
    found = write(hostile(), tmp_path / "list", as_csv=True)
    plain = pd.read_csv(found.folder / "assignment.csv", dtype=str, keep_default_na=False)
    for name in ("customer_id", "segment", "decision", "option", "runner_up"):
        assert not plain[name].str.match(r"[=+\-@\t\r]").any()


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.int32()])
def test_whole_numbers_as_ids_stay_whole_numbers(tmp_path, kind):
    ids = pa.array([2**31 - 1, 0, 7], type=kind)
    found = write(fakes.cut(fakes.people(3, ids=ids), 3), tmp_path / "list")
    assert pq.read_schema(found.folder / "assignment.parquet").field("customer_id").type == kind
    assert found.assignment()["customer_id"].tolist()[::2] == [2**31 - 1, 0, 7]


def test_the_largest_id_survives_in_csv(tmp_path):
    ids = pa.array([2**63 - 1])
    found = write(fakes.cut(fakes.people(1, ids=ids), 1), tmp_path / "list", as_csv=True)
    assert found.assignment()["customer_id"].tolist() == [str(2**63 - 1)] * 2


def test_no_customers(tmp_path):
    found = write(fakes.cut(fakes.people(0), 0), tmp_path / "list")
    assert found.customers == 0
    assert found.value == fakes.CONSTANT
    assert len(found.assignment()) == 0


def test_no_partitions_at_all(tmp_path):
    for as_csv in (False, True):
        found = write(fakes.Register(()), tmp_path / f"list{as_csv}", as_csv=as_csv)
        assert list(found.assignment().columns[:4]) == [
            *("customer_id", "segment", "decision", "option")
        ]
        assert len(found.assignment()) == 0


def test_barred_options_are_not_taken_nor_runners_up(tmp_path):
    barred = {fakes.PHONE: np.zeros(60, dtype=bool)}
    written = write(fakes.cut(fakes.people(eligible=barred), 60), tmp_path / "list")
    assert written.hours["channel"].tolist() == ["branch"]  # nobody works on the phone
    found = written.assignment()
    assert not (found["option"] == "phone").any()
    assert not (found["runner_up"] == "phone").any()
    offers = found[found["decision"] == "offer"]
    assert offers["runner_up"].isna().all()
    assert offers["worse_by"].isna().all()


class Before:
    """An earlier list in which everybody had the phone, whoever has an odd number nothing."""

    def options(self, question, people: People):
        before = np.full(len(people), 1 if question == fakes.ADVICE else 0, dtype=np.int16)
        return np.where(people.row % 2 == 1, -1, before).astype(np.int16)


def test_moves_against_an_earlier_list(written, tmp_path):
    found = write(fakes.cut(fakes.people(), 25, 35), tmp_path / "list", earlier=Before())
    rows = found.assignment()
    even = rows["customer_id"].str[1:].astype(int) % 2 == 0
    assert (rows.loc[even, "previous"] == "phone").all()
    assert rows.loc[~even, ["previous", "moved"]].isna().all().all()
    moved = even & (rows["option"] != "phone")
    assert rows.loc[even, "moved"].astype(bool).tolist() == moved[even].tolist()
    count = rows[moved].groupby(["decision", "previous", "option"], observed=True).size()
    shown = found.moves.set_index(["decision", "from", "to"])["customers"]
    assert shown.to_dict() == count.to_dict()
    figures = found.as_data()["moves"]["earlier"]
    assert figures == {"compared": 30, "moved": rows[moved]["customer_id"].nunique()}
    text = (found.folder / "summary.md").read_text("utf-8")
    assert "Of 30 customers of whom it is known what they had in the earlier list" in text
    assert "so little was given up to move few customers." in text
    assert "That customers are whole, and as many as possible stay where they were, costs" in text


def test_moves_against_the_channels_of_today(tmp_path):
    current = {
        -1: np.full(60, fakes.BRANCH, dtype=np.int16),
        fakes.OFFER: np.full(60, -1, dtype=np.int16),
    }
    found = write(fakes.cut(fakes.people(current=current), 60), tmp_path / "list")
    rows = found.assignment()
    moved = rows[(rows["decision"] == "advice") & (rows["option"] != "branch")]
    assert found.moves["customers"].sum() == len(moved)
    assert found.as_data()["moves"]["today"] == {"compared": 60, "moved": len(moved)}
    assert found.as_data()["moves"]["earlier"] is None


def test_who_has_no_contacts_has_not_moved(tmp_path):
    """The last customer of the question without contacts: no channel, and none is missed."""
    idle = Question("advice", (fakes.ADVICE,), (*fakes.QUESTIONS[0].options[:2], NONE))
    compiled = fakes.Compiled(questions=(idle, fakes.QUESTIONS[1]))
    current = {fakes.ADVICE: np.full(60, fakes.BRANCH, dtype=np.int16)}
    prices = np.array([9.0, 0.0, 0.0, 99.0])  # nobody wants the branch nor the phone
    listing = fakes.listing(fakes.cut(fakes.people(current=current), 60), compiled=compiled)
    answer = fakes.replace(listing.answer, prices=prices, rule=fakes.Rule(tuple(prices)))
    found = write(listing.register, tmp_path / "list", compiled=compiled, answer=answer)
    assert set(found.assignment()["option"]) == {"none"}
    assert found.as_data()["moves"]["today"] is None
    text = (found.folder / "summary.md").read_text("utf-8")
    assert "| Advice | without such contacts | 60 |" in text


def travelled(thing):
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - made here


def test_the_sheet_travels_to_other_machines():
    sheet = Sheet.of(fakes.listing(fakes.cut(fakes.people(), 60)))
    (part,) = fakes.cut(fakes.people(), 60).partitions
    here, there = sheet(part), travelled(sheet)(part)
    assert there.rows.equals(here.rows)
    assert travelled(here.totals).even == here.totals.even


def test_parquet_is_plain_for_others(written):
    """Words are stored once, numbers as they are; any reader gets text."""
    path = written.folder / "assignment.parquet"
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    frame = pd.read_parquet(path)
    assert frame["option"].astype(str).tolist() == written.assignment()["option"].tolist()


def test_two_limits_of_one_name_keep_their_columns():
    from channelopt.lists.paid import _columns

    assert _columns(["a:b", "a_b", "other"]) == (
        "paid_a_b",
        "paid_a_b_2",
        "paid_other_2",
        "paid_other",
    )


def test_csv_is_read_by_arrow_too(tmp_path):
    found = write(hostile(), tmp_path / "list", as_csv=True)
    options = pc.ParseOptions(newlines_in_values=True)
    table = pc.read_csv(found.folder / "assignment.csv", parse_options=options)
    assert table.num_rows == 2 * len(HOSTILE)
    assert table["value"].type == pa.float64()


def test_reading_gives_the_ids_back(tmp_path):
    found = write(hostile(), tmp_path / "list", as_csv=True)
    assert read_assignment(found.folder)["customer_id"].tolist()[::2] == HOSTILE
