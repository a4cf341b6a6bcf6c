"""Catalogues: every text has its translation, and only texts that exist have one."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from channelopt.errors import UsageError
from channelopt.report import speech
from channelopt.report.figures import percent
from channelopt.report.speech import _ as said
from channelopt.report.speech import languages, speaking
from tests.report.language.sources import REPORT, catalogue, catalogue_paths, extracted

BLOCKS = {
    "Paragraph": ("text",),
    "Note": ("text",),
    "Bullets": ("items",),
    "Column": ("title",),
    "Section": ("title",),
    "Grid": ("columns", "rows", "title"),
    "Chart": ("name", "title", "insight", "alt"),
    "Figure": ("label",),
    "Term": ("word", "meaning"),
    "Formula": ("name", "text"),
    "Axis": ("title",),
    "Series": ("name",),
    "Gauge": ("label",),
    "Lane": ("label",),
    "Mark": ("label",),
    "Swing": ("label",),
    "Span": ("first", "last", "state"),
}
"""Arguments of blocks and shapes that readers see, in their order."""
NO_TEXT = {"name": {"Chart"}}
"""Arguments that look like texts and are none: names of files."""
SAME = re.compile(r"[\W\d_]*(?:\{\w+\}[\W\d_]*)*")
"""A message of places and signs only."""


@pytest.fixture(params=catalogue_paths(), ids=lambda path: path.parts[-3])
def path(request):
    return request.param


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def forms_of(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (str(value),)


def test_there_is_german():
    assert languages() == ("de", "en")


def test_every_text_has_its_translation(path: Path):
    """After a change of texts: `make messages`, then translate what is empty."""
    known = {forms_of(message.id) for message in catalogue(path) if message.id}
    wanted = set(extracted().values())
    assert sorted(wanted - known) == [], "texts that lack their translation"
    assert sorted(known - wanted) == [], "translations of texts that are no longer there"
    assert not catalogue(path).obsolete


def test_translations_are_complete(path: Path):
    plurals = catalogue(path).num_plurals
    for message in catalogue(path):
        if not message.id:
            continue
        forms = forms_of(message.string)
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in forms), message.id
        assert len(forms) == (plurals if message.pluralizable else 1), message.id


def test_places_are_those_of_the_original(path: Path):
    for message in catalogue(path):
        originals = [fields(form) for form in forms_of(message.id)]
        for position, form in enumerate(forms_of(message.string)):
            wanted = originals[min(position, len(originals) - 1)]
            assert fields(form) == wanted or (
                position == 0 and fields(form) <= set().union(*originals)
            ), (message.id, form)


def test_german_marks():
    path = next(path for path in catalogue_paths() if path.parts[-3] == "de")
    for message in catalogue(path):
        for form in forms_of(message.string):
            assert not re.search(r"[\d}] %", form), f"a no-break space before %: {form}"
            assert "'" not in form, f"„…“: {form}"
            assert '"' not in form, f"„…“: {form}"
            assert form.count("„") == form.count("“"), form
            assert "  " not in form, form
    with speaking("de_DE"):
        assert said("Staff") == "Personal"


def test_texts_end_as_the_original_ends(path: Path):
    """A sentence stays a sentence, a heading a heading."""
    for message in catalogue(path):
        if message.id and not forms_of(message.string)[-1].endswith("Mio."):
            original, form = forms_of(message.id)[-1], forms_of(message.string)[-1]
            assert form, original
            assert (original[-1] in ".?:!") == (form[-1] in ".?:!"), (original, form)


@cache
def sources() -> tuple[tuple[Path, tuple[ast.AST, ...]], ...]:
    """Return the modules with their nodes, parsed once."""
    paths = sorted(REPORT.rglob("*.py"))
    return tuple((path, nodes(path.read_text(encoding="utf-8"))) for path in paths)


def nodes(code: str) -> tuple[ast.AST, ...]:
    kinds = ast.Call, ast.ImportFrom
    return tuple(node for node in ast.walk(ast.parse(code)) if isinstance(node, kinds))


def spoken(node: ast.expr) -> list[ast.Constant]:
    """Return the constants of an argument that no call translates."""
    if isinstance(node, ast.Constant):
        return [node] if isinstance(node.value, str) and re.search(r"[A-Za-z]", node.value) else []
    if isinstance(node, ast.JoinedStr):
        return [part for value in node.values for part in spoken(value)]
    if isinstance(node, ast.IfExp):
        return [*spoken(node.body), *spoken(node.orelse)]
    if isinstance(node, ast.BinOp):
        return [*spoken(node.left), *spoken(node.right)]
    if isinstance(node, ast.Tuple | ast.List):
        return [part for value in node.elts for part in spoken(value)]
    return []


def blocks_of(tree: Iterable[ast.AST]) -> set[str]:
    """Return the blocks and shapes that a module has imported."""
    homes = {"channelopt.report.document", "channelopt.report.shapes"}
    return {
        alias.name
        for node in tree
        if isinstance(node, ast.ImportFrom) and node.module in homes
        for alias in node.names
        if alias.name in BLOCKS
    }


def calls(tree: Iterable[ast.AST]):
    for node in tree:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node


def test_no_block_holds_a_text_that_is_not_translated():
    found = []
    for file, tree in sources():
        imported = blocks_of(tree)
        for name, call in calls(tree):
            if name not in imported:
                continue
            given = dict(zip(BLOCKS[name], call.args, strict=False))
            given |= {word.arg: word.value for word in call.keywords if word.arg in BLOCKS[name]}
            for argument, value in given.items():
                if name not in NO_TEXT.get(argument, ()):
                    found += [
                        f"{file.relative_to(REPORT)}:{one.lineno}: {name} says {one.value!r}"
                        for one in spoken(value)
                    ]
    assert found == []


def test_messages_are_whole_constants():
    """No f-strings, no sums, no choices inside `_`: none of them can be extracted."""
    found = []
    for file, tree in sources():
        for name, call in calls(tree):
            if name in {"_", "later", "plural_of"} and call.args:
                bad = ast.JoinedStr, ast.BinOp, ast.IfExp
                if isinstance(call.args[0], bad) or (name != "_" and not is_text(call.args[0])):
                    found.append(f"{file.relative_to(REPORT)}:{call.lineno}")
    assert found == []


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.slow
def test_make_messages_changes_nothing(tmp_path: Path):
    """Extraction and update are deterministic: nothing changes where nothing is new."""
    root = REPORT.parents[2]
    template = tmp_path / "messages.pot"
    pybabel = [sys.executable, "-m", "babel.messages.frontend", "-q"]
    options = ["--no-default-keywords", "-k", "_", "-k", "plural_of:1,2", "-k", "later"]
    layout = ["--no-location", "--sort-output", "--no-wrap"]
    subprocess.run(
        [*pybabel, "extract", "-F", "babel.cfg", *options, *layout, "-o", template, REPORT],
        cwd=root,
        check=True,
    )
    for path in catalogue_paths():
        copy = tmp_path / "messages.po"
        copy.write_bytes(path.read_bytes())
        update = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date"]
        language = path.parts[-3]
        subprocess.run(
            [*pybabel, "update", *update, "--no-wrap", "-l", language, "-i", template, "-o", copy],
            cwd=root,
            check=True,
        )
        assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_a_third_language_is_one_catalogue_away(tmp_path: Path, monkeypatch):
    """A catalogue is all that a language needs: no code, nothing compiled."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    text = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    text += 'msgid "Staff"\nmsgstr "Personnel"\n'
    (folder / "messages.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(speech, "CATALOGUES", tmp_path)
    try:
        with speaking("fr_FR"):
            assert said("Staff") == "Personnel"
            assert said("Period") == "Period"
            assert percent(0.125) == "12,5\u00a0%"
        assert languages() == ("en", "fr")
    finally:
        speech._messages.cache_clear()


def test_unknown_languages_are_refused():
    for tag in ("fr_FR", "xx", "", "de_DE_x_y_z"):
        with pytest.raises(UsageError, match="--locale"):
            speech.speech_of(tag)
