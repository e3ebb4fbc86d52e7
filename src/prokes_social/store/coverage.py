"""Tables of coverage in and out, newest last; what was taken in never changes, a later table of a day holds."""

from collections import defaultdict
from datetime import date

from sqlalchemy import Connection, insert, select

from prokes_social.model.coverage import CoverageRow, CoverageTable
from prokes_social.store.tables import coverage, coverage_row

c, r = coverage.c, coverage_row.c


def add(tx: Connection, table: CoverageTable) -> int:
    """The number of the table that was taken in."""
    values = {
        "data_on": table.data_on,
        "source": table.source,
        "in_percent": table.in_percent,
        "digest": table.digest,
        "imported_at": table.imported_at,
        "by": table.by,
    }
    number = int(tx.execute(insert(coverage).values(**values).returning(c.id)).scalar_one())
    rows = [
        {
            "coverage_id": number,
            "unit_id": row.unit_id,
            "target_group": row.group,
            "first": row.first,
            "second": row.second,
            "booster": row.booster,
        }
        for row in table.rows
    ]
    tx.execute(insert(coverage_row), rows)
    return number


def on_day(tx: Connection, day: date) -> CoverageTable | None:
    """What holds for a day: of several tables, the last that was taken in."""
    found = tx.execute(select(c.id).where(c.data_on == day).order_by(c.id.desc()).limit(1)).scalar()
    return _table(tx, found) if found is not None else None


def newest(tx: Connection, *, before: date | None = None) -> CoverageTable | None:
    """What holds for the newest day, or for the newest before another."""
    query = select(c.id).order_by(c.data_on.desc(), c.id.desc()).limit(1)
    found = tx.execute(query.where(c.data_on < before) if before else query).scalar()
    return _table(tx, found) if found is not None else None


def _table(tx: Connection, number: int) -> CoverageTable:
    said = tx.execute(select(coverage).where(c.id == number)).mappings().one()
    return CoverageTable(
        id=said["id"], data_on=said["data_on"], source=said["source"], in_percent=bool(said["in_percent"]),
        digest=said["digest"], imported_at=said["imported_at"], by=said["by"], rows=_rows(tx, [number])[number],
    )  # fmt: skip


def _rows(tx: Connection, numbers: list[int]) -> dict[int, tuple[CoverageRow, ...]]:
    found: dict[int, list[CoverageRow]] = defaultdict(list)
    query = select(coverage_row).where(r.coverage_id.in_(numbers)).order_by(r.unit_id)
    for row in tx.execute(query).mappings():
        found[row["coverage_id"]].append(
            CoverageRow(
                unit_id=row["unit_id"], group=row["target_group"], first=row["first"], second=row["second"],
                booster=row["booster"],
            )
        )  # fmt: skip
    return defaultdict(tuple, {number: tuple(rows) for number, rows in found.items()})
