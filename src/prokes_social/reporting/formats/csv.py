"""A report in, tables for a spreadsheet out: deliveries, sums of several kinds, impressions over time, and so on.

Made for a double click in Excel: UTF-8 with a byte order mark, or names with é break; in Bahasa Indonesia `;` between
cells and `,` in fractions, which is what an Indonesian Excel splits at, and `,` and `.` in English. Whole numbers carry
no dots, so that they stay numbers. What is not known is a dash and no 0: sums in the sheet pass over it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from prokes_social.clock import zone_named
from prokes_social.i18n import Bilingual, _, language
from prokes_social.model.analysis import Against
from prokes_social.model.reach import Figure, Metric
from prokes_social.model.report import Report, ReportedDelivery, Sum
from prokes_social.reporting import engagement, wording

name = "csv"
suffix = ".csv"
media_type = "text/csv; charset=utf-8"
label = Bilingual("CSV, untuk Excel", "CSV, for Excel")

Cell = str | int | float | None
Table = Iterable[Sequence[Cell]]

DASH = "–"
#: A cell that begins with one of these may be run as a formula; https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: The same behind what another country's Excel takes for the end of a cell.
_HIDDEN_START = re.compile(r"([,;\t\r\n]\s*)([=+\-@])")


def write(report: Report) -> Mapping[str, bytes]:
    return {
        f"-deliveries{suffix}": csv_file(_deliveries(report)),
        f"-accounts{suffix}": csv_file(_sums(_("account"), report.by_account)),
        f"-messages{suffix}": csv_file(_sums(_("message"), [each.sum for each in report.messages])),
        f"-units{suffix}": csv_file(_sums(_("unit"), report.by_unit)),
        f"-platforms{suffix}": csv_file(_sums(_("platform"), report.by_platform)),
        f"-templates{suffix}": csv_file(_sums(_("template"), report.by_template)),
        f"-texts{suffix}": csv_file(_sums(_("text"), report.by_variant)),
        f"-over-time{suffix}": csv_file(_points(report)),
        f"-best-times{suffix}": csv_file(_hours(report)),
        f"-participation{suffix}": csv_file(_participation(report)),
        f"-personal{suffix}": csv_file(_beside(report)),
        f"-engagement{suffix}": csv_file(_engagement(report)),
    }


def _deliveries(report: Report) -> Iterator[Sequence[Cell]]:
    yield (
        _("due"), _("zone"), _("platform"), _("account"), _("unit"), _("message"), _("status"), _("reason"),
        _("published"), _("late by (seconds)"), _("address of the post"), _("sandbox"),
        *_metric_names(), _("interactions"), *_known_names(), _("interactions: known how"), _("interactions: without"),
        _("newest reading"), _("usual there"), _("beside the usual"),
    )  # fmt: skip
    for each in report.deliveries:
        yield _delivery(each)


def _delivery(each: ReportedDelivery) -> Sequence[Cell]:
    figures = [each.figure(metric) for metric in Metric]
    return (
        _local(each.due_at, each.zone), each.zone, each.platform, each.account, each.unit, each.message,
        str(each.status.label), each.reason, _local(each.published_at, each.zone), _seconds(each.late_by),
        each.permalink, _("yes") if each.sandbox else _("no"),
        *(_value(figure) for figure in figures), _value(each.interactions),
        *(_how(figure) for figure in figures), _how(each.interactions), _lacking(each), _local(each.read_at, each.zone),
        each.usual.median if each.usual else None, str(each.usual.against.label) if each.usual else None,
    )  # fmt: skip


def _sums(kind: str, sums: Sequence[Sum]) -> Iterator[Sequence[Cell]]:
    yield (
        kind, _("name"), _("deliveries"), _("published"), _("on time"), _("greatest lateness (seconds)"),
        _("posts with a reading"), *_metric_names(), _("interactions"), *_known_names(), _("interactions: known how"),
        _("interactions: without"), _("lowest reach of one post"), _("highest reach of one post"),
        *(str(verdict.label) for verdict in Against),
    )  # fmt: skip
    for each in sums:
        yield _sum(each)


def _sum(each: Sum) -> Sequence[Cell]:
    figures = [each.figure(metric) for metric in Metric]
    return (
        each.key, each.label, each.deliveries, each.published, each.on_time, _seconds(each.latest), each.read,
        *(_value(figure) for figure in figures), _value(each.interactions),
        *(_how(figure) for figure in figures), _how(each.interactions), _lacking(each),
        *(each.reach_of_one or (None, None)), *(each.against.get(verdict, 0) for verdict in Against),
    )  # fmt: skip


def _points(report: Report) -> Iterator[Sequence[Cell]]:
    yield _("line"), _("age of the posts (days)"), _("time"), str(Metric.IMPRESSIONS.label), _("posts counted")
    for curve in report.curves.curves:
        for point in curve.points:
            days = round(point.age / timedelta(days=1), 2) if point.age else None
            yield curve.label, days, _local(point.at, report.zone), point.impressions, point.posts


def _hours(report: Report) -> Iterator[Sequence[Cell]]:
    yield _("weekday"), _("hour"), _("posts"), _("median impressions"), _("remark")
    for each in report.best_times.hours:
        thin = _("too few posts to go by") if each.is_thin else ""
        yield wording.weekday(each.weekday), each.hour, each.posts, each.median, thin


def _participation(report: Report) -> Iterator[Sequence[Cell]]:
    yield _("wave"), _("unit"), *wording.counts_heads()
    for wave in report.waves:
        for row in wave.rows:
            counts = row.counts
            rate = round(counts.rate, 1) if counts.rate is not None else None
            yield (
                wording.wave(wave.wave), wording.units(row), counts.members, counts.offered, counts.opened, counts.said,
                rate, counts.proof, counts.clicks,
            )  # fmt: skip


def _beside(report: Report) -> Iterator[Sequence[Cell]]:
    """Only heads where nobody's own accounts are told."""
    yield (
        _("figure"), _("official accounts"), _("staff's own accounts"),
        _("official accounts: known how"), _("staff's own accounts: known how"),
    )  # fmt: skip
    for each in engagement.beside(report):
        official, personal = wording.without(each.official_without), wording.without(each.personal_without)
        yield (
            each.label, _value(each.official), _value(each.personal),
            ", ".join(filter(None, (_how(each.official), official))),
            ", ".join(filter(None, (_how(each.personal), personal))),
        )  # fmt: skip


def _engagement(report: Report) -> Iterator[Sequence[Cell]]:
    yield _("kind"), *(head.lower() if head == _("Together") else head for head in engagement.column_heads(report))
    for each in engagement.by_kind(report):
        yield each.label, *(_value(figure) for figure in each.figures)


def _lacking(each: Sum | ReportedDelivery) -> str:
    return ", ".join(str(metric.label) for metric in each.interactions_without)


def _metric_names() -> list[str]:
    return [str(metric.label) for metric in Metric]


def _known_names() -> list[str]:
    return [_("{metric}: known how", metric=metric.label) for metric in Metric]


def _value(figure: Figure) -> Cell:
    return figure.value


def _how(figure: Figure) -> str:
    return str(figure.known.label)


def _local(at: datetime | None, zone: str) -> str | None:
    """Spreadsheets know this form as a time in every language."""
    return at.astimezone(zone_named(zone)).strftime("%Y-%m-%d %H:%M:%S") if at else None


def _seconds(value: timedelta | None) -> float | None:
    return round(value.total_seconds(), 3) if value is not None else None


def csv_file(table: Table) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language() == "id" else ",", lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str:
    if value is None:
        return DASH
    if isinstance(value, str):
        return ("'" if value.startswith(FORMULA_STARTS) else "") + _HIDDEN_START.sub(r"\1'\2", value)
    return str(value).replace(".", "," if language() == "id" else ".")
