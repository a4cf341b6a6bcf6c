"""Sheet: turns one partition of customers into rows of the list, and adds them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import Partition, People
from channelopt.errors import InputError, Problem
from channelopt.lists.compiled import Compiled, Figures
from channelopt.lists.moves import SEVERAL, Places
from channelopt.lists.paid import Paid, paid
from channelopt.lists.questions import Option, Question
from channelopt.lists.result import Earlier, Listing
from channelopt.lists.shares import Planned, plan_shares
from channelopt.lists.totals import Taken, Totals, totals
from channelopt.priced.answer import Rule
from channelopt.priced.units import Flags, Floats

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Page:
    """The rows of one partition, and what they add up to."""

    rows: pa.RecordBatch
    totals: Totals


@dataclass(frozen=True)
class Sheet:
    """Makes pages; can be pickled, and holds no customers.

    Attributes:
        compiled: the plan and its customers as the engine saw them.
        rule: gives every customer's question its option.
        paid: columns of prices paid.
        shares: by question, (S, O) the plan's share of each option; first where the file says
            nothing of a customer's contacts, then where it does.
        ways: by question, (O,) the way of each option that can be compared with one of today.
        segments: ids.
        channels: how many there are.
        earlier: an earlier list, where one was to be kept.
    """

    compiled: Compiled
    rule: Rule
    paid: Paid
    shares: tuple[tuple[Floats, Floats], ...]
    ways: tuple[Places, ...]
    segments: tuple[str, ...]
    channels: int
    earlier: Earlier | None = None

    @staticmethod
    def of(listing: Listing) -> Sheet:
        """Return what makes the pages of a list.

        Raises:
            ValueError: the answer has no list.
        """
        compiled, answer, n = listing.compiled, listing.answer, listing.instance.numbers
        if answer.rule is None:
            msg = f"there is no list to write: {answer.status}"
            raise ValueError(msg)
        planned = Planned(n, listing.choice, listing.period)
        options = compiled.tables.shape[2]
        shares = tuple(
            (
                plan_shares(planned, question, options, whole=True),
                plan_shares(planned, question, options, whole=False),
            )
            for question in compiled.questions
        )
        return Sheet(
            compiled=compiled,
            rule=answer.rule,
            paid=paid(compiled, answer.prices),
            shares=shares,
            ways=tuple(_ways(question, options, n.inbound) for question in compiled.questions),
            segments=n.segments,
            channels=len(n.channels),
            earlier=listing.earlier,
        )

    def nothing(self) -> Totals:
        """Return the totals of no customers."""
        options = self.compiled.tables.shape[2]
        shape = (len(self.compiled.questions), len(self.segments), options)
        return Totals.nothing(shape, self.channels)

    def __call__(self, partition: Partition) -> Page:
        """Read a partition, decide it, and lay out its rows.

        Raises:
            InputError: the customers can no longer be read.
        """
        try:
            people = partition.load()
        except OSError as error:  # not a fault of the folder that is written
            message = f"the customers can no longer be read: {error.strerror or error}"
            raise InputError([Problem("E914", message)]) from error
        return self.page(people)

    def page(self, people: People) -> Page:
        """Decide customers and lay out their rows."""
        taken = [self._take(question, people) for question in range(len(self.compiled.questions))]
        shape = (len(self.segments), self.compiled.tables.shape[2])
        return Page(self._rows(people, taken), totals(people.segment, taken, shape, self.ways))

    def _take(self, question: int, people: People) -> Taken:
        block = self.compiled.block(question, people)
        decided = self.rule(block)
        figures = self.compiled.figures(question, people)
        known = any(i in people.contacts for i in self.compiled.questions[question].interactions)
        at = (np.arange(len(people)), decided.option)
        return Taken(
            option=decided.option,
            runner_up=decided.runner_up,
            worse_by=decided.worse_by,
            contacts=figures.contacts[at],
            value=figures.value[at],
            cost=figures.cost[at],
            satisfaction=figures.satisfaction[at],
            even=_even(figures, self.shares[question][known][people.segment]),
            paid=self.paid.of(block, decided.option),
            work=self.compiled.work(question, people, decided.option),
            earlier=None if self.earlier is None else self.earlier.options(question, people),
            today=_today(self.compiled.questions[question], people),
        )

    def _rows(self, people: People, taken: list[Taken]) -> pa.RecordBatch:
        """Lay out one row per customer and question, customers in their order."""
        import pyarrow as pa

        questions = self.compiled.questions
        columns: dict[str, Any] = {
            "customer_id": _repeated(people.ids, len(questions)),
            "segment": _words(np.repeat(people.segment, len(questions)), self.segments),
            "decision": _words(
                np.tile(np.arange(len(questions), dtype=np.int16), len(people)),
                [question.name for question in questions],
            ),
        }
        names = _Names(questions)
        columns["option"] = names.of([one.option for one in taken])
        for name in ("contacts", "value", "cost", "satisfaction"):
            columns[name] = _numbers([getattr(one, name) for one in taken])
        columns["runner_up"] = names.of([one.runner_up for one in taken])
        columns["worse_by"] = _numbers([one.worse_by for one in taken])
        if self.earlier is not None:
            before = [one.earlier for one in taken if one.earlier is not None]
            columns["previous"] = names.of(before)
            columns["moved"] = _moved(taken)
        for place, name in enumerate(self.paid.names):
            columns[name] = _numbers([one.paid[place] for one in taken])
        return pa.RecordBatch.from_pydict(columns)


class _Names:
    """Names of options, of all questions together: a question's options begin at its start."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        self.names = sorted({option.name for one in questions for option in one.options})
        place = {name: at for at, name in enumerate(self.names)}
        self.places = [
            np.array([*(place[option.name] for option in one.options), -1], dtype=np.int16)
            for one in questions
        ]

    def of(self, options: list[Places]) -> pa.Array:
        """Return names by question and customer; -1 is absent."""
        found = [places[option] for places, option in zip(self.places, options, strict=True)]
        return _words(_interleaved(found), self.names)


def _interleaved(columns: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the columns of all questions as one: customer by customer."""
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1).ravel()


def _words(places: Places, words: tuple[str, ...] | list[str]) -> pa.Array:
    import pyarrow as pa

    absent = places < 0
    codes = pa.array(places, mask=absent) if absent.any() else pa.array(places)
    return pa.DictionaryArray.from_arrays(codes, pa.array(words, type=pa.string()))


def _numbers(columns: list[Floats]) -> pa.Array:
    """Return numbers; nan is absent."""
    import pyarrow as pa

    column = _interleaved(columns)
    absent = np.isnan(column)
    return pa.array(column, mask=absent) if absent.any() else pa.array(column)


def _moved(taken: list[Taken]) -> pa.Array:
    """Return whether the option is another one than before; absent where there was none."""
    import pyarrow as pa

    pairs = [(one.option, one.earlier) for one in taken if one.earlier is not None]
    moved = _interleaved([option != before for option, before in pairs])
    return pa.array(moved, mask=_interleaved([before < 0 for _, before in pairs]))


def _repeated(ids: pa.Array, times: int) -> pa.Array:
    return ids if times == 1 else ids.take(np.repeat(np.arange(len(ids)), times))


def _even(figures: Figures, shares: Floats) -> Floats:
    """Return (n,) what shares of options are worth to each customer.

    The share of an option that is barred goes to the customer's others in proportion; where they
    have none, evenly.
    """
    open_to = ~np.isnan(figures.value)
    parts = np.where(open_to, shares, 0.0)
    known = parts.sum(axis=1) > 0
    parts = np.where(known[:, None], parts, open_to)
    amounts = (parts * np.where(open_to, figures.value, 0.0)).sum(axis=1)
    worth: Floats = amounts / parts.sum(axis=1)
    return worth


def _today(question: Question, people: People) -> Places | None:
    """Return the way that serves each customer now, where the file has one for the question."""
    everything = people.current.get(-1)
    if len(question.interactions) > 1:
        return everything
    return people.current.get(question.interactions[0], everything)


def _ways(question: Question, options: int, inbound: Flags) -> Places:
    """Return (O,) the way of each option; see `moves`.

    Who has no inbound contacts in answer to a question has not moved.
    """
    none = SEVERAL if inbound[list(question.interactions)].all() else -1
    ways = np.full(options, SEVERAL, dtype=np.int16)
    ways[: len(question.options)] = [_way(option, none) for option in question.options]
    return ways


def _way(option: Option, none: int) -> int:
    ways = {way for _, way in option.entries}
    if not ways:
        return none
    return ways.pop() if len(ways) == 1 else SEVERAL
