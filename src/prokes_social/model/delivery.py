"""Delivery: one message to one account at one time; its statuses are one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from prokes_social.i18n import Bilingual, Labelled
from prokes_social.model.platform import Post, Prepared


class DeliveryStatus(Labelled):
    """Each member carries its remark in both languages; `MOVES` says where it may go."""

    WAITING = "waiting", Bilingual("menunggu", "waiting"), Bilingual("menunggu persetujuan", "waits for approval")
    SCHEDULED = (
        "scheduled",
        Bilingual("terjadwal", "scheduled"),
        Bilingual("disetujui; menunggu waktunya", "approved; waits for its time"),
    )
    CLAIMED = (
        "claimed",
        Bilingual("disiapkan", "claimed"),
        Bilingual(
            "dipegang satu pekerja dan disiapkan; belum ada yang tampil",
            "one publisher holds it under a lease and prepares; nothing is public",
        ),
    )
    SENDING = (
        "sending",
        Bilingual("dikirim", "sending"),
        Bilingual("niat tercatat; kiriman mungkin sedang berjalan", "the intent is committed; the call may be out"),
    )
    UNCERTAIN = (
        "uncertain",
        Bilingual("belum pasti", "uncertain"),
        Bilingual("jawaban tidak dapat dipercaya; sedang dicari", "no trustworthy answer; being looked up"),
    )
    HELD = "held", Bilingual("ditahan", "held"), Bilingual("menunggu keputusan petugas", "a person decides")
    PUBLISHED = "published", Bilingual("tayang", "published"), Bilingual("unggahan ada", "a post exists")
    FAILED = (
        "failed",
        Bilingual("gagal", "failed"),
        Bilingual("ditolak; tidak dicoba lagi", "refused for good"),
    )
    MISSED = (
        "missed",
        Bilingual("terlewat", "missed"),
        Bilingual("batas waktunya lewat", "its window closed"),
    )
    CANCELLED = "cancelled", Bilingual("dibatalkan", "cancelled"), Bilingual("ditarik", "withdrawn")


S = DeliveryStatus

#: Where a delivery may go from each status; the store refuses every other move.
MOVES: Mapping[DeliveryStatus, frozenset[DeliveryStatus]] = {
    S.WAITING: frozenset({S.SCHEDULED, S.HELD, S.CANCELLED, S.MISSED}),  # held: only after a restore
    S.SCHEDULED: frozenset({S.CLAIMED, S.WAITING, S.HELD, S.CANCELLED, S.MISSED}),
    # published without a call: found by the look that comes first after a restore
    S.CLAIMED: frozenset({S.SENDING, S.SCHEDULED, S.WAITING, S.FAILED, S.CANCELLED, S.MISSED, S.PUBLISHED}),
    S.SENDING: frozenset({S.PUBLISHED, S.SCHEDULED, S.UNCERTAIN, S.FAILED, S.MISSED}),
    S.UNCERTAIN: frozenset({S.PUBLISHED, S.HELD, S.FAILED, S.SCHEDULED}),
    S.HELD: frozenset({S.PUBLISHED, S.SCHEDULED, S.CANCELLED}),
    S.PUBLISHED: frozenset(),
    # published: found, or named by a person, when a decision was asked for
    S.FAILED: frozenset({S.SCHEDULED, S.WAITING, S.CANCELLED, S.PUBLISHED}),
    S.MISSED: frozenset({S.SCHEDULED, S.WAITING, S.CANCELLED, S.PUBLISHED}),
    S.CANCELLED: frozenset({S.WAITING}),
}

#: Still in the people's hands: edits and cancels win.
OPEN = frozenset({S.WAITING, S.SCHEDULED, S.CLAIMED, S.FAILED, S.MISSED})
#: The point of no return is passed: nothing we decide changes what the public may see.
OUT = frozenset({S.SENDING, S.UNCERTAIN, S.HELD, S.PUBLISHED})


@dataclass(frozen=True, kw_only=True)
class Key:
    """What makes a delivery the same one after an edit: never its hour, never a running number."""

    campaign: str
    message: str
    account: str
    occurrence: str  #: the send's id and its nominal date, `senin-pagi@2026-11-23`


@dataclass(frozen=True, kw_only=True)
class Content:
    """What people approve; `digest` covers all of it."""

    text: str
    alt_text: str
    link: str | None
    card: str | None  #: the card's content digest
    due_at: datetime
    not_after: datetime
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    id: int
    key: Key
    account_id: int
    platform: str
    sandbox: bool
    zone: str
    content: Content
    status: DeliveryStatus
    reason: str = ""  #: why it is failed, missed, held or back to waiting, for people
    next_at: datetime
    fence: int = 0
    late_until: datetime | None = None  #: a person said that it may go out late, until then
    sources_until: date | None = None
    cost: Decimal = Decimal(0)
    prepared: Prepared | None = None
    uncertain_since: datetime | None = None
    look_since: datetime | None = None  #: after a restore: look for it from then on, before it is sent
    lookups: int = 0
    attempts: int = 0
    post: Post | None = None

    @property
    def last_moment(self) -> datetime:
        """After this it is missed."""
        return self.late_until or self.content.not_after

    @property
    def is_in_doubt(self) -> bool:
        """Its newest attempt may have made a post; otherwise only a call that a restore made us forget can have."""
        return self.status in (S.UNCERTAIN, S.HELD) and self.uncertain_since is not None


class Outcome(StrEnum):
    """How an attempt ended; `OPEN` while its call may be out."""

    OPEN = "open"
    PUBLISHED = "published"
    NOT_SENT = "not_sent"
    REJECTED = "rejected"
    UNAUTHORIZED = "unauthorized"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A delivery under our lease; every write that follows names its fence."""

    delivery: Delivery
    owner: str
    claimed_at: float  #: uptime in seconds

    @property
    def fence(self) -> int:
        return self.delivery.fence


def as_row(delivery: Delivery) -> dict[str, Any]:
    """The JSON that `prokes delivery list` and the API promise."""
    return {
        "id": delivery.id,
        "campaign": delivery.key.campaign,
        "message": delivery.key.message,
        "account": delivery.key.account,
        "platform": delivery.platform,
        "occurrence": delivery.key.occurrence,
        "due_at": delivery.content.due_at.isoformat(),
        "not_after": delivery.content.not_after.isoformat(),
        "status": delivery.status.value,
        "reason": delivery.reason,
        "external_id": delivery.post.external_id if delivery.post else None,
        "permalink": delivery.post.permalink if delivery.post else None,
        "published_at": delivery.post.published_at.isoformat() if delivery.post else None,
        "attempts": delivery.attempts,
    }
