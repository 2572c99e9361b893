"""Make the first tables of a book."""

from alembic import op

from plimsoll.app.schema import metadata
from plimsoll.app.triggers import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the triggers that refuse to change what was appended."""
    bind = op.get_bind()
    metadata.create_all(bind)
    for statement in guards(bind.dialect.name):
        op.execute(statement)
