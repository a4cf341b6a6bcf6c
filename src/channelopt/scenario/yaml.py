"""YAML 1.2 and JSON into nodes, with line and column of every value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from channelopt.errors import InputError, Place, Problems
from channelopt.scenario.places import (
    MAX_DEPTH,
    Key,
    Node,
    check_number,
    check_text,
    dotted,
    fail,
    from_plain,
)
from channelopt.scenario.source import Path

LONG = 300_000
"""Characters of JSON beyond which lines and columns would take seconds to find."""
MAX_ALIASES = 100
MAX_ALIASED_NODES = 100_000

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?")
_ODD_NUMBER = re.compile(r"[-+]?(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9][0-9_]*_[0-9_]*(\.[0-9_]+)?)")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def read_yaml(text: str, label: str, problems: Problems) -> Node:
    """Read one YAML document.

    Args:
        text: the whole file.
        label: its name in messages.
        problems: receives what is wrong with single values.

    Raises:
        InputError: the text is no YAML 1.2 document, or one that is not read (tags, aliases that
            multiply, deep nesting, several documents).
    """
    return _Composer(text, label, problems).document()


def read_json(text: str, label: str, problems: Problems) -> Node:
    """Read one JSON document; arguments and errors as in `read_yaml`."""
    depth = 0
    for token in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token.group(), 0)
        if depth > MAX_DEPTH:
            line = text.count("\n", 0, token.start()) + 1
            column = token.start() - text.rfind("\n", 0, token.start())
            _too_deep(problems, Place(label, line, column))
    if not text.strip():
        fail(problems, "E111", "the file is empty", Place(label), _START)
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        place = Place(label, error.lineno, error.colno)
        fail(problems, "E104", f"not valid JSON: {message}", place)
    if len(text) > LONG:
        return _read_long_json(text, label, problems)
    return _Composer(text.replace("\t", " "), label, problems, is_json=True).document()


def _read_long_json(text: str, label: str, problems: Problems) -> Node:
    """Read JSON that machines wrote, quickly; places are paths instead of lines."""

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            problems.add("E105", f"the key '{twice}' is written twice", Place(label))
        return found

    def place_of(path: Path) -> Place:
        return Place(label, column=dotted(path) or None)

    data = json.loads(text, object_pairs_hook=mapping, parse_int=_whole)
    return from_plain(data, place_of, problems)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def read_value(text: str, place: Place, problems: Problems) -> Node:
    """Read a single value as YAML writes it; its place and that of its parts is `place`.

    Raises:
        InputError: the text is no YAML value.
    """
    found = Problems()
    try:
        node = _Composer(text, place.file, found).document(empty_is_none=True)
        found.stop()
    except InputError as error:
        for problem in error.problems:
            problems.add(problem.code, problem.message, place, problem.hint)
        problems.stop()
        raise
    return _replace_places(node, place)


def _replace_places(node: Node, place: Place) -> Node:
    if isinstance(node.value, dict):
        return Node({k: _replace_places(v, place) for k, v in node.value.items()}, place)
    if isinstance(node.value, list):
        return Node([_replace_places(v, place) for v in node.value], place)
    return Node(node.value, place)


_START = "'channelopt init' writes a scenario to start from"


def _too_deep(problems: Problems, place: Place) -> NoReturn:
    fail(problems, "E108", f"values nest deeper than {MAX_DEPTH} levels", place)


class _Composer:
    """Builds nodes from the parser's events, refusing what a scenario must not hold."""

    def __init__(self, text: str, label: str, problems: Problems, *, is_json: bool = False) -> None:
        from ruamel.yaml import YAML

        self.label = label
        self.is_json = is_json
        self.problems = problems
        self.events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()
        self.num_aliases = 0
        self.num_aliased = 0
        self.num_nodes = 0

    def document(self, *, empty_is_none: bool = False) -> Node:
        """Return the one document of the file."""
        self._next()
        start = self._next()
        if type(start).__name__ == "StreamEndEvent":
            if empty_is_none:
                return Node(None, Place(self.label))
            fail(self.problems, "E111", "the file is empty", Place(self.label), _START)
        self._refuse_directives(start)
        node = self._node(self._next(), 0)
        self._next()
        after = self._next()
        if type(after).__name__ != "StreamEndEvent":
            fail(
                self.problems,
                "E110",
                "a second document begins here; a scenario is one document",
                self._place(after),
                "remove the line '---' and what follows",
            )
        return node

    def _refuse_directives(self, start: Any) -> None:
        if start.tags or start.version not in (None, (1, 2)):
            fail(
                self.problems,
                "E106",
                "directives (lines that begin with %) are not read; files are YAML 1.2",
                self._place(start),
                "remove the line",
            )

    def _next(self) -> Any:
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            return next(self.events)
        except MarkedYAMLError as error:
            self._refuse_syntax(error)
        except (YAMLError, ValueError, RecursionError) as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            fail(self.problems, "E104", f"not valid YAML: {text}", Place(self.label))

    def _refuse_syntax(self, error: Any) -> NoReturn:
        mark = error.problem_mark or error.context_mark
        place = Place(self.label, mark.line + 1, mark.column + 1) if mark else Place(self.label)
        problem = error.problem or error.context or "cannot be read"
        if "'\\t'" in problem:
            fail(self.problems, "E104", "a tab stands here; YAML needs spaces", place)
        if "expected <block end>" in problem:
            message = "the indentation does not fit the lines above"
            fail(self.problems, "E104", message, place, "align the keys of one mapping")
        if "end of stream" in problem and error.context_mark:
            start = error.context_mark
            place = Place(self.label, start.line + 1, start.column + 1)
            fail(self.problems, "E104", "what begins here is never closed", place)
        context = f" ({error.context})" if error.context and error.problem else ""
        hint = "put text that holds ': ' in quotes" if "mapping values" in problem else ""
        fail(self.problems, "E104", f"not valid YAML: {problem}{context}", place, hint)

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.label, mark.line + 1, mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event)
        place = self._place(event)
        if depth > MAX_DEPTH:
            _too_deep(self.problems, place)
        if event.tag is not None:
            fail(
                self.problems,
                "E106",
                f"explicit tags are not read, found {_short_tag(event.tag)}",
                place,
                "remove the tag",
            )
        anchor, before = event.anchor, self.num_nodes
        self.num_nodes += 1
        if anchor:
            self.open_anchors.add(anchor)
        if kind == "MappingStartEvent":
            node = Node(self._mapping(depth), place)
        elif kind == "SequenceStartEvent":
            node = Node(self._sequence(depth), place)
        else:
            node = Node(self._scalar(event, place), place)
        if anchor:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = (node, self.num_nodes - before)
        return node

    def _alias(self, event: Any) -> Node:
        place, name = self._place(event), event.anchor
        if name in self.open_anchors:
            fail(self.problems, "E107", f"the alias *{name} stands inside its own value", place)
        if name not in self.anchors:
            fail(self.problems, "E107", f"there is no anchor &{name} before this alias", place)
        node, size = self.anchors[name]
        self.num_aliases += 1
        self.num_aliased += size
        self.num_nodes += size
        if self.num_aliases > MAX_ALIASES or self.num_aliased > MAX_ALIASED_NODES:
            fail(
                self.problems,
                "E107",
                f"aliases repeat too much: at most {MAX_ALIASES} aliases that stand for "
                f"{MAX_ALIASED_NODES:,} values are read",
                place,
            )
        return node

    def _sequence(self, depth: int) -> list[Node]:
        items = []
        while type(event := self._next()).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[Key, Node]:
        children: dict[Key, Node] = {}
        written: dict[Key, Place] = {}
        while type(event := self._next()).__name__ != "MappingEndEvent":
            place = self._place(event)
            key = self._key(self._node(event, depth + 1), place)
            value = self._node(self._next(), depth + 1)
            if isinstance(value.value, dict | list) and value.place.line != place.line:
                value = Node(value.value, place)
            if key in children:
                first = written[key]
                self.problems.add(
                    "E105",
                    f"the key '{key}' is written twice, first in line {first.line}",
                    place,
                    "keep one of them",
                )
                continue
            children[key] = value
            written[key] = place
        return children

    def _key(self, node: Node, place: Place) -> Key:
        key = node.value
        if key == "<<":
            fail(
                self.problems,
                "E112",
                "merge keys (<<) are not part of YAML 1.2",
                place,
                "use 'extends', or write the values out",
            )
        if isinstance(key, str | int | float) and not isinstance(key, bool):
            return key
        if isinstance(key, dict | list):
            found = "a mapping" if node.is_mapping else "a list"
        else:
            found = "nothing" if key is None else str(key).lower()
        return fail(
            self.problems, "E112", f"keys are text, found {found}", place, "put it in quotes"
        )

    def _scalar(self, event: Any, place: Place) -> str | int | float | bool | None:
        text: str = event.value
        if event.style is not None:
            if not text.isascii():
                text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
            return check_text(text, self.problems, place)
        if self.is_json and text.lstrip("-") in ("NaN", "Infinity"):
            self.problems.add("E109", f"expected a finite number, found {text}", place)
        return plain_scalar(text, place, self.problems)


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def plain_scalar(text: str, place: Place, problems: Problems) -> str | int | float | bool | None:
    """Return what an unquoted YAML 1.2 value means; None after recording an odd number."""
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    first = text[0]
    if not (first.isdigit() or first in "+-."):
        return check_text(text, problems, place)
    if _LEADING_ZERO.fullmatch(text):
        hint = f'write {_without_zeros(text)} for the number, "{text}" for text'
        problems.add("E109", f"{_cut(text)} begins with a zero", place, hint)
    elif _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
        whole = _INTEGER.fullmatch(text) is not None and len(text) < 20
        return check_number(int(text) if whole else float(text), text, problems, place)
    elif _NOT_FINITE.fullmatch(text):
        problems.add("E109", f"expected a finite number, found {text}", place)
    elif _ODD_NUMBER.fullmatch(text):
        hint = f'write {_decimal(text)} for the number, "{text}" for text'
        problems.add("E109", f"{_cut(text)} is not written as a decimal number", place, hint)
    else:
        return check_text(text, problems, place)
    return None


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."


def _without_zeros(text: str) -> str:
    sign = text[0] if text[0] == "-" else ""
    digits = text.lstrip("+-").lstrip("0")
    return sign + (digits if digits[:1].isdigit() else f"0{digits}")


def _decimal(text: str) -> str:
    clean = text.replace("_", "")
    if "." in clean or len(clean) > 40:
        return _cut(clean)
    return str(int(clean, 0)) if clean.lstrip("+-")[:1] == "0" and len(clean) > 1 else clean
