"""The decisions of a plan from its tables: accounting for them gives its figures again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

from channelopt.errors import InputError
from channelopt.pipeline.solving import Engines, find
from channelopt.plan.accounts import account
from channelopt.plan.columns import COLUMNS
from channelopt.plan.recall import choice_of
from channelopt.plan.table import Table, read_csv
from channelopt.plan.tables import tables
from tests.plan import small
from tests.plan.chance import ANY, OPTIONS, examples
from tests.reference.loading import loaded
from tests.strategies import Data

SETTINGS = examples(3)


def through_files(written: dict[str, Table]) -> dict[str, Table]:
    return {
        name: read_csv(table.to_csv(), name, COLUMNS[name], name) for name, table in written.items()
    }


@SETTINGS
@given(data=ANY)
def test_written_and_recalled_it_is_the_same_plan(data: Data) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    choice = find(base, OPTIONS, Engines.start(OPTIONS)).choice
    assume(choice is not None)
    assert choice is not None
    accounts = account(base.numbers, choice)
    recalled = choice_of(base, through_files(tables(base, choice, accounts)))
    for name, array in vars(choice).items():
        np.testing.assert_array_equal(getattr(recalled, name), array, err_msg=name)
    again = account(base.numbers, recalled)
    assert again.objective == accounts.objective
    assert (again.satisfaction == accounts.satisfaction)[~np.isnan(accounts.satisfaction)].all()


def test_the_small_plan_by_hand() -> None:
    base, choice = small.instance(), small.choice()
    recalled = choice_of(base, tables(base, choice, account(base.numbers, choice)))
    assert recalled.first_contacts[1, 0].tolist() == [[100, 0], [100, 200], [0, 0]]
    assert recalled.open.tolist() == [[True, False], [True, True], [True, True]]
    assert recalled.fte.tolist() == [[4, 2]]


def test_what_the_scenario_does_not_have_is_named() -> None:
    base, choice = small.instance(), small.choice()
    written = tables(base, choice, account(base.numbers, choice))
    rows = tuple(
        ("phone2" if cell == "phone" else cell for cell in r) for r in written["hours"].rows
    )
    strange = Table("hours", COLUMNS["hours"], tuple(tuple(row) for row in rows))
    with pytest.raises(InputError, match=r"hours\.csv:.*E911.*'phone2'.*did you mean 'phone'"):
        choice_of(base, {**written, "hours": strange})
