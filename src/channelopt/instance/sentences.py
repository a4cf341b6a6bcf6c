"""One plain sentence for each kind of fault that the schema can find."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from channelopt.errors import nearest
from channelopt.rules import POLICIES
from channelopt.scenario.customer_list import CustomerColumns, CustomerList
from channelopt.scenario.schema import Scenario
from channelopt.scenario.sections import (
    Bundle,
    Channel,
    Effect,
    Effects,
    Interaction,
    MetricDefinition,
    Objective,
    Segment,
    ServiceLevel,
    StaffGroup,
    UncertainGroup,
    Upgrade,
)
from channelopt.scenario.source import Path
from channelopt.terms.fields import RESERVED, Section

ENTRIES: Mapping[str, type[Section]] = {
    "segments": Segment,
    "interactions": Interaction,
    "channels": Channel,
    "staff": StaffGroup,
    "upgrades": Upgrade,
    "bundles": Bundle,
    "metrics": MetricDefinition,
    "uncertainty": UncertainGroup,
}
"""Sections that hold entries by id, and what each entry is."""
_SINGLE: Mapping[Path, type[Section]] = {
    ("objective",): Objective,
    ("customers",): CustomerList,
    ("customers", "columns"): CustomerColumns,
}
"""Sections that stand once."""
_TYPES = {policy.slug: policy for policy in POLICIES}

ID_LISTS = frozenset(
    {
        "serves",
        "requires",
        "interactions",
        "segments",
        "channels",
        "periods",
        "counts",
        "touch",
        "needs",
        "inputs",
    }
)
"""Keys whose lists hold names; every other list holds one number per period."""

Sentence = tuple[str, str, str]
"""Code, message and hint."""


@dataclass(frozen=True)
class Finding:
    """One fault: pydantic's kind of it, where, the value found and what was expected."""

    kind: str
    path: Path
    value: Any
    context: Mapping[str, Any]
    is_key: bool
    tree: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The path in words."""
        return dotted(self.path, self.tree)


def sentence(finding: Finding) -> Sentence:
    """Put a finding in words: code, message, hint."""
    if finding.is_key:
        return _bad_id(finding)
    words = _WORDS.get(finding.kind)
    if words is not None:
        return words(finding)
    if finding.kind in _EXPECTED:
        return _wrong_kind(finding)
    return "E209", f"{finding.where}: {show(finding.value)} is not valid", ""


def dotted(path: Path, tree: Mapping[str, Any]) -> str:
    """Name a path as overrides do: `channels.phone.capacity`, `policies.cap.at_most`."""
    parts = list(path)
    if len(parts) > 1 and parts[0] == "policies":
        parts[1] = _policy_name(tree, parts[1])
    text = ""
    for depth, part in enumerate(parts):
        if isinstance(part, int):
            text += f"[{_position(path[:depth], part, tree)}]"
        else:
            text += f".{part}" if text else str(part)
    return text or "the scenario"


def _position(path: Path, at: int, tree: Mapping[str, Any]) -> str:
    """Name a position in a list: the period in a list over time, else a count from 0."""
    values, periods = _at_path(path, tree), tree.get("periods")
    if isinstance(values, list) and isinstance(periods, list) and path[-1] not in ID_LISTS:
        over_time = len(path) > 1 and len(values) == len(periods)
        return str(periods[at] if over_time else at)
    return str(at)


def _policy_name(tree: Mapping[str, Any], at: str | int) -> str | int:
    """Return the name of a policy, or its position where it has none."""
    policies = tree.get("policies")
    if isinstance(policies, list) and isinstance(at, int) and at < len(policies):
        policy = policies[at]
        if isinstance(policy, Mapping) and isinstance(policy.get("name"), str) and policy["name"]:
            return str(policy["name"])
    return at


def show(value: Any) -> str:
    """Describe a value that was found."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.12g}" if abs(value) < 1e16 else f"{value:.3g}"
    if isinstance(value, str):
        return f"the text '{value[:60]}'"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"a {type(value).__name__}"


def _at_path(path: Path, tree: Any) -> Any:
    """Return the value at a path, or None."""
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def known_keys(path: Path, tree: Mapping[str, Any]) -> list[str]:
    """Return the keys that a planner may write in the mapping at `path`."""
    model: type[Section] | None = Scenario
    if path in _SINGLE:
        model = _SINGLE[path]
    elif path[:1] == ("policies",):
        model = _TYPES.get(str(_at_path((*path[:2], "type"), tree)))
    elif path:
        model = ENTRIES.get(str(path[0]))
        inner = path[2:]
        if inner[:1] == ("service_level",):
            model = ServiceLevel
        elif inner[:1] == ("effects",):
            model = Effects if len(inner) == 1 else Effect
    own = [] if path else ["extends", "tables", "variations"]
    return own + (list(model.model_fields) if model is not None else [])


def _unknown_key(finding: Finding) -> Sentence:
    parent, key = finding.path[:-1], str(finding.path[-1])
    known = known_keys(parent, finding.tree)
    hint = nearest(key, known)
    if not hint:
        hint = "known here: " + ", ".join(sorted(known))
    inside = f" in {dotted(parent, finding.tree)}" if parent else ""
    return "E201", f"unknown key '{key}'{inside}", hint


def _missing(finding: Finding) -> Sentence:
    parent = _at_path(finding.path[:-1], finding.tree)
    key = str(finding.path[-1])
    hint = ""
    if isinstance(parent, Mapping):
        known = set(known_keys(finding.path[:-1], finding.tree))
        strange = [str(name) for name in parent if name not in known]
        if nearest(key, strange):
            hint = "it may be the misspelt key " + nearest(key, strange).split("'")[1]
    return "E202", f"{finding.where} is missing and has no default", hint


def _bad_id(finding: Finding) -> Sentence:
    key = finding.path[-1] if finding.path else finding.value
    if not isinstance(key, str):
        if finding.path[2:3] == ("retention",):
            return "E206", f"{finding.where}: the key {show(key)} is not a number from 0 to 1", ""
        return (
            "E206",
            f"{finding.where}: an id is text, found {show(key)}",
            f'write it as "id_{key}"',
        )
    return _bad_text_id(key, finding.where, curve=finding.path[2:3] == ("retention",))


def _bad_text_id(key: str, where: str, *, curve: bool) -> Sentence:
    if curve:
        return "E206", f"{where}: the key {show(key)} is not a number from 0 to 1", ""
    if key in RESERVED:
        return "E206", f"{where}: '{key}' is a reserved word and cannot be an id", ""
    foreign = [f"'{c}' (U+{ord(c):04X})" for c in key if ord(c) > 127]
    if foreign:
        wanted = f"the id contains {', '.join(foreign[:3])}, which is not a letter of a to z"
        return "E206", f"{where}: {wanted}", "put the name in any script into `title`"
    hint = f"write '{_as_id(key)}' and put the name into `title`" if _as_id(key) else ""
    rule = (
        "an id is small letters, digits and _, begins with a letter and has at most 64 characters"
    )
    return "E206", f"{where}: '{key}' is not an id; {rule}", hint


def _as_id(text: str) -> str:
    """Return an id like the text, or nothing."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    made = "".join(c if c.isalnum() else "_" for c in plain).strip("_")[:64]
    return made if made[:1].isalpha() and made not in RESERVED else ""


_EXPECTED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping of ids, `id: {...}`",
    "model_type": "a mapping of keys, `key: value`",
    "model_attributes_type": "a mapping of keys, `key: value`",
    "mapping_type": "a mapping of keys, `key: value`",
}


def _wrong_kind(finding: Finding) -> Sentence:
    expected = _EXPECTED[finding.kind]
    hint = ""
    if expected == "a number" and isinstance(finding.value, str):
        hint = number_hint(finding.value)
    elif expected == "text" and not isinstance(finding.value, list | Mapping | None):
        hint = f'put it in quotes: "{finding.value}"'
    elif expected == "a list" and finding.value is not None:
        hint = "write [a, b], with brackets for one entry too"
    elif finding.value is None and finding.path[:-1] and "mapping" in expected:
        hint = f"write {finding.path[-1]}: {{}} if all its values are the defaults"
    return "E203", f"{finding.where}: expected {expected}, found {show(finding.value)}", hint


def number_hint(text: str) -> str:
    """Say how to write a number that was written as text, for example `12,5` or `12 %`."""
    if re.search(r"[;,]\s", text):
        return ""  # a list, not a number
    plain = text.strip().replace("\u00a0", "").replace(" ", "")
    percent = plain.endswith("%")
    plain = plain.rstrip("%").strip("€$£")
    if "," in plain:
        whole, _, decimals = plain.rpartition(",")
        plain = whole.replace(".", "") + "." + decimals
    try:
        number = float(plain)
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    return f"write {number / 100 if percent else number:.12g}, without quotes"


def _out_of_range(finding: Finding) -> Sentence:
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    name = next(name for name in words if name in finding.context)
    limit = finding.context[name]
    hint = percent_hint(finding.value) if name in ("le", "lt") and limit == 1 else ""
    message = f"{finding.where}: must be {words[name]} {limit:.12g}, found {show(finding.value)}"
    return "E204", message, hint


def percent_hint(value: Any) -> str:
    """Hint at a share that was written in percent."""
    if isinstance(value, int | float) and 1 < value <= 100:
        return f"{value:.12g} looks like percent, write {value / 100:.12g}"
    return ""


def _not_a_choice(finding: Finding) -> Sentence:
    expected = str(finding.context.get("expected", ""))
    hint = ""
    if isinstance(finding.value, str):
        hint = nearest(finding.value, expected.replace(" or ", ", ").replace("'", "").split(", "))
    if finding.path == ("format",):
        hint = "this version of channelopt reads format 1; a newer format needs a newer version"
    return "E205", f"{finding.where}: expected {expected}, found {show(finding.value)}", hint


def _unknown_type(finding: Finding) -> Sentence:
    found = str(finding.context.get("tag", ""))
    hint = nearest(found, _TYPES) or "known types: " + ", ".join(sorted(_TYPES))
    return "E205", f"{finding.where}: '{found}' is not a type of policy", hint


def _no_type(finding: Finding) -> Sentence:
    return "E202", f"{finding.where}.type is missing", "known types: " + ", ".join(sorted(_TYPES))


def _too_few(finding: Finding) -> Sentence:
    least, found = finding.context.get("min_length"), finding.context.get("actual_length")
    if found == 0 and least == 1:
        return "E207", f"{finding.where} is empty; at least one entry is required", ""
    return "E207", f"{finding.where}: at least {least} entries are required, found {found}", ""


def _short_text(finding: Finding) -> Sentence:
    return "E207", f"{finding.where}: the text is empty", ""


def _long_text(finding: Finding) -> Sentence:
    return (
        "E207",
        f"{finding.where}: at most {finding.context.get('max_length')} characters are read",
        "",
    )


def _not_finite(finding: Finding) -> Sentence:
    return "E203", f"{finding.where}: expected a finite number, found {finding.value}", ""


def _bad_pattern(finding: Finding) -> Sentence:
    value = str(finding.value)
    if finding.path == ("currency",):
        message = f"currency: expected a code of three capital letters (ISO 4217), found '{value}'"
        code = value.strip().upper()
        return "E204", message, f"write {code}" if len(code) == 3 and code.isalpha() else ""
    return _bad_text_id(value, finding.where, curve=False)


def _own_words(finding: Finding) -> Sentence:
    return "E207", f"{finding.where}: {finding.context.get('error', 'not valid')}", ""


_WORDS: Mapping[str, Callable[[Finding], Sentence]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "greater_than": _out_of_range,
    "greater_than_equal": _out_of_range,
    "less_than": _out_of_range,
    "less_than_equal": _out_of_range,
    "literal_error": _not_a_choice,
    "union_tag_invalid": _unknown_type,
    "union_tag_not_found": _no_type,
    "too_short": _too_few,
    "string_too_short": _short_text,
    "string_too_long": _long_text,
    "finite_number": _not_finite,
    "string_pattern_mismatch": _bad_pattern,
    "value_error": _own_words,
}
