"""Half of a long, simple piece of work in a copy of this process, on another processor."""

from __future__ import annotations

import marshal
import os
import sys
import threading
from collections.abc import Callable, Sequence

LEAST = 2000
"""With fewer items a second process is not worth its start."""


Seen = list[tuple[str, str, int]]
"""Plain data that goes from process to process."""


def halved(work: Callable[[Sequence[str]], Seen], items: Sequence[str]) -> Seen:
    """Do work on items, the second half of them beside this process if that is quicker.

    Args:
        work: of some items; only reads files, and returns plain data.
        items: all of them.

    Returns:
        What the work returns, in the order of the items.
    """
    if len(items) < LEAST or not _can_fork():
        return work(items)
    middle = len(items) // 2
    source, sink = os.pipe()
    try:
        child = os.fork()
    except OSError:  # no room for another process
        os.close(source)
        os.close(sink)
        return work(items)
    if child == 0:
        _answer(sink, lambda: work(items[middle:]))
    os.close(sink)
    with os.fdopen(source, "rb") as answer:
        own = work(items[:middle])
        raw = answer.read()
    _, status = os.waitpid(child, 0)
    return own + (marshal.loads(raw) if status == 0 else work(items[middle:]))  # noqa: S302


def _can_fork() -> bool:
    """Whether a copy of this process is safe and of use: one thread, two processors."""
    return sys.platform == "linux" and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


def _answer(sink: int, work: Callable[[], Seen]) -> None:
    """Write what the work returns and end the process, without what its parent would do then."""
    status = 1
    try:
        with os.fdopen(sink, "wb") as file:
            file.write(marshal.dumps(work()))
        status = 0
    finally:
        os._exit(status)
