"""`prokes card staff`: a card for each person of a table."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal

import click

from prokes_social.cli._options import SizeType
from prokes_social.cli._output import console, json_option, opened, print_json, say
from prokes_social.i18n import _, format_number, n_

if TYPE_CHECKING:
    from rich.console import Console

    from prokes_social.app.staff_cards import StaffResult
    from prokes_social.model.platform import Size
    from prokes_social.rendering.bulk import Progress

    OnProgress = Callable[[Progress], None]

#: Seconds between two lines of progress in a pipe.
EVERY = 5.0
#: What shells say of a command that Ctrl-C ended.
INTERRUPTED = 130


class ShardType(click.ParamType[tuple[int, int]]):
    name = "I/N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        which, _slash, of = str(value).partition("/")
        if which.isdecimal() and of.isdecimal() and 1 <= int(which) <= int(of):
            return int(which), int(of)
        return self.fail(_("{value} is not a share such as 2/4, the second of four.", value=value), param, ctx)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@click.command(
    help=_("Draw the card of one message of FILE for each person of a table; a run that was broken off goes on.")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--message", required=True, help=_("Whose card."))
@click.option(
    "--people", type=click.Path(path_type=Path, dir_okay=False),
    help=_("CSV or XLSX with the columns nama, unit and foto; otherwise those of the directory who agreed."),
)  # fmt: skip
@click.option(
    "--size", "sizes", multiple=True, type=SizeType(),
    help=_("One size such as 1080x1350, or several; otherwise the first of the template."),
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--unit", help=_("Only people of this unit."))
@click.option(
    "--processes", type=click.IntRange(1, 256), default=_processors, show_default=_("one for each processor"),
    help=_("How many draw side by side."),
)  # fmt: skip
@click.option("--shard", type=ShardType(), help=_("Only every N-th person, beginning with the I-th."))
@click.option("--cluster", metavar="tcp://HOST:PORT", help=_("Draw on the workers of this Dask scheduler."))
@click.option("--archive", type=click.Choice(("zip", "tar")), help=_("One archive for each unit as well."))
@json_option
def staff(
    file: Path, message: str, people: Path | None, sizes: "tuple[Size, ...]", out: Path, unit: str | None,
    processes: int, shard: tuple[int, int] | None, cluster: str | None, archive: Literal["zip", "tar"] | None,
    as_json: bool,
) -> None:  # fmt: skip
    from prokes_social.app.staff_cards import StaffOrder, draw_staff_cards

    order = StaffOrder(
        campaign=file, message=message, people=people, out=out, sizes=sizes, unit=unit, processes=processes,
        shard=shard, cluster=cluster, archive=archive,
    )  # fmt: skip
    began = time.monotonic()
    with _ending_in_order(), opened() as app, _watching(console(stderr=True)) as on_progress:
        result = draw_staff_cards(app, order, on_progress)
    seconds = time.monotonic() - began
    if as_json:
        print_json(_as_json(result, out, seconds))
    else:
        _show(result, out, seconds)
    _end_with(result, told=as_json)


# --- while it runs ---


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Ctrl-C and SIGTERM end after the cards in hand, and say how to go on."""

    def end(_sign: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        say(_("Stopped. What is finished stays; the same command goes on from here."))
        raise SystemExit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching(screen: "Console") -> "Iterator[OnProgress]":
    """A bar in a terminal, plain lines in a pipe."""
    if not screen.is_terminal:
        yield _plain_lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=screen, transient=True) as bars:
        task = bars.add_task(_("cards"), total=None)

        def on_progress(progress: "Progress") -> None:
            bars.update(task, completed=progress.total - progress.left, total=progress.total)

        yield on_progress


def _plain_lines() -> "OnProgress":
    told = time.monotonic()

    def on_progress(progress: "Progress") -> None:
        nonlocal told
        if time.monotonic() - told >= EVERY:
            told = time.monotonic()
            done = format_number(progress.total - progress.left)
            say(_("{done} of {total} cards", done=done, total=format_number(progress.total)))

    return on_progress


# --- at the end ---


def _show(result: "StaffResult", out: Path, seconds: float) -> None:
    from prokes_social.checking.formats import as_text
    from prokes_social.problem import Severity

    if warnings := [each for each in result.problems if each.severity is Severity.WARNING]:
        say(as_text(warnings))
    counts = {"drawn": result.progress.drawn, "kept": result.progress.kept, "failed": result.progress.failed}
    numbers = {name: format_number(count) for name, count in counts.items()}
    say(_("{drawn} drawn, {kept} kept from before, {failed} failed.", **numbers) + _speed(result, seconds))
    if result.removed:
        say(n_("{count} card was removed: no row asks for it any more.",
               "{count} cards were removed: no row asks for them any more.", len(result.removed)))  # fmt: skip
    for path in result.archives or [out]:
        click.echo(path)


def _speed(result: "StaffResult", seconds: float) -> str:
    if not result.progress.drawn:
        return ""
    rate = format_number(round(result.progress.drawn / seconds, 1))
    return " " + _("{seconds} s, {rate} cards a second.", seconds=format_number(round(seconds, 1)), rate=rate)


def _as_json(result: "StaffResult", out: Path, seconds: float) -> dict[str, Any]:
    progress = result.progress
    return {
        "out": str(out),
        "cards": progress.total,
        "drawn": progress.drawn,
        "kept": progress.kept,
        "failed": progress.failed,
        "removed": list(result.removed),
        "archives": [str(path) for path in result.archives],
        "seconds": round(seconds, 3),
        "problems": [problem.as_json() for problem in result.problems],
    }


def _end_with(result: "StaffResult", *, told: bool) -> None:
    """Exit code 3 where a row has to be mended, with the list unless a document holds it."""
    from prokes_social.errors import ContentError
    from prokes_social.problem import Severity

    errors = [each for each in result.problems if each.severity is Severity.ERROR]
    if errors and told:
        raise SystemExit(ContentError.exit_code)
    if errors:
        raise ContentError(
            n_("{count} cell has to be mended; all other cards are there.",
               "{count} cells have to be mended; all other cards are there.", len(errors)),
            hint=_("Mend the table and run the same command again: only what is missing is drawn."),
            problems=errors,
        )  # fmt: skip
