"""`prokes init`: make a workspace."""

from pathlib import Path

import click

from prokes_social.cli._output import say
from prokes_social.i18n import _


@click.command(help=_("Make a workspace in FOLDER: settings, sample campaigns, brand kits, key and database."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    from prokes_social.app import workspace

    settings = workspace.make(folder.resolve())
    say(_("The workspace is ready: {folder}", folder=settings.home))
    say(_("Next: `cd {folder}`, then `prokes campaign check campaigns/agen-disiplin-prokes.yaml`.", folder=folder))
    say(_("Keep a copy of the key in {file} in a safe place; without it stored accounts can't be opened.",
          file=settings.state / "key"))  # fmt: skip
