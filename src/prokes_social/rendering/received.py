"""The bytes of a picture that somebody received in, the addresses its QR codes say out, whatever it was shrunk to."""

from io import BytesIO

from PIL import Image

from prokes_social.rendering import codes
from prokes_social.rendering.photos import normalised


def links_on(data: bytes, name: str) -> set[str]:
    """Raises CardError where the file is no picture, or one that isn't safe to open."""
    image = Image.open(BytesIO(normalised(data, name)), formats=("JPEG",))
    # Shrunk codes are read when they are made larger again.
    return codes.read(image) or codes.read(image.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC))
