"""`prokes card preview`: a page that shows the cards of a template or campaign file while somebody edits it."""

import socket
from typing import TYPE_CHECKING

import click

from prokes_social.cli._options import workspace_or_none
from prokes_social.cli._output import say
from prokes_social.i18n import _

if TYPE_CHECKING:
    from prokes_social.app.preview import Target

HOST = "127.0.0.1"


@click.command(help=_("Show the cards of a template or campaign file in the browser, anew at each change of the file."))
@click.argument("what", metavar="TEMPLATE|FILE")
@click.option("--brand", "brands", multiple=True, help=_("Only this brand kit."))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=_("A fixed port of this machine; otherwise a free one.")
)
def preview(what: str, brands: tuple[str, ...], port: int) -> None:
    import uvicorn

    from prokes_social import logs
    from prokes_social.app.preview import Preview
    from prokes_social.web.preview import build

    logs.set_up("warning")
    target = _target(what, brands)
    with _listening(port) as listener:
        click.echo(f"http://{HOST}:{listener.getsockname()[1]}/")
        say(_("Open it in a browser and edit {file}; Ctrl-C ends.", file=target.path.name))
        # Its own log set-up would write past ours, which takes tokens and signatures out.
        server = uvicorn.Server(uvicorn.Config(build(Preview(target)), log_level="warning", log_config=None))
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            say(_("The preview has ended."))


def _target(what: str, brands: tuple[str, ...]) -> "Target":
    from prokes_social.app.cards import asset_folders
    from prokes_social.app.preview import find_target
    from prokes_social.settings import load_settings

    home = workspace_or_none()
    presets = load_settings().presets if home else {}
    return find_target(what, asset_folders(home), home=home, brands=brands, presets=presets)


def _listening(port: int) -> socket.socket:
    """Reachable from this machine only. Raises SettingsError."""
    from prokes_social.errors import SettingsError

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # whoever reads the address may ask at once
    except OSError as error:
        listener.close()
        message = _("Port {port} can't be used: {reason}.", port=port, reason=error.strerror)
        raise SettingsError(message, hint=_("Leave out --port to take a free one.")) from error
    return listener
