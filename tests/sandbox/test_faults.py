"""Each fault on order, as the real libraries meet it: what they raise, and whether the post exists."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import facebook
import pytest
import requests
import tweepy

from prokes_social.sandbox import Sandbox, SandboxRefused
from prokes_social.sandbox.faults import KINDS
from tests.sandbox.conftest import x_client

DROPPED = requests.ConnectionError
X_SEES: dict[str, type[Exception] | None] = {
    "rate_limit": tweepy.TooManyRequests,
    "error_500": tweepy.TwitterServerError,
    "error_503_html": tweepy.TwitterServerError,
    "token_expired": tweepy.Unauthorized,
    "forbidden": tweepy.Forbidden,
    "policy_block": tweepy.Forbidden,
    "credits_depleted": tweepy.HTTPException,
    "duplicate_403": tweepy.Forbidden,
    "drop_before_accept": DROPPED,
    "empty_object": tweepy.TwitterServerError,
    "spoiled_json": requests.JSONDecodeError,
    "error_after_accept": tweepy.TwitterServerError,
    "accept_then_drop": DROPPED,
    "no_id": None,
    "no_content_type": None,
}
META_CODES = {
    "rate_limit": 4,
    "error_500": 1,
    "token_expired": 190,
    "forbidden": 200,
    "policy_block": 368,
    "duplicate_403": 506,
    "error_after_accept": 2,
}


def exists(kind: str) -> bool:
    return KINDS[kind] == "first"


@pytest.mark.parametrize("kind", X_SEES)
def test_x_faults_as_tweepy_meets_them(sandbox: Sandbox, x: Any, kind: str) -> None:
    sandbox.fault("x", "publish", kind)
    expected = X_SEES[kind]
    if expected:
        with pytest.raises(expected):
            x.create_tweet(text="Halo")
    else:
        answer = x.create_tweet(text="Halo")
        assert ("id" in answer.data) is (kind != "no_id")
    assert bool(sandbox.posts()) is exists(kind)
    x.create_tweet(text="Sesudahnya")
    assert sandbox.faults()[0]["struck"] == 1


@pytest.mark.parametrize("kind", META_CODES)
def test_meta_faults_that_are_errors_carry_metas_codes(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], kind: str
) -> None:
    sandbox.fault("facebook", "publish", kind)
    with pytest.raises(facebook.GraphAPIError) as caught:
        graph.put_object(page["id"], "feed", message="Halo")
    assert caught.value.code == META_CODES[kind]
    assert bool(sandbox.posts()) is exists(kind)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("empty_object", {}),
        ("no_id", {}),
        ("error_503_html", "GraphAPIError"),
        ("no_content_type", "KeyError"),
        ("spoiled_json", "JSONDecodeError"),
        ("accept_then_drop", "ConnectionError"),
        ("drop_before_accept", "ConnectionError"),
    ],
)
def test_meta_faults_that_the_library_stumbles_over(
    sandbox: Sandbox, graph: Any, page: dict[str, Any], kind: str, outcome: Any
) -> None:
    sandbox.fault("facebook", "publish", kind)
    try:
        seen: Any = graph.put_object(page["id"], "feed", message="Halo")
    except Exception as error:
        seen = type(error).__name__
    assert seen == outcome
    assert bool(sandbox.posts()) is exists(kind)


def test_every_kind_is_tried_somewhere_here() -> None:
    elsewhere = {"hang", "late_landing", "container_error"}
    assert set(KINDS) == set(X_SEES) | elsewhere


@pytest.mark.parametrize("reset", [True, False])
def test_a_drop_reaches_the_client_as_a_closed_connection_without_a_byte(sandbox: Sandbox, x: Any, reset: bool) -> None:
    sandbox.fault("x", "publish", "accept_then_drop", reset=reset)
    with pytest.raises(requests.ConnectionError, match="reset by peer" if reset else "without response"):
        x.create_tweet(text="Halo")
    assert len(sandbox.posts()) == 1


def test_a_late_landing_appears_after_the_answer_was_lost(sandbox: Sandbox, x: Any) -> None:
    sandbox.fault("x", "publish", "late_landing", seconds=0.3)
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="Halo")
    assert sandbox.posts() == []
    time.sleep(0.6)
    assert [post["text"] for post in sandbox.posts()] == ["Halo"]


def test_a_late_landing_does_not_reach_a_new_world(sandbox: Sandbox, x: Any) -> None:
    sandbox.fault("x", "publish", "late_landing", seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="Halo")
    sandbox.reset()
    time.sleep(0.4)
    assert sandbox.posts() == []


@pytest.mark.parametrize(("accept", "during", "after"), [("first", 1, 1), ("later", 0, 1), ("never", 0, 0)])
def test_a_hang_holds_up_nobody_else(sandbox: Sandbox, x: Any, accept: str, during: int, after: int) -> None:
    sandbox.fault("x", "publish", "hang", seconds=0.5, accept=accept)
    thread = threading.Thread(target=lambda: _quietly(lambda: x.create_tweet(text="Halo")))
    thread.start()
    while not sandbox.faults()[0]["struck"]:
        time.sleep(0.01)
    assert len(sandbox.posts()) == during
    assert thread.is_alive()
    thread.join()
    assert len(sandbox.posts()) == after


def test_a_post_whose_client_gave_up_waiting_exists(sandbox: Sandbox, x: Any) -> None:
    sandbox.fault("x", "publish", "hang", seconds=1)
    x.session.timeout = 0.2
    with pytest.raises(requests.Timeout):
        x.create_tweet(text="Halo")
    assert len(sandbox.posts()) == 1


def _quietly(call: Callable[[], Any]) -> None:
    try:
        call()
    except requests.RequestException:
        return


def test_times_after_and_account_choose_the_calls(sandbox: Sandbox, x: Any) -> None:
    other = x_client(sandbox, sandbox.accounts()["x"][1])
    sandbox.fault("x", "publish", "error_500", times=2, after=1, account="@tanjungasri_sehat")
    outcomes = [_succeeds(client, number) for number, client in enumerate([x, other, x, other, x, x])]
    assert outcomes == [True, True, False, True, False, True]


def _succeeds(client: Any, number: int) -> bool:
    try:
        client.create_tweet(text=f"Nomor {number}")
    except tweepy.TwitterServerError:
        return False
    return True


def test_a_refused_post_does_not_use_up_a_fault_that_needs_an_accepted_one(sandbox: Sandbox, x: Any) -> None:
    sandbox.fault("x", "publish", "accept_then_drop")
    with pytest.raises(tweepy.BadRequest):
        x.create_tweet(text="a" * 281)
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="Halo")


def test_reading_calls_have_names_of_their_own(
    sandbox: Sandbox, x: Any, x_user: dict[str, Any], graph: Any, page: dict[str, Any]
) -> None:
    post_id = graph.put_object(page["id"], "feed", message="Halo")["id"]
    for platform, call in (("x", "timeline"), ("x", "insights"), ("facebook", "insights"), ("facebook", "draft")):
        sandbox.fault(platform, call, "error_500", times=1)
    with pytest.raises(tweepy.TwitterServerError):
        x.get_users_tweets(x_user["id"], user_auth=True)
    x.get_users_tweets(x_user["id"], user_auth=True)
    with pytest.raises(tweepy.TwitterServerError):
        x.get_users_tweets(x_user["id"], user_auth=True, tweet_fields=["public_metrics"])
    with pytest.raises(facebook.GraphAPIError):
        graph.get_connections(post_id, "insights", metric="post_clicks")
    with pytest.raises(facebook.GraphAPIError):
        graph.put_object(page["id"], "feed", message="Nanti", published="false")


def test_a_container_can_fail(sandbox: Sandbox, ig: Any, instagram: dict[str, Any], pictures: str) -> None:
    made = ig.put_object(instagram["id"], "media", image_url=f"{pictures}/jpeg/400/500")["id"]
    sandbox.fault("instagram", "container", "container_error")
    assert ig.get_object(made, fields="status_code")["status_code"] == "ERROR"


def test_rate_limits_tell_when_to_come_back(sandbox: Sandbox, x: Any, graph: Any, page: dict[str, Any]) -> None:
    sandbox.fault("x", "publish", "rate_limit", reset_in=120)
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.create_tweet(text="Halo")
    assert 100 < caught.value.reset_time - time.time() < 130
    sandbox.fault("facebook", "publish", "rate_limit", code=32, minutes=17)
    answer = requests.post(
        f"{sandbox.url}/v26.0/{page['id']}/feed",
        data={"message": "Halo", "access_token": page["access_token"], **graph.session.params},
        timeout=10,
    )
    assert answer.json()["error"]["code"] == 32
    [usage] = json.loads(answer.headers["x-business-use-case-usage"])[page["id"]]
    assert usage["estimated_time_to_regain_access"] == 17


@pytest.mark.parametrize(
    "wrong",
    [
        {"platform": "tiktok", "call": "publish", "kind": "hang"},
        {"platform": "x", "call": "posting", "kind": "hang"},
        {"platform": "x", "call": "publish", "kind": "explode"},
        {"platform": "x", "call": "publish", "kind": "hang", "duration": 1},
        {"platform": "x", "call": "publish", "kind": "hang", "times": "1"},
    ],
)
def test_a_misspelt_fault_is_refused(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    with pytest.raises(SandboxRefused):
        sandbox.control("POST", "faults", wrong)
    assert sandbox.faults() == []
