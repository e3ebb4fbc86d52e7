"""Alarms reach people: over a real HTTP server and a real mail server, though either is down for a while."""

import hmac
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import make_url

from prokes_social.alerting import Channel, Mail, Notice, NotTold, Teller, Watchdog, Webhook
from prokes_social.alerting.pinned import Pinned, is_public
from prokes_social.alerting.watchdog import Reading, jump_between
from prokes_social.app import App, workspace
from prokes_social.app.channels import alarm_channels
from prokes_social.errors import SettingsError, StoreError
from prokes_social.keys import Secret
from prokes_social.model.alarm import Alarm, AlarmKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.settings import load_settings
from prokes_social.store import Store, alarms, presence, switches
from prokes_social.worker import Worker
from tests.conftest import NOON, SetClock, new_database
from tests.factories import add_account, queue_delivery
from tests.office import Office, open_office

SECRET = "rahasia-webhook"


# --- where alarms are told ---


class Hook:
    """A web server that keeps what was posted to it and answers as a test says."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[Any] = []
        self.status = 200
        self.location = ""
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                hook.headers.append(self.headers)
                self.send_response(hook.status)
                if hook.location:
                    self.send_header("Location", hook.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.close()


class Inbox:
    """What a mail server took."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            return "451 nanti saja"
        self.receivers.append(envelope.rcpt_tos)
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@contextmanager
def mail_server(inbox: Inbox, **more: Any) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=_free_port(), **more)
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of hook.example, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hook.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def make_notice(**more: Any) -> Notice:
    alarm = Alarm(
        id=7, kind=AlarmKind.HELD, subject="delivery:12", what="#12 agen/tangan → x-kab: dicari", opened_at=NOON
    )
    said = {"delivery_id": 12, "campaign": "agen", "message": "tangan", "account": "x-kab", **more}
    return Notice(alarm=alarm, office="Provinsi Nusa Raya", **said)


def to_local(url: str, clock: SetClock, **more: Any) -> Webhook:
    pinned = more.pop("pinned", None) or Pinned(allow_private=True, resolve=lambda host, port: ["127.0.0.1"])
    return Webhook(url=url, clock=clock, pinned=pinned, **more)


# --- the webhook ---


def test_a_webhook_names_delivery_account_and_next_step_and_is_signed(hook: Hook, clock: SetClock) -> None:
    to_local(f"http://hook.example:{hook.port}/alarm?k=1", clock, secret=Secret(SECRET)).tell([make_notice()])
    [body], [headers] = hook.bodies, hook.headers
    said = json.loads(body)
    assert said["kind"] == "held"
    assert said["delivery"] == 12
    assert said["account"] == "x-kab"
    assert "prokes delivery resolve" in said["next_step"]
    assert said["state"] == "open"
    assert headers["Host"] == f"hook.example:{hook.port}", "by name, though connected by address"
    stamp = headers["X-Prokes-Timestamp"]
    expected = hmac.digest(SECRET.encode(), stamp.encode() + b"." + body, "sha256").hex()
    assert headers["X-Prokes-Signature"] == f"sha256={expected}"
    assert datetime.fromtimestamp(int(stamp), UTC) == NOON


def test_without_a_secret_there_is_no_signature(hook: Hook, clock: SetClock) -> None:
    to_local(f"http://hook.example:{hook.port}", clock).tell([make_notice()])
    assert "X-Prokes-Signature" not in hook.headers[0]


def test_a_redirect_is_not_followed(hook: Hook, clock: SetClock) -> None:
    other = Hook()
    hook.status, hook.location = 307, f"http://127.0.0.1:{other.port}/"
    with pytest.raises(NotTold, match="307"):
        to_local(f"http://hook.example:{hook.port}", clock).tell([make_notice()])
    other.close()
    assert other.bodies == []


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_refusal_is_not_taken_for_told(hook: Hook, clock: SetClock, status: int) -> None:
    hook.status = status
    with pytest.raises(NotTold, match=str(status)):
        to_local(f"http://hook.example:{hook.port}", clock).tell([make_notice()])


def test_a_server_that_drips_is_cut_off(clock: SetClock) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            line, _address = listener.accept()
            with line:
                while not done.wait(0.05):
                    try:
                        line.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        begun = datetime.now(UTC)
        port = listener.getsockname()[1]
        with pytest.raises(NotTold):
            to_local(f"http://hook.example:{port}", clock, timeout=0.3).tell([make_notice()])
        done.set()
        thread.join()
    assert datetime.now(UTC) - begun < timedelta(seconds=3)


def test_an_unreachable_webhook_says_why_without_its_address(clock: SetClock) -> None:
    with pytest.raises(NotTold) as told:
        to_local(f"http://hook.example:{_free_port()}/token-kenari", clock).tell([make_notice()])
    assert "kenari" not in str(told.value)
    assert "kenari" not in repr(to_local("https://hook.example/token-kenari", clock))


def test_tls_asks_for_the_name_and_checks_the_certificate_against_it(certificate: Path, clock: SetClock) -> None:
    context = serving(certificate)
    asked: list[str | None] = []
    context.sni_callback = lambda _line, name, _context: asked.append(name)
    hook = Hook(tls=context)
    trust = ssl.create_default_context(cafile=str(certificate))
    to_local(f"https://hook.example:{hook.port}/", clock, trust=trust).tell([make_notice()])
    assert asked == ["hook.example"]
    assert len(hook.bodies) == 1
    with pytest.raises(NotTold):
        to_local(f"https://other.example:{hook.port}/", clock, trust=trust).tell([make_notice()])
    with pytest.raises(NotTold):
        to_local(f"https://hook.example:{hook.port}/", clock).tell([make_notice()])
    hook.close()
    assert len(hook.bodies) == 1


# --- where it may go ---


INSIDE = (
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:53aa::1", "::", "ff0e::1", "255.255.255.255",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(NotTold):
        Pinned(resolve=lambda host, port: [address]).connect("hook.example", 443, 1)


@pytest.mark.parametrize("address", ["8.8.8.8", "103.10.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_accepted(address: str) -> None:
    assert is_public(address)


def test_one_inside_address_among_public_ones_spoils_them_all() -> None:
    with pytest.raises(NotTold):
        Pinned(resolve=lambda host, port: ["8.8.8.8", "127.0.0.1"]).connect("hook.example", 80, 1)


def test_a_name_that_changes_its_answer_is_asked_only_once(
    hook: Hook, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public at the first look, inside at the second."""
    answers = iter([["203.0.114.7"], ["127.0.0.1"]])
    went: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_more: [(0, 0, 0, "", (ip, port)) for ip in next(answers)]
    )
    with pytest.raises(NotTold):
        Webhook(url=f"https://hook.example:{hook.port}/", clock=clock).tell([make_notice()])
    assert went == [("203.0.114.7", hook.port)]
    with pytest.raises(NotTold, match=r"127\.0\.0\.1"):
        Webhook(url=f"https://hook.example:{hook.port}/", clock=clock).tell([make_notice()])
    assert len(went) == 1, "the second answer was refused before any connection"
    assert hook.bodies == []


def test_a_name_that_does_not_exist_is_not_told(clock: SetClock) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NotTold, match=r"hook\.example"):
        to_local("https://hook.example/", clock, pinned=Pinned(resolve=unknown)).tell([make_notice()])


# --- e-mail ---


def make_mail(port: int, clock: SetClock, **more: Any) -> Mail:
    said = {"security": "none", **more}
    return Mail(
        host="127.0.0.1",
        port=port,
        sender="prokes@nusaraya.go.id",
        to=("ayu@nusaraya.go.id", "citra@nusaraya.go.id"),
        clock=clock,
        zone="WIB",
        **said,
    )


def test_an_e_mail_tells_everybody_in_indonesian(clock: SetClock) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        make_mail(port, clock).tell([make_notice()])
    [letter] = inbox.letters
    assert letter["Subject"] == "prokes-social: kiriman ditahan · x-kab"
    assert inbox.receivers == [["ayu@nusaraya.go.id", "citra@nusaraya.go.id"]]
    text = letter.get_content()
    assert "12.00 WIB" in text
    assert "#12 agen/tangan → x-kab" in text
    assert "prokes delivery resolve" in text


def test_many_alarms_make_one_e_mail_and_a_sandbox_says_so(clock: SetClock) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        make_mail(port, clock).tell([make_notice(sandbox=True)] * 3)
    [letter] = inbox.letters
    assert letter["Subject"].startswith("[SANDBOX] prokes-social: 3 ")
    assert letter.get_content().count("#12") == 3


@pytest.mark.slow
def test_mail_goes_through_tls_with_a_password(certificate: Path, clock: SetClock) -> None:
    inbox, seen = Inbox(), []

    def check(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        seen.append((given.login, given.password))
        return AuthResult(success=given.password == b"sandi-surel")

    trust = ssl.create_default_context(cafile=str(certificate))
    trust.check_hostname = False
    more = {"require_starttls": True, "tls_context": serving(certificate), "authenticator": check}
    with mail_server(inbox, auth_required=True, **more) as port:
        said = {"security": "starttls", "trust": trust, "user": "prokes"}
        make_mail(port, clock, **said, password=Secret("sandi-surel")).tell([make_notice()])
        with pytest.raises(NotTold) as told:
            make_mail(port, clock, **said, password=Secret("salah-sekali")).tell([make_notice()])
    assert seen[0] == (b"prokes", b"sandi-surel")
    assert len(inbox.letters) == 1
    assert "salah-sekali" not in str(told.value)


def test_mail_is_not_sent_in_the_open_where_tls_was_asked_for(clock: SetClock) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(NotTold):
        make_mail(port, clock, security="starttls", user="u", password=Secret("sandi-surel")).tell([make_notice()])
    assert inbox.letters == []


def test_a_mail_server_that_is_down_or_refuses_is_not_taken_for_told(clock: SetClock) -> None:
    with pytest.raises(NotTold):
        make_mail(_free_port(), clock).tell([make_notice()])
    inbox = Inbox()
    inbox.refuses = True
    with mail_server(inbox) as port, pytest.raises(NotTold, match="451 nanti saja"):
        make_mail(port, clock).tell([make_notice()])


# --- the teller ---


class Ear:
    """A channel in memory."""

    def __init__(self, name: str = "telinga", at_once: int = 1) -> None:
        self.name = name
        self.at_once = at_once
        self.heard: list[Notice] = []
        self.deaf: Callable[[Notice], bool] = lambda notice: False
        self.calls = 0

    def tell(self, notices: Sequence[Notice]) -> None:
        self.calls += 1
        if any(self.deaf(notice) for notice in notices):
            raise NotTold("tuli")
        self.heard += notices


def make_teller(store: Store, clock: SetClock, *channels: Channel, owner: str = "a") -> Teller:
    return Teller(store=store, clock=clock, channels=channels, office="Nusa Raya", language="id", owner=owner)


def ring(store: Store, subject: str = "delivery:1", kind: AlarmKind = AlarmKind.HELD) -> None:
    with store.write() as tx:
        assert alarms.ring(tx, kind, subject, f"{subject}: ditahan", now=NOON)


def still_untold(store: Store) -> list[str]:
    with store.read() as tx:
        return [each.subject for each in alarms.untold(tx)]


def test_an_alarm_is_told_once_with_its_delivery_and_account(store: Store, clock: SetClock) -> None:
    account = add_account(store)
    row = queue_delivery(store)
    ring(store, f"delivery:{row.id}")
    ring(store, f"account:{account.id}", AlarmKind.BLOCKED)
    ear = Ear()
    teller = make_teller(store, clock, ear)
    assert teller.tell() == 2
    assert teller.tell() == 0
    first, second = ear.heard
    assert (first.delivery_id, first.account, first.sandbox) == (row.id, "x-kabupaten", True)
    assert second.account == "x-kabupaten"
    assert still_untold(store) == []


def test_without_a_channel_the_log_still_tells(store: Store, clock: SetClock, caplog: pytest.LogCaptureFixture) -> None:
    add_account(store)
    row = queue_delivery(store)
    ring(store, f"delivery:{row.id}")
    with caplog.at_level(logging.WARNING, "prokes.alarm"):
        assert make_teller(store, clock).tell() == 1
    [record] = caplog.records
    assert record.__dict__["delivery"] == row.id
    assert record.__dict__["account"] == "x-kabupaten"
    assert still_untold(store) == []


def test_a_failed_telling_is_tried_again_with_growing_pauses_until_it_is_heard(store: Store, clock: SetClock) -> None:
    ring(store)
    ear = Ear()
    ear.deaf = lambda notice: True
    teller = make_teller(store, clock, ear)
    tries = []
    for _second in range(300):
        before = ear.calls
        teller.tell()
        tries += [clock.uptime()] if ear.calls > before else []
        clock.pass_time(seconds=1)
    assert [round(after - before) for before, after in pairwise(tries)] == [15, 30, 60, 120]
    assert still_untold(store) == ["delivery:1"]
    ear.deaf = lambda notice: False
    clock.pass_time(minutes=15)
    assert teller.tell() == 1
    assert still_untold(store) == []


def test_what_one_channel_took_is_not_repeated_while_another_is_down(store: Store, clock: SetClock) -> None:
    ring(store)
    good, bad = Ear("baik"), Ear("buruk")
    bad.deaf = lambda notice: True
    teller = make_teller(store, clock, good, bad)
    for _minute in range(5):
        assert teller.tell() == 0
        clock.pass_time(minutes=5)
    bad.deaf = lambda notice: False
    clock.pass_time(minutes=15)
    assert teller.tell() == 1
    assert len(good.heard) == len(bad.heard) == 1


def test_one_alarm_that_is_refused_does_not_keep_back_the_others(store: Store, clock: SetClock) -> None:
    for number in (1, 2, 3):
        ring(store, f"delivery:{number}")
    ear = Ear()
    ear.deaf = lambda notice: notice.alarm.subject == "delivery:1"
    teller = make_teller(store, clock, ear)
    for _round in range(3):
        teller.tell()
    assert {each.alarm.subject for each in ear.heard} == {"delivery:2", "delivery:3"}
    assert still_untold(store) == ["delivery:1"]


def test_a_channel_that_is_down_costs_one_try_a_round(store: Store, clock: SetClock) -> None:
    for number in range(10):
        ring(store, f"delivery:{number}")
    ear = Ear()
    ear.deaf = lambda notice: True
    make_teller(store, clock, ear).tell()
    assert ear.calls == 1


def test_a_teller_that_dies_loses_nothing_and_another_takes_over(store: Store, clock: SetClock) -> None:
    ring(store)

    class Killed(BaseException):
        pass

    class Deadly(Ear):
        def tell(self, notices: Sequence[Notice]) -> None:
            raise Killed

    with pytest.raises(Killed):
        make_teller(store, clock, Deadly(), owner="a").tell()
    ear = Ear()
    second = make_teller(store, clock, ear, owner="b")
    assert second.tell() == 0, "the turn of the first is not over"
    clock.pass_time(minutes=3)
    assert second.tell() == 1
    assert len(ear.heard) == 1


def test_two_workers_do_not_say_it_twice(store: Store, clock: SetClock) -> None:
    ring(store)
    one, two = Ear("satu"), Ear("satu")
    one.deaf = lambda notice: True
    first, second = make_teller(store, clock, one, owner="a"), make_teller(store, clock, two, owner="b")
    first.tell()
    assert second.tell() == 0
    first.close()
    assert second.tell() == 1
    assert (len(one.heard), len(two.heard)) == (0, 1)


def test_an_alarm_that_is_over_before_it_was_told_says_so(store: Store, clock: SetClock) -> None:
    ring(store)
    with store.write() as tx:
        alarms.close(tx, "delivery:1", now=NOON)
    ear = Ear()
    make_teller(store, clock, ear).tell()
    assert ear.heard[0].as_json()["state"] == "closed"


# --- when the database is gone ---


def test_a_database_that_is_gone_is_told_once_and_written_down_when_it_is_back(store: Store, clock: SetClock) -> None:
    ear = Ear()
    teller = make_teller(store, clock, ear)
    for _second in range(10):
        teller.database_failed(StoreError("disk penuh"))
        teller.tell()
        clock.pass_time(seconds=1)
    assert [each.alarm.kind for each in ear.heard] == [AlarmKind.DATABASE]
    teller.database_works()
    teller.database_works()
    assert teller.tell() == 0
    with store.read() as tx:
        assert alarms.ringing(tx) == []
        row = tx.exec_driver_sql("select opened_at, told_at, closed_at from alarm where kind='database-gone'").one()
    assert all(row)


def test_a_gone_database_that_nobody_could_be_told_of_is_told_afterwards(store: Store, clock: SetClock) -> None:
    ear = Ear()
    ear.deaf = lambda notice: True
    teller = make_teller(store, clock, ear)
    teller.database_failed(StoreError("disk penuh"))
    teller.tell()
    ear.deaf = lambda notice: False
    teller.database_works()
    teller.tell()
    assert [each.as_json()["state"] for each in ear.heard] == ["closed"]


# --- the watchdog ---


def stopped_by(store: Store) -> str | None:
    with store.read() as tx:
        state = switches.state(tx, switches.STOP)
    return state.who if state else None


def test_a_jump_is_what_the_wall_clock_did_beyond_time_itself() -> None:
    before = Reading(NOON, 100.0)
    assert jump_between(before, Reading(NOON + timedelta(seconds=5), 105.0)) == timedelta(0)
    assert jump_between(before, Reading(NOON + timedelta(hours=1), 105.0)) == timedelta(minutes=59, seconds=55)
    assert jump_between(before, Reading(NOON - timedelta(seconds=55), 105.0)) == timedelta(minutes=-1)


def test_a_jump_forward_stops_publishing_until_a_person_resumes(store: Store, clock: SetClock) -> None:
    watchdog = Watchdog(store=store, clock=clock)
    clock.pass_time(seconds=5)
    assert watchdog.look() is None
    clock.jump(3600)
    assert watchdog.look() == timedelta(hours=1)
    assert watchdog.look() is None, "noticed once"
    assert stopped_by(store) == "watchdog"
    with store.read() as tx:
        [alarm] = alarms.ringing(tx)
    assert (alarm.kind, alarm.subject) == (AlarmKind.CLOCK, "clock")


def test_a_jump_back_is_told_but_stops_nothing(store: Store, clock: SetClock) -> None:
    watchdog = Watchdog(store=store, clock=clock)
    clock.jump(-600)
    assert watchdog.look() == timedelta(minutes=-10)
    assert stopped_by(store) is None
    assert still_untold(store) == ["clock"]
    with store.read() as tx:
        assert alarms.ringing(tx) == []


def test_a_clock_that_jumps_and_is_set_right_again_still_waits_for_a_person(store: Store, clock: SetClock) -> None:
    watchdog = Watchdog(store=store, clock=clock)
    clock.jump(3600)
    watchdog.look()
    clock.jump(-3600)
    watchdog.look()
    assert stopped_by(store) == "watchdog"
    with store.read() as tx:
        assert [each.kind for each in alarms.ringing(tx)] == [AlarmKind.CLOCK]


def test_a_machine_that_slept_has_not_jumped(store: Store, clock: SetClock) -> None:
    watchdog = Watchdog(store=store, clock=clock)
    clock.pass_time(hours=9)  # uptime counts the time asleep
    assert watchdog.look() is None
    assert stopped_by(store) is None


def test_slow_corrections_of_the_clock_are_no_jump(store: Store, clock: SetClock) -> None:
    watchdog = Watchdog(store=store, clock=clock)
    for _look in range(20):
        clock.pass_time(seconds=5)
        clock.jump(10)
        assert watchdog.look() is None


def test_a_jump_that_could_not_be_written_is_noticed_again(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchdog = Watchdog(store=store, clock=clock)
    clock.jump(3600)

    def gone(*_words: object, **_more: object) -> None:
        raise StoreError("basis data hilang")

    with monkeypatch.context() as patched:
        patched.setattr(switches, "turn_on", gone)
        with pytest.raises(StoreError):
            watchdog.look()
    assert watchdog.look() == timedelta(hours=1)
    assert stopped_by(store) == "watchdog"


# --- who is at work ---


def test_a_worker_that_is_not_heard_of_any_more_is_forgotten(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        presence.report(tx, "a", now=clock.now())
        presence.report(tx, "b", now=clock.now() + timedelta(seconds=5))
        assert [each.owner for each in presence.workers(tx)] == ["b", "a"]
        presence.leave(tx, "b")
        presence.report(tx, "c", now=clock.now() + timedelta(days=2))
        assert [each.owner for each in presence.workers(tx)] == ["c"]


# --- settings ---


def settings_of(folder: Path, text: str, **environment: str) -> Any:
    (folder / "prokes.toml").write_text(f"[alerting]\n{text}", encoding="utf-8")
    return load_settings({"PROKES_HOME": str(folder), **environment})


def test_channels_are_what_the_settings_name(tmp_path: Path, clock: SetClock) -> None:
    assert alarm_channels(settings_of(tmp_path, ""), clock) == []
    text = """
webhook_url = "https://hook.example/x"
email_to = ["ayu@nusaraya.go.id"]
smtp_host = "surel.nusaraya.go.id"
smtp_from = "prokes@nusaraya.go.id"
"""
    settings = settings_of(
        tmp_path, text, PROKES_ALERT_WEBHOOK_SECRET="rahasia-1", PROKES_ALERT_SMTP_PASSWORD="rahasia-2"
    )
    hook, mail = alarm_channels(settings, clock)
    assert isinstance(hook, Webhook)
    assert isinstance(mail, Mail)
    assert (hook.secret, mail.password) == (Secret("rahasia-1"), Secret("rahasia-2"))
    assert "rahasia" not in repr(hook) + repr(mail)


@pytest.mark.parametrize(
    "text",
    [
        'webhook_url = "http://hook.example/"',
        'webhook_url = "ftp://hook.example/"',
        'webhook_url = "https://user:pass@hook.example/"',
        'email_to = ["ayu@nusaraya.go.id"]',
        'webhook_secret = "di berkas"',
    ],
)
def test_settings_that_would_not_work_or_leak_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        settings_of(tmp_path, text)


# --- in the worker ---


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "kantor") as made:
        yield made


@contextmanager
def working(office: Office) -> Iterator[Worker]:
    worker = Worker(office.app)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(timeout=20)
        assert not thread.is_alive()


def queue(office: Office, *sends: str) -> None:
    path = office.write_campaign(*sends)
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")


def wait_for(what: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def test_after_a_jump_forward_the_worker_posts_and_misses_nothing(office: Office) -> None:
    office.add_accounts("x")
    queue(office, office.send(seconds=1800))
    with working(office), time_machine.travel(datetime.now(UTC) + timedelta(hours=6), tick=True):
        wait_for(office.app.decisions.stopped)
        wait_for(lambda: not still_untold(office.app.store))
        time.sleep(1.5)
    [row] = office.app.deliveries.listing()
    assert row.status is DeliveryStatus.SCHEDULED
    assert office.sandbox.posts() == []
    assert [alarm.kind for alarm in office.app.decisions.alarms()] == [AlarmKind.CLOCK]
    office.app.decisions.resume(late=[], dropped=[])
    assert office.app.decisions.alarms() == []


@pytest.mark.slow
def test_after_a_jump_back_the_worker_does_not_stand_still(office: Office) -> None:
    office.add_accounts("x")
    queue(office, office.send("tangan", seconds=2))
    with working(office), time_machine.travel(datetime.now(UTC) - timedelta(hours=6), tick=True):
        wait_for(lambda: jumps(office))
        queue(office, office.send("tangan", seconds=2), office.send("masker", seconds=2))
        wait_for(lambda: len(office.sandbox.posts()) == 2)
    assert len({post["text"] for post in office.sandbox.posts()}) == 2


def jumps(office: Office) -> object:
    with office.app.store.read() as tx:
        return tx.exec_driver_sql("select 1 from alarm where kind = 'clock-jump'").first()


def test_alarms_of_a_worker_go_out_even_when_it_ends_at_once(office: Office, hook: Hook) -> None:
    ring(office.app.store, "database", AlarmKind.DATABASE)
    (office.folder / "prokes.toml").write_text(
        f'[alerting]\nwebhook_url = "http://127.0.0.1:{hook.port}/"\nallow_private = true\n', encoding="utf-8"
    )
    app = App(load_settings(office.environment))
    Worker(app).run_once()
    app.close()
    assert [json.loads(body)["kind"] for body in hook.bodies] == ["database-gone"]


@pytest.mark.slow
def test_a_worker_whose_database_is_gone_tells_it_and_goes_on_when_it_is_back(
    postgres_server: str, tmp_path: Path, hook: Hook
) -> None:
    """PostgreSQL refuses us for a while, as it does while it restarts."""
    import psycopg

    folder = tmp_path / "kantor"
    workspace.make(folder, {})
    url = new_database(postgres_server)
    text = f'database_url = "{url}"\n[alerting]\nwebhook_url = "http://127.0.0.1:{hook.port}/"\nallow_private = true\n'
    (folder / "prokes.toml").write_text(text, encoding="utf-8")
    settings = load_settings({"PROKES_HOME": str(folder)})
    store = Store(url)
    store.migrate()
    store.close()
    app = App(settings)
    worker = Worker(app)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    name = make_url(url).database
    with psycopg.connect(postgres_server, autocommit=True) as server:
        wait_for(lambda: present(app))
        server.execute(f"alter database {name} with allow_connections false")
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        wait_for(lambda: hook.bodies, 30)
        assert thread.is_alive(), "the worker waits for its database"
        server.execute(f"alter database {name} with allow_connections true")
        wait_for(lambda: gone_and_back(app), 30)
    worker.stop()
    thread.join(timeout=20)
    app.close()
    assert [json.loads(body)["kind"] for body in hook.bodies] == ["database-gone"]


def present(app: App) -> object:
    with app.store.read() as tx:
        return presence.workers(tx)


def gone_and_back(app: App) -> object:
    try:
        with app.store.read() as tx:
            return tx.exec_driver_sql("select 1 from alarm where closed_at is not null").first()
    except StoreError:
        return None
