"""The check of a list finds every change of every file, and names it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from channelopt.errors import InputError, UsageError
from channelopt.verify.lists.check import verify_list
from channelopt.verify.lists.result import ListVerification
from tests.verify.list_made import DECISIONS, PRICES, SCARCE, make, put_json, seal

PAID = tuple(f"paid_{name.replace(':', '_')}" for name in SCARCE)
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def folder(right: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy that may be changed; its customers lie beside it."""
    out, source = right
    shutil.copy(source, tmp_path / "customers.csv")
    return Path(shutil.copytree(out, tmp_path / "list"))


def check(folder: Path) -> ListVerification:
    return verify_list(folder, folder.parent / "customers.csv")


def found(folder: Path) -> str:
    """What is wrong once the hashes are made to fit the change."""
    seal(folder)
    verdict = check(folder)
    assert not verdict.ok
    return "\n".join(verdict.findings())


def rows(folder: Path, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Change the rows of the list."""
    path = folder / "assignment.parquet"
    table = pq.read_table(path)
    records = table.to_pylist()
    changed = change(records)
    records = records if changed is None else changed
    pq.write_table(pa.Table.from_pylist(records, schema=table.schema), path)


def cells(folder: Path, name: str, change: Callable[[list[list[str]]], Any]) -> None:
    """Change the lines of a CSV file, the header the first."""
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    change(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def data(folder: Path, name: str, change: Callable[[dict[str, Any]], Any]) -> None:
    path = folder / name
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    put_json(path, content)


def test_a_right_list_is_right(right: tuple[Path, Path]) -> None:
    out, source = right
    verdict = verify_list(out, source)
    assert verdict.findings() == ()
    assert verdict.ok
    assert not verdict.not_checked
    assert (verdict.customers, verdict.rows) == (12, 24)
    written = json.loads((out / "list.json").read_text(encoding="utf-8"))
    assert verdict.value == pytest.approx(written["value"], abs=1e-9)
    assert verdict.bound == pytest.approx(written["price_bound"], abs=1e-9)
    assert verdict.gap == pytest.approx(written["gap"], abs=1e-12)
    names = [verdict.rule for verdict in verdict.rules]
    assert {"demand", "capacity", "staff", "service", "floor", "plan"} <= set(names)
    assert verdict.to_json()["ok"] is True


def test_every_file_is_the_one_that_was_written(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.name in ("manifest.json",):
            continue
        before = path.read_bytes()
        path.write_bytes(before + (b"" if path.suffix == ".parquet" else b" \n"))
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            pq.write_table(table, path, compression="none")
        lines = check(folder).findings()
        assert any(path.name in line and "changed" in line for line in lines), path.name
        path.write_bytes(before)
    (folder / "summary.md").unlink()
    assert "summary.md: the file is missing" in check(folder).findings()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("customer_id", "somebody", "customer '0007' of the file belongs here"),
        ("segment", "young", "'old' belongs here"),
        ("decision", "renew", "'help' belongs here"),
        ("option", "web", "web"),
        ("option", "nothing", "'nothing' is no option of this decision"),
        ("option", "none", "help enters no channel"),
        ("contacts", 2.5, "2.5 is written, recomputed it is 3"),
        ("value", 1.0, "value: 1 is written"),
        ("cost", 59.99, "59.99 is written, recomputed it is 60"),
        ("satisfaction", 0.8, "0.8 is written, recomputed it is 0.9"),
        ("satisfaction", None, "satisfaction"),
        ("runner_up", "phone", "runner_up: another option comes second"),
        ("runner_up", None, "runner_up: another option comes second"),
        ("worse_by", 7.0, "worse_by: 7 is written"),
        *((column, 7.0, f"{column}: 7 is written") for column in (*PAID, "paid_other")),
    ],
)
def test_every_column_of_the_rows(folder: Path, column: str, value: Any, said: str) -> None:
    rows(folder, lambda records: records[2].update({column: value}))
    lines = found(folder)
    assert "assignment row 3" in lines
    assert said in lines


def test_a_figure_within_a_millionth_is_right(folder: Path) -> None:
    rows(folder, lambda records: records[2].update({"cost": 60.00004}))
    seal(folder)
    assert check(folder).ok


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r[:-2], "1 customers of the file have no row, the first 'l'"),
        (lambda r: r[:-1], "1 customers of the file have no row, the first 'l'"),
        (lambda r: [], "customers of the file have no row"),
        (lambda r: [*r, r[0]], "1 rows more than there are customers"),
        (lambda r: [*r[2:4], *r[:2], *r[4:]], "customer '=1+1' of the file belongs here"),
        (lambda r: [r[1], r[0], *r[2:]], "'help' belongs here"),
        (lambda r: [*r[:2], *r[:2], *r[4:]], "customer '0007' of the file belongs here"),
    ],
)
def test_every_customer_once_in_the_order_of_the_file(
    folder: Path, change: Callable[[list[Any]], list[Any]], said: str
) -> None:
    rows(folder, change)
    assert said in found(folder)


def test_columns_that_are_missing_or_strange(folder: Path) -> None:
    path = folder / "assignment.parquet"
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["value"]), path)
    assert "the column value is missing" in found(folder)
    pq.write_table(table.drop_columns([PAID[0]]), path)
    assert f"the column {PAID[0]} is missing" in found(folder)
    pq.write_table(table.append_column("more", table["value"]), path)
    assert "the column 'more' is not known" in found(folder)
    pq.write_table(table.append_column("paid_capacity_web", table["value"]), path)
    assert "the column paid_capacity_web is of no limit" in found(folder)
    at = table.schema.get_field_index("value")
    pq.write_table(table.set_column(at, "value", table["option"]), path)
    assert "the column does not hold numbers" in found(folder)


def test_a_customer_may_not_enter_without_consent(folder: Path) -> None:
    rows(folder, lambda records: records[4].update({"option": "phone"}))
    lines = found(folder)
    assert "assignment row 5" in lines
    assert "help may not enter phone: closed, not offered, or not eligible" in lines


def test_a_closed_channel_and_one_not_offered(folder: Path) -> None:
    def close(manifest: dict[str, Any]) -> None:
        manifest["plan"]["channels"][0]["open"] = False

    def hide(manifest: dict[str, Any]) -> None:
        manifest["plan"]["channels"][0]["open"] = True
        manifest["plan"]["offers"] = manifest["plan"]["offers"][1:]

    for change in (close, hide):
        data(folder, "manifest.json", change)
        assert "help may not enter branch" in found(folder)


@pytest.mark.parametrize("way", ["branch", "phone"])
def test_a_list_beyond_the_plans_quotas(folder: Path, way: str) -> None:
    """Every young customer who is contacted is contacted through the web."""
    rows(folder, lambda records: records[9].update({"option": way}))
    assert f"rule plan: young, renew, {way}, 2027" in found(folder)


TOTALS = ("customers", "contacts", "share", "plan_share", "value", "cost", "satisfaction")


@pytest.mark.parametrize("value", ["0.123", "", "many"])
def test_every_column_of_totals(folder: Path, value: str) -> None:
    def change(lines: list[list[str]]) -> None:
        for k in range(len(TOTALS)):
            lines[1 + k % 3][3 + k] = value

    cells(folder, "totals", change)
    lines = found(folder)
    for k, column in enumerate(TOTALS):
        way = ("branch", "phone", "web")[k % 3]
        assert f"totals.csv row {2 + k % 3} (old, help, {way}), {column}:" in lines


def test_rows_of_totals(folder: Path) -> None:
    cells(folder, "totals", lambda lines: lines.pop(1))
    assert "totals.csv: no row for old, help, branch" in found(folder)
    cells(folder, "totals", lambda lines: lines.append(lines[1]))
    assert "a second row" in found(folder)
    cells(folder, "totals", lambda lines: lines[1].__setitem__(0, "nobody"))
    assert "nobody takes this option" in found(folder)


LIMITS = (
    *("limit", "kind", "owner", "unit", "channel", "group", "segment", "interaction"),
    *("at_least", "at_most", "used", "room", "price", "binding"),
)


@pytest.mark.parametrize("column", ["used", "room", "binding", "at_least", "at_most"])
@pytest.mark.parametrize("value", ["1e6", "-0.01", "x"])
def test_every_limit(folder: Path, column: str, value: str) -> None:
    at, names = LIMITS.index(column), []

    def change(lines: list[list[str]]) -> None:
        for line in lines[1:]:
            names.append(line[0])
            line[at] = value

    cells(folder, "limits", change)
    lines = found(folder)
    assert len(names) == 17
    for name in names:
        assert f"limits.csv, '{name}'" in lines


@pytest.mark.parametrize("name", PRICES)
def test_every_price(folder: Path, name: str) -> None:
    """Another price pays otherwise, and proves another bound."""

    def change(lines: list[list[str]]) -> None:
        line = next(line for line in lines if line[0] == name)
        at = LIMITS.index("price")
        line[at] = str(float(line[at]) * 1.01)

    cells(folder, "limits", change)
    lines = found(folder)
    if name != "plan:young:help:phone":  # nobody's best way anyhow
        assert "list.json, price_bound" in lines
    column = f"paid_{name.replace(':', '_')}" if name in SCARCE else "paid_other"
    assert f", {column}:" in lines


@pytest.mark.parametrize("column", ["kind", "owner", "channel", "group", "segment", "interaction"])
def test_who_a_limit_is(folder: Path, column: str) -> None:
    at = LIMITS.index(column)

    def change(lines: list[list[str]]) -> None:
        for line in lines[1:]:
            line[at] = "" if line[at] else "web"

    cells(folder, "limits", change)
    seal(folder)
    verdict = check(folder)
    assert not verdict.ok or verdict.not_checked


def test_a_limit_that_is_missing_or_there_twice(folder: Path) -> None:
    cells(folder, "limits", lambda lines: lines.append(lines[1]))
    assert "written twice" in found(folder)


def test_a_price_of_the_wrong_sign(folder: Path) -> None:
    cells(folder, "limits", lambda lines: lines[1].__setitem__(LIMITS.index("price"), "-0.25"))
    assert "there is no at_least" in found(folder)


@pytest.mark.parametrize("change", [("agents", "phone", "0.1"), ("agents", "phone", "")])
def test_hours(folder: Path, change: tuple[str, str, str]) -> None:
    cells(folder, "hours", lambda lines: lines.__setitem__(1, list(change)))
    lines = found(folder)
    assert "rule staff" in lines or "hours.csv" in lines


def test_hours_of_nobody(folder: Path) -> None:
    cells(folder, "hours", lambda lines: lines[1].__setitem__(0, "robots"))
    assert "hours.csv row 2: 'robots', 'phone' is no group and channel" in found(folder)
    cells(folder, "hours", lambda lines: lines[1].__setitem__(0, "agents"))
    cells(folder, "hours", lambda lines: lines.append(lines[1]))
    assert "a second row for it" in found(folder)


CLAIMS = (
    *("customers", "rejected", "value", "bound", "gap", "price_bound", "constant", "status"),
    *("period", "joint"),
)


@pytest.mark.parametrize("value", [7, None, "x"])
def test_every_figure_of_list_json(folder: Path, value: Any) -> None:
    data(folder, "list.json", lambda claimed: claimed.update(dict.fromkeys(CLAIMS, value)))
    lines = found(folder)
    for key in CLAIMS:
        # a bound between value and price bound may have been proven by search: the gap tells
        assert f"list.json, {key}" in lines or (key, value) == ("bound", 7)


def test_every_rung_of_the_ladder(folder: Path) -> None:
    keys = ("plan", "spread", "split", "list", "disaggregation_loss", "rounding")
    data(folder, "list.json", lambda claimed: claimed["ladder"].update(dict.fromkeys(keys, 7.0)))
    lines = found(folder)
    for key in keys:
        assert f"{key}:" in lines


def test_a_bound_below_the_list_is_none(folder: Path) -> None:
    data(folder, "list.json", lambda claimed: claimed.update({"bound": claimed["value"] - 1}))
    assert "is less than the list is worth" in found(folder)


def test_decisions_and_their_options(folder: Path) -> None:
    data(folder, "list.json", lambda claimed: claimed["decisions"][0]["options"].remove("web"))
    lines = found(folder)
    assert "'web' is taken, but no option of it" in lines
    assert "decisions.help: 'web' is missing" in lines
    data(folder, "list.json", lambda claimed: claimed["decisions"].pop())
    assert not check(folder).ok


def test_moves_are_those_of_the_rows(folder: Path) -> None:
    path = folder / "assignment.parquet"
    table = pq.read_table(path)
    before = table["option"].to_pylist()
    before[0], before[3] = "web", None
    moved = [None if k == 3 else k == 0 for k in range(len(before))]
    both = table.append_column("previous", pa.array(before, pa.string()))
    both = both.append_column("moved", pa.array(moved, pa.bool_()))
    pq.write_table(both, path)
    assert "moves.earlier" in found(folder)
    move = {"compared_with": "earlier list", "decision": "help", "from": "web", "to": "phone"}
    moves = {"earlier": {"compared": 12, "moved": 1}, "by_option": [move | {"customers": 1}]}
    data(folder, "list.json", lambda claimed: claimed["moves"].update(moves))
    seal(folder)
    assert check(folder).findings() == ()
    data(folder, "list.json", lambda claimed: claimed["moves"].update({"by_option": [move]}))
    assert "moves.by_option" in found(folder)
    moved[0] = False
    at = both.schema.get_field_index("moved")
    pq.write_table(both.set_column(at, "moved", pa.array(moved, pa.bool_())), path)
    assert "assignment row 1 (customer '=1+1'), moved: true belongs here" in found(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (None, "row 9 cannot be used, and is not named"),
        (["2", "0007", "x"], "row 2 is left out, but nothing is wrong with it"),
        (["99", "zz", "x"], "row 99 is named, but the file has no such row"),
        (["9", "other", "x"], "the file has 'nobody'"),
        (["nine", "nobody", "x"], "'nine' is no row"),
    ],
)
def test_rejected_rows(folder: Path, line: list[str] | None, said: str) -> None:
    def change(lines: list[list[str]]) -> None:
        lines[1:] = [] if line is None else [line]

    cells(folder, "rejected", change)
    assert said in found(folder)


def test_rejected_rows_without_their_file(folder: Path) -> None:
    (folder / "rejected.csv").unlink()
    assert "row 9 cannot be used, and is not named" in found(folder)


def test_another_customers_file(folder: Path) -> None:
    path = folder.parent / "customers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("12.5", "12.75"), encoding="utf-8")
    lines = "\n".join(check(folder).findings())
    assert "customers.csv: was changed since the list was made" in lines
    assert "assignment row 1" in lines


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("allocation", lambda rows: rows[1].update({"first_contacts": 5.0})),
        ("staff", lambda rows: rows[0].update({"fte": 0.01})),
    ],
)
def test_another_plan(folder: Path, table: str, change: Callable[[list[Any]], Any]) -> None:
    data(folder, "manifest.json", lambda manifest: change(manifest["plan"][table]))
    lines = found(folder)
    expected = {"allocation": "plan", "staff": "rule staff"}
    assert expected[table] in lines


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.update(kind="run"), "not the manifest of a list"),
        (lambda m: m.update(scenario=None), "the scenario is missing"),
        (lambda m: m.update(digest="0"), "was changed after the list"),
        (lambda m: m.update(period="1999"), "the period is none of the scenario"),
        (lambda m: m["plan"].pop("offers"), "the plan's table offers is missing"),
        (lambda m: m["plan"]["staff"][0].update(fte="x"), "is not a number"),
    ],
)
def test_a_damaged_manifest(folder: Path, change: Callable[[Any], Any], said: str) -> None:
    data(folder, "manifest.json", change)
    with pytest.raises(InputError, match=said):
        check(folder)


@pytest.mark.parametrize(
    "name", ["manifest.json", "list.json", "totals.csv", "limits.csv", "hours.csv"]
)
def test_a_missing_or_damaged_file(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
    with pytest.raises(InputError):
        check(folder)
    path.unlink()
    with pytest.raises(InputError, match="missing"):
        check(folder)


def test_rows_that_cannot_be_read(folder: Path) -> None:
    path = folder / "assignment.parquet"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="damaged"):
        check(folder)
    path.unlink()
    with pytest.raises(InputError, match="missing"):
        check(folder)


def test_nobody_says_where_the_customers_are(folder: Path) -> None:
    with pytest.raises(UsageError, match="--customers"):
        verify_list(folder)
    with pytest.raises(InputError):
        verify_list(folder, folder / "nothing.csv")


def test_csv_and_parts_say_the_same(folder: Path) -> None:
    path = folder / "assignment.parquet"
    table = pq.read_table(path)
    path.unlink()
    parts = folder / "assignment"
    parts.mkdir()
    for number, start in enumerate(range(0, table.num_rows, 10)):
        pq.write_table(table.slice(start, 10), parts / f"part-{number:05d}.parquet")
    seal(folder)
    assert check(folder).findings() == ()
    shutil.rmtree(parts)
    at = table.schema.get_field_index("customer_id")
    guarded = [f"'{x}" if x.startswith(("=", "-")) else x for x in table["customer_id"].to_pylist()]
    pc.write_csv(table.set_column(at, "customer_id", pa.array(guarded)), folder / "assignment.csv")
    seal(folder)
    assert check(folder).findings() == ()


def test_parts_that_are_missing(folder: Path) -> None:
    path = folder / "assignment.parquet"
    parts = folder / "assignment"
    parts.mkdir()
    shutil.move(path, parts / "part-00001.parquet")
    seal(folder)
    with pytest.raises(InputError, match="parts are missing"):
        check(folder)


def test_coefficients_of_other_limits(folder: Path) -> None:
    path = folder / "coefficients.parquet"
    table = pq.read_table(path)
    names = table["row"].to_pylist()
    renamed = ["capacity:web" if x == "capacity:phone" else x for x in names]
    pq.write_table(table.set_column(0, "row", pa.array(renamed)), path)
    lines = found(folder)
    assert "'capacity:web' is no limit of the list" in lines
    assert "'capacity:phone' has a price, but no coefficients" in lines
    values = pa.array([float("nan"), *table["value"].to_pylist()[1:]])
    pq.write_table(table.set_column(4, "value", values), path)
    assert "a value is not a number" in found(folder)
    pq.write_table(table.drop_columns(["class"]), path)
    assert "expected the columns row, measure, class" in found(folder)
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        check(folder)


def test_a_joint_list_has_no_quotas(folder: Path) -> None:
    """Without quotas every price of one is a price of nothing."""
    data(folder, "manifest.json", lambda manifest: manifest.update(joint=True))
    data(folder, "list.json", lambda claimed: claimed.update(joint=True))
    seal(folder)
    assert "plan" not in [verdict.rule for verdict in check(folder).rules]


def test_limits_set_by_hand(folder: Path) -> None:
    """A list within another capacity is judged by that capacity."""

    def change(lines: list[list[str]]) -> None:
        at = lines[0].index("at_most")
        line = next(line for line in lines if line[0] == "capacity:phone")
        line[at] = "1"

    cells(folder, "limits", change)
    assert "limits.csv, 'capacity:phone', at_most" in found(folder)
    asked = {"limits": {"capacity:phone": 1.0}}
    data(folder, "manifest.json", lambda manifest: manifest["options"].update(asked))
    assert "rule capacity: phone, 2027" in found(folder)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((None, 1.0), ""),
        ((0.0, 1.0), "'capacity:phone', at_least: -inf is written, recomputed it is 0"),
        ((None, 2.0), "'capacity:phone', at_most: 1 is written, recomputed it is 2"),
        (2.0, "'capacity:phone', at_most: 1 is written, recomputed it is 2"),
        ("1", "at_most: manifest.json does not say what was asked for"),
    ],
)
def test_sides_set_by_hand_are_those_asked_for(folder: Path, asked: Any, said: str) -> None:
    def change(lines: list[list[str]]) -> None:
        line = next(line for line in lines if line[0] == "capacity:phone")
        line[lines[0].index("at_most")] = "1"

    cells(folder, "limits", change)
    limits = {"capacity:phone": list(asked) if isinstance(asked, tuple) else asked}
    data(folder, "manifest.json", lambda manifest: manifest["options"].update(limits=limits))
    lines = found(folder)
    assert said in lines
    assert ("limits.csv, 'capacity:phone', at_" in lines) is bool(said)


def test_many_faults_are_counted(folder: Path) -> None:
    def change(records: list[dict[str, Any]]) -> None:
        for record in records:
            record["cost"] = -1.0

    rows(folder, change)
    lines = found(folder)
    assert "cost: 19 more like these" in lines


def test_prices_are_those_of_the_rows() -> None:
    assert set(SCARCE) <= set(PRICES)
    assert DECISIONS == ("help", "renew")
