"""Staff's own accounts are one sum of nobody: in no file a name, an address, a minute or a small group."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from python_calamine import CalamineWorkbook

from prokes_social.i18n import speaking
from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.participation import SMALLEST
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import UNKNOWN, Paper, PersonalPosts, Report
from prokes_social.model.wave import WaveStatus
from prokes_social.model.week import WeekReport
from prokes_social.reporting import formats
from prokes_social.reporting.paper import Look
from prokes_social.reporting.week_files import files_of
from prokes_social.reporting.weekly import make_week_report, week_before
from prokes_social.store import Store, accounts
from tests.factories import add_person, put_wave

from .conftest import START, Office, settings_of
from .test_report_formats import Tags
from .test_same_figures import csv_rows, document, sheet, words_of

#: Seconds after the start at which the first of them tapped: a minute that nothing of the office's shares.
TAPPED = 3 * 3600 + 17 * 60


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Office]:
    office = Office(store, settings_of(tmp_path, time_scale=1))
    office.has_unit("adpim", "Biro Administrasi Pimpinan")
    office.has_unit("arsip", "Dinas Kearsipan")
    office.saves()
    office.has_account("resmi", "x", sandbox=False)
    office.keeps_card("kartu-resmi", alt="Kartu resmi")
    office.reads(office.publishes(office.queues("sabun", "resmi", card="kartu-resmi")), 60, impressions=1000, likes=40)
    yield office


def join(office: Office, number: int, unit: str = "arsip", *, sandbox: bool = False) -> str:
    """A person who connected their own X; the account's name."""
    person = add_person(office.store, f"Ratih Kumala {number}", unit=unit)
    name = f"x-pegawai-{person.id}"
    with office.store.write() as tx:
        accounts.put_unit(tx, Unit(id=unit, name="Dinas Kearsipan", zone="WIB"))
        account_id = accounts.add(
            tx, name=name, platform="x", unit_id=unit, kind=AccountKind.PERSONAL, sandbox=sandbox
        )  # fmt: skip
        accounts.set_owner(tx, account_id, owner_id=person.id, unit_id=unit)
        accounts.note_identity(tx, account_id, external_id=f"9{number}", handle=f"ratih_{number}", now=START)
    return name


def tap(office: Office, account: str, number: int, message: str = "sabun", **numbers: Any) -> None:
    """They post their own words with their own card, and it is read."""
    office.keeps_card(f"wajah-{account}-{number}", alt=f"Kartu dengan wajah {account}")
    queued = office.queues(
        message, account, TAPPED + number, text=f"Kataku sendiri {account}.", card=f"wajah-{account}-{number}"
    )
    office.publishes(queued, permalink=f"https://x.com/ratih_{number}/status/77{number}")
    if numbers:
        office.reads(queued, 3600, **numbers)


def people_post(office: Office, count: int) -> list[str]:
    names = [join(office, number) for number in range(count)]
    for number, name in enumerate(names):
        tap(office, name, number, impressions=100 + number, likes=number, clicks=2)
    return names


def week_of(office: Office) -> WeekReport:
    first, last = week_before(START.date() + timedelta(days=7))
    with speaking("id"):
        return make_week_report(
            office.store, first=first, last=last, settings=office.settings, now=START + timedelta(days=7),
            look_of=lambda brand: Look(), paper=Paper(),
        )  # fmt: skip


def everything_in(files: Mapping[str, bytes]) -> str:
    """All that a reader of these files can find in them, in whatever they are packed."""
    return "\n".join(_words_in(name, data) for name, data in files.items())


def _words_in(name: str, data: bytes) -> str:
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "\n".join(book.read(each).decode(errors="replace") for each in book.namelist())
    if name.endswith(".pdf"):
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            text = " ".join(page.extract_text() for page in pdf.pages)
        return text + data.decode("latin-1")
    return data.decode()


def files_with_all(office: Office, after: float = 2 * 86400) -> dict[str, bytes]:
    report = office.reports(after)
    written = [formats.render(report, name) for name in formats.names()]
    return {name: data for each in [*written, files_of(week_of(office))] for name, data in each.items()}


@pytest.mark.parametrize("count", [1, SMALLEST - 1, SMALLEST, SMALLEST + 2])
def test_nothing_in_any_file_leads_to_a_person(office: Office, count: int) -> None:
    names = people_post(office, count)
    tap(office, names[0], 200, message="masker", impressions=3)
    office.publishes(office.queues("masker", "resmi", 2 * 3600 * 6))  # without a card, and after the person
    office.misses(office.queues("sabun", names[0], 9000, text="Kataku sendiri tak tayang.", window=10))
    office.holds(office.queues("masker", names[0], 9600, text="Kataku sendiri tertahan."), "pegawai ragu")
    found = everything_in(files_with_all(office))
    traces = ["ratih", "kumala", "x-pegawai", "kataku", "wajah", "/status/77", "10:17", "10.17", "arsip", "ragu"]
    assert [each for each in traces if each in found.lower()] == []
    assert "resmi" in found


@pytest.mark.parametrize("count", [0, 1, SMALLEST - 1])
def test_few_people_are_as_if_nobody_had_posted(office: Office, count: int) -> None:
    put_wave(office.store, campaign=office.campaign, status=WaveStatus.OPEN)
    before = files_with_all(office)
    people_post(office, count)
    after = files_with_all(office)
    assert office.reports(2 * 86400).personal is None
    same = {name for name in before if not name.endswith(".pdf")}
    assert {name for name in same if _words_in(name, before[name]) != _words_in(name, after[name])} == set()


def test_enough_people_are_one_sum_that_no_other_sum_has_part_in(office: Office) -> None:
    before = office.reports(2 * 86400)
    people_post(office, 6)
    report = office.reports(2 * 86400)
    assert report.personal == PersonalPosts(
        accounts=6,
        posts=6,
        figures={
            **dict.fromkeys(Metric, UNKNOWN),
            Metric.IMPRESSIONS: Figure(value=615, known=Known.MEASURED),
            Metric.LIKES: Figure(value=15, known=Known.MEASURED),
            Metric.CLICKS: Figure(value=12, known=Known.MEASURED),
        },
        interactions=Figure(value=15, known=Known.MEASURED),
        interactions_without=(Metric.COMMENTS, Metric.SHARES, Metric.SAVES),
    )
    parts = ("total", "by_account", "by_unit", "by_platform", "messages", "deliveries", "curves", "best_times")
    assert [part for part in parts if getattr(report, part) != getattr(before, part)] == []


def test_five_posts_of_four_people_are_four_people(office: Office) -> None:
    names = people_post(office, SMALLEST - 1)
    tap(office, names[0], 50, message="masker", impressions=9)
    assert office.reports(2 * 86400).personal is None


def test_two_accounts_of_one_person_are_one_person(office: Office) -> None:
    people_post(office, SMALLEST - 1)
    name = join(office, 90)
    with office.store.write() as tx:
        first = accounts.by_name(tx, "x-pegawai-1")
        second = accounts.by_name(tx, name)
        assert first
        assert second
        accounts.set_owner(tx, second.id, owner_id=first.owner_id or 0, unit_id="arsip")
    tap(office, name, 90, impressions=5)
    assert office.reports(2 * 86400).personal is None


def test_a_number_that_few_of_them_tell_is_not_shown(office: Office) -> None:
    people_post(office, 5)
    name = join(office, 60)
    tap(office, name, 60, impressions=10_000, saves=77)
    found = office.reports(2 * 86400).personal
    assert found
    assert found.figures[Metric.SAVES] == UNKNOWN
    assert found.figures[Metric.IMPRESSIONS].value == 510 + 10_000
    assert (found.interactions.value, Metric.SAVES in found.interactions_without) == (10, True)


def test_invented_numbers_of_a_sandbox_never_join_those_of_real_people(office: Office) -> None:
    people_post(office, 5)
    tap(office, join(office, 60, sandbox=True), 60, impressions=10_000)
    found = office.reports(2 * 86400).personal
    assert found
    assert (found.accounts, found.figures[Metric.IMPRESSIONS].value) == (5, 510)


def test_a_message_that_only_people_posted_is_not_told(office: Office) -> None:
    for number, name in enumerate(people_post(office, 5)):
        tap(office, name, 100 + number, message="masker", impressions=1)
    assert [each.id for each in office.reports(2 * 86400).messages] == ["sabun"]


def test_a_campaign_that_only_people_post_is_no_part_of_the_week(office: Office) -> None:
    office.campaign = "gizi"
    office.saves(yaml="id: gizi\n", title="Isi piringku")
    people_post(office, 2)
    assert [each.campaign for each in week_of(office).campaigns] == ["cuci-tangan"]


def test_personal_sharing_stands_beside_institutional_with_the_same_figures_in_all(office: Office) -> None:
    people_post(office, 6)
    report = office.reports(2 * 86400, language="en")
    told: Any = document(report)["personal"]
    assert (told["accounts"], told["posts"]) == (6, 6)
    assert told["figures"]["impressions"] == {"value": 615, "known": "measured"}
    assert told["interactions"] == {"value": 15, "known": "measured", "without": ["comments", "shares", "saves"]}
    wanted = {"Accounts": (1, 6), "Posts": (1, 6), "Impressions": (1000, 615), "Likes": (40, 15), "Clicks": ("", 12)}
    in_xlsx = {row["Figure"]: row for row in sheet(report, "Personal sharing")}
    in_csv = {row["figure"].capitalize(): row for row in csv_rows(report, "personal")}
    page = beside_of_page(report)
    text = words_of(report)
    for figure, (official, personal) in wanted.items():
        row = in_xlsx[figure]
        assert (row["Official accounts"], row["Staff's own accounts"]) == (official, personal)
        cells = in_csv[figure]
        assert cells["official accounts"] == (str(official) or "–")
        assert cells["staff's own accounts"] == str(personal)
        assert page[figure] == (str(official), str(personal))
        shown = f"{official:,}" if isinstance(official, int) else "–"
        assert f"{figure} {shown} {personal:,}" in text
    assert "Interactions ≥ 40 ≥ 15" in text


def beside_of_page(report: Report) -> dict[str, tuple[str, str]]:
    tags = Tags(formats.render(report, "html")["cuci-tangan.html"].decode()).tags
    rows = [found for _tag, found in tags if "data-beside" in found]
    return {
        str(row["data-beside"]).capitalize(): (row["data-official"] or "", row["data-personal"] or "") for row in rows
    }


def test_that_few_posted_reads_like_that_nobody_did(office: Office) -> None:
    put_wave(office.store, campaign=office.campaign, status=WaveStatus.OPEN)
    (note,) = [note for note in office.reports(2 * 86400, language="en").notes if "own accounts" in note]
    assert "fewer than 5 people, or nobody" in note


def test_times_of_the_files_are_the_offices(office: Office) -> None:
    """Else the test above would look for a minute that no file could hold."""
    assert (START + timedelta(seconds=TAPPED)).astimezone(UTC).strftime("%H.%M") == "03.17"  # 10.17 WIB
    book = CalamineWorkbook.from_filelike(io.BytesIO(formats.render(office.reports(), "xlsx")["cuci-tangan.xlsx"]))
    assert book.sheet_names
    assert json.loads(formats.render(office.reports(), "json")["cuci-tangan.json"])["personal"] is None
