"""The audit trail: who did what to which thing, the newest first; and the proof that nobody changed it afterwards."""

from fastapi import Response

from prokes_social.app.audit import Proof
from prokes_social.i18n import _
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/work-at-the-desk")
ROWS = 50
#: What is looked at on a page of its own.
_PAGES = {"delivery": "/deliveries/{}", "person": "/staff/{}", "unit": "/units/{}", "campaign": "/campaigns/{}"}


@area.get("/audit", Right.MANAGE)
def listing(visit: Visit) -> Response:
    return _page(visit)


@area.post("/audit/verify", Right.MANAGE)
def verify(visit: Visit) -> Response:
    """Every entry is looked at, which takes a while in a long trail; so it is asked for."""
    return visit.missing() if visit.units is not None else _page(visit, proof=visit.app.audit.verify())


def _page(visit: Visit, proof: Proof | None = None) -> Response:
    if visit.units is not None:  # it is the whole office's
        return visit.missing()
    after, subject = visit.asked("after"), visit.asked("subject").strip()[:120]
    below = int(after) if after.isascii() and after.isdecimal() and len(after) < 12 else None
    found = visit.app.audit.newest(below=below, most=ROWS + 1, subject=subject)
    users = {f"user:{each.id}": each.name for each in visit.app.users.listing()}
    return visit.show(
        "audit.html.j2", entries=found[:ROWS], more=len(found) > ROWS, first=below is None, subject=subject,
        users={**users, "command": _("command line")}, way=_way, proof=proof,
    )  # fmt: skip


def _way(subject: str) -> str:
    kind, _colon, what = subject.partition(":")
    safe = what and all(letter.isalnum() or letter in "-_." for letter in what)
    return _PAGES[kind].format(what) if kind in _PAGES and safe else ""
