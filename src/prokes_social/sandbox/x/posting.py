"""Make and delete posts as X does: a JSON body in, a public post out, or the refusal X would give."""

import unicodedata
from typing import Any

from prokes_social.sandbox.accounts import XUser
from prokes_social.sandbox.calls import Answer, Incoming, Refused
from prokes_social.sandbox.world import Medium, Post, World
from prokes_social.sandbox.x import problems
from prokes_social.sandbox.x.media import usable
from prokes_social.sandbox.x.shapes import ID, POST, checked_body
from prokes_social.sandbox.x.text import LIMIT, Shown, as_shown, has_url, weighted_length

MOST_PICTURES = 4
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)


def create(world: World, user: XUser, incoming: Incoming) -> Answer:
    """POST /2/tweets."""
    body = checked_body(incoming, POST)
    text = unicodedata.normalize("NFC", body.get("text", "")).strip()
    media_ids = _media_ids(body)
    _check_text(text, has_media=bool(media_ids))
    with world.lock:
        pictures = _pictures(world, user, media_ids)
        if _is_duplicate(world, user, text):
            raise Refused(problems.duplicate())
        post = _published(world, user, text, pictures)
        history = "edit_history_post_ids" if world.settings.x_vocabulary == "post" else "edit_history_tweet_ids"
    world.costs.charge("post_with_url" if has_url(text) else "post")
    return Answer(status=201, body={"data": {"id": post.id, "text": shown(post).text, history: [post.id]}})


def remove(world: World, user: XUser, incoming: Incoming) -> Answer:
    """DELETE /2/tweets/:id."""
    post_id = incoming.path.rsplit("/", 1)[-1]
    with world.lock:
        post = world.posts.get(post_id)
        if post is None or post.platform != "x" or not post.is_public:
            return Answer(body={"data": {"deleted": False}})
        if post.account.id != user.id:
            raise Refused(problems.forbidden("You are not authorized to delete this Tweet."))
        world.delete(post)
    return Answer(body={"data": {"deleted": True}})


def shown(post: Post) -> Shown:
    """The text as X gives it back; it always ends in the link of its pictures."""
    picture = f"https://x.com/{post.account.username}/status/{post.id}/photo/1" if post.pictures else ""
    return as_shown(post.text, picture_address=picture, picture_keys=tuple(medium.key for medium in post.pictures))


def _media_ids(body: dict[str, Any]) -> list[str]:
    if "media" not in body:
        return []
    ids: list[str] = body["media"]["media_ids"]
    if not 1 <= len(ids) <= MOST_PICTURES:
        raise problems.invalid(({}, f"$.media.media_ids: there must be 1 to {MOST_PICTURES} items in the array"))
    for number, media_id in enumerate(ids):
        if not ID.fullmatch(media_id):
            raise problems.invalid(({}, f"$.media.media_ids[{number}]: does not match the regex pattern {ID.pattern}"))
    return ids


def _check_text(text: str, *, has_media: bool) -> None:
    if not text and not has_media:
        raise problems.invalid(({}, "One of text or media is required."))
    if weighted_length(text) > LIMIT:
        raise problems.invalid(({}, TOO_LONG))


def _pictures(world: World, user: XUser, media_ids: list[str]) -> tuple[Medium, ...]:
    found = [usable(world, user, media_id) for media_id in media_ids]
    if None in found or len(set(media_ids)) < len(media_ids):
        raise problems.invalid(({"media.media_ids": media_ids}, "Your media IDs are invalid."))
    return tuple(medium for medium in found if medium)


def _is_duplicate(world: World, user: XUser, text: str) -> bool:
    if not world.settings.x_refuses_duplicates or not text:
        return False
    since = world.now() - world.settings.x_duplicate_window_s
    words = text.split()
    mine = (post for post in world.posts.values() if post.platform == "x" and post.account.id == user.id)
    return any(post.is_public and post.created_at >= since and post.text.split() == words for post in mine)


def _published(world: World, user: XUser, text: str, pictures: tuple[Medium, ...]) -> Post:
    post = Post(id=world.new_id(), platform="x", account=user, text=text, created_at=world.now(), pictures=pictures)
    post.permalink = f"{world.origin}/{user.username}/status/{post.id}"
    return world.publish(post)
