"""`prokes delivery`: what goes out, when, and how it went."""

from typing import TYPE_CHECKING

import click

from prokes_social.cli._options import OneOf, status_names
from prokes_social.cli._output import json_option, opened, print_json, print_table, say, warn_if_stopped
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
        warn_if_stopped(app)
        rows = app.deliveries.listing(campaign=campaign, statuses=wanted, account=account)
    if as_json:
        print_json([as_row(row) for row in rows])
    elif rows:
        columns = [_("id"), _("due"), _("account"), _("message"), _("status"), _("tries"), _("address or reason")]
        print_table(columns, [_cells(row) for row in rows], right=(0, 5))
    else:
        say(_("No deliveries. Queue a campaign with `prokes campaign schedule FILE`."))


@command.command(help=_("Decide about a delivery that is held, missed or refused; the platform is asked once more."))
@click.argument("delivery_id", metavar="ID", type=int)
@click.option("--there", metavar="URL", help=_("It is public, at this address."))
@click.option("--send", is_flag=True, help=_("It is not there: send it now."))
@click.option("--drop", is_flag=True, help=_("It is not there: give it up."))
@json_option
def resolve(delivery_id: int, there: str | None, send: bool, drop: bool, as_json: bool) -> None:
    from prokes_social.model.delivery import as_row

    if (there is not None) + send + drop != 1:
        raise click.UsageError(_("Say one of --there URL, --send or --drop."))
    with opened() as app:
        if there is not None:
            row = app.decisions.there(delivery_id, there)
        else:
            row = app.decisions.send(delivery_id) if send else app.decisions.drop(delivery_id)
    if as_json:
        print_json(as_row(row))
    where = f" {row.post.permalink}" if row.post else ""
    say(_("Delivery {id} is now: {status}.{where}", id=row.id, status=row.status.label, where=where))


@command.command(help=_("Everything about delivery ID: what it says, its times, and each attempt."))
@click.argument("delivery_id", metavar="ID", type=int)
@json_option
def show(delivery_id: int, as_json: bool) -> None:
    from prokes_social.errors import StoreError
    from prokes_social.model.delivery import as_row

    with opened() as app:
        row = app.deliveries.get(delivery_id)
        tries = app.deliveries.attempts(delivery_id)
    if row is None:
        raise StoreError(_("There is no delivery {id}.", id=delivery_id), hint=_("`prokes delivery list` shows all."))
    if as_json:
        print_json(as_row(row) | {"text": row.content.text, "alt_text": row.content.alt_text, "tries": tries})
        return
    zone = zone_named(row.zone)
    click.echo(f"#{row.id}  {row.key.campaign} / {row.key.message} → {row.key.account}")
    click.echo(f"{row.status.label}: {row.reason or row.status.remark}")
    click.echo(format_short(row.content.due_at, zone, seconds=True) + " – " + format_short(row.last_moment, zone))
    click.echo(row.content.text)
    for each in tries:
        click.echo(f"  {each['number']}. {each['started_at']}  {each['outcome']}  {each['said']}")


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
