"""What publishers, and those who kill them, write down at once: lines appended to one file, entries read from it."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Word(StrEnum):
    BORN = "born"
    TAKEN = "taken"  #: a delivery came into a publisher's hands
    PASSED = "passed"  #: it passed a crash point with it
    LEFT = "left"  #: it is done with it
    FROZEN = "frozen"
    THAWED = "thawed"
    DIED = "died"
    BROKE = "broke"  #: it ended by itself, which it never should


@dataclass(frozen=True, kw_only=True)
class Entry:
    at: float  #: Unix time
    life: int  #: which publisher, counted from 1
    word: Word
    delivery: int | None
    detail: str  #: the point, the status (and fence, where taken), or how it died

    @property
    def status(self) -> str:
        return self.detail.partition(" ")[0]

    @property
    def fence(self) -> int:
        return int(self.detail.partition(" ")[2] or 0)


class Journal:
    """One `write` an entry: lines of several processes never mix, and what was written survives its writer."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, life: int, word: Word, *, delivery: int | None = None, detail: str = "") -> None:
        line = f"{time.time():.6f} {life} {word} {delivery or '-'} {detail}\n"
        os.write(self._file, line.encode())


class Reader:
    """Reads on where it stopped, so that a progress view can ask often."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self.entries: list[Entry] = []

    def read_on(self) -> list[Entry]:
        """Everything written until now, in the order of its times."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._offset += len(whole)
            self.entries += _entries(whole.decode())
            self.entries.sort(key=lambda entry: entry.at)
        return self.entries


def _entries(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        at, life, word, delivery, detail = line.split(" ", 4)
        number = None if delivery == "-" else int(delivery)
        yield Entry(at=float(at), life=int(life), word=Word(word), delivery=number, detail=detail)
