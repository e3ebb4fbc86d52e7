"""Since when a delivery of a restored backup is looked for before it is sent."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("look_since", Instant(), nullable=True))
