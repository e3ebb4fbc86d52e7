"""The Graph API under both Meta platforms: what its answers mean, and what is mended in facebook-sdk."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from prokes_social.errors import NotSent, OutcomeUnknown, PlatformError, Rejected, Unauthorized
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.model.reach import Metric
from prokes_social.platforms._failures import Kind
from prokes_social.platforms._graph import GraphSettings
from prokes_social.platforms._graph_reading import count
from prokes_social.platforms.facebook import Facebook
from tests.conftest import SetClock
from tests.platforms.conftest import MakeDesk, Scripted

HALO = Submission(text="halo")
NOTHING = Prepared(markers={})


def _alone(scripted: Scripted, clock: SetClock, **settings: Any) -> tuple[Facebook, Connection]:
    platform = Facebook(GraphSettings(base_url=scripted.url, **settings), clock)
    values = {"page_id": "104", "access_token": "canary-token", "app_secret": "canary-secret"}
    credentials = {name: Secret(text) for name, text in values.items()}
    return platform, Connection(account="uji", credentials=credentials, base_url=scripted.url, sandbox=True)


def _error(code: int, subcode: int | None = None, **more: Any) -> dict[str, Any]:
    body = {"message": f"canary-token was here ({code})", "type": "OAuthException", "code": code, **more}
    return {"error": body if subcode is None else {**body, "error_subcode": subcode}}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {}, OutcomeUnknown),
        (200, {"id": 5}, OutcomeUnknown),
        (200, [], OutcomeUnknown),
        (200, b"{", OutcomeUnknown),
        (200, b"", OutcomeUnknown),
        (200, _error(190), Unauthorized),  # facebook-sdk's own view; Meta does it too
        (302, {}, OutcomeUnknown),
        (400, _error(1), OutcomeUnknown),
        (500, _error(2, is_transient=True), OutcomeUnknown),
        (400, _error(2), OutcomeUnknown),
        (400, _error(4, 2207051), OutcomeUnknown),
        (400, _error(4, is_transient=True), NotSent),
        (400, _error(9, 2207042), NotSent),
        (400, _error(17), NotSent),
        (400, _error(32), NotSent),
        (400, _error(613), NotSent),
        (400, _error(80001), NotSent),
        (400, _error(80002), NotSent),
        (403, _error(10), Unauthorized),
        (403, _error(200), Unauthorized),
        (403, _error(299), Unauthorized),
        (400, _error(300), OutcomeUnknown),
        (400, _error(24, 2207006), OutcomeUnknown),
        (400, _error(100), Rejected),
        (400, {"error": {"message": "Invalid appsecret_proof provided", "code": 100}}, Unauthorized),
        (400, _error(102), Unauthorized),
        (401, _error(190, 463), Unauthorized),
        (500, _error(190), OutcomeUnknown),
        (400, _error(368), Unauthorized),
        (400, _error(506), OutcomeUnknown),
        (400, _error(1366046), Rejected),
        (400, _error(9007, 2207027), NotSent),
        (400, _error(36003), Rejected),
        (400, _error(99999), OutcomeUnknown),
        (400, {"error": "text"}, OutcomeUnknown),
        (400, {"error": {"code": "190"}}, OutcomeUnknown),
        (401, {}, OutcomeUnknown),
        (500, {}, OutcomeUnknown),
        (503, b"<html>", OutcomeUnknown),
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


@pytest.mark.parametrize("code", [1, 2, 4, 24, 506, 9007])
def test_what_is_uncertain_in_public_may_be_repeated_otherwise(scripted: Scripted, clock: SetClock, code: int) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(400, _error(code))
    with pytest.raises(NotSent):
        platform.verify(connection)


@pytest.mark.parametrize("code", [1, 4, 9007, 32])
def test_no_error_of_a_look_up_claims_that_nothing_was_sent(scripted: Scripted, clock: SetClock, code: int) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(400, _error(code))
    with pytest.raises(OutcomeUnknown):
        platform.find(HALO, NOTHING, connection, clock.now())


def test_an_unknown_refusal_of_a_repeatable_call_is_final(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(400, _error(99999))
    with pytest.raises(Rejected):
        platform.verify(connection)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, 15),
        ({"x-app-usage": json.dumps({"call_count": 100})}, 15),
        (
            {
                "x-business-use-case-usage": json.dumps(
                    {"104": [{"type": "pages", "estimated_time_to_regain_access": 42}, {"type": "x"}]}
                )
            },
            42,
        ),
        ({"x-page-usage": json.dumps({"estimated_time_to_regain_access": 3})}, 3),
        ({"x-business-use-case-usage": "{"}, 15),
        ({"x-business-use-case-usage": json.dumps({"104": [{"estimated_time_to_regain_access": 10**9}]})}, 15),
    ],
)
def test_a_pause_lasts_as_long_as_meta_estimates(
    scripted: Scripted, clock: SetClock, headers: dict[str, str], minutes: int
) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(400, _error(32), **headers)
    with pytest.raises(NotSent) as caught:
        platform.publish(HALO, NOTHING, connection)
    assert caught.value.retry_at == clock.now() + timedelta(minutes=minutes)


def test_the_token_travels_in_the_header_with_a_proof_beside_it(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(200, {"id": "104_1"})
    platform.publish(HALO, NOTHING, connection)
    platform.graph(connection, Kind.REPEATABLE).get("104", fields="id")
    proof = hmac.new(b"canary-secret", b"canary-token", hashlib.sha256).hexdigest()
    (post_path, post_headers, post_body), (get_path, get_headers, _body) = scripted.requests
    assert post_headers["Authorization"] == get_headers["Authorization"] == "Bearer canary-token"
    assert post_path == "/v26.0/104/feed"
    assert parse_qs(post_body.decode()) == {"message": ["halo"], "appsecret_proof": [proof]}
    assert parse_qs(urlsplit(get_path).query) == {"fields": ["id"], "appsecret_proof": [proof]}
    assert "canary" not in post_path + get_path + post_body.decode()


def test_the_token_may_go_as_a_field_again(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock, token_in_header=False, version="v25.0")
    scripted.says(200, {"id": "104_1"})
    platform.publish(HALO, NOTHING, connection)
    path, headers, body = scripted.requests[0]
    assert "Authorization" not in headers
    assert path == "/v25.0/104/feed"
    assert parse_qs(body.decode())["access_token"] == ["canary-token"]


def test_nested_values_travel_as_json(scripted: Scripted, clock: SetClock) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(200, {"id": "104_1"})
    platform.publish(HALO, Prepared(markers={"photos": ["7", "8"]}), connection)
    form = parse_qs(scripted.requests[0][2].decode())
    assert json.loads(form["attached_media"][0]) == [{"media_fbid": "7"}, {"media_fbid": "8"}]


@pytest.mark.parametrize("said", [{"token_in_header": True}, {"token_in_header": False}])
@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_both_ways_of_carrying_the_token_work_throughout(make_desk: MakeDesk, name: str, said: dict[str, Any]) -> None:
    desk = make_desk(name, **said)
    submission, prepared, post = desk.post()
    assert desk.find(submission, prepared)
    assert desk.platform.measure([post], desk.connection)
    assert desk.platform.remove(post, desk.connection)


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_a_token_that_will_end_says_when(make_desk: MakeDesk, rows: dict[str, Any], name: str) -> None:
    desk = make_desk(name)
    ends = datetime(2031, 1, 1, tzinfo=UTC)
    row = {**rows[name][0], "id": f"{rows[name][0]['id']}9", "access_token": f"{name}-ends", "username": f"{name}-ends"}
    desk.sandbox.add_accounts(**{name: [{**row, "expires_at": int(ends.timestamp())}]})
    named = {field.name: row["id"] for field in desk.platform.credential_fields if not field.secret}
    connection = desk.connected_with(access_token=row["access_token"], **named)
    assert desk.platform.verify(connection).expires_at == ends
    desk.sandbox.add_accounts(**{name: [{**row, "revoked": True}]})
    with pytest.raises(Unauthorized):
        desk.platform.verify(connection)


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_without_the_app_secret_the_platform_says_what_is_missing(make_desk: MakeDesk, name: str) -> None:
    desk = make_desk(name)
    with pytest.raises(Unauthorized) as caught:
        desk.platform.verify(desk.connected_with(app_secret=""))
    assert "appsecret_proof" in caught.value.said


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_one_dead_metric_does_not_cost_the_others(
    make_desk: MakeDesk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(name)
    _submission, _prepared, post = desk.post()
    monkeypatch.setattr(type(desk.platform), "insight_names", (*type(desk.platform).insight_names, "post_impressions"))  # type: ignore[attr-defined]
    (snapshot,) = desk.platform.measure([post], desk.connection)
    assert snapshot.numbers[Metric.IMPRESSIONS] is not None
    assert snapshot.numbers[Metric.REACH] is not None


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_what_was_measured_before_a_limit_is_kept(make_desk: MakeDesk, name: str) -> None:
    desk = make_desk(name, posts_per_call=1)
    posts = [desk.post()[2] for _time in range(2)]
    desk.sandbox.fault(name, "insights", "rate_limit", after=1)
    assert [each.external_id for each in desk.platform.measure(posts, desk.connection)] == [posts[0].external_id]


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_a_post_that_may_not_be_deleted_is_left_to_a_person(make_desk: MakeDesk, name: str) -> None:
    desk = make_desk(name)
    _submission, _prepared, post = desk.post()
    desk.sandbox.fault(name, "delete", "forbidden")
    assert desk.platform.remove(post, desk.connection) is False
    assert desk.platform.remove(post, desk.connection) is True
    assert desk.platform.remove(post, desk.connection) is True  # gone already


def test_numbers_by_type_are_added_and_nothing_else_is_a_number() -> None:
    assert count({"like": 3, "love": 2}) == 5
    assert count({}) == 0
    assert count(7) == 7
    assert count(True) is None
    assert count({"like": "many"}) is None
    assert count(None) is None


def test_facebook_sdk_loads_where_warnings_are_errors(tmp_path: Path) -> None:
    """It is compiled anew: Python warns of its invalid escapes only then."""
    code = (
        "from prokes_social.platforms import _graph; import warnings; warnings.simplefilter('error'); _graph._library()"
    )
    fresh = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=fresh)


@pytest.mark.parametrize("body", [b"[]", b"5", b'{"data": 5}', b'{"data": [5], "paging": 3}', b"{"])
def test_odd_answers_to_reading_never_crash(scripted: Scripted, clock: SetClock, body: bytes) -> None:
    platform, connection = _alone(scripted, clock)
    scripted.says(200, body)
    post = Post(external_id="104_1", permalink="", published_at=clock.now())
    for call in (
        lambda: platform.find(HALO, NOTHING, connection, clock.now()),
        lambda: platform.measure([post], connection),
        lambda: platform.verify(connection),
        lambda: platform.remove(post, connection),
    ):
        try:
            call()
        except PlatformError as error:
            assert error.said is not None
