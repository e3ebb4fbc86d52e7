"""X alone: vocabularies, uploads, limits, look-ups by text, consent."""

import base64
import contextlib
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from prokes_social import platforms
from prokes_social.clock import SystemClock
from prokes_social.errors import NotSent, OutcomeUnknown, PlatformError, Rejected, Unauthorized
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection, Post, Submission
from prokes_social.model.reach import Metric
from prokes_social.platforms._x_answers import numbers_of, same_text, text_as_written
from prokes_social.platforms.x import X, XSettings
from tests.conftest import SetClock
from tests.platforms.conftest import Desk, MakeDesk, Scripted


@pytest.fixture
def x(make_desk: MakeDesk) -> Desk:
    return make_desk("x")


def _asked(x: Desk, call: str) -> int:
    return int(x.sandbox.cost()["requests"].get(f"x.{call}", 0))


# --- against the sandbox ---


def test_a_post_has_the_address_people_know(x: Desk) -> None:
    _submission, _prepared, post = x.post()
    assert post.permalink == f"https://x.com/tanjungasri_sehat/status/{post.external_id}"


def test_who_the_account_is_is_asked_once(x: Desk) -> None:
    """Asking costs money; the answer stands in every post's address."""
    for _time in range(3):
        x.platform.prepare(x.submission(), x.connection)
    assert _asked(x, "account") == 1


def test_a_text_alone_is_found_by_its_text(x: Desk) -> None:
    text = "Tips <sehat> & hemat: kemkes.go.id/a?b=1 serta https://who.int/ ya"
    submission = x.submission(text, pictured=False)
    prepared = x.platform.prepare(submission, x.connection)
    x.sandbox.fault("x", "publish", "accept_then_drop")
    with pytest.raises(OutcomeUnknown):
        x.platform.publish(submission, prepared, x.connection)
    found = x.find(submission, prepared)
    assert found is not None
    assert x.find(x.submission(pictured=False), prepared) is None


def test_its_own_picture_speaks_for_a_post_whoever_else_sent_the_same_text(x: Desk) -> None:
    x.sandbox.settings(x_refuses_duplicates=False)
    submission, _prepared, _post = x.post()
    _same, prepared, post = x.post(submission)
    found = x.platform.find(submission, prepared, x.connection, x.long_ago, lambda _each: False)
    assert found
    assert found.external_id == post.external_id


def test_a_post_behind_others_is_found_on_a_later_page(x: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    submission, prepared, post = x.post()
    monkeypatch.setattr(platforms.platform_class("x").__module__ + ".LARGEST_PAGE", 5)
    for _more in range(6):
        x.post(x.submission(pictured=False))
    found = x.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id


@pytest.mark.parametrize("vocabulary", ["tweet", "post"])
def test_both_vocabularies_are_spoken(x: Desk, vocabulary: str) -> None:
    x.sandbox.settings(x_vocabulary=vocabulary, age_speed=100_000.0)
    submission, prepared, post = x.post()
    assert x.find(submission, prepared)
    (snapshot,) = x.platform.measure([post], x.connection)
    assert snapshot.numbers[Metric.SHARES] is not None
    assert snapshot.numbers[Metric.IMPRESSIONS] is not None


def test_the_vocabulary_is_learnt_once(x: Desk) -> None:
    x.sandbox.settings(x_vocabulary="post")
    _submission, _prepared, post = x.post()
    for _time in range(3):
        x.platform.measure([post], x.connection)
    assert _asked(x, "timeline") == 4  # one was refused


def test_the_old_upload_is_a_setting(make_desk: MakeDesk) -> None:
    old = make_desk("x", media_upload="v1.1")
    submission = old.submission()
    prepared = old.platform.prepare(submission, old.connection)
    old.sandbox.fault("x", "publish", "accept_then_drop")
    with pytest.raises(OutcomeUnknown):
        old.platform.publish(submission, prepared, old.connection)
    assert old.find(submission, prepared)
    assert old.public()[0]["alt_texts"] == [old.picture.alt_text]


@pytest.mark.parametrize("kind", ["error_500", "accept_then_drop", "rate_limit"])
def test_the_old_upload_fails_like_the_new_one(make_desk: MakeDesk, kind: str) -> None:
    old = make_desk("x", media_upload="v1.1")
    old.sandbox.fault("x", "upload", kind)
    with pytest.raises(NotSent):
        old.platform.prepare(old.submission(), old.connection)


def test_numbers_come_from_the_timeline_at_a_fifth_of_the_price(x: Desk) -> None:
    posts = [x.post()[2] for _time in range(3)]
    assert len(x.platform.measure(posts, x.connection)) == 3
    assert _asked(x, "timeline") == 1
    assert _asked(x, "lookup") == 0


def test_an_old_post_is_asked_for_by_id_and_without_private_numbers(x: Desk) -> None:
    _submission, _prepared, post = x.post()
    old = replace(post, published_at=post.published_at - timedelta(days=40))
    (snapshot,) = x.platform.measure([old], x.connection)
    assert snapshot.numbers[Metric.IMPRESSIONS] is not None
    assert snapshot.numbers[Metric.CLICKS] is None
    assert "non_public_metrics" not in snapshot.raw


def test_what_the_lagging_timeline_hides_is_asked_for_by_id(x: Desk) -> None:
    _submission, _prepared, post = x.post()
    x.sandbox.settings(timeline_lag_s=600.0)
    (snapshot,) = x.platform.measure([post], x.connection)
    assert not snapshot.missing
    assert snapshot.numbers[Metric.CLICKS] is not None


def test_a_lagging_timeline_is_not_seen_yet_and_never_a_proof(x: Desk) -> None:
    x.sandbox.settings(timeline_lag_s=600.0)
    submission, prepared, _post = x.post()
    assert x.find(submission, prepared) is None


def test_what_was_told_is_kept_when_the_rest_is_refused(x: Desk) -> None:
    posts = [x.post()[2], Post(external_id="77", permalink="", published_at=datetime.now(UTC))]
    x.sandbox.fault("x", "lookup", "rate_limit")
    assert [each.external_id for each in x.platform.measure(posts, x.connection)] == [posts[0].external_id]


def test_a_person_posts_with_an_oauth_2_token(x: Desk, rows: dict[str, Any]) -> None:
    budi = rows["x"][2]
    person = Connection(
        account="budi",
        credentials={"access_token": Secret(budi["bearer_tokens"][0])},
        base_url=x.connection.base_url,
        sandbox=True,
    )
    submission = x.submission()
    prepared = x.platform.prepare(submission, person)
    post = x.platform.publish(submission, prepared, person)
    assert "budi_tanjungasri" in post.permalink
    assert x.platform.find(submission, prepared, person, x.long_ago)
    assert x.platform.measure([post], person)[0].external_id == post.external_id


def test_a_refused_content_carries_the_platforms_words(x: Desk) -> None:
    long = x.submission("kata " * 90, pictured=False)
    prepared = x.platform.prepare(long, x.connection)
    with pytest.raises(Rejected) as caught:
        x.platform.publish(long, prepared, x.connection)
    assert "too long" in caught.value.said


def test_the_same_text_again_is_uncertain_because_it_is_there(x: Desk) -> None:
    submission, _prepared, post = x.post()
    again = x.platform.prepare(submission, x.connection)
    with pytest.raises(OutcomeUnknown):
        x.platform.publish(replace(submission, pictures=()), again, x.connection)
    assert [each["id"] for each in x.public()] == [post.external_id]


# --- what answers mean ---


def _alone(scripted: Scripted, clock: SetClock, **settings: Any) -> tuple[X, Connection]:
    platform = X(XSettings(base_url=scripted.url, **settings), clock)
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    credentials = {name: Secret(f"123-canary-{name}") for name in names}
    return platform, Connection(account="uji", credentials=credentials, base_url=scripted.url, sandbox=True)


HALO = Submission(text="halo")
NOTHING = platforms.Prepared(markers={})

DUPLICATE = {"title": "Forbidden", "detail": "You are not allowed to create a Tweet with duplicate content."}
FORBIDDEN_APP = {"title": "Forbidden", "type": "https://api.twitter.com/2/problems/oauth1-permissions", "detail": "no"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (201, {"data": {"id": 12}}, OutcomeUnknown),
        (201, {"data": []}, OutcomeUnknown),
        (201, [], OutcomeUnknown),
        (201, b"", OutcomeUnknown),
        (201, b"null", OutcomeUnknown),
        (204, b"", OutcomeUnknown),
        (302, {}, OutcomeUnknown),
        (400, {"title": "Invalid Request", "detail": "x", "errors": []}, Rejected),
        (400, {"errors": [{"message": "Your media IDs are invalid."}]}, OutcomeUnknown),
        (400, b"<html>", OutcomeUnknown),
        (400, {"errors": 5, "title": ["x"], "detail": None}, Rejected),
        (400, [1], OutcomeUnknown),
        (401, {"title": "Unauthorized"}, Unauthorized),
        (401, b"", Unauthorized),
        (402, {"title": "CreditsDepleted", "detail": "no credits"}, Unauthorized),
        (403, DUPLICATE, OutcomeUnknown),
        (403, FORBIDDEN_APP, Unauthorized),
        (403, {"title": "Forbidden", "detail": "Your account is suspended."}, Unauthorized),
        (403, {"title": "Forbidden", "detail": "You may not do this."}, Rejected),
        (403, b"<html>blocked by somebody in between</html>", OutcomeUnknown),
        (404, {"title": "Not Found"}, OutcomeUnknown),
        (408, {}, OutcomeUnknown),
        (429, {"title": "Too Many Requests"}, NotSent),
        (429, b"<html>", NotSent),
        (500, {"title": "Internal"}, OutcomeUnknown),
        (503, b"<html>", OutcomeUnknown),
        (504, b"", OutcomeUnknown),
    ],
)
def test_what_each_answer_to_the_public_call_means(
    scripted: Scripted, clock: SetClock, status: int, body: Any, error: type[PlatformError]
) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(status, body)
    with pytest.raises(error) as caught:
        platform.publish(HALO, NOTHING, connection)
    assert type(caught.value) is error
    assert len(scripted.requests) == 1
    assert "canary" not in repr(vars(caught.value))


@pytest.mark.parametrize(
    "body", [b"[]", b"5", b'"x"', b'{"data": 5}', b'{"data": [5]}', b'{"errors": 5, "meta": 7}', b"{"]
)
def test_odd_answers_to_reading_never_crash(scripted: Scripted, clock: SetClock, body: bytes) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(200, body)
    post = Post(external_id="1", permalink="", published_at=clock.now())
    for call in (
        lambda: platform.find(HALO, NOTHING, connection, clock.now()),
        lambda: platform.measure([post], connection),
        lambda: platform.verify(connection),
        lambda: platform.remove(post, connection),
    ):
        with contextlib.suppress(PlatformError):
            call()


def _at(clock: SetClock, **later: float) -> str:
    return str(int((clock.now() + timedelta(**later)).timestamp()))


def test_a_pause_lasts_until_the_limit_that_is_used_up_is_reset(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock)
    soon = {"x-rate-limit-remaining": "42", "x-rate-limit-reset": _at(clock, minutes=9)}
    day = {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": _at(clock, hours=11)}
    for headers, wait in (
        ({**soon}, timedelta(minutes=9)),
        ({**soon, "x-rate-limit-remaining": "0"}, timedelta(minutes=9)),
        ({**soon, **day}, timedelta(hours=11)),
        ({**soon, **day, "x-rate-limit-remaining": "0"}, timedelta(hours=11)),
        ({}, timedelta(minutes=15)),
        ({"x-rate-limit-reset": "soon"}, timedelta(minutes=15)),
    ):
        scripted.says(429, {}, **headers)
        with pytest.raises(NotSent) as caught:
            platform.publish(HALO, NOTHING, connection)
        assert caught.value.retry_at == clock.now() + wait


def test_private_numbers_and_both_spellings_become_ours() -> None:
    public = {"retweet_count": 3, "quote_count": 2, "reply_count": 4, "like_count": 9, "bookmark_count": 1}
    numbers = numbers_of(
        {"public_metrics": {**public, "impression_count": 800}, "non_public_metrics": {"url_link_clicks": 7}}
    )
    assert numbers == {
        Metric.IMPRESSIONS: 800,
        Metric.REACH: None,
        Metric.LIKES: 9,
        Metric.COMMENTS: 4,
        Metric.SHARES: 5,
        Metric.SAVES: 1,
        Metric.CLICKS: 7,
    }
    assert numbers_of({"public_metrics": {"repost_count": 3, "quote_count": 0}})[Metric.SHARES] == 3
    assert numbers_of({"public_metrics": {"repost_count": 3}})[Metric.SHARES] is None, "half of a sum is no sum"
    assert set(numbers_of({}).values()) == {None}


def test_what_x_does_to_a_text_is_undone() -> None:
    shown = {
        "text": "A &amp; B &lt;c&gt; https://t.co/1 lalu https://t.co/2 https://t.co/3",
        "entities": {
            "urls": [
                {"url": "https://t.co/1", "expanded_url": "http://kemkes.go.id"},
                {"url": "https://t.co/2", "expanded_url": "https://who.int/"},
                {"url": "https://t.co/3", "expanded_url": "https://x.com/a/status/1/photo/1", "media_key": "3_1"},
            ]
        },
    }
    assert same_text(text_as_written(shown), "A & B <c>  kemkes.go.id\nlalu https://who.int")
    assert not same_text(text_as_written(shown), "A & B <c> kemkes.go.id lalu https://who.int/x")


# --- consent of a person ---


def test_a_person_is_sent_to_x_with_a_challenge(clock: SetClock) -> None:
    platform = platforms.make_platform("x", {"client_id": "aplikasi"}, clock)
    consent = platform.consent("https://kantor.example/kembali", "state-1")
    assert consent
    address = urlsplit(consent.url)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    digest = hashlib.sha256(consent.verifier.reveal().encode()).digest()
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://x.com/i/oauth2/authorize"
    assert query["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert query["code_challenge_method"] == "S256"
    assert query["state"] == "state-1"
    assert "offline.access" in query["scope"]
    assert consent.verifier.reveal() not in repr(consent)


def test_without_an_app_of_ours_there_is_no_consent(clock: SetClock) -> None:
    assert platforms.make_platform("x", {}, clock).consent("https://kantor.example", "s") is None


def test_a_refresh_brings_a_new_pair_of_tokens(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock, client_id="aplikasi", client_secret="rahasia-aplikasi")
    person = replace(connection, credentials={"access_token": Secret("lama"), "refresh_token": Secret("segar-lama")})
    scripted.says(200, {"access_token": "baru", "refresh_token": "segar-baru", "expires_in": 7200})
    granted = platform.refresh(person)
    assert granted
    assert granted["access_token"].reveal() == "baru"
    assert granted["refresh_token"].reveal() == "segar-baru"
    assert datetime.fromisoformat(granted["expires_at"].reveal()) == clock.now() + timedelta(hours=2)
    assert set(granted) == {field.name for field in X.granted_fields}
    path, headers, body = scripted.requests[0]
    assert path == "/2/oauth2/token"
    assert headers["Authorization"].startswith("Basic ")
    assert parse_qs(body.decode())["refresh_token"] == ["segar-lama"]


def test_an_account_with_four_strings_needs_no_refresh(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock)
    assert platform.refresh(connection) is None
    assert platform.revoke(connection) is False
    assert scripted.requests == []


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (
            400,
            {"error": "invalid_request", "error_description": "Value passed for the token was invalid."},
            Unauthorized,
        ),
        (401, {"error": "invalid_client"}, Unauthorized),
        (200, {"access_token": "baru"}, NotSent),
        (200, b"{", NotSent),
        (503, b"<html>", NotSent),
    ],
)
def test_a_refused_refresh_never_repeats_the_token(
    scripted: Scripted, clock: SetClock, status: int, body: Any, error: type[PlatformError]
) -> None:
    platform, connection = _alone(scripted, clock, client_id="aplikasi")
    person = replace(
        connection, credentials={"access_token": Secret("canary-old"), "refresh_token": Secret("canary-refresh")}
    )
    scripted.says(status, body)
    with pytest.raises(error) as caught:
        platform.refresh(person)
    assert "canary" not in repr(vars(caught.value))


def test_a_consent_code_becomes_credentials(scripted: Scripted, clock: SetClock) -> None:
    platform, _connection = _alone(scripted, clock, client_id="aplikasi")
    scripted.says(200, {"access_token": "a1", "refresh_token": "r1", "expires_in": 60})
    granted = platform.redeem("kode", Secret("v" * 50), "https://kantor.example/kembali")
    assert granted["access_token"].reveal() == "a1"
    form = parse_qs(scripted.requests[0][2].decode())
    assert form["code_verifier"] == ["v" * 50]
    assert form["client_id"] == ["aplikasi"]
    assert form["redirect_uri"] == ["https://kantor.example/kembali"]


def test_a_persons_consent_leads_to_a_post_and_can_be_withdrawn(make_desk: MakeDesk, rows: dict[str, Any]) -> None:
    desk = make_desk("x", client_id="aplikasi-kantor")
    budi, back = rows["x"][2], "https://kantor.example/kembali"
    consent = desk.platform.consent(back, "state-1")
    assert consent
    wish = dict(parse_qsl(urlsplit(consent.url).query))
    page = f"{desk.sandbox.url}/i/oauth2/authorize"
    sent_back = requests.post(page, data={**wish, "user_id": budi["id"]}, allow_redirects=False, timeout=5)
    answer = dict(parse_qsl(urlsplit(sent_back.headers["Location"]).query))
    assert answer["state"] == "state-1"
    granted = desk.platform.redeem(answer["code"], consent.verifier, back)

    person = replace(desk.connection, account="budi", credentials=granted)
    assert desk.platform.verify(person).handle == budi["username"]
    assert desk.platform.verify(person).expires_at == datetime.fromisoformat(granted["expires_at"].reveal())
    renewed = desk.platform.refresh(person)
    assert renewed
    with pytest.raises(Unauthorized):
        desk.platform.refresh(person)  # a refresh token works once
    renewed_person = replace(person, credentials=renewed)
    submission = desk.submission()
    post = desk.platform.publish(submission, desk.platform.prepare(submission, renewed_person), renewed_person)
    assert budi["username"] in post.permalink
    assert desk.platform.revoke(renewed_person)
    with pytest.raises(Unauthorized):
        desk.platform.refresh(renewed_person)


def test_live_uploads_of_the_old_kind_keep_their_host() -> None:
    session = X(XSettings(), SystemClock())._session("https://api.x.com")
    assert session._our_address("https://api.twitter.com/2/tweets") == "https://api.x.com/2/tweets"
    assert session._our_address("https://upload.twitter.com/1.1/x") == "https://upload.twitter.com/1.1/x"


def test_an_address_from_a_phone_tells_the_posts_id() -> None:
    x = platforms.make_platform("x", {}, SystemClock())
    assert x.external_id_at("https://x.com/kab/status/1234567890?s=20&t=abc") == "1234567890"
    assert x.external_id_at("https://x.com/kab") is None
