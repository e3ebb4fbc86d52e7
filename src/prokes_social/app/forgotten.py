"""The list of who was forgotten, beside the database and without a name: a restore goes by it, or they would return."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prokes_social.errors import StoreError
from prokes_social.i18n import _
from prokes_social.store import Connection, Store, backups, forgetting
from prokes_social.store.forgetting import Gone

FILE = "forgotten.jsonl"  #: inside the workspace's state folder


@dataclass(frozen=True, kw_only=True)
class ForgottenList:
    file: Path

    def add(self, gone: Gone) -> None:
        """On the disk before anything is deleted: whatever is interrupted then, no backup brings them back."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        said = {"person": gone.person_id, "added_at": gone.added_at.isoformat(), "known_by": gone.known_by,
                "at": gone.at.isoformat()}  # fmt: skip
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, json.dumps(said).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)

    def everybody(self) -> list[Gone]:
        """Raises StoreError where a line can't be read: left out, it might bring somebody back."""
        if not self.file.exists():
            return []
        *lines, _torn = self.file.read_text(encoding="utf-8").split("\n")  # a torn end: nobody was deleted yet
        return [self._gone(number, line) for number, line in enumerate(lines, 1) if line.strip()]

    def _gone(self, number: int, line: str) -> Gone:
        try:
            said: dict[str, Any] = json.loads(line)
            return Gone(
                person_id=int(said["person"]), known_by=said["known_by"],
                added_at=datetime.fromisoformat(said["added_at"]), at=datetime.fromisoformat(said["at"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                _("Line {line} of {file} can't be read.", line=number, file=self.file),
                hint=_("Mend the line from a copy; people who were forgotten would come back without it."),
            ) from error

    def remove_from(self, tx: Connection) -> bool:
        """Forget again whoever a copy of the database still has; whether it had anybody."""
        found = forgetting.still_there(tx, self.everybody())
        for person_id in found:
            forgetting.remove(tx, person_id)
        return bool(found)

    def remove_from_file(self, file: Path) -> bool:
        """The same for a backup; False where it had nobody of the list. Raises StoreError."""
        if not self.file.exists():
            return False
        return backups.mend(file, self.remove_from, rewriting=forgetting.TABLES)

    def clean_staged(self, staged: Path) -> None:
        """The same for what is about to be restored."""
        with backups.opened(staged) as store:
            with store.write() as tx:
                removed = self.remove_from(tx)
            if removed:
                store.rewrite(forgetting.TABLES)


#: Numbers that are left out where nobody can tell any more which ones were given.
_GAP = 1_000_000


def keep_numbers(tx: Connection, live: Store, everybody: Sequence[Gone]) -> None:
    """What is restored goes on counting behind everybody who was there: an old link must not open somebody new."""
    try:
        with live.read() as read:
            last = forgetting.last_number(read)
    except StoreError:
        last = forgetting.last_number(tx) + _GAP  # damaged: that is why it is restored
    forgetting.count_on_after(tx, max([last, *(each.person_id for each in everybody)]))
