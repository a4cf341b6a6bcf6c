"""Files that are equal whenever their content is: no clock, no order by chance."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

EPOCH = "SOURCE_DATE_EPOCH"
"""Environment variable with the date that files are to carry, in seconds since 1970."""
FIRST = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest date that an archive can hold."""
_DATE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def source_date() -> datetime | None:
    """Return the date that files are to carry, None where nobody asks for one.

    See https://reproducible-builds.org/specs/source-date-epoch/; what is no number is ignored.
    """
    seconds = os.environ.get(EPOCH, "")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 11):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _as_is(_name: str, part: bytes) -> bytes:
    return part


def archive(content: bytes, edited: Callable[[str, bytes], bytes] = _as_is) -> bytes:
    """Return an Office file with fixed dates, and so the workbooks inside.

    Args:
        content: the file.
        edited: gets name and content of each part and returns what it is to be.
    """
    date = max(source_date() or FIRST, FIRST)
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, _steady(name, edited(name, old.read(name)), date))
    return written.getvalue()


def _steady(name: str, part: bytes, date: datetime) -> bytes:
    if name.endswith(".xlsx"):
        return archive(part)
    if name == "docProps/core.xml":
        return _DATE.sub(rb"\g<1>" + date.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<3>", part)
    return part
