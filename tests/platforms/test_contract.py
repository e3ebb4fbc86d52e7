"""The contract of a platform, over every sibling found, through the real libraries against the sandbox."""

import logging
import socket
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prokes_social import platforms
from prokes_social.clock import SystemClock
from prokes_social.errors import (
    NotSent,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SettingsError,
    Unauthorized,
)
from prokes_social.model.platform import Post, Prepared
from prokes_social.model.reach import Metric
from prokes_social.problem import has_errors
from tests.platforms.conftest import Desk

#: Faults after which the post exists.
LOST_ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("accept_then_drop", {}),
    ("accept_then_drop", {"reset": False}),
    ("error_after_accept", {}),
    ("spoiled_json", {}),
    ("no_id", {}),
    ("hang", {"seconds": 4}),
]
#: Faults after which it does not, though nothing in the answer says so.
UNTOLD: list[tuple[str, dict[str, Any]]] = [
    ("error_500", {}),
    ("error_503_html", {}),
    ("drop_before_accept", {}),
    ("empty_object", {}),
    ("empty_object", {"status": 200}),
    ("duplicate_403", {}),
]
REFUSALS = {
    "token_expired": (Unauthorized,),
    "policy_block": (Unauthorized,),
    "credits_depleted": (Unauthorized,),
    "forbidden": (Rejected, Unauthorized),
}


def _named(faults: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    return [pytest.param(kind, rest, id="-".join([kind, *map(str, rest.values())])) for kind, rest in faults]


# --- the happy path ---


def test_what_is_published_is_found_and_measured(desk: Desk) -> None:
    submission, prepared, post = desk.post()
    found = desk.find(submission, prepared)
    assert found is not None
    assert found.external_id == post.external_id
    assert abs(found.published_at - post.published_at) < timedelta(seconds=5)
    (snapshot,) = desk.platform.measure([post], desk.connection)
    assert snapshot.external_id == post.external_id
    assert not snapshot.missing
    assert snapshot.numbers[Metric.LIKES] is not None
    assert all(value is None or value >= 0 for value in snapshot.numbers.values())


def test_the_text_the_picture_and_its_description_arrive_as_approved(desk: Desk) -> None:
    submission, _prepared, _post = desk.post()
    (public,) = desk.public()
    assert public["text"] == submission.text
    assert public["alt_texts"] == [desk.picture.alt_text]
    assert [each["sha256"] for each in public["pictures"]] == [desk.picture.file_digest]


def test_preparing_shows_nothing_and_may_be_repeated(desk: Desk) -> None:
    submission = desk.submission()
    first = desk.platform.prepare(submission, desk.connection)
    again = desk.platform.prepare(submission, desk.connection)
    assert desk.public() == []
    assert first.ready
    assert first.expires_at
    assert first.expires_at > desk.platform.clock.now() + timedelta(hours=12)
    desk.platform.publish(submission, again, desk.connection)
    assert len(desk.public()) == 1


def test_a_post_that_was_never_sent_is_not_found(desk: Desk) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    try:
        assert desk.find(submission, prepared) is None
    except NotSent as error:
        assert error.account == desk.connection.account  # proved absent


def test_a_call_of_this_very_moment_is_never_proved_absent(desk: Desk) -> None:
    """It may still be on its way."""
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    just_now = desk.platform.clock.now() - timedelta(minutes=5)  # as look-ups reach back
    assert desk.platform.find(submission, prepared, desk.connection, just_now) is None


def test_a_post_of_the_same_text_with_another_picture_is_not_mistaken_for_ours(desk: Desk) -> None:
    desk.sandbox.settings(x_refuses_duplicates=False)
    submission, _prepared, _post = desk.post()
    just_now = desk.platform.clock.now() - timedelta(minutes=5)
    prepared = desk.platform.prepare(submission, desk.connection)
    assert desk.platform.find(submission, prepared, desk.connection, just_now) is None


def test_of_posts_that_show_nothing_but_the_same_text_the_earliest_of_ours_is_found(desk: Desk) -> None:
    """The same text may go out every week, and after a restore nothing else is left to tell its posts by."""
    desk.sandbox.settings(x_refuses_duplicates=False, facebook_refuses_duplicates=False)
    submission = desk.submission()
    first, second = (desk.post(submission)[2].external_id for _time in range(2))

    def find(*others: str) -> str | None:
        nothing = Prepared(markers={})
        found = desk.platform.find(
            submission, nothing, desk.connection, desk.long_ago, lambda post: post.external_id not in others
        )
        return found and found.external_id

    assert find() == first
    assert find(first) == second
    assert find(second) == first
    assert find(first, second) is None


def test_who_decides_by_a_posts_time_and_address_is_told_both(desk: Desk) -> None:
    submission, _prepared, post = desk.post()
    seen: list[Post] = []
    nothing = Prepared(markers={})
    desk.platform.find(submission, nothing, desk.connection, desk.long_ago, lambda each: bool(seen.append(each)))
    [shown] = seen
    assert shown.external_id == post.external_id
    assert shown.permalink.startswith("http")
    assert abs(shown.published_at - post.published_at) < timedelta(seconds=5)


def test_the_account_is_verified_with_its_own_number(desk: Desk, rows: dict[str, Any]) -> None:
    identity = desk.platform.verify(desk.connection)
    row = rows[desk.platform.name][0]
    assert identity.external_id == row["id"]
    assert identity.handle == row["username"]
    assert identity.expires_at is None


def test_a_deleted_post_is_missing_and_has_no_numbers(desk: Desk) -> None:
    _submission, _prepared, post = desk.post()
    kept = desk.post()[2]
    desk.sandbox.delete_post(post.external_id)
    by_id = {each.external_id: each for each in desk.platform.measure([post, kept], desk.connection)}
    assert by_id[post.external_id].missing
    assert set(by_id[post.external_id].numbers.values()) == {None}
    assert not by_id[kept.external_id].missing


def test_a_removed_post_is_gone(desk: Desk) -> None:
    _submission, _prepared, post = desk.post()
    assert desk.platform.remove(post, desk.connection)
    assert desk.public()[0]["deleted_at"]


def test_measuring_nothing_asks_nothing(desk: Desk) -> None:
    desk.sandbox.fault(desk.platform.name, "any", "error_500", times=5)
    assert desk.platform.measure([], desk.connection) == []


# --- the public call goes wrong ---


@pytest.mark.parametrize(("kind", "rest"), _named(LOST_ANSWERS))
def test_a_lost_answer_is_uncertain_and_then_found_once(desk: Desk, kind: str, rest: dict[str, Any]) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.sandbox.fault(desk.platform.name, "publish", kind, **rest)
    with pytest.raises(OutcomeUnknown):
        desk.platform.publish(submission, prepared, desk.connection)
    found = desk.find(submission, prepared)
    assert found is not None
    assert [each["id"] for each in desk.public()] == [found.external_id]


@pytest.mark.parametrize(("kind", "rest"), _named(UNTOLD))
def test_an_answer_that_proves_nothing_is_uncertain(desk: Desk, kind: str, rest: dict[str, Any]) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.sandbox.fault(desk.platform.name, "publish", kind, **rest)
    with pytest.raises(OutcomeUnknown):
        desk.platform.publish(submission, prepared, desk.connection)
    assert desk.public() == []


def test_an_answer_without_a_content_type_costs_no_post(desk: Desk) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.sandbox.fault(desk.platform.name, "publish", "no_content_type")
    try:
        post: Post | None = desk.platform.publish(submission, prepared, desk.connection)
    except OutcomeUnknown:
        post = desk.find(submission, prepared)
    assert post is not None
    assert [each["id"] for each in desk.public()] == [post.external_id]


def test_a_post_that_lands_late_is_found_when_it_has_landed(desk: Desk) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.sandbox.fault(desk.platform.name, "publish", "late_landing", seconds=0.4)
    just_now = desk.platform.clock.now() - timedelta(minutes=5)
    with pytest.raises(OutcomeUnknown):
        desk.platform.publish(submission, prepared, desk.connection)
    assert desk.platform.find(submission, prepared, desk.connection, just_now) is None
    time.sleep(0.6)
    assert desk.platform.find(submission, prepared, desk.connection, just_now)


def test_publishing_what_is_out_already_is_uncertain_and_makes_no_second_post(desk: Desk) -> None:
    submission, prepared, post = desk.post()
    with pytest.raises(OutcomeUnknown):
        desk.platform.publish(submission, prepared, desk.connection)
    found = desk.find(submission, prepared)
    assert found is not None
    assert [each["id"] for each in desk.public()] == [found.external_id] == [post.external_id]


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_proves_that_nothing_was_sent(desk: Desk, kind: str) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.sandbox.fault(desk.platform.name, "publish", kind)
    with pytest.raises(REFUSALS[kind]) as caught:
        desk.platform.publish(submission, prepared, desk.connection)
    assert caught.value.account == desk.connection.account
    assert caught.value.said
    assert caught.value.hint
    assert desk.public() == []


def test_a_rate_limit_says_when_to_come_back(desk: Desk) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.sandbox.fault(desk.platform.name, "publish", "rate_limit", reset_in=1800)
    with pytest.raises(NotSent) as caught:
        desk.platform.publish(submission, prepared, desk.connection)
    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - desk.platform.clock.now()
    assert timedelta(minutes=29) < wait < timedelta(minutes=31)
    assert desk.public() == []


def test_where_nothing_listens_nothing_was_sent(desk: Desk) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    nowhere = replace(desk.connection, base_url=f"http://127.0.0.1:{_free_port()}")
    with pytest.raises(NotSent) as caught:
        desk.platform.publish(submission, prepared, nowhere)
    assert "refused" in caught.value.said


def test_an_unknown_host_means_that_nothing_was_sent(desk: Desk) -> None:
    submission = desk.submission()
    prepared = desk.platform.prepare(submission, desk.connection)
    nowhere = replace(desk.connection, base_url="http://tidak-ada.invalid")
    with pytest.raises(NotSent):
        desk.platform.publish(submission, prepared, nowhere)


def test_a_wrong_token_is_unauthorized_everywhere(desk: Desk) -> None:
    submission, prepared, post = desk.post()
    wrong = desk.connected_with(access_token="999-wrong-token")
    with pytest.raises(Unauthorized):
        desk.platform.prepare(submission, wrong)
    with pytest.raises(Unauthorized):
        desk.platform.publish(submission, prepared, wrong)
    with pytest.raises(Unauthorized):
        desk.platform.find(submission, prepared, wrong, desk.long_ago)
    with pytest.raises(Unauthorized):
        desk.platform.measure([post], wrong)
    with pytest.raises(Unauthorized):
        desk.platform.verify(wrong)
    assert len(desk.public()) == 1


def test_a_missing_credential_is_named_without_asking(desk: Desk) -> None:
    desk.sandbox.fault(desk.platform.name, "any", "error_500", times=5)
    nameless = desk.connected_with(access_token="")
    with pytest.raises(Unauthorized, match=r".") as caught:
        desk.platform.verify(nameless)
    assert "access_token" in caught.value.said


# --- other calls go wrong ---


@pytest.mark.parametrize("kind", ["error_500", "error_503_html", "accept_then_drop", "spoiled_json", "no_id"])
def test_a_failed_upload_may_simply_be_repeated(desk: Desk, kind: str) -> None:
    submission = desk.submission()
    desk.sandbox.fault(desk.platform.name, "upload", kind)
    with pytest.raises(NotSent):
        desk.platform.prepare(submission, desk.connection)
    prepared = desk.platform.prepare(submission, desk.connection)
    desk.platform.publish(submission, prepared, desk.connection)
    assert len(desk.public()) == 1


def test_a_rate_limited_upload_says_when_to_come_back(desk: Desk) -> None:
    desk.sandbox.fault(desk.platform.name, "upload", "rate_limit", reset_in=1800)
    with pytest.raises(NotSent) as caught:
        desk.platform.prepare(desk.submission(), desk.connection)
    assert caught.value.retry_at
    assert caught.value.retry_at > desk.platform.clock.now() + timedelta(minutes=20)


@pytest.mark.parametrize(
    "kind", ["error_500", "error_503_html", "rate_limit", "drop_before_accept", "spoiled_json", "empty_object"]
)
def test_a_failed_look_up_proves_nothing(desk: Desk, kind: str) -> None:
    submission, prepared, _post = desk.post()
    desk.sandbox.fault(desk.platform.name, "any", kind)
    with pytest.raises(OutcomeUnknown):
        desk.find(submission, prepared)


def test_a_look_up_where_nothing_listens_proves_nothing(desk: Desk) -> None:
    submission, prepared, _post = desk.post()
    nowhere = replace(desk.connection, base_url=f"http://127.0.0.1:{_free_port()}")
    with pytest.raises(OutcomeUnknown):
        desk.platform.find(submission, prepared, nowhere, desk.long_ago)


@pytest.mark.parametrize("kind", ["error_500", "rate_limit", "drop_before_accept", "spoiled_json"])
def test_numbers_that_could_not_be_read_are_not_zeros(desk: Desk, kind: str) -> None:
    _submission, _prepared, post = desk.post()
    desk.sandbox.fault(desk.platform.name, "any", kind, times=3)
    with pytest.raises(NotSent):
        desk.platform.measure([post], desk.connection)


# --- secrets and origins ---


@pytest.mark.parametrize(
    "kind", ["token_expired", "error_500", "spoiled_json", "accept_then_drop", "rate_limit", "hang"]
)
@pytest.mark.parametrize("listening", [True, False])
def test_no_token_is_in_an_error_or_a_log(
    desk: Desk, kind: str, listening: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    submission, prepared, post = desk.post()
    connection = desk.connection if listening else replace(desk.connection, base_url=f"http://127.0.0.1:{_free_port()}")
    desk.sandbox.fault(desk.platform.name, "any", kind, times=20, **({"seconds": 3} if kind == "hang" else {}))
    platform = desk.platform
    calls = (
        lambda: platform.verify(connection),
        lambda: platform.prepare(submission, connection),
        lambda: platform.publish(submission, prepared, connection),
        lambda: platform.find(submission, prepared, connection, desk.long_ago),
        lambda: platform.measure([post], connection),
    )
    if kind == "hang":
        calls = calls[2:3]  # each would take its time
    texts = []
    for call in calls:
        try:
            call()
        except PlatformError as error:
            assert error.__cause__ is None
            assert error.__context__ is None
            texts += [*map(str, error.args), repr(error), repr(vars(error)), traceback.format_exc()]
    texts += [each.getMessage() for each in caplog.records if not each.name.startswith("uvicorn")]  # the sandbox's own
    # Instagram's and Facebook's ids are no secrets.
    names = {field.name for field in platform.credential_fields if field.secret}
    for name in names & set(desk.connection.credentials):
        assert not any(desk.connection.credentials[name].reveal() in text for text in texts), name
    assert "appsecret_proof=" not in "".join(texts)


def test_a_sandbox_account_never_speaks_to_the_live_platform(desk: Desk) -> None:
    submission, prepared, post = desk.post()
    astray = replace(desk.connection, base_url=desk.platform.live_url)
    for call in (
        lambda: desk.platform.verify(astray),
        lambda: desk.platform.prepare(submission, astray),
        lambda: desk.platform.publish(submission, prepared, astray),
        lambda: desk.platform.find(submission, prepared, astray, desk.long_ago),
        lambda: desk.platform.measure([post], astray),
    ):
        with pytest.raises(Unauthorized):
            call()
    live = replace(desk.connection, sandbox=False)
    with pytest.raises(Unauthorized):
        desk.platform.publish(submission, prepared, live)
    assert len(desk.public()) == 1


# --- what a platform says of itself ---


@pytest.mark.parametrize("name", platforms.names())
def test_a_platform_carries_the_name_of_its_file(name: str) -> None:
    cls = platforms.platform_class(name)
    assert cls.name == name
    assert cls.label
    assert cls.live_url.startswith("https://")
    assert cls.Settings().base_url == cls.live_url
    assert cls.Settings.model_fields["connect_timeout"].default + cls.Settings.model_fields["read_timeout"].default < 30


@pytest.mark.parametrize("name", platforms.names())
def test_credential_fields_have_both_languages_and_no_doubles(name: str) -> None:
    fields = platforms.platform_class(name).credential_fields
    assert all(field.label.id and field.label.en for field in fields)
    assert len({field.name for field in fields}) == len(fields)
    assert any(field.secret and field.required for field in fields)


def test_what_the_contract_posts_is_within_the_limits(desk: Desk) -> None:
    assert desk.platform.check(desk.submission()) == []


def test_each_limit_is_checked_without_asking(desk: Desk) -> None:
    limits = desk.platform.limits
    long = replace(desk.submission(), text="kata " * limits.text_length)
    many = replace(desk.submission(), pictures=(desk.picture,) * (limits.pictures + 1))
    heavy = replace(desk.picture, data=b"0" * (limits.picture_bytes + 1))
    gif = replace(desk.picture, media_type="image/gif")
    wordy = replace(desk.picture, alt_text="kata " * 400)
    empty = replace(desk.submission(pictured=False), text=" ")
    refused = [long, many, empty, *(replace(desk.submission(), pictures=(each,)) for each in (heavy, gif, wordy))]
    for submission in refused:
        problems = desk.platform.check(submission)
        assert has_errors(problems)
        assert all(problem.what and problem.remedy and problem.code.startswith("platform.") for problem in problems)


def test_settings_that_can_not_be_used_are_named() -> None:
    with pytest.raises(SettingsError) as caught:
        platforms.make_platform("x", {"media_upload": "v3", "typo": 1}, SystemClock())
    assert "media_upload" in caught.value.message
    assert "typo" in caught.value.message
    assert "PROKES_X_" in caught.value.hint


def test_timeouts_must_end_before_half_the_lease() -> None:
    with pytest.raises(SettingsError):
        platforms.make_platform("x", {"read_timeout": 28}, SystemClock())


def test_settings_may_come_as_text_from_the_environment() -> None:
    made = platforms.make_platform("facebook", {"two_phase": "true", "read_timeout": "10"}, SystemClock())
    assert getattr(made.settings, "two_phase") is True  # noqa: B009
    assert not made.is_sandbox


def test_the_names_are_known_without_loading_any_vendor() -> None:
    code = (
        "import sys; from prokes_social import platforms; assert 'x' in platforms.names();"
        "assert not {'tweepy', 'facebook', 'requests', 'emoji'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tweepy_and_facebook_are_loaded_only_to_call() -> None:
    code = (
        "import sys; from prokes_social import platforms; platforms.all_classes();"
        "assert not {'tweepy', 'facebook'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_new_file_is_a_new_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "threads.py").write_text(
        "from prokes_social.platforms.facebook import Facebook\n\n\nclass Threads(Facebook):\n    name = 'threads'\n"
    )
    monkeypatch.setattr(platforms, "__path__", [*platforms.__path__, str(tmp_path)])
    assert platforms.names() == ("facebook", "instagram", "threads", "x")
    assert platforms.platform_class("threads").label == "Facebook"
    platforms.platform_class.cache_clear()
    sys.modules.pop("prokes_social.platforms.threads")


def test_a_platform_without_a_file_is_unknown() -> None:
    with pytest.raises(KeyError):
        platforms.platform_class("_session")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
