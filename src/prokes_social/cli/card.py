"""`prokes card`: draw cards."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prokes_social.cli._options import SizeType
from prokes_social.cli._output import json_option, opened, print_json
from prokes_social.errors import SettingsError
from prokes_social.i18n import _

if TYPE_CHECKING:
    from prokes_social.model.platform import Size


@click.group(help=_("Cards: draw them to look at."))
def command() -> None:
    pass


@command.command(help=_("Draw the cards of FILE into --out, one message or all."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--message", help=_("Only this message."))
@click.option("--size", "sizes", multiple=True, type=SizeType(), help=_("Only this size, such as 1080x1350."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@json_option
def render(file: Path, message: str | None, sizes: "tuple[Size, ...]", out: Path, as_json: bool) -> None:
    with opened() as app:
        drawn = app.campaigns.draw(file, message=message, sizes=sizes)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for each, card in drawn:
        path = out / f"{file.stem}-{each.id}-{card.size}.jpg"
        path.write_bytes(card.data)
        written.append({"message": each.id, "size": str(card.size), "file": str(path), "digest": card.file_digest})
    if as_json:
        print_json(written)
    else:
        for row in written:
            click.echo(row["file"])


@command.command(help=_("Draw every template in every size and brand on one contact sheet."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/cards"), show_default=True)
def sheet(out: Path) -> None:
    from prokes_social.app.cards import asset_folders, open_studio, write_sheets
    from prokes_social.settings import find_home

    try:
        home: Path | None = find_home(os.environ, Path.cwd())
    except SettingsError:
        home = None  # outside of a workspace the templates that are shipped are shown
    for path in write_sheets(open_studio(asset_folders(home)), out):
        click.echo(path)
