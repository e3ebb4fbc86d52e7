"""`prokes report`: write what went out and how far it reached, keep it, and send it."""

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prokes_social.cli._options import format_names
from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.errors import SettingsError
from prokes_social.i18n import _

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.model.kept import KeptReport

_number = click.option("--number", default="", help=_("The letter's number, printed on the PDF."))
_by = click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who asks for it."))


@click.group(help=_("Reports: what went out and how far it reached."))
def command() -> None:
    pass


@command.command(help=_("Write the reach report of CAMPAIGN, its id or its file."))
@click.argument("campaign")
@click.option("--format", "formats", default="html", help=_("Formats, such as html,pdf,xlsx."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"), show_default=True)
@click.option("--keep", is_flag=True, help=_("Keep it as a version that can be listed and sent, instead of --out."))
@_number
@_by
@json_option
def write(campaign: str, formats: str, out: Path, keep: bool, number: str, by: str, as_json: bool) -> None:
    chosen = _chosen(formats)
    with opened() as app:
        name = app.campaigns.id_in(Path(campaign)) if campaign.endswith((".yaml", ".yml")) else campaign
        if keep:
            _show(app, app.reports.keep_campaign(name, formats=chosen, number=number, by=by), as_json)
            return
        paths = app.reach.write(name, formats=chosen, out=out, number=number)
    if as_json:
        print_json([str(path) for path in paths])
    else:
        for path in paths:
            click.echo(path)


@command.command(help=_("Make and keep the report of the seven days before DAY, today where none is named."))
@click.argument("day", metavar="[DAY]", type=click.DateTime(["%Y-%m-%d"]), required=False)
@_number
@_by
@json_option
def week(day: datetime | None, number: str, by: str, as_json: bool) -> None:
    with opened() as app:
        chosen = day.date() if day else None
        _show(app, app.reports.keep_week(chosen, number=number, by=by), as_json)


@command.command("list", help=_("Reports that are kept, the newest first, and to whom they went."))
@json_option
def list_(as_json: bool) -> None:
    from prokes_social.model.kept import as_row

    with opened() as app:
        kept = app.reports.listing()
        zone = app.settings.zone
    if as_json:
        print_json([as_row(each) for each in kept])
    elif kept:
        heads = [_("id"), _("kind"), _("title"), _("version"), _("made"), _("by"), _("sent")]
        print_table(heads, [_row(each, zone) for each in kept])
    else:
        say(_("No report is kept yet. Make one with `prokes report week`."))


@command.command(help=_("Send the kept report ID by e-mail and webhook, as the settings say; each once."))
@click.argument("report_id", metavar="ID", type=int)
@click.option("--again", is_flag=True, help=_("Send it even where it went out already."))
@json_option
def send(report_id: int, again: bool, as_json: bool) -> None:
    from prokes_social.model.kept import as_row

    with opened() as app:
        before = len(app.reports.get(report_id).sendings)
        kept = app.reports.send(report_id, again=again)
    if as_json:
        print_json(as_row(kept))
        return
    if len(kept.sendings) == before:
        say(_("It went out already, or is under way. Send it once more with --again."))
    for each in kept.sendings[before:]:
        click.echo(f"{each.channel}: {each.outcome.label}" + (f" ({each.said})" if each.said else ""))


def _show(app: "App", kept: "KeptReport", as_json: bool) -> None:
    from prokes_social.model.kept import as_row

    paths = app.reports.paths(kept)
    if as_json:
        print_json({**as_row(kept), "paths": [str(path) for path in paths]})
        return
    say(_("Kept as report {id}, version {version}.", id=kept.id, version=kept.version))
    for path in paths:
        click.echo(path)


def _row(kept: "KeptReport", zone: str) -> Sequence[str]:
    from prokes_social.clock import zone_named
    from prokes_social.i18n import format_short

    sent = ", ".join(f"{each.channel} {each.outcome.label}" for each in kept.sendings)
    made = format_short(kept.made_at, zone_named(zone))
    by = kept.made_by or _("the worker")
    return [str(kept.id), str(kept.kind.label), kept.title, str(kept.version), made, by, sent or "–"]


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
