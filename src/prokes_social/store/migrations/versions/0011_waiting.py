"""What waits for approval, by campaign, without looking at what went out long ago."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    waits = sa.text("status = 'waiting'")
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["campaign", "due_at", "account_id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
