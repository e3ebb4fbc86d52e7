"""Who comes in: password, second factor, lock-out, sessions; and who stays outside."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from argon2 import Type, extract_parameters
from fastapi.testclient import TestClient

from prokes_social.admitting import IDLE, LONGEST, hashed
from prokes_social.admitting import _hasher as real_hasher
from prokes_social.app import App
from prokes_social.errors import SettingsError
from prokes_social.keys import Secret
from prokes_social.model.user import Role
from prokes_social.store import users
from prokes_social.web import build
from tests.conftest import SetClock
from tests.web.desk.conftest import ADDRESS, Desk

GOOD = "kuda-hujan-meja-biru"


@pytest.fixture
def stranger(desk: Callable[..., Desk]) -> Desk:
    return desk()


def add(app: App, name: str, *roles: Role, must_change: bool = False) -> None:
    user, _password = app.users.add(name, roles, by="command")
    with app.store.write() as tx:
        users.change(tx, user.id, password=hashed(GOOD, name=name).reveal(), must_change=must_change)


def log_in(browser: Desk, name: str, password: str = GOOD, **more: str) -> tuple[int, str]:
    answer = browser.post("/login", {"name": name, "password": password, **more}, csrf="")
    return answer.status_code, answer.headers.get("location", "")


def code_of(app: App, name: str, *, later: int = 0) -> str:
    with app.store.read() as tx:
        lock = users.lock_of(tx, name)
    assert lock and lock.seed
    seed = app.settings.keys.open(lock.seed, context=f"user {lock.user.id} seed")
    return pyotp.TOTP(seed.reveal()).at(int(app.clock.now().timestamp()) + later)


def test_an_editor_comes_in_with_name_and_password_alone(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    assert log_in(stranger, " Sari ") == (303, "/")
    assert "Halo, sari" in stranger.get("/").text


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    answer = stranger.post("/login", {"name": "sari", "password": GOOD}, csrf="")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-prokes=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie and "Max-Age" not in cookie


def test_what_the_cookie_holds_is_nowhere_in_the_database(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    log_in(stranger, "sari")
    token = stranger.client.cookies["__Host-prokes"]
    assert app.store.file
    files = list(app.store.file.parent.glob(f"{app.store.file.name}*"))
    assert files and all(token.encode() not in file.read_bytes() for file in files)


def test_a_login_goes_on_to_the_page_that_was_wanted_but_never_to_another_site(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    assert stranger.get("/me?view=list").headers["location"] == "/login?next=%2Fme%3Fview%3Dlist"
    assert log_in(stranger, "sari", next="/me?view=list") == (303, "/me?view=list")
    for trap in ("https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "/%0d%0aSet-Cookie"):
        assert log_in(stranger, "sari", next=trap)[1] in ("/", trap if trap.startswith("/%") else "/")


def test_unknown_wrong_and_disabled_look_alike(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    add(app, "lama", Role.EDITOR)
    app.users.disable("lama", by="command")
    answers = {
        stranger.post("/login", {"name": name, "password": password}, csrf="").text.replace(name, "")
        for name, password in (("tidak-ada", GOOD), ("sari", "salah-salah-salah"), ("lama", GOOD))
    }
    assert len(answers) == 1


def test_five_wrong_tries_lock_the_account_for_a_quarter_of_an_hour(
    app: App, desk: Callable[..., Desk], clock: SetClock
) -> None:
    add(app, "sari", Role.EDITOR)
    for _try in range(5):
        assert log_in(desk(), "sari", "salah-salah-salah")[0] == 401
    assert log_in(desk(), "sari")[0] == 429
    clock.pass_time(minutes=15, seconds=1)
    assert log_in(desk(), "sari")[0] == 303


def test_one_address_may_not_try_many_names(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    for number in range(5):
        log_in(stranger, f"orang{number}", "salah-salah-salah")
    assert log_in(stranger, "sari")[0] == 429


def test_who_approves_sets_a_second_factor_up_first(app: App, stranger: Desk) -> None:
    add(app, "wira", Role.APPROVER)
    assert log_in(stranger, "wira") == (303, "/login/code?next=/")
    assert stranger.get("/").headers["location"] == "/login/code"
    page = stranger.get("/login/code")
    assert stranger.get("/login/code.png").content.startswith(b"\x89PNG")
    seed = page.text.partition("<code>")[2].partition("</code>")[0].replace(" ", "")
    code = pyotp.TOTP(seed).at(int(app.clock.now().timestamp()))
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert stranger.post("/login/code", {"code": "000000"}, csrf=token).status_code == 401
    assert stranger.post("/login/code", {"code": code}, csrf=token).status_code == 303
    assert "Halo, wira" in stranger.get("/").text


def test_a_code_works_once_and_right_after_login_the_session_has_a_new_name(
    app: App, desk: Callable[..., Desk], clock: SetClock
) -> None:
    test_who_approves_sets_a_second_factor_up_first(app, desk())
    clock.pass_time(minutes=2)
    code = code_of(app, "wira")
    first, second = desk(), desk()
    for browser, expected in ((first, 303), (second, 401)):
        assert log_in(browser, "wira")[1] == "/login/code?next=/"
        before = browser.client.cookies["__Host-prokes"]
        token = browser.get("/login/code").text.partition('name="csrf" value="')[2].partition('"')[0]
        assert browser.post("/login/code", {"code": code}, csrf=token).status_code == expected
        assert (browser.client.cookies["__Host-prokes"] != before) is (expected == 303)


def test_a_set_up_second_factor_does_not_show_its_key_again(app: App, desk: Callable[..., Desk]) -> None:
    test_who_approves_sets_a_second_factor_up_first(app, desk())
    browser = desk()
    log_in(browser, "wira")
    assert "<code>" not in browser.get("/login/code").text
    assert browser.get("/login/code.png").status_code == 404


@pytest.mark.parametrize("wait", [IDLE, LONGEST])
def test_a_session_ends_by_itself(app: App, desk: Callable[..., Desk], clock: SetClock, wait: timedelta) -> None:
    browser = desk(Role.EDITOR)
    steps = int(wait / timedelta(minutes=20)) if wait == LONGEST else 0
    for _step in range(steps):
        clock.pass_time(minutes=20)
        browser.get("/me")
    clock.pass_time(wait.total_seconds() - steps * 1200 + 1)
    assert browser.get("/me").headers["location"] == "/login?next=%2Fme"


def test_logging_out_ends_the_session_in_the_database_too(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.EDITOR)
    token = browser.client.cookies["__Host-prokes"]
    assert browser.post("/logout").status_code == 303
    browser.client.cookies.set("__Host-prokes", token, domain="meja.nusaraya.go.id", path="/")
    assert browser.get("/me").status_code == 303


def test_a_first_password_is_changed_before_anything_else(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR, must_change=True)
    log_in(stranger, "sari")
    assert stranger.get("/").headers["location"] == "/me/password"
    token = stranger.get("/me/password").text.partition('name="csrf" value="')[2].partition('"')[0]
    new = {"old": GOOD, "new": "lampu-tebing-sagu-lari", "again": "lampu-tebing-sagu-lari"}
    assert stranger.post("/me/password", {**new, "again": "lain"}, csrf=token).status_code == 422
    assert stranger.post("/me/password", {**new, "old": "salah-salah-salah"}, csrf=token).status_code == 422
    assert stranger.post("/me/password", new, csrf=token).status_code == 303
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize(
    "weak", ["pendek", "passwordpassword", "INDONESIA123456", "sari-2026-sari", "a" * 12, "x" * 300]
)
def test_a_password_that_would_be_guessed_is_refused(weak: str) -> None:
    with pytest.raises(SettingsError):
        hashed(weak, name="sari")


def test_a_disabled_user_is_out_at_once(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.EDITOR)
    assert browser.get("/").status_code == 200
    app.users.disable(browser.name, by="command")
    assert browser.get("/").headers["location"].startswith("/login")


def test_passwords_are_hashed_by_argon2id_at_a_cost_that_slows_guessing() -> None:
    """At least what OWASP's cheat sheet on password storage asks for: 19 MiB and two rounds."""
    found = extract_parameters(real_hasher().hash(GOOD))
    assert found.type is Type.ID and found.memory_cost >= 19 * 1024 and found.time_cost >= 2


def test_without_tls_nobody_types_a_password(app: App) -> None:
    add(app, "sari", Role.EDITOR)
    plain = TestClient(build(app), base_url="http://meja.nusaraya.go.id", follow_redirects=False)
    answer = plain.post("/login", data={"name": "sari", "password": GOOD}, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_a_login_form_of_another_site_is_refused(app: App, stranger: Desk) -> None:
    add(app, "sari", Role.EDITOR)
    answer = stranger.post("/login", {"name": "sari", "password": GOOD}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 400 and "set-cookie" not in answer.headers


def test_a_password_never_prints_itself(app: App) -> None:
    _user, password = app.users.add("sari", [Role.EDITOR], by="command")
    assert isinstance(password, Secret) and password.reveal() not in f"{password!r} {password}"


def test_every_page_carries_the_headers_that_keep_others_out(app: App, stranger: Desk) -> None:
    told = stranger.get("/login").headers
    assert "script-src 'self'" in told["content-security-policy"]
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert (told["x-content-type-options"], told["referrer-policy"]) == ("nosniff", "no-referrer")
    assert told["strict-transport-security"].startswith("max-age=") and told["cache-control"] == "no-store"
    assert f"{ADDRESS}/" not in told["content-security-policy"]
