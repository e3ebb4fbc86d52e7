"""Facebook's dialog in the sandbox: what it shows, what a code buys, and what it refuses."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from prokes_social.sandbox import Sandbox
from prokes_social.sandbox.accounts import APP_ID, APP_SECRET
from tests.sandbox.conftest import proof_of

BACK = "https://kantor.example/kembali?dari=meta"
WISH = {
    "client_id": APP_ID, "redirect_uri": BACK, "state": "s-1", "response_type": "code",
    "scope": "pages_show_list,pages_manage_posts,pages_read_engagement,read_insights",
}  # fmt: skip
OURS = {"client_id": APP_ID, "client_secret": APP_SECRET}


def answered(sandbox: Sandbox, *pages: str, answer: str = "yes", **changed: str) -> dict[str, str]:
    sent_back = requests.post(
        f"{sandbox.url}/v26.0/dialog/oauth", data={**WISH, **changed, "page_id": pages, "answer": answer},
        allow_redirects=False, timeout=5,
    )  # fmt: skip
    assert sent_back.headers["Location"].startswith(BACK + "&")
    return dict(parse_qsl(urlsplit(sent_back.headers["Location"]).query))


def token(sandbox: Sandbox, **form: str) -> requests.Response:
    return requests.post(f"{sandbox.url}/v26.0/oauth/access_token", data={**OURS, **form}, timeout=5)


def redeemed(sandbox: Sandbox, code: str, **changed: str) -> requests.Response:
    return token(sandbox, **{"code": code, "redirect_uri": BACK, **changed})


def pages_of(sandbox: Sandbox, person: str, **asked: Any) -> dict[str, Any]:
    proof = proof_of({"app_secret": APP_SECRET, "access_token": person})
    answer = requests.get(
        f"{sandbox.url}/v26.0/me/accounts", params={"appsecret_proof": proof, **asked},
        headers={"Authorization": f"Bearer {person}"}, timeout=5,
    )  # fmt: skip
    return dict(answer.json())


def code_of(answer: requests.Response) -> tuple[int, int | None]:
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


def test_the_dialog_shows_the_pages_and_asks_for_what_is_missing(sandbox: Sandbox, page: dict[str, Any]) -> None:
    shown = requests.get(f"{sandbox.url}/v26.0/dialog/oauth", params=WISH, timeout=5)
    assert page["name"] in shown.text and "tanjungasri.sehat" in shown.text and "Batal" in shown.text
    for wrong in ({"client_id": "1"}, {"state": ""}, {"scope": "publish_actions"}, {"response_type": "token"}):
        refused = requests.get(f"{sandbox.url}/v26.0/dialog/oauth", params={**WISH, **wrong}, timeout=5)
        assert refused.status_code == 400 and next(iter(wrong)) in refused.text


def test_the_dialog_escapes_what_it_is_told(sandbox: Sandbox) -> None:
    shown = requests.get(
        f"{sandbox.url}/v26.0/dialog/oauth", params={**WISH, "state": '"><script>alert(1)</script>'}, timeout=5
    )
    assert not re.search(r"<script>", shown.text)


def test_whoever_cancels_comes_back_without_a_code(sandbox: Sandbox, page: dict[str, Any]) -> None:
    back = answered(sandbox, page["id"], answer="no")
    assert back["error"] == "access_denied" and back["state"] == "s-1" and "code" not in back


def test_a_code_works_once_for_its_address_and_with_the_secret(sandbox: Sandbox, page: dict[str, Any]) -> None:
    code = answered(sandbox, page["id"])["code"]
    assert code_of(redeemed(sandbox, code, client_secret="salah")) == (1, None)
    assert code_of(redeemed(sandbox, code, client_id="1")) == (101, None)
    assert code_of(redeemed(sandbox, code, redirect_uri="https://lain.example")) == (100, 36008)
    assert code_of(redeemed(sandbox, "tebakan")) == (100, None)
    assert redeemed(sandbox, code).json()["access_token"]
    assert code_of(redeemed(sandbox, code)) == (100, 36009)


def test_a_code_dies_after_ten_minutes(sandbox: Sandbox, page: dict[str, Any]) -> None:
    code = answered(sandbox, page["id"])["code"]
    sandbox.settings(clock_offset_s=601.0)
    assert code_of(redeemed(sandbox, code)) == (100, 36007)


def test_pages_come_with_tokens_that_end_unless_the_persons_token_is_long_lived(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    short = redeemed(sandbox, answered(sandbox, page["id"])["code"]).json()
    long = token(sandbox, grant_type="fb_exchange_token", fb_exchange_token=short["access_token"]).json()
    assert long["expires_in"] > short["expires_in"]
    ends = []
    for person in (short["access_token"], long["access_token"]):
        [shown] = pages_of(sandbox, person)["data"]
        assert (shown["id"], shown["name"]) == (page["id"], page["name"]) and "instagram_business_account" not in shown
        said = requests.get(
            f"{sandbox.url}/v26.0/debug_token", params={"input_token": shown["access_token"]},
            headers={"Authorization": f"Bearer {APP_ID}|{APP_SECRET}"}, timeout=5,
        ).json()["data"]  # fmt: skip
        assert said["is_valid"]
        ends.append(said["expires_at"])
    assert ends[0] > 0 and ends[1] == 0


def test_the_listing_has_pages_of_its_own(sandbox: Sandbox) -> None:
    both = [each["id"] for each in sandbox.accounts()["facebook"]][:2]
    person = redeemed(sandbox, answered(sandbox, *both)["code"]).json()["access_token"]
    first = pages_of(sandbox, person, limit=1)
    second = pages_of(sandbox, person, limit=1, after=first["paging"]["cursors"]["after"])
    assert [each["id"] for each in first["data"] + second["data"]] == both
    assert "next" in first["paging"] and "next" not in second["paging"]


def test_the_rights_and_the_proof_are_looked_at(sandbox: Sandbox, page: dict[str, Any]) -> None:
    person = redeemed(sandbox, answered(sandbox, page["id"], scope="pages_manage_posts")["code"]).json()["access_token"]
    assert pages_of(sandbox, person)["data"] == []
    assert pages_of(sandbox, "tebakan")["error"]["code"] == 190
    assert pages_of(sandbox, person, appsecret_proof="0" * 64)["error"]["code"] == 100


@pytest.mark.parametrize("wrong", ["", "tebakan"])
def test_only_a_living_token_of_a_person_is_made_to_last(sandbox: Sandbox, wrong: str) -> None:
    assert token(sandbox, grant_type="fb_exchange_token", fb_exchange_token=wrong).status_code == 400
