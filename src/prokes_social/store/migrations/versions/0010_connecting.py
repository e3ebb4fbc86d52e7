"""Official accounts on their way to a platform's page of consent, and when credentials end."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("account", sa.Column("ends_at", Instant(timezone=True), nullable=True))
    op.create_table(
        "journey",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=False),
        sa.Column("ends_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"], ["desk_session.digest"], name=op.f("fk_journey_session"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_journey_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_journey")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
