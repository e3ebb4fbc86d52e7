"""Accounts at the desk: added, how they are, connected by tokens or by consent, disconnected, handed over."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from prokes_social.app import App, workspace
from prokes_social.errors import SettingsError, Unauthorized
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


# --- a new one ---

NEW = {"name": "humas-fb", "platform": "facebook", "unit": "diskominfo", "way": "api"}


def added(app: App) -> list[str]:
    return [each.name for each in app.accounts.official()]


def test_an_account_is_added_and_waits_to_be_connected(app: App, desk: Callable[..., Desk]) -> None:
    add_person(app.store, unit="diskominfo")
    browser = desk(Role.ADMIN)
    assert "/accounts/new" in browser.get("/accounts").text
    assert "diskominfo" in browser.get("/accounts/new").text
    answer = browser.post("/accounts/new", {**NEW, "name": " humas-fb "})
    assert answer.headers["location"] == "/accounts/humas-fb"
    made = app.connector.named("humas-fb")
    assert (made.platform, made.unit.id, made.by_hand) == ("facebook", "diskominfo", False)
    assert made.blocked_at and held(app, made) == frozenset()
    page = browser.get("/accounts/humas-fb").text
    assert "belum disambungkan" not in page + browser.get("/accounts").text, "the state says it already"
    assert "belum tersambung" in page and '/accounts/humas-fb/connect"' in page
    assert "account.add" in browser.get("/audit").text


def test_connecting_a_new_account_frees_it(app: App, desk: Callable[..., Desk], known: dict[str, Identity]) -> None:
    add_person(app.store, unit="diskominfo")
    browser = desk(Role.ADMIN)
    browser.post("/accounts/new", {**NEW, "name": "humas-x", "platform": "x"})
    browser.post("/accounts/humas-x/connect", TOKENS)
    made = app.connector.named("humas-x")
    assert made.blocked_at is None and made.handle == "@nusaraya"


def test_an_account_by_hand_is_added_with_its_owner_and_deputy(app: App, desk: Callable[..., Desk]) -> None:
    budi, ayu = add_person(app.store, unit="diskominfo"), add_person(app.store, "Ayu Lestari", unit="diskominfo")
    given = {**NEW, "way": "hand", "owner": "Budi Santoso", "deputy": str(ayu.id)}
    assert desk(Role.ADMIN).post("/accounts/new", given).status_code == 303
    made = app.connector.named("humas-fb")
    assert (made.by_hand, made.owner_id, made.deputy_id, made.blocked_at) == (True, budi.id, ayu.id, None)


@pytest.mark.parametrize(
    "name",
    ["", " ", "Humas FB", "humas/fb", "../x", "x" * 65, "<script>alert(1)</script>", "{{7*7}}", "-fb", "humas_fb",
     "new", "back", "x", "official", "staff", "diskominfo", "x-pegawai-7"],
)  # fmt: skip
def test_a_name_that_can_not_be_one_is_sent_back_with_everything_typed(
    app: App, desk: Callable[..., Desk], name: str
) -> None:
    add_person(app.store, unit="diskominfo")
    answer = desk(Role.ADMIN).post("/accounts/new", {**NEW, "name": name})
    assert answer.status_code == 422 and added(app) == []
    assert 'id="wrong-name"' in answer.text and '<option value="facebook" selected>' in answer.text
    assert "<script>alert" not in answer.text and 'value="49"' not in answer.text
    with pytest.raises(SettingsError):
        app.accounts.add(name, platform="facebook", unit="diskominfo", credentials=None)


def test_a_name_that_is_taken_is_told(app: App, desk: Callable[..., Desk], account: Account) -> None:
    answer = desk(Role.ADMIN).post("/accounts/new", {**NEW, "name": account.name})
    assert answer.status_code == 422 and "sudah ada" in answer.text and added(app) == [account.name]


@pytest.mark.parametrize(
    ("field", "value"),
    [("platform", ""), ("platform", "tiktok"), ("unit", ""), ("unit", "dinkes"), ("unit", "<b>"), ("way", "api;")],
)
def test_only_what_the_lists_hold_can_be_chosen(
    app: App, desk: Callable[..., Desk], account: Account, field: str, value: str
) -> None:
    answer = desk(Role.ADMIN).post("/accounts/new", {**NEW, field: value})
    assert answer.status_code == 422 and f'id="wrong-{field}"' in answer.text and added(app) == [account.name]


def test_whoever_posts_by_hand_must_be_somebody_here(app: App, desk: Callable[..., Desk]) -> None:
    budi = add_person(app.store, unit="diskominfo")
    browser, hand = desk(Role.ADMIN), {**NEW, "way": "hand"}
    for given, field in (
        ({"owner": ""}, "owner"), ({"owner": "<script>alert(1)</script>"}, "owner"), ({"owner": "999"}, "owner"),
        ({"owner": str(budi.id), "deputy": "tak ada"}, "deputy"), ({"owner": "x" * 5000}, "owner"),
        ({"owner": str(budi.id), "deputy": "Budi Santoso"}, "deputy"),
    ):  # fmt: skip
        answer = browser.post("/accounts/new", {**hand, **given})
        assert answer.status_code == 422 and f'id="wrong-{field}"' in answer.text and added(app) == []
        assert "<script>alert" not in answer.text and 'value="hand" checked' in answer.text
    everything = browser.post("/accounts/new", {"way": "hand", "name": "X Y", "owner": "tak ada"}).text
    assert all(f'id="wrong-{field}"' in everything for field in ("platform", "name", "unit", "owner"))


def test_whoever_is_bound_to_a_unit_adds_only_there_and_learns_no_names(
    app: App, desk: Callable[..., Desk], account: Account
) -> None:
    add_person(app.store, "Budi Santoso", unit="diskominfo")
    add_person(app.store, "Budi Hartono", unit="diskominfo")
    sari = add_person(app.store, "Sari Wulandari", unit="dinkes")
    citra = desk(Role.ADMIN, name="citra", unit="dinkes")
    assert "diskominfo" not in citra.get("/accounts/new").text
    assert citra.post("/accounts/new", NEW).status_code == 422
    hand = {**NEW, "unit": "dinkes", "way": "hand"}
    for who in ("Budi", "Budi Hartono", "Tak Ada"):
        answer = citra.post("/accounts/new", {**hand, "owner": who})
        assert answer.status_code == 422 and "daftar pegawai unit Anda" in answer.text and "Santoso" not in answer.text
    assert citra.post("/accounts/new", {**hand, "owner": "Sari Wulandari"}).status_code == 303
    assert app.connector.named("humas-fb").owner_id == sari.id
    assert citra.post("/accounts/humas-fb/hand-over", {"owner": "Budi Hartono"}).status_code == 422


def test_where_there_is_no_unit_yet_the_page_says_where_they_come_from(desk: Callable[..., Desk]) -> None:
    page = desk(Role.ADMIN, Role.EDITOR).get("/accounts/new").text
    assert "belum ada unit" in page and 'name="platform"' not in page


def test_only_admins_add_accounts(app: App, desk: Callable[..., Desk], account: Account) -> None:
    for role in (Role.VIEWER, Role.EDITOR, Role.CHECKER, Role.APPROVER):
        browser = desk(role)
        assert "/accounts/new" not in browser.get("/accounts").text
        assert browser.get("/accounts/new").status_code == 403
        assert browser.post("/accounts/new", NEW).status_code == 403
    assert added(app) == [account.name]
