"""Finding one's way at the desk: help from each page, a menu whose doors open, words for an address that is none."""

from collections.abc import Callable
from html import unescape

import pytest
from fastapi.testclient import TestClient

from prokes_social import help as book
from prokes_social.app import App
from prokes_social.model.account import Unit
from prokes_social.model.user import Role
from prokes_social.store import accounts
from prokes_social.web import build
from prokes_social.web.desk import AREAS
from tests.web.desk.conftest import ADDRESS, Desk

PAGES = [page for area in AREAS for page in area.pages if page.method == "GET" and page.right is not None]


def test_every_page_names_the_page_of_the_manual_that_helps() -> None:
    names = {language: {topic.name for topic in book.topics(language)} for language in ("id", "en")}
    lost = [(page.path, page.topic) for page in PAGES if not page.path.startswith("/manual")
            and not (page.topic in names["id"] and page.topic in names["en"])]  # fmt: skip
    assert lost == []


@pytest.mark.parametrize("path", [page.path for page in PAGES if "{" not in page.path and page.topic])
def test_a_page_links_to_its_help(desk: Callable[..., Desk], path: str) -> None:
    answer = desk(*Role).get(path)
    if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
        topic = next(page.topic for page in PAGES if page.path == path)
        assert f'href="/manual/{topic}"' in answer.text and "Bantuan untuk halaman ini" in answer.text


@pytest.mark.parametrize("unit", [None, "dinkes"])
@pytest.mark.parametrize("role", Role)
def test_every_line_of_the_menu_opens(app: App, desk: Callable[..., Desk], role: Role, unit: str | None) -> None:
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    browser = desk(role, unit=unit)
    menu = browser.get("/").text.partition("<nav")[2].partition("</nav>")[0]
    shut = [path for path in _links(menu) if browser.get(path).status_code != 200]
    assert shut == []


def _links(part: str) -> list[str]:
    return [each.partition('"')[0] for each in part.split('href="')[1:]]


def test_an_address_that_is_none_gets_a_page_with_the_menu(desk: Callable[..., Desk]) -> None:
    answer = desk(Role.VIEWER).get("/kalender/lama")
    assert answer.status_code == 404 and "Tidak ada apa-apa di sini" in answer.text
    assert 'href="/calendar"' in answer.text


def test_a_stranger_who_errs_learns_nothing_of_the_desk(desk: Callable[..., Desk]) -> None:
    answer = desk().get("/wp-login.php")
    assert answer.status_code == 404 and "Tidak ada apa-apa di sini" in unescape(answer.text)
    assert "<nav" not in answer.text and "set-cookie" not in answer.headers


def test_a_page_that_takes_no_form_says_so_in_words(desk: Callable[..., Desk]) -> None:
    answer = desk(Role.VIEWER).post("/calendar")
    assert answer.status_code == 405 and "<h1>" in answer.text


def test_the_api_s_own_unknown_addresses_stay_json(desk: Callable[..., Desk]) -> None:
    answer = desk().get("/api/v1/nothing")
    assert answer.status_code in (401, 404) and answer.headers["content-type"].startswith("application/")


def test_a_mistake_of_ours_is_told_in_words_and_tells_nothing_else(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*said: object) -> None:
        raise RuntimeError("rahasia kantor")

    monkeypatch.setattr(type(app.users.admission), "session", breaks)
    browser = TestClient(build(app), base_url=ADDRESS, raise_server_exceptions=False)
    answer = browser.get("/calendar")
    assert answer.status_code == 500 and "Ada yang rusak di pihak kami" in answer.text
    assert "rahasia" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] and answer.headers["cache-control"] == "no-store"
