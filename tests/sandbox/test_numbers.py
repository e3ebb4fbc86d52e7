"""What befalls numbers on their way out, several objects in one call, corrections, and the truth beside all that."""

from typing import Any

import pytest
import requests

from prokes_social.sandbox import Sandbox, SandboxRefused

NAMES = "post_media_view,post_clicks"


def _posts(sandbox: Sandbox, platform: str, account: dict[str, Any], count: int = 3) -> list[str]:
    since = 1_795_000_000.0
    made = sandbox.add_earlier_posts(platform, account["id"], since=since, count=count, every_s=60)
    assert [each["published_at"] for each in made] == [since + 60 * number for number in range(count)]
    return [each["id"] for each in made]


@pytest.fixture
def page(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.accounts()["facebook"][0])


def _get(sandbox: Sandbox, row: dict[str, Any], path: str, **query: str) -> requests.Response:
    sandbox.settings(appsecret_proof_required=False)
    headers = {"Authorization": f"Bearer {row['access_token']}"}
    return requests.get(f"{sandbox.url}/v26.0/{path}", params=query, headers=headers, timeout=10)


def test_several_objects_are_read_in_one_call_with_their_insights(sandbox: Sandbox, page: dict[str, Any]) -> None:
    ids = _posts(sandbox, "facebook", page)
    fields = f"id,comments.summary(total_count).limit(0),insights.metric({NAMES})"
    answer = _get(sandbox, page, "", ids=",".join(ids), fields=fields).json()
    truth = sandbox.numbers()
    assert set(answer) == set(ids)
    for each in ids:
        told = {row["name"]: row["values"][0]["value"] for row in answer[each]["insights"]["data"]}
        assert told == {"post_media_view": truth[each]["views"], "post_clicks": truth[each]["clicks"]}
        assert answer[each]["comments"]["summary"]["total_count"] == truth[each]["comments"]


def test_one_object_that_is_gone_fails_them_all(sandbox: Sandbox, page: dict[str, Any]) -> None:
    ids = _posts(sandbox, "facebook", page)
    sandbox.delete_post(ids[1])
    error = _get(sandbox, page, "", ids=",".join(ids), fields="id").json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    sandbox.restore_post(ids[1])
    assert set(_get(sandbox, page, "", ids=",".join(ids), fields="id").json()) == set(ids)


def test_more_than_fifty_objects_are_refused(sandbox: Sandbox, page: dict[str, Any]) -> None:
    error = _get(sandbox, page, "", ids=",".join(map(str, range(51)))).json()["error"]
    assert error["message"].endswith("Maximum: 50. Provided: 51.")


def test_each_object_counts_as_a_call(sandbox: Sandbox, page: dict[str, Any]) -> None:
    ids = _posts(sandbox, "facebook", page)
    limits = sandbox.settings()["limits"]
    sandbox.settings(limits={**limits, "graph_calls_per_hour": 5})
    assert _get(sandbox, page, "", ids=",".join(ids), fields="id").ok
    assert _get(sandbox, page, "", ids=",".join(ids), fields="id").json()["error"]["code"] == 32


def test_a_token_without_the_right_reads_the_post_and_not_its_insights(sandbox: Sandbox, page: dict[str, Any]) -> None:
    [post_id] = _posts(sandbox, "facebook", page, 1)
    sandbox.add_accounts(facebook=[{**page, "insights": False}])
    try:
        assert _get(sandbox, page, post_id, fields="shares").ok
        for answer in (
            _get(sandbox, page, f"{post_id}/insights", metric=NAMES),
            _get(sandbox, page, "", ids=post_id, fields=f"insights.metric({NAMES})"),
        ):
            assert answer.json()["error"]["code"] == 10
    finally:
        sandbox.add_accounts(facebook=[page])


@pytest.mark.parametrize("oddity", ["dead", "renamed"])
def test_a_dead_name_fails_the_call(sandbox: Sandbox, page: dict[str, Any], oddity: str) -> None:
    [post_id] = _posts(sandbox, "facebook", page, 1)
    sandbox.settings(metrics={"facebook.post_clicks": oddity})
    assert _get(sandbox, page, f"{post_id}/insights", metric=NAMES).json()["error"]["code"] == 100
    assert _get(sandbox, page, f"{post_id}/insights", metric="post_media_view").ok


def test_a_number_may_be_null_or_text_or_left_out(sandbox: Sandbox, page: dict[str, Any]) -> None:
    [post_id] = _posts(sandbox, "facebook", page, 1)
    views = sandbox.numbers()[post_id]["views"]
    for oddity, shown in (("null", [None]), ("text", [str(views)]), ("dropped", [])):
        sandbox.settings(metrics={"facebook.post_media_view": oddity})
        rows = _get(sandbox, page, f"{post_id}/insights", metric="post_media_view").json()["data"]
        assert [row["values"][0]["value"] for row in rows] == shown


def test_a_correction_counts_from_its_moment_on(page: dict[str, Any]) -> None:
    now = [1_795_000_000.0 + 86_400]
    with Sandbox(clock=lambda: now[0]) as dated:
        [post_id] = _posts(dated, "facebook", page, 1)
        before = dated.numbers()[post_id]["views"]
        now[0] += 3600
        dated.correct_post(post_id, 0.5)
        assert dated.numbers()[post_id]["views"] < before
        assert dated.numbers(now[0] - 3600)[post_id]["views"] == before, "what was told then was told then"


def test_oddities_that_do_not_exist_are_refused(sandbox: Sandbox) -> None:
    for metrics in ({"x.like_count": "gone"}, {"threads.likes": "null"}):
        with pytest.raises(SandboxRefused):
            sandbox.settings(metrics=metrics)
