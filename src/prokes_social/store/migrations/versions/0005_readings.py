"""Readings that say what numbers are made of and which fell, accounts whose readings pause, and what reading cost."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("kinds", sa.JSON(), nullable=True))
    op.add_column("snapshot", sa.Column("fell", sa.JSON(), nullable=True))
    op.add_column("account", sa.Column("unread_until", Instant(timezone=True), nullable=True))
    op.create_table(
        "spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Numeric(10, 4), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_spending_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
    )
    op.create_index("ix_spending_account_id_at", "spending", ["account_id", "at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
