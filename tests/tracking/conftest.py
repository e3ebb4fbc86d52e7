"""A reader with real adapters against the sandbox, both on one clock set by hand; posts are there from before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from prokes_social import platforms
from prokes_social.errors import SettingsError
from prokes_social.keys import Secret
from prokes_social.model.account import Account
from prokes_social.model.platform import Connection
from prokes_social.model.reach import Metric
from prokes_social.sandbox import Sandbox
from prokes_social.store import Store, accounts, alarms, snapshots
from prokes_social.store.snapshots import TakenReading
from prokes_social.store.tables import post, snapshot
from prokes_social.store.told import readings_of
from prokes_social.tracking import Collected, Tracker
from tests.conftest import SetClock, open_store
from tests.factories import add_account, queue_delivery

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each reading asks a sandbox too: on PostgreSQL that is for the drills."""
    yield from open_store(request, tmp_path)


@dataclass
class Desk:
    store: Store
    sandbox: Sandbox
    clock: SetClock
    budget: Decimal | None = None
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)  #: by account of ours, the sandbox's
    unconnected: set[str] = field(default_factory=set)
    threads: int = 4

    def __post_init__(self) -> None:
        self.platforms = {
            name: platforms.make_platform(name, {"base_url": self.sandbox.url}, self.clock)
            for name in platforms.names()
        }

    def has_account(self, name: str, platform: str, number: int = 0) -> None:
        self.rows[name] = self.sandbox.accounts()[platform][number]
        add_account(self.store, name, platform)

    def has_posts(self, name: str, *ages: timedelta, campaign: str = "agen") -> list[str]:
        """Posts that were published so long ago; their external ids."""
        account = self._account(name)
        ids = []
        for age in ages:
            at = self.clock.now() - age
            [made] = self.sandbox.add_earlier_posts(account.platform, self.rows[name]["id"], since=at.timestamp())
            ids.append(self._remember(account, made, f"m{len(self.posts())}"))
        return ids

    def _remember(self, account: Account, made: dict[str, Any], message: str) -> str:
        delivery = queue_delivery(self.store, account=account.name, message=message, approved=False)
        row = {
            "delivery_id": delivery.id, "account_id": account.id, "external_id": made["id"], "found_by": "answer",
            "permalink": made["permalink"], "published_at": datetime.fromtimestamp(made["published_at"], UTC),
        }  # fmt: skip
        with self.store.write() as tx:
            tx.execute(insert(post).values(**row))
        return str(made["id"])

    def plans(self, external_id: str, *due: datetime) -> None:
        with self.store.write() as tx:
            snapshots.plan_readings(tx, self.post_id(external_id), due or (self.clock.now(),))

    @property
    def tracker(self) -> Tracker:
        return Tracker(
            store=self.store,
            platforms=self.platforms,
            clock=self.clock,
            ages=(HOUR,),
            time_scale=1,
            connection_to=self._connection_to,
            budget=self.budget,
            threads=self.threads,
        )

    def collects(self) -> Collected:
        return self.tracker.collect_due()

    def _connection_to(self, account: Account) -> Connection:
        if account.name in self.unconnected:
            raise SettingsError(f"{account.name} has no credentials")
        platform, row = self.platforms[account.platform], self.rows[account.name]
        secrets = {each.name: Secret(str(row.get(each.name, row["id"]))) for each in platform.credential_fields}
        return Connection(account=account.name, credentials=secrets, base_url=platform.base_url, sandbox=True)

    # --- what there is ---

    def posts(self) -> Sequence[Any]:
        with self.store.read() as tx:
            return tx.execute(select(post)).all()

    def post_id(self, external_id: str) -> int:
        return next(row.id for row in self.posts() if row.external_id == external_id)

    def removed_at(self, external_id: str) -> datetime | None:
        return next(row.removed_at for row in self.posts() if row.external_id == external_id)

    def readings(self, external_id: str) -> list[TakenReading]:
        """Those that were taken or given up, in the order in which they were due."""
        post_id = self.post_id(external_id)
        with self.store.read() as tx:
            taken = readings_of(tx, [post_id]).get(post_id, [])
        return sorted(taken, key=lambda each: each.due_at)

    def numbers(self, external_id: str) -> dict[Metric, int | None]:
        return self.readings(external_id)[-1].numbers

    def waiting(self, external_id: str) -> list[Any]:
        """Readings that are still to be taken."""
        query = select(snapshot).where(snapshot.c.post_id == self.post_id(external_id), snapshot.c.taken_at.is_(None))
        with self.store.read() as tx:
            return list(tx.execute(query.order_by(snapshot.c.due_at)))

    def ringing(self) -> dict[str, str]:
        with self.store.read() as tx:
            return {each.kind.value: each.what for each in alarms.ringing(tx)}

    def account(self, name: str) -> Account:
        return self._account(name)

    def _account(self, name: str) -> Account:
        with self.store.read() as tx:
            found = accounts.by_name(tx, name)
        assert found
        return found

    def asked(self, call: str) -> int:
        return int(self.sandbox.cost()["requests"].get(call, 0))

    def may_read_insights(self, name: str, *, allowed: bool) -> None:
        platform = self._account(name).platform
        self.sandbox.add_accounts(**{platform: [{**self.rows[name], "insights": allowed}]})


@pytest.fixture
def desk(store: Store, clock: SetClock) -> Iterator[Desk]:
    with Sandbox(clock=lambda: clock.now().timestamp()) as sandbox:
        yield Desk(store, sandbox, clock)
