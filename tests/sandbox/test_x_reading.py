"""What X gives back: timelines, look-ups, numbers, in both vocabularies; the lag, and the fields that are refused."""

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest
import tweepy

from prokes_social.sandbox import Sandbox
from tests.sandbox.conftest import x_client


def test_the_timeline_shows_what_a_lost_post_can_be_known_by(
    sandbox: Sandbox, x: Any, x_user: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    body = {"media": base64.b64encode(picture()).decode(), "media_category": "tweet_image"}
    medium = x.request("POST", "/2/media/upload", json=body, user_auth=True).json()["data"]
    x.create_tweet(text="Baca & sebarkan https://kemkes.go.id/a?b=1 #Prokes @nusaraya_prov", media_ids=[medium["id"]])

    found = x.get_users_tweets(
        x_user["id"],
        user_auth=True,
        max_results=5,
        tweet_fields=["created_at", "entities", "attachments", "public_metrics", "author_id"],
        expansions=["attachments.media_keys", "author_id"],
        media_fields=["alt_text", "url", "width", "height"],
    )

    [post] = found.data
    assert post.text.startswith("Baca &amp; sebarkan https://t.co/")
    assert post.attachments == {"media_keys": [medium["media_key"]]}
    link, photo = post.entities["urls"]
    assert link["expanded_url"] == "https://kemkes.go.id/a?b=1"
    assert post.text[link["start"] : link["end"]] == link["url"]
    assert post.text[photo["start"] : photo["end"]] == photo["url"]
    assert photo["media_key"] == medium["media_key"]
    assert post.entities["hashtags"][0]["tag"] == "Prokes"
    assert post.entities["mentions"][0]["username"] == "nusaraya_prov"
    assert found.includes["media"][0].width == 400
    assert found.includes["users"][0].username == "tanjungasri_sehat"
    assert found.meta["result_count"] == 1


def test_without_fields_a_post_is_id_text_and_history(sandbox: Sandbox, x: Any) -> None:
    post_id = x.create_tweet(text="Halo").data["id"]
    answer = x.request("GET", f"/2/tweets/{post_id}", user_auth=True).json()
    assert answer == {"data": {"id": post_id, "text": "Halo", "edit_history_tweet_ids": [post_id]}}


def test_a_timeline_comes_in_pages_newest_first(x: Any, x_user: dict[str, Any]) -> None:
    ids = [x.create_tweet(text=f"Nomor {number}").data["id"] for number in range(7)]
    first = x.get_users_tweets(x_user["id"], user_auth=True, max_results=5)
    rest = x.get_users_tweets(
        x_user["id"], user_auth=True, max_results=5, pagination_token=first.meta["next_token"], exclude=["replies"]
    )
    assert [str(post.id) for post in [*first.data, *rest.data]] == ids[::-1]
    assert "next_token" not in rest.meta


def test_start_time_leaves_out_what_is_older(sandbox: Sandbox, x: Any, x_user: dict[str, Any]) -> None:
    x.create_tweet(text="Lama")
    sandbox.settings(clock_offset_s=3600.0)
    x.create_tweet(text="Baru")
    start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1800))
    found = x.get_users_tweets(x_user["id"], user_auth=True, start_time=start)
    assert [post.text for post in found.data] == ["Baru"]


def test_the_timeline_may_lag_while_a_look_up_by_id_does_not(sandbox: Sandbox, x: Any, x_user: dict[str, Any]) -> None:
    sandbox.settings(timeline_lag_s=60.0)
    post_id = x.create_tweet(text="Halo").data["id"]
    assert x.get_users_tweets(x_user["id"], user_auth=True).data is None
    assert x.get_tweet(post_id, user_auth=True).data.text == "Halo"
    sandbox.settings(clock_offset_s=61.0)
    assert len(x.get_users_tweets(x_user["id"], user_auth=True).data) == 1


def test_what_is_not_there_is_told_beside_a_200(sandbox: Sandbox, x: Any) -> None:
    known, gone = (x.create_tweet(text=text).data["id"] for text in ("Ada", "Hilang"))
    sandbox.delete_post(gone)
    found = x.get_tweets([known, gone, "99"], user_auth=True)
    assert [str(post.id) for post in found.data] == [known]
    assert [error["resource_id"] for error in found.errors] == [gone, "99"]
    assert found.errors[0]["type"].endswith("resource-not-found")


def test_private_numbers_are_for_the_author_and_for_thirty_days(
    sandbox: Sandbox, x: Any, x_user: dict[str, Any]
) -> None:
    post_id = x.create_tweet(text="Halo").data["id"]
    fields = ["public_metrics", "non_public_metrics", "organic_metrics"]
    own = x.get_tweet(post_id, user_auth=True, tweet_fields=fields)
    assert set(own.data.non_public_metrics) >= {"impression_count", "url_link_clicks", "user_profile_clicks"}
    other = x_client(sandbox, sandbox.accounts()["x"][1])
    foreign = other.get_tweet(post_id, user_auth=True, tweet_fields=fields)
    assert foreign.data.non_public_metrics is None
    assert [error["field"] for error in foreign.errors] == ["non_public_metrics", "organic_metrics"]
    assert "retweet_count" in foreign.data.public_metrics
    sandbox.settings(clock_offset_s=31 * 86_400.0)
    assert x.get_tweet(post_id, user_auth=True, tweet_fields=fields).data.organic_metrics is None


def test_in_the_new_vocabulary_the_old_word_is_refused_by_name(
    sandbox: Sandbox, x: Any, x_user: dict[str, Any]
) -> None:
    sandbox.settings(x_vocabulary="post")
    answer = x.create_tweet(text="Halo").data
    assert answer["edit_history_post_ids"] == [answer["id"]]
    with pytest.raises(tweepy.BadRequest, match=r"tweet\.fields"):
        x.get_users_tweets(x_user["id"], user_auth=True, tweet_fields=["public_metrics"])
    route = f"/2/users/{x_user['id']}/tweets"
    params = {"post.fields": "public_metrics,created_at"}
    [post] = x.request("GET", route, params=params, user_auth=True).json()["data"]
    assert "repost_count" in post["public_metrics"]
    assert "retweet_count" not in post["public_metrics"]
    assert post["edit_history_post_ids"] == [answer["id"]]


def test_in_the_old_vocabulary_the_new_word_is_refused(x: Any, x_user: dict[str, Any]) -> None:
    with pytest.raises(tweepy.BadRequest, match=r"post\.fields"):
        x.request("GET", "/2/users/me", params={"post.fields": "id"}, user_auth=True)


@pytest.mark.parametrize(
    "params",
    [
        {"max_result": 5},
        {"max_results": 4},
        {"max_results": 101},
        {"tweet.fields": "publik_metrics"},
        {"expansions": "media"},
        {"media.fields": "alt"},
        {"start_time": "2026-11-22"},
        {"start_time": "2026-11-22T07:00:00+07:00"},
        {"pagination_token": "???"},
        {"exclude": "quotes"},
    ],
)
def test_parameters_that_are_not_in_the_document_are_refused(
    x: Any, x_user: dict[str, Any], params: dict[str, Any]
) -> None:
    x.create_tweet(text="Halo")
    with pytest.raises(tweepy.BadRequest) as caught:
        x.request("GET", f"/2/users/{x_user['id']}/tweets", params=params, user_auth=True)
    assert next(iter(params)) in str(caught.value)
