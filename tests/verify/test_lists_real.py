"""The check agrees with real lists of many kinds, and rejects those that keep other rules."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from channelopt.errors import ChannelOptError
from channelopt.instance.instance import Instance
from channelopt.pipeline import assigning
from channelopt.pipeline.assigning import AssignOptions, assign
from channelopt.pipeline.options import SolveOptions
from channelopt.terms.numbers import Numbers
from channelopt.verify.lists.check import verify_list
from tests.lists.planned import case
from tests.rules.cases import PATCHES
from tests.verify.list_made import put_json, seal

SOLVE = SolveOptions(ties=False, isolate=False, sensitivity_seconds=0)
OWN = ("contacts", "margin", "preferred", "current", "satisfaction", "contact_value", "eligible")
FAST = (("capacity", 3), ("bundles", 4), ("metric", 2))


def some_of(rng: np.random.Generator, values: Any, share: float) -> np.ndarray:
    """These values, some of them absent."""
    return np.where(rng.random(len(values)) < share, values, np.nan)


def people(instance: Instance, rng: np.random.Generator, period: int) -> pd.DataFrame:
    """Customers by chance, with some columns of their own."""
    n = instance.numbers
    count = np.rint(n.customers[:, period]).astype(int)
    segment = np.repeat(np.arange(len(count)), count)
    rng.shuffle(segment)
    size = len(segment)
    data: dict[str, Any] = {
        "customer_id": [f"c{k:05d}" for k in range(size)],
        "segment": np.array(n.segments)[segment],
    }
    own = [name for name in OWN if rng.random() < 0.4]
    data |= of_cells(n, rng, segment, period, own)
    if "margin" in own:
        data["margin"] = some_of(rng, rng.normal(20, 30, size), 0.9)
    for kind in ("preferred", "current"):
        if kind in own:
            labels = np.array([*n.channels, None], dtype=object)
            data[f"{kind}_channel"] = labels[rng.integers(0, len(labels), size)]
    if "eligible" in own:
        data[f"eligible.{n.ways[-1]}"] = rng.random(size) < 0.95
    return pd.DataFrame(data)


def of_cells(
    n: Numbers, rng: np.random.Generator, segment: np.ndarray, period: int, own: list[str]
) -> dict[str, Any]:
    """Columns by interaction, and by channel."""
    data: dict[str, Any] = {}
    size = len(segment)
    usual = n.contacts[..., period] / n.customers[:, period][:, None]
    for i, name in enumerate(n.interactions):
        if "contacts" in own:
            made = rng.integers(0, 4, size) * np.maximum(usual[segment, i], 0.2)
            data[f"contacts.{name}"] = some_of(rng, made, 0.9)
        for way in n.ways if "contact_value" in own else ():
            data[f"contact_value.{name}.{way}"] = some_of(rng, rng.normal(0, 5, size), 0.7)
        for channel in n.channels if "satisfaction" in own and n.inbound[i] else ():
            data[f"satisfaction.{name}.{channel}"] = some_of(rng, rng.random(size), 0.7)
    return data


def made(slug: str, seed: int, out: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame | None:
    """Make a list of a small scenario, unchecked; None where the rules leave none."""
    rng = np.random.default_rng([seed, zlib.crc32(slug.encode())])
    instance, _ = case(slug)
    period = int(rng.integers(len(instance.numbers.periods)))
    mapping = {
        "period": instance.numbers.periods[period],
        "inbound": str(rng.choice(["per_interaction", "per_customer"])),
        "quota_tolerance": float(rng.choice([0.0, 0.05, 0.3])),
    }
    if rng.random() < 0.3:
        mapping["outbound_at_most"] = 1
    joint = bool(rng.random() < 0.6) and slug != "outage"
    file = out.with_suffix(".yaml")
    file.write_text(yaml.safe_dump(mapping), encoding="utf-8")
    customers = people(instance, rng, period)
    monkeypatch.setattr(assigning, "verify_list", lambda *_: assumed_right())
    options = AssignOptions(mapping=file, joint=joint, skip_bad=True, solve=SOLVE)
    try:
        assign(instance, customers, out, options)
    except ChannelOptError:
        return None
    return customers


def assumed_right() -> Any:
    from channelopt.verify.lists.result import ListVerification

    return ListVerification()


@pytest.mark.parametrize(("slug", "seed"), FAST)
def test_real_lists_are_right(
    slug: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = made(slug, seed, tmp_path / "list", monkeypatch)
    assert customers is not None
    found = verify_list(tmp_path / "list", customers)
    assert found.findings() == ()
    claimed = json.loads((tmp_path / "list" / "list.json").read_text(encoding="utf-8"))
    assert found.value == pytest.approx(claimed["value"], rel=1e-9)
    assert found.bound == pytest.approx(claimed["price_bound"], rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("slug", sorted(PATCHES))
def test_real_lists_of_every_rule(
    slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any columns, any mode: what the check computes is what was written."""
    for seed in range(2):
        out = tmp_path / f"list{seed}"
        customers = made(slug, seed, out, monkeypatch)
        if customers is not None:
            found = verify_list(out, customers)
            assert found.findings() == (), seed
            assert (found.bound is not None) or found.not_checked


def test_a_list_that_keeps_other_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list within other hours than those of the plan's staff must have been asked for."""
    instance, choice = case("demand")
    n = instance.numbers
    limit = 2.0 * float(choice.fte[0, 0] * n.hours_per_fte[0, 0])
    customers = pd.DataFrame(
        {
            "customer_id": np.arange(int(n.customers[:, 0].sum())),
            "segment": np.repeat(n.segments, n.customers[:, 0].astype(int)),
        }
    )
    monkeypatch.setattr(assigning, "verify_list", lambda *_: assumed_right())
    out, limits = tmp_path / "list", {"hours:team": limit}
    assign(instance, customers, out, AssignOptions(joint=True, limits=limits, solve=SOLVE))
    assert verify_list(out, customers).findings() == ()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["options"]["limits"] = {}
    put_json(out / "manifest.json", manifest)
    seal(out)
    found = verify_list(out, customers)
    assert any("'hours:team', at_most" in line for line in found.findings())
