"""Compares the rows of a list with its customers, stretch by stretch, and adds them up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from channelopt.customers.people import People
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.verify.lists.customers import Customers, Places
from channelopt.verify.lists.menu import Menu, Question, question, unknown
from channelopt.verify.lists.moves import Moves, Named
from channelopt.verify.lists.result import Findings
from channelopt.verify.lists.stream import Rows
from channelopt.verify.lists.tally import Answers, Tally
from channelopt.verify.lists.worth import Worth
from channelopt.verify.read import shown

if TYPE_CHECKING:
    import pyarrow as pa

CLOSE = 1e-6
"""A figure of a row is right within CLOSE * max(1, |figure|)."""

FIGURES = ("contacts", "value", "cost", "satisfaction")
MORE = ("worse_by", "previous", "moved")
TEXTS = ("customer_id", "segment", "decision", "option", "runner_up")


@dataclass(frozen=True)
class Taken:
    """What one question settles for the customers of a stretch, with the rows that say so.

    Attributes:
        people: the customers.
        group: their numbers.
        answers: ways and what they cause.
        rows: the rows of this question, one for each customer.
        first: row of the list in which the stretch begins, from 1, the header left out.
        step: rows from one customer to the next.
    """

    people: People
    group: Customers
    answers: Answers
    rows: pa.Table
    first: int
    step: int

    def where(self, place: int) -> str:
        """Say which row a place is."""
        label = shown(self.rows["customer_id"][place].as_py())
        return f"assignment row {self.first + place * self.step} (customer {label})"

    def texts(self, column: str) -> pa.Array:
        """Return a column as one array of text."""
        found = _as_text(self.rows[column])
        return found.combine_chunks() if hasattr(found, "combine_chunks") else found


More = Callable[[Taken], None]
"""Checks further columns of rows that are otherwise right."""


class Reading:
    """Checks all rows of a list, in the order of the customers' file.

    Attributes:
        questions: what is decided for each customer, as the first one's rows say.
        menus: their options that have been met.
        rows: number of rows checked.
        aligned: whether every row so far stands where it belongs.
        moves: customers whose option is another one than before.
    """

    def __init__(
        self, n: Numbers, cells: Worth, tally: Tally, findings: Findings, most: int | None
    ) -> None:
        """Begin.

        Args:
            n: the scenario.
            cells: figures of one contact.
            tally: adds up what is read.
            findings: takes what is wrong.
            most: outbound treatments that one customer may have, None for one per interaction.
        """
        self._n = n
        self._cells = cells
        self._tally = tally
        self._found = findings
        self._most = most
        self.questions: tuple[Question, ...] = ()
        self.menus: tuple[Menu, ...] = ()
        self.rows = 0
        self.aligned = True
        self._at = 0
        self.moves = Moves(n.ways, n.inbound)

    def begin(self, names: Sequence[str], columns: Sequence[str]) -> None:
        """Say what is decided for each customer, in this order, and what the rows' columns are."""
        self._columns(columns)
        known = [question(self._n, name) for name in names]
        for name, asked in zip(names, known, strict=True):
            if asked is None:
                self._found.add("decision", f"{shown(name)} is no decision of this scenario")
        self.questions = tuple(asked for asked in known if asked is not None)
        settled = [i for asked in self.questions for i in asked.interactions]
        for i in sorted({i for i in settled if settled.count(i) > 1}):
            self._found.add("decision", f"{self._n.interactions[i]} is decided twice")
        self.menus = tuple(Menu(self._n, asked) for asked in self.questions)

    def _columns(self, columns: Sequence[str]) -> None:
        for name in (*TEXTS, *FIGURES, "worse_by"):
            if name not in columns:
                self._found.add("columns", f"assignment: the column {name} is missing")
                self.aligned = False
        for name in columns:
            if name not in (*TEXTS, *FIGURES, *MORE) and not name.startswith("paid_"):
                self._found.add("columns", f"assignment: the column {shown(name)} is not known")
        if len(set(columns)) < len(columns):
            self._found.add("columns", "assignment: two columns have one name")
            self.aligned = False

    def check(self, people: People, lines: Rows) -> None:
        """Check the rows of the next customers."""
        group = Customers(self._n, self._cells, people)
        self._tally.meet(group, people)
        width = len(self.questions)
        table = lines.take(len(people) * width) if width and self.aligned else None
        found = 0 if table is None else table.num_rows
        if table is None or found < len(people) * width:
            self._lost(people, found // max(width, 1))
            return
        treated = np.zeros(len(people), dtype=np.int64)
        for taken in self._taken(people, group, table):
            if self._same_people(taken):
                self._answers(taken)
                treated += self._treatments(taken)
                self._moves(taken)
        self._limit_treatments(treated, people)
        self.rows += found
        self._at += found
        self.moves.done()

    def again(self, people: People, lines: Rows, more: More) -> None:
        """Go through the rows of customers once more, after all were found to be in their place."""
        table = lines.take(len(people) * len(self.questions))
        if table is not None:
            group = Customers(self._n, self._cells, people)
            for taken in self._taken(people, group, table):
                more(taken)
            self._at += table.num_rows

    def begin_again(self) -> None:
        """Begin to go through the rows once more."""
        self._at = 0

    def _taken(self, people: People, group: Customers, table: pa.Table) -> Iterator[Taken]:
        """Yield the rows of each question, with what they settle."""
        width = len(self.questions)
        for q in range(width):
            rows = table.take(np.arange(q, table.num_rows, width)) if width > 1 else table
            codes = _codes(rows["option"], self.menus[q])
            ways = self.menus[q].ways(codes)
            answers = Answers(q, codes, ways, group.experience(ways))
            yield Taken(people, group, answers, rows, self._at + q + 1, width)

    def _lost(self, people: People, found: int) -> None:
        self.aligned = False
        missing = len(people) - found
        ids = [shown(one.as_py()) for one in people.ids[found : found + 3]]
        text = (
            f"assignment: {missing} customers of the file have no row, the first {', '.join(ids)}"
        )
        self._found.some("customers without a row", [text], missing)

    def _answers(self, taken: Taken) -> None:
        """Check what the rows of one question say, and add it up."""
        answers = taken.answers
        strange = np.isin(answers.options, list(self.menus[answers.question].strange))
        self._bad(
            "option",
            taken,
            strange,
            lambda k: unknown(str(taken.rows["option"][k].as_py())),
        )
        for i, way in answers.ways.items():
            self._may(taken, i, way)
        for name in FIGURES:
            compare(self._found, taken, name, getattr(answers.experience, name))
        self._tally.book(taken.group, taken.people, answers)

    def _same_people(self, taken: Taken) -> bool:
        """Check whose rows these are, and about what; once they are not, nothing else is said."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rows, asked = taken.rows, self.questions[taken.answers.question]
        ids = pc.cast(taken.people.ids, pa.string())
        other = ~_flags(pc.equal(_as_text(rows["customer_id"]), ids))
        self._bad(
            "customer_id",
            taken,
            other,
            lambda k: f"customer {shown(ids[k].as_py())} of the file belongs here",
        )
        strange = ~_flags(pc.equal(_as_text(rows["decision"]), asked.name))
        self._bad("decision", taken, strange, lambda _: f"{shown(asked.name)} belongs here")
        labels = pa.array(self._n.segments, pa.string()).take(pa.array(taken.group.segment))
        apart = ~_flags(pc.equal(_as_text(rows["segment"]), labels))
        self._bad("segment", taken, apart, lambda k: f"{shown(labels[k].as_py())} belongs here")
        self.aligned = self.aligned and not other.any() and not strange.any()
        return self.aligned

    def _may(self, taken: Taken, i: int, way: Places) -> None:
        """Check that contacts may enter where they are said to, and that inbound ones enter."""
        n, group = self._n, taken.group
        barred = (way >= 0) & (group.taken[:, i] > 0) & ~group.may_enter(i, way)
        self._bad(
            "option",
            taken,
            barred,
            lambda k: (
                f"{n.interactions[i]} may not enter {n.ways[way[k]]}: closed, not offered, "
                "or not eligible"
            ),
        )
        if n.inbound[i]:
            waiting = (way < 0) & (group.contacts[:, i] > 0)
            self._bad("option", taken, waiting, lambda _: f"{n.interactions[i]} enters no channel")

    def _moves(self, taken: Taken) -> None:
        """Count moves, and check what the rows say of them."""
        answers = taken.answers
        asked = self.questions[answers.question]
        now = Named(answers.options, self.menus[answers.question].names)
        current = taken.people.current.get(-1)
        if len(asked.interactions) == 1:
            current = taken.people.current.get(asked.interactions[0], current)
        if current is not None:
            self.moves.today(asked.name, current.astype(np.intp), answers.ways, now)
        if "previous" in taken.rows.schema.names:
            before = named(taken, "previous")
            self.moves.earlier(asked.name, before, now)
            self._moved(taken, before.codes >= 0)

    def _moved(self, taken: Taken, known: Flags) -> None:
        """Check the column that says who moved."""
        import pyarrow.compute as pc

        same = _flags(pc.equal(taken.texts("previous"), taken.texts("option")))
        right = np.where(known, np.where(same, 0, 1), -1)
        words = {"false": 0, "true": 1, "": -1}
        said = named(taken, "moved") if "moved" in taken.rows.schema.names else None
        codes = [-2] if said is None else [*(words.get(x, -2) for x in said.names), -1]
        places = np.full(len(known), -1) if said is None else said.codes
        wrong = np.array(codes)[places] != right
        names = ("false", "true", "nothing")
        self._bad("moved", taken, wrong, lambda k: f"{names[right[k]]} belongs here")

    def _treatments(self, taken: Taken) -> Places:
        count = np.zeros(len(taken.group), dtype=np.int64)
        for i, way in taken.answers.ways.items():
            if not self._n.inbound[i]:
                count += way >= 0
        return count

    def _limit_treatments(self, treated: Places, people: People) -> None:
        most = self._most
        if most is None:
            return
        over = np.flatnonzero(treated > most)
        lines = [
            f"customer {shown(people.ids[k].as_py())}: {treated[k]} treatments, at most {most}"
            for k in over[: self._found.wanted("treatments")].tolist()
        ]
        if len(over):
            self._found.some("treatments", lines, len(over))

    def _bad(self, kind: str, taken: Taken, wrong: Flags, say: Callable[[int], str]) -> None:
        report(self._found, kind, taken, wrong, say)


def compare(
    found: Findings, taken: Taken, name: str, right: Floats, room: Floats | None = None
) -> None:
    """Compare one column of figures with what it must say.

    Args:
        found: takes what is wrong.
        taken: the rows.
        name: of the column.
        right: (n,) what it must say; nan for nothing.
        room: (n,) how far it may be off; default CLOSE of its size.
    """
    close = CLOSE * np.maximum(1.0, np.abs(right)) if room is None else room
    if name not in taken.rows.schema.names:
        found.add(name, f"assignment: the column {name} is missing")
        return
    claimed = numbers(taken.rows[name])
    if claimed is None:
        found.add(name, f"assignment, {name}: the column does not hold numbers")
        return
    with np.errstate(invalid="ignore"):
        same = np.abs(claimed - right) <= close
    same |= np.isnan(claimed) & np.isnan(right)
    report(
        found,
        name,
        taken,
        ~same,
        lambda k: f"{claimed[k]:.12g} is written, recomputed it is {right[k]:.12g}",
    )


def report(
    found: Findings, kind: str, taken: Taken, wrong: Flags, say: Callable[[int], str]
) -> None:
    """Add the rows of a stretch that are wrong."""
    places = np.flatnonzero(wrong)
    if len(places):
        first = places[: found.wanted(kind)].tolist()
        lines = [f"{taken.where(k)}, {kind}: {say(k)}" for k in first]
        found.some(kind, lines, len(places))


def named(taken: Taken, column: str) -> Named:
    """Return a column of names as positions; empty cells are none."""
    import pyarrow.compute as pc

    packed = pc.dictionary_encode(taken.texts(column))
    names = [str(name) for name in packed.dictionary.to_pylist()]
    codes = pc.fill_null(packed.indices, -1).to_numpy(zero_copy_only=False).astype(np.intp)
    empty = [k for k, name in enumerate(names) if not name]
    return Named(np.where(np.isin(codes, empty), -1, codes), names)


def numbers(column: Any) -> Floats | None:
    """Return a column as floats, nan for empty cells; None where it holds no numbers."""
    import pyarrow as pa

    kind = column.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return None
    found: Floats = column.to_numpy().astype(np.float64)
    return found


def _codes(column: Any, menu: Menu) -> Places:
    """Return the option of every row as a position in the menu."""
    import pyarrow.compute as pc

    packed = pc.dictionary_encode(_as_text(column).combine_chunks(), null_encoding="encode")
    names = ["" if name is None else name for name in packed.dictionary.to_pylist()]
    codes = np.array([menu.code(name) for name in names], dtype=np.intp)
    found: Places = codes[packed.indices.to_numpy()]
    return found


def _as_text(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return column if column.type == pa.string() else pc.cast(column, pa.string())


def _flags(answers: Any) -> Flags:
    """Return true where it is known to be true."""
    import pyarrow.compute as pc

    found: Flags = pc.fill_null(answers, fill_value=False).to_numpy(zero_copy_only=False)
    return found
