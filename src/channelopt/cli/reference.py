"""The generated pages of docs/: `python -m channelopt.cli.reference` writes them again.

The scenario reference comes from the JSON Schema, which comes from the models and their attribute
docstrings; the command-line reference comes from the commands; the table of solvers from what the
backends declare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[3] / "docs"
GENERATED = "<!-- Written by `make docs`; do not edit. -->"
START = "<!-- generated -->"
END = "<!-- end of generated -->"

SECTIONS = (
    ("objective", "Objective"),
    ("segments", "Segment"),
    ("interactions", "Interaction"),
    ("channels", "Channel"),
    ("staff", "StaffGroup"),
    ("staff.*.service_level", "ServiceLevel"),
    ("upgrades", "Upgrade"),
    ("upgrades.*.effects", "Effects"),
    ("upgrades.*.effects.*", "Effect"),
    ("bundles", "Bundle"),
    ("metrics", "MetricDefinition"),
    ("uncertainty", "UncertainGroup"),
    ("customers", "CustomerList"),
    ("customers.columns", "CustomerColumns"),
    ("variations", "Variation"),
)
"""Sections of a scenario and the schema definition of one entry."""

WORDS = {
    "string": "text",
    "boolean": "true / false",
    "object": "mapping",
    "integer": "whole number",
    "null": "",
}
"""Types of JSON Schema as a planner calls them."""

Schema = Mapping[str, Any]


def pages() -> dict[str, str]:
    """Return the text of every generated page by its name in docs/."""
    return {
        "scenario-reference.md": scenario_reference(),
        "command-line.md": command_line(),
        "formulas.md": formulas(),
        "solvers.md": with_solvers((DOCS / "solvers.md").read_text(encoding="utf-8")),
    }


def formulas() -> str:
    """Return the page of formulas, from the rules themselves."""
    from channelopt.rules import CORE, POLICIES
    from channelopt.rules.symbols import SYMBOLS
    from channelopt.terms.money import LEDGER

    lines = [
        GENERATED,
        "",
        "# Formulas",
        "",
        "Every rule of the program, as its own file states it.",
    ]
    lines += ["", "## Symbols", "", "| symbol | meaning |", "|---|---|"]
    lines += [f"| ${symbol}$ | {meaning} |" for symbol, meaning in SYMBOLS]
    lines += [
        "",
        "Indices: $s$ segment, $i$ interaction, $c$ channel, $g$ staff group, $t$ period,",
        "$b$ bundle, $k$ upgrade, $v$ set of upgrades of a channel.",
    ]
    lines += ["", "## Objective", "", "Satisfaction-weighted profit, discounted: the sum of", ""]
    lines += [f"- {'plus' if term.sign > 0 else 'minus'} {term.label.lower()}" for term in LEDGER]
    for heading, rules in (("Rules of the model", CORE), ("Policies", POLICIES)):
        lines += ["", f"## {heading}"]
        for rule in rules:
            lines += ["", f"### `{rule.slug}`", "", f"{rule.title}.", "", f"$${rule.formula}$$"]
    return "\n".join(lines) + "\n"


def scenario_reference() -> str:
    """Return the reference of the scenario format."""
    from channelopt.scenario.schema import json_schema

    schema = json_schema()
    parts = schema["$defs"]
    lines = [GENERATED, "", "# Scenario reference", "", *_opening(), "", "## Top level", ""]
    lines += _fields(schema)
    for section, definition in SECTIONS:
        lines += ["", f"## `{section}`", "", _sentence(parts[definition]), ""]
        lines += _fields(parts[definition])
    lines += ["", "## `tables`", "", schema["properties"]["tables"]["description"], ""]
    lines += _rows(("Table", "Holds"), _tables(schema))
    lines += ["", "## `policies`", "", schema["properties"]["policies"]["description"]]
    for policy in _policies():
        lines += ["", f"### `{policy.slug}`", "", f"{policy.title}.", ""]
        lines += ["```yaml", "policies:", f"  - {policy.example}", "```", ""]
        lines += _fields(parts[policy.__name__])
    return "\n".join(lines) + "\n"


def _opening() -> list[str]:
    return [
        "Every key, with its type, its default and its meaning; a scenario with `extends` may",
        "leave required ones to its parent.",
        "*Over time* means: one number for every period, or a list with one number per period.",
        "`channelopt schema` writes the same as JSON Schema, so that editors complete and check",
        "`scenario.yaml` while you type. How tables, parents and overrides work is told in",
        "[Your own scenario](your-own-scenario.md).",
    ]


def _policies() -> tuple[Any, ...]:
    from channelopt.rules import POLICIES

    return POLICIES


def _tables(schema: Schema) -> Iterator[tuple[str, str]]:
    known = schema["properties"]["tables"]
    for name, table in known["properties"].items():
        yield f"`{name}`", table["description"]
    yield "`metric.<id>`", "Values of a metric by segment, interaction, channel, period."


def _fields(part: Schema) -> list[str]:
    required = {key for case in (part, *part.get("anyOf", ())) for key in case.get("required", ())}
    required -= {"extends"}
    rows = []
    for key, field in part.get("properties", {}).items():
        default = "**required**" if key in required else _default(field)
        rows.append((f"`{key}`", _type(field), default, _sentence(field)))
    return _rows(("Key", "Type", "Default", "Meaning"), rows)


def _rows(header: tuple[str, ...], rows: Any) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows
    ]


def _sentence(field: Schema) -> str:
    return " ".join(str(field.get("description", "")).split())


def _default(field: Schema) -> str:
    if "default" not in field or field["default"] is None:
        return ""
    value = field["default"]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _type(field: Schema) -> str:
    choices = [_one_type(choice) for choice in field.get("anyOf", [field])]
    named = [name for name in choices if name]
    if len(named) == 2 and named[1] == f"list of {named[0]}" and _is_over_time(field):
        return f"{named[0]}, over time"
    return " or ".join(dict.fromkeys(named))


def _is_over_time(field: Schema) -> bool:
    lists = [choice for choice in field["anyOf"] if choice.get("type") == "array"]
    return any({"type": "null"} in part.get("items", {}).get("anyOf", []) for part in lists)


def _one_type(choice: Schema) -> str:
    if "const" in choice or "enum" in choice:
        return " / ".join(f"`{word}`" for word in choice.get("enum", [choice.get("const")]))
    if "$ref" in choice:
        return "section"
    kind = choice.get("type", "")
    if "anyOf" in choice:
        return " or ".join(_one_type(part) for part in choice["anyOf"])
    if kind == "array":
        return f"list of {_items(choice['items'])}"
    return _number(choice) if kind == "number" else WORDS[kind]


def _items(items: Schema) -> str:
    if "oneOf" in items:
        return "sections"
    names = [_one_type(part) for part in items.get("anyOf", [items])]
    return " or ".join(dict.fromkeys(name for name in names if name))


def _number(choice: Schema) -> str:
    low, high = choice.get("minimum"), choice.get("maximum")
    if low == 0 and high == 1:
        return "0 to 1"
    if "exclusiveMinimum" in choice:
        return f"number > {choice['exclusiveMinimum']:g}"
    return f"number ≥ {low:g}" if low is not None and low > -1e12 else "number"


def command_line() -> str:
    """Return the reference of the command line."""
    import typer

    from channelopt.cli.app import EPILOG, app

    group: Any = typer.main.get_command(app)
    lines = [GENERATED, "", "# Command line", "", "`channelopt COMMAND --help` says the same.", ""]
    lines += [
        "Data goes to stdout, progress, warnings and errors to stderr. `--json` writes the result"
    ]
    lines += [
        "as JSON, failures included. `NO_COLOR=1` switches colours off. Ctrl-C once stops a solve"
    ]
    lines += ["and keeps its best plan (exit code 4), twice aborts (130).", "", EPILOG, ""]
    for name, command in _commands(group):
        lines += [f"## `channelopt {name}`", "", command.help, ""]
        usage = [p.metavar for p in command.params if p.param_type_name == "argument"]
        lines += ["```text", " ".join(["channelopt", name, *usage, "[OPTIONS]"]), "```", ""]
        rows = [_option(p) for p in command.params]
        lines += [*_rows(("Argument or option", "Meaning"), rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield every command with its words; those of a group follow one another."""
    for name, command in group.commands.items():
        parts = getattr(command, "commands", None)
        if parts is None:
            yield name, command
        else:
            yield from ((f"{name} {part}", one) for part, one in parts.items())


def _option(parameter: Any) -> tuple[str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", parameter.help
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    value = f" `{parameter.metavar}`" if parameter.metavar else ""
    default = f" Default: {parameter.default}." if parameter.show_default else ""
    return names + value, f"{parameter.help}{default}"


def with_solvers(page: str) -> str:
    """Return the page on solvers with its table of what each can do."""
    from channelopt.backends import registry
    from channelopt.backends.base import Can

    abilities = list(Can)
    header = ("Solver", *(f"{ability.value.replace('_', ' ')}" for ability in abilities))
    rows = []
    for name in registry.names():
        can = registry.get(name).can
        rows.append((f"`{name}`", *("yes" if ability in can else "" for ability in abilities)))
    before, rest = page.split(START, 1)
    after = rest.split(END, 1)[1]
    return "\n".join([f"{before}{START}", *_rows(header, rows), f"{END}{after}"])


def main() -> None:
    """Write every generated page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
