"""An office to test with: a workspace, the sandbox over a socket, our web service for pictures, and its accounts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from prokes_social.app import App, workspace
from prokes_social.clock import Clock, zone_named
from prokes_social.sandbox import Sandbox
from prokes_social.settings import load_settings
from prokes_social.web import build

#: Times of the protocol that a test can wait for; they are settings like any other.
SETTINGS = """
zone = "WIB"
[organisation]
name = "Provinsi Nusa Raya"
[publishing]
lease = "6s"
prepare_lead = "20s"
lookups = ["0.4s", "0.8s", "2s", "4s"]
retry = "1s"
[tracking]
reading_ages = ["1h", "6h"]
sandbox_time_scale = 86400
"""

CAMPAIGN = """\
id: uji
title: Uji coba
purpose: Menguji perjalanan pesan sampai ke laporan
owner: Biro Adpim
brand: nusa-raya
zone: WIB
starts_on: {day}
ends_on: {last}
hashtags: [AgenProkes]
sources:
  - id: who
    title: WHO, panduan kebersihan tangan
    url: https://www.who.int/
    checked_on: {checked}
    valid_until: {last}
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir.
    sources: [who]
    card:
      template: announcement
      slots: {{headline: Cuci tangan 20 detik, source: "WHO"}}
      alt: Kartu ajakan mencuci tangan 20 detik dengan sabun.
  - id: masker
    text: Sedang batuk? Mari pakai masker dan istirahat di rumah.
    sources: [who]
    card:
      template: announcement
      slots: {{headline: Masker adalah tanda sayang, source: "WHO"}}
      alt: Kartu ajakan memakai masker saat kurang sehat.
sends:
{sends}
"""


class Office:
    """Everything a journey touches."""

    def __init__(self, app: App, sandbox: Sandbox, folder: Path, environment: dict[str, str]) -> None:
        self.app = app
        self.sandbox = sandbox
        self.folder = folder
        self.environment = environment

    def add_accounts(self, *platforms: str) -> None:
        """The sandbox's first account of each platform, named `<platform>-uji`."""
        for name in platforms or tuple(self.app.platforms):
            self.app.accounts.add(
                f"{name}-uji", platform=name, unit="adpim", credentials=credentials_of(self.app, self.sandbox, name)
            )

    def write_campaign(self, *sends: str) -> Path:
        """A campaign of two messages; `sends` are lines of YAML, see `send`."""
        today = local_now(self.app).date()
        days = {"day": today, "last": today + timedelta(days=60), "checked": today - timedelta(days=5)}
        path = self.folder / "campaigns" / "uji.yaml"
        path.write_text(CAMPAIGN.format(**days, sends="\n".join(sends)), encoding="utf-8")
        return path

    def send(self, message: str = "tangan", to: str = "official", *, seconds: float = 3) -> str:
        """A line of YAML for a send that is due in `seconds`."""
        at = local_now(self.app) + timedelta(seconds=seconds)
        return f'  - {{id: kirim-{message}, message: {message}, to: {to}, at: "{at:%Y-%m-%d %H.%M.%S}"}}'


def local_now(app: App) -> datetime:
    return app.clock.now().astimezone(zone_named("WIB"))


def credentials_of(app: App, sandbox: Sandbox, platform: str) -> dict[str, str]:
    row = sandbox.accounts()[platform][0]
    # A Page and an Instagram account are named by their number there.
    return {field.name: str(row.get(field.name, row["id"])) for field in app.platforms[platform].credential_fields}


@contextmanager
def open_office(
    folder: Path, *, database_url: str = "", clock: Clock | None = None, settings: str = SETTINGS, **more: str
) -> Iterator[Office]:
    """`more` are further variables, `PROKES_X_CLIENT_ID="…"`; by a `clock` the sandbox lives too, and no faster."""
    workspace.make(folder, {})
    (folder / "prokes.toml").write_text(settings, encoding="utf-8")
    sandbox = Sandbox(clock=lambda: clock.now().timestamp()) if clock else Sandbox(settings={"age_speed": 86400.0})
    with sandbox, listening() as listener:
        environment = {
            "PROKES_HOME": str(folder),
            "PROKES_PUBLIC_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "PROKES_X_BASE_URL": sandbox.url,
            "PROKES_GRAPH_BASE_URL": sandbox.url,
            **more,
        }
        if database_url:
            environment["PROKES_DATABASE_URL"] = database_url
        app = App(load_settings(environment), clock)
        with _served(app, listener):
            yield Office(app, sandbox, folder, environment)
        app.close()


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def _served(app: App, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(build(app), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)
