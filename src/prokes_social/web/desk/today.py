"""The first page: what needs somebody, what goes out next, what went out."""

from datetime import timedelta

from fastapi import Response

from prokes_social.clock import zone_named
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Right
from prokes_social.store import agenda
from prokes_social.store.agenda import Filter
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/work-at-the-desk")
#: Failures older than these days are history.
RECENT = timedelta(days=14)
#: As many deliveries are listed; the calendar has the others.
MOST = 8


@area.get("/", Right.SEE)
def today(visit: Visit) -> Response:
    now, units = visit.app.clock.now(), visit.units
    zone = zone_named(visit.app.settings.zone)
    begin = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    recent = Filter(since=now - RECENT, until=now + timedelta(days=366), within=units)
    with visit.app.store.read() as tx:
        counts = agenda.counts(tx, recent)
        of_today = agenda.counts(tx, Filter(since=begin, until=begin + timedelta(days=1), within=units))
        coming = agenda.page(
            tx, Filter(since=now, statuses=(S.WAITING, S.SCHEDULED, S.CLAIMED), within=units), most=MOST
        )
        done = agenda.newest(
            tx, Filter(since=now - RECENT, until=now, statuses=(S.PUBLISHED,), within=units), most=MOST
        )
        troubled = agenda.newest(
            tx, Filter(since=now - RECENT, statuses=(S.HELD, S.FAILED, S.MISSED, S.UNCERTAIN), within=units), most=MOST
        )
    alarms = visit.app.decisions.alarms() if units is None else []
    return visit.show(
        "today.html.j2", counts=counts, of_today=of_today, coming=coming, done=done, troubled=troubled,
        alarms=alarms, now=now, S=S,
    )  # fmt: skip
