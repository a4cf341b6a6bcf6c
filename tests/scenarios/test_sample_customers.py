"""The sample files of customers are what their generator writes, and are understood."""

from pathlib import Path

import pytest

from channelopt.instance.load import load
from tests.scenarios.sample_customers import SCENARIOS, write_all

NAMES = ("quickstart", "campaign")


def test_they_are_written_alike(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).mkdir()
    write_all(tmp_path)
    for name in NAMES:
        file = Path(name) / "customers.csv"
        assert (tmp_path / file).read_bytes() == (SCENARIOS / file).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_they_are_understood(name: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra customers")
    from channelopt.customers.mapping import read_mapping
    from channelopt.customers.register import register

    instance = load(SCENARIOS / name)
    file = SCENARIOS / name / "customers.csv"
    found = register(file, instance, read_mapping(instance, file), tmp_path)
    people = [part.load() for part in found.partitions]
    counted = [sum(int((one.segment == s).sum()) for one in people) for s in range(3)]
    assert counted == list(instance.numbers.customers[:3, 0])
    assert found.bad.count == 0
    assert found.unused == ()


def test_the_quickstart_has_what_a_crm_knows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra customers")
    from channelopt.customers.mapping import read_mapping
    from channelopt.customers.register import register

    instance = load(SCENARIOS / "quickstart")
    file = SCENARIOS / "quickstart" / "customers.csv"
    found = register(file, instance, read_mapping(instance, file), tmp_path)
    assert {"contacts", "margin", "current", "eligible", "satisfaction"} <= set(found.columns)
