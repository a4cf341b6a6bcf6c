"""Runs the program as a person or a script would: another process, real files."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli import warm

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
PROGRAM = (sys.executable, "-m", "channelopt")

MINIMAL = """\
format: 1
objective: {satisfaction_weight: 0.5}
segments:
  everyone: {customers: 1000, margin: 100}
interactions:
  question: {}
channels:
  phone: {unit_cost: 6, satisfaction: 0.9, capacity: 800}
  web: {unit_cost: 0.5, satisfaction: 0.6}
tables:
  contacts_per_customer:
    - {segment: everyone, interaction: question, value: 2}
variations:
  strike: {title: Strike, set: {channels.phone.capacity: 100}}
  dear: {set: {channels.phone.unit_cost: {times: 2}}}
"""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of this process without what changes colours or debugging."""
    hidden = {"NO_COLOR", "FORCE_COLOR", "CHANNELOPT_DEBUG", "COLUMNS", "TERM", "PYTHONWARNINGS"}
    hidden.add("PYTEST_CURRENT_TEST")  # another one for each test
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    return {**kept, "PYTHONIOENCODING": "utf-8", **(extra or {})}


def run(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    program: Sequence[str] = PROGRAM,
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; no terminal, UTF-8.

    Imports are spared where the environment and the program are the usual ones: see `warm`.
    """
    if env is None and program is PROGRAM and warm.is_possible():
        return warm.run([*map(str, arguments)], cwd, environment())
    return subprocess.run(
        [*program, *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
