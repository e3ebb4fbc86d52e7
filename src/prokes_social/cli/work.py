"""`prokes work`: publish what is due, look up what is in doubt, read the numbers."""

import signal
import sys
from collections.abc import Callable

import click

from prokes_social.cli._output import console, opened, say
from prokes_social.clock import SystemClock, zone_named
from prokes_social.i18n import _, format_time, n_
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.worker import Event, Worker

_STYLES = {
    DeliveryStatus.PUBLISHED: "green",
    DeliveryStatus.UNCERTAIN: "yellow",
    DeliveryStatus.HELD: "bold yellow",
    DeliveryStatus.FAILED: "bold red",
    DeliveryStatus.MISSED: "red",
}


@click.command(help=_("Publish what is due, at its time, until Ctrl-C. Several workers may run on one database."))
@click.option("--until-idle", is_flag=True, help=_("End when nothing is due within the preparing time or in doubt."))
@click.option("--once", is_flag=True, help=_("One round, then end."))
def command(until_idle: bool, once: bool) -> None:
    with opened() as app:
        worker = Worker(app, on_event=printer(app.settings.zone))
        if once:
            worker.run_once()
            return
        _stop_on_signals(worker)
        say(_("Working. Ctrl-C ends it safely: a call that is out is waited for."))
        worker.run(until_idle=until_idle)
    say(_("Done."))


def printer(zone: str) -> Callable[[Event], None]:
    """One line an event; coloured in a terminal, plain in a pipe."""
    out = console(stderr=True)

    def on_event(event: Event) -> None:
        now = format_time(SystemClock().now(), zone_named(zone), seconds=True)
        if event.error:
            out.print(f"{now}  {event.error.message}", style="red", markup=False)
        elif event.delivery and event.status and event.status is not DeliveryStatus.SCHEDULED:
            row = event.delivery
            where = row.post.permalink if row.post and event.status is DeliveryStatus.PUBLISHED else row.reason
            line = f"{now}  {event.status.label!s:<12} {row.key.account:<24} {row.key.message:<24} {where}"
            out.print(line, style=_STYLES.get(event.status), markup=False, soft_wrap=True)
        elif event.readings:
            out.print(f"{now}  " + n_("{count} reading taken.", "{count} readings taken.", event.readings), style="dim")
        sys.stderr.flush()

    return on_event


def _stop_on_signals(worker: Worker) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: worker.stop())
