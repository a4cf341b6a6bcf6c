"""Wishes: what a planner types when limits are to change, and what it comes to."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from channelopt.errors import UsageError, nearest

Asked = Mapping[str, Mapping[str, float | str]]
"""What-ifs by their names: values of limits by theirs, as numbers or as they are typed."""

OPTION = "--what-if"
FREE = frozenset({"none", "inf"})
"""Words for a limit that is taken away."""
MOST = 200
_EXPECTED = "expected 'NAME: LIMIT=VALUE, LIMIT=VALUE'"
_VALUES = "expected a number such as 900, -10%, 90%, +200, or none"


@dataclass(frozen=True)
class Wish:
    """How the value of a limit is to change.

    Attributes:
        factor: of the value as it is.
        more: what is added.
        relative: whether the value as it is must be known.
    """

    factor: float
    more: float
    relative: bool

    def of(self, value: float) -> float:
        """Return the value of a limit that is at `value`; inf where it is taken away.

        Rounded to twelve digits: 10 % less than 3,330 is 2,997.
        """
        changed = self.factor * value + self.more if self.relative else self.more
        return float(f"{changed:.12g}")


def wish(typed: object) -> Wish | None:
    """Understand a value: 900, '-10%', '90%', '+200', 'none'; None where that cannot be done."""
    if not isinstance(typed, str):
        if not isinstance(typed, int | float) or not math.isfinite(typed):
            return None
        return Wish(0.0, float(typed), False)
    text = typed.replace("\N{MINUS SIGN}", "-").replace(" ", "").lower()
    if text in FREE:
        return Wish(0.0, math.inf, False)
    with contextlib.suppress(ValueError):
        amount = float(text.removesuffix("%"))
        return _meant(text, amount) if math.isfinite(amount) else None
    return None


def _meant(text: str, amount: float) -> Wish:
    """Return what an amount changes: a share of what is, or more or less by it, or to it."""
    signed = text[0] in "+-"
    if text.endswith("%"):
        return Wish((1.0 if signed else 0.0) + amount / 100, 0.0, True)
    return Wish(1.0, amount, True) if signed else Wish(0.0, amount, False)


def understood(asked: Asked) -> dict[str, dict[str, Wish]]:
    """Return what-ifs with their values understood.

    Raises:
        UsageError: some cannot be; all of them are named.
    """
    faults: list[str] = []
    found: dict[str, dict[str, Wish]] = {}
    for name, limits in asked.items():
        wishes = {limit: wish(value) for limit, value in limits.items()}
        found[name] = {limit: one for limit, one in wishes.items() if one is not None}
        faults += [
            f"'{name}': {limit}: {_VALUES}, found '{limits[limit]}'"
            for limit, one in wishes.items()
            if one is None
        ]
        if not limits:
            faults.append(f"'{name}' changes nothing; {_EXPECTED}")
    if len(asked) > MOST:
        faults.append(f"{len(asked)} are too many; at most {MOST} at a time")
    refuse(faults)
    return found


def typed(texts: Sequence[str]) -> dict[str, dict[str, float | str]]:
    """Return what-ifs from texts such as `fewer hours: hours:team=-10%, capacity:phone=900`.

    Without a name, what changes is the name.

    Raises:
        UsageError: something cannot be understood; all of it is named.
    """
    faults: list[str] = []
    found: dict[str, dict[str, float | str]] = {}
    for text in texts:
        name, limits = _parts(text)
        if name in found:
            faults.append(f"'{name}' is given twice")
        found[name] = dict(_values(name, limits, faults.append))
    refuse(faults)
    understood(found)
    return found


def _parts(text: str) -> tuple[str, str]:
    """Return name and changes; a name ends at a colon with a space after it."""
    name, colon, rest = text.partition(": ")
    if not colon or "=" in name or not name.strip():
        return text.strip(), text
    return name.strip(), rest


def _values(name: str, text: str, fault: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Yield limits and values; a comma within the name of a limit is part of the name."""
    known: set[str] = set()
    begun: list[str] = []
    for piece in text.split(","):
        begun.append(piece)
        limit, sign, value = ",".join(begun).rpartition("=")
        if not sign:
            continue
        begun, limit = [], limit.strip()
        if not limit or not value.strip():
            fault(f"'{name}': {_EXPECTED}, found '{piece.strip()}'")
        elif limit in known:
            fault(f"'{name}': {limit} is given twice")
        else:
            known.add(limit)
            yield limit, value.strip()
    if begun:
        fault(f"'{name}': {_EXPECTED}, found '{','.join(begun).strip()}'")


def refuse(faults: Sequence[str]) -> None:
    """Name all faults, if there are any.

    Raises:
        UsageError: there are.
    """
    if faults:
        raise UsageError(f"{OPTION}: {'; '.join(faults)}")


def like(name: str, names: Sequence[str]) -> str:
    """Return a hint at the limit that was meant, where there is one: also `phone` alone."""
    ends = [known for known in names if known.endswith(f":{name}")]
    if ends:
        return f"did you mean {' or '.join(repr(known) for known in sorted(ends)[:3])}?"
    return nearest(name, names)
