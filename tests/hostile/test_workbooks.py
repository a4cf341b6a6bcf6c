"""The workbook of `init` as a person fills it: what is accepted, and what an error says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.hostile.program import call

BOOK = "plan.xlsx"


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook as `channelopt init` writes it."""
    folder = tmp_path_factory.mktemp("start")
    with pytest.MonkeyPatch.context() as patch:
        assert call(folder, patch, "init", BOOK).code == 0
    return folder / BOOK


def put(**cells: Any) -> Callable[[Any], None]:
    """Return an edit; `sheet__A1=value`."""

    def edit(book: Any) -> None:
        for place, value in cells.items():
            sheet, _, cell = place.rpartition("__")
            book[sheet][cell] = value

    return edit


def add_segment(book: Any) -> None:
    book["segments"].append(["young", "Young people", "12000", 40.5])
    for interaction, value in (("question", "2.5"), ("advice", 0.2), ("complaint", " 0.1 ")):
        book["contacts_per_customer"].append(["young", interaction, value])
    book["segments"].insert_rows(3)


def as_percent(book: Any) -> None:
    book["channels"]["R2"].number_format = "0%"


def merge(book: Any) -> None:
    book["segments"].merge_cells("B2:B3")


def hide(book: Any) -> None:
    book["segments"].row_dimensions[3].hidden = True


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (add_segment, "segments!C6  W131"),
        (as_percent, ""),
        (hide, "it is read like any other"),
        (lambda book: book.move_sheet("channels", -5), ""),
        (put(channels__I5=True), ""),
    ],
)
def test_accepted(
    edit: Callable[[Any], None],
    words: str,
    start: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = _validated(edit, start, tmp_path, monkeypatch)
    assert ended.code == 0, ended
    assert words in ended.err


@pytest.mark.parametrize(
    ("edit", "place", "words"),
    [
        (put(segments__D2="=40+45"), "segments!D2", "save it"),
        (put(segments__D2="#DIV/0!"), "segments!D2", "#DIV/0!"),
        (put(segments__D2="85 €"), "segments!D2", "write 85"),
        (put(channels__E2="380.000"), "channels!E2", "may be 380 or 380000"),
        (put(channels__P2="95%"), "channels!P2", "write 0.95"),
        (put(channels__R2=85), "channels!R2", "write 0.85"),
        (put(satisfaction__C3=48), "satisfaction!C3", "write 0.48"),
        (put(satisfaction__B2="brnach"), "satisfaction!B2", "did you mean 'branch'"),
        (put(staff__C3="phone; chatt"), "staff!C3", "did you mean 'chat'"),
        (put(preference__C1="fone"), "preference!C", "did you mean 'phone'"),
        (put(segments__A2="Privat Kunden"), "segments!A2", "write 'privat_kunden'"),
        (put(segments__A2="geschäft"), "segments!A2", "'ä' (U+00E4)"),
        (put(segments__A2=date(2027, 1, 1)), "segments!A2", "date or time"),
        (put(segments__D2=True), "segments!D2", "found true"),
        (put(segments__A5="private", segments__C5=1), "segments!A5", "written twice"),
        (put(segments__C2="1; 2; 3"), "segments!C2", "2 periods, found 3"),
        (put(contacts_per_customer__C4=-1), "contacts_per_customer!C4", "found -1"),
        (put(contacts_per_customer__F3="see mail"), "contacts_per_customer!", "something stands"),
        (put(channels__C2="High"), "channels!C2", "did you mean 'high'"),
        (merge, "segments!B2:B3", "unmerge them"),
    ],
)
def test_refused(
    edit: Callable[[Any], None],
    place: str,
    words: str,
    start: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = _validated(edit, start, tmp_path, monkeypatch)
    assert ended.code == 3, ended
    line = next(line for line in ended.err.splitlines() if place in line)
    assert words in line
    assert "Traceback" not in ended.err


def _validated(
    edit: Callable[[Any], None], start: Path, folder: Path, patch: pytest.MonkeyPatch
) -> Any:
    book = openpyxl.load_workbook(start)
    edit(book)
    book.save(folder / BOOK)
    return call(folder, patch, "validate", BOOK)


def test_three_decimals_inside_a_cell_of_several_values_are_clear(
    start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = put(segments__E3="0: 0.86; 0.6: 0.95; 1: 1.045")
    assert _validated(edit, start, tmp_path, monkeypatch).code == 0
