"""`prokes demo`: the main job on show."""

from datetime import datetime
from pathlib import Path

import click

from prokes_social.cli._output import console, say
from prokes_social.i18n import _


@click.command(
    help=_("Show the main job against the sandbox: campaign, cards, posts, reach, report. Needs no account.")
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help=_("A new folder; else one by date and time.")
)
@click.option("--serve", is_flag=True, help=_("Go on at the end: the feed, a phone page, and the desk to log in to."))
def command(out: Path | None, serve: bool) -> None:
    from prokes_social.demo import run

    folder = out or Path(f"prokes-demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    result = run(folder.resolve(), console(), stay=serve)
    if result.differences or result.published != result.wanted:
        say(_("Not everything came true; the lines above say what differs."))
        raise SystemExit(1)
