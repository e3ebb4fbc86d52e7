"""All campaigns of seven days in, one WeekReport out: what was due, what went out, how far it reached, who shared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from prokes_social import __version__
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_days, language
from prokes_social.model.participation import Participation
from prokes_social.model.report import Axis, Curves, Paper, Report, ReportedDelivery, Subject
from prokes_social.model.week import CampaignWeek, WeekReport
from prokes_social.reporting.campaign import make_report
from prokes_social.reporting.notes import notes_about
from prokes_social.reporting.paper import Look, letterhead_of
from prokes_social.reporting.sums import Sums
from prokes_social.settings import Settings
from prokes_social.store import Store, accounts, reports

WEEK = timedelta(days=7)


def latest(every: tuple[int, time], now: datetime, zone: ZoneInfo) -> datetime:
    """When a weekly hour last came, on the wall of `zone`."""
    weekday, at = every
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - weekday) % 7)
    moment = datetime.combine(day, at, tzinfo=zone)
    return moment if moment <= local else datetime.combine(day - WEEK, at, tzinfo=zone)


def week_before(day: date) -> tuple[date, date]:
    """The first and last of the seven days before `day`."""
    return day - WEEK, day - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class _Week:
    """The deliveries of all campaigns; invented numbers of a sandbox never join those of real people."""

    deliveries: tuple[ReportedDelivery, ...]

    @property
    def only_sandbox(self) -> bool:
        return bool(self.deliveries) and all(each.sandbox for each in self.deliveries)

    @property
    def counted(self) -> tuple[ReportedDelivery, ...]:
        return tuple(each for each in self.deliveries if self.only_sandbox or not each.sandbox)


def make_week_report(
    store: Store,
    *,
    first: date,
    last: date,
    settings: Settings,
    now: datetime,
    look_of: Callable[[str], Look],
    paper: Paper,
) -> WeekReport:
    """Both days are counted in, on the office's clock. Without any campaign the report says so by having none."""
    zone = zone_named(settings.zone)
    start, end = (datetime.combine(day, time(), tzinfo=zone) for day in (first, last + timedelta(days=1)))
    with store.read() as tx:
        names = reports.campaigns_between(tx, start, end)
        units = {unit.id: unit.name for unit in accounts.units(tx)}
    found = [make_report(store, name, settings=settings, now=now, look_of=look_of, paper=paper) for name in names]
    found = [_within(each, start, end) for each in found]
    deliveries = sorted(_named(found), key=lambda each: (each.due_at, each.id))
    week = _Week(deliveries=tuple(deliveries))
    whole = _whole(found, week, units, settings=settings, now=now)
    title = _("The week of {days}", days=format_days(first, last))
    subject = Subject(
        campaign=f"minggu-{first.isoformat()}", title=title, purpose="", owner="", starts_on=first, ends_on=last
    )
    return WeekReport(
        first=first,
        last=last,
        campaigns=tuple(_campaign(each, week) for each in found),
        whole=replace(whole, subject=subject, paper=paper),
    )


def _within(report: Report, start: datetime, end: datetime) -> Report:
    """What was due, and which waves opened, in this time; its sums are still of the whole campaign."""
    return replace(
        report,
        deliveries=tuple(each for each in report.deliveries if start <= each.due_at < end),
        participation=tuple(each for each in report.participation if _opened_within(each, start, end)),
    )


def _named(found: Sequence[Report]) -> list[ReportedDelivery]:
    """Two campaigns may give two messages one name."""
    return [
        replace(each, message=f"{report.subject.campaign}: {each.message}") if len(found) > 1 else each
        for report in found
        for each in report.deliveries
    ]


def _campaign(report: Report, week: _Week) -> CampaignWeek:
    counted = [each for each in report.deliveries if week.only_sandbox or not each.sandbox]
    total = replace(Sums(counted).total(report.subject.title), key=report.subject.campaign)
    return CampaignWeek(campaign=report.subject.campaign, sum=total, waves=tuple(report.waves))


def _opened_within(took_part: Participation, start: datetime, end: datetime) -> bool:
    opened = took_part.wave.opened_at
    return opened is not None and start <= opened < end


def _whole(
    found: Sequence[Report], week: _Week, units: Mapping[str, str], *, settings: Settings, now: datetime
) -> Report:
    sums, vendors = Sums(week.counted), {vendor.platform: vendor for each in found for vendor in each.vendors}
    return Report(
        subject=Subject(campaign="", title="", purpose="", owner="", starts_on=None, ends_on=None),
        letterhead=found[0].letterhead if found else letterhead_of(settings, Look()),
        made_at=now,
        zone=settings.zone,
        language=language(),
        version=__version__,
        sandbox=any(each.sandbox for each in week.deliveries),
        only_sandbox=week.only_sandbox,
        time_scale=settings.tracking.sandbox_time_scale,
        total=sums.total(_("All campaigns")),
        by_account=Sums(week.deliveries).by_account({name: name for name in sorted(_accounts(week))}),
        by_unit=sums.by_unit(units),
        messages=(),
        deliveries=week.deliveries,
        curves=Curves(axis=Axis.CLOCK, curves=()),
        vendors=tuple(vendors[name] for name in sorted(vendors)),
        notes=(*notes_about(week, now=now, zone=settings.zone), *_on_personal(found)),
        by_platform=sums.by_platform({name: vendor.label for name, vendor in vendors.items()}),
        participation=tuple(wave for each in found for wave in each.participation),
    )


def _on_personal(found: Sequence[Report]) -> list[str]:
    """A week's sum would tell a small group: the campaign's less that of the other weeks."""
    if not any(each.participation for each in found):
        return []
    return [_("Posts from staff's own accounts are in the reports of the campaigns, never by week.")]


def _accounts(week: _Week) -> set[str]:
    return {each.account for each in week.deliveries}
