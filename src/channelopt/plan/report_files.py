"""Reports beside a run or other results: names, and putting them in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from channelopt.errors import UsageError
from channelopt.plan.staging import in_words, put_file, put_in_place

CHARTS = "charts"
"""Folder of charts, one file each."""

FILES: Mapping[str, str] = {
    "html": "report.html",
    "xlsx": "report.xlsx",
    "pdf": "report.pdf",
    "pptx": "report.pptx",
    "md": "report.md",
}
"""File of each format; charts (`svg`, `png`) have a folder."""

BESIDE = frozenset({*FILES.values(), CHARTS})
"""What reports add to a folder."""

_CHART = re.compile(r"[a-z0-9-]+\.(svg|png)")


def check_free(folder: Path, names: Iterable[str], *, force: bool) -> None:
    """Say early whether reports may be written to a folder that is not the run's own.

    Args:
        folder: where; it need not exist.
        names: of the files and folders to be written.
        force: earlier ones are replaced.

    Raises:
        UsageError: it is no folder, or something of that name is there.
    """
    with in_words(folder):
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is not a folder; choose another one")
        taken = sorted(name for name in names if (folder / name).exists())
    if taken and not force:
        where = ", ".join(taken)
        raise UsageError(f"{folder} holds {where} already; --force replaces what is there")


def strange_charts(folder: Path) -> list[str]:
    """Return what lies in a folder of charts but is no chart, or the folder if it is none."""
    charts = folder / CHARTS
    if charts.is_symlink() or charts.is_file():
        return [CHARTS]
    if not charts.is_dir():
        return []
    names = (one.name for one in charts.iterdir() if one.is_dir() or not _CHART.fullmatch(one.name))
    return sorted(f"{CHARTS}/{name}" for name in names)


def write(folder: Path, files: Mapping[str, bytes], charts: Mapping[str, bytes]) -> list[Path]:
    """Write reports, each file whole or not at all, in the place of earlier ones.

    Args:
        folder: where; it is made if it is missing.
        files: content by file name.
        charts: content by file name inside the folder of charts; empty for no such folder.

    Returns:
        What was written, in order.

    Raises:
        OutputError: the disk refused.
        UsageError: the folder of charts holds something else.
    """
    strange = strange_charts(folder) if charts else []
    if strange:
        raise UsageError(f"{folder} holds more than charts ({', '.join(strange[:5])})")
    for name, content in files.items():
        put_file(folder / name, content)
    written = [folder / name for name in files]
    if charts:
        with in_words(folder):
            put_in_place(charts, folder / CHARTS, replace=True)
        written.append(folder / CHARTS)
    return written
