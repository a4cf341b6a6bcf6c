"""Whatever happens in a store, the index tells what a fresh look at the folders tells."""

import shutil
import tempfile
import time
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from channelopt.errors import UsageError
from channelopt.plan.staging import put_in_place
from channelopt.store import index, removing, stamps, tags
from channelopt.store.finding import find
from channelopt.store.listing import listing
from tests.often import often
from tests.store.small import files

NAMES = st.sampled_from(["a", "b", "c", "d"])
FILES = st.sampled_from(["manifest.json", "plan.json", "staff.csv", "report.md", "tags.jsonl"])
TICK = 15_000_000
"""Nanoseconds: longer than one tick of a disk's clock."""


class Store(RuleBasedStateMachine):
    """Runs are made, replaced, tagged, edited, damaged and removed; the index comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Path(tempfile.mkdtemp())

    def teardown(self) -> None:
        shutil.rmtree(self.store)

    @rule(name=NAMES, profit=st.sampled_from([1.0, 2.0]), keep=st.booleans())
    def write(self, name: str, profit: float, keep: bool) -> None:
        kept = ("tags.jsonl",) if keep else ()
        put_in_place(files(profit), self.store / name, replace=True, keep=kept)

    @rule(name=NAMES, tag=st.sampled_from(["x", "y"]), remove=st.booleans())
    def tag(self, name: str, tag: str, remove: bool) -> None:
        try:
            run = find(self.store, name)
            before = set(run.record.tags)
            now = tags.change(run.path, [tag], remove=remove)
        except UsageError:
            return
        assert set(now) == (before - {tag} if remove else before | {tag})

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        try:
            run = find(self.store, name)
            removing.remove(run.path, removing.check(self.store, run))
        except UsageError:
            return
        assert not (self.store / name).exists()

    @rule(name=NAMES, file=FILES, share=st.sampled_from([0.0, 0.5, 0.99]))
    def cut_in_place(self, name: str, file: str, share: float) -> None:
        path = self.store / name / file
        if path.exists():
            raw = path.read_bytes()
            path.write_bytes(raw[: int(share * len(raw))])

    @rule(name=NAMES, file=FILES)
    def lose_a_file(self, name: str, file: str) -> None:
        (self.store / name / file).unlink(missing_ok=True)

    @rule(name=NAMES)
    def lay_something_beside(self, name: str) -> None:
        (self.store / name).mkdir(exist_ok=True)
        (self.store / name / "notes.txt").write_text("mine")

    @rule(name=NAMES, other=NAMES)
    def half_copy(self, name: str, other: str) -> None:
        if (self.store / name).exists() and not (self.store / other).exists():
            (self.store / other).mkdir()
            for path in sorted((self.store / name).iterdir())[:5]:
                shutil.copy2(path, self.store / other)

    @rule(content=st.sampled_from([None, b"", b"garbage" * 500]))
    def spoil_the_index(self, content: bytes | None) -> None:
        if content is None:
            index.drop(self.store)
        else:
            (self.store / index.FILE).write_bytes(content)

    @invariant()
    def index_equals_a_fresh_look(self) -> None:
        time.sleep(2 * TICK / 1e9)
        with mock.patch.object(stamps, "YOUNG", TICK):  # so that the index is used at all
            told: list[int] = []
            known = listing(self.store)
            assert listing(self.store, news=told.append) == known
            assert told == []
        for one in known.damaged:
            assert (self.store / one.name).is_dir()
        with tempfile.TemporaryDirectory() as place:
            shutil.copytree(self.store, Path(place) / "copy", ignore=lambda *_: [index.FILE])
            assert listing(Path(place) / "copy") == known


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=5, stateful_step_count=10, deadline=None)


@pytest.mark.slow
class TestStoreAtLength(Store.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=often(25), stateful_step_count=25, deadline=None)
