"""Put a folder in place whole or not at all.

Files are written into a hidden folder with a random name beside the target, flushed to the disk,
and renamed into place in one step. A folder that is replaced is moved aside first, moved back
if the new one cannot take its place, and removed only after that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from channelopt.errors import ChannelOptError

PREFIX = ".channelopt-"


class OutputError(ChannelOptError):
    """The result could not be written; nothing was left half-written."""


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "there is no permission to write there",
    errno.EPERM: "there is no permission to write there",
    errno.EROFS: "the disk is read-only",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EFBIG: "a file is larger than allowed",
    errno.ENOTEMPTY: "another run was written there meanwhile",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
}


@contextlib.contextmanager
def in_words(out: Path) -> Iterator[None]:
    """Turn faults of the disk into one clear sentence.

    Raises:
        OutputError: instead of any OSError.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        message = f"cannot write {out}: {reason}; nothing was written there"
        raise OutputError(message) from error


def put_in_place(
    files: Mapping[str, str | bytes], out: Path, *, replace: bool, keep: Iterable[str] = ()
) -> None:
    """Write files as one folder; the last file of the mapping is written last.

    Args:
        files: content by file name; text is written as UTF-8.
        out: the folder.
        replace: an existing folder is replaced; else only an empty one is.
        keep: files of the replaced folder that stay, where they are there.

    Raises:
        OSError: the disk refused; `out` is as it was before.
    """
    with staged_folder(out, replace=replace, keep=keep) as staged:
        write_into(staged, files)


def write_into(staged: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files into a staged folder, in their order, and flush each to the disk."""
    for name, text in files.items():
        _write_durably(staged / name, text)


@contextlib.contextmanager
def staged_folder(out: Path, *, replace: bool, keep: Iterable[str] = ()) -> Iterator[Path]:
    """Give a hidden folder to fill; it takes the place of `out` when the block ends well.

    Who fills it flushes its files to the disk; folders are flushed here.

    Args:
        out: the folder.
        replace: an existing folder is replaced; else only an empty one is.
        keep: files of the replaced folder that stay, where they are there.

    Raises:
        OSError: the disk refused; `out` is as it was before.
    """
    made = _make_parents(out.parent)
    staged = out.parent / f"{PREFIX}{secrets.token_hex(8)}"
    try:
        staged.mkdir(mode=0o777)
        yield staged
        for inner in (path for path in staged.rglob("*") if path.is_dir()):
            _sync_folder(inner)
        _sync_folder(staged)
        if replace and out.exists():
            _swap(staged, out, keep)
        else:
            os.rename(staged, out)  # noqa: PTH104 - one name for faults and tests
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise
    with contextlib.suppress(OSError):  # the folder is in place; only its survival of a power cut
        _sync_folder(out.parent)


def put_file(path: Path, text: str | bytes) -> None:
    """Write one file whole or not at all.

    Raises:
        OutputError: the disk refused; a file that was there is as it was before.
    """
    staged = path.parent / f"{PREFIX}{secrets.token_hex(8)}"
    with in_words(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_durably(staged, text)
            os.replace(staged, path)  # noqa: PTH105 - one name for faults and tests
        except BaseException:
            staged.unlink(missing_ok=True)
            raise


def _make_parents(parent: Path) -> list[Path]:
    """Create missing parents and return them, the deepest first."""
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    return missing


def _write_durably(path: Path, content: str | bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # other systems cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(staged: Path, out: Path, keep: Iterable[str]) -> None:
    """Rename the staged folder into the place of the old one, which comes back if that fails."""
    aside = out.parent / f"{PREFIX}{secrets.token_hex(8)}"
    os.rename(out, aside)  # noqa: PTH104
    try:
        for name in keep:
            _carry(aside / name, staged / name)
        os.rename(staged, out)  # noqa: PTH104
    except BaseException:
        _move_back(aside, out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _carry(source: Path, target: Path) -> None:
    """Let a file be in both folders: what another process adds to it meanwhile is not lost."""
    if not source.is_file() or source.is_symlink():
        return
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copyfile(source, target)


def _move_back(aside: Path, out: Path) -> None:
    try:
        os.rename(aside, out)  # noqa: PTH104
    except OSError as error:
        message = f"{out} could not be replaced; the former run is in {aside}"
        raise OutputError(message) from error
