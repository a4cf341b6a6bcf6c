"""What this version can solve: parts that are understood and valid, and not solved yet."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.errors import InputError, Problem
from channelopt.instance.instance import Instance


def unsupported(instance: Instance) -> Iterator[Problem]:
    """Yield a problem for each part of the scenario that cannot be solved yet."""
    resolved = instance.resolved
    for section in ("upgrades", "bundles", "metrics"):
        for label in sorted(resolved.get(section, {})):
            yield _not_yet(f"{section}.{label}")
    for label, group in sorted(resolved.get("staff", {}).items()):
        if group.get("service_level") is not None:
            yield _not_yet(f"staff.{label}.service_level")
    for policy in instance.policies:
        if policy.slug in ("outage", "metric"):
            yield _not_yet(f"policies.{policy.name} (type {policy.slug})")


def _not_yet(part: str) -> Problem:
    message = f"{part} is understood and valid, but this version cannot solve it yet"
    return Problem(
        "E290", message, None, "take it out, for example in a child scenario, to solve the rest"
    )


def require_supported(instance: Instance) -> None:
    """Raise where a scenario has parts that this version cannot solve.

    Raises:
        InputError: naming every such part.
    """
    problems = list(unsupported(instance))
    if problems:
        raise InputError(problems)
