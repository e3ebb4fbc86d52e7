"""Instagram alone: containers, their processing, the quota, late numbers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from prokes_social.errors import NotSent, OutcomeUnknown, Rejected
from prokes_social.model.platform import Size
from prokes_social.model.reach import Metric
from prokes_social.problem import has_errors
from tests.platforms.conftest import Desk, MakeDesk


@pytest.fixture
def insta(make_desk: MakeDesk) -> Desk:
    return make_desk("instagram")


def test_a_container_in_progress_is_looked_at_again(insta: Desk) -> None:
    insta.sandbox.settings(processing_s=3600.0)
    submission = insta.submission()
    first = insta.platform.prepare(submission, insta.connection)
    assert not first.ready
    again = insta.platform.prepare(submission, insta.connection, first)
    assert not again.ready
    assert again.markers == first.markers
    insta.sandbox.settings(clock_offset_s=4000.0)
    ready = insta.platform.prepare(submission, insta.connection, again)
    assert ready.ready
    assert ready.markers == first.markers
    insta.platform.publish(submission, ready, insta.connection)
    assert len(insta.public()) == 1


def test_a_container_is_not_published_before_it_is_ready(insta: Desk) -> None:
    insta.sandbox.settings(processing_s=3600.0)
    submission = insta.submission()
    prepared = insta.platform.prepare(submission, insta.connection)
    with pytest.raises(NotSent):
        insta.platform.publish(submission, prepared, insta.connection)


def test_an_expired_container_is_made_anew(insta: Desk) -> None:
    insta.sandbox.settings(processing_s=3600.0)
    submission = insta.submission()
    first = insta.platform.prepare(submission, insta.connection)
    insta.sandbox.settings(clock_offset_s=100_000.0, processing_s=0.0)
    again = insta.platform.prepare(submission, insta.connection, first)
    assert again.markers != first.markers
    assert again.ready


def test_a_container_that_could_not_fetch_its_picture_is_made_anew(insta: Desk) -> None:
    insta.sandbox.settings(processing_s=3600.0)
    submission = insta.submission()
    first = insta.platform.prepare(submission, insta.connection)
    insta.sandbox.settings(processing_s=0.0)
    insta.sandbox.fault("instagram", "container", "container_error")
    again = insta.platform.prepare(submission, insta.connection, first)
    assert again.ready
    assert again.markers != first.markers


def test_a_fresh_container_that_fails_to_fetch_is_tried_later(insta: Desk) -> None:
    insta.sandbox.fault("instagram", "container", "container_error")
    with pytest.raises(NotSent):
        insta.platform.prepare(insta.submission(), insta.connection)


def test_a_published_container_is_the_proof_even_while_the_list_lags(insta: Desk) -> None:
    insta.sandbox.settings(timeline_lag_s=600.0)
    submission, prepared, _post = insta.post()
    assert insta.find(submission, prepared) is None
    insta.sandbox.settings(timeline_lag_s=0.0)
    assert insta.find(submission, prepared)


def test_a_container_that_nobody_published_proves_absence_after_a_while(insta: Desk) -> None:
    submission = insta.submission()
    prepared = insta.platform.prepare(submission, insta.connection)
    insta.sandbox.fault("instagram", "publish", "error_500")
    with pytest.raises(OutcomeUnknown):
        insta.platform.publish(submission, prepared, insta.connection)
    just_now = insta.platform.clock.now() - timedelta(minutes=5)
    assert insta.platform.find(submission, prepared, insta.connection, just_now) is None
    with pytest.raises(NotSent):
        insta.find(submission, prepared)


def test_publishing_a_published_container_is_uncertain_and_found(insta: Desk) -> None:
    submission, prepared, post = insta.post()
    with pytest.raises(OutcomeUnknown):
        insta.platform.publish(submission, prepared, insta.connection)
    found = insta.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id
    assert len(insta.public()) == 1


def test_the_post_is_kept_where_its_address_can_not_be_asked(insta: Desk) -> None:
    submission = insta.submission()
    prepared = insta.platform.prepare(submission, insta.connection)
    insta.sandbox.fault("instagram", "lookup", "accept_then_drop")
    post = insta.platform.publish(submission, prepared, insta.connection)
    assert [each["id"] for each in insta.public()] == [post.external_id]
    assert post.permalink == "https://www.instagram.com/"


def test_a_used_up_quota_waits(insta: Desk) -> None:
    insta.sandbox.settings(limits={"instagram_posts_per_day": 1})
    submission = insta.submission()
    early = insta.platform.prepare(submission, insta.connection)
    insta.post()
    with pytest.raises(NotSent) as caught:
        insta.platform.prepare(insta.submission(), insta.connection)
    assert caught.value.retry_at
    with pytest.raises(NotSent) as caught:
        insta.platform.publish(submission, early, insta.connection)
    assert caught.value.retry_at


def test_late_numbers_are_not_told_and_never_zero(insta: Desk) -> None:
    insta.sandbox.settings(instagram_insights_delay_s=172_800.0)
    _submission, _prepared, post = insta.post()
    (snapshot,) = insta.platform.measure([post], insta.connection)
    for metric in (Metric.IMPRESSIONS, Metric.REACH, Metric.SHARES, Metric.SAVES):
        assert snapshot.numbers[metric] is None
    assert snapshot.numbers[Metric.LIKES] is not None  # the post itself tells them at once
    assert not snapshot.missing


def test_a_picture_without_an_address_waits_for_one(insta: Desk) -> None:
    bare = replace(insta.submission(), pictures=(replace(insta.picture, url=None),))
    with pytest.raises(NotSent):
        insta.platform.prepare(bare, insta.connection)
    assert insta.platform.needs_public_picture_url


def test_a_picture_that_can_not_be_fetched_is_tried_later(insta: Desk) -> None:
    lost = replace(insta.submission(), pictures=(replace(insta.picture, url="http://127.0.0.1:9/card.jpg"),))
    with pytest.raises(NotSent):
        insta.platform.prepare(lost, insta.connection)


def test_a_caption_that_instagram_refuses_is_final(insta: Desk) -> None:
    many = insta.submission("halo " + " ".join(f"#tag{number}" for number in range(6)))
    assert has_errors(insta.platform.check(many))
    with pytest.raises(Rejected):
        insta.platform.prepare(many, insta.connection)


@pytest.mark.parametrize("shape", [Size(1080, 1920), Size(1600, 700)])
def test_a_picture_out_of_shape_is_refused_at_planning(insta: Desk, shape: Size) -> None:
    problems = insta.platform.check(replace(insta.submission(), pictures=(replace(insta.picture, size=shape),)))
    assert [each.code for each in problems] == ["platform.picture-shape"]


def test_png_and_no_picture_are_refused_at_planning(insta: Desk) -> None:
    png = replace(insta.submission(), pictures=(replace(insta.picture, media_type="image/png"),))
    assert [each.code for each in insta.platform.check(png)] == ["platform.picture-type"]
    assert [each.code for each in insta.platform.check(insta.submission(pictured=False))] == [
        "platform.picture-missing"
    ]
