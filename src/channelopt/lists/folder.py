"""The folder of a list: what its files are called, and how they are read again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelopt.errors import InputError, Place, Problem
from channelopt.lists.ladder import Ladder
from channelopt.lists.result import WORDS, CustomerList
from channelopt.lists.tabulate import COLUMNS
from channelopt.plan.table import Table, as_number, read_any
from channelopt.priced.answer import Effort

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KIND = "list"
PARQUET = "assignment.parquet"
CSV = "assignment.csv"
PARTS = "assignment"
"""Folder of part files, where many machines wrote the list."""
COEFFICIENTS = "coefficients.parquet"
REJECTED = "rejected.csv"
TABLES = ("totals", "limits", "hours")
"""One CSV each."""
ASKED = ("curve", "what_ifs")
"""More of them, where they were asked for."""
_TEXTS = ("customer_id", "segment", "decision", "option", "runner_up", "previous")
"""Columns of the list that are text in CSV."""
DEFUSED = r"^'('*[=+\-@\t\r])"


def read_list(folder: Path) -> CustomerList:
    """Read a list as it is written, without its customers; nothing is recomputed.

    Raises:
        InputError: the folder holds no list, or a file of it is damaged; all of them are named.
    """
    problems: list[Problem] = []
    about = _json(folder / "manifest.json", problems)
    if about.get("kind") != KIND and not problems:
        message = "not the folder of a list: its manifest says something else"
        problems.append(Problem("E907", message, Place(str(folder / "manifest.json"))))
    data = _json(folder / "list.json", problems)
    asked = [name for name in ASKED if (folder / f"{name}.csv").is_file()]
    tables = [_table(folder, name, problems) for name in (*TABLES, *asked)]
    if problems:
        raise InputError(problems)
    try:
        return _rebuilt(folder, data, [*tables, *_told(data)])
    except (KeyError, TypeError, ValueError) as error:
        message = f"damaged: {type(error).__name__} {str(error)[:200]}"
        raise InputError([Problem("E906", message, Place(str(folder / "list.json")))]) from error


def _rebuilt(folder: Path, data: dict[str, Any], tables: list[Table]) -> CustomerList:
    return CustomerList(
        status=data["status"],
        value=as_number(data["value"]),
        bound=as_number(data["bound"]),
        customers=int(data["customers"]),
        folder=folder,
        currency=data["currency"],
        tables={table.name: table for table in tables},
        loss=as_number(data["ladder"]["disaggregation_loss"]),
        rejected=int(data["rejected"]),
        effort=Effort(**data["effort"]),
        data=data,
    )


def _told(data: dict[str, Any]) -> tuple[Table, Table]:
    """Return the tables that list.json has: moves and ladder."""
    columns = COLUMNS["moves"]
    moves = tuple(tuple(row[name] for name in columns) for row in data["moves"]["by_option"])
    rungs = data["ladder"]
    ladder = Ladder(
        plan=as_number(rungs["plan"]),
        spread=as_number(rungs["spread"]),
        split=as_number(rungs["split"]),
        bound=as_number(data["bound"]),
        value=as_number(rungs["list"]),
        within=as_number(rungs["within"]),
    )
    return Table("moves", columns, moves), ladder.table()


def _table(folder: Path, name: str, problems: list[Problem]) -> Table:
    path = folder / f"{name}.csv"
    empty = Table(name, COLUMNS[name], ())
    try:
        table = read_any(path.read_text("utf-8"), name, str(path), WORDS)
    except InputError as error:
        problems += error.problems
        return empty
    except (OSError, ValueError) as error:
        problems.append(Problem("E908", f"damaged: {str(error)[:200]}", Place(str(path))))
        return empty
    if table.columns != COLUMNS[name]:
        message = f"the header must be {', '.join(COLUMNS[name])}"
        problems.append(Problem("E902", message, Place(str(path), 1)))
        return empty
    if name != "limits":
        return table
    flag = COLUMNS[name].index("binding")
    rows = ((*row[:flag], row[flag] == "true", *row[flag + 1 :]) for row in table.rows)
    return Table(name, table.columns, tuple(rows))


def _json(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        problems.append(Problem("E908", f"damaged: {str(error)[:200]}", Place(str(path))))
        return {}
    if not isinstance(found, dict):
        problems.append(Problem("E908", "damaged: it holds no object", Place(str(path))))
        return {}
    return found


def assignment_files(folder: Path) -> tuple[Path, ...]:
    """Return the files that hold the customers of a list, in their order.

    Raises:
        InputError: there is none.
    """
    for name in (PARQUET, CSV):
        if (folder / name).is_file():
            return (folder / name,)
    parts = tuple(sorted((folder / PARTS).glob("part-*")))
    if not parts:
        message = f"not the folder of a list: it has neither {PARQUET} nor {CSV}"
        raise InputError([Problem("E907", message, Place(str(folder)))])
    return parts


def read_assignment(folder: Path) -> pd.DataFrame:
    """Read the customers of a list into memory, ids as they were in the customers' file.

    Raises:
        InputError: the folder holds no list.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = assignment_files(folder)
    tables = [pq.read_table(path) if path.suffix == ".parquet" else _csv(path) for path in files]
    frame: pd.DataFrame = pa.concat_tables(tables).unify_dictionaries().to_pandas()
    return frame


def _csv(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pv

    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    types = {name: pa.string() if name in _TEXTS else pa.float64() for name in names}
    convert = pv.ConvertOptions(
        column_types=types | {"moved": pa.bool_()},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    table = pv.read_csv(
        path, parse_options=pv.ParseOptions(newlines_in_values=True), convert_options=convert
    )
    for place, name in enumerate(names):
        if name in _TEXTS:
            texts = pc.replace_substring_regex(table[name], DEFUSED, r"\1")
            table = table.set_column(place, name, texts)
    return table
