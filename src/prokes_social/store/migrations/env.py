"""Alembic's entrance: runs the migrations on the connection that `schema.upgrade` hands in."""

from alembic import context

from prokes_social.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
