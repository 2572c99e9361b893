"""Find what was posted on a day without reading the whole journal; keep exports, and first answers of what is no command."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import guards, same_rights

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index, and the tables with their walls."""
    op.create_index(
        "ix_journal_day",
        "journal",
        ["posted_on", "customer_id", "loan_id", "entry_n"],
        unique=False,
        sqlite_where=sa.text("minor > 0"),
        postgresql_where=sa.text("minor > 0"),
    )
    op.create_table(
        "first_answer",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_first_answer"),
        sqlite_with_rowid=False,
    )
    _export_file()
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, ("first_answer",)):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(same_rights("first_answer", "fact"))
        op.execute(same_rights("export_file", "loan_state"))


def _export_file() -> None:
    op.create_table(
        "export_file",
        sa.Column("export_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rows_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("export_id", name="pk_export_file"),
    )
    op.create_index(
        "ix_export_file_until",
        "export_file",
        ["until"],
        unique=False,
        sqlite_where=sa.text("state <> 'over'"),
        postgresql_where=sa.text("state <> 'over'"),
    )
