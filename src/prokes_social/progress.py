"""Worker events in; a live table in a terminal, plain lines in a pipe out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prokes_social.app import App
from prokes_social.clock import SystemClock, zone_named
from prokes_social.i18n import _, format_short, format_time, n_
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.worker import Event

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

STYLES = {
    DeliveryStatus.CLAIMED: "cyan",
    DeliveryStatus.SENDING: "cyan",
    DeliveryStatus.PUBLISHED: "green",
    DeliveryStatus.UNCERTAIN: "yellow",
    DeliveryStatus.HELD: "bold yellow",
    DeliveryStatus.FAILED: "bold red",
    DeliveryStatus.MISSED: "red",
}
MARKS = {
    DeliveryStatus.PUBLISHED: "✓",
    DeliveryStatus.UNCERTAIN: "?",
    DeliveryStatus.HELD: "!",
    DeliveryStatus.FAILED: "✗",
    DeliveryStatus.MISSED: "✗",
    DeliveryStatus.CLAIMED: "…",
    DeliveryStatus.SENDING: "→",
}
#: Rows that fit a small terminal.
SHOWN = 16


@contextmanager
def watching(app: App, console: "Console") -> Iterator[Callable[[Event], None]]:
    """What a worker tells its events to while people watch."""
    if not console.is_terminal:
        yield lambda event: _print_line(app, console, event)
        return
    from rich.live import Live

    with Live(get_renderable=lambda: _table(app), console=console, refresh_per_second=4) as live:

        def on_event(event: Event) -> None:
            if event.error:
                live.console.print(event.error.message, style="red", markup=False)
            live.refresh()

        yield on_event


def _print_line(app: App, console: "Console", event: Event) -> None:
    line = _line(event)
    if line:
        now = format_time(SystemClock().now(), zone_named(app.settings.zone), seconds=True)
        style = STYLES.get(event.status) if event.status else None
        console.print(f"{now}  {line}", style=style, markup=False, soft_wrap=True)


def _line(event: Event) -> str:
    if event.error:
        return event.error.message
    if event.readings:
        return n_("{count} reading taken.", "{count} readings taken.", event.readings)
    if event.delivery is None or event.status in (None, DeliveryStatus.SCHEDULED):
        return ""
    row = event.delivery
    return f"{event.status.label!s:<12} {row.key.account:<22} {row.key.message:<20} {_where(row)}"


def _table(app: App) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown = _worth_watching(app)
    rows = [_cells(row) for row in shown]
    names = (_("due"), _("account"), _("message"), _("status"), _("address or reason"))
    for number, name in enumerate(names):
        # Addresses give way first: what, where and how it stands must be readable.
        needed = max((len(cells[number]) for cells in rows), default=0) if number < len(names) - 1 else None
        table.add_column(name, no_wrap=True, overflow="ellipsis", min_width=needed)
    for row, cells in zip(shown, rows, strict=True):
        table.add_row(*cells, style=STYLES.get(row.status))
    return table


def _cells(row: Delivery) -> tuple[str, str, str, str, str]:
    due = format_short(row.content.due_at, zone_named(row.zone), seconds=row.content.due_at.second > 0)
    status = f"{MARKS.get(row.status, '·')} {row.status.label}"
    return due, row.key.account, row.key.message, status, _where(row)


def _worth_watching(app: App) -> list[Delivery]:
    """The newest that are out and the next that will be."""
    rows = [row for row in app.deliveries.listing() if row.status is not DeliveryStatus.CANCELLED]
    out = [row for row in rows if row.status is DeliveryStatus.PUBLISHED]
    rest = [row for row in rows if row.status is not DeliveryStatus.PUBLISHED]
    room = max(SHOWN - len(rest), SHOWN // 2)
    return [*out[-room:], *rest][:SHOWN]


def _where(row: Delivery) -> str:
    return row.post.permalink if row.post else row.reason
