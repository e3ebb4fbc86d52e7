"""Facebook Login: where a person is sent, and what their code becomes; real facebook-sdk against the sandbox."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from prokes_social import platforms
from prokes_social.errors import NotSent, PlatformError, SettingsError, Unauthorized
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection
from prokes_social.platforms import Platform
from prokes_social.platforms._graph import GraphSettings
from prokes_social.platforms._graph_consent import Allowed, chosen
from prokes_social.sandbox.accounts import APP_ID, APP_SECRET
from tests.conftest import SetClock
from tests.platforms.conftest import Desk, MakeDesk, Scripted

BACK = "https://kantor.example/accounts/back"
OURS = {"client_id": APP_ID, "client_secret": APP_SECRET}
PAGE, OTHER = "104000000000001", "104000000000002"
INSTAGRAM = "17841400000000001"
both = pytest.mark.parametrize("name", ["facebook", "instagram"])


def code_for(platform: Platform, pages: Sequence[str]) -> str:
    """Somebody ticks these Pages in the dialog."""
    consent = platform.consent(BACK, "state-1")
    assert consent
    wish = dict(parse_qsl(urlsplit(consent.url).query))
    page = consent.url.partition("?")[0]
    sent_back = requests.post(
        page, data={**wish, "page_id": list(pages), "answer": "yes"}, allow_redirects=False, timeout=5
    )
    answer = dict(parse_qsl(urlsplit(sent_back.headers["Location"]).query))
    assert answer["state"] == "state-1"
    return answer["code"]


def redeemed(platform: Platform, *pages: str, meant: str = "") -> dict[str, str]:
    granted = platform.redeem(code_for(platform, pages), Secret(meant), BACK)
    return {name: each.reveal() for name, each in granted.items()}


def connected(desk: Desk, granted: dict[str, str]) -> Connection:
    secrets = {name: Secret(text) for name, text in granted.items()}
    return Connection(account="kantor", credentials=secrets, base_url=desk.platform.base_url, sandbox=True)


# --- where a person is sent ---


@both
def test_a_person_is_sent_to_facebooks_dialog_with_the_rights_of_that_platform(clock: SetClock, name: str) -> None:
    consent = platforms.make_platform(name, OURS, clock).consent(BACK, "state-1", PAGE)
    assert consent
    address = urlsplit(consent.url)
    query = {key: values[0] for key, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://www.facebook.com/v26.0/dialog/oauth"
    assert (query["client_id"], query["redirect_uri"], query["state"]) == (APP_ID, BACK, "state-1")
    assert query["response_type"] == "code"
    scopes = set(query["scope"].split(","))
    assert {"pages_show_list", "pages_read_engagement"} <= scopes
    assert ("pages_manage_posts" in scopes) == (name == "facebook")
    assert ("instagram_content_publish" in scopes) == (name == "instagram")
    assert APP_SECRET not in consent.url and PAGE not in consent.url
    assert consent.verifier.reveal() == PAGE


@both
def test_the_sandbox_has_its_dialog_at_its_own_origin(clock: SetClock, name: str) -> None:
    platform = platforms.make_platform(name, {**OURS, "base_url": "http://127.0.0.1:8099"}, clock)
    consent = platform.consent(BACK, "s")
    assert consent and consent.url.startswith("http://127.0.0.1:8099/v26.0/dialog/oauth?")


@both
@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_without_a_meta_app_and_its_secret_there_is_no_consent(clock: SetClock, name: str, missing: str) -> None:
    assert platforms.make_platform(name, {**OURS, missing: ""}, clock).consent(BACK, "s") is None


def test_the_apps_secret_is_in_no_print_of_the_settings() -> None:
    settings = GraphSettings.model_validate(OURS)
    assert APP_SECRET not in repr(settings) + str(settings) + settings.model_dump_json()


# --- what their code becomes ---


def test_a_page_that_was_allowed_is_posted_to(make_desk: MakeDesk) -> None:
    desk = make_desk("facebook", **OURS)
    granted = redeemed(desk.platform, PAGE)
    assert set(granted) == {field.name for field in desk.platform.granted_fields}
    assert granted["page_id"] == PAGE and granted["app_secret"] == APP_SECRET
    ours = connected(desk, granted)
    identity = desk.platform.verify(ours)
    assert (identity.external_id, identity.expires_at) == (PAGE, None)
    submission = desk.submission()
    post = desk.platform.publish(submission, desk.platform.prepare(submission, ours), ours)
    assert [each["id"] for each in desk.public()] == [post.external_id]
    assert desk.platform.measure([post], ours)
    assert desk.platform.remove(post, ours)


def test_an_instagram_account_is_reached_by_the_token_of_its_page(make_desk: MakeDesk) -> None:
    desk = make_desk("instagram", **OURS)
    granted = redeemed(desk.platform, PAGE, OTHER)  # the other Page has no Instagram account
    assert granted["ig_user_id"] == INSTAGRAM
    ours = connected(desk, granted)
    assert desk.platform.verify(ours).external_id == INSTAGRAM
    submission = desk.submission()
    post = desk.platform.publish(submission, desk.platform.prepare(submission, ours), ours)
    assert [each["id"] for each in desk.public()] == [post.external_id]
    assert desk.platform.measure([post], ours)


@pytest.mark.parametrize("in_header", [True, False])
def test_the_token_does_not_end_by_time_as_it_comes_of_a_long_lived_one(make_desk: MakeDesk, in_header: bool) -> None:
    desk = make_desk("facebook", **OURS, token_in_header=in_header)
    assert desk.platform.verify(connected(desk, redeemed(desk.platform, PAGE))).expires_at is None


def test_of_several_pages_the_one_that_is_meant_is_taken(make_desk: MakeDesk) -> None:
    platform = make_desk("facebook", **OURS).platform
    assert redeemed(platform, PAGE, OTHER, meant=OTHER)["page_id"] == OTHER
    with pytest.raises(SettingsError) as caught:
        redeemed(platform, PAGE, OTHER)
    for said in ("Kabupaten Tanjung Asri", PAGE, "Provinsi Nusa Raya", OTHER):
        assert said in caught.value.message
    with pytest.raises(SettingsError, match=PAGE):
        redeemed(platform, PAGE, meant=OTHER)


def test_nothing_allowed_is_said_in_words(make_desk: MakeDesk) -> None:
    with pytest.raises(SettingsError):
        redeemed(make_desk("facebook", **OURS).platform)
    with pytest.raises(SettingsError):
        redeemed(make_desk("instagram", **OURS).platform, OTHER)


def test_the_page_that_is_meant_is_found_behind_a_hundred_others(make_desk: MakeDesk) -> None:
    desk = make_desk("facebook", **OURS)
    many = [{"id": str(2000 + n), "name": f"Halaman {n}", "access_token": f"token-{n}"} for n in range(70)]
    desk.sandbox.add_accounts(facebook=many)
    ticked = [each["id"] for each in many]
    assert redeemed(desk.platform, *ticked, meant="2069")["page_id"] == "2069"
    with pytest.raises(SettingsError) as caught:
        redeemed(desk.platform, *ticked)
    assert "Halaman 19" in caught.value.message and "Halaman 20" not in caught.value.message


def test_a_code_is_good_once_and_for_one_address(make_desk: MakeDesk) -> None:
    platform = make_desk("facebook", **OURS).platform
    code = code_for(platform, [PAGE])
    with pytest.raises(Unauthorized) as elsewhere:
        platform.redeem(code, Secret(""), "https://kantor.example/lain")
    assert "redirect_uri" in elsewhere.value.said
    assert platform.redeem(code, Secret(""), BACK)
    with pytest.raises(Unauthorized) as again:
        platform.redeem(code, Secret(""), BACK)
    assert "has been used" in again.value.said


def test_a_wrong_app_secret_is_told_and_nowhere_repeated(make_desk: MakeDesk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    right = make_desk("facebook", **OURS).platform
    wrong = make_desk("facebook", **{**OURS, "client_secret": "canary-rahasia"}).platform
    code = code_for(right, [PAGE])
    with pytest.raises(Unauthorized) as caught:
        wrong.redeem(code, Secret(""), BACK)
    assert "client secret" in caught.value.said and "client_secret" not in caught.value.hint
    said = repr(vars(caught.value)) + caplog.text
    assert "canary" not in said and code not in said


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": {"code": 100, "message": "canary-code"}}, Unauthorized),
        (400, {"error": {"code": 4, "message": "limit"}}, NotSent),
        (500, {"error": {"code": 1, "message": "canary-code"}}, NotSent),
        (200, {"token_type": "bearer"}, NotSent),
        (200, {"access_token": {"a": 1}}, NotSent),
        (200, b"{", NotSent),
        (200, [], NotSent),
        (503, b"<html>", NotSent),
    ],
)
def test_whatever_meta_answers_codes_and_secrets_stay_out_of_addresses_and_errors(
    scripted: Scripted, clock: SetClock, status: int, body: Any, error: type[PlatformError]
) -> None:
    said = {"client_id": APP_ID, "client_secret": "canary-secret", "base_url": scripted.url}
    platform = platforms.make_platform("facebook", said, clock)
    scripted.says(status, body)
    with pytest.raises(error) as caught:
        platform.redeem("canary-code", Secret(""), BACK)
    assert "canary" not in repr(vars(caught.value)) + repr(caught.value.__context__)
    [(path, _headers, sent)] = scripted.requests
    assert path == "/v26.0/oauth/access_token" and b"canary-secret" in sent


def test_the_way_of_a_code_leads_over_a_long_lived_token(scripted: Scripted, clock: SetClock) -> None:
    said = {"client_id": APP_ID, "client_secret": "rahasia", "base_url": scripted.url}
    platform = platforms.make_platform("facebook", said, clock)
    page = {"id": PAGE, "name": "Kabupaten", "access_token": "token-halaman"}
    odd = [{"id": "7", "name": "Tanpa token"}, "x", {"name": "tanpa nomor", "access_token": "t"}, page]
    scripted.says(200, {"access_token": "token-orang", "data": odd})
    granted = platform.redeem("kode", Secret(""), BACK)
    assert granted["access_token"].reveal() == "token-halaman"
    first, second, third = scripted.requests
    assert (first[0], second[0]) == ("/v26.0/oauth/access_token",) * 2
    assert parse_qs(first[2].decode())["code"] == ["kode"]
    exchanged = parse_qs(second[2].decode())
    assert exchanged["grant_type"] == ["fb_exchange_token"] and exchanged["fb_exchange_token"] == ["token-orang"]
    assert third[0].startswith("/v26.0/me/accounts?") and "token-orang" not in third[0]
    assert "appsecret_proof=" in third[0] and third[1]["Authorization"] == "Bearer token-orang"


def test_one_account_alone_needs_no_number() -> None:
    one = Allowed(external_id="1", name="Satu", token=Secret("t"))
    assert chosen([one], "", "Facebook") is one
