"""Each file is opened by somebody else's reader and says what the others say; the PDF speaks to screen readers."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pdfplumber
import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from prokes_social.i18n import speaking
from prokes_social.model.analysis import BestTimes, Hour
from prokes_social.model.participation import Counts, Participation, UnitCounts, added
from prokes_social.model.reach import Metric
from prokes_social.model.report import Paper, Report, Signature
from prokes_social.model.wave import WaveStatus
from prokes_social.reporting import formats
from prokes_social.store import Store
from tests.factories import put_wave

from .conftest import Office
from .test_report_formats import Tags, busy, deliveries_of_page  # noqa: F401 - `busy` is a fixture

Rows = list[dict[str, object]]


def counts(offered: int, said: int) -> Counts:
    return Counts(
        members=offered + 3, offered=offered, opened=said + 1, sheet=said, said=said, proof=2, clicks=7, visitors=5
    )


def full(report: Report, store: Store) -> Report:
    """With a wave, best times, a number and who signs."""
    rows = (
        UnitCounts(units=("Dinas Kesehatan",), counts=counts(40, 30)),
        UnitCounts(units=("Satpol PP",), counts=counts(20, 5)),
        UnitCounts(units=("Arsip", "Perpustakaan"), counts=counts(6, 2)),
    )
    wave = put_wave(store, status=WaveStatus.OPEN)
    hours = (Hour(weekday=0, hour=7, posts=9, median=1543), Hour(weekday=3, hour=19, posts=2, median=88))
    return replace(
        report,
        participation=(Participation(wave=wave, rows=rows, total=added(row.counts for row in rows)),),
        best_times=BestTimes(hours=hours),
        paper=Paper(number="440/12/Adpim/2026", signature=Signature(office="Kepala Biro", place="Teluk Sari")),
    )


@pytest.fixture
def report(busy: Office) -> Report:  # noqa: F811 - the fixture
    return full(busy.reports(language="en"), busy.store)


def file(report: Report, kind: str, ending: str = "") -> bytes:
    return formats.render(report, kind)[f"cuci-tangan{ending or '.' + kind}"]


def document(report: Report) -> dict[str, object]:
    found: dict[str, object] = json.loads(file(report, "json"))
    return found


def csv_rows(report: Report, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file(report, "csv", f"-{table}.csv").decode("utf-8-sig"))))


def sheet(report: Report, name: str) -> Rows:
    book = CalamineWorkbook.from_filelike(io.BytesIO(file(report, "xlsx")))
    heads, *rows = book.get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def words_of(report: Report) -> str:
    with pdfplumber.open(io.BytesIO(file(report, "pdf"))) as pdf:
        return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def shown(value: object) -> str:
    return "" if value in (None, "", "–") else f"{float(str(value)):g}"


# --- the same in all five ---


def test_the_essentials_are_the_same_in_all_five(report: Report) -> None:
    total = report.total
    seen, liked = total.figure(Metric.IMPRESSIONS).value, total.interactions.value
    told = document(report)["total"]
    page = {found["data-key"]: found for _tag, found in Tags(file(report, "html").decode()).tags if "data-key" in found}
    summary = {row["Figure"]: row for row in sheet(report, "In short")}
    accounts = csv_rows(report, "accounts")
    assert isinstance(told, Mapping)
    assert (seen, liked) == (21_300, 33)
    assert (told["figures"]["impressions"]["value"], told["interactions"]["value"]) == (seen, liked)
    assert (page["impressions"]["data-value"], page["interactions"]["data-value"]) == (str(seen), str(liked))
    assert (summary["Impressions"]["Value"], summary["Interactions"]["Value"]) == (seen, liked)
    assert sum(int(row["impressions"]) for row in accounts if row["impressions"] != "–") == seen
    text = words_of(report)
    assert "21,300" in text
    assert "4 of 5" in text
    assert f"{total.published} of {total.deliveries}" == "4 of 5"


def test_every_delivery_has_the_same_numbers_in_html_csv_json_and_xlsx(report: Report) -> None:
    page = deliveries_of_page(file(report, "html").decode())
    told = document(report)["deliveries"]
    assert isinstance(told, list)
    rows = zip(told, csv_rows(report, "deliveries"), sheet(report, "All deliveries"), strict=True)
    for there, in_csv, in_xlsx in rows:
        for metric in Metric:
            value = shown(there["figures"][metric.value]["value"])
            assert shown(in_csv[metric.label.en]) == value
            assert shown(in_xlsx[metric.label.en.capitalize()]) == value
            if metric in report.told_metrics:
                assert shown(page[str(there["id"]), metric.value][0]) == value


def test_every_account_has_the_same_sums_in_the_pdf_as_in_the_workbook(report: Report) -> None:
    text = words_of(report)
    for row in sheet(report, "By account"):
        seen = row["Impressions"]
        cell = f"{int(float(str(seen))):,}" if seen != "" else "–"
        assert re.search(rf"{row['Name']} \d of \d \S+( of \d)? {re.escape(cell)}", text), row


def test_participation_is_the_same_in_all_five(report: Report) -> None:
    told = document(report)["participation"]
    assert isinstance(told, list)
    page = [found for _tag, found in Tags(file(report, "html").decode()).tags if "data-took-part" in found]
    in_csv, in_xlsx, text = csv_rows(report, "participation"), sheet(report, "Participation"), words_of(report)
    assert len(page) == len(in_csv) == len(in_xlsx) == len(told[0]["by_unit"]) == 3
    for there, row, cells in zip(told[0]["by_unit"], in_csv, in_xlsx, strict=True):
        assert there["said"] == {"value": int(row["said shared ○"]), "known": "self-reported"}
        assert cells["said shared ○"] == there["said"]["value"]
        assert f"({there['said']['value']} of {there['offered']}) ○" in text
    assert "75 % (30 of 40) ○" in text
    assert "2 small units together" in text


def test_best_times_are_the_same_in_all_five_and_say_how_many_posts(report: Report) -> None:
    told = document(report)["best_times"]
    assert isinstance(told, list)
    page = [found for _tag, found in Tags(file(report, "html").decode()).tags if "data-hour" in found]
    medians = [1543, 88]
    assert [each["median_impressions"] for each in told] == medians
    assert [int(found["data-value"] or 0) for found in page] == medians
    assert [int(row["median impressions"]) for row in csv_rows(report, "best-times")] == medians
    assert [row["Median impressions"] for row in sheet(report, "Best times")] == medians
    text = words_of(report)
    assert "1,543" in text
    assert "9 posts" in text
    assert "(88)" in text  # too few to go by


def test_engagement_by_kind_is_the_same_in_all_five(office: Office) -> None:
    office.has_account("resmi", "x")
    office.has_account("halaman", "facebook")
    reposts = {Metric.SHARES: {"repost": 3, "quote": 1}}
    office.reads(
        office.publishes(office.queues("sabun", "resmi")), 1, kinds=reposts, likes=30, comments=0, shares=4, saves=2
    )
    reactions = {Metric.LIKES: {"like": 1200, "love": 34}}
    office.reads(office.publishes(office.queues("sabun", "halaman")), 1, kinds=reactions, likes=1234, clicks=12)
    report = office.reports(language="en")
    wanted = {
        "Likes": ("1234", "30", "1264"),
        "Likes: thumb up": ("1200", "", "1200"),
        "Likes: love": ("34", "", "34"),
        "Comments": ("", "0", "0"),
        "Shares": ("", "4", "4"),
        "Shares: reposts": ("", "3", "3"),
        "Shares: quotes": ("", "1", "1"),
        "Saves": ("", "2", "2"),
        "Clicks": ("12", "", "12"),
        "Video views": ("", "", ""),
    }
    heads = ("Facebook", "X", "Together")
    in_xlsx = {str(row["Kind"]): row for row in sheet(report, "Engagement by kind")}
    in_csv = {row["kind"].capitalize(): list(row.values())[1:] for row in csv_rows(report, "engagement")}
    told = document(report)["engagement_by_kind"]
    assert isinstance(told, list)
    page, text = kinds_of_page(file(report, "html").decode()), words_of(report)
    assert list(in_xlsx) == list(in_csv) == list(wanted)
    for there, (label, values) in zip(told, wanted.items(), strict=True):
        assert tuple(shown(in_xlsx[label][head]) for head in heads) == values
        assert tuple(in_csv[label]) == tuple(value or "–" for value in values)
        assert tuple(shown(figure["value"]) for figure in there["by_platform"].values()) == values
        assert page[there["kind"], there["part"] or ""] == values
        assert f"{label} {' '.join(f'{int(value):,}' if value else '–' for value in values)}" in text


def kinds_of_page(page: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """(kind, part) to the values of its row."""
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    current = ("", "")
    for _tag, found in Tags(page).tags:
        if "data-kind" in found:
            current = (found["data-kind"] or "", found["data-part"] or "")
        if "data-on" in found:
            rows[current] = (*rows.get(current, ()), found["data-value"] or "")
    return rows


def test_interactions_say_in_all_five_what_they_lack(report: Report) -> None:
    """X told no saves, and Facebook nothing but likes."""
    told = document(report)
    total, by_account = told["total"], told["by_account"]
    assert isinstance(total, Mapping)
    assert isinstance(by_account, list)
    lacking = {each["label"]: each["interactions"]["without"] for each in by_account}
    assert lacking == {
        "foto": [],
        "halaman": ["comments", "shares", "saves"],
        "resmi": ["likes", "comments", "shares", "saves"],
    }
    assert total["interactions"] == {
        "value": 33, "known": "measured", "without": ["likes", "comments", "shares", "saves"],
    }  # fmt: skip
    for row in (*csv_rows(report, "accounts"),):
        assert row["interactions: without"] == ", ".join(lacking[row["name"]])
    for cells in sheet(report, "By account"):
        assert cells["Interactions without"] == ", ".join(lacking[str(cells["Name"])])
    page = Tags(file(report, "html").decode())
    cells_of_page = [found["data-without"] for _tag, found in page.tags if found.get("data-figure") == "interactions"]
    assert " ".join(lacking["halaman"]) in cells_of_page
    note = "Facebook: comments 1 of 1, shares 1 of 1, saves 1 of 1"
    assert note in page.text
    assert note in words_of(report)
    assert any(note in str(row["Value"]) for row in sheet(report, "In short"))
    assert re.search(r"halaman 1 of 2 \S+ of \d 20,000 9,000 ≥ 1 ", words_of(report))


# --- the PDF ---


def test_the_pdf_is_tagged_and_says_what_it_is_and_in_which_language(report: Report) -> None:
    with pikepdf.open(io.BytesIO(file(report, "pdf"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert pdf.docinfo["/Title"] == report.subject.title
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"


def test_every_picture_in_the_pdf_has_words_for_those_who_can_not_see_it(report: Report) -> None:
    with pikepdf.open(io.BytesIO(file(report, "pdf"))) as pdf:
        figures = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"]
        words = [str(each.get("/Alt", "")) for each in figures]
    assert len(words) >= 2
    assert all(words)
    assert any("halaman 20,000" in each for each in words)  # the curve
    assert any("Dinas Kesehatan 75 %" in each for each in words)  # the bars


def test_the_letter_has_its_head_number_signature_and_pages(report: Report) -> None:
    text = words_of(report)
    assert "PROVINSI NUSA RAYA" in text
    assert "Number: 440/12/Adpim/2026" in text
    assert "Kepala Biro," in text
    assert re.search(r"page 1 of \d", text)


def test_text_that_looks_like_typst_stays_text(office: Office) -> None:
    office.saves('title: "x"\npurpose: "#panic() $x$ @a <b> *c*"\nowner: o\n', title='#import "x": *')
    office.has_account("resmi", "x")
    office.queues("sabun", "resmi", text='#read("/etc/passwd")')
    text = words_of(office.reports())
    assert "#panic() $x$ @a <b> *c*" in text
    assert '#import "x": *' in text


def test_a_long_list_of_deliveries_points_to_the_workbook(report: Report) -> None:
    many = replace(report, deliveries=report.deliveries[:1] * 301)
    assert "--format xlsx" in words_of(many)
    assert "--format xlsx" not in words_of(report)


def test_a_long_page_points_to_the_workbook_too(report: Report) -> None:
    page = file(replace(report, deliveries=report.deliveries[:1] * 1001), "html").decode()
    assert page.count("<tr data-delivery=") == 1000
    assert "--format xlsx" in page
    assert "--format xlsx" not in file(report, "html").decode()


def test_the_same_report_gives_the_same_pdf(report: Report) -> None:
    assert file(report, "pdf") == file(report, "pdf")


# --- the workbook ---


def test_the_workbook_has_charts_with_words_frozen_heads_and_filters(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(file(report, "xlsx"))) as book:
        names = book.namelist()
        charts = [name for name in names if name.startswith("xl/charts/chart")]
        drawings = "".join(book.read(name).decode() for name in names if name.startswith("xl/drawings/drawing"))
        sheets = [book.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]
    assert len(charts) == drawings.count("descr=") >= 4
    assert 'descr=""' not in drawings
    assert all('state="frozen"' in each and "<autoFilter" in each for each in sheets)


def test_no_cell_of_the_workbook_is_a_formula(office: Office) -> None:
    office.has_account("resmi", "x")
    office.holds(office.queues("sabun", "resmi"), '=HYPERLINK("http://x")')
    office.saves("title: x\npurpose: y\nowner: z\n", title="=1+1")
    data = file(office.reports(language="en"), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    assert "<f>" not in sheets
    assert "<hyperlink" not in sheets
    (row,) = sheet(office.reports(language="en"), "Not out")
    assert row["Why"] == '=HYPERLINK("http://x")'


def test_times_in_the_workbook_are_times_and_the_unknown_is_empty(report: Report) -> None:
    rows = sheet(report, "All deliveries")
    assert str(rows[0]["Due"]) == "2026-11-23 07:00:00"
    assert rows[2]["Impressions"] == ""


def test_the_workbook_speaks_the_reports_language(busy: Office) -> None:  # noqa: F811 - the fixture
    with speaking("en"):
        data = file(busy.reports(language="id"), "xlsx")
    assert "Ringkasan" in CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
