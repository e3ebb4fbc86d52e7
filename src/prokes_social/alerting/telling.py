"""Alarms of the store in, told over every channel out; what a channel refuses is told again later, and never lost.

An alarm counts as told only after the last channel took it. One process at a time has the turn to tell, so that several
workers do not say everything several times; what a killed one had begun is told again by the next.
"""

import logging
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from prokes_social.alerting.notice import Channel, Notice, NotTold
from prokes_social.clock import Clock
from prokes_social.errors import StoreError
from prokes_social.i18n import speaking
from prokes_social.model.alarm import Alarm, AlarmKind
from prokes_social.store import Connection, Store, accounts, alarms, deliveries, presence

TURN = "telling"
#: Longer than one round can take.
TURN_LASTS = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
#: Notices a channel gets in one round; the rest waits for the next.
ROUND = 50
#: Seconds for one channel in one round: a slow one must not outlast the turn, nor keep a worker from ending.
ROUND_LASTS = 30.0

_log = logging.getLogger("prokes.alarm")


@dataclass
class _Told:
    """How far one alarm has come with one channel."""

    done: bool = False
    failures: int = 0
    again_at: float = 0  #: uptime


@dataclass(kw_only=True)
class Teller:
    """Its memory of what each channel took ends with the process; then a channel may hear of an alarm twice."""

    store: Store
    clock: Clock
    channels: Sequence[Channel]
    office: str
    language: str
    owner: str
    _told: dict[tuple[int, str], _Told] = field(default_factory=dict)
    _logged: set[int] = field(default_factory=set)
    _gone: Alarm | None = None  #: the database's own alarm, which cannot be written while it lasts
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def tell(self) -> int:
        """One round; the count of alarms that everybody knows of now. Raises StoreError."""
        with speaking(self.language):
            if gone := self._gone:
                return self._tell_all([Notice(alarm=gone, office=self.office)])
            notices = self._untold()
            return self._tell_all(notices) if notices else 0

    def database_failed(self, error: StoreError) -> None:
        """The store could not be read or written. Told by the next round, once, until it works again."""
        with self._guard, speaking(self.language):
            if self._gone is None:
                self._gone = Alarm(
                    kind=AlarmKind.DATABASE, subject="database", what=error.message, opened_at=self.clock.now()
                )

    def database_works(self) -> None:
        """The store was written: where it was gone before, that is put down now. Raises StoreError."""
        with self._guard:
            if (gone := self._gone) is None:
                return
            with self.store.write() as tx:
                self._put_down(tx, gone)
            self._gone = None
            self._forget([0])
            _log.warning("database works again", extra={"gone_since": gone.opened_at.isoformat()})

    # --- which alarms ---

    def _untold(self) -> list[Notice]:
        with self.store.read() as tx:
            if not alarms.untold(tx):
                return []
        with self.store.write() as tx:
            mine = presence.take_turn(tx, TURN, self.owner, now=self.clock.now(), lasting=TURN_LASTS)
            return [self._notice(tx, each) for each in alarms.untold(tx)] if mine else []

    def _notice(self, tx: Connection, alarm: Alarm) -> Notice:
        bare = Notice(alarm=alarm, office=self.office)
        about, _colon, number = alarm.subject.partition(":")
        if about == "delivery" and (row := deliveries.get(tx, int(number))):
            return replace(
                bare,
                delivery_id=row.id,
                campaign=row.key.campaign,
                message=row.key.message,
                account=row.key.account,
                sandbox=row.sandbox,
            )
        if about == "account":
            account = accounts.by_id(tx, int(number))
            return replace(bare, account=account.name, sandbox=account.sandbox)
        return bare

    def _put_down(self, tx: Connection, gone: Alarm) -> None:
        now = self.clock.now()
        alarms.ring(tx, gone.kind, gone.subject, gone.what, now=gone.opened_at)
        if self._is_told(0):
            told = [each.id for each in alarms.untold(tx) if each.subject == gone.subject]
            alarms.mark_told(tx, told, now=now)
        alarms.close(tx, gone.subject, now=now)

    # --- telling ---

    def _tell_all(self, notices: Sequence[Notice]) -> int:
        for notice in notices:
            self._log_once(notice)
        for channel in self.channels:
            self._tell_by(channel, notices)
        told = [notice.alarm.id for notice in notices if self._is_told(notice.alarm.id)]
        if stored := [each for each in told if each]:
            with self.store.write() as tx:
                alarms.mark_told(tx, stored, now=self.clock.now())
            self._forget(stored)
        return len(told)

    def _tell_by(self, channel: Channel, notices: Sequence[Notice]) -> None:
        """Up to the first failure: a channel that is down costs one timeout a round."""
        until = self.clock.uptime() + ROUND_LASTS
        for some in self._due(channel, notices):
            if self.clock.uptime() > until:
                return
            states = [self._state(each, channel) for each in some]
            try:
                channel.tell(some)
            except NotTold as error:
                _log.warning("alarm not told", extra={"channel": channel.name, "reason": str(error)})
                for state in states:
                    self._put_off(state)
                return
            for state in states:
                state.done = True

    def _due(self, channel: Channel, notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
        """In the portions that the channel takes; what it refused most often comes last."""
        now = self.clock.uptime()
        states = {each.alarm.id: self._state(each, channel) for each in notices}
        due = [n for n in notices if not (s := states[n.alarm.id]).done and s.again_at <= now]
        due = sorted(due, key=lambda notice: states[notice.alarm.id].failures)[:ROUND]
        return (due[start : start + channel.at_once] for start in range(0, len(due), channel.at_once))

    def _put_off(self, state: _Told) -> None:
        pause = min(FIRST_PAUSE * 2**state.failures, LONGEST_PAUSE)
        state.failures = min(state.failures + 1, 16)
        state.again_at = self.clock.uptime() + pause.total_seconds()

    def _state(self, notice: Notice, channel: Channel) -> _Told:
        return self._told.setdefault((notice.alarm.id, channel.name), _Told())

    def _is_told(self, alarm_id: int) -> bool:
        return all(self._told.get((alarm_id, channel.name), _Told()).done for channel in self.channels)

    def _forget(self, ids: Collection[int]) -> None:
        for alarm_id in ids:
            self._logged.discard(alarm_id)
            for channel in self.channels:
                self._told.pop((alarm_id, channel.name), None)

    def _log_once(self, notice: Notice) -> None:
        if notice.alarm.id not in self._logged:
            self._logged.add(notice.alarm.id)
            said = notice.as_json()
            keys = ("id", "kind", "state", "delivery", "campaign", "account", "what", "next_step")
            _log.warning("alarm", extra={name: said[name] for name in keys if said[name] is not None})

    def close(self) -> None:
        """Leave the turn to others. Raises StoreError."""
        with self.store.write() as tx:
            presence.end_turn(tx, TURN, self.owner)
