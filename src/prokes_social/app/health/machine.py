"""What the program stands on: Python, libraries, zones, fonts, disk, clock and the modes of files."""

import re
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import metadata, resources
from pathlib import Path

from sqlalchemy import make_url

from prokes_social.app.health.check import Check, bad, fine, warning
from prokes_social.clock import ZONES, Clock, zone_named
from prokes_social.errors import ProkesError
from prokes_social.i18n import _, format_number
from prokes_social.settings import Settings

#: When this was written; a clock that says less is wrong.
EARLIEST = 2026
LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000  #: bytes


def versions() -> Iterator[Check]:
    """Each library that we name ourselves against what we ask for, and against the lock where there is one."""
    wanted = dict(_wanted())
    locked = _locked()
    old = [f"{name} {has}" for name, least in wanted.items() if (has := _installed(name)) is None or _less(has, least)]
    other = [f"{name} {has}" for name in wanted if (has := _installed(name)) not in locked.get(name, [has])]
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if old:
        yield bad("versions", _("Too old or missing: {names}", names=", ".join(old)), _("Install prokes-social anew."))
    elif other:
        what = _("Other versions than those tested: {names}", names=", ".join(other))
        yield warning("versions", what, _("Run `make` again, or install from requirements.lock."))
    else:
        yield fine("versions", _("{python} and {count} libraries as asked for.", python=python, count=len(wanted)))


def zones() -> Iterator[Check]:
    hours = {"WIB": 7, "WITA": 8, "WIT": 9}
    at = datetime(2026, 1, 1)  # noqa: DTZ001 - asked of each zone below
    wrong = []
    for label, hour in hours.items():
        try:
            if zone_named(label).utcoffset(at) != timedelta(hours=hour):
                wrong.append(ZONES[label])
        except (KeyError, OSError):
            wrong.append(ZONES[label])
    if wrong:
        what = _("Time zones are missing or wrong: {names}", names=", ".join(wrong))
        yield bad("zones", what, _("Install the package tzdata."))
    else:
        yield fine("zones", _("WIB, WITA and WIT are known."))


def cards(settings: Settings) -> Iterator[Check]:
    """Templates, brand kits and fonts load, and the first template draws."""
    from prokes_social.app.cards import asset_folders, open_studio
    from prokes_social.rendering import sample_requests

    try:
        studio = open_studio(asset_folders(settings.home))
        studio.render(next(sample_requests(studio)))
    except (ProkesError, OSError, StopIteration) as error:
        yield bad("cards", _("No card can be drawn: {reason}", reason=error), _("Mend the files below assets/."))
        return
    names = _("{templates} templates, {brands} brand kits", templates=len(studio.templates), brands=len(studio.brands))
    yield fine("cards", _("Cards can be drawn: {names}.", names=names))


def regional_scripts() -> Iterator[Check]:
    """Pillow's wheel brings RAQM, but RAQM looks for libfribidi on the system when it is first used."""
    from prokes_social.rendering.typefaces import shapes_other_scripts

    if shapes_other_scripts():
        yield fine("raqm", _("Javanese, Sundanese, Balinese, Lontara and Jawi can be set on cards."))
    else:
        what = _("RAQM is missing: cards with Javanese, Sundanese, Balinese, Lontara or Jawi text are refused.")
        remedy = _(
            "Install libfribidi0, for instance with `sudo apt install libfribidi0`. Latin text works without it."
        )
        yield warning("raqm", what, remedy)


def disk(settings: Settings) -> Iterator[Check]:
    for folder in dict.fromkeys((settings.home, database_file(settings) or settings.home)):
        free = shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
        what = _("{megabytes} MB free for {folder}.", megabytes=format_number(free // 1_000_000), folder=folder)
        remedy = _("Free some space: on a full disk nothing is sent.")
        if free < LITTLE:
            yield (bad if free < TOO_LITTLE else warning)("disk", what, remedy)
        else:
            yield fine("disk", what)


def wall_clock(clock: Clock) -> Iterator[Check]:
    now = clock.now()
    if now.year < EARLIEST:
        remedy = _("Set the clock and switch on NTP, for instance with `timedatectl set-ntp true`.")
        yield bad("clock", _("The computer's clock says {time}.", time=now.isoformat(timespec="seconds")), remedy)
    else:
        yield fine("clock", _("The computer's clock says {time}.", time=now.isoformat(timespec="seconds")))


def modes(settings: Settings) -> Iterator[Check]:
    """Nobody but the owner reads the database and the key."""
    files = [settings.state / "key"]
    if database := database_file(settings):
        files += [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm", ".gate"))]
    open_ones = [path for path in files if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_ones:
        listed = " ".join(str(path) for path in open_ones)
        yield bad("modes", _("Other users can read: {files}", files=listed), f"chmod 600 {listed}")
    else:
        yield fine("modes", _("Database and key can be read by their owner alone."))


def database_file(settings: Settings) -> Path | None:
    """Where SQLite keeps it; None for PostgreSQL."""
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _wanted() -> Iterator[tuple[str, str]]:
    """The libraries we name, each with its least version."""
    for line in metadata.requires("prokes-social") or ():
        found = re.match(r"([\w.-]+)(?:\[[^]]*\])?(?:.*?>=([\d.]+))?", line)
        if found and "extra ==" not in line:
            yield found[1].lower(), found[2] or "0"


def _locked() -> dict[str, list[str]]:
    """The versions our tests ran with, several where Pythons differ; none without a checkout."""
    file = Path(str(resources.files("prokes_social"))).parents[1] / "requirements.lock"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    locked: dict[str, list[str]] = {}
    for found in re.finditer(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE):
        locked.setdefault(found[1].lower(), []).append(found[2])
    return locked


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _less(version: str, least: str) -> bool:
    return _numbers(version) < _numbers(least)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
