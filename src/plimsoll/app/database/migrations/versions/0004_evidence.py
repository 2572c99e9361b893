"""Make room for what people share, for how well sources answer, and for alerts about them."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import same_rights

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "link",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blind", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind", "blind", name="pk_link"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_link_thing", "link", ["kind", "blind", "customer_id"], unique=False)
    op.create_table(
        "source_day",
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("measured_on", "source", name="pk_source_day"),
    )
    op.create_table(
        "source_alert",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "raised_on", name="pk_source_alert"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("link", "source_day", "source_alert"):
            op.execute(same_rights(table, "loan_state"))
