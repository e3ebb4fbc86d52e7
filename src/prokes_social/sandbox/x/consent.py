"""X's consent page: an app's wish in; the person's choice of account, and a code for the app, out."""

from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from prokes_social.sandbox.pages import template
from prokes_social.sandbox.world import World
from prokes_social.sandbox.x.grants import Wish

PATH = "/i/oauth2/authorize"


def routes(world: World) -> list[Route]:
    async def ask(request: Request) -> Response:
        try:
            wish = _wish(request.query_params)
        except ValueError as error:
            return HTMLResponse(template("consent.html").render(problem=str(error)), 400)
        users = world.directory.x_users()
        return HTMLResponse(template("consent.html").render(problem="", wish=wish, users=users))

    async def decide(request: Request) -> Response:
        form = await request.form()
        wish = _wish(form)
        user = next((user for user in world.directory.x_users() if user.id == form.get("user_id")), None)
        if user is None:
            return _back(wish, {"error": "access_denied"})
        with world.lock:
            code = world.grants.consent(wish, user, world.now())
        return _back(wish, {"code": code})

    return [Route(PATH, ask, methods=["GET"]), Route(PATH, decide, methods=["POST"])]


def _wish(given: QueryParams | FormData) -> Wish:
    """Raises ValueError for what X would not show a consent page for."""
    values = {name: value for name, value in given.items() if isinstance(value, str)}
    fixed = {"response_type": "code", "code_challenge_method": "S256"}
    wrong = [name for name, value in fixed.items() if values.get(name, value) != value]
    names = ("client_id", "redirect_uri", "scope", "state", "code_challenge")
    missing = [name for name in names if not values.get(name)]
    if wrong or missing:
        raise ValueError(", ".join([*wrong, *missing]))
    return Wish(**{name: values[name] for name in names})


def _back(wish: Wish, answer: dict[str, str]) -> Response:
    glue = "&" if "?" in wish.redirect_uri else "?"
    return RedirectResponse(f"{wish.redirect_uri}{glue}{urlencode({'state': wish.state, **answer})}", 302)
