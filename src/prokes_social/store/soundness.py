"""A transaction in, how the database itself is: damage, its clock, and how many rows there are of what."""

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, text

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store.tables import account, delivery

#: Reading a larger file from end to end takes minutes; then the quick check, without the indexes, must do.
READ_WHOLE = 500_000_000


def damage(tx: Connection) -> list[str]:
    """SQLite's own words for what is broken, nothing where all is well; PostgreSQL looks after itself."""
    if tx.dialect.name != "sqlite":
        return []
    pages, size = (int(tx.execute(text(f"pragma {name}")).scalar_one()) for name in ("page_count", "page_size"))
    check = "integrity_check(10)" if pages * size <= READ_WHOLE else "quick_check(10)"
    said = [str(row[0]) for row in tx.execute(text(f"pragma {check}"))]
    orphans = tx.execute(text("pragma foreign_key_check")).fetchmany(10)
    return [each for each in said if each != "ok"] + [f"{row[0]} {row[1]} → {row[2]}" for row in orphans]


def clock(tx: Connection) -> datetime:
    """The database's wall clock; on SQLite that is ours."""
    if tx.dialect.name == "sqlite":
        return datetime.now(UTC)
    read: datetime = tx.execute(select(func.clock_timestamp())).scalar_one()
    return read.astimezone(UTC)


def by_status(tx: Connection) -> dict[DeliveryStatus, int]:
    """Every status, also those that no delivery has."""
    rows = tx.execute(select(delivery.c.status, func.count().label("rows")).group_by(delivery.c.status))
    found = {row.status: int(row.rows) for row in rows}
    return {status: found.get(status.value, 0) for status in DeliveryStatus}


def overdue(tx: Connection, *, due_before: datetime) -> int:
    """Scheduled deliveries of accounts that may post, whose time has passed."""
    late = select(func.count()).select_from(delivery).join(account, account.c.id == delivery.c.account_id)
    late = late.where(delivery.c.status == DeliveryStatus.SCHEDULED.value, delivery.c.due_at < due_before)
    return int(tx.execute(late.where(account.c.blocked_at.is_(None))).scalar_one())
