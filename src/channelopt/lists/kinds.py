"""Kinds: classes of customers that a question treats alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.lists.questions import Question
from channelopt.lists.tally import OF_ALL, Basis, Tally, Traits
from channelopt.priced.units import Flags
from channelopt.terms.numbers import Numbers

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Kinds:
    """Classes of all questions, one after the other; each question ends with its idle class.

    Customers without contacts in any interaction of a question are idle: there is nothing to
    decide for them.

    Attributes:
        question: (N,) position of the question.
        segment: (N,) position of the segment; -1 for idle classes.
        preferred: (N,) preferred channel; -1 where nobody knows or it makes no difference.
        current: (N, I) way of today by interaction; -1 likewise.
        first: (Q + 1,) first class of every question, then the number of classes.
        columns: of each question, which traits its classes are made of.
        codes: of each question, sorted codes of its classes.
        sizes: (D,) number of values of every trait, none included.
    """

    question: Codes
    segment: Codes
    preferred: Codes
    current: Codes
    first: Codes
    columns: tuple[tuple[int, ...], ...]
    codes: tuple[Codes, ...]
    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of classes."""
        return len(self.question)

    @property
    def idle(self) -> Flags:
        """(N,) classes for which there is nothing to decide."""
        flags: Flags = self.segment < 0
        return flags

    def of(self, question: int, traits: Traits, idle: Flags | None) -> NDArray[np.int32]:
        """Return (n,) the class of each customer.

        Args:
            question: its position.
            traits: (n, D) of the customers.
            idle: (n,) customers without contacts; None: nobody is known to be.
        """
        code = _codes(traits, self.columns[question], self.sizes)
        known = self.codes[question]
        found = np.minimum(np.searchsorted(known, code), max(len(known) - 1, 0))
        if len(code) and not (len(known) and (known[found] == code).all()):
            msg = "the list was not compiled for these customers"
            raise ValueError(msg)
        kind = (self.first[question] + found).astype(np.int32)
        last = np.int32(self.first[question + 1] - 1)
        return kind if idle is None else np.where(idle, last, kind)


def kinds_of(n: Numbers, questions: tuple[Question, ...], basis: Basis, tally: Tally) -> Kinds:
    """Return the classes of customers that occur.

    Args:
        n: one period.
        questions: what is decided.
        basis: which traits make a difference.
        tally: traits that occur.
    """
    sizes = [len(n.segments) + 1]
    sizes += [len(n.channels) + 1] * basis.preferred + [len(n.ways) + 1] * len(basis.current)
    columns = tuple(_columns(q, basis) for q in questions)
    rows, codes, first = [], [], [0]
    for k, (question, chosen) in enumerate(zip(questions, columns, strict=True)):
        code = _codes(tally.traits, chosen, tuple(sizes))
        known, at = np.unique(code, return_index=True)
        codes.append(known)
        rows += [_row(k, question, (basis, chosen), tally.traits[z]) for z in at.tolist()]
        rows.append((k, -1, -1, *[-1] * len(n.interactions)))
        first.append(len(rows))
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3 + len(n.interactions))
    return Kinds(
        question=table[:, 0],
        segment=table[:, 1],
        preferred=table[:, 2],
        current=table[:, 3:],
        first=np.array(first, dtype=np.int64),
        columns=columns,
        codes=tuple(codes),
        sizes=tuple(sizes),
    )


def _columns(question: Question, basis: Basis) -> tuple[int, ...]:
    """Return the traits that make a difference to a question."""
    served = basis.inbound[list(question.interactions)].any()
    chosen = [0, 1] if basis.preferred and served else [0]
    for at, key in enumerate(basis.current, start=1 + basis.preferred):
        if key in question.interactions or (key == OF_ALL and served):
            chosen.append(at)
    return tuple(chosen)


def _row(
    at: int, question: Question, of: tuple[Basis, tuple[int, ...]], traits: Codes
) -> tuple[int, ...]:
    """Return question, segment, preferred channel and the current way of each interaction."""
    basis, chosen = of
    preferred = int(traits[1]) if basis.preferred and 1 in chosen else -1
    current = [-1] * len(basis.inbound)
    for i in question.interactions:
        keys = [i, OF_ALL] if basis.inbound[i] else [i]
        known = [key for key in keys if key in basis.current]
        if known:
            current[i] = int(traits[1 + basis.preferred + basis.current.index(known[0])])
    return (at, int(traits[0]), preferred, *current)


def _codes(traits: Traits, columns: tuple[int, ...], sizes: tuple[int, ...]) -> Codes:
    """Return one number per row for the traits in some columns."""
    code = np.zeros(len(traits), dtype=np.int64)
    for column in columns:
        code *= sizes[column]
        code += traits[:, column] + 1
    return code
