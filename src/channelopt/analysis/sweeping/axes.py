"""Axes of a sweep: what `--vary path=...` says, and the points of a crossed grid."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Sequence
from fractions import Fraction

from channelopt.analysis.sweeping.point import Axis, Grid, Point, StepKind
from channelopt.errors import InputError, Place, Problems
from channelopt.plan.table import Cell, neutral
from channelopt.scenario.changes import assignment
from channelopt.scenario.places import LARGEST, Node, plain
from channelopt.scenario.text import number_hint
from channelopt.scenario.yaml import read_value

VARIATION = "variation"
"""Name of the axis whose values are variations."""
MOST = 10_000
"""Points of a sweep, unless the user allows more."""
MOST_AXES = 100

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_STEPS = re.compile(r"[-+]?\d{1,18}")
_BRACKETS = re.compile(r"\[[^\]]*\]")
_QUOTING = frozenset("'\"[{")
_RANGE = "a range is from:to:steps such as 0.8:1.2:5; put text with a colon into quotation marks"

Step = tuple[StepKind, str]


def is_axis(text: str) -> bool:
    """Whether what stands after `--vary` is an axis (`path=values`), not a variation."""
    return "=" in text


def axes(texts: Sequence[str], problems: Problems, most: int = MOST) -> tuple[Axis, ...]:
    """Return what is varied, in the order in which it is written.

    Args:
        texts: as after `--vary`: `path=from:to:steps`, `path=v1,v2`, `path*=...`, `path+=...`.
        problems: receives everything that is wrong.
        most: values of an axis.
    """
    found = [axis for text in texts if (axis := _axis(text, problems, most)) is not None]
    seen: set[str] = set()
    for axis in found:
        path = bare(axis.name)
        if path in seen:
            message = f"'{path}' is varied twice"
            problems.add("E171", message, Place(f"--vary {axis.name}"), "vary it in one axis")
        seen.add(path)
    if len(found) > MOST_AXES:
        problems.add("E171", f"{len(found)} axes; at most {MOST_AXES} are crossed")
    return tuple(found)


def bare(name: str) -> str:
    """Return the path of an axis without the sign of its operation."""
    return name[:-1] if name[-1:] in {"*", "+"} and not name.endswith(".*") else name


def cell_of(node: Node) -> Cell:
    """Return a value as a cell: numbers and truth values as such, all others as `--set` has them.

    A text that `--set` would read as something else is in quotation marks, and `null` is a text,
    because an empty cell leaves the scenario alone.
    """
    value = plain(node)
    if isinstance(value, float):
        return neutral(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str) and _reads_back(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _reads_back(text: str) -> bool:
    if not text or text != text.strip():
        return False
    try:
        return bool(read_value(text, Place(""), Problems()).value == text)
    except InputError:
        return False


def step(axis: str, value: Cell) -> Step:
    """Return what `solve` takes for one value of an axis."""
    if axis == VARIATION:
        return "vary", str(value)
    return "set", f"{axis}={value if isinstance(value, str) else json.dumps(value)}"


def crossed(given: Sequence[Axis]) -> Grid:
    """Return every combination of the values of axes; the last axis runs fastest."""
    points = []
    for number, values in enumerate(itertools.product(*(axis.values for axis in given)), start=1):
        points.append(point(number, given, values))
    return Grid(tuple(given), tuple(points))


def point(number: int, given: Sequence[Axis], values: Sequence[Cell]) -> Point:
    """Return one point: variations first, then the other axes in their order."""
    pairs = [
        (axis.name, value) for axis, value in zip(given, values, strict=True) if value is not None
    ]
    pairs.sort(key=lambda pair: pair[0] != VARIATION)
    return Point(number, tuple(values), tuple(step(name, value) for name, value in pairs))


def count(given: Sequence[Axis]) -> int:
    """Return how many points the axes make when they are crossed."""
    return math.prod(len(axis.values) for axis in given)


def check_count(points: int, most: int, problems: Problems) -> None:
    """Record a grid that is too large."""
    if points > most:
        message = f"the sweep has {points:,} points; at most {most:,} are solved"
        problems.add("E172", message, None, f"take fewer values, or --most {points}")


def _axis(text: str, problems: Problems, most: int) -> Axis | None:
    position = _BRACKETS.sub(lambda match: "_" * len(match.group()), text).find("=")
    name, right = text[:position].strip(), text[position + 1 :].strip()
    place = Place(f"--vary {name}")
    if position <= 0 or not name:
        message = f"expected NAME of a variation or PATH=VALUES, found '{text}'"
        problems.add("E170", message, Place(f"--vary {text}"), _RANGE)
        return None
    if not right:
        problems.add("E170", "the values are missing", place, "for example 0.8:1.2:5 or 1,2,3")
        return None
    found = Problems()
    if ":" in right and _QUOTING.isdisjoint(right):
        values = _range(right, place, found, most)
    else:
        values = _list(right, place, found)
    if values is not None:
        _check(name, values, place, found)
    problems.errors.extend(found.errors)
    return None if found.errors or values is None else Axis(name, values)


def _check(name: str, values: tuple[Cell, ...], place: Place, problems: Problems) -> None:
    """Record a path that `--set` does not take with such values, and values that come twice."""
    taken = Problems()
    assignment(step(name, values[0])[1], taken)
    for problem in taken.errors:
        problems.add(problem.code, problem.message, place, problem.hint)
    seen: set[tuple[bool, Cell]] = set()
    for value in values:
        key = (isinstance(value, bool), value)
        if key in seen:
            message = f"the value {step('', value)[1][1:]} comes twice"
            problems.add("E170", message, place, "name each value once")
            return
        seen.add(key)


def _range(text: str, place: Place, problems: Problems, most: int) -> tuple[Cell, ...] | None:
    """Return the values of `from:to:steps`, exact to the last digit."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 3:
        message = f"a range has three parts, found {len(parts)} in '{_short(text)}'"
        problems.add("E170", message, place, _RANGE)
        return None
    ends = [_end(part, place, problems) for part in parts[:2]]
    steps = _steps(parts[2], place, problems, most)
    if steps is None or None in ends:
        return None
    first, last = (end for end in ends if end is not None)
    if steps == 1 and first != last:
        message = f"one step cannot be both ends of '{_short(text)}'"
        problems.add("E170", message, place, "take 2 steps or more, or a single value")
        return None
    if steps > 1 and first == last:
        problems.add("E170", f"the range '{_short(text)}' has no width", place, "take one value")
        return None
    width = last - first
    return tuple(_number(first + width * Fraction(k, max(steps - 1, 1))) for k in range(steps))


def _end(text: str, place: Place, problems: Problems) -> Fraction | None:
    if not _NUMBER.fullmatch(text):
        message = f"expected a number at the ends of a range, found '{_short(text)}'"
        problems.add("E170", message, place, number_hint(text) or _RANGE)
        return None
    value = Fraction(text)
    if abs(value) > LARGEST:
        problems.add("E109", f"numbers go up to 1e12, found {_short(text)}", place)
        return None
    return value


def _steps(text: str, place: Place, problems: Problems, most: int) -> int | None:
    if not _STEPS.fullmatch(text):
        message = f"steps is how many values to take, a whole number; found '{_short(text)}'"
        problems.add("E170", message, place, _RANGE)
        return None
    steps = int(text)
    if steps < 1:
        problems.add("E170", f"expected at least 1 step, found {steps}", place)
        return None
    if steps > most:
        message = f"{steps:,} steps; a sweep has at most {most:,} points"
        problems.add("E172", message, place, f"take fewer steps, or --most {steps}")
        return None
    return steps


def _number(value: Fraction) -> Cell:
    """Return the number nearest to an exact value, whole ones without a point."""
    return neutral(float(value))


def _list(text: str, place: Place, problems: Problems) -> tuple[Cell, ...] | None:
    """Return the values of a list, each as `--set` reads it."""
    found = Problems()
    try:
        node = read_value(f"[{text}]", place, found)
    except InputError as error:
        reasons = "; ".join(problem.message for problem in error.problems[:2])
        problems.add("E170", f"'{_short(text)}' is no list of values: {reasons}", place)
        return None
    items = node.value if isinstance(node.value, list) else []
    if not items:
        problems.add("E170", f"no value in '{_short(text)}'", place)
        return None
    return tuple(cell_of(item) for item in items)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
