"""What reports say, as it is extracted from their sources."""

from __future__ import annotations

from functools import cache
from io import StringIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from channelopt.report.speech import CATALOGUES

ROOT = Path(__file__).parents[3]
REPORT = ROOT / "src" / "channelopt" / "report"
KEYWORDS = {"_": None, "plural_of": (1, 2), "later": None}


@cache
def extracted() -> dict[str, tuple[str, ...]]:
    """Return the forms of every message by its first form."""
    mapping = StringIO((ROOT / "babel.cfg").read_text(encoding="utf-8"))
    methods, options = parse_mapping_cfg(mapping)
    found: dict[str, tuple[str, ...]] = {}
    for _file, _line, message, *_ in extract_from_dir(REPORT, methods, options, KEYWORDS):
        forms = tuple(message) if isinstance(message, tuple) else (message,)
        if len(forms) >= len(found.get(forms[0], ())):
            found[forms[0]] = forms
    return found


def catalogue_paths() -> list[Path]:
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)
