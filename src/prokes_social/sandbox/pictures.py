"""Look at uploaded bytes as a platform does: bytes in, kind, size and digest out; what is not an image is refused."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


class NotAPicture(Exception):
    """Pillow cannot open the bytes, or they stop before the picture is complete."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    data: bytes
    media_type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def aspect(self) -> float:
        return self.width / self.height


def look_at(data: bytes) -> Picture:
    """Decode the whole picture, so that a cut-off file is noticed. Raises NotAPicture."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            kind, size = image.format or "", image.size
    # Pillow raises SyntaxError for some broken PNG files and DecompressionBombError for absurd sizes.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPicture(str(error)) from error
    # Phones write several pictures into one JPEG; Pillow calls that MPO.
    kind = "JPEG" if kind == "MPO" else kind
    if kind not in MEDIA_TYPES:
        raise NotAPicture(f"{kind} is not a kind of picture that feeds show")
    return Picture(data=data, media_type=MEDIA_TYPES[kind], width=size[0], height=size[1])


def thumbnail(picture: Picture, longest: int) -> bytes:
    """A JPEG whose longer side has at most `longest` pixels."""
    with Image.open(io.BytesIO(picture.data)) as image:
        small = image.convert("RGB")
        small.thumbnail((longest, longest))
        target = io.BytesIO()
        small.save(target, "JPEG", quality=80, optimize=True)
        return target.getvalue()
