"""Accounts: add, list, check."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from prokes_social.model.account import Account, AccountKind, Directory, Unit
from prokes_social.model.platform import Identity
from prokes_social.publishing.publisher import month_of
from prokes_social.store import accounts, deliveries

if TYPE_CHECKING:
    from prokes_social.app import App


class Accounts:
    def __init__(self, app: "App") -> None:
        self._app = app

    def add(
        self, name: str, *, platform: str, unit: str, credentials: Mapping[str, str], zone: str | None = None
    ) -> Account:
        """Store an official account of a unit; a unit that is new takes `zone`, else the workspace's."""
        return self._app.connector.add(
            name,
            platform=platform,
            unit=self._unit(unit, zone),
            credentials=credentials,
            kind=AccountKind.OFFICIAL,
        )

    def connect(self, name: str, credentials: Mapping[str, str]) -> Identity:
        """Replace the credentials and ask the platform; an answer frees a blocked account."""
        account = self._app.connector.named(name)
        self._app.connector.connect(account, credentials)
        return self._app.connector.check(account)

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

    def budget_left(self) -> dict[str, Decimal]:
        """US dollars that each X account may still spend this month."""
        budget = self._app.settings.publishing.x_monthly_budget
        with self._app.store.read() as tx:
            spent = deliveries.spent(tx, since=month_of(self._app.clock.now()))
            named = [account.name for account in accounts.all_accounts(tx) if account.platform == "x"]
        return {name: budget - spent.get(name, Decimal(0)) for name in named}

    def _unit(self, unit_id: str, zone: str | None) -> Unit:
        with self._app.store.read() as tx:
            known = next((unit for unit in accounts.units(tx) if unit.id == unit_id), None)
        if known and zone in (None, known.zone):
            return known
        return Unit(id=unit_id, name=known.name if known else unit_id, zone=zone or self._app.settings.zone)
