"""Facebook Pages alone: photos before the post, drafts in two phases, look-ups by photo and by text."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from prokes_social.errors import NotSent, OutcomeUnknown, Rejected
from prokes_social.model.platform import Prepared
from prokes_social.model.reach import Metric
from prokes_social.problem import Severity
from tests.platforms.conftest import Desk, MakeDesk


@pytest.fixture
def page(make_desk: MakeDesk) -> Desk:
    return make_desk("facebook")


@pytest.fixture
def drafting(make_desk: MakeDesk) -> Desk:
    return make_desk("facebook", two_phase=True, read_timeout=1)


def test_several_pictures_make_one_post(page: Desk) -> None:
    submission = replace(page.submission(), pictures=(page.picture,) * 3)
    submission, prepared, post = page.post(submission)
    (public,) = page.public()
    assert len(public["pictures"]) == 3
    found = page.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id


def test_a_text_alone_is_found_by_its_text_and_lost_uploads_cost_nothing(page: Desk) -> None:
    submission, prepared, post = page.post(page.submission(pictured=False))
    assert prepared.expires_at is None
    found = page.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id
    assert page.find(page.submission(pictured=False), prepared) is None


def test_a_link_is_previewed_where_there_is_no_picture(page: Desk) -> None:
    link = "https://kemkes.go.id/vaksin"
    page.post(replace(page.submission(pictured=False), link=link))
    page.post(replace(page.submission(), link=link))
    assert [each["link"] for each in page.public()] == [link, ""]


def test_its_own_picture_speaks_for_a_post_whoever_else_sent_the_same_text(page: Desk) -> None:
    page.sandbox.settings(facebook_refuses_duplicates=False)
    submission, _prepared, _post = page.post()
    _same, prepared, post = page.post(submission)
    found = page.platform.find(submission, prepared, page.connection, page.long_ago, lambda _each: False)
    assert found
    assert found.external_id == post.external_id


def test_a_post_behind_others_is_found_on_a_later_page(page: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    submission, prepared, post = page.post()
    for _more in range(30):
        page.post(page.submission(pictured=False))
    from prokes_social.platforms import _graph

    whole = _graph.Graph.get
    # Pages of five instead of a hundred.
    monkeypatch.setattr(
        _graph.Graph,
        "get",
        lambda self, path, **fields: whole(self, path, **{**fields, **({"limit": 5} if "limit" in fields else {})}),
    )
    found = page.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id


def test_the_same_text_again_is_uncertain_because_it_is_there(page: Desk) -> None:
    submission, prepared, post = page.post(page.submission(pictured=False))
    with pytest.raises(OutcomeUnknown):
        page.platform.publish(submission, prepared, page.connection)
    found = page.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id


def test_numbers_are_viewers_views_and_reactions(page: Desk) -> None:
    _submission, _prepared, post = page.post()
    page.sandbox.settings(age_speed=1_000_000.0)
    time.sleep(0.2)
    (snapshot,) = page.platform.measure([post], page.connection)
    views, reach = snapshot.numbers[Metric.IMPRESSIONS], snapshot.numbers[Metric.REACH]
    assert views is not None
    assert reach is not None
    assert views >= reach > 0
    assert snapshot.numbers[Metric.LIKES]
    assert snapshot.numbers[Metric.COMMENTS] is not None
    assert Metric.SAVES not in snapshot.numbers


def test_a_large_png_is_warned_of(page: Desk) -> None:
    png = replace(page.picture, media_type="image/png", data=b"0" * 1_500_000)
    (problem,) = page.platform.check(replace(page.submission(), pictures=(png,)))
    assert problem.severity is Severity.WARNING


# --- two phases ---


def test_a_draft_is_invisible_until_it_is_published(drafting: Desk) -> None:
    submission = drafting.submission()
    prepared = drafting.platform.prepare(submission, drafting.connection)
    assert drafting.public() == []
    post = drafting.platform.publish(submission, prepared, drafting.connection)
    assert post.external_id == prepared.markers["draft"]
    found = drafting.find(submission, prepared)
    assert found
    assert found.external_id == post.external_id
    assert [each["text"] for each in drafting.public()] == [submission.text]


@pytest.mark.parametrize("kind", ["accept_then_drop", "error_after_accept", "hang", "spoiled_json", "no_content_type"])
def test_a_draft_whose_answer_was_lost_proves_itself(drafting: Desk, kind: str) -> None:
    submission = drafting.submission()
    prepared = drafting.platform.prepare(submission, drafting.connection)
    drafting.sandbox.fault("facebook", "publish", kind, **({"seconds": 3} if kind == "hang" else {}))
    with pytest.raises(OutcomeUnknown):
        drafting.platform.publish(submission, prepared, drafting.connection)
    found = drafting.find(submission, prepared)
    assert found
    assert found.external_id == prepared.markers["draft"]
    assert len(drafting.public()) == 1


def test_a_draft_that_was_not_published_proves_that_too_after_a_while(drafting: Desk) -> None:
    submission = drafting.submission()
    prepared = drafting.platform.prepare(submission, drafting.connection)
    drafting.sandbox.fault("facebook", "publish", "error_500")
    with pytest.raises(OutcomeUnknown):
        drafting.platform.publish(submission, prepared, drafting.connection)
    just_now = drafting.platform.clock.now() - timedelta(minutes=5)
    assert drafting.platform.find(submission, prepared, drafting.connection, just_now) is None
    with pytest.raises(NotSent):
        drafting.find(submission, prepared)
    drafting.platform.publish(submission, prepared, drafting.connection)
    drafting.platform.publish(submission, prepared, drafting.connection)  # said twice, published once
    assert len(drafting.public()) == 1


def test_a_vanished_draft_proves_nothing(drafting: Desk) -> None:
    with pytest.raises(Rejected):
        drafting.find(drafting.submission(), Prepared(markers={"draft": "104000000000001_404"}))
