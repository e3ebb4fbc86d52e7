"""Rows for benchmarks, written in bulk: accounts, and deliveries that are approved and scheduled."""

from datetime import datetime, timedelta
from decimal import Decimal

from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.delivery import Content, DeliveryStatus, Key
from prokes_social.store import Store, accounts, approvals, campaigns, deliveries


def add_accounts(store: Store, count: int) -> list[int]:
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id="u", name="u", zone="WIB"))
        kind = AccountKind.OFFICIAL
        return [
            accounts.add(tx, name=f"x-{n}", platform="x", unit_id="u", kind=kind, sandbox=True) for n in range(count)
        ]


def schedule(store: Store, account_ids: list[int], dues: list[datetime], *, batch: str) -> None:
    """One delivery for each due time, dealt out over the accounts."""
    with store.write() as tx:
        now = dues[0]
        version = campaigns.save_version(tx, name=batch, title=batch, digest=batch, yaml="", by="bench", now=now)
        approvals.add(tx, [batch], verdict=approvals.APPROVED, who="bench", now=now)
        more = {"version_id": version, "zone": "WIB", "sources_until": None, "cost": Decimal(0)}
        rows = []
        for number, due in enumerate(dues):
            content = Content(
                text=f"{batch} {number}", alt_text="", link=None, card=None, digest=batch, due_at=due,
                not_after=due + timedelta(hours=9),
            )  # fmt: skip
            key = Key(campaign=batch, message=f"m{number}", account="", occurrence="a")
            row = deliveries.new_row(key, account_ids[number % len(account_ids)], content, next_at=due, **more)
            rows.append(row | {"status": DeliveryStatus.SCHEDULED.value})
        deliveries.put_new(tx, rows)
