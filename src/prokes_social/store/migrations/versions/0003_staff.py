"""Staff members and their consent, waves, offers, share steps and clicks; accounts that are posted to by hand."""

import sqlalchemy as sa
from alembic import op

from prokes_social.store.tables import Instant

revision = "0003"
down_revision = "0002"

#: Of these PostgreSQL takes no samples: they would outlive a person in its statistics, where nobody looks.
PERSONAL = {
    "person": ("name", "contact"),
    "offer": ("proof",),
    "account": ("name", "handle", "external_id"),
    "post": ("external_id", "permalink"),
    "delivery": ("text", "alt_text", "link"),
    "attempt": ("said",),
    "alarm": ("what",),
}


def upgrade() -> None:
    op.create_table(
        "consent_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wording")),
        sa.UniqueConstraint("purpose", "version", "words", name=op.f("uq_consent_wording_purpose_version_words")),
    )
    op.create_table(
        "day_salt",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_salt")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("leader", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("languages", sa.Text(), server_default="id", nullable=False),
        sa.Column("photo", sa.Text(), server_default="", nullable=False),
        sa.Column("link_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("known_by", sa.Text(), nullable=True),
        sa.Column("added_at", Instant(timezone=True), nullable=False),
        sa.Column("left_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("known_by", name=op.f("uq_person_known_by")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_person_unit_id", "person", ["unit_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wording_id"], ["consent_wording.id"], name=op.f("fk_consent_wording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person_purpose", "consent", ["person_id", "purpose", "id"], unique=False)
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("opens_at", Instant(timezone=True), nullable=False),
        sa.Column("closes_at", Instant(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", Instant(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.name"], name=op.f("fk_wave_campaign")),
        sa.ForeignKeyConstraint(["version_id"], ["campaign_version.id"], name=op.f("fk_wave_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint(
            "campaign", "message", "audience", "occurrence", name=op.f("uq_wave_campaign_message_audience_occurrence")
        ),
    )
    op.create_index("ix_wave_status", "wave", ["status"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("offered_at", Instant(timezone=True), nullable=False),
        sa.Column("proof", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offer_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_offer_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_offer_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
        sa.UniqueConstraint("wave_id", "person_id", name=op.f("uq_offer_wave_id_person_id")),
    )
    op.create_index("ix_offer_person_offered", "offer", ["person_id", "offered_at"], unique=False)
    op.create_index("ix_offer_wave_unit", "offer", ["wave_id", "unit_id"], unique=False)
    op.create_table(
        "click",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_click_offer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("offer_id", "place", "day", "visitor", name=op.f("pk_click")),
    )
    op.create_table(
        "share_step",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_share_step_offer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("offer_id", "step", "place", name=op.f("pk_share_step")),
    )
    op.create_table(
        "authorisation",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=False),
        sa.Column("ends_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_authorisation_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_authorisation")),
    )
    op.add_column("unit", sa.Column("dissolved_at", Instant(), nullable=True))
    op.add_column("account", sa.Column("renewing_until", Instant(), nullable=True))
    op.add_column("account", sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for column in ("owner_id", "deputy_id"):
        # Plain SQL: Alembic would make SQLite's table anew for a foreign key, and its credentials would go with it.
        op.execute(
            f"alter table account add column {column} integer constraint fk_account_{column} references person (id)"
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in PERSONAL.items():
            for column in columns:
                op.execute(f"alter table {table} alter column {column} set statistics 0")
