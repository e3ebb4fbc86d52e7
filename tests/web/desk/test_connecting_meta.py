"""Facebook and Instagram connected by consent: from the desk to the dialog of the sandbox, over a socket, and back."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from prokes_social.app import App, workspace
from prokes_social.model.account import Account
from prokes_social.model.user import Role
from prokes_social.sandbox import Sandbox
from prokes_social.sandbox.accounts import APP_ID, APP_SECRET
from prokes_social.settings import load_settings
from prokes_social.store import accounts
from tests.conftest import SetClock
from tests.factories import add_person
from tests.web.desk.conftest import ADDRESS, Desk

PAGE, OTHER = "104000000000001", "104000000000002"
INSTAGRAM = "17841400000000001"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, sandbox: Sandbox) -> dict[str, str]:
    return {
        "PROKES_HOME": str(tmp_path / "kantor"), "PROKES_PUBLIC_URL": ADDRESS, "PROKES_GRAPH_BASE_URL": sandbox.url,
        "PROKES_GRAPH_CLIENT_ID": APP_ID, "PROKES_GRAPH_CLIENT_SECRET": APP_SECRET,
    }  # fmt: skip


@pytest.fixture
def app(environment: dict[str, str], clock: SetClock) -> Iterator[App]:
    workspace.make(Path(environment["PROKES_HOME"]), environment, clock)
    opened = App(load_settings(environment), clock)
    add_person(opened.store, unit="diskominfo")
    yield opened
    opened.close()


@pytest.fixture
def account(app: App) -> Account:
    return app.accounts.add("humas-fb", platform="facebook", unit="diskominfo", credentials=None)


def held(app: App, account: Account) -> frozenset[str]:
    return app.accounts.fields(account)


def dialog(browser: Desk, account: Account, **form: str) -> str:
    """Where the desk sends them."""
    answer = browser.post(f"/accounts/{account.name}/connect/begin", form)
    assert answer.status_code == 200
    return answer.text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")


def ticked(address: str, *pages: str, answer: str = "yes") -> str:
    """Where the dialog sends them back to, as a path of ours."""
    page, _mark, query = address.partition("?")
    form = {**dict(parse_qsl(query)), "page_id": pages, "answer": answer}
    back = urlsplit(requests.post(page, data=form, allow_redirects=False, timeout=5).headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == ADDRESS
    return f"{back.path}?{back.query}"


def page_of(browser: Desk, account: Account) -> str:
    return browser.get(f"/accounts/{account.name}").text


def test_a_page_is_connected_and_frees_what_waits(
    app: App, desk: Callable[..., Desk], account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = desk(Role.ADMIN)
    assert account.blocked_at and "belum tersambung" in page_of(browser, account)
    back = ticked(dialog(browser, account), PAGE)
    assert browser.get(back).headers["location"] == "/accounts/humas-fb"
    now = app.connector.named("humas-fb")
    assert held(app, account) == {"page_id", "access_token", "app_secret"}
    assert (now.external_id, now.blocked_at, now.ends_at) == (PAGE, None, None)
    # The sandbox and the browser are in this process too, and log what they were asked, as they may.
    ours = " ".join(each.getMessage() for each in caplog.records if each.name not in ("uvicorn.access", "httpx2"))
    shown = page_of(browser, account) + browser.get("/audit").text + ours
    assert "Tersambung sebagai kabtanjungasri" in shown and "account.connect" in shown
    assert APP_SECRET not in shown and app.connector.kept(now).credentials["access_token"].reveal() not in shown


def test_an_instagram_account_is_found_by_its_page(app: App, desk: Callable[..., Desk]) -> None:
    account = app.accounts.add("humas-ig", platform="instagram", unit="diskominfo", credentials=None)
    browser = desk(Role.ADMIN)
    browser.get(ticked(dialog(browser, account), PAGE, OTHER))
    assert app.connector.named("humas-ig").external_id == INSTAGRAM
    assert held(app, account) == {"ig_user_id", "access_token", "app_secret"}


def test_of_several_pages_the_number_that_was_typed_decides(
    app: App, desk: Callable[..., Desk], account: Account
) -> None:
    browser = desk(Role.ADMIN)
    browser.get(ticked(dialog(browser, account), PAGE, OTHER))
    said = page_of(browser, account)
    assert held(app, account) == frozenset()
    assert "Provinsi Nusa Raya" in said and PAGE in said and OTHER in said
    browser.get(ticked(dialog(browser, account, meant=f" {OTHER} "), PAGE, OTHER))
    assert app.connector.named("humas-fb").external_id == OTHER


def test_an_account_that_was_connected_before_stays_the_same_page(
    app: App, desk: Callable[..., Desk], account: Account
) -> None:
    browser = desk(Role.ADMIN)
    browser.get(ticked(dialog(browser, account), PAGE))
    assert 'name="meant"' not in page_of(browser, account)
    token = app.connector.kept(account).credentials["access_token"]
    browser.get(ticked(dialog(browser, account, meant=OTHER), OTHER))
    assert "tidak diizinkan" in page_of(browser, account)
    assert app.connector.kept(account).credentials["access_token"] == token
    browser.get(ticked(dialog(browser, account), PAGE, OTHER))
    assert app.connector.named("humas-fb").external_id == PAGE
    assert app.connector.kept(account).credentials["access_token"] != token


@pytest.mark.parametrize("meant", ["<script>alert(1)</script>", "{{7*7}}", "9" * 41, "١٢٣", "12 34"])
def test_only_a_number_is_taken_for_one(app: App, desk: Callable[..., Desk], account: Account, meant: str) -> None:
    answer = desk(Role.ADMIN).post(f"/accounts/{account.name}/connect/begin", {"meant": meant})
    assert answer.status_code == 422 and "aria-invalid" in answer.text
    assert "<script>alert" not in answer.text and ">49<" not in answer.text


def test_no_page_and_no_yes_connect_nothing(app: App, desk: Callable[..., Desk], account: Account) -> None:
    browser = desk(Role.ADMIN)
    for back in (ticked(dialog(browser, account)), ticked(dialog(browser, account), PAGE, answer="no")):
        browser.get(back)
        said = page_of(browser, account)
        assert "diizinkan" in said or "Tidak ada yang disambungkan" in said
    browser.get(ticked(dialog(browser, account), PAGE, answer="no"))
    assert "Tidak ada yang disambungkan" in page_of(browser, account)
    assert held(app, account) == frozenset() and app.connector.named("humas-fb").blocked_at


def test_the_way_back_is_for_one_session_one_state_and_one_time(
    app: App, desk: Callable[..., Desk], account: Account, clock: SetClock
) -> None:
    browser, other = desk(Role.ADMIN), desk(Role.ADMIN, name="lain")
    back = ticked(dialog(browser, account), PAGE)
    state = dict(parse_qsl(urlsplit(back).query))["state"]
    assert other.get(back).status_code == 409
    assert browser.get(back.replace(state, "x" * 43)).status_code == 409
    assert held(app, account) == frozenset()
    browser.get(back)
    assert held(app, account)
    assert browser.get(back).status_code == 409
    late = ticked(dialog(browser, account), PAGE)
    clock.pass_time(minutes=10, seconds=1)
    assert browser.get(late).status_code == 409


def test_a_code_of_somebody_elses_making_is_refused(app: App, desk: Callable[..., Desk], account: Account) -> None:
    browser = desk(Role.ADMIN)
    state = dict(parse_qsl(urlsplit(dialog(browser, account)).query))["state"]
    browser.get(f"/accounts/back?state={state}&code=tebakan")
    assert held(app, account) == frozenset()
    assert "Facebook" in page_of(browser, account)


def test_with_a_wrong_app_secret_nothing_is_connected_and_the_page_says_why(
    environment: dict[str, str], app: App, clock: SetClock, account: Account
) -> None:
    from tests.web.desk.conftest import open_desk

    wrong = App(load_settings({**environment, "PROKES_GRAPH_CLIENT_SECRET": "canary-rahasia"}), clock)
    browser = open_desk(wrong, Role.ADMIN)
    browser.get(ticked(dialog(browser, account), PAGE))
    said = page_of(browser, account)
    assert held(app, account) == frozenset()
    assert "rahasia" in said and "canary" not in said
    wrong.close()


def test_a_page_that_another_account_of_ours_has_is_not_connected_twice(
    app: App, desk: Callable[..., Desk], account: Account
) -> None:
    other = app.accounts.add("lain-fb", platform="facebook", unit="diskominfo", credentials=None)
    with app.store.write() as tx:
        accounts.note_identity(tx, other.id, external_id=PAGE, handle="Kabupaten", now=app.clock.now())
    browser = desk(Role.ADMIN)
    browser.get(ticked(dialog(browser, account), PAGE))
    assert held(app, account) == frozenset()


def test_without_the_apps_secret_there_is_no_such_button(
    environment: dict[str, str], app: App, clock: SetClock, account: Account
) -> None:
    from tests.web.desk.conftest import open_desk

    without = App(load_settings({**environment, "PROKES_GRAPH_CLIENT_SECRET": ""}), clock)
    browser = open_desk(without, Role.ADMIN)
    assert "/connect/begin" not in page_of(browser, account)
    assert browser.post(f"/accounts/{account.name}/connect/begin").status_code == 303
    without.close()


def test_a_page_of_staff_offers_neither_facebook_nor_instagram(app: App, desk: Callable[..., Desk]) -> None:
    """Meta lets no program post to personal profiles: https://developers.facebook.com/docs/permissions."""
    member = add_person(app.store, "Sari Wulandari")
    link, phone = app.sharing.link_of(member), desk()
    for path in ("", "/choices", "/x"):
        text = phone.get(f"/s/{link}{path}").text
        assert "dialog/oauth" not in text and "/facebook/connect" not in text and "/instagram/connect" not in text
    for platform in ("facebook", "instagram"):
        answer = phone.client.post(f"/s/{link}/{platform}/connect")
        assert answer.status_code in (404, 405) or answer.headers["location"].startswith("/s/")
        assert phone.get(f"/s/{platform}/callback?state=x&code=y").status_code == 404
