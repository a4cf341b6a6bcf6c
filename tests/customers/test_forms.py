"""Every form of the same customers reads as the same people."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.customers.files import FORMS, everyone, instance, mapping, read, same, small

N = instance().numbers
IDS = ["=1+1", "007", "é😀 x", 'a"b', "a,b;c", "line\nbreak", "x" * 300, "9223372036854775807"]


def full() -> pa.Table:
    """Customers with every kind of column, blanks among them, hostile ids."""
    return pa.table(
        {
            "customer_id": IDS,
            "segment": pa.array(["gold", "family", "young", "gold"] * 2).dictionary_encode(),
            "contacts.question": [0.0, 1.5, None, 3.0, 12.0, 1e6, 0.1, 2.0],
            "contacts.complaint": pa.array([0, 1, 2, 3, None, 5, 6, 7], pa.int32()),
            "margin": [-5.25, 0.1, None, 1e9, 3.0, 4.0, 5.0, 6.5],
            "preferred_channel": ["web", None, "shop", "email", "phone", "web", "web", None],
            "current_channel": ["shop", "shop", None, "web", None, "email", "email", "web"],
            "current_channel.complaint": [None, "web", None, "web", "shop", None, None, None],
            "satisfaction.web": [0.0, 1.0, 0.5, None, 0.25, 0.125, None, 0.3],
            "satisfaction.complaint.web": [None, 0.75, None, None, 0.5, None, 0.1, None],
            "contact_value.phone": [1.5, -2.5, None, 0.0, 0.0, 0.0, 1.0, 0.0],
            "eligible.phone": [True, False, None, True, True, True, False, False],
            "consent.phone": [False, True, None, None, True, True, True, True],
            "nobody reads this": ["x"] * 8,
        }
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return everyone(read(full(), tmp_path_factory.mktemp("expected")))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rows", [3, 2**17])
def test_every_form_is_the_same_people(
    form: str, rows: int, tmp_path: Path, expected: dict
) -> None:
    found = read(FORMS[form](full(), tmp_path), tmp_path / "scratch", rows=rows)
    same(everyone(found), expected)
    assert found.customers == 8
    assert found.bad.count == 0
    assert found.rejected is None
    assert found.unused == ("nobody reads this",)
    assert len(found.partitions) == (3 if rows == 3 else 1)
    parts = {"contacts", "margin", "preferred", "current", "satisfaction", "contact_value"}
    assert found.columns == parts | {"eligible"}


def test_what_the_columns_mean(expected: dict) -> None:
    web, phone = N.channels.index("web"), N.channels.index("phone")
    question, complaint = N.interactions.index("question"), N.interactions.index("complaint")
    assert expected["ids"] == IDS
    assert [N.segments[s] for s in expected["segment"]] == ["gold", "family", "young", "gold"] * 2
    usual = expected[f"satisfaction ({question}, {web})"]
    own = expected[f"satisfaction ({complaint}, {web})"]
    np.testing.assert_array_equal(usual, [0, 1, 0.5, np.nan, 0.25, 0.125, np.nan, 0.3])
    np.testing.assert_array_equal(own, [0, 0.75, 0.5, np.nan, 0.5, 0.125, 0.1, 0.3])
    flags = expected[f"eligible {phone}"]
    assert flags.dtype == bool
    assert flags.tolist() == [False, False, True, True, True, True, False, False]
    ways = [N.ways[w] if w >= 0 else None for w in expected["current -1"]]
    assert ways == ["shop", "shop", None, "web", None, "email", "email", "web"]


def test_shuffled_rows_have_the_same_luck_and_totals(tmp_path: Path) -> None:
    table = full()
    order = np.random.default_rng(1).permutation(8)
    one = read(table, tmp_path / "one", rows=3)
    other = read(table.take(pa.array(order)), tmp_path / "other", rows=2)
    first, second = everyone(one), everyone(other)
    assert (first["luck"][order] == second["luck"]).all()
    for name in vars(one.totals):
        assert np.array_equal(getattr(one.totals, name), getattr(other.totals, name)), name


def test_whole_numbers_and_text_are_the_same_ids(tmp_path: Path) -> None:
    numbers = read(small(customer_id=pa.array([7, 8, 9, 10], pa.int64())), tmp_path / "a")
    texts = read(small(customer_id=["7", "8", "9", "10"]), tmp_path / "b")
    one, other = everyone(numbers), everyone(texts)
    assert one["ids"] == [7, 8, 9, 10]
    assert (one["luck"] == other["luck"]).all()
    reseeded = everyone(read(small(), tmp_path / "c", seed=1))
    assert (reseeded["luck"] != everyone(read(small(), tmp_path / "d"))["luck"]).all()


@pytest.mark.parametrize(
    "ids",
    [
        pa.array([1, 2, 3, 4], pa.int8()),
        pa.array([2**64 - 1, 2, 3, 4], pa.uint64()),
        pa.array([1, 2, 3, 4], pa.decimal128(18, 0)),
        pa.array([10**20, 2, 3, 4], pa.decimal128(38, 0)),
        pa.array([b"a", b"b", b"c", b"d"]),
        pa.array(["a", "b", "c", "d"], pa.string_view()),
        pa.array(["a", "b", "c", "d"], pa.large_string()),
        pa.array(["a", "b", "c", "d"]).dictionary_encode(),
    ],
    ids=lambda a: str(a.type),
)
def test_types_of_ids(ids: pa.Array, tmp_path: Path) -> None:
    found = everyone(read(small(customer_id=ids), tmp_path))
    plain = ids.cast(pa.string()) if not pa.types.is_dictionary(ids.type) else ids
    assert [str(i) for i in found["ids"]] == [str(v) for v in plain.to_pylist()]


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint16(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(9, 2)]
)
def test_types_of_numbers(kind: pa.DataType, tmp_path: Path) -> None:
    values = pa.array([0, 1, 2, None], kind)
    found = everyone(read(small(margin=values), tmp_path / "a"))
    np.testing.assert_array_equal(found["margin"], [0, 1, 2, np.nan])
    encoded = small(margin=values.dictionary_encode())
    np.testing.assert_array_equal(
        everyone(read(encoded, tmp_path / "b"))["margin"], [0, 1, 2, np.nan]
    )


def test_a_column_without_any_value(tmp_path: Path) -> None:
    columns = {name: pa.nulls(4) for name in ("margin", "preferred_channel", "eligible.web")}
    found = everyone(read(small(**columns), tmp_path))
    assert np.isnan(found["margin"]).all()
    assert found["preferred"].tolist() == [-1] * 4
    assert found[f"eligible {N.ways.index('web')}"].all()


@pytest.mark.parametrize("yes", [pa.array([1, 0, None, 1]), pa.array(["yes", "No", "", "TRUE"])])
def test_ways_to_write_true_and_false(yes: pa.Array, tmp_path: Path) -> None:
    found = everyone(read(small(**{"consent.web": yes}), tmp_path))
    assert found[f"eligible {N.ways.index('web')}"].tolist() == [True, False, True, True]


def test_an_empty_text_is_an_id_where_it_is_written_as_one(tmp_path: Path) -> None:
    table = small(customer_id=["", "b", "c", "d"])
    for form in ("parquet", "csv", "duckdb", "pandas"):
        folder = tmp_path / form
        folder.mkdir()
        found = everyone(read(FORMS[form](table, folder), folder / "scratch"))
        assert found["ids"] == ["", "b", "c", "d"]


def test_types_may_differ_between_files_where_one_holds_both(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = tmp_path / "crm"
    folder.mkdir()
    pq.write_table(small(margin=pa.array([1, 2, 3, 4], pa.int32())), folder / "a.parquet")
    more = small(customer_id=["e", "f", "g", "h"], margin=[0.5, 1.5, None, 2.5])
    pq.write_table(more, folder / "b.parquet")
    found = everyone(read(folder, tmp_path / "scratch"))
    np.testing.assert_array_equal(found["margin"], [1, 2, 3, 4, 0.5, 1.5, np.nan, 2.5])
    assert found["row"].tolist() == list(range(8))


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
)
SHARE = st.none() | st.floats(0, 1)
AMOUNT = st.none() | st.floats(-1e12, 1e12) | st.integers(-(10**6), 10**6).map(float)


def check_every_form(data: st.DataObject) -> None:
    ids = data.draw(st.lists(TEXT, min_size=1, max_size=12, unique=True))
    count = len(ids)

    def column(values: st.SearchStrategy, kind: pa.DataType) -> pa.Array:
        return pa.array(data.draw(st.lists(values, min_size=count, max_size=count)), kind)

    table = pa.table(
        {
            "customer_id": ids,
            "segment": column(st.sampled_from(N.segments), pa.string()),
            "margin": column(AMOUNT, pa.float64()),
            "satisfaction.web": column(SHARE, pa.float64()),
            "preferred_channel": column(st.none() | st.sampled_from(N.channels), pa.string()),
            "consent.shop": column(st.none() | st.booleans(), pa.bool_()),
        }
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = everyone(read(table, folder / "expected"))
        assert expected["ids"] == ids
        for number, form in enumerate(FORMS):
            inside = folder / str(number)
            inside.mkdir()
            source = FORMS[form](table, inside)
            same(everyone(read(source, inside / "scratch", mapping(), rows=5)), expected)


@given(st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_frame_comes_out_of_every_form_as_the_same_people(data: st.DataObject) -> None:
    check_every_form(data)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_many_frames_come_out_of_every_form_as_the_same_people(data: st.DataObject) -> None:
    check_every_form(data)
