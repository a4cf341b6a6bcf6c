"""docs/service-levels.md: its snippet prints what it says, its tables hold what is computed."""

import contextlib
import io
import re
from pathlib import Path

from channelopt.terms import waiting
from tests.terms.test_published_waiting import target

PAGE = Path(__file__).parents[2] / "docs" / "service-levels.md"


def test_the_snippet_prints_what_the_page_says() -> None:
    code, printed = re.search(
        r"```python\n(.*?)```\s+```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    ).groups()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})  # noqa: S102
    assert out.getvalue() == printed


def test_the_table_holds_what_is_computed() -> None:
    lines = re.findall(r"^\| \d.*\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    computed = [_line(load, patience) for patience in (None, 5.0) for load in (10.0, 40.0)]
    assert lines == computed


def _line(load: float, patience: float | None) -> str:
    goal = target(patience=patience)
    agents = waiting.agents_needed(goal, load)
    found = waiting.figures(goal, agents, load)
    levels = [waiting.level(goal, agents + more, load) for more in (0, -1, 1)]
    cells = [f"{load:.0f}", f"{agents}", *(f"{100 * level:.1f} %" for level in levels)]
    cells += [f"{found.mean_wait_seconds:.1f} s", f"{100 * found.occupancy:.0f} %"]
    hang_up = "" if patience is None else f"{100 * found.abandonment:.1f} % "
    return "| " + " | ".join(cells) + " | " + hang_up + "|"
