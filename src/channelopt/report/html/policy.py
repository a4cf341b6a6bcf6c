"""What a report may do in a browser: run and use only what is in it, ask nobody."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Return the content security policy of a page with exactly these scripts and styles."""
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(map(_hashed, scripts)),
        "style-src": " ".join(map(_hashed, styles)),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hashed(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
