"""`prokes card sheet`: every template in every size and brand, on sheets and on a page that shows them all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prokes_social.cli._options import OneOf, SizeType, brand_names, template_names, workspace_or_none
from prokes_social.cli._output import console
from prokes_social.errors import ContentError, SettingsError
from prokes_social.i18n import _, n_

if TYPE_CHECKING:
    from prokes_social.model.platform import Size


@click.command(help=_("Draw every template in every size and brand on contact sheets."))
@click.option("--template", "templates", multiple=True, type=OneOf(template_names), help=_("Only this template."))
@click.option("--brand", "brands", multiple=True, type=OneOf(brand_names), help=_("Only this brand kit."))
@click.option("--size", "sizes", multiple=True, type=SizeType(), help=_("Only this size, such as 1080x1350."))
@click.option("--debug", is_flag=True, help=_("Draw boxes, baselines and safe zones over the cards."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/cards"), show_default=True)
def sheet(
    templates: tuple[str, ...], brands: tuple[str, ...], sizes: "tuple[Size, ...]", debug: bool, out: Path
) -> None:
    from prokes_social.app.cards import asset_folders, open_studio
    from prokes_social.app.sheets import Chosen, Sheets

    # Outside of a workspace the templates that are shipped are shown.
    studio = open_studio(asset_folders(workspace_or_none()))
    chosen = Chosen(templates=templates, brands=brands, sizes=sizes)
    sheets = Sheets(studio=studio, out=out, chosen=chosen, debug=debug)
    count = len(sheets.requests())
    if not count:
        raise SettingsError(_("No template has that size."), hint=_("Leave out --size to see what there is."))
    with _bar(count) as sheets.on_card:
        paths = list(sheets.write())
    for path in paths:
        click.echo(path)
    if sheets.problems:
        message = n_("{count} sample can't be drawn.", "{count} samples can't be drawn.", len(sheets.problems))
        raise ContentError(message, hint=_("The sheets show which."), problems=sheets.problems)


@contextmanager
def _bar(count: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, nothing in a pipe."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bars:
        drawn = bars.add_task(_("cards"), total=count)
        yield lambda: bars.advance(drawn)
