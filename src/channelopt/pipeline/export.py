"""Export: the program as .lp or .mps, with a map from its names to those of the scenario."""

from __future__ import annotations

from pathlib import Path

from channelopt.backends.export import program_text
from channelopt.instance.instance import Instance
from channelopt.model.formulate import formulate
from channelopt.plan.staging import put_file
from channelopt.plan.table import Table


def export(instance: Instance, path: Path) -> tuple[Path, Path]:
    """Write the program of an instance.

    Columns are called c0, c1, … and rows r0, r1, …, so that no name of a planner reaches a solver;
    the map beside it, `<name>.names.csv`, says what each one is.

    Args:
        instance: the scenario.
        path: a .lp or .mps file to write.

    Returns:
        The two files written.

    Raises:
        OutputError: the files cannot be written.
    """
    model = formulate(instance.numbers, instance.policies)
    names = path.with_suffix(".names.csv")
    columns = [(f"c{k}", "column", name) for k, name in enumerate(model.labels.column_names())]
    rows = [(f"r{k}", "row", name) for k, name in enumerate(model.labels.row_names())]
    put_file(path, program_text(model.problem, path.suffix.lower()))
    put_file(names, Table("names", ("name", "kind", "meaning"), (*columns, *rows)).to_csv())
    return path, names
