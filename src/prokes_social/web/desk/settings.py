"""Every setting in force with its words from the manual, whether secrets are set but never what they are; backups."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Response
from pydantic import SecretStr
from sqlalchemy import make_url

from prokes_social import help as manual
from prokes_social import platforms
from prokes_social import settings as sections
from prokes_social.errors import StoreError
from prokes_social.help import tables
from prokes_social.i18n import _, language
from prokes_social.model.user import Right
from prokes_social.settings import Settings
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="reference/settings")
#: Settings that a variable of their own can say.
_VARIABLES = {
    "language": "PROKES_LANG", "database_url": "PROKES_DATABASE_URL", "public_url": "PROKES_PUBLIC_URL",
    "log_level": "PROKES_LOG_LEVEL",
}  # fmt: skip
BACKUPS = 20


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    value: str
    words: str
    from_environment: bool = False
    otherwise: bool = False  #: nobody said anything else


@area.get("/settings", Right.MANAGE)
def listing(visit: Visit) -> Response:
    return visit.missing() if visit.units is not None else _page(visit)


@area.post("/settings/backup", Right.MANAGE)
def backup(visit: Visit) -> Response:
    if visit.units is not None:
        return visit.missing()
    try:
        made = visit.app.upkeep.backup()
    except StoreError as error:
        return _page(visit, 409, wrong=f"{error.message} {error.hint}")
    visit.app.audit.note(who=visit.who, act="backup.make", subject="backup", after=made.name)
    return visit.go("/settings", ok=_("The backup is made and checked: {file}", file=made.name))


def _page(visit: Visit, status: int = 200, *, wrong: str = "") -> Response:
    settings, found = visit.app.settings, visit.app.upkeep.backups()
    return visit.show(
        "settings.html.j2", status, groups=_grouped(_lines(settings)), platforms=list(_of_platforms(settings)),
        secrets=list(_secrets(settings)), backups=found[:BACKUPS], more=max(0, len(found) - BACKUPS), wrong=wrong,
        home=settings.home.name, size=_size,
    )  # fmt: skip


def _lines(settings: Settings) -> Iterator[Line]:
    words = manual.notes(manual.find("reference/settings", language()), "setting-keys", language())
    for name, default in tables._leaves(sections._Document):
        value: Any = settings
        for part in name.split("."):
            value = getattr(value, part)
        variable = _VARIABLES.get(name, "")
        yield Line(
            name=name, value=_shown(name, value), words=words.get(name, ""), otherwise=value == default,
            from_environment=bool(variable and settings.environment.get(variable)),
        )  # fmt: skip


def _shown(name: str, value: Any) -> str:
    """What may stand on a page: an address can carry a password, or be one."""
    if name == "database_url":
        return make_url(value).render_as_string(hide_password=True)
    if name == "alerting.webhook_url" and value:
        return f"{urlsplit(value).scheme}://{urlsplit(value).hostname}/…"
    return tables._toml(value).strip('"') if isinstance(value, str) else _written(value)


def _written(value: Any) -> str:
    match value:
        case (int() as day, at) if hasattr(at, "hour"):
            return f"{sections._DAYS[day]} {at:%H.%M}"
        case Mapping():
            return ", ".join(f"{name} {_written(each)}" for name, each in value.items())
        case tuple():
            return ", ".join(_written(each) for each in value)
    return tables._toml(value).strip('"')


def _grouped(lines: Iterator[Line]) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.name.partition(".")[0] if "." in line.name else "", []).append(line)
    return groups


def _of_platforms(settings: Settings) -> Iterator[Line]:
    words = manual.notes(manual.find("reference/settings", language()), "platform-settings", language())
    kinds = {kind.settings_prefix: kind.Settings for kind in platforms.all_classes()}
    for prefix, form in kinds.items():
        said = settings.for_platform(prefix)
        for name, default in tables._leaves(form):
            secret = isinstance(default, SecretStr)
            value = said.get(name, "" if secret else default)
            yield Line(
                name=f"platforms.{prefix.lower()}.{name}", words=words.get(name, ""),
                value=_is_set(bool(value)) if secret else _written(value), otherwise=name not in said,
                from_environment=f"PROKES_{prefix}_{name.upper()}" in settings.environment,
            )  # fmt: skip


def _secrets(settings: Settings) -> Iterator[Line]:
    """What comes from the environment alone."""
    key = bool(settings.environment.get("PROKES_KEY"))
    file = os.access(settings.state / "key", os.R_OK)
    yield Line(
        name="PROKES_KEY", words=_("the key that seals credentials and signs links"), from_environment=key,
        otherwise=True,
        value=_("set") if key else _("in the workspace's key file") if file else _("not set"),
    )  # fmt: skip
    for name, words in (
        ("PROKES_ALERT_WEBHOOK_SECRET", _("signs what the webhook is told")),
        ("PROKES_ALERT_SMTP_PASSWORD", _("the password at the mail server")),
    ):
        there = bool(settings.environment.get(name))
        yield Line(name=name, words=words, value=_is_set(there), from_environment=there, otherwise=True)


def _is_set(there: bool) -> str:
    return _("set") if there else _("not set")


def _size(count: int) -> str:
    """Megabytes, as file managers write them."""
    return f"{count / 1_000_000:.1f} MB".replace(".", "," if language() == "id" else ".")
