"""Reach at the desk: campaigns in numbers, reports as pages and files, reports that are kept; by unit."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from prokes_social.app import App
from prokes_social.model.user import Role
from prokes_social.store.tables import account, delivery, post, snapshot
from tests.factories import DUE, add_account, add_person, queue_delivery
from tests.web.desk.conftest import Desk


@pytest.fixture
def campaign(app: App) -> str:
    """Two posts, one of which a platform told the impressions of, and one that waits."""
    add_account(app.store)
    rows = [queue_delivery(app.store, occurrence=f"pagi@2026-11-{day}") for day in (23, 24, 25)]
    with app.store.write() as tx:
        for row in rows[:2]:
            tx.execute(update(delivery).where(delivery.c.id == row.id).values(status="published"))
            values = {"delivery_id": row.id, "account_id": row.account_id, "external_id": str(row.id),
                      "permalink": "https://x.com/a", "published_at": DUE, "found_by": "answer"}  # fmt: skip
            tx.execute(insert(post).values(**values))
        for hours, impressions in ((1, 90), (6, 1234)):
            at = DUE + timedelta(hours=hours)
            values = {"post_id": 1, "due_at": at, "taken_at": at, "next_at": at, "known": "measured",
                      "impressions": impressions, "numbers": {"impressions": impressions}}  # fmt: skip
            tx.execute(insert(snapshot).values(**values))
    return "agen"


def test_campaigns_are_summed_up_with_how_the_number_is_known(desk: Callable[..., Desk], campaign: str) -> None:
    page = desk(Role.VIEWER).get("/reports").text
    assert "2 dari 3" in page and "1.234" in page and "terukur pada 1 dari 2 unggahan" in page


def test_a_report_is_a_page_that_may_do_nothing_but_sort(desk: Callable[..., Desk], campaign: str) -> None:
    answer = desk(Role.VIEWER).get(f"/reports/{campaign}")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200 and answer.text.startswith("<!doctype html>")
    assert policy.startswith("sandbox allow-scripts") and "allow-same-origin" not in policy
    assert "default-src 'none'" in policy and "'unsafe-inline'" not in policy.partition("script-src")[2]
    digest = policy.partition("sha256-")[2].partition("'")[0]
    assert f"sha256-{digest}" in answer.text


@pytest.mark.parametrize(
    ("suffix", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"PK"), ("json", b"{")]
)  # fmt: skip
def test_a_report_is_also_a_file(desk: Callable[..., Desk], campaign: str, suffix: str, begins: bytes) -> None:
    answer = desk(Role.VIEWER).get(f"/reports/{campaign}.{suffix}")
    assert answer.status_code == 200 and answer.content.startswith(begins)
    assert "attachment" in answer.headers["content-disposition"]
    if suffix == "csv":
        assert all(name.endswith(".csv") for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist())


@pytest.mark.parametrize("path", ["tidak-ada", "tidak-ada.pdf", "agen.exe", "agen.html", "<script>", "..%2fkey.pdf"])
def test_what_is_no_report_is_not_there(desk: Callable[..., Desk], campaign: str, path: str) -> None:
    answer = desk(Role.VIEWER).get(f"/reports/{path}")
    assert answer.status_code == 404 and "<script>" not in answer.text.partition("<main")[2]


def test_a_kept_report_stays_as_it_was(app: App, desk: Callable[..., Desk], campaign: str) -> None:
    viewer, browser = desk(Role.VIEWER), desk(Role.EDITOR)
    assert viewer.post(f"/reports/{campaign}/keep").status_code == 403
    assert browser.post(f"/reports/{campaign}/keep").status_code == 303
    kept = app.reports.listing()[0]
    name = next(each for each in kept.files if each.endswith(".pdf"))
    assert kept.made_by == "editor" and f"/reports/kept/{kept.id}/{name}" in viewer.get("/reports").text
    assert viewer.get(f"/reports/kept/{kept.id}/{name}").content.startswith(b"%PDF")
    for path in (f"{kept.id}/..%2f..%2fkey", f"{kept.id}/lain.pdf", f"999/{name}", f"abc/{name}"):
        assert viewer.get(f"/reports/kept/{path}").status_code == 404
    next(each for each in app.reports.paths(kept) if each.name == name).write_bytes(b"lain")
    assert viewer.get(f"/reports/kept/{kept.id}/{name}").status_code == 404


def test_a_week_without_anything_is_not_kept(app: App, desk: Callable[..., Desk]) -> None:
    assert desk(Role.EDITOR).post("/reports/week").status_code == 303
    assert app.reports.listing() == []


def test_one_unit_sees_its_own_numbers_and_no_report_of_others(
    app: App, desk: Callable[..., Desk], campaign: str
) -> None:
    add_person(app.store, unit="dinkes")
    own, other = desk(Role.EDITOR, name="ayu", unit="diskominfo"), desk(Role.EDITOR, name="citra", unit="dinkes")
    assert own.get(f"/reports/{campaign}").status_code == 200 and "1.234" in own.get("/reports").text
    assert "1.234" not in other.get("/reports").text
    app.reports.keep_campaign(campaign, formats=["json"], by="ayu")
    for path in (campaign, f"{campaign}.pdf", "kept/1/agen.json"):
        assert other.get(f"/reports/{path}").status_code == 404
    assert [other.post(f"/reports/{path}").status_code for path in (f"{campaign}/keep", "week")] == [404, 404]


def test_a_campaign_of_several_units_shows_each_its_part(app: App, desk: Callable[..., Desk], campaign: str) -> None:
    add_person(app.store, unit="dinkes")
    add_account(app.store, "x-dinkes")
    with app.store.write() as tx:
        tx.execute(update(account).where(account.c.name == "x-dinkes").values(unit_id="dinkes"))
    queue_delivery(app.store, account="x-dinkes")
    citra = desk(Role.EDITOR, name="citra", unit="dinkes")
    assert "0 dari 1" in citra.get("/reports").text and citra.get(f"/reports/{campaign}").status_code == 404
