"""Admit a request to X: path and method known, caller proved, limits counted; a Call out, or X's refusal raised."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from prokes_social.sandbox.accounts import XUser
from prokes_social.sandbox.calls import Answer, Call, Incoming, Refused, trace_id
from prokes_social.sandbox.limits import DAY, QUARTER_HOUR, Standing
from prokes_social.sandbox.world import World
from prokes_social.sandbox.x import grants, media, oauth, posting, problems, reading

Deed = Callable[[World, XUser, Incoming], Answer]


@dataclass(frozen=True)
class Route:
    """`name` is what faults and the ledger of costs call it, `limit` the setting that bounds it."""

    method: str
    path: re.Pattern[str]
    name: str
    limit: str
    scope: str  #: what an OAuth 2.0 token must cover
    deed: Deed


ROUTES = tuple(
    Route(method, re.compile(path), name, limit, scope, deed)
    for method, path, name, limit, scope, deed in (
        ("POST", r"/2/tweets", "publish", "x_posts_per_15m", "tweet.write", posting.create),
        ("GET", r"/2/tweets", "lookup", "x_reads_per_15m", "tweet.read", reading.by_ids),
        ("GET", r"/2/tweets/[0-9]{1,19}", "lookup", "x_reads_per_15m", "tweet.read", reading.by_id),
        ("DELETE", r"/2/tweets/[0-9]{1,19}", "delete", "x_reads_per_15m", "tweet.write", posting.remove),
        ("GET", r"/2/users/me", "account", "x_reads_per_15m", "users.read", reading.me),
        ("GET", r"/2/users/[0-9]{1,19}/tweets", "timeline", "x_timeline_per_15m", "tweet.read", reading.timeline),
        ("POST", r"/2/media/upload", "upload", "x_media_per_15m", "media.write", media.upload),
        ("POST", r"/2/media/metadata", "metadata", "x_media_per_15m", "media.write", media.describe),
        ("POST", r"/1\.1/media/upload\.json", "upload", "x_media_per_15m", "media.write", media.upload_v1),
        ("POST", r"/1\.1/media/metadata/create\.json", "metadata", "x_media_per_15m", "media.write", media.describe_v1),
    )
)


def admit(world: World, incoming: Incoming) -> Call:
    """Raises Refused."""
    if incoming.path in ("/2/oauth2/token", "/2/oauth2/revoke") and incoming.method == "POST":
        return _token_call(world, incoming)
    route = _route(incoming)
    user = oauth.caller(world, incoming, route.scope)
    with world.lock:
        world.costs.request("x", route.name)
        headers = _count(world, user, route)
    return Call(
        platform="x",
        account=user,
        names=_names(route, incoming),
        act=partial(route.deed, world, user, incoming),
        headers={"x-transaction-id": trace_id(), **headers},
    )


def _token_call(world: World, incoming: Incoming) -> Call:
    """No account: whose tokens these are shows only when they are looked at."""

    def act() -> Answer:
        with world.lock:
            if incoming.path.endswith("revoke"):
                return grants.revoke(world.grants, incoming)
            return grants.redeem(world.grants, world.directory.x_users(), incoming, world.now())

    with world.lock:
        world.costs.request("x", "token")
    return Call(platform="x", account=None, names=frozenset({"token"}), act=act)


def _route(incoming: Incoming) -> Route:
    fitting = [route for route in ROUTES if route.path.fullmatch(incoming.path)]
    if not fitting:
        raise Refused(problems.not_found())
    for route in fitting:
        if route.method == incoming.method:
            return route
    raise Refused(problems.plain(405, "Method Not Allowed", "Method Not Allowed"))


def _names(route: Route, incoming: Incoming) -> frozenset[str]:
    """Numbers are read through the timeline and the look-ups, so such a call is also `insights`."""
    reads_numbers = any(name.endswith(".fields") and "_metrics" in value for name, value in incoming.query)
    return frozenset({route.name, "insights"} if reads_numbers and route.name != "account" else {route.name})


def _count(world: World, user: XUser, route: Route) -> dict[str, str]:
    """Headers that tell where the user stands. Raises Refused (429) where a limit is reached."""
    limit = getattr(world.settings.limits, route.limit)
    standing = _standing(world, f"{user.id}:{route.name}", limit, QUARTER_HOUR)
    headers = standing.as_headers("x-rate-limit")
    if route.name != "publish":
        return _or_refused(headers, standing)
    limits = world.settings.limits
    of_user = _standing(world, f"{user.id}:day", limits.x_user_posts_per_day, DAY)
    of_app = _standing(world, f"app:{user.consumer_key}:day", limits.x_app_posts_per_day, DAY)
    headers |= of_user.as_headers("x-user-limit-24hour") | of_app.as_headers("x-app-limit-24hour")
    return _or_refused(headers, standing, of_user, of_app)


def _standing(world: World, key: str, limit: int, length_s: int) -> Standing:
    return world.windows.count(key, limit, length_s, world.now())


def _or_refused(headers: dict[str, str], *standings: Standing) -> dict[str, str]:
    full = next((standing for standing in standings if not standing.fits), None)
    if full:
        answer = problems.too_many_requests(reset=full.reset, limit=full.limit)
        raise Refused(Answer(status=429, body=answer.body, headers=headers))
    return headers
