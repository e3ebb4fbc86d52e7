"""The desk: users, their sessions, what changed, and the trail of what people did."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0008"
down_revision = "0007"

#: Table, when, the condition, and the event's kind, subject and status.
_CHANGES = (
    ("delivery", "update", "old.status <> new.status", "delivery", "new.id", "new.status"),
    ("campaign_version", "insert", "", "campaign", "new.campaign", "'saved'"),
    ("switch", "insert", "", "switch", "new.name", "'on'"),
    ("switch", "delete", "", "switch", "old.name", "'off'"),
    ("alarm", "insert", "", "alarm", "new.id", "'open'"),
    ("alarm", "update", "old.closed_at is null and new.closed_at is not null", "alarm", "new.id", "'closed'"),
)


def upgrade() -> None:
    op.create_table(
        "desk_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=True),
        sa.Column("code_at", sa.Integer(), server_default="0", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("added_at", Instant(timezone=True), nullable=False),
        sa.Column("disabled_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_desk_user_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_desk_user_name")),
    )
    op.create_table(
        "desk_session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("opened_at", Instant(timezone=True), nullable=False),
        sa.Column("seen_at", Instant(timezone=True), nullable=False),
        sa.Column("notice", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["desk_user.id"], name=op.f("fk_desk_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_desk_session")),
    )
    op.create_table(
        "login_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_try")),
    )
    op.create_index("ix_login_try_key_at", "login_try", ["key", "at"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("ends_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.Column("revoked_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["desk_user.id"], name=op.f("fk_api_token_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.create_index("ix_delivery_due", "delivery", ["due_at", "id", "status", "account_id"], unique=False)
    note = _on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgres
    for number, change in enumerate(_CHANGES):
        note(f"note_{change[0]}_{number}", *change)


def _on_sqlite(name: str, table: str, when: str, condition: str, kind: str, subject: str, status: str) -> None:
    only = f"when {condition}" if condition else ""
    op.execute(
        f"create trigger {name} after {when} on {table} {only} begin"
        f" insert into event (at, kind, subject, status)"
        f" values (unixepoch(), '{kind}', {subject}, {status}); end"
    )


def _on_postgres(name: str, table: str, when: str, condition: str, kind: str, subject: str, status: str) -> None:
    only = f"when ({condition})" if condition else ""
    op.execute(
        f"create or replace function {name}() returns trigger language plpgsql as $$ begin"
        f" insert into event (at, kind, subject, status)"
        f" values (extract(epoch from clock_timestamp())::bigint, '{kind}', {subject}::text, {status});"
        f" return null; end $$"
    )
    op.execute(f"create trigger {name} after {when} on {table} for each row {only} execute function {name}()")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
