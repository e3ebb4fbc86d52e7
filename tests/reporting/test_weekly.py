"""The week on one page: all campaigns of seven days, the same figures as PDF, XLSX and JSON."""

import io
import json
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pdfplumber
import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from prokes_social.clock import zone_named
from prokes_social.i18n import speaking
from prokes_social.model.report import Paper
from prokes_social.model.week import WeekReport
from prokes_social.reporting.paper import Look
from prokes_social.reporting.week_files import files_of
from prokes_social.reporting.weekly import latest, make_week_report, week_before

from .conftest import DAY, START, Office

WIB = zone_named("WIB")
MONDAY = date(2026, 11, 30)


def at(text: str, zone: ZoneInfo = WIB) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "came"),
    [
        ("2026-11-30 07:30", "2026-11-30 07:30"),
        ("2026-11-30 07:29", "2026-11-23 07:30"),
        ("2026-12-02 12:00", "2026-11-30 07:30"),
        ("2026-12-06 23:59", "2026-11-30 07:30"),
    ],
)
def test_a_weekly_hour_came_last_on_the_offices_own_wall(now: str, came: str) -> None:
    assert latest((0, time(7, 30)), at(now), WIB) == at(came)
    assert latest((0, time(7, 30)), at(now).astimezone(zone_named("WIT")), WIB) == at(came)


def test_the_week_before_a_monday_ends_on_sunday() -> None:
    assert week_before(MONDAY) == (date(2026, 11, 23), date(2026, 11, 29))


@pytest.fixture
def two_campaigns(office: Office) -> Office:
    """One with three deliveries in the week and one after it; another with one that was missed."""
    office.has_account("resmi", "x")
    office.has_account("halaman", "facebook")
    office.reads(office.publishes(office.queues("sabun", "resmi")), 2, impressions=1200, likes=30)
    office.reads(office.publishes(office.queues("sabun", "halaman", 60), 30), 2, impressions=300, reach=210)
    office.publishes(office.queues("masker", "resmi", 600))
    office.queues("masker", "resmi", 8 * DAY)
    office.campaign = "gizi"
    office.saves(title="Isi piringku", yaml="id: gizi\n")
    office.reads(office.publishes(office.queues("sabun", "resmi", 2 * DAY)), 2, impressions=77)
    office.misses(office.queues("sabun", "halaman", 2 * DAY, window=10))
    office.campaign = "cuci-tangan"
    return office


def of(office: Office, monday: date = MONDAY, language: str = "id") -> WeekReport:
    first, last = week_before(monday)
    with speaking(language):
        return make_week_report(
            office.store, first=first, last=last, settings=office.settings, now=START + timedelta(days=7, minutes=30),
            look_of=lambda brand: Look(), paper=Paper(),
        )  # fmt: skip


def test_campaigns_of_the_week_stand_beside_each_other_and_add_up(two_campaigns: Office) -> None:
    week = of(two_campaigns)
    assert [(each.campaign, each.sum.published, each.sum.deliveries) for each in week.campaigns] == [
        ("cuci-tangan", 3, 3),
        ("gizi", 1, 2),
    ]
    total = week.whole.total
    assert (total.published, total.deliveries, total.on_time) == (4, 5, 3)
    figures = {metric.value: figure.value for metric, figure in total.figures.items()}
    assert (figures["impressions"], figures["likes"], figures["reach"]) == (1577, 30, None)
    assert [each.account for each in week.whole.not_out] == ["halaman"]


def test_messages_of_two_campaigns_keep_apart_though_they_share_a_name(two_campaigns: Office) -> None:
    messages = {each.message for each in of(two_campaigns).whole.deliveries}
    assert messages == {"cuci-tangan: sabun", "cuci-tangan: masker", "gizi: sabun"}


def test_a_week_of_nothing_has_no_campaign(office: Office) -> None:
    week = of(office, date(2026, 10, 5))
    assert week.campaigns == ()
    assert week.whole.total.deliveries == 0


def test_a_delivery_of_the_last_minute_belongs_to_its_own_week_by_the_offices_clock(office: Office) -> None:
    office.has_account("resmi", "x")
    midnight = 17 * 3600  # from 07.00 WIB
    office.queues("sabun", "resmi", 6 * DAY + midnight - 60)
    office.queues("masker", "resmi", 6 * DAY + midnight)
    assert [each.message for each in of(office).whole.deliveries] == ["sabun"]


def test_invented_numbers_of_a_sandbox_never_join_those_of_real_people(two_campaigns: Office) -> None:
    two_campaigns.has_account("asli", "instagram", sandbox=False)
    two_campaigns.reads(two_campaigns.publishes(two_campaigns.queues("sabun", "asli", 900)), 2, impressions=5)
    week = of(two_campaigns)
    assert week.whole.total.published == 1
    assert [each.sum.published for each in week.campaigns] == [1, 0]
    assert len(week.whole.deliveries) == 6


def test_pdf_xlsx_and_json_tell_the_same_figures(two_campaigns: Office) -> None:
    files = files_of(of(two_campaigns))
    document = json.loads(files["minggu-2026-11-23.json"])
    assert document["total"]["figures"]["impressions"] == {"value": 1577, "known": "measured"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["minggu-2026-11-23.xlsx"]))
    head, *rows = book.get_sheet_by_name("Menurut kampanye").to_python()
    shown = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    with pdfplumber.open(io.BytesIO(files["minggu-2026-11-23.pdf"])) as pdf:
        lines = [line for page in pdf.pages for line in page.extract_text().splitlines()]
    for each in document["by_campaign"]:
        seen = each["figures"]["impressions"]["value"]
        assert shown[each["label"]]["Tayangan"] == seen
        assert shown[each["label"]]["Tayang"] == each["published"]
        line = next(line for line in lines if line.startswith(each["label"]))
        assert f"{each['published']} dari {each['deliveries']}" in line
        assert f"{seen:,}".replace(",", ".") in line


def test_the_page_for_monday_is_one_page_tagged_and_named(two_campaigns: Office) -> None:
    with pikepdf.open(io.BytesIO(files_of(of(two_campaigns))["minggu-2026-11-23.pdf"])) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.Root.Lang) == "id"
        assert bool(pdf.Root.MarkInfo.Marked)
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert meta["dc:title"] == "Pekan 23–29 November 2026"


def test_every_page_of_a_trial_says_so(two_campaigns: Office) -> None:
    with pdfplumber.open(io.BytesIO(files_of(of(two_campaigns))["minggu-2026-11-23.pdf"])) as pdf:
        assert all("SANDBOX" in page.extract_text() for page in pdf.pages)
