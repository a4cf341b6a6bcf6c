"""Read a file of thresholds: YAML, JSON or TOML, every problem with its place in one pass."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from channelopt.analysis.thresholds.schema import Threshold, Thresholds
from channelopt.errors import InputError, Place, Problems, nearest
from channelopt.instance.sentences import Finding, sentence
from channelopt.scenario.locate import inside
from channelopt.scenario.places import Node, fail, places, plain
from channelopt.scenario.source import Path as TreePath
from channelopt.scenario.text import decode, read_bytes
from channelopt.scenario.toml import read_toml
from channelopt.scenario.yaml import read_json, read_yaml

LARGEST = 2**20
"""Bytes of the largest file of thresholds."""
READERS = {".yaml": read_yaml, ".yml": read_yaml, ".json": read_json, ".toml": read_toml}


@dataclass(frozen=True)
class Written:
    """A file of thresholds as it was written.

    Attributes:
        rules: those that could be understood, by their position in the file.
        places: where each value was written, by path from the root.
        baseline: folder of the baseline run that it names, None for none.
    """

    rules: Mapping[int, Threshold]
    places: Mapping[TreePath, Place]
    baseline: Path | None = None

    def place(self, *path: str | int) -> Place | None:
        """Return the place of a value, or of its nearest parent."""
        return place_of(self.places, path)


def place_of(known: Mapping[TreePath, Place], path: TreePath) -> Place | None:
    """Return the place of a value, or of its nearest parent."""
    while path and path not in known:
        path = path[:-1]
    return known.get(path)


def read(file: Path, problems: Problems, root: Path | None = None) -> Written:
    """Read a file of thresholds.

    Args:
        file: the file.
        problems: receives what is wrong with single values; the rest is returned.
        root: project folder that the baseline must stay inside; default the parent of the file's
            folder.

    Raises:
        InputError: nothing of the file can be understood.
    """
    tree = _tree(file, problems)
    known = places(tree)
    baseline = _baseline(tree, file, root, problems)
    data = _without_blanks(plain(tree))
    rules, faulty = _validated(data, known, problems)
    _check_rules(rules, known, problems)
    return Written({**rules, **_rest(data, faulty)}, known, baseline)


def _tree(file: Path, problems: Problems) -> Node:
    label = str(file)
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        message = f"thresholds are a .yaml, .json or .toml file, found '{file.name}'"
        fail(problems, "E100", message, Place(label))
    text = decode(read_bytes(file, label, LARGEST, problems), label, problems)
    node = reader(text, label, problems)
    if not node.is_mapping:
        fail(problems, "E114", "expected a mapping with format and rules", node.place)
    return node


def _without_blanks(data: Any) -> Any:
    """Leave out blank values: a blank means the default."""
    if isinstance(data, dict):
        return {k: _without_blanks(v) for k, v in data.items() if v is not None}
    return [_without_blanks(one) for one in data] if isinstance(data, list) else data


def _baseline(tree: Node, file: Path, root: Path | None, problems: Problems) -> Path | None:
    node = tree.get("baseline")
    if node is None or node.value is None:
        return None
    folder = file.resolve().parent
    top = folder.parent if root is None else root.resolve()
    found = Problems()
    try:
        return inside(node.value, folder, top, node.place, found)
    except InputError:
        problems.errors.extend(found.errors)
        return None


def _validated(
    data: Mapping[str, Any], known: Mapping[TreePath, Place], problems: Problems
) -> tuple[dict[int, Threshold], list[TreePath]]:
    """Return the rules without fault by position, and the paths of the faults in others."""
    written = data.get("rules")
    positions = range(len(written)) if isinstance(written, list) else range(0)
    try:
        return dict(enumerate(Thresholds.model_validate(data).rules)), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    faulty = [detail["loc"] for detail in details if detail["loc"][:1] == ("rules",)]
    for detail in details:
        finding = Finding(
            kind=detail["type"],
            path=detail["loc"],
            value=detail.get("input"),
            context=detail.get("ctx", {}),
            is_key=False,
            tree=data,
        )
        code, message, hint = _sentence(finding)
        problems.add(code, message, place_of(known, detail["loc"]), hint)
    sound = set(positions) - {path[1] for path in faulty if len(path) > 1}
    return {k: Threshold.model_validate(data["rules"][k]) for k in sorted(sound)}, faulty


def _rest(data: Mapping[str, Any], faulty: list[TreePath]) -> dict[int, Threshold]:
    """Return what is left of faulty rules without their faults, so that its names are looked at."""
    cut: dict[int, set[str | int]] = {}
    for path in faulty:
        if len(path) > 2 and isinstance(path[1], int):
            cut.setdefault(path[1], set()).add(path[2])
    found = {}
    for k, keys in cut.items():
        rule = {key: value for key, value in data["rules"][k].items() if key not in keys}
        with contextlib.suppress(ValidationError):
            found[k] = Threshold.model_validate(rule)
    return found


def _sentence(finding: Finding) -> tuple[str, str, str]:
    path = finding.path
    if finding.kind != "extra_forbidden":
        code, message, hint = sentence(finding)
        return code, message.replace("the scenario", "the file"), hint
    model: type[Threshold | Thresholds] = Threshold if path[:1] == ("rules",) else Thresholds
    keys = [field.alias or name for name, field in model.model_fields.items()]
    hint = nearest(str(path[-1]), keys) or "known here: " + ", ".join(sorted(keys))
    where = f" in rules[{path[1]}]" if len(path) > 2 else ""
    return "E201", f"unknown key '{path[-1]}'{where}", hint


def _check_rules(
    rules: Mapping[int, Threshold], known: Mapping[TreePath, Place], problems: Problems
) -> None:
    """Record rules without a bound, with bounds the wrong way round, or with a name used twice."""
    seen: dict[str, int] = {}
    for k, rule in rules.items():
        place, low, high = place_of(known, ("rules", k)), rule.at_least, rule.at_most
        if low is None and high is None:
            hint = "give at_least, at_most or both"
            problems.add("E920", f"rule '{rule.name}' has no bound", place, hint)
        if low is not None and high is not None and low > high:
            message = f"rule '{rule.name}': at_least {low:g} is above at_most {high:g}"
            problems.add("E921", message, place)
        if rule.of is not None and rule.from_ is not None:
            message = f"rule '{rule.name}' has both of and from"
            problems.add("E922", message, place, "a share of the baseline, or a difference to it")
        if rule.name in seen:
            message = f"the name '{rule.name}' is that of rules[{seen[rule.name]}] already"
            problems.add("E923", message, place_of(known, ("rules", k, "name")))
        seen.setdefault(rule.name, k)
