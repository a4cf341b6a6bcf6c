"""What must not be in the project: paths of a machine, hosts of a registry, giant files."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOSTS = "|".join(["py" + "pi", "python" + "hosted", "np" + "mjs"])
FORBIDDEN = {
    "a registry's host": re.compile(rf"https?://[a-z.]*({HOSTS})\b"),
    "a path of a machine": re.compile(r"(?<![\w.<>{}*)/])/(home|root|Users|work)/\w"),
    "a path of a Windows machine": re.compile(r"\b[C]:\\Users\\"),
}
LARGEST = 2_000_000


def tracked() -> list[Path]:
    """The files that git tracks; the test is skipped outside a clone."""
    try:
        listing = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True
        ).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    names = listing.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_text_files_hold_none(what: str) -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [
            f"{path.relative_to(ROOT)}: {match.group(0)}"
            for match in FORBIDDEN[what].finditer(text)
            if "\0" not in text
        ]
    assert found == []


def test_the_patterns_find_what_they_should() -> None:
    assert FORBIDDEN["a path of a machine"].search('open("/' + 'home/ann/x")')
    assert FORBIDDEN["a registry's host"].search("https://" + "files.python" + "hosted.org/x")
    assert not FORBIDDEN["a path of a machine"].search("https://example.org/" + "work/x")


def test_no_giant_file() -> None:
    giants = {str(p.relative_to(ROOT)) for p in tracked() if p.stat().st_size > LARGEST}
    assert giants == set()


def test_constraints_pin_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 30
    assert [line for line in pins if not re.fullmatch(r"[\w.\-]+==[\w.!+]+", line)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += [need for need in extra if not need.startswith("channelopt")]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {canonical(line.split("==")[0]) for line in pins.splitlines() if "==" in line}
    missing = {canonical(re.split(r"[<>=!~\[; ]", need)[0]) for need in wanted} - pinned
    assert missing == set()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
