"""Planning and scheduling 100,000 deliveries: seconds, memory, and the ratio to inserting as many bare rows."""

import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from prokes_social import planning
from prokes_social.clock import SystemClock
from prokes_social.loading.document import parse_document
from prokes_social.model.account import AccountKind, Directory, Unit
from prokes_social.model.campaign import Campaign
from prokes_social.model.platform import Limits
from prokes_social.scheduling import Scheduler
from prokes_social.store import Store, accounts, deliveries

ACCOUNTS, DAYS = 1000, 100

CAMPAIGN = """
id: besar
title: Besar
purpose: Mengukur rencana
owner: Humas
brand: nusa-raya
zone: WIB
starts_on: 2027-01-01
ends_on: 2027-12-31
messages:
  - {id: tangan, text: Ayo cuci tangan 20 detik.}
sends:
  - {id: harian, message: tangan, to: official, every: setiap hari 07.30, between: [2027-01-01, 2027-04-10]}
"""


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.db'}")
        store.migrate()
        started = time.perf_counter()
        plan = _plan(store)
        planned = time.perf_counter() - started
        scheduler = Scheduler(store=store, clock=SystemClock(), lead=timedelta(minutes=10))
        scheduler.apply(plan, {}, file_digest="d", by="bench")
        scheduled = time.perf_counter() - started - planned
        scheduler.approve(plan, who="bench")
        approved = time.perf_counter() - started - planned - scheduled
        with store.read() as tx:
            again = planning.compare(
                planning.expand(plan.file, _directory(store), _customs()),
                deliveries.listing(tx, campaign="besar"),
                shared_digest=lambda request: "",
                card_digest=lambda request: "",
                cost=lambda platform, text: Decimal(0),
                now=datetime(2026, 12, 1, tzinfo=UTC),
            )
        same = time.perf_counter() - started - planned - scheduled - approved
        store.close()
    assert not again.changes_anything
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield (
        f"{len(plan.changes):,} deliveries: plan {planned:.1f} s, schedule {scheduled:.1f} s, approve {approved:.1f} s,"
        f" plan again {same:.1f} s (aim: plan and schedule under 60 s); at most {memory:.0f} MiB (aim: 1,024)"
    )


def _plan(store: Store) -> "planning.Plan":
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id="u", name="u", zone="WIB"))
        for number in range(ACCOUNTS):
            kind = AccountKind.OFFICIAL
            accounts.add(tx, name=f"fb-{number}", platform="facebook", unit_id="u", kind=kind, sandbox=True)
    file = parse_document(CAMPAIGN, Campaign, "besar.yaml")
    return planning.compare(
        planning.expand(file, _directory(store), _customs()),
        [],
        card_digest=lambda request: "",
        cost=lambda platform, text: Decimal(0),
        now=datetime(2026, 12, 1, tzinfo=UTC),
    )


def _directory(store: Store) -> Directory:
    with store.read() as tx:
        return Directory(accounts=tuple(accounts.all_accounts(tx)), units=(), platforms=("facebook",))


def _customs() -> planning.Customs:
    return planning.Customs(
        zone="WIB", window=timedelta(minutes=30), limits={"facebook": Limits(text_length=60_000, appends_link=True)}
    )
