"""`prokes restore`: bring a backup back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import json_option, print_json, say
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_short, n_

if TYPE_CHECKING:
    from prokes_social.app.upkeep import Restored
    from prokes_social.settings import Settings


@click.command(help=_("Put the backup FILE in the database's place; what came due since is held until you decide."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help=_("Don't ask."))
@json_option
def command(file: Path, yes: bool, as_json: bool) -> None:
    from prokes_social.app.upkeep import restore
    from prokes_social.model.delivery import as_row
    from prokes_social.settings import load_settings

    settings = load_settings()
    if not yes:
        click.confirm(_("Everything since the backup is lost here. Restore?"), abort=True, err=True)
    restored = restore(settings, file)
    if as_json:
        made_at = restored.made_at.isoformat() if restored.made_at else None
        held = [as_row(row) for row in restored.held]
        print_json({"made_at": made_at, "held": held, "replaced": str(restored.aside)})
    _tell(restored, settings)


def _tell(restored: "Restored", settings: "Settings") -> None:
    zone = zone_named(settings.zone)
    if restored.made_at:
        say(_("Restored to {time}.", time=format_short(restored.made_at, zone)))
    say(_("The database that was replaced is kept: {file}", file=restored.aside))
    if restored.held:
        count = len(restored.held)
        say(n_("{count} delivery came due since:", "{count} deliveries came due since:", count))
        for row in restored.held:
            due = format_short(row.content.due_at, zone_named(row.zone))
            say(f"  #{row.id}  {due}  {row.key.account}  {row.key.message}")
        say(_("They are held. `prokes delivery resolve ID --send` looks for each before it sends."))
    say(_("Ask the platforms whether the accounts still let us in: `prokes account check`."))
