"""Every table; the database holds UTC, and refuses what the protocol must never see."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Boolean as Bool
from sqlalchemy.engine import Dialect
from sqlalchemy.types import DateTime, TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment; a naive one is an error, because it means two things on two servers."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time reached the database: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _required(name: str, kind: Any, *rest: Any, **more: Any) -> Column[Any]:
    return Column(name, kind, *rest, nullable=False, **more)


unit = Table(
    "unit",
    metadata,
    Column("id", Text, primary_key=True),
    _required("name", Text),
    _required("zone", Text),
    Column("parent", Text, ForeignKey("unit.id")),
)

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("name", Text, unique=True),
    _required("platform", Text),
    _required("unit_id", Text, ForeignKey("unit.id")),
    _required("kind", Text),
    _required("sandbox", Bool),
    _required("when_absent", Text, server_default="hold"),  # hold | resend: what follows a look-up that finds nothing
    Column("external_id", Text),
    Column("handle", Text),
    Column("checked_at", Instant),
    Column("paused_until", Instant),
    Column("free_at", Instant),  # the least distance after the post before is over
    Column("blocked_at", Instant),
    _required("blocked_why", Text, server_default=""),
)

credential = Table(
    "credential",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("field", Text, primary_key=True),
    _required("sealed", LargeBinary),
)

campaign = Table(
    "campaign",
    metadata,
    Column("name", Text, primary_key=True),
    _required("title", Text),
)

campaign_version = Table(
    "campaign_version",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("campaign", Text, ForeignKey("campaign.name")),
    _required("digest", Text),
    _required("yaml", Text),
    _required("saved_by", Text),
    _required("saved_at", Instant),
    UniqueConstraint("campaign", "digest"),
)

card = Table(
    "card",
    metadata,
    Column("content_digest", Text, primary_key=True),
    _required("size", Text),
    _required("file_digest", Text, index=True),
    _required("media_type", Text),
    _required("alt_text", Text),
    _required("bytes", LargeBinary),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("campaign", Text, ForeignKey("campaign.name")),
    _required("message", Text),
    _required("account_id", Integer, ForeignKey("account.id")),
    _required("occurrence", Text),
    _required("version_id", Integer, ForeignKey("campaign_version.id")),
    _required("zone", Text),
    _required("digest", Text),
    _required("text", Text),
    _required("alt_text", Text),
    Column("link", Text),
    Column("card_digest", Text, ForeignKey("card.content_digest")),
    _required("due_at", Instant),
    _required("not_after", Instant),
    Column("late_until", Instant),  # a person said: send it late, until then
    Column("sources_until", Date),  # the first day on which one of its sources no longer holds, less one
    _required("cost", Numeric(10, 4, asdecimal=True)),
    _required("status", Text),
    _required("reason", Text, server_default=""),
    _required("next_at", Instant),
    Column("owner", Text),
    Column("lease_until", Instant),
    _required("fence", Integer, server_default="0"),
    Column("prepared", JSON),
    Column("prepared_until", Instant),
    _required("prepared_ready", Bool, server_default=text("false")),
    Column("uncertain_since", Instant),
    Column("look_since", Instant),  # after a restore: it may have gone out since then, unknown to us
    _required("lookups", Integer, server_default="0"),
    UniqueConstraint("campaign", "message", "account_id", "occurrence"),
)
# The claim's index: only rows that wait for their time, in the order they are due.
Index(
    "ix_delivery_scheduled",
    delivery.c.next_at,
    delivery.c.id,
    sqlite_where=text("status = 'scheduled'"),
    postgresql_where=text("status = 'scheduled'"),
)
Index(
    "ix_delivery_uncertain",
    delivery.c.next_at,
    sqlite_where=text("status = 'uncertain'"),
    postgresql_where=text("status = 'uncertain'"),
)
# Whether another delivery of the account comes first, or is in doubt, asked for each candidate of a claim.
Index(
    "ix_delivery_scheduled_account",
    delivery.c.account_id,
    delivery.c.next_at,
    delivery.c.id,
    sqlite_where=text("status = 'scheduled'"),
    postgresql_where=text("status = 'scheduled'"),
)
Index(
    "ix_delivery_uncertain_account",
    delivery.c.account_id,
    sqlite_where=text("status = 'uncertain'"),
    postgresql_where=text("status = 'uncertain'"),
)
# One call in flight an account, kept by the database and not by good manners.
_IN_FLIGHT = text("status in ('claimed', 'sending')")
Index("uq_delivery_in_flight", delivery.c.account_id, unique=True, sqlite_where=_IN_FLIGHT, postgresql_where=_IN_FLIGHT)
_OPEN = text("status in ('waiting', 'scheduled')")
Index("ix_delivery_not_after", delivery.c.not_after, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_delivery_account_due", delivery.c.account_id, delivery.c.due_at)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", Integer, ForeignKey("delivery.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _required("prepared", JSON),
    _required("started_at", Instant),
    Column("ended_at", Instant),
    _required("outcome", Text),
    _required("said", Text, server_default=""),
    _required("cost", Numeric(10, 4, asdecimal=True)),
)

post = Table(
    "post",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("delivery_id", Integer, ForeignKey("delivery.id"), unique=True),
    _required("account_id", Integer, ForeignKey("account.id")),
    _required("external_id", Text),
    _required("permalink", Text),
    _required("published_at", Instant),
    _required("found_by", Text),  # answer | look-up | person
    Column("removed_at", Instant),
    UniqueConstraint("account_id", "external_id"),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("post_id", Integer, ForeignKey("post.id"), primary_key=True),
    Column("due_at", Instant, primary_key=True),
    Column("taken_at", Instant),  # empty: this row is a reading that waits; the table is its own queue
    _required("next_at", Instant),
    Column("numbers", JSON),
    Column("raw", JSON),
    _required("known", Text, server_default="unknown"),
    _required("reason", Text, server_default=""),
)
_UNREAD = text("taken_at is null")
Index("ix_snapshot_unread", snapshot.c.next_at, sqlite_where=_UNREAD, postgresql_where=_UNREAD)

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("digest", Text, index=True),
    _required("verdict", Text),  # approved | sent-back
    _required("who", Text),
    _required("at", Instant),
    _required("remark", Text, server_default=""),
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("kind", Text),
    _required("subject", Text),  # delivery:12, account:3, clock, database
    _required("what", Text),
    _required("remedy", Text),
    _required("opened_at", Instant),
    Column("told_at", Instant),
    Column("closed_at", Instant),
)
# One alarm for one trouble, however many processes notice it.
_RINGING = text("closed_at is null")
Index("uq_alarm_open", alarm.c.kind, alarm.c.subject, unique=True, sqlite_where=_RINGING, postgresql_where=_RINGING)

switch = Table(
    "switch",
    metadata,
    Column("name", Text, primary_key=True),  # a row means: on
    _required("since", Instant),
    _required("who", Text),
    _required("remark", Text, server_default=""),
)
