"""Instagram's two steps: an address of a picture in, a container out; a container in, a public post out."""

import hashlib

from prokes_social.sandbox.accounts import InstagramUser
from prokes_social.sandbox.calls import Answer, Incoming, Refused
from prokes_social.sandbox.graph import errors
from prokes_social.sandbox.graph.fetching import fetched_picture
from prokes_social.sandbox.graph.fields import Node, pick
from prokes_social.sandbox.graph.insights import instagram_rows
from prokes_social.sandbox.graph.listing import as_graph_time, listing
from prokes_social.sandbox.graph.parameters import (
    IG_CONTAINER,
    IG_LIMIT,
    IG_MEDIA_LISTING,
    IG_PUBLISH,
    NOTHING,
    READ,
    Values,
    checked,
    required,
)
from prokes_social.sandbox.limits import DAY
from prokes_social.sandbox.oddities import as_told
from prokes_social.sandbox.world import Container, Medium, Post, World
from prokes_social.sandbox.x.text import HASHTAG

CONTAINER_LIFE_S = 86_400
LONGEST_CAPTION, MOST_HASHTAGS, LONGEST_ALT_TEXT = 2200, 5, 1000
WORDS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "EXPIRED": "Expired: Media was not published within 24 hours and the container has expired.",
}


def create_container(world: World, user: InstagramUser, incoming: Incoming) -> Answer:
    """POST /{ig}/media: fetches the picture, as Meta's servers do. Blocks while it does."""
    values = checked(incoming, IG_CONTAINER)
    _check_caption(values)
    picture = fetched_picture(required(values, "image_url"))
    with world.lock:
        now = world.now()
        medium = Medium(id=f"179{int(world.new_id()) % 10**14:014d}", account=user, picture=picture, created_at=now)
        medium.alt_text = values.get("alt_text", "")
        container = Container(
            id=medium.id,
            account=user,
            medium=medium,
            caption=values.get("caption", ""),
            created_at=now,
            ready_at=now + world.settings.processing_s,
        )
        world.media[medium.id] = medium
        world.containers[container.id] = container
    return Answer(body={"id": container.id})


def show_container(world: World, container: Container, incoming: Incoming) -> Answer:
    """GET /{container}: status_code and status."""
    values = checked(incoming, READ)
    code = status_code(world, container)
    node = Node(kind="IGContainer", values={"id": container.id, "status_code": code, "status": WORDS[code]})
    return Answer(body=pick(node, values.get("fields")))


def status_code(world: World, container: Container) -> str:
    if container.published_as:
        return "PUBLISHED"
    if world.now() >= container.created_at + CONTAINER_LIFE_S:
        return "EXPIRED"
    return "FINISHED" if world.now() >= container.ready_at else "IN_PROGRESS"


def publish(world: World, user: InstagramUser, incoming: Incoming) -> Answer:
    """POST /{ig}/media_publish."""
    creation_id = required(checked(incoming, IG_PUBLISH), "creation_id")
    with world.lock:
        container = world.containers.get(str(creation_id))
        if container is None or container.account.id != user.id:
            raise Refused(_gone())
        _check_publishable(world, container)
        _count(world, user)
        post = _posted(world, container)
        container.published_as = post.id
        return Answer(body={"id": post.id})


def publishing_limit(world: World, user: InstagramUser, incoming: Incoming) -> Answer:
    """GET /{ig}/content_publishing_limit."""
    values = checked(incoming, IG_LIMIT)
    with world.lock:
        used = world.windows.used(f"{user.id}:publish", DAY, world.now())
    config = {"quota_total": world.settings.limits.instagram_posts_per_day, "quota_duration": DAY}
    node = Node(kind="ContentPublishingLimit", values={"quota_usage": used, "config": config}, default=("quota_usage",))
    return Answer(body={"data": [pick(node, values.get("fields"))]})


def list_media(world: World, user: InstagramUser, incoming: Incoming) -> Answer:
    """GET /{ig}/media, newest first."""
    values = checked(incoming, IG_MEDIA_LISTING)
    with world.lock:
        posts = world.listed(user)
        return Answer(body=listing(posts, values, incoming, lambda post: media_node(world, post)))


def show_media(world: World, post: Post, incoming: Incoming) -> Answer:
    """GET /{media}."""
    values = checked(incoming, READ)
    with world.lock:
        return Answer(body=pick(media_node(world, post), values.get("fields")))


def remove_media(world: World, post: Post, incoming: Incoming) -> Answer:
    """DELETE /{media}."""
    checked(incoming, NOTHING)
    with world.lock:
        world.delete(post)
    return Answer(body={"success": True})


def show_user(world: World, user: InstagramUser, incoming: Incoming) -> Answer:
    """GET /{ig} and /me."""
    values = checked(incoming, READ)
    with world.lock:
        count = len(world.listed(user))
    known = {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "followers_count": user.followers,
        "media_count": count,
    }
    return Answer(body=pick(Node(kind="IGUser", values=known), values.get("fields")))


def media_node(world: World, post: Post) -> Node:
    numbers = world.numbers(post)
    counts = {"comments_count": numbers["comments"], "like_count": numbers["likes"]}
    values = {
        "id": post.id,
        **as_told(world.settings.metrics, "instagram", counts),
        "insights": lambda wanted: {"data": instagram_rows(world, post, wanted.metric)},
        "alt_text": post.pictures[0].alt_text,
        "caption": post.text,
        "media_product_type": "FEED",
        "media_type": "IMAGE",
        "media_url": f"{world.origin}/_control/media/{post.pictures[0].picture.digest}",
        "owner": Node(kind="IGUser", values={"id": post.account.id}),
        "permalink": post.permalink,
        "shortcode": post.permalink.rstrip("/").rpartition("/")[2],
        "timestamp": as_graph_time(post.published_at or post.created_at),
        "username": post.account.username,
    }
    return Node(kind="IGMedia", values=values)


def _check_caption(values: Values) -> None:
    caption = values.get("caption", "")
    if len(caption) > LONGEST_CAPTION or len(HASHTAG.findall(caption)) > MOST_HASHTAGS:
        people = f"The caption is limited to {LONGEST_CAPTION} characters and {MOST_HASHTAGS} hashtags."
        raise Refused(
            errors.error("The caption was too long", code=36004, subcode=2207010, title="Caption", people=people)
        )
    if len(values.get("alt_text", "")) > LONGEST_ALT_TEXT:
        raise errors.refuse(f"Param alt_text must be at most {LONGEST_ALT_TEXT} characters long")
    if values.get("media_type", "IMAGE") != "IMAGE":
        raise errors.refuse("This sandbox serves pictures only; leave media_type out")


def _check_publishable(world: World, container: Container) -> None:
    code = status_code(world, container)
    if code == "IN_PROGRESS":
        people = "The media is not ready for publishing, please wait for a moment"
        raise Refused(
            errors.error(
                "Media ID is not available", code=9007, subcode=2207027, transient=False, title="Wait", people=people
            )
        )
    if code == "EXPIRED":
        people = "The media you are trying to access has expired. Please try to upload again."
        raise Refused(errors.error("Media expired", code=-2, subcode=2207020, title="Expired", people=people))
    if code == "PUBLISHED":
        raise Refused(_gone())


def _gone() -> Answer:
    people = "The media you are trying to publish cannot be found, or has been published already."
    return errors.error(
        "The requested resource does not exist", code=24, subcode=2207006, transient=False, title="Gone", people=people
    )


def _count(world: World, user: InstagramUser) -> None:
    limit = world.settings.limits.instagram_posts_per_day
    if not world.windows.count(f"{user.id}:publish", limit, DAY, world.now()).fits:
        people = "You reached maximum number of posts that is allowed to be published by Content Publishing API."
        raise Refused(
            errors.error("Application request limit reached", code=9, subcode=2207042, title="Limit", people=people)
        )


def _posted(world: World, container: Container) -> Post:
    post_id = f"180{int(world.new_id()) % 10**14:014d}"
    shortcode = "S" + hashlib.sha256(post_id.encode()).hexdigest()[:10]
    post = Post(
        id=post_id,
        platform="instagram",
        account=container.account,
        text=container.caption,
        created_at=world.now(),
        pictures=(container.medium,),
        permalink=f"{world.origin}/p/{shortcode}/",
    )
    return world.publish(post)
