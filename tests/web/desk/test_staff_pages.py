"""Staff at the desk: found, looked at, and what they may ask of us; the office's list taken in after a look."""

import os
from collections.abc import Callable

import pytest

from prokes_social.app import App
from prokes_social.app.received import FOLDER
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.user import Role
from prokes_social.store import consents
from tests.conftest import SetClock
from tests.factories import DUE, add_person
from tests.web.desk.conftest import Desk

LIST = "nama;unit;kontak\nAyu Lestari;Diskominfo;0813 9876 5432\nRatna Dewi;Diskominfo;\n"


@pytest.fixture
def budi(app: App) -> StaffMember:
    return add_person(app.store, contact="+6281234567890")


def waiting(app: App) -> list[str]:
    folder = app.settings.state / FOLDER
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def send(browser: Desk, text: str, name: str = "pegawai.csv") -> tuple[int, str]:
    answer = browser.post("/staff/import", files={"list": (name, text.encode(), "text/csv")})
    return answer.status_code, answer.text


def word_of(page: str) -> str:
    return page.partition('name="word" value="')[2].partition('"')[0]


def names(app: App) -> list[str]:
    return sorted(each.name for each in app.staff.listing())


def test_people_are_found_by_name_and_unit(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    add_person(app.store, "Citra Ayu", unit="dinkes")
    browser = desk(Role.EDITOR)
    assert "Budi Santoso" in browser.get("/staff").text
    found = browser.get("/staff?q=SANTOSO").text
    assert "Budi Santoso" in found and "Citra Ayu" not in found
    found = browser.get("/staff?unit=dinkes").text
    assert "Citra Ayu" in found and "Budi Santoso" not in found
    for odd in ("%", "_", "<script>", "{{7*7}}", "x" * 5000):
        answer = browser.get("/staff", params={"q": odd})
        assert answer.status_code == 200 and "Budi" not in answer.text


def test_fifty_people_a_page(app: App, desk: Callable[..., Desk]) -> None:
    for number in range(60):
        add_person(app.store, f"Pegawai {number:02}", agreed=False)
    browser = desk(Role.EDITOR)
    first, second = browser.get("/staff").text, browser.get("/staff?page=2").text
    assert "Pegawai 49" in first and "Pegawai 50" not in first and "Pegawai 50" in second
    for page in ("0", "-1", "9999", "abc", "9" * 40):
        assert browser.get(f"/staff?page={page}").status_code == 200


def test_contacts_are_masked(desk: Callable[..., Desk], budi: StaffMember) -> None:
    browser = desk(Role.EDITOR)
    for path in ("/staff", f"/staff/{budi.id}"):
        page = browser.get(path).text
        assert "+6281••••890" in page and budi.contact not in page


def test_numbers_tell_who_agreed_and_only_of_enough_people(
    app: App, desk: Callable[..., Desk], clock: SetClock
) -> None:
    for number in range(4):
        add_person(app.store, f"Pegawai {number}")
    browser = desk(Role.EDITOR)
    assert "menerima tautan pribadi" not in browser.get("/staff").text
    add_person(app.store, "Pegawai 5", agreed=False)
    clock.pass_time(minutes=2)
    page = browser.get("/staff").text
    assert "<b>4</b>" in page and "menerima tautan pribadi" in page


def test_nothing_on_a_person_s_page_tells_whether_they_agreed(app: App, desk: Callable[..., Desk]) -> None:
    yes, no = add_person(app.store, "Ayu Lestari"), add_person(app.store, "Ayu Lestari", agreed=False)
    with app.store.write() as tx:
        consents.record(tx, no.id, Purpose.LINK, given=False, wording="tidak", by="person", now=DUE)
    browser = desk(Role.EDITOR)
    pages = [
        browser.get(f"/staff/{each.id}").text.replace(f"/staff/{each.id}", "").replace(f"<dd>{each.id}</dd>", "")
        for each in (yes, no)
    ]
    assert pages[0] == pages[1]


def test_somebody_of_another_unit_is_not_there(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    add_person(app.store, "Citra", unit="dinkes")
    citra = desk(Role.EDITOR, name="citra", unit="dinkes")
    assert "Budi" not in citra.get("/staff").text and "Budi" not in citra.get("/staff?unit=diskominfo").text
    assert citra.get(f"/staff/{budi.id}").status_code == 404
    for act in ("renew", "leave", "withdraw", "forget"):
        form = {"name": budi.name, "purpose": "link"}
        assert citra.post(f"/staff/{budi.id}/{act}", form).status_code == 404
    assert citra.get("/staff/import").status_code == 404 and send(citra, LIST)[0] == 404
    assert app.staff.get(budi.id) == budi


def test_a_renewed_link_opens_and_the_old_one_does_not(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    old = app.sharing.link_of(budi)
    assert desk(Role.EDITOR).post(f"/staff/{budi.id}/renew").status_code == 303
    assert app.sharing.page(old) is None
    renewed = app.staff.get(budi.id)
    assert renewed and app.sharing.page(app.sharing.link_of(renewed))


def test_somebody_moves_to_another_unit(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    add_person(app.store, "Citra Ayu", unit="dinkes")
    browser = desk(Role.EDITOR)
    assert browser.post(f"/staff/{budi.id}/move", {"unit": "dinkes"}).status_code == 303
    moved = app.staff.get(budi.id)
    assert moved and moved.unit.id == "dinkes"
    assert app.audit.newest()[0].act == "staff.move"
    for unit in ("", "dinkes", "tiada", "<script>"):
        answer = browser.post(f"/staff/{budi.id}/move", {"unit": unit})
        assert answer.status_code == 422 and "Pilih unit" in answer.text


def test_whoever_looks_after_one_unit_moves_nobody_out_of_it(
    app: App, desk: Callable[..., Desk], budi: StaffMember
) -> None:
    add_person(app.store, "Citra Ayu", unit="dinkes")
    browser = desk(Role.EDITOR, unit=budi.unit.id)
    assert browser.post(f"/staff/{budi.id}/move", {"unit": "dinkes"}).status_code == 422
    stays = app.staff.get(budi.id)
    assert stays and stays.unit.id == budi.unit.id


def test_whoever_left_is_asked_no_more(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    browser = desk(Role.EDITOR)
    browser.post(f"/staff/{budi.id}/leave")
    assert app.sharing.page(app.sharing.link_of(budi)) is None
    assert "tidak membuka apa pun" in browser.get(f"/staff/{budi.id}").text


def test_a_no_is_recorded_for_what_it_was_said_about(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    browser = desk(Role.EDITOR)
    assert browser.post(f"/staff/{budi.id}/withdraw").status_code == 422
    assert browser.post(f"/staff/{budi.id}/withdraw", {"purpose": "semua"}).status_code == 422
    assert browser.post(f"/staff/{budi.id}/withdraw", {"purpose": ["link", "photo"]}).status_code == 303
    with app.store.read() as tx:
        said = {each.purpose: (each.given, each.by) for each in consents.history(tx, budi.id)}
    assert said == {Purpose.LINK: (False, "editor"), Purpose.PHOTO: (False, "editor")}


def test_forgetting_asks_for_the_name_and_leaves_no_trace_of_it(
    app: App, desk: Callable[..., Desk], budi: StaffMember
) -> None:
    browser = desk(Role.EDITOR)
    assert browser.post(f"/staff/{budi.id}/forget", {"name": "Budi"}).status_code == 422
    assert app.staff.get(budi.id)
    send(browser, LIST)
    assert browser.post(f"/staff/{budi.id}/forget", {"name": " Budi  Santoso "}).status_code == 200
    assert app.staff.get(budi.id) is None and browser.get(f"/staff/{budi.id}").status_code == 404
    assert waiting(app) == []
    trail = [f"{each.subject} {each.before} {each.after}" for each in app.audit.newest()]
    assert f"person:{budi.id}  " in trail and not any("Budi" in each for each in trail)


# --- the office's list ---


def test_a_list_is_shown_first_and_taken_in_after_a_yes(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    browser = desk(Role.EDITOR)
    status, page = send(browser, LIST)
    assert status == 200 and "Ayu Lestari" in page and names(app) == ["Budi Santoso"]
    answer = browser.post("/staff/import/take-in", {"word": word_of(page), "what": "take"})
    assert answer.status_code == 303 and names(app) == ["Ayu Lestari", "Budi Santoso", "Ratna Dewi"]
    assert waiting(app) == []


def test_a_list_that_is_put_away_changes_nothing(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    browser = desk(Role.EDITOR)
    _status, page = send(browser, LIST)
    browser.post("/staff/import/take-in", {"word": word_of(page), "what": "drop"})
    assert names(app) == ["Budi Santoso"] and waiting(app) == []


def test_cells_that_are_wrong_are_named_and_hold_the_list_up(
    app: App, desk: Callable[..., Desk], budi: StaffMember
) -> None:
    browser = desk(Role.EDITOR)
    _status, page = send(browser, LIST + "Siti;Dinas Angkasa;\n")
    assert "B4" in page and "Dinas Angkasa" in page
    form = {"word": word_of(page), "what": "take"}
    assert browser.post("/staff/import/take-in", form).status_code == 422
    assert browser.post("/staff/import/take-in", {**form, "skip": "yes", "left": "yes"}).status_code == 422
    assert names(app) == ["Budi Santoso"]
    assert browser.post("/staff/import/take-in", {**form, "skip": "yes"}).status_code == 303
    assert "Siti" not in names(app) and "Ratna Dewi" in names(app)


def test_whoever_is_not_in_the_list_leaves_only_when_that_is_ticked(
    app: App, desk: Callable[..., Desk], budi: StaffMember
) -> None:
    browser = desk(Role.EDITOR)
    for form, there in (({}, True), ({"left": "yes"}, False)):
        _status, page = send(browser, LIST)
        browser.post("/staff/import/take-in", {"word": word_of(page), "what": "take", **form})
        assert (budi.name in names(app)) is there


def test_a_list_waits_for_its_own_browser_and_not_for_long(
    app: App, desk: Callable[..., Desk], budi: StaffMember, clock: SetClock
) -> None:
    browser, other = desk(Role.EDITOR), desk(Role.EDITOR, name="lain")
    _status, page = send(browser, LIST)
    for word in (word_of(page), "../../key", "", "a" * 32, "a" * 32 + ".csv", "..%2f.csv"):
        assert other.post("/staff/import/take-in", {"word": word, "what": "take"}).status_code == 422
    path = app.settings.state / FOLDER / waiting(app)[0]
    assert path.stat().st_mode & 0o777 == 0o600
    long_ago = clock.now().timestamp() - 3600
    os.utime(path, (long_ago, long_ago))
    assert browser.post("/staff/import/take-in", {"word": word_of(page), "what": "take"}).status_code == 422
    send(browser, LIST)
    assert len(waiting(app)) == 1 and names(app) == ["Budi Santoso"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("foto.exe", LIST), ("pegawai.xlsx", "bukan tabel"), ("pegawai.csv", ""), ("pegawai.csv", "a;b\n1;2\n"),
     ("pegawai.xlsx", "PK\x03\x04rusak"), ("../../etc/passwd", LIST), ("pegawai.csv", "\x00\x01\x02" * 50)],
)  # fmt: skip
def test_what_is_no_list_is_refused(
    app: App, desk: Callable[..., Desk], budi: StaffMember, name: str, text: str
) -> None:
    assert send(desk(Role.EDITOR), text, name)[0] == 422
    assert names(app) == ["Budi Santoso"] and waiting(app) == []


def test_names_in_a_list_are_words_and_no_markup(app: App, desk: Callable[..., Desk], budi: StaffMember) -> None:
    _status, page = send(desk(Role.EDITOR), "nama;unit\n<script>alert(1)</script>;Diskominfo\n{{7*7}};Diskominfo\n")
    assert "<script>alert" not in page and "49 " not in page
