"""Give agencies, packages, funders and whatever else is no customer a file of their own."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import guards, same_rights

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the walls around what is appended."""
    op.create_table(
        "dossier",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("commands_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filings_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_dossier"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dossier_command",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["kind", "subject"], ["dossier.kind", "dossier.subject"], name="fk_dossier_command_dossier"),
        sa.PrimaryKeyConstraint("key", name="pk_dossier_command"),
        sa.UniqueConstraint("kind", "subject", "command_n", name="uq_dossier_command_n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dossier_filing",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("rules_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["kind", "subject"], ["dossier.kind", "dossier.subject"], name="fk_dossier_filing_dossier"),
        sa.PrimaryKeyConstraint("kind", "subject", "n", name="pk_dossier_filing"),
        sqlite_with_rowid=False,
    )
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, ("dossier_command", "dossier_filing")):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(same_rights("dossier", "loan_state"))
        op.execute(same_rights("dossier_command", "fact"))
        op.execute(same_rights("dossier_filing", "fact"))
