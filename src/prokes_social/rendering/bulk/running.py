"""A job, its cards and a pool in; every card drawn that is not finished already, and the count of what was done out."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from prokes_social.errors import CardError
from prokes_social.i18n import n_
from prokes_social.rendering.bulk.chunk import BulkJob, Chunk, Failure, StaffCard, content_of
from prokes_social.rendering.bulk.manifest import Entry, Manifest
from prokes_social.rendering.bulk.pools import Pool
from prokes_social.rendering.bulk.trouble import Trouble

#: Cards handed out together: enough that handing out costs nothing.
CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Cards, not people: each has one in every size."""

    total: int
    drawn: int = 0
    kept: int = 0  #: finished before
    failed: int = 0

    @property
    def left(self) -> int:
        return self.total - self.drawn - self.kept - self.failed


OnProgress = Callable[[Progress], None]


def draw_all(
    job: BulkJob, cards: Sequence[StaffCard], manifest: Manifest, pool: Pool, *, at_once: int, on_progress: OnProgress
) -> tuple[Progress, list[Failure]]:
    """`at_once` chunks are drawn side by side. Raises CardError where nothing more can be written."""
    todo = [card for card in cards if not is_finished(job, card, manifest)]
    progress = Progress(total=len(cards), kept=len(cards) - len(todo))
    failures: list[Failure] = []
    trouble: Trouble | None = None
    on_progress(progress)
    try:
        with closing(pool(job, _chunks(todo, at_once))) as chunks:
            for chunk in chunks:
                trouble = trouble or chunk.trouble
                trouble = _kept(job, manifest, chunk) or trouble
                progress = _counted(progress, chunk)  # its journal holds it, whatever became of the manifest
                failures += chunk.failures
                on_progress(progress)
                if trouble:
                    job.stop()  # the others end after the card in hand, and their cards count
    except OSError as error:
        raise Trouble.of(error, job.out).as_error(_so_far(progress)) from error
    if trouble:
        raise trouble.as_error(_so_far(progress))
    return progress, failures


def is_finished(job: BulkJob, card: StaffCard, manifest: Manifest) -> bool:
    photo = _handed_in(job, card)

    def content(entry: Entry) -> str | None:
        """None where the photograph is another than when the card was drawn."""
        name, *seen = entry.photo or (None,)
        return content_of(job.shared[card.size], card.person, name) if tuple(seen) == photo else None

    return manifest.has(card.file, content)


def _handed_in(job: BulkJob, card: StaffCard) -> tuple[int, ...]:
    """By what a photograph is known again without reading it, bytes and mtime; nothing where there is none."""
    if not (card.person.photo and job.shows_photos):
        return ()
    try:
        seen = job.find_photo(card.person.photo).stat()
    except (OSError, CardError):
        return (0,)
    return seen.st_size, seen.st_mtime_ns


def _chunks(cards: Sequence[StaffCard], at_once: int) -> list[Sequence[StaffCard]]:
    """Small enough that all who draw end at about the same time."""
    length = max(1, min(CHUNK, -(-len(cards) // (4 * at_once))))
    return [cards[start : start + length] for start in range(0, len(cards), length)]


def _counted(progress: Progress, chunk: Chunk) -> Progress:
    return replace(progress, drawn=progress.drawn + len(chunk.entries), failed=progress.failed + chunk.failed)


def _kept(job: BulkJob, manifest: Manifest, chunk: Chunk) -> Trouble | None:
    """Take a chunk into the manifest; where that fails, the next run takes up its journal."""
    try:
        manifest.add(chunk.entries)
    except OSError as error:
        return Trouble.of(error, manifest.file)
    with suppress(OSError):
        job.journal(chunk.number).unlink(missing_ok=True)
    return None


def _so_far(progress: Progress) -> str:
    finished = progress.drawn + progress.kept
    kept = n_("{count} card is finished and stays.", "{count} cards are finished and stay.", finished)
    return " ".join([kept, n_("{count} is left.", "{count} are left.", progress.left)])
