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


def commands(page: Path) -> list[list[str]]:
    """The lines of a page's bash blocks that call the program, without comments."""
    lines = [line for block in blocks(page, "bash") for line in block.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    return [line for line in words if line and line[0] == "channelopt"]


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


def test_some_pages_have_commands() -> None:
    assert sum(len(commands(page)) for page in PAGES) >= 8


WITH_COMMANDS = [pytest.param(page, id=page.name) for page in PAGES if commands(page)]


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_of_a_page_work(page: Path, tmp_path: Path) -> None:
    """The commands run one after the other, as a reader would type them."""
    shutil.copytree(SCENARIOS / "quickstart", tmp_path / "scenarios" / "quickstart")
    for words in commands(page):
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


@pytest.mark.slow
def test_python_examples_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SCENARIOS / "quickstart", tmp_path / "scenarios" / "quickstart")
    monkeypatch.chdir(tmp_path)
    examples = [block for page in PAGES for block in blocks(page, "python")]
    assert examples
    for text in examples:
        exec(compile(text, "example", "exec"), {})  # noqa: S102 - our own pages


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
