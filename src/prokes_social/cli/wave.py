"""`prokes wave`: groups of staff who are asked together."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import console, json_option, opened, print_json, print_table, say
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_number, format_short, n_

if TYPE_CHECKING:
    from prokes_social.model.participation import Counts, Participation
    from prokes_social.model.wave import Wave


@click.group(help=_("Waves: who is asked to share, and when."))
def command() -> None:
    pass


@command.command("list", help=_("All waves, in the order they open."))
@click.option("--campaign", help=_("Only this campaign."))
@json_option
def list_(campaign: str | None, as_json: bool) -> None:
    with opened() as app:
        waves, zone = app.sharing.waves(campaign=campaign), zone_named(app.settings.zone)
    if as_json:
        print_json([_row(wave) for wave in waves])
    elif waves:
        columns = [_("number"), _("campaign"), _("message"), _("who"), _("opens"), _("closes"), _("state")]
        rows = [
            [
                str(wave.id), wave.key.campaign, wave.key.message, wave.key.audience_label, _opens(wave),
                format_short(wave.content.closes_at, zone), _state(wave),
            ]
            for wave in waves
        ]  # fmt: skip
        print_table(columns, rows, right=(0,))
    else:
        say(_("No waves yet. A send with `to: leaders` or `to: staff` makes one."))


@command.command("open", help=_("Open the approved wave NUMBER now, before its time."))
@click.argument("number", type=int)
def open_(number: int) -> None:
    with opened() as app:
        invited = app.sharing.open_by_hand(number)
    say(n_("Open; {count} person was asked.", "Open; {count} people were asked.", invited))
    if not invited:
        say(
            _("Whoever is to be asked must have agreed, and nobody is asked in quiet hours; the worker goes on trying.")
        )


@command.command(help=_("The text of wave NUMBER for the group of UNIT; there is no personal link in it."))
@click.argument("number", type=int)
@click.argument("unit")
def text(number: int, unit: str) -> None:
    with opened() as app:
        click.echo(app.inviting.group_text(number, unit))


@command.command(help=_("Who took part in CAMPAIGN, by wave and unit; small groups are shown together."))
@click.argument("campaign")
@json_option
def participation(campaign: str, as_json: bool) -> None:
    with opened() as app:
        found = app.sharing.participation(campaign)
    if as_json:
        print_json([_participation_row(each) for each in found])
        return
    for each in found:
        key = each.wave.key
        console().print(f"\n[bold]{key.message}[/] · {key.audience_label} · {key.occurrence.partition('@')[2]}")
        _show(each)
    if not found:
        say(_("No wave of this campaign has opened yet."))


def _show(each: "Participation") -> None:
    from prokes_social.model.participation import SMALLEST

    if each.total is None:
        say(_("Fewer than {count} people: a group this small is not shown.", count=SMALLEST))
        return
    columns = [
        _("unit"),
        _("people"),
        _("asked"),
        _("opened"),
        _("said shared"),
        _("with proof"),
        _("rate"),
        _("clicks"),
    ]
    rows = [_cells(", ".join(row.units), row.counts) for row in each.rows]
    print_table(columns, [*rows, _cells(_("together"), each.total)], right=range(1, 8))


def _cells(name: str, counts: "Counts") -> list[str]:
    numbers = (counts.members, counts.offered, counts.opened, counts.said, counts.proof)
    rate = "–" if counts.rate is None else f"{format_number(round(counts.rate))} %"
    return [name, *map(format_number, numbers), rate, format_number(counts.clicks)]


def _participation_row(each: "Participation") -> dict[str, Any]:
    """The JSON that `prokes wave participation` promises; everything but clicks and opened is people's own word."""
    rows = [{"units": list(row.units), **asdict(row.counts), "rate": row.counts.rate} for row in each.rows]
    return {**_row(each.wave), "units": rows, "total": asdict(each.total) if each.total else None}


def _opens(wave: "Wave") -> str:
    said = f"{wave.content.wall_time} " + (wave.content.zone or _("local time"))
    if wave.content.after:
        said += " " + _("or {share} % of “{send}”", share=wave.content.share, send=wave.content.after)
    return said


def _state(wave: "Wave") -> str:
    return f"{wave.status.label} ({wave.opened_by.label})" if wave.opened_by else str(wave.status.label)


def _row(wave: "Wave") -> dict[str, Any]:
    """The JSON that `prokes wave list` promises."""
    content = wave.content
    return {
        "id": wave.id,
        "campaign": wave.key.campaign,
        "message": wave.key.message,
        "audience": wave.key.audience,
        "occurrence": wave.key.occurrence,
        "status": wave.status.value,
        "opens_at": content.opens_at.isoformat(),
        "closes_at": content.closes_at.isoformat(),
        "after": content.after,
        "share": content.share,
        "opened_at": wave.opened_at.isoformat() if wave.opened_at else None,
        "opened_by": wave.opened_by.value if wave.opened_by else None,
    }
