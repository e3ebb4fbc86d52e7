"""A request to the API in, whose token it shows and what that may do out; and every error as one shape of JSON."""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Asked

from prokes_social.app import App
from prokes_social.errors import AlreadyMoved, CardError, ContentError, ProkesError, StoreError
from prokes_social.i18n import LANGUAGES, _, speaking
from prokes_social.model.token import Scope, Token
from prokes_social.model.user import User
from prokes_social.web._answers import headers

_log = logging.getLogger("prokes.api")
_bearer = HTTPBearer(auto_error=False, description="a token of `prokes token add`, or of the page of tokens")


class Refused(Exception):
    """An answer that is an error; words are in the caller's language."""

    def __init__(self, status: int, code: str, message: str, hint: str = "", **more: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint, self.headers = status, code, message, hint, more


@dataclass(frozen=True, kw_only=True)
class Caller:
    app: App
    token: Token
    user: User  #: on whose behalf

    @property
    def who(self) -> str:
        """In the audit trail."""
        return f"token:{self.token.id}"

    def note(self, act: str, subject: str, *, before: str = "", after: str = "") -> None:
        self.app.audit.note(who=self.who, act=act, subject=subject, before=before, after=after)


def _needs(scope: Scope) -> Callable[..., Caller]:
    def knock(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
        app: App = request.app.state.prokes
        bearer = app.tokens.bearer(given.credentials) if given else None
        address = request.client.host if request.client else ""
        _slow_down(request, f"token:{bearer.token.id}" if bearer else f"address:{address}")
        if bearer is None:
            raise Refused(
                401, "no-token", _("No good token was shown."),
                _("Send Authorization: Bearer, and a token that is good."),
                **{"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if scope not in bearer.scopes:
            raise Refused(
                403, "scope", _("This token may not do that: {what}.", what=scope.remark),
                _("It needs the scope “{scope}”, and whoever made it the right to it.", scope=scope.value),
            )  # fmt: skip
        _refuse_unknown_names(request)
        return Caller(app=app, token=bearer.token, user=bearer.user)

    return knock


Reader = Annotated[Caller, Depends(_needs(Scope.READ))]
Planner = Annotated[Caller, Depends(_needs(Scope.PLAN))]
Approver = Annotated[Caller, Depends(_needs(Scope.APPROVE))]
Stopper = Annotated[Caller, Depends(_needs(Scope.STOP))]


def _slow_down(request: Request, caller: str) -> None:
    wait = request.app.state.limit.wait(caller)
    if wait:
        raise Refused(
            429, "too-many", _("Too many requests."), _("Wait a moment; Retry-After says how long."),
            **{"Retry-After": str(math.ceil(wait))},
        )  # fmt: skip


def _refuse_unknown_names(request: Request) -> None:
    """A filter with a slip in its name would be no filter, and the script would never learn it."""
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        words = _("There is no such parameter.")
        raise RequestValidationError([{"loc": ("query", name[:50]), "msg": words} for name in unknown[:50]])


# --- errors ---


def guard(api: FastAPI) -> None:
    """One shape for every error, the caller's language, and headers on everything."""
    api.add_exception_handler(Refused, lambda request, error: _refused(error))
    api.add_exception_handler(RequestValidationError, lambda request, error: _misread(error))
    api.add_exception_handler(HTTPException, lambda request, error: _plain(error))
    api.add_exception_handler(ProkesError, lambda request, error: _told(error))
    api.add_exception_handler(Exception, lambda request, error: _broken())
    api.add_middleware(_Manners)


def answer(status: int, code: str, message: str, hint: str = "", *, more: Mapping[str, str] | None = None,
           **details: Any) -> JSONResponse:  # fmt: skip
    body = {"code": code, "message": message, "hint": hint, **details}
    return JSONResponse({"error": body}, status, headers={**headers("no-store"), **(more or {})})


def _refused(error: Refused) -> JSONResponse:
    return answer(error.status, error.code, error.message, error.hint, more=error.headers)


def _misread(error: RequestValidationError) -> JSONResponse:
    # Pydantic's own words, and the place; never what was sent.
    fields = [{"at": ".".join(map(str, each["loc"])), "what": str(each["msg"])} for each in error.errors()]
    message = _("The request can't be understood.")
    return answer(422, "invalid", message, _("Look at the fields named, and at openapi.json."), fields=fields[:50])


_PLAIN: Mapping[int, tuple[str, Callable[[], str]]] = {
    400: ("no-json", lambda: _("The body is no JSON.")),
    404: ("not-found", lambda: _("There is nothing here.")),
    405: ("method", lambda: _("This address is not asked by this method.")),
}


def _plain(error: HTTPException) -> JSONResponse:
    code, words = _PLAIN.get(error.status_code, ("refused", lambda: _("This could not be taken.")))
    return answer(error.status_code, code, words(), more=error.headers or {})


def _told(error: ProkesError) -> JSONResponse:
    if isinstance(error, AlreadyMoved):
        return answer(409, "already-moved", error.message, error.hint)
    if isinstance(error, StoreError):
        _log.error("api without database", extra={"reason": error.message})
        message = _("The database can't be reached; nothing was changed.")
        return answer(503, "resting", message, _("Try again in a moment."), more={"Retry-After": "15"})
    if isinstance(error, ContentError):
        problems = [each.as_json() for each in error.problems]
        return answer(422, "problems", error.message, error.hint, problems=problems)
    return answer(422 if isinstance(error, CardError) else 409, "refused", error.message, error.hint)


def _broken() -> JSONResponse:
    return answer(500, "broken", _("That broke on our side; it is in the log."))


# --- language and headers ---


class _Manners:
    """Speaks the caller's language for the length of a request, and says what browsers should not do with an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, asked: Asked, receive: Receive, send: Send) -> None:
        if asked["type"] != "http":
            await self._app(asked, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _value in message["headers"]}
                more = [(name.lower().encode(), value.encode()) for name, value in headers("no-store").items()]
                message["headers"] = [*message["headers"], *(each for each in more if each[0] not in said)]
            await send(message)

        with speaking(_language(asked)):
            await self._app(asked, receive, sent)


def _language(asked: Asked) -> str:
    """The first of ours that the caller names; the office's own where they name none."""
    app: App = asked["app"].state.prokes
    said = next((value for name, value in asked["headers"] if name == b"accept-language"), b"")
    for wanted in said.decode("latin-1").lower().split(",")[:20]:
        if (code := wanted.partition(";")[0].strip().partition("-")[0]) in LANGUAGES:
            return code
    return app.settings.language
