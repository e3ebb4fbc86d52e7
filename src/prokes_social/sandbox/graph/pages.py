"""Posts of a Facebook Page: made, published later, listed, shown and deleted, as Graph does it."""

from typing import Any
from urllib.parse import urlsplit

from prokes_social.sandbox.accounts import Page
from prokes_social.sandbox.calls import Answer, Incoming, Refused
from prokes_social.sandbox.graph import errors
from prokes_social.sandbox.graph.fields import Edge, Node, pick
from prokes_social.sandbox.graph.insights import page_rows
from prokes_social.sandbox.graph.listing import as_graph_time, listing
from prokes_social.sandbox.graph.parameters import (
    NOTHING,
    PAGE_FEED,
    PAGE_LISTING,
    PAGE_POSTS,
    POST_UPDATE,
    READ,
    Values,
    checked,
)
from prokes_social.sandbox.graph.photos import image_node
from prokes_social.sandbox.oddities import as_told
from prokes_social.sandbox.world import Medium, Post, World

LONGEST = 63_206
DUPLICATE_WINDOW_S = 86_400


def create(world: World, page: Page, incoming: Incoming) -> Answer:
    """POST /{page}/feed; with `published=false` it stays a draft until it is updated."""
    values = checked(incoming, PAGE_FEED)
    _check_content(values)
    with world.lock:
        pictures = _attached(world, page, values)
        post = _drafted(world, page, values, pictures)
        if values.get("published", True):
            _make_public(world, post)
        world.posts[post.id] = post
        for medium in pictures:
            medium.used_by = post.id
        return Answer(body={"id": post.id})


def update(world: World, post: Post, incoming: Incoming) -> Answer:
    """POST /{post}: `is_published=true` makes a draft public; said again, it changes nothing."""
    values = checked(incoming, POST_UPDATE)
    with world.lock:
        if values.get("is_published") is False and post.is_public:
            raise errors.refuse("Published posts cannot be unpublished")
        if "message" in values:
            post.text = values["message"].strip()
        if values.get("is_published") and not post.is_public:
            _make_public(world, post)
    return Answer(body={"success": True})


def remove(world: World, post: Post, incoming: Incoming) -> Answer:
    """DELETE /{post}."""
    checked(incoming, NOTHING)
    with world.lock:
        world.delete(post)
    return Answer(body={"success": True})


def feed(world: World, page: Page, incoming: Incoming) -> Answer:
    """GET /{page}/feed and /published_posts."""
    return _listed(world, page, incoming, checked(incoming, PAGE_LISTING))


def own_posts(world: World, page: Page, incoming: Incoming) -> Answer:
    """GET /{page}/posts."""
    return _listed(world, page, incoming, checked(incoming, PAGE_POSTS))


def _listed(world: World, page: Page, incoming: Incoming, values: Values) -> Answer:
    with world.lock:
        posts = world.listed(page)
        return Answer(body=listing(posts, values, incoming, lambda post: post_node(world, post)))


def show(world: World, post: Post, incoming: Incoming) -> Answer:
    """GET /{post}, drafts included."""
    values = checked(incoming, READ)
    with world.lock:
        return Answer(body=pick(post_node(world, post), values.get("fields")))


def attachments(world: World, post: Post, incoming: Incoming) -> Answer:
    """GET /{post}/attachments."""
    values = checked(incoming, READ)
    with world.lock:
        return Answer(body={"data": [pick(node, values.get("fields")) for node in _attachment_nodes(world, post)]})


def show_page(world: World, page: Page, incoming: Incoming) -> Answer:
    """GET /{page} and /me."""
    values = checked(incoming, READ)
    return Answer(body=pick(page_node(world, page), values.get("fields")))


def page_node(world: World, page: Page) -> Node:
    linked = Node(kind="IGUser", values={"id": page.instagram_id}) if page.instagram_id else None
    values = {
        "id": page.id,
        "name": page.name,
        "username": page.username,
        "access_token": page.access_token,
        "category": "Government Organization",
        "fan_count": page.followers,
        "followers_count": page.followers,
        "instagram_business_account": linked,
        "connected_instagram_account": linked,
        "is_published": True,
        "link": f"{world.origin}/{page.id}",
    }
    return Node(kind="Page", values=values, default=("name", "id"))


def post_node(world: World, post: Post) -> Node:
    numbers = world.numbers(post)
    told = as_told(world.settings.metrics, "facebook", {name: numbers[name] for name in ("comments", "shares")})
    attached = _attachment_nodes(world, post)
    moment = as_graph_time(post.published_at or post.created_at)
    first = f"{world.origin}/_control/media/{post.pictures[0].picture.digest}" if post.pictures else None
    values = {
        "id": post.id,
        "attachments": Edge(nodes=attached, total=len(attached)) if attached else None,
        "comments": Edge(total=told.get("comments")),
        "created_time": moment,
        "updated_time": moment,
        "from": Node(kind="Profile", values={"name": post.account.name, "id": post.account.id}, default=("name", "id")),
        "full_picture": first,
        "picture": first,
        "is_published": post.is_public,
        "is_hidden": False,
        "message": post.text,
        "permalink_url": post.permalink,
        "reactions": Edge(total=numbers["likes"] + numbers["loves"] + numbers["wows"]),
        "insights": lambda wanted: {"data": page_rows(world, post, wanted.metric)},
        "shares": {"count": told.get("shares")} if numbers["shares"] and "shares" in told else None,
        "status_type": "added_photos" if post.pictures else "mobile_status_update",
    }
    return Node(kind="PagePost", values=values, default=("created_time", "message", "id"))


def _attachment_nodes(world: World, post: Post) -> list[Node]:
    """One picture stands alone, several form an album with subattachments, a link is shared."""
    photos = [_photo_attachment(world, post, medium) for medium in post.pictures]
    if len(photos) > 1:
        target = Node(kind="StoryAttachmentTarget", values={"id": post.id.partition("_")[2], "url": post.permalink})
        album = {**photos[0].values, "type": "album", "target": target, "subattachments": Edge(nodes=photos)}
        return [Node(kind="StoryAttachment", values=album, default=photos[0].default)]
    if not photos and post.link:
        target = Node(kind="StoryAttachmentTarget", values={"url": post.link}, default=("url",))
        shared = {"type": "share", "media_type": "link", "target": target, "url": post.link, "unshimmed_url": post.link}
        return [Node(kind="StoryAttachment", values=shared, default=("target", "type", "url"))]
    return photos


def _photo_attachment(world: World, post: Post, medium: Medium) -> Node:
    address = f"{world.origin}/photo/?fbid={medium.id}"
    target = Node(kind="StoryAttachmentTarget", values={"id": medium.id, "url": address}, default=("id", "url"))
    media = Node(kind="StoryAttachmentMedia", values={"image": image_node(world, medium)}, default=("image",))
    values = {
        "description": post.text,
        "media": media,
        "media_type": "photo",
        "target": target,
        "type": "photo",
        "url": address,
    }
    default = ("description", "media", "subattachments", "target", "type", "url")
    return Node(kind="StoryAttachment", values=values, default=default)


def _check_content(values: Values) -> None:
    if not any(values.get(name) for name in ("message", "link", "attached_media")):
        raise errors.refuse("Missing message or attachment")
    if len(values.get("message", "")) > LONGEST:
        raise errors.refuse("The message is too long")
    if "link" in values and urlsplit(values["link"]).scheme not in ("http", "https"):
        raise errors.refuse("The url you supplied is invalid", kind="OAuthException")


def _attached(world: World, page: Page, values: Values) -> tuple[Medium, ...]:
    rows: list[dict[str, Any]] = values.get("attached_media", [])
    if any(set(row) != {"media_fbid"} for row in rows):
        raise errors.refuse("Each attached_media needs exactly one media_fbid")
    found = [world.media.get(str(row["media_fbid"])) for row in rows]
    usable = [medium for medium in found if medium and medium.account.id == page.id and not medium.used_by]
    if len({medium.id for medium in usable}) < len(rows):
        raise Refused(
            errors.error("(#100) Invalid parameter: media_fbid is unknown or used", code=100, subcode=1366046)
        )
    return tuple(usable)


def _drafted(world: World, page: Page, values: Values, pictures: tuple[Medium, ...]) -> Post:
    number = f"122{int(world.new_id()) % 10**15:015d}"
    return Post(
        id=f"{page.id}_{number}",
        platform="facebook",
        account=page,
        text=values.get("message", "").strip(),
        link=values.get("link", ""),
        created_at=world.now(),
        pictures=pictures,
        permalink=f"{world.origin}/{page.id}/posts/{number}",
    )


def _make_public(world: World, post: Post) -> None:
    if world.settings.facebook_refuses_duplicates and _repeats_the_last(world, post):
        raise Refused(errors.duplicate())
    world.publish(post)


def _repeats_the_last(world: World, post: Post) -> bool:
    """Meta compares with the last status only, and never finds two uploads of a picture equal."""
    others = (other for other in world.public_posts(platform="facebook", deleted=False))
    last = next((other for other in reversed(list(others)) if other.account.id == post.account.id), None)
    if last is None or post.pictures or last.pictures:
        return False
    is_recent = world.now() - (last.published_at or 0) < DUPLICATE_WINDOW_S
    return is_recent and (last.text.split(), last.link) == (post.text.split(), post.link)
