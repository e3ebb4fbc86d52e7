"""`prokes stop`: halt everything at once."""

import getpass

import click

from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.i18n import _, n_


@click.command(help=_("Halt all publishing at once, in every process; `prokes resume` goes on."))
@click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who stops it."))
@click.option("--why", default="", help=_("A word for those who find it stopped."))
@json_option
def command(by: str, why: str, as_json: bool) -> None:
    from prokes_social.model.delivery import as_row

    with opened() as app:
        stopped = app.decisions.stop(who=by, remark=why)
    if as_json:
        print_json({"stopped": True, "newly": stopped.newly, "in_flight": [as_row(row) for row in stopped.in_flight]})
        return
    say(_("Everything is stopped. Nothing new goes out.") if stopped.newly else _("It was stopped already."))
    if stopped.in_flight:
        say(
            n_(
                "{count} delivery can no longer be called back:",
                "{count} deliveries can no longer be called back:",
                len(stopped.in_flight),
            )
        )
        for row in stopped.in_flight:
            say(f"  #{row.id} {row.key.account} {row.key.message}: {row.status.label}")
