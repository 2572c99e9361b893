"""Give the house doors: people and roles, approvals, audit chain, webhooks, imports, test clocks, and what a restored book holds back."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import guards, same_rights

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPENDED = ("access_event", "approval_check", "audit_block", "audit_checkpoint", "hook_attempt")
CHANGING = (
    "access_challenge",
    "access_event_waiting",
    "access_glass",
    "access_unit",
    "access_user",
    "approval",
    "audit_sealed",
    "hook_endpoint",
    "import_batch",
    "outbox_held",
    "test_clock",
    "access_grant",
    "access_key",
    "access_passkey",
    "access_session",
    "hook_delivery",
)


def upgrade() -> None:
    """Add the tables and the walls around what is appended."""
    _access_challenge()
    _access_event()
    _access_event_waiting()
    _access_glass()
    _access_unit()
    _access_user()
    _approval()
    _audit_block()
    _audit_checkpoint()
    _audit_sealed()
    _hook_attempt()
    _hook_endpoint()
    _import_batch()
    _outbox_held()
    _test_clock()
    _access_grant()
    _access_key()
    _access_passkey()
    _access_session()
    _approval_check()
    _hook_delivery()
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect, APPENDED):
        op.execute(statement)
    if dialect == "postgresql":
        for name in APPENDED:
            op.execute(same_rights(name, "fact"))
        for name in CHANGING:
            op.execute(same_rights(name, "loan_state"))


def _access_challenge() -> None:
    op.create_table(
        "access_challenge",
        sa.Column("challenge_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("challenge_id", name="pk_access_challenge"),
    )
    op.create_index("ix_access_challenge_user", "access_challenge", ["user_id"], unique=False)


def _access_event() -> None:
    op.create_table(
        "access_event",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_access_event"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_access_event_customer", "access_event", ["customer_id", "at"], unique=False)


def _access_event_waiting() -> None:
    op.create_table(
        "access_event_waiting",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_access_event_waiting"),
        sqlite_with_rowid=False,
    )


def _access_glass() -> None:
    op.create_table(
        "access_glass",
        sa.Column("glass_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.CheckConstraint("reviewed_by = '' OR reviewed_by <> approved_by", name="ck_access_glass_third"),
        sa.CheckConstraint("approved_by <> user_id", name="ck_access_glass_approved"),
        sa.CheckConstraint("reviewed_by <> user_id", name="ck_access_glass_reviewed"),
        sa.PrimaryKeyConstraint("glass_id", name="pk_access_glass"),
    )


def _access_unit() -> None:
    op.create_table(
        "access_unit",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_access_unit"),
    )


def _access_user() -> None:
    op.create_table(
        "access_user",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("one_time", sa.LargeBinary(), nullable=True),
        sa.Column("one_time_step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("failed_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_access_user"),
    )


def _approval() -> None:
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("checkers", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("approval_id", name="pk_approval"),
        sa.UniqueConstraint("approval_id", "maker", name="uq_approval_maker"),
    )
    op.create_index("ix_approval_state", "approval", ["state", "made_at"], unique=False)


def _audit_block() -> None:
    op.create_table(
        "audit_block",
        sa.Column("block_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("records_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("streams", sa.Text(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_n", name="pk_audit_block"),
    )
    op.create_index("ix_audit_block_seq", "audit_block", ["first_seq"], unique=False)


def _audit_checkpoint() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("block_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("block_n", name="pk_audit_checkpoint"),
    )


def _audit_sealed() -> None:
    op.create_table(
        "audit_sealed",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("sealed_n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "customer_id", "stream", name="pk_audit_sealed"),
        sqlite_with_rowid=False,
    )


def _hook_attempt() -> None:
    op.create_table(
        "hook_attempt",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("endpoint_id", "seq", "n", name="pk_hook_attempt"),
    )


def _hook_endpoint() -> None:
    op.create_table(
        "hook_endpoint",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_seq", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pinned", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("endpoint_id", name="pk_hook_endpoint"),
    )


def _import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("errors_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("errors", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_batch"),
    )
    op.create_index("ix_import_batch_file", "import_batch", ["kind", "sha256"], unique=False)


def _outbox_held() -> None:
    op.create_table(
        "outbox_held",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("command_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "command_n", "n", name="pk_outbox_held"),
        sqlite_with_rowid=False,
    )


def _test_clock() -> None:
    op.create_table(
        "test_clock",
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("target", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_on", sa.Text(), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("beats_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("clock_id", name="pk_test_clock"),
    )


def _access_grant() -> None:
    op.create_table(
        "access_grant",
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.CheckConstraint("given_by <> user_id", name="ck_access_grant_given"),
        sa.ForeignKeyConstraint(["user_id"], ["access_user.user_id"], name="fk_access_grant_access_user"),
        sa.PrimaryKeyConstraint("grant_id", name="pk_access_grant"),
    )
    op.create_index("ix_access_grant_user", "access_grant", ["user_id"], unique=False)


def _access_key() -> None:
    op.create_table(
        "access_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("addresses", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Text(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["access_user.user_id"], name="fk_access_key_access_user"),
        sa.PrimaryKeyConstraint("key_id", name="pk_access_key"),
    )
    op.create_index("ix_access_key_user", "access_key", ["user_id"], unique=False)


def _access_passkey() -> None:
    op.create_table(
        "access_passkey",
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["access_user.user_id"], name="fk_access_passkey_access_user"),
        sa.PrimaryKeyConstraint("credential", name="pk_access_passkey"),
    )


def _access_session() -> None:
    op.create_table(
        "access_session",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strong_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["access_user.user_id"], name="fk_access_session_access_user"),
        sa.UniqueConstraint("token", name="uq_access_session_token"),
    )
    op.create_index("ix_access_session_user", "access_session", ["user_id"], unique=False)


def _approval_check() -> None:
    op.create_table(
        "approval_check",
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("checker", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("checker <> maker", name="ck_approval_check_two_people"),
        sa.ForeignKeyConstraint(["approval_id", "maker"], ["approval.approval_id", "approval.maker"], name="fk_approval_check_approval"),
        sa.PrimaryKeyConstraint("approval_id", "checker", name="pk_approval_check"),
        sqlite_with_rowid=False,
    )


def _hook_delivery() -> None:
    op.create_table(
        "hook_delivery",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts_count", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["hook_endpoint.endpoint_id"], name="fk_hook_delivery_hook_endpoint"),
        sa.PrimaryKeyConstraint("endpoint_id", "seq", name="pk_hook_delivery"),
    )
    op.create_index("ix_hook_delivery_event", "hook_delivery", ["endpoint_id", "event_id"], unique=False)
    op.create_index(
        "ix_hook_delivery_waiting",
        "hook_delivery",
        ["endpoint_id", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
