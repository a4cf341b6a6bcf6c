"""Text from users is data: no escapes, no markup, no direction tricks reach a terminal."""

from pathlib import Path

import pytest

from channelopt.cli.console import plain
from channelopt.cli.folders import default_out
from channelopt.cli.numbers import figure, money, percent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Filiale Zürich 東京 🏦", "Filiale Zürich 東京 🏦"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"),
        ("bell\x07 null\x00 del\x7f csi\x9b31m", "bell null del csi31m"),
        ("right\u202eleft\u2066x", "rightleftx"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tab\there", "tab here"),
        ("[red]markup[/red]", "[red]markup[/red]"),
        ("lone\udcffbyte", "lonebyte"),
        ("\r\x1b", ""),
    ],
)
def test_plain_text(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_default_out_names_scenario_and_steps(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    assert default_out(folder, []) == Path("runs/bank")
    assert default_out(folder, [("vary", "strike")]) == Path("runs/bank-strike")
    once = default_out(folder, [("set", "a=1")])
    assert once.name.startswith("bank-set-")
    assert once != default_out(folder, [("set", "a=2")])
    assert once == default_out(folder, [("set", "a=1")])


def test_default_out_of_files(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").touch()
    (tmp_path / "plan.xlsx").touch()
    assert default_out(tmp_path / "scenario.yaml", []) == Path("runs") / tmp_path.name
    assert default_out(tmp_path / "plan.xlsx", []) == Path("runs/plan")


@pytest.mark.parametrize("name", ["con", "../up", "a\nb", "x" * 300, "?*", "täglich 東京"])
def test_default_out_is_a_safe_name(name: str, tmp_path: Path) -> None:
    out = default_out(tmp_path, [("vary", name)])
    assert out.parent == Path("runs")
    assert len(out.name.encode()) <= 80
    assert not set(out.name) & set('\n/\\:?*"<>|')


def test_default_out_avoids_names_of_devices(tmp_path: Path) -> None:
    (tmp_path / "nul.yaml").touch()
    assert default_out(tmp_path / "nul.yaml", []).name == "nul_"


def test_long_names_that_differ_stay_different(tmp_path: Path) -> None:
    first = default_out(tmp_path, [("vary", "x" * 300)])
    assert first != default_out(tmp_path, [("vary", "x" * 301)])


def test_numbers() -> None:
    assert money(1234567.8) == "1,234,568"
    assert money(12.5) == "12.50"
    assert money(None) == "-"
    assert percent(0.12345, 2) == "12.35%"
    assert percent(float("inf")) == "-"
    assert figure(0.5, "share") == "50.0%"
    assert figure(7.0, "number") == "7"
    assert figure(7.25, "number") == "7.2"
    assert figure(1.0, "ratio") == "1.000"
    assert figure(float("nan"), "ratio") == "-"
