"""Units on a Dask cluster: the same results in the same order, wherever and however often done."""

import collections
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")

from channelopt.errors import InputError, NoPlanError
from channelopt.priced.cluster import SHARE_KEPT, Cluster
from channelopt.workers import Workers
from tests.priced.clusters import Broken, Deadly, Drawn, Fatal, Locked, Sum, cluster

killing = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with cluster(tmp_path_factory.mktemp("dask"), processes=False) as found:
        yield found


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Any]:
    with cluster(tmp_path / "dask", processes=True) as found:
        yield found


def here(parts: list[Drawn], work: Any) -> list[Any]:
    return [work(block) for part in parts for block in part()]


def drawn(count: int = 9, size: int = 50, notes: Path | None = None) -> list[Drawn]:
    return [Drawn(seed, size, notes) for seed in range(count)]


def loads(notes: Path) -> collections.Counter[int]:
    return collections.Counter(len(file.read_text().splitlines()) for file in notes.iterdir())


@pytest.mark.parametrize("keep", [False, True])
def test_results_are_those_of_one_machine_in_order(client: Any, keep: bool) -> None:
    parts = drawn(23)
    units = Cluster(parts, 23 * 100, Workers(client), keep=keep)
    for prices in ((0.0, 0.1, 0.2, 0.3), (0.5, 0.0, 0.0, 0.0)):
        assert list(units.map(Sum(prices))) == here(parts, Sum(prices))
    assert units.units == 2300
    assert units.kept == (23 if keep else 0)
    units.close()


def test_what_fits_is_loaded_once_and_the_rest_in_every_pass(client: Any, tmp_path: Path) -> None:
    class Small(Workers):
        def room(self, share: float) -> int:
            assert share == SHARE_KEPT
            return int(3.5 * 2 * 50 * 64)  # of three parts; 60 to 64 bytes per unit

    units = Cluster(drawn(notes=tmp_path), 900, Small(client))
    for _ in range(3):
        list(units.map(Sum((0.0, 0.0, 0.0, 0.0))))
    assert units.kept == 3
    assert loads(tmp_path) == {1: 3, 3: 6}
    units.close()


def test_room_is_what_no_worker_uses_yet(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(client)
    assert 0 < workers.room(0.99) < 2 * 64 * 2**30
    assert workers.room(0.0) == 0
    about = client.scheduler_info()
    next(iter(about["workers"].values()))["memory_limit"] = 0
    monkeypatch.setattr(client, "scheduler_info", lambda: about)
    assert workers.room(0.99) == 0
    units = Cluster(drawn(), 900, workers)
    list(units.map(Sum((0.0, 0.0, 0.0, 0.0))))
    assert units.kept == 0


def test_few_are_under_way_and_an_abandoned_pass_ends(client: Any, tmp_path: Path) -> None:
    parts = drawn(60, notes=tmp_path)
    units = Cluster(parts, 6000, Workers(client), keep=False)
    begun = units.map(Sum((0.0, 0.0, 0.0, 0.0)))
    assert list(itertools.islice(begun, 3)) == here(parts[:2], Sum((0.0, 0.0, 0.0, 0.0)))[:3]
    assert sum(loads(tmp_path).values()) <= 24
    begun.close()  # type: ignore[attr-defined]
    assert len(list(units.map(Sum((0.0, 0.0, 0.0, 0.0))))) == 120


def test_two_passes_at_a_time(client: Any) -> None:
    parts = drawn(5)
    units = Cluster(parts, 500, Workers(client))
    one, two = Sum((0.0, 0.1, 0.2, 0.3)), Sum((0.3, 0.2, 0.1, 0.0))
    found = list(zip(units.map(one), units.map(two), strict=True))
    assert found == list(zip(here(parts, one), here(parts, two), strict=True))


def test_nobody_to_decide(client: Any) -> None:
    assert list(Cluster([], 0, Workers(client)).map(Sum((0.0,)))) == []
    empty = [Drawn(0, 0)]
    units = Cluster(empty, 0, Workers(client))
    assert list(units.map(Sum((0.0, 0.0, 0.0, 0.0)))) == here(empty, Sum((0.0, 0.0, 0.0, 0.0)))


@pytest.mark.parametrize("keep", [False, True])
def test_mistakes_of_users_come_back_as_they_are(client: Any, keep: bool) -> None:
    units = Cluster([*drawn(3), Broken(), *drawn(3)], 700, Workers(client), keep=keep)
    with pytest.raises(InputError, match=r"customers\.parquet:7:segment.*'gold'") as caught:
        list(units.map(Sum((0.0, 0.0, 0.0, 0.0))))
    assert caught.value.problems[0].code == "E900"


def test_much_to_share_goes_in_letters(client: Any) -> None:
    crew = Workers(client)
    many = Sum(tuple(float(number) for number in range(1_500_000)))
    assert crew.result(crew.begin(len, crew.share(many))) > 12_000_000


def test_blocks_that_were_on_a_disk_are_as_they_were_loaded(client: Any) -> None:
    units = Cluster([Locked(1, 50)], 100, Workers(client))
    assert list(units.map(Sum((0.0, 0.1, 0.2, 0.3)))) == here(
        drawn()[1:2], Sum((0.0, 0.1, 0.2, 0.3))
    )


@pytest.mark.slow
@killing
@pytest.mark.parametrize("keep", [False, True])
def test_a_lost_worker_is_made_up_for(processes: Any, tmp_path: Path, keep: bool) -> None:
    parts = drawn(30)
    units = Cluster(parts, 3000, Workers(processes), keep=keep)
    luck = int(parts[11]()[1].luck[0])
    work = Fatal(luck, tmp_path / "died")
    assert list(units.map(work)) == [int(block.luck[0]) for part in parts for block in part()]
    assert (tmp_path / "died").exists()
    again = Sum((0.0, 0.1, 0.2, 0.3))
    assert list(units.map(again)) == here(parts, again)


@pytest.mark.slow
@killing
def test_work_that_ends_every_worker_is_given_up(processes: Any) -> None:
    units = Cluster(drawn(2), 200, Workers(processes), keep=False)
    with pytest.raises(NoPlanError, match="ended every Dask worker"):
        list(units.map(Deadly()))


@pytest.mark.slow
@killing
def test_a_cluster_that_goes_away_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(tmp_path, processes=True) as client:
        units = Cluster(drawn(40), 4000, Workers(client), keep=False)
        results = units.map(Sum((0.0, 0.1, 0.2, 0.3)))
        next(results)
        client.cluster.close()
        with pytest.raises(NoPlanError, match=r"(is|are) gone"):
            list(results)
