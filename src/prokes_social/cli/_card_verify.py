"""`prokes card verify`: was this card issued by us?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import json_option, opened, print_json
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_short, n_

if TYPE_CHECKING:
    from prokes_social.model.delivery import Delivery
    from prokes_social.model.verdict import Verdict

#: A little more than what is refused later with its size, and never the whole of a film.
_MOST_BYTES = 20_000_001
#: An address may stand on many cards.
_SHOWN = 8


@click.command(help=_("Was the card in FILE issued by us? Exit code 0 where it is ours byte for byte, else 1."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def verify(file: Path, as_json: bool) -> None:
    from prokes_social.model.verdict import Origin

    with file.open("rb") as picture, opened() as app:
        verdict = app.media.verify(picture.read(_MOST_BYTES), file.name)
    if as_json:
        print_json(verdict.as_json())
    else:
        _tell(file, verdict)
    if verdict.origin is not Origin.OURS:
        raise SystemExit(1)


def _tell(file: Path, verdict: "Verdict") -> None:
    from prokes_social.model.verdict import Origin

    colour = {Origin.OURS: "green", Origin.ALIKE: "yellow", Origin.UNKNOWN: "red"}[verdict.origin]
    click.echo(f"{file.name}: " + click.style(str(verdict.origin.label), fg=colour, bold=True))
    click.echo(str(verdict.origin.remark))
    for link in verdict.links:
        click.echo(_("QR code: {link}", link=link))
    for each in verdict.deliveries[-_SHOWN:]:
        click.echo(_line(each))
    if (more := len(verdict.deliveries) - _SHOWN) > 0:
        click.echo(n_("and {count} more", "and {count} more", more))
    if verdict.origin is Origin.OURS and not verdict.deliveries:
        click.echo(_("No delivery shows it any more."))


def _line(row: "Delivery") -> str:
    zone = zone_named(row.zone)
    if row.post:
        when = _("published {when}", when=format_short(row.post.published_at, zone))
    else:
        when = f"{row.status.label}, {format_short(row.content.due_at, zone)}"
    address = f"  {row.post.permalink}" if row.post else ""
    return f"  {row.key.campaign} / {row.key.message} → {row.key.account}: {when}{address}"
