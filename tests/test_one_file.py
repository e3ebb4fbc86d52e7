"""The folder is the register: one added file is a platform everywhere."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prokes_social import platforms
from tests.cli.conftest import Run, run, workspace

__all__ = ["run", "workspace"]  # fixtures

THREADS = '''
"""Threads, as a newcomer would begin it."""

from collections.abc import Sequence
from datetime import datetime

from prokes_social.i18n import Bilingual
from prokes_social.model.platform import Connection, Identity, Limits, Post, Prepared, Submission
from prokes_social.model.reach import ReachSnapshot
from prokes_social.platforms import Charge, CredentialField, Platform, PlatformSettings, free


class ThreadsSettings(PlatformSettings):
    base_url: str = "https://graph.threads.net"


class Threads(Platform):
    name = "threads"
    label = "Threads"
    limits = Limits(text_length=30)
    live_url = "https://graph.threads.net"
    settings_prefix = "THREADS"
    Settings = ThreadsSettings
    credential_fields = (CredentialField(name="access_token", label=Bilingual("Token", "Token")),)
    external_id_is = Bilingual("nomor", "number")

    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        return Prepared(markers={})

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        raise NotImplementedError

    def find(self, submission: Submission, prepared: Prepared, connection: Connection, since: datetime) -> Post | None:
        return None

    def measure(self, posts: Sequence[Post], connection: Connection, charge: Charge = free) -> list[ReachSnapshot]:
        return []

    def verify(self, connection: Connection) -> Identity:
        return Identity(external_id="1", handle="@uji", name="Uji")
'''

CAMPAIGN = """\
id: uji
title: Uji
purpose: Uji berkas tunggal
owner: Humas
brand: nusa-raya
zone: WIB
starts_on: 2027-01-04
ends_on: 2027-01-31
sources: [{id: who, title: WHO, url: "https://www.who.int/", checked_on: 2026-11-10, valid_until: 2027-06-30}]
messages:
  - {id: tangan, text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir., sources: [who]}
sends:
  - {id: pagi, message: tangan, to: threads, at: 2027-01-05 07.30}
"""


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "platforms").mkdir()
    (tmp_path / "platforms" / "threads.py").write_text(THREADS)
    monkeypatch.setattr(platforms, "__path__", [*platforms.__path__, str(tmp_path / "platforms")])
    platforms.platform_class.cache_clear()
    yield
    platforms.platform_class.cache_clear()
    sys.modules.pop("prokes_social.platforms.threads", None)


@pytest.mark.usefixtures("newcomer")
def test_an_added_platform_is_a_choice_a_target_a_setting_and_a_limit(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "threads" in run("account", "add", "--help").out
    (workspace / "t.json").write_text('{"access_token": "t"}')
    monkeypatch.setenv("PROKES_THREADS_BASE_URL", "http://127.0.0.1:9")
    added = run("account", "add", "th-kab", "--platform", "threads", "--unit", "u", "--credentials", "t.json", "--json")
    assert added.json["sandbox"] is True
    (workspace / "campaigns" / "uji.yaml").write_text(CAMPAIGN)
    ran = run("campaign", "check", "campaigns/uji.yaml")
    assert "[text-length]" in ran.out
    short = CAMPAIGN.replace(" 20 detik dengan sabun dan air mengalir", "")
    (workspace / "campaigns" / "uji.yaml").write_text(short)
    [change] = run("campaign", "plan", "campaigns/uji.yaml", "--json").json["changes"]
    assert change["account"] == "th-kab"
