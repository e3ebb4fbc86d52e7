"""Accounts and their credentials: names and secrets in, Connections out; what the platform says of them is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError

from prokes_social.clock import Clock
from prokes_social.connecting.naming import require_usable
from prokes_social.connecting.renewing import Renewing, runs_out
from prokes_social.errors import PlatformError, SettingsError, Unauthorized
from prokes_social.i18n import _
from prokes_social.keys import KeyRing, Secret, WrongKey
from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.platform import Connection, Identity
from prokes_social.model.staff import StaffMember
from prokes_social.platforms import Platform
from prokes_social.store import Connection as StoreConnection
from prokes_social.store import Store, accounts, alarms


@dataclass(frozen=True, kw_only=True)
class Connector:
    store: Store
    platforms: Mapping[str, Platform]
    keys: KeyRing
    clock: Clock

    def add(
        self, name: str, *, platform: str, unit: Unit, credentials: Mapping[str, str] | None, kind: AccountKind
    ) -> Account:
        """Store a new account, its credentials sealed; asks nobody. Raises SettingsError.

        Without credentials (None) it is not connected yet: what is due on it waits until it is.
        """
        if credentials is not None:
            _require_fields(self.platforms[platform], credentials)
        with self.store.write() as tx:
            account_id = self._put(tx, name, platform, unit, kind)
            accounts.set_credentials(tx, account_id, self.sealed(account_id, credentials or {}))
            if credentials is None:
                accounts.block(tx, account_id, why=_("not connected yet"), now=self.clock.now())
            return accounts.by_id(tx, account_id)

    def add_by_hand(
        self, name: str, *, platform: str, unit: Unit, owner: StaffMember, deputy: StaffMember | None = None
    ) -> Account:
        """Store a new official account that people post to themselves. Raises SettingsError."""
        with self.store.write() as tx:
            account_id = self._put(tx, name, platform, unit, AccountKind.OFFICIAL)
            deputy_id = deputy.id if deputy else None
            accounts.set_by_hand(tx, account_id, owner_id=owner.id, deputy_id=deputy_id)
            return accounts.by_id(tx, account_id)

    def _put(self, tx: StoreConnection, name: str, platform: str, unit: Unit, kind: AccountKind) -> int:
        units = [each.id for each in accounts.units(tx)]
        require_usable(name, platforms=self.platforms, units=[*units, unit.id])
        accounts.put_unit(tx, unit)
        is_sandbox = self.platforms[platform].is_sandbox
        try:
            return accounts.add(tx, name=name, platform=platform, unit_id=unit.id, kind=kind, sandbox=is_sandbox)
        except IntegrityError as error:
            raise SettingsError(
                _("There is an account “{name}” already.", name=name),
                hint=_("Choose another name, or replace its credentials: `prokes account connect {name}`.", name=name),
            ) from error

    def connect(self, account: Account, credentials: Mapping[str, str]) -> None:
        """New credentials in place of the old ones; asks nobody. Raises SettingsError."""
        if account.by_hand:
            raise by_hand(account)
        if account.kind is AccountKind.PERSONAL:
            raise SettingsError(
                _("“{name}” belongs to a staff member.", name=account.name),
                hint=_("They alone connect it, on their own page."),
            )
        _require_fields(self.platforms[account.platform], credentials)
        with self.store.write() as tx:
            accounts.set_credentials(tx, account.id, self.sealed(account.id, credentials))

    def disconnect(self, account: Account) -> bool:
        """Forget the credentials; what is due waits. False where the grant has to be ended at the platform by hand."""
        speaks, kept = self.platforms[account.platform], self.credentials_of(account)
        with self.store.write() as tx:
            accounts.set_credentials(tx, account.id, {})
            accounts.block(tx, account.id, why=_("disconnected by hand"), now=self.clock.now())
        connection = Connection(
            account=account.name, credentials=kept, base_url=speaks.base_url, sandbox=account.sandbox
        )  # fmt: skip
        try:
            return account.sandbox == speaks.is_sandbox and speaks.revoke(connection)
        except PlatformError:
            return False

    def connection_to(self, account: Account) -> Connection:
        """What a platform needs to act for the account, renewed where it is about to run out.

        Raises SettingsError; Unauthorized where it can't be renewed any more, NotSent where it can't be now.
        """
        if account.by_hand:
            raise by_hand(account)
        kept = self.kept(account)
        if not runs_out(kept, self.clock.now()):
            return kept
        renewed = Renewing(store=self.store, clock=self.clock).renewed(
            account, read=lambda: self.kept(account), ask=self.platforms[account.platform].refresh,
            seal=lambda fresh: self.sealed(account.id, {name: each.reveal() for name, each in fresh.items()}),
        )  # fmt: skip
        return replace(kept, credentials=renewed.credentials)

    def kept(self, account: Account) -> Connection:
        """With the credentials as they are stored, run out or not. Raises SettingsError."""
        speaks = self.platforms[account.platform]
        if account.sandbox != speaks.is_sandbox:
            raise _crossed(account, speaks)
        return Connection(
            account=account.name,
            credentials=self.credentials_of(account),
            base_url=speaks.base_url,
            sandbox=account.sandbox,
        )

    def check(self, account: Account) -> Identity:
        """Ask the platform who this is. A refusal blocks the account; an answer frees it. Raises PlatformError."""
        try:
            identity = self.platforms[account.platform].verify(self.connection_to(account))
        except Unauthorized as error:
            with self.store.write() as tx:
                accounts.block(tx, account.id, why=error.message, now=self.clock.now())
                what = f"{account.name}: {error.message}"
                alarms.ring(tx, AlarmKind.BLOCKED, f"account:{account.id}", what, now=self.clock.now())
            raise
        with self.store.write() as tx:
            accounts.note_identity(
                tx, account.id, external_id=identity.external_id, handle=identity.handle, now=self.clock.now(),
                ends_at=None if "refresh_token" in accounts.credentials(tx, account.id) else identity.expires_at,
            )  # fmt: skip
            alarms.close(tx, f"account:{account.id}", now=self.clock.now(), kinds=(AlarmKind.BLOCKED,))
        return identity

    def named(self, name: str) -> Account:
        """Raises SettingsError."""
        with self.store.read() as tx:
            account = accounts.by_name(tx, name)
        if account is None:
            raise SettingsError(
                _("There is no account “{name}”.", name=name), hint=_("`prokes account list` shows all.")
            )
        return account

    def sealed(self, account_id: int, credentials: Mapping[str, str]) -> dict[str, bytes]:
        return {field: self.keys.seal(text, context=_context(account_id, field)) for field, text in credentials.items()}

    def credentials_of(self, account: Account) -> dict[str, Secret]:
        """Raises SettingsError where the key is another one."""
        with self.store.read() as tx:
            sealed = accounts.credentials(tx, account.id)
        try:
            return {
                field: self.keys.open(value, context=_context(account.id, field)) for field, value in sealed.items()
            }
        except WrongKey as error:
            raise SettingsError(
                _("The credentials of “{name}” were sealed with another key.", name=account.name),
                hint=_("Set PROKES_KEY to the key this database was made with, or add the account again."),
            ) from error


def by_hand(account: Account) -> SettingsError:
    return SettingsError(
        _("“{name}” is posted to by hand: there is nothing to ask the platform with.", name=account.name),
        hint=_("Its owner finds what is due on their own page; `prokes account hand-over` names another owner."),
    )


def _context(account_id: int, field: str) -> str:
    return f"{account_id}:{field}"


def _require_fields(platform: Platform, credentials: Mapping[str, str]) -> None:
    known = {field.name for field in platform.credential_fields}
    missing = [f.name for f in platform.credential_fields if f.required and not credentials.get(f.name)]
    unknown = sorted(set(credentials) - known)
    if not missing and not unknown:
        return
    parts = [_("missing: {names}", names=", ".join(missing))] if missing else []
    parts += [_("unknown: {names}", names=", ".join(unknown))] if unknown else []
    raise SettingsError(
        _("These credentials don't fit {platform} ({parts}).", platform=platform.label, parts="; ".join(parts)),
        hint=_("{platform} asks for: {names}.", platform=platform.label, names=", ".join(sorted(known))),
    )


def _crossed(account: Account, platform: Platform) -> PlatformError | SettingsError:
    if account.sandbox:
        what = _("“{name}” is a sandbox account, but {platform} is set to the live address.")
    else:
        what = _("“{name}” is a live account, but {platform} is set to a sandbox.")
    return SettingsError(
        what.format(name=account.name, platform=platform.label),
        hint=_("Set the platform's base URL to where the account belongs."),
    )
