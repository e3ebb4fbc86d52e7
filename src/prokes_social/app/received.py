"""Lists that came in by the desk and wait for a yes: kept for minutes in a folder of their own, for one session."""

import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from prokes_social.clock import Clock

FOLDER = "received"  #: inside the workspace's state folder
LASTS = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Received:
    state: Path
    clock: Clock

    def keep(self, data: bytes, *, session: str, suffix: str) -> str:
        """The word by which the same session finds it again."""
        self.tidy()
        word = secrets.token_hex(16)
        path = self._path(word, session, suffix)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        return word + suffix

    def find(self, word: str, *, session: str) -> Path | None:
        """None for what is over, or belongs to another session."""
        stem, dot, ending = word.partition(".")
        path = self._path(stem, session, dot + ending)
        is_ours = len(stem) == 32 and stem.isalnum() and ending.isalnum()
        return path if is_ours and path.is_file() and not self._is_over(path) else None

    def drop(self, word: str, *, session: str) -> None:
        if path := self.find(word, session=session):
            path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """What nobody said yes to in time holds names: it goes."""
        for path in (self.state / FOLDER).glob("*"):
            if self._is_over(path):
                path.unlink(missing_ok=True)

    def _is_over(self, path: Path) -> bool:
        return path.stat().st_mtime < self.clock.now().timestamp() - LASTS.total_seconds()

    def _path(self, word: str, session: str, suffix: str) -> Path:
        """The session's part in the name: another's word finds nothing."""
        return self.state / FOLDER / (sha256(f"{word} {session}".encode()).hexdigest() + suffix)


def forget_all(state: Path) -> None:
    """Somebody is forgotten: they may stand in what waits."""
    shutil.rmtree(state / FOLDER, ignore_errors=True)
