"""Run migrations on the connection that `app/database/opening.py` hands in; there is no other way to run them."""

from alembic import context

from plimsoll.app.database.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
