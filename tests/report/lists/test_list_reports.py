"""Reports of lists of every kind: odd ones, damaged ones, hostile names, German."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

import channelopt
from channelopt.errors import InputError, UsageError
from channelopt.pipeline.reporting import write_report
from channelopt.plan import results_folder
from channelopt.report.document import Document, Grid
from channelopt.report.lists.customers import OTHERS, _limits, told
from channelopt.report.lists.document import document_of_list
from channelopt.report.lists.folder import listed_of
from channelopt.report.markdown import render
from channelopt.report.speech import speaking
from tests.lists import fakes
from tests.report.language.test_german import ALIKE, ENGLISH, OWN, texts
from tests.report.lists import cases
from tests.report.test_every_number import is_shown, values


def report(folder: Path) -> Document:
    return document_of_list(listed_of(folder), folder)


def titles(document: Document) -> list[str]:
    return [section.title for section in document.sections]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cases.write_rich(tmp_path_factory.mktemp("rich") / "list")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return cases.write(cases.listing(), tmp_path / "list")


def test_all_usual_formats_lie_in_the_folder_and_the_list_stays_whole(plain: Path) -> None:
    written = channelopt.write_report(plain)
    assert [path.name for path in written] == ["report.html", "report.xlsx", "report.md"]
    assert results_folder.edited(plain) == ()
    results_folder.check_free(plain, "list", force=True)
    assert titles(report(plain)) == [
        *("The gist", "From the plan to the list", "Who goes where", "Limits"),
        *("What one more unit is worth", "Hours of staff groups"),
        *("What customers pay for scarce capacity", "How sure single decisions are"),
        *("How the list was made", "How to check", "Words"),
    ]


def test_equal_lists_give_equal_bytes(rich: Path, tmp_path: Path) -> None:
    again = cases.write_rich(tmp_path / "deep" / "list")
    for folder, out in ((rich, tmp_path / "one"), (again, tmp_path / "two")):
        write_report(folder, formats=["md", "xlsx"], out=out)
    for name in ("report.md", "report.xlsx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_slides_are_refused_in_one_sentence(plain: Path) -> None:
    with pytest.raises(UsageError, match="pptx is not made of lists; html, xlsx, md, pdf"):
        write_report(plain, formats=["html,pptx"])
    assert not (plain / "report.html").exists()


def test_names_of_charts_are_unique_and_have_their_files(rich: Path) -> None:
    found = list(report(rich).charts())
    assert len({chart.name for chart in found}) == len(found) > 8
    for chart in found:
        assert chart.insight
        assert chart.alt
        assert all((rich / name).exists() for name in chart.source.split(", "))


class Tags(HTMLParser):
    """Tags of a page and what its scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append(data)
        self._inside = False


@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_names_are_text_everywhere(tmp_path: Path) -> None:
    folder = cases.write_rich(tmp_path / "list", resolved=cases.HOSTILE)
    write_report(folder, formats=["html", "md", "xlsx"])
    page = Tags()
    page.feed((folder / "report.html").read_text("utf-8"))
    assert not any("alert(1)" in script for script in page.scripts)
    markdown = (folder / "report.md").read_text("utf-8")
    assert not re.search(r"(?<!\\)<script>", markdown)
    assert "\\*b\\*" in markdown
    assert "+1+1 (phone)" in markdown  # two channels of one title
    book = load_workbook(folder / "report.xlsx")
    cells = [cell for one in book for row in one.iter_rows() for cell in row if cell.value]
    assert not [cell for cell in cells if cell.data_type == "f"]
    said = {cell.value for cell in cells}
    assert {'=HYPERLINK("http://x")', "=more phone", "+1+1 (phone)", "+1+1 (web)"} <= said
    with speaking("en"):
        assert all(is_shown(value, "en") for _place, value in values(report(folder)))


@pytest.mark.parametrize("locale", ["de_DE", "de_CH"])
def test_german_says_everything(rich: Path, locale: str) -> None:
    own = {"Two segments", "Calm savers", "Keen traders", "Advice", "Renewal offer", "Agents"}
    own |= {"Branch", "Phone", "Web", "=more phone", "strike", "seed", "joint", "advice"}
    own |= {"channelopt", "python", "numpy", "numba", "pyarrow", "calm", "keen", "offer"}
    own |= {
        "LIST",
        "CUSTOMERS",
        "gap",
        "no list keeps this limit",
        "verify",
        "segment",
        "kunde",
        "false",
    }
    with speaking("en"):
        english = list(texts(report(rich)))
    with speaking(locale):
        german = list(texts(report(rich)))
    assert len(english) == len(german)

    def bare(text: str) -> str:
        for name in sorted(own, key=len, reverse=True):
            text = text.replace(name, "")
        return OWN.sub("", re.sub(r"[a-z]+:\S+", "", text))  # names of limits

    alike = {one for one, other in zip(english, german, strict=True) if one == other}
    known = ALIKE | {"Name", "Option"}
    left = {text for text in alike if re.search("[A-Za-z]{3}", bare(text))}
    assert sorted(text for text in left if bare(text).strip() not in known) == []
    assert sorted({text for text in german if ENGLISH.search(bare(text))}) == []


def test_an_edited_list_says_so_first(plain: Path) -> None:
    hours = plain / "hours.csv"
    hours.write_text(hours.read_text().replace("branch,", "branch,1"))
    first = render(report(plain)).split("## ")[1]
    assert "Files of this list were changed after it was written: hours.csv" in first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prices", "said", "missing"),
    [
        ((0.0, 0.0, 0.0, 0.0), "No limit costs anything", "What one more unit is worth"),
        ((0.0, -2.0, 0.0, 0.0), "No capacity, no hours and no budget", ""),
    ],
)
def test_lists_whose_limits_cost_little(
    tmp_path: Path, prices: tuple[float, ...], said: str, missing: str
) -> None:
    folder = cases.write(cases.priced(cases.listing(), prices), tmp_path / "list")
    document = report(folder)
    assert said in render(document)
    assert missing not in titles(document)
    write_report(folder, formats=["html", "xlsx"])


def test_a_list_that_is_not_proven_says_so(tmp_path: Path) -> None:
    made = cases.listing()
    answer = replace(made.answer, status="feasible")
    folder = cases.write(replace(made, answer=answer), tmp_path / "list")
    assert "it is not proven to be the best: up to EUR 999,4" in render(report(folder))


@pytest.mark.slow
def test_one_segment_one_customer_or_nobody(tmp_path: Path) -> None:
    for count in (1, 0):
        made = cases.listing(max(count, 1))
        if not count:
            made = replace(made, register=fakes.Register(()))
        folder = cases.write(made, tmp_path / f"list{count}")
        text = render(report(folder))
        assert f"{count} customer" in text
        write_report(folder, formats=["html", "xlsx"])


def test_a_long_name_does_not_break_the_report(tmp_path: Path) -> None:
    long = {**cases.RESOLVED, "segments": {"calm": {"title": "Ä" * 300}, "keen": {}}}
    folder = cases.write(cases.listing(resolved=long), tmp_path / "list")
    write_report(folder, formats=["html", "xlsx", "md"])
    assert "Ä" * 300 in (folder / "report.md").read_text("utf-8")


def test_ids_stand_where_there_are_no_titles(tmp_path: Path) -> None:
    folder = cases.write(cases.listing(resolved={"format": 1}), tmp_path / "list")
    text = render(report(folder))
    assert "keen" in text
    assert "Keen traders" not in text


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("list.json", lambda text: text.replace('"spread"', '"sprad"'), "list.json"),
        ("list.json", lambda text: text[:40], "list.json"),
        ("totals.csv", lambda text: text.replace("plan_share", "plan"), "totals.csv"),
        ("limits.csv", lambda _text: "a,b\n1", "limits.csv"),
        ("curve.csv", lambda text: text + "1,2\n", "curve.csv"),
        ("what_ifs.csv", lambda _text: "", "what_ifs.csv"),
    ],
)
def test_damaged_lists_are_refused_with_the_file(
    tmp_path: Path, name: str, change: object, said: str
) -> None:
    folder = cases.write_rich(tmp_path / "list")
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(InputError, match=re.escape(said)):
        write_report(folder, formats=["md"])
    assert not (folder / "report.md").exists()


def test_a_list_in_parts_is_reported_like_one_in_a_file(plain: Path) -> None:
    import pyarrow.parquet as pq

    whole = render(report(plain))
    rows = pq.read_table(plain / "assignment.parquet")
    (plain / "assignment").mkdir()
    for place in range(2):
        pq.write_table(rows.slice(60 * place, 60), plain / f"assignment/part-{place:05d}.parquet")
    (plain / "assignment.parquet").unlink()
    found = render(report(plain)).replace("Source: assignment/", "Source: assignment.parquet")
    note, rest = found.split("\n- ", 1)
    assert "assignment.parquet" in note  # the manifest speaks of one file
    assert rest == whole.split("\n- ", 1)[1]


def test_damaged_rows_are_refused_with_the_file(plain: Path) -> None:
    import pyarrow.parquet as pq

    path = plain / "assignment.parquet"
    rows = pq.read_table(path)
    odd = {
        "a row is missing": rows.slice(1),
        "the last row is missing": rows.slice(0, len(rows) - 1),
        "a column is missing": rows.drop_columns(["worse_by"]),
        "decisions are changed": rows.take([1, 0, *range(2, len(rows))]),
        "of one customer": rows.take([0, 1, 3, 2, *range(4, len(rows))]),
    }
    for found in odd.values():
        pq.write_table(found, path)
        with pytest.raises(InputError, match=r"assignment\.parquet"):
            write_report(plain, formats=["md"])
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match=r"assignment\.parquet"):
        write_report(plain, formats=["md"])
    path.unlink()
    with pytest.raises(InputError, match="not the folder of a list"):
        write_report(plain, formats=["md"])


def test_what_is_no_list_any_more_is_refused(plain: Path) -> None:
    cases.edit(plain, lambda data: data.pop("scenario"), "manifest.json")
    with pytest.raises(InputError, match="lacks what a report needs"):
        write_report(plain, formats=["md"])
    cases.edit(plain, lambda data: data.update(kind="letter"), "manifest.json")
    with pytest.raises((UsageError, InputError)):
        write_report(plain, formats=["md"])


def test_without_pyarrow_it_says_what_to_install(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"channelopt\[customers\]"):
        write_report(plain, formats=["md"])


def test_neither_pandas_nor_numba_is_needed(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pandas", "numba"):
        monkeypatch.setitem(sys.modules, name, None)
    write_report(plain, formats=["md", "xlsx"])
    assert (plain / "report.xlsx").stat().st_size > 10_000


def test_columns_of_prices_find_their_limits(tmp_path: Path) -> None:
    """Two limits whose columns would be called the same keep their order."""
    priced = ["a:b", "quota:x", "a_b", "capacity:phone"]
    columns = ["paid_a_b", "paid_a_b_2", "paid_capacity_phone", OTHERS]
    assert list(_limits(columns, priced).values()) == ["a:b", "a_b", "capacity:phone", OTHERS]


def test_customers_who_pay_in_two_decisions_count_once(plain: Path) -> None:
    found = told(plain, ("advice", "offer"), ["capacity:phone", "work:branch"])
    assert 0 < found.paying("capacity:phone") <= 60
    assert found.customers == 60


def test_options_stand_as_they_are_typed(tmp_path: Path) -> None:
    options = {
        "gap": 1e-6,
        "limits": {"hours:team": [100.0, None], "capacity:shop": 7.5},
        "what_ifs": {"less": {"hours:team": "-10%", "capacity:shop": 900}},
    }
    folder = cases.write(cases.listing(options=options), tmp_path / "list")
    report = document_of_list(listed_of(folder), folder)
    facts = {
        str(name): str(value)
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Grid) and "made with" in str(block.title)
        for name, value in block.rows
    }
    assert facts["limits"] == "capacity:shop=7.5; hours:team=100.0.."
    assert facts["what_ifs"] == "less: capacity:shop=900, hours:team=-10%"
