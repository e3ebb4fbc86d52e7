"""Changes of deliveries' statuses in, one signed POST for each out: at least once, and the same id when it is repeated.

Where the other side does not take them they wait, at growing distances, and after two days they are given up with an
alarm. One process at a time has the turn to tell.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from prokes_social.alerting.notice import NotTold, PerhapsTold
from prokes_social.alerting.webhook import Webhook
from prokes_social.clock import Clock
from prokes_social.i18n import n_, speaking
from prokes_social.model.account import AccountKind
from prokes_social.model.alarm import AlarmKind
from prokes_social.store import Store, accounts, alarms, deliveries, presence, webhooks
from prokes_social.store.webhooks import Call

TURN, TURN_LASTS = "relaying", timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)
GIVE_UP = timedelta(days=2)
#: Changes told in one round, and seconds that it may last: it must not outlast the turn, nor keep a worker from ending.
ROUND, ROUND_LASTS = 50, 30.0
SUBJECT = "webhooks"

_log = logging.getLogger("prokes.webhook")


@dataclass(frozen=True, kw_only=True)
class Relay:
    store: Store
    clock: Clock
    webhook: Webhook | None  #: None: nobody is told
    statuses: Sequence[str]
    language: str
    owner: str

    def tell(self) -> int:
        """One round; how many were taken. Raises StoreError."""
        with speaking(self.language):
            if not self._has_turn() or self.webhook is None:
                return 0
            taken, until = 0, self.clock.uptime() + ROUND_LASTS
            for call in self._due():
                if self.clock.uptime() > until or not self._tell(self.webhook, call):
                    break
                taken += 1
            return taken

    def _has_turn(self) -> bool:
        """Whether there is something to do, and it is ours to do; what changed meanwhile is noted."""
        now = self.clock.now()
        with self.store.read() as tx:
            known = webhooks.follower(tx)
            if (self.webhook is None and known is None) or (
                known and self.webhook and not webhooks.has_news(tx, known, now)
            ):
                return False
        with self.store.write() as tx:
            if not presence.take_turn(tx, TURN, self.owner, now=now, lasting=TURN_LASTS):
                return False
            known = webhooks.follower(tx)
            if self.webhook is None:
                webhooks.end(tx)
            elif known is None:
                webhooks.begin(tx)
            else:
                webhooks.collect(tx, known, self.statuses, now)
                self._give_up(tx, now)
        return True

    def _give_up(self, tx: Any, now: datetime) -> None:
        if lost := webhooks.drop(tx, now - GIVE_UP):
            what = n_(
                "{count} status change was not taken within two days and is given up.",
                "{count} status changes were not taken within two days and are given up.", lost,
            )  # fmt: skip
            alarms.ring(tx, AlarmKind.WEBHOOK, SUBJECT, what, now=now)
            _log.warning("status changes given up", extra={"count": lost})

    def _due(self) -> Sequence[Call]:
        now = self.clock.now()
        with self.store.read() as tx:
            known = webhooks.follower(tx)
            if known is None or (known.paused_until and known.paused_until > now):
                return ()
            return webhooks.due(tx, now, most=ROUND)

    def _tell(self, webhook: Webhook, call: Call) -> bool:
        """False where the other side did not take it: then the round ends, and costs one timeout at most."""
        body = self._body(call)
        try:
            if body is not None:
                webhook.send(body, name=call.name)
        except (NotTold, PerhapsTold) as error:  # a lost answer too: it is told again, under the same id
            _log.warning("status change not told", extra={"event": call.name, "reason": str(error)})
            self._put_off(call)
            return False
        with self.store.write() as tx:
            webhooks.told(tx, call.event_id)
            alarms.close(tx, SUBJECT, now=self.clock.now(), kinds=(AlarmKind.WEBHOOK,))
        return True

    def _put_off(self, call: Call) -> None:
        now = self.clock.now()
        with self.store.write() as tx:
            known = webhooks.follower(tx)
            failures = (known.failures if known else 0) + 1
            webhooks.put_off(
                tx, call, next_at=now + _pause(call.tries), failures=failures, paused_until=now + _pause(failures - 1)
            )

    def _body(self, call: Call) -> Mapping[str, Any] | None:
        """None for what nobody outside is told of: what people post from accounts of their own."""
        with self.store.read() as tx:
            row = deliveries.get(tx, call.delivery_id)
            if row is None or accounts.by_id(tx, row.account_id).kind is not AccountKind.OFFICIAL:
                return None
        return {
            "event": "delivery.status",
            "id": call.name,
            "changed_at": datetime.fromtimestamp(call.at, UTC).isoformat(),
            "status": call.status,
            "delivery": row.id,
            "campaign": row.key.campaign,
            "message": row.key.message,
            "account": row.key.account,
            "platform": row.platform,
            "occurrence": row.key.occurrence,
            "sandbox": row.sandbox,
            "due_at": row.content.due_at.isoformat(),
            "permalink": row.post.permalink if row.post else None,
        }


def _pause(failures: int) -> timedelta:
    return min(FIRST_PAUSE * int(2 ** min(failures, 16)), LONGEST_PAUSE)
