"""Cards outside of the house: a signed, short-lived address for platforms that fetch them, and whether one is ours."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prokes_social.model.platform import Picture
from prokes_social.model.verdict import Origin, Verdict
from prokes_social.store import campaigns, issued

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

    def verify(self, data: bytes, name: str) -> Verdict:
        """Whether we issued this file: by its bytes, else by the address in its QR code. Raises CardError."""
        digest = hashlib.sha256(data).hexdigest()
        with self._app.store.read() as tx:
            if issued.is_kept(tx, digest):
                return Verdict(origin=Origin.OURS, file_digest=digest, deliveries=tuple(issued.showing(tx, digest)))
        from prokes_social.rendering.received import links_on  # numpy and Pillow: only where pictures are opened

        links = links_on(data, name)
        with self._app.store.read() as tx:
            found = tuple(issued.linking_to(tx, links))
        origin = Origin.ALIKE if found else Origin.UNKNOWN
        return Verdict(origin=origin, file_digest=digest, links=tuple(sorted(links)), deliveries=found)
