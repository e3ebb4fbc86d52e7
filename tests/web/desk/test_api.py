"""The API over HTTP: who may do what, what comes out, and what is said where it does not."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from prokes_social.app import App
from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.token import Scope
from prokes_social.model.user import Role
from prokes_social.store import accounts, tokens, users
from prokes_social.store.approvals import CHECKED
from prokes_social.web import build
from prokes_social.web.api._limit import Limit
from tests.conftest import SetClock
from tests.web.desk.conftest import ADDRESS, Desk

CAMPAIGN = """\
id: uji
title: Uji coba
purpose: Menguji jalan dari berkas sampai antrean
owner: Biro Adpim
brand: nusa-raya
zone: WIB
starts_on: {day}
ends_on: {last}
hashtags: [AgenProkes]
sources:
  - {{id: who, title: "WHO, panduan kebersihan tangan", url: "https://www.who.int/", checked_on: {day},
     valid_until: {last}}}
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir.
    sources: [who]
    card:
      template: announcement
      slots: {{headline: Cuci tangan 20 detik, source: WHO}}
      alt: Kartu ajakan mencuci tangan 20 detik dengan sabun.
  - id: masker
    text: Sedang batuk? Mari pakai masker dan istirahat di rumah.
    sources: [who]
sends:
  - {{id: satu, message: tangan, to: facebook, at: {day} 07.30}}
  - {{id: dua, message: masker, to: facebook, at: {last} 07.30}}
"""


class Program:
    """Another program that shows a token."""

    def __init__(self, client: TestClient, words: str) -> None:
        self.client, self.words = client, words

    def get(self, path: str, **more: Any) -> Response:
        return self._ask("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        return self._ask("POST", path, **({} if body is None else {"json": body}), **more)

    def _ask(self, method: str, path: str, **more: Any) -> Response:
        headers = {"authorization": f"Bearer {self.words}", "accept-language": "en", **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    service = build(app)
    with TestClient(service, base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def program(app: App, client: TestClient) -> Callable[..., Program]:
    def make(*scopes: Scope, name: str = "mesin", roles: tuple[Role, ...] = tuple(Role)) -> Program:
        try:
            user = app.users.get(name)
        except Exception:
            user, _password = app.users.add(name, roles, by="command")
        _token, words = app.tokens.make("mesin", scopes or tuple(Scope), user=user, by="command")
        return Program(client, words.reveal())

    return make


@pytest.fixture
def campaign(app: App) -> str:
    """One that can be queued, with two accounts of a sandbox to send to."""
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
        for name in ("dinkes-facebook", "humas-facebook"):
            accounts.add(tx, name=name, platform="facebook", unit_id="dinkes", kind=AccountKind.OFFICIAL, sandbox=True)
    day = app.clock.now().date() + timedelta(days=2)
    text = CAMPAIGN.format(day=day, last=day + timedelta(days=20))
    (app.settings.home / "campaigns" / "uji.yaml").write_text(text, encoding="utf-8")
    return "uji"


def a_unit(app: App) -> str:
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    return "dinkes"


def error(answer: Response) -> Any:
    return answer.json()["error"]


def test_without_a_good_token_nothing_is_told(
    app: App, client: TestClient, program: Callable[..., Program], clock: SetClock
) -> None:
    good = program(Scope.READ)
    for words in ("", "prokes_", "x" * 5000, good.words[:-1], good.words + "x", good.words.upper()):
        answer = Program(client, words).get("/campaigns")
        assert answer.status_code == 401 and error(answer)["code"] == "no-token", words[:20]
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/api/v1/campaigns", headers={"authorization": "Basic abc"}).status_code == 401
    assert good.get("/campaigns").status_code == 200
    clock.pass_time(days=90)
    assert good.get("/campaigns").status_code == 401


def test_a_session_of_the_desk_is_no_token(desk: Callable[..., Desk]) -> None:
    assert desk(Role.ADMIN).get("/api/v1/campaigns").status_code == 401


def test_a_token_ends_when_it_is_revoked_and_with_whoever_made_it(app: App, program: Callable[..., Program]) -> None:
    one, other = program(Scope.READ), program(Scope.READ, name="lain", roles=(Role.EDITOR,))
    app.tokens.revoke(1, by="command")
    assert one.get("/campaigns").status_code == 401
    assert other.get("/campaigns").status_code == 200
    app.users.disable("lain", by="command")
    assert other.get("/campaigns").status_code == 401


def test_a_token_may_do_what_its_scopes_and_its_user_s_rights_allow(app: App, program: Callable[..., Program]) -> None:
    doors = {Scope.READ: ("GET", "/campaigns"), Scope.PLAN: ("POST", "/campaigns/tidak-ada/plan"),
             Scope.APPROVE: ("POST", "/campaigns/tidak-ada/approve"), Scope.STOP: ("POST", "/resume")}  # fmt: skip
    for held in Scope:
        one = program(held)
        for asked, (method, path) in doors.items():
            answer = one._ask(method, path)
            assert (answer.status_code != 403) is (asked is held), (held, asked)
    app.users.add("lain", [Role.ADMIN], by="command")
    app.users.set_roles("mesin", [Role.VIEWER], by="command")
    answer = one.post("/resume")
    assert answer.status_code == 403 and error(answer)["code"] == "scope"


def test_what_a_token_says_is_nowhere_in_the_database(app: App, program: Callable[..., Program]) -> None:
    words = program().words
    assert app.store.file
    files = list(app.store.file.parent.glob(f"{app.store.file.name}*"))
    assert files and all(words.encode() not in file.read_bytes() for file in files)


def test_errors_speak_the_caller_s_language_and_keep_their_code(program: Callable[..., Program]) -> None:
    one = program(Scope.READ)
    said = {language: one.get("/campaigns/tidak-ada", headers={"accept-language": language})
            for language in ("en", "id", "en-GB;q=0.8", "fr, id;q=0.5", "", "x" * 3000)}  # fmt: skip
    words = {language: error(answer)["message"] for language, answer in said.items()}
    assert words["en"] == words["en-GB;q=0.8"] == "There is no campaign “tidak-ada”."
    assert words["id"] == words["fr, id;q=0.5"] == words[""] != words["en"]
    assert {error(answer)["code"] for answer in said.values()} == {"no-campaign"}


def test_too_many_requests_are_asked_to_wait(app: App) -> None:
    from prokes_social.web import api

    user, _password = app.users.add("mesin", [Role.VIEWER], by="command")
    now = 0.0
    client = TestClient(api.build(app, Limit(per_minute=5, tick=lambda: now)))
    words = [app.tokens.make("mesin", [Scope.READ], user=user, by="command")[1].reveal() for _token in range(2)]
    ask = lambda number: client.get("/campaigns", headers={"authorization": f"Bearer {words[number]}"})  # noqa: E731
    assert [ask(0).status_code for _ask in range(6)] == [200] * 5 + [429]
    assert ask(0).headers["retry-after"] == "12" and ask(1).status_code == 200
    now = 12.0
    assert [ask(0).status_code, ask(0).status_code] == [200, 429]
    guesses = [client.get("/campaigns").status_code for _ask in range(6)]
    assert guesses == [401] * 5 + [429]


def test_without_the_database_it_says_so(
    app: App, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    from prokes_social.errors import StoreError

    def gone(self: object) -> None:
        raise StoreError("no answer from 10.0.0.7")

    one = program(Scope.READ)
    monkeypatch.setattr("prokes_social.store.Store.read", gone)
    answer = one.get("/campaigns")
    assert answer.status_code == 503 and answer.headers["retry-after"] and "10.0.0.7" not in answer.text


def test_the_document_names_every_address_and_the_token(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert set(document["paths"]) == {
        "/campaigns", "/campaigns/{campaign}", "/campaigns/{campaign}/plan", "/campaigns/{campaign}/apply",
        "/campaigns/{campaign}/approve", "/deliveries", "/deliveries/{delivery}", "/reach/{campaign}",
        "/stop", "/resume",
    }  # fmt: skip
    for path in document["paths"].values():
        for asked in path.values():
            assert asked["security"] and {"401", "403", "422", "429", "503"} <= set(asked["responses"])
    assert document["servers"] == [{"url": "/api/v1"}]


def test_answers_carry_what_keeps_them_out_of_caches_and_frames(program: Callable[..., Program]) -> None:
    for answer in (program(Scope.READ).get("/campaigns"), program(Scope.READ).get("/nirgends")):
        assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "application/json"
    assert error(answer)["code"] == "not-found"


def test_a_body_that_is_no_json_is_said_to_be_none(program: Callable[..., Program]) -> None:
    one = program(Scope.STOP)
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'"x"', b'{"remark": "' + b"x" * 5000 + b'"}', b'{"secret": 1}'):
        answer = one._ask("POST", "/stop", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), body[:20]
        assert error(answer)["code"] in ("no-json", "invalid")
        assert "xxxx" not in answer.text


# --- what it does ---


def check_facts(app: App, campaign: str) -> None:
    """Somebody else does, at the desk."""
    seals = [each.seal for each in app.approving.asked(campaign)]
    app.approving.say(campaign, seals, CHECKED, by="budi", who="user:99")


def test_a_campaign_is_looked_at_planned_applied_and_approved_by_another(
    app: App, campaign: str, program: Callable[..., Program]
) -> None:
    editor, approver = program(Scope.READ, Scope.PLAN), program(Scope.APPROVE, name="wira")
    assert campaign in {each["id"] for each in editor.get("/campaigns").json()["campaigns"]}
    plan = editor.post(f"/campaigns/{campaign}/plan").json()
    assert plan["changes_anything"] and {each["change"] for each in plan["changes"]} == {"add"}
    assert editor.get(f"/campaigns/{campaign}").json()["deliveries"] == {}, "a plan changes nothing"
    stale = editor.post(f"/campaigns/{campaign}/apply", {"file_digest": "0" * 64})
    assert stale.status_code == 409 and error(stale)["code"] == "file-changed"
    applied = editor.post(f"/campaigns/{campaign}/apply", {"file_digest": plan["file_digest"]}).json()
    assert applied["applied"] and applied["scheduled"] == 0
    shown = editor.get(f"/campaigns/{campaign}").json()
    assert shown["is_applied"] and shown["deliveries"]["waiting"] == len(plan["changes"])
    for refused in (program(Scope.APPROVE), approver):  # its author; and whoever comes before the fact check
        answer = refused.post(f"/campaigns/{campaign}/approve")
        assert answer.status_code == 409 and error(answer)["code"] == "not-yours"
    check_facts(app, campaign)
    own = program(Scope.APPROVE).post(f"/campaigns/{campaign}/approve")
    assert own.status_code == 409 and error(own)["code"] == "not-yours"
    assert approver.post(f"/campaigns/{campaign}/approve").json()["scheduled"] == len(plan["changes"])
    acts = [(each.who, each.act) for each in app.audit.newest() if each.who.startswith("token")]
    assert acts == [("token:2", "campaign.approve"), ("token:1", "campaign.schedule")]


def test_a_campaign_with_problems_tells_them_with_line_and_remedy(
    app: App, campaign: str, program: Callable[..., Program]
) -> None:
    path = app.texts.find(campaign).path  # type: ignore[union-attr]
    path.write_text(path.read_text().replace("at:", "pukul:", 1), encoding="utf-8")
    answer = program(Scope.PLAN).post(f"/campaigns/{campaign}/plan")
    assert answer.status_code == 422 and error(answer)["code"] == "problems"
    assert any(each["line"] and each["remedy"] for each in error(answer)["problems"])


def test_deliveries_come_a_page_at_a_time_and_none_twice(campaign: str, program: Callable[..., Program]) -> None:
    one = program()
    count = len(one.post(f"/campaigns/{campaign}/apply").json()["changes"])
    seen: list[int] = []
    address = "/deliveries?limit=2"
    for _page in range(count):
        page = one.get(address).json()
        seen += [each["id"] for each in page["deliveries"]]
        if page["next"] is None:
            break
        address = f"/deliveries?limit=2&after={page['next']}"
    assert len(seen) == len(set(seen)) == count
    first = one.get(f"/deliveries/{seen[0]}").json()
    assert first["sandbox"] is True and first["text"] and first["tries"] == [] and "T" in first["due_at"]
    one_account = one.get("/deliveries", params={"account": first["account"], "status": ["waiting", "held"]}).json()
    assert {each["account"] for each in one_account["deliveries"]} == {first["account"]}
    assert one.get("/deliveries?status=published").json() == {"deliveries": [], "next": None}


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=1-2-3",
        "limit=0",
        "limit=100000",
        "status=selesai",
        "since=kemarin",
        "since=1764038682",
        "since=2026-11-23T00:00:00",
        "campaign=A%00",
        "campaign=<script>",
        "account=%00",
    ],
)
def test_a_filter_that_means_nothing_is_refused(program: Callable[..., Program], query: str) -> None:
    answer = program(Scope.READ).get(f"/deliveries?{query}")
    assert answer.status_code == 422 and error(answer)["fields"]


@pytest.mark.parametrize("query", ["stauts=held", "campaign=uji&campain=uji", "=0", "Limit=5"])
def test_a_filter_that_does_not_exist_is_refused_by_name(program: Callable[..., Program], query: str) -> None:
    answer = program(Scope.READ).get(f"/deliveries?{query}")
    wrong = query.rpartition("&")[2].partition("=")[0]
    assert answer.status_code == 422 and error(answer)["fields"][0]["at"] == f"query.{wrong}"


@pytest.mark.parametrize(
    ("query", "all"),
    [
        ("since=0001-01-01T00:00:00%2B14:00", True),
        ("until=9999-12-31T23:59:59-12:00", True),
        ("since=9999-12-31T23:59:59-12:00", False),
        ("until=0001-01-01T00:00:00Z", False),
    ],
)
def test_times_at_the_end_of_the_calendar_are_times(
    campaign: str, program: Callable[..., Program], query: str, all: bool
) -> None:
    one = program()
    one.post(f"/campaigns/{campaign}/apply")
    assert bool(one.get(f"/deliveries?{query}").json()["deliveries"]) is all


@pytest.mark.parametrize("number", ["0", "987654", "-1", "x", "99999999999999999999", "1%00"])
def test_a_delivery_that_is_not_there_is_not_found(program: Callable[..., Program], number: str) -> None:
    assert program(Scope.READ).get(f"/deliveries/{number}").status_code in (404, 422)


def test_stop_and_resume_reach_every_process_and_ask_what_becomes_of_the_overdue(
    app: App, campaign: str, program: Callable[..., Program], clock: SetClock
) -> None:
    one, approver = program(Scope.PLAN, Scope.STOP, Scope.READ), program(Scope.APPROVE, name="wira")
    not_queued = approver.post(f"/campaigns/{campaign}/approve")
    assert not_queued.status_code == 409 and error(not_queued)["code"] == "not-applied"
    one.post(f"/campaigns/{campaign}/apply")
    check_facts(app, campaign)
    approver.post(f"/campaigns/{campaign}/approve")
    assert one.post("/stop", {"remark": "salah kartu"}).json() == {"stopped": True, "newly": True, "in_flight": []}
    assert one.post("/stop").json()["newly"] is False
    stopped = app.decisions.stopped()
    assert stopped and stopped.remark == "salah kartu"
    first = one.get("/deliveries?status=scheduled&limit=1").json()["deliveries"][0]
    clock.pass_time((datetime.fromisoformat(first["due_at"]) - clock.now()).total_seconds() + 60)
    refused = one.post("/resume")
    assert refused.status_code == 409 and error(refused)["code"] == "overdue"
    done = one.post("/resume", {"overdue": "drop"}).json()
    assert done["dropped"] >= 1 and done["sent_late"] == 0 and app.decisions.stopped() is None
    assert error(one.post("/resume"))["code"] == "not-stopped"


def test_reach_is_told_with_how_it_is_known(campaign: str, program: Callable[..., Program]) -> None:
    one = program()
    assert one.get(f"/reach/{campaign}").status_code == 404
    one.post(f"/campaigns/{campaign}/apply")
    told = one.get(f"/reach/{campaign}").json()
    assert told["sandbox"] is True and told["total"]["figures"]["impressions"] == {"value": None, "known": "unknown"}
    assert told["by_account"] and "letterhead" not in told and "deliveries" not in told


def test_what_people_post_for_themselves_is_not_told(app: App, campaign: str, program: Callable[..., Program]) -> None:
    from sqlalchemy import update

    from prokes_social.store.tables import account

    one = program()
    one.post(f"/campaigns/{campaign}/apply")
    first = one.get("/deliveries").json()["deliveries"][0]
    with app.store.write() as tx:
        tx.execute(update(account).where(account.c.name == first["account"]).values(kind="personal"))
    assert one.get(f"/deliveries/{first['id']}").status_code == 404
    assert first["account"] not in json.dumps(one.get("/deliveries").json())


# --- the page of tokens ---


def test_a_token_is_shown_once_and_opens_the_api(desk: Callable[..., Desk], app: App) -> None:
    browser = desk(Role.ADMIN)
    page = browser.post("/tokens", {"label": "Papan data", "scope": ["read", "stop"], "days": "30"})
    found = re.search(r"prokes_[\w-]{43}", page.text)
    assert found and found[0] not in browser.get("/tokens").text
    assert Program(browser.client, found[0]).get("/campaigns").status_code == 200
    token, name = app.tokens.listing()[0]
    assert (token.scopes, name) == ({Scope.READ, Scope.STOP}, browser.name)
    assert token.ends_at - token.made_at == timedelta(days=30)
    assert app.audit.newest(most=1)[0].act == "token.make"
    assert browser.post(f"/tokens/{token.id}/revoke").status_code == 303
    assert Program(browser.client, found[0]).get("/campaigns").status_code == 401
    assert browser.post("/tokens/987/revoke").status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"label": ""},
        {"label": "a"},
        {"label": "Papan"},
        {"label": "Papan", "scope": "semua"},
        {"label": "x" * 5000, "scope": "read"},
        {"label": "Papan", "scope": "plan"},
        {"label": "<script>alert(1)</script>", "scope": "approve"},
    ],
)
def test_a_token_that_may_not_be_made_is_refused_with_what_was_typed(
    app: App, desk: Callable[..., Desk], form: dict[str, str]
) -> None:
    answer = desk(Role.ADMIN).post("/tokens", form)
    assert answer.status_code == 422 and 'class="wrong"' in answer.text
    assert "<script>alert" not in answer.text and app.tokens.listing() == []


def test_who_sees_one_unit_alone_makes_no_token(app: App, desk: Callable[..., Desk]) -> None:
    unit = a_unit(app)
    browser = desk(Role.ADMIN, unit=unit)
    assert browser.post("/tokens", {"label": "Papan", "scope": "read"}).status_code == 422


def test_a_user_who_is_bound_to_a_unit_later_loses_their_tokens(app: App, program: Callable[..., Program]) -> None:
    one = program(Scope.READ)
    unit = a_unit(app)
    with app.store.write() as tx:
        users.change(tx, app.users.get("mesin").id, unit_id=unit)
        assert tokens.listing(tx)
    assert one.get("/campaigns").status_code == 401
