"""Wrong scenarios: exit code 3, one clear line with its place, no traceback, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.program import BASE, based, call, files_in, write

S = "s.yaml"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + k)}: &{chr(98 + k)} [{','.join(['*' + chr(97 + k)] * 9)}]\n" for k in range(9)
)
LOOP = ("satisfaction: 0.9", "satisfaction: 0.9, resolution: 0, unresolved: {phone: 1}")

YAML = {
    "duplicate key": (BASE + "title: a\ntitle: b\n", "s.yaml:16:1", "twice, first in line 15"),
    "octal": (based(("customers: 100", "customers: 0o10")), "s.yaml:4:18", "0o10"),
    "hexadecimal": (based(("unit_cost: 5", "unit_cost: 0x1F")), "s.yaml:9:35", "write 31"),
    "underscores": (based(("margin: 80", "margin: 1_000")), "s.yaml:5:30", "write 1000"),
    "leading zero": (based(("margin: 50", "margin: 010")), "s.yaml:4:31", "write 10"),
    "clock time": (BASE + "steering: 12:30\n", "s.yaml:15:11", "expected a number"),
    "not a number": (based(("margin: 50", "margin: .nan")), "s.yaml:4:31", "finite"),
    "infinite": (based(("margin: 50", "margin: -.inf")), "s.yaml:4:31", "finite"),
    "too large": (based(("margin: 50", "margin: 1e400")), "s.yaml:4:31", "up to 1e12"),
    "5,000 digits": (based(("margin: 50", f"margin: {'9' * 5000}")), "s.yaml:4:31", "up to 1e12"),
    "German number": (based(("margin: 50", 'margin: "1.200,5"')), "s.yaml:4:31", "write 1200.5"),
    "percent": (based(("margin: 50", "margin: 12 %")), "s.yaml:4:31", "write 0.12"),
    "a list as text": (based(("margin: 50", 'margin: "50, 45"')), "s.yaml:4:31", "'50, 45'"),
    "tab": (BASE + "staff:\n\tx: 1\n", "s.yaml:16:1", "YAML needs spaces"),
    "bad indent": ("format: 1\n segments:\n  a: 1\n b: 2\n", "s.yaml:2:10", "not valid YAML"),
    "alias bomb": (BOMB, "s.yaml:6", "aliases repeat too much"),
    "alias in itself": ("segments: &a [*a]\n", "s.yaml:1:15", "inside its own value"),
    "3,000 brackets": ("x: " + "[" * 3000 + "]" * 3000, "s.yaml:1:44", "deeper than 40 levels"),
    "open brackets": ("x: " + "[" * 3000, "s.yaml:1:44", "deeper than 40 levels"),
    "5 MB": ("# " + "x" * 5_300_000 + "\n" + BASE, "s.yaml", "at most 5 MB"),
    "Python tag": (BASE + "title: !!python/object:os.system x\n", "s.yaml:15:8", "explicit tags"),
    "include": (BASE + "title: !include x\n", "s.yaml:15:8", "explicit tags"),
    "two documents": (BASE + "---\nformat: 1\n", "s.yaml:15:1", "one document"),
    "empty": ("", "s.yaml", "channelopt init"),
    "only comments": ("# hi\n", "s.yaml", "channelopt init"),
    "UTF-16": (BASE.encode("utf-16"), "s.yaml", "UTF-16"),
    "Windows-1252": ((BASE + "title: Müller\n").encode("cp1252"), "s.yaml:15:9", "'ü'"),
    "NUL": (BASE + 'title: "a\x00b"\n', "s.yaml:15:10", "U+0000"),
    "escaped NUL": (BASE + 'title: "a\\0b"\n', "s.yaml:15:8", "U+0000"),
    "direction override": (BASE + 'title: "a\u202eb"\n', "s.yaml:15:10", "U+202E"),
    "zero width": (BASE + 'title: "a\u200bb"\n', "s.yaml:15:10", "U+200B"),
    "Cyrillic id": (based(("web:", "w\u0435b:")), "s.yaml:10:", "U+0435"),
    "capital id": (based(("web:", "Web:")), "s.yaml:10:", "write 'web'"),
    "misspelt key": (based(("customers: 100", "custmers: 100")), "s.yaml:4:17", "mean 'customers'"),
    "unknown segment": (based(("segment: a", "segment: aa")), "s.yaml:13:", "did you mean 'a'"),
    "no segments": ("format: 1\nsegments:\ninteractions:\nchannels:\n", "s.yaml:3:1", "is missing"),
    "a list": ("- a\n- b\n", "s.yaml:1:1", "expected a mapping"),
    "text": ("hello\n", "s.yaml:1:1", "expected a mapping"),
    "negative": (based(("unit_cost: 5", "unit_cost: -5")), "s.yaml:9:35", "at least 0, found -5"),
    "no customers": (based(("customers: 100", "customers: 0")), "s.yaml:4:18", "more than 0"),
    "true for a number": (based(("margin: 50", "margin: true")), "s.yaml:4:31", "found true"),
    "a number for text": (BASE + "title: 5\n", "s.yaml:15:8", 'put it in quotes: "5"'),
    "long title": (BASE + f"title: {'x' * 300}\n", "s.yaml:15:8", "at most 200 characters"),
    "85 for 0.85": (based(("satisfaction: 0.9", "satisfaction: 90")), "s.yaml:9:", "write 0.9"),
    "newer format": (based(("format: 1", "format: 2")), "s.yaml:1:9", "newer version"),
    "no format": (based(("format: 1\n", "")), "s.yaml:1:1", "format is missing"),
    "contacts for ever": (based(LOOP), "s.yaml:9:", "phone -> phone"),
    "too many contacts": (
        based(("customers: 100", "customers: 1e12"), ("value: 2", "value: 1000")),
        "s.yaml:3:1",
        "1e+15 contacts",
    ),
    "nobody can serve": (
        based(("tables:\n", "tables:\n  eligible: [{segment: a, value: false}]\n")),
        "s.yaml:7:",
        "no channel can take the contacts of (a, q)",
    ),
    "shares of 90 %": (
        based(
            (
                "tables:\n",
                ("tables:\n  baseline_share: [{segment: a, channel: phone, value: 0.5}, "
                "{segment: a, channel: web, value: 0.4}]\n"),
            )
        ),
        "s.yaml:12:",
        "sum to 0.9, expected 1",
    ),
}  # fmt: skip

PATHS = (
    "../../etc/passwd",
    "/etc/passwd",
    "C:/x.csv",
    "\\\\srv\\x.csv",
    "file:///etc/passwd",
    "http://x/y.csv",
    "..\\x.csv",
    "~/x.csv",
    "",
)

CSV = {
    "ambiguous": (b"segment;channel;value\na;phone;1.234\n", "u.csv:2:value", "thousands"),
    "two marks": (b"segment;channel;value\na;phone;1,5\nb;phone;2.5\n", "u.csv:3:value", "mix"),
    "thousands": (b"segment;channel;value\na;phone;1.234,5\n", "u.csv:2:value", "write 1234.5"),
    "short row": (b"segment,channel,value\na,phone\n", "u.csv:2", "2 cells, the header has 3"),
    "long row": (b"segment,channel,value\na,phone,1,2\n", "u.csv:2", "4 cells, the header has 3"),
    "open quote": (b'segment,channel,value\na,"phone,1\nb,web,2\n', "u.csv:2", "never closed"),
    "twin columns": (b"segment,channel,value,value\na,phone,1,2\n", "u.csv:1:value", "two columns"),
    "column of notes": (b"segment,channel,value,note\na,phone,1,hi\n", "u.csv:1:note", "'hi'"),
    "misspelt header": (b"segmnt,channel,value\na,phone,1\n", "u.csv:1:segmnt", "'segment'"),
    "only a header": (b"segment,channel,value\n", "u.csv:1", "no rows"),
    "empty": (b"", "u.csv", "empty"),
    "text": (b"segment,channel,value\na,phone,1\nb,phone,oops\n", "u.csv:3:value", "'oops'"),
    "error value": (b"segment,channel,value\na,web,#N/A\nb,web,1\n", "u.csv:2:value", "#N/A"),
    "formula": (b"segment,channel,value\na,phone,=1+1\nb,web,1\n", "u.csv:2:value", "'=1+1'"),
    "twin rows": (b"segment,channel,value\na,phone,1\na,phone,1\n", "u.csv:2:value", "u.csv:3"),
    "NUL": (b"segment,channel,value\na,pho\0ne,1\n", "u.csv:2:6", "U+0000"),
    "mixed kinds": (b"segment,phone,q\na,1,2\n", "u.csv:1:q", "'q' is an interaction"),
    "UTF-16": ("segment,channel,value\na,phone,1\n".encode("utf-16"), "u.csv", "UTF-16"),
    "column without a name": (b"segment,channel,value,\na,phone,1,2\n", "u.csv:1", "has no name"),
}  # fmt: skip

SETS = {
    "a.b=1": "there is no 'a' in a scenario",
    "segments.a.customrs=1": "nearest: segments.a.customers",
    "segments.a.customers=1,5": "write 1.5",
    "segments.a.customers=nan": "expected a number",
    "segments.a.customers=": "the value is missing",
    "segments.a.customers": "expected PATH=VALUE",
    "": "expected PATH=VALUE",
    "segments.a.customers*=x": "expected a number to multiply",
    "segments.a.customers=!!int 5": "explicit tags",
    "channels.phone.unit_cost[2030]=1": "there is no period '2030'",
    "tables.nope=1": "there is no table 'nope'",
    "policies.x.at_most=1": "the scenario sets no 'policies'",
    "segments.a=null": "segment 'a' does not exist",
}


def refused(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    before = files_in(folder)
    ended = call(folder, monkeypatch, *arguments)
    assert ended.code == 3, ended
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert "Internal error" not in ended.err
    assert max(map(len, ended.err.splitlines())) < 400
    assert files_in(folder) == before
    return ended.err


@pytest.mark.parametrize("name", YAML)
def test_yaml(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, place, words = YAML[name]
    write(tmp_path, {S: content})
    said = refused(tmp_path, monkeypatch, "validate", S)
    assert place in said
    assert words in said


@pytest.mark.parametrize("name", CSV)
def test_csv(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, place, words = CSV[name]
    write(tmp_path, {S: based(("tables:\n", "tables:\n  unit_cost: u.csv\n")), "u.csv": content})
    said = refused(tmp_path, monkeypatch, "validate", S)
    assert place in said
    assert words in said


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("where", ["tables", "extends"])
def test_paths_that_escape(
    path: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = based(("tables:\n", f"tables:\n  unit_cost: '{path}'\n"))
    write(tmp_path, {S: text if where == "tables" else f"extends: '{path}'\n{BASE}"})
    said = refused(tmp_path, monkeypatch, "validate", S)
    assert "E140" in said


@pytest.mark.parametrize("text", SETS)
def test_overrides(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {S: BASE})
    said = refused(tmp_path, monkeypatch, "validate", S, "--set", text)
    assert SETS[text] in said
    assert "write nan" not in said


@pytest.mark.parametrize(
    ("files", "scenario", "words"),
    [
        ({"f": None}, "f", "holds no scenario.yaml"),
        ({}, "nope.yaml", "there is no file or folder"),
        ({"scenaro.yaml": BASE}, "scenario.yaml", "did you mean 'scenaro.yaml'"),
        ({"s.txt": BASE}, "s.txt", "no scenario file"),
        ({}, "x" * 300 + ".yaml", "too long"),
        (
            {S: based(("tables:\n", "tables:\n  unit_cost: t.csv\n")), "t.csv": None},
            S,
            "not a file",
        ),
        ({"a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n"}, "a.yaml", "in a circle"),
        ({"s.json": '{"format": 1, "format": 1}'}, "s.json", "written twice"),
        ({"s.toml": "format = 1\nformat = 2\n"}, "s.toml", "not valid TOML"),
        ({"s.xlsx": "no workbook"}, "s.xlsx", "s.xlsx"),
    ],
)
def test_files(
    files: dict[str, str | bytes | None],
    scenario: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path, files)
    assert words in refused(tmp_path, monkeypatch, "solve", scenario)
