"""`prokes reach`: read the numbers of posts, and look at them."""

from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.i18n import _, format_number, n_

if TYPE_CHECKING:
    from prokes_social.model.reach import Figure
    from prokes_social.model.report import Sum


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


@command.command(help=_("How far CAMPAIGN reached so far, account by account; `prokes report write` tells all of it."))
@click.argument("campaign")
@json_option
def show(campaign: str, as_json: bool) -> None:
    from prokes_social.reporting.formats import json
    from prokes_social.reporting.wording import lead

    with opened() as app:
        report = app.reach.report(campaign)
    if as_json:
        print_json(json.as_document(report))
        return
    heads = [_("account"), _("published"), _("impressions"), _("interactions"), _("clicks"), _("read")]
    rows = [_row(each) for each in report.by_account]
    together = [_row(report.total)] if len(rows) > 1 else []
    print_table(heads, [*rows, *together], right=(1, 2, 3, 4, 5))
    say(lead(report))


def _row(each: "Sum") -> list[str]:
    from prokes_social.model.reach import Metric

    told = (each.figure(Metric.IMPRESSIONS), each.interactions, each.figure(Metric.CLICKS))
    of = _("{part} of {all}", part=format_number(each.published), all=format_number(each.deliveries))
    return [each.label, of, *map(_figure, told), format_number(each.read)]


def _figure(figure: "Figure") -> str:
    """With how it is known; a dash where nobody told it."""
    return "–" if figure.value is None else f"{format_number(figure.value)} ({figure.known.label})"
