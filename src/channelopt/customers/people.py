"""People: one partition of a customer file, understood: codes and numbers instead of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int16]


@dataclass(frozen=True)
class People:
    """Customers of one partition, in the order of their file, bad rows left out.

    Codes are positions in the sorted ids of the instance; -1 stands for none. nan stands for "as
    the scenario says". A column that the file does not have is absent.

    Attributes:
        ids: (n,) pyarrow array of text or integers, as in the file.
        luck: (n,) uint64, seeded hash of the id as text; equal ids have equal luck.
        row: (n,) int64, position in the source from 0.
        segment: (n,) int16.
        contacts: by interaction, (n,) contacts per period, >= 0 or nan.
        margin: (n,) currency per period, or nan.
        preferred: (n,) channel, or -1.
        current: (n,) way that serves the customer now, or -1; by interaction, key -1: of all.
        satisfaction: by (interaction, channel), (n,) 0..1 or nan.
        contact_value: by (interaction, way), (n,) currency per first contact, or nan.
        eligible: by way, (n,) whether a first contact may enter there, beyond what the scenario
            says: both must allow it.
    """

    ids: Any
    luck: NDArray[np.uint64]
    row: NDArray[np.int64]
    segment: Codes
    contacts: Mapping[int, Floats] = field(default_factory=dict)
    margin: Floats | None = None
    preferred: Codes | None = None
    current: Mapping[int, Codes] = field(default_factory=dict)
    satisfaction: Mapping[tuple[int, int], Floats] = field(default_factory=dict)
    contact_value: Mapping[tuple[int, int], Floats] = field(default_factory=dict)
    eligible: Mapping[int, Flags] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of customers."""
        return int(self.segment.shape[0])


class Partition(Protocol):
    """A part of the customers that is loaded when needed; can be pickled."""

    def load(self) -> People:
        """Read it."""


class Register(Protocol):
    """All customers: checked, in partitions, gone through as often as needed."""

    @property
    def customers(self) -> int:
        """Good rows in all partitions."""

    @property
    def partitions(self) -> tuple[Partition, ...]:
        """In the order of the source."""

    @property
    def columns(self) -> frozenset[str]:
        """Fields of People that the file has: contacts, margin, preferred, current, ..."""

    def each(self) -> Iterator[People]:
        """Load one partition after the other."""
