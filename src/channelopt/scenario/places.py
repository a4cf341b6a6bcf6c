"""Values with the place where they were written, and plain data turned into them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from channelopt.errors import Place, Problems
from channelopt.scenario.source import Path

LARGEST = 10**12
MAX_DEPTH = 40
Key = str | int | float


@dataclass(slots=True)
class Node:
    """A value of a scenario file.

    Attributes:
        value: a mapping of nodes, a list of nodes, or text, a number, a truth value or None.
        place: where it was written; for a mapping or list under a key, the place of the key.
    """

    value: Any
    place: Place

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.value, dict)

    def get(self, key: Key) -> Node | None:
        """Return the node under `key`, None where there is none."""
        return self.value.get(key) if isinstance(self.value, dict) else None


def fail(
    problems: Problems, code: str, message: str, place: Place | None = None, hint: str = ""
) -> NoReturn:
    """Record an error after which reading cannot go on, and raise all found so far.

    Raises:
        InputError: always.
    """
    problems.add(code, message, place, hint)
    problems.stop()
    raise AssertionError


def plain(node: Node) -> Any:
    """Return the node's value as plain data."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def copy(node: Node) -> Node:
    """Return a copy that shares nothing that can change."""
    if isinstance(node.value, dict):
        return Node({key: copy(child) for key, child in node.value.items()}, node.place)
    if isinstance(node.value, list):
        return Node([copy(child) for child in node.value], node.place)
    return Node(node.value, node.place)


def step(key: Key) -> str | int:
    """Return the key as one step of a path: numbers that are keys become text, as in `0.6`."""
    return key if isinstance(key, str) else repr(key)


def places(node: Node, path: Path = ()) -> dict[Path, Place]:
    """Return the place of the node and of everything in it by path."""
    found = {path: node.place}
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            found |= places(child, (*path, step(key)))
    elif isinstance(node.value, list):
        for position, child in enumerate(node.value):
            found |= places(child, (*path, position))
    return found


def dotted(path: Path) -> str:
    """Return a path as people read it: `segments.private.customers[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def check_number(
    number: float, shown: str, problems: Problems, place: Place | None
) -> int | float | None:
    """Return a finite number of sensible size, or None after recording why it is not one."""
    has_digits = any(character.isdigit() for character in shown)
    if not isinstance(number, int) and not math.isfinite(number) and not has_digits:
        problems.add("E109", f"expected a finite number, found {shown}", place)
        return None
    if abs(number) > LARGEST:
        shown = shown if len(shown) <= 24 else f"a number of {len(shown)} characters"
        problems.add("E109", f"numbers go up to 1e12, found {shown}", place)
        return None
    return number


def from_plain(data: Any, place_of: Callable[[Path], Place], problems: Problems) -> Node:
    """Turn plain data (dicts, lists, scalars) into nodes, checking every value.

    Args:
        data: mappings with text or number keys, lists, text, numbers, truth values, None.
        place_of: where the value at a path was written.
        problems: receives what is wrong with single values.

    Raises:
        InputError: the data nests deeper than 40 levels.
    """
    return _from_plain(data, (), place_of, problems)


def _from_plain(
    data: Any, path: Path, place_of: Callable[[Path], Place], problems: Problems
) -> Node:
    place = place_of(path)
    if len(path) > MAX_DEPTH:
        fail(problems, "E108", f"values nest deeper than {MAX_DEPTH} levels", place)
    if isinstance(data, Mapping):
        children: dict[Key, Node] = {}
        for raw, child in data.items():
            key = _key(raw, problems, place)
            if key in children:
                problems.add("E105", f"the key '{key}' is written twice", place)
            children[key] = _from_plain(child, (*path, step(key)), place_of, problems)
        return Node(children, place)
    if isinstance(data, list | tuple):
        return Node(
            [
                _from_plain(child, (*path, index), place_of, problems)
                for index, child in enumerate(data)
            ],
            place,
        )
    return Node(_scalar(data, problems, place), place)


def _key(raw: object, problems: Problems, place: Place) -> Key:
    if isinstance(raw, str):
        return check_text(raw, problems, place)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    problems.add("E112", f"keys are text, found {raw!r}", place)
    return str(raw)


def _scalar(data: Any, problems: Problems, place: Place) -> Any:
    if hasattr(data, "item") and getattr(data, "shape", None) == ():
        data = data.item()
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return check_text(data, problems, place)
    if isinstance(data, int | float):
        return check_number(data, _shown(data), problems, place)
    problems.add(
        "E113",
        f"expected text, a number or a truth value, found a {type(data).__name__} ({data})",
        place,
        "put it in quotes if text is meant",
    )
    return None


def _shown(number: float) -> str:
    return f"{number:.3e}" if isinstance(number, int) and abs(number) < 10**300 else f"{number!r}"


FORBIDDEN = {
    0x00AD: "soft hyphen",
    0x061C: "text direction mark",
    0x200B: "zero-width space",
    0x200E: "text direction mark",
    0x200F: "text direction mark",
    0x2028: "line separator",
    0x2029: "paragraph separator",
    0x2060: "zero-width word joiner",
    0xFEFF: "byte order mark",
    **dict.fromkeys(range(0x202A, 0x202F), "text direction override"),
    **dict.fromkeys(range(0x2066, 0x206A), "text direction override"),
    **dict.fromkeys(range(0xD800, 0xE000), "half of a character"),
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "control character"),
}
"""Characters that hide, reorder or break text, and what they are."""

for _allowed in (0x09, 0x0A, 0x0D):
    del FORBIDDEN[_allowed]


def forbidden(character: str) -> str:
    """Return what a forbidden character is, with its code point, in words."""
    return f"U+{ord(character):04X} ({FORBIDDEN[ord(character)]})"


def check_text(text: str, problems: Problems, place: Place | None) -> str:
    """Return the text in Unicode normal form C, recording forbidden characters."""
    if not text.isascii() or not text.isprintable():
        bad = next((character for character in text if ord(character) in FORBIDDEN), None)
        if bad is not None:
            problems.add(
                "E103", f"the text holds the character {forbidden(bad)}", place, "remove it"
            )
    return unicodedata.normalize("NFC", text)
