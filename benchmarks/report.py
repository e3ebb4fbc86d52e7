"""A campaign of 20,000 posts and 1,000,000 readings: its report as HTML, XLSX and PDF, in seconds and peak memory."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from prokes_social.app import App, workspace
from prokes_social.model.account import AccountKind, Unit
from prokes_social.settings import load_settings
from prokes_social.store import accounts, campaigns
from prokes_social.store.tables import delivery, post, snapshot

POSTS, READINGS = 20_000, 50  #: readings of each post
FORMATS = ("html", "xlsx", "pdf")
ACCOUNTS = tuple((f"{platform}-{number}", platform) for platform in ("x", "facebook", "instagram") for number in (1, 2))
START = datetime(2026, 9, 1, tzinfo=UTC)
BATCH = 1000  #: posts


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "office"
        workspace.make(home, {})
        fill(home)
        command = [sys.executable, "-m", "benchmarks.report", str(home)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in told["seconds"].items())
    total = sum(told["seconds"].values())
    yield f"{POSTS:,} posts, {POSTS * READINGS:,} readings: {total:.1f} s (aim: 5): {parts}"
    yield f"peak memory {told['mib']:.0f} MiB (aim: 500)"


def fill(home: Path) -> None:
    app = App(load_settings({"PROKES_HOME": str(home)}))
    app.store.migrate()
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="humas", name="Humas", zone="WIB"))
        for name, platform in ACCOUNTS:
            accounts.add(tx, name=name, platform=platform, unit_id="humas", kind=AccountKind.OFFICIAL, sandbox=False)
        for first in range(1, POSTS + 1, BATCH):
            _put(tx, range(first, first + BATCH))
    app.close()


def _put(tx: Connection, ids: range) -> None:
    version = campaigns.save_version(tx, name="bench", title="bench", digest="b", yaml="", by="bench", now=START)
    known = {account.name: account.id for account in accounts.all_accounts(tx)}
    owner = {each: known[ACCOUNTS[each % len(ACCOUNTS)][0]] for each in ids}
    due = {each: START + timedelta(minutes=3 * each) for each in ids}
    row = {"campaign": "bench", "version_id": version, "zone": "WIB", "digest": "b", "text": "Cuci tangan.",
           "alt_text": "", "cost": 0, "status": "published"}  # fmt: skip
    tx.execute(insert(delivery), [
        {**row, "id": each, "message": f"m{each % 40}", "account_id": owner[each], "occurrence": f"o{each}",
         "due_at": due[each], "not_after": due[each], "next_at": due[each]}
        for each in ids
    ])  # fmt: skip
    tx.execute(insert(post), [
        {"id": each, "delivery_id": each, "account_id": owner[each], "external_id": f"p{each}",
         "permalink": f"https://example.go.id/{each}", "published_at": due[each], "found_by": "answer"}
        for each in ids
    ])  # fmt: skip
    tx.execute(insert(snapshot), [_reading(each, due[each], step) for each in ids for step in range(READINGS)])


def _reading(number: int, published_at: datetime, step: int) -> dict[str, object]:
    at = published_at + timedelta(hours=1 + 13 * step)
    seen = (number % 900 + 20) * (step + 1)
    numbers = {"impressions": seen, "likes": seen // 30, "comments": seen // 200, "shares": seen // 90}
    return {"post_id": number, "due_at": at, "taken_at": at, "next_at": at, "numbers": numbers, "raw": numbers,
            "known": "measured", "impressions": seen}  # fmt: skip


def _measure(home: Path) -> None:
    """In a process of its own, so that filling the tables is not counted."""
    app = App(load_settings({"PROKES_HOME": str(home)}))
    from prokes_social.reporting import formats

    seconds = {}
    started = time.perf_counter()
    found = app.reach.report("bench")
    seconds["gathering"] = time.perf_counter() - started
    for name in FORMATS:
        started = time.perf_counter()
        formats.write(found, name, home)
        seconds[name] = time.perf_counter() - started
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mib": mib}))


if __name__ == "__main__":
    _measure(Path(sys.argv[1]))
