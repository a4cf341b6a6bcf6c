"""Run folders appear whole or not at all, whatever the disk does."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys

import pytest

from channelopt.errors import ExitCode, InputError, UsageError
from channelopt.plan import folder, staging
from channelopt.plan.columns import SOMETIMES
from channelopt.plan.staging import OutputError
from tests.plan.test_plan import make_plan

BASIC = folder.KNOWN - {f"{name}.csv" for name in SOMETIMES}
"""Files of every run."""


@pytest.fixture(scope="module")
def plan():
    return make_plan()


def _content(root):
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


def test_write_and_read(plan, tmp_path):
    out = folder.write(plan, tmp_path / "runs" / "first", documents={"report.md": "# Plan\n"})
    assert {path.name for path in out.iterdir()} == BASIC
    assert folder.read(out) == plan
    assert folder.edited(out) == ()
    assert [path.name for path in out.parent.iterdir()] == ["first"]


def test_the_manifest_is_written_last(plan, tmp_path, monkeypatch):
    written = []
    original = staging._write_durably
    monkeypatch.setattr(
        staging,
        "_write_durably",
        lambda path, text: written.append(path.name) or original(path, text),
    )
    folder.write(plan, tmp_path / "run")
    assert written[-1] == "manifest.json"


def test_equal_runs_are_equal_files(plan, tmp_path):
    one, two = (folder.write(plan, tmp_path / name) for name in ("one", "two"))
    assert _content(one) == _content(two)


def test_an_edit_is_noticed_and_read_as_it_is(plan, tmp_path):
    out = folder.write(plan, tmp_path / "run")
    path = out / "staff.csv"
    path.write_text(path.read_text().replace("agents,4,", "agents,5,"))
    assert folder.edited(out) == ("staff.csv",)
    assert folder.read(out).table("staff").rows[0][2] == 5


class TestTargets:
    def test_an_existing_folder_is_refused_unless_forced(self, plan, tmp_path):
        out = folder.write(plan, tmp_path / "run")
        before = _content(tmp_path)
        with pytest.raises(UsageError, match="--force"):
            folder.write(plan, out)
        assert _content(tmp_path) == before
        folder.write(plan.with_(warnings=("new",)), out, force=True)
        assert folder.read(out).warnings == ("new",)
        assert [path.name for path in tmp_path.iterdir()] == ["run"]

    def test_a_folder_with_other_files_is_never_replaced(self, plan, tmp_path):
        out = folder.write(plan, tmp_path / "run")
        (out / "my notes.txt").write_text("mine")
        with pytest.raises(UsageError, match=r"my notes\.txt"):
            folder.write(plan, out, force=True)
        assert (out / "my notes.txt").read_text() == "mine"

    def test_inputs_are_protected(self, plan, tmp_path):
        scenario = tmp_path / "bank" / "scenario.yaml"
        scenario.parent.mkdir()
        scenario.write_text("format: 1")
        for out in (scenario.parent, tmp_path, scenario, tmp_path / "bank" / ".." / "bank"):
            with pytest.raises(UsageError):
                folder.write(plan, out, force=True, inputs=[scenario])
        assert scenario.read_text() == "format: 1"

    def test_a_file_or_link_in_the_way(self, plan, tmp_path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(UsageError, match="is a file"):
            folder.write(plan, tmp_path / "file", force=True)
        (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="is a link"):
            folder.write(plan, tmp_path / "link", force=True)
        with pytest.raises(OutputError, match="a file, not a folder"):
            folder.write(plan, tmp_path / "file" / "run")
        with pytest.raises(UsageError, match="not a name"):
            folder.write(plan, "/")

    def test_names_that_are_too_long(self, plan, tmp_path):
        with pytest.raises(OutputError, match="too long"):
            folder.write(plan, tmp_path / ("x" * 300))
        assert not list(tmp_path.iterdir())


class _Disk:
    """Lets the n-th call that touches the disk fail."""

    CALLS = ("open", "fsync", "rename", "mkdir")

    def __init__(self, monkeypatch, code):
        self.calls, self.fails_at, self.code = 0, -1, code
        for name in self.CALLS:
            monkeypatch.setattr(os, name, self._wrap(getattr(os, name)))
        monkeypatch.setattr(os, "fdopen", self._fdopen(os.fdopen))

    def tick(self):
        self.calls += 1
        if self.calls == self.fails_at:
            raise OSError(self.code, os.strerror(self.code))

    def _wrap(self, original):
        def call(*args, **kwargs):
            self.tick()
            return original(*args, **kwargs)

        return call

    def _fdopen(self, original):
        def call(*args, **kwargs):
            file = original(*args, **kwargs)
            disk, write = self, file.write

            class Writer:
                def write(self, text):
                    write(text[: len(text) // 2])
                    disk.tick()
                    return write(text[len(text) // 2 :])

                def __getattr__(self, name):
                    return getattr(file, name)

                def __enter__(self):
                    return self

                def __exit__(self, *exc):
                    file.close()

            return Writer()

        return call


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_every_fault_leaves_nothing_or_the_former_run(plan, tmp_path, monkeypatch, code):
    out = tmp_path / "deep" / "run"
    with monkeypatch.context() as patch:
        disk = _Disk(patch, code)
        folder.write(plan, out)
        calls = disk.calls
    assert calls > 30
    shutil.rmtree(tmp_path / "deep")
    for n in range(1, calls - 1):  # the last two only make the rename survive a power cut
        with monkeypatch.context() as patch:
            _Disk(patch, code).fails_at = n
            with pytest.raises(OutputError) as caught:
                folder.write(plan, out)
        assert caught.value.exit_code == ExitCode.INTERNAL
        assert "\n" not in str(caught.value)
        assert _content(tmp_path) == {}, n


def test_every_fault_while_replacing_keeps_the_former_run(plan, tmp_path, monkeypatch):
    out = folder.write(plan, tmp_path / "run")
    before = _content(tmp_path)
    changed = plan.with_(warnings=("new",))
    with monkeypatch.context() as patch:
        disk = _Disk(patch, errno.ENOSPC)
        folder.write(changed, out, force=True)
        calls = disk.calls
    folder.write(plan, out, force=True)
    broken = 0
    for n in range(1, calls + 1):
        with monkeypatch.context() as patch:
            _Disk(patch, errno.ENOSPC).fails_at = n
            try:
                folder.write(changed, out, force=True)
            except OutputError:
                broken += 1
                assert _content(tmp_path) == before, n
            else:
                assert folder.read(out) == changed
                folder.write(plan, out, force=True)
    assert broken >= calls - 5


def test_an_interrupt_leaves_nothing(plan, tmp_path, monkeypatch):
    def interrupt(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        folder.write(plan, tmp_path / "run")
    assert _content(tmp_path) == {}


def test_where_even_moving_back_fails_the_former_run_is_named(plan, tmp_path, monkeypatch):
    out = folder.write(plan, tmp_path / "run")
    rename, calls = os.rename, []

    def fail(source, target):
        calls.append(source)
        if len(calls) > 1:
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(OutputError, match="the former run is in") as caught:
        folder.write(plan, out, force=True)
    (kept,) = tmp_path.iterdir()
    assert str(kept) in str(caught.value)
    assert folder.read(kept) == plan


def test_a_run_that_appears_meanwhile_is_not_replaced(plan, tmp_path, monkeypatch):
    out, write = tmp_path / "run", staging._write_durably
    other = plan.with_(warnings=("the other",))

    def slow(path, text):
        if not out.exists():
            monkeypatch.setattr(staging, "_write_durably", write)
            folder.write(other, out)
        write(path, text)

    monkeypatch.setattr(staging, "_write_durably", slow)
    with pytest.raises(OutputError, match="meanwhile"):
        folder.write(plan, out)
    assert folder.read(out) == other
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_is_free(plan, tmp_path):
    (tmp_path / "run").mkdir()
    assert folder.read(folder.write(plan, tmp_path / "run")) == plan


def test_a_real_limit_of_the_system_leaves_nothing(tmp_path):
    """The operating system itself refuses to let a file grow."""
    code = f"""
import resource
from channelopt.plan import folder
from tests.plan.test_plan import make_plan
plan = make_plan()
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
try:
    folder.write(plan, {str(tmp_path / "run")!r})
except Exception as error:
    print(type(error).__name__, error)
"""
    quiet = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # else cut off, beside the source
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=quiet
    )
    assert done.stdout.startswith("OutputError cannot write")
    assert "larger than allowed" in done.stdout
    assert _content(tmp_path) == {}


def test_reasons_are_in_words(plan, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        folder.write(plan, tmp_path / "run")
    where = f"cannot write {tmp_path / 'run'}"
    assert str(caught.value) == f"{where}: the disk is full; nothing was written there"


@pytest.mark.parametrize("name", sorted(BASIC - {"report.md", "sensitivity.csv"}))
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "binary", "folder"])
def test_damaged_folders_are_named(plan, tmp_path, name, damage):
    out = folder.write(plan, tmp_path / "run")
    path = out / name
    raw = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes({"empty": b"", "cut": raw[:12], "binary": b"\xff\xfe\0"}[damage])
    with pytest.raises(InputError) as caught:
        folder.read(out)
    assert name in str(caught.value)
    assert all(problem.place for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["[1]", '{"format": 1, "x": NaN}', '{"format": 2}', "[" * 99999])
def test_damaged_manifests_are_named(plan, tmp_path, text):
    out = folder.write(plan, tmp_path / "run")
    (out / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json"):
        folder.read(out)


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="no run folder"):
        folder.read(tmp_path / "nowhere")


def test_json_files_are_neutral(plan, tmp_path):
    out = folder.write(plan, tmp_path / "run")
    for name in ("plan.json", "manifest.json"):
        json.loads((out / name).read_text(), parse_constant=pytest.fail)


def test_a_folder_without_permission_is_noticed_before_the_solve(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="no permission"):
        folder.check_target(tmp_path / "deep" / "run")


def test_an_edited_table_may_come_from_a_german_spreadsheet(tmp_path):
    path = tmp_path / "allocation.csv"
    path.write_text(
        "\ufeffperiod;segment;interaction;channel;first_contacts\n2027;calm;advice;web;1,5\n",
        encoding="utf-8",
    )
    table = folder.read_table(path, "allocation")
    assert list(table.records()) == [
        {
            "period": "2027",
            "segment": "calm",
            "interaction": "advice",
            "channel": "web",
            "first_contacts": 1.5,
        }
    ]


def test_an_edited_table_needs_its_columns(tmp_path):
    path = tmp_path / "allocation.csv"
    path.write_text("period,segment,interaction,chanel,first_contacts\n2027,a,b,c,1\n")
    with pytest.raises(InputError) as caught:
        folder.read_table(path, "allocation")
    text = str(caught.value)
    assert "did you mean 'channel'" in text
    assert "the column channel is missing" in text
