"""`prokes election`: what staff share stays out of an election."""

import getpass
from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.i18n import _, format_short, n_

if TYPE_CHECKING:
    from prokes_social.app import App


@click.group(help=_("Election period: no faces of officials and no candidates' names in what staff share."))
def command() -> None:
    pass


@command.command("on", help=_("An election is near: withdraw from staff what shows a face or names a candidate."))
@click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who decides it."))
@click.option("--why", default="", help=_("A word for those who find it on."))
@json_option
def on(by: str, why: str, as_json: bool) -> None:
    with opened() as app:
        withdrawn = app.decisions.begin_election(who=by, remark=why)
        known = len(app.settings.checking.candidates)
    if as_json:
        print_json({"election": True, "withdrawn": [wave.id for wave in withdrawn], "candidates": known})
    say(_("Election period. Cards with other people's photographs and candidates' names don't go to staff."))
    for wave in withdrawn:
        say(f"  #{wave.id} {wave.key.campaign}, {wave.key.message}: {wave.key.audience_label}")
    if withdrawn:
        say(n_("{count} wave was withdrawn; what people shared before stays on their accounts.",
               "{count} waves were withdrawn; what people shared before stays on their accounts.",
               len(withdrawn)))  # fmt: skip
    if not known:
        say(_("No candidates are listed yet: name them under [checking] candidates in prokes.toml."))


@command.command("off", help=_("The election is over."))
def off() -> None:
    with opened() as app:
        was_on = app.decisions.end_election()
    say(_("The election period is over. `prokes campaign schedule` takes withdrawn waves up again.") if was_on
        else _("No election period was on."))  # fmt: skip


@command.command("status", help=_("Whether an election period is on, and since when."))
@json_option
def status(as_json: bool) -> None:
    with opened() as app:
        _tell(app, as_json)


def _tell(app: "App", as_json: bool) -> None:
    from prokes_social.clock import zone_named

    found, names = app.decisions.election(), app.settings.checking.candidates
    if as_json:
        since = found.since.isoformat() if found else None
        print_json({"election": found is not None, "since": since, "who": found.who if found else None,
                    "candidates": list(names)})  # fmt: skip
    elif found:
        since = format_short(found.since, zone_named(app.settings.zone))
        click.echo(_("On since {since}, by {who}. {remark}", since=since, who=found.who, remark=found.remark).rstrip())
        click.echo(n_("{count} candidate is listed.", "{count} candidates are listed.", len(names)))
    else:
        click.echo(_("No election period."))
