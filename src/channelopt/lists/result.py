"""A list of customers: what it is made from, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import People, Register
from channelopt.instance.instance import Instance
from channelopt.lists.compiled import Compiled
from channelopt.plan.accounts import account
from channelopt.plan.table import Table, as_number
from channelopt.priced.answer import Answer, Effort, Status
from channelopt.terms.choice import Choice

if TYPE_CHECKING:
    import pandas as pd

    from channelopt.lists.what_ifs import WhatIfs

WORDS = frozenset(
    {
        *("segment", "interaction", "channel", "decision", "from", "to", "rung", "words"),
        *("limit", "kind", "owner", "unit", "group", "compared_with"),
        *("name", "change", "status", "costly", "conflict"),
    }
)
"""Columns of the tables that hold text; `binding` holds flags, all others numbers."""


class Earlier(Protocol):
    """An earlier list, of which as few customers as possible were to be moved."""

    def options(self, question: int, people: People) -> NDArray[np.int16]:
        """Return (n,) the option that each customer had; -1 where there was none, or is no more."""


@dataclass(frozen=True)
class Rejected:
    """Rows of the customers' file that were left out.

    Attributes:
        count: how many.
        file: CSV with row, customer_id and what is wrong; it becomes `rejected.csv`.
    """

    count: int = 0
    file: Path | None = None


@dataclass(frozen=True)
class Listing:
    """Everything that a list is written from.

    Attributes:
        instance: the scenario, with all its periods.
        choice: the plan of segments.
        period: position of the period that the list is for.
        compiled: the plan and its customers as the engine saw them.
        register: the customers.
        answer: what the engine found; it has a rule.
        joint: the plan's quotas were left out.
        run: what the plan is: the digest of its run, or the path of its scenario.
        mapping: which column holds what, plain data as in the section `customers`.
        options: what was asked for, plain data, for the manifest.
        files: SHA-256 (hex) of the customers' files, by name.
        seed: of the hash that tells equal customers apart.
        rejected: rows that were left out.
        earlier: an earlier list, where one was to be kept.
        within: of a joint list, the value of the list within the plan's quotas, where it is known.
        curve: profit against one limit, where it was asked for.
        what_ifs: the list held against others within changed limits, where they were asked for.
        notes: what else a reader must know, in sentences: columns that were not used, and so on.
        threads: partitions that are prepared at once; 0 for as many as there are cores.
    """

    instance: Instance
    choice: Choice
    period: int
    compiled: Compiled
    register: Register
    answer: Answer
    joint: bool = False
    run: str = ""
    mapping: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    rejected: Rejected = field(default_factory=Rejected)
    earlier: Earlier | None = None
    within: float | None = None
    curve: Table | None = None
    what_ifs: WhatIfs | None = None
    notes: tuple[str, ...] = ()
    threads: int = 0

    @property
    def plan_profit(self) -> float:
        """Satisfaction-weighted profit of the plan in the period of the list, undiscounted."""
        accounts = account(self.instance.numbers, self.choice)
        return float(accounts.profit_by_period[self.period])


@dataclass(frozen=True)
class CustomerList:
    """A list of customers as it was written, without the customers themselves.

    Attributes:
        status: optimal within the gap asked for, or feasible; infeasible and others without a list.
        value: satisfaction-weighted profit of the period with this list; nan without one.
        bound: no list within the same limits is worth more.
        customers: how many it has.
        folder: where it was written; None without a list.
        currency: of the scenario, if it names one.
        tables: totals, limits, hours, ladder, moves; curve and what_ifs where they were asked for.
        loss: disaggregation loss, what the plan's shares spread evenly over these customers would
            be worth less what the list is worth; negative where telling customers apart gains.
        rejected: rows of the customers' file that were left out.
        effort: passes, sizes, seconds.
        conflict: where there is no list, the limits that cannot hold together, in sentences.
        data: list.json as plain data.
    """

    status: Status
    value: float
    bound: float
    customers: int
    folder: Path | None = None
    currency: str | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    loss: float = float("nan")
    rejected: int = 0
    effort: Effort | None = None
    conflict: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """|bound - value| / max(1, |value|)."""
        return abs(self.bound - self.value) / max(1.0, abs(self.value))

    @property
    def totals(self) -> pd.DataFrame:
        """Customers, contacts and money by segment, interaction and channel."""
        return _frame(self.tables["totals"])

    @property
    def limits(self) -> pd.DataFrame:
        """Limits that customers share: use, room, and the price of one unit."""
        return _frame(self.tables["limits"])

    @property
    def prices(self) -> dict[str, float]:
        """Price of one unit of each limit, by its name: proof of the bound, and a good start."""
        rows = self.tables["limits"].records()
        return {str(row["limit"]): as_number(row["price"]) for row in rows}

    @property
    def hours(self) -> pd.DataFrame:
        """Hours of staff groups on channels."""
        return _frame(self.tables["hours"])

    @property
    def ladder(self) -> pd.DataFrame:
        """From the plan of segments to the list, step by step."""
        return _frame(self.tables["ladder"])

    @property
    def what_ifs(self) -> pd.DataFrame:
        """What-ifs beside the list as it is, which is the first row."""
        return _frame(self.tables["what_ifs"])

    @property
    def curve(self) -> pd.DataFrame:
        """Value, price and use at each value of one limit."""
        return _frame(self.tables["curve"])

    @property
    def moves(self) -> pd.DataFrame:
        """Customers whose option is another one than before."""
        return _frame(self.tables["moves"])

    def assignment(self) -> pd.DataFrame:
        """Read the list itself: one row per customer and decision; it may be large."""
        from channelopt.lists.folder import read_assignment

        if self.folder is None:
            msg = "there is no list to read"
            raise ValueError(msg)
        return read_assignment(self.folder)

    def as_data(self) -> dict[str, Any]:
        """Return the list as plain JSON data: list.json."""
        return dict(self.data)

    def __repr__(self) -> str:
        text = f"CustomerList({self.status}, {self.customers:,} customers"
        if self.folder is None:
            return f"{text})"
        money = f"{self.currency} " if self.currency else ""
        return f"{text}, value {money}{self.value:,.2f}, gap {self.gap:.1e}, '{self.folder}')"


def _frame(table: Table) -> pd.DataFrame:
    import pandas as pd

    frame: pd.DataFrame = pd.DataFrame(list(table.rows), columns=list(table.columns))
    for name in table.columns:
        if name not in WORDS and name != "binding":
            frame[name] = pd.to_numeric(frame[name])
    return frame
