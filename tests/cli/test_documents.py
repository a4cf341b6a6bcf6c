"""The pages are true: generated ones up to date, commands run, scenarios valid, links whole."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from channelopt.cli import reference
from channelopt.errors import ExitCode
from tests.cli.process import ROOT, SCENARIOS, run

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def commands(block: str) -> list[list[str]]:
    """The lines of a bash block that call the program, without comments."""
    words = [shlex.split(line, comments=True) for line in block.splitlines()]
    return [line for line in words if line and line[0] == "channelopt"]


def examples(page: Path) -> list[tuple[str, str]]:
    """What a reader of a page can run, in the order of the page: (language, text)."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [
        (name, text)
        for name, text in found
        if name == "python" or (name == "bash" and commands(text))
    ]


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_generated_page_is_up_to_date(name: str) -> None:
    written = (reference.DOCS / name).read_text(encoding="utf-8")
    assert reference.pages()[name] == written, "run `make docs`"


def test_reference_names_every_key_of_the_schema() -> None:
    from channelopt.scenario.schema import json_schema

    page = reference.scenario_reference()
    parts = json_schema()["$defs"]
    hidden = {"TableRow", "Operation"}
    keys = {key for name in set(parts) - hidden for key in parts[name].get("properties", {})}
    assert {key for key in keys if f"| `{key}` |" not in page} == set()


WITH_EXAMPLES = [pytest.param(page, id=page.name) for page in PAGES if examples(page)]


def test_some_pages_have_examples() -> None:
    languages = [name for page in PAGES for name, _ in examples(page)]
    assert languages.count("bash") >= 8
    assert languages.count("python") >= 8


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_EXAMPLES)
def test_examples_of_a_page_work(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands and Python run one after the other, as a reader of this page alone runs them."""
    shutil.copytree(SCENARIOS / "quickstart", tmp_path / "scenarios" / "quickstart")
    monkeypatch.chdir(tmp_path)
    for language, text in examples(page):
        if language == "python":
            exec(compile(text, "example", "exec"), {})  # noqa: S102 - our own pages
            continue
        for words in commands(text):
            done = run(*words[1:], cwd=tmp_path)
            assert done.returncode == 0, f"{shlex.join(words)}\n{done.stderr}"


def test_output_shown_in_the_pages_is_what_comes_out(tmp_path: Path) -> None:
    """A console block is a `$` line and all of what the command writes to stdout."""
    shutil.copytree(SCENARIOS / "quickstart", tmp_path / "scenarios" / "quickstart")
    shown = [block for page in PAGES for block in blocks(page, "console")]
    assert shown
    for block in shown:
        line, _, output = block.partition("\n")
        done = run(*shlex.split(line.removeprefix("$ channelopt ")), cwd=tmp_path)
        assert done.returncode in {ExitCode.SOLVED, ExitCode.INFEASIBLE}, done.stderr
        assert [row.rstrip() for row in done.stdout.splitlines()] == output.splitlines()


def test_whole_scenarios_in_the_pages_are_valid(tmp_path: Path) -> None:
    from channelopt.instance.load import load

    scenarios = [
        block for page in PAGES for block in blocks(page, "yaml") if block.startswith("format:")
    ]
    assert scenarios
    for number, text in enumerate(scenarios):
        file = tmp_path / f"page_{number}.yaml"
        file.write_text(text, encoding="utf-8")
        assert load(file).numbers.segments


def test_links_lead_somewhere() -> None:
    broken = []
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if not target.startswith(("http", "#", "mailto")):
                path = page.parent / target.split("#")[0]
                broken += [f"{page.name}: {target}"] * (not path.exists())
    assert broken == []


def test_make_targets_in_the_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        name
        for page in [*PAGES, ROOT / "CONTRIBUTING.md"]
        for name in re.findall(
            r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert {"run", "test"} <= named
    assert {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    assert [code.name for code in ExitCode if f"| {int(code)} |" not in page] == []
