"""Status changes told to a webhook: how far we came, and each one until it is taken."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "webhook_follower",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_webhook_follower")),
    )
    op.create_table(
        "webhook_call",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Instant(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="open", nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_webhook_call")),
    )
    op.create_index("ix_webhook_call_outcome_next_at", "webhook_call", ["outcome", "next_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
