"""`prokes serve`: the web service."""

import click

from prokes_social.cli._output import opened, say
from prokes_social.i18n import _


@click.command(help=_("Serve the workspace's web address, from which platforms fetch pictures."))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def command(host: str, port: int) -> None:
    import uvicorn

    from prokes_social.web import build

    with opened() as app:
        say(_("Serving http://{host}:{port}", host=host, port=port))
        # Its own log set-up would write past ours, which takes tokens and signatures out.
        uvicorn.run(build(app), host=host, port=port, log_level="warning", log_config=None)
