"""`prokes work`: publish what is due, look up what is in doubt, read the numbers."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import console, opened, say, warn_if_stopped
from prokes_social.i18n import _

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.worker import Event

LEVELS = ("debug", "info", "warning", "error")


@click.command(help=_("Publish what is due, at its time, until Ctrl-C. Several workers may run on one database."))
@click.option("--until-idle", is_flag=True, help=_("End when nothing is due within the preparing time or in doubt."))
@click.option("--once", is_flag=True, help=_("One round, then end."))
@click.option("--log-level", type=click.Choice(LEVELS), help=_("Lines of log from this level on, also in a terminal."))
@click.option("--metrics-port", type=click.IntRange(0, 65535), help=_("Serve /metrics and /readyz there."))
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help=_("The address to serve them on."))
def command(until_idle: bool, once: bool, log_level: str | None, metrics_port: int | None, metrics_host: str) -> None:
    from prokes_social.worker import Worker

    with opened() as app, ExitStack() as stack:
        warn_if_stopped(app)
        say(_("Working. Ctrl-C ends it safely: a call that is out is waited for."))
        watchers = [stack.enter_context(_watching(app, log_level))]

        def on_event(event: "Event") -> None:
            for watcher in watchers:
                watcher(event)

        worker = Worker(app, on_event=on_event)
        if metrics_port is not None:
            from prokes_social.metrics import Metrics, served

            metrics = Metrics(app, worker)
            watchers.append(metrics.note)
            port = stack.enter_context(served(metrics, host=metrics_host, port=metrics_port))
            say(_("Numbers: {address}", address=f"http://{metrics_host}:{port}/metrics"))
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: worker.stop())
        if once:
            worker.run_once()
        else:
            worker.run(until_idle=until_idle)
    say(_("Done."))


@contextmanager
def _watching(app: "App", level: str | None) -> "Iterator[Callable[[Event], None]]":
    """A live table for people who watch; lines of log for everybody else, and for those who ask for them."""
    from prokes_social import logs
    from prokes_social.progress import watching

    errors = console(stderr=True)
    if level or not errors.is_terminal:
        logs.set_up(level or app.settings.log_level, rendering="words" if errors.is_terminal else "json")
        yield lambda event: None
        return
    logs.set_up("warning", rendering="words")
    with watching(app, errors) as on_event:
        yield on_event
