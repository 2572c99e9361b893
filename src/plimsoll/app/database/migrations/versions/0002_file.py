"""Give every customer a file, people their queues, and every line a load line."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import guards, same_rights

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and the columns of a line with what they say of a book that had none of this."""
    _line()
    _filing()
    _work_item()
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, ("filing",)):
        op.execute(statement)
    if dialect == "postgresql":
        # A role that commands run under already may use the new tables at once.
        op.execute(same_rights("filing", "fact"))
        op.execute(same_rights("work_item", "loan_state"))


def _line() -> None:
    """No filings yet, and no load line drawn."""
    op.add_column("line", sa.Column("filings_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("line", sa.Column("load_currency", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("line", sa.Column("load_capacity_minor", sa.BigInteger(), server_default=sa.text("-1"), nullable=False))
    op.add_column("line", sa.Column("load_room_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("line", sa.Column("load_stress_ppb", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("line", sa.Column("load_on", sa.Date(), nullable=True))


def _filing() -> None:
    """What is on record about a customer."""
    op.create_table(
        "filing",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("rules_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "n", name="pk_filing"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_filing_kind", "filing", ["kind", "effective_on", "customer_id", "n"], unique=False)


def _work_item() -> None:
    """What waits for people."""
    op.create_table(
        "work_item",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind", "subject", name="pk_work_item"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_work_item_queue", "work_item", ["kind", "state", sa.text("priority DESC"), "due_at"], unique=False)
