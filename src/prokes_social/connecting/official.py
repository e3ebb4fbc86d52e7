"""An official account and a session of the desk in, the platform's page of consent out; what comes back in, connected.

The way back is bound to the session that began it by a row that is taken once, within ten minutes.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from prokes_social.connecting.connector import Connector
from prokes_social.errors import PlatformError, SettingsError
from prokes_social.i18n import _
from prokes_social.keys import Secret, WrongKey
from prokes_social.model.account import Account
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.platform import Connection, Identity
from prokes_social.platforms import Platform
from prokes_social.store import accounts, alarms, journeys
from prokes_social.store.journeys import Journey

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class OfficialGranting:
    connector: Connector

    def begin(self, account: Account, *, session: str, redirect_url: str, meant: str = "") -> str | None:
        """Where whoever may sign in there says yes. None where the platform, or our settings, offer no such way.

        `meant` is the account's number there as somebody typed it; the one we know already comes first.
        """
        state, now = secrets.token_urlsafe(32), self.connector.clock.now()
        asked = self._platform(account).consent(redirect_url, state, account.external_id or meant)
        if asked is None:
            return None
        digest = _digest(state)
        row = Journey(
            state=digest, session=session, account_id=account.id, redirect_url=redirect_url,
            verifier=self.connector.keys.seal(asked.verifier.reveal(), context=digest), ends_at=now + LASTS,
        )  # fmt: skip
        with self.connector.store.write() as tx:
            journeys.add(tx, row, now=now)
        return asked.url

    def back(self, state: str, *, session: str) -> tuple[Account, Journey] | None:
        """Which account comes back. None for a way nobody began, that was gone before, or of another session."""
        with self.connector.store.write() as tx:
            row = journeys.take(tx, _digest(state), session=session, now=self.connector.clock.now())
            return (accounts.by_id(tx, row.account_id), row) if row else None

    def finish(self, account: Account, row: Journey, code: str) -> Identity:
        """Connected. Raises PlatformError, and SettingsError where somebody signed in as another account."""
        platform = self._platform(account)
        if platform.is_sandbox != account.sandbox:
            self.connector.kept(account)  # raises, saying which way they are crossed
        granted = platform.redeem(code, self._verifier(row), row.redirect_url)
        connection = Connection(
            account=account.name, credentials=granted, base_url=platform.base_url, sandbox=account.sandbox
        )  # fmt: skip
        try:
            identity = platform.verify(connection)
            self._keep(account, identity, granted)
        except (PlatformError, SettingsError):
            _give_back(platform, connection)
            raise
        return identity

    def _keep(self, account: Account, identity: Identity, granted: Mapping[str, Secret]) -> None:
        now = self.connector.clock.now()
        sealed = self.connector.sealed(account.id, {field: each.reveal() for field, each in granted.items()})
        with self.connector.store.write() as tx:
            others = accounts.with_external_id(tx, account.platform, identity.external_id)
            _require_same(account, identity, others)
            accounts.set_credentials(tx, account.id, sealed)
            accounts.note_identity(
                tx, account.id, external_id=identity.external_id, handle=identity.handle, now=now,
                ends_at=None if "refresh_token" in granted else identity.expires_at,
            )  # fmt: skip
            alarms.close(tx, f"account:{account.id}", now=now, kinds=(AlarmKind.BLOCKED,))

    def _platform(self, account: Account) -> Platform:
        return self.connector.platforms[account.platform]

    def _verifier(self, row: Journey) -> Secret:
        try:
            return self.connector.keys.open(row.verifier, context=row.state)
        except WrongKey as error:
            raise SettingsError(
                _("The workspace's key was changed meanwhile."), hint=_("Begin connecting once more.")
            ) from error


def _require_same(account: Account, identity: Identity, others: list[Account]) -> None:
    """Whoever is still signed in with an account of their own would have the office's news posted there."""
    if account.external_id and account.external_id != identity.external_id:
        raise SettingsError(
            _("You signed in as {handle}, but “{name}” is another account.", handle=identity.handle, name=account.name),
            hint=_("Sign out at the platform, sign in with the office's account, then connect again."),
        )
    if any(each.id != account.id for each in others):
        raise SettingsError(
            _("This account is connected already, to the office or to somebody else."),
            hint=_("Sign out at the platform, sign in with the office's account, then connect again."),
        )


def _give_back(platform: Platform, connection: Connection) -> None:
    try:
        platform.revoke(connection)
    except PlatformError:
        return  # it can be ended there


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
