"""A minimal scenario in a folder of its own."""

from pathlib import Path

import pytest

from tests.cli.process import MINIMAL


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """A valid scenario with two channels and two variations."""
    folder = tmp_path / "project" / "minimal"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    return folder
