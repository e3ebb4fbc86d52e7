"""Everything around the publishers: the sandbox as a process with a ledger, many accounts, a small picture to fetch."""

import base64
import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from prokes_social.app import App
from prokes_social.errors import ProkesError
from prokes_social.i18n import _
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.platform import Size
from prokes_social.sandbox import Control
from prokes_social.store import campaigns

#: Eight grey pixels square; every platform takes it.
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP///////////////////////////////////////////////////////////////////////////"
    "///////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAv/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AT//Z"
)
ALT_TEXT = "Kotak abu-abu."
CARD = "drill"
#: Of ten accounts; X has the least to prove absence with.
SHARES = (("x", 7), ("facebook", 2), ("instagram", 1))

#: No limit of the platform may stop a drill, and X's refusal of duplicates must not hide one.
SETTINGS = {
    "x_refuses_duplicates": False,
    "facebook_refuses_duplicates": False,
    "limits": {
        "x_posts_per_15m": 1_000_000,
        "x_media_per_15m": 1_000_000,
        "x_timeline_per_15m": 1_000_000,
        "x_reads_per_15m": 1_000_000,
        "x_user_posts_per_day": 1_000_000,
        "x_app_posts_per_day": 1_000_000,
        "graph_calls_per_hour": 1_000_000,
        "instagram_posts_per_day": 1_000_000,
    },
}


@contextmanager
def sandbox(folder: Path) -> Iterator[Control]:
    """In a process of its own; what became public is in `ledger.jsonl` at once, whoever dies. Raises ProkesError."""
    state = folder / "sandbox.json"
    command = [sys.executable, "-m", "prokes_social.sandbox", "--state-file", str(state)]
    process = subprocess.Popen([*command, "--ledger", str(folder / "ledger.jsonl")], stderr=subprocess.DEVNULL)
    try:
        control = _await(state)
        control.settings(**SETTINGS)
        yield control
        control.close()
    finally:
        process.kill()  # it has nothing to say any more: the ledger is written line by line
        process.wait()


def _await(state: Path) -> Control:
    try:
        return Control.from_state_file(state, timeout=30)
    except TimeoutError as error:
        raise ProkesError(_("The sandbox did not start."), hint=_("Try `prokes sandbox` to see why.")) from error


@contextmanager
def picture_server() -> Iterator[str]:
    """Gives the one picture at every address, for Instagram, which fetches it itself."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Picture) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(timeout=5)


class _Picture(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(PICTURE)))
        self.end_headers()
        self.wfile.write(PICTURE)

    def log_message(self, *_words: object) -> None:
        """Nobody wants to read it."""


def add_accounts(app: App, control: Control, count: int) -> list[str]:
    """`count` accounts over the platforms, known to the sandbox and connected; their names."""
    rows = [(platform, _row(platform, number)) for number, platform in enumerate(_platforms(count))]
    control.add_accounts(**{name: [row for platform, row in rows if platform == name] for name, _share in SHARES})
    return [_connected(app, platform, row) for platform, row in rows]


def _connected(app: App, platform: str, row: dict[str, Any]) -> str:
    fields = app.platforms[platform].credential_fields
    credentials = {field.name: str(row.get(field.name, row["id"])) for field in fields}  # a Page is named by its number
    name = f"{platform}-{row['username'].rpartition('_')[2]}"
    app.accounts.add(name, platform=platform, unit="drill", credentials=credentials, zone="WIB")
    return name


def _platforms(count: int) -> list[str]:
    in_order = [name for name, share in SHARES for _place in range(share)]
    return [in_order[number % len(in_order)] for number in range(count)]


def _row(platform: str, number: int) -> dict[str, Any]:
    """An account as the sandbox takes it; nothing here opens anything."""
    account_id = str(1_700_000_000_000_000 + number)
    row: dict[str, Any] = {"id": account_id, "name": f"Latihan {number:03}", "username": f"latihan_{number:03}"}
    if platform == "x":
        names = ("consumer_key", "consumer_secret", "access_token_secret")
        return row | {name: f"drill-{name}" for name in names} | {"access_token": f"{account_id}-drill-token"}
    return row | {"access_token": f"drill-token-{number:03}", "app_secret": "drill-app-secret"}


def keep_picture(app: App) -> None:
    request = CardRequest(template="-", brand="-", size=Size(8, 8), slots={}, alt_text=ALT_TEXT)
    digest = hashlib.sha256(PICTURE).hexdigest()
    with app.store.write() as tx:
        card = Card(request=request, content_digest=CARD, file_digest=digest, media_type="image/jpeg", data=PICTURE)
        campaigns.keep_card(tx, card)
