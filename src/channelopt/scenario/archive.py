"""Look at a workbook from outside before opening it: kind, size, compression, entities."""

from __future__ import annotations

import io
import zipfile

from channelopt.errors import Place, Problems
from channelopt.scenario.places import fail

LIMIT = 50 * 2**20
"""Largest workbook file, in bytes."""
MAX_UNPACKED = 300 * 2**20
MAX_RATIO = 200
MAX_PARTS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "save it as 'Excel workbook (.xlsx)'"


def check_workbook(content: bytes, label: str, problems: Problems) -> None:
    """Refuse what is no plain, sane .xlsx file.

    Args:
        content: the file.
        label: its name in messages.
        problems: what was found so far.

    Raises:
        InputError: another kind of file, encrypted, with macros, damaged, or unpacking to an
            unreasonable size.
    """
    place = Place(label)
    if content.startswith(_OLE):
        message = "the workbook is protected by a password, or has the old format .xls"
        fail(problems, "E130", message, place, f"remove the password and {_SAVE}")
    if not content.startswith(b"PK"):
        fail(problems, "E130", "the file is no Excel workbook", place, _SAVE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(parts, place, problems)
            for part in parts:
                _check_part(archive, part, place, problems)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        fail(problems, "E130", f"the workbook is damaged: {error}", place)
    except Exception as error:
        if type(error).__name__ != "error" or type(error).__module__ != "zlib":
            raise
        fail(problems, "E130", f"the workbook is damaged: {error}", place)


def _check_parts(parts: list[zipfile.ZipInfo], place: Place, problems: Problems) -> None:
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        message = "the workbook holds macros; they are never run and the file is not read"
        fail(problems, "E130", message, place, _SAVE)
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        fail(problems, "E130", "the file is no Excel workbook", place, _SAVE)
    if any(part.flag_bits & 1 for part in parts):
        fail(problems, "E130", "the workbook is encrypted", place, "remove the password")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED
        or (unpacked > 2**22 and unpacked > MAX_RATIO * packed)
    ):
        message = f"the workbook unpacks to {unpacked / 2**20:,.0f} MB, which is not read"
        fail(problems, "E131", message, place, "keep large tables in CSV files")


def _check_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, place: Place, problems: Problems
) -> None:
    if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
        return
    with archive.open(part) as stream:
        content = stream.read(part.file_size + 1)
    if len(content) > part.file_size:
        fail(problems, "E131", f"{part.filename} is larger than it claims", place)
    if (
        content[:2] in (b"\xff\xfe", b"\xfe\xff")
        or b"<!DOCTYPE" in content
        or b"<!ENTITY" in content
    ):
        message = f"{part.filename} declares its own entities or encoding, which is not read"
        fail(problems, "E130", message, place)
