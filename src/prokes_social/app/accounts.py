"""Accounts: add, hand over, list, check."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from prokes_social.app.recent import MINUTE, Recent
from prokes_social.clock import month_of
from prokes_social.connecting import OfficialGranting, require_usable
from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.model.account import Account, AccountKind, Directory, Unit
from prokes_social.model.platform import Identity
from prokes_social.model.staff import StaffMember
from prokes_social.store import accounts, people, spending

if TYPE_CHECKING:
    from prokes_social.app import App


class Accounts:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._budget = Recent[None, dict[str, Decimal]](app, for_=MINUTE)

    def add(
        self, name: str, *, platform: str, unit: str, credentials: Mapping[str, str] | None, zone: str | None = None
    ) -> Account:
        """Store an official account of a unit; a unit that is new takes `zone`, else the workspace's.

        Without credentials (None) it waits to be connected.
        """
        return self._app.connector.add(
            name,
            platform=platform,
            unit=self._unit(unit, zone),
            credentials=credentials,
            kind=AccountKind.OFFICIAL,
        )

    def require_usable(self, name: str) -> None:
        """Raises SettingsError where a new account can't have this name; one that is taken is told by `add`."""
        with self._app.store.read() as tx:
            units = [each.id for each in accounts.units(tx)]
        require_usable(name, platforms=self._app.platforms, units=units)

    def add_by_hand(
        self, name: str, *, platform: str, unit: str, owner: str, deputy: str | None = None, zone: str | None = None
    ) -> Account:
        """Store an official account without API: what is due is offered to its owner. Raises SettingsError.

        `owner` and `deputy` are named as in `Privacy.find`: by number, personal link or name.
        """
        return self._app.connector.add_by_hand(
            name, platform=platform, unit=self._unit(unit, zone), owner=self.colleague(owner),
            deputy=self.colleague(deputy) if deputy else None,
        )  # fmt: skip

    def hand_over(self, name: str, *, owner: str, deputy: str | None = None) -> Account:
        """Another owner, who is asked from now on, also for what is open. Without `deputy` the old one stays."""
        account = self._app.connector.named(name)
        if not account.by_hand:
            raise SettingsError(
                _("“{name}” is posted to by API; it has no owner to hand over.", name=name),
                hint=_("`prokes account list` shows which accounts are posted to by hand."),
            )
        new = self.colleague(owner)
        deputy_id = self.colleague(deputy).id if deputy else account.deputy_id
        with self._app.store.write() as tx:
            accounts.set_by_hand(
                tx, account.id, owner_id=new.id, deputy_id=deputy_id if deputy_id != new.id else None
            )  # fmt: skip
            return accounts.by_id(tx, account.id)

    def owners(self, account: Account) -> list[StaffMember]:
        """Who posts by hand: the owner, then the deputy."""
        with self._app.store.read() as tx:
            found = [people.get(tx, each) for each in (account.owner_id, account.deputy_id) if each]
        return [each for each in found if each]

    def unattended(self) -> frozenset[str]:
        """Accounts by hand for which nobody is here to post."""
        with self._app.store.read() as tx:
            return accounts.unattended(tx)

    def connect(self, name: str, credentials: Mapping[str, str]) -> Identity:
        """Replace the credentials and ask the platform; an answer frees a blocked account."""
        account = self._app.connector.named(name)
        self._app.connector.connect(account, credentials)
        return self._app.connector.check(account)

    def disconnect(self, name: str) -> bool:
        """Forget the credentials; its deliveries wait. False where the grant has to be ended at the platform too."""
        account = self._app.connector.named(name)
        if account.by_hand or account.kind is AccountKind.PERSONAL:
            raise SettingsError(
                _("“{name}” has no credentials of ours.", name=name),
                hint=_("Accounts by hand are handed over; personal ones are disconnected by the person."),
            )
        return self._app.connector.disconnect(account)

    @property
    def granting(self) -> OfficialGranting:
        """Connecting by the platform's own page of consent."""
        return OfficialGranting(connector=self._app.connector)

    def official(self) -> list[Account]:
        """Those of the office, by name."""
        with self._app.store.read() as tx:
            return accounts.official(tx)

    def connected(self) -> frozenset[int]:
        """Numbers of accounts whose credentials we hold."""
        with self._app.store.read() as tx:
            return accounts.connected(tx)

    def fields(self, account: Account) -> frozenset[str]:
        """Names of the credentials that we hold."""
        with self._app.store.read() as tx:
            return frozenset(accounts.credentials(tx, account.id))

    def all(self) -> list[Account]:
        with self._app.store.read() as tx:
            return accounts.all_accounts(tx)

    def check(self, name: str) -> Identity:
        """Ask the platform; raises SettingsError for an unknown name, PlatformError for a refusal."""
        return self._app.connector.check(self._app.connector.named(name))

    def directory(self) -> Directory:
        with self._app.store.read() as tx:
            return Directory(
                accounts=tuple(accounts.all_accounts(tx)),
                units=tuple(accounts.units(tx)),
                platforms=tuple(self._app.platforms),
            )

    def budget_lately(self) -> Mapping[str, Decimal]:
        """The same, as of the last minute: for pages."""
        return self._budget.of(None, self.budget_left)

    def budget_left(self) -> dict[str, Decimal]:
        """US dollars that each X account may still spend this month."""
        budget = self._app.settings.publishing.x_monthly_budget
        with self._app.store.read() as tx:
            spent = spending.spent(tx, since=month_of(self._app.clock.now()))
            named = [account.name for account in accounts.all_accounts(tx) if account.platform == "x"]
        return {name: budget - spent.get(name, Decimal(0)) for name in named}

    def colleague(self, who: str) -> StaffMember:
        """Somebody who works here, as `Privacy.find` has it. Raises SettingsError."""
        member = self._app.privacy.find(who)
        if member.left_at:
            raise SettingsError(
                _("“{name}” no longer works here.", name=member.name),
                hint=_("Choose somebody from `prokes staff list`."),
            )
        return member

    def _unit(self, unit_id: str, zone: str | None) -> Unit:
        with self._app.store.read() as tx:
            known = next((unit for unit in accounts.units(tx) if unit.id == unit_id), None)
        if known and zone in (None, known.zone):
            return known
        return Unit(id=unit_id, name=known.name if known else unit_id, zone=zone or self._app.settings.zone)
