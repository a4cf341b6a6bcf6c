"""Acceptance thresholds: runs held against a file of rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channelopt.analysis.thresholds.figures import Subject
from channelopt.analysis.thresholds.judging import Verdict, judge
from channelopt.analysis.thresholds.reach import check_names
from channelopt.analysis.thresholds.reading import Written, read
from channelopt.errors import Problems, nearest
from channelopt.pipeline.intact import intact


@dataclass(frozen=True)
class Checked:
    """What became of one run.

    Attributes:
        run: its folder, as the user called it.
        verdicts: one for each rule, in the order of the file.
    """

    run: str
    verdicts: tuple[Verdict, ...]

    @property
    def passes(self) -> bool:
        """Whether every rule holds."""
        return all(verdict.passes for verdict in self.verdicts)

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        rules = [verdict.as_data() for verdict in self.verdicts]
        return {"run": self.run, "passes": self.passes, "rules": rules}


def check(
    runs: Sequence[Path],
    thresholds: Path,
    baseline: Path | None = None,
    root: Path | None = None,
) -> tuple[Checked, ...]:
    """Judge runs by a file of thresholds.

    Args:
        runs: folders of runs.
        thresholds: the file of rules.
        baseline: a run instead of the one that the file names.
        root: project folder that the file's baseline must stay inside.

    Returns:
        The verdicts, run by run.

    Raises:
        InputError: the file, or a run, is not as it should be; every problem of the file in one
            pass.
        CheckFailedError: a run was edited, or its plan fails the independent check; no rule is
            judged.
        UsageError: a run has no plan.
    """
    problems = Problems()
    written = read(thresholds, problems, root)
    against = _baseline(written, baseline, problems)
    subjects = [_subject(run) for run in runs]
    has_baseline = baseline is not None or written.baseline is not None
    for subject in subjects:
        found = Problems()
        check_names(written, subject.instance.numbers, found, has_baseline=has_baseline)
        problems.errors.extend(one for one in found.errors if one not in problems.errors)
    problems.errors.sort(key=lambda one: (one.place is None, one.place or 0))
    problems.stop()
    base = None if against is None else _subject(against)
    rules = tuple(written.rules.values())
    return tuple(Checked(one.name, judge(rules, one, base)) for one in subjects)


def _subject(run: Path) -> Subject:
    found = intact(run)
    return Subject(str(run), found.instance, found.plan, found.choice)


def _baseline(written: Written, given: Path | None, problems: Problems) -> Path | None:
    """Return the folder of the baseline, None after recording that there is none."""
    if given is not None or written.baseline is None:
        return given
    if written.baseline.is_dir():
        return written.baseline
    folder = written.baseline.parent
    beside = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    message = f"there is no run folder '{written.baseline.name}'"
    hint = nearest(written.baseline.name, beside)
    problems.add("E907", message, written.place("baseline"), hint)
    return None
