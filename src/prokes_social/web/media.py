"""A signed address in, the bytes of a card out: how platforms fetch pictures, and nobody else for long."""

from fastapi import APIRouter, Response

from prokes_social.app import App
from prokes_social.web._answers import headers


def routes(app: App) -> APIRouter:
    router = APIRouter()

    @router.api_route("/m/{file_digest}.{suffix}", methods=["GET", "HEAD"])
    def picture(file_digest: str, suffix: str, until: int, sig: str) -> Response:
        found = app.media.picture(file_digest, until, sig)
        if found is None:
            # One answer for forged, expired and unknown: it tells a guesser nothing.
            return Response(status_code=404, headers=headers("no-store"))
        return Response(found.data, media_type=found.media_type, headers=headers("private, max-age=600"))

    return router
