"""Where scenario files are, and which paths a scenario may name."""

from __future__ import annotations

import os
import re
from pathlib import Path

from channelopt.errors import Place, Problems
from channelopt.scenario.places import fail

SUFFIXES = (".yaml", ".yml", ".json", ".toml", ".xlsx")
_ELSEWHERE = re.compile(r"^([A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://|file:|[/~\\])|\\|[\x00-\x1f\x7f]")
MAX_PATH = 500


def scenario_file(path: Path, label: str, problems: Problems, place: Place | None = None) -> Path:
    """Return the file of a scenario that is named by its folder or file.

    Args:
        path: folder or file.
        label: the path as the user wrote it.
        problems: what was found so far.
        place: where the path was written, None for the command line.

    Raises:
        InputError: there is no such file, more than one in the folder, or of unknown kind.
    """
    place = place or Place(label)
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        fail(problems, "E100", f"this path cannot be read: {reason}", place)
    if not exists:
        fail(problems, "E100", f"there is no file or folder '{label}'", place, _near(path))
    if not is_folder:
        _check_suffix(path, label, place, problems)
        return path
    found = [path / f"scenario{suffix}" for suffix in SUFFIXES[:4]]
    found = [file for file in found if file.is_file()]
    if not found:
        message = f"the folder '{label}' holds no scenario.yaml"
        fail(problems, "E100", message, place, "'channelopt init' writes one")
    if len(found) > 1:
        names = " and ".join(file.name for file in found)
        fail(problems, "E100", f"the folder '{label}' holds {names}; keep one of them", place)
    return found[0]


def _check_suffix(path: Path, label: str, place: Place, problems: Problems) -> None:
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return
    if suffix in (".xls", ".xlsm", ".xlsb", ".ods"):
        hint = "save it as 'Excel workbook (.xlsx)'"
        message = f"workbooks are read as .xlsx, found '{path.name}'"
        if suffix == ".xlsm":
            message += "; macros are never run"
        fail(problems, "E130", message, place, hint)
    hint = "a scenario is a folder, or a .yaml, .json, .toml or .xlsx file"
    fail(problems, "E100", f"'{label}' is no scenario file", place, hint)


def _near(path: Path) -> str:
    from channelopt.errors import nearest

    try:
        return nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""


def inside(text: object, folder: Path, root: Path, place: Place, problems: Problems) -> Path:
    """Return the file that a scenario names, which must stay inside the project folder.

    Args:
        text: the path as written, relative to `folder`.
        folder: the folder of the file that names it.
        root: the project folder.
        place: where the path was written.
        problems: what was found so far.

    Raises:
        InputError: the path is absolute, another drive, an address, or leads outside.
    """
    if not isinstance(text, str) or not text.strip():
        found = "a list" if isinstance(text, list) else f"'{text}'"
        found = "a mapping" if isinstance(text, dict) else found
        fail(problems, "E140", f"expected a relative path, found {found}", place)
    if len(text) > MAX_PATH:
        fail(problems, "E140", f"the path has {len(text)} characters, at most {MAX_PATH}", place)
    if _ELSEWHERE.search(text):
        hint = "write a path relative to this file, with / between folders"
        fail(problems, "E140", f"'{text}' is not a relative path", place, hint)
    try:
        target = (folder / text).resolve()
    except (OSError, RuntimeError, ValueError):
        fail(problems, "E140", f"'{text}' cannot be followed", place)
    if not target.is_relative_to(root):
        message = f"'{text}' leads outside the project folder"
        fail(problems, "E140", message, place, "move the file, or name a wider --root")
    return target


def relative(path: Path, folder: Path) -> str:
    """Return a path relative to the scenario's folder, with / between folders."""
    return Path(os.path.relpath(path, folder)).as_posix()
