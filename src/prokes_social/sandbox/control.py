"""The sandbox's own door, /_control: accounts, faults, settings, costs, and everything that ever became public."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from prokes_social.sandbox import earlier
from prokes_social.sandbox.accounts import Directory, is_named
from prokes_social.sandbox.world import Post, World

Handler = Callable[[Request], Awaitable[Response]]


def routes(world: World) -> list[Route]:
    desk = _Desk(world)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/_control/accounts", desk.accounts),
        ("POST", "/_control/accounts", desk.add_accounts),
        ("GET", "/_control/posts", desk.posts),
        ("GET", "/_control/media/{digest}", desk.media),
        ("POST", "/_control/earlier_posts", desk.add_earlier),
        ("GET", "/_control/faults", desk.faults),
        ("POST", "/_control/faults", desk.order_fault),
        ("DELETE", "/_control/faults", desk.clear_faults),
        ("GET", "/_control/settings", desk.settings),
        ("POST", "/_control/settings", desk.change_settings),
        ("GET", "/_control/cost", desk.cost),
        ("POST", "/_control/reset", desk.reset),
        ("POST", "/_control/delete_post", desk.delete_post),
        ("POST", "/_control/restore_post", desk.restore_post),
        ("POST", "/_control/correct_post", desk.correct_post),
        ("GET", "/_control/numbers", desk.numbers),
    ]
    return [Route(path, handler, methods=[method]) for method, path, handler in table]


class _Desk:
    def __init__(self, world: World) -> None:
        self._world = world

    async def accounts(self, _request: Request) -> Response:
        return JSONResponse(self._world.directory.as_json())

    async def add_accounts(self, request: Request) -> Response:
        """Add or replace; the body has the shape that GET answers with."""
        try:
            new = Directory.from_json(await _body(request))
        except ValueError as error:
            return _refused(error)
        with self._world.lock:
            self._world.directory.put(new.accounts)
        return JSONResponse(self._world.directory.as_json())

    async def posts(self, request: Request) -> Response:
        platform, account = request.query_params.get("platform"), request.query_params.get("account")
        with self._world.lock:
            known = self._world.public_posts(platform=platform)
            rows = [self._world.describe(post) for post in known if account is None or is_named(post.account, account)]
        return JSONResponse({"posts": rows})

    async def add_earlier(self, request: Request) -> Response:
        """Posts from before: `platform`, `account`, `since` (Unix time), `count`, `every_s`."""
        try:
            row = await _body(request)
            with self._world.lock:
                account = next(
                    each for each in self._world.directory.on(row["platform"]) if is_named(each, row["account"])
                )
                new = earlier.add(
                    self._world, account, since=row["since"], count=row["count"], every_s=row.get("every_s", 1.0)
                )
        except (KeyError, StopIteration, ValueError) as error:
            return _refused(error)
        ids = [{"id": post.id, "published_at": post.published_at, "permalink": post.permalink} for post in new]
        return JSONResponse({"posts": ids}, 201)

    async def media(self, request: Request) -> Response:
        digest = request.path_params["digest"]
        with self._world.lock:
            pictures = [medium.picture for medium in self._world.media.values()]
        for picture in pictures:
            if picture.digest == digest:
                return Response(picture.data, media_type=picture.media_type)
        return JSONResponse({"error": "no such picture"}, 404)

    async def faults(self, _request: Request) -> Response:
        with self._world.lock:
            return JSONResponse({"faults": [fault.as_json() for fault in self._world.faults.ordered]})

    async def order_fault(self, request: Request) -> Response:
        try:
            row = await _body(request)
            with self._world.lock:
                fault = self._world.faults.order(row)
        except ValueError as error:
            return _refused(error)
        return JSONResponse(fault.as_json(), 201)

    async def clear_faults(self, _request: Request) -> Response:
        with self._world.lock:
            self._world.faults.clear()
        return JSONResponse({"faults": []})

    async def settings(self, _request: Request) -> Response:
        return JSONResponse(self._world.settings.as_json())

    async def change_settings(self, request: Request) -> Response:
        try:
            changes = await _body(request)
            with self._world.lock:
                self._world.settings = self._world.settings.changed(changes)
        except ValueError as error:
            return _refused(error)
        return JSONResponse(self._world.settings.as_json())

    async def cost(self, _request: Request) -> Response:
        with self._world.lock:
            return JSONResponse(self._world.costs.as_json())

    async def reset(self, _request: Request) -> Response:
        with self._world.lock:
            self._world.forget()
        return JSONResponse({"posts": []})

    async def delete_post(self, request: Request) -> Response:
        """As if a person had deleted it in the platform's own app."""
        return await self._with_post(request, lambda post, _body: self._world.delete(post))

    async def restore_post(self, request: Request) -> Response:
        """As if the platform had given in to an appeal."""
        return await self._with_post(request, lambda post, _body: self._world.restore(post))

    async def correct_post(self, request: Request) -> Response:
        """From now on only `share` of its numbers is counted, as after a sweep against robots."""
        return await self._with_post(request, lambda post, body: self._world.correct(post, float(body["share"])))

    async def _with_post(self, request: Request, do: Callable[[Post, dict[str, Any]], None]) -> Response:
        body = await _body(request)
        with self._world.lock:
            post = self._world.posts.get(str(body.get("id")))
            if post is None:
                return JSONResponse({"error": "no such post"}, 404)
            do(post, body)
            return JSONResponse(self._world.describe(post))

    async def numbers(self, request: Request) -> Response:
        """The truth about every post, `at` a Unix time or now; whatever the platforms tell of it."""
        asked = request.query_params.get("at")
        with self._world.lock:
            at = float(asked) if asked else self._world.now()
            known = [post for post in self._world.public_posts() if (post.published_at or 0) <= at]
            rows = {post.id: self._world.numbers(post, at=at) for post in known}
        return JSONResponse({"numbers": rows})


async def _body(request: Request) -> dict[str, Any]:
    """Raises ValueError where it is not a JSON object."""
    body = json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("a JSON object is needed")
    return body


def _refused(error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)
