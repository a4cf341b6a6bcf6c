"""Keeping, curves and what-ifs on a cluster: what they give is what one machine gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

pytest.importorskip("distributed")

from channelopt.instance.load import from_data
from channelopt.lists.result import CustomerList
from channelopt.pipeline import placing
from channelopt.pipeline.assigning import AssignOptions, assign
from channelopt.verify.lists.check import verify_list
from tests.cli.process import MINIMAL
from tests.priced.clusters import cluster

ASKED = AssignOptions(
    joint=True,
    limits={"capacity:phone": 600},
    curve=("capacity:phone", (500.0, 600.0, 900.0)),
    what_ifs={"more": {"capacity:phone": "+200"}, "none": {"capacity:phone": 0}},
)


@pytest.mark.slow
def test_keep_curve_and_what_ifs_are_those_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, file = from_data(yaml.safe_load(MINIMAL)), tmp_path / "people.parquet"
    margin = 100.0 + np.arange(1000) % 97
    ids = [f"{k:04d}" for k in range(1000)]
    frame = pd.DataFrame({"customer_id": ids, "segment": "everyone", "margin": margin})
    frame.to_parquet(file, row_group_size=300)
    assign(office, file, tmp_path / "before", AssignOptions(joint=True))
    options = replace(ASKED, keep=tmp_path / "before", keep_tolerance=0.001)
    here = assign(office, file, tmp_path / "here", options)
    with cluster(tmp_path / "dask", processes=False) as client:

        def connect(address: str, option: str) -> Any:
            assert (address, option) == ("tcp://there:1", "--dask")
            return client

        monkeypatch.setattr(placing, "connect", connect)
        there = assign(office, file, tmp_path / "there", replace(options, dask="tcp://there:1"))
    alike(here, there)
    assert verify_list(tmp_path / "there", file).ok


def alike(here: CustomerList, there: CustomerList) -> None:
    pd.testing.assert_frame_equal(here.assignment(), there.assignment())
    for name in ("totals", "limits", "moves", "curve", "what_ifs"):
        assert here.tables[name] == there.tables[name], name
    assert here.assignment()["moved"].sum() == 100
    assert here.what_ifs["moved"].iloc[1] == 100
    assert (here.value, here.bound) == (there.value, there.bound)
