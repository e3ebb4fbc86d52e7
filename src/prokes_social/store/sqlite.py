"""SQLite at its best: an engine in, the same engine with safe settings and one gate for writers out."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event

from prokes_social.errors import StoreError
from prokes_social.i18n import _

#: Locks and shared memory do not hold on these; https://www.sqlite.org/useovernet.html
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "glusterfs", "ceph")

#: Tries, of two seconds each, to find a moment in which nobody reads old pages.
_PATIENCE = 30


def prepare_sqlite(engine: Engine) -> Path | None:
    """Settings for every connection; None for a database in memory. Raises StoreError."""
    name = engine.url.database
    path = Path(name) if name and name != ":memory:" else None
    if path is not None:
        _refuse_network(path)
        _create_private(path)
        event.listen(engine, "do_connect", _existing)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return path


class WriteGate:
    """One writer at a time over all threads and processes; without it a claim was seen to wait 1.8 s, with it 71 ms."""

    def __init__(self, database: Path | None) -> None:
        self._file = database.with_name(database.name + ".gate") if database else None
        self._threads = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        with self._threads, _open_private(self._file) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def rewrite(database: Path) -> None:
    """Every page anew, and zeros where nothing is: what was deleted is in no page any more. Raises StoreError."""
    try:
        with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
            connection.execute("pragma secure_delete = on")
            connection.execute("vacuum")
    except sqlite3.Error as error:
        raise StoreError(
            _("The database can't be written anew: {reason}.", reason=error),
            hint=_("It needs twice its size of free disk for a moment. Make room, then give the same command again."),
        ) from error


def empty_log(database: Path, gate: WriteGate) -> None:
    """Bring the write-ahead log into the file and cut it to nothing; waits for whoever still reads older pages.

    Raises StoreError where somebody goes on reading for a minute: then the log still holds what was deleted.
    """
    with closing(sqlite3.connect(database, timeout=2, isolation_level=None)) as connection:
        for _try in range(_PATIENCE):
            with gate.held():  # between the tries others may write
                busy, _pages, _copied = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
            if not busy:
                return
            time.sleep(0.1)
    raise StoreError(
        _("Another program reads the database and keeps old pages of it: {file}.", file=f"{database}-wal"),
        hint=_("Close it (or stop `prokes serve` and `prokes work` for a moment), then give the same command again."),
    )


def _existing(dialect: Any, _record: object, words: Any, options: Any) -> Any:
    """Never a new file: an empty one, where the database was moved away for a while, would be taken for it later."""
    return dialect.connect(f"file:{quote(words[0])}?mode=rw", **{**options, "uri": True})


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # an intent that rolls back with the power is a double post
        "busy_timeout = 30000",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("prokes_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            _("The database {file} can't be opened for writing: {reason}.", file=path, reason=error.strerror),
            hint=_("Free the disk or make the folder writable, then try again."),
        ) from error


def _open_private(path: Path) -> Any:
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise StoreError(
            _("The database {file} can't be opened for writing: {reason}.", file=path, reason=error.strerror),
            hint=_("Free the disk or make the folder writable, then try again."),
        ) from error


def _refuse_network(path: Path) -> None:
    kind = _file_system(path.absolute())
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(
            _("The database would lie on a network drive ({kind}), where SQLite loses data.", kind=kind),
            hint=_("Put the workspace on a local disk, or use PostgreSQL through PROKES_DATABASE_URL."),
        )


def _file_system(path: Path) -> str:
    """The type of the mount that holds `path`, from /proc/mounts; empty where there is none."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    holding = [(fields[1], fields[2]) for fields in mounts if path.is_relative_to(fields[1])]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]
