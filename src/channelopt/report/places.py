"""Where values were written, in few words: lines of a file and cells of a sheet together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from channelopt.plan.plan import Plan
from channelopt.report.given import sources
from channelopt.report.speech import _

SEPARATOR = "; "
"""Between the places of one value, as runs keep them."""
_LINE = re.compile(r"(?P<head>.+:)(?P<line>\d+)")
_CELL = re.compile(r"(?P<head>.+!)(?P<cell>[A-Z]+(?P<row>\d+))")


def place_of(plan: Plan, path: str) -> str:
    """Return where one value was written; `default` where nobody wrote it.

    Returns:
        Nothing for a run that does not say where its values come from.
    """
    found = sources(plan)
    return _in_words(found.get(path, _("default"))) if found else ""


def places_below(plan: Plan, path: str, keys: Iterable[str] = ()) -> str:
    """Return where the values below a path were written, of all keys or of some."""
    wanted = tuple(f"{path}.{key}" for key in keys)
    found = [
        place
        for name, place in sources(plan).items()
        if name.startswith(f"{path}.")
        and (not wanted or name in wanted or name.startswith(tuple(f"{one}." for one in wanted)))
    ]
    return together(found) or (_("default") if sources(plan) else "")


def together(places: Iterable[str]) -> str:
    """Return places in few words: `scenario.yaml:21-34; --set segments.young.margin`."""
    single = dict.fromkeys(part for place in places for part in place.split(SEPARATOR))
    lines: dict[str, list[int]] = {}
    cells: dict[str, list[tuple[int, str]]] = {}
    others: list[str] = []
    for text in single:
        line, cell = _LINE.fullmatch(text), _CELL.fullmatch(text)
        if text.startswith("--"):
            others.append(text)
        elif cell:
            cells.setdefault(cell["head"], []).append((int(cell["row"]), cell["cell"]))
        elif line:
            lines.setdefault(line["head"], []).append(int(line["line"]))
        else:
            others.append(text)
    spans = [f"{head}{_span(map(str, sorted(found)))}" for head, found in lines.items()]
    spans += [f"{head}{_span(_ends(found))}" for head, found in cells.items()]
    return SEPARATOR.join(_in_words(text) for text in [*spans, *others])


def _ends(found: list[tuple[int, str]]) -> list[str]:
    return [cell for _row, cell in sorted(found, key=lambda one: (one[0], len(one[1]), one[1]))]


def _span(ordered: Iterable[str]) -> str:
    """Return the first and the last of what is sorted."""
    found = list(ordered)
    return found[0] if found[0] == found[-1] else f"{found[0]}–{found[-1]}"


def _in_words(place: str) -> str:
    """Return a place as a reader sees it; a scenario in memory has no file."""
    return _("given in memory") if place == "scenario" else place
