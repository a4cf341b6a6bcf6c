"""TOML into nodes; lines are found by the keys, as the standard parser keeps no positions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from channelopt.errors import Place, Problems
from channelopt.scenario.places import MAX_DEPTH, Node, fail, from_plain
from channelopt.scenario.source import Path

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LINE = re.compile(
    rf"^[ \t]*(?:\[\[[ \t]*(?P<item>{_DOTTED})[ \t]*\]\]|\[[ \t]*(?P<table>{_DOTTED})[ \t]*\]"
    rf"|(?P<key>{_DOTTED})[ \t]*=[ \t]*)",
    re.MULTILINE,
)
_NUMBER_KEY = re.compile(r"(?:^|[{,])[ \t]*[01]\.[0-9]+[ \t]*=", re.MULTILINE)
_QUOTE = 'put keys that are numbers in quotes: "0.6" = 0.95'
_ANY_KEY = re.compile(_KEY)
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_NESTING = re.compile(rf"\[(?:\s*[\[{{]){{{MAX_DEPTH}}}")


def read_toml(text: str, label: str, problems: Problems) -> Node:
    """Read a TOML document.

    Args:
        text: the whole file.
        label: its name in messages.
        problems: receives what is wrong with single values.

    Raises:
        InputError: the text is no TOML document, or nests too deeply.
    """
    import tomllib

    if not text.strip():
        fail(problems, "E111", "the file is empty", Place(label))
    if _NESTING.search(text):
        fail(problems, "E108", f"values nest deeper than {MAX_DEPTH} levels", Place(label))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        place = Place(label, int(at[1]), int(at[2])) if at else Place(label)
        hint = _QUOTE if _NUMBER_KEY.search(text) else ""
        fail(problems, "E104", f"not valid TOML: {_AT_LINE.sub('', str(error))}", place, hint)
    except RecursionError:
        fail(problems, "E108", f"values nest deeper than {MAX_DEPTH} levels", Place(label))
    known = dict(_positions(text, label))

    def place_of(path: Path) -> Place:
        while path:
            if path in known:
                return known[path]
            path = path[:-1]
        return Place(label)

    return from_plain(data, place_of, problems)


def _positions(text: str, label: str) -> Iterator[tuple[Path, Place]]:
    """Yield the path that each line's key or header writes, and its place."""
    section: Path = ()
    counts: dict[Path, int] = {}
    line, position = 1, 0
    for match in _LINE.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        written = match["item"] or match["table"] or match["key"]
        path = tuple(part.strip("\"'") for part in _ANY_KEY.findall(written))
        column = match.end() - match.start() + 1
        if match["key"]:
            yield (*section, *path), Place(label, line, column)
            continue
        section = _inside(path, counts)
        if match["item"]:
            counts[section] = counts.get(section, -1) + 1
            section = (*section, counts[section])
        yield section, Place(label, line, 1)


def _inside(path: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """Return a header's path with the position inside each array of tables on the way."""
    found: Path = ()
    for depth, part in enumerate(path):
        found = (*found, part)
        if found in counts and depth < len(path) - 1:
            found = (*found, counts[found])
    return found
