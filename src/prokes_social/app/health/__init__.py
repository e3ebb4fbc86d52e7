"""A workspace's settings in, a list of checks out; whatever is broken, the rest is still looked at."""

from collections.abc import Callable, Iterator

from prokes_social.app.health import database, machine, work
from prokes_social.app.health.check import Check, State, bad
from prokes_social.clock import SystemClock
from prokes_social.errors import ProkesError
from prokes_social.i18n import _
from prokes_social.settings import Settings
from prokes_social.store import Store

__all__ = ["Check", "State", "examine"]

Looks = Iterator[Check]


def examine(settings: Settings) -> list[Check]:
    """Everything, in the order in which one would mend it."""
    checks = [check for look in _machine(settings) for check in _run(look)]
    checks += _run(lambda: _database(settings))
    if not any(check.state is State.BAD and check.name in ("database", "tables") for check in checks):
        checks += _run(lambda: _work(settings))
    return checks


def _run(look: Callable[[], Looks]) -> list[Check]:
    """What a look found; one that can't be made is a finding itself."""
    found: list[Check] = []
    try:
        found += look()
    except ProkesError as error:
        return [*found, bad("database" if error.exit_code == 6 else "settings", error.message, error.hint)]
    except OSError as error:
        return [*found, bad("files", str(error), _("Does the file exist, and may we read it?"))]
    return found


def _machine(settings: Settings) -> list[Callable[[], Looks]]:
    return [
        machine.versions,
        machine.zones,
        lambda: machine.wall_clock(SystemClock()),
        lambda: machine.disk(settings),
        lambda: machine.modes(settings),
        lambda: machine.cards(settings),
        machine.regional_scripts,
    ]


def _database(settings: Settings) -> Looks:
    file = machine.database_file(settings)
    if file and not file.exists():  # to open it would make an empty one
        what = _("The database {file} is not there.", file=file)
        yield bad("database", what, _("Bring back the newest backup with `prokes restore FILE`."))
        return
    store = Store(settings.database_url)
    try:
        for check in database.integrity(store):
            yield check
            if check.state is State.BAD:
                return
        yield from database.version(store)
        yield from database.clocks(store)
    finally:
        store.close()


def _work(settings: Settings) -> Looks:
    from prokes_social.app import App

    app = App(settings)
    try:
        for look in (work.keys, work.accounts, work.sandbox, work.workers, work.stop_switch, work.queue,
                     work.open_alarms):  # fmt: skip
            yield from _run(lambda look=look: look(app))  # type: ignore[misc]
    finally:
        app.close()
