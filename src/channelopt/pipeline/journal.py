"""Journal: answers by question, in memory and, line by line, in a file that survives a stop."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from channelopt.analysis.study import Answer
from channelopt.terms.choice import Choice


class Journal:
    """Answers that need not be sought again: those that are proven.

    Args:
        path: a file that is read now and added to; None: only memory. A line that was cut off, as
            by a crash, is passed over.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._answers: dict[str, Answer] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                self._take(line)

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, key: str, *, wants_choice: bool) -> Answer | None:
        """Return a known answer, None where there is none with what is wanted."""
        answer = self._answers.get(key)
        if answer is None or not wants_choice or answer.infeasible:
            return answer
        return answer if answer.choice is not None else None

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer that is proven."""
        if not (answer.proven or answer.infeasible):
            return
        self._answers[key] = answer
        if self._path is not None:
            line = json.dumps({"key": key, **_written(answer)}, sort_keys=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def _take(self, line: str) -> None:
        try:
            said = json.loads(line)
            answer = Answer(said["objective"], said["bound"], said["infeasible"], said["proven"])
            choice = None if said["choice"] is None else unpacked(said["choice"])
            self._answers[str(said["key"])] = replace(answer, choice=choice)
        except (ValueError, KeyError, TypeError, OSError):
            return


def _written(answer: Answer) -> dict[str, Any]:
    return {
        "objective": answer.objective,
        "bound": answer.bound,
        "infeasible": answer.infeasible,
        "proven": answer.proven,
        "choice": None if answer.choice is None else packed(answer.choice),
    }


def packed(choice: Choice) -> str:
    """Return decisions as text: the same text for the same decisions."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {one.name: getattr(choice, one.name) for one in fields(choice)}
    np.savez_compressed(buffer, **arrays)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def unpacked(text: str) -> Choice:
    """Return decisions from their text.

    Raises:
        ValueError: the text is not that of decisions.
    """
    try:
        with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as arrays:
            return Choice(**{one.name: arrays[one.name] for one in fields(Choice)})
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
