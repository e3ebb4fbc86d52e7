"""A tracked link in, the way onwards or the public page of a shared card out; people's visits are counted."""

import hashlib
import logging
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from prokes_social.app import App
from prokes_social.app.pages import environment
from prokes_social.app.sharing import Invitation
from prokes_social.errors import CardError, StoreError
from prokes_social.i18n import _, language, speaking
from prokes_social.model.platform import Size
from prokes_social.sharing import places, tracked
from prokes_social.sharing.shown import Shared
from prokes_social.sharing.visitors import Visitor, why_not_counted
from prokes_social.web._answers import READING, headers, inlined

#: A card that was changed or taken back is gone from caches after an hour.
CARD_CACHING = "public, max-age=3600"
#: Wider than that, feeds show it large; otherwise they cut a square out of it.
_WIDE = 1.6
#: Characters of a title that previews show whole.
_TITLE = 70
_log = logging.getLogger("prokes.web")


def routes(app: App) -> APIRouter:
    router = APIRouter()

    @router.api_route("/r/{text}", methods=READING)
    def redirect(text: str, request: Request) -> Response:
        return _spoken(app, lambda: _onward(app, text, request))

    @router.api_route("/k/{name}.jpg", methods=READING)
    def card(name: str, request: Request) -> Response:
        return _spoken(app, lambda: _picture(app, name, request))

    @router.api_route("/k/{text}", methods=READING)
    def page(text: str, request: Request) -> Response:
        return _spoken(app, lambda: _page(app, text, request))

    return router


def _onward(app: App, text: str, request: Request) -> Response:
    """To where the message leads; one without a link of its own leads to the public page, which counts the visit."""
    found = _found(app, text, request, page=False)
    if found is None or found.is_withdrawn:
        return _notice(app, found)
    _code, tag = tracked.read(text) or ("", "")
    address = found.link(places.name_of(tag)) or f"/k/{found.offer.code}{tag and '-'}{tag}"
    answer = RedirectResponse(address, status_code=302)
    answer.headers.update(headers("no-store"))
    return answer


def _page(app: App, text: str, request: Request) -> Response:
    found = _found(app, text, request, page=True)
    if found is None or not found.is_shown:
        return _notice(app, found)
    _code, tag = tracked.read(text) or ("", "")
    has_card = app.sharing.has_card(Invitation(offer=found.offer, wave=found.wave))
    card = PublicCard.of(found, tag, app.settings.public_url, has_card=has_card)
    return _html(app, "public_card.html.j2", 200, card=card)


def _found(app: App, text: str, request: Request, *, page: bool) -> Shared | None:
    """What stands behind the address; by then the visit is counted, if it is a person's."""
    known = tracked.read(text)
    if known is None:
        return None
    code, tag = known
    if why_not_counted(request.method, request.headers):
        return app.sharing.look(code)
    visitor = Visitor(
        address=request.client.host if request.client else "", agent=request.headers.get("user-agent", "")
    )
    return app.sharing.visit(code, tag, visitor, page=page)


def _picture(app: App, name: str, request: Request) -> Response:
    """The card in its first size, `<code>.jpg`, or in another, `<code>.1600x900.jpg`."""
    code, _dot, wanted = name.partition(".")
    found = app.sharing.look(code) if tracked.read(code) == (code, "") else None
    if found is None:
        return Response(status_code=404, headers=headers("no-store"))
    size = next((each for each in found.wave.content.sizes if wanted in ("", str(each))), None)
    data = _drawn(app, found, size) if found.is_shown and size else None
    if data is None:
        return Response(status_code=404 if found.is_shown else 410, headers=headers("no-store"))
    mark = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    kept = {**headers(CARD_CACHING), "ETag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=kept)
    return Response(data, media_type="image/jpeg", headers=kept)


def _drawn(app: App, found: Shared, size: Size) -> bytes | None:
    try:
        return app.sharing.card(Invitation(offer=found.offer, wave=found.wave), size)
    except CardError as error:
        _log.error("public card not drawn", extra={"offer": found.offer.id, "reason": error.message})
        return None


@dataclass(frozen=True, kw_only=True)
class PublicCard:
    """What everybody may see of a message that a person shared: nothing of the person but what stands on the card."""

    title: str
    text: str
    source: str  #: empty where none is known
    link: str | None
    host: str
    by_staff: bool  #: not by the office's own account
    address: str | None  #: absolute; None where the office has no public address
    picture: str | None  #: shown on the page
    size: Size | None
    preview: str | None  #: absolute; shown by chats and feeds
    preview_size: Size | None
    alt_text: str

    @classmethod
    def of(cls, found: Shared, tag: str, public_url: str | None, *, has_card: bool) -> "PublicCard":
        content, code = found.wave.content, found.offer.code
        size = content.sizes[0] if has_card else None
        preview = next((each for each in content.sizes if _is_wide(each)), size) if has_card else None
        link = found.link(places.name_of(tag))
        return cls(
            title=_first_sentence(content.captions[0]), text=content.captions[0].strip(),
            source=str(content.card.slots.get("source", "")) if content.card else "",
            link=link, host=(urlsplit(link).hostname or "").removeprefix("www.") if link else "",
            by_staff=not found.wave.key.account,
            address=f"{public_url}/k/{code}{tag and '-'}{tag}" if public_url else None,
            picture=f"/k/{code}.jpg" if size else None, size=size,
            preview=f"{public_url}/k/{code}.{preview}.jpg" if public_url and preview else None, preview_size=preview,
            alt_text=content.alt_text,
        )  # fmt: skip

    @property
    def kind(self) -> str:
        """How the page is laid out."""
        if self.size is None:
            return "words"
        return "card wide" if self.size.width > self.size.height else "card tall"

    @property
    def is_wide(self) -> bool:
        """Whether feeds show the preview in full width."""
        return self.preview_size is not None and _is_wide(self.preview_size)


def _is_wide(size: Size) -> bool:
    return size.width >= _WIDE * size.height


def _first_sentence(text: str) -> str:
    """For titles; cut between words where it is long."""
    line = text.strip().partition("\n")[0]
    sentence = re.split(r"(?<=[.!?…])\s", line, maxsplit=1)[0].rstrip(".")
    return textwrap.shorten(sentence, _TITLE, placeholder=" …")


def _notice(app: App, found: Shared | None) -> Response:
    """Friendly, and without anything of the message."""
    if found is None:
        return _html(
            app, "public_notice.html.j2", 404,
            title=_("This link leads nowhere"),
            text=_("Perhaps a letter is missing. Ask whoever sent it to share it once more."),
        )  # fmt: skip
    return _html(
        app, "public_notice.html.j2", 410,
        title=_("This message is no longer shared"),
        text=_("It was taken back or is being corrected. Thank you for looking."),
    )  # fmt: skip


def _spoken(app: App, answer: Callable[[], Response]) -> Response:
    """In the office's language; a visitor never sees an error of ours."""
    with speaking(app.settings.language):
        try:
            return answer()
        except StoreError as error:
            _log.error("public page without database", extra={"reason": error.message})
            sorry = _html(
                app, "public_notice.html.j2", 503,
                title=_("One moment, please"),
                text=_("This page has a short pause. Try again in a minute."),
            )  # fmt: skip
            sorry.headers["Retry-After"] = "60"
            return sorry


def _html(app: App, name: str, status: int, **values: object) -> HTMLResponse:
    style, policy = inlined("public.css", images="'self' data:", forms="'none'")
    organisation = app.settings.organisation
    text = environment("prokes_social.web").get_template(name).render(
        **values, office=organisation.name, unit=organisation.unit, language=language(), style=style
    )  # fmt: skip
    return HTMLResponse(text, status, headers={**headers("no-store"), "Content-Security-Policy": policy})
