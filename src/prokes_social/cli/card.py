"""`prokes card`: draw cards."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from prokes_social.cli._card_preview import preview
from prokes_social.cli._card_sheet import sheet
from prokes_social.cli._card_staff import staff
from prokes_social.cli._card_verify import verify
from prokes_social.cli._options import SizeType
from prokes_social.cli._output import json_option, opened, print_json
from prokes_social.i18n import _

if TYPE_CHECKING:
    from prokes_social.model.platform import Size


@click.group(help=_("Cards: draw them to look at."))
def command() -> None:
    pass


command.add_command(preview)
command.add_command(sheet)
command.add_command(verify)
command.add_command(staff)


@command.command(help=_("Draw the cards of FILE into --out, one message or all."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--message", help=_("Only this message."))
@click.option("--size", "sizes", multiple=True, type=SizeType(), help=_("Only this size, such as 1080x1350."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--debug", is_flag=True, help=_("Also draw each with its boxes, baselines and safe zone."))
@json_option
def render(file: Path, message: str | None, sizes: "tuple[Size, ...]", out: Path, debug: bool, as_json: bool) -> None:
    with opened() as app:
        drawn = app.campaigns.draw(file, message=message, sizes=sizes)
        outlined = [app.studio.outlined(card) if debug else b"" for _message, card in drawn]
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for (each, card), overlay in zip(drawn, outlined, strict=True):
        path = out / f"{file.stem}-{each.id}-{card.size}.{'png' if card.media_type == 'image/png' else 'jpg'}"
        path.write_bytes(card.data)
        row = {"message": each.id, "size": str(card.size), "file": str(path), "digest": card.file_digest}
        if overlay:
            row["debug"] = str(path.with_name(f"{path.stem}-debug.png"))
            Path(row["debug"]).write_bytes(overlay)
        written.append(row)
    if as_json:
        print_json(written)
    else:
        for row in written:
            click.echo(row["file"])
            if debug:
                click.echo(row["debug"])
