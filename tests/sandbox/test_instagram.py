"""Instagram through real facebook-sdk: pictures really fetched, containers, publishing, quotas and late numbers."""

from collections.abc import Callable
from typing import Any

import facebook
import pytest

from prokes_social.sandbox import Sandbox
from tests.sandbox.conftest import graph_client


def error_of(call: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    return dict(caught.value.result["error"])


def container(ig: Any, user: dict[str, Any], pictures: str, path: str = "/jpeg/400/500", **more: str) -> str:
    return str(ig.put_object(user["id"], "media", image_url=pictures + path, **more)["id"])


def publish(ig: Any, user: dict[str, Any], creation_id: str) -> str:
    return str(ig.put_object(user["id"], "media_publish", creation_id=creation_id)["id"])


def status(ig: Any, container_id: str) -> str:
    return str(ig.get_object(container_id, fields="status_code,status")["status_code"])


def test_a_picture_is_fetched_and_published(
    sandbox: Sandbox, ig: Any, instagram: dict[str, Any], pictures: str, picture: Callable[..., bytes]
) -> None:
    made = container(ig, instagram, pictures, caption="Halo #Prokes", alt_text="Kartu hijau")
    assert status(ig, made) == "FINISHED"
    assert sandbox.posts() == []
    media_id = publish(ig, instagram, made)
    assert status(ig, made) == "PUBLISHED"

    [post] = sandbox.posts("instagram")
    assert (post["id"], post["text"], post["alt_texts"]) == (media_id, "Halo #Prokes", ["Kartu hijau"])
    assert sandbox.picture(post["pictures"][0]["sha256"]) == picture()
    fields = "id,caption,permalink,timestamp,media_type"
    [listed] = ig.get_connections(instagram["id"], "media", fields=fields)["data"]
    assert listed["permalink"] == post["permalink"]
    assert ig.get_object(media_id, fields="username")["username"] == instagram["username"]


def test_publishing_waits_for_processing_and_happens_once(
    sandbox: Sandbox, ig: Any, instagram: dict[str, Any], pictures: str
) -> None:
    sandbox.settings(processing_s=30.0)
    made = container(ig, instagram, pictures)
    assert status(ig, made) == "IN_PROGRESS"
    error = error_of(lambda: publish(ig, instagram, made))
    assert (error["code"], error["error_subcode"]) == (9007, 2207027)
    sandbox.settings(clock_offset_s=31.0)
    publish(ig, instagram, made)
    assert error_of(lambda: publish(ig, instagram, made))["code"] == 24
    assert len(sandbox.posts()) == 1


def test_a_container_ends_after_a_day(sandbox: Sandbox, ig: Any, instagram: dict[str, Any], pictures: str) -> None:
    made = container(ig, instagram, pictures)
    sandbox.settings(clock_offset_s=86_401.0)
    assert status(ig, made) == "EXPIRED"
    assert error_of(lambda: publish(ig, instagram, made))["error_subcode"] == 2207020


@pytest.mark.parametrize(
    ("path", "code", "subcode"),
    [
        ("/nothing", 9004, 2207052),
        ("/png/400/500", 36001, 2207005),
        ("/jpeg/400/700", 36003, 2207009),
        ("/jpeg/800/400", 36003, 2207009),
    ],
)
def test_pictures_must_be_jpeg_in_feed_proportions(
    ig: Any, instagram: dict[str, Any], pictures: str, path: str, code: int, subcode: int
) -> None:
    error = error_of(lambda: container(ig, instagram, pictures, path))
    assert (error["code"], error["error_subcode"]) == (code, subcode)


@pytest.mark.parametrize("address", ["http://example.com/a.jpg", "ftp://127.0.0.1/a.jpg", "http://127.0.0.1:9/a.jpg"])
def test_an_address_meta_could_not_fetch_is_refused(ig: Any, instagram: dict[str, Any], address: str) -> None:
    assert error_of(lambda: container(ig, instagram, "", address))["code"] == 9004


@pytest.mark.parametrize("caption", ["a" * 2201, " ".join(f"#tagar{number}" for number in range(6))])
def test_captions_have_limits(ig: Any, instagram: dict[str, Any], pictures: str, caption: str) -> None:
    error = error_of(lambda: container(ig, instagram, pictures, caption=caption))
    assert (error["code"], error["error_subcode"]) == (36004, 2207010)


@pytest.mark.parametrize("fields", [{"captions": "a"}, {"media_type": "REELS"}, {"alt_text": "a" * 1001}])
def test_wrong_parameters_are_refused(
    ig: Any, instagram: dict[str, Any], pictures: str, fields: dict[str, str]
) -> None:
    assert error_of(lambda: container(ig, instagram, pictures, **fields))["code"] == 100


def test_the_daily_quota_is_counted(sandbox: Sandbox, ig: Any, instagram: dict[str, Any], pictures: str) -> None:
    sandbox.settings(limits={"instagram_posts_per_day": 1})
    first, second = (container(ig, instagram, pictures) for _ in range(2))
    publish(ig, instagram, first)
    [quota] = ig.get_connections(instagram["id"], "content_publishing_limit", fields="quota_usage,config")["data"]
    assert (quota["quota_usage"], quota["config"]["quota_total"]) == (1, 1)
    error = error_of(lambda: publish(ig, instagram, second))
    assert (error["code"], error["error_subcode"]) == (9, 2207042)


def test_insights_come_late_and_then_whole(sandbox: Sandbox, ig: Any, instagram: dict[str, Any], pictures: str) -> None:
    media_id = publish(ig, instagram, container(ig, instagram, pictures))
    metrics = "views,reach,likes,comments,saved,shares,total_interactions"
    sandbox.settings(instagram_insights_delay_s=172_800.0, clock_offset_s=86_400.0)
    assert ig.get_connections(media_id, "insights", metric=metrics)["data"] == []
    sandbox.settings(clock_offset_s=259_200.0)
    rows = {
        row["name"]: row["values"][0]["value"]
        for row in ig.get_connections(media_id, "insights", metric=metrics)["data"]
    }
    assert rows["views"] > rows["reach"] > 0
    assert rows["total_interactions"] == sum(rows[name] for name in ("likes", "comments", "saved", "shares"))
    error = error_of(lambda: ig.get_connections(media_id, "insights", metric="impressions"))
    assert "no longer supported" in error["message"]
    assert (
        "metric[1] must be" in error_of(lambda: ig.get_connections(media_id, "insights", metric="views,x"))["message"]
    )


def test_the_linked_page_acts_for_its_instagram_account_and_others_do_not(
    sandbox: Sandbox, graph: Any, instagram: dict[str, Any], pictures: str
) -> None:
    publish(graph, instagram, container(graph, instagram, pictures))
    assert len(sandbox.posts("instagram")) == 1
    other = graph_client(sandbox, sandbox.accounts()["facebook"][1])
    assert error_of(lambda: container(other, instagram, pictures))["error_subcode"] == 33
