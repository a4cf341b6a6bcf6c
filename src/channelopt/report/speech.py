"""Speech: the language and the country in which a report is written.

A report is made inside `speaking(locale)`; whatever it says goes through `_` or `plural_of`,
and its numbers through `channelopt.report.figures`. Without it, reports are English.
"""

from __future__ import annotations

import contextlib
import gettext
import io
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

from channelopt.errors import UsageError, nearest

DEFAULT = "en"
CATALOGUES = Path(__file__).parent / "locale"
"""One folder for each language but English, with LC_MESSAGES/messages.po."""


@dataclass(frozen=True)
class Speech:
    """A locale with the messages of its language."""

    locale: Locale
    messages: gettext.NullTranslations


def languages() -> tuple[str, ...]:
    """Return the languages that reports can be written in, sorted."""
    found = (path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    return tuple(sorted({DEFAULT, *found}))


def speech_of(tag: str) -> Speech:
    """Return the speech of a locale such as `de`, `de_DE`, `de-AT` or `en_GB`.

    Raises:
        UsageError: there is no such locale, or no catalogue of its language.
    """
    known = ", ".join(languages())
    try:
        locale = Locale.parse(tag.strip().replace("-", "_").split(".")[0])
    except (ValueError, UnknownLocaleError):
        hint = nearest(tag, languages()) or f"languages: {known}"
        raise UsageError(f"--locale: '{tag}' is no locale such as de_DE or en; {hint}") from None
    if locale.language not in languages():
        raise UsageError(f"--locale: there are no texts in '{locale.language}'; languages: {known}")
    return Speech(locale, _messages(locale.language))


@cache
def _messages(language: str) -> gettext.NullTranslations:
    if language == DEFAULT:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


_CURRENT: ContextVar[Speech | None] = ContextVar("speech", default=None)


@contextlib.contextmanager
def speaking(tag: str) -> Iterator[Speech]:
    """Write everything inside in a locale.

    Raises:
        UsageError: see `speech_of`.
    """
    chosen = speech_of(tag)
    token = _CURRENT.set(chosen)
    try:
        yield chosen
    finally:
        _CURRENT.reset(token)


def current() -> Speech:
    """Return the speech of now, English by default."""
    return _CURRENT.get() or _english()


@cache
def _english() -> Speech:
    return speech_of(DEFAULT)


def _(message: str) -> str:
    """Return a message in the language of now; an empty one stays empty."""
    return current().messages.gettext(message) if message else ""


def plural_of(one: str, many: str, number: int) -> str:
    """Return the form of a message that goes with a number in the language of now."""
    return current().messages.ngettext(one, many, number)


def later(message: str) -> str:
    """Mark a message that is translated where it is used, `_(TITLES[name])`."""
    return message
