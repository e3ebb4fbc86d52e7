"""Which version the tables are of, and how they get to the newest: Alembic's migrations, started from code."""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from prokes_social.errors import MigrationNeeded
from prokes_social.i18n import _

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest migration; a test keeps it equal to Alembic's head, so that starting up need not load Alembic.
HEAD = "0011"


def upgrade(engine: Engine) -> None:
    """Bring the tables to HEAD in one transaction."""
    from alembic import command  # takes a second to import, and only this needs it

    with engine.connect().execution_options(prokes_write=True) as connection, connection.begin():
        configuration = config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def require_current(connection: Connection) -> None:
    """Raises MigrationNeeded."""
    found = version(connection)
    if found != HEAD:
        raise MigrationNeeded(
            _("The database is of version {found}, this program needs {needed}.", found=found or "–", needed=HEAD),
            hint=_("Make a backup, then run `prokes db upgrade`.") if found != HEAD and (found or "") < HEAD
            else _("Install the newer prokes-social that wrote it."),
        )  # fmt: skip


def config() -> "Config":
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(files("prokes_social.store").joinpath("migrations")))
    return configuration


def version(connection: Connection) -> str | None:
    """None where the tables are not ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()
