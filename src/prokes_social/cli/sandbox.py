"""`prokes sandbox`: a local server that speaks as X and Meta do."""

import click

from prokes_social.cli._output import say
from prokes_social.i18n import _


@click.command(help=_("Run the sandbox: a local stand-in for X, Facebook and Instagram with a feed to look at."))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True)
@click.option("--age-speed", default=1.0, show_default=True, help=_("Seconds a post ages in one second."))
def command(host: str, port: int, age_speed: float) -> None:
    from prokes_social.sandbox import make_world, serve

    say(_("The sandbox and its feed: http://{host}:{port}", host=host, port=port))
    serve(host, port, world=make_world(settings={"age_speed": age_speed}))
