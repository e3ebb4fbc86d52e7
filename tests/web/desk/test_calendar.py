"""The queue as month, week and list; a delivery moved by the form, which rewrites the campaign's text alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.i18n import use_language
from prokes_social.model.account import Unit
from prokes_social.model.delivery import Delivery
from prokes_social.model.user import Role
from prokes_social.store import accounts
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.web.desk.conftest import Desk

CAMPAIGN = """\
id: uji
title: Uji coba
purpose: Menguji pemindahan
owner: Biro Adpim
brand: nusa-raya
zone: WIB
starts_on: 2026-11-23
ends_on: 2026-12-24
sources:
  - {id: who, title: WHO, url: https://www.who.int/, checked_on: 2026-11-12, valid_until: 2027-06-30}
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir.
    sources: [who]
sends:
  # Komentar ini tetap di tempatnya.
  - {id: satu, message: tangan, to: [fb-kabupaten], at: 2026-11-25 07.30}
  - {id: tiap, message: tangan, to: [fb-kabupaten], every: senin 09.00}
"""


@pytest.fixture
def sari(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.EDITOR, name="sari")


@pytest.fixture
def file(app: App) -> Path:
    """A campaign that is queued."""
    account = add_account(app.store, "fb-kabupaten", "facebook")
    with app.store.write() as tx:
        accounts.note_identity(tx, account.id, external_id="7", handle="@kabupaten", now=app.clock.now())
    path = app.settings.home / "campaigns" / "uji.yaml"
    path.write_text(CAMPAIGN, encoding="utf-8")
    app.campaigns.schedule(path, by="Ayu")
    return path


def sent_by(app: App, send: str) -> Delivery:
    return next(each for each in app.deliveries.listing() if each.key.occurrence.startswith(f"{send}@"))


def fill(app: App, count: int = 5) -> None:
    add_account(app.store)
    for number in range(count):
        content = make_content(text=f"Pesan {number}.", due_at=DUE + timedelta(minutes=number))
        queue_delivery(app.store, message=f"pesan-{number}", occurrence=f"s{number}@2026-11-23", content=content)


def test_a_month_shows_its_days_with_how_many_and_a_way_to_all_of_them(app: App, sari: Desk) -> None:
    fill(app)
    page = sari.get("/calendar?date=2026-11-01").text
    assert "November 2026" in page and page.count('data-day="2026-11-23"') == 1
    assert "pesan-0" in page and "pesan-4" not in page and "dan 2 lagi" in page
    assert "pesan-4" in sari.get("/calendar?view=list&date=2026-11-23").text


def test_hours_are_the_offices_and_say_so(app: App, sari: Desk) -> None:
    fill(app, 1)
    page = sari.get("/calendar?view=week&date=2026-11-23").text
    assert "12.00" in page and "WIB" in page


@pytest.mark.parametrize(
    ("query", "there"),
    [("", 5), ("&account=x-kabupaten", 5), ("&account=lain", 0), ("&campaign=agen", 5), ("&campaign=lain", 0),
     ("&status=scheduled", 5), ("&status=failed", 0), ("&unit=diskominfo", 5), ("&unit=lain", 0)],
)  # fmt: skip
def test_filters_stand_in_the_address(app: App, sari: Desk, query: str, there: int) -> None:
    fill(app)
    page = sari.get(f"/calendar?view=list&date=2026-11-23{query}").text
    assert len(re.findall(r'<li data-delivery="', page)) == there


def test_a_long_list_has_pages_that_follow_each_other_without_gap_or_repetition(app: App, sari: Desk) -> None:
    fill(app, 60)
    first = sari.get("/calendar?view=list").text
    following = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert following
    second = sari.get(following[1].replace("&amp;", "&")).text
    shown = [re.findall(r'<li data-delivery="(\d+)"', page) for page in (first, second)]
    assert [len(each) for each in shown] == [50, 10] and not set(shown[0]) & set(shown[1])


def test_holidays_and_today_are_marked(app: App, sari: Desk) -> None:
    page = sari.get("/calendar?date=2026-12-01").text
    christmas = page.partition('data-day="2026-12-25"')[2].partition("</h2>")[0]
    assert "libur" in christmas
    assert "hari ini" in sari.get("/calendar").text.partition('data-day="2026-11-23"')[2].partition("</h2>")[0]


def test_two_at_the_same_minute_on_one_account_are_pointed_at(app: App, sari: Desk) -> None:
    add_account(app.store)
    for name in ("satu", "dua"):
        queue_delivery(app.store, message=name, content=make_content(text=name))
    assert sari.get("/calendar?view=list").text.count("terlalu dekat") == 2
    for view in ("month", "week"):
        page = sari.get(f"/calendar?view={view}&date={DUE.date()}").text
        assert "2 terlalu dekat" in page and page.count('class="near"') == 2


def test_a_neighbour_that_the_filter_hides_is_minded_too_but_not_one_that_is_gone(app: App, sari: Desk) -> None:
    add_account(app.store)
    for name in ("satu", "dua"):
        queue_delivery(app.store, campaign=name, message=name, content=make_content(text=name))
    query = f"/calendar?view=week&date={DUE.date()}&campaign=satu"
    assert sari.get(query).text.count('class="near"') == 1
    other = next(each for each in app.deliveries.listing() if each.key.campaign == "dua")
    sari.post(f"/deliveries/{other.id}/drop", {"sure": "yes"})
    assert sari.get(query).text.count('class="near"') == 0


@pytest.mark.parametrize(
    "query", ["view=list&date=0001-01-01", "view=x", "date=2026-13-40", "after=x~y", "view=list&after=2026-11-23~1",
              "view=list&after=2026-11-23T00:00:00%2B00:00~9999999999999999", "status={{7*7}}", "date=9999-12-31"],
)  # fmt: skip
def test_strange_addresses_give_a_calendar(sari: Desk, query: str) -> None:
    assert sari.get(f"/calendar?{query}").status_code == 200


def test_another_unit_s_deliveries_are_in_no_view(app: App, desk: Callable[..., Desk]) -> None:
    fill(app)
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    other = desk(*Role, name="dinkes", unit="dinkes")
    for view in ("month", "week", "list"):
        assert "pesan-" not in other.get(f"/calendar?view={view}&date=2026-11-23").text


# --- moving ---


def move(sari: Desk, each: Delivery, **said: str) -> str:
    return sari.post(f"/deliveries/{each.id}/move", said).text


def test_a_move_shows_the_lines_and_the_plan_before_anything_is_saved(app: App, file: Path, sari: Desk) -> None:
    page = move(sari, sent_by(app, "satu"), day="2026-11-26", hour="08.15")
    assert "2026-11-26 08.15" in page and "2026-11-25 07.30" in page
    assert "Rencana" in page or "rencana" in page
    assert file.read_text(encoding="utf-8") == CAMPAIGN


def test_saving_changes_one_line_keeps_the_old_text_and_leaves_the_queue_alone(
    app: App, file: Path, sari: Desk
) -> None:
    each = sent_by(app, "satu")
    base = re.search(r'name="base" value="(\w+)"', move(sari, each, day="2026-11-26", hour="08.15"))
    assert base
    said = {"day": "2026-11-26", "hour": "08.15", "step": "save", "base": base[1]}
    answer = sari.post(f"/deliveries/{each.id}/move", said)
    assert answer.headers["location"] == "/campaigns/uji/plan"
    assert file.read_text(encoding="utf-8") == CAMPAIGN.replace("2026-11-25 07.30", "2026-11-26 08.15")
    assert sent_by(app, "satu").content.due_at == each.content.due_at, "the queue waits for the plan"
    assert [kept.replaced_by for kept in app.texts.history(file)] == ["sari"]
    app.campaigns.schedule(file, by="sari")
    rows = [row for row in app.deliveries.listing() if row.key.occurrence.startswith("satu@")]
    told = [(f"{row.content.due_at:%d %H.%M}", row.status.value) for row in rows]
    assert told == [("25 00.30", "cancelled"), ("26 01.15", "waiting")]


def test_one_day_of_a_repeating_send_leaves_it_and_gets_a_send_of_its_own(app: App, file: Path, sari: Desk) -> None:
    page = move(sari, sent_by(app, "tiap"), day="2026-11-24", hour="10.00")
    assert "jadwal" in page and "2026-11-24 10.00" in page


def test_a_text_that_somebody_else_saved_meanwhile_is_not_overwritten(app: App, file: Path, sari: Desk) -> None:
    each = sent_by(app, "satu")
    said = {"day": "2026-11-26", "hour": "08.15", "step": "save", "base": "0" * 64}
    answer = sari.post(f"/deliveries/{each.id}/move", said)
    assert answer.status_code == 409 and file.read_text(encoding="utf-8") == CAMPAIGN


@pytest.mark.parametrize(
    ("day", "hour"), [("", ""), ("2026-02-30", "07.30"), ("2026-11-26", "25.00"), ("<script>", "x"),
                      ("9" * 5000, "07.30"), ("2026-11-26", "{{7*7}}")],
)  # fmt: skip
def test_what_is_no_hour_is_said_and_what_was_typed_stays(
    app: App, file: Path, sari: Desk, day: str, hour: str
) -> None:
    each = sent_by(app, "satu")
    answer = sari.post(f"/deliveries/{each.id}/move", {"day": day, "hour": hour})
    assert answer.status_code == 422 and "<script>" not in answer.text
    assert file.read_text(encoding="utf-8") == CAMPAIGN


def test_what_is_out_already_can_not_be_moved(app: App, sari: Desk, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    row = queue_delivery(app.store)
    with app.store.write() as tx:
        tx.exec_driver_sql("update delivery set status = 'published'")
    assert sari.get(f"/deliveries/{row.id}/move").status_code == 404
    assert desk(Role.APPROVER, name="wira").get(f"/deliveries/{row.id}/move").status_code == 403


def test_the_calendar_speaks_english_too(app: App, desk: Callable[..., Desk]) -> None:
    sari = desk(Role.EDITOR, name="sari")
    sari.post("/me/language", {"language": "en"})
    assert "Calendar" in sari.get("/calendar").text
    use_language("id")
