"""Numbers written as text: decimal point or comma, found per file, never guessed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from channelopt.scenario.places import LARGEST
from channelopt.scenario.text import number_hint

_NUMBER = re.compile(r"[-+]?([0-9]+(?P<mark>[.,]?)[0-9]*|(?P<only>[.,])[0-9]+)([eE][-+]?[0-9]+)?")
_MAYBE_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = re.compile(
    r"[-+]?[0-9]{1,3}(?P<g>[.,' \u00a0\u2009\u202f])[0-9]{3}((?P=g)[0-9]{3})*([.,][0-9]+)?"
)
_ODD = re.compile(r"[-+]?(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+(_[0-9]+)+)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")


class Found(NamedTuple):
    """What is wrong or odd with a cell."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Decimals:
    """How the numbers of one file are written.

    Attributes:
        delimiter: what stands between columns, empty where nothing does.
        comma: the decimal mark is a comma.
        seen: numbers with a decimal mark were found.
    """

    delimiter: str = ""
    comma: bool = False
    seen: bool = False

    def describe(self) -> str:
        """Return the reading in words, empty outside CSV files."""
        if not self.delimiter:
            return ""
        mark = (
            ("decimal comma" if self.comma else "decimal point") if self.seen else "whole numbers"
        )
        name = {"\t": "tab"}.get(self.delimiter, self.delimiter)
        return f"{name} between columns, {mark}"

    def number(self, text: str) -> tuple[float | None, Found | None]:
        """Return the number that the text writes, or None and what is wrong."""
        match = _NUMBER.fullmatch(text)
        wrong = "." if self.comma else ","
        if match is None or wrong in (match["mark"], match["only"]):
            return None, self._refuse(text)
        number = float(text.replace(",", "."))
        if not abs(number) <= LARGEST:
            return None, Found("E109", f"numbers go up to 1e12, found {text[:24]}")
        if _LEADING_ZERO.match(text):
            return number, Found("W120", f"'{text}' begins with a zero; it is read as {number:g}")
        return number, None

    def lone(self, text: str) -> tuple[float | None, Found | None]:
        """Return the number of a cell of a workbook that holds text, or None and what is wrong.

        Nobody knows whether the point of a text like `1.234` parts thousands.
        """
        if not self.delimiter and _MAYBE_GROUPED.fullmatch(text):
            whole = text.replace(".", "").replace(",", "")
            small = text.replace(",", ".").rstrip("0").rstrip(".")
            message = f"'{text}' is stored as text; it may be {small} or {whole}"
            return None, Found("E124", message, "type it again in a cell of the format 'General'")
        return self.number(text)

    def _refuse(self, text: str) -> Found:
        mark = "comma" if self.comma else "point"
        shown = text if len(text) <= 40 else f"{text[:40]}..."
        if _GROUPED.fullmatch(text):
            message = f"'{shown}' has a thousands separator"
        elif _NUMBER.fullmatch(text):
            message = f"'{shown}' does not have the decimal {mark} of the other numbers"
        elif _ODD.fullmatch(text):
            message = f"'{shown}' is not written as a decimal number"
        else:
            message = f"expected a number, found '{shown}'"
        hint = number_hint(text)
        if self.comma and hint:
            hint = hint.replace(".", ",")
        return Found("E124" if "has" in message else "E125", message, hint)


class Ambiguous(Exception):  # noqa: N818
    """A file's numbers could be read in two ways.

    Attributes:
        message: what was found.
        text: the cell to point at.
        hint: what to write instead.
    """

    def __init__(self, message: str, text: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.hint = hint


def detect(columns: Sequence[Sequence[str]], delimiter: str) -> Decimals:
    """Find out how the numbers of a file are written.

    Args:
        columns: the text of every cell that should be a number.
        delimiter: what stands between the columns of the file.

    Raises:
        Ambiguous: both marks are used, or every number could as well have a thousands separator.
    """
    joined = list(map("".join, columns))
    marks = {mark for mark in ".," if any(mark in text for text in joined)}
    usual = "," if delimiter == ";" else "."
    if marks <= {usual}:
        return Decimals(delimiter, marks == {","}, bool(marks))
    pointed, commas = Evidence(), Evidence()
    for text in map(str.strip, dict.fromkeys(itertools.chain.from_iterable(columns))):
        if "." in text:
            pointed.see(text, ".")
        elif "," in text:
            commas.see(text, ",")
    if pointed.first and commas.first:
        mixed = f"'{commas.first}' has a comma and '{pointed.first}' has a point"
        raise Ambiguous(
            f"the numbers mix two ways of writing: {mixed}",
            _odd_one(pointed, commas),
            "write all with the same decimal mark and none with thousands separators",
        )
    unusual = pointed if delimiter == ";" else commas
    if unusual.first and not unusual.sure:
        raise Ambiguous(
            f"'{unusual.first}' may have a decimal mark or a thousands separator, and no other "
            "number in the file tells which",
            unusual.first,
            f"write {_other_ways(unusual.first)}",
        )
    return Decimals(delimiter, bool(commas.first), bool(pointed.first or commas.first))


@dataclass
class Evidence:
    """Numbers with one decimal mark: the first, how many, whether one is surely no group."""

    first: str = ""
    count: int = 0
    sure: bool = False

    def see(self, text: str, mark: str) -> None:
        """Count the text if it is a number with this mark."""
        match = _NUMBER.fullmatch(text)
        if match is None or mark not in (match["mark"], match["only"]):
            return
        self.first = self.first or text
        self.count += 1
        self.sure = self.sure or _MAYBE_GROUPED.fullmatch(text) is None


def _other_ways(text: str) -> str:
    swapped = text.translate(str.maketrans(".,", ",."))
    whole = text.replace(".", "").replace(",", "")
    return f"{swapped} for the decimal number, {whole} for the large one"


def _odd_one(pointed: Evidence, commas: Evidence) -> str:
    return pointed.first if pointed.count <= commas.count else commas.first
