"""The paths under `uncertainty`: each names numbers that `--set PATH*=1.1` could change, once."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.errors import Place, Problems
from channelopt.scenario.changes import Change
from channelopt.scenario.overrides import Overrides
from channelopt.scenario.places import Node, copy

SECTIONS = (
    "objective",
    "segments",
    "interactions",
    "channels",
    "staff",
    "upgrades",
    "bundles",
    "metrics",
    "tables",
)
"""What holds numbers that can be uncertain; rules and the uncertainty itself are decided."""


def check_uncertain_inputs(tree: Node, problems: Problems) -> None:
    """Record paths that name no numbers, and numbers that two paths name.

    Args:
        tree: the composed scenario, with its tables; not changed.
        problems: receives what is wrong, with the place of the path.
    """
    section = tree.get("uncertainty")
    if section is None or not section.is_mapping or not section.value:
        return
    changes = []
    for path, place in _paths(section):
        head = path.partition(".")[0]
        if head in SECTIONS:
            changes.append(Change(path, "times", Node(1, place), place))
        else:
            message = f"'{path}' names no uncertain number"
            hint = f"paths begin with one of {', '.join(SECTIONS)}"
            problems.add("E157", message, place, hint)
    Overrides(_without_rows(tree), problems).apply(changes)


def _paths(section: Node) -> Iterator[tuple[str, Place]]:
    """Yield each path with its place; what has another shape is left to the schema."""
    for group in section.value.values():
        inputs = group.get("inputs")
        for node in inputs.value if inputs is not None and isinstance(inputs.value, list) else ():
            if isinstance(node.value, str):
                yield node.value.strip(), node.place


def _without_rows(tree: Node) -> Node:
    """Return a copy without the rows of tables, which no path needs."""
    return Node(
        {key: copy(node) for key, node in tree.value.items() if key != "tables"}, tree.place
    )
