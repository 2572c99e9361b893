"""Make the first tables of a book."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import functions, guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the triggers that refuse to change what was appended."""
    _once()
    _customer()
    _loan()
    _appended()
    _command()
    _close()
    dialect = op.get_bind().dialect.name
    for statement in functions(dialect) + guards(dialect, ("fact", "journal", "audit", "standing_accrual")):
        op.execute(statement)


def _once() -> None:
    """What a book has one of, or few."""
    op.create_table(
        "book",
        sa.Column("book_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("open_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book_id", name="pk_book"),
    )
    op.create_table(
        "rulebook",
        sa.Column("rules_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rules_id", name="pk_rulebook"),
    )
    op.create_table(
        "account",
        sa.Column("account", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_account"),
    )


def _customer() -> None:
    """What is held of a customer, and changes."""
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_customer"),
    )
    op.create_table(
        "line",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("cash_limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("cash_used_minor", sa.BigInteger(), nullable=False),
        sa.Column("later_limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("later_used_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("commands_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name="fk_line_customer"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_line"),
        postgresql_with={"fillfactor": "80"},
    )


def _loan() -> None:
    """What is held of a loan, and changes."""
    op.create_table(
        "loan",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("loan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name="fk_loan_customer"),
        sa.PrimaryKeyConstraint("customer_id", "loan_id", name="pk_loan"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "loan_state",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("loan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("penalty_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("in_use_minor", sa.BigInteger(), nullable=False),
        sa.Column("facts_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("oldest_due", sa.Date(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("status", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("posted", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id", "loan_id"], ["loan.customer_id", "loan.loan_id"], name="fk_loan_state_loan"),
        sa.PrimaryKeyConstraint("customer_id", "loan_id", name="pk_loan_state"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "ix_loan_state_agenda",
        "loan_state",
        ["next_on", "customer_id", "loan_id"],
        unique=False,
        sqlite_where=sa.text("next_on IS NOT NULL"),
        postgresql_where=sa.text("next_on IS NOT NULL"),
    )
    op.create_table(
        "parked",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("loan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "loan_id", name="pk_parked"),
        sqlite_with_rowid=False,
    )


def _appended() -> None:
    """What is appended and stays."""
    op.create_table(
        "fact",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("loan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("a", sa.BigInteger(), nullable=False),
        sa.Column("b", sa.BigInteger(), nullable=False),
        sa.Column("rules_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("more", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "loan_id", "n", name="pk_fact"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("loan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "loan_id", "entry_n", "account", name="pk_journal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "command_n", name="pk_audit"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standing_accrual",
        sa.Column("accrued_on", sa.Date(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("account", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("accrued_on", "product", "currency", "account", name="pk_standing_accrual"),
    )


def _command() -> None:
    """Keys that were used, and messages that wait."""
    op.create_table(
        "command",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_command"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "command_n", "n", name="pk_outbox"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["created_at", "customer_id", "command_n", "n"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )


def _close() -> None:
    """The closes of days."""
    op.create_table(
        "close_run",
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shards", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("closed_on", name="pk_close_run"),
    )
    op.create_table(
        "close_shard",
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loans_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facts_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parked_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("closed_on", "shard", name="pk_close_shard"),
    )
