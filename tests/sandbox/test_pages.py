"""Facebook Pages through real facebook-sdk: photos, posts, drafts, listings, insights, tokens, and refusals."""

import io
import json
import time
from collections.abc import Callable
from typing import Any

import facebook
import pytest
import requests

from prokes_social.sandbox import Sandbox
from tests.sandbox.conftest import graph_client, proof_of


def error_of(call: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    return dict(caught.value.result["error"])


def photo(graph: Any, page: dict[str, Any], data: bytes, alt: str = "Kartu hijau") -> str:
    answer = graph.put_photo(io.BytesIO(data), f"{page['id']}/photos", published="false", alt_text_custom=alt)
    return str(answer["id"])


def attached(*photos: str) -> str:
    return json.dumps([{"media_fbid": each} for each in photos])


def test_photos_first_then_one_public_call(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    photos = [photo(graph, page, picture(colour=colour)) for colour in ("teal", "navy")]
    assert sandbox.posts() == []
    answer = graph.put_object(page["id"], "feed", message="Halo #Prokes", attached_media=attached(*photos))

    [post] = sandbox.posts()
    assert post["id"] == answer["id"]
    assert post["id"].startswith(f"{page['id']}_")
    assert post["alt_texts"] == ["Kartu hijau", "Kartu hijau"]
    assert sandbox.picture(post["pictures"][1]["sha256"]) == picture(colour="navy")
    fields = "id,message,created_time,permalink_url,is_published,attachments{media{image{src}},target,subattachments}"
    [listed] = graph.get_connections(page["id"], "published_posts", fields=fields)["data"]
    [album] = listed["attachments"]["data"]
    assert [each["target"]["id"] for each in album["subattachments"]["data"]] == photos
    assert listed["permalink_url"] == post["permalink"]


def test_a_single_picture_is_found_by_its_photo_id(
    graph: Any, page: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    photo_id = photo(graph, page, picture())
    post_id = graph.put_object(page["id"], "feed", message="Halo", attached_media=attached(photo_id))["id"]
    shown = graph.get_object(post_id, fields="attachments{target,media,type}")
    assert shown["attachments"]["data"][0]["target"]["id"] == photo_id
    assert graph.get_object(photo_id, fields="alt_text_custom,width")["width"] == 400


def test_a_link_post_shows_its_link(sandbox: Sandbox, graph: Any, page: dict[str, Any]) -> None:
    post_id = graph.put_object(page["id"], "feed", message="Baca:", link="https://kemkes.go.id")["id"]
    [share] = graph.get_connections(post_id, "attachments")["data"]
    assert share["target"]["url"] == "https://kemkes.go.id"
    assert sandbox.posts()[0]["link"] == "https://kemkes.go.id"


def test_a_draft_is_not_public_until_it_is_published_and_publishing_repeats_safely(
    sandbox: Sandbox, graph: Any, page: dict[str, Any]
) -> None:
    draft = graph.put_object(page["id"], "feed", message="Nanti", published="false")["id"]
    assert sandbox.posts() == []
    assert graph.get_object(draft, fields="is_published")["is_published"] is False
    assert graph.get_connections(page["id"], "feed")["data"] == []
    for _ in range(2):
        answer = graph.request(f"v26.0/{draft}", post_args={"is_published": "true"}, method="POST")
        assert answer == {"success": True}
    assert [post["id"] for post in sandbox.posts()] == [draft]
    assert graph.get_object(draft, fields="is_published")["is_published"] is True


def test_the_last_status_is_not_repeated_but_pictures_are_never_equal(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    graph.put_object(page["id"], "feed", message="Sama")
    assert error_of(lambda: graph.put_object(page["id"], "feed", message="Sama"))["code"] == 506
    for _ in range(2):
        media = attached(photo(graph, page, picture()))
        graph.put_object(page["id"], "feed", message="Sama", attached_media=media)
    sandbox.settings(facebook_refuses_duplicates=False)
    for _ in range(2):
        graph.put_object(page["id"], "feed", message="Sama lagi")
    assert len(sandbox.posts()) == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mesage": "a"}, "mesage is unknown"),
        ({"message": "a", "published": "False"}, "published must be a boolean"),
        ({"message": "a", "attached_media": [{"media_fbid": "1"}]}, "attached_media must be an array"),
        ({"message": "a", "attached_media": '[{"media_fbid": "1"}]'}, "media_fbid is unknown"),
        ({"message": "a", "attached_media": '[{"id": "1"}]'}, "exactly one media_fbid"),
        ({"link": "javascript:1"}, "url you supplied is invalid"),
        ({"message": ""}, "Missing message or attachment"),
        ({"message": "a" * 63_207}, "too long"),
    ],
)
def test_wrong_parameters_are_refused(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], fields: dict[str, Any], words: str
) -> None:
    error = error_of(lambda: graph.put_object(page["id"], "feed", **fields))
    assert error["code"] == 100
    assert words in error["message"]
    assert error["fbtrace_id"]
    assert sandbox.posts() == []


def test_the_indexed_spelling_of_a_list_works_too(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    first, second = (photo(graph, page, picture()) for _ in range(2))
    media = {"attached_media[0]": f'{{"media_fbid":"{first}"}}', "attached_media[1]": f'{{"media_fbid":"{second}"}}'}
    graph.put_object(page["id"], "feed", message="Dua", **media)
    assert len(sandbox.posts()[0]["pictures"]) == 2


@pytest.mark.parametrize("data", [b"no picture", b"x" * (4 * 1024 * 1024)])
def test_photos_must_be_pictures_below_four_megabytes(graph: Any, page: dict[str, Any], data: bytes) -> None:
    assert error_of(lambda: photo(graph, page, data))["error_user_title"] == "Can't Read Files"


def test_a_photo_without_published_false_is_public_at_once(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    answer = graph.put_photo(io.BytesIO(picture()), f"{page['id']}/photos", message="Foto")
    assert sandbox.posts()[0]["id"] == answer["post_id"]


def test_listings_come_in_pages_that_facebook_sdk_can_follow(
    sandbox: Sandbox, graph: Any, page: dict[str, Any]
) -> None:
    ids = [graph.put_object(page["id"], "feed", message=f"Nomor {number}")["id"] for number in range(5)]
    listed = [post["id"] for post in graph.get_all_connections(page["id"], "feed", limit=2)]
    assert listed == ids[::-1]


def test_since_leaves_out_what_is_older_and_the_lag_what_is_new(
    sandbox: Sandbox, graph: Any, page: dict[str, Any]
) -> None:
    graph.put_object(page["id"], "feed", message="Lama")
    sandbox.settings(clock_offset_s=3600.0)
    graph.put_object(page["id"], "feed", message="Baru")
    recent = graph.get_connections(page["id"], "posts", since=int(time.time()) + 1800, fields="message")
    assert [post["message"] for post in recent["data"]] == ["Baru"]
    sandbox.settings(timeline_lag_s=60.0)
    assert [post["message"] for post in graph.get_connections(page["id"], "posts")["data"]] == ["Lama"]


def test_insights_have_metas_shape_and_one_dead_name_fails_the_call(
    sandbox: Sandbox, graph: Any, page: dict[str, Any]
) -> None:
    post_id = graph.put_object(page["id"], "feed", message="Halo")["id"]
    sandbox.settings(clock_offset_s=86_400.0)
    names = "post_media_view,post_total_media_view_unique,post_clicks,post_reactions_by_type_total"
    rows = {row["name"]: row for row in graph.get_connections(post_id, "insights", metric=names)["data"]}
    views = rows["post_media_view"]
    assert set(views) == {"name", "period", "values", "title", "description", "id"}
    assert views["id"] == f"{post_id}/insights/post_media_view/lifetime"
    assert 0 < rows["post_total_media_view_unique"]["values"][0]["value"] < views["values"][0]["value"]
    assert rows["post_reactions_by_type_total"]["values"][0]["value"]["like"] > 0
    error = error_of(lambda: graph.get_connections(post_id, "insights", metric=f"{names},post_impressions"))
    assert (error["code"], error["message"]) == (100, "(#100) The value must be a valid insights metric")


def test_counts_can_be_asked_for_as_summaries(sandbox: Sandbox, graph: Any, page: dict[str, Any]) -> None:
    post_id = graph.put_object(page["id"], "feed", message="Halo")["id"]
    sandbox.settings(clock_offset_s=86_400.0)
    shown = graph.get_object(post_id, fields="shares,comments.summary(total_count).limit(0),reactions.summary(true)")
    assert shown["comments"]["summary"]["total_count"] > 0
    assert shown["reactions"]["summary"]["total_count"] > shown["comments"]["summary"]["total_count"]
    assert shown["shares"]["count"] > 0


@pytest.mark.parametrize(
    "fields", ["id,nama", "attachments{target{picture}}", "attachments{", "id)", "id,likes.order(x)"]
)
def test_field_expressions_are_read_strictly(graph: Any, page: dict[str, Any], fields: str) -> None:
    post_id = graph.put_object(page["id"], "feed", message="Halo", link="https://kemkes.go.id")["id"]
    assert error_of(lambda: graph.get_object(post_id, fields=fields))["code"] == 100


def test_a_deleted_post_is_gone(sandbox: Sandbox, graph: Any, page: dict[str, Any]) -> None:
    post_id = graph.put_object(page["id"], "feed", message="Halo")["id"]
    assert graph.delete_object(post_id) == {"success": True}
    error = error_of(lambda: graph.get_object(post_id))
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert sandbox.posts()[0]["deleted_at"] is not None


def test_other_pages_and_unknown_paths_are_refused(sandbox: Sandbox, graph: Any, page: dict[str, Any]) -> None:
    other = sandbox.accounts()["facebook"][1]
    assert error_of(lambda: graph.put_object(other["id"], "feed", message="Halo"))["error_subcode"] == 33
    assert error_of(lambda: graph.get_connections(page["id"], "fed"))["code"] == 2500
    graph.version = "v19.0"
    assert error_of(lambda: graph.get_object("me"))["code"] == 2635
    graph.version = "v21.0"
    assert graph.get_object("me")["id"] == page["id"]


def test_the_proof_is_required_and_checked(sandbox: Sandbox, page: dict[str, Any]) -> None:
    missing = error_of(lambda: graph_client(sandbox, page, proof="").get_object("me"))
    wrong = error_of(lambda: graph_client(sandbox, page, proof="0" * 64).get_object("me"))
    assert wrong["message"] == "Invalid appsecret_proof provided in the API argument"
    assert missing["code"] == wrong["code"] == 100


@pytest.mark.parametrize("scheme", ["Bearer", "OAuth"])
def test_the_token_may_travel_in_a_header(sandbox: Sandbox, page: dict[str, Any], scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {page['access_token']}"}
    params = {"appsecret_proof": proof_of(page), "fields": "name,instagram_business_account"}
    answer = requests.get(f"{sandbox.url}/v26.0/{page['id']}", params=params, headers=headers, timeout=10)
    assert answer.json()["instagram_business_account"] == {"id": page["instagram_id"]}
    assert answer.headers["facebook-api-version"] == "v26.0"
    assert json.loads(answer.headers["x-app-usage"])["call_count"] >= 0


def test_a_dead_token_is_190_and_debug_token_says_so(sandbox: Sandbox, page: dict[str, Any]) -> None:
    app = sandbox.accounts()["app"]
    doomed = {**page, "id": "104000000000077", "access_token": "token-77", "revoked": True}
    sandbox.add_accounts(facebook=[doomed])
    graph = graph_client(sandbox, doomed)
    error = error_of(lambda: graph.get_object("me"))
    assert (error["code"], error["error_subcode"]) == (190, 460)
    graph.session.params = {}
    assert graph.debug_access_token("token-77", app["id"], app["secret"])["data"]["is_valid"] is False
    alive = graph.debug_access_token(page["access_token"], app["id"], app["secret"])["data"]
    assert (alive["is_valid"], alive["type"], alive["profile_id"]) == (True, "PAGE", page["id"])
    sandbox.add_accounts(facebook=[{**doomed, "revoked": False, "expires_at": 1}])
    assert error_of(lambda: graph_client(sandbox, doomed).get_object("me"))["error_subcode"] == 463


def test_the_hourly_limit_tells_how_long_to_wait(sandbox: Sandbox, page: dict[str, Any]) -> None:
    sandbox.settings(limits={"graph_calls_per_hour": 1})
    params = {"access_token": page["access_token"], "appsecret_proof": proof_of(page)}
    first, second = (requests.get(f"{sandbox.url}/v26.0/me", params=params, timeout=10) for _ in range(2))
    assert first.ok
    assert second.json()["error"]["code"] == 32
    [usage] = json.loads(second.headers["x-business-use-case-usage"])[page["id"]]
    assert 58 <= usage["estimated_time_to_regain_access"] <= 61
