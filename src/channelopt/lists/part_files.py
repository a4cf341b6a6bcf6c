"""The rows of a list, written by the workers of a Dask cluster: one file for each partition."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from channelopt.customers.people import Partition
from channelopt.errors import UsageError
from channelopt.lists import folder
from channelopt.lists.row_file import write_part
from channelopt.lists.sheet import Sheet
from channelopt.lists.totals import Totals
from channelopt.lists.writing import Filled
from channelopt.plan.staging import in_words
from channelopt.workers import Spread, Workers


@dataclass(frozen=True)
class FillThere:
    """Writes the rows on the workers, into part files; see `writing.Fill`.

    The folder lies on storage that all workers share. A part that is written twice, because a
    worker was lost or slow, is the same both times, and takes its name only when it is whole.

    Attributes:
        workers: of the cluster.
    """

    workers: Workers

    def __call__(
        self,
        sheet: Sheet,
        partitions: Sequence[Partition],
        staged: Path,
        as_csv: bool,
    ) -> Filled:
        """Write the rows of all partitions.

        Raises:
            UsageError: a worker does not see the folder.
            OutputError: the disk refused.
        """
        parts = staged.absolute() / folder.PARTS
        parts.mkdir()
        digits = max(5, len(str(len(partitions))))  # names in the order of the parts
        write = WritePart(sheet, parts, ".csv" if as_csv else ".parquet", digits)
        total, hashes = sheet.nothing(), {}
        for name, totals, digest in Spread(list(enumerate(partitions)), self.workers)(write):
            total += totals
            hashes[f"{folder.PARTS}/{name}"] = digest
        for left in parts.glob(".*"):  # of workers that were lost
            left.unlink()
        return Filled(total, hashes)


@dataclass(frozen=True)
class WritePart:
    """Writes the rows of one partition; can be pickled.

    Attributes:
        sheet: makes the rows.
        parts: folder of the files.
        suffix: of the files.
        digits: of their numbers.
    """

    sheet: Sheet
    parts: Path
    suffix: str
    digits: int

    def __call__(self, numbered: tuple[int, Partition]) -> tuple[str, Totals, str]:
        """Write one partition.

        Returns:
            Name of the file, what its rows add up to, SHA-256 (hex) of the file.
        """
        number, partition = numbered
        if not self.parts.is_dir():
            raise UsageError(
                f"a Dask worker does not see the folder {self.parts.parent.parent}; the list is "
                "written to storage that all workers share under the same path"
            )
        name = f"part-{number:0{self.digits}d}{self.suffix}"
        unfinished = self.parts / f".{secrets.token_hex(8)}{self.suffix}"
        with in_words(self.parts / name):
            totals, digest = write_part(self.sheet, partition, unfinished)
            os.replace(unfinished, self.parts / name)  # noqa: PTH105 - one name for faults
        return name, totals, digest
