"""Visits of many requests at once in, one durable transaction for all of them out; each is answered once it is kept.

A counted click is a committed click: whatever kills the process, a visitor who was sent on is in the database, and one
who was not is at most uncounted. While one transaction is written the next visits gather, so that a slow disk costs
each visitor one wait and not one each (group commit).
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from prokes_social.clock import Clock
from prokes_social.errors import StoreError
from prokes_social.i18n import _
from prokes_social.sharing import shown
from prokes_social.sharing.shown import Shared
from prokes_social.sharing.visitors import Visitor
from prokes_social.store import Connection, Store, clicks
from prokes_social.store.clicks import Click

_log = logging.getLogger("prokes.clicks")
#: Seconds that a visitor waits for the database; then they are sent on uncounted.
PATIENCE = 5.0
#: Seconds without visits after which the writing thread goes home.
IDLE = 5.0
#: Visits in one transaction; the write gate is free for publishers in between.
AT_ONCE = 500
#: Codes remembered for when the database is gone.
REMEMBERED = 20_000

Item = TypeVar("Item")
Result = TypeVar("Result")


class Gathering(Generic[Item, Result]):
    """Items from many threads, worked on together by one; each gets its own result, or all the same exception."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._work = work
        self._waiting: list[tuple[Item, Future[Result]]] = []
        self._changed = threading.Condition()
        self._runs = False

    def submit(self, item: Item) -> "Future[Result]":
        future: Future[Result] = Future()
        with self._changed:
            self._waiting.append((item, future))
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="clicks", daemon=True).start()
            self._changed.notify()
        return future

    def _run(self) -> None:
        while batch := self._next():
            futures = [future for _item, future in batch]
            try:
                results = self._work([item for item, _future in batch])
            except Exception as error:  # whoever waits is told, and the thread goes on
                for future in futures:
                    future.set_exception(error)
            else:
                for future, result in zip(futures, results, strict=True):
                    future.set_result(result)

    def _next(self) -> list[tuple[Item, "Future[Result]"]]:
        """What gathered meanwhile; empty when nothing came for a while, and then the thread has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, timeout=IDLE)
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            self._runs = bool(batch)
            return batch


@dataclass(frozen=True, kw_only=True)
class Visit:
    code: str
    place: str
    visitor: Visitor
    page: bool = True  #: of the public page; False: of the redirect

    def counts_for(self, shared: Shared) -> bool:
        """A redirect that leads to the public page is counted there, and not twice."""
        return shared.is_shown and (self.page or bool(shared.wave.content.link))


class ClickCounter:
    def __init__(self, *, store: Store, clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone  #: whose midnight ends a day
        self._gathering = Gathering(self._keep)
        self._remembered: OrderedDict[str, Shared] = OrderedDict()
        self._uncounted = 0

    def visit(self, visit: Visit) -> Shared | None:
        """Count it, wait until it is kept, and say what stands there; None for an unknown code.

        Where the database does not do as asked the visitor is not to suffer: uncounted, from what is still to be read
        or was read before. Raises StoreError where nothing is.
        """
        try:
            found = self._gathering.submit(visit).result(timeout=PATIENCE)
        except Exception as error:  # a full disk, a lost server, a lock: all the same to a visitor
            self._complain(error)
            return self.look(visit.code)
        self._recover()
        return found

    def look(self, code: str) -> Shared | None:
        """What stands there, without counting; from memory where the database is gone. Raises StoreError."""
        try:
            with self._store.read() as tx:
                return shown.shown(tx, [code]).get(code)
        except Exception as error:
            if code in self._remembered:
                return self._remembered[code]
            raise StoreError(_("The database did not do as asked: {reason}.", reason=error)) from error

    def forget_salts(self) -> None:
        """Those of days past, where nobody came since to make a new one."""
        today = self._today()
        with self._store.read() as tx:
            if not clicks.has_salts(tx, before=today):
                return
        with self._store.write() as tx:
            clicks.forget_salts(tx, before=today)

    def _keep(self, visits: Sequence[Visit]) -> list[Shared | None]:
        with self._store.write() as tx:
            found = shown.shown(tx, {visit.code for visit in visits})
            clicks.add(tx, self._clicks(tx, visits, found))
        self._remember(found)
        return [found.get(visit.code) for visit in visits]

    def _clicks(self, tx: Connection, visits: Sequence[Visit], found: dict[str, Shared]) -> list[Click]:
        known = [(visit, found[visit.code]) for visit in visits if visit.code in found]
        counted = [(visit, shared) for visit, shared in known if visit.counts_for(shared)]
        if not counted:
            return []
        day = self._today()
        salt = clicks.salt_of(tx, day)
        return [
            Click(offer_id=shared.offer.id, place=visit.place, day=day, visitor=visit.visitor.digest(salt))
            for visit, shared in counted
        ]

    def _remember(self, found: dict[str, Shared]) -> None:
        for code, shared in found.items():
            self._remembered[code] = shared
            self._remembered.move_to_end(code)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def _complain(self, error: Exception) -> None:
        """Once, and not for each visitor; alarms about the database itself are the worker's."""
        self._uncounted += 1
        if self._uncounted == 1:
            _log.error("clicks are not counted", extra={"reason": f"{type(error).__name__}: {error}"})

    def _recover(self) -> None:
        if self._uncounted:
            _log.warning("clicks are counted again", extra={"uncounted": self._uncounted})
            self._uncounted = 0
