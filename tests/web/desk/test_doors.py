"""Every page, walked through by everybody: who may open which door, and what a form must carry."""

import re
from collections.abc import Callable

import pytest

from prokes_social.model.user import RIGHTS, Right, Role
from prokes_social.web.desk import AREAS
from prokes_social.web.desk._visit import Page
from tests.web.desk.conftest import Desk

PAGES = [page for area in AREAS for page in area.pages]
GUARDED = [page for page in PAGES if page.right is not None]


def named(page: Page) -> str:
    return f"{page.method} {page.path}"


def address(page: Page) -> str:
    """With numbers and names that nothing has."""
    return re.sub(r"\{\w+\}", "987654", page.path)


def knock(browser: Desk, page: Page, **more: str) -> int:
    if page.method == "GET":
        return browser.get(address(page)).status_code
    return browser.post(address(page), more).status_code


@pytest.fixture
def everybody(desk: Callable[..., Desk]) -> dict[Role, Desk]:
    return {role: desk(role) for role in Role}


def test_every_role_opens_exactly_the_doors_of_its_rights(everybody: dict[Role, Desk]) -> None:
    """The whole matrix of roles and routes; where a door opens, there may be nothing behind it."""
    wrong = []
    for role, browser in everybody.items():
        for page in GUARDED:
            if page.path == "/logout":
                continue
            opened = knock(browser, page) != 403
            if opened != (page.right in RIGHTS[role]):
                wrong.append((role.value, named(page), opened))
            assert browser.get("/me").status_code == 200, f"{named(page)} ended the session"
    assert wrong == []


def test_the_matrix_has_doors_that_open_and_doors_that_do_not(everybody: dict[Role, Desk]) -> None:
    assert {page.right for page in GUARDED} >= {Right.SEE, Right.EDIT, Right.APPROVE, Right.STOP, Right.MANAGE}
    assert len(everybody) == len(Role)


@pytest.mark.parametrize("page", GUARDED, ids=named)
def test_a_stranger_opens_no_door(desk: Callable[..., Desk], page: Page) -> None:
    browser = desk()
    if page.method == "GET":
        assert browser.get(address(page)).headers["location"].startswith("/login")
    else:
        assert browser.post(address(page), csrf="").status_code == 401


def test_no_form_works_without_its_token_or_from_another_site(desk: Callable[..., Desk]) -> None:
    browser, other = desk(*Role), desk(*Role, name="lain")
    for page in (each for each in GUARDED if each.method == "POST"):
        for csrf in ("", "x" * 24, other.csrf):
            assert browser.post(address(page), csrf=csrf).status_code == 400, named(page)
        for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
            assert browser.post(address(page), headers=headers).status_code == 400, named(page)
        assert browser.client.get(address(page)).status_code != 303, f"{named(page)} also listens to GET"


def test_no_page_answers_with_what_it_was_sent(desk: Callable[..., Desk]) -> None:
    """Script and template injection in every parameter of every address."""
    browser = desk(*Role)
    for page in (each for each in GUARDED if each.method == "GET"):
        answer = browser.get(
            address(page) + "?q=<script>alert(1)</script>&status={{7*7}}&date=' or 1=1&view=<b>&after=%00"
        )
        assert answer.status_code < 500, named(page)
        assert "<script>alert" not in answer.text and "'49'" not in answer.text, named(page)


def test_huge_and_broken_bodies_are_refused(desk: Callable[..., Desk]) -> None:
    browser = desk(*Role)
    headers = {"sec-fetch-site": "same-origin"}
    for page in (each for each in PAGES if each.method == "POST"):
        huge = browser.client.post(address(page), data={"a": "x" * 4_000_000}, headers=headers)
        assert huge.status_code == 400, named(page)
        for kind, body in (
            ("multipart/form-data; boundary=x", b"--y\r\nbroken"), ("application/json", b"{}"), ("text/plain", b"a=b"),
            ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(3000))),
            ("application/x-www-form-urlencoded", b"csrf=\xff\xfe&%00=%ff"),
        ):  # fmt: skip
            answer = browser.client.post(address(page), content=body, headers={**headers, "content-type": kind})
            assert answer.status_code in (400, 401, 403), (named(page), kind)


def test_a_session_of_somebody_else_s_making_is_none(desk: Callable[..., Desk]) -> None:
    browser = desk(Role.EDITOR)
    real = browser.client.cookies["__Host-prokes"]
    for forged in (real[:-1], real + "x", "", "a" * 5000, "../../etc/passwd", "' or 1=1 --"):
        browser.client.cookies.set("__Host-prokes", forged, domain="meja.nusaraya.go.id", path="/")
        assert browser.get("/me").headers["location"].startswith("/login")
