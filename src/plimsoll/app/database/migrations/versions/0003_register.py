"""Make the register of what governs decisions: models, policy tables, and every step of their lives."""

import sqlalchemy as sa
from alembic import op

from plimsoll.app.database.triggers import guards, same_rights
from plimsoll.app.governed_walls import register_walls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the walls around them."""
    op.create_table(
        "artefact",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_artefact"),
    )
    only = sa.text("state = 'champion'")
    op.create_index("ix_artefact_champion", "artefact", ["kind", "name"], unique=True, sqlite_where=only, postgresql_where=only)
    op.create_table(
        "artefact_step",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("before_state", sa.Text(), nullable=False),
        sa.Column("after_state", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint("duty IN ('', 'build', 'check', 'approve')", name="ck_artefact_step_duty"),
        sa.CheckConstraint("actor <> '' AND reason <> ''", name="ck_artefact_step_said"),
        sa.CheckConstraint(
            "before_state = 'champion' OR after_state <> 'champion' OR (duty = 'approve' AND evidence <> '')",
            name="ck_artefact_step_champion",
        ),
        sa.ForeignKeyConstraint(["digest"], ["artefact.digest"], name="fk_artefact_step_artefact"),
        sa.PrimaryKeyConstraint("digest", "n", name="pk_artefact_step"),
    )
    dialect = op.get_bind().dialect.name
    for statement in (*guards(dialect, ("artefact_step",)), *register_walls(dialect)):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(same_rights("artefact", "loan_state"))
        op.execute(same_rights("artefact_step", "fact"))
