"""Load a scenario: read it, understand it, check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from channelopt.errors import Problems
from channelopt.instance.assemble import assemble
from channelopt.instance.axes import Axes
from channelopt.instance.canonical import canonical
from channelopt.instance.instance import Instance, Names
from channelopt.instance.parse import parse
from channelopt.instance.plain import plain_source
from channelopt.instance.tables import read_tables
from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import Source

Step = tuple[Literal["vary", "set"], str]
"""One variation or override, in the order in which they are applied."""


def resolve(source: Source) -> Instance:
    """Turn a composed scenario into an instance.

    Raises:
        InputError: with every problem that could be found.
    """
    problems = Problems(warnings=list(source.warnings))
    parsed = parse(source, problems)
    if parsed is None:
        problems.stop()
        raise AssertionError
    scenario = parsed.scenario
    axes = Axes.of(scenario)
    tables = read_tables(source, scenario, axes, problems)
    problems.stop()
    numbers = assemble(scenario, axes, tables)
    return Instance(
        numbers=numbers,
        policies=tuple(sorted(scenario.policies, key=lambda policy: policy.name)),
        names=_names(scenario, source.name),
        resolved=canonical(scenario, axes, tables, source.name),
        files=dict(source.files),
        applied=source.applied,
        warnings=tuple(problems.warnings),
    )


def _names(scenario: Scenario, title: str) -> Names:
    """Return the titles; the id where there is none."""

    def titles(section: Mapping[str, Any]) -> dict[str, str]:
        return {label: section[label].title or label for label in sorted(section)}

    return Names(
        scenario=scenario.title or title,
        currency=scenario.currency,
        segments=titles(scenario.segments),
        interactions=titles(scenario.interactions),
        channels=titles(scenario.channels),
        groups=titles(scenario.staff),
    )


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
    from channelopt.scenario import compose

    return resolve(compose.read(path, root=root, steps=steps))


def from_data(data: Mapping[str, Any], steps: Sequence[Step] = ()) -> Instance:
    """Load a scenario from plain data, written exactly like the YAML file, tables as lists of rows.

    Args:
        data: the scenario; `Instance.resolved` loads to an equal instance.
        steps: variations and overrides, applied left to right.

    Raises:
        InputError: with every problem that could be found.
    """
    if not steps:
        return resolve(plain_source(data))
    from channelopt.scenario import compose

    return resolve(compose.from_data(data, steps=steps))
