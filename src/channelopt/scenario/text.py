"""Bytes of a file into text: size, encoding and characters; numbers as people write them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from channelopt.errors import Place, Problems
from channelopt.scenario.places import FORBIDDEN, fail, forbidden

MEGABYTE = 2**20
MOST_FORBIDDEN = 20

_FORBIDDEN = re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(FORBIDDEN)) + "]")
_JOINERS = re.compile("[\u200c\u200d]")
_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SAVE = "save it as UTF-8 (in Excel: 'CSV UTF-8'; in an editor: 'Save with encoding' UTF-8)"


def read_bytes(path: Path, label: str, limit: int, problems: Problems) -> bytes:
    """Read a regular file of limited size.

    Args:
        path: the file.
        label: its name in messages.
        limit: largest size, in bytes.
        problems: what was found so far.

    Raises:
        InputError: there is no such file, it cannot be read, or it is too large.
    """
    place = Place(label)
    try:
        if not path.exists():
            fail(problems, "E100", "there is no such file", place)
        if not path.is_file():
            fail(problems, "E100", "this is not a file", place)
        size = path.stat().st_size
        if size > limit:
            fail(
                problems,
                "E101",
                f"the file has {size / MEGABYTE:,.1f} MB; at most {limit / MEGABYTE:,.0f} MB "
                "are read",
                place,
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fail(problems, "E100", f"the file cannot be read: {reason}", place)


def decode(content: bytes, label: str, problems: Problems) -> str:
    """Decode UTF-8 with or without byte order mark and check every character.

    Raises:
        InputError: the bytes are no UTF-8, or hold control or direction characters.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            fail(problems, "E102", f"the file is {encoding}, expected UTF-8", Place(label), _SAVE)
    if b"\x00" in content[:1000:2] or b"\x00" in content[1:1000:2]:
        _refuse_nul(content, label, problems)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse_encoding(content, error.start, label, problems)
    _check_characters(text, label, problems)
    return text


def _refuse_nul(content: bytes, label: str, problems: Problems) -> None:
    head = content[:1000]
    half = len(head) // 2
    if half and max(head[::2].count(0), head[1::2].count(0)) > half // 2:
        fail(problems, "E102", "the file looks like UTF-16, expected UTF-8", Place(label), _SAVE)


def _refuse_encoding(content: bytes, start: int, label: str, problems: Problems) -> NoReturn:
    before = content[:start]
    line = before.count(b"\n") + 1
    column = start - (before.rfind(b"\n") + 1) + 1
    shown = content[start : start + 1].decode("cp1252", errors="replace")
    fail(
        problems,
        "E102",
        f"the file is not UTF-8; byte 0x{content[start]:02X} looks like '{shown}' in Windows-1252",
        Place(label, line, column),
        _SAVE,
    )


def _check_characters(text: str, label: str, problems: Problems) -> None:
    if text.isascii() and text.isprintable():
        return
    for count, match in enumerate(_FORBIDDEN.finditer(text)):
        if count == MOST_FORBIDDEN:
            break
        problems.add(
            "E103",
            f"the character {forbidden(match.group())} is not allowed",
            place_at(text, match.start(), label),
            "remove it",
        )
    joiner = _JOINERS.search(text)
    if joiner is not None:
        problems.add(
            "W103",
            f"the text holds the invisible character U+{ord(joiner.group()):04X}",
            place_at(text, joiner.start(), label),
        )
    problems.stop()


def place_at(text: str, position: int, label: str) -> Place:
    """Return the place of a position in the text, line and column from 1."""
    line = text.count("\n", 0, position) + 1
    return Place(label, line, position - text.rfind("\n", 0, position))


_GROUP = r"[ .,'\u00a0\u2009\u202f]"
_LOCAL = re.compile(
    rf"(?P<sign>[-+]?)(?P<whole>\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d+)(?:[.,](?P<part>\d+))?"
    r"\s*(?P<unit>%|[^\W\d_]{0,3}|[€$£¥])"
)


def number_hint(text: str) -> str:
    """Return what to type where a number is expected and this text was found, or ''.

    `12 %` gives "write 0.12", `3,20 €` gives "write 3.20", `1.200,5` gives "write 1200.5".
    """
    match = _LOCAL.fullmatch(text.strip())
    if match is None:
        return ""
    digits = re.sub(_GROUP, "", match["whole"])
    number = f"{match['sign'].replace('+', '')}{digits}"
    if match["part"]:
        number += f".{match['part']}"
    if match["unit"] == "%":
        from decimal import Decimal

        number = f"{(Decimal(number) / 100).normalize():f}"
    return "" if number == text else f"write {number}"
