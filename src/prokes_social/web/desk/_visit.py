"""A request to the desk in, who asks and what they may do out; then the page's own work, and its answer.

Every page is registered by an `Area` with the right that it asks for. So one place decides who comes in, checks that a
form is of our own page and of this session, and turns errors into pages; the register is what the tests walk through.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException

from prokes_social.app import App
from prokes_social.app.pages import environment
from prokes_social.errors import AlreadyMoved, ContentError, ProkesError, StoreError
from prokes_social.i18n import _, language, speaking
from prokes_social.model.account import Unit, way_up
from prokes_social.model.user import Right, Session, User
from prokes_social.store import events
from prokes_social.web._answers import headers, is_ours
from prokes_social.web.desk import _look

#: One campaign file has a megabyte at most, a picture twenty.
MOST_BYTES, MOST_UPLOADED, MOST_FIELDS = 3_000_000, 22_000_000, 2_000
POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self';"
    " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
COOKIE, PLAIN_COOKIE = "__Host-prokes", "prokes-desk"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "testserver"})
_log = logging.getLogger("prokes.web")

Work = Callable[["Visit"], Response]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A registered address."""

    method: str
    path: str
    right: Right | None  #: None: for whoever comes, logged in or not
    work: Work
    half: bool = False  #: open to sessions that still lack the second factor
    topic: str = ""  #: the page of the manual that helps here


class Area:
    """The pages of one area; the decorators read like a table of contents."""

    def __init__(self, topic: str = "") -> None:
        self.topic = topic
        self.pages: list[Page] = []

    def get(self, path: str, right: Right | None, *, half: bool = False) -> Callable[[Work], Work]:
        return self._register("GET", path, right, half)

    def post(self, path: str, right: Right | None, *, half: bool = False) -> Callable[[Work], Work]:
        return self._register("POST", path, right, half)

    def _register(self, method: str, path: str, right: Right | None, half: bool) -> Callable[[Work], Work]:
        def register(work: Work) -> Work:
            self.pages.append(Page(method=method, path=path, right=right, work=work, half=half, topic=self.topic))
            return work

        return register

    def routes(self, app: App) -> APIRouter:
        router = APIRouter()
        for page in self.pages:
            methods = ["GET", "HEAD"] if page.method == "GET" else [page.method]
            router.add_api_route(page.path, _endpoint(app, page), methods=methods, include_in_schema=False)
        return router


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of one user."""

    app: App
    request: Request = field(repr=False)
    page: Page
    session: Session | None
    follows: int = 0  #: the last change before the page was made: from there on its live line tells it the rest
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    lists: Mapping[str, list[str]] = field(default_factory=dict, repr=False)  #: fields that came several times
    files: Mapping[str, UploadFile] = field(default_factory=dict, repr=False)

    # --- who and what ---

    @property
    def user(self) -> User:
        assert self.session is not None  # noqa: S101 - pages with a right are only opened with a session
        return self.session.user

    @property
    def who(self) -> str:
        """In the audit trail."""
        return f"user:{self.user.id}"

    def may(self, right: Right | str) -> bool:
        return self.session is not None and self.session.is_whole and Right(right) in self.user.rights

    @cached_property
    def units(self) -> frozenset[str] | None:
        """The units that this user is bound to, those below included; None: all of them."""
        if self.user.unit_id is None:
            return None
        known = {unit.id: unit for unit in self.app.units.all()}
        return frozenset(each.id for each in known.values() if _is_below(each, self.user.unit_id, known))

    @property
    def unit_names(self) -> dict[str, str]:
        """Of the units that this user sees and that are still there."""
        units = self.app.units.all()
        return {each.id: each.name for each in units if not each.dissolved_at and self.sees(each.id)}

    def sees(self, unit_id: str) -> bool:
        units = self.units
        return units is None or unit_id in units

    @property
    def address(self) -> str:
        """Of the browser."""
        return self.request.client.host if self.request.client else ""

    @property
    def path(self) -> Mapping[str, str]:
        return self.request.path_params

    def number(self, name: str = "id") -> int:
        """A number in the address; 0, which nothing has, where it is none."""
        text = str(self.path.get(name, ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0

    def asked(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    # --- answers ---

    def show(self, name: str, status: int = 200, /, **context: Any) -> Response:
        """A page from `templates/desk/`, with the menu and what a notice says once."""
        notice = self.session.notice if self.session else None
        if notice and self.session:
            self.app.users.admission.notified(self.session)
        text = environment("prokes_social.web").get_template(f"desk/{name}").render(
            visit=self, session=self.session, language=language(), notice=notice, csrf=self._csrf, asset=asset,
            menu=_look.menu(self), icon=_look.icon, Right=Right, stopped=self._stopped(), **_look.FORMATS, **context,
        )  # fmt: skip
        return HTMLResponse(text, status, headers=_headers(self.request))

    def go(self, path: str, *, ok: str = "", mind: str = "") -> Response:
        """On to another page, with good news or a warning that is shown there once."""
        if self.session and (ok or mind):
            self.app.users.admission.notify(self.session, "ok" if ok else "mind", ok or mind)
        return RedirectResponse(path, 303, headers=_headers(self.request))

    def send(
        self, data: bytes, media_type: str, *, name: str = "", caching: str = "private, no-cache"
    ) -> Response:  # fmt: skip
        """A file; with a name it is downloaded."""
        more = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"} if name else {}
        return Response(
            data, media_type=media_type, headers={**_headers(self.request), "Cache-Control": caching, **more}
        )

    def missing(self, status: int = 404) -> Response:
        """There is none, or it is not for these eyes: both look the same."""
        return self.notice(status, _("There is nothing here"), _("It may have been moved, or never existed."))

    def notice(self, status: int, title: str, words: str, *, hint: str = "") -> Response:
        return self.show("notice.html.j2", status, title=title, words=words, hint=hint)

    def with_query(self, **changes: str) -> str:
        """This page's address with other filters; an empty one falls away."""
        query = {**dict(self.request.query_params), **changes}
        kept = {name: value for name, value in query.items() if value}
        return f"{self.request.url.path}?{urlencode(kept)}" if kept else self.request.url.path

    @property
    def _csrf(self) -> str:
        return self.app.users.admission.csrf(self.session) if self.session else ""

    def _stopped(self) -> Any:
        return self.app.decisions.stopped() if self.session else None


def _is_below(unit: Unit, top: str, known: Mapping[str, Unit]) -> bool:
    return unit.id == top or any(each.id == top for each in way_up(unit, known))


# --- the door ---


def _endpoint(app: App, page: Page) -> Callable[..., Any]:
    async def endpoint(request: Request) -> Response:
        form: FormData | None = FormData()
        if page.method == "POST":
            form = await _read(request)
        try:
            return await run_in_threadpool(_open, app, page, request, form)
        finally:
            if form is not None:
                await form.close()

    endpoint.__name__ = page.work.__name__
    return endpoint


async def _read(request: Request) -> FormData | None:
    """None for what is too large, or no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    most = MOST_UPLOADED if kind == "multipart/form-data" else MOST_BYTES
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most:
        return None
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return None
    try:
        return await request.form(max_files=5, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES)
    except (MultiPartException, ValueError, RuntimeError):
        return None
    except Exception as error:  # Starlette turns a broken body into an HTTPException of its own
        _log.info("form that can't be read", extra={"reason": type(error).__name__})
        return None


def _open(app: App, page: Page, request: Request, form: FormData | None) -> Response:
    with speaking(app.settings.language):
        visit = Visit(app=app, request=request, page=page, session=None)
        try:
            session = app.users.admission.session(request.cookies.get(cookie_name(request), ""))
            follows = _last_change(app) if session else 0
            visit = Visit(app=app, request=request, page=page, session=session, follows=follows, **_fields(form))
            with speaking(session.user.language if session else app.settings.language):
                return _refused(visit, page, form) or _worked(visit, page)
        except StoreError as error:
            return resting(app, request, error)


def _last_change(app: App) -> int:
    with app.store.read() as tx:
        return events.newest(tx)


async def astray(app: App, request: Request, status: int) -> Response:
    """An address that nothing is at: the desk's own words for it, to strangers and users alike."""
    page = Page(method="GET", path=request.url.path, right=None, work=lambda visit: visit.missing(status))
    return await run_in_threadpool(_open, app, page, request, None)


def _worked(visit: Visit, page: Page) -> Response:
    try:
        return page.work(visit)
    except ProkesError as error:
        if isinstance(error, StoreError) and not isinstance(error, AlreadyMoved):
            raise  # the database itself: there is nothing to show
        problems = error.problems if isinstance(error, ContentError) else ()
        return visit.show("error.html.j2", 409 if page.method == "POST" else 404, error=error, problems=problems)


def _refused(visit: Visit, page: Page, form: FormData | None) -> Response | None:
    """Why this door stays shut; None where it opens."""
    if page.method == "POST" and (form is None or not is_ours(visit.request, visit.app.settings.public_url)):
        return visit.notice(
            400, _("This could not be taken"), _("It was too large, or did not come from one of our own pages."),
            hint=_("Go back, load the page anew and try again."),
        )  # fmt: skip
    if page.right is None:
        return None
    if visit.session is None:
        return _to_login(visit, page)
    if page.method == "POST" and not visit.app.users.admission.is_from(visit.session, visit.form.get("csrf", "")):
        return visit.notice(
            400, _("This page had grown old"), _("Nothing was changed."), hint=_("Load it anew and try again."),
        )  # fmt: skip
    if not visit.session.is_whole:
        return None if page.half else visit.go("/login/code")
    if visit.user.must_change and not page.half:
        return visit.go("/me/password")
    if page.right not in visit.user.rights:
        return visit.notice(
            403, _("This is for others to do"), _("Your role does not include it."),
            hint=_("Ask whoever looks after the users of your office."),
        )  # fmt: skip
    return None


def _to_login(visit: Visit, page: Page) -> Response:
    if page.method != "GET":
        return visit.notice(
            401, _("You were logged out meanwhile"), _("Nothing was changed."), hint=_("Log in, then do it again.")
        )
    query = f"?{visit.request.url.query}" if visit.request.url.query else ""
    return visit.go("/login?" + urlencode({"next": f"{visit.request.url.path}{query}"}))


def _fields(form: FormData | None) -> dict[str, Any]:
    """Texts by name, without what no text holds; and files."""
    texts: dict[str, list[str]] = {}
    uploaded: dict[str, UploadFile] = {}
    for name, value in (form or FormData()).multi_items():
        if isinstance(value, UploadFile):
            uploaded[name] = value
        else:
            texts.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\0", ""))
    return {"form": {name: values[-1] for name, values in texts.items()}, "lists": texts, "files": uploaded}


def resting(app: App, request: Request, error: Exception) -> Response:
    """Without the database: a page that asks it for nothing."""
    _log.error("page without database", extra={"reason": getattr(error, "message", type(error).__name__)})
    return _alone(app, request, "resting", 503, {"Retry-After": "15"})


def broken(app: App, request: Request) -> Response:
    """After a mistake of ours, which the log has."""
    return _alone(app, request, "broken", 500)


def _alone(app: App, request: Request, name: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    """A page that asks for nothing and shows nothing of the office."""
    with speaking(app.settings.language):
        text = environment("prokes_social.web").get_template(f"desk/{name}.html.j2").render(language=language())
    return HTMLResponse(text, status, headers={**_headers(request), **(more or {})})


def _headers(request: Request) -> dict[str, str]:
    secure = {"Strict-Transport-Security": "max-age=31536000"} if request.url.scheme == "https" else {}
    return {**headers("no-store"), "Content-Security-Policy": POLICY, **secure}


# --- cookies and addresses ---


def cookie_name(request: Request) -> str:
    return COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def is_private(request: Request) -> bool:
    """Whether nobody on the way can read along: TLS, or this very machine."""
    return request.url.scheme == "https" or (request.url.hostname or "") in _LOOPBACK


def with_cookie(response: Response, request: Request, token: str) -> Response:
    """Without an age: it goes with the browser, and in the database after twelve hours."""
    response.set_cookie(
        cookie_name(request), token, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
    return response


def without_cookie(response: Response, request: Request) -> Response:
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
    return response


def local(path: str) -> str:
    """Where to go on after the login: one of our own pages, whatever the address says."""
    parts = urlsplit(path)
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain and not parts.scheme and not parts.netloc else "/"


# --- what pages load ---

STATIC = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "desk_calendar.js": "text/javascript; charset=utf-8",
    "desk_campaigns.js": "text/javascript; charset=utf-8",
    "desk_studio.js": "text/javascript; charset=utf-8",
}


@cache
def _file(name: str) -> bytes:
    return files("prokes_social.web").joinpath("static", name).read_bytes()


@cache
def asset(name: str) -> str:
    """An address that changes with the file."""
    return f"/desk/{hashlib.sha256(_file(name)).hexdigest()[:10]}/{name}"


def static(visit: Visit) -> Response:
    name = visit.path["name"]
    if name not in STATIC:
        return visit.missing()
    return visit.send(_file(name), STATIC[name], caching="public, max-age=31536000, immutable")
