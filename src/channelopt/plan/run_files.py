"""Names of what a run folder consists of; light, as whoever looks for runs needs nothing else."""

from __future__ import annotations

from pathlib import Path

from channelopt.plan.columns import COLUMNS
from channelopt.plan.report_files import BESIDE as REPORTS
from channelopt.plan.sensitivity_folder import ANSWERS
from channelopt.plan.sensitivity_folder import FOLDER as ANALYSES

FORMAT = 1
"""Version of manifest.json and plan.json."""

PLAN = "plan.json"
MANIFEST = "manifest.json"
SENSITIVITY = "sensitivity.csv"
REPORT = "report.md"
TAGS = "tags.jsonl"

KNOWN = frozenset({PLAN, MANIFEST, SENSITIVITY, REPORT, *(f"{name}.csv" for name in COLUMNS)})
"""Every file of a run."""

BESIDE = frozenset({ANALYSES, ANSWERS, TAGS, *REPORTS}) - {REPORT}
"""What else may lie in its folder: what was asked about the run later, its tags, reports."""

LARGEST = 512 * 1024 * 1024
"""Bytes of the largest file that is read."""


def is_run(path: Path | str) -> bool:
    """Whether a path is a run folder rather than a scenario."""
    return (Path(path) / MANIFEST).is_file() and (Path(path) / PLAN).is_file()
