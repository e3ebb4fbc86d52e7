"""A report that was kept, and what became of its ways out of the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prokes_social.i18n import Bilingual, Labelled


class ReportKind(Labelled):
    CAMPAIGN = "campaign", Bilingual("kampanye", "campaign")
    WEEK = "week", Bilingual("mingguan", "weekly")


class Sent(Labelled):
    """How a sending ended; only what is proved not sent is tried again unasked."""

    OPEN = "open", Bilingual("sedang dikirim", "under way")
    SENT = "sent", Bilingual("terkirim", "sent")
    NOT_SENT = "not-sent", Bilingual("tidak terkirim", "not sent")
    UNKNOWN = "unknown", Bilingual("belum pasti terkirim", "perhaps sent")


@dataclass(frozen=True, kw_only=True)
class Sending:
    channel: str  #: e-mail or webhook
    number: int
    begun_at: datetime
    outcome: Sent
    said: str = ""  #: the other side's words


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A report before it is kept."""

    kind: ReportKind
    subject: str  #: the campaign; empty for all of them
    period: str  #: first and last day, `2026-11-16_2026-11-22`
    title: str
    summary: str  #: what stands above the files in a letter
    sandbox: bool
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class KeptReport(Draft):
    """One version; a later one never takes the place of it."""

    id: int
    version: int
    made_by: str  #: empty: the worker, at its hour
    files: Mapping[str, str]  #: name to SHA-256
    sendings: tuple[Sending, ...] = ()

    @property
    def folder(self) -> str:
        subject = f"{self.subject}-" if self.subject else ""
        return f"{self.kind.value}-{subject}{self.period}-v{self.version}"

    def may_go(self, channel: str) -> bool:
        """Nothing of it went out by this channel, for all we know."""
        return all(each.outcome is Sent.NOT_SENT for each in self.sendings if each.channel == channel)


def as_row(kept: KeptReport) -> dict[str, Any]:
    """The JSON that `prokes report list` promises, and that a webhook is told."""
    return {
        "id": kept.id,
        "kind": kept.kind.value,
        "campaign": kept.subject or None,
        "period": kept.period.split("_"),
        "version": kept.version,
        "title": kept.title,
        "summary": kept.summary,
        "sandbox": kept.sandbox,
        "made_at": kept.made_at.isoformat(),
        "made_by": kept.made_by or None,
        "files": [{"name": name, "sha256": digest} for name, digest in kept.files.items()],
        "sendings": [
            {
                "channel": each.channel,
                "begun_at": each.begun_at.isoformat(),
                "outcome": each.outcome.value,
                "said": each.said,
            }
            for each in kept.sendings
        ],
    }
