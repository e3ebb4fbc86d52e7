"""`prokes delivery`: what goes out, when, and how it went."""

from typing import TYPE_CHECKING

import click

from prokes_social.cli._options import OneOf, status_names
from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_short

if TYPE_CHECKING:
    from prokes_social.model.delivery import Delivery


@click.group(help=_("Deliveries: what goes out, when, and how it went."))
def command() -> None:
    pass


@command.command("list", help=_("Deliveries in the order they are due."))
@click.option("--campaign", help=_("Only this campaign."))
@click.option("--account", default="", help=_("Only this account."))
@click.option("--status", "statuses", multiple=True, type=OneOf(status_names))
@json_option
def list_(campaign: str | None, account: str, statuses: tuple[str, ...], as_json: bool) -> None:
    from prokes_social.model.delivery import DeliveryStatus, as_row

    with opened() as app:
        wanted = [DeliveryStatus(status) for status in statuses]
        rows = app.deliveries.listing(campaign=campaign, statuses=wanted, account=account)
    if as_json:
        print_json([as_row(row) for row in rows])
    elif rows:
        columns = [_("id"), _("due"), _("account"), _("message"), _("status"), _("tries"), _("address or reason")]
        print_table(columns, [_cells(row) for row in rows], right=(0, 5))
    else:
        say(_("No deliveries. Queue a campaign with `prokes campaign schedule FILE`."))


def _cells(row: "Delivery") -> list[str]:
    due = format_short(row.content.due_at, zone_named(row.zone), seconds=row.content.due_at.second > 0)
    return [
        str(row.id),
        due,
        row.key.account,
        f"{row.key.campaign} / {row.key.message}",
        str(row.status.label),
        str(row.attempts),
        row.post.permalink if row.post else row.reason or "–",
    ]
