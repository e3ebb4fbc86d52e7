"""Every page of the desk in a real browser: axe-core finds nothing, nothing runs out of the screen, keys are enough."""

import threading
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import uvicorn

from prokes_social.app import App
from prokes_social.model.user import Role
from prokes_social.store import users
from prokes_social.web import build
from prokes_social.web.desk import AREAS
from tests.factories import add_account, make_content, queue_delivery
from tests.office import listening

pytestmark = pytest.mark.browser

#: Addresses with a part of their own are filled in from the world below.
PATHS = [page.path for area in AREAS for page in area.pages if page.method == "GET" and page.right]
WIDTHS, MOST_BYTES = (360, 768, 1440), 200_000


@pytest.fixture
def address(app: App) -> Iterator[str]:
    listener = listening()
    server = uvicorn.Server(uvicorn.Config(build(app), log_level="warning", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def filled(app: App) -> dict[str, str]:
    """Something on every page; and what stands in addresses."""
    add_account(app.store)
    row = queue_delivery(app.store)
    queue_delivery(app.store, message="masker", occurrence="sore@2026-11-23", approved=False,
                   content=make_content(text="Sakit? Istirahat di rumah, ya."))  # fmt: skip
    return {
        "id": str(row.id), "campaign": "agen", "message": "cuci-tangan", "name": "x-kabupaten", "user": "semua",
        "template": "announcement",
    }  # fmt: skip


def cookie(app: App, address: str) -> dict[str, Any]:
    user, _password = app.users.add("semua", list(Role), by="command")
    admitted = app.users.admission._open(user, tries=(), is_whole=True)
    with app.store.write() as tx:
        users.change(tx, user.id, must_change=False)
    return {"name": "prokes-desk", "value": admitted.token, "url": address}


def paths(filled: dict[str, str]) -> list[str]:
    """Those that are pages: files that are downloaded have an ending."""
    named = [path.format_map(_Known(filled)) for path in PATHS]
    return [path for path in named if "." not in path.rpartition("/")[2] and "{" not in path]


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    app: App, address: str, filled: dict[str, str], browser: Any, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    context.add_cookies([cookie(app, address)])
    page, found = context.new_page(), []
    for path in paths(filled):
        page.goto(address + path, wait_until="load")
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        found += [(path, each["id"], each["nodes"][0]["html"][:200]) for each in results.response["violations"]]
    assert found == []


def test_nothing_runs_out_of_the_screen_and_no_page_is_heavy(
    app: App, address: str, filled: dict[str, str], browser: Any
) -> None:
    wide, heavy, broken = [], [], []
    context = browser.new_context()
    context.add_cookies([cookie(app, address)])
    page = context.new_page()
    page.on("console", lambda said: broken.append((page.url, said.text)) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append((page.url, str(error))))
    for path, width in product(paths(filled), WIDTHS):
        page.set_viewport_size({"width": width, "height": 800})
        answer = page.goto(address + path, wait_until="load")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide.append((path, width, over))
        if len(answer.body()) > MOST_BYTES:
            heavy.append((path, len(answer.body())))
    assert (wide, heavy) == ([], [])
    assert [each for each in broken if "404" not in each[1] and "409" not in each[1]] == []


def test_the_menu_and_a_status_work_without_a_script_and_by_keys_alone(
    app: App, address: str, filled: dict[str, str], browser: Any
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 700}, java_script_enabled=False)
    context.add_cookies([cookie(app, address)])
    page = context.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "skip"
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("nav a[href='/me']").is_visible()
    page.locator("nav a[href='/me']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")
