"""What changes in, the same as a stream of events out, so that an open page follows without being loaded anew."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from prokes_social.app import App
from prokes_social.i18n import speaking
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store import events
from prokes_social.store.events import LOOK_BACK, Event
from prokes_social.web.desk._visit import cookie_name

#: Seconds between looks, and between comments that keep proxies from closing the line.
BEAT, PING = 0.4, 15
#: Seconds after which a browser is asked to come back, so that who was logged out meanwhile learns of it.
LONGEST = 300


def routes(app: App) -> APIRouter:
    router = APIRouter()

    @router.get("/live", include_in_schema=False)
    async def live(request: Request) -> Response:
        token = request.cookies.get(cookie_name(request), "")
        session = await run_in_threadpool(app.users.admission.session, token)
        if session is None or not session.is_whole:
            return Response(status_code=204)  # tells EventSource not to come again
        asked = request.headers.get("last-event-id", "")
        since = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 15 else None
        changes = _changes(app, since, language=session.user.language)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return EventSourceResponse(changes, ping=PING, headers=headers)

    return router


async def _changes(app: App, since: int | None, *, language: str) -> AsyncIterator[ServerSentEvent]:
    """From `since`, where a line was cut; else from now on."""
    there = await run_in_threadpool(_newest, app)
    newest = there if since is None else min(since, there)  # a restored database counts from further back
    # What was told before the line was cut may come again rather than be missed; on SQLite numbers come in order.
    told_before = since is None or app.store.is_sqlite
    seen = set(range(max(0, newest - LOOK_BACK), newest + 1)) if told_before else set[int]()
    yield ServerSentEvent(id=str(newest), event="hello", data="", retry=1000)
    for _beat in range(int(LONGEST / BEAT)):
        for event in await run_in_threadpool(_since, app, newest, seen):
            seen.add(event.id)
            newest = max(newest, event.id)
            yield ServerSentEvent(id=str(event.id), event="change", data=json.dumps(_told(event, language)))
        seen = {number for number in seen if number > newest - LOOK_BACK}
        await asyncio.sleep(BEAT)


def _newest(app: App) -> int:
    with app.store.read() as tx:
        return events.newest(tx)


def _since(app: App, newest: int, seen: set[int]) -> Iterable[Event]:
    """A slow transaction may show up below the newest number: those are not skipped."""
    with app.store.read() as tx:
        return [each for each in events.since(tx, max(0, newest - LOOK_BACK)) if each.id not in seen]


def _told(event: Event, language: str) -> dict[str, Any]:
    label = ""
    if event.kind == "delivery":
        with speaking(language):
            label = str(DeliveryStatus(event.status).label)
    return {"kind": event.kind, "subject": event.subject, "status": event.status, "label": label}
