"""Renders a Document as PDF with Typst; text from users stays text.

Everything that differs between reports goes to one fixed template as JSON, so that no text is ever
read as markup. The compiler sees an empty folder: no file, no package, no network.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from channelopt.errors import UsageError
from channelopt.report.document import Chart, Document
from channelopt.report.pdf_data import data_of
from channelopt.report.steady import source_date

TEMPLATE = Path(__file__).parent / "templates" / "pdf" / "report.typ"
ACCESSIBLE = "ua-1"
"""ISO 14289-1: tagged, with a title, a language and texts for pictures."""
ARCHIVAL = "a-2a"
"""ISO 19005-2, which wants a date."""


def check_typst() -> None:
    """Say early that a PDF cannot be written here.

    Raises:
        UsageError: Typst is not installed.
    """
    if importlib.util.find_spec("typst") is None:
        raise UsageError("--format pdf needs typst: pip install 'channelopt[pdf]'")


def pdf(document: Document, svg: Callable[[Chart], str]) -> bytes:
    """Return a document as PDF, in the language of now.

    Equal documents give equal bytes; the file carries a date only if `SOURCE_DATE_EPOCH` is set.

    Args:
        document: what is reported.
        svg: draws a chart; an empty text where it cannot, then its table stands in its place.

    Returns:
        A tagged file by PDF/UA-1, and by PDF/A-2a where it carries a date. Where a text has
        characters that no font here can show, neither can be kept; the file is tagged all the same.

    Raises:
        UsageError: Typst is not installed.
    """
    check_typst()
    return _compiled(data_of(document, svg), source_date())


def _compiled(data: dict[str, Any], date: datetime | None) -> bytes:
    typst: Any = importlib.import_module("typst")
    template = TEMPLATE.read_bytes()
    text = json.dumps(data | {"dated": date is not None}, ensure_ascii=False, allow_nan=False)
    timestamp = int(date.timestamp()) if date is not None else 0
    standards = [ACCESSIBLE] if date is None else [ACCESSIBLE, ARCHIVAL]
    with tempfile.TemporaryDirectory(prefix="channelopt-") as root:
        compiler = typst.Compiler(
            root=root,
            sys_inputs={"document": text},
            package_path=root,
            package_cache_path=root,
        )
        try:
            made = compiler.compile(
                template, format="pdf", pdf_standards=standards, timestamp=timestamp
            )
        except typst.TypstError:  # most likely a character without a glyph
            made = compiler.compile(template, format="pdf", timestamp=timestamp)
    return bytes(made)
