"""Explanation: why a scenario has no plan and what would give it one, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from channelopt.plan.records import Known
from channelopt.plan.table import Table, neutral

COLUMNS: dict[str, tuple[str, ...]] = {
    "conflict": ("order", "kind", "name", "words", "limit", "reach", "unit", "set"),
    "repairs": (
        "repair",
        "parameter",
        "words",
        "from",
        "to",
        "change",
        "unit",
        "objective_after",
        "known",
        "least",
        "set",
    ),
}
"""Columns of the tables of an explanation."""

Status = Literal["infeasible", "feasible", "unknown"]


@dataclass(frozen=True)
class Member:
    """A rule, or data, that is in the contradiction.

    Attributes:
        kind: whether somebody decided it or it is how things are.
        name: of a policy; of data its path.
        words: what it is.
        limit: its number, None where it has none or several.
        reach: how far the limit would have to go for the other members to leave a plan.
        unit: of both.
        set: `--set` text that takes it away, '' where there is none.
    """

    kind: Literal["rule", "data"]
    name: str
    words: str
    limit: float | None = None
    reach: float | None = None
    unit: str = ""
    set: str = ""


@dataclass(frozen=True)
class Change:
    """One limit that a repair moves (or takes away: `after` is None).

    Attributes:
        parameter: path as `--set` takes it.
        words: what the limit is called.
        before: the value now, a number or a word.
        after: the value that it gets.
        unit: of both.
        set: `--set` text.
        relative: size of the movement by that of the limit, None where a rule goes away.
    """

    parameter: str
    words: str
    before: float | str | None
    after: float | str | None
    unit: str
    set: str
    relative: float | None = None

    @property
    def by(self) -> float | None:
        """How far a number moves."""
        numbers = (self.before, self.after)
        if not all(isinstance(value, float | int) for value in numbers):
            return None
        return float(self.after or 0) - float(self.before or 0)


@dataclass(frozen=True)
class Repair:
    """Changes that leave a plan.

    Attributes:
        name: `together`, or `alone 1`, `alone 2` and so on, the best profit first.
        changes: all of them are needed.
        least: proven that less movement does not do.
        objective: what the best plan found is worth after it; None where none was found in time.
        known: how `objective` is known.
    """

    name: str
    changes: tuple[Change, ...]
    least: bool
    objective: float | None
    known: Known


@dataclass(frozen=True)
class Explanation:
    """Why there is no plan, and what would give one.

    Attributes:
        status: `unknown` where the time did not suffice to know whether there is a plan.
        sentences: the cause first, then the contradiction and the repairs.
        members: what contradicts each other, rules first.
        irreducible: proven that without any one of the members the others leave a plan.
        repairs: the least movement of all limits together, then each limit alone.
    """

    status: Status
    sentences: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    irreducible: bool = False
    repairs: tuple[Repair, ...] = ()

    @property
    def tables(self) -> tuple[Table, Table]:
        """The tables `conflict` and `repairs`."""
        members = tuple(
            (order, m.kind, m.name, m.words, m.limit, m.reach, m.unit, m.set)
            for order, m in enumerate(self.members, start=1)
        )
        repairs = tuple(
            (
                repair.name,
                change.parameter,
                change.words,
                _text(change.before),
                _text(change.after),
                change.by,
                change.unit,
                repair.objective,
                repair.known,
                repair.least,
                change.set,
            )
            for repair in self.repairs
            for change in repair.changes
        )
        return (
            Table("conflict", COLUMNS["conflict"], members),
            Table("repairs", COLUMNS["repairs"], repairs),
        )

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        conflict, repairs = self.tables
        return {
            "status": self.status,
            "sentences": list(self.sentences),
            "irreducible": self.irreducible,
            "conflict": [_plain(record) for record in conflict.records()],
            "repairs": [_plain(record) for record in repairs.records()],
        }


def _text(value: float | str | None) -> str:
    return "none" if value is None else value if isinstance(value, str) else f"{value:.12g}"


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {key: neutral(v) if isinstance(v, float) else v for key, v in record.items()}
