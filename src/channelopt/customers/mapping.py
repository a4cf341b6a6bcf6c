"""Mapping: what the columns of a customer file are called and how its list is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from channelopt.errors import InputError, Problems
from channelopt.instance.axes import Axes
from channelopt.instance.checks.context import Context
from channelopt.instance.checks.customers import check_customers
from channelopt.instance.instance import Instance
from channelopt.instance.parse import parse
from channelopt.scenario.customer_list import CustomerColumns, CustomerList
from channelopt.scenario.locate import inside
from channelopt.scenario.places import Node, fail, places, plain
from channelopt.scenario.source import Source
from channelopt.scenario.text import decode, read_bytes
from channelopt.scenario.yaml import read_yaml

LIMIT = 2**20
"""Largest mapping, in bytes."""


@dataclass(frozen=True)
class ListMapping:
    """How a list of customers is made.

    Attributes:
        file: customer file that is read where none is named, as written; None where there is none.
        table: table of a DuckDB file, None where it has one.
        period: label of the period that is decided.
        inbound: one channel for each inbound interaction of a customer, or one for all.
        outbound_at_most: most treatments of a customer; None: one for each outbound interaction.
        quota_tolerance: share by which the list may leave the plan's numbers of contacts.
        seed: tells equal customers apart, with their ids.
        columns: how the columns are called.
        origin: where it was written: the name of a file, `scenario`, or empty for default names.
    """

    file: str | None
    table: str | None
    period: str
    inbound: Literal["per_interaction", "per_customer"] = "per_interaction"
    outbound_at_most: int | None = None
    quota_tolerance: float = 0.01
    seed: int = 0
    columns: CustomerColumns = field(default_factory=CustomerColumns)
    origin: str = ""

    def data(self) -> dict[str, Any]:
        """Return it as plain data, as it would be written; for the manifest."""
        return {
            "file": self.file,
            "table": self.table,
            "period": self.period,
            "inbound": self.inbound,
            "outbound_at_most": self.outbound_at_most,
            "quota_tolerance": self.quota_tolerance,
            "seed": self.seed,
            "columns": self.columns.model_dump(exclude_defaults=True),
        }


def read_mapping(
    instance: Instance, customers_file: Path | None = None, mapping_file: Path | None = None
) -> ListMapping:
    """Return the mapping of a customer file.

    Args:
        instance: the scenario, whose section `customers` counts where there is no file.
        customers_file: the file; `<its name>.yaml` beside it counts where no mapping is named.
        mapping_file: YAML with the keys of the section `customers`.

    Raises:
        InputError: it is no mapping, or names what the scenario does not have.
    """
    file = mapping_file or _beside(customers_file)
    if file is not None:
        return _of(_from_file(file, instance), instance, file.name)
    written = instance.resolved.get("customers")
    if written is None:
        return _of(CustomerList(), instance, "")
    return _of(CustomerList.model_validate(written), instance, "scenario")


def default_file(mapping: ListMapping, folder: Path, root: Path) -> Path | None:
    """Return the customer file that a mapping names.

    Args:
        mapping: the mapping.
        folder: what the name is relative to: the folder of the scenario or of the mapping's file.
        root: what it must not lead out of.

    Raises:
        InputError: the name leads elsewhere.
    """
    if mapping.file is None:
        return None
    from channelopt.errors import Place

    place = Place("customers.file" if mapping.origin == "scenario" else mapping.origin)
    return inside(mapping.file, folder, root.resolve(), place, Problems())


def _beside(customers_file: Path | None) -> Path | None:
    """Return the mapping beside a customer file, `crm.parquet.yaml` or `crm.yaml`."""
    if customers_file is None:
        return None
    whole = customers_file.with_name(f"{customers_file.name}.yaml")
    short = customers_file.with_suffix(".yaml")
    return next((file for file in (whole, short) if file.is_file()), None)


def _from_file(file: Path, instance: Instance) -> CustomerList:
    """Read a mapping from a file and check what it names."""
    problems = Problems()
    text = decode(read_bytes(file, file.name, LIMIT, problems), file.name, problems)
    node = read_yaml(text, file.name, problems)
    problems.stop()
    node = node.get("customers") or node
    if not node.is_mapping:
        fail(problems, "E114", "expected a mapping with the key columns", node.place)
    return _checked(node, instance, problems)


def _checked(node: Node, instance: Instance, problems: Problems) -> CustomerList:
    """Check a mapping as if it stood in the scenario, with the places of its own file."""
    sections = {key: part for key, part in instance.resolved.items() if key != "tables"}
    tree: Mapping[str, Any] = {**sections, "customers": plain(node)}
    where = {("customers", *path): place for path, place in places(node).items()}
    source = Source(tree, {}, (), where, {}, (), {}, "")
    parsed = parse(source, problems)
    if parsed is None:
        raise InputError(problems.errors)
    axes = Axes.of(parsed.scenario, tree)
    check_customers(Context(source, parsed.scenario, parsed.policy_at, True, axes, problems))
    problems.stop()
    return parsed.scenario.customers or CustomerList()


def _of(written: CustomerList, instance: Instance, origin: str) -> ListMapping:
    period = instance.numbers.periods[0] if written.period is None else str(written.period)
    return ListMapping(
        file=written.file,
        table=written.table,
        period=period,
        inbound=written.inbound,
        outbound_at_most=written.outbound_at_most,
        quota_tolerance=float(written.quota_tolerance),
        seed=written.seed,
        columns=written.columns,
        origin=origin,
    )
