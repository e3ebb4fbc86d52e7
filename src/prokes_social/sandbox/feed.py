"""The feed as people would see it: the world in, one HTML page in Bahasa Indonesia out, live or kept as one file."""

import base64
import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from prokes_social.sandbox.pages import template
from prokes_social.sandbox.pictures import Picture, thumbnail
from prokes_social.sandbox.world import Medium, Post, World
from prokes_social.sandbox.x.text import HASHTAG, MENTION, URL

WIB = timezone(timedelta(hours=7), "WIB")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
LABELS = {"x": "X", "facebook": "Facebook", "instagram": "Instagram"}
#: Wide enough for a column on a sharp screen, small enough to keep the single file light.
INLINE_PIXELS = 900
AVATAR_COLOURS = ("#0f766e", "#1d4ed8", "#9a3412", "#6d28d9", "#be123c", "#166534")

_MARKS = re.compile(f"(?P<url>{URL.pattern})|(?P<tag>{HASHTAG.pattern})|(?P<mention>{MENTION.pattern})", re.IGNORECASE)


def routes(world: World) -> list[Route]:
    """The feed, its single-file form, and the addresses that posts have as permalinks."""

    async def live(_request: Request) -> Response:
        return HTMLResponse(page(world))

    async def one_file(_request: Request) -> Response:
        return HTMLResponse(page(world, inline=True))

    async def one_post(request: Request) -> Response:
        address = f"{world.origin}{request.url.path}".rstrip("/")
        with world.lock:
            found = [post for post in world.public_posts(deleted=False) if post.permalink.rstrip("/") == address]
        return HTMLResponse(page(world, only=found), 200 if found else 404)

    async def pulse(_request: Request) -> Response:
        """Changes whenever the page would show other posts; the live page asks for it."""
        with world.lock:
            shown = world.public_posts(deleted=False)
        return JSONResponse({"pulse": f"{world.generation}-{len(shown)}-{shown[-1].order if shown else 0}"})

    return [
        Route("/", live),
        Route("/_control/feed.html", one_file),
        Route("/_control/pulse", pulse),
        Route("/{username}/status/{post_id}", one_post),
        Route("/{page_id}/posts/{post_id}", one_post),
        Route("/p/{shortcode}/", one_post),
    ]


def page(world: World, *, inline: bool = False, only: list[Post] | None = None) -> str:
    """`inline` puts the pictures into the page, so that it opens without a server."""
    source = _as_data if inline else functools.partial(_as_address, world)
    with world.lock:
        posts = world.public_posts(deleted=False) if only is None else only
        cards = [_card(world, post, source) for post in reversed(posts)]
        speed = world.settings.age_speed
    columns = [
        {"platform": platform, "label": label, "cards": [card for card in cards if card["platform"] == platform]}
        for platform, label in LABELS.items()
    ]
    return template("feed.html").render(
        columns=columns if only is None else [column for column in columns if column["cards"]],
        total=len(cards),
        live=not inline,
        single=only is not None,
        speed=_speed_words(speed),
        made_at=_moment(world.now()),
    )


def _card(world: World, post: Post, source: Callable[[Picture], str]) -> dict[str, Any]:
    account = post.account
    # One colour an office, on all platforms.
    initials = _initials(account.name or account.username)
    return {
        "platform": post.platform,
        "id": post.id,
        "name": account.name or account.username,
        "handle": account.username,
        "initials": initials,
        "colour": AVATAR_COLOURS[sum(initials.encode()) % len(AVATAR_COLOURS)],
        "when": _moment(post.published_at or post.created_at),
        "iso": datetime.fromtimestamp(post.published_at or post.created_at, UTC).isoformat(timespec="seconds"),
        "age": _age(world.age_s(post)) if world.settings.age_speed != 1 else "",
        "text": marked_up(post.text, links=post.platform != "instagram"),
        "link": post.link,
        "host": post.link.partition("://")[2].partition("/")[0],
        "pictures": [_picture(medium, source) for medium in post.pictures],
        "permalink": post.permalink,
        "numbers": world.numbers(post),
    }


def _picture(medium: Medium, source: Callable[[Picture], str]) -> dict[str, Any]:
    picture = medium.picture
    return {"src": source(picture), "alt": medium.alt_text, "width": picture.width, "height": picture.height}


def _as_address(_world: World, picture: Picture) -> str:
    return f"/_control/media/{picture.digest}"


@functools.lru_cache(maxsize=256)
def _as_data(picture: Picture) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(thumbnail(picture, INLINE_PIXELS)).decode()


def marked_up(text: str, *, links: bool) -> Markup:
    """Hashtags, mentions and, where the platform makes them so, links in colour; everything else escaped."""
    pieces: list[Markup] = []
    last = 0
    for match in _MARKS.finditer(text):
        if match.group("url") and not links:
            continue
        pieces.append(escape(text[last : match.start()]))
        shown = re.sub(r"^https?://(www\.)?", "", match.group()) if match.group("url") else match.group()
        pieces.append(Markup('<span class="mark">{}</span>').format(shown))
        last = match.end()
    return Markup("").join([*pieces, escape(text[last:])])


def _initials(name: str) -> str:
    """The words that tell offices apart: "Kabupaten" and "Provinsi" do not."""
    words = [word for word in re.split(r"[\s._]+", name) if word.lower() not in ("kabupaten", "provinsi", "kota")]
    return "".join(word[0] for word in words[:2]).upper() or name[:1].upper()


def _moment(moment: float) -> str:
    local = datetime.fromtimestamp(moment, WIB)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H.%M} WIB"


def _age(seconds: float) -> str:
    for length, word in ((86_400, "hari"), (3600, "jam"), (60, "menit")):
        if seconds >= length:
            return f"{int(seconds // length)} {word}"
    return f"{int(seconds)} detik"


def _speed_words(speed: float) -> str:
    return "" if speed == 1 else f"1 detik = {_age(speed)}"
