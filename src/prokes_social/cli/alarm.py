"""`prokes alarm`: what wants a person now."""

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_short


@click.group(help=_("Alarms: what wants a person now."))
def command() -> None:
    pass


@command.command("list", help=_("Open alarms, each with the next step."))
@json_option
def list_(as_json: bool) -> None:
    with opened() as app:
        alarms, zone = app.decisions.alarms(), zone_named(app.settings.zone)
    if as_json:
        rows = [
            {"kind": each.kind.value, "subject": each.subject, "what": each.what, "remedy": str(each.kind.remedy),
             "opened_at": each.opened_at.isoformat()}
            for each in alarms
        ]  # fmt: skip
        print_json(rows)
    elif alarms:
        cells = [[format_short(a.opened_at, zone), str(a.kind.label), a.what, str(a.kind.remedy)] for a in alarms]
        print_table([_("since"), _("alarm"), _("what"), _("next step")], cells)
    else:
        say(_("No alarms."))
