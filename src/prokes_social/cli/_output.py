"""How commands open the workspace and say what they found."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from prokes_social.i18n import _

if TYPE_CHECKING:
    from rich.console import Console

    from prokes_social.app import App

json_option = click.option("--json", "as_json", is_flag=True, help=_("One JSON document on stdout, for scripts."))


@contextmanager
def opened() -> Iterator["App"]:
    """The workspace of this folder, closed again at the end. Raises SettingsError, StoreError."""
    from prokes_social import logs
    from prokes_social.app import App
    from prokes_social.settings import load_settings

    logs.set_up("warning")
    app = App(load_settings())
    try:
        yield app
    finally:
        app.close()


def warn_if_stopped(app: "App") -> None:
    """Whoever wonders why nothing goes out is told who stopped it, and how to go on."""
    from prokes_social.clock import zone_named
    from prokes_social.i18n import format_short

    if stop := app.decisions.stopped():
        since = format_short(stop.since, zone_named(app.settings.zone))
        text = _("STOPPED by {who} since {since}. {remark} Go on with `prokes resume`.",
                 who=stop.who, since=since, remark=stop.remark)  # fmt: skip
        click.echo(click.style(text, fg="red", bold=True), err=True)


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def say(text: str = "") -> None:
    """A sentence for people; never on stdout, which belongs to results."""
    click.echo(text, err=True)


def console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    # In a pipe rich would fold at 80 columns; a script wants whole lines.
    width = None if (sys.stderr if stderr else sys.stdout).isatty() else 200
    return Console(stderr=stderr, width=width, highlight=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A plain table on stdout; `right` numbers the columns that are set flush right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console().print(table)
