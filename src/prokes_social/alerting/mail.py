"""Notices in, one e-mail to everybody on the list out."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from prokes_social.alerting.notice import Notice, NotTold, PerhapsTold
from prokes_social.clock import Clock, zone_named
from prokes_social.i18n import _, format_short, n_
from prokes_social.keys import Secret

TIMEOUT = 10.0
#: The server said no in its own words, so nothing was taken.
_ANSWERS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """`security` is starttls, ssl or none; the first refuses a server that does not offer TLS."""

    host: str
    sender: str
    to: Sequence[str]
    clock: Clock
    zone: str  #: WIB, WITA or WIT; in which times are told
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: Secret | None = None
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    name: str = "e-mail"
    at_once: int = 50  # an outage tells of many deliveries at once; nobody reads fifty mails

    def tell(self, notices: Sequence[Notice]) -> None:
        """Raises NotTold, also where the server refuses some of the receivers."""
        letter = self._letter(notices)
        try:
            with self._server() as server:
                refused = server.send_message(letter)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotTold(_reason(error)) from error
        if refused:
            raise NotTold(_("refused for: {names}", names=", ".join(sorted(refused))))

    def send(self, letter: EmailMessage) -> str:
        """Send a letter of somebody's making to everybody on the list; who was refused, in words.

        Raises NotTold where it is proved not sent, PerhapsTold where the server's last word was lost.
        """
        self._address(letter)
        try:
            server = self._server()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotTold(_reason(error)) from error
        try:
            refused = server.send_message(letter)
        except (*_ANSWERS, ValueError) as error:
            raise NotTold(_reason(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise PerhapsTold(_reason(error)) from error
        finally:
            server.close()  # without farewell: it has said that the letter is taken
        return _("refused for: {names}", names=", ".join(sorted(refused))) if refused else ""

    def _address(self, letter: EmailMessage) -> None:
        letter["From"] = self.sender
        letter["To"] = ", ".join(self.to)
        letter["Date"] = format_datetime(self.clock.now())
        letter["Auto-Submitted"] = "auto-generated"  # keeps holiday notices from answering

    def _server(self) -> smtplib.SMTP:
        if self.security == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self.trust)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if self.security == "starttls":
                server.starttls(context=self.trust)
            if self.user and self.password:
                server.login(self.user, self.password.reveal())
        except BaseException:
            server.close()
            raise
        return server

    def _letter(self, notices: Sequence[Notice]) -> EmailMessage:
        letter = EmailMessage()
        letter["Subject"] = _subject(notices)
        self._address(letter)
        letter.set_content("\n\n".join([*(self._paragraph(each) for each in notices), _footer(notices[0])]) + "\n")
        return letter

    def _paragraph(self, notice: Notice) -> str:
        alarm = notice.alarm
        lines = [
            f"{alarm.kind.label} · {format_short(alarm.opened_at, zone_named(self.zone))}",
            alarm.what,
            _("Account: {account}", account=notice.account) if notice.account else "",
            _("Delivery: {id}", id=notice.delivery_id) if notice.delivery_id else "",
            _("It is over already.") if alarm.closed_at else _("Next step: {step}", step=alarm.kind.remedy),
        ]
        return "\n".join(line for line in lines if line)


def _subject(notices: Sequence[Notice]) -> str:
    first = notices[0]
    mark = "[SANDBOX] " if all(each.sandbox for each in notices) else ""
    if len(notices) > 1:
        return mark + n_("prokes-social: {count} alarm", "prokes-social: {count} alarms", len(notices))
    return mark + " · ".join(part for part in (f"prokes-social: {first.alarm.kind.label}", first.account) if part)


def _footer(notice: Notice) -> str:
    return _("{office} · all open alarms: `prokes alarm list`", office=notice.office)


def _reason(error: Exception) -> str:
    """A mail server's words name its reason; `AUTH` answers never repeat a password, and the log takes out secrets."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
