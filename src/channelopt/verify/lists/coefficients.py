"""Checks that coefficients.parquet speaks of the limits of the list.

The check needs none of its numbers: it knows what limits count from the scenario.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from channelopt.errors import InputError, Place, Problem
from channelopt.verify.lists.folder import COEFFICIENTS
from channelopt.verify.lists.prices import Priced
from channelopt.verify.lists.reading import numbers
from channelopt.verify.lists.result import Findings
from channelopt.verify.read import shown

COLUMNS = ("row", "measure", "class", "option", "value")
BOUNDS = ("(lower)", "(upper)")
OTHERS = ("(gain)", "(allowed)", *BOUNDS)


def check_coefficients(folder: Path, limits: Iterable[Priced], findings: Findings) -> None:
    """Check columns, names of rows and that values are numbers.

    Raises:
        InputError: the file is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder / COEFFICIENTS
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        message = f"missing or damaged: {str(error)[:200]}"
        raise InputError([Problem("E908", message, Place(str(path)))]) from error
    if tuple(table.schema.names) != COLUMNS:
        findings.add(COEFFICIENTS, f"{COEFFICIENTS}: expected the columns {', '.join(COLUMNS)}")
        return
    rows, priced = pc.cast(table["row"], pa.string()), tuple(limits)
    named = {str(name) for name in pc.unique(rows).to_pylist()}
    known = {limit.name for limit in priced}
    for name in sorted(named - known - set(OTHERS)):
        findings.add(COEFFICIENTS, f"{COEFFICIENTS}: {shown(name)} is no limit of the list")
    for limit in priced:
        if limit.price != 0.0 and limit.name not in named:
            said = f"{COEFFICIENTS}: {shown(limit.name)} has a price, but no coefficients"
            findings.add(COEFFICIENTS, said)
    values = numbers(table["value"])
    ends = pc.is_in(rows, value_set=pa.array(BOUNDS)).to_numpy()
    if values is None or not (np.isfinite(values) | (ends & ~np.isnan(values))).all():
        findings.add(COEFFICIENTS, f"{COEFFICIENTS}: a value is not a number")
