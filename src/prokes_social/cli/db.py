"""`prokes db`: the tables of the database."""

import click

from prokes_social.cli._output import say
from prokes_social.i18n import _


@click.group(help=_("The database: bring it to this program's version."))
def command() -> None:
    pass


@command.command(help=_("Upgrade the tables; make a backup first."))
def upgrade() -> None:
    from prokes_social.settings import load_settings
    from prokes_social.store import Store

    store = Store(load_settings().database_url)
    store.migrate()
    store.close()
    say(_("The database is up to date."))
