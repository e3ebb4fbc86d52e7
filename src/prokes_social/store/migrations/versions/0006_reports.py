"""Reports that are kept and sent, and readings whose impressions can be summed without reading raw answers."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

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
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("kind", "subject", "period", "version", name=op.f("uq_report_kind_subject_period_version")),
    )
    op.create_table(
        "report_sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("done_at", Instant(timezone=True), nullable=True),
        sa.Column("said", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_sending_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sending")),
    )
    op.create_index("ix_report_sending_report_id_channel", "report_sending", ["report_id", "channel"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
