"""Reports that are kept: a new version in, versions with their sendings out; intents are written before the call."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from prokes_social.model.kept import Draft, KeptReport, ReportKind, Sending, Sent
from prokes_social.store.tables import report, report_sending

r, g = report.c, report_sending.c


def add(tx: Connection, draft: Draft, *, made_by: str, files: Mapping[str, str]) -> KeptReport | None:
    """The next version. None where the worker has made its own already, or another process was quicker."""
    its = (r.kind == draft.kind.value, r.subject == draft.subject, r.period == draft.period)
    if not made_by and tx.execute(select(r.id).where(*its, r.made_by == "")).first():
        return None
    version = int(tx.execute(select(func.coalesce(func.max(r.version), 0)).where(*its)).scalar_one()) + 1
    said = {**vars(draft), "kind": draft.kind.value}
    values = {**said, "version": version, "made_by": made_by, "files": dict(files)}
    try:
        with tx.begin_nested():
            number = tx.execute(insert(report).values(**values).returning(r.id)).scalar_one()
    except IntegrityError:
        return None
    return get(tx, int(number))


def get(tx: Connection, report_id: int) -> KeptReport | None:
    return next(iter(_found(tx, report_id)), None)


def listing(tx: Connection) -> list[KeptReport]:
    """The newest first."""
    return _found(tx)


def is_made(tx: Connection, kind: ReportKind, period: str) -> bool:
    """Whether the worker has made it at its hour."""
    its = select(r.id).where(r.kind == kind.value, r.period == period, r.subject == "", r.made_by == "")
    return tx.execute(its).first() is not None


def begin_sending(tx: Connection, kept: KeptReport, channel: str, *, now: datetime) -> int | None:
    """The sending's number; None where another process has begun one meanwhile."""
    number = 1 + sum(each.channel == channel for each in kept.sendings)
    try:
        with tx.begin_nested():
            values = {"report_id": kept.id, "channel": channel, "number": number, "begun_at": now}
            tx.execute(insert(report_sending).values(**values))
    except IntegrityError:
        return None
    return number


def end_sending(tx: Connection, kept: KeptReport, channel: str, number: int, *, outcome: Sent, said: str) -> None:
    its = (g.report_id == kept.id, g.channel == channel, g.number == number)
    tx.execute(update(report_sending).where(*its).values(outcome=outcome.value, said=said))


def _found(tx: Connection, report_id: int | None = None) -> list[KeptReport]:
    query, sendings = select(report).order_by(r.made_at.desc(), r.id.desc()), select(report_sending).order_by(g.number)
    if report_id is not None:
        query, sendings = query.where(r.id == report_id), sendings.where(g.report_id == report_id)
    by_report: dict[int, list[Sending]] = {}
    for row in tx.execute(sendings).mappings():
        by_report.setdefault(row["report_id"], []).append(_sending(row))
    return [_kept(row, by_report.get(row["id"], [])) for row in tx.execute(query).mappings()]


def _kept(row: RowMapping, sendings: list[Sending]) -> KeptReport:
    return KeptReport(**{**row, "kind": ReportKind(row["kind"]), "sendings": tuple(sendings)})


def _sending(row: RowMapping) -> Sending:
    return Sending(
        channel=row["channel"],
        number=row["number"],
        begun_at=row["begun_at"],
        outcome=Sent(row["outcome"]),
        said=row["said"],
    )
