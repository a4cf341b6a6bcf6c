"""Source -> Scenario: pydantic's findings as plain sentences with their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from channelopt.errors import Problems
from channelopt.instance.sentences import ENTRIES, Finding, sentence
from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import Path, Source

_ROUNDS = 4
"""How often faulty parts are cut out before the rest is given up."""


@dataclass(frozen=True)
class Parsed:
    """What could be understood of a scenario.

    Attributes:
        scenario: the sections; faulty parts are cut out.
        policy_at: position in the source of each policy of `scenario`.
        cut: paths that were cut out; empty where the scenario is as written.
    """

    scenario: Scenario
    policy_at: tuple[int, ...]
    cut: tuple[Path, ...]


def parse(source: Source, problems: Problems) -> Parsed | None:
    """Validate the sections of a source, each on its own.

    Returns:
        What could be understood, or None where too little is left to look further.
    """
    tree = _without_blanks(source.tree)
    policies = tree.get("policies")
    policy_at = list(range(len(policies))) if isinstance(policies, list) else []
    cut: list[Path] = []
    for attempt in range(_ROUNDS):
        try:
            return Parsed(Scenario.model_validate(tree), tuple(policy_at), tuple(cut))
        except ValidationError as error:
            findings = _findings(error, tree)
        if attempt == 0:
            _report(findings, source, problems)
        paths = sorted({_faulty_part(finding) for finding in findings}, key=repr, reverse=True)
        cut.extend(paths)
        for path in paths:
            _cut(tree, path, policy_at)
    return None


def _without_blanks(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the sections without blank values: a blank means the default.

    An entry of a section that is blank as a whole stays, and is a fault: `{}` says that its
    values are the defaults, blank may be an entry that was not finished.
    """
    tree: dict[str, Any] = {}
    for name, section in written.items():
        if name in ENTRIES and isinstance(section, Mapping):
            tree[name] = {label: _filled(entry) for label, entry in section.items()}
        elif section is not None:
            tree[name] = _filled(section)
    return tree


def _filled(value: Any) -> Any:
    """Return a copy without keys whose value is blank; lists keep their places."""
    if isinstance(value, Mapping):
        return {key: _filled(inner) for key, inner in value.items() if inner is not None}
    return [_filled(item) for item in value] if isinstance(value, list) else value


def _report(findings: list[Finding], source: Source, problems: Problems) -> None:
    """Record each finding once, in the order of the file."""
    for finding in findings:
        code, message, hint = sentence(finding)
        problems.add(code, message, source.place_of(finding.path), hint)


def _findings(error: ValidationError, tree: Mapping[str, Any]) -> list[Finding]:
    """Turn pydantic's list into one finding for each faulty value.

    A finding of a branch that was not meant counts where no other branch explains the value.
    """
    found: dict[Path, Finding] = {}
    doubtful: dict[Path, Finding] = {}
    for detail in error.errors(include_url=False):
        path, spurious = _locate(detail["loc"], tree, missing=detail["type"] == "missing")
        finding = Finding(
            kind=detail["type"],
            path=path,
            value=detail.get("input"),
            context=detail.get("ctx", {}),
            is_key=detail["loc"][-1:] == ("[key]",),
            tree=tree,
        )
        (doubtful if spurious else found).setdefault(path, finding)
    for path, finding in doubtful.items():
        if not any(other[: len(path)] == path for other in found):
            found[path] = finding
    return list(found.values())


def _locate(loc: tuple[int | str, ...], tree: Any, *, missing: bool) -> tuple[Path, bool]:
    """Return the path in the data and whether the finding is of a branch not meant.

    Pydantic's location also holds the names of union branches. A branch for lists is not meant
    where the value is no list, and the other way round.
    """
    parts = loc[:2] + loc[3:] if loc[:1] == ("policies",) and len(loc) > 2 else loc
    path: list[str | int] = []
    current = tree
    for position, part in enumerate(parts):
        key = _step(current, part)
        if key is not None:
            path.append(key)
            current = current[key]
        elif missing and position == len(parts) - 1:
            path.append(part)
        elif isinstance(part, str) and _of_other_branch(part, current):
            return tuple(path), True
    return tuple(path), False


def _of_other_branch(part: str, current: Any) -> bool:
    """Whether a part of a location names the branch of a union that was not meant."""
    return part != "[key]" and part.startswith("list[") != isinstance(current, list)


def _step(current: Any, part: int | str) -> Any:
    """Return the key or position under which the data holds a part of a location."""
    if isinstance(current, list) and isinstance(part, int) and part < len(current):
        return part
    if isinstance(current, Mapping):
        return next((key for key in current if key == part or _same_number(key, part)), None)
    return None


def _same_number(key: Any, part: int | str) -> bool:
    """Whether a key and a part of a location are the same number."""
    try:
        return float(key) == float(part)
    except (TypeError, ValueError):
        return False


def _faulty_part(finding: Finding) -> Path:
    """Return what to cut out so that the rest can be looked at."""
    path = (
        finding.path[:-1] if finding.kind == "missing" and len(finding.path) > 1 else finding.path
    )
    if path[:1] == ("policies",):
        return path[:2]
    return path[:3]


def _cut(tree: dict[str, Any], path: Path, policy_at: list[int]) -> None:
    """Cut a part out of the data; the version of the format is mended instead."""
    if path == ("format",):
        tree["format"] = 1
        return
    parent: Any = tree
    for part in path[:-1]:
        parent = parent[part] if _step(parent, part) is not None else {}
    if path and _step(parent, path[-1]) is not None:
        del parent[path[-1]]
        if path[0] == "policies" and len(path) == 2:
            del policy_at[int(path[1])]
