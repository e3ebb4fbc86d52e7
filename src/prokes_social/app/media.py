"""Our own signed, short-lived address of a card, for platforms that fetch pictures themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prokes_social.model.platform import Picture
from prokes_social.store import campaigns

if TYPE_CHECKING:
    from prokes_social.app import App

#: Long enough for a container that a platform processes slowly, short enough to be worthless when it leaks.
LIFETIME = timedelta(hours=2)
PURPOSE = "media"


class Media:
    def __init__(self, app: "App") -> None:
        self._app = app

    def addressed(self, picture: Picture) -> Picture:
        """The picture with its address; without one where PROKES_PUBLIC_URL is not set."""
        base = self._app.settings.public_url
        if base is None:
            return picture
        until = int((self._app.clock.now() + LIFETIME).timestamp())
        signature = self._app.settings.keys.sign(f"{picture.file_digest}:{until}", purpose=PURPOSE)
        suffix = picture.media_type.removeprefix("image/").replace("jpeg", "jpg")
        return replace(picture, url=f"{base}/m/{picture.file_digest}.{suffix}?until={until}&sig={signature}")

    def picture(self, file_digest: str, until: int, signature: str) -> Picture | None:
        """The picture that a signed address names; None where the address is forged, over, or of nothing."""
        said = f"{file_digest}:{until}"
        if not self._app.settings.keys.verify(said, signature, purpose=PURPOSE):
            return None
        if datetime.fromtimestamp(until, UTC) < self._app.clock.now():
            return None
        with self._app.store.read() as tx:
            return campaigns.picture_by_file(tx, file_digest)
