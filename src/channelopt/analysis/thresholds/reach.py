"""Where a rule looks: the names of its parts in a run, and the places it is judged at."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.thresholds.figures import KEYS, Figure, Reach, figures_of
from channelopt.analysis.thresholds.reading import Written
from channelopt.analysis.thresholds.schema import AXES, EVERY, Threshold
from channelopt.errors import Problems, nearest
from channelopt.terms.numbers import Flags, Numbers

MOST_PLACES = 100_000
"""A rule that is to be judged at more places than this is refused."""


@dataclass(frozen=True)
class Place:
    """One place that a rule is judged at.

    Attributes:
        chosen: labels by axis, for the axes of which something is chosen.
    """

    chosen: tuple[tuple[str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        return ", ".join(" + ".join(labels) for _, labels in self.chosen) or "whole plan"

    def reach(self, n: Numbers) -> Reach | None:
        """Return the masks in a scenario, None where it lacks a label."""
        labels = labels_of(n)
        chosen = dict(self.chosen)
        if any(set(names) - set(labels[axis]) for axis, names in chosen.items()):
            return None
        masks: dict[str, Flags] = {
            axis: np.array([one in chosen.get(axis, labels[axis]) for one in labels[axis]], bool)
            for axis in AXES
        }
        letters = {axis: letter for letter, axis in KEYS.items()}
        return Reach(**masks, named="".join(letters[axis] for axis in chosen))


def labels_of(n: Numbers) -> dict[str, tuple[str, ...]]:
    """Return the labels of each axis by its key in a rule."""
    return {
        "segments": n.segments,
        "interactions": n.interactions,
        "channels": n.ways,
        "groups": n.groups,
        "periods": n.periods,
    }


def check_names(written: Written, n: Numbers, problems: Problems, *, has_baseline: bool) -> None:
    """Record every name in the rules that a run does not have, and what does not fit a figure.

    Args:
        written: the rules.
        n: the scenario of the run.
        problems: receives what is wrong.
        has_baseline: whether there is a run to hold figures against.
    """
    figures = figures_of(n)
    for k, rule in written.rules.items():
        figure = figures.get(rule.kpi)
        if figure is None:
            hint = nearest(rule.kpi, figures) or "known: " + ", ".join(sorted(figures))
            message = f"there is no figure '{rule.kpi}'"
            problems.add("E924", message, written.place("rules", k, "kpi"), hint)
        else:
            _check_axes(written, k, figure, problems)
            _check_places(written, k, (figure, n), problems)
        _check_labels(written, k, n, figure, problems)
        key = "of" if rule.of else "from"
        if (rule.of or rule.from_) and not has_baseline:
            message = f"rule '{rule.name}' needs a baseline, but none is given"
            hint = "name it with `baseline:` in the file, or --baseline RUN"
            problems.add("E927", message, written.place("rules", k, key), hint)


def _check_axes(written: Written, k: int, figure: Figure, problems: Problems) -> None:
    rule = written.rules[k]
    own = {KEYS[letter] for letter in figure.axes}
    for axis in AXES:
        if getattr(rule, axis) is not None and axis not in own:
            allowed = ", ".join(one for one in AXES if one in own) or "nothing"
            message = f"{figure.name} cannot be told apart by {axis}"
            hint = f"it can by: {allowed}"
            problems.add("E925", message, written.place("rules", k, axis), hint)
    for letter in figure.needs:
        if getattr(rule, KEYS[letter]) is None:
            message = f"{figure.name} needs {KEYS[letter]}: of which ones?"
            problems.add("E928", message, written.place("rules", k), f"{KEYS[letter]}: [...]")
    if rule.scope == "each" and "t" not in figure.axes:
        message = f"{figure.name} is one figure of the whole run"
        problems.add("E925", message, written.place("rules", k, "scope"), "leave out scope")


def _check_places(written: Written, k: int, at: tuple[Figure, Numbers], problems: Problems) -> None:
    rule, (figure, n) = written.rules[k], at
    if rule.scope == "each" or figure.apart:
        places = math.prod(len(labels) for labels in _chosen(rule, figure, n).values())
        if places > MOST_PLACES:
            message = f"rule '{rule.name}' is to be judged at {places:,} places"
            hint = f"at most {MOST_PLACES:,} are; name fewer"
            problems.add("E929", message, written.place("rules", k), hint)


def _check_labels(
    written: Written, k: int, n: Numbers, figure: Figure | None, problems: Problems
) -> None:
    rule, labels = written.rules[k], labels_of(n)
    if figure is not None and "c" in figure.axes:
        labels["channels"] = n.channels
    for axis in AXES:
        for at, name in enumerate(getattr(rule, axis) or ()):
            if name != EVERY and name not in labels[axis]:
                known = labels[axis]
                hint = nearest(name, known) or f"it has: {', '.join(known[:12]) or 'none'}"
                message = f"the run has no {axis[:-1]} '{name}'"
                problems.add("E926", message, written.place("rules", k, axis, at), hint)


def where(rule: Threshold, figure: Figure, n: Numbers) -> Iterator[Place]:
    """Yield the places that a rule is judged at, in the order of the run's tables."""
    chosen = _chosen(rule, figure, n)
    if rule.scope == "total" and not figure.apart:
        yield Place(tuple(chosen.items()))
        return
    singles = [[(axis, (label,)) for label in names] for axis, names in chosen.items()]
    for parts in itertools.product(*singles):
        yield Place(parts)


def _chosen(rule: Threshold, figure: Figure, n: Numbers) -> dict[str, tuple[str, ...]]:
    """Return the labels that are looked at by axis; those that nothing was said of are left out.

    Where places are judged apart, the periods of which nothing was said mean all of them where
    there are several; so does every axis of a figure that cannot be taken together.
    """
    labels = labels_of(n)
    if "c" in figure.axes:
        labels["channels"] = n.channels
    apart = rule.scope == "each" or figure.apart
    found = {}
    for axis in dict.fromkeys(KEYS[letter] for letter in figure.axes):
        names: Sequence[str] | None = getattr(rule, axis)
        several = len(labels[axis]) > 1 if axis == "periods" else figure.apart
        if names is None and apart and several:
            names = [EVERY]
        if names is not None:
            picked = labels[axis] if EVERY in names else names
            found[axis] = tuple(one for one in labels[axis] if one in picked)
    return found
