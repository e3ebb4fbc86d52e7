"""An App in, the JSON API out, with a document that describes it; mounted at /api/v1.

Whoever calls shows a token. Answers name their fields, so that a new column never gets out by itself.
"""

from typing import Any

from fastapi import FastAPI

from prokes_social import __version__
from prokes_social.app import App
from prokes_social.web.api import _door, campaigns, deliveries, reach, switch
from prokes_social.web.api._answers import ErrorAnswer
from prokes_social.web.api._limit import Limit

PATH = "/api/v1"
_ABOUT = """\
Campaigns, their plans, deliveries and reach of one office.

Show a token with each request: `Authorization: Bearer prokes_…`. Times are ISO 8601 with a zone. `sandbox` marks what
is no real account: nothing there is public. Errors carry a `code` for programs and words for people, in Bahasa
Indonesia or in English as `Accept-Language` asks.
"""
#: What any address may answer besides what it is asked for.
_TROUBLE: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": words}
    for status, words in {
        400: "no JSON", 401: "no token, or none that is good", 403: "the token may not do this", 404: "there is none",
        405: "not by this method", 409: "something else came first", 422: "the request or the campaign needs a fix",
        429: "too many requests; try again after `Retry-After` seconds", 503: "the database can't be reached",
    }.items()
}  # fmt: skip


def build(app: App, limit: Limit | None = None) -> FastAPI:
    api = FastAPI(
        title="prokes-social", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", responses=dict(_TROUBLE),
    )  # fmt: skip
    api.state.prokes, api.state.limit = app, limit or Limit()
    for area in (campaigns, deliveries, reach, switch):
        api.include_router(area.router)
    _door.guard(api)
    return api
