"""Make the vault: keys of persons, sealed values, the index, and the log of who looked."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import guards, same_rights

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the wall around the log."""
    op.create_table(
        "vault_key",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("master", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name="fk_vault_key_customer"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_vault_key"),
    )
    op.create_table(
        "vault_field",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "field", "ref", name="pk_vault_field"),
    )
    op.create_table(
        "vault_index",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("blind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "field", "blind", name="pk_vault_index"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vault_index_value", "vault_index", ["field", "blind", "customer_id"], unique=False)
    op.create_table(
        "vault_access",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "n", name="pk_vault_access"),
        sqlite_with_rowid=False,
    )
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, ("vault_access",)):
        op.execute(statement)
    if dialect == "postgresql":
        for table in ("vault_key", "vault_field", "vault_index"):
            op.execute(same_rights(table, "loan_state"))
        op.execute(same_rights("vault_access", "fact"))
        op.execute(same_rights("link", "loan_state"))
