"""Lines of log for machines and people, numbers for Prometheus, and a canary that must be in none of them."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prokes_social import logs
from prokes_social.app import App
from prokes_social.cli.work import LEVELS
from prokes_social.errors import PlatformError, SettingsError, StoreError
from prokes_social.keys import KeyRing, Secret, new_key
from prokes_social.metrics import Metrics, served
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.sandbox.faults import KINDS
from prokes_social.settings import load_settings
from prokes_social.worker import Event, Worker
from tests.cli.conftest import Run, run
from tests.office import Office, open_office

pytestmark = pytest.mark.slow  # each kind of fault, with everything logged: with the drills

__all__ = ["run"]  # fixture


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    """Logging is one for the whole process: put it back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in (*logs.TALKATIVE, *logs.CHATTY)}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


# --- lines ---


def test_a_move_is_one_line_of_json_with_delivery_account_status_and_owner(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", rendering="json")
    logs.moved(delivery=12, account="x-kab", status="published", owner="mesin:77")
    [line] = lines(capsys)
    assert {"delivery": 12, "account": "x-kab", "status": "published", "owner": "mesin:77"}.items() <= line.items()
    assert (line["event"], line["level"]) == ("moved", "info")
    assert line["timestamp"].endswith("Z")


def test_what_wants_a_person_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning", rendering="json")
    for status in DeliveryStatus:
        logs.moved(delivery=1, account="x", status=status.value, owner="a")
    assert [line["status"] for line in lines(capsys)] == ["uncertain", "held", "failed", "missed"]


def test_people_read_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", rendering="words")
    logs.moved(delivery=12, account="x-kab", status="published", owner="a")
    [line] = capsys.readouterr().err.splitlines()
    assert "x-kab" in line
    assert not line.startswith("{")


@pytest.mark.parametrize("rendering", ["plain", "words", "json"])
def test_a_failure_is_logged_with_its_trace_but_without_the_values_of_variables(
    capsys: pytest.CaptureFixture[str], rendering: str
) -> None:
    logs.set_up("info", rendering=rendering)
    nilai = "nilai-" + "peubah"
    try:
        raise ValueError(f"salah: {len(nilai)}")
    except ValueError:
        logging.getLogger("uji").exception("gagal")
    said = capsys.readouterr().err
    assert "ValueError: salah: 12" in said
    assert "Traceback" in said
    assert "nilai-peubah" not in said


def test_setting_up_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", rendering="json")
    logs.set_up("info", rendering="json")
    logging.getLogger("uji").info("sekali")
    assert len(lines(capsys)) == 1


@pytest.mark.parametrize("level", LEVELS)
def test_the_level_is_a_setting_and_vendors_never_go_below_info(tmp_path: Path, level: str) -> None:
    (tmp_path / "prokes.toml").write_text("")
    settings = load_settings({"PROKES_HOME": str(tmp_path), "PROKES_LOG_LEVEL": level})
    assert settings.log_level == level
    logs.set_up(settings.log_level)
    for name in logs.TALKATIVE:
        assert logging.getLogger(name).getEffectiveLevel() >= logging.INFO
        assert logging.getLogger(f"{name}.client").getEffectiveLevel() >= logging.INFO


def test_an_unknown_level_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prokes.toml").write_text("")
    with pytest.raises(SettingsError):
        load_settings({"PROKES_HOME": str(tmp_path), "PROKES_LOG_LEVEL": "berisik"})


# --- secrets ---


def test_what_a_secret_handed_out_is_hidden_in_all_its_forms() -> None:
    secret = Secret('kenari/1+2="x y"')
    assert "kenari" in logs.redact(f"a {secret!s} kenari/1"), "a secret that never left is nobody's business"
    secret.reveal()
    said = ('kenari/1+2="x y"', "kenari%2F1%2B2%3D%22x%20y%22", "kenari/1%2B2%3D%22x%20y%22",
            "kenari%2F1%2B2%3D%22x+y%22", json.dumps('kenari/1+2="x y"'))  # fmt: skip
    for form in said:
        assert "kenari" not in logs.redact(f"GET /?q={form} 200"), form


def test_what_is_sealed_is_hidden_from_then_on() -> None:
    KeyRing.from_texts([new_key()]).seal("kenari-tersegel", context="1:token")
    assert logs.redact("token kenari-tersegel ditolak") == "token *** ditolak"


def test_short_values_do_not_eat_words() -> None:
    Secret("kab").reveal()
    assert logs.redact("x-kab") == "x-kab"


@pytest.mark.parametrize(
    "text",
    [
        "https://graph.facebook.com/v1/me?access_token=kenari&fields=id",
        "https://graph.facebook.com/v1/me?fields=id&access_token=kenari",
        '{"access_token": "kenari", "id": 1}',
        "{'refresh_token': 'kenari'}",
        '{\\"access_token\\": \\"kenari\\"}',
        "Authorization: Bearer kenari",
        "Authorization: Basic kenari==",
        'OAuth oauth_token="kenari", oauth_signature="kenari2"',
        "appsecret_proof=kenari",
        "https://kartu.go.id/m/abc.jpg?until=1&sig=kenari",
        "?state=1&code=kenari",
    ],
)
def test_what_looks_like_a_token_is_hidden_though_nobody_knows_it(text: str) -> None:
    assert "kenari" not in logs.redact(text)


def test_an_exception_with_a_token_in_its_message_is_logged_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("debug", rendering="json")
    token = Secret("kenari-di-galat").reveal()
    try:
        try:
            raise ConnectionError(f"https://x.example/?token={token}")
        except ConnectionError as error:
            raise PlatformError("tidak terjangkau", said=token) from error
    except PlatformError:
        logging.getLogger("uji").exception("gagal %s", token)
    said = capsys.readouterr().err
    assert "kenari" not in said
    assert "ConnectionError" in said
    assert "***" in said


def test_a_failure_nobody_catches_prints_its_trace_without_the_token() -> None:
    code = """
import sys, threading
from prokes_social import logs
from prokes_social.keys import Secret
logs.set_up("info")
token = Secret(sys.argv[1]).reveal()
def fail(): raise RuntimeError("x " + token)
thread = threading.Thread(target=fail); thread.start(); thread.join()
fail()
"""
    ran = subprocess.run([sys.executable, "-c", code, "kenari-lepas"], capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.count("RuntimeError: x ***") == 2
    assert "kenari" not in ran.stderr + ran.stdout


# --- the canary ---


CANARIES = {
    "consumer_key": "kenari-kunci-X",
    "consumer_secret": "kenari/rahasia+X=1",
    "access_token": "1500000000000000001-kenari+token/X",
    "access_token_secret": "kenari token rahasia&X",
}


def canary_accounts(office: Office) -> None:
    """Accounts whose every secret is a canary, in the sandbox and in our store."""
    rows = office.sandbox.accounts()
    meta = {"access_token": "kenari/token+Meta=", "app_secret": "kenari-rahasia-aplikasi"}
    x = {**rows["x"][0], **CANARIES}
    office.sandbox.add_accounts(x=[x])
    for platform in ("facebook", "instagram"):
        row = rows[platform][0]
        token = {"access_token": f"{meta['access_token']}{platform}"}
        office.sandbox.add_accounts(**{platform: [{**row, **token}]})
    office.add_accounts()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("PROKES_X_READ_TIMEOUT", "1")
    monkeypatch.setenv("PROKES_GRAPH_READ_TIMEOUT", "1")
    with open_office(tmp_path / "kantor") as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def queue(office: Office, *sends: str) -> None:
    path = office.write_campaign(*sends)
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")


def everything_kept(office: Office) -> bytes:
    """The database with its journals, thumbnails, backups and reports."""
    return b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())


def test_a_canary_token_is_nowhere_after_a_journey_through_every_fault(
    office: Office, run: Run, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canary_accounts(office)
    said = ""
    for platform, call, kind in (
        ("x", "upload", "rate_limit"),
        ("x", "publish", "accept_then_drop"),
        ("facebook", "publish", "error_after_accept"),
        ("instagram", "publish", "spoiled_json"),
        ("any", "insights", "error_500"),
        ("any", "timeline", "error_503_html"),
    ):
        office.sandbox.fault(platform, call, kind, **({"reset_in": 1} if kind == "rate_limit" else {}))
    queue(office, office.send("tangan", seconds=2), office.send("masker", seconds=3))
    for words in (
        ("work", "--until-idle", "--log-level", "debug"),
        ("reach", "collect"),
        ("account", "check"),
        ("account", "list", "--json"),
        ("delivery", "list"),
        ("delivery", "show", "1", "--json"),
        ("alarm", "list"),
        ("doctor",),
        ("backup", office.folder / "cadangan.db"),
        ("report", "write", "uji", "--out", office.folder / "laporan"),
    ):
        ran = run(*words)
        said += ran.out + ran.err
        logs.set_up("debug", rendering="json")
    assert "moved" in said
    assert len(office.sandbox.posts()) == 6
    assert (office.folder / "laporan").is_dir()
    assert "kenari" not in said
    assert b"kenari" not in everything_kept(office)
    assert "kenari" not in caplog.text, "what others' handlers see, before our last cleaning"


@pytest.mark.parametrize("kind", KINDS)
def test_a_canary_token_is_in_no_trace_whatever_the_platform_does(
    office: Office, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("debug", rendering="json")
    canary_accounts(office)
    rest = {"hang": {"seconds": 2}, "late_landing": {"seconds": 0}}.get(kind, {})
    office.sandbox.fault("any", "any", kind, times=100, **rest)
    queue(office, office.send("tangan", seconds=600))
    for row in office.app.deliveries.listing():
        speaks = office.app.platforms[row.platform]
        connection = office.app.connector.connection_to(office.app.connector.named(row.key.account))
        submission = office.app.deliveries.submission_of(row)
        with _logged():
            speaks.verify(connection)
        with _logged():
            prepared = speaks.prepare(submission, connection)
            speaks.publish(submission, prepared, connection)
            speaks.find(submission, prepared, connection, row.content.due_at)
    captured = capsys.readouterr()
    assert "kenari" not in captured.out + captured.err


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except PlatformError as error:
        logging.getLogger("uji").exception("gagal")
        assert "kenari" not in f"{error} {getattr(error, 'said', '')} {getattr(error, 'hint', '')}"


def test_a_worker_of_its_own_process_writes_lines_of_json_only(office: Office) -> None:
    canary_accounts(office)
    office.sandbox.fault("x", "publish", "accept_then_drop")
    queue(office, office.send("tangan", seconds=3))
    command = [sys.executable, "-c", "from prokes_social.cli import main; main()", "work", "--until-idle"]
    environment = {**os.environ, **office.environment, "PROKES_LOG_LEVEL": "debug"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert "kenari" not in ran.stderr + ran.stdout
    events = [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{")]
    x = [each["status"] for each in events if each["event"] == "moved" and each["account"] == "x-uji"]
    assert x[:2] == ["claimed", "sending"] or x[:1] == ["claimed"]
    assert x[-2:] == ["uncertain", "published"]
    assert "Cuci tangan" not in ran.stderr, "texts stay out of the log"


# --- numbers and readiness ---


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@contextlib.contextmanager
def measured(office: Office) -> Iterator[tuple[Worker, int]]:
    metrics: list[Metrics] = []
    worker = Worker(office.app, on_event=lambda event: metrics[0].note(event))
    metrics.append(Metrics(office.app, worker))
    with served(metrics[0], host="127.0.0.1", port=0) as port:
        yield worker, port


def test_numbers_tell_what_was_published_and_how_late(office: Office) -> None:
    office.add_accounts("x", "facebook")
    office.sandbox.fault("x", "publish", "accept_then_drop")
    queue(office, office.send("tangan", seconds=2))
    with measured(office) as (worker, port):
        worker.run(until_idle=True)
        status, text = fetch(port, "/metrics")
    assert status == 200
    for line in (
        'prokes_published_total{platform="x"} 1.0',
        'prokes_published_total{platform="facebook"} 1.0',
        'prokes_uncertain_total{platform="x"} 1.0',
        'prokes_deliveries{status="published"} 2.0',
        'prokes_deliveries{status="held"} 0.0',
        "prokes_lateness_seconds_count 2.0",
        'prokes_lateness_seconds_bucket{le="60.0"} 2.0',  # generous: seconds, not how fast this machine is
        "prokes_alarms_open 0.0",
        "prokes_stopped 0.0",
    ):
        assert line in text.splitlines(), line
    assert "prokes_last_tick_age_seconds" in text


def test_a_worker_is_ready_while_it_ticks_and_its_database_answers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with measured(office) as (worker, port):
        assert fetch(port, "/readyz")[0] == 503, "it has not looked yet"
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            for _tenth in range(50):
                if worker.tick_age is not None:
                    break
                office.app.clock.sleep(0.1)
            assert fetch(port, "/readyz") == (200, '{"ready": true, "reason": null}')
            with monkeypatch.context() as patched:
                patched.setattr(type(worker), "tick_age", 60.0)
                status, text = fetch(port, "/readyz")
                assert status == 503
                assert json.loads(text)["reason"]
        finally:
            worker.stop()
            thread.join()

        def gone(*_words: object) -> None:
            raise StoreError("basis data hilang")

        monkeypatch.setattr(office.app.deliveries, "next_wake", gone)
        monkeypatch.setattr(office.app.store, "read", gone)
        assert fetch(port, "/readyz") == (503, '{"ready": false, "reason": "basis data hilang"}')
        assert fetch(port, "/metrics")[0] == 503
        assert fetch(port, "/lain")[0] == 404


def test_a_repeated_look_up_is_not_a_second_uncertain_call(office: Office) -> None:
    office.add_accounts("x")
    queue(office, office.send("tangan", seconds=600))
    [row] = office.app.deliveries.listing()
    from dataclasses import replace

    metrics = Metrics(office.app, Worker(office.app))
    for lookups in (0, 1, 2):
        metrics.note(Event(delivery=replace(row, lookups=lookups), status=DeliveryStatus.UNCERTAIN))
    metrics.note(Event(readings=3))
    assert metrics.registry.get_sample_value("prokes_uncertain_total", {"platform": "x"}) == 1.0


def test_the_commands_of_a_worker_serve_its_numbers(office: Office, run: Run) -> None:
    ran = run("work", "--until-idle", "--metrics-port", "0")
    assert ran.code == 0
    assert "http://127.0.0.1:" in ran.err
    assert run("work", "--metrics-port", "99999").code == 2


def test_an_app_can_be_measured_before_its_worker_ticks(office: Office) -> None:
    app: App = office.app
    with measured(office) as (_worker, port):
        status, text = fetch(port, "/metrics")
    assert status == 200
    assert "prokes_last_tick_age_seconds" not in text
    assert app.deliveries.listing() == []
