"""`prokes backup`: everything in the database, in one file."""

from pathlib import Path

import click

from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.i18n import _


@click.command(help=_("Back the database up into FILE while everything goes on; the encryption key is not part of it."))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(file: Path | None, as_json: bool) -> None:
    with opened() as app:
        made = app.upkeep.backup(file)
    if as_json:
        print_json({"file": str(made), "bytes": made.stat().st_size})
    say(_("The backup is made and checked: {file}", file=made))
    say(_("Keep it on another machine, and the key elsewhere again: who has both can post in your name."))
