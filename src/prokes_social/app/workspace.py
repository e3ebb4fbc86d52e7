"""A workspace: an empty folder in, one with settings, samples, assets, key and database out."""

import os
import re
import shutil
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from prokes_social.clock import Clock, SystemClock, zone_named
from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.keys import new_key
from prokes_social.settings import FILE, STATE, Settings, load_settings
from prokes_social.store import Store

SAMPLE_SETTINGS = """\
# Pengaturan ruang kerja prokes-social. Variabel lingkungan PROKES_* mengalahkan isi berkas ini.
zone = "WIB"        # WIB, WITA, atau WIT
language = "id"     # id atau en
# public_url = "https://prokes.example"  # alamat tempat `prokes serve` dapat dibuka; halaman pegawai memerlukannya

[organisation]
name = "Provinsi Nusa Raya"
unit = "Biro Administrasi Pimpinan"

[presets]                              # jam yang boleh ditulis sebagai kata: `at: 2026-11-23 pagi`
pagi = "07.00"
siang = "12.00"
sore = "16.30"
malam = "19.30"

[checking]
allowed_hosts = ["go.id", "who.int"]   # tautan hanya boleh ke sini

[publishing]
window = "30 menit"                    # berapa lama kiriman boleh terlambat
x_monthly_budget = 20.0                # dolar AS per akun X
"""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: When a source was read and until when it holds are facts: they stay.
_FACT = re.compile(r"checked_on|valid_until")


def bundled(name: str) -> Path:
    """A folder that is shipped with the program: inside the wheel, or at the top of a checkout."""
    inside = Path(str(files("prokes_social").joinpath("bundled", name)))
    return inside if inside.is_dir() else Path(str(files("prokes_social"))).parents[1] / name


def make(folder: Path, environment: dict[str, str] | None = None, clock: Clock | None = None) -> Settings:
    """Make a workspace in a new or empty folder. Raises SettingsError, and leaves an existing workspace alone.

    Samples that have begun already begin again next Monday, so that they can be queued as they are.
    """
    if (folder / FILE).exists():
        raise SettingsError(
            _("{folder} is a workspace already.", folder=folder), hint=_("Choose another folder for a new one.")
        )
    try:
        _fill(folder, (clock or SystemClock()).now().astimezone(zone_named("WIB")).date())
    except OSError as error:
        raise SettingsError(
            _("The workspace can't be made in {folder}: {reason}.", folder=folder, reason=error.strerror),
            hint=_("Choose a folder you may write to, on a disk with free space."),
        ) from error
    settings = load_settings({**(environment or os.environ), "PROKES_HOME": str(folder)})
    store = Store(settings.database_url)
    store.migrate()
    store.close()
    return settings


def _fill(folder: Path, today: date) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(bundled("assets"), folder / "assets", dirs_exist_ok=True)
    shutil.copytree(bundled("campaigns"), folder / "campaigns", dirs_exist_ok=True)
    for sample in bundled("campaigns").glob("*.yaml"):
        text = begun_after(today, sample.read_text(encoding="utf-8"))
        (folder / "campaigns" / sample.name).write_text(text, encoding="utf-8")
    (folder / STATE).mkdir(mode=0o700, exist_ok=True)
    key_file = folder / STATE / "key"
    if not key_file.exists():
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_key())
    (folder / FILE).write_text(SAMPLE_SETTINGS, encoding="utf-8")


def begun_after(today: date, sample: str) -> str:
    """The sample with its campaign's days moved by whole weeks, until it starts after `today`."""
    starts_on = re.search(r"(?m)^starts_on: (\S+)", sample)
    assert starts_on, "every sample says when it starts"  # noqa: S101 - they are ours
    weeks = max(0, (today - date.fromisoformat(starts_on[1])).days // 7 + 1)
    lines = [line if _FACT.search(line) else _later(line, timedelta(weeks=weeks)) for line in sample.split("\n")]
    return "\n".join(lines)


def _later(line: str, by: timedelta) -> str:
    return _DAY.sub(lambda day: (date.fromisoformat(day[0]) + by).isoformat(), line)
