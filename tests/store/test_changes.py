"""Finding, tagging and removing runs of a store."""

import os
import shutil
from pathlib import Path

import pytest

from channelopt.errors import UsageError
from channelopt.plan import folder
from channelopt.plan.staging import OutputError
from channelopt.store import removing, tags
from channelopt.store.finding import Run, find
from tests.plan.test_plan import make_plan
from tests.store.small import make


def content(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
        if not path.name.startswith(".index")
    }


def remove(store: Path, named: str) -> None:
    run = find(store, named)
    removing.remove(run.path, removing.check(store, run))


class TestFind:
    def test_by_name_path_and_hash(self, tmp_path: Path) -> None:
        store = tmp_path / "runs"
        run = make(store, "base", digest="abcd" * 16)
        make(store, "other", digest="abce" * 16)
        for named in ("base", str(run), f"{run}/", "abcd", "ABCDabcd", "abcd" * 16):
            assert find(store, named).record.name == "base"

    def test_what_is_not_there(self, tmp_path: Path) -> None:
        make(tmp_path, "base", digest="abcd" * 16)
        make(tmp_path, "again", digest="abcd" * 16)
        (tmp_path / "empty").mkdir()
        (make(tmp_path, "bad") / "plan.json").unlink()
        for named, words in {
            "bsae": "did you mean 'base'",
            "abc": "there is no run 'abc'",
            "abcdabcd": "several runs: again, base",
            "ffff": "there is no run",
            "empty": "there is no run",
            "bad": "is damaged: plan.json is missing",
            "": "there is no run",
            "..": "there is no run",
            "base/../../x": "there is no run",
            "x\0y": "there is no run",
        }.items():
            with pytest.raises(UsageError, match=words):
                find(tmp_path, named)


class TestTags:
    def test_add_and_remove(self, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        assert tags.change(run, ["b", " a ", "b"]) == ("a", "b")
        assert tags.change(run, ["a", "ü ☃"]) == ("a", "b", "ü ☃")
        assert tags.change(run, ["b"], remove=True) == ("a", "ü ☃")
        assert tags.change(run, ["b"]) == ("a", "b", "ü ☃")
        assert folder.edited(run) == ()
        assert folder.read(run).has_answer

    def test_nothing_new_writes_nothing(self, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        tags.change(run, ["a"])
        before = (run / "tags.jsonl").read_bytes()
        tags.change(run, ["a"])
        assert (run / "tags.jsonl").read_bytes() == before

    @pytest.mark.parametrize("text", ["", " ", "a\nb", "\x1b[31m", "x" * 81, "\u202e"])
    def test_what_is_no_tag(self, text: str, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        with pytest.raises(UsageError, match="expected printable text"):
            tags.change(run, ["fine", text])
        assert not (run / "tags.jsonl").exists()

    def test_a_tag_that_is_not_there(self, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        tags.change(run, ["base"])
        with pytest.raises(UsageError, match="no tag 'bsae'; its tags: base"):
            tags.change(run, ["bsae"], remove=True)

    def test_a_line_that_was_cut_off_spoils_no_other(self, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        tags.change(run, ["a"])
        with (run / "tags.jsonl").open("ab") as file:
            file.write(b'{"add": ["los')
        tags.change(run, ["b"])
        found, notes = tags.read(run)
        assert found == ("a", "b")
        assert notes == ("tags.jsonl:3 is not a change of tags and is skipped",)

    @pytest.mark.parametrize("line", [b"[1]", b'{"add": [3]}', b'{"add": 3}', b"[" * 9999, b"\xff"])
    def test_lines_that_are_no_change(self, line: bytes, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        (run / "tags.jsonl").write_bytes(line)
        found, notes = tags.read(run)
        assert (found, len(notes)) == ((), 1)

    def test_no_tag_leaves_the_folder(self, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        (tmp_path / "precious").write_bytes(b"mine")
        (run / "tags.jsonl").symlink_to(tmp_path / "precious")
        with pytest.raises(OutputError):
            tags.change(run, ["a"])
        assert (tmp_path / "precious").read_bytes() == b"mine"

    def test_they_stay_with_an_equal_scenario_only(self, tmp_path: Path) -> None:
        plan = make_plan()
        run = folder.write(plan, tmp_path / "run")
        tags.change(run, ["base"])
        folder.write(plan.with_(warnings=("solved again",)), run, force=True)
        assert tags.read(run)[0] == ("base",)
        other = {**plan.manifest, "digest": "0" * 64}
        folder.write(plan.with_(manifest=other), run, force=True)
        assert tags.read(run)[0] == ()

    def test_they_stay_on_a_disk_without_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object) -> None:
            raise OSError

        run = folder.write(make_plan(), tmp_path / "run")
        tags.change(run, ["base"])
        monkeypatch.setattr(os, "link", refuse)
        folder.write(make_plan(), run, force=True)
        assert tags.read(run)[0] == ("base",)

    def test_what_is_added_while_the_run_is_replaced_is_not_lost(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = folder.write(make_plan(), tmp_path / "run")
        tags.change(run, ["base"])
        rename, calls = os.rename, []

        def slow(source: str, target: str) -> None:
            if not calls:
                tags.change(run, ["late"])
            calls.append(source)
            rename(source, target)

        monkeypatch.setattr(os, "rename", slow)
        folder.write(make_plan(), run, force=True)
        assert tags.read(run)[0] == ("base", "late")


class TestRemove:
    def test_a_run_with_all_that_belongs_to_it(self, tmp_path: Path) -> None:
        make(tmp_path, "other")
        before = content(tmp_path)
        run = make(tmp_path, "run")
        tags.change(run, ["x"])
        (run / "sensitivity.answers.jsonl").write_text("{}\n")
        (run / "sensitivity").mkdir()
        (run / "sensitivity" / "a.csv").write_text("a\n")
        (run / "sensitivity" / "manifest.json").write_text('{"outputs": {"a.csv": "0"}}')
        remove(tmp_path, "run")
        assert content(tmp_path) == before

    @pytest.mark.parametrize("place", ["notes.txt", "sensitivity/notes.txt"])
    def test_a_folder_that_holds_more_is_kept(self, place: str, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        (run / "sensitivity").mkdir()
        (run / place).write_text("mine")
        before = content(tmp_path)
        with pytest.raises(UsageError, match="holds more than a run"):
            remove(tmp_path, "run")
        assert content(tmp_path) == before

    def test_nothing_outside_the_store(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        make(store, "run")
        make(tmp_path / "other", "out")
        (store / "link").symlink_to(tmp_path / "other" / "out")
        before = content(tmp_path)
        for named in ("link", "../other/out", str(tmp_path / "other" / "out"), "link/../link"):
            with pytest.raises(UsageError, match=r"not in the store|there is no run"):
                remove(store, named)
        assert content(tmp_path) == before

    def test_links_in_a_run_are_not_followed(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        run = make(store, "run")
        (tmp_path / "report.md").write_bytes((run / "report.md").read_bytes())
        (run / "report.md").unlink()
        (run / "report.md").symlink_to(tmp_path / "report.md")
        remove(store, "run")
        assert list(store.iterdir()) == []
        assert (tmp_path / "report.md").read_bytes() == b"# Plan\n"

    @pytest.mark.parametrize("change", ["tag", "file", "replaced"])
    def test_what_changed_since_it_was_shown_is_kept(self, change: str, tmp_path: Path) -> None:
        run = make(tmp_path, "run")
        seen = find(tmp_path, "run")
        stamp = removing.check(tmp_path, seen)
        if change == "tag":
            tags.change(run, ["approved"])
        elif change == "file":
            (run / "notes.txt").write_text("mine")
        else:
            shutil.rmtree(run)
            make(tmp_path, "run", 7.0)
        before = content(tmp_path)
        with pytest.raises(UsageError, match="has changed meanwhile"):
            removing.remove(run, stamp)
        assert content(tmp_path) == before

    def test_twice(self, tmp_path: Path) -> None:
        make(tmp_path, "run")
        seen = find(tmp_path, "run")
        stamp = removing.check(tmp_path, seen)
        removing.remove(seen.path, stamp)
        with pytest.raises(UsageError, match="is gone already"):
            removing.remove(seen.path, stamp)
        with pytest.raises(UsageError, match="is gone already"):
            removing.check(tmp_path, Run(seen.path, seen.record))

    def test_out_of_sight_before_the_first_file_goes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever stops it: the run is whole or not there."""
        run = make(tmp_path, "run")

        def killed(path: Path) -> None:
            assert not run.exists()
            raise KeyboardInterrupt

        monkeypatch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            remove(tmp_path, "run")
        (rest,) = [path for path in tmp_path.iterdir() if path.name.startswith(".channelopt-")]
        assert (rest / "plan.json").exists()
