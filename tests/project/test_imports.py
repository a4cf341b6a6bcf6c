"""What starting the program loads: no solver, no pandas, no plotting before they are needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"
HEAVY = {
    "highspy",
    "ortools",
    "pulp",
    "pandas",
    "matplotlib",
    "plotly",
    "altair",
    "jinja2",
    "scipy.optimize",
}
REPORT = """
import json, sys
{statement}
print("LOADED " + json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(statement: str) -> set[str]:
    """The modules that a new interpreter holds after a statement."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(statement=statement)],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    line = next(line for line in done.stderr.splitlines() if line.startswith("LOADED "))
    return set(json.loads(line.removeprefix("LOADED ")))


def command(*arguments: str) -> str:
    """A statement that runs the command line and expects success."""
    return f"""
from channelopt.cli import main
sys.argv = ["channelopt", *{arguments!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def test_help_loads_nothing_heavy() -> None:
    modules = loaded(command("--help"))
    assert "channelopt.cli.app" in modules
    assert modules & (HEAVY | {"numpy", "scipy", "openpyxl", "ruamel.yaml"}) == set()


@pytest.mark.parametrize("name", ["solve", "validate", "verify", "doctor"])
def test_help_of_a_command_loads_nothing_heavy(name: str) -> None:
    assert loaded(command(name, "--help")) & (HEAVY | {"numpy", "scipy"}) == set()


def test_validate_loads_no_solver_and_no_pandas() -> None:
    modules = loaded(command("validate", str(QUICKSTART)))
    assert "channelopt.instance.load" in modules
    assert modules & (HEAVY | {"scipy.sparse", "channelopt.pipeline"}) == set()


def test_runs_list_loads_no_numbers() -> None:
    """Thousands of runs are to be listed in the time that numpy alone would take to load."""
    modules = loaded(command("runs", "list"))
    assert "channelopt.store.listing" in modules
    assert modules & (HEAVY | {"numpy", "scipy", "channelopt.pipeline"}) == set()


def test_schema_loads_no_solver_and_no_pandas() -> None:
    modules = loaded(command("schema"))
    assert "channelopt.scenario.schema" in modules
    assert modules & HEAVY == set()


def test_import_channelopt_is_light() -> None:
    modules = loaded("import channelopt; channelopt.__version__; dir(channelopt)")
    assert "channelopt" in modules
    assert modules & (HEAVY | {"numpy", "scipy", "pydantic", "rich", "typer"}) == set()
