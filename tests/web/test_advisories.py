"""What was reported of our peers, tried here by name: each class is replayed against our own service and refused."""

import ast
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from PIL import Image, PngImagePlugin
from sqlalchemy import select

import prokes_social
from prokes_social.alerting.notice import NotTold
from prokes_social.alerting.pinned import Pinned
from prokes_social.alerting.webhook import Webhook
from prokes_social.app import App, workspace
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.token import Scope
from prokes_social.model.user import Role
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.store import accounts, offers, tables, users
from prokes_social.web import build
from prokes_social.web.desk import AREAS
from tests.conftest import SetClock
from tests.factories import add_account, add_person, put_wave, queue_delivery
from tests.web.desk.conftest import ADDRESS, Desk, open_desk

SOURCE = Path(prokes_social.__file__).parent
KINDS = ("media", "csrf", "seed", "login", "staff-link", "staff-known-by", "consent-journey", "credential")
MORE_WAYS_UP = ("..%2f", "%2e%2e%2f", "..%5c", "%252e%252e%252f", "....//", "/")
VARIABLES = {
    "PROKES_WEBHOOK_SECRET": "kenari-rahasia-webhook", "PROKES_WEBHOOKS_SECRET": "kenari-rahasia-pengikut",
    "PROKES_SMTP_PASSWORD": "kenari-sandi-surat", "PROKES_PUBLIC_URL": ADDRESS, "PROKES_X_CLIENT_ID": "aplikasi-kantor",
    "PROKES_X_BASE_URL": "http://127.0.0.1:1",
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[App]:
    environment = {"PROKES_HOME": str(tmp_path / "kantor"), **VARIABLES}
    workspace.make(tmp_path / "kantor", environment, clock)
    made = App(load_settings(environment), clock)
    yield made
    made.close()


@pytest.fixture
def desk(app: App) -> Callable[..., Desk]:
    return lambda *roles, **more: open_desk(app, *roles, **more)


@pytest.fixture
def stranger(app: App) -> TestClient:
    return TestClient(build(app), base_url=ADDRESS, follow_redirects=False)


def every_address(value: str) -> list[str]:
    """Each GET address of the whole service, with `value` for every part of it that is asked for."""
    paths = [page.path for area in AREAS for page in area.pages if page.method == "GET"]
    paths += ["/m/{file}.jpg?until=9999999999&sig=x", "/k/{name}.jpg", "/k/{text}", "/r/{text}", "/static/{name}",
              "/s/{link}", "/s/{link}/{number}/{name}", "/s/{link}/x", "/api/v1/campaigns/{campaign}",
              "/api/v1/deliveries/{delivery}", "/api/v1/reach/{campaign}", "/{anything}"]  # fmt: skip
    return [re.sub(r"\{[^}]+\}", lambda _found: value, path) for path in paths if "{" in path]


# --- a file read by path, without a login ---


@pytest.mark.parametrize("up", ["../", *(pytest.param(each, marks=pytest.mark.slow) for each in MORE_WAYS_UP)])
def test_no_address_reads_a_file_by_its_path(
    app: App, stranger: TestClient, desk: Callable[..., Desk], up: str
) -> None:
    home = app.settings.home
    (home / "kenari.txt").write_text("kenari-berkas")
    (home / "assets" / "kenari.txt").write_text("kenari-berkas")
    kept = {
        path: path.read_bytes() for path in home.rglob("*") if path.name in ("key", "prokes.toml") if path.is_file()
    }
    assert any(path.name == "key" for path in kept), "the key is in a file of this workspace"
    admin, wrong = desk(*Role), []
    targets = [up * depth + name for depth in (1, 3) for name in ("kenari.txt", ".prokes/key", "prokes.toml")]
    targets += [up * 12 + "etc/passwd", quote(str(home / "kenari.txt"), safe=""), "kenari.txt%00.jpg"]
    for target in targets:
        for path in every_address(target):
            for who in (stranger, admin):
                answer = who.get(f"{ADDRESS}{path}")
                body = answer.content
                if b"kenari-berkas" in body or b"root:x:" in body or any(each in body for each in kept.values()):
                    wrong.append(path)
                if answer.status_code >= 500:
                    wrong.append(f"{answer.status_code} {path}")
    assert wrong == []


def test_a_picture_without_a_good_signature_is_nobodys(app: App, stranger: TestClient) -> None:
    until = int(app.clock.now().timestamp()) + 60
    for query in (
        "",
        f"?until={until}",
        f"?until={until}&sig=",
        f"?until={until}&sig=%00",
        "?until=x&sig=y",
        "?until=9" * 40,
    ):
        answer = stranger.get(f"/m/{'a' * 64}.jpg{query}")
        assert answer.status_code in (404, 422) and "traceback" not in answer.text.lower()


# --- one secret for every purpose ---


def purposes() -> set[str]:
    """Every purpose that our source signs for."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {each.arg: each.value for each in ast.walk(tree) if isinstance(each, ast.keyword)}
        if isinstance(value := said.get("purpose"), ast.Constant) and isinstance(value.value, str):
            found |= {
                each.value.value
                for each in ast.walk(tree)
                if isinstance(each, ast.keyword) and each.arg == "purpose" and isinstance(each.value, ast.Constant)
            }
        for each in ast.walk(tree):
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "PURPOSE":
                found.add(ast.literal_eval(each.value))
    return {each for each in found if each}


def test_what_was_signed_for_one_purpose_opens_no_other_door(app: App, desk: Callable[..., Desk]) -> None:
    assert purposes() == set(KINDS) - {"credential"}, "a new purpose belongs into KINDS, and its door below"
    keys, member = app.settings.keys, add_person(app.store, "Sari")
    editor = desk(Role.EDITOR)
    session = app.users.admission.session(editor.client.cookies["__Host-prokes"])
    assert session
    until = int(app.clock.now().timestamp()) + 60
    digest, said = "a" * 64, f"{member.id}-{member.link_version}"

    def opens_media(signature: str) -> bool:
        return keys.verify(f"{digest}:{until}", signature, purpose="media") and (
            app.media.picture(digest, until, signature) is None  # good, though there is no such picture
        )

    doors: dict[str, tuple[str, Callable[[str], bool]]] = {
        "csrf": (session.id, lambda signature: app.users.admission.is_from(session, signature)),
        "staff-link": (said, lambda signature: app.sharing.member_of(f"{said}-{signature}") is not None),
        "media": (f"{digest}:{until}", opens_media),
    }
    for name, (text, opens) in doors.items():
        opened = {kind for kind in KINDS if opens(keys.sign(text, purpose=kind))}
        assert opened == {name}


def test_a_ticket_of_one_door_shown_at_every_other_is_refused(
    app: App, stranger: TestClient, desk: Callable[..., Desk]
) -> None:
    member, admin = add_person(app.store, "Sari"), desk(*Role)
    user = app.users.get(admin.name)
    tickets = {
        "session": admin.client.cookies["__Host-prokes"], "csrf": admin.csrf, "link": app.sharing.link_of(member),
        "token": app.tokens.make("mesin", list(Scope), user=user, by="command")[1].reveal(),
        "media": app.settings.keys.sign(f"{'a' * 64}:9999999999", purpose="media"),
    }  # fmt: skip
    doors: dict[str, Callable[[str], int]] = {
        "session": lambda it: _as_cookie(app, it, "/"),
        "csrf": lambda it: admin.post("/tokens", {"label": "x"}, csrf=it).status_code,
        "link": lambda it: stranger.get(f"/s/{it}").status_code,
        "token": lambda it: stranger.get("/api/v1/campaigns", headers={"authorization": f"Bearer {it}"}).status_code,
    }
    opened = {door: {name for name, it in tickets.items() if enter(it) in (200, 422)} for door, enter in doors.items()}
    assert opened == {name: {name} for name in doors}


def _as_cookie(app: App, token: str, path: str) -> int:
    browser = TestClient(build(app), base_url=ADDRESS, follow_redirects=False)
    return browser.get(path, headers={"cookie": f"__Host-prokes={token}"}).status_code


# --- whole rows in answers ---


def test_no_page_and_no_answer_holds_a_secret(app: App, desk: Callable[..., Desk]) -> None:
    admin = desk(*Role)
    words = _fill(app, admin)
    secrets = _secrets(app, admin, words)
    assert len(secrets) > 12
    addresses = {"id": ["1", "2"], "name": ["x-kenari"], "campaign": ["agen"], "user": [admin.name],
                 "message": ["cuci-tangan"]}  # fmt: skip
    asked = [
        path for area in AREAS for page in area.pages if page.method == "GET" for path in _filled(page.path, addresses)
    ]
    api = ["/campaigns", "/campaigns/agen", "/deliveries", "/deliveries/1", "/reach/agen", "/openapi.json"]
    found, opened = [], 0
    for path in asked:
        answer = admin.get(path)
        opened += answer.status_code == 200
        found += [(path, name) for name, secret in secrets.items() if secret in answer.content]
    for path in api:
        answer = admin.get(f"/api/v1{path}", headers={"authorization": f"Bearer {words}"})
        assert answer.status_code == 200, path
        found += [(path, name) for name, secret in secrets.items() if secret in answer.content]
    assert found == [] and opened > 25


def _fill(app: App, admin: Desk) -> str:
    """An account with credentials, a delivery, people; the words of a token."""
    account = add_account(app.store, "x-kenari")
    sealed = app.connector.sealed(
        account.id, {"access_token": "kenari-token-akun", "access_token_secret": "kenari-rahasia"}
    )
    with app.store.write() as tx:
        accounts.set_credentials(tx, account.id, sealed)
        seed = app.settings.keys.seal("KENARISEEDKENARI", context=f"user {app.users.get(admin.name).id} seed")
        users.change(tx, app.users.get(admin.name).id, seed=seed)
    queue_delivery(app.store, account="x-kenari")
    add_person(app.store, "Sari")
    _token, words = app.tokens.make("mesin", list(Scope), user=app.users.get(admin.name), by="command")
    return words.reveal()


def _secrets(app: App, admin: Desk, words: str) -> dict[str, bytes]:
    """What is in the columns and files that nobody is to see, in each form in which it could come out."""
    columns = [
        tables.user.c.password, tables.user.c.seed, tables.session.c.digest, tables.api_token.c.digest,
        tables.credential.c.sealed,
    ]  # fmt: skip
    found: dict[str, bytes] = {"words": words.encode(), "session": admin.client.cookies["__Host-prokes"].encode()}
    found |= {name: value.encode() for name, value in VARIABLES.items() if "kenari" in value}
    found |= {"token": b"kenari-token-akun", "secret": b"kenari-rahasia", "seed": b"KENARISEEDKENARI"}
    with app.store.read() as tx:
        for column in columns:
            for number, value in enumerate(tx.execute(select(column)).scalars()):
                if value is None:
                    continue
                raw = value if isinstance(value, bytes) else value.encode()
                found[f"{column}.{number}"] = raw
                found[f"{column}.{number}.hex"] = raw.hex().encode()
    key = next(path for path in app.settings.home.rglob("key") if path.is_file())
    return {**found, "key": key.read_bytes().strip()}


def _filled(path: str, addresses: dict[str, list[str]]) -> Iterator[str]:
    names = re.findall(r"\{(\w+)\}", path)
    for turn in range(2 if names else 1):
        filled = path
        for name in names:
            values = addresses.get(name, ["1"])
            filled = filled.replace("{" + name + "}", values[turn % len(values)])
        yield filled


def test_the_api_names_its_fields_and_none_of_them_is_a_secret(app: App, stranger: TestClient) -> None:
    document = stranger.get("/api/v1/openapi.json").json()
    names = set(re.findall(r'"(\w+)"', json.dumps(document["components"]["schemas"])))
    assert not names & {
        "password",
        "seed",
        "digest_of_token",
        "sealed",
        "credentials",
        "access_token",
        "known_by",
        "contact",
    }
    answers = [
        answer.get("content", {}).get("application/json", {}).get("schema")
        for path in document["paths"].values() for asked in path.values() for answer in asked["responses"].values()
    ]  # fmt: skip
    assert all(answers), "every answer has a schema, so nothing comes out that is not named"


# --- randomness ---

#: Their numbers are no secrets: made-up reach, and faults that can be repeated.
GAMES = {"sandbox/metrics.py", "drill/fates.py", "drill/stream.py"}


def guessable(text: str) -> list[str]:
    """What in a source makes numbers that can be guessed."""
    found = []
    for each in ast.walk(ast.parse(text)):
        if isinstance(each, ast.Import):
            found += [name.name for name in each.names if name.name in ("random", "numpy.random")]
        elif isinstance(each, ast.ImportFrom) and each.module in ("random", "numpy.random"):
            found.append(each.module)
        elif isinstance(each, ast.Attribute) and ast.unparse(each) in ("uuid.uuid1", "np.random", "numpy.random"):
            found.append(ast.unparse(each))
    return found


def test_no_secret_comes_from_a_source_that_can_be_guessed() -> None:
    assert guessable("import random\nfrom random import choice\nuuid.uuid1()\n") == ["random", "random", "uuid.uuid1"]
    users_of = {
        str(path.relative_to(SOURCE)): guessable(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py")
    }
    assert {name for name, found in users_of.items() if found} == GAMES


def test_sessions_tokens_and_links_are_long_and_never_the_same(app: App, desk: Callable[..., Desk]) -> None:
    editor = desk(*Role)
    user = app.users.get(editor.name)
    made = {app.users.admission._open(user, tries=(), is_whole=True).token for _time in range(50)}
    made |= {app.tokens.make("mesin", [Scope.READ], user=user, by="command")[1].reveal() for _time in range(20)}
    assert len(made) == 70 and min(map(len, made)) >= 43, "256 bits"


# --- requests of ours that are led astray ---


class _Redirecting(BaseHTTPRequestHandler):
    to = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(307)
        self.send_header("Location", type(self).to)
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def leads_inside() -> Iterator[tuple[int, list[str]]]:
    """A server that sends everybody to one inside; its port, and what arrived there."""
    arrived: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            arrived.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_said: object) -> None:
            pass

    inside = HTTPServer(("127.0.0.1", 0), Inside)
    outside = HTTPServer(
        ("127.0.0.1", 0), type("Outside", (_Redirecting,), {"to": f"http://127.0.0.1:{inside.server_port}/latest"})
    )
    for server in (inside, outside):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield outside.server_port, arrived
    for server in (inside, outside):
        server.shutdown()
        server.server_close()


def test_no_redirect_leads_our_requests_inside(leads_inside: tuple[int, list[str]], clock: SetClock) -> None:
    port, arrived = leads_inside
    pinned = Pinned(allow_private=True, resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(NotTold, match="307"):
        Webhook(url=f"http://hook.example:{port}/", clock=clock, pinned=pinned).send({"kind": "x"}, name="1")
    assert arrived == []


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "169.254.169.254", "10.0.0.5", "::1", "::ffff:169.254.169.254", "fd00:ec2::254"]
)
def test_a_name_that_turns_inside_after_it_was_looked_at_is_not_asked_again(
    inside: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public at first, inside from then on; the connection goes to what was looked at, or nowhere."""
    answers = iter(["8.8.8.8", *[inside] * 9])
    went: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        went.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **_more: [(0, 0, 0, "", (next(answers), port))])
    for _time in range(3):
        with pytest.raises(NotTold):
            Webhook(url="https://hook.example/", clock=clock).send({"kind": "x"}, name="1")
    assert went == ["8.8.8.8"]


#: The only modules that open a way to others; each has tests of what it may reach. The sandbox and the demo stay on
#: this machine, and the rest asks for free ports or names errors.
SPEAKERS = {
    "alerting/mail.py", "alerting/pinned.py", "alerting/webhook.py", "platforms/_session.py", "platforms/_graph.py",
    "platforms/x.py", "platforms/_graph_faults.py", "platforms/_x_refusals.py", "platforms/_x_answers.py",
    "app/__init__.py", "cli/_card_preview.py",
}  # fmt: skip
HOME = ("sandbox/", "demo/", "drill/")
WAYS_OUT = {
    "requests",
    "httpx",
    "httpx2",
    "urllib.request",
    "http.client",
    "smtplib",
    "socket",
    "aiohttp",
    "tweepy",
    "facebook",
}


def test_no_other_module_fetches_from_an_address() -> None:
    speaking = set()
    for path in SOURCE.rglob("*.py"):
        said = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {name.name for each in said if isinstance(each, ast.Import) for name in each.names}
        if (names | {each.module for each in said if isinstance(each, ast.ImportFrom)}) & WAYS_OUT:
            speaking.add(path.relative_to(SOURCE).as_posix())
    assert {each for each in speaking if not each.startswith(HOME)} == SPEAKERS


# --- script that is stored ---

SCRIPT = "<script>alert(document.domain)</script>"


def _jpeg(after: bytes = b"") -> bytes:
    file = BytesIO()
    Image.new("RGB", (600, 400), (20, 90, 80)).save(file, "JPEG", comment=SCRIPT.encode())
    return file.getvalue() + after


def _png() -> bytes:
    file, said = BytesIO(), PngImagePlugin.PngInfo()
    said.add_text("Comment", SCRIPT)
    Image.new("RGB", (600, 400), (20, 90, 80)).save(file, "PNG", pnginfo=said)
    return file.getvalue()


@pytest.mark.parametrize("data", [f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>".encode(), SCRIPT.encode(),
                                  b"GIF89a/*" + SCRIPT.encode(), b"\x89PNG\r\n\x1a\n" + SCRIPT.encode(),
                                  b"%PDF-1.4 " + SCRIPT.encode()])  # fmt: skip
@pytest.mark.parametrize("kind", ["image/png", "text/html", "image/svg+xml"])
def test_script_that_calls_itself_a_picture_is_not_taken(
    app: App, desk: Callable[..., Desk], data: bytes, kind: str
) -> None:
    editor, before = desk(Role.EDITOR), app.drafts.pictures()
    answer = editor.post("/studio/pictures", files={"file": ("kartu.png", data, kind)})
    assert answer.status_code == 422 and "alert(document" not in answer.text
    assert app.drafts.pictures() == before


@pytest.mark.parametrize("data", [_jpeg(), _jpeg(SCRIPT.encode()), _png()])
@pytest.mark.parametrize(
    ("name", "kind"), [("kartu.html", "text/html"), ("kartu.svg", "image/svg+xml"), (f"{SCRIPT}.png", "x/y")]
)
def test_a_picture_that_carries_script_is_kept_without_it_and_served_as_a_picture(
    app: App, desk: Callable[..., Desk], data: bytes, name: str, kind: str
) -> None:
    editor = desk(Role.EDITOR)
    assert editor.post("/studio/pictures", files={"file": (name, data, kind)}).status_code == 303
    kept = app.drafts.pictures()[0]
    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", kept.name)
    assert SCRIPT.encode() not in (app.settings.home / "assets" / "photos" / kept.name).read_bytes()
    page = editor.get("/studio/pictures").text
    assert "alert(document" not in page
    answer = editor.get(f"/studio/pictures/{kept.version}/{kept.name}")
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["kenari.html", "kenari.svg", "kenari.png"])
def test_a_file_that_got_among_the_pictures_is_never_served_as_it_is(
    app: App, desk: Callable[..., Desk], name: str
) -> None:
    folder = app.settings.home / "assets" / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>")
    answer = desk(Role.EDITOR).get(f"/studio/pictures/1/{name}")
    assert answer.status_code in (404, 409) and "alert(document" not in answer.text


def test_what_a_message_says_is_text_on_its_public_page(app: App, stranger: TestClient) -> None:
    said = f'{SCRIPT} "><img src=x onerror=alert(1)> {{{{7*7}}}} javascript:alert(1)'
    request = CardRequest(
        template="announcement", brand="nusa-raya", size=Size(1080, 1350), alt_text=said,
        slots={"headline": "Cuci tangan", "source": "WHO"}, link="https://dinkes.nusaraya.go.id/",
    )  # fmt: skip
    member = add_person(app.store, SCRIPT)
    wave = put_wave(
        app.store, status=WaveStatus.OPEN, card=request, alt_text=said, sizes=(request.size,), captions=(said,),
        link=request.link, card_digest=app.shared_digest(request),
    )  # fmt: skip
    with app.store.write() as tx:
        offers.add(tx, wave.id, [(member.id, member.unit.id)], now=app.clock.now())
        code = offers.of_wave(tx, wave.id)[0].code
    page = stranger.get(f"/k/{code}")
    assert page.status_code == 200 and "&lt;script&gt;alert" in page.text
    assert "<script" not in page.text and "<img src=x" not in page.text
    assert "49" not in page.text.partition("<body")[2]
    assert not re.search(r'(?:href|src)="\s*javascript:', page.text, re.IGNORECASE)
    assert (
        "script-src" not in page.headers["content-security-policy"]
        and "default-src 'none'" in page.headers["content-security-policy"]
    )
    assert page.headers["x-content-type-options"] == "nosniff"
    card = stranger.get(f"/k/{code}.jpg")
    assert (card.headers["content-type"], card.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert card.content.startswith(b"\xff\xd8")
