"""Where lists are made: a connection is opened and closed, only files go to a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")

from channelopt.errors import UsageError
from channelopt.pipeline import placing
from channelopt.pipeline.placing import Here, There, place_of
from channelopt.workers import Workers
from tests.customers.files import instance, mapping, small
from tests.priced.clusters import cluster


def test_this_machine_needs_nothing(tmp_path: Path) -> None:
    with place_of(None) as place:
        assert isinstance(place, Here)
        found = place.register(small(), instance(), mapping(), tmp_path, {})
        assert found.customers == 4
        assert place.over(found) is None
        assert place.fill is None


def test_connections_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(tmp_path, processes=False) as client:
        opened: list[Any] = []

        def connect(address: str, option: str) -> Any:
            opened.append((address, option))
            return client

        monkeypatch.setattr(placing, "connect", connect)
        with pytest.raises(UsageError, match="read from Parquet files that workers share"):
            in_memory(tmp_path)
        assert opened == [("tcp://there:1", "--dask")]
        assert client.status == "closed"


def in_memory(scratch: Path) -> None:
    with place_of("tcp://there:1") as place:
        assert isinstance(place, There)
        assert isinstance(place.workers, Workers)
        place.register(small(), instance(), mapping(), scratch, {})
