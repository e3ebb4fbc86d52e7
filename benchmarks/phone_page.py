"""The phone page with 50,000 people and 20 campaigns: work per request, and the wait at 50 requests a second.

Work is CPU of one core, by calling the application in this process. The wait is what a client sees of a server in
another process, from the moment at which a request was due: queueing counts. Figures say how busy the machine was.
"""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import uvicorn
from sqlalchemy import insert

from prokes_social.app import App, workspace
from prokes_social.model.account import Unit
from prokes_social.model.campaign import WallTime
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Opened, WaveContent, WaveKey
from prokes_social.settings import load_settings
from prokes_social.store import accounts, approvals, campaigns, people, waves
from prokes_social.store.tables import consent, consent_wording, offer, person
from prokes_social.web.staff import build_phone

PEOPLE, CAMPAIGNS, OPEN = 50_000, 20, 4
SERIAL, RATE, SECONDS = 300, 50, 10
SIZES = (Size(width=1080, height=1350), Size(width=1080, height=1920))
SLOTS = {"headline": "Cuci tangan *20 detik* sebelum memeluk anak", "source": "WHO"}


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        app = _office(Path(folder) / "kantor")
        links = _links(app, Random(5), SERIAL)
        pages = [f"/s/{link}" for link, _offer in links]
        cards = [f"/s/{link}/{number}/{SIZES[0]}.jpg" for link, number in links]
        with _serving(Path(folder) / "kantor") as port:
            for name, paths in (("page", pages), ("card", cards)):
                yield f"{name}: {_work(app, paths)}; {_wait(port, paths)}; load {os.getloadavg()[0]:.1f}"
        _say_yes(app)  # the first of a process learns the holidays
        started = time.perf_counter()
        _say_yes(app)
        yield f"saying yes, with what is open offered at once: {(time.perf_counter() - started) * 1000:.0f} ms"
        app.close()


def _work(app: App, paths: Sequence[str]) -> str:
    service = build_phone(app)
    times = [_asked(service, path) for path in paths][20:]  # the first of them compile the card
    return f"work p50 {median(times) * 1000:.1f} ms, p99 {quantiles(times, n=100)[98] * 1000:.1f} ms"


def _asked(service: Any, path: str) -> float:
    """CPU seconds of one request."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [(b"host", b"a")],
        "client": ("127.0.0.1", 1), "server": ("a", 443),
    }  # fmt: skip
    started = time.process_time()
    asyncio.run(service(scope, receive, send))
    taken = time.process_time() - started
    assert sent[0]["status"] == 200, (path, sent[0])
    return taken


def _wait(port: int, paths: Sequence[str]) -> str:
    """Requests begin on the beat, whether or not those before have ended."""
    for path in paths[:30]:
        _get(port, path)
    waits: list[float] = []
    begin = time.perf_counter() + 0.2
    clients = [
        threading.Thread(target=_on_the_beat, args=(port, paths, begin, n, waits)) for n in range(RATE * SECONDS)
    ]
    for number, client in enumerate(clients):
        time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        client.start()
    for client in clients:
        client.join()
    return (
        f"at {RATE} a second p50 {median(waits) * 1000:.0f} ms, p99 {quantiles(waits, n=100)[98] * 1000:.0f} ms"
        f" until the last byte"
    )


def _on_the_beat(port: int, paths: Sequence[str], begin: float, number: int, waits: list[float]) -> None:
    _get(port, paths[number % len(paths)])
    waits.append(time.perf_counter() - (begin + number / RATE))


def _get(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read()
    connection.close()


@contextmanager
def _serving(home: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-c", f"from benchmarks.phone_page import serve; serve({str(home)!r}, {port})"]
    with subprocess.Popen(command) as process:
        try:
            _await_port(port)
            yield port
        finally:
            process.terminate()


def serve(home: str, port: int) -> None:
    app = App(load_settings({"PROKES_HOME": home}))
    uvicorn.run(build_phone(app), host="127.0.0.1", port=port, log_level="error")


def _await_port(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)


# --- an office ---


def _office(home: Path) -> App:
    workspace.make(home, {})
    app = App(load_settings({"PROKES_HOME": str(home)}))
    now = datetime.now(UTC)
    with app.store.write() as tx:
        for number in range(50):
            accounts.put_unit(tx, Unit(id=f"unit-{number}", name=f"Dinas {number}", zone="WIB"))
        numbers = range(1, PEOPLE + 1)
        tx.execute(
            insert(person), [{"name": f"Pegawai {n}", "unit_id": f"unit-{n % 50}", "added_at": now} for n in numbers]
        )
        wording = {"purpose": Purpose.LINK.value, "version": 1, "words": str(Purpose.LINK.remark)}
        tx.execute(insert(consent_wording), wording)
        said = {"purpose": Purpose.LINK.value, "given": True, "at": now, "wording_id": 1, "by": "person"}
        tx.execute(insert(consent), [{"person_id": n, **said} for n in numbers])
    for number in range(CAMPAIGNS):
        wave_id = _wave(app, number, now)
        row = {"wave_id": wave_id, "offered_at": now - timedelta(days=number)}
        with app.store.write() as tx:
            tx.execute(
                insert(offer),
                [{**row, "person_id": n, "unit_id": f"unit-{n % 50}", "code": f"{number:02}{n:08}"} for n in numbers],
            )
    return app


def _wave(app: App, number: int, now: datetime) -> int:
    """Open, or closed where it is one of the older ones."""
    request = CardRequest(
        template="announcement", brand="nusa-raya", size=SIZES[0], slots=SLOTS, alt_text="Kartu.", link=None
    )
    key = WaveKey(campaign=f"kampanye-{number}", message="pesan", audience="staff", occurrence="pagi@2026-11-23")
    content = WaveContent(
        captions=("Yuk, cuci tangan.", "Cuci tangan dulu, ya."), alt_text="Kartu.", link=None, card=request,
        sizes=SIZES, card_digest=app.shared_digest(request), wall_time=WallTime.parse("2026-11-23 08.00"), zone=None,
        opens_at=now, closes_at=now + timedelta(days=30), digest=f"digest-{number}",
    )  # fmt: skip
    with app.store.write() as tx:
        version = campaigns.save_version(
            tx, name=key.campaign, title=key.campaign, digest="d", yaml="-", by="Ayu", now=now
        )
        waves.put(tx, key, content, version_id=version)
        approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who="Citra", now=now)
        waves.release_approved(tx, key.campaign)
        wave_id = next(each.id for each in waves.listing(tx, campaign=key.campaign))
        waves.open_(tx, wave_id, by=Opened.PERSON, now=now)
        if number >= OPEN:
            waves.close(tx, wave_id)
    return wave_id


def _links(app: App, chance: Random, count: int) -> list[tuple[str, int]]:
    """Each with the number of the newest invitation."""
    found = []
    for number in chance.sample(range(1, PEOPLE + 1), count):
        with app.store.read() as tx:
            member = people.get(tx, number)
        assert member
        page = app.sharing.page(app.sharing.link_of(member))
        assert page
        found.append((page.link, page.invitations[0].offer.id))
    return found


def _say_yes(app: App) -> None:
    with app.store.read() as tx:
        member = people.get(tx, 7)
    assert member
    page = app.sharing.page(app.sharing.link_of(member))
    assert page
    app.sharing.answer(page, Purpose.LINK, given=True)
