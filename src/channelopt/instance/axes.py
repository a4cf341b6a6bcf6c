"""Axes: the sorted ids of a scenario and their positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import KEYS

SECTION_OF = {"segment": "segments", "interaction": "interactions", "channel": "channels"}
"""Section of the scenario that defines the ids of a key."""


@dataclass(frozen=True)
class Axes:
    """The labels of each key, in the order of every array.

    Ids are sorted, periods keep their order. The axis `channel` of a table holds the channels and
    after them the bundles.
    """

    segments: tuple[str, ...]
    interactions: tuple[str, ...]
    channels: tuple[str, ...]
    bundles: tuple[str, ...]
    periods: tuple[str, ...]

    @staticmethod
    def of(scenario: Scenario, written: Mapping[str, Any]) -> Axes:
        """Return the axes of a scenario.

        Args:
            scenario: what could be understood.
            written: the sections as written; ids of entries that were not understood count too,
                so that references to them are no further errors.
        """

        def ids(section: str) -> tuple[str, ...]:
            found = written.get(section)
            texts = [str(label) for label in found] if isinstance(found, Mapping) else []
            return tuple(sorted({*texts, *getattr(scenario, section)}))

        given = written.get("periods")
        periods = given if isinstance(given, list) and given else scenario.periods
        return Axes(
            segments=ids("segments"),
            interactions=ids("interactions"),
            channels=ids("channels"),
            bundles=ids("bundles"),
            periods=tuple(str(label) for label in periods),
        )

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Labels by key."""
        return {
            "segment": self.segments,
            "interaction": self.interactions,
            "channel": self.channels + self.bundles,
            "period": self.periods,
        }

    @cached_property
    def position(self) -> dict[str, dict[str, int]]:
        """Position of each label by key."""
        return {
            key: {label: at for at, label in enumerate(labels)}
            for key, labels in self.labels.items()
        }

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Size of each key's axis."""
        return tuple(len(self.labels[key]) for key in KEYS)

    def period(self, label: str | int | None, absent: int) -> int:
        """Return the position of a period, or `absent` where there is none or it is unknown."""
        return absent if label is None else self.position["period"].get(str(label), absent)

    def cell(self, at: tuple[int, ...], keys: tuple[str, ...] = KEYS) -> str:
        """Name a cell in words: `private, advice, branch, 2027`; one period is not named."""
        named = [
            self.labels[key][at[KEYS.index(key)]]
            for key in keys
            if key != "period" or len(self.periods) > 1
        ]
        return ", ".join(named)
