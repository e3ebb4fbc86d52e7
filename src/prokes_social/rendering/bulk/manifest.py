"""What is finished in a folder of cards: JSON lines, one a card, that survive being killed at any moment.

Workers write a journal of their own for each chunk; whoever hands the chunks out takes it into the manifest and has
it on the disk before the next one. Journals that a killed run left behind are taken up by the next.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from prokes_social.errors import CardError
from prokes_social.i18n import _
from prokes_social.rendering.bulk.trouble import Trouble


def work_folder(out: Path, share: str) -> Path:
    """What is only half done, inside the folder of the cards so that it can be moved in at a stroke."""
    return out / (".drawing" if share == "all" else f".drawing-{share}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A card that was drawn and is whole."""

    number: int  #: the person's
    row: int
    size: str
    file: str  #: below the folder of the cards
    content: str  #: SHA-256 of everything the card is drawn from
    digest: str  #: SHA-256 of the file
    photo: tuple[str, int, int] | None = None  #: its name in the store; bytes and mtime of the file handed in

    def line(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


class Journal:
    """One chunk's cards, written one by one; a chunk that is begun again finds what was done before."""

    def __init__(self, path: Path) -> None:
        self.entries = {entry.file: entry for entry in _entries(path)}
        self._file = _Lines(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, entry: Entry) -> None:
        self._file.append(entry.line())
        self.entries[entry.file] = entry


class Manifest:
    """What all manifests of a folder say; new entries go into the one of this share of the work."""

    def __init__(self, out: Path, share: str, lines: "_Lines") -> None:
        self.out = out
        self.file = out / _name(share)
        self._share = share
        self._lines = lines
        self.known: dict[str, list[Entry]] = {}
        for path in _manifests(out):
            self._learn(_entries(path))

    def add(self, entries: Iterable[Entry]) -> None:
        """On the disk when this returns."""
        new = [entry for entry in entries if entry not in self.known.get(entry.file, ())]
        if new:
            self._lines.append(b"".join(entry.line() for entry in new), sure=True)
            self._learn(new)

    def take_up_journals(self) -> None:
        for path in sorted(work_folder(self.out, self._share).glob("*.jsonl")):
            self.add(_entries(path))
            path.unlink()

    def has(self, file: str, content_of: Callable[[Entry], str | None]) -> bool:
        """Whether the file lies there, byte for byte as it was drawn, and still shows the same content."""
        fitting = {entry.digest for entry in self.known.get(file, ()) if content_of(entry) == entry.content}
        return bool(fitting) and digest_of(self.out / file) in fitting

    def remove_all_but(self, is_wanted: Callable[[Entry], bool]) -> list[str]:
        """Delete cards of ours that no row asks for any more, and nothing that anybody else put there."""
        gone = []
        for file, entries in self.known.items():
            if not any(map(is_wanted, entries)) and digest_of(self.out / file) in {each.digest for each in entries}:
                (self.out / file).unlink()
                gone.append(file)
        return gone

    def _learn(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.known.setdefault(entry.file, []).append(entry)


@contextmanager
def open_manifest(out: Path, about: Mapping[str, str], share: str) -> Iterator[Manifest]:
    """One run at a time for each share of the work, and one table for each folder. Raises CardError."""
    with ExitStack() as at_the_end:
        try:
            manifest = _opened(out, about, share, at_the_end)
        except OSError as error:
            raise Trouble.of(error, out).as_error() from error
        try:
            yield manifest
        finally:
            with suppress(OSError):  # the next run takes up what can't be taken up now
                manifest.take_up_journals()


def _opened(out: Path, about: Mapping[str, str], share: str, at_the_end: ExitStack) -> Manifest:
    work = work_folder(out, share)
    work.mkdir(parents=True, exist_ok=True)
    _refuse_another(out, about)
    lines = _Lines(out / _name(share))
    at_the_end.callback(lines.close)
    lines.lock(out)
    at_the_end.callback(_sweep_up, work)
    if lines.is_empty():
        lines.append(json.dumps({"cards_of": dict(about)}, ensure_ascii=False).encode() + b"\n", sure=True)
    _sweep(work)
    manifest = Manifest(out, share, lines)
    manifest.take_up_journals()
    return manifest


def digest_of(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


class _Lines:
    """A file that only grows, by whole lines."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    def append(self, data: bytes, *, sure: bool = False) -> None:
        """Everything or nothing; with `sure`, it outlasts a power cut. Raises OSError."""
        before = os.fstat(self._fd).st_size
        try:
            rest = self._after_a_torn_line(before) + data
            while rest:
                rest = rest[os.write(self._fd, rest) :]
            if sure:
                os.fsync(self._fd)
        except OSError:
            os.ftruncate(self._fd, before)
            raise

    def lock(self, out: Path) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CardError(
                _("Another run is drawing into {folder}.", folder=out),
                hint=_("Wait for its end, or share the work with --shard 1/2 and --shard 2/2."),
            ) from error

    def is_empty(self) -> bool:
        return os.fstat(self._fd).st_size == 0

    def close(self) -> None:
        os.close(self._fd)

    def _after_a_torn_line(self, size: int) -> bytes:
        """What was cut short by a full disk or a power cut stays alone on its line."""
        return b"\n" if size and os.pread(self._fd, 1, size - 1) != b"\n" else b""


def _name(share: str) -> str:
    return "manifest.jsonl" if share == "all" else f"manifest-{share}.jsonl"


def _manifests(out: Path) -> list[Path]:
    return sorted(out.glob("manifest*.jsonl"))


def _refuse_another(out: Path, about: Mapping[str, str]) -> None:
    for path in _manifests(out):
        for line in _documents(path):
            other = line.get("cards_of")
            if isinstance(other, dict) and other != about:
                raise CardError(
                    _("{folder} holds the cards of {message} for {table}.", folder=out,
                      message=other.get("message"), table=other.get("table")),
                    hint=_("Choose another folder for these."),
                )  # fmt: skip


def _sweep(work: Path) -> None:
    """What a killed run was just writing."""
    for path in work.iterdir():
        if path.suffix in (".part", ".stop"):
            path.unlink(missing_ok=True)


def _sweep_up(work: Path) -> None:
    """At the end the folder as well, where nothing else is in it; what can't be removed now, the next run removes."""
    with suppress(OSError):
        _sweep(work)
        work.rmdir()


def _entries(path: Path) -> Iterator[Entry]:
    for line in _documents(path):
        photo = line.get("photo")
        try:
            yield Entry(**{**line, "photo": tuple(photo) if photo else None})
        except TypeError:  # the first line, which says whose cards these are
            continue


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    """Lines that were cut short are passed over: their cards are drawn again."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                document = json.loads(line)
            except ValueError:
                continue
            if isinstance(document, dict):
                yield document
