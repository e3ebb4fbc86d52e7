"""A preview in, the pages of a small service out: cards beside the editor, drawn anew while somebody designs them."""

from itertools import groupby
from math import sqrt
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from prokes_social import i18n
from prokes_social.app.pages import environment
from prokes_social.app.preview import Preview, View
from prokes_social.checking.formats import source_lines
from prokes_social.errors import CardError
from prokes_social.model.platform import Size
from prokes_social.rendering.debugging import legend
from prokes_social.rendering.encoding import WISHED_BYTES
from prokes_social.web._answers import headers, part

STATIC = {"preview.css": "text/css; charset=utf-8", "preview.js": "text/javascript; charset=utf-8"}
#: Nothing but our own files, no script in the page, and nowhere to send anything.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: A name that is made to point at this machine must not let other people's pages read from it.
HOSTS = ["127.0.0.1", "localhost"]
#: Px² of each card on the page: with the same area wide and tall cards weigh the same.
_AREA = 320 * 400


def build(preview: Preview) -> FastAPI:
    service = FastAPI(title="prokes card preview", docs_url=None, redoc_url=None, openapi_url=None)
    service.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)

    @service.get("/")
    def page() -> Response:
        return _html("preview.html.j2", preview.view())

    @service.get("/view")
    def view() -> Response:
        """What changes with the files, for the script to put in its place."""
        return _html("_cards.html.j2", preview.view())

    @service.get("/version")
    def version() -> dict[str, str]:
        return {"version": preview.version()}

    @service.api_route("/cards/{version}/{number}", methods=["GET", "HEAD"])
    def card(version: str, number: int, request: Request) -> Response:
        return _picture(preview, version, number, outlined="lines" in request.query_params)

    @service.get("/favicon.ico")
    def icon() -> Response:
        return Response(status_code=204)

    @service.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise HTTPException(404)
        return Response(part(name), media_type=STATIC[name], headers=headers("no-cache"))

    return service


def _picture(preview: Preview, version: str, number: int, *, outlined: bool) -> Response:
    try:
        card = preview.card(version, number)
        overlay = preview.outlined(version, number) if outlined and card else None
    except CardError as error:
        raise HTTPException(422, f"{error.message}. {error.hint}") from error
    if card is None:
        raise HTTPException(404)
    # An address with a version never changes what it shows.
    caching = headers("private, max-age=3600, immutable")
    if overlay:
        return Response(overlay, media_type="image/png", headers=caching)
    return Response(card.data, media_type=card.media_type, headers=caching)


def _html(name: str, view: View) -> Response:
    sizes = dict.fromkeys(each.request.size for each in view.exhibits)
    numbered = list(enumerate(view.exhibits))
    text = environment("prokes_social.web").get_template(name).render(
        view=view, brands=_by_brand(numbered), sizes=sizes, language=i18n.language(), legend=legend(),
        heavy=WISHED_BYTES, thumbnail=_thumbnail, source_lines=source_lines,
    )  # fmt: skip
    return HTMLResponse(text, headers={**headers("no-store"), "Content-Security-Policy": POLICY})


def _by_brand(numbered: list[tuple[int, Any]]) -> list[tuple[str, list[tuple[str, list[tuple[int, Any]]]]]]:
    """Brand, then sample, then the exhibits with their numbers."""
    by_brand = groupby(sorted(numbered, key=lambda each: each[1].request.brand), key=lambda each: each[1].request.brand)
    return [
        (brand, [(sample, list(run)) for sample, run in groupby(exhibits, key=lambda each: each[1].sample)])
        for brand, exhibits in by_brand
    ]


def _thumbnail(size: Size) -> tuple[int, int]:
    scale = sqrt(_AREA / (size.width * size.height))
    return round(size.width * scale), round(size.height * scale)
