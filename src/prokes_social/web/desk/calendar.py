"""Days and filters in the address in, the queue as a month, a week or a list out; in the office's own time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import Response

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_date, format_days
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.user import Right
from prokes_social.sharing.quiet import is_holiday
from prokes_social.store import agenda
from prokes_social.store.agenda import Filter, Place
from prokes_social.web.desk._look import month_of
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/plan-in-the-calendar")
VIEWS = ("month", "week", "list")
#: As many deliveries stand in one day of a month; more lead to its list.
MOST_IN_MONTH, MOST_IN_WEEK, MOST_IN_LIST = 3, 12, 50


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    counts: dict[DeliveryStatus, int]
    shown: tuple[Delivery, ...]
    is_today: bool
    outside: bool  #: of another month
    holiday: bool
    quiet: bool  #: the office asked for it
    crowded: frozenset[int]  #: deliveries too close to another one of their account

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def more(self) -> int:
        return self.count - len(self.shown)


@area.get("/calendar", Right.SEE)
def calendar(visit: Visit) -> Response:
    view = visit.asked("view") if visit.asked("view") in VIEWS else "month"
    zone = zone_named(visit.app.settings.zone)
    today = visit.app.clock.now().astimezone(zone).date()
    day = _day(visit.asked("date")) or today
    wanted = _filter(visit)
    common = {
        "view": view, "chosen": day, "today": today, "wanted": wanted, "office_zone": visit.app.settings.zone,
        "statuses": tuple(DeliveryStatus), "accounts": _accounts(visit), "units": _units(visit),
        "campaigns": _campaigns(visit), "link": lambda at, **more: visit.with_query(date=at.isoformat(), **more),
    }  # fmt: skip
    if view == "list":
        return _list(visit, wanted, zone, day if visit.asked("date") else None, common)
    first, days = _week(day) if view == "week" else _month(day)
    most = MOST_IN_WEEK if view == "week" else MOST_IN_MONTH
    shown = _days(visit, wanted, zone, first, days, month=day.month if view == "month" else 0, today=today, most=most)
    before, after = _beside(day, view)
    title = format_days(first, first + timedelta(days=6)) if view == "week" else month_of(day)
    return visit.show(
        "calendar.html.j2", days=shown, before=before, after=after, title=title, **common
    )  # fmt: skip


def _list(visit: Visit, wanted: Filter, zone: ZoneInfo, day: date | None, common: dict[str, object]) -> Response:
    """From a day, else from today on; the newest first where what is done is asked for."""
    since = _midnight(day or common["today"], zone)  # type: ignore[arg-type]
    until = since + timedelta(days=1) if day else None
    narrowed = Filter(**{**vars(wanted), "since": since, "until": until})
    with visit.app.store.read() as tx:
        found = agenda.page(tx, narrowed, after=_place(visit.asked("after")), most=MOST_IN_LIST + 1)
    shown, more = found[:MOST_IN_LIST], len(found) > MOST_IN_LIST
    last = shown[-1] if more else None
    following = visit.with_query(after=f"{last.content.due_at.isoformat()}~{last.id}") if last else ""
    title = format_date(day, weekday=True) if day else _("From today on")
    return visit.show(
        "calendar_list.html.j2", deliveries=shown, following=following, title=title, only_day=day,
        crowded=_crowded(visit, *_around(shown)) if shown else {}, **common,
    )  # fmt: skip


def _days(
    visit: Visit, wanted: Filter, zone: ZoneInfo, first: date, days: int, *, month: int, today: date, most: int
) -> list[Day]:
    begin = _midnight(first, zone)
    with visit.app.store.read() as tx:
        counts = agenda.by_day(tx, wanted, first=begin, days=days)
        shown = [
            agenda.page(tx, _of_day(wanted, begin + timedelta(days=number)), most=most) if counts[number] else []
            for number in range(days)
        ]
    quiet = frozenset(visit.app.settings.sharing.quiet_days)
    crowded: dict[date, set[int]] = {}
    for delivery_id, due_at in _crowded(visit, begin, begin + timedelta(days=days)).items():
        crowded.setdefault(due_at.astimezone(zone).date(), set()).add(delivery_id)
    return [
        Day(
            day=each, counts=counts[number], shown=tuple(shown[number]), is_today=each == today,
            outside=bool(month) and each.month != month, holiday=is_holiday(each), quiet=each in quiet,
            crowded=frozenset(crowded.get(each, ())),
        )
        for number in range(days)
        for each in (first + timedelta(days=number),)
    ]  # fmt: skip


def _around(shown: list[Delivery]) -> tuple[datetime, datetime]:
    """The days before and after too, for neighbours stand on other pages."""
    return shown[0].content.due_at - timedelta(days=1), shown[-1].content.due_at + timedelta(days=1)


def _of_day(wanted: Filter, begin: datetime) -> Filter:
    return Filter(**{**vars(wanted), "since": begin, "until": begin + timedelta(days=1)})


def _crowded(visit: Visit, since: datetime, until: datetime) -> dict[int, datetime]:
    """What comes at one minute on one account, or closer to each other than the office wants it.

    Whatever the filters hide counts too: it goes out all the same.
    """
    gap = max(visit.app.settings.publishing.gap, timedelta(minutes=1))
    with visit.app.store.read() as tx:
        return agenda.crowded(tx, since=since, until=until, gap=gap)


# --- what is asked for ---


def _filter(visit: Visit) -> Filter:
    said = visit.asked("status")
    statuses = (DeliveryStatus(said),) if said in set(DeliveryStatus) else ()
    return Filter(
        campaign=visit.asked("campaign")[:100], account=visit.asked("account")[:100], unit=visit.asked("unit")[:100],
        statuses=statuses, within=visit.units,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2100 else None


def _place(text: str) -> Place | None:
    at, _mark, number = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    valid = moment.tzinfo is not None and number.isascii() and number.isdecimal() and len(number) < 12
    return (moment, int(number)) if valid else None


def _accounts(visit: Visit) -> list[str]:
    return sorted(each.name for each in visit.app.accounts.all() if visit.sees(each.unit.id))


def _units(visit: Visit) -> list[tuple[str, str]]:
    there = {each.unit.id: each.unit.name for each in visit.app.accounts.all() if visit.sees(each.unit.id)}
    return sorted(there.items(), key=lambda each: each[1])


def _campaigns(visit: Visit) -> list[str]:
    with visit.app.store.read() as tx:
        return list(agenda.campaigns(tx))


# --- days ---


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _week(day: date) -> tuple[date, int]:
    return day - timedelta(days=day.weekday()), 7


def _month(day: date) -> tuple[date, int]:
    """Whole weeks that hold the month, Monday first."""
    first = day.replace(day=1)
    begin = first - timedelta(days=first.weekday())
    last = _next_month(first) - timedelta(days=1)
    return begin, ((last - begin).days // 7 + 1) * 7


def _beside(day: date, view: str) -> tuple[date, date]:
    if view == "week":
        return day - timedelta(days=7), day + timedelta(days=7)
    first = day.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), _next_month(first)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
