"""The manual at the desk: every page opens, every link leads somewhere, words are found."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from prokes_social import help as book
from prokes_social.app import App
from prokes_social.model.user import Role
from prokes_social.web.desk import manual
from tests.web.desk.conftest import Desk


def test_every_page_opens_in_both_languages_and_is_light(app: App, desk: Callable[..., Desk]) -> None:
    browser = desk(Role.VIEWER)
    for language in ("id", "en"):
        app.users.speak(app.users.get("viewer"), language)
        index = browser.get("/manual").text
        for topic in book.topics(language):
            page = browser.get(f"/manual/{topic.name}")
            assert f'href="/manual/{topic.name}"' in index
            assert page.status_code == 200 and topic.title in unescape(page.text), topic.name
            assert len(page.content) < 200_000, topic.name


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_link_between_pages_leads_to_a_page_and_a_heading(language: str) -> None:
    rendered = {topic.name: str(manual._rendered(topic, language)[0]) for topic in book.topics(language)}
    lost = []
    for name, page in rendered.items():
        for address in re.findall(r'href="(/manual/[^"]+|#[^"]+)"', page):
            there, _mark, anchor = address.removeprefix("/manual/").partition("#")
            target = rendered.get(there or name, "")
            if not target or (anchor and f'id="{anchor}"' not in target):
                lost.append((name, address))
    assert lost == []


def test_words_are_found_with_what_stands_around_them(desk: Callable[..., Desk]) -> None:
    browser = desk(Role.VIEWER)
    page = browser.get("/manual?q=Cadangan").text
    assert "/manual/how-to/back-up-and-restore" in page and "<mark>" in page
    assert "Tidak ada halaman" in browser.get("/manual?q=zzzzqqq").text


@pytest.mark.parametrize("odd", ["<script>alert(1)</script>", "{{7*7}}", ".*", "(", "x" * 9000, "İ", "%00"])
def test_odd_words_find_nothing_and_break_nothing(desk: Callable[..., Desk], odd: str) -> None:
    answer = desk(Role.VIEWER).get("/manual", params={"q": odd})
    assert answer.status_code == 200 and "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "path", ["tidak-ada", "how-to/tidak-ada", "..%2f..%2fetc/passwd", "how-to/..%2fstart", "how-to"]
)
def test_what_is_no_page_is_not_there(desk: Callable[..., Desk], path: str) -> None:
    assert desk(Role.VIEWER).get(f"/manual/{path}").status_code == 404


def test_nothing_in_a_page_runs(desk: Callable[..., Desk]) -> None:
    page = desk(Role.VIEWER).get("/manual/how-to/write-a-campaign").text.partition("<main")[2]
    assert "<script" not in page and "style=" not in page and "javascript:" not in page
