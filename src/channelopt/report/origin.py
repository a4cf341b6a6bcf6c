"""Where results come from: what their manifest says of scenario and versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channelopt.report.speech import _

SHORT = 12
"""Characters of a hash that tell scenarios apart."""


def versions(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return versions by program; none where the manifest says none."""
    found = manifest.get("versions")
    return found if isinstance(found, Mapping) else {}


def origin(manifest: Mapping[str, Any]) -> list[str]:
    """Return scenario and version for a closing line, where they are known."""
    parts = []
    digest = manifest.get("digest")
    if digest:
        parts.append(_("Scenario {digest}").format(digest=str(digest)[:SHORT]))
    version = versions(manifest).get("channelopt")
    if version:
        parts.append(_("channelopt {version}").format(version=version))
    return parts
