"""Every format tells the same figures, opens where it is meant to, and lets nobody's text do anything."""

import csv
import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from prokes_social.errors import ContentError, StoreError
from prokes_social.i18n import speaking
from prokes_social.model.reach import Known, Metric
from prokes_social.model.report import Report
from prokes_social.reporting import formats
from prokes_social.reporting.colour import CONTRAST, contrast_on_white, readable
from prokes_social.reporting.formats import csv as csv_format
from prokes_social.reporting.formats import html as html_format

from .conftest import Office

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Tags(HTMLParser):
    """Every tag with its attributes, and the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def busy(office: Office) -> Office:
    """Three platforms, two messages; some read, some not, one missed, one found again."""
    office.has_unit("dinkes", "Dinas Kesehatan")
    for name, platform, unit in (
        ("resmi", "x", "adpim"),
        ("halaman", "facebook", "adpim"),
        ("foto", "instagram", "dinkes"),
    ):
        office.has_account(name, platform, unit)
    office.keeps_card("k")
    queued = [office.queues("sabun", account, card="k") for account in ("resmi", "halaman", "foto")]
    office.reads(office.publishes(queued[0]), 1, impressions=1234, likes=30, comments=0, shares=2)
    office.reads(office.publishes(queued[1], 3.25), 1, impressions=20_000, reach=9_000, likes=1, clicks=12)
    office.publishes(queued[2])
    office.reads(office.finds_again(office.queues("masker", "resmi", 60)), 3, impressions=66)
    office.misses(office.queues("masker", "halaman", 60, window=10))
    return office


def page_of(report: Report) -> str:
    return formats.render(report, "html")["cuci-tangan.html"].decode()


def table_of(report: Report, table: str = "deliveries") -> list[list[str]]:
    data = formats.render(report, "csv")[f"cuci-tangan-{table}.csv"].decode("utf-8-sig")
    return list(csv.reader(io.StringIO(data), delimiter=";" if report.language == "id" else ","))


# --- the folder is the register ---


def test_formats_are_found_in_the_folder() -> None:
    assert {"csv", "html", "json"} <= set(formats.names())


def test_listing_formats_imports_none_of_them() -> None:
    code = "import sys; from prokes_social.reporting import formats; formats.names(); print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", formats.names())
def test_a_format_keeps_the_contract(busy: Office, name: str) -> None:
    each = formats.get(name)
    assert each.name == name
    assert each.label.id
    assert each.label.en
    assert "/" in each.media_type
    files = formats.render(busy.reports(), name)
    assert files
    assert all(file.startswith("cuci-tangan") and file.endswith(each.suffix) and data for file, data in files.items())


def test_a_format_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ContentError) as refused:
        formats.get("docx")
    assert "html" in refused.value.hint


def test_files_are_written_under_the_campaigns_name(busy: Office, tmp_path: Path) -> None:
    (path,) = formats.write(busy.reports(), "json", tmp_path)
    assert path == tmp_path / "cuci-tangan.json"
    assert json.loads(path.read_bytes())["campaign"] == "cuci-tangan"


def test_a_folder_that_can_not_be_written_is_an_error_with_a_remedy(busy: Office, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        formats.write(busy.reports(), "json", tmp_path / "nowhere")
    assert refused.value.hint


@pytest.mark.parametrize("name", formats.names())
def test_a_report_of_nothing_can_be_written(office: Office, name: str) -> None:
    assert formats.render(office.reports(), name)


# --- the same figures everywhere ---


def test_html_csv_and_json_tell_the_same_figures(busy: Office) -> None:
    report = busy.reports(language="en")
    document = json.loads(formats.render(report, "json")["cuci-tangan.json"])
    shown = deliveries_of_page(page_of(report))
    header, *rows = table_of(report)
    for told, row in zip(document["deliveries"], rows, strict=True):
        for metric in Metric:
            figure = told["figures"][metric.value]
            value = "" if figure["value"] is None else str(figure["value"])
            assert row[header.index(metric.label.en)] == (value or "–")
            assert row[header.index(f"{metric.label.en}: known how")] == Known(figure["known"]).label.en
            if metric in report.told_metrics:
                assert shown[str(told["id"]), metric.value] == (value, figure["known"])


def test_sums_are_the_same_in_html_csv_and_json(busy: Office) -> None:
    report = busy.reports()
    document = json.loads(formats.render(report, "json")["cuci-tangan.json"])
    keys = {a["data-key"]: a for _tag, a in Tags(page_of(report)).tags if "data-key" in a}
    assert keys["impressions"]["data-value"] == str(document["total"]["figures"]["impressions"]["value"]) == "21300"
    assert keys["interactions"]["data-value"] == str(document["total"]["interactions"]["value"]) == "33"
    assert keys["published"]["data-value"] == str(document["total"]["published"]) == "4"
    header, *rows = table_of(report, "accounts")
    impressions = header.index("tayangan")
    assert sum(int(row[impressions]) for row in rows if row[impressions] != "–") == 21300
    assert {row[header.index("jangkauan")] for row in rows} == {"–"}  # reach is never a sum


def deliveries_of_page(page: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(delivery, metric) to (value, known) as the page's data-* attributes have them."""
    figures: dict[tuple[str, str], tuple[str, str]] = {}
    current = ""
    for tag, found in Tags(page).tags:
        if tag == "tr":
            current = found.get("data-delivery") or ""
        if tag == "td" and current and "data-figure" in found:
            figures[current, found["data-figure"] or ""] = (found["data-value"] or "", found["data-known"] or "")
    return figures


def test_every_point_of_the_chart_is_in_the_table_below_it(busy: Office) -> None:
    report = busy.reports()
    tags = Tags(page_of(report)).tags
    listed = [(a["data-line"], a["data-value"]) for _tag, a in tags if "data-line" in a]
    assert listed == [(curve.label, str(p.impressions)) for curve in report.curves.curves for p in curve.points]


# --- html ---


def test_a_hostile_text_stays_text(office: Office) -> None:
    office.saves(f"title: x\npurpose: {json.dumps(HOSTILE)}\nowner: {json.dumps(HOSTILE)}\n", title=HOSTILE)
    office.has_account("resmi", "x")
    office.keeps_card("k", alt=HOSTILE)
    queued = office.queues("sabun", "resmi", text=HOSTILE, card="k")
    office.publishes(queued, permalink="javascript:alert(3)")
    office.holds(office.queues("masker", "resmi", 9, text=HOSTILE), HOSTILE)
    page = page_of(office.reports())
    tags = Tags(page).tags
    assert HOSTILE in Tags(page).text
    assert sum(tag == "script" for tag, _ in tags) == 1  # our own
    assert not [name for _tag, found in tags for name in found if name.startswith("on")]
    assert not [found for tag, found in tags if tag == "a" and not (found["href"] or "").startswith("http://127.0.0.1")]
    assert HOSTILE in {found.get("alt") for tag, found in tags if tag == "img"}


def test_the_page_needs_nothing_from_outside(busy: Office) -> None:
    page = page_of(busy.reports())
    outside = [found for tag, found in Tags(page).tags if tag in ("link", "iframe", "object") or "srcset" in found]
    sources = [found["src"] for _tag, found in Tags(page).tags if "src" in found]
    assert not outside
    assert sources
    assert all((source or "").startswith("data:image/jpeg;base64,") for source in sources)
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert len(page) < 120_000


def test_a_sandbox_is_marked_and_its_pace_is_told(busy: Office) -> None:
    text = Tags(page_of(busy.reports(language="en"))).text
    assert text.count("SANDBOX") >= 4
    assert "1 second = 1 day" in text


def test_a_report_of_real_accounts_carries_no_mark(office: Office) -> None:
    office.has_account("resmi", "x", sandbox=False)
    office.publishes(office.queues("sabun", "resmi"))
    assert "SANDBOX" not in Tags(page_of(office.reports())).text


def test_a_sandbox_post_is_not_linked_to_a_real_platform(office: Office) -> None:
    office.has_account("coba", "x", sandbox=True)
    office.has_account("resmi", "x", sandbox=False)
    office.publishes(office.queues("sabun", "coba"), permalink="https://x.com/coba/status/1")
    office.publishes(office.queues("sabun", "resmi"), permalink="https://x.com/resmi/status/2")
    links = [found["href"] for tag, found in Tags(page_of(office.reports())).tags if tag == "a"]
    assert links == ["https://x.com/resmi/status/2"]


def test_what_is_not_known_is_a_dash_and_never_a_zero(office: Office) -> None:
    office.has_account("resmi", "x")
    office.publishes(office.queues("sabun", "resmi"))
    tags = Tags(page_of(office.reports())).tags
    (key,) = [found for _tag, found in tags if found.get("data-key") == "impressions"]
    assert (key["data-value"], key["data-known"]) == ("", "unknown")


def test_the_reports_language_wins_over_the_language_around_it(busy: Office) -> None:
    report = busy.reports(language="en")
    with speaking("id"):
        page = page_of(report)
    assert '<html lang="en">' in page
    assert "Campaign reach report" in page
    assert "tayangan" not in page.lower()


def test_the_chart_speaks_to_those_who_can_not_see_it(busy: Office) -> None:
    page = page_of(busy.reports(language="en"))
    charts = re.findall(r'<svg class="chart.*?</svg>', page, re.DOTALL)
    assert len(charts) == 2
    assert all('role="img"' in chart and "<desc" in chart for chart in charts)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_number_that_was_not_measured_carries_its_sign() -> None:
    from prokes_social.model.reach import Figure

    template = html_format._environment().from_string('{% from "_pieces.html.j2" import figure %}{{ figure(value) }}')
    with speaking("en"):
        shown = template.render(value=Figure(value=1200, known=Known.SELF_REPORTED))
    assert "1,200" in shown
    assert "self-reported" in shown


def test_a_broken_card_leaves_its_place_empty(office: Office) -> None:
    office.has_account("resmi", "x")
    office.keeps_card("k", data=b"not a picture")
    office.queues("sabun", "resmi", card="k")
    assert "<img" not in page_of(office.reports())


@pytest.mark.parametrize("colour", ["#ffee00", "#fff", "red", "#0b5563; } body { display: none", "", "#123456"])
def test_any_accent_becomes_a_colour_that_can_be_read(colour: str) -> None:
    found = readable(colour, otherwise="#0b5563")
    assert re.fullmatch(r"#[0-9a-f]{6}", found)
    assert contrast_on_white(*bytes.fromhex(found[1:])) >= CONTRAST


# --- csv ---


def test_an_indonesian_excel_opens_the_csv_as_a_table(busy: Office) -> None:
    data = formats.render(busy.reports(), "csv")["cuci-tangan-deliveries.csv"]
    assert data.startswith(b"\xef\xbb\xbf")
    header, first, second, *_rest = table_of(busy.reports())
    assert len(header) == len(first) == len(second)
    assert "20000" in second  # no dots in whole numbers
    assert "3,25" in second
    assert "2026-11-23 07:00:00" in second


def test_in_english_the_csv_has_commas_and_points(busy: Office) -> None:
    _header, _first, second, *_rest = table_of(busy.reports(language="en"))
    assert "3.25" in second


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_cell_never_becomes_a_formula(start: str) -> None:
    assert csv_format._cell(f"{start}1+1") == f"'{start}1+1"


def test_a_formula_behind_another_countrys_separator_is_disarmed_too() -> None:
    assert csv_format._cell("halo,=1+1;@x") == "halo,'=1+1;'@x"


def test_a_negative_number_stays_a_number() -> None:
    assert csv_format._cell(-3) == "-3"


def test_a_hostile_reason_reaches_the_sheet_as_text(office: Office) -> None:
    office.has_account("resmi", "x")
    office.holds(office.queues("sabun", "resmi"), '=HYPERLINK("http://x")')
    _header, row = table_of(office.reports())
    assert '\'=HYPERLINK("http://x")' in row
