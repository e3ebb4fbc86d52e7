"""Every page of the desk in a real browser: axe-core finds nothing, nothing runs out of the screen, keys are enough."""

import re
from itertools import product
from typing import Any

import pytest

from prokes_social.app import App
from prokes_social.model.user import Role
from prokes_social.store import accounts, users
from prokes_social.web.desk import AREAS
from tests.factories import add_account, add_person
from tests.web.desk.test_calendar import CAMPAIGN

pytestmark = pytest.mark.browser

#: Addresses with a part of their own are filled in from the world below.
PATHS = [page.path for area in AREAS for page in area.pages if page.method == "GET" and page.right]
#: What is looked at or downloaded by itself, not as a page.
FILE = re.compile(r"\.[\w{}]+$|\{file\}$|^/studio/(samples|pictures/\{)|^/desk/")
#: Nobody comes back from a platform here.
NOT_200 = {"/accounts/back": 409}
WIDTHS, MOST_BYTES = (360, 768, 1440), 200_000
#: What moved while the page was built, as https://web.dev/articles/cls counts it; a tenth of "good" is not seen.
LEAST_SEEN = 0.01
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) sum += each.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 150);
})"""


@pytest.fixture
def pages(app: App) -> list[str]:
    """Each page of the register, with something on it."""
    account = add_account(app.store, "fb-kabupaten", "facebook")
    with app.store.write() as tx:
        accounts.note_identity(tx, account.id, external_id="7", handle="@kabupaten", now=app.clock.now())
    file = app.settings.home / "campaigns" / "uji.yaml"
    file.write_text(CAMPAIGN, encoding="utf-8")
    app.campaigns.schedule(file, by="Ayu")
    row, member = app.deliveries.listing()[0], add_person(app.store, "Dr. dr. Hj. Andi Nurhasanah, Sp.PD-KPTI, M.Kes.")
    places = {
        "/campaigns/{campaign}/messages/{message}": f"/campaigns/uji/messages/{row.key.message}",
        "/campaigns/{id}": "/campaigns/agen-disiplin-prokes", "/deliveries/{id}": f"/deliveries/{row.id}",
        "/approvals/{campaign}": "/approvals/uji", "/studio/{template}": "/studio/quote",
        "/reports/{campaign}": "/reports/uji", "/accounts/{name}": "/accounts/fb-kabupaten",
        "/staff/{id}": f"/staff/{member.id}", "/units/{unit}": f"/units/{member.unit.id}",
        "/users/{user}": "/users/semua", "/manual/{section}/{page}": "/manual/how-to/approve",
        "/manual/{page}": "/manual/glossary",
    }  # fmt: skip
    found = []
    for path in (each for each in PATHS if not FILE.search(each)):
        for template, place in places.items():
            path = path.replace(template, place) if path.startswith(template) else path
        assert "{" not in path, f"{path} has no place here"
        found.append(path)
    return found


def cookie(app: App, address: str) -> dict[str, Any]:
    user, _password = app.users.add("semua", list(Role), by="command")
    admitted = app.users.admission._open(user, tries=(), is_whole=True)
    with app.store.write() as tx:
        users.change(tx, user.id, must_change=False)
    return {"name": "prokes-desk", "value": admitted.token, "url": address}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(app: App, address: str, pages: list[str], browser: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    context.add_cookies([cookie(app, address)])
    page, found = context.new_page(), []
    for path in pages:
        answer = page.goto(address + path, wait_until="load")
        assert answer.status == NOT_200.get(path, 200), path
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        found += [(path, each["id"], each["nodes"][0]["html"][:200]) for each in results.response["violations"]]
    assert found == []


def test_nothing_runs_out_of_the_screen_or_jumps_and_no_page_is_heavy(
    app: App, address: str, pages: list[str], browser: Any
) -> None:
    wide, heavy, broken, moved = [], [], [], []
    context = browser.new_context()
    context.add_cookies([cookie(app, address)])
    page = context.new_page()
    page.on("console", lambda said: broken.append((page.url, said.text)) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append((page.url, str(error))))
    for path, width in product(pages, WIDTHS):
        page.set_viewport_size({"width": width, "height": 800})
        answer = page.goto(address + path, wait_until="load")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide.append((path, width, over))
        if (shift := page.evaluate(SHIFTS)) > LEAST_SEEN:
            moved.append((path, width, shift))
        if len(answer.body()) > MOST_BYTES:
            heavy.append((path, len(answer.body())))
    assert (wide, heavy, moved) == ([], [], [])
    assert [each for each in broken if "404" not in each[1] and "409" not in each[1]] == []


def test_the_menu_and_a_status_work_without_a_script_and_by_keys_alone(
    app: App, address: str, pages: list[str], browser: Any
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
