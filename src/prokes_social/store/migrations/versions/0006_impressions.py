"""Readings whose impressions can be summed without reading raw answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("impressions", sa.BigInteger(), nullable=True))
    snapshot = sa.table("snapshot", sa.column("numbers", sa.JSON()), sa.column("fell", sa.JSON()),
                        sa.column("known", sa.Text()), sa.column("impressions", sa.BigInteger()))  # fmt: skip
    told = sa.cast(snapshot.c.numbers["impressions"].as_string(), sa.BigInteger())
    op.execute(snapshot.update().where(snapshot.c.known == "measured").values(impressions=told))
    # Empty where nothing fell; before, it held an empty list of falls.
    op.execute("update snapshot set fell = null where cast(fell as text) in ('{}', 'null')")
    measured, fell = sa.text("known = 'measured'"), sa.text("fell is not null")
    op.create_index("ix_snapshot_told", "snapshot", ["post_id", "taken_at", "impressions"],
                    sqlite_where=measured, postgresql_where=measured)  # fmt: skip
    silent = sa.text("known = 'unknown' and taken_at is not null")
    op.create_index("ix_snapshot_silent", "snapshot", ["post_id"], sqlite_where=silent, postgresql_where=silent)
    op.create_index("ix_snapshot_fell", "snapshot", ["post_id"], sqlite_where=fell, postgresql_where=fell)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
