"""Facebook's dialog: an app's wish in; the Pages a person ticks, as a code for the app, out. And what the code buys."""

import base64
import binascii
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from prokes_social.sandbox.accounts import APP_ID, InstagramUser, Page
from prokes_social.sandbox.calls import Answer, Call, Incoming, Refused
from prokes_social.sandbox.graph import errors, grants, tokens
from prokes_social.sandbox.graph.fields import Node, pick
from prokes_social.sandbox.graph.grants import Grant, Wish
from prokes_social.sandbox.graph.parameters import OAUTH, PAGED, READ, checked
from prokes_social.sandbox.pages import template
from prokes_social.sandbox.world import World

PATH = "/{version}/dialog/oauth"
_NEEDED = ("client_id", "redirect_uri", "state", "scope")


def routes(world: World) -> list[Route]:
    async def ask(request: Request) -> Response:
        try:
            wish = _wish(request.query_params)
        except ValueError as error:
            return HTMLResponse(template("dialog.html").render(problem=str(error)), 400)
        rows = [(page, _instagram(world, page)) for page in _pages(world)]
        return HTMLResponse(template("dialog.html").render(problem="", wish=wish, rows=rows, path=request.url.path))

    async def decide(request: Request) -> Response:
        form = await request.form()
        try:
            wish = _wish(form)
        except ValueError as error:
            return HTMLResponse(template("dialog.html").render(problem=str(error)), 400)
        if form.get("answer") != "yes":
            said = {"error": "access_denied", "error_code": "200", "error_reason": "user_denied"}
            return _back(wish, {**said, "error_description": "Permissions error"})
        ticked = form.getlist("page_id")
        with world.lock:
            chosen = [page.id for page in _pages(world) if page.id in ticked]
            code = world.graph_grants.consent(wish, chosen, world.now())
        return _back(wish, {"code": code})

    return [Route(PATH, ask, methods=["GET"]), Route(PATH, decide, methods=["POST"])]


def _wish(given: QueryParams | FormData) -> Wish:
    """Raises ValueError for what Meta would not show its dialog for."""
    values = {name: value for name, value in given.items() if isinstance(value, str)}
    wrong = [name for name in _NEEDED if not values.get(name)]
    if values.get("client_id", APP_ID) != APP_ID:
        wrong.append("client_id")
    if values.get("response_type", "code") != "code":
        wrong.append("response_type")
    if unknown := Wish(**{name: values.get(name, "") for name in _NEEDED}).scopes - tokens.ALL_SCOPES:
        wrong.append(f"scope: {', '.join(sorted(unknown))}")
    if wrong:
        raise ValueError(", ".join(wrong))
    return Wish(**{name: values[name] for name in _NEEDED})


def _back(wish: Wish, answer: dict[str, str]) -> Response:
    """Meta hangs `#_=_` on every way back."""
    glue = "&" if "?" in wish.redirect_uri else "?"
    return RedirectResponse(f"{wish.redirect_uri}{glue}{urlencode({**answer, 'state': wish.state})}#_=_", 302)


def _pages(world: World) -> list[Page]:
    return [account for account in world.directory.graph_accounts() if isinstance(account, Page)]


def _instagram(world: World, page: Page) -> InstagramUser | None:
    accounts = world.directory.graph_accounts()
    return next((each for each in accounts if isinstance(each, InstagramUser) and each.id == page.instagram_id), None)


# --- what comes of it ---


def token_call(world: World, incoming: Incoming, version: str) -> Call:
    """GET or POST /oauth/access_token."""

    def act() -> Answer:
        with world.lock:
            return grants.redeem(world.graph_grants, checked(incoming, OAUTH), world.now())

    return _call(act=act, version=version)


def accounts_call(world: World, incoming: Incoming, version: str) -> Call:
    """GET /me/accounts, by the token of a person. Raises Refused."""
    token = tokens.token_of(incoming)
    with world.lock:
        person = world.graph_grants.persons.get(token)
        if person is None or world.now() >= person.ends_at:
            raise Refused(errors.error("Invalid OAuth access token - Cannot parse access token", code=190))
        if world.settings.appsecret_proof_required:
            tokens.check_app_proof(token, incoming)
    return _call(act=partial(_accounts, world, person, incoming), version=version)


def _accounts(world: World, person: Grant, incoming: Incoming) -> Answer:
    values = checked(incoming, {**READ, **PAGED})
    with world.lock:
        pages = [page for page in _pages(world) if page.id in person.pages and "pages_show_list" in person.scopes]
        first = _place(values["after"]) if "after" in values else 0
        shown = pages[first : first + min(values.get("limit", 25), 100)]
        data = [pick(_node(world, person, page), values.get("fields", "id,name,access_token")) for page in shown]
    after = first + len(shown)
    paging = {"cursors": {"before": _cursor(first), "after": _cursor(after)}} if shown else {}
    more = {"next": f"{world.origin}{incoming.path}"} if after < len(pages) else {}
    return Answer(body={"data": data, "paging": {**paging, **more}})


def _node(world: World, person: Grant, page: Page) -> Node:
    linked = _instagram(world, page) if "instagram_basic" in person.scopes else None
    instagram = Node(kind="IGUser", values={"id": linked.id, "username": linked.username}) if linked else None
    values = {
        "id": page.id,
        "name": page.name,
        "access_token": world.graph_grants.page_token(person, page),
        "instagram_business_account": instagram,
    }
    return Node(kind="Page", values=values)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode()


def _place(cursor: str) -> int:
    try:
        return max(int(base64.urlsafe_b64decode(cursor)), 0)
    except (binascii.Error, ValueError):
        raise errors.refuse("Invalid cursors values") from None


def _call(*, act: Callable[[], Answer], version: str) -> Call:
    return Call(
        platform="facebook",
        account=None,
        names=frozenset({"token"}),
        act=act,
        headers={"facebook-api-version": version},
    )
