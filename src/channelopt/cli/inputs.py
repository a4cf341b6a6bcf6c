"""Loading a scenario for a command, with warnings shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from channelopt.cli import console
from channelopt.cli.command import Step

if TYPE_CHECKING:
    from channelopt.instance.instance import Instance


def load(scenario: Path, root: Path | None, steps: Sequence[Step]) -> Instance:
    """Load a scenario and write its warnings to stderr."""
    from channelopt.instance import load as loading

    instance = loading.load(scenario, root=root, steps=steps)
    console.problems(instance.warnings)
    return instance


def changed(instance: Instance, steps: Sequence[Step]) -> Instance:
    """Return the scenario of a run with overrides and variations."""
    if not steps:
        return instance
    from channelopt.instance import load as loading

    found = loading.from_data(instance.resolved, steps=steps)
    console.problems(found.warnings)
    return found
