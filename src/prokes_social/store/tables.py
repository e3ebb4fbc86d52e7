"""Every table; the database holds UTC, and refuses what the protocol must never see."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
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
    Column("dissolved_at", Instant),
)

# Names and contacts stand here and nowhere else, so that a person can be forgotten.
person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("name", Text),
    _required("unit_id", Text, ForeignKey("unit.id"), index=True),
    _required("leader", Bool, server_default=text("false")),
    _required("contact", Text, server_default=""),
    _required("languages", Text, server_default="id"),
    _required("photo", Text, server_default=""),
    _required("link_version", Integer, server_default="1"),
    Column("known_by", Text, unique=True),  # keyed digest of the staff number or contact that an import goes by
    _required("added_at", Instant),
    Column("left_at", Instant),
    sqlite_autoincrement=True,  # the number of somebody forgotten is never given again: their links would open
)

consent = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE")),
    _required("purpose", Text),
    _required("given", Bool),
    _required("at", Instant),
    _required("wording_id", Integer, ForeignKey("consent_wording.id")),
    _required("by", Text),  # "person", or who recorded a paper form
    Index("ix_consent_person_purpose", "person_id", "purpose", "id"),
)

consent_wording = Table(
    "consent_wording",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("purpose", Text),
    _required("version", Integer),
    _required("words", Text),
    UniqueConstraint("purpose", "version", "words"),
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
    Column("ends_at", Instant),  # when the credentials end, where the platform tells and they are not renewed by us
    Column("paused_until", Instant),
    Column("free_at", Instant),  # the least distance after the post before is over
    Column("blocked_at", Instant),
    _required("blocked_why", Text, server_default=""),
    _required("by_hand", Bool, server_default=text("false")),  # no API: its owner is offered what is due
    Column("owner_id", Integer, ForeignKey("person.id")),
    Column("deputy_id", Integer, ForeignKey("person.id")),
    Column("unread_until", Instant),  # the platform asks not to be asked for numbers; posting goes on
    Column("renewing_until", Instant),  # one process renews the credentials: a refresh token works once
)

credential = Table(
    "credential",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("field", Text, primary_key=True),
    _required("sealed", LargeBinary),
)

# A person on the way to the platform's page of consent and back; kept for minutes, taken once.
authorisation = Table(
    "authorisation",
    metadata,
    Column("state", Text, primary_key=True),  # its digest: what is in the address is nowhere else
    _required("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE")),
    _required("platform", Text),
    _required("verifier", LargeBinary),  # sealed
    _required("redirect_url", Text),
    _required("ends_at", Instant),
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
_WAITS = text("status = 'waiting'")
Index(
    "ix_delivery_waiting",
    delivery.c.campaign,
    delivery.c.due_at,
    delivery.c.account_id,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)
Index("ix_delivery_account_due", delivery.c.account_id, delivery.c.due_at)
# Calendars: days in order, and how many of them are in which status, without touching the rows.
Index("ix_delivery_due", delivery.c.due_at, delivery.c.id, delivery.c.status, delivery.c.account_id)

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
    Column("kinds", JSON),  # what a number is made of: likes by reaction
    Column("fell", JSON(none_as_null=True)),  # by metric what the reading before told, where that was more
    Column("raw", JSON),
    _required("known", Text, server_default="unknown"),
    _required("reason", Text, server_default=""),
    Column("impressions", BigInteger),  # the same as in `numbers`, for sums over a million readings
)
_UNREAD = text("taken_at is null")
Index("ix_snapshot_unread", snapshot.c.next_at, sqlite_where=_UNREAD, postgresql_where=_UNREAD)
# Reports find the newest numbers and how impressions grew without touching the rows, which carry raw answers.
_TOLD = text("known = 'measured'")
Index(
    "ix_snapshot_told",
    snapshot.c.post_id,
    snapshot.c.taken_at,
    snapshot.c.impressions,
    sqlite_where=_TOLD,
    postgresql_where=_TOLD,
)
_SILENT = text("known = 'unknown' and taken_at is not null")
Index("ix_snapshot_silent", snapshot.c.post_id, sqlite_where=_SILENT, postgresql_where=_SILENT)
_FELL = text("fell is not null")
Index("ix_snapshot_fell", snapshot.c.post_id, sqlite_where=_FELL, postgresql_where=_FELL)

# What reading numbers costs; what a post costs stands with its attempt.
spending = Table(
    "spending",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("account_id", Integer, ForeignKey("account.id")),
    _required("at", Instant),
    _required("posts", Integer),
    _required("cost", Numeric(10, 4, asdecimal=True)),
    Index("ix_spending_account_id_at", "account_id", "at"),
)

wave = Table(
    "wave",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("campaign", Text, ForeignKey("campaign.name")),
    _required("message", Text),
    _required("audience", Text),  # leaders | staff | account:<name>
    _required("occurrence", Text),
    _required("version_id", Integer, ForeignKey("campaign_version.id")),
    _required("content", JSON),
    _required("digest", Text),
    _required("opens_at", Instant),
    _required("closes_at", Instant),
    _required("status", Text, index=True),
    _required("reason", Text, server_default=""),
    Column("opened_at", Instant),
    Column("opened_by", Text),  # time | share | person
    UniqueConstraint("campaign", "message", "audience", "occurrence"),
)

offer = Table(
    "offer",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("wave_id", Integer, ForeignKey("wave.id")),
    # Empty once the person is forgotten: what was counted stays counted.
    Column("person_id", Integer, ForeignKey("person.id", ondelete="SET NULL")),
    _required("unit_id", Text, ForeignKey("unit.id")),  # frozen: whoever moves on is counted where they were asked
    _required("code", Text, unique=True),
    _required("offered_at", Instant),
    _required("proof", Text, server_default=""),
    UniqueConstraint("wave_id", "person_id"),
    Index("ix_offer_person_offered", "person_id", "offered_at"),
    Index("ix_offer_wave_unit", "wave_id", "unit_id"),
)

share_step = Table(
    "share_step",
    metadata,
    Column("offer_id", Integer, ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("place", Text, primary_key=True, server_default=""),
    _required("at", Instant),
)

click = Table(
    "click",
    metadata,
    Column("offer_id", Integer, ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("visitor", Text, primary_key=True),  # of that day alone: its salt is thrown away
    _required("count", Integer),
)

# Without the salt nobody can tell whose visit a digest was; it lives for one day.
day_salt = Table(
    "day_salt",
    metadata,
    Column("day", Date, primary_key=True),
    _required("salt", LargeBinary),
)

# Counts of people by unit, never people: no table here tells who is vaccinated.
coverage = Table(
    "coverage",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("data_on", Date, index=True),
    _required("source", Text),
    _required("in_percent", Bool, server_default=text("false")),
    _required("digest", Text),
    _required("imported_at", Instant),
    _required("by", Text),
)

coverage_row = Table(
    "coverage_row",
    metadata,
    Column("coverage_id", Integer, ForeignKey("coverage.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", Text, ForeignKey("unit.id"), primary_key=True),
    _required("target_group", Integer),
    _required("first", Integer),
    Column("second", Integer),
    Column("booster", Integer),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("digest", Text, index=True),
    _required("verdict", Text),  # approved | sent-back | fact-checked | recalled
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

# Reports that were kept; their files lie in the workspace, and here is by which digests they are known.
report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("kind", Text),  # campaign | week
    _required("subject", Text),  # the campaign; empty for all of them
    _required("period", Text),  # 2026-11-16_2026-11-22
    _required("version", Integer),
    _required("title", Text),
    _required("summary", Text),
    _required("sandbox", Bool),
    _required("made_at", Instant),
    _required("made_by", Text),  # a login name; empty: the worker, at its hour
    _required("files", JSON),  # name to digest
    UniqueConstraint("kind", "subject", "period", "version"),
)

# The intent is written before the call, so that nothing goes out twice unasked.
report_sending = Table(
    "report_sending",
    metadata,
    Column("report_id", Integer, ForeignKey("report.id"), primary_key=True),
    Column("channel", Text, primary_key=True),  # e-mail | webhook
    Column("number", Integer, primary_key=True),
    _required("begun_at", Instant),
    _required("outcome", Text, server_default="open"),  # open | sent | not-sent | unknown
    _required("said", Text, server_default=""),
)

# --- the desk ---

# Not called "user": PostgreSQL keeps that word for itself.
user = Table(
    "desk_user",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("name", Text, unique=True),
    _required("roles", JSON),
    _required("password", Text),  # Argon2id, with its own salt and cost
    Column("seed", LargeBinary),  # of the second factor, sealed
    _required("code_at", Integer, server_default="0"),  # no code is taken twice
    _required("language", Text),
    Column("unit_id", Text, ForeignKey("unit.id")),
    _required("must_change", Bool),
    _required("added_at", Instant),
    Column("disabled_at", Instant),
)

session = Table(
    "desk_session",
    metadata,
    Column("digest", Text, primary_key=True),  # what the cookie holds is nowhere else
    _required("user_id", Integer, ForeignKey("desk_user.id", ondelete="CASCADE")),
    _required("is_whole", Bool),
    _required("opened_at", Instant),
    _required("seen_at", Instant),
    Column("notice", JSON(none_as_null=True)),
)

# An official account on its way to the platform's page of consent; of one browser, for minutes, taken once.
journey = Table(
    "journey",
    metadata,
    Column("state", Text, primary_key=True),  # its digest
    _required("session", Text, ForeignKey("desk_session.digest", ondelete="CASCADE")),
    _required("account_id", Integer, ForeignKey("account.id", ondelete="CASCADE")),
    _required("verifier", LargeBinary),  # sealed
    _required("redirect_url", Text),
    _required("ends_at", Instant),
)

# Failed logins, by keyed digests of the account's name and of the address.
login_try = Table(
    "login_try",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("key", Text),
    _required("at", Instant),
    Index("ix_login_try_key_at", "key", "at"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("digest", Text, unique=True),
    _required("label", Text),
    _required("scopes", JSON),
    _required("made_by", Integer, ForeignKey("desk_user.id")),
    _required("made_at", Instant),
    _required("ends_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)

# Written by triggers, so that whoever changes a row, pages and webhooks learn of it.
event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("at", BigInteger),  # Unix seconds, by the database's clock
    _required("kind", Text),
    _required("subject", Text),
    _required("status", Text),
    sqlite_autoincrement=True,  # readers go by the number
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("at", Instant),
    _required("who", Text),
    _required("act", Text),
    _required("subject", Text, index=True),
    _required("before", Text, server_default=""),
    _required("after", Text, server_default=""),
    _required("seal", Text),
    sqlite_autoincrement=True,
)

# How far status changes were followed, and what the other side made of it.
webhook_follower = Table(
    "webhook_follower",
    metadata,
    Column("name", Text, primary_key=True),
    _required("first_id", BigInteger),  # what came before is nobody's concern
    _required("event_id", BigInteger),
    _required("failures", Integer, server_default="0"),  # since the last that was taken
    Column("paused_until", Instant),
)

# One status change to tell. Told ones stay for a while: an event may become visible after one with a higher number.
webhook_call = Table(
    "webhook_call",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    _required("at", BigInteger),
    _required("delivery_id", Integer),
    _required("status", Text),
    _required("noted_at", Instant),
    _required("tries", Integer, server_default="0"),
    _required("next_at", Instant),
    _required("outcome", Text, server_default="open"),  # open | told | dropped
    Index("ix_webhook_call_outcome_next_at", "outcome", "next_at"),
)
