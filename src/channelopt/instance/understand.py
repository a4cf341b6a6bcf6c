"""Source -> Instance: understand what was written and check it as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channelopt.errors import InputError, Problems
from channelopt.instance.assemble import assemble
from channelopt.instance.axes import Axes
from channelopt.instance.canonical import canonical
from channelopt.instance.checks.context import Context
from channelopt.instance.checks.correlations import check_correlations
from channelopt.instance.checks.coverage import check_coverage
from channelopt.instance.checks.hints import give_hints
from channelopt.instance.checks.policies import check_policies
from channelopt.instance.checks.references import check_references
from channelopt.instance.checks.routing import check_loops, lowest_resolution, traffic
from channelopt.instance.checks.structure import check_structure
from channelopt.instance.instance import Instance, Names
from channelopt.instance.parse import Parsed, parse
from channelopt.instance.sources import sources
from channelopt.instance.tables import Table, read_tables
from channelopt.instance.uncertainty import uncertainty
from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import Source
from channelopt.terms.numbers import Numbers

_HARMLESS_TABLE_CODES = frozenset({"E224", "E225"})
_BLOCKING_CODES = frozenset({"E215", "E216"})
_HARMLESS_PARTS = frozenset(
    {"currency", "customers", "description", "policies", "title", "uncertainty", "upgrades"}
)


@dataclass(frozen=True)
class Understood:
    """A valid scenario in every form: as sections, as tables and as an instance."""

    source: Source
    parsed: Parsed
    axes: Axes
    tables: Mapping[str, Table]
    instance: Instance


def understand(source: Source) -> Understood:
    """Turn a composed scenario into an instance.

    Faults of the sections, of references and of tables are found side by side; checks on numbers
    follow only where those faults do not touch them, so that one slip gives one message.

    Raises:
        InputError: with every problem that could be found.
    """
    problems = Problems(warnings=list(source.warnings))
    parsed = parse(source, problems)
    if parsed is None:
        raise InputError(problems.errors)
    scenario = parsed.scenario
    axes = Axes.of(scenario, source.tree)
    periods_are_known = all(path[0] != "periods" for path in parsed.cut)
    context = Context(source, scenario, parsed.policy_at, periods_are_known, axes, problems)
    check_references(context)
    check_policies(context)
    check_structure(context)
    check_correlations(context)
    tables, readable = _tables(source, scenario, axes, problems)
    if not (readable and _numbers_are_whole(parsed, problems)):
        raise InputError(problems.errors)
    numbers = assemble(scenario, axes, tables)
    _check_numbers(context, numbers, tables)
    problems.stop()
    instance = Instance(
        numbers=numbers,
        policies=tuple(sorted(scenario.policies, key=lambda policy: policy.name)),
        names=_names(scenario, source.name),
        uncertainty=uncertainty(scenario),
        resolved=canonical(scenario, axes, tables, source.name),
        files=dict(source.files),
        applied=source.applied,
        sources=sources(source),
        warnings=tuple(problems.warnings),
    )
    return Understood(source, parsed, axes, tables, instance)


def _tables(
    source: Source, scenario: Scenario, axes: Axes, problems: Problems
) -> tuple[dict[str, Table], bool]:
    """Read the tables; also return whether their faults leave the numbers meaningful."""
    found = Problems()
    tables = read_tables(source, scenario, axes, found)
    problems.errors.extend(found.errors)
    problems.warnings.extend(found.warnings)
    return tables, all(problem.code in _HARMLESS_TABLE_CODES for problem in found.errors)


def _numbers_are_whole(parsed: Parsed, problems: Problems) -> bool:
    """Whether nothing that the numbers need was cut out or has the wrong shape."""
    cut = any(path[0] not in _HARMLESS_PARTS and path[-1] != "title" for path in parsed.cut)
    return not cut and not any(problem.code in _BLOCKING_CODES for problem in problems.errors)


def _check_numbers(context: Context, numbers: Numbers, tables: dict[str, Table]) -> None:
    """Check what the numbers say together."""
    lowest = lowest_resolution(context, numbers)
    reach = traffic(context, numbers, lowest)
    check_coverage(context, numbers, tables, reach)
    check_loops(context, numbers, lowest)
    if not context.problems.errors:
        give_hints(context, numbers, tables, reach)


def _names(scenario: Scenario, title: str) -> Names:
    """Return the titles; the id where there is none."""

    def titles(section: Mapping[str, Any]) -> dict[str, str]:
        return {label: section[label].title or label for label in sorted(section)}

    return Names(
        scenario=scenario.title or title,
        currency=scenario.currency,
        segments=titles(scenario.segments),
        interactions=titles(scenario.interactions),
        channels=titles(scenario.channels),
        groups=titles(scenario.staff),
        bundles=titles(scenario.bundles),
        upgrades=titles(scenario.upgrades),
        metrics=titles(scenario.metrics),
        units={label: scenario.metrics[label].unit for label in sorted(scenario.metrics)},
    )
