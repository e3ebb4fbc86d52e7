"""Accounts and their credentials: names and secrets in, Connections out; what the platform says of them is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from prokes_social.clock import Clock
from prokes_social.errors import PlatformError, SettingsError, Unauthorized
from prokes_social.i18n import _
from prokes_social.keys import KeyRing, Secret, WrongKey
from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.platform import Connection, Identity
from prokes_social.platforms import Platform
from prokes_social.store import Store, accounts, alarms


@dataclass(frozen=True, kw_only=True)
class Connector:
    store: Store
    platforms: Mapping[str, Platform]
    keys: KeyRing
    clock: Clock

    def add(
        self, name: str, *, platform: str, unit: Unit, credentials: Mapping[str, str], kind: AccountKind
    ) -> Account:
        """Store a new account, its credentials sealed; asks nobody. Raises SettingsError."""
        speaks = self.platforms[platform]
        _require_fields(speaks, credentials)
        with self.store.write() as tx:
            accounts.put_unit(tx, unit)
            try:
                account_id = accounts.add(
                    tx, name=name, platform=platform, unit_id=unit.id, kind=kind, sandbox=speaks.is_sandbox
                )
            except IntegrityError as error:
                raise SettingsError(
                    _("There is an account “{name}” already.", name=name),
                    hint=_(
                        "Choose another name, or replace its credentials: `prokes account connect {name}`.", name=name
                    ),
                ) from error
            accounts.set_credentials(tx, account_id, self._sealed(account_id, credentials))
            return accounts.by_id(tx, account_id)

    def connect(self, account: Account, credentials: Mapping[str, str]) -> None:
        """New credentials in place of the old ones; asks nobody. Raises SettingsError."""
        _require_fields(self.platforms[account.platform], credentials)
        with self.store.write() as tx:
            accounts.set_credentials(tx, account.id, self._sealed(account.id, credentials))

    def connection_to(self, account: Account) -> Connection:
        """What a platform needs to act for the account. Raises SettingsError."""
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
                tx, account.id, external_id=identity.external_id, handle=identity.handle, now=self.clock.now()
            )
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

    def _sealed(self, account_id: int, credentials: Mapping[str, str]) -> dict[str, bytes]:
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
