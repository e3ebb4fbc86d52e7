"""Units, users, alarms, the audit trail and the settings at the desk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from prokes_social.app import App, workspace
from prokes_social.model.account import Unit
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.user import Role
from prokes_social.settings import load_settings
from prokes_social.store import accounts, alarms
from prokes_social.store.tables import audit
from tests.conftest import SetClock
from tests.factories import add_account, add_person, queue_delivery
from tests.web.desk.conftest import Desk

SECRETS = {
    "PROKES_ALERT_SMTP_PASSWORD": "kata-sandi-surel", "PROKES_X_CLIENT_SECRET": "rahasia-aplikasi-x",
    "PROKES_ALERT_WEBHOOK_SECRET": "rahasia-webhook",
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[App]:
    environment = {**SECRETS, "PROKES_HOME": str(tmp_path / "kantor"), "PROKES_LOG_LEVEL": "warning"}
    workspace.make(tmp_path / "kantor", environment, clock)
    opened = App(load_settings(environment), clock)
    yield opened
    opened.close()


@pytest.fixture
def tree(app: App) -> None:
    """A department with two parts below it, and another one."""
    with app.store.write() as tx:
        for unit_id, parent in (("dinkes", None), ("puskesmas", "dinkes"), ("rsud", "dinkes"), ("diskominfo", None)):
            accounts.put_unit(tx, Unit(id=unit_id, name=unit_id.title(), zone="WIB", parent=parent))


def unit(app: App, unit_id: str) -> Unit:
    return next(each for each in app.units.all() if each.id == unit_id)


# --- units ---


@pytest.mark.usefixtures("tree")
def test_whoever_is_bound_to_a_unit_sees_it_and_those_below(desk: Callable[..., Desk]) -> None:
    whole, bound = desk(Role.VIEWER, name="semua"), desk(Role.ADMIN, name="citra", unit="dinkes")
    assert all(name in whole.get("/units").text for name in ("Dinkes", "Puskesmas", "Diskominfo"))
    page = bound.get("/units").text
    assert "Puskesmas" in page and "Diskominfo" not in page
    assert bound.get("/units/diskominfo").status_code == 404 and bound.get("/units/<script>").status_code == 404
    for act in ("rename", "move", "dissolve"):
        answer = bound.post(f"/units/diskominfo/{act}", {"name": "Lain", "under": "dinkes", "sure": "yes"})
        assert answer.status_code == 404


@pytest.mark.usefixtures("tree")
def test_a_unit_is_renamed_moved_and_dissolved(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.ADMIN)
    assert browser.post("/units/rsud/rename", {"name": "  "}).status_code == 422
    browser.post("/units/rsud/rename", {"name": "RSUD <b>Melati</b>"})
    assert unit(app, "rsud").name == "RSUD <b>Melati</b>" and "<b>Melati" not in browser.get("/units").text
    assert browser.post("/units/dinkes/move", {"under": "rsud"}).status_code == 422
    assert browser.post("/units/rsud/move", {"under": "tidak-ada"}).status_code == 422
    browser.post("/units/rsud/move", {"under": "diskominfo"})
    assert unit(app, "rsud").parent == "diskominfo"
    add_person(app.store, unit="rsud")
    assert browser.post("/units/rsud/dissolve", {"into": "diskominfo"}).status_code == 422
    assert browser.post("/units/rsud/dissolve", {"sure": "yes"}).status_code == 422
    browser.post("/units/rsud/dissolve", {"into": "diskominfo", "sure": "yes"})
    assert unit(app, "rsud").dissolved_at and app.staff.listing()[0].unit.id == "diskominfo"
    assert [each.act for each in app.audit.newest(subject="unit:rsud")] == ["unit.dissolve", "unit.move", "unit.rename"]


@pytest.mark.usefixtures("tree")
def test_nobody_leads_a_unit_out_of_their_own(app: App, desk: Callable[..., Desk]) -> None:
    bound = desk(Role.ADMIN, name="citra", unit="dinkes")
    for under in ("", "diskominfo"):
        assert bound.post("/units/rsud/move", {"under": under}).status_code == 422
    assert bound.post("/units/rsud/dissolve", {"into": "diskominfo", "sure": "yes"}).status_code == 422
    assert bound.post("/units/dinkes/dissolve", {"sure": "yes"}).status_code == 404
    assert unit(app, "rsud").parent == "dinkes"


# --- users ---


def test_a_first_password_is_shown_once_and_logs_in(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.ADMIN)
    page = browser.post("/users", {"name": "Sari.Dewi", "role": ["editor", "viewer"]}).text
    password = page.partition('<pre class="code" tabindex="0">')[2].partition("<")[0]
    assert app.users.get("sari.dewi").roles == {Role.EDITOR, Role.VIEWER}
    assert password and password not in browser.get("/users").text + browser.get("/users/sari.dewi").text
    answer = desk().post("/login", {"name": "sari.dewi", "password": password}, csrf="")
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "form",
    [{}, {"name": "sari"}, {"name": "<script>", "role": "editor"}, {"name": "x" * 5000, "role": "editor"},
     {"name": "sari", "role": "raja"}, {"name": "sari", "role": "editor", "unit": "tidak-ada"},
     {"name": "admin", "role": "editor"}],
)  # fmt: skip
def test_a_user_that_can_not_be_is_not_added(app: App, desk: Callable[..., Desk], form: dict[str, str]) -> None:
    browser = desk(Role.ADMIN)
    answer = browser.post("/users", form)
    assert answer.status_code == 422 and "<script>" not in answer.text.partition("<main")[2]
    assert [each.name for each in app.users.listing()] == ["admin"]


def test_roles_passwords_and_factors_are_changed_and_users_let_out_and_in(app: App, desk: Callable[..., Desk]) -> None:
    browser, sari = desk(Role.ADMIN), desk(Role.EDITOR, name="sari")
    browser.post("/users/sari/roles", {"role": "viewer"})
    assert app.users.get("sari").roles == {Role.VIEWER} and sari.get("/").status_code == 303
    assert browser.post("/users/sari/roles").status_code == 422
    assert '<pre class="code"' in browser.post("/users/sari/password").text and app.users.get("sari").must_change
    browser.post("/users/sari/code")
    browser.post("/users/sari/disable")
    assert app.users.get("sari").disabled_at
    browser.post("/users/sari/enable")
    assert app.users.get("sari").disabled_at is None


def test_the_last_admin_stays(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.ADMIN)
    assert browser.post("/users/admin/disable").status_code == 422
    assert browser.post("/users/admin/roles", {"role": "viewer"}).status_code == 422
    assert "`" not in browser.post("/users/admin/disable").text.partition("<main")[2]


@pytest.mark.usefixtures("tree")
def test_an_admin_of_a_unit_looks_after_its_users_alone(app: App, desk: Callable[..., Desk]) -> None:
    desk(Role.ADMIN)
    bound = desk(Role.ADMIN, name="citra", unit="dinkes")
    assert bound.get("/users/admin").status_code == 404 and ">admin<" not in bound.get("/users").text
    for act in ("roles", "disable", "enable", "password", "code"):
        assert bound.post(f"/users/admin/{act}", {"role": "viewer"}).status_code == 404
    assert bound.post("/users", {"name": "mata", "role": "admin", "unit": "diskominfo"}).status_code == 422
    bound.post("/users", {"name": "mata", "role": "admin"})
    assert app.users.get("mata").unit_id == "dinkes"


# --- alarms ---


def test_an_alarm_names_its_next_step_and_its_way(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    row = queue_delivery(app.store)
    with app.store.write() as tx:
        alarms.ring(tx, AlarmKind.HELD, f"delivery:{row.id}", "<script>alert(1)</script>", now=app.clock.now())
        alarms.ring(tx, AlarmKind.DATABASE, "database", "hilang", now=app.clock.now())
    page = desk(Role.VIEWER).get("/alarms").text
    assert f'href="/deliveries/{row.id}"' in page and "<script>alert" not in page
    assert "Lihat di platform, lalu putuskan dengan <code>prokes delivery resolve</code>." in page
    bound = desk(Role.EDITOR, name="citra", unit="diskominfo").get("/alarms").text
    assert f"/deliveries/{row.id}" in bound and "hilang" not in bound
    add_person(app.store, unit="dinkes")
    assert "/deliveries/" not in desk(Role.EDITOR, name="dewi", unit="dinkes").get("/alarms").text


def test_only_what_does_not_end_by_itself_is_closed_by_hand(app: App, desk: Callable[..., Desk]) -> None:
    with app.store.write() as tx:
        alarms.ring(tx, AlarmKind.BY_HAND, "wave:3", "terlewat", now=app.clock.now())
        alarms.ring(tx, AlarmKind.DATABASE, "database", "hilang", now=app.clock.now())
    by_hand, gone = sorted(app.alarms.page(), key=lambda each: each.id)
    assert desk(Role.VIEWER).post(f"/alarms/{by_hand.id}/close").status_code == 403
    browser = desk(Role.EDITOR)
    for alarm in (by_hand, gone, by_hand):
        assert browser.post(f"/alarms/{alarm.id}/close").status_code == 303
    assert [each.kind for each in app.alarms.page()] == [AlarmKind.DATABASE]
    assert browser.post("/alarms/999/close").status_code == 404 and "terlewat" in browser.get("/alarms").text


# --- the audit trail ---


def test_the_trail_is_shown_in_pages_and_by_subject(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.ADMIN)
    for number in range(60):
        app.audit.note(who="command", act="delivery.drop", subject=f"delivery:{number}")
    page = browser.get("/audit").text
    assert page.count("delivery.drop") == 50 and "after=" in page
    older = page.partition("after=")[2].partition('"')[0]
    assert "delivery:3<" in browser.get(f"/audit?after={older}").text
    assert browser.get("/audit?subject=delivery:3").text.count("delivery.drop") == 1
    for odd in ("<script>", "' or 1=1", "x" * 3000, "%00"):
        assert "delivery.drop" not in browser.get("/audit", params={"subject": odd}).text


def test_a_trail_that_was_changed_is_found_out(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.ADMIN)
    app.audit.note(who="command", act="delivery.drop", subject="delivery:7")
    assert "tidak ada yang diubah" in browser.post("/audit/verify").text
    with app.store.write() as tx:
        tx.execute(update(audit).where(audit.c.act == "delivery.drop").values(who="user:9"))
    assert "tidak cocok" in browser.post("/audit/verify").text


# --- settings ---


def test_settings_are_shown_and_secrets_are_not(app: App, desk: Callable[..., Desk]) -> None:
    page = desk(Role.ADMIN).get("/settings").text
    assert "publishing.lookups" in page and "batas hari" not in page
    assert "dari lingkungan" in page and page.count("sudah diatur") >= 3
    key = (app.settings.state / "key").read_text().strip()
    assert all(value not in page for value in (*SECRETS.values(), key))


def test_the_password_of_a_database_is_not_shown() -> None:
    from prokes_social.web.desk.settings import _shown

    assert "rahasia" not in _shown("database_url", "postgresql://prokes:rahasia@db/prokes")
    assert "T00" not in _shown("alerting.webhook_url", "https://hooks.example/services/T00/B00/XXX")


def test_a_backup_is_made_and_listed(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.ADMIN)
    assert browser.post("/settings/backup").headers["location"] == "/settings"
    made = app.upkeep.backups()
    assert len(made) == 1 and made[0].name in browser.get("/settings").text
    assert browser.post("/settings/backup").status_code == 409  # of the same second


@pytest.mark.usefixtures("tree")
def test_what_is_the_whole_office_s_is_not_for_one_unit(desk: Callable[..., Desk]) -> None:
    bound = desk(Role.ADMIN, name="citra", unit="dinkes")
    assert [bound.get(path).status_code for path in ("/audit", "/settings")] == [404, 404]
    assert [bound.post(path).status_code for path in ("/audit/verify", "/settings/backup")] == [404, 404]
