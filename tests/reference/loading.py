"""Load a random scenario; one that cannot work at all is refused before anything is solved."""

from __future__ import annotations

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from tests.reference import model
from tests.reference.reader import numbers_of
from tests.strategies import Data

NOBODY_CAN = "E252"
"""Contacts that no channel can take."""


def loaded(data: Data) -> Instance | None:
    """Return the instance, or None where it is rightly refused: no plan can exist."""
    try:
        return from_data(data)
    except InputError as error:
        if {problem.code for problem in error.problems} != {NOBODY_CAN}:
            raise
    assert model.solve(numbers_of(data)).status == "infeasible"
    return None
