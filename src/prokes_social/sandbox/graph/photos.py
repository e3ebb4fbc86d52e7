"""Take in and show a Page's photos: multipart bytes in, a photo id out; still invisible until a post shows them."""

from prokes_social.sandbox.accounts import Page
from prokes_social.sandbox.calls import Answer, Incoming, Refused
from prokes_social.sandbox.graph import errors
from prokes_social.sandbox.graph.fields import Node, pick
from prokes_social.sandbox.graph.listing import as_graph_time
from prokes_social.sandbox.graph.parameters import NOTHING, PAGE_PHOTO, READ, checked
from prokes_social.sandbox.pictures import NotAPicture, Picture, look_at
from prokes_social.sandbox.world import Medium, Post, World

LARGEST = 4 * 1024 * 1024


def upload(world: World, page: Page, incoming: Incoming) -> Answer:
    """POST /{page}/photos; published at once unless `published=false`."""
    values = checked(incoming, PAGE_PHOTO)
    picture = _picture(incoming)
    with world.lock:
        medium = Medium(id=_new_photo_id(world), account=page, picture=picture, created_at=world.now())
        medium.alt_text = values.get("alt_text_custom", "")
        world.media[medium.id] = medium
        if not values.get("published", True):
            return Answer(body={"id": medium.id})
        post = Post(
            id=f"{page.id}_{medium.id}",
            platform="facebook",
            account=page,
            text=values.get("message") or values.get("caption", ""),
            created_at=world.now(),
            pictures=(medium,),
            permalink=f"{world.origin}/{page.id}/posts/{medium.id}",
        )
        world.publish(post)
        return Answer(body={"id": medium.id, "post_id": post.id})


def show(world: World, medium: Medium, incoming: Incoming) -> Answer:
    """GET /{photo}."""
    values = checked(incoming, READ)
    return Answer(body=pick(photo_node(world, medium), values.get("fields")))


def remove(world: World, medium: Medium, incoming: Incoming) -> Answer:
    """DELETE /{photo}; one that a post shows must go with its post."""
    checked(incoming, NOTHING)
    if medium.used_by:
        raise Refused(errors.error("(#100) The photo is part of a post", code=100))
    with world.lock:
        del world.media[medium.id]
    return Answer(body={"success": True})


def photo_node(world: World, medium: Medium) -> Node:
    address = f"{world.origin}/_control/media/{medium.picture.digest}"
    image = image_node(world, medium)
    values = {
        "id": medium.id,
        "alt_text": medium.alt_text,
        "alt_text_custom": medium.alt_text,
        "created_time": as_graph_time(medium.created_at),
        "from": Node(kind="Profile", values={"id": medium.account.id, "name": medium.account.name}),
        "height": medium.picture.height,
        "width": medium.picture.width,
        "images": [{"height": image.values["height"], "source": address, "width": image.values["width"]}],
        "link": f"{world.origin}/photo/?fbid={medium.id}",
        "page_story_id": medium.used_by,
        "picture": address,
    }
    return Node(kind="Photo", values=values, default=("created_time", "id"))


def image_node(world: World, medium: Medium) -> Node:
    picture = medium.picture
    values = {
        "height": picture.height,
        "src": f"{world.origin}/_control/media/{picture.digest}",
        "width": picture.width,
    }
    return Node(kind="ImageSource", values=values, default=("height", "src", "width"))


def _new_photo_id(world: World) -> str:
    return f"122{int(world.new_id()) % 10**15:015d}"


def _picture(incoming: Incoming) -> Picture:
    if [file.field for file in incoming.files] != ["source"]:
        raise Refused(errors.error("(#324) Requires upload file", code=324))
    data = incoming.files[0].data
    if len(data) >= LARGEST:
        raise _unfit("Your photos couldn't be uploaded. Photos should be less than 4 MB.")
    try:
        return look_at(data)
    except NotAPicture:
        people = "Your photos couldn't be uploaded. Photos should be saved as JPG, PNG, GIF, TIFF, HEIF or WebP files."
        raise _unfit(people) from None


def _unfit(people: str) -> Refused:
    title = "Can't Read Files"
    answer = errors.error("Invalid parameter", code=100, subcode=2069019, transient=False, title=title, people=people)
    return Refused(answer)
