"""What changes in, the same as a stream of events out, so that an open page follows without being loaded anew."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from prokes_social.app import App
from prokes_social.errors import StoreError
from prokes_social.i18n import speaking
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store import events
from prokes_social.store.events import LOOK_BACK, Event
from prokes_social.web.desk._visit import cookie_name

#: Seconds between looks, and between comments that keep proxies from closing the line.
BEAT, PING = 0.4, 15
#: Seconds after which a browser is asked to come back, so that who was logged out meanwhile learns of it.
LONGEST = 300
#: Seconds that a transaction of ours stays open at most, and a browser waits before it comes again after a pause.
SLOWEST, PAUSE = 10, 5


def routes(app: App) -> APIRouter:
    router = APIRouter()

    @router.get("/live", include_in_schema=False)
    async def live(request: Request, since: str = "") -> Response:
        token = request.cookies.get(cookie_name(request), "")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        try:
            session = await run_in_threadpool(app.users.admission.session, token)
        except StoreError:
            return EventSourceResponse(_later(), headers=headers)
        if session is None or not session.is_whole:
            return Response(status_code=204)  # tells EventSource not to come again
        cut, shown = _number(request.headers.get("last-event-id", "")), _number(since)
        changes = _changes(app, shown if cut is None else cut, was_cut=cut is not None, language=session.user.language)
        return EventSourceResponse(changes, ping=PING, headers=headers)

    return router


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else None


async def _later() -> AsyncIterator[ServerSentEvent]:
    """Without the database. A browser gives a line up for good that is answered with any other status than 200."""
    yield ServerSentEvent(comment="pause", retry=PAUSE * 1000)


async def _changes(app: App, since: int | None, *, was_cut: bool, language: str) -> AsyncIterator[ServerSentEvent]:
    """From `since`, where a page was made or a line was cut; else from now on."""
    try:
        last, seen = await run_in_threadpool(_begin, app, since, was_cut)
    except StoreError:
        async for each in _later():
            yield each
        return
    yield ServerSentEvent(id=str(last), event="hello", data="", retry=1000)
    for _beat in range(int(LONGEST / BEAT)):
        for event in await run_in_threadpool(_since, app, last, seen):
            seen.add(event.id)
            last = max(last, event.id)
            yield ServerSentEvent(id=str(event.id), event="change", data=json.dumps(_told(event, language)))
        seen = {number for number in seen if number > last - LOOK_BACK}
        await asyncio.sleep(BEAT)


def _begin(app: App, since: int | None, was_cut: bool) -> tuple[int, set[int]]:
    """The number to go on from, and those that need not be told.

    On SQLite numbers come in order. Elsewhere a transaction may show up below a number that was told: what is younger
    than the slowest of them is told again rather than missed.
    """
    with app.store.read() as tx:
        there = events.newest(tx)
        last = there if since is None else min(since, there)  # a restored database counts from further back
        if app.store.is_sqlite or since is None:
            return last, set(range(max(0, last - LOOK_BACK), last + 1))
        before = [each for each in events.since(tx, max(0, last - LOOK_BACK)) if each.id <= last]
    # By the database's clock where it was cut; a page that was made a moment ago shows what was there by then.
    border = max((each.at for each in before), default=0) if was_cut else int(app.clock.now().timestamp())
    return last, {each.id for each in before if each.at < border - SLOWEST or each.id == last}


def _since(app: App, last: int, seen: set[int]) -> Iterable[Event]:
    """A slow transaction may show up below the newest number: those are not skipped. Without the database: later."""
    try:
        with app.store.read() as tx:
            return [each for each in events.since(tx, max(0, last - LOOK_BACK)) if each.id not in seen]
    except StoreError:
        return []


def _told(event: Event, language: str) -> dict[str, Any]:
    label = ""
    if event.kind == "delivery":
        with speaking(language):
            label = str(DeliveryStatus(event.status).label)
    return {"kind": event.kind, "subject": event.subject, "status": event.status, "label": label}
