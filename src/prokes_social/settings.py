"""The only reader of PROKES_* variables and prokes.toml: a workspace folder in, Settings out."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from prokes_social.clock import duration
from prokes_social.errors import SettingsError
from prokes_social.i18n import DEFAULT_LANGUAGE, _, use_language
from prokes_social.keys import KeyRing, Secret

FILE = "prokes.toml"
STATE = ".prokes"  #: database and key file, inside the workspace


def _as_duration(value: Any) -> Any:
    return duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_as_duration)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signatory(_Section):
    """Who signs letters and reports; without an office nobody does."""

    office: str = ""
    name: str = ""
    rank: str = ""
    nip: str = ""
    place: str = ""


class Organisation(_Section):
    name: str = "Pemerintah Daerah"
    unit: str = ""  #: the office that runs this workspace, printed on reports
    address: str = ""
    signature: Signatory = Signatory()


class Checking(_Section):
    #: hosts, or ends of hosts, that links may point to
    allowed_hosts: tuple[str, ...] = ("go.id", "who.int")
    #: names that stay out of staff feeds while `prokes election` is on
    candidates: tuple[str, ...] = ()


class Publishing(_Section):
    """The times of the publishing protocol; the defaults are the protocol's own."""

    gap: Duration = timedelta(0)  #: least distance between two posts of one account
    window: Duration = timedelta(minutes=30)  #: how long a send may wait where it says nothing
    lease: Duration = timedelta(seconds=60)
    prepare_lead: Duration = timedelta(minutes=10)
    #: after an uncertain call
    lookups: tuple[Duration, ...] = tuple(timedelta(seconds=s) for s in (15, 60, 300, 900))
    retry: Duration = timedelta(seconds=15)  #: after "not sent" without a time from the platform
    threads: Annotated[int, Field(ge=1, le=64)] = 8
    x_monthly_budget: Decimal = Decimal(20)  #: US dollars an X account


def _as_clock(value: Any) -> Any:
    return time.fromisoformat(value.replace(".", ":")) if isinstance(value, str) else value


Clock = Annotated[time, BeforeValidator(_as_clock)]

#: Hours that people post at; assumptions until the office's own results say better.
PRESETS = {"pagi": time(7), "siang": time(12), "sore": time(16, 30), "malam": time(19, 30)}


class Tracking(_Section):
    #: ages of a post at which its numbers are read
    reading_ages: tuple[Duration, ...] = tuple(timedelta(hours=h) for h in (1, 6, 24, 72, 168, 672))
    #: how much faster posts age on the sandbox than in life; 1 everywhere else
    sandbox_time_scale: Annotated[float, Field(ge=1)] = 1.0
    threads: Annotated[int, Field(ge=1, le=64)] = 4  #: accounts that are read at once
    lease: Duration = timedelta(minutes=2)  #: how long one process holds readings; after it another may take them


class Sharing(_Section):
    """How often, and when, staff members are asked to share."""

    per_week: Annotated[int, Field(ge=1, le=50)] = 5  #: invitations to one person in seven days
    open_for: Duration = timedelta(days=14)  #: how long an invitation stands, at most until the campaign ends
    quiet_from: Clock = time(19)  #: nobody is asked from then on, on the wall of their unit
    quiet_until: Clock = time(6, 30)
    on_holidays: bool = False  #: ask on national holidays too
    quiet_days: tuple[date, ...] = ()  #: days of the office's own on which nobody is asked
    #: share of alike words, 0 to 100, above which two texts count as the same on different accounts
    alike: Annotated[float, Field(ge=50, le=100)] = 90


class Coverage(_Section):
    """How vaccination is told, unit by unit."""

    target: Annotated[Decimal, Field(ge=80, le=100)] = Decimal(95)  #: per cent of a unit's target group
    measure: Literal["first", "second", "booster"] = "second"  #: the dose that counts
    stale_after: Duration = timedelta(days=14)  #: data older than this are taken in with a warning
    brand: str = ""  #: the brand kit of cards and reports; needed where there are several


class Alerting(_Section):
    """Where alarms go besides the log; secrets come from the environment, never from a file that is passed around."""

    webhook_url: Annotated[str, Field(pattern=r"^https?://[^/\s@]+(/\S*)?$")] | None = None
    allow_private: bool = False  #: the webhook may be in our own network, and without TLS
    email_to: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "ssl", "none"] = "starttls"
    smtp_user: str = ""
    smtp_from: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "Alerting":
        if self.email_to and not (self.smtp_host and self.smtp_from):
            raise ValueError("email_to needs smtp_host and smtp_from")
        if self.webhook_url and self.webhook_url.startswith("http:") and not self.allow_private:
            raise ValueError("webhook_url must begin with https:// unless allow_private is true")
        return self


_DAYS = (
    "senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


def _as_rhythm(value: Any) -> Any:
    """`senin 07.30` as a weekday, Monday being 0, and a time. Raises ValueError."""
    if not isinstance(value, str):
        return value
    day, _space, at = value.strip().lower().partition(" ")
    if day not in _DAYS or not at.strip():
        raise ValueError("write a weekday and an hour, such as “senin 07.30”")
    return _DAYS.index(day) % 7, _as_clock(at.strip())


class Reporting(_Section):
    """The report of the week that the worker makes by itself, and who gets it."""

    #: a weekday and an hour in the workspace's zone, `senin 07.30`; without it nothing is made by itself
    every: Annotated[tuple[int, time], BeforeValidator(_as_rhythm)] | None = None
    email_to: tuple[str, ...] = ()  #: by the mail server of [alerting]
    webhook: bool = False  #: tell the webhook of [alerting] too


class Webhooks(_Section):
    """Who is told of each change of a delivery's status; the secret that signs comes from the environment."""

    url: Annotated[str, Field(pattern=r"^https?://[^/\s@]+(/\S*)?$")] | None = None
    #: the statuses that are told
    statuses: tuple[
        Literal[
            "waiting", "scheduled", "claimed", "sending", "uncertain", "held", "published", "failed", "missed",
            "cancelled",
        ],
        ...,
    ] = ("published", "uncertain", "held", "failed", "missed")  # fmt: skip
    allow_private: bool = False  #: the address may be in our own network, and without TLS

    @model_validator(mode="after")
    def _is_safe(self) -> "Webhooks":
        if self.url and self.url.startswith("http:") and not self.allow_private:
            raise ValueError("url must begin with https:// unless allow_private is true")
        return self


class Desk(_Section):
    """Who says yes before something goes out."""

    four_eyes: bool = True  #: whoever wrote it, or checked its facts, does not approve it
    fact_check: bool = True  #: the facts are checked before it is approved


LogLevel = Literal["debug", "info", "warning", "error"]


class _Document(_Section):
    """prokes.toml, section by section; the platforms' own sections are read by the platforms."""

    organisation: Organisation = Organisation()
    zone: Literal["WIB", "WITA", "WIT"] = "WIB"
    language: Literal["id", "en"] = DEFAULT_LANGUAGE  # type: ignore[assignment]
    database_url: str | None = None
    public_url: str | None = None
    #: words that may stand for an hour in a campaign: `at: 2026-11-23 pagi`
    presets: Mapping[str, Clock] = Field(default_factory=lambda: PRESETS)
    checking: Checking = Checking()
    publishing: Publishing = Publishing()
    tracking: Tracking = Tracking()
    sharing: Sharing = Sharing()
    coverage: Coverage = Coverage()
    alerting: Alerting = Alerting()
    reporting: Reporting = Reporting()
    desk: Desk = Desk()
    webhooks: Webhooks = Webhooks()
    log_level: LogLevel = "info"
    platforms: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reports_can_leave(self) -> "_Document":
        if self.reporting.email_to and not (self.alerting.smtp_host and self.alerting.smtp_from):
            raise ValueError("reporting.email_to needs smtp_host and smtp_from below [alerting]")
        if self.reporting.webhook and not self.alerting.webhook_url:
            raise ValueError("reporting.webhook needs webhook_url below [alerting]")
        return self


@dataclass(frozen=True, kw_only=True)
class Settings:
    home: Path
    organisation: Organisation
    zone: str
    language: str
    database_url: str
    public_url: str | None
    presets: Mapping[str, time]
    checking: Checking
    publishing: Publishing
    tracking: Tracking
    sharing: Sharing
    coverage: Coverage
    alerting: Alerting
    reporting: Reporting
    desk: Desk
    webhooks: Webhooks
    log_level: LogLevel
    platforms: Mapping[str, Mapping[str, Any]]
    environment: Mapping[str, str] = field(repr=False)

    @property
    def state(self) -> Path:
        return self.home / STATE

    @property
    def keys(self) -> KeyRing:
        """PROKES_KEY (several, separated by spaces; the first seals), else the workspace's key file."""
        text = self.environment.get("PROKES_KEY") or _read_key_file(self.state / "key")
        try:
            return KeyRing.from_texts(text.split())
        except ValueError as error:
            raise SettingsError(
                _("The encryption key can't be read: {reason}.", reason=error),
                hint=_(
                    "Set PROKES_KEY to the key that `prokes init` made, or restore the file {file}.",
                    file=f"{STATE}/key",
                ),
            ) from error

    @property
    def webhook_secret(self) -> Secret | None:
        return self._secret("PROKES_ALERT_WEBHOOK_SECRET")

    @property
    def webhooks_secret(self) -> Secret | None:
        """That of status changes; else the one that signs alarms."""
        return self._secret("PROKES_WEBHOOKS_SECRET") or self.webhook_secret

    @property
    def smtp_password(self) -> Secret | None:
        return self._secret("PROKES_ALERT_SMTP_PASSWORD")

    def _secret(self, variable: str) -> Secret | None:
        return Secret(text) if (text := self.environment.get(variable)) else None

    def for_platform(self, prefix: str) -> dict[str, Any]:
        """What `[platforms.<prefix>]` and PROKES_<PREFIX>_* say; the variables win."""
        start = f"PROKES_{prefix.upper()}_"
        variables = {k.removeprefix(start).lower(): v for k, v in self.environment.items() if k.startswith(start)}
        return {**self.platforms.get(prefix.lower(), {}), **variables}


def find_home(environment: Mapping[str, str], start: Path) -> Path:
    """PROKES_HOME, else the nearest folder upwards that holds prokes.toml. Raises SettingsError."""
    if named := environment.get("PROKES_HOME"):
        return Path(named).resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise SettingsError(
        _("There is no workspace here: no {file} in this folder or above.", file=FILE),
        hint=_("Make one with `prokes init FOLDER`, or name one with PROKES_HOME."),
    )


def load_settings(environment: Mapping[str, str] | None = None, start: Path | None = None) -> Settings:
    """Read the workspace's settings; raises SettingsError naming the setting and the remedy."""
    environment = os.environ if environment is None else environment
    home = find_home(environment, (start or Path.cwd()).resolve())
    document = _read_document(home / FILE, environment)
    language = environment.get("PROKES_LANG") or document.language
    use_language(language)
    return Settings(
        home=home,
        organisation=document.organisation,
        zone=document.zone,
        language=language,
        database_url=environment.get("PROKES_DATABASE_URL")
        or document.database_url
        or f"sqlite:///{home / STATE / 'prokes.db'}",
        public_url=(environment.get("PROKES_PUBLIC_URL") or document.public_url or "").rstrip("/") or None,
        presets=document.presets,
        checking=document.checking,
        publishing=document.publishing,
        tracking=document.tracking,
        sharing=document.sharing,
        coverage=document.coverage,
        alerting=document.alerting,
        reporting=document.reporting,
        desk=document.desk,
        webhooks=document.webhooks,
        log_level=document.log_level,
        platforms=document.platforms,
        environment=dict(environment),
    )


def _read_document(path: Path, environment: Mapping[str, str]) -> _Document:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        if level := environment.get("PROKES_LOG_LEVEL"):
            said["log_level"] = level.lower()
        return _Document.model_validate(said)
    except FileNotFoundError as error:
        raise SettingsError(
            _("{folder} is not a workspace: it has no {file}.", folder=path.parent, file=FILE),
            hint=_("Make one with `prokes init FOLDER`."),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            _("{file} can't be read: {reason}.", file=path, reason=error), hint=_("Mend the file and try again.")
        ) from error
    except ValidationError as error:
        raise SettingsError(
            _("{file} has a setting that can't be used:\n{list}", file=path, list=_listed(error)),
            hint=_("The manual lists every setting under “reference/settings”."),
        ) from error


def _listed(error: ValidationError) -> str:
    return "\n".join(f"  {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())


def _read_key_file(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise SettingsError(
            _("There is no encryption key: {file} can't be read.", file=path),
            hint=_(
                "Set PROKES_KEY or restore the key file from your safe; without it the accounts must be added again."
            ),
        ) from error
