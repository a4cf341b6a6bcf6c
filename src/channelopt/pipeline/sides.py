"""What is compared: runs, scenarios and variations by name, read but not yet solved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from channelopt.errors import InputError, Place, Problem, UsageError, nearest
from channelopt.instance.instance import Instance
from channelopt.instance.load import Step, from_data, load
from channelopt.plan import folder
from channelopt.plan.plan import Plan
from channelopt.scenario.locate import SUFFIXES

STORE = Path("runs")
"""Folder in which a run is found by its bare name."""


@dataclass(frozen=True)
class Target:
    """A thing to compare, as it was named.

    Attributes:
        text: as the user wrote it.
        path: a run folder or a scenario.
        variations: of the scenario, applied in this order.
        is_run: whether the path is a run folder.
    """

    text: str
    path: Path
    variations: tuple[str, ...] = ()
    is_run: bool = False

    @property
    def label(self) -> str:
        """A short name: that of the folder or file, and the variations."""
        path = self.path.absolute()
        is_scenario = path.stem == "scenario" and path.suffix in SUFFIXES
        base = path.parent.name if is_scenario else path.name
        return "@".join((base or self.text, *("+".join(self.variations),) * bool(self.variations)))


@dataclass(frozen=True)
class Read:
    """A target that was read.

    Attributes:
        name: unique among those compared.
        instance: its scenario.
        plan: of a run, as it is written; None: still to be solved.
        notes: what a reader must know, for example that it was edited.
    """

    name: str
    instance: Instance
    plan: Plan | None = None
    notes: tuple[str, ...] = ()


def targets(texts: Sequence[str], store: Path = STORE) -> tuple[Target, ...]:
    """Return what the user named.

    A text that is a path is that path. Else `PATH@variation` is a variation of a scenario
    (`PATH@one+two` applies two), `@variation` one of the first target's scenario, and a bare name
    a run in the store.

    Args:
        texts: what the user wrote.
        store: where runs are found by their names.

    Raises:
        InputError: naming every text that stands for nothing.
        UsageError: a variation of a run.
    """
    found: list[Target] = []
    problems: list[Problem] = []
    first: Target | None = None
    for text in texts:
        try:
            found.append(_target(text, first, store))
        except InputError as error:
            problems.extend(error.problems)
        first = first or (found[0] if found else None)
    if problems:
        raise InputError(problems)
    return tuple(found)


def _target(text: str, first: Target | None, store: Path) -> Target:
    named = _named(text, store)
    if named is not None:
        return named
    if text.startswith("@") and first is not None:
        return _varied(text, first, text[1:])
    for position in sorted(_places(text), reverse=True):
        base = _named(text[:position], store)
        if base is not None:
            return _varied(text, base, text[position + 1 :])
    raise InputError([_unknown(text, store)])


def _named(text: str, store: Path) -> Target | None:
    """Return what a text without a variation stands for, None for nothing."""
    path = Path(text)
    if text and _exists(path):
        return Target(text, path, is_run=_is_run(path))
    in_store = store / text
    if text and path.name == text and _exists(in_store) and _is_run(in_store):
        return Target(text, in_store, is_run=True)
    return None


def _varied(text: str, base: Target, names: str) -> Target:
    if base.is_run:
        raise UsageError(f"'{text}': a run keeps no variations; give the scenario it was made of")
    variations = tuple(names.split("+"))
    if not all(variations):
        expected = "expected the name of a variation after @ and after each +"
        raise InputError([Problem("E100", expected, Place(text))])
    return replace(base, text=text, variations=variations)


def _places(text: str) -> list[int]:
    return [position for position, character in enumerate(text) if character == "@" and position]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _is_run(path: Path) -> bool:
    """Whether a path is a run folder, whole or damaged, rather than a scenario."""
    if not path.is_dir() or any((path / f"scenario{suffix}").exists() for suffix in SUFFIXES):
        return False
    return any((path / name).exists() for name in (folder.PLAN, folder.MANIFEST))


def _unknown(text: str, store: Path) -> Problem:
    path = Path(text.partition("@")[0] or text)
    near = nearest(path.name, _entries(path.parent))
    if not near and path.name == str(path):
        near = nearest(path.name, _entries(store))
    message = f"there is no run, scenario or variation '{text}'"
    return Problem("E100", message, Place(text), near)


def _entries(place: Path) -> list[str]:
    try:
        return [entry.name for entry in place.iterdir()]
    except (OSError, ValueError):
        return []


def read(
    found: Sequence[Target], steps: Sequence[Step] = (), root: Path | None = None
) -> tuple[Read, ...]:
    """Read every target.

    Args:
        found: what to read.
        steps: overrides and variations for every scenario, after its own variations.
        root: project folder of every scenario.

    Raises:
        InputError: with every problem of every target that could be found.
        UsageError: there are steps or a root, but no scenario.
    """
    if (steps or root is not None) and all(target.is_run for target in found):
        raise UsageError("runs are compared as they are; --set, --vary and --root need a scenario")
    sides: list[Read] = []
    problems: list[Problem] = []
    for target, name in zip(found, names(found), strict=True):
        try:
            sides.append(_read(target, name, steps, root))
        except InputError as error:
            problems.extend(one for one in error.problems if one not in problems)
    if problems:
        raise InputError(problems)
    return tuple(sides)


def _read(target: Target, name: str, steps: Sequence[Step], root: Path | None) -> Read:
    if not target.is_run:
        own: list[Step] = [("vary", variation) for variation in target.variations]
        return Read(name, load(target.path, root=root, steps=[*own, *steps]))
    return read_run(target.path, name)


def read_run(path: Path, name: str) -> Read:
    """Read a run folder as it is.

    Raises:
        InputError: it is damaged.
    """
    plan = folder.read(path)
    edited = folder.edited(path)
    notes: tuple[str, ...] = ()
    if edited:
        files = ", ".join(edited)
        notes = (f"{name} is not as it was written ({files} edited); it is compared as it is.",)
    return Read(name, from_data(plan.manifest["scenario"]), plan, notes)


def names(found: Sequence[Target]) -> tuple[str, ...]:
    """Return a name for each target: short where that is unique, else as written, else numbered."""
    return unique([(target.label, target.text) for target in found])


def unique(wanted: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return a unique name for each pair of a short and a long one."""
    short = Counter(label for label, _ in wanted)
    chosen = [label if short[label] == 1 else text for label, text in wanted]
    result: list[str] = []
    for name in chosen:
        number, free = 1, name
        while free in result or (number > 1 and free in chosen):
            number += 1
            free = f"{name} ({number})"
        result.append(free)
    return tuple(result)
