"""Where a list is made: on this machine, or on the workers of a Dask cluster."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from channelopt.customers.mapping import ListMapping
from channelopt.customers.register import How, Registered, register
from channelopt.customers.remote import register_there
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.lists.part_files import FillThere
from channelopt.lists.parts import Part
from channelopt.lists.served import Over
from channelopt.lists.writing import Fill
from channelopt.priced.cluster import Cluster
from channelopt.priced.local import Local
from channelopt.priced.units import Source
from channelopt.workers import Spread, Workers, connect

KEPT = 192 * 2**20
"""Bytes of customers that stay in memory between passes on this machine."""
OPTION = "--dask"


class Place(Protocol):
    """A machine, or many."""

    def register(
        self, source: Any, instance: Instance, mapping: ListMapping, scratch: Path, how: How
    ) -> Registered:
        """Look at all customers; see `customers.register.register`."""

    def over(self, registered: Registered) -> Over | None:
        """Return what goes through partitions; None: this machine, one after the other."""

    def units(self, parts: Sequence[Part], units: int) -> Source:
        """Return the units of all partitions for the engine."""

    @property
    def fill(self) -> Fill | None:
        """What writes the rows of a list; None: this machine, into one file."""


@dataclass(frozen=True)
class Here:
    """This machine, with all its cores."""

    @property
    def fill(self) -> Fill | None:
        """Nothing special."""
        return None

    def register(
        self, source: Any, instance: Instance, mapping: ListMapping, scratch: Path, how: How
    ) -> Registered:
        """Look at all customers."""
        return register(source, instance, mapping, scratch, **how)

    def over(self, registered: Registered) -> Over | None:  # noqa: ARG002
        """Return nothing special."""
        return None

    def units(self, parts: Sequence[Part], units: int) -> Source:
        """Return the units of all partitions."""
        return Local(parts, units, len(os.sched_getaffinity(0)), KEPT)


@dataclass(frozen=True)
class There:
    """The workers of a cluster."""

    workers: Workers

    @property
    def fill(self) -> Fill | None:
        """Each partition into a file of its own."""
        return FillThere(self.workers)

    def register(
        self, source: Any, instance: Instance, mapping: ListMapping, scratch: Path, how: How
    ) -> Registered:
        """Look at all customers on the workers.

        Raises:
            UsageError: they are not in a file.
        """
        if not isinstance(source, str | Path):
            raise UsageError(f"{OPTION}: customers are read from Parquet files that workers share")
        return register_there(Path(source), instance, mapping, scratch, self.workers, **how)

    def over(self, registered: Registered) -> Over | None:
        """Go through partitions on the workers."""
        return Spread(registered.partitions, self.workers)

    def units(self, parts: Sequence[Part], units: int) -> Source:
        """Return the units of all partitions, which stay on the workers."""
        return Cluster(parts, units, self.workers)


@contextlib.contextmanager
def place_of(address: str | None) -> Iterator[Place]:
    """Give the place where a list is made; a connection is closed in the end.

    Args:
        address: of a Dask scheduler; None: this machine.

    Raises:
        UsageError: the scheduler does not answer, or its workers cannot do the work.
    """
    if address is None:
        yield Here()
        return
    client = connect(address, OPTION)
    try:
        yield There(Workers(client))
    finally:
        with contextlib.suppress(Exception):  # the cluster may be gone
            client.close()
