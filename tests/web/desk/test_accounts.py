"""Accounts at the desk: how they are, connected by tokens or by consent, disconnected, handed over."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from prokes_social.app import App, workspace
from prokes_social.errors import Unauthorized
from prokes_social.keys import Secret
from prokes_social.model.account import Account
from prokes_social.model.platform import Identity
from prokes_social.model.user import Role
from prokes_social.settings import load_settings
from prokes_social.store import accounts
from tests.conftest import SetClock
from tests.factories import add_account, add_person
from tests.web.desk.conftest import ADDRESS, Desk

TOKENS = {
    "consumer_key": "kunci-api-rahasia", "consumer_secret": "rahasia-kunci-api", "access_token": "token-akses-rahasia",
    "access_token_secret": "rahasia-token-akses",
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[App]:
    # Nobody listens there: these tests never get as far as X.
    environment = {
        "PROKES_HOME": str(tmp_path / "kantor"), "PROKES_PUBLIC_URL": ADDRESS,
        "PROKES_X_BASE_URL": "http://127.0.0.1:1", "PROKES_X_CLIENT_ID": "aplikasi-kantor",
    }  # fmt: skip
    workspace.make(tmp_path / "kantor", environment, clock)
    opened = App(load_settings(environment), clock)
    yield opened
    opened.close()


@pytest.fixture
def account(app: App) -> Account:
    return add_account(app.store)


@pytest.fixture
def known(app: App, monkeypatch: pytest.MonkeyPatch) -> dict[str, Identity]:
    """Who X says somebody is."""
    said = {"identity": Identity(external_id="7", handle="@nusaraya", name="Nusa Raya")}
    monkeypatch.setattr(app.platforms["x"], "verify", lambda connection: said["identity"])
    granted = {
        "access_token": Secret("a" * 40),
        "refresh_token": Secret("r" * 40),
        "expires_at": Secret("2026-11-23T07:00:00+00:00"),
    }
    monkeypatch.setattr(app.platforms["x"], "redeem", lambda code, verifier, redirect_url: granted)
    monkeypatch.setattr(app.platforms["x"], "revoke", lambda connection: True)
    return said


def held(app: App, account: Account) -> frozenset[str]:
    return app.accounts.fields(account)


def now(app: App, account: Account) -> Account:
    return app.connector.named(account.name)


def test_the_list_says_how_each_account_is(app: App, desk: Callable[..., Desk], account: Account) -> None:
    page = desk(Role.VIEWER).get("/accounts")
    assert account.name in page.text and "belum tersambung" in page.text and "US$20" in page.text


def test_an_account_of_another_unit_is_not_there(app: App, desk: Callable[..., Desk], account: Account) -> None:
    add_person(app.store, unit="dinkes")
    citra = desk(Role.ADMIN, name="citra", unit="dinkes")
    assert account.name not in citra.get("/accounts").text
    assert citra.get(f"/accounts/{account.name}").status_code == 404
    for act in ("check", "connect", "connect/begin", "disconnect", "hand-over"):
        assert citra.post(f"/accounts/{account.name}/{act}", {**TOKENS, "sure": "yes"}).status_code == 404
    assert held(app, account) == frozenset()


def test_pasted_tokens_are_sealed_checked_and_never_said_again(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = desk(Role.ADMIN)
    answer = browser.post(f"/accounts/{account.name}/connect", {n: f"  {value}\n" for n, value in TOKENS.items()})
    assert answer.headers["location"] == f"/accounts/{account.name}"
    assert held(app, account) == set(TOKENS) and now(app, account).handle == "@nusaraya"
    pages = answer.text + browser.get(f"/accounts/{account.name}").text + browser.get("/audit").text + caplog.text
    assert "Tersambung sebagai @nusaraya" in pages and "account.connect" in pages
    assert all(value not in pages for value in TOKENS.values())


def test_a_form_with_a_gap_says_so_without_the_values(app: App, desk: Callable[..., Desk], account: Account) -> None:
    browser = desk(Role.ADMIN)
    for given in (
        {**TOKENS, "access_token": " "},
        {**TOKENS, "access_token": "x" * 5000},
        {**TOKENS, "access_token": "a\x07b"},
    ):
        answer = browser.post(f"/accounts/{account.name}/connect", given)
        assert answer.status_code == 422 and held(app, account) == frozenset()
        assert all(value not in answer.text for value in TOKENS.values())


def test_tokens_that_the_platform_refuses_block_the_account(
    app: App, desk: Callable[..., Desk], account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(connection: object) -> Identity:
        raise Unauthorized("X tidak mengenal token ini.", hint="Coba lagi.", account=account.name)

    monkeypatch.setattr(app.platforms["x"], "verify", refuse)
    browser = desk(Role.ADMIN)
    browser.post(f"/accounts/{account.name}/connect", TOKENS)
    page = browser.get(f"/accounts/{account.name}").text
    assert "X tidak mengenal token ini." in page and "diblokir" in page


def test_an_account_without_credentials_is_not_checked(app: App, desk: Callable[..., Desk], account: Account) -> None:
    browser = desk(Role.ADMIN)
    assert browser.post(f"/accounts/{account.name}/check").status_code == 303
    assert "Belum tersambung" in browser.get("/accounts").text


def test_disconnecting_forgets_the_credentials_and_holds_what_is_due(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity]
) -> None:
    browser = desk(Role.ADMIN)
    browser.post(f"/accounts/{account.name}/connect", TOKENS)
    assert browser.post(f"/accounts/{account.name}/disconnect").status_code == 422
    assert held(app, account)
    assert browser.post(f"/accounts/{account.name}/disconnect", {"sure": "yes"}).status_code == 303
    assert held(app, account) == frozenset() and now(app, account).blocked_at


def test_days_left_are_told_where_the_platform_knows_them(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity], clock: SetClock
) -> None:
    ends = clock.now() + timedelta(days=12, hours=1)
    known["identity"] = Identity(external_id="7", handle="@nusaraya", name="Nusa Raya", expires_at=ends)
    browser = desk(Role.ADMIN)
    browser.post(f"/accounts/{account.name}/connect", TOKENS)
    assert "12 hari lagi" in browser.get("/accounts").text


def test_only_admins_touch_accounts(desk: Callable[..., Desk], account: Account) -> None:
    for role in (Role.VIEWER, Role.EDITOR, Role.CHECKER, Role.APPROVER):
        browser = desk(role)
        assert "<form method" not in browser.get(f"/accounts/{account.name}").text.partition("<main")[2]
        assert browser.post(f"/accounts/{account.name}/disconnect", {"sure": "yes"}).status_code == 403


# --- the way to X and back ---


def begin(browser: Desk, account: Account) -> str:
    answer = browser.post(f"/accounts/{account.name}/connect/begin")
    assert answer.status_code == 200
    address = answer.text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    query = parse_qs(urlsplit(address).query)
    assert query["redirect_uri"] == [f"{ADDRESS}/accounts/back"] and query["code_challenge_method"] == ["S256"]
    return query["state"][0]


def test_the_way_to_x_and_back_connects_once(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity]
) -> None:
    browser = desk(Role.ADMIN)
    state = begin(browser, account)
    assert browser.get(f"/accounts/back?state={state}&code=ya").headers["location"] == f"/accounts/{account.name}"
    assert held(app, account) == {"access_token", "refresh_token", "expires_at"}
    assert browser.get(f"/accounts/back?state={state}&code=ya").status_code == 409


def test_no_way_back_but_ones_own_in_ten_minutes(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity], clock: SetClock
) -> None:
    browser, other = desk(Role.ADMIN), desk(Role.ADMIN, name="lain")
    state = begin(browser, account)
    assert other.get(f"/accounts/back?state={state}&code=ya").status_code == 409
    assert browser.get("/accounts/back?state=tebakan&code=ya").status_code == 409
    assert browser.get("/accounts/back").status_code == 409
    clock.pass_time(minutes=10, seconds=1)
    assert browser.get(f"/accounts/back?state={state}&code=ya").status_code == 409
    assert held(app, account) == frozenset()


def test_logging_out_ends_the_way_back(app: App, desk: Callable[..., Desk], account: Account) -> None:
    browser = desk(Role.ADMIN)
    state = begin(browser, account)
    browser.post("/logout")
    assert browser.get(f"/accounts/back?state={state}&code=ya").headers["location"].startswith("/login")


def test_a_no_at_x_connects_nothing(app: App, desk: Callable[..., Desk], account: Account) -> None:
    browser = desk(Role.ADMIN)
    state = begin(browser, account)
    assert browser.get(f"/accounts/back?state={state}&error=access_denied").status_code == 303
    assert held(app, account) == frozenset()


def test_whoever_signs_in_as_themselves_does_not_become_the_office(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity]
) -> None:
    with app.store.write() as tx:
        accounts.note_identity(tx, account.id, external_id="1", handle="@dinkes", now=app.clock.now())
    browser = desk(Role.ADMIN)
    state = begin(browser, account)
    browser.get(f"/accounts/back?state={state}&code=ya")
    assert held(app, account) == frozenset()
    assert "Anda masuk sebagai @nusaraya" in browser.get(f"/accounts/{account.name}").text


def test_an_account_that_is_ours_already_is_not_connected_twice(
    app: App, desk: Callable[..., Desk], account: Account, known: dict[str, Identity]
) -> None:
    other = add_account(app.store, "x-lain")
    with app.store.write() as tx:
        accounts.note_identity(tx, other.id, external_id="7", handle="@nusaraya", now=app.clock.now())
    browser = desk(Role.ADMIN)
    browser.get(f"/accounts/back?state={begin(browser, account)}&code=ya")
    assert held(app, account) == frozenset()


# --- by hand ---


def test_an_account_by_hand_is_handed_over(app: App, desk: Callable[..., Desk], account: Account) -> None:
    budi, ayu = add_person(app.store), add_person(app.store, "Ayu Lestari")
    app.accounts.add_by_hand("ig-manual", platform="instagram", unit="diskominfo", owner=str(budi.id))
    browser = desk(Role.ADMIN)
    assert "Budi Santoso" in browser.get("/accounts/ig-manual").text
    assert "Budi Santoso" not in desk(Role.VIEWER).get("/accounts/ig-manual").text
    assert browser.post("/accounts/ig-manual/hand-over", {"owner": "<script>"}).status_code == 422
    assert browser.post("/accounts/ig-manual/hand-over", {"owner": "Ayu Lestari"}).status_code == 303
    assert app.connector.named("ig-manual").owner_id == ayu.id
    assert browser.post("/accounts/ig-manual/connect", TOKENS).status_code == 404
