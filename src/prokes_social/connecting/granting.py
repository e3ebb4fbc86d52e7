"""A person's wish in, the platform's page of consent out; what they bring back from there in, their account out.

There is no login session to bind the way back to: it is bound to the person and the version of their link, by a ticket
that their browser keeps and by a row that is taken once.
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
from prokes_social.model.account import Account, AccountKind
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.platform import Connection, Identity
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.platforms import Platform
from prokes_social.store import Connection as StoreConnection
from prokes_social.store import accounts, alarms, authorisations, consents, people
from prokes_social.store.authorisations import Authorisation

LASTS = timedelta(minutes=10)
PURPOSE = "consent-journey"


@dataclass(frozen=True, kw_only=True)
class Journey:
    """Where the person says yes, and the ticket that their browser brings back."""

    url: str
    ticket: str


@dataclass(frozen=True, kw_only=True)
class Granting:
    connector: Connector
    platform: Platform

    def begin(self, member: StaffMember, redirect_url: str) -> Journey:
        """Raises SettingsError where the workspace names no app of its own."""
        state, now = secrets.token_urlsafe(32), self.connector.clock.now()
        asked = self.platform.consent(redirect_url, state)
        if asked is None:
            raise SettingsError(
                _("{platform} can't be connected here: client_id is not set.", platform=self.platform.label),
                hint=_(
                    "Set client_id in [platforms.{name}] of prokes.toml.", name=self.platform.settings_prefix.lower()
                ),
            )
        digest = _digest(state)
        row = Authorisation(
            state=digest, person_id=member.id, platform=self.platform.name, redirect_url=redirect_url,
            verifier=self.connector.keys.seal(asked.verifier.reveal(), context=digest), ends_at=now + LASTS,
        )  # fmt: skip
        with self.connector.store.write() as tx:
            authorisations.add(tx, row, now=now)
        return Journey(url=asked.url, ticket=self._ticket(member, state))

    def back(self, state: str, ticket: str) -> tuple[StaffMember, Authorisation] | None:
        """Who comes back. None for a way that nobody began, that was gone before, or that another browser began."""
        with self.connector.store.write() as tx:
            row = authorisations.take(tx, _digest(state), now=self.connector.clock.now())
            member = people.get(tx, row.person_id) if row else None
        if row is None or member is None or member.left_at:
            return None
        number, _dash, signature = ticket.partition("-")
        said = f"{state}-{member.id}-{member.link_version}"
        is_theirs = number == str(member.id) and self.connector.keys.verify(said, signature, purpose=PURPOSE)
        return (member, row) if is_theirs else None

    def finish(self, member: StaffMember, row: Authorisation, code: str) -> Account:
        """The person's account, connected. Raises PlatformError, and SettingsError for one that is not theirs alone."""
        verifier = self._verifier(row)
        granted = self.platform.redeem(code, verifier, row.redirect_url)
        name = account_name(self.platform.name, member)
        origin = self.platform.base_url
        connection = Connection(
            account=name, credentials=granted, base_url=origin, sandbox=self.platform.is_sandbox
        )  # fmt: skip
        try:
            identity = self.platform.verify(connection)
            return self._keep(member, name, identity, granted)
        except (PlatformError, SettingsError):
            self.give_back(connection)
            raise

    def give_back(self, connection: Connection) -> bool:
        """End the grant at the platform; False where it can't be reached: the person can end it there."""
        try:
            return self.platform.revoke(connection)
        except PlatformError:
            return False

    def _keep(self, member: StaffMember, name: str, identity: Identity, granted: Mapping[str, Secret]) -> Account:
        now = self.connector.clock.now()
        with self.connector.store.write() as tx:
            if not consents.agrees(tx, member.id, Purpose.POST):
                raise SettingsError(
                    _("You have withdrawn your consent meanwhile; nothing was connected."),
                    hint=_("Connect again on your page if you like."),
                )
            account = self._account_of(tx, member, name)
            _refuse_anothers(accounts.with_external_id(tx, account.platform, identity.external_id), account)
            sealed = self.connector.sealed(account.id, {field: each.reveal() for field, each in granted.items()})
            accounts.set_credentials(tx, account.id, sealed)
            accounts.note_identity(
                tx, account.id, external_id=identity.external_id, handle=identity.handle, now=now
            )  # fmt: skip
            alarms.close(tx, f"account:{account.id}", now=now, kinds=(AlarmKind.BLOCKED,))
            return accounts.by_id(tx, account.id)

    def _account_of(self, tx: StoreConnection, member: StaffMember, name: str) -> Account:
        known = accounts.by_name(tx, name)
        account_id = known.id if known else accounts.add(
            tx, name=name, platform=self.platform.name, unit_id=member.unit.id, kind=AccountKind.PERSONAL,
            sandbox=self.platform.is_sandbox,
        )  # fmt: skip
        accounts.set_owner(tx, account_id, owner_id=member.id, unit_id=member.unit.id)
        return accounts.by_id(tx, account_id)

    def _verifier(self, row: Authorisation) -> Secret:
        try:
            return self.connector.keys.open(row.verifier, context=row.state)
        except WrongKey as error:
            raise SettingsError(
                _("The workspace's key was changed meanwhile."), hint=_("Connect again on your page if you like.")
            ) from error

    def _ticket(self, member: StaffMember, state: str) -> str:
        said = f"{state}-{member.id}-{member.link_version}"
        return f"{member.id}-{self.connector.keys.sign(said, purpose=PURPOSE)}"


def account_name(platform: str, member: StaffMember) -> str:
    """Numbers only: names of people stand in one table."""
    return f"{platform}-pegawai-{member.id}"


def _refuse_anothers(known: list[Account], account: Account) -> None:
    """An official account would be posted to without anybody's approval, another person's without their consent."""
    if any(each.id != account.id for each in known):
        raise SettingsError(
            _("This account is connected already, to the office or to somebody else."),
            hint=_("Sign in at the platform with your own personal account, then connect again."),
        )


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
