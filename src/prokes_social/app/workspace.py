"""A workspace: an empty folder in, one with settings, samples, assets, key and database out."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.keys import new_key
from prokes_social.settings import FILE, STATE, Settings, load_settings
from prokes_social.store import Store

SAMPLE_SETTINGS = """\
# Pengaturan ruang kerja prokes-social. Variabel lingkungan PROKES_* mengalahkan isi berkas ini.
zone = "WIB"        # WIB, WITA, atau WIT
language = "id"     # id atau en

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


def bundled(name: str) -> Path:
    """A folder that is shipped with the program: inside the wheel, or at the top of a checkout."""
    inside = Path(str(files("prokes_social").joinpath("bundled", name)))
    return inside if inside.is_dir() else Path(str(files("prokes_social"))).parents[1] / name


def make(folder: Path, environment: dict[str, str] | None = None) -> Settings:
    """Make a workspace in a new or empty folder. Raises SettingsError, and leaves an existing workspace alone."""
    if (folder / FILE).exists():
        raise SettingsError(
            _("{folder} is a workspace already.", folder=folder), hint=_("Choose another folder for a new one.")
        )
    try:
        _fill(folder)
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


def _fill(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("campaigns", "assets"):
        shutil.copytree(bundled(name), folder / name, dirs_exist_ok=True)
    (folder / STATE).mkdir(mode=0o700, exist_ok=True)
    key_file = folder / STATE / "key"
    if not key_file.exists():
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_key())
    (folder / FILE).write_text(SAMPLE_SETTINGS, encoding="utf-8")
