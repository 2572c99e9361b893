"""Give the house doors: people and roles, approvals, the audit chain, webhooks, imports, test clocks."""

from alembic import op

from plimsoll.app.schema import APPEND_ONLY, metadata
from plimsoll.app.schema_chain import NEW_IN_0008
from plimsoll.app.triggers import guards, same_rights

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the walls around what is appended."""
    bind = op.get_bind()
    for name in ("outbox_held", *NEW_IN_0008):
        metadata.tables[name].create(bind)
    for statement in guards(bind.dialect.name, [name for name in NEW_IN_0008 if metadata.tables[name] in APPEND_ONLY]):
        op.execute(statement)
    if bind.dialect.name == "postgresql":
        for name in ("outbox_held", *NEW_IN_0008):
            op.execute(same_rights(name, "fact" if metadata.tables[name] in APPEND_ONLY else "loan_state"))
