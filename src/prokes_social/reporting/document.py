"""A report in, plain data for `typst/report.typ` out: first a page of essentials, then the details."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_date, format_datetime, format_number, format_short, n_
from prokes_social.model.analysis import Against, Hour
from prokes_social.model.participation import Counts, Participation, UnitCounts
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import Report, ReportedDelivery, Sum
from prokes_social.reporting import chart, engagement, wording
from prokes_social.reporting.axes import Frame
from prokes_social.reporting.best_times import HeatMap, heat_map
from prokes_social.reporting.paper import letterhead_data, number_line, signature_data

Block = Mapping[str, Any]

#: More rows make a pile of paper that nobody reads; the spreadsheet has all.
MOST_DELIVERIES = 300
#: The page of essentials holds this many.
MOST_BARS = 8
MOST_NOT_OUT = 3
#: What a line of a plot has room for.
MOST_DOTS = 40
#: Columns of hours beside each other on a page.
MOST_HOURS = 9

_FRAME = Frame(width=700, height=280, left=20, top=0, bottom=0, labels=100)


def document_of(report: Report) -> dict[str, Any]:
    made = format_short(report.made_at, zone_named(report.zone))
    return {
        "title": report.subject.title,
        "kicker": _("Campaign reach report"),
        "purpose": report.subject.purpose,
        "number": number_line(report.paper),
        "sandbox": sandbox_words(report),
        "letterhead": letterhead_data(report.letterhead),
        "about": list(_about(report)),
        "lead": wording.lead(report),
        "figures": list(figures(report)),
        "blocks": [*_essentials(report), {"kind": "page"}, *_details(report)],
        "signature": signature_data(report.paper, made_at=report.made_at, zone=report.zone),
        "footer": _("Made {at} by prokes-social {version}.", at=made, version=report.version),
        "page": _("page {page} of {pages}", page="{page}", pages="{pages}"),
    }  # fmt: skip


def sandbox_words(report: Report) -> str:
    if not report.sandbox:
        return ""
    if not report.only_sandbox:
        return _("Some accounts of this campaign are on trial in a sandbox; what they did was not public.")
    words = _("A trial on a built-in server. Nothing here was public, and every number is invented.")
    pace = wording.time_scale(report.time_scale)
    return f"{words} {pace}." if pace else words


def _about(report: Report) -> Iterable[Mapping[str, str]]:
    subject = report.subject
    if subject.starts_on and subject.ends_on:
        days = dict.fromkeys(format_date(day) for day in (subject.starts_on, subject.ends_on))
        yield {"what": _("Period"), "value": " – ".join(days)}
    if subject.owner:
        yield {"what": _("Responsible"), "value": subject.owner}
    yield {"what": _("Made"), "value": format_datetime(report.made_at, zone_named(report.zone))}


# --- the page of essentials ---


def figures(report: Report) -> Iterable[Mapping[str, str]]:
    total = report.total
    published = _("of {all}", all=format_number(total.deliveries))
    yield _key(_("Published"), format_number(total.published), total.published_known, _("deliveries"), of=published)
    on_time = _("of {all}", all=format_number(total.published))
    measured = Known.MEASURED if total.published else Known.UNKNOWN
    yield _key(_("On time"), format_number(total.on_time), measured, _("within 1 second"), of=on_time)
    seen = total.figure(Metric.IMPRESSIONS)
    made_of = wording.made_of(total, Metric.IMPRESSIONS)
    yield _key(_capital(Metric.IMPRESSIONS.label), number(seen), seen.known, made_of)
    told = Known.MEASURED if total.reach_of_one else Known.UNKNOWN
    apart = _("different people; not added up over posts")
    yield _key(_("Reach of one post"), _reach_of_one(total), told, apart)
    parts = wording.parts_of_interactions(total)
    yield _key(_("Interactions"), interactions(total), total.interactions.known, parts)


def _key(what: str, value: str, known: Known, more: str, *, of: str = "") -> Mapping[str, str]:
    return {"what": what, "value": value, "of": of, "more": more, "known": f"{wording.SIGNS[known]} {known.label}"}


def _essentials(report: Report) -> Iterable[Block]:
    yield from _over_time(report)
    if report.widest_wave:
        yield from bars(report.widest_wave, MOST_BARS)
    yield from not_out(report)


def _over_time(report: Report) -> Iterable[Block]:
    drawn = chart.draw(report.curves, _FRAME, zone=report.zone, now=report.made_at)
    yield heading(_("Impressions over time"))
    if drawn is None:
        yield text(_("No impressions have been read yet. Collect them with `prokes reach collect`."))
        return
    frame = drawn.frame
    ends = "; ".join(f"{line.label} {line.last}" for line in drawn.lines)
    yield {
        "kind": "lines",
        "alt": _("Lines of impressions over time. Latest sums: {list}.", list=ends),
        "x-ticks": [{"at": _x(tick.at, frame), "text": f"{tick.label} {tick.under}".strip()} for tick in drawn.x_ticks],
        "y-ticks": [{"at": _y(tick.at, frame), "text": tick.label} for tick in drawn.y_ticks],
        "lines": [_line(line, frame) for line in drawn.lines],
    }  # fmt: skip


def _line(line: chart.DrawnLine, frame: Frame) -> Mapping[str, Any]:
    """Level until the next reading, as on the screen."""
    points = [{"x": _x(dot.x, frame), "y": _y(dot.y, frame)} for dot in line.dots]
    steps = [step for before, after in pairwise(points) for step in ({"x": after["x"], "y": before["y"]}, after)]
    return {
        "label": f"{line.label} {line.last}",
        "label-at": _y(line.label_y, frame),
        "path": [points[0], *steps],
        "dots": points if len(points) <= MOST_DOTS else [],
    }


def _x(at: float, frame: Frame) -> float:
    return round((at - frame.left) / (frame.right - frame.left), 4)


def _y(at: float, frame: Frame) -> float:
    return round((frame.floor - at) / (frame.floor - frame.top), 4)


def bars(took_part: Participation, most: int) -> Iterable[Block]:
    yield heading(_("Participation by unit: {wave}", wave=wording.wave(took_part.wave)))
    shown = took_part.rows[:most]
    told = ", ".join(f"{wording.units(row)} {wording.rate(row.counts)}" for row in shown)
    yield {
        "kind": "bars",
        "alt": _("Bars of the share of invited staff who said that they shared: {list}.", list=told),
        "target": None,
        "target-label": "",
        "label-width": 52,
        "rows": [
            _bar(row) for row in shown
        ],
    }  # fmt: skip
    known = f"{wording.SIGNS[Known.SELF_REPORTED]} {Known.SELF_REPORTED.label}"
    yield text(_("{known}: the share of those invited who said that they shared.", known=known))


def _bar(row: UnitCounts) -> Mapping[str, Any]:
    rate, alone = row.counts.rate or 0, len(row.units) == 1
    return {"label": wording.units(row), "value": rate / 100, "text": _said(row.counts), "strong": alone}


def _said(counts: Counts) -> str:
    part = _("{part} of {all}", part=format_number(counts.said), all=format_number(counts.offered))
    return f"{wording.rate(counts)} ({part}) {wording.SIGNS[Known.SELF_REPORTED]}"


def not_out(report: Report) -> Iterable[Block]:
    yield heading(_("What did not go out, and why"))
    if not report.not_out:
        yield text(_("Everything that was due went out."))
        return
    yield {"kind": "notes", "items": [_case(each) for each in report.not_out[:MOST_NOT_OUT]]}
    more = len(report.not_out) - MOST_NOT_OUT
    if more > 0:
        yield text(n_("{count} more is in the spreadsheet.", "{count} more are in the spreadsheet.", more))


def _case(each: ReportedDelivery) -> str:
    why = f"{each.status.label}, {wording.reason(each).rstrip('.')}"
    return _plain(f"{_whose(each)}, {_due(each)}: {why}. {wording.remedy(each)}")


# --- the details ---


def _details(report: Report) -> Iterable[Block]:
    if report.notes:
        yield heading(_("To know before reading on"))
        yield {"kind": "notes", "items": [_plain(note) for note in report.notes]}
    titles = (_("By account"), _("By message"), _("By unit"), _("By platform"), _("By template"), _("By text"))
    messages = [each.sum for each in report.messages]
    groups = (report.by_account, messages, report.by_unit, report.by_platform, report.by_template, report.by_variant)
    for title, sums in zip(titles, groups, strict=True):
        # One row would only repeat the total.
        if len(sums) > 1 or title == titles[0]:
            yield heading(title)
            yield _sums(sums, report.total)
    yield from _engagement(report)
    yield from _best_times(report)
    yield from _beside(report)
    yield from _waves(report)
    yield from deliveries(report)
    yield from _known(report)


def _sums(sums: Sequence[Sum], total: Sum) -> Block:
    heads = [
        _("Name"), _("Published"), _("On time"), _capital(Metric.IMPRESSIONS.label), _("Reach of one post"),
        _("Interactions"), _capital(Metric.CLICKS.label), _("Above the usual"),
    ]  # fmt: skip
    last = _sum(total, _("Together")) if len(sums) > 1 else []
    return table(heads, [_sum(each, each.label) for each in sums], total=last)


def essentials(each: Sum) -> list[str]:
    """What a table of campaigns has room for."""
    return [
        of(each.published, each.deliveries), of(each.on_time, each.published),
        number(each.figure(Metric.IMPRESSIONS)), interactions(each),
        of(each.against.get(Against.ABOVE, 0), each.compared),
    ]  # fmt: skip


def _sum(each: Sum, label: str) -> list[str]:
    return [
        label, of(each.published, each.deliveries), of(each.on_time, each.published),
        number(each.figure(Metric.IMPRESSIONS)), _reach_of_one(each), interactions(each),
        number(each.figure(Metric.CLICKS)), of(each.against.get(Against.ABOVE, 0), each.compared),
    ]  # fmt: skip


def _engagement(report: Report) -> Iterable[Block]:
    """Without platforms there is no column."""
    rows = [[_capital(each.label), *map(number, each.figures)] for each in engagement.by_kind(report)]
    if rows:
        yield heading(_("Engagement by kind"))
        yield table([_("Kind"), *engagement.column_heads(report)], rows)


def _beside(report: Report) -> Iterable[Block]:
    rows = [
        [_capital(each.label), _at_least(each.official, each.official_without),
         _at_least(each.personal, each.personal_without)]
        for each in engagement.beside(report)
    ]  # fmt: skip
    if rows:
        yield heading(_("Personal sharing beside official posts"))
        yield text(wording.on_personal())
        yield table([_("Figure"), _("Official accounts"), _("Staff's own accounts")], rows)


def _best_times(report: Report) -> Iterable[Block]:
    heat = heat_map(report.best_times)
    if not heat.hours:
        return
    yield heading(_("Best times, on the clock of {zone}", zone=report.zone))
    yield text(wording.best_time(report.best_times))
    for start in range(0, len(heat.hours), MOST_HOURS):
        hours = heat.hours[start : start + MOST_HOURS]
        yield {
            "kind": "heat",
            "columns": ["", *(f"{hour:02}.00" for hour in hours)],
            "rows": [{"label": wording.weekday(day), "cells": _heats(heat, day, hours)} for day in heat.days],
        }  # fmt: skip


def _heats(heat: HeatMap, day: int, hours: Sequence[int]) -> list[Mapping[str, Any]]:
    return [_heat(heat.cells.get((day, hour)), heat.top) for hour in hours]


def _heat(cell: Hour | None, top: int) -> Mapping[str, Any]:
    if cell is None:
        return {"text": "", "more": "", "share": 0}
    share = 0 if cell.is_thin else round(cell.median / top, 3) if top else 0
    return {"text": wording.median(cell), "more": wording.posts(cell.posts), "share": share}


def _waves(report: Report) -> Iterable[Block]:
    if not report.participation:
        return
    yield heading(_("Participation by wave"))
    if hidden := len(report.participation) - len(report.waves):
        yield text(n_(
            "{count} wave is of too few people to be shown.", "{count} waves are of too few people to be shown.", hidden
        ))  # fmt: skip
    for wave in report.waves:
        assert wave.total  # noqa: S101 - those without are no part of `waves`
        rows = [_took_part(wording.units(row), row.counts) for row in wave.rows]
        heads = [wording.wave(wave.wave), *wording.counts_heads()]
        yield table(heads, rows, total=_took_part(_("Together"), wave.total))


def _took_part(label: str, counts: Counts) -> list[str]:
    numbers = (counts.members, counts.offered, counts.opened, counts.said)
    more = (counts.proof, counts.clicks)
    return [label, *map(format_number, numbers), wording.rate(counts), *map(format_number, more)]


def deliveries(report: Report) -> Iterable[Block]:
    yield heading(_("All deliveries"))
    metrics = [each for each in (Metric.IMPRESSIONS, Metric.REACH) if each in report.told_metrics]
    heads = [_("Due"), _("Account and message"), _("Status"), _("Late by"), *(_capital(m.label) for m in metrics)]
    heads += [_("Interactions"), _("Usual there")]
    rows = [_delivery(each, metrics) for each in report.deliveries[:MOST_DELIVERIES]]
    yield table(heads, rows, grow=(1,), numbers=range(3, len(heads)), size=8.5)
    if len(report.deliveries) > MOST_DELIVERIES:
        yield text(_(
            "The first {count} of {all}. All are in the spreadsheet: `prokes report write {id} --format xlsx`.",
            count=format_number(MOST_DELIVERIES), all=format_number(len(report.deliveries)), id=report.subject.campaign,
        ))  # fmt: skip


def _delivery(each: ReportedDelivery, metrics: Sequence[Metric]) -> list[str]:
    figures = [number(each.figure(metric)) for metric in metrics]
    usual = f"{format_number(each.usual.median)} ({each.usual.against.label})" if each.usual else "–"
    state = str(each.status.label)
    return [
        _due(each),
        _whose(each),
        state,
        wording.lateness(each.late_by),
        *figures,
        interactions(each),
        usual,
    ]


def _known(report: Report) -> Iterable[Block]:
    yield heading(_("How the figures are known"))
    meanings = [[f"{wording.SIGNS[known]} {known.label}", wording.meaning(known)] for known in Known]
    yield table([_("Sign"), _("means")], meanings, grow=(1,), numbers=())
    yield text(_("What each platform calls these numbers, so that they can be checked there:"))
    heads = [_("Figure"), *(vendor.label for vendor in report.vendors)]
    rows = [[_capital(m.label), *(vendor.names.get(m, "–") for vendor in report.vendors)] for m in Metric]
    yield table(heads, rows, grow=range(1, len(heads)), numbers=(), size=8.5)
    remarks = [f"{vendor.label}: {vendor.remark} {vendor.page}".strip() for vendor in report.vendors if vendor.page]
    if remarks:
        yield {"kind": "notes", "items": remarks}


# --- pieces ---


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def text(text: str) -> Block:
    return {"kind": "text", "text": _plain(text)}


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    total: Sequence[str] = (),
    grow: Iterable[int] = (0,),
    numbers: Iterable[int] | None = None,
    size: float = 9,
) -> Block:
    """Every column but the first holds numbers unless said otherwise."""
    right = set(range(1, len(heads)) if numbers is None else numbers)
    wide = set(grow)
    columns = [{"text": head, "number": at in right, "grow": at in wide} for at, head in enumerate(heads)]
    return {"kind": "table", "size": size, "columns": columns, "rows": list(rows), "total": list(total)}


def _plain(text: str) -> str:
    return text.replace("`", "")


def _whose(each: ReportedDelivery) -> str:
    return f"{each.account}, {each.message}"


def _due(each: ReportedDelivery) -> str:
    return format_short(each.due_at, zone_named(each.zone))


def number(figure: Figure | int) -> str:
    if isinstance(figure, int):
        return format_number(figure)
    if figure.value is None:
        return "–"
    sign = "" if figure.known is Known.MEASURED else f" {wording.SIGNS[figure.known]}"
    return format_number(figure.value) + sign


def interactions(each: Sum | ReportedDelivery) -> str:
    """With ≥ where a kind is not told, and so not in it."""
    return _at_least(each.interactions, each.interactions_without)


def _at_least(figure: Figure, without: Sequence[Metric]) -> str:
    return f"≥ {number(figure)}" if without else number(figure)


def of(part: int, whole: int) -> str:
    return _("{part} of {all}", part=format_number(part), all=format_number(whole)) if whole else "–"


def _reach_of_one(each: Sum) -> str:
    return "–".join(dict.fromkeys(format_number(value) for value in each.reach_of_one)) if each.reach_of_one else "–"


def _capital(word: object) -> str:
    return str(word).capitalize()
