"""Small run folders, made quickly: a real one is the pattern, some figures are changed."""

import functools
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from channelopt.plan import folder
from tests.plan.test_plan import make_plan


@functools.cache
def pattern() -> dict[str, bytes]:
    """The files of a run as `folder.write` makes them."""
    with tempfile.TemporaryDirectory() as place:
        out = folder.write(make_plan(), Path(place) / "run", documents={"report.md": "# Plan\n"})
        return {path.name: path.read_bytes() for path in out.iterdir()}


def files(profit: float = 1000.0, digest: str = "", **changes: Any) -> dict[str, bytes]:
    """Return the files of a run with another profit and input hash; `changes` of its manifest."""
    made = dict(pattern())
    plan = json.loads(made["plan.json"])
    plan["objective"] = plan["kpis"]["profit"] = profit
    plan["status"] = changes.pop("status", "optimal")
    plan["kpis"] |= changes.pop("kpis", {})
    made["plan.json"] = json.dumps(plan).encode() + b"\n"
    manifest = json.loads(made.pop("manifest.json"))
    manifest["digest"] = digest or hashlib.sha256(repr(profit).encode()).hexdigest()
    manifest["outputs"]["plan.json"] = hashlib.sha256(made["plan.json"]).hexdigest()
    made["manifest.json"] = json.dumps(manifest | changes).encode() + b"\n"
    return made


def make(store: Path, name: str, profit: float = 1000.0, digest: str = "", **changes: Any) -> Path:
    """Write a run into a store."""
    run = store / name
    run.mkdir(parents=True)
    for file, content in files(profit, digest, **changes).items():
        (run / file).write_bytes(content)
    return run
