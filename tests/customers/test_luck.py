"""Luck: equal for equal ids, the same in every version, evenly spread."""

import numpy as np
import pyarrow as pa
import pytest

from channelopt.customers.luck import LONGEST, luck_of


def reference(text: str, seed: int) -> int:
    """The same hash, byte by byte in whole numbers of Python."""
    mask, golden = 2**64 - 1, 0x9E3779B97F4A7C15

    def mixed(z: int) -> int:
        z ^= z >> 30
        z = z * 0xBF58476D1CE4E5B9 & mask
        z ^= z >> 27
        z = z * 0x94D049BB133111EB & mask
        return z ^ (z >> 31)

    content = text.encode()[:LONGEST]
    found = mixed(mixed((seed + golden) & mask) ^ (len(content) * golden & mask))
    for at in range(0, len(content), 8):
        found = mixed(found ^ int.from_bytes(content[at : at + 8], "little"))
    return mixed(found)


TEXTS = ["", "a", "7", "007", "=1+1", "12345678", "123456789", "é😀", "x" * 300, "\x00", "\x00\x00"]


def test_fixed_values_never_change() -> None:
    found = luck_of(pa.array(["", "a", "7", "12345678", "123456789", "é😀"]), 0)
    assert [hex(int(value)) for value in found] == [
        "0x33fe8bd4f9c57863",
        "0x14dfc60b5eec3f88",
        "0x7ac44868d93fe87b",
        "0x803a0c8dac6e96d2",
        "0xcd98e340dfc9792d",
        "0x71f754dcb6d8470d",
    ]


@pytest.mark.parametrize("seed", [0, 1, 2**53])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_it_is_the_documented_hash(seed: int, kind: pa.DataType) -> None:
    found = luck_of(pa.array(TEXTS, kind), seed)
    assert found.tolist() == [reference(text, seed) for text in TEXTS]


def test_slices_and_blanks() -> None:
    ids = pa.array([None, "b", None, "cc", "d" * 20, None])
    whole = luck_of(ids, 3)
    assert (luck_of(ids.slice(2, 3), 3) == whole[2:5]).all()
    assert whole[[0, 2, 5]].tolist() == [0, 0, 0]
    assert len(luck_of(ids.slice(0, 0), 3)) == 0
    assert luck_of(pa.array([None, None], pa.string()), 3).tolist() == [0, 0]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.uint64()])
def test_numbers_are_as_their_text(kind: pa.DataType) -> None:
    assert (luck_of(pa.array([7, 12], kind), 5) == luck_of(pa.array(["7", "12"]), 5)).all()


def test_limits_of_whole_numbers() -> None:
    numbers = [2**63 - 1, -(2**63)]
    found = luck_of(pa.array(numbers, pa.int64()), 0)
    assert found.tolist() == [reference(str(number), 0) for number in numbers]


def test_evenly_spread_and_no_twins() -> None:
    found = luck_of(pa.array(np.arange(100_000)), 1)
    assert len(np.unique(found)) == 100_000
    for shift in (60, 30, 0):
        counts = np.bincount((found >> np.uint64(shift)).astype(np.int64) & 15, minlength=16)
        assert abs(counts - 6250).max() < 400
    assert (found != luck_of(pa.array(np.arange(100_000)), 2)).all()
