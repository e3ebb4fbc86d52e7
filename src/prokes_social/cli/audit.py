"""`prokes audit`: the trail of what people did."""

from typing import Any

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.clock import zone_named
from prokes_social.errors import StoreError
from prokes_social.i18n import _, format_short, n_


@click.group(help=_("The audit trail: who did what, and when; by numbers, without names."))
def command() -> None:
    pass


@command.command("list", help=_("The newest entries."))
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 10_000), help=_("How many."))
@json_option
def list_(most: int, as_json: bool) -> None:
    with opened() as app:
        entries, zone = app.audit.newest(most=most), zone_named(app.settings.zone)
    if as_json:
        rows: list[dict[str, Any]] = [
            {"id": each.id, "at": each.at.isoformat(), "who": each.who, "act": each.act, "subject": each.subject,
             "before": each.before, "after": each.after, "seal": each.seal}
            for each in entries
        ]  # fmt: skip
        print_json(rows)
    elif entries:
        heads = [_("time"), _("who"), _("act"), _("subject")]
        print_table(heads, [[format_short(e.at, zone, seconds=True), e.who, e.act, e.subject] for e in entries])
    else:
        say(_("Nothing was done yet."))


@command.command(help=_("Prove that no entry was changed, taken out or put in; exit code 6 where one was."))
@json_option
def verify(as_json: bool) -> None:
    with opened() as app:
        found = app.audit.verify()
    if as_json:
        print_json({"whole": found.broken is None, "entries": found.count, "seal": found.seal,
                    "broken": found.broken.id if found.broken else None})  # fmt: skip
    elif found.broken is None:
        whole = n_("{count} entry, whole.", "{count} entries, whole.", found.count)
        say(f"{whole} " + _("Newest seal: {seal}", seal=found.seal))
        say(_("Write the seal down somewhere else: an end that was cut off shows only beside it."))
    if found.broken:
        raise StoreError(
            _("Entry {id} of the audit trail does not fit the one before it.", id=found.broken.id),
            hint=_("Compare with a backup: {count} entries before it are whole.", count=found.count),
        )
