from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Solved = tuple[int, dict[str, Any]]


@pytest.fixture
def solve(tmp_path: Path) -> Callable[..., Solved]:
    """Solve a scenario through the command line: exit code and what it wrote to stdout."""

    def run(scenario: dict[str, Any], *options: str) -> Solved:
        file = tmp_path / "scenario.json"
        file.write_text(json.dumps(scenario), encoding="utf-8")
        command = [sys.executable, "-m", "channelopt", "solve", str(file), "--json", "--quiet"]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "run"), "--force", *options],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run
