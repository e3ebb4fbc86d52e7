"""Admit a request to Meta: version known, token proved, object found; a Call out, or Meta's refusal raised."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from prokes_social.sandbox.accounts import GraphAccount, InstagramUser, Page
from prokes_social.sandbox.calls import Answer, Call, Incoming, Refused
from prokes_social.sandbox.graph import consent, errors, insights, instagram, pages, photos, tokens
from prokes_social.sandbox.graph.fields import pick
from prokes_social.sandbox.graph.parameters import MANY, checked, required
from prokes_social.sandbox.limits import HOUR
from prokes_social.sandbox.world import Container, Medium, Post, World

#: v21.0 ends on 2027-01-21; v26.0 is the newest (November 2026).
VERSIONS = ("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")

#: Objects of one call; https://developers.facebook.com/docs/graph-api/overview
MOST_IDS = 50

Target = Page | InstagramUser | Post | Medium | Container
Deed = Callable[[World, Any, Incoming], Answer]

#: Node type, method and edge; what faults call it, and the deed.
ROUTES: Mapping[tuple[str, str, str], tuple[str, Deed]] = {
    ("Page", "GET", ""): ("account", pages.show_page),
    ("Page", "GET", "feed"): ("timeline", pages.feed),
    ("Page", "GET", "published_posts"): ("timeline", pages.feed),
    ("Page", "GET", "posts"): ("timeline", pages.own_posts),
    ("Page", "POST", "photos"): ("upload", photos.upload),
    ("Page", "POST", "feed"): ("publish", pages.create),
    ("PagePost", "GET", ""): ("lookup", pages.show),
    ("PagePost", "POST", ""): ("publish", pages.update),
    ("PagePost", "DELETE", ""): ("delete", pages.remove),
    ("PagePost", "GET", "attachments"): ("lookup", pages.attachments),
    ("PagePost", "GET", "insights"): ("insights", insights.of_page_post),
    ("Photo", "GET", ""): ("lookup", photos.show),
    ("Photo", "DELETE", ""): ("delete", photos.remove),
    ("IGUser", "GET", ""): ("account", instagram.show_user),
    ("IGUser", "POST", "media"): ("upload", instagram.create_container),
    ("IGUser", "GET", "media"): ("timeline", instagram.list_media),
    ("IGUser", "POST", "media_publish"): ("publish", instagram.publish),
    ("IGUser", "GET", "content_publishing_limit"): ("account", instagram.publishing_limit),
    ("IGContainer", "GET", ""): ("container", instagram.show_container),
    ("IGMedia", "GET", ""): ("lookup", instagram.show_media),
    ("IGMedia", "GET", "insights"): ("insights", insights.of_instagram_media),
    ("IGMedia", "DELETE", ""): ("delete", instagram.remove_media),
}


def admit(world: World, incoming: Incoming) -> Call:
    """Raises Refused."""
    if asks_for_many(incoming):
        return _many(world, incoming)
    version, node_id, edge = _split(incoming.path)
    if version not in VERSIONS:
        raise errors.unknown_version(version)
    if node_id == "debug_token":
        return _token_call(world, incoming, version)
    if (node_id, edge) == ("oauth", "access_token"):
        return consent.token_call(world, incoming, version)
    if (incoming.method, node_id, edge) == ("GET", "me", "accounts"):
        return consent.accounts_call(world, incoming, version)
    caller = tokens.caller(world, incoming)
    with world.lock:
        target = _target(world, caller, node_id, incoming.method)
        name, deed = _route(target, incoming.method, edge, node_id)
        platform = "instagram" if _kind(target).startswith("IG") else "facebook"
        world.costs.request(platform, name)
        headers = _counted(world, caller, version)
        if name == "insights":
            _check_rights(caller)
    return Call(
        platform=platform,
        account=_owner(target),
        names=frozenset({_precise(name, target, incoming)}),
        act=partial(deed, world, target, incoming),
        headers=headers,
    )


def asks_for_many(incoming: Incoming) -> bool:
    """GET /{version}/?ids=1,2,3."""
    return incoming.method == "GET" and re.fullmatch(r"/v\d+\.\d+/?", incoming.path) is not None


def _many(world: World, incoming: Incoming) -> Call:
    """Each object counts as a call; one that is not there fails them all. Raises Refused."""
    version = incoming.path.strip("/")
    if version not in VERSIONS:
        raise errors.unknown_version(version)
    caller = tokens.caller(world, incoming)
    values = checked(incoming, MANY)
    ids, reads_numbers = required(values, "ids"), "insights" in values.get("fields", "")
    if not 1 <= len(ids) <= MOST_IDS:
        raise errors.refuse(f"Too many IDs. Maximum: {MOST_IDS}. Provided: {len(ids)}.")
    with world.lock:
        headers = _counted(world, caller, version, times=len(ids))
        posts = [_post(world, caller, node_id) for node_id in ids]
        platform, owner = posts[0].platform, _owner(posts[0])
        world.costs.request(platform, "lookup")
        if reads_numbers:
            _check_rights(caller)
    return Call(
        platform=platform,
        account=owner,
        names=frozenset({"lookup", "insights"} if reads_numbers else {"lookup"}),
        act=partial(_shown, world, posts, values.get("fields")),
        headers=headers,
    )


def _post(world: World, caller: GraphAccount, node_id: str) -> Post:
    target = _target(world, caller, node_id, "GET")
    if not isinstance(target, Post):
        raise errors.refuse("This sandbox reads several objects at once only where all are posts")
    return target


def _shown(world: World, posts: Sequence[Post], fields: str | None) -> Answer:
    with world.lock:
        nodes = {
            post.id: pages.post_node(world, post) if post.platform == "facebook" else instagram.media_node(world, post)
            for post in posts
        }
        return Answer(body={post_id: pick(node, fields) for post_id, node in nodes.items()})


def _check_rights(caller: GraphAccount) -> None:
    if not caller.insights:
        raise Refused(errors.no_insights())


def _split(path: str) -> tuple[str, str, str]:
    """`/v26.0/1_2/insights` has a version, a node and an edge."""
    version, *rest = path.strip("/").split("/")
    if not re.fullmatch(r"v\d+\.\d+", version):
        raise errors.unknown_path(path.strip("/"))
    if len(rest) > 2 or not rest or not rest[0]:
        raise errors.unknown_path("/".join(rest[2:]))
    return version, rest[0], rest[1] if len(rest) == 2 else ""


def _token_call(world: World, incoming: Incoming, version: str) -> Call:
    asked = dict(incoming.query).get("input_token", "")
    account = tokens.holder(world, asked)
    return Call(
        platform=account.platform if account else "facebook",
        account=account,
        names=frozenset({"token", "account"}),
        act=partial(tokens.debug_token, world, incoming),
        headers={"facebook-api-version": version},
    )


def _target(world: World, caller: GraphAccount, node_id: str, method: str) -> Target:
    """The object, if it exists and the caller may know of it."""
    target = caller if node_id == "me" else _found(world, node_id)
    if target is None or not tokens.may_act_for(caller, _owner(target)):
        raise errors.no_such_object(node_id, method.lower())
    return target


def _found(world: World, node_id: str) -> Target | None:
    account = next((known for known in world.directory.graph_accounts() if known.id == node_id), None)
    if account:
        return account
    post = world.posts.get(node_id)
    if post and post.platform != "x" and post.deleted_at is None:
        return post
    container = world.containers.get(node_id)
    medium = world.media.get(node_id)
    return container or (medium if medium and medium.account.platform == "facebook" else None)


def _owner(target: Target) -> GraphAccount:
    account = target if isinstance(target, Page | InstagramUser) else target.account
    return cast("GraphAccount", account)  # _found lets nothing of X through


def _kind(target: Target) -> str:
    if isinstance(target, Post):
        return "PagePost" if target.platform == "facebook" else "IGMedia"
    kinds: dict[type, str] = {Page: "Page", InstagramUser: "IGUser", Medium: "Photo", Container: "IGContainer"}
    return kinds[type(target)]


def _route(target: Target, method: str, edge: str, node_id: str) -> tuple[str, Deed]:
    known = ROUTES.get((_kind(target), method, edge))
    if known:
        return known
    if edge and not any(kind == _kind(target) and other == edge for kind, _, other in ROUTES):
        raise errors.unknown_path(edge)
    raise errors.no_such_object(node_id, method.lower())


def _precise(name: str, target: Target, incoming: Incoming) -> str:
    """An unpublished post is no publication yet."""
    published = dict((*incoming.query, *incoming.form)).get("published")
    is_draft = isinstance(target, Page) and name == "publish" and published in ("false", "0")
    return "draft" if is_draft else name


def _counted(world: World, caller: GraphAccount, version: str, *, times: int = 1) -> dict[str, str]:
    limit = world.settings.limits.graph_calls_per_hour
    standing = world.windows.count(f"{caller.id}:graph", limit, HOUR, world.now(), times=times)
    if not standing.fits:
        minutes = (standing.reset - world.now()) / 60
        code = 32 if isinstance(caller, Page) else 4
        raise Refused(errors.throttled(code=code, owner=caller.id, minutes=minutes))
    percent = 100 - 100 * standing.remaining // max(limit, 1)
    return {"facebook-api-version": version, **errors.usage_headers(caller.id, percent=percent)}
