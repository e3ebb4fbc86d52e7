"""`prokes reach`: read the numbers of posts."""

import click

from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.i18n import _, n_


@click.group(help=_("Reach: read the numbers of posts from the platforms."))
def command() -> None:
    pass


@command.command(help=_("Read every post now, or with --due only the readings whose time has come."))
@click.option("--campaign", help=_("Only this campaign."))
@click.option("--due", is_flag=True, help=_("Only readings whose time has come."))
@json_option
def collect(campaign: str | None, due: bool, as_json: bool) -> None:
    with opened() as app:
        collected = app.reach.collect_due() if due else app.reach.collect_now(campaign)
    if as_json:
        print_json({"taken": collected.taken, "put_off": collected.put_off, "why": dict(collected.why)})
    say(n_("{count} reading taken.", "{count} readings taken.", collected.taken))
    if collected.put_off:
        say(
            n_(
                "{count} was not told and is asked again.",
                "{count} were not told and are asked again.",
                collected.put_off,
            )
        )
    for account, why in collected.why.items():
        say(f"{account}: {why}")
