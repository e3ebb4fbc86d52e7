"""From a campaign file to a reach report, through real tweepy and real facebook-sdk against the sandbox."""

import hashlib

import pytest

from prokes_social import platforms
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.store import deliveries
from prokes_social.worker import Worker
from tests.office import Office


def publish_everything(office: Office) -> list[Delivery]:
    Worker(office.app).run(until_idle=True)
    return office.app.deliveries.listing()


def queue(office: Office, *sends: str) -> list[Delivery]:
    path = office.write_campaign(*sends)
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")
    return office.app.deliveries.listing()


def test_the_posts_equal_the_plan_and_leave_on_time(office: Office) -> None:
    office.add_accounts()
    queue(office, office.send("tangan", seconds=4), office.send("masker", seconds=6))
    rows = publish_everything(office)
    assert [row.status for row in rows] == [DeliveryStatus.PUBLISHED] * 6

    shown = {(post["platform"], post["id"]): post for post in office.sandbox.posts()}
    for row in rows:
        assert row.post
        post = shown.pop((row.platform, row.post.external_id))
        assert post["text"] == row.content.text
        assert post["alt_texts"] == [row.content.alt_text]
        assert [picture["sha256"] for picture in post["pictures"]] == [approved_bytes(office, row)]
    assert shown == {}, "nothing else is public"

    for platform in office.app.platforms:
        order = [post["text"] for post in office.sandbox.posts(platform=platform)]
        assert order == [row.content.text for row in rows if row.platform == platform]
    late = [office.app.deliveries.lateness(row) for row in rows]
    assert all(each is not None and 0 <= each.total_seconds() < 1 for each in late), late


def approved_bytes(office: Office, row: Delivery) -> str:
    [picture] = office.app.deliveries.submission_of(row).pictures
    return hashlib.sha256(picture.data).hexdigest()


@pytest.mark.parametrize("platform", platforms.names())
def test_an_answer_lost_after_acceptance_is_found_and_the_post_exists_once(office: Office, platform: str) -> None:
    office.add_accounts(platform)
    office.sandbox.fault(platform, "publish", "accept_then_drop")
    queue(office, office.send("tangan", seconds=1))
    [row] = publish_everything(office)
    assert row.status is DeliveryStatus.PUBLISHED
    assert row.attempts == 1
    assert len(office.sandbox.posts()) == 1
    with office.app.store.read() as tx:
        [attempt] = deliveries.attempts(tx, row.id)
        found_by = tx.exec_driver_sql("select found_by from post").scalar()
    assert attempt["outcome"] == "published"
    assert found_by == "look-up"


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    office.add_accounts("x")
    path = office.write_campaign(office.send(seconds=600))
    first, _ = office.app.campaigns.schedule(path, by="Ayu")
    again, _ = office.app.campaigns.schedule(path, by="Ayu")
    assert first.plan.changes_anything
    assert not again.plan.changes_anything
    assert len(office.app.deliveries.listing()) == 1


def test_reach_is_read_and_reported(office: Office) -> None:
    office.add_accounts()
    queue(office, office.send("tangan", seconds=1))
    publish_everything(office)
    assert office.app.reach.collect_now().taken == 3
    paths = office.app.reach.write("uji", formats=("html", "csv", "json"), out=office.folder / "reports")
    assert {path.suffix for path in paths} >= {".html", ".csv", ".json"}


def test_an_edit_voids_the_approval_until_it_is_given_again(office: Office) -> None:
    office.add_accounts("x")
    [row] = queue(office, office.send(seconds=600))
    assert row.status is DeliveryStatus.SCHEDULED
    path = office.folder / "campaigns" / "uji.yaml"
    path.write_text(path.read_text().replace("Ayo cuci tangan", "Mari cuci tangan"))
    office.app.campaigns.schedule(path, by="Ayu")
    [row] = office.app.deliveries.listing()
    assert row.status is DeliveryStatus.WAITING
    _planned, scheduled = office.app.campaigns.approve(path, who="Citra")
    assert scheduled == 1


def test_a_report_carries_the_emblem_of_the_campaigns_brand_and_its_number(office: Office) -> None:
    office.add_accounts("x")
    queue(office, office.send("tangan", seconds=600))
    report = office.app.reach.report("uji", number="440/12/Adpim/2026")
    assert "<svg" in report.letterhead.emblem
    assert report.paper.number == "440/12/Adpim/2026"
