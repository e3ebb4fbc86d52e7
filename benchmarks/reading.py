"""Ten thousand due readings from the sandbox, in its own process: readings a second and peak memory.

Beside it in the same run what a plain script does: one request a post and number, as the platforms' guides show it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from prokes_social.app import App, workspace
from prokes_social.model.platform import Post
from prokes_social.model.reach import Known
from prokes_social.platforms import platform_class
from prokes_social.sandbox import Control
from prokes_social.settings import load_settings
from prokes_social.store import accounts, snapshots
from prokes_social.store.tables import delivery, post, snapshot

READINGS = 10_000
#: Of the sandbox's own accounts; a Page may make 4,800 calls an hour, and each post of a call is one.
SHARES: Mapping[str, tuple[int, ...]] = {"x": (1700, 1700), "facebook": (1650, 1650), "instagram": (1650, 1650)}
PLAIN = 60  #: readings of each account that the plain script takes; the rest would take as long each


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, started_sandbox(Path(folder)) as sandbox:
        app = office(Path(folder) / "office", sandbox)
        fill(app, sandbox)
        plain = _plain_rate(app)
        started = time.perf_counter()
        collected = app.reach.collect_due()
        seconds = time.perf_counter() - started
        whole = _measured(app)
        app.close()
    rate = collected.taken / seconds
    yield (
        f"{collected.taken:,} readings of {len(SHARES) * 2} accounts in {seconds:.1f} s (aim: 60): {rate:,.0f}/s,"
        f" {rate / plain:.1f} × one request a post ({plain:,.0f}/s); {whole:,} measured, each once"
    )
    yield f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


class started_sandbox:  # noqa: N801 - used as a function
    """A sandbox in a process of its own, so that its work is not counted as ours."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "sandbox.json"

    def __enter__(self) -> Control:
        command = [sys.executable, "-m", "prokes_social.sandbox", "--state-file", str(self._state)]
        self._process = subprocess.Popen(command)
        self._control = Control.from_state_file(self._state)
        return self._control

    def __exit__(self, *_exc: object) -> None:
        self._control.close()
        self._process.terminate()
        self._process.wait(10)


def office(folder: Path, sandbox: Control, settings: str = "") -> App:
    """A workspace whose platforms are the sandbox."""
    workspace.make(folder, {})
    if settings:
        (folder / "prokes.toml").write_text(settings, encoding="utf-8")
    return App(load_settings(environment(folder, sandbox)))


def environment(folder: Path, sandbox: Control) -> dict[str, str]:
    return {"PROKES_HOME": str(folder), "PROKES_X_BASE_URL": sandbox.url, "PROKES_GRAPH_BASE_URL": sandbox.url}


def fill(app: App, sandbox: Control, shares: Mapping[str, tuple[int, ...]] = SHARES) -> None:
    """Accounts of the sandbox with posts from yesterday, a minute apart, each with a reading that is due."""
    since = datetime.now(UTC) - timedelta(days=2)
    for platform, counts in shares.items():
        for number, count in enumerate(counts):
            row = sandbox.accounts()[platform][number]
            fields = platform_class(platform).credential_fields
            credentials = {each.name: str(row.get(each.name, row["id"])) for each in fields}
            name = f"{platform}-{number}"
            app.accounts.add(name, platform=platform, unit="humas", credentials=credentials, zone="WIB")
            made = sandbox.add_earlier_posts(platform, row["id"], since=since.timestamp(), count=count, every_s=60)
            _remember(app, name, made)


def _remember(app: App, name: str, made: list[dict[str, Any]]) -> None:
    now = datetime.now(UTC)
    with app.store.write() as tx:
        account = accounts.by_name(tx, name)
        assert account
        ids = _deliveries(tx, account.id, name, len(made), now)
        rows = [
            {
                "id": delivery_id,
                "delivery_id": delivery_id,
                "account_id": account.id,
                "external_id": each["id"],
                "permalink": each["permalink"],
                "published_at": datetime.fromtimestamp(each["published_at"], UTC),
                "found_by": "answer",
            }
            for delivery_id, each in zip(ids, made, strict=True)
        ]
        tx.execute(insert(post), rows)
        due = now - timedelta(minutes=1)
        tx.execute(insert(snapshot), [{"post_id": each["id"], "due_at": due, "next_at": due} for each in rows])


def _deliveries(tx: Any, account_id: int, name: str, count: int, now: datetime) -> list[int]:
    from prokes_social.store import campaigns

    version = campaigns.save_version(tx, name="bench", title="bench", digest="b", yaml="", by="bench", now=now)
    first = int(tx.execute(select(func.coalesce(func.max(delivery.c.id), 0))).scalar_one()) + 1
    ids = list(range(first, first + count))
    row = {
        "campaign": "bench", "account_id": account_id, "occurrence": name, "version_id": version, "zone": "WIB",
        "digest": "b", "text": "", "alt_text": "", "due_at": now, "not_after": now, "next_at": now, "cost": 0,
        "status": "published",
    }  # fmt: skip
    tx.execute(insert(delivery), [{**row, "id": each, "message": f"m{each}"} for each in ids])
    return ids


def _plain_rate(app: App) -> float:
    """One post a call through the same adapters: real tweepy, real facebook-sdk, one connection a request."""
    with app.store.read() as tx:
        asked = snapshots.on_demand(tx, now=app.clock.now())
        known = {each.id: each for each in accounts.all_accounts(tx)}
    taken, started = 0, time.perf_counter()
    for account in known.values():
        connection = app.connector.connection_to(account)
        mine: list[Post] = [each.post for each in asked if each.account_id == account.id][:PLAIN]
        for each in mine:
            taken += len(app.platforms[account.platform].measure([each], connection))
    return taken / (time.perf_counter() - started)


def _measured(app: App) -> int:
    with app.store.read() as tx:
        query = select(func.count()).where(snapshot.c.known == Known.MEASURED.value)
        return int(tx.execute(query).scalar_one())


if __name__ == "__main__":
    os.environ.setdefault("PROKES_LANGUAGE", "id")
    for line in run():
        print(line)
