"""The tables of a plan, and their text form."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.errors import InputError
from channelopt.plan.accounts import account
from channelopt.plan.columns import ALWAYS, COLUMNS
from channelopt.plan.table import Table, cell_text, read_csv
from channelopt.plan.tables import tables
from tests.plan.small import choice, instance, numbers


@pytest.fixture(scope="module")
def written():
    return tables(instance(), choice(), account(numbers(), choice()))


def test_every_table_has_its_columns(written):
    assert {name: table.columns for name, table in written.items()} == ALWAYS


def test_allocation_is_sorted_and_shows_today_beside_the_plan(written):
    rows = written["allocation"].rows
    keys = [row[:4] for row in rows]
    assert keys == sorted(keys)
    assert rows[0] == ("2027", "calm", "advice", "branch", 0.0, 0.0, 0.1)
    assert rows[2] == ("2027", "calm", "advice", "web", 200.0, 1.0, 0.5)
    assert ("2027", "keen", "offer", "phone", 40.0, 0.8, None) in rows
    assert ("2028", "keen", "advice", "web") not in keys  # neither contacts nor a baseline


def test_offers_channels_staff_and_hours(written):
    assert written["offers"].rows[0] == ("2027", "calm", "web")
    phone = dict(zip(COLUMNS["channels"], written["channels"].rows[1], strict=True))
    assert phone["open"] is True
    assert (phone["first_contacts"], phone["handled"]) == (140.0, 265.0)
    assert (phone["capacity"], phone["utilisation"]) == (265.0, 1.0)
    web = dict(zip(COLUMNS["channels"], written["channels"].rows[2], strict=True))
    assert web["capacity"] is None
    branch = dict(zip(COLUMNS["channels"], written["channels"].rows[3], strict=True))
    assert (branch["open"], branch["closing_cost"], branch["closure_loss"]) == (False, 7.0, 45.0)
    staff = dict(zip(COLUMNS["staff"], written["staff"].rows[0], strict=True))
    assert (staff["fte"], staff["hired"], staff["hours_needed"]) == (4.0, 1.0, 34.375)
    assert (staff["hours_paid"], staff["service_level"]) == (40.0, None)
    assert written["hours"].rows[-1] == ("2028", "agents", "phone", 17.5)


def test_segments_show_touch_and_profit(written):
    keen = dict(zip(COLUMNS["segments"], written["segments"].rows[1], strict=True))
    assert keen["share_high"] == pytest.approx(100 / 240)
    assert keen["share_medium"] == pytest.approx(140 / 240)
    assert keen["share_low"] == 0.0
    assert keen["profit"] == pytest.approx(
        keen["kept_margin"]
        + keen["contact_value"]
        + keen["satisfaction_value"]
        - keen["closure_loss"]
        - keen["service_cost"]
    )


def test_csv_round_trip(written):
    for name, table in written.items():
        assert read_csv(table.to_csv(), name, table.columns, f"{name}.csv") == table


@pytest.mark.parametrize("label", ["=1+1", "+1", "-2027", "@x", "\tx", "'=x", "''-", "'plain", "ü"])
def test_text_that_looks_like_a_formula_is_quoted_and_comes_back(label):
    table = Table("offers", COLUMNS["offers"], ((label, "a", "b"),))
    text = table.to_csv()
    assert not text.splitlines()[1].startswith(("=", "+", "-", "@", "\t"))
    assert read_csv(text, "offers", table.columns, "offers.csv").rows[0][0] == label


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_as_they_were(number):
    table = Table("hours", COLUMNS["hours"], (("p", "g", "c", number),))
    back = read_csv(table.to_csv(), "hours", table.columns, "hours.csv").rows[0][3]
    assert float(back) == number


def test_cells_are_neutral():
    assert [cell_text(cell) for cell in (None, True, False, 6000.0, 0.1, 1e-7, math.nan)] == [
        *("", "true", "false", "6000", "0.1", "1e-07", "")
    ]
    assert cell_text(-0.0) == "0"


def test_every_damaged_cell_is_named():
    header = ",".join(COLUMNS["hours"])
    text = f'{header}\n2027,g,c,1.5\n2027,g,c,"1,5"\n2027,g,c,nan\n'
    with pytest.raises(InputError) as caught:
        read_csv(text, "hours", COLUMNS["hours"], "hours.csv")
    found = [str(problem) for problem in caught.value.problems]
    assert found == [
        "hours.csv:3:hours  E904  expected a number with a decimal point, found '1,5'",
        "hours.csv:4:hours  E904  expected a number with a decimal point, found 'nan'",
    ]
    with pytest.raises(InputError) as caught:
        read_csv(f"{text}2027,g,c\n", "hours", COLUMNS["hours"], "hours.csv")
    assert str(caught.value) == "hours.csv:5  E903  3 cells where 4 are expected"


@pytest.mark.parametrize("text", ["", "a,b\n", '"unclosed'])
def test_a_wrong_header_is_named(text):
    with pytest.raises(InputError, match=r"hours\.csv"):
        read_csv(text, "hours", COLUMNS["hours"], "hours.csv")


def test_data_frames_have_numbers_and_flags(written):
    frame = written["channels"].to_pandas()
    assert frame["open"].dtype == bool
    assert frame["capacity"].isna().sum() == 4
    assert frame["handled"].sum() == pytest.approx(265 + 350 + 105.625 + 400)
