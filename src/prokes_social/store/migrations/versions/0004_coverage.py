"""Tables of vaccination coverage by unit."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("data_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("in_percent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("imported_at", Instant(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
    )
    op.create_index("ix_coverage_data_on", "coverage", ["data_on"], unique=False)
    op.create_table(
        "coverage_row",
        sa.Column("coverage_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("target_group", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=True),
        sa.Column("booster", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coverage_id"], ["coverage.id"], name=op.f("fk_coverage_row_coverage_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_coverage_row_unit_id")),
        sa.PrimaryKeyConstraint("coverage_id", "unit_id", name=op.f("pk_coverage_row")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
