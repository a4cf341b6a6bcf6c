"""A scenario to start from, for `channelopt init`: a folder, or a workbook with drop-downs."""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from channelopt.errors import UsageError

if TYPE_CHECKING:
    from openpyxl import Workbook

FILES = ("scenario.yaml", "volumes.csv", "satisfaction.csv", "preference.csv", "baseline.csv")


def write_folder(path: str | Path) -> Path:
    """Write the scenario as a folder of scenario.yaml and tables.

    Args:
        path: a folder that does not exist or is empty.

    Returns:
        The folder.

    Raises:
        UsageError: something stands there already, or it cannot be written.
    """
    target = Path(path)

    def write(temporary: Path) -> None:
        temporary.mkdir()
        for name in FILES:
            content = resources.files("channelopt.scenario").joinpath("start", name).read_bytes()
            (temporary / name).write_bytes(content)

    is_empty = target.is_dir() and not any(target.iterdir())
    if os.path.lexists(target) and not is_empty:
        msg = f"{target} exists already; name a new folder"
        raise UsageError(msg)
    return _into_place(target, write)


def write_workbook(path: str | Path, *, force: bool = False) -> Path:
    """Write the scenario as an Excel workbook with drop-downs and explained columns.

    Args:
        path: the file; `.xlsx`.
        force: replace a file that is there.

    Returns:
        The file.

    Raises:
        UsageError: something stands there already, it is no .xlsx, or it cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        msg = f"a workbook's name ends in .xlsx, found {target.name}"
        raise UsageError(msg)
    if os.path.lexists(target) and not (force and target.is_file()):
        msg = f"{target} exists already; name a new file"
        raise UsageError(msg)

    def write(temporary: Path) -> None:
        from channelopt.scenario import compose
        from channelopt.scenario.worksheets import build

        with resources.as_file(resources.files("channelopt.scenario").joinpath("start")) as start:
            book = build(compose.read(start), start / "scenario.yaml")
        stream = io.BytesIO()  # a disk that is full must not meet an open archive
        _save(book, stream)
        temporary.write_bytes(stream.getvalue())

    return _into_place(target, write)


def _save(book: Workbook, stream: io.BytesIO) -> None:
    """Save a workbook; its sheets pass through temporary files, by lxml where that is installed.

    Raises:
        OSError: the disk refused, in the words of lxml, too, which has faults of its own.
    """
    try:
        book.save(stream)
    except Exception as error:
        if not str(error).startswith("IO_"):
            raise
        raise OSError(f"the disk refused a temporary file ({error})") from error


def _into_place(target: Path, write: Callable[[Path], None]) -> Path:
    """Write beside the target and rename, so that it appears whole or not at all."""
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        temporary.replace(target)
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror or error}"
        raise UsageError(msg) from error
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            temporary.unlink(missing_ok=True)
    return target
