"""`prokes drill`: prove on this machine that publishing loses nothing and doubles nothing."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import console, json_option, print_json, say
from prokes_social.i18n import _, format_number

if TYPE_CHECKING:
    from rich.console import Console

    from prokes_social.drill import Orders, Progress, Result

#: Seconds between two lines of progress in a pipe.
EVERY = 5.0


@click.command(
    help=_(
        "Kill and freeze publishers while they work against a lying sandbox, and prove that no post is lost or doubled."
        " Works on a database of its own; no account and no queue of yours is touched."
    )
)
@click.option(
    "--db", type=click.Choice(("sqlite", "postgres")), help=_("Which database; otherwise the kind used here.")
)
@click.option("--kills", type=click.IntRange(1), default=100, show_default=True, help=_("How many publishers to kill."))
@click.option(
    "--deliveries", type=click.IntRange(1), help=_("How many deliveries; otherwise a twentieth more than kills.")
)
@click.option(
    "--publishers", type=click.IntRange(2, 64), default=10, show_default=True, help=_("How many work at a time.")
)
@click.option("--seed", type=int, help=_("The same number brings the same fates and lies; otherwise one is drawn."))
@json_option
def command(
    db: str | None, kills: int, deliveries: int | None, publishers: int, seed: int | None, as_json: bool
) -> None:
    from prokes_social.drill import Orders, run

    address, beside = _installed()
    orders = Orders(
        kills=kills,
        deliveries=deliveries or kills + -(-kills // 20),
        publishers=publishers,
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
    )
    server = address if address.startswith("postgres") else None
    db = db or ("postgres" if server else "sqlite")
    with _ending_in_order(), _watching(orders, console(stderr=True)) as on_progress:
        result = run(orders, db=db, server=server, beside=beside, on_progress=on_progress)
    if as_json:
        print_json(result.as_json())
    else:
        _show(result)
    if not result.holds:
        raise SystemExit(1)


def _installed() -> tuple[str, Path | None]:
    """The address of the database used here, and the folder it lies in; a drill needs no workspace."""
    from prokes_social.errors import SettingsError
    from prokes_social.settings import find_home, load_settings

    try:
        find_home(os.environ, Path.cwd())
    except SettingsError:
        return os.environ.get("PROKES_DATABASE_URL", ""), None
    settings = load_settings()
    return settings.database_url, settings.state


# --- while it runs ---


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """SIGTERM ends a drill as Ctrl-C does: no server, sandbox or publisher is left behind."""

    def end(_sign: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching(orders: "Orders", screen: "Console") -> "Iterator[Callable[[Progress], None]]":
    """A bar for kills and one for deliveries in a terminal, plain lines in a pipe."""
    say(_("Drill {seed}: {kills} kills over {deliveries} deliveries.", **_numbers(orders)))
    if not screen.is_terminal:
        yield _plain_lines(orders)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=screen, transient=True) as bars:
        killed = bars.add_task(_("kills"), total=orders.kills)
        settled = bars.add_task(_("settled"), total=orders.deliveries)

        def on_progress(progress: "Progress") -> None:
            bars.update(killed, completed=progress.kills)
            bars.update(settled, completed=progress.settled)

        yield on_progress


def _plain_lines(orders: "Orders") -> "Callable[[Progress], None]":
    told = time.monotonic()

    def on_progress(progress: "Progress") -> None:
        nonlocal told
        if time.monotonic() - told < EVERY:
            return
        told = time.monotonic()
        done = {"killed": progress.kills, "settled": progress.settled, "held": progress.held}
        say(_("{killed} of {kills} killed, {settled} of {deliveries} settled, {held} held", **done, **_numbers(orders)))

    return on_progress


def _numbers(orders: "Orders") -> dict[str, object]:
    return {"seed": orders.seed, "kills": orders.kills, "deliveries": orders.deliveries}


# --- at the end ---


def _show(result: "Result") -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    for label, value, remark, style in _lines(result):
        table.add_row(label, value, remark, style=style)
    console().print(table)
    if result.broken:
        say(result.complaints)
    good = _("Nothing was lost and nothing doubled.")
    bad = _(
        "This installation loses or doubles posts. Stop publishing with it, and report seed {seed}.", seed=result.seed
    )
    console().print(good if result.holds else bad, style="bold green" if result.holds else "bold red")


def _lines(result: "Result") -> Iterator[tuple[str, str, str, str | None]]:
    """What was done, what came of it, and how fast; what must be zero is red where it is not."""
    from prokes_social.drill import RECOVERY

    yield _("database"), result.db, _("seed {seed}", seed=result.seed), None
    yield _("kills"), _count(result.kills), _spread(result.kills_by), None
    guard = {"frozen": result.frozen_before_call, "stopped": result.stopped_by_guard}
    remark = _("{frozen} just before the call, of which the guard stopped {stopped}", **guard)
    yield _("freezes"), _count(result.freezes), remark, None
    yield _("lies of the platform"), _count(sum(result.lies.values())), _spread(result.lies), None
    yield _("deliveries"), _count(result.jobs), "", None
    found = _("{count} found by look-up", count=result.found_by_look_up)
    yield _("published"), _count(result.published), found, None
    public = _("{count} of them public after all, and found when a person decided", count=result.held_public)
    yield _("held for a person"), _count(result.held), public, None
    yield _must_be_zero(_("lost"), result.lost, _("neither public nor told to anybody"))
    yield _must_be_zero(_("doubled"), result.doubled, _("public more than once"))
    yield _must_be_zero(_("published in name only"), result.phantom, _("the platform has no such post"))
    yield _must_be_zero(_("public unnoticed"), result.unrecorded, _("the queue does not know that it is out"))
    yield _must_be_zero(_("held in silence"), result.silent, _("no alarm rang"))
    yield _must_be_zero(_("broken publishers"), result.broken, _("ended by themselves"))
    slow = (result.recovery_p99_s or 0) > RECOVERY.total_seconds()
    slowest = _("slowest {slowest} of {count}", slowest=_seconds(result.recovery_max_s), count=result.taken_up)
    label = _("taken up again, p99")
    yield label, _seconds(result.recovery_p99_s), slowest, "yellow" if slow else None
    every = _("{all} with those that were disturbed", all=_seconds(result.lateness_all_p99_s))
    yield _("lateness, p99"), _seconds(result.lateness_p99_s), every, None
    rate = _("{kills} kills and {deliveries} deliveries a second", **_rates(result))
    yield _("time"), _seconds(result.seconds), rate, None


def _must_be_zero(label: str, count: int, remark: str) -> tuple[str, str, str, str | None]:
    return label, _count(count), remark if count else "", "bold red" if count else "green"


def _spread(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)


def _rates(result: "Result") -> dict[str, str]:
    return {"kills": format_number(result.kills_per_s), "deliveries": format_number(result.deliveries_per_s)}


def _count(number: int) -> str:
    return format_number(number)


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else _("{seconds} s", seconds=format_number(round(seconds, 2)))
