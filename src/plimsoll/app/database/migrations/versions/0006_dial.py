"""Make room for dials, which are counted for each number over all customers."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import same_rights

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "dial",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("blind", sa.Text(), nullable=False),
        sa.Column("dialled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "contact_id", name="pk_dial"),
    )
    op.create_index("ix_dial_number", "dial", ["blind", "dialled_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(same_rights("dial", "loan_state"))
