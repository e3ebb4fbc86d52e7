"""An App in, the comms team's desk out: one module an area of pages."""

from fastapi import APIRouter, Response

from prokes_social.app import App
from prokes_social.web.desk import (
    accounts,
    alarms,
    approvals,
    audit,
    calendar,
    campaigns,
    compose,
    deliveries,
    entry,
    live,
    manual,
    moving,
    reports,
    settings,
    staff,
    stopping,
    studio,
    today,
    tokens,
    units,
    users,
)
from prokes_social.web.desk._look import colours
from prokes_social.web.desk._visit import Area, Visit, astray, broken, resting, static

__all__ = ["AREAS", "astray", "broken", "resting", "routes"]

_assets = Area()


@_assets.get("/desk/colours.css", None)
def _colours(visit: Visit) -> Response:
    kits = visit.app.studio.brands
    kit = kits.get(visit.app.settings.coverage.brand) or next(iter(kits.values()), None)
    return visit.send(colours(kit).encode(), "text/css; charset=utf-8", caching="private, max-age=600")


_assets.get("/desk/{digest}/{name}", None)(static)

AREAS: tuple[Area, ...] = (
    entry.area, today.area, stopping.area, calendar.area, moving.area, deliveries.area, approvals.area,
    campaigns.area, compose.area, studio.area, tokens.area, reports.area, accounts.area, staff.area, units.area,
    alarms.area, users.area, audit.area, settings.area, manual.area, _assets,
)  # fmt: skip


def routes(app: App) -> APIRouter:
    router = APIRouter()
    for area in AREAS:
        router.include_router(area.routes(app))
    router.include_router(live.routes(app))
    return router
