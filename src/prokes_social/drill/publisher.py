"""One publisher process: the true worker with the true publisher, watched, and with a fate that it carries out itself.

Everything that happens is in the journal before it happens to the publisher, so that a kill leaves no gap.
"""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, fields
from importlib import import_module
from types import FrameType
from typing import Any

from prokes_social import worker
from prokes_social.app import App
from prokes_social.drill.fates import Death, Fate
from prokes_social.drill.journal import Journal, Word
from prokes_social.drill.orders import REAP, TICK
from prokes_social.model.delivery import Claim, DeliveryStatus
from prokes_social.publishing import LookUp, Point, Publisher
from prokes_social.settings import load_settings
from prokes_social.store import Connection, Store


class Doom:
    """Carries out a fate at the points and moments it names."""

    def __init__(self, life: int, fate: Fate, journal: Journal) -> None:
        self._life = life
        self._fate = fate
        self._journal = journal
        self._thread = threading.local()
        self._lock = threading.Lock()
        self._passed = self._taken = 0
        self.between_writes: AbstractContextManager[Any] = nullcontext()  #: in it nobody here holds SQLite's write lock

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[None]:
        self._thread.delivery = claim.delivery.id
        yield
        self._thread.delivery = None

    def at(self, point: Point) -> None:
        """Called by the publisher at each crash point."""
        delivery = getattr(self._thread, "delivery", None)
        self._note(Word.PASSED, delivery=delivery, detail=point)
        if point not in (self._fate.death, self._fate.freezes_at):
            return
        with self._lock:
            self._passed += 1
            struck = self._passed == self._fate.nth
        if struck and self._fate.freezes_at:
            with self.between_writes:
                self._note(Word.FROZEN, delivery=delivery, detail=point)
                # To this thread: sent to the process, it strikes another one first, and this one would walk on.
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        elif struck:
            self._die()

    def taken(self, claims: list[Claim]) -> None:
        for claim in claims:
            self._note(Word.TAKEN, delivery=claim.delivery.id, detail=f"{claim.delivery.status} {claim.fence}")
        if self._fate.death is not Death.AT_WORK or not claims:
            return
        with self._lock:
            before, self._taken = self._taken, self._taken + len(claims)
        if before < self._fate.nth <= self._taken:
            threading.Timer(self._fate.seconds, self._die).start()

    def left(self, claim: Claim, status: DeliveryStatus) -> None:
        self._note(Word.LEFT, delivery=claim.delivery.id, detail=status)

    def _note(self, word: Word, **more: Any) -> None:
        self._journal.note(self._life, word, **more)

    def _die(self) -> None:
        self._note(Word.DIED, detail=str(self._fate.death))
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, kw_only=True)
class WatchedPublisher(Publisher):
    doom: Doom

    def claim(self, limit: int) -> list[Claim]:
        claims = super().claim(limit)
        self.doom.taken(claims)
        return claims

    def publish(self, claim: Claim) -> DeliveryStatus:
        with self.doom.holding(claim):
            status = super().publish(claim)
        self.doom.left(claim, status)
        return status


@dataclass(frozen=True, kw_only=True)
class WatchedLookUp(LookUp):
    doom: Doom

    def claim(self, limit: int) -> list[Claim]:
        claims = list(super().claim(limit))
        self.doom.taken(claims)
        return claims

    def look(self, claim: Claim) -> DeliveryStatus:
        with self.doom.holding(claim):
            status = super().look(claim)
        self.doom.left(claim, status)
        return status


class CalmStore(Store):
    """Can be kept from writing for a moment.

    A process that is frozen while it holds SQLite's write lock stops every other writer until it thaws: that is how
    SQLite is, and would drown what a drill is to show.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.writing = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.writing, super().write() as tx:
            yield tx


class WatchedApp(App):
    """The product, with its publisher under watch; `publisher_class` may be one that does wrong on purpose."""

    doom: Doom  #: set where a publisher is born

    def __init__(self, environment: Mapping[str, str], publisher_class: str) -> None:
        super().__init__(load_settings(environment))
        if self.store.is_sqlite:
            self.store.close()
            self.store = CalmStore(self.settings.database_url)
        module, _colon, name = publisher_class.partition(":")
        self._class: type[WatchedPublisher] = getattr(import_module(module), name)

    def publisher(self, owner: str | None = None) -> Publisher:
        return self._class(**_values(super().publisher(owner)) | {"at": self.doom.at, "doom": self.doom})

    def look_up(self, publisher: Publisher) -> LookUp:
        return WatchedLookUp(publisher=publisher, doom=self.doom)


def rehearse(app: WatchedApp, journal: Journal) -> None:
    """One round over the empty queue, before anybody is born: what it prepares need not be prepared in each fork."""
    app.doom = Doom(0, Fate(), journal)
    worker.Worker(app).run_once()
    app.store.close()  # a connection must not be shared by forks


def live(app: WatchedApp, doom: Doom) -> None:
    """Work until killed, or until SIGTERM. Every connection is made here, after the fork."""
    worker.TICK, worker.REAP = TICK, REAP  # scaled like the lease
    app.doom = doom
    if isinstance(app.store, CalmStore):
        doom.between_writes = app.store.writing
    working = worker.Worker(app)

    def end(_sign: int, _frame: FrameType | None) -> None:
        working.stop()

    signal.signal(signal.SIGTERM, end)
    working.run()


def _values(noun: Any) -> dict[str, Any]:
    return {field.name: getattr(noun, field.name) for field in fields(noun)}
