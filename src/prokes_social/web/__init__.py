"""An App in, the web service out: one module a page area."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from prokes_social.app import App
from prokes_social.errors import AlreadyMoved, StoreError
from prokes_social.web import api, connect, desk, media, public, staff


def build(app: App) -> FastAPI:
    """The ASGI application; it holds no state of its own."""
    service = FastAPI(title="prokes-social", docs_url=None, redoc_url=None, openapi_url=None)
    service.include_router(connect.routes(app))
    service.include_router(media.routes(app))
    service.include_router(public.routes(app))
    service.include_router(staff.routes(app))
    service.include_router(desk.routes(app))
    service.mount(api.PATH, api.build(app))

    async def astray(request: Request, error: Exception) -> Response:
        return await desk.astray(app, request, getattr(error, "status_code", 404))

    def resting(request: Request, error: Exception) -> Response:
        if isinstance(error, AlreadyMoved):
            raise error  # what a page has to answer itself; the database is there
        return desk.resting(app, request, error)

    async def broken(request: Request, error: Exception) -> Response:
        return desk.broken(app, request)  # Starlette raises the error itself once more, for the log

    service.add_exception_handler(HTTPException, astray)
    service.add_exception_handler(StoreError, resting)
    service.add_exception_handler(Exception, broken)
    return service
