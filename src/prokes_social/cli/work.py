"""`prokes work`: publish what is due, look up what is in doubt, read the numbers."""

import signal

import click

from prokes_social.cli._output import console, opened, say, warn_if_stopped
from prokes_social.i18n import _


@click.command(help=_("Publish what is due, at its time, until Ctrl-C. Several workers may run on one database."))
@click.option("--until-idle", is_flag=True, help=_("End when nothing is due within the preparing time or in doubt."))
@click.option("--once", is_flag=True, help=_("One round, then end."))
def command(until_idle: bool, once: bool) -> None:
    from prokes_social.progress import watching
    from prokes_social.worker import Worker

    with opened() as app:
        warn_if_stopped(app)
        say(_("Working. Ctrl-C ends it safely: a call that is out is waited for."))
        with watching(app, console(stderr=True)) as on_event:
            worker = Worker(app, on_event=on_event)
            for sign in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sign, lambda *_: worker.stop())
            if once:
                worker.run_once()
            else:
                worker.run(until_idle=until_idle)
    say(_("Done."))
