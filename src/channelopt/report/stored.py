"""Texts that runs have stored in English, in the language of a report.

Runs store sentences of the engine as they were written. They are recognised by the templates of
`stored_texts`, said in the language of now and filled in again: names stay as they are, numbers
are written as the locale has them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from string import Formatter

from channelopt.report.figures import enumerate_words, plain
from channelopt.report.speech import DEFAULT, _, current
from channelopt.report.stored_texts import TEMPLATES
from channelopt.report.vocabulary import INPUTS, listed
from channelopt.report.wording import rule_in_words

DEEPEST = 4
"""Texts inside of texts, so deep."""
_Context = tuple[str, frozenset[str]]
"""The locale, which only the memory of answers goes by, and names that may stand in lists."""
_WARNING = re.compile(r"(?P<head>(?:.*?  )?[EW]\d{3}  )(?P<text>.*)", re.DOTALL)
_STOP = re.compile(r"\S+: (?:hours of |capacity |no other ).*", re.DOTALL)
_HEADS = frozenset({*INPUTS, "Most FTE", "Fewest FTE", "Minimum volume"})


def said(text: str, titles: Collection[str] = ()) -> str:
    """Return a stored text in the language of now; as it is where it is not known.

    Args:
        text: as the run has it.
        titles: names that may stand in it joined by `and`, such as those of staff groups; without
            them such a list stays as it is, since a name may itself hold the word.
    """
    speech = current()
    if speech.locale.language == DEFAULT or not text:
        return text
    return _said(text, (str(speech.locale), frozenset(titles)))


def known(text: str) -> bool:
    """Return whether a stored text is one that can be said in other languages."""
    bare = _WARNING.sub(r"\g<text>", text)
    return _found(bare) is not None or _STOP.fullmatch(bare) is not None or _is_sum(bare)


def _is_sum(text: str) -> bool:
    """Whether a text is that of several titles: `Always open: Phone + budget (at most)`."""
    parts = text.split(" + ")
    return len(parts) > 1 and all(_found(part) is not None for part in parts)


@lru_cache(maxsize=4096)
def _said(text: str, context: _Context, depth: int = 0) -> str:
    warning = _WARNING.fullmatch(text)
    if warning is not None:
        return f"{warning['head']}{_said(warning['text'], context, depth)}"
    if _STOP.fullmatch(text):
        return "; ".join(_stop(part, context) for part in text.split("; "))
    if _is_sum(text):
        return " + ".join(_said(part, context, depth) for part in text.split(" + "))
    found = _found(text)
    if found is None or depth > DEEPEST:
        return text
    template, fields = found
    words = {name: _filled(name, value, context, depth + 1) for name, value in fields.items()}
    return _(template).format(**words)


def _stop(text: str, context: _Context) -> str:
    """Say how many contacts what stops: `223619: hours of Advisers, hours of Back office`."""
    amount, _colon, reasons = text.partition(": ")
    words = ", ".join(_said(reason, context, 1) for reason in reasons.split(", "))
    return f"{_number(amount)}: {words}"


def _filled(name: str, value: str, context: _Context, depth: int) -> str:
    kind = name.partition("_")[0]
    if kind == "number":
        return _number(value)
    if kind == "said":
        return _said(value, context, depth)
    if kind == "list":
        return ", ".join(rule_in_words(part) for part in value.split(", "))
    if kind == "parts":
        return "; ".join(_said(part, context, depth) for part in value.split("; "))
    return _names(value, context[1]) if kind == "names" else value


def _names(text: str, titles: frozenset[str]) -> str:
    """Return names joined by `and` as a list of now, if they are told apart by known titles."""
    names: list[str] = []
    for part in text.split(" and "):
        whole = f"{names[-1]} and {part}" if names else part
        if names and names[-1] not in titles:
            names[-1] = whole
        else:
            names.append(part)
    is_known = all(name in titles for name in names)
    return enumerate_words(names, most=len(names)) if is_known else text


def _number(text: str) -> str:
    """Return a number as the locale has it, with the digits that it was written with."""
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return text
    if "e" in text or abs(number) >= 1e15:
        return text
    digits = len(text.partition(".")[2])
    return plain(number, digits, digits)


@dataclass(frozen=True)
class _Template:
    """A template with the pattern of the texts that it fits."""

    text: str
    pattern: re.Pattern[str]
    literal: int

    def fields(self, text: str) -> dict[str, str] | None:
        """Return what stands in the places, None where the text does not fit."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        fields = found.groupdict()
        head = fields.get("said_what")
        return None if head is not None and head not in _HEADS else fields


def _found(text: str) -> tuple[str, dict[str, str]] | None:
    if text in _words():
        return text, {}
    for template in _templates():
        fields = template.fields(text)
        if fields is not None:
            return template.text, fields
    return None


@cache
def _words() -> frozenset[str]:
    return listed()


@cache
def _templates() -> tuple[_Template, ...]:
    """Return the templates, those with most words of their own first."""
    found = [_template(text) for text in TEMPLATES]
    return tuple(sorted(found, key=lambda one: -one.literal))


def _template(text: str) -> _Template:
    pattern, literal = "", 0
    for words, name, _spec, _conversion in Formatter().parse(text):
        pattern += re.escape(words)
        literal += len(words)
        if name is not None:
            pattern += rf"(?P<{name}>{_NUMBER if name.startswith('number') else '.+'})"
    return _Template(text, re.compile(pattern, re.DOTALL), literal)


_NUMBER = r"[-+]?[\d,]*\.?\d+(?:e[-+]?\d+)?"
