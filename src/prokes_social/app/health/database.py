"""The database in, whether it answers, is whole, is of our version and agrees with our clock out."""

from collections.abc import Iterator
from datetime import timedelta

from prokes_social.app.health.check import Check, bad, fine, warning
from prokes_social.clock import SystemClock
from prokes_social.errors import MigrationNeeded, StoreError
from prokes_social.i18n import _, format_age
from prokes_social.store import Store, soundness

#: Machines that share a queue go by the database's clock; ours beyond this makes logs and pages misleading.
TOLERATED = timedelta(seconds=30)


def integrity(store: Store) -> Iterator[Check]:
    restore = _("Stop the worker, then bring back the newest backup with `prokes restore FILE`.")
    try:
        with store.read() as tx:
            found = soundness.damage(tx)
    except StoreError as error:
        yield bad("database", error.message, f"{error.hint} {restore}" if store.is_sqlite else error.hint)
        return
    if found:
        yield bad("database", _("The database is damaged: {list}", list="; ".join(found[:3])), restore)
    else:
        yield fine("database", _("The database answers and is whole."))


def version(store: Store) -> Iterator[Check]:
    try:
        store.require_current()
    except MigrationNeeded as error:
        yield bad("tables", error.message, error.hint)
    else:
        yield fine("tables", _("The tables are of this program's version."))


def clocks(store: Store) -> Iterator[Check]:
    if store.is_sqlite:
        return
    with store.read() as tx:
        theirs = soundness.clock(tx)
    apart = abs(SystemClock().now() - theirs)
    what = _("The database's clock and ours are {span} apart.", span=format_age(apart))
    if apart > TOLERATED:
        yield warning("clocks", what, _("Switch on NTP on both machines; what is due goes by the database's clock."))
    else:
        yield fine("clocks", what)
