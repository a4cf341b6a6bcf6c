"""LibreOffice for tests: recalculates workbooks whatever results they hold."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.report.tools import soffice

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
WRONG = b"-123456789"
"""In the place of every result, so that only a recalculation can be right."""


def without_results(workbook: bytes) -> bytes:
    """Return a workbook whose formulas all hold a wrong result."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as given, zipfile.ZipFile(made, "w") as written:
        for part in given.infolist():
            content = given.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                content = re.sub(rb' t="str"(><f)', rb"\1", content)
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>" + WRONG + b"</v>", content)
            written.writestr(part, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def right_results(workbook: Path) -> int:
    """Return how many formulas of a workbook hold a result other than `WRONG`."""
    with zipfile.ZipFile(workbook) as parts:
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    formulas = sum(sheet.count(b"</f>") for sheet in sheets)
    assert formulas
    return formulas - sum(sheet.count(b"</f><v>" + WRONG + b"</v>") for sheet in sheets)


def recalculated(workbooks: Iterable[Path], folder: Path) -> None:
    """Write each workbook into a folder as LibreOffice calculates it."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")
    subprocess.run(
        [
            *(str(soffice()), "--headless", f"-env:UserInstallation={profile.as_uri()}"),
            *("--convert-to", "xlsx", "--outdir", str(folder), *map(str, workbooks)),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
