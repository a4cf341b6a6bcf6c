"""Load a scenario: read it, understand it, check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from channelopt.instance.instance import Instance
from channelopt.instance.understand import understand
from channelopt.scenario import compose
from channelopt.scenario.source import Source

Step = tuple[Literal["vary", "set"], str]
"""One variation or override, in the order in which they are applied."""


def resolve(source: Source) -> Instance:
    """Turn a composed scenario into an instance.

    Raises:
        InputError: with every problem that could be found.
    """
    return understand(source).instance


def load(
    path: Path | str, *, root: Path | str | None = None, steps: Sequence[Step] = ()
) -> Instance:
    """Load a scenario from a folder or file.

    Args:
        path: folder with `scenario.yaml`, single file or workbook.
        root: folder that `extends` and tables must stay inside; default the parent of the
            scenario's folder.
        steps: variations and overrides, applied left to right.

    Raises:
        InputError: with every problem that could be found.
    """
    return resolve(compose.read(path, root=root, steps=steps))


def from_data(data: Mapping[str, Any], steps: Sequence[Step] = ()) -> Instance:
    """Load a scenario from plain data, written exactly like the YAML file, tables as lists of rows.

    Args:
        data: the scenario; `Instance.resolved` loads to an equal instance.
        steps: variations and overrides, applied left to right.

    Raises:
        InputError: with every problem that could be found.
    """
    return resolve(compose.from_data(data, steps=steps))
