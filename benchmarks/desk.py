"""The desk with 100,000 deliveries and 50,000 staff: each page's work, and how long a change takes to an open page.

A page's time is the processor's: nothing but the request runs in this process and nothing in it waits, so a busy
machine does not blur it. Fifty people at once are timed on the clock, as they would wait.
"""

import asyncio
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import insert

from prokes_social.app import App, workspace
from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.user import Role
from prokes_social.settings import load_settings
from prokes_social.store import accounts, campaigns, users
from prokes_social.store.tables import attempt, delivery, person, post
from prokes_social.web import build
from prokes_social.web.desk import AREAS

DELIVERIES, PEOPLE, ACCOUNTS, DAYS, TIMES = 100_000, 50_000, 40, 90, 20
AIM = 0.1
MOVED = "/deliveries/95001/move"  #: of those to come
STATUSES = ("published",) * 60 + ("scheduled",) * 25 + ("waiting",) * 9 + ("failed", "missed", "cancelled") * 2


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        app = _office(Path(folder) / "kantor")
        token = _log_in(app)
        service, slow = build(app), 0
        found = sorted(_measured(service, token), reverse=True)
        slow = sum(p95 > AIM for p95, _middle, _path in found)
        every = [middle for _p95, middle, _path in found]
        yield f"{len(found)} pages, median {median(every) * 1000:.0f} ms; {slow} above {AIM * 1000:.0f} ms at p95"
        for p95, middle, path in found[:6]:
            yield f"{path}: p50 {middle * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"
        for pause in (5, 1):
            p95 = _together(service, token, pause) * 1000
            yield f"50 people at once, a page each {pause} s: {p95:.0f} ms p95; load {os.getloadavg()[0]:.1f}"
        app.close()


def _paths() -> list[str]:
    known = {"id": "50000", "campaign": "kampanye-1", "message": "pesan-1", "name": "akun-1", "template": "quote",
             "number": "7", "person": "7"}  # fmt: skip
    pages = [page.path for area in AREAS for page in area.pages if page.method == "GET" and page.right]
    filled = []
    for path in pages:
        path = path.replace("/campaigns/{id}", "/campaigns/kampanye-1").replace("/deliveries/{id}/move", MOVED)
        for name, value in known.items():
            path = path.replace("{" + name + "}", value)
        if "{" not in path and "." not in path.rpartition("/")[2]:
            filled.append(path)
    return [*filled, "/calendar?view=list", "/calendar?view=week", "/calendar?view=list&status=waiting"]


def _measured(service: Any, token: str) -> Iterator[tuple[float, float, str]]:
    for path in _paths():
        _asked(service, path, token)
        times = [_asked(service, path, token, time.process_time) for _time in range(TIMES)]
        yield quantiles(times, n=20)[18], median(times), path


def _together(service: Any, token: str, pause: float) -> float:
    """The first page, the calendar and a list, asked for by 50 threads at one moment."""
    times: list[float] = []
    paths = ("/", "/calendar", "/calendar?view=list", "/approvals", "/accounts")

    def person(number: int) -> None:
        for turn in range(4):
            times.append(_asked(service, paths[(number + turn) % len(paths)], token))
            time.sleep(pause)  # people read what they see

    threads = [threading.Thread(target=person, args=(number,)) for number in range(50)]
    for thread in threads:
        time.sleep(pause / 50)
        thread.start()
    for thread in threads:
        thread.join()
    return quantiles(times, n=20)[18]


def _asked(service: Any, path: str, token: str, clock: Callable[[], float] = time.perf_counter) -> float:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    route, _mark, query = path.partition("?")
    cookies = (b"cookie", f"__Host-prokes={token}".encode())
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": route, "raw_path": route.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"a"), cookies], "client": ("127.0.0.1", 1), "server": ("a", 443),
    }  # fmt: skip
    started = clock()
    asyncio.run(service(scope, receive, send))
    taken = clock() - started
    assert sent[0]["status"] in (200, 303, 409), (path, sent[0])
    return taken


# --- an office ---


def _office(home: Path) -> App:
    workspace.make(home, {})
    sample = (home / "campaigns" / "agen-disiplin-prokes.yaml").read_text(encoding="utf-8")
    for number in range(20):
        text = re.sub("^id: .*$", f"id: kampanye-{number}", sample, count=1, flags=re.MULTILINE)
        (home / "campaigns" / f"kampanye-{number}.yaml").write_text(text, encoding="utf-8")
    app = App(load_settings({"PROKES_HOME": str(home)}))
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with app.store.write() as tx:
        for number in range(50):
            accounts.put_unit(tx, Unit(id=f"unit-{number}", name=f"Dinas {number}", zone="WIB"))
        for number in range(ACCOUNTS):
            platform = ("x", "facebook", "instagram")[number % 3]
            unit = f"unit-{number % 50}"
            accounts.add(
                tx, name=f"akun-{number}", platform=platform, unit_id=unit, kind=AccountKind.OFFICIAL, sandbox=True
            )
        versions = [
            campaigns.save_version(
                tx, name=f"kampanye-{n}", title=f"Kampanye {n}", digest="d", yaml="id: k\n", by="a", now=now
            )
            for n in range(20)
        ]
        numbers = range(1, PEOPLE + 1)
        tx.execute(
            insert(person), [{"name": f"Pegawai {n}", "unit_id": f"unit-{n % 50}", "added_at": now} for n in numbers]
        )
        rows = [_row(number, versions, now) for number in range(DELIVERIES)]
        tx.execute(insert(delivery), rows)
        done = [(number, row) for number, row in enumerate(rows, 1) if row["status"] == "published"]
        tx.execute(insert(post), [_post(number, row) for number, row in done])
        tx.execute(insert(attempt), [_attempt(number, row) for number, row in done])
    return app


def _row(number: int, versions: list[int], now: datetime) -> dict[str, Any]:
    due_at = now + timedelta(minutes=(number - DELIVERIES * 2 // 3) * DAYS * 1440 // DELIVERIES)
    status = STATUSES[number % len(STATUSES)]
    if due_at > now and status not in ("waiting", "cancelled"):
        status = "scheduled"
    campaign = number // 100 % len(versions)
    return {
        "campaign": f"kampanye-{campaign}", "message": f"pesan-{number % 7}", "account_id": number % ACCOUNTS + 1,
        "occurrence": f"kirim@{number}", "version_id": versions[campaign], "zone": "WIB", "digest": f"d{number}",
        "text": "Ayo cuci tangan 20 detik dengan sabun dan air mengalir. " * 3, "alt_text": "", "due_at": due_at,
        "not_after": due_at + timedelta(minutes=30), "cost": 0, "status": status, "next_at": due_at,
    }  # fmt: skip


def _post(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {"delivery_id": number, "account_id": row["account_id"], "external_id": str(number), "found_by": "answer",
            "permalink": f"https://x.com/kantor/status/{number}", "published_at": row["due_at"]}  # fmt: skip


def _attempt(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {"delivery_id": number, "number": 1, "prepared": {}, "started_at": row["due_at"], "outcome": "published",
            "cost": 0}  # fmt: skip


def _log_in(app: App) -> str:
    user, _password = app.users.add("semua", list(Role), by="command")
    with app.store.write() as tx:
        users.change(tx, user.id, must_change=False)
    return app.users.admission._open(user, tries=(), is_whole=True).token
