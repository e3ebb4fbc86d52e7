"""A report in, a workbook out: one sheet for each question, with charts, and a column for how figures are known."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from prokes_social.clock import zone_named
from prokes_social.i18n import Bilingual, _
from prokes_social.model.analysis import Against
from prokes_social.model.participation import Counts
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import Axis, Report, ReportedDelivery, Sum
from prokes_social.reporting import engagement, wording
from prokes_social.reporting.workbook import About, Cell, Series, Sheet, SheetChart, workbook

name = "xlsx"
suffix = ".xlsx"
media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
label = Bilingual("buku kerja Excel, untuk dihitung lebih lanjut", "Excel workbook, to work on")


def write(report: Report) -> Mapping[str, bytes]:
    subject = report.subject
    title = f"{subject.title} (SANDBOX)" if report.sandbox else subject.title
    about = About(title=title, author=report.letterhead.organisation, made_at=report.made_at)
    return {suffix: workbook(list(_sheets(report)), about, accent=report.letterhead.accent)}


def _sheets(report: Report) -> Iterator[Sheet]:
    yield summary(report)
    yield sums(_("By account"), report.by_account, charted=True)
    yield sums(_("By message"), [each.sum for each in report.messages], charted=True)
    yield sums(_("By unit"), report.by_unit, charted=True)
    yield sums(_("By platform"), report.by_platform)
    yield sums(_("By template"), report.by_template)
    if report.by_variant:
        yield sums(_("By text"), report.by_variant)
    if report.by_platform:
        yield _engagement(report)
    yield _over_time(report)
    if report.best_times.hours:
        yield _best_times(report)
    if report.personal:
        yield _beside(report)
    if report.waves:
        yield participation(report)
    yield not_out(report)
    yield deliveries(report)
    yield _known(report)


def summary(report: Report) -> Sheet:
    heads = (_("Figure"), _("Value"), _("of"), _("known how"), _("posts that tell it"))
    return Sheet(name=_("In short"), heads=heads, rows=[*_figures(report), *_heading(report)])


def _figures(report: Report) -> Iterator[Sequence[Cell]]:
    total = report.total
    yield _("Published"), total.published, total.deliveries, str(total.published_known.label), None
    yield _("On time"), total.on_time, total.published, _how(Known.MEASURED if total.published else Known.UNKNOWN), None
    for metric in (each for each in Metric if each.adds_up):
        figure = total.figure(metric)
        yield _capital(metric.label), figure.value, None, _how(figure), total.told.get(metric, 0)
    how = ", ".join(filter(None, (_how(total.interactions), wording.without(total.interactions_without))))
    yield _("Interactions"), total.interactions.value, None, how, None
    known = _how(Known.MEASURED if total.reach_of_one else Known.UNKNOWN)
    lowest, highest = total.reach_of_one or (None, None)
    told = total.told.get(Metric.REACH, 0)
    yield _("lowest reach of one post"), lowest, None, known, told
    yield _("highest reach of one post"), highest, None, known, told


def _heading(report: Report) -> Iterator[Sequence[Cell]]:
    yield _("Campaign"), report.subject.title
    yield _("Made"), _local(report.made_at, report.zone)
    yield _("Time zone"), report.zone
    if report.sandbox:
        yield "SANDBOX", _("What accounts on trial did was not public, and their numbers are invented.")
    for note in report.notes:
        yield _("To know"), note.replace("`", "")


def sums(title: str, several: Sequence[Sum], *, charted: bool = False) -> Sheet:
    heads = (
        _("Name"), _("Deliveries"), _("Published"), _("On time"), _("Posts with a reading"), *_metric_heads(),
        _("Interactions"), _("Interactions without"), _("known how"), _("lowest reach of one post"),
        _("highest reach of one post"), *(_capital(each.label) for each in Against),
    )  # fmt: skip
    chart = _bars(title, several) if charted and len(several) > 1 else None
    return Sheet(name=title, heads=heads, rows=[_sum(each) for each in several], chart=chart)


#: The column of impressions in a sheet of sums.
_IMPRESSIONS = 5
#: More bars can't be read.
_MOST_BARS = 20


def _bars(title: str, sums: Sequence[Sum]) -> SheetChart:
    shown = sums[:_MOST_BARS]
    told = ", ".join(f"{each.label} {each.figure(Metric.IMPRESSIONS).value or '–'}" for each in shown)
    series = Series(name=_capital(Metric.IMPRESSIONS.label), x=0, y=_IMPRESSIONS, first=0, last=len(shown) - 1)
    return SheetChart(
        kind="bar",
        title=_("Impressions, {by}", by=title.lower()),
        x_title="",
        y_title=series.name,
        series=(series,),
        alt=_("Bars of impressions: {list}.", list=told),
    )


def _metric_heads() -> list[str]:
    return [_capital(metric.label) for metric in Metric if metric.adds_up]


def _sum(each: Sum) -> Sequence[Cell]:
    figures = [each.figure(metric) for metric in Metric if metric.adds_up]
    return (
        each.label, each.deliveries, each.published, each.on_time, each.read, *(figure.value for figure in figures),
        each.interactions.value, _lacking(each), _known_of([*figures, each.interactions]),
        *(each.reach_of_one or (None, None)), *(each.against.get(verdict, 0) for verdict in Against),
    )  # fmt: skip


def _lacking(each: Sum | ReportedDelivery) -> str | None:
    """The kinds that are not in the number, because not every post tells them."""
    return ", ".join(str(metric.label) for metric in each.interactions_without) or None


def _engagement(report: Report) -> Sheet:
    rows = [(_capital(each.label), *(figure.value for figure in each.figures)) for each in engagement.by_kind(report)]
    heads = (_("Kind"), *engagement.column_heads(report))
    return Sheet(name=_("Engagement by kind"), heads=heads, rows=rows)


def _beside(report: Report) -> Sheet:
    heads = (
        _("Figure"), _("Official accounts"), _("Staff's own accounts"),
        _("official accounts: known how"), _("staff's own accounts: known how"),
    )  # fmt: skip
    rows = [
        (_capital(each.label), each.official.value, each.personal.value,
         ", ".join(filter(None, (_how(each.official), wording.without(each.official_without)))),
         ", ".join(filter(None, (_how(each.personal), wording.without(each.personal_without)))))
        for each in engagement.beside(report)
    ]  # fmt: skip
    return Sheet(name=_("Personal sharing"), heads=heads, rows=rows)


def _over_time(report: Report) -> Sheet:
    aged = report.curves.axis is Axis.AGE
    moment = _("age of the posts (days)") if aged else _("Time")
    rows: list[Sequence[Cell]] = []
    series = []
    for curve in report.curves.curves:
        first = len(rows)
        for point in curve.points:
            days = round(point.age / timedelta(days=1), 3) if point.age else None
            at = days if aged else _local(point.at, report.zone)
            rows.append((curve.label, at, point.impressions, point.posts))
        series.append(Series(name=curve.label, x=1, y=2, first=first, last=len(rows) - 1))
    heads = (_("Line"), moment, _capital(Metric.IMPRESSIONS.label), _("Posts counted"))
    chart = SheetChart(
        kind="scatter", title=_("Impressions over time"), x_title=moment, y_title=heads[2], series=tuple(series),
        alt=_("Lines of impressions over time. Latest sums: {list}.", list="; ".join(
            f"{curve.label} {curve.points[-1].impressions}" for curve in report.curves.curves
        )), x_format="0" if aged else "d mmm",
    )  # fmt: skip
    return Sheet(name=_("Impressions over time"), heads=heads, rows=rows, chart=chart if series else None)


def _best_times(report: Report) -> Sheet:
    heads = (_("Weekday"), _("Hour"), _("Posts"), _("Median impressions"), _("Remark"))
    thin = _("too few posts to go by")
    rows = [
        (wording.weekday(each.weekday), each.hour, each.posts, each.median, thin if each.is_thin else None)
        for each in report.best_times.hours
    ]
    return Sheet(name=_("Best times"), heads=heads, rows=rows)


def participation(report: Report) -> Sheet:
    heads = (_("Wave"), _("Unit"), *wording.counts_heads(), _("known how"))
    rows = [
        (wording.wave(wave.wave), wording.units(row), *_counts(row.counts), _how(Known.SELF_REPORTED))
        for wave in report.waves
        for row in wave.rows
    ]
    return Sheet(name=_("Participation"), heads=heads, rows=rows, chart=_took_part(report))


#: The column of the share in the sheet of participation.
_SHARE = 6


def _took_part(report: Report) -> SheetChart | None:
    """Of the wave that asked most people."""
    widest = report.widest_wave
    if widest is None:
        return None
    first = 0
    for wave in report.waves:
        if wave is widest:
            break
        first += len(wave.rows)
    title = _("Participation by unit: {wave}", wave=wording.wave(widest.wave))
    share = wording.counts_heads()[_SHARE - 2]
    told = ", ".join(f"{wording.units(row)} {wording.rate(row.counts)}" for row in widest.rows)
    return SheetChart(
        kind="bar", title=title, x_title="", y_title=f"{share} (%)",
        series=(Series(name=share, x=1, y=_SHARE, first=first, last=first + len(widest.rows) - 1),),
        alt=_("Bars of the share of invited staff who said that they shared: {list}.", list=told),
    )  # fmt: skip


def _counts(counts: Counts) -> Sequence[Cell]:
    rate = round(counts.rate, 1) if counts.rate is not None else None
    return counts.members, counts.offered, counts.opened, counts.said, rate, counts.proof, counts.clicks


def not_out(report: Report) -> Sheet:
    heads = (_("Due"), _("Zone"), _("Account"), _("Message"), _("Status"), _("Why"), _("What to do"))
    rows = [
        (_local(each.due_at, each.zone), each.zone, each.account, each.message, str(each.status.label),
         wording.reason(each), wording.remedy(each).replace("`", ""))
        for each in report.not_out
    ]  # fmt: skip
    return Sheet(name=_("Not out"), heads=heads, rows=rows)


def deliveries(report: Report) -> Sheet:
    heads = (
        _("Due"), _("Zone"), _("Platform"), _("Account"), _("Unit"), _("Message"), _("Status"), _("Published"),
        _("late by (seconds)"), _("sandbox"), *(_capital(metric.label) for metric in Metric), _("Interactions"),
        _("Interactions without"), _("known how"), _("newest reading"), _("Usual there"), _("Beside the usual"),
        _("address of the post"),
    )  # fmt: skip
    return Sheet(name=_("All deliveries"), heads=heads, rows=(_delivery(each) for each in report.deliveries))


def _delivery(each: ReportedDelivery) -> Sequence[Cell]:
    figures = [each.figure(metric) for metric in Metric]
    late = each.late_by.total_seconds() if each.late_by is not None else None
    usual = each.usual
    return (
        _local(each.due_at, each.zone), each.zone, each.platform, each.account, each.unit, each.message,
        str(each.status.label), _local(each.published_at, each.zone), late,
        _("yes") if each.sandbox else _("no"), *(figure.value for figure in figures), each.interactions.value,
        _lacking(each), _known_of(figures), _local(each.read_at, each.zone), usual.median if usual else None,
        str(usual.against.label) if usual else None, each.permalink,
    )  # fmt: skip


def _known(report: Report) -> Sheet:
    heads = (_("Figure"), *(vendor.label for vendor in report.vendors))
    rows = [[_capital(m.label), *(vendor.names.get(m) for vendor in report.vendors)] for m in Metric]
    rows.append([_("defined at"), *(vendor.page for vendor in report.vendors)])
    rows += [[f"{wording.SIGNS[known]} {known.label}", wording.meaning(known)] for known in Known]
    return Sheet(name=_("How it is known"), heads=heads if len(heads) > 1 else (*heads, ""), rows=rows)


def _how(figure: Figure | Known) -> str:
    return str((figure.known if isinstance(figure, Figure) else figure).label)


def _known_of(figures: Sequence[Figure]) -> str:
    """How those that are told are known; several ways are all named."""
    ways = dict.fromkeys(_how(figure) for figure in figures if figure.value is not None)
    return ", ".join(ways) or _how(Known.UNKNOWN)


def _local(at: datetime | None, zone: str) -> datetime | None:
    """Excel knows no zones: the wall clock's time, whole seconds."""
    return at.astimezone(zone_named(zone)).replace(tzinfo=None, microsecond=0) if at else None


def _capital(word: object) -> str:
    return str(word).capitalize()
