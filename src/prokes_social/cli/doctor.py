"""`prokes doctor`: is everything in order, and what to do where it is not."""

import click

from prokes_social.cli._output import json_option, print_json
from prokes_social.i18n import _, n_

MARKS = {"ok": "✓", "warning": "!", "bad": "✗"}
COLOURS = {"ok": "green", "warning": "yellow", "bad": "red"}


@click.command(help=_("Look at everything publishing depends on; ends with 1 where something is bad."))
@json_option
def command(as_json: bool) -> None:
    from prokes_social.app.health import State, examine
    from prokes_social.settings import load_settings

    checks = examine(load_settings())
    broken = [check for check in checks if check.state is State.BAD]
    if as_json:
        print_json({"ok": not broken, "checks": [check.as_json() for check in checks]})
    else:
        for check in checks:
            click.echo(click.style(MARKS[check.state], fg=COLOURS[check.state]) + f" {check.what}")
            if check.remedy:
                click.echo(f"    {check.remedy}")
        if broken:
            click.echo(n_("{count} thing is bad.", "{count} things are bad.", len(broken)), err=True)
    if broken:
        raise SystemExit(1)
