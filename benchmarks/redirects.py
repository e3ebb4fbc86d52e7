"""Redirects of tracked links, each counted and committed before it is answered, beside bare durable commits.

Redirects go over real sockets to the web service in a process of its own; the bare commits are one thread that inserts
a row at a time into SQLite (WAL, synchronous FULL) on the same disk, in turns with them.
"""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import func, insert, select

from prokes_social.app import workspace
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.store import Store, offers
from prokes_social.store.tables import click, consent, consent_wording, person
from tests.factories import DUE, add_person, put_wave

ROUNDS = 5
COMMITS = 400
CLIENTS = 64
EACH = 30
CODES = 2000
AGENT = "Mozilla/5.0 (Linux; Android 10; SM-A107F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
SERVER = """
import sys, uvicorn
from prokes_social.app import App
from prokes_social.settings import load_settings
from prokes_social.web import build
uvicorn.run(build(App(load_settings({"PROKES_HOME": sys.argv[1]}))), port=int(sys.argv[2]), log_level="error")
"""


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace.make(home, {})
        store = Store(load_settings({"PROKES_HOME": folder}).database_url)
        codes = _share(store)
        with _served(home) as port:
            asyncio.run(_ask_all(port, codes[:200]))  # warm
            pairs = [(_bare(home), asyncio.run(_ask_all(port, codes))) for _round in range(ROUNDS)]
        with store.read() as tx:
            kept = tx.execute(select(func.sum(click.c.count))).scalar_one()
        store.close()
    expected = ROUNDS * CLIENTS * EACH + 200 // CLIENTS * CLIENTS
    assert kept == expected, (kept, expected)
    bare, redirects = (median(each) for each in zip(*pairs, strict=True))
    ratio = median(mine / theirs for theirs, mine in pairs)
    yield (
        f"redirects over {CLIENTS} sockets, counted before answered: {redirects:,.0f} a second beside {bare:,.0f} bare"
        f" durable commits: {ratio:.1f} × (aim: at least 0.5)"
    )
    yield f"answered and found in the database: {kept:,} of {expected:,}"


def _share(store: Store) -> list[str]:
    """One message shared by many people; their codes."""
    first = add_person(store)
    wave = put_wave(store, status=WaveStatus.OPEN)
    with store.write() as tx:
        same = {"unit_id": first.unit.id, "added_at": DUE}
        people = [{"name": f"Pegawai {n}", **same} for n in range(CODES)]
        tx.execute(insert(person), people)
        ids = list(tx.execute(select(person.c.id).where(person.c.id != first.id)).scalars())
        wording = tx.execute(select(consent_wording.c.id)).scalar_one()
        said = {"purpose": "link", "given": True, "wording_id": wording, "by": "Ayu", "at": DUE}
        tx.execute(insert(consent), [{"person_id": each, **said} for each in ids])
        offers.add(tx, wave.id, [(each, first.unit.id) for each in ids], now=DUE)
        return [each.code for each in offers.of_wave(tx, wave.id)]


def _bare(home: Path) -> float:
    """Durable commits a second, as plainly as Python can make them."""
    path = home / "bare.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {statement}")
        connection.execute("CREATE TABLE IF NOT EXISTS click (code TEXT, place TEXT, visitor TEXT)")
        started = time.perf_counter()
        for number in range(COMMITS):
            connection.execute("INSERT INTO click VALUES (?, 'whatsapp', ?)", (str(number), os.urandom(8).hex()))
        return COMMITS / (time.perf_counter() - started)


async def _ask_all(port: int, codes: list[str]) -> float:
    """Redirects a second, over sockets that stay open."""
    each = min(EACH, len(codes) // CLIENTS)
    started = time.perf_counter()
    await asyncio.gather(*(_ask(port, codes[n::CLIENTS][:each], n) for n in range(CLIENTS)))
    return CLIENTS * each / (time.perf_counter() - started)


async def _ask(port: int, codes: list[str], client: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for code in codes:
        writer.write(f"GET /r/{code}-w HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {AGENT} {client}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 302"):
            raise RuntimeError(head.decode())
    writer.close()
    await writer.wait_closed()


@contextmanager
def _served(home: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(home), str(port)])
    try:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()
