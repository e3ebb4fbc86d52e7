"""Credentials that are about to run out in, new ones out: stored before anybody uses them, by one process at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prokes_social.clock import Clock
from prokes_social.errors import NotSent
from prokes_social.i18n import _
from prokes_social.keys import Secret
from prokes_social.model.account import Account
from prokes_social.model.platform import Connection
from prokes_social.store import Store, accounts

#: So long before its end a token is renewed: a picture and a post fit into the rest.
EARLY = timedelta(minutes=3)
#: Longer than the longest call; whoever was killed while renewing holds up others no longer.
LEASE = timedelta(seconds=60)

Ask = Callable[[Connection], Mapping[str, Secret] | None]
Seal = Callable[[Mapping[str, Secret]], dict[str, bytes]]


def runs_out(connection: Connection, now: datetime) -> bool:
    """False also for credentials that don't end by time."""
    ends_at = connection.credentials.get("expires_at")
    return ends_at is not None and datetime.fromisoformat(ends_at.reveal()) - EARLY <= now


@dataclass(frozen=True, kw_only=True)
class Renewing:
    store: Store
    clock: Clock

    def renewed(
        self, account: Account, *, read: Callable[[], Connection],
        ask: Ask, seal: Seal,
    ) -> Connection:  # fmt: skip
        """`read` gives what is stored, `ask` the platform's new ones. Raises NotSent while another process renews."""
        now = self.clock.now()
        with self.store.write() as tx:
            ours = accounts.begin_renewing(tx, account.id, until=now + LEASE, now=now)
        if not ours:
            raise NotSent(
                _("The connection of “{account}” is just being renewed.", account=account.name),
                hint=_("It is tried again by itself, as long as its window is open."),
                account=account.name,
            )
        try:
            return self._renew(account, read(), ask, seal)
        finally:
            with self.store.write() as tx:
                accounts.end_renewing(tx, account.id)

    def _renew(self, account: Account, kept: Connection, ask: Ask, seal: Seal) -> Connection:
        if not runs_out(kept, self.clock.now()):
            return kept  # another process was faster
        fresh = ask(kept)
        if fresh is None:
            return kept
        sealed = seal(fresh)
        with self.store.write() as tx:
            # Whoever disconnected meanwhile stays disconnected.
            if accounts.credentials(tx, account.id):
                accounts.set_credentials(tx, account.id, sealed)
        return replace(kept, credentials=fresh)
