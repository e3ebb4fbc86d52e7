"""A database in, one SQLite file with all of its rows out, and back again; verified each time, online.

The file is a database of ours like any other, whichever server it came from: it can be looked into, migrated and
carried from SQLite to PostgreSQL. The encryption key is no part of the database and so of no backup.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Table, func, insert, make_url, null, select, text

from prokes_social.errors import StoreError
from prokes_social.i18n import _, n_
from prokes_social.store import Store, clicks, deliveries, forgetting, presence, schema, switches, users
from prokes_social.store.soundness import damage
from prokes_social.store.tables import event, metadata

#: The switch that says, in the file alone, when it was made.
MADE = "backup"
#: Rows at a time; cards are some hundred kilobytes each.
BATCH = 50


def write(store: Store, file: Path, *, now: datetime, who: str) -> None:
    """Back the database up into a new file, readable by its owner alone. Raises StoreError; then there is no file."""
    if file.exists():
        raise StoreError(
            _("{file} exists already.", file=file), hint=_("A backup never replaces another; name a new file.")
        )
    with _unfinished(file) as part:
        if store.is_sqlite:
            _copy_pages(_path(store), part)
        else:
            _dump(store, part)
        _seal(part, now=now, who=who)
        part.rename(file)
    _sync(file.parent)


def unpack(file: Path, into: Path) -> datetime | None:
    """Copy a backup to where it may be changed, verify it and bring its tables up to date; when it was made.

    Raises StoreError where the file is no backup, is damaged, or is newer than this program.
    """
    _create_private(into)
    _copy_pages(file, into, mode="ro")
    with opened(into) as store:
        _require_sound(store, file)
        _bring_up_to_date(store, file)
        with store.write() as tx:
            made = switches.state(tx, MADE)
            switches.turn_off(tx, MADE)
            presence.forget_all(tx)
            users.end_all_sessions(tx)
    return made.since if made else None


def mend(file: Path, change: Callable[[Connection], bool], *, rewriting: Sequence[str]) -> bool:
    """Change rows of a backup that was made before; False where `change` said that there was nothing to do.

    It is done in a copy that is verified and takes the file's place; when the backup was made stays written in it.
    Raises StoreError; then the file is as it was.
    """
    with _unfinished(file) as part:
        _copy_pages(file, part, mode="ro")
        with opened(part) as store:
            _bring_up_to_date(store, file)
            with store.write() as tx:
                changed = change(tx)
                made = switches.state(tx, MADE)
            if not changed:
                return False
            store.rewrite(rewriting)
        _finish(part, made)
        part.replace(file)
    _remove_logs(file)
    _sync(file.parent)
    return True


def _finish(part: Path, made: switches.Switch | None) -> None:
    """A plain copy, such as a database that was replaced, has no seal to renew."""
    if made:
        with opened(part) as store, store.write() as tx:
            switches.turn_off(tx, MADE)
        _seal(part, now=made.since, who=made.who)
        return
    with opened(part) as store:
        _require_sound(store, part)
    _leave_one_file(part)


def put_in_place(
    store: Store, staged: Path, *, aside: Path, now: Callable[[], datetime], make_ready: Callable[[Connection], None]
) -> None:
    """Everything in the store gives way to what was unpacked; what was there is kept `aside`.

    `make_ready` may change the unpacked rows, at a moment after which the old ones change no more. Raises StoreError,
    also where a publisher still holds deliveries.
    """
    if store.is_sqlite:
        with store.alone():
            _require_quiet(_in_flight(store, now()))
            _make_ready(staged, make_ready)
            _replace_pages(_path(store), staged, aside)
        return
    with store.write() as tx:
        tx.execute(text("lock table delivery in exclusive mode"))  # others may read, which the copy aside does
        _require_quiet(deliveries.in_flight(tx, now=now()))
        _make_ready(staged, make_ready)
        _dump(store, aside)
        _load(tx, staged)


def _make_ready(staged: Path, change: Callable[[Connection], None]) -> None:
    with opened(staged) as store, store.write() as tx:
        change(tx)


def _bring_up_to_date(store: Store, file: Path) -> None:
    with store.read() as tx:
        found = schema.version(tx)
    if found is None:
        raise StoreError(
            _("{file} is no backup of prokes-social.", file=file),
            hint=_("Backups are made with `prokes backup`; they lie in .prokes/backups unless another file was named."),
        )
    if found < schema.HEAD:
        store.migrate()
    store.require_current()


def _in_flight(store: Store, now: datetime) -> int:
    """What can't be read holds nothing: a damaged database is what backups are for."""
    try:
        with store.read() as tx:
            return deliveries.in_flight(tx, now=now)
    except StoreError:
        return 0


def _require_quiet(in_flight: int) -> None:
    if in_flight:
        raise StoreError(
            n_("A worker holds {count} delivery.", "A worker holds {count} deliveries.", in_flight),
            hint=_("Stop all workers, wait a minute, then restore."),
        )


# --- SQLite, page by page -------------------------------------------------------------------------------------------


def _copy_pages(source: Path, target: Path, *, mode: str = "rw") -> None:
    """SQLite's own online copy: one consistent state, while others write."""
    if not source.is_file():
        raise StoreError(_("There is no file {file}.", file=source), hint=_("Name the backup's file."))
    address = f"{source.absolute().as_uri()}?mode={mode}"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=30)) as read,
            closing(sqlite3.connect(target, timeout=30)) as written,
        ):
            read.backup(written)
    except sqlite3.Error as error:
        raise StoreError(
            _("{file} can't be copied: {reason}.", file=source, reason=error),
            hint=_("Is it a database, and is there room on the disk?"),
        ) from error


def _replace_pages(live: Path, staged: Path, aside: Path) -> None:
    """In one transaction over the old pages, so that a process that has the database open goes on with the new."""
    _create_private(aside)
    try:
        _copy_pages(live, aside)
        _copy_pages(staged, live)
    except StoreError as error:
        if getattr(error.__cause__, "sqlite_errorname", "") not in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
            raise
        _replace_files(live, staged, aside)
    _sync(live.parent)


def _replace_files(live: Path, staged: Path, aside: Path) -> None:
    """What is there is no database any more: files change places instead."""
    there = [end for end in ("", "-wal", "-shm") if live.with_name(live.name + end).exists()]
    for end in there:
        shutil.copyfile(live.with_name(live.name + end), aside.with_name(aside.name + end))
    for end in there:
        live.with_name(live.name + end).unlink()
    _create_private(live)
    _copy_pages(staged, live)


# --- PostgreSQL, row by row -----------------------------------------------------------------------------------------


def _dump(store: Store, file: Path) -> None:
    _create_private(file, there=True)
    with opened(file) as target:
        target.migrate()
        with store.read() as source, target.write() as tx:
            # One moment of all tables, however long the copy takes.
            source = source.execution_options(isolation_level="REPEATABLE READ")
            _copy_rows(source, tx)
            forgetting.count_on_after(tx, forgetting.last_number(source))


def _load(tx: Connection, staged: Path) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    tx.execute(text(f"truncate {names}"))
    with opened(staged) as source, source.read() as read:
        _copy_rows(read, tx)
        given = forgetting.last_number(read)
    for table in metadata.sorted_tables:
        _count_on(tx, table)
    forgetting.count_on_after(tx, given)


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in (each for each in metadata.sorted_tables if each is not event):  # each database notes its own
        read = source.execute(select(table).execution_options(yield_per=BATCH)).mappings()
        rows = (dict(row) for row in read)
        for batch in _batches(_parents_first(table, rows)):
            target.execute(insert(table), [_plain(table, row) for row in batch])
        _require_equal(table, source, target)


def _require_equal(table: Table, source: Connection, target: Connection) -> None:
    counted = select(func.count()).select_from(table)
    if source.execute(counted).scalar() != target.execute(counted).scalar():
        raise StoreError(
            _("The copy of {table} is not whole.", table=table.name), hint=_("Try again; nothing was changed.")
        )


def _plain(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """An empty JSON column stays empty; given None, SQLAlchemy would write JSON's null."""
    empty = {c.name for c in table.c if isinstance(c.type, JSON) and row[c.name] is None}
    return {name: null() if name in empty else value for name, value in row.items()}


def _parents_first(table: Table, rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Units stand below units: a row may only come after the one it names."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    if not own:
        return rows
    waiting, done = list(rows), list[Mapping[str, Any]]()
    while waiting:
        there = {row["id"] for row in done} | {None}
        ready = [row for row in waiting if all(row[name] in there for name in own)] or waiting
        done += ready
        waiting = [row for row in waiting if row not in ready]
    return done


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _count_on(tx: Connection, table: Table) -> None:
    """New rows get numbers after the highest there is."""
    counter = text("select pg_get_serial_sequence(:table, :column)")
    for column in table.primary_key:
        sequence = (
            column.type.python_type is int
            and tx.execute(counter, {"table": table.name, "column": column.name}).scalar()
        )
        if sequence:
            highest = int(tx.execute(select(func.coalesce(func.max(column), 0))).scalar_one())
            tx.execute(select(func.setval(sequence, max(highest, 1), highest > 0)))


# --- files ----------------------------------------------------------------------------------------------------------


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """A name beside the file's own, gone again where something fails: a backup is whole or not there."""
    part = file.with_name(file.name + ".part")
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part.unlink(missing_ok=True)
    _create_private(part)
    try:
        yield part
    finally:
        for end in ("", "-wal", "-shm", "-journal", ".gate"):
            part.with_name(part.name + end).unlink(missing_ok=True)


def _seal(part: Path, *, now: datetime, who: str) -> None:
    """Verify it, write down when it was made, and leave one file that needs no other."""
    with opened(part) as store:
        _require_sound(store, part)
        with store.write() as tx:
            presence.forget_all(tx)
            clicks.forget_salts(tx)  # a backup outlives the day after which nobody may tell visitors apart
            switches.turn_on(tx, MADE, who=who, now=now)
    _leave_one_file(part)


def _leave_one_file(part: Path) -> None:
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("pragma journal_mode = delete")
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _remove_logs(file: Path) -> None:
    """What a program that looked into the file may have left beside it belongs to the pages that are gone."""
    for end in ("-wal", "-shm", "-journal"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def _require_sound(store: Store, file: Path) -> None:
    with store.read() as tx:
        found = damage(tx)
    if found:
        raise StoreError(
            _("{file} is damaged: {list}", file=file, list="; ".join(found[:3])), hint=_("Use an older backup.")
        )


@contextmanager
def opened(file: Path) -> Iterator[Store]:
    """A backup's copy as a store."""
    store = Store(f"sqlite:///{file}")
    try:
        yield store
    finally:
        store.close()
        file.with_name(file.name + ".gate").unlink(missing_ok=True)


def _path(store: Store) -> Path:
    name = make_url(store.url).database
    assert name  # noqa: S101 - a store in memory has nothing to back up
    return Path(name)


def _create_private(path: Path, *, there: bool = False) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | (0 if there else os.O_EXCL), 0o600))
    except OSError as error:
        raise StoreError(
            _("{file} can't be written: {reason}.", file=path, reason=error.strerror),
            hint=_("Free the disk, or choose another folder."),
        ) from error


def _sync(folder: Path) -> None:
    """The new name itself must survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
