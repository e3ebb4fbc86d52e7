"""Take in pictures and their alt text as X does: bytes in, media id and media key out; 5 MB, four kinds, one day."""

import base64
import binascii
from typing import Any

from prokes_social.sandbox.accounts import XUser
from prokes_social.sandbox.calls import Answer, Incoming
from prokes_social.sandbox.pictures import NotAPicture, Picture, look_at
from prokes_social.sandbox.world import Medium, World
from prokes_social.sandbox.x.problems import invalid
from prokes_social.sandbox.x.shapes import METADATA, METADATA_V1, UPLOAD, checked_body

LARGEST = 5 * 1024 * 1024
LIFE_S = 86_400
LONGEST_ALT_TEXT = 1000
CATEGORIES = ("tweet_image", "tweet_gif")


def upload(world: World, user: XUser, incoming: Incoming) -> Answer:
    """POST /2/media/upload: base64 in JSON, or the bytes themselves in a multipart body."""
    data, category, media_type = (
        _from_json(incoming) if incoming.content_type == "application/json" else _from_form(incoming)
    )
    if category not in CATEGORIES:
        raise invalid(({"media_category": category}, f"media_category: must be one of {', '.join(CATEGORIES)}"))
    picture = _picture(data)
    if media_type and media_type != picture.media_type:
        raise invalid(({"media_type": media_type}, f"media_type does not fit the media: {picture.media_type}"))
    medium = _keep(world, user, picture)
    image = {"w": picture.width, "h": picture.height, "image_type": picture.media_type}
    common = {"size": len(data), "expires_after_secs": LIFE_S, "image": image}
    return Answer(body={"data": {"id": medium.id, "media_key": medium.key, **common}})


def describe(world: World, user: XUser, incoming: Incoming) -> Answer:
    """POST /2/media/metadata: alt text for a picture that is not yet posted."""
    body = checked_body(incoming, METADATA)
    text = body.get("metadata", {}).get("alt_text", {}).get("text")
    if text is not None:
        _set_alt_text(world, user, body["id"], text)
    world.costs.charge("media_metadata")
    return Answer(body={"data": {"id": body["id"], "associated_metadata": body.get("metadata", {})}})


def upload_v1(world: World, user: XUser, incoming: Incoming) -> Answer:
    """POST /1.1/media/upload.json, as tweepy.API sends it."""
    known = {"media_category", "additional_owners"}
    fields = dict(incoming.form) | dict(incoming.query)
    unknown = set(fields) - known
    if unknown or len(incoming.files) != 1 or incoming.files[0].field != "media":
        raise invalid((dict.fromkeys(unknown, ""), "media: one file is required, and nothing unknown beside it"))
    picture = _picture(incoming.files[0].data)
    medium = _keep(world, user, picture)
    image = {"image_type": picture.media_type, "w": picture.width, "h": picture.height}
    body: dict[str, Any] = {"media_id": int(medium.id), "media_id_string": medium.id, "media_key": medium.key}
    return Answer(body={**body, "size": len(picture.data), "expires_after_secs": LIFE_S, "image": image})


def describe_v1(world: World, user: XUser, incoming: Incoming) -> Answer:
    """POST /1.1/media/metadata/create.json; answers with an empty body, as v1.1 does."""
    body = checked_body(incoming, METADATA_V1)
    if "alt_text" in body:
        _set_alt_text(world, user, body["media_id"], body["alt_text"]["text"])
    return Answer(raw=b"")


def usable(world: World, user: XUser, media_id: str) -> Medium | None:
    """The medium, if it is known, this user's, not yet used and not older than a day. Call with the lock held."""
    medium = world.media.get(media_id)
    if medium is None or medium.account.id != user.id or medium.used_by:
        return None
    return medium if world.now() < medium.created_at + LIFE_S else None


def _from_json(incoming: Incoming) -> tuple[bytes, str, str]:
    body = checked_body(incoming, UPLOAD)
    try:
        data = base64.b64decode(body["media"], validate=True)
    except (binascii.Error, ValueError):
        raise invalid(({}, "$.media: is not base64")) from None
    return data, body["media_category"], body.get("media_type", "")


def _from_form(incoming: Incoming) -> tuple[bytes, str, str]:
    fields = dict(incoming.form)
    unknown = set(fields) - {"media_category", "media_type", "shared"}
    if unknown or len(incoming.files) != 1 or incoming.files[0].field != "media":
        raise invalid((dict.fromkeys(unknown, ""), "media: one file is required, and nothing unknown beside it"))
    return incoming.files[0].data, fields.get("media_category", ""), fields.get("media_type", "")


def _picture(data: bytes) -> Picture:
    if len(data) > LARGEST:
        raise invalid(({}, f"File size exceeds {LARGEST} bytes."))
    try:
        return look_at(data)
    except NotAPicture:
        raise invalid(({}, "media type unrecognized.")) from None


def _keep(world: World, user: XUser, picture: Picture) -> Medium:
    with world.lock:
        medium = Medium(id=world.new_id(), account=user, picture=picture, created_at=world.now())
        world.media[medium.id] = medium
    return medium


def _set_alt_text(world: World, user: XUser, media_id: str, text: str) -> None:
    if len(text) > LONGEST_ALT_TEXT:
        raise invalid(({}, f"$.metadata.alt_text.text: may only be {LONGEST_ALT_TEXT} characters long"))
    with world.lock:
        medium = usable(world, user, media_id)
        if medium is None:
            raise invalid(({"id": media_id}, "Your media IDs are invalid."))
        medium.alt_text = text
