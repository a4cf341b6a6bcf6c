"""Previous: an earlier list, read as a stream; which option each customer had, found by the id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.luck import luck_of
from channelopt.customers.people import People
from channelopt.customers.sources.base import Source
from channelopt.customers.sources.opening import open_source
from channelopt.customers.sources.text import CsvSource
from channelopt.customers.understand import plain
from channelopt.errors import InputError, Place, Problem, nearest
from channelopt.lists.folder import CSV, DEFUSED, PARTS, assignment_files
from channelopt.lists.questions import Question
from channelopt.priced.units import Block

Options = NDArray[np.int16]

COLUMNS = ("customer_id", "decision", "option")
"""Columns that are read; others are not looked at."""
SHOWN = 5
"""Customers that a message quotes at most."""


@dataclass(frozen=True)
class Known:
    """The options that customers had for one question: 10 bytes for each customer.

    Attributes:
        luck: (n,) hashes of the ids, sorted.
        option: (n,) -1 where the option is no more.
    """

    luck: NDArray[np.uint64]
    option: Options

    def of(self, luck: NDArray[np.uint64]) -> Options:
        """Return (n,) the option of each customer, -1 for customers that were not there."""
        found = np.full(luck.size, -1, dtype=np.int16)
        if not self.luck.size or not luck.size:
            return found
        order = np.argsort(luck)  # searching in order is several times as fast
        place = np.minimum(np.searchsorted(self.luck, luck[order]), self.luck.size - 1)
        same = self.luck[place] == luck[order]
        found[order[same]] = self.option[place[same]]
        return found


@dataclass(frozen=True)
class Previous:
    """An earlier list.

    Attributes:
        known: by question.
        rows: that were read.
        gone: options that the question does not have any more, with their rows, by question and
            option.
        others: decisions that are not asked any more, with their rows.
    """

    known: tuple[Known, ...]
    rows: int
    gone: Mapping[tuple[str, str], int]
    others: Mapping[str, int]

    def options(self, question: int, people: People) -> Options:
        """Return (n,) the option that each customer had; -1 where there was none, or is no more."""
        return self.known[question].of(people.luck)

    def of_blocks(self, question_of: NDArray[np.int64]) -> BlocksBefore:
        """Return the same for blocks of the engine.

        Args:
            question_of: (N,) the question of every class.
        """
        return BlocksBefore(self.known, question_of)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what of the earlier list could not be kept."""
        said = [
            f"the earlier list has {count:,} customers with {decision}: {option}, which is no "
            "option any more"
            for (decision, option), count in sorted(self.gone.items())
        ]
        said += [
            f"the earlier list has {count:,} rows for the decision {decision}, which is not asked "
            "any more"
            for decision, count in sorted(self.others.items())
        ]
        return tuple(said)


@dataclass(frozen=True)
class BlocksBefore:
    """Says which option the units of a block had; can be pickled."""

    known: tuple[Known, ...]
    question_of: NDArray[np.int64]

    def __call__(self, block: Block) -> Options:
        """Return (n,) options, -1 for none; all units of a block are of one question."""
        if not len(block):
            return np.zeros(0, dtype=np.int16)
        return self.known[int(self.question_of[block.kind[0]])].of(block.luck)


def read_previous(path: Path, questions: Sequence[Question], seed: int) -> Previous:
    """Read an earlier list.

    Args:
        path: the folder of a list, its file, or a folder of part files.
        questions: what is asked now; rows are found by the names of decision and option.
        seed: of the hash of ids.

    Raises:
        InputError: there is no such file, it is no list, or it names a customer twice.
    """
    source = open_source(_within(path))
    missing = [name for name in COLUMNS if name not in source.names]
    if missing:
        _refuse_columns(path, missing, source.names)
    reading = _Reading(path, tuple(questions), seed)
    for batch in _batches(source):
        reading.add(batch)
    return reading.finish()


def _within(path: Path) -> Path:
    """Return what holds the rows: of the folder of a list, its file or its part files."""
    if not path.is_dir():
        return path
    if not any((path / name).exists() for name in ("manifest.json", CSV, PARTS)):
        return path
    files = assignment_files(path)
    return files[0] if len(files) == 1 and files[0].parent == path else files[0].parent


def _refuse_columns(path: Path, missing: Sequence[str], names: Sequence[str]) -> None:
    problems = []
    for name in missing:
        message = f"not an earlier list: there is no column '{name}'"
        hint = nearest(name, names) or "give the folder of a list, or its assignment file"
        problems.append(Problem("E907", message, Place(path.name), hint))
    raise InputError(problems)


def _batches(source: Source) -> Iterator[Any]:
    """Yield rows with an id; decisions and options as codes of texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = isinstance(source, CsvSource)
    for piece in source.pieces(COLUMNS, COLUMNS[1:]):
        ids = plain(piece.batch.column("customer_id"))
        if text:
            ids = pc.replace_substring_regex(ids, DEFUSED, r"\1")
        found = [ids]
        for name in COLUMNS[1:]:
            column = piece.batch.column(name)
            if not pa.types.is_dictionary(column.type):
                column = plain(column).cast(pa.string()).dictionary_encode()
            found.append(column)
        yield pa.RecordBatch.from_arrays(found, names=list(COLUMNS)).filter(pc.is_valid(ids))


@dataclass
class _Reading:
    """Gathers the rows of a list, batch by batch.

    Attributes:
        path: of the list.
        questions: that are asked now.
        seed: of the hash of ids.
    """

    path: Path
    questions: tuple[Question, ...]
    seed: int
    rows: int = 0
    gone: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    parts: list[list[Known]] = field(default_factory=list)

    def add(self, batch: Any) -> None:
        """Take in some rows."""
        luck = luck_of(batch.column("customer_id"), self.seed)
        decision, decisions = _codes(batch.column("decision"))
        option, options = _codes(batch.column("option"))
        self.rows += luck.size
        self.parts.append([Known(luck[:0], np.zeros(0, np.int16)) for _ in self.questions])
        named = {question.name: at for at, question in enumerate(self.questions)}
        for code, name in enumerate(decisions):
            rows = np.flatnonzero(decision == code)
            if name in named:
                place = self._places(named[name], options, option[rows])
                self.parts[-1][named[name]] = Known(luck[rows], place)
            elif rows.size:
                self.others[name] += rows.size

    def _places(self, question: int, options: Sequence[str], code: NDArray[np.int64]) -> Options:
        """Return the positions of options, -1 where they are no more, which is counted."""
        asked = self.questions[question]
        known = {option.name: at for at, option in enumerate(asked.options)}
        place = np.array([*(known.get(name, -1) for name in options), -1], dtype=np.int16)
        for at, count in enumerate(np.bincount(code[code >= 0], minlength=len(options)).tolist()):
            if count and place[at] < 0:
                self.gone[asked.name, options[at]] += count
        return place[code]

    def finish(self) -> Previous:
        """Sort what was gathered.

        Raises:
            InputError: a customer stands there twice, or none of the decisions is asked.
        """
        if self.rows and sum(self.others.values()) == self.rows:
            asked = ", ".join(question.name for question in self.questions)
            found = ", ".join(sorted(self.others)[:SHOWN])
            message = f"an earlier list of other decisions: found {found}, asked is {asked}"
            raise InputError([Problem("E907", message, Place(self.path.name))])
        known, nobody = [], Known(np.zeros(0, np.uint64), np.zeros(0, np.int16))
        for at, question in enumerate(self.questions):
            known.append(self._sorted([part[at] for part in self.parts], question.name))
            for part in self.parts:
                part[at] = nobody  # room for the next one
        return Previous(tuple(known), self.rows, dict(self.gone), dict(self.others))

    def _sorted(self, parts: Sequence[Known], name: str) -> Known:
        if not parts:
            return Known(np.zeros(0, np.uint64), np.zeros(0, np.int16))
        luck = np.concatenate([part.luck for part in parts])
        option = np.concatenate([part.option for part in parts])
        order = np.argsort(luck)
        luck, option = luck[order], option[order]
        twice = int((luck[1:] == luck[:-1]).sum())
        if twice:
            message = f"an earlier list has each customer once for a decision, found {twice:,} "
            message += f"more rows for {name}"
            raise InputError([Problem("E907", message, Place(self.path.name))])
        return Known(luck, option)


def _codes(column: Any) -> tuple[NDArray[np.int64], list[str]]:
    """Return (n,) codes of texts, -1 for none, and the texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    code = np.asarray(pc.fill_null(column.indices.cast(pa.int64()), -1))
    texts = ["" if text is None else str(text) for text in column.dictionary.to_pylist()]
    return code, texts
