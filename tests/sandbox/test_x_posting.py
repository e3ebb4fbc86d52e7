"""Posts on X, made with real tweepy: pictures, limits, duplicates, and what X refuses."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tweepy

from prokes_social.sandbox import Sandbox
from prokes_social.sandbox.x.text import weighted_length
from tests.sandbox.conftest import Rewriting, x_client

WEIGHTS = json.loads(Path(__file__).with_name("data").joinpath("x-weighted-lengths.json").read_text(encoding="utf-8"))


def upload(x: Any, data: bytes, **more: Any) -> dict[str, Any]:
    body = {"media": base64.b64encode(data).decode(), "media_category": "tweet_image", **more}
    answer = x.request("POST", "/2/media/upload", json=body, user_auth=True)
    return dict(answer.json()["data"])


def refused(call: Callable[[], Any], error: type[tweepy.HTTPException]) -> dict[str, Any]:
    with pytest.raises(error) as caught:
        call()
    return dict(caught.value.response.json())


def test_a_post_with_a_picture_and_alt_text_is_public_as_given(
    sandbox: Sandbox, x: Any, picture: Callable[..., bytes]
) -> None:
    data = picture()
    medium = upload(x, data)
    assert medium["media_key"] == f"3_{medium['id']}"
    assert medium["image"] == {"w": 400, "h": 500, "image_type": "image/jpeg"}
    alt = {"id": medium["id"], "metadata": {"alt_text": {"text": "Kartu hijau"}}}
    x.request("POST", "/2/media/metadata", json=alt, user_auth=True)

    answer = x.create_tweet(text="Halo & selamat pagi kemkes.go.id", media_ids=[medium["id"]])

    assert answer.data["text"].startswith("Halo &amp; selamat pagi https://t.co/")
    [post] = sandbox.posts()
    assert post["id"] == answer.data["id"]
    assert post["text"] == "Halo & selamat pagi kemkes.go.id"
    assert post["alt_texts"] == ["Kartu hijau"]
    assert sandbox.picture(post["pictures"][0]["sha256"]) == data
    assert (post["order"], post["account"], post["platform"]) == (1, "@tanjungasri_sehat", "x")


def test_the_old_upload_works_through_tweepys_v1_client(
    sandbox: Sandbox, x: Any, x_user: dict[str, Any], picture: Callable[..., bytes]
) -> None:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    api = tweepy.API(tweepy.OAuth1UserHandler(*(x_user[name] for name in names)))
    api.session = Rewriting(sandbox.url)
    medium = api.simple_upload("kartu.jpg", file=io.BytesIO(picture()), media_category="tweet_image")
    api.create_media_metadata(medium.media_id_string, "Kartu hijau")
    x.create_tweet(text="Halo", media_ids=[medium.media_id])
    assert sandbox.posts()[0]["alt_texts"] == ["Kartu hijau"]


@pytest.mark.parametrize("case", WEIGHTS["cases"], ids=range(len(WEIGHTS["cases"])))
def test_lengths_agree_with_the_reference(case: dict[str, Any]) -> None:
    assert weighted_length(case["text"]) == case["weighted_length"]


def test_a_text_over_280_is_refused(sandbox: Sandbox, x: Any) -> None:
    x.create_tweet(text="a" * 280)
    problem = refused(lambda: x.create_tweet(text="b" * 281), tweepy.BadRequest)
    assert "too long" in problem["errors"][0]["message"]
    assert len(sandbox.posts()) == 1


def test_a_duplicate_is_refused_until_the_post_is_deleted_or_old(sandbox: Sandbox, x: Any) -> None:
    first = x.create_tweet(text="Cuci  tangan")
    problem = refused(lambda: x.create_tweet(text="Cuci tangan"), tweepy.Forbidden)
    assert problem["detail"] == "You are not allowed to create a Tweet with duplicate content."
    x.delete_tweet(first.data["id"])
    x.create_tweet(text="Cuci tangan")
    sandbox.settings(clock_offset_s=90_000.0)
    x.create_tweet(text="Cuci tangan")
    sandbox.settings(x_refuses_duplicates=False)
    x.create_tweet(text="Cuci tangan")
    assert len(sandbox.posts()) == 4


def test_two_accounts_may_say_the_same(sandbox: Sandbox, x: Any) -> None:
    x.create_tweet(text="Cuci tangan")
    x_client(sandbox, sandbox.accounts()["x"][1]).create_tweet(text="Cuci tangan")
    assert [post["account"] for post in sandbox.posts()] == ["@tanjungasri_sehat", "@nusaraya_prov"]
    assert len(sandbox.posts(account="@nusaraya_prov")) == 1


def test_media_ids_are_good_once_for_their_owner_and_for_a_day(
    sandbox: Sandbox, x: Any, picture: Callable[..., bytes]
) -> None:
    def fails(media_id: str, who: Any = x) -> bool:
        problem = refused(lambda: who.create_tweet(text=f"Teks {media_id}", media_ids=[media_id]), tweepy.BadRequest)
        return bool(problem["errors"][0]["message"] == "Your media IDs are invalid.")

    used, foreign, old = (upload(x, picture())["id"] for _ in range(3))
    x.create_tweet(text="Satu", media_ids=[used])
    assert fails(used)
    assert fails("12345")
    assert fails(foreign, x_client(sandbox, sandbox.accounts()["x"][1]))
    sandbox.settings(clock_offset_s=86_401.0)
    assert fails(old)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": "a", "txet": "b"}, "$.txet: is not defined in the schema"),
        ({"text": 5}, "$.text: integer found, string expected"),
        ({"text": "a", "media": {"media_ids": "1"}}, "$.media.media_ids: string found, array expected"),
        ({"text": "a", "media": {"media_ids": [1]}}, "$.media.media_ids[0]: integer found, string expected"),
        ({"text": "a", "media": {"media_ids": ["x"]}}, "does not match the regex"),
        ({"text": "a", "media": {}}, "$.media.media_ids: is missing but it is required"),
        ({"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}}, "1 to 4 items"),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "1"}}, "not served by this sandbox"),
        ({}, "One of text or media is required"),
    ],
)
def test_bodies_that_do_not_fit_the_schema_are_refused(sandbox: Sandbox, x: Any, body: Any, words: str) -> None:
    problem = refused(lambda: x.request("POST", "/2/tweets", json=body, user_auth=True), tweepy.BadRequest)
    assert words in problem["errors"][0]["message"]
    assert problem["title"] == "Invalid Request"
    assert sandbox.posts() == []


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (b"no picture", {}, "media type unrecognized"),
        (b"\xff\xd8\xff\xe0 cut off", {}, "media type unrecognized"),
        (b"x" * (5 * 1024 * 1024 + 1), {}, "File size exceeds"),
        (None, {"media_category": "tweet_video"}, "media_category"),
        (None, {"media_type": "image/png"}, "media_type does not fit"),
        (None, {"alt": "x"}, "$.alt: is not defined"),
    ],
)
def test_uploads_that_are_no_fitting_picture_are_refused(
    x: Any, picture: Callable[..., bytes], data: bytes | None, more: dict[str, str], words: str
) -> None:
    problem = refused(lambda: upload(x, picture() if data is None else data, **more), tweepy.BadRequest)
    assert words in problem["errors"][0]["message"]


def test_alt_text_has_a_thousand_characters_at_most(x: Any, picture: Callable[..., bytes]) -> None:
    media_id = upload(x, picture())["id"]
    body = {"id": media_id, "metadata": {"alt_text": {"text": "a" * 1001}}}
    problem = refused(lambda: x.request("POST", "/2/media/metadata", json=body, user_auth=True), tweepy.BadRequest)
    assert "1000 characters" in problem["errors"][0]["message"]


def test_only_the_owner_deletes(sandbox: Sandbox, x: Any) -> None:
    post_id = x.create_tweet(text="Halo").data["id"]
    other = x_client(sandbox, sandbox.accounts()["x"][1])
    with pytest.raises(tweepy.Forbidden):
        other.delete_tweet(post_id)
    assert x.delete_tweet(post_id).data == {"deleted": True}
    assert sandbox.posts()[0]["deleted_at"] is not None


def test_what_everything_cost_is_counted(sandbox: Sandbox, x: Any, x_user: Any, picture: Callable[..., bytes]) -> None:
    media_id = upload(x, picture())["id"]
    x.request("POST", "/2/media/metadata", json={"id": media_id}, user_auth=True)
    x.create_tweet(text="Tanpa tautan")
    x.create_tweet(text="Dengan tautan: kemkes.go.id")
    x.get_users_tweets(x_user["id"], user_auth=True)
    cost = sandbox.cost()
    assert cost["dollars"] == pytest.approx(0.005 + 0.015 + 0.20 + 2 * 0.001)
    assert cost["requests"] == {"x.metadata": 1, "x.publish": 2, "x.timeline": 1, "x.upload": 1}
