"""Reports that are kept: made on demand or at their hour, listed, and sent once by each channel."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.alerting import Mail, NotTold, PerhapsTold, Webhook
from prokes_social.app.channels import report_channels
from prokes_social.clock import zone_named
from prokes_social.errors import ContentError, SettingsError, StoreError
from prokes_social.i18n import _, format_date
from prokes_social.model.kept import Draft, KeptReport, ReportKind, Sent, as_row
from prokes_social.store import kept as rows

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.model.week import WeekReport

FOLDER = "reports"  #: below the workspace's state
#: A report that could not be sent is tried again this often, for this long.
PAUSE, PATIENCE = timedelta(minutes=15), timedelta(days=2)
#: What mail servers let through as one attachment's type.
_TYPES = {
    ".pdf": ("application", "pdf"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class Reports:
    def __init__(self, app: "App") -> None:
        self._app = app

    # --- making ---

    def keep_campaign(self, campaign: str, *, formats: Collection[str], number: str = "", by: str) -> KeptReport:
        """The campaign's report as it is now, as its next version. Raises ContentError."""
        from prokes_social.reporting import formats as writers
        from prokes_social.reporting import wording

        report = self._app.reach.report(campaign, number=number)
        subject = report.subject
        days = [day.isoformat() for day in (subject.starts_on, subject.ends_on) if day]
        files = {name: data for each in formats for name, data in writers.render(report, each).items()}
        draft = Draft(
            kind=ReportKind.CAMPAIGN,
            subject=campaign,
            period="_".join(days),
            title=subject.title,
            summary=wording.lead(report),
            sandbox=report.sandbox,
            made_at=report.made_at,
        )
        found = self._keep(draft, files, by)
        assert found  # noqa: S101 - only the worker's own is made once
        return found

    def keep_week(self, day: date | None = None, *, number: str = "", by: str) -> KeptReport:
        """The seven days before `day`, today where nothing is said. Raises ContentError for a week of nothing."""
        week = self._week(day or self._app.clock.now().astimezone(zone_named(self._app.settings.zone)).date(), number)
        if not week.campaigns:
            raise ContentError(
                _(
                    "Nothing was due from {first} to {last}.",
                    first=format_date(week.first),
                    last=format_date(week.last),
                ),
                hint=_("Name a day after the week you mean, such as `prokes report week 2026-11-30`."),
            )
        found = self._keep_week(week, by)
        assert found  # noqa: S101 - only the worker's own is made once
        return found

    def make_due(self) -> KeptReport | None:
        """The report whose hour has come, made once; None where there is none, or nothing to tell."""
        from prokes_social.reporting.weekly import latest, week_before

        every = self._app.settings.reporting.every
        if every is None:
            return None
        due = latest(every, self._app.clock.now(), zone_named(self._app.settings.zone))
        first, last = week_before(due.date())
        with self._app.store.read() as tx:
            if rows.is_made(tx, ReportKind.WEEK, f"{first.isoformat()}_{last.isoformat()}"):
                return None
        week = self._week(due.date())
        return self._keep_week(week, "") if week.campaigns else None

    def _week(self, day: date, number: str = "") -> "WeekReport":
        from prokes_social.reporting.paper import paper_of
        from prokes_social.reporting.weekly import make_week_report, week_before

        app = self._app
        first, last = week_before(day)
        return make_week_report(
            app.store, first=first, last=last, settings=app.settings, now=app.clock.now(),
            look_of=app.reach.look_of, paper=paper_of(app.settings, number=number),
        )  # fmt: skip

    def _keep_week(self, week: "WeekReport", by: str) -> KeptReport | None:
        from prokes_social.reporting.week_files import files_of, letter

        draft = Draft(
            kind=ReportKind.WEEK,
            subject="",
            period=week.period,
            title=week.whole.subject.title,
            summary=letter(week),
            sandbox=week.whole.sandbox,
            made_at=week.whole.made_at,
        )
        return self._keep(draft, files_of(week), by)

    def _keep(self, draft: Draft, files: Mapping[str, bytes], by: str) -> KeptReport | None:
        digests = {name: sha256(data).hexdigest() for name, data in files.items()}
        with self._app.store.write() as tx:
            found = rows.add(tx, draft, made_by=by, files=digests)
            if found:  # the row is ours alone by now, and is gone again where the disk refuses
                _write(self._folder(found), files)
        return found

    # --- what there is ---

    def listing(self) -> list[KeptReport]:
        """The newest first."""
        with self._app.store.read() as tx:
            return rows.listing(tx)

    def get(self, report_id: int) -> KeptReport:
        """Raises ContentError."""
        with self._app.store.read() as tx:
            found = rows.get(tx, report_id)
        if found is None:
            raise ContentError(
                _("There is no kept report {id}.", id=report_id),
                hint=_("See which there are with `prokes report list`."),
            )
        return found

    def paths(self, kept: KeptReport) -> list[Path]:
        return [self._folder(kept) / name for name in kept.files]

    def _folder(self, kept: KeptReport) -> Path:
        return self._app.settings.state / FOLDER / kept.folder

    # --- sending ---

    def send(self, report_id: int, *, again: bool = False) -> KeptReport:
        """By every channel that is set, once; `again` sends what was sent too. Raises SettingsError, ContentError."""
        channels = report_channels(self._app.settings, self._app.clock)
        if not channels:
            raise SettingsError(
                _("Nobody is set to get reports."),
                hint=_("Name them in prokes.toml: `email_to` or `webhook` below [reporting]."),
            )
        kept = self.get(report_id)
        for channel in channels:
            if again or kept.may_go(channel.name):
                self._send_by(kept, channel)
        return self.get(report_id)

    def send_due(self) -> int:
        """Send what the worker made and no channel has had yet; what was refused is tried again. How many went out."""
        channels = report_channels(self._app.settings, self._app.clock)
        if not channels:
            return 0
        now = self._app.clock.now()
        waiting = [each for each in self.listing() if not each.made_by and now - each.made_at <= PATIENCE]
        return sum(
            self._send_by(kept, channel)
            for kept in waiting
            for channel in channels
            if kept.may_go(channel.name) and _has_rested(kept, channel.name, now)
        )

    def _send_by(self, kept: KeptReport, channel: Mail | Webhook) -> bool:
        """The intent is written first: where we die in between, nobody gets it twice unasked."""
        with self._app.store.write() as tx:
            number = rows.begin_sending(tx, kept, channel.name, now=self._app.clock.now())
        if number is None:
            return False
        outcome, said = self._sent(kept, channel)
        with self._app.store.write() as tx:
            rows.end_sending(tx, kept, channel.name, number, outcome=outcome, said=said)
        return outcome is Sent.SENT

    def _sent(self, kept: KeptReport, channel: Mail | Webhook) -> tuple[Sent, str]:
        """How it ended, and what the other side said."""
        try:
            if isinstance(channel, Webhook):
                channel.send({"event": "report", **as_row(kept)}, name=f"report-{kept.id}")
                return Sent.SENT, ""
            return Sent.SENT, channel.send(_letter(kept, self.files(kept)))
        except NotTold as error:
            return Sent.NOT_SENT, str(error)
        except StoreError as error:
            return Sent.NOT_SENT, error.message
        except PerhapsTold as error:
            return Sent.UNKNOWN, str(error)

    def files(self, kept: KeptReport) -> dict[str, bytes]:
        """Exactly those that were kept. Raises StoreError where one is gone or was changed."""
        found: dict[str, bytes] = {}
        for path in self.paths(kept):
            data = path.read_bytes() if path.is_file() else b""
            if sha256(data).hexdigest() != kept.files[path.name]:
                raise StoreError(
                    _("{file} is gone or is not as it was kept.", file=path),
                    hint=_("Make the report anew, or take the file from a backup."),
                )
            found[path.name] = data
        return found


def _has_rested(kept: KeptReport, channel: str, now: datetime) -> bool:
    begun = [each.begun_at for each in kept.sendings if each.channel == channel]
    return not begun or now - max(begun) >= PAUSE


def _letter(kept: KeptReport, files: Mapping[str, bytes]) -> EmailMessage:
    letter = EmailMessage()
    version = _(", version {number}", number=kept.version) if kept.version > 1 else ""
    letter["Subject"] = f"{'[SANDBOX] ' if kept.sandbox else ''}{kept.title}{version}"
    letter.set_content(kept.summary + "\n")
    for name, data in files.items():
        kind = _TYPES.get(Path(name).suffix)
        if kind:
            letter.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
    return letter


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise StoreError(
            _("The report can't be kept in {folder}: {reason}.", folder=folder, reason=error.strerror),
            hint=_("Free the disk, or let this folder be written to."),
        ) from error
