"""What a store lists: every run, nothing else, and every damaged folder with the reason."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from channelopt.errors import UsageError
from channelopt.plan import folder
from channelopt.store import beside, index, stamps, tags
from channelopt.store.listing import Listing, listing
from tests.plan.test_plan import make_plan
from tests.store.small import make


@pytest.fixture(autouse=True)
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are just written may be remembered, so that the index is used at all."""
    monkeypatch.setattr(stamps, "YOUNG", -1)


def names(found: Listing) -> list[str]:
    return sorted(one.name for one in found.records)


def test_a_run_is_listed_with_what_its_files_say(tmp_path: Path) -> None:
    plan = make_plan()
    run = folder.write(plan, tmp_path / "one", documents={"report.md": "# Plan\n"})
    tags.change(run, ["base", "board meeting"])
    (record,) = listing(tmp_path).records
    assert record.kpis == plan.kpis
    assert (record.objective, record.bound, record.gap) == (plan.objective, plan.bound, plan.gap)
    assert (record.status, record.title) == (plan.status, plan.names.scenario)
    assert record.digest == plan.manifest["digest"]
    assert (record.solver, record.version) == ("highs", "1.13.0")
    assert record.tags == ("base", "board meeting")
    assert record.is_checked
    assert record.edited == record.beside == record.strange == record.notes == ()
    json.dumps(record.as_data(), allow_nan=False)


def test_newest_first_and_unchanged_by_tags(tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b", "c")):
        manifest = make(tmp_path, name) / "manifest.json"
        os.utime(manifest, (1000 + number % 2, 1000 + number % 2))
    tags.change(tmp_path / "a", ["late"])
    assert [one.name for one in listing(tmp_path).records] == ["b", "a", "c"]


def test_what_is_clearly_no_run_is_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "run")
    make(tmp_path, ".channelopt-0123456789abcdef")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "scenario").mkdir()
    (tmp_path / "scenario" / "scenario.yaml").write_text("format: 1")
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "manifest.json").write_text('{"kind": "sweep", "outputs": {}}')
    make(tmp_path / "deep", "below")
    make(tmp_path.parent / f"{tmp_path.name}-elsewhere", "run")
    (tmp_path / "link").symlink_to(tmp_path.parent / f"{tmp_path.name}-elsewhere" / "run")
    for _ in range(2):
        found = listing(tmp_path)
        assert (names(found), found.damaged) == (["run"], ())


def cut(name: str, size: int) -> Callable[[Path], object]:
    return lambda run: (run / name).write_bytes((run / name).read_bytes()[:size])


def manifest(change: Callable[[dict], object]) -> Callable[[Path], object]:
    def damage(run: Path) -> None:
        data = json.loads((run / "manifest.json").read_text())
        change(data)
        (run / "manifest.json").write_text(json.dumps(data))

    return damage


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda run: (run / "manifest.json").unlink(), "manifest.json is missing"),
    "no plan": (lambda run: (run / "plan.json").unlink(), "plan.json is missing"),
    "no table": (lambda run: (run / "staff.csv").unlink(), "staff.csv is missing"),
    "first file only": (
        lambda run: [one.unlink() for one in run.iterdir() if one.name != "allocation.csv"],
        "manifest.json is missing",
    ),
    "cut manifest": (cut("manifest.json", 300), "manifest.json is damaged or cut off"),
    "cut plan": (cut("plan.json", 300), "plan.json is damaged or cut off"),
    "empty plan": (cut("plan.json", 0), "plan.json is damaged or cut off"),
    "cut table": (cut("staff.csv", 40), "staff.csv cannot be read"),
    "empty table": (cut("staff.csv", 0), "staff.csv is empty"),
    "a list": (lambda run: (run / "plan.json").write_text("[1]"), "holds no JSON object"),
    "not a number": (lambda run: (run / "plan.json").write_text('{"a": NaN}'), "not JSON"),
    "deep": (lambda run: (run / "plan.json").write_text("[" * 99999), "not JSON"),
    "a folder": (
        lambda run: ((run / "plan.json").unlink(), (run / "plan.json").mkdir()),
        "plan.json cannot be read",
    ),
    "binary table": (
        lambda run: (run / "staff.csv").write_bytes(b"\xff\xfe\0"),
        "staff.csv cannot be read: not UTF-8",
    ),
    "other figures": (
        lambda run: (run / "plan.json").write_text(
            (run / "plan.json").read_text().replace('"optimal"', '"feasible"')
        ),
        "plan.json is not as it was written",
    ),
    "another version": (manifest(lambda data: data.update(format=2)), "another version"),
    "no hashes": (manifest(lambda data: data.pop("outputs")), "outputs missing"),
    "odd digest": (manifest(lambda data: data.update(digest=7)), "digest missing or wrong"),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_folder_is_named_and_left_alone(case: str, tmp_path: Path) -> None:
    damage, words = DAMAGES[case]
    make(tmp_path, "sound")
    run = make(tmp_path, "bad")
    assert names(listing(tmp_path)) == ["bad", "sound"]
    damage(run)
    before = sorted(path.name for path in run.iterdir())
    for rebuild in (False, False, True):
        found = listing(tmp_path, rebuild=rebuild)
        assert names(found) == ["sound"]
        (one,) = found.damaged
        assert one.name == "bad"
        assert words in "; ".join(one.reasons)
    assert sorted(path.name for path in run.iterdir()) == before


def test_an_edit_is_listed_as_one(tmp_path: Path) -> None:
    run = make(tmp_path, "run")
    assert listing(tmp_path).records[0].edited == ()
    text = (run / "staff.csv").read_text()
    (run / "staff.csv").write_text(text.replace("agents,4,", "agents,5,"))
    (run / "report.md").write_text("other words")
    assert listing(tmp_path).records[0].edited == ("report.md", "staff.csv")


def test_names_in_a_manifest_lead_nowhere_else(tmp_path: Path) -> None:
    run = make(tmp_path, "run")
    (tmp_path / "secret.csv").write_text("x")
    manifest(lambda data: data["outputs"].update({"../secret.csv": "0", "/etc/passwd": "0"}))(run)
    assert listing(tmp_path).records[0].edited == ()


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        make(tmp_path, name)
    told: list[int] = []
    listing(tmp_path, news=told.append)
    listing(tmp_path, news=told.append)
    tags.change(tmp_path / "b", ["x"])
    listing(tmp_path, news=told.append)
    shutil.rmtree(tmp_path / "c")
    make(tmp_path, "d")
    listing(tmp_path, news=told.append)
    assert told == [3, 1, 1]
    assert [one.tags for one in sorted(listing(tmp_path).records, key=lambda one: one.name)] == [
        (),
        ("x",),
        (),
    ]


def test_what_was_written_a_moment_ago_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the disk ticks slowly: two changes within one tick look alike."""
    monkeypatch.setattr(stamps, "YOUNG", 2_000_000_000)
    make(tmp_path, "a")
    told: list[int] = []
    listing(tmp_path, news=told.append)
    listing(tmp_path, news=told.append)
    assert told == [1, 1]


class TestIndex:
    """The index is only a cache: whatever happens to it, the list is the same."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Path:
        for number in range(20):
            make(tmp_path, f"run-{number}", float(number))
        make(tmp_path, "bad").joinpath("plan.json").unlink()
        return tmp_path

    def test_deleted(self, store: Path) -> None:
        before = listing(store)
        (store / index.FILE).unlink()
        assert listing(store) == before
        assert (store / index.FILE).exists()

    @pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"x" * 9])
    def test_garbage(self, store: Path, content: bytes) -> None:
        before = listing(store)
        (store / index.FILE).write_bytes(content)
        assert listing(store) == before
        told: list[int] = []
        assert listing(store, news=told.append) == before
        assert told == []  # and it is whole again

    def test_every_flipped_byte_and_every_cut(self, store: Path) -> None:
        before = listing(store)
        raw = (store / index.FILE).read_bytes()
        for at in range(0, len(raw), len(raw) // 9):
            flipped = raw[:at] + bytes([raw[at] ^ 0x5A]) * min(7, len(raw) - at) + raw[at + 7 :]
            for content in (flipped, raw[:at]):
                (store / index.FILE).write_bytes(content)
                assert listing(store) == before, at

    def test_of_another_version(self, store: Path) -> None:
        """Its rows may mean something else, although they look the same."""
        before = listing(store)
        with sqlite3.connect(store / index.FILE) as connection:
            connection.execute("PRAGMA user_version = 999")
            rows = connection.execute("SELECT name, stamp, content FROM runs").fetchall()
            for name, stamp, content in rows:
                other = content.replace('"profit": ', '"profit": 9')
                row = (other, index._sum(name, stamp, other), name)
                connection.execute("UPDATE runs SET content = ?, sum = ? WHERE name = ?", row)
        connection.close()
        assert listing(store) == before

    def test_of_another_shape(self, store: Path) -> None:
        before = listing(store)
        with sqlite3.connect(store / index.FILE) as connection:
            connection.execute("DROP TABLE runs")
            connection.execute("CREATE TABLE runs (other TEXT)")
        connection.close()
        assert listing(store) == before

    def test_of_another_store(self, store: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        other = tmp_path_factory.mktemp("other")
        make(other, "run-1", 777.0)
        make(other, "unknown", 778.0)
        listing(other)
        before = listing(store)
        shutil.copy(other / index.FILE, store / index.FILE)
        assert listing(store) == before

    def test_a_folder_or_a_link_in_its_place(self, store: Path, tmp_path: Path) -> None:
        before = listing(store)
        (store / index.FILE).unlink()
        (store / index.FILE).mkdir()
        assert listing(store) == before
        (store / index.FILE).rmdir()
        precious = tmp_path / "precious"
        precious.write_bytes(b"mine")
        (store / index.FILE).symlink_to(precious)
        assert listing(store) == before
        assert precious.read_bytes() == b"mine"

    def test_locked_by_another_process(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index, "PATIENCE", 0.01)
        before = listing(store)
        holder = sqlite3.connect(store / index.FILE, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        make(store, "new")
        assert names(listing(store)) == sorted([*names(before), "new"])
        holder.execute("ROLLBACK")
        holder.close()
        assert names(listing(store)) == sorted([*names(before), "new"])

    def test_a_store_that_cannot_be_written(
        self, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object, **kwargs: object) -> None:
            raise sqlite3.OperationalError("unable to open database file")

        before = listing(store)
        (store / index.FILE).unlink()
        monkeypatch.setattr(sqlite3, "connect", refuse)
        assert listing(store) == before


class TestTwoProcesses:
    """A large store is looked at by two processes; the list is the same."""

    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(beside, "LEAST", 2)
        monkeypatch.setattr(os, "cpu_count", lambda: 2)
        for number in range(7):
            make(tmp_path, f"run-{number}", float(number))
        return tmp_path

    def test_the_same_list(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = stamps.folders(store)
        monkeypatch.setattr(beside, "LEAST", 100)
        assert stamps.folders(store) == found
        assert sorted(found) == [f"run-{number}" for number in range(7)]

    def test_one_that_fails_or_cannot_be_started_costs_nothing(
        self, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = stamps.folders(store)

        def refuse() -> int:
            raise OSError

        with monkeypatch.context() as patch:
            patch.setattr(os, "fork", refuse, raising=False)
            assert stamps.folders(store) == before
        parent, of = os.getpid(), stamps.of

        def fail(path: str) -> object:
            if os.getpid() != parent:
                raise MemoryError
            return of(path)

        monkeypatch.setattr(stamps, "of", fail)
        assert stamps.folders(store) == before


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the store"):
        listing(tmp_path / "nowhere")


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"r\xff\xfen")
    try:
        make(tmp_path, name)
    except OSError:
        pytest.skip("this disk takes no such names")
    for _ in range(2):
        assert names(listing(tmp_path)) == [name]
