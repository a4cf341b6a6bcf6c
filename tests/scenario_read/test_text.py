"""YAML, JSON and TOML: every fault with its place and its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from channelopt.scenario import compose
from tests.scenario_read.files import errors_of, read_text, write

SAVE = "save it as UTF-8 (in Excel: 'CSV UTF-8'; in an editor: 'Save with encoding' UTF-8)"
EMPTY = "E111  the file is empty; 'channelopt init' writes a scenario to start from"
NESTING = "E108  values nest deeper than 40 levels"
NOT_DECIMAL = "is not written as a decimal number"
BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 10)}]\n" for i in range(8)
)

YAML = {
    "duplicate key": (
        "format: 1\nformat: 2\n",
        "s.yaml:2:1  E105  the key 'format' is written twice, first in line 1; keep one of them",
    ),
    "duplicate id": (
        "channels:\n  a: {}\n  b: {}\n  a: {}\n",
        "s.yaml:4:3  E105  the key 'a' is written twice, first in line 2; keep one of them",
    ),
    "keys equal in normal form C": (
        "segé: 1\nsege\u0301: 2\n",
        "s.yaml:2:1  E105  the key 'segé' is written twice, first in line 1; keep one of them",
    ),
    "leading zero": (
        "a: 010\n",
        's.yaml:1:4  E109  010 begins with a zero; write 10 for the number, "010" for text',
    ),
    "hexadecimal": (
        "a: 0x1F\n",
        f's.yaml:1:4  E109  0x1F {NOT_DECIMAL}; write 31 for the number, "0x1F" for text',
    ),
    "octal": (
        "a: 0o10\n",
        f's.yaml:1:4  E109  0o10 {NOT_DECIMAL}; write 8 for the number, "0o10" for text',
    ),
    "underscore": (
        "a: 1_000\n",
        f's.yaml:1:4  E109  1_000 {NOT_DECIMAL}; write 1000 for the number, "1_000" for text',
    ),
    "not a number": (
        "a: .nan\nb: -.inf\n",
        "s.yaml:1:4  E109  expected a finite number, found .nan",
        "s.yaml:2:4  E109  expected a finite number, found -.inf",
    ),
    "overflow": ("a: 1e400\n", "s.yaml:1:4  E109  numbers go up to 1e12, found 1e400"),
    "above 1e12": (
        "a: 2000000000000\n",
        "s.yaml:1:4  E109  numbers go up to 1e12, found 2000000000000",
    ),
    "5000 digits": (
        f"a: {'9' * 5000}\n",
        "s.yaml:1:4  E109  numbers go up to 1e12, found a number of 5000 characters",
    ),
    "tab": ("a:\n\tb: 1\n", "s.yaml:2:1  E104  a tab stands here; YAML needs spaces"),
    "bad indentation": (
        "a:\n  b: 1\n c: 2\n",
        (
            "s.yaml:3:2  E104  the indentation does not fit the lines above; "
            "align the keys of one mapping"
        ),
    ),
    "two colons": (
        "a: b: c\n",
        (
            "s.yaml:1:5  E104  not valid YAML: mapping values are not allowed here; "
            "put text that holds ': ' in quotes"
        ),
    ),
    "open quote": ('a: "x\n', "s.yaml:1:4  E104  what begins here is never closed"),
    "alias bomb": (
        BOMB,
        (
            "s.yaml:5:29  E107  aliases repeat too much: at most 100 aliases that stand for "
            "100,000 values are read"
        ),
    ),
    "recursive alias": (
        "a: &a [*a]\n",
        "s.yaml:1:8  E107  the alias *a stands inside its own value",
    ),
    "unknown alias": ("a: *x\n", "s.yaml:1:4  E107  there is no anchor &x before this alias"),
    "deep brackets": (f"a: {'[' * 3000}", f"s.yaml:1:44  {NESTING}"),
    "deep blocks": ("".join(f"{' ' * i}k:\n" for i in range(60)), f"s.yaml:41:41  {NESTING}"),
    "python tag": (
        "a: !!python/object:os.system x\n",
        (
            "s.yaml:1:4  E106  explicit tags are not read, found !!python/object:os.system; "
            "remove the tag"
        ),
    ),
    "include tag": (
        "a: !include x.yaml\n",
        "s.yaml:1:4  E106  explicit tags are not read, found !include; remove the tag",
    ),
    "directive": (
        "%YAML 1.1\n---\na: 1\n",
        (
            "s.yaml:2:1  E106  directives (lines that begin with %) are not read; files are YAML "
            "1.2; remove the line"
        ),
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        (
            "s.yaml:2:1  E110  a second document begins here; a scenario is one document; "
            "remove the line '---' and what follows"
        ),
    ),
    "empty": ("", f"s.yaml  {EMPTY}"),
    "only comments": ("# nothing\n\n", f"s.yaml  {EMPTY}"),
    "a list": (
        "- a\n",
        "s.yaml:1:1  E114  expected a mapping of sections such as segments and channels",
    ),
    "NUL": (
        'a: "x\x00y"\n',
        "s.yaml:1:6  E103  the character U+0000 (control character) is not allowed; remove it",
    ),
    "text direction": (
        'a: "x\u202ey"\n',
        (
            "s.yaml:1:6  E103  the character U+202E (text direction override) is not allowed; "
            "remove it"
        ),
    ),
    "zero width": (
        "a: x\u200by\n",
        "s.yaml:1:5  E103  the character U+200B (zero-width space) is not allowed; remove it",
    ),
    "escaped characters": (
        'a: "x\\u202ey"\nb: "\\0"\n',
        (
            "s.yaml:1:4  E103  the text holds the character U+202E (text direction override); "
            "remove it"
        ),
        "s.yaml:2:4  E103  the text holds the character U+0000 (control character); remove it",
    ),
    "merge key": (
        "a: &a {b: 1}\nc:\n  <<: *a\n",
        (
            "s.yaml:3:3  E112  merge keys (<<) are not part of YAML 1.2; "
            "use 'extends', or write the values out"
        ),
    ),
    "number as name": (
        "segments: {1: {}}\n",
        "s.yaml:1:15  E112  names begin with a letter, found the number 1",
    ),
    "truth value as key": (
        "true: 1\n",
        "s.yaml:1:1  E112  keys are text, found true; put it in quotes",
    ),
    "list as key": (
        "? [1]\n: 1\n",
        "s.yaml:1:3  E112  keys are text, found a list; put it in quotes",
    ),
    "UTF-16": (
        "a: 1".encode("utf-16"),
        f"s.yaml  E102  the file is UTF-16, expected UTF-8; {SAVE}",
    ),
    "UTF-16 without mark": (
        "a: 1\nb: 2".encode("utf-16-le"),
        f"s.yaml  E102  the file looks like UTF-16, expected UTF-8; {SAVE}",
    ),
    "Windows-1252": (
        "a: 1\nb: Fähre".encode("cp1252"),
        (
            "s.yaml:2:5  E102  the file is not UTF-8; byte 0xE4 looks like 'ä' in Windows-1252; "
            f"{SAVE}"
        ),
    ),
}

JSON = {
    "duplicate key": (
        '{"a":1,\n"a":2}',
        "s.json:2:1  E105  the key 'a' is written twice, first in line 1; keep one of them",
    ),
    "NaN": ('{"a":NaN}', "s.json:1:6  E109  expected a finite number, found NaN"),
    "overflow": ('{"a":1e999}', "s.json:1:6  E109  numbers go up to 1e12, found 1e999"),
    "5000 digits": (
        f'{{"a":{"9" * 5000}}}',
        "s.json:1:6  E109  numbers go up to 1e12, found a number of 5000 characters",
    ),
    "deep": ("[" * 3000, f"s.json:1:41  {NESTING}"),
    "comment": ('{"a":1 // x\n}', "s.json:1:8  E104  not valid JSON: expecting ',' delimiter"),
    "leading zero": ('{"a":010}', "s.json:1:7  E104  not valid JSON: expecting ',' delimiter"),
    "empty": ("", f"s.json  {EMPTY}"),
    "half a character": (
        '{"a":"\\ud83d"}',
        "s.json:1:6  E103  the text holds the character U+D83D (half of a character); remove it",
    ),
    "two values": ("{} {}", "s.json:1:4  E104  not valid JSON: extra data"),
}

TOML = {
    "nan": ("x = 1\na = nan\n", "s.toml:2:5  E109  expected a finite number, found nan"),
    "duplicate key": ("a=1\na=2\n", "s.toml:2:4  E104  not valid TOML: Cannot overwrite a value"),
    "date": (
        "[s]\na = 2026-01-01\n",
        (
            "s.toml:2:5  E113  expected text, a number or a truth value, found a date "
            "(2026-01-01); put it in quotes if text is meant"
        ),
    ),
    "array of tables": (
        '[[policies]]\nname="a"\n[[policies]]\nname="b"\nx=inf\n',
        "s.toml:5:3  E109  expected a finite number, found inf",
    ),
    "deep list": (f"a = {'[' * 3000}{']' * 3000}", f"s.toml  {NESTING}"),
    "deep table": (f"a = {'{a=' * 3000}1{'}' * 3000}", f"s.toml  {NESTING}"),
    "empty": ("", "s.toml  E111  the file is empty"),
}


@pytest.mark.parametrize("case", YAML)
def test_yaml_faults(case: str, tmp_path: Path) -> None:
    content, *expected = YAML[case]
    assert read_text(tmp_path, content) == expected


@pytest.mark.parametrize("case", JSON)
def test_json_faults(case: str, tmp_path: Path) -> None:
    content, *expected = JSON[case]
    assert read_text(tmp_path, content, "s.json") == expected


@pytest.mark.parametrize("case", TOML)
def test_toml_faults(case: str, tmp_path: Path) -> None:
    content, *expected = TOML[case]
    assert read_text(tmp_path, content, "s.toml") == expected


def test_yaml_is_version_1_2(tmp_path: Path) -> None:
    """What YAML 1.1 would turn into truth values, minutes and dates stays text."""
    write(tmp_path, {"s.yaml": "a: NO\nb: on\nc: 12:30\nd: 2026-01-02\ne: 1e5\nf: true\ng: ~\n"})
    tree = compose.read(tmp_path / "s.yaml").tree
    assert tree == {
        "a": "NO",
        "b": "on",
        "c": "12:30",
        "d": "2026-01-02",
        "e": 1e5,
        "f": True,
        "g": None,
    }


def test_byte_order_mark_and_line_ends_are_accepted(tmp_path: Path) -> None:
    write(tmp_path, {"s.yaml": b"\xef\xbb\xbfa: 1\r\nb: x\r\n"})
    assert compose.read(tmp_path / "s.yaml").tree == {"a": 1, "b": "x"}


def test_joiners_are_a_warning(tmp_path: Path) -> None:
    """Some scripts write with invisible joiners, so that they are no error in a title."""
    write(tmp_path, {"s.yaml": "title: x\u200dy\n"})
    source = compose.read(tmp_path / "s.yaml")
    assert [str(w) for w in source.warnings] == [
        "s.yaml:1:9  W103  the text holds the invisible character U+200D"
    ]


def test_json_has_places_tabs_and_all_characters(tmp_path: Path) -> None:
    write(tmp_path, {"s.json": '{\n\t"a":\t"x\\ud83d\\ude00\\/",\n\t"b": {"c": [1, 0.5]}}'})
    source = compose.read(tmp_path / "s.json")
    assert source.tree == {"a": "x😀/", "b": {"c": [1, 0.5]}}
    assert str(source.places["a",]) == "s.json:2:7"
    assert str(source.places["b", "c", 1]) == "s.json:3:17"


@pytest.mark.slow
def test_long_json_is_quick_and_has_paths_for_places(tmp_path: Path) -> None:
    rows = ",\n".join('{"channel": "phone", "value": 0.5}' for _ in range(20_000))
    text = f'{{"channels": {{"phone": {{"unit_cost": 6}}}}, "tables": {{"unit_cost": [{rows}]}}}}'
    write(tmp_path, {"s.json": text})
    source = compose.read(tmp_path / "s.json")
    assert source.tables["unit_cost"].num_rows == 20_000
    assert str(source.places["channels", "phone"]) == "s.json:channels.phone"
    write(tmp_path, {"s.json": text.replace("{", '{"a": 1e400, "b": 1, "b": NaN,', 1)})
    assert errors_of(tmp_path / "s.json") == [
        "s.json  E105  the key 'b' is written twice",
        "s.json:a  E109  expected a finite number, found inf",
        "s.json:b  E109  expected a finite number, found nan",
    ]


def test_toml_equals_yaml_with_lines(tmp_path: Path) -> None:
    text = '[channels.phone]\nunit_cost = 6\n\n[[policies]]\nname = "a"\n[[policies]]\nname = "b"\n'
    write(tmp_path, {"s.toml": text})
    source = compose.read(tmp_path / "s.toml")
    assert source.tree == {
        "channels": {"phone": {"unit_cost": 6}},
        "policies": [{"name": "a"}, {"name": "b"}],
    }
    assert str(source.places["channels", "phone", "unit_cost"]) == "s.toml:2:13"
    assert str(source.places["policies", 1, "name"]) == "s.toml:7:8"


def test_places_of_block_values_are_their_keys(tmp_path: Path) -> None:
    write(tmp_path, {"s.yaml": "channels:\n  phone:\n    unit_cost: 6.2\n    x: [1, 2]\n"})
    places = compose.read(tmp_path / "s.yaml").places
    assert {path: str(place) for path, place in places.items()} == {
        (): "s.yaml:1:1",
        ("channels",): "s.yaml:1:1",
        ("channels", "phone"): "s.yaml:2:3",
        ("channels", "phone", "unit_cost"): "s.yaml:3:16",
        ("channels", "phone", "x"): "s.yaml:4:8",
        ("channels", "phone", "x", 0): "s.yaml:4:9",
        ("channels", "phone", "x", 1): "s.yaml:4:12",
    }


def test_aliases_within_reason_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"s.yaml": "a: &x {k: 1}\nb: *x\nc: *x\n"})
    assert compose.read(tmp_path / "s.yaml").tree == {"a": {"k": 1}, "b": {"k": 1}, "c": {"k": 1}}


@pytest.mark.parametrize("name", ["s.yaml", "s.json", "s.toml"])
def test_large_files_are_refused_before_reading(name: str, tmp_path: Path) -> None:
    with (tmp_path / name).open("wb") as stream:
        stream.truncate(6 * 2**20)
    assert errors_of(tmp_path / name) == [
        f"{name}  E101  the file has 6.0 MB; at most 5 MB are read"
    ]


def test_finding_the_file(tmp_path: Path) -> None:
    missing = errors_of(tmp_path / "plam")
    (tmp_path / "plan").mkdir()
    assert missing == [f"{tmp_path}/plam  E100  there is no file or folder '{tmp_path}/plam'"]
    assert errors_of(tmp_path / "plam")[0].endswith("did you mean 'plan'?")
    assert errors_of(tmp_path / "plan")[0].endswith("; 'channelopt init' writes one")
    write(tmp_path, {"plan/scenario.yaml": "a: 1", "plan/scenario.json": "{}"})
    assert (
        "holds scenario.yaml and scenario.json; keep one of them" in errors_of(tmp_path / "plan")[0]
    )
    write(tmp_path, {"x.txt": "a"})
    assert "is no scenario file" in errors_of(tmp_path / "x.txt")[0]


def test_the_name_is_the_folder_or_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"bank/scenario.yaml": "a: 1", "single.yaml": "a: 1"})
    assert compose.read(tmp_path / "bank").name == "bank"
    assert compose.read(tmp_path / "single.yaml").name == "single"
