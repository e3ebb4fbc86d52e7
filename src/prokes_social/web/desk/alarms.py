"""Alarms: what wants a person now, with the next step and the way there; and what was over lately."""

from collections.abc import Iterable

from fastapi import Response

from prokes_social.app.alarms import CLOSED_BY_HAND
from prokes_social.errors import AlreadyMoved
from prokes_social.i18n import _
from prokes_social.model.alarm import Alarm
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/be-told")
ROWS, LATELY = 50, 20


@area.get("/alarms", Right.SEE)
def listing(visit: Visit) -> Response:
    after = visit.asked("after")
    below = int(after) if after.isascii() and after.isdecimal() and len(after) < 12 else None
    found = visit.app.alarms.page(below=below, most=ROWS + 1, within=visit.units)
    over = visit.app.alarms.page(most=LATELY, closed=True, within=visit.units)
    shown = found[:ROWS]
    return visit.show(
        "alarms.html.j2", alarms=shown, over=over, more=len(found) > ROWS, first=below is None,
        ways=_ways(visit, [*shown, *over]), by_hand=CLOSED_BY_HAND,
    )  # fmt: skip


@area.post("/alarms/{id}/close", Right.STOP)
def close(visit: Visit) -> Response:
    found = visit.app.alarms.find(visit.number())
    if found is None or visit.units is not None:
        return visit.missing()
    try:
        visit.app.alarms.close(found)
    except AlreadyMoved as error:
        return visit.go("/alarms", mind=f"{error.message} {error.hint}")
    visit.app.audit.note(who=visit.who, act="alarm.close", subject=f"alarm:{found.id}", before=found.subject)
    return visit.go("/alarms", ok=_("The alarm is closed."))


def _ways(visit: Visit, alarms: Iterable[Alarm]) -> dict[str, str]:
    """Where each subject is looked at."""
    names = {str(each.id): each.name for each in visit.app.accounts.official()}
    ways = {}
    for each in alarms:
        kind, _colon, number = each.subject.partition(":")
        if kind == "delivery" and number.isdecimal():
            ways[each.subject] = f"/deliveries/{number}"
        elif kind == "account" and number in names:
            ways[each.subject] = f"/accounts/{names[number]}"
    return ways
