"""Give back posts, users and numbers as X does: a query in; data, includes, errors and meta out."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from prokes_social.sandbox.accounts import XUser
from prokes_social.sandbox.calls import Answer, Incoming
from prokes_social.sandbox.oddities import as_told, is_known
from prokes_social.sandbox.world import Medium, Post, World, as_iso
from prokes_social.sandbox.x import problems
from prokes_social.sandbox.x.fields import (
    MEDIA_FIELDS,
    POST_FIELDS,
    TIMELINE,
    USER_EXPANSIONS,
    USER_FIELDS,
    Query,
    read_query,
)
from prokes_social.sandbox.x.posting import shown
from prokes_social.sandbox.x.shapes import ID

#: Private numbers can be read for thirty days (https://docs.x.com/x-api/fundamentals/metrics).
PRIVATE_FOR_S = 30 * 86_400
PRIVATE = ("non_public_metrics", "organic_metrics", "promoted_metrics")


def me(world: World, user: XUser, incoming: Incoming) -> Answer:
    """GET /2/users/me."""
    with world.lock:
        query = _query(world, incoming, ())
        query.choices("expansions", USER_EXPANSIONS[query.vocabulary])
        query.post_fields()
        return Answer(body={"data": _user(world, user, query)})


def timeline(world: World, user: XUser, incoming: Incoming) -> Answer:
    """GET /2/users/:id/tweets, newest first."""
    user_id = incoming.path.split("/")[3]
    with world.lock:
        query = _query(world, incoming, TIMELINE)
        owner = next((known for known in world.directory.x_users() if known.id == user_id), None)
        if owner is None:
            return Answer(body={"errors": [problems.missing("user", "id", user_id)]})
        size = query.whole_number("max_results", default=10, low=5, high=100)
        posts = _within(world.listed(owner), query)
        page, more = posts[:size], len(posts) > size
        world.costs.charge("own_post_read" if owner == user else "post_read", len(page))
        return Answer(body=_with_meta(_listing(world, user, page, query, "id"), page, more))


def by_ids(world: World, user: XUser, incoming: Incoming) -> Answer:
    """GET /2/tweets?ids=1,2,3, in the order asked for."""
    with world.lock:
        query = _query(world, incoming, ("ids",))
        ids = query.values.get("ids", "").split(",")
        if not 1 <= len(ids) <= 100 or not all(map(ID.fullmatch, ids)):
            raise problems.invalid(({"ids": ids}, "The `ids` query parameter must hold 1 to 100 numeric ids"))
        found, errors = _look_up(world, ids, "ids")
        world.costs.charge("post_read", len(found))
        body = _listing(world, user, found, query, "ids")
        return Answer(body=_with_errors(body, errors))


def by_id(world: World, user: XUser, incoming: Incoming) -> Answer:
    """GET /2/tweets/:id."""
    with world.lock:
        query = _query(world, incoming, ())
        found, errors = _look_up(world, [incoming.path.rsplit("/", 1)[-1]], "id")
        world.costs.charge("post_read", len(found))
        body = _listing(world, user, found, query, "id")
        if "data" in body:
            body["data"] = body["data"][0]
        return Answer(body=_with_errors(body, errors))


def _query(world: World, incoming: Incoming, own: Iterable[str]) -> Query:
    query = read_query(incoming, world.settings.x_vocabulary, own)
    odd = world.settings.metrics
    dropped = {name for name in POST_FIELDS[query.vocabulary] if not is_known(odd, "x", name)}
    return replace(query, dropped=frozenset(dropped))


def _look_up(world: World, ids: Sequence[str], parameter: str) -> tuple[list[Post], list[dict[str, Any]]]:
    known = {post.id: post for post in world.public_posts(platform="x", deleted=False)}
    missing = [problems.missing("tweet", parameter, wanted) for wanted in ids if wanted not in known]
    return [known[wanted] for wanted in ids if wanted in known], missing


def _within(posts: list[Post], query: Query) -> list[Post]:
    start, end = query.moment("start_time"), query.moment("end_time")
    since, until = query.values.get("since_id"), query.values.get("until_id")
    before = _page_start(query)
    query.choices("exclude", frozenset({"replies", "retweets"}))
    return [
        post
        for post in posts
        if (start is None or post.created_at >= start)
        and (end is None or post.created_at < end)
        and (since is None or int(post.id) > int(since))
        and (until is None or int(post.id) < int(until))
        and (before is None or int(post.id) < before)
    ]


def _page_start(query: Query) -> int | None:
    token = query.values.get("pagination_token")
    if token is None:
        return None
    try:
        return int(base64.b32decode(token.upper() + "=" * (-len(token) % 8)))
    except (binascii.Error, ValueError):
        raise problems.invalid(({"pagination_token": token}, "The `pagination_token` is not valid")) from None


def _with_meta(body: dict[str, Any], page: list[Post], more: bool) -> dict[str, Any]:
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if more:
        meta["next_token"] = base64.b32encode(page[-1].id.encode()).decode().rstrip("=").lower()
    return {**body, "meta": meta}


def _listing(world: World, user: XUser, posts: list[Post], query: Query, parameter: str) -> dict[str, Any]:
    """Without posts there is no `data` at all, as on X."""
    expansions = query.expansions()
    body: dict[str, Any] = {}
    if posts:
        body["data"] = [_post(world, user, post, query) for post in posts]
    includes = _includes(world, posts, query, expansions)
    if includes:
        body["includes"] = includes
    return _with_errors(body, [error for post in posts for error in _hidden(world, user, post, query, parameter)])


def _with_errors(body: dict[str, Any], errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {**body, "errors": [*body.get("errors", []), *errors]} if errors else body


def _post(world: World, user: XUser, post: Post, query: Query) -> dict[str, Any]:
    view = shown(post)
    history = f"edit_history_{query.vocabulary}_ids"
    wanted = query.post_fields()
    if any(expansion.startswith("attachments.") for expansion in query.expansions()):
        wanted = wanted | {"attachments"}
    numbers = _numbers(world, post, query)
    private = {} if _hides(world, user, post) else {name: numbers[name] for name in PRIVATE if name in numbers}
    everything = {
        "created_at": as_iso(post.created_at),
        "author_id": post.account.id,
        "conversation_id": post.id,
        "entities": view.entities or None,
        "attachments": {"media_keys": [medium.key for medium in post.pictures]} if post.pictures else None,
        "public_metrics": numbers["public_metrics"],
        "lang": "in",
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        **private,
    }
    chosen = {name: value for name, value in everything.items() if name in wanted and value is not None}
    author = {"author_id": post.account.id} if "author_id" in query.expansions() else {}
    return {"id": post.id, "text": view.text, history: [post.id], **author, **chosen}


def _numbers(world: World, post: Post, query: Query) -> dict[str, dict[str, Any]]:
    seen = world.numbers(post)
    reposts = "retweet_count" if query.vocabulary == "tweet" else "repost_count"
    clicks = {"url_link_clicks": seen["link_clicks"], "user_profile_clicks": seen["profile_clicks"]}
    answers = {reposts: seen["shares"], "reply_count": seen["replies"], "like_count": seen["likes"]}
    more = {"quote_count": seen["quotes"], "bookmark_count": seen["bookmarks"]}
    views = {"impression_count": seen["views"]}
    engagements = {"engagements": sum(answers.values()) + sum(clicks.values())}
    whole = {
        "public_metrics": {**answers, **more, **views},
        "non_public_metrics": {**views, **clicks, **engagements},
        "organic_metrics": {**views, **answers, **clicks},
    }
    return {name: as_told(world.settings.metrics, "x", numbers) for name, numbers in whole.items()}


def _hides(world: World, user: XUser, post: Post) -> bool:
    return post.account.id != user.id or not user.insights or world.age_s(post) > PRIVATE_FOR_S


def _hidden(world: World, user: XUser, post: Post, query: Query, parameter: str) -> list[dict[str, Any]]:
    """X leaves private numbers out and says so in `errors`, beside a 200."""
    asked = [name for name in PRIVATE if name in query.post_fields()]
    if not _hides(world, user, post):
        asked = [name for name in asked if name == "promoted_metrics"]
    return [problems.hidden_field(name, post.id, parameter) for name in asked]


def _includes(world: World, posts: list[Post], query: Query, expansions: set[str]) -> dict[str, Any]:
    wanted = query.choices("media.fields", MEDIA_FIELDS)
    includes: dict[str, Any] = {}
    media = [medium for post in posts for medium in post.pictures]
    if "attachments.media_keys" in expansions and media:
        includes["media"] = [_medium(world, medium, wanted) for medium in media]
    if "author_id" in expansions and posts:
        authors = {post.account.id: post.account for post in posts}
        includes["users"] = [_user(world, one, query) for one in authors.values() if isinstance(one, XUser)]
    return includes


def _medium(world: World, medium: Medium, wanted: set[str]) -> dict[str, Any]:
    picture = medium.picture
    everything = {
        "url": f"{world.origin}/_control/media/{picture.digest}",
        "width": picture.width,
        "height": picture.height,
        "alt_text": medium.alt_text or None,
    }
    chosen = {name: value for name, value in everything.items() if name in wanted and value is not None}
    return {"media_key": medium.key, "type": "photo", **chosen}


def _user(world: World, user: XUser, query: Query) -> dict[str, Any]:
    posts = sum(post.account.id == user.id for post in world.public_posts(platform="x", deleted=False))
    counted = "tweet_count" if query.vocabulary == "tweet" else "post_count"
    everything: dict[str, Any] = {
        "created_at": "2021-01-04T02:00:00.000Z",
        "description": "Akun buatan di sandbox",
        "protected": False,
        "verified": False,
        "public_metrics": {
            "followers_count": user.followers,
            "following_count": 120,
            counted: posts,
            "listed_count": 3,
        },
    }
    wanted = query.choices("user.fields", USER_FIELDS)
    chosen = {name: value for name, value in everything.items() if name in wanted}
    return {"id": user.id, "name": user.name, "username": user.username, **chosen}
