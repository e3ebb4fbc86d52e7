"""Who may call X: signatures, their age and their nonces, bearer tokens, consent, and the limits that are counted."""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import tweepy
from requests_oauthlib import OAuth1

from prokes_social.sandbox import Sandbox
from tests.sandbox.conftest import x_client


def signed(user: dict[str, Any], **more: Any) -> OAuth1:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    return OAuth1(*(user[name] for name in names), **more)


def me(sandbox: Sandbox, **options: Any) -> requests.Response:
    return requests.get(f"{sandbox.url}/2/users/me", timeout=10, **options)


@pytest.mark.parametrize("before_signing", [True, False])
def test_a_signature_counts_for_the_sandbox_and_for_the_origin_tweepy_signs(
    sandbox: Sandbox, x_user: dict[str, Any], before_signing: bool
) -> None:
    x = x_client(sandbox, x_user, before_signing=before_signing)
    assert x.get_me(user_fields=["public_metrics"]).data.username == "tanjungasri_sehat"
    assert x.get_users_tweets(x_user["id"], user_auth=True, start_time="2026-01-01T00:00:00Z").data is None


@pytest.mark.parametrize("name", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
def test_one_wrong_credential_is_enough_for_401(sandbox: Sandbox, x_user: dict[str, Any], name: str) -> None:
    with pytest.raises(tweepy.Unauthorized):
        x_client(sandbox, x_user, **{name: "salah"}).create_tweet(text="Halo")
    assert sandbox.posts() == []


def test_a_nonce_works_once(sandbox: Sandbox, x_user: dict[str, Any]) -> None:
    request = requests.Request("GET", f"{sandbox.url}/2/users/me", auth=signed(x_user)).prepare()
    with requests.Session() as session:
        assert session.send(request, timeout=10).status_code == 200
        assert session.send(request, timeout=10).status_code == 401


def test_an_old_signature_is_refused(sandbox: Sandbox, x_user: dict[str, Any]) -> None:
    assert me(sandbox, auth=signed(x_user, timestamp=str(int(time.time()) - 3600))).status_code == 401


def test_a_signature_does_not_fit_another_query(sandbox: Sandbox, x_user: dict[str, Any]) -> None:
    request = requests.Request("GET", f"{sandbox.url}/2/users/me", auth=signed(x_user)).prepare()
    request.url = f"{request.url}?user.fields=id"
    with requests.Session() as session:
        assert session.send(request, timeout=10).status_code == 401


def test_no_proof_at_all_is_401_and_an_unknown_path_404(sandbox: Sandbox) -> None:
    answer = me(sandbox)
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
    assert requests.get(f"{sandbox.url}/2/nowhere", timeout=10).status_code == 404
    assert requests.put(f"{sandbox.url}/2/tweets", timeout=10).status_code == 405


def test_a_bearer_token_posts_for_its_person(sandbox: Sandbox) -> None:
    person = sandbox.accounts()["x"][2]
    client = tweepy.Client(person["bearer_tokens"][0])
    client.session = x_client(sandbox, sandbox.accounts()["x"][0]).session
    client.create_tweet(text="Dari ponsel", user_auth=False)
    assert sandbox.posts()[0]["account"] == "@budi_tanjungasri"


VERIFIER = "v" * 64


def consent(sandbox: Sandbox, user_id: str, **changed: str) -> dict[str, str]:
    """What the person's browser is sent back with."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    wish = {
        "response_type": "code",
        "client_id": "aplikasi",
        "redirect_uri": "http://127.0.0.1:9/kembali",
        "scope": "tweet.read tweet.write users.read offline.access",
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    } | changed
    shown = requests.get(f"{sandbox.url}/i/oauth2/authorize", params=wish, timeout=10)
    assert "Izinkan sebagai" in shown.text
    answer = requests.post(
        f"{sandbox.url}/i/oauth2/authorize", data={**wish, "user_id": user_id}, allow_redirects=False, timeout=10
    )
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def token(sandbox: Sandbox, **form: str) -> requests.Response:
    return requests.post(f"{sandbox.url}/2/oauth2/token", data={"client_id": "aplikasi", **form}, timeout=10)


def redeemed(sandbox: Sandbox, code: str, **changed: str) -> requests.Response:
    form = {"code": code, "redirect_uri": "http://127.0.0.1:9/kembali", "code_verifier": VERIFIER}
    return token(sandbox, grant_type="authorization_code", **form | changed)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_consent_gives_tokens_that_live_two_hours_and_refresh_once(sandbox: Sandbox) -> None:
    person = sandbox.accounts()["x"][2]
    back = consent(sandbox, person["id"])
    assert back["state"] == "s"
    first = redeemed(sandbox, back["code"]).json()
    assert me(sandbox, headers=bearer(first["access_token"])).json()["data"]["id"] == person["id"]
    assert redeemed(sandbox, back["code"]).status_code == 400

    sandbox.settings(clock_offset_s=7201.0)
    assert me(sandbox, headers=bearer(first["access_token"])).status_code == 401
    second = token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert me(sandbox, headers=bearer(second["access_token"])).status_code == 200
    assert token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 400


def test_consent_covers_its_scopes_and_needs_the_verifier(sandbox: Sandbox, picture: Callable[..., bytes]) -> None:
    person = sandbox.accounts()["x"][2]
    wrong = redeemed(sandbox, consent(sandbox, person["id"])["code"], code_verifier="w" * 64)
    assert wrong.status_code == 400
    back = consent(sandbox, person["id"], scope="users.read tweet.read")
    given = redeemed(sandbox, back["code"]).json()
    assert "refresh_token" not in given
    body = {"media": base64.b64encode(picture()).decode(), "media_category": "tweet_image"}
    headers = bearer(given["access_token"])
    assert requests.post(f"{sandbox.url}/2/media/upload", json=body, headers=headers, timeout=10).status_code == 401
    assert consent(sandbox, "")["error"] == "access_denied"


def test_an_accounts_own_refresh_token_works_once_and_a_revoked_one_never(sandbox: Sandbox) -> None:
    person = {**sandbox.accounts()["x"][2], "id": "77", "username": "sekali", "refresh_token": "sekali-saja"}
    sandbox.add_accounts(x=[{**person, "bearer_tokens": []}])
    given = token(sandbox, grant_type="refresh_token", refresh_token="sekali-saja").json()
    assert me(sandbox, headers=bearer(given["access_token"])).json()["data"]["username"] == "sekali"
    assert token(sandbox, grant_type="refresh_token", refresh_token="sekali-saja").status_code == 400
    for kind in ("access_token", "refresh_token"):
        requests.post(f"{sandbox.url}/2/oauth2/revoke", data={"token": given[kind]}, timeout=10)
    assert me(sandbox, headers=bearer(given["access_token"])).status_code == 401
    assert token(sandbox, grant_type="refresh_token", refresh_token=given["refresh_token"]).status_code == 400


def test_limits_are_counted_per_user_and_told_in_headers(sandbox: Sandbox, x: Any) -> None:
    sandbox.settings(limits={"x_posts_per_15m": 2})
    first = x.request("POST", "/2/tweets", json={"text": "Satu"}, user_auth=True)
    assert first.headers["x-rate-limit-limit"] == "2"
    assert first.headers["x-rate-limit-remaining"] == "1"
    assert first.headers["x-app-limit-24hour-limit"] == "10000"
    assert first.headers["x-user-limit-24hour-remaining"] == "9999"
    x.create_tweet(text="Dua")
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.create_tweet(text="Tiga")
    assert 0 < caught.value.reset_time - time.time() <= 901
    x_client(sandbox, sandbox.accounts()["x"][1]).create_tweet(text="Tiga")
    sandbox.settings(clock_offset_s=901.0)
    x.create_tweet(text="Tiga")
    assert len(sandbox.posts()) == 4


def test_the_days_limit_has_headers_of_its_own(sandbox: Sandbox, x: Any) -> None:
    sandbox.settings(limits={"x_user_posts_per_day": 1})
    x.create_tweet(text="Satu")
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.create_tweet(text="Dua")
    headers = caught.value.response.headers
    assert headers["x-user-limit-24hour-remaining"] == "0"
    assert int(headers["x-user-limit-24hour-reset"]) - time.time() > 80_000
    assert headers["x-rate-limit-remaining"] != "0"
