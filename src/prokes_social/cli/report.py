"""`prokes report`: write what went out and how far it reached."""

from pathlib import Path

import click

from prokes_social.cli._options import format_names
from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.errors import SettingsError
from prokes_social.i18n import _


@click.group(help=_("Reports: what went out and how far it reached."))
def command() -> None:
    pass


@command.command(help=_("Write the reach report of CAMPAIGN, its id or its file."))
@click.argument("campaign")
@click.option("--format", "formats", default="html", help=_("Formats, such as html,pdf,xlsx."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"), show_default=True)
@click.option("--number", default="", help=_("The letter's number, printed on the PDF."))
@json_option
def write(campaign: str, formats: str, out: Path, number: str, as_json: bool) -> None:
    chosen = _chosen(formats)
    with opened() as app:
        name = app.campaigns.id_in(Path(campaign)) if campaign.endswith((".yaml", ".yml")) else campaign
        paths = app.reach.write(name, formats=chosen, out=out, number=number)
    if as_json:
        print_json([str(path) for path in paths])
    else:
        for path in paths:
            click.echo(path)


def _chosen(text: str) -> list[str]:
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    unknown = sorted(set(chosen) - set(format_names()))
    if unknown or not chosen:
        raise SettingsError(
            _("There is no report format “{name}”.", name=", ".join(unknown)),
            hint=_("Choose from {names}.", names=", ".join(format_names())),
        )
    say(_("Writing {names} …", names=", ".join(chosen)))
    return chosen
