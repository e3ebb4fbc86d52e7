"""Some cards of a job in; their files written, and what became of each out. The same on every machine and process."""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from prokes_social.errors import AssetMissing, CardError, ScriptNotShaped, TextDoesNotFit
from prokes_social.i18n import _, speaking
from prokes_social.model.brand import BrandKit
from prokes_social.model.card import CardRequest
from prokes_social.model.person import Person
from prokes_social.model.platform import Size
from prokes_social.model.template import LINK, Template
from prokes_social.rendering.bulk.manifest import Entry, Journal, work_folder
from prokes_social.rendering.bulk.trouble import Trouble
from prokes_social.rendering.photos import MOST_BYTES, PhotoStore
from prokes_social.rendering.studio import Studio

#: The columns of a table that may be slots of a card.
SLOTS = ("name", "unit", "photo")
_CODES = {TextDoesNotFit: "card-text-too-long", AssetMissing: "card-asset-missing", ScriptNotShaped: "card-script"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffCard:
    """A card to draw, and its file below the folder of the cards."""

    person: Person
    size: Size
    file: str


@dataclass(frozen=True, kw_only=True)
class BulkJob:
    """What all chunks of a run share. It travels to other processes, which read neither templates nor settings."""

    run: str  #: another word for each run
    share: str  #: "all", or "2-of-4"
    out: Path
    requests: Mapping[Size, CardRequest]
    shared: Mapping[Size, str]  #: content digest of what all cards of a size have in common
    template: Template
    brand: BrandKit
    find_photo: Callable[[str], Path]  #: a named function, never a local one
    photos: Path  #: the folder of normalised photographs
    frames: Mapping[Size, tuple[int, int]]  #: px that a photograph fills on the card
    shows_photos: bool
    language: str

    def journal(self, number: int) -> Path:
        return self._work(f"{number}.jsonl")

    def part(self) -> Path:
        return self._work(f"{os.uname().nodename}-{os.getpid()}-{threading.get_ident()}.part")

    def stop(self) -> None:
        """Whoever draws for this job ends after the card in hand."""
        with suppress(OSError):  # where nothing can be written, they end by themselves
            self._stopped.touch()

    def is_stopped(self) -> bool:
        return self._stopped.exists()

    @property
    def _stopped(self) -> Path:
        return self._work("job.stop")

    def _work(self, name: str) -> Path:
        return work_folder(self.out, self.share) / f"{self.run}.{name}"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A card that can't be drawn until its row is mended."""

    row: int
    slot: str | None
    code: str
    what: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What came of a chunk. With `trouble`, or once the job is stopped, not every card was tried."""

    number: int
    entries: Sequence[Entry]
    failures: Sequence[Failure] = ()
    failed: int = 0  #: cards; one may have several failures
    trouble: Trouble | None = None


def draw_chunk(job: BulkJob, number: int, cards: Sequence[StaffCard]) -> Chunk:
    """Draw the cards one by one; what a killed worker has finished of the same chunk is not drawn again."""
    entries: list[Entry] = []
    failures: list[Failure] = []
    failed = 0
    trouble = None
    try:
        with speaking(job.language), Journal(job.journal(number)) as journal:
            for card in cards:
                if job.is_stopped():
                    break
                if (entry := journal.entries.get(card.file)) is None:
                    try:
                        journal.add(entry := _drawn(job, card))
                    except _Undrawable as undrawable:
                        failures += undrawable.failures
                        failed += 1
                        continue
                entries.append(entry)
    except OSError as error:
        trouble = Trouble.of(error, job.out)
    return Chunk(number=number, entries=entries, failures=failures, failed=failed, trouble=trouble)


def content_of(shared: str, person: Person, photo: str | None) -> str:
    """SHA-256 over what all cards have in common and what is this person's; `photo` is its name in the store."""
    own = [shared, person.name, person.unit, photo, *([person.link] if person.link else [])]
    return hashlib.sha256(json.dumps(own, ensure_ascii=False).encode()).hexdigest()


def _drawn(job: BulkJob, card: StaffCard) -> Entry:
    # FreeType's faces belong to one thread at a time, and a cluster's workers may have several.
    with _ONE_AT_A_TIME:
        data, photo = _workshop(job).draw(card)
    _write(job.out / card.file, data, job.part())
    return Entry(
        number=card.person.number, row=card.person.row, size=str(card.size), file=card.file,
        content=content_of(job.shared[card.size], card.person, photo[0] if photo else None),
        digest=hashlib.sha256(data).hexdigest(), photo=photo,
    )  # fmt: skip


def _write(path: Path, data: bytes, part: Path) -> None:
    """The whole file or none."""
    try:
        part.write_bytes(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


# --- what a process needs to draw, opened once ---

_ONE_AT_A_TIME = threading.Lock()
_open: "dict[str, _Workshop]" = {}

Handed = tuple[str, int, int]  #: a photograph's name in the store; bytes and mtime of the file it came from


class _Undrawable(Exception):
    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(*(failure.what for failure in failures))
        self.failures = failures


def _workshop(job: BulkJob) -> "_Workshop":
    if job.run not in _open:
        _open.clear()
        _open[job.run] = _Workshop(job)
    return _open[job.run]


class _Workshop:
    def __init__(self, job: BulkJob) -> None:
        self._job = job
        self._stores = {_named(frame): PhotoStore(job.photos / _named(frame), frame) for frame in job.frames.values()}
        any_request = next(iter(job.requests.values()))
        templates, brands = {any_request.template: job.template}, {any_request.brand: job.brand}
        self._studio = Studio(templates, brands, self._photo)
        self._cards = {size: self._studio.personal(request) for size, request in job.requests.items()}

    def draw(self, card: StaffCard) -> tuple[bytes, Handed | None]:
        """The file's bytes. Raises _Undrawable, and OSError where no photograph can be kept."""
        person = card.person
        slots = {"name": person.name, "unit": person.unit}
        try:
            photo = self._taken_in(person.photo, card.size) if self._job.shows_photos and person.photo else None
        except CardError as error:
            others = self._failures(card, slots, besides="photo")
            raise _Undrawable([_failure(card, "photo", _photo_code(error), error), *others]) from error
        slots |= {"photo": photo[0]} if photo else {}
        try:
            return self._drawn(card, slots), photo
        except CardError as error:
            found = list(self._failures(card, slots)) or [_failure(card, error.slot, _code(error), error)]
            raise _Undrawable(found) from error

    def _drawn(self, card: StaffCard, slots: Mapping[str, str]) -> bytes:
        if card.person.link:
            return self._studio.personal_card(self._job.requests[card.size], {**slots, LINK: card.person.link})
        return self._cards[card.size].draw(slots)

    def _taken_in(self, name: str, size: Size) -> Handed:
        """Its name in the store, where it is normalised once for all runs."""
        try:
            path = self._job.find_photo(name)
            seen = path.stat()
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise CardError(
                _("the photo {name} can't be read", name=name), hint=_("check that you may read the file")
            ) from error
        frame = _named(self._job.frames[size])
        return f"{frame}/{self._stores[frame].add(data, name)}", seen.st_size, seen.st_mtime_ns

    def _photo(self, name: str) -> bytes:
        """A person's from the store, the campaign's own from its folders."""
        frame, _slash, kept = name.partition("/")
        if frame in self._stores:
            return self._stores[frame](kept)
        return self._job.find_photo(name).read_bytes()

    def _failures(self, card: StaffCard, slots: Mapping[str, Any], besides: str | None = None) -> Iterator[Failure]:
        """All of a card's faults at once."""
        request = self._cards[card.size].request_of(slots)
        for fault in self._studio.faults(replace(request, alt_text=card.person.name)):
            slot = str(fault.path[1]) if len(fault.path) > 1 else None
            if slot is None or slot != besides:
                yield _failure(card, slot, fault.code, fault.error)


def _named(frame: tuple[int, int]) -> str:
    return f"{frame[0]}x{frame[1]}"


def _failure(card: StaffCard, slot: str | None, code: str, error: CardError) -> Failure:
    return Failure(row=card.person.row, slot=slot, code=code, what=error.message, remedy=error.hint)


def _code(error: CardError) -> str:
    return _CODES.get(type(error), "card-slot-kind")


def _photo_code(error: CardError) -> str:
    return "card-asset-missing" if isinstance(error, AssetMissing) else "card-photo"
